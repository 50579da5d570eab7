//! An upload in chunks is decoded as it was sent, however it is split. If it is truncated, extended
//! or one byte is changed, it is refused, unless that byte has no meaning. Forged chunks return no
//! data.
//!
//! Input: the kind of payload, the size of chunks, the largest piece, the place and the value of
//! the change, the payload.

#![no_main]

use countersign::chunked::{
    Checksum, ChecksumAlgorithm, ChunkError, ChunkVerifier, ChunkedEncoding, Trailer,
};
use countersign::verify::{
    PendingVerification, SignedRequest, StreamContext, VerificationKey, Verifier,
};
use countersign::{Credentials, Service, Signer};
use countersign_fuzz::{NOW, REGION, SECRET, credentials, tampered};
use http::{HeaderMap, HeaderName, Request};
use libfuzzer_sys::fuzz_target;

const LINES: HeaderName = HeaderName::from_static("x-amz-meta-lines");

fuzz_target!(|input: &[u8]| {
    let Some((&[options, s0, s1, cut, p0, p1, change], data)) = input.split_first_chunk() else {
        return;
    };
    let (length, size) = (data.len() as u64, usize::from(u16::from_be_bytes([s0, s1])));
    let mut values = Vec::new();
    if options % 4 > 0 {
        let algorithm = ChecksumAlgorithm::ALL[usize::from(options >> 3) % 5];
        let mut checksum = Checksum::new(algorithm).unwrap();
        checksum.update(data);
        values.push((algorithm.trailer_name(), checksum.value()));
        if options & 128 != 0 {
            values.push((LINES, "1 2".to_owned()));
        }
    }
    let trailers = values
        .iter()
        .map(|(name, value)| Trailer::new(name.clone(), value.len()));
    let payload = match options % 4 {
        0 => ChunkedEncoding::signed(length),
        1 => ChunkedEncoding::signed_with_trailers(length, trailers),
        _ => ChunkedEncoding::unsigned_with_trailers(length, trailers),
    };
    let signed = options % 4 < 2;
    let any_size = options & 4 != 0;
    let payload = payload.without_min_chunk_size();
    let payload = if any_size {
        payload.with_any_chunk_size()
    } else {
        payload.with_chunk_size(size)
    };

    let mut request = Request::put("/key")
        .header("host", "localhost")
        .body(())
        .expect("a request");
    let signer = Signer::new(credentials(false), REGION, "s3").unwrap();
    let Ok(mut chunks) = signer.sign_chunked(&mut request, payload, NOW) else {
        assert!(size == 0 && !any_size);
        return;
    };
    let mut wire = Vec::new();
    let mut rest = data;
    while !rest.is_empty() {
        // If any size is allowed, several sizes in turn.
        let next = if any_size {
            1 + (size + wire.len()) % 300
        } else {
            size
        };
        let (chunk, more) = rest.split_at(next.min(rest.len()));
        wire.extend_from_slice(chunks.header(chunk).expect("what was announced").as_ref());
        wire.extend_from_slice(chunk);
        rest = more;
    }
    let given = values
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    let end = chunks.finish_with(given).expect("all of it");
    wire.extend_from_slice(&end);
    if let Some(announced) = request.headers().get("content-length") {
        assert_eq!(*announced, wire.len().to_string());
    }

    let claim = SignedRequest::parse(&request).expect("what was signed");
    let verifier = Verifier::new(REGION, Service::S3).unwrap();
    let seed = |secret: &str| {
        let known = Credentials::new(claim.access_key_id(), secret);
        let key = VerificationKey::derive(&known, claim.scope()).expect("a secret");
        match verifier.verify_signature(&claim, &key, NOW) {
            Ok(PendingVerification::SignedStream(head)) => Some(head.into_parts().1),
            Ok(PendingVerification::UnsignedStream(head)) => Some(head.accept().1),
            _ => None,
        }
    };
    assert!(seed("secret").is_none());
    let seed = seed(SECRET).expect("what was signed");

    let whole = decode(&seed, &wire, wire.len().max(1));
    let (out, trailers) = &whole;
    assert_eq!(out, data);
    let trailers = trailers.as_ref().expect("what was sent");
    assert_eq!(trailers.len(), values.len());
    assert!(values.iter().all(|(name, value)| trailers[name] == **value));
    let cut = usize::from(cut).max(1);
    assert_eq!(decode(&seed, &wire, cut), whole);

    let place = u16::from_be_bytes([p0, p1]);
    let (out, end) = decode(&seed, &tampered(&wire, place, change), cut);
    assert!(!signed || data.starts_with(&out));
    if let Ok(end) = end {
        assert_eq!(out, data);
        // This trailer is not checked.
        let checked = |name: &HeaderName| signed || *name != LINES;
        let same = |name| end.get(name) == trailers.get(name);
        assert!(trailers.keys().filter(|name| checked(name)).all(same));
    }
    let shorter = &wire[..usize::from(place) % wire.len()];
    let (out, end) = decode(&seed, shorter, cut);
    assert!(data.starts_with(&out) && end.is_err());
    let (_, end) = decode(&seed, &[&wire[..], b"\n"].concat(), cut);
    end.expect_err("data after the end");

    // The payload instead of the chunks.
    let made_up = decode(&seed, data, cut);
    assert!(!signed || made_up.0.is_empty());
    assert!(made_up.0.len() as u64 <= length);
    assert_eq!(decode(&seed, data, data.len().max(1)), made_up);
});

/// The decoded data, and the trailers if the upload is complete.
fn decode(
    seed: &StreamContext,
    wire: &[u8],
    cut: usize,
) -> (Vec<u8>, Result<HeaderMap, ChunkError>) {
    let verifier = ChunkVerifier::new(seed).expect("chunks");
    let mut verifier = verifier.without_min_chunk_size();
    let mut out = Vec::new();
    for mut piece in wire.chunks(cut) {
        while !piece.is_empty() {
            match verifier.decode(piece) {
                Ok(decoded) => {
                    out.extend_from_slice(decoded.data);
                    piece = &piece[decoded.consumed..];
                }
                Err(error) => {
                    let again = verifier.finish().expect_err("once and for all");
                    assert_eq!(again, error);
                    return (out, Err(error));
                }
            }
        }
    }
    let end = verifier.finish_with(|name, _| (name == LINES.as_str()).then_some(true));
    (out, end)
}
