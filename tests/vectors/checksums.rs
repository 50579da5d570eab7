//! S3's checksums: their values, and the errors of a verifier for wrong ones.

use countersign::chunked::{Checksum, ChecksumAlgorithm, ChunkVerifier, ChunkedEncoding};
use countersign::verify::{PendingVerification, SignedRequest, VerificationKey, Verifier};
use countersign::{Credentials, Signer, Timestamp};

use crate::report::Case;
use crate::sigv4::{base64, body, text};

pub fn run(case: &mut Case<'_>) {
    if case.input.get("header").is_some() {
        return refused(case);
    }
    let data = body(case.input);
    let length = case.input["length"].as_u64().unwrap();
    case.check("length", length, data.len() as u64);
    let checksums = case.expected["checksums"].as_object().unwrap();
    case.check("checksums", ChecksumAlgorithm::ALL.len(), checksums.len());
    for (name, expected) in checksums {
        let header = text(expected, "header");
        let Some(algorithm) = ChecksumAlgorithm::of_trailer(header) else {
            case.fail(format!("{name}: no such algorithm"));
            continue;
        };
        // In one piece, and in pieces that do not divide a block.
        for piece in [data.len().max(1), 37] {
            let mut checksum = Checksum::new(algorithm).unwrap();
            data.chunks(piece).for_each(|piece| checksum.update(piece));
            let value = checksum.value();
            case.check(name, text(expected, "base64"), &value);
            let digest = base64(&value);
            case.check(name, text(expected, "hex"), &hex::encode(digest));
        }
        let length = expected["length"].as_u64().unwrap();
        case.check(name, length, algorithm.value_length() as u64);
        if let Err(error) = verified(&data, algorithm, text(expected, "base64")) {
            case.fail(format!("{name}: {error}"));
        }
    }
}

/// A trailer that a verifier must refuse.
fn refused(case: &mut Case<'_>) {
    let header = text(case.input, "header");
    let parameter = text(&case.expected["error"], "parameter");
    case.check("parameter", parameter, header);
    let algorithm = ChecksumAlgorithm::of_trailer(header).unwrap();
    let error = verified(&body(case.input), algorithm, text(case.input, "value")).unwrap_err();
    let names_it = error.contains(header);
    case.check(&error, true, names_it);
}

/// Sends a body with its checksum as a trailer, and decodes it as a server does.
fn verified(data: &[u8], algorithm: ChecksumAlgorithm, value: &str) -> Result<(), String> {
    let now: Timestamp = "2026-01-01T12:00:00Z".parse().unwrap();
    let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    let signer = Signer::new(credentials.clone(), "us-east-1", "s3").unwrap();
    let payload = ChunkedEncoding::unsigned_with_trailers(data.len() as u64, [algorithm.into()]);
    let mut request = http::Request::put("https://b.s3.us-east-1.amazonaws.com/k")
        .body(())
        .unwrap();
    signer.sign_chunked(&mut request, payload, now).unwrap();
    // Written by hand: a signer does not send a trailer of another length.
    let mut wire = Vec::new();
    if !data.is_empty() {
        wire.extend_from_slice(format!("{:x}\r\n", data.len()).as_bytes());
        wire.extend_from_slice(data);
        wire.extend_from_slice(b"\r\n");
    }
    let trailer = format!("0\r\n{}:{value}\r\n\r\n", algorithm.trailer_name());
    wire.extend_from_slice(trailer.as_bytes());

    let claim = SignedRequest::parse(&request).unwrap();
    let key = VerificationKey::derive(&credentials, claim.scope()).unwrap();
    let head = Verifier::new("us-east-1", "s3")
        .unwrap()
        .verify_signature(&claim, &key, now);
    let Ok(PendingVerification::UnsignedStream(head)) = head else {
        panic!("the request announces unsigned chunks");
    };
    let mut chunks = ChunkVerifier::new(&head.accept().1).unwrap();
    let mut input = &wire[..];
    while !input.is_empty() {
        let decoded = chunks.decode(input).map_err(|error| error.to_string())?;
        input = &input[decoded.consumed..];
    }
    chunks.finish().map(drop).map_err(|error| error.to_string())
}
