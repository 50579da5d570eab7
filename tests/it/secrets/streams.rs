//! Streams between their head and their end.

use countersign::chunked::{ChunkSigner, ChunkVerifier, ChunkedEncoding};
use countersign::verify::{PendingVerification, SignedRequest, VerificationKey, Verifier};
use countersign::{
    Service, Signer,
    sigv4::{Authorization, Signature},
};
use http::Request;

use crate::secrets::{LIFETIME, NOW, Needles, credentials, get};

/// An upload of nine bytes.
fn upload() -> (Request<()>, ChunkSigner, Signature) {
    let signer = Signer::new(credentials(), "us-east-1", "s3").unwrap();
    let mut request = get("https://bucket.s3.amazonaws.com/k");
    let payload = ChunkedEncoding::signed(9);
    let chunks = signer.sign_chunked(&mut request, payload, NOW).unwrap();
    let authorization = request.headers()["authorization"].to_str().unwrap();
    let signature = Authorization::parse(authorization).unwrap().signature;
    (request, chunks, signature)
}

#[test]
fn verified_heads_and_seeds_hide_signatures() {
    let (request, mut chunks, signature) = upload();
    let first = chunks.header(b"nine byte").unwrap();
    let needles = Needles::new(&[&signature, first.signature().unwrap()]);
    let claim = SignedRequest::parse(&request).unwrap();
    let key = VerificationKey::derive(&credentials(), claim.scope()).unwrap();
    let verifier = Verifier::new("us-east-1", Service::S3).unwrap();
    let Ok(PendingVerification::SignedStream(head)) = verifier.verify_signature(&claim, &key, NOW)
    else {
        panic!("a stream");
    };
    needles.hidden_in(&head);
    assert!(format!("{head:?}").contains("Chunks"));
    let (_, seed) = head.into_parts();
    needles.hidden_in(&seed);
    assert!(format!("{seed:?}").contains("decoded_content_length: Some(9)"));

    let mut verifier = ChunkVerifier::new(&seed).unwrap();
    let wire = [first.as_ref(), b"nine byte"].concat();
    let decoded = verifier.decode(&wire).unwrap();
    needles.hidden_in(&decoded);
    // The number of bytes is printed, not the bytes.
    assert_eq!(decoded.data, b"nine byte");
    let text = format!("Decoded {{ consumed: {}, data: 9 }}", wire.len());
    assert_eq!(format!("{decoded:?}"), text);
}

#[cfg(feature = "http-body")]
#[test]
fn bodies_hide_signatures() {
    use countersign::chunked::{ChunkedBody, VerifiedBody};

    let (request, chunks, signature) = upload();
    let needles = Needles::new(&[&signature]);
    let body = ChunkedBody::new(String::from("nine byte"), chunks);
    needles.hidden_in(&body);
    assert!(format!("{body:?}").starts_with("ChunkedBody { "));

    let claim = SignedRequest::parse(&request).unwrap();
    let key = VerificationKey::derive(&credentials(), claim.scope()).unwrap();
    let payload = ChunkedEncoding::signed(9);
    let verifier =
        ChunkVerifier::for_payload(&payload, &signature, claim.date(), claim.scope(), key);
    let body = VerifiedBody::new(String::new(), verifier);
    needles.hidden_in(&body);
    assert!(format!("{body:?}").contains("remaining: Some(9)"));
}

#[test]
fn presigners_hide_secrets() {
    let signer = Signer::new(credentials(), "us-east-1", "s3").unwrap();
    let payload = countersign::PayloadHash::Unsigned;
    let presigner = signer
        .presigner_with_payload(payload, LIFETIME, NOW)
        .unwrap();
    Needles::new(&[]).hidden_in(&presigner);
    assert!(format!("{presigner:?}").contains("AKIDEXAMPLE"));
}

#[cfg(feature = "checksums")]
#[test]
fn a_checksum_hides_its_state() {
    use countersign::chunked::{Checksum, ChecksumAlgorithm};

    let checksum = Checksum::new(ChecksumAlgorithm::Sha256).unwrap();
    assert_eq!(format!("{checksum:?}"), "Checksum { .. }");
}

/// The values of headers may be signatures.
#[cfg(feature = "event-stream")]
#[test]
fn messages_hide_their_header_values() {
    use countersign::event_stream::{Decoder, Message, Value, encode};

    let mut frame = Vec::new();
    let headers = [(
        ":chunk-signature",
        Value::Bytes(crate::secrets::SECRET.as_bytes()),
    )];
    encode(&headers, b"payload", &mut frame).unwrap();
    let message = Message::decode(&frame).unwrap();
    let needles = Needles::new(&[]);
    needles.hidden_in(&message.headers());
    assert_eq!(
        format!("{:?}", message.headers()),
        r#"[":chunk-signature"]"#
    );

    // The beginning of a message that the decoder buffers.
    let mut decoder = Decoder::default().with_max_message_length(1000);
    let mut half = &frame[..frame.len() - 1];
    assert!(decoder.decode(&mut half).unwrap().is_none());
    needles.hidden_in(&decoder);
    let text = format!("{decoder:?}");
    assert!(
        text.contains(&format!("buffered: {}", frame.len() - 1)),
        "{text}"
    );
}
