//! Properties of all aws-chunked payloads, however their bytes are split.

use countersign::chunked::{ChunkError, ChunkSigner, ChunkVerifier, ChunkedEncoding, Trailer};
use countersign::verify::VerificationKey;
use countersign::{
    Credentials, Signer,
    sigv4::{Algorithm, AmzDate, Authorization, CredentialScope, Signature, SigningKey},
};
use http::{HeaderMap, HeaderName, Request};
use proptest::prelude::*;
use time::OffsetDateTime;
use time::macros::datetime;

const NOW: OffsetDateTime = datetime!(2015-08-30 12:36 UTC);
const SECRET_KEY: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const TRAILERS: [(&str, &str); 2] = [("x-b", "two words"), ("x-a", "1")];

#[derive(Clone, Copy, Debug)]
enum Form {
    Signed,
    SignedWithTrailers,
    UnsignedWithTrailers,
}

fn payload(form: Form, length: usize) -> ChunkedEncoding {
    let length = length as u64;
    let trailers = TRAILERS
        .iter()
        .map(|(name, value)| Trailer::new(HeaderName::from_static(name), value.len()));
    match form {
        Form::Signed => ChunkedEncoding::signed(length),
        Form::SignedWithTrailers => ChunkedEncoding::signed_with_trailers(length, trailers),
        Form::UnsignedWithTrailers => ChunkedEncoding::unsigned_with_trailers(length, trailers),
    }
}

fn trailers_of(form: Form) -> &'static [(&'static str, &'static str)] {
    match form {
        Form::Signed => &[],
        Form::SignedWithTrailers | Form::UnsignedWithTrailers => &TRAILERS,
    }
}

/// An upload as it is sent, and what its server needs to verify it.
struct Upload {
    form: Form,
    wire: Vec<u8>,
    seed: Signature,
    scope: CredentialScope,
    content_length: Option<u64>,
}

fn upload(form: Form, data: &[u8], chunk_size: usize) -> Upload {
    let payload = payload(form, data.len())
        .with_chunk_size(chunk_size)
        .without_min_chunk_size();
    let credentials = Credentials::new("AKIDEXAMPLE", SECRET_KEY);
    let uri = "https://bucket.s3.amazonaws.com/key";
    let mut request = Request::put(uri).body(()).unwrap();
    let mut chunks: ChunkSigner = Signer::new(credentials, "us-east-1", "s3")
        .unwrap()
        .sign_chunked(&mut request, payload, NOW)
        .unwrap();
    let mut wire = Vec::new();
    for chunk in data.chunks(chunk_size) {
        wire.extend_from_slice(chunks.header(chunk).unwrap().as_ref());
        wire.extend_from_slice(chunk);
    }
    let trailers = trailers_of(form).iter().copied();
    wire.extend_from_slice(&chunks.finish_with(trailers).unwrap());
    let header = request.headers()["authorization"].to_str().unwrap();
    let authorization = Authorization::parse(header).unwrap();
    let content_length = request.headers().get("content-length");
    Upload {
        form,
        wire,
        seed: authorization.signature,
        scope: authorization.scope,
        content_length: content_length.map(|value| value.to_str().unwrap().parse().unwrap()),
    }
}

impl Upload {
    fn verifier(&self, decoded_length: usize) -> ChunkVerifier {
        let key = SigningKey::derive(&SECRET_KEY.into(), &self.scope);
        let key = VerificationKey::from_signing_key("AKIDEXAMPLE", key);
        let date = AmzDate::new(NOW).unwrap();
        let payload = payload(self.form, decoded_length);
        ChunkVerifier::for_payload(&payload, &self.seed, &date, &self.scope, key)
            .without_min_chunk_size()
    }
}

/// The decoded payload, if the upload arrives in pieces that end at these places.
fn decode(
    mut verifier: ChunkVerifier,
    wire: &[u8],
    mut splits: Vec<usize>,
) -> (Vec<u8>, Result<HeaderMap, ChunkError>) {
    splits.push(wire.len());
    splits.sort_unstable();
    let (mut data, mut from) = (Vec::new(), 0);
    for to in splits {
        let mut input = &wire[from..to];
        from = to;
        while !input.is_empty() {
            match verifier.decode(input) {
                Ok(decoded) => {
                    data.extend_from_slice(decoded.data);
                    assert!(decoded.consumed > 0, "no progress");
                    input = &input[decoded.consumed..];
                }
                Err(error) => {
                    // After an error, each further call returns the same error.
                    assert_eq!(verifier.decode(b"0\r\n").unwrap_err(), error);
                    assert_eq!(verifier.finish().unwrap_err(), error);
                    return (data, Err(error));
                }
            }
        }
    }
    let trailers = verifier.finish_with(|name, value| Some(TRAILERS.contains(&(name, value))));
    (data, trailers)
}

fn forms() -> impl Strategy<Value = Form> {
    prop_oneof![
        Just(Form::Signed),
        Just(Form::SignedWithTrailers),
        Just(Form::UnsignedWithTrailers)
    ]
}

fn signed_forms() -> impl Strategy<Value = Form> {
    prop_oneof![Just(Form::Signed), Just(Form::SignedWithTrailers)]
}

fn data() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 0..400)
}

fn is_beginning(part: &[u8], data: &[u8]) -> bool {
    data.get(..part.len()) == Some(part)
}

proptest! {
    #[test]
    fn the_encoded_length_is_the_number_of_bytes_sent(form in forms(), data in data(), size in 1..300_usize) {
        let upload = upload(form, &data, size);
        let payload = payload(form, data.len());
        let sizes = data.chunks(size).map(|chunk| chunk.len() as u64);
        let length = upload.wire.len() as u64;
        prop_assert_eq!(upload.content_length, Some(length));
        prop_assert_eq!(payload.encoded_length_in(sizes, Algorithm::HmacSha256), Some(length));
    }

    #[test]
    fn any_split_decodes_to_the_same(
        form in forms(),
        data in data(),
        size in 1..300_usize,
        splits in proptest::collection::vec(any::<prop::sample::Index>(), 0..20),
    ) {
        let upload = upload(form, &data, size);
        let splits = splits.iter().map(|split| split.index(upload.wire.len())).collect();
        let (decoded, trailers) = decode(upload.verifier(data.len()), &upload.wire, splits);
        prop_assert_eq!(decoded, data);
        let trailers = trailers.unwrap();
        let expected = trailers_of(form);
        prop_assert_eq!(trailers.len(), expected.len());
        for (name, value) in expected {
            prop_assert_eq!(&trailers[*name], value);
        }
    }

    #[test]
    fn bytes_one_by_one_decode_to_the_same(form in forms(), data in data()) {
        let upload = upload(form, &data, 100);
        let splits = (0..upload.wire.len()).collect();
        let (decoded, trailers) = decode(upload.verifier(data.len()), &upload.wire, splits);
        prop_assert_eq!(decoded, data);
        prop_assert!(trailers.is_ok());
    }

    #[test]
    fn a_changed_byte_is_refused(
        form in signed_forms(),
        data in data(),
        size in 1..300_usize,
        at in any::<prop::sample::Index>(),
        bits in 1..=255_u8,
    ) {
        let upload = upload(form, &data, size);
        let mut wire = upload.wire.clone();
        let at = at.index(wire.len());
        wire[at] ^= bits;
        // Uppercase hex, uppercase trailer names and a space after a trailer's value have the same
        // meaning.
        prop_assume!(!wire.eq_ignore_ascii_case(&upload.wire));
        prop_assume!(upload.wire[at] != b'\r' || !matches!(wire[at], b' ' | b'\t'));
        let (decoded, trailers) = decode(upload.verifier(data.len()), &wire, Vec::new());
        prop_assert!(is_beginning(&decoded, &data));
        // minio-go ends a trailer with LF and then sends two empty lines. So LF LF CRLF has the
        // same meaning as CRLF CRLF after the last trailer.
        let line_break = (upload.wire[at], wire[at]) == (b'\r', b'\n');
        if line_break && wire[at..].iter().all(|byte| matches!(byte, b'\r' | b'\n')) {
            prop_assert!(trailers.is_err() || decoded == data);
        } else {
            prop_assert!(trailers.is_err(), "byte {} of {}", at, String::from_utf8_lossy(&wire));
        }
    }

    #[test]
    fn a_cut_body_is_refused(
        form in forms(),
        data in data(),
        size in 1..300_usize,
        at in any::<prop::sample::Index>(),
    ) {
        let upload = upload(form, &data, size);
        let wire = &upload.wire[..at.index(upload.wire.len())];
        let (decoded, trailers) = decode(upload.verifier(data.len()), wire, Vec::new());
        prop_assert_eq!(trailers.unwrap_err(), ChunkError::Incomplete);
        prop_assert!(is_beginning(&decoded, &data));
    }

    #[test]
    fn another_decoded_length_is_refused(
        form in forms(),
        data in data(),
        size in 1..300_usize,
        other in 0..500_usize,
    ) {
        prop_assume!(other != data.len());
        let upload = upload(form, &data, size);
        let (decoded, trailers) = decode(upload.verifier(other), &upload.wire, Vec::new());
        let is_length = matches!(trailers, Err(ChunkError::WrongDecodedLength { .. }));
        prop_assert!(is_length, "{:?}", trailers);
        prop_assert!(is_beginning(&decoded, &data));
    }

    #[test]
    fn random_bytes_are_refused(
        form in forms(),
        wire in proptest::collection::vec(any::<u8>(), 0..400),
        splits in proptest::collection::vec(0..100_usize, 0..5),
    ) {
        let upload = upload(form, b"", 1);
        let splits = splits.into_iter().filter(|split| *split <= wire.len()).collect();
        let (decoded, trailers) = decode(upload.verifier(20), &wire, splits);
        prop_assert!(trailers.is_err());
        prop_assert!(decoded.len() <= 20);
    }
}
