//! aws-chunked payloads: the rows of the edge cases that are about them, and what must be refused.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may"
)]

use countersign::chunked::{
    ChecksumAlgorithm, ChunkSigner, ChunkedPayload, MIN_CHUNK_SIZE, Trailer,
};
use countersign::{Algorithm, Credentials, Error, Signer};
use http::{HeaderName, Request};
use time::OffsetDateTime;
use time::macros::datetime;

const NOW: OffsetDateTime = datetime!(2015-08-30 12:36 UTC);
const CRC32: &str = "x-amz-checksum-crc32";

fn signer() -> Signer {
    let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    Signer::new(credentials, "us-east-1", "s3")
}

fn put() -> Request<()> {
    let uri = "https://bucket.s3.amazonaws.com/key";
    Request::put(uri).body(()).unwrap()
}

fn chunks_of(payload: ChunkedPayload) -> ChunkSigner {
    signer().sign_chunked(&mut put(), payload, NOW).unwrap()
}

fn wire(mut chunks: ChunkSigner, data: &[u8], trailers: &[(&str, &str)]) -> Vec<u8> {
    let mut wire = Vec::new();
    for chunk in data.chunks(chunks.chunk_size()) {
        wire.extend_from_slice(chunks.header(chunk).unwrap().as_ref());
        wire.extend_from_slice(chunk);
    }
    wire.extend_from_slice(&chunks.finish_with(trailers.iter().copied()).unwrap());
    wire
}

fn trailer(name: &'static str, value_length: usize) -> Trailer {
    Trailer::new(HeaderName::from_static(name), value_length)
}

#[test]
fn e54_the_sentinel_comes_with_the_chunk_signer() {
    let mut request = put();
    let mut chunks = signer()
        .sign_chunked(&mut request, ChunkedPayload::signed(9), NOW)
        .unwrap();
    let sentinel = chunks.payload_hash().to_hashed_payload();
    assert_eq!(sentinel.as_str(), "STREAMING-AWS4-HMAC-SHA256-PAYLOAD");
    assert_eq!(request.headers()["x-amz-content-sha256"], sentinel.as_str());
    assert!(chunks.header(b"nine byte").is_ok());
    assert!(chunks.finish().is_ok());
}

#[test]
fn e55_content_length_and_decoded_length_are_exact_and_signed() {
    for length in [0, 1, 65535, 65536, 65537, 200_000] {
        let mut request = put();
        request.headers_mut().insert("content-length", 5.into());
        let payload = ChunkedPayload::signed(length as u64);
        let chunks = signer().sign_chunked(&mut request, payload, NOW).unwrap();
        let wire = wire(chunks, &vec![7; length], &[]);
        let headers = request.headers();
        assert_eq!(headers["content-length"], wire.len().to_string());
        assert_eq!(headers["x-amz-decoded-content-length"], length.to_string());
        let authorization = headers["authorization"].to_str().unwrap();
        assert!(authorization.contains(
            "=content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;\
             x-amz-decoded-content-length,"
        ));
    }
    // Without one size of chunks there is no such length, and a wrong one does not stay.
    let mut request = put();
    request.headers_mut().insert("content-length", 5.into());
    let payload = ChunkedPayload::signed(5).with_any_chunk_size();
    signer().sign_chunked(&mut request, payload, NOW).unwrap();
    assert!(!request.headers().contains_key("content-length"));
}

#[test]
fn e56_trailers_are_signed_under_their_own_name() {
    // The chunked-trailer vectors hold the whole string; this is the name that was got wrong.
    let payload = ChunkedPayload::signed_with_trailers(0, [ChecksumAlgorithm::Crc32.into()]);
    let end = wire(chunks_of(payload), b"", &[(CRC32, "AAAAAA==")]);
    let end = String::from_utf8(end).unwrap();
    let signature = end.rsplit_once("x-amz-trailer-signature:").unwrap().1;
    assert_eq!(signature.len(), 64 + 4);
}

#[test]
fn e57_the_callers_content_encoding_stays() {
    for (before, after) in [
        (&[][..], &["aws-chunked"][..]),
        (&["gzip"], &["aws-chunked,gzip"]),
        (&["gzip, br"], &["aws-chunked,gzip, br"]),
        (&["gzip", "br"], &["aws-chunked,gzip,br"]),
        (&[""], &["aws-chunked"]),
        (&["aws-chunked"], &["aws-chunked"]),
        (&["gzip, AWS-Chunked"], &["gzip, AWS-Chunked"]),
        (&["gzip", "aws-chunked"], &["gzip", "aws-chunked"]),
    ] {
        let mut request = put();
        for coding in before {
            let value = coding.parse().unwrap();
            request.headers_mut().append("content-encoding", value);
        }
        for _ in 0..2 {
            signer()
                .sign_chunked(&mut request, ChunkedPayload::signed(1), NOW)
                .unwrap();
            let values = request.headers().get_all("content-encoding");
            assert!(values.iter().eq(after), "{before:?}");
        }
    }
}

#[test]
fn e58_unsigned_and_signed_trailers_are_two_forms() {
    let trailers = || [ChecksumAlgorithm::Crc32.into()];
    let unsigned = chunks_of(ChunkedPayload::unsigned_with_trailers(0, trailers()));
    let hash = unsigned.payload_hash().to_hashed_payload();
    assert_eq!(hash.as_str(), "STREAMING-UNSIGNED-PAYLOAD-TRAILER");
    assert_eq!(
        wire(unsigned, b"", &[(CRC32, "AAAAAA==")]),
        b"0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n"
    );
    let signed = chunks_of(ChunkedPayload::signed_with_trailers(0, trailers()));
    let hash = signed.payload_hash().to_hashed_payload();
    assert_eq!(hash.as_str(), "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER");
}

#[test]
fn e60_small_chunks_and_other_trailers_are_refused() {
    let too_small = |length| {
        Err(Error::ChunkTooSmall {
            length,
            minimum: MIN_CHUNK_SIZE as u64,
        })
    };
    let sign = |payload| signer().sign_chunked(&mut put(), payload, NOW).map(drop);
    assert_eq!(
        sign(ChunkedPayload::signed(9000).with_chunk_size(8191)),
        too_small(8191)
    );
    assert_eq!(
        sign(ChunkedPayload::signed(1).with_chunk_size(0)),
        too_small(0)
    );
    // One chunk is all of it.
    assert_eq!(
        sign(ChunkedPayload::signed(100).with_chunk_size(100)),
        Ok(())
    );

    let any = ChunkedPayload::unsigned_with_trailers(8192 + 5, []).with_any_chunk_size();
    let mut chunks = chunks_of(any.clone());
    assert_eq!(chunks.header([0; 8191]).map(drop), too_small(8191));
    assert!(chunks.header([0; 8192]).is_ok());
    assert!(chunks.header([0; 4]).is_err());
    assert_eq!(chunks.header([0; 5]).unwrap().as_ref(), b"\r\n5\r\n");
    assert!(chunks.finish().is_ok());
    let mut chunks = chunks_of(any.without_min_chunk_size());
    assert_eq!(chunks.header([0; 1]).unwrap().as_ref(), b"1\r\n");

    let announced = [trailer("b", 2), trailer("a", 1)];
    for (given, problem) in [
        (&[("a", "1")][..], "was announced, but is missing"),
        (&[], "was announced, but is missing"),
        (&[("a", "1"), ("c", "1")], "was not announced"),
        (&[("a", "1"), ("a", "1")], "is given twice"),
        (&[("a", "12")], "has not the length that was announced"),
        (&[("b", " 1")], "begins or ends with a space"),
        (
            &[("b", "\r\n")],
            "holds a character that is neither visible ASCII nor a space",
        ),
        (
            &[("b", "é")],
            "holds a character that is neither visible ASCII nor a space",
        ),
    ] {
        let payload = ChunkedPayload::signed_with_trailers(0, announced.clone());
        match chunks_of(payload).finish_with(given.iter().copied()) {
            Err(Error::InvalidTrailer { problem: told, .. }) => assert_eq!(told, problem),
            other => panic!("{given:?}: {other:?}"),
        }
    }
    // Any order, any case: they are sent as they are signed.
    let payload = ChunkedPayload::unsigned_with_trailers(0, announced);
    assert_eq!(
        wire(chunks_of(payload), b"", &[("B", "22"), ("a", "1")]),
        b"0\r\na:1\r\nb:22\r\n\r\n"
    );
    let twice = [trailer("a", 1), trailer("a", 1)];
    assert!(sign(ChunkedPayload::signed_with_trailers(0, twice)).is_err());
    let own = [trailer("x-amz-trailer-signature", 64)];
    assert!(sign(ChunkedPayload::signed_with_trailers(0, own)).is_err());
}

#[test]
fn e61_one_timestamp_for_the_whole_stream() {
    // A stream that outlives its day keeps the day, and the key, of its request.
    let late = datetime!(2015-08-30 23:59:59 UTC);
    let signer = signer();
    let stream = |meanwhile: Option<OffsetDateTime>| {
        let payload = ChunkedPayload::signed(3).with_any_chunk_size();
        let mut chunks = signer.sign_chunked(&mut put(), payload, late).unwrap();
        if let Some(tomorrow) = meanwhile {
            signer
                .sign_chunked(&mut put(), ChunkedPayload::signed(1), tomorrow)
                .unwrap();
        }
        let header = chunks.header(b"abc").unwrap().as_ref().to_vec();
        [header, chunks.finish().unwrap()].concat()
    };
    assert_eq!(
        stream(None),
        stream(Some(datetime!(2015-08-31 0:00:05 UTC)))
    );
}

#[test]
fn a_wrong_total_is_refused() {
    let mut chunks = chunks_of(ChunkedPayload::signed(70_000));
    assert_eq!(
        chunks.header([0; 65_535]).map(drop),
        Err(Error::WrongChunkSize {
            length: 65_535,
            expected: 65_536
        })
    );
    assert_eq!(
        chunks.header([0; 70_001]).map(drop),
        Err(Error::PayloadTooLong {
            length: 70_001,
            announced: 70_000
        })
    );
    assert!(chunks.header(b"").is_err());
    chunks.header([0; 65_536]).unwrap();
    assert_eq!(chunks.remaining(), 4464);
    assert_eq!(
        chunks.clone().finish(),
        Err(Error::PayloadTooShort {
            length: 65_536,
            announced: 70_000
        })
    );
    chunks.header([0; 4464]).unwrap();
    assert!(chunks.header(b"").is_err());
    assert!(chunks.header(b"x").is_err());
    assert!(chunks.finish().is_ok());
}

#[test]
fn lengths_that_overflow_are_refused() {
    for payload in [
        ChunkedPayload::signed(u64::MAX),
        ChunkedPayload::signed(u64::MAX).with_chunk_size(usize::MAX),
        ChunkedPayload::signed(1).with_chunk_size(0),
        ChunkedPayload::signed_with_trailers(1, [trailer("a", usize::MAX)]),
    ] {
        assert_eq!(payload.encoded_length(Algorithm::HmacSha256), None);
        let mut request = put();
        assert!(signer().sign_chunked(&mut request, payload, NOW).is_err());
        assert!(request.headers().is_empty());
    }
    let payload = ChunkedPayload::signed(u64::MAX).with_any_chunk_size();
    let mut chunks = chunks_of(payload);
    assert!(chunks.header_of_hash(u64::MAX - 1, &[0; 32]).is_ok());
    assert!(chunks.header_of_hash(2, &[0; 32]).is_err());
    assert!(chunks.header_of_hash(u64::MAX, &[0; 32]).is_err());
}

#[test]
fn after_an_error_the_request_is_as_it_was() {
    let mut request = Request::put("/no-host").body(()).unwrap();
    request
        .headers_mut()
        .insert("content-encoding", "gzip".parse().unwrap());
    request.headers_mut().insert("content-length", 7.into());
    let before = request.headers().clone();
    let payload = ChunkedPayload::signed_with_trailers(7, [ChecksumAlgorithm::Sha1.into()]);
    let result = signer().sign_chunked(&mut request, payload, NOW);
    assert_eq!(result.map(drop), Err(Error::MissingHost));
    assert_eq!(request.headers(), &before);
}

#[test]
fn another_form_leaves_nothing_of_the_first() {
    let mut request = put();
    let first = ChunkedPayload::signed_with_trailers(7, [ChecksumAlgorithm::Sha1.into()]);
    signer().sign_chunked(&mut request, first, NOW).unwrap();
    signer()
        .sign_chunked(&mut request, ChunkedPayload::signed(9), NOW)
        .unwrap();
    let mut only = put();
    signer()
        .sign_chunked(&mut only, ChunkedPayload::signed(9), NOW)
        .unwrap();
    assert_eq!(request.headers(), only.headers());
}

#[test]
fn documented_lengths() {
    let hmac = Algorithm::HmacSha256;
    let crc32c = || [ChecksumAlgorithm::Crc32c.into()];
    assert_eq!(
        ChunkedPayload::signed(66560).encoded_length(hmac),
        Some(66824)
    );
    assert_eq!(
        ChunkedPayload::signed_with_trailers(66560, crc32c()).encoded_length(hmac),
        Some(66946)
    );
}

#[test]
fn nothing_prints_a_signature() {
    let mut chunks = chunks_of(ChunkedPayload::signed(9));
    let header = chunks.header(b"nine byte").unwrap();
    let signature = header.signature().unwrap().as_str();
    for text in [format!("{chunks:?}"), format!("{header:?}")] {
        assert!(!text.contains(&signature[..16]), "{text}");
    }
}
