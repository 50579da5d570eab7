//! aws-chunked payloads: lengths, trailers, and the uploads that are refused.

use countersign::StreamingMode;
use countersign::chunked::{
    ChecksumAlgorithm, ChunkError, ChunkSigner, ChunkSigningError, ChunkSyntaxError, ChunkVerifier,
    ChunkedEncoding, MIN_CHUNK_SIZE, Trailer,
};
use countersign::verify::{PendingVerification, SignedRequest, VerificationKey, Verifier};
use countersign::{
    Credentials, Error, Service, Signer,
    sigv4::{Algorithm, AmzDate, Authorization, SigningKey},
};
use http::{HeaderName, Request};
use time::OffsetDateTime;
use time::macros::datetime;

const NOW: OffsetDateTime = datetime!(2015-08-30 12:36 UTC);
const CRC32: &str = "x-amz-checksum-crc32";

fn signer() -> Signer {
    let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    Signer::new(credentials, "us-east-1", "s3").unwrap()
}

fn put() -> Request<()> {
    let uri = "https://bucket.s3.amazonaws.com/key";
    Request::put(uri).body(()).unwrap()
}

fn chunks_of(payload: ChunkedEncoding) -> ChunkSigner {
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
fn a_streaming_payload_hash_comes_only_with_its_chunk_signer() {
    let mut request = put();
    let mut chunks = signer()
        .sign_chunked(&mut request, ChunkedEncoding::signed(9), NOW)
        .unwrap();
    let sentinel = chunks.payload_hash().to_string();
    assert_eq!(sentinel.as_str(), "STREAMING-AWS4-HMAC-SHA256-PAYLOAD");
    assert_eq!(request.headers()["x-amz-content-sha256"], sentinel.as_str());
    assert!(chunks.header(b"nine byte").is_ok());
    assert!(chunks.finish().is_ok());
}

#[test]
fn content_length_and_decoded_length_are_exact_and_signed() {
    for length in [0, 1, 65535, 65536, 65537, 200_000] {
        let mut request = put();
        request.headers_mut().insert("content-length", 5.into());
        let payload = ChunkedEncoding::signed(length as u64);
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
    // Without one chunk size the length is unknown. A `content-length` that the caller set is
    // removed.
    let mut request = put();
    request.headers_mut().insert("content-length", 5.into());
    let payload = ChunkedEncoding::signed(5).with_any_chunk_size();
    signer().sign_chunked(&mut request, payload, NOW).unwrap();
    assert!(!request.headers().contains_key("content-length"));
}

/// After each step, the counter is smaller by the bytes that were written.
#[test]
fn encoded_remaining_counts_down_the_bytes_still_to_be_sent() {
    let trailers = [trailer(CRC32, 8)];
    let payload = ChunkedEncoding::signed_with_trailers(20_000, trailers).with_chunk_size(8192);
    let mut request = put();
    let mut chunks = signer().sign_chunked(&mut request, payload, NOW).unwrap();
    let length = request.headers()["content-length"].to_str().unwrap();
    let mut left: u64 = length.parse().unwrap();
    assert_eq!(chunks.encoded_remaining(), Some(left));
    for chunk in [7; 20_000].chunks(8192) {
        let header = chunks.header(chunk).unwrap();
        left -= (header.as_ref().len() + chunk.len()) as u64;
        assert_eq!(chunks.encoded_remaining(), Some(left));
    }
    let end = chunks.finish_with([(CRC32, "AAAAAA==")]).unwrap();
    assert_eq!(end.len() as u64, left);
}

#[test]
fn trailers_are_signed_under_their_own_name() {
    // The chunked-trailer vectors contain the whole string to sign. Here only the name that other
    // signers get wrong is checked.
    let payload = ChunkedEncoding::signed_with_trailers(0, [ChecksumAlgorithm::Crc32.into()]);
    let end = wire(chunks_of(payload), b"", &[(CRC32, "AAAAAA==")]);
    let end = String::from_utf8(end).unwrap();
    let signature = end.rsplit_once("x-amz-trailer-signature:").unwrap().1;
    assert_eq!(signature.len(), 64 + 4);
}

#[test]
fn the_callers_content_encoding_stays() {
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
                .sign_chunked(&mut request, ChunkedEncoding::signed(1), NOW)
                .unwrap();
            let values = request.headers().get_all("content-encoding");
            assert!(values.iter().eq(after), "{before:?}");
        }
    }
}

#[test]
fn unsigned_and_signed_trailers_have_different_payload_hashes() {
    let trailers = || [ChecksumAlgorithm::Crc32.into()];
    let unsigned = chunks_of(ChunkedEncoding::unsigned_with_trailers(0, trailers()));
    let hash = unsigned.payload_hash().to_string();
    assert_eq!(hash.as_str(), "STREAMING-UNSIGNED-PAYLOAD-TRAILER");
    assert_eq!(
        wire(unsigned, b"", &[(CRC32, "AAAAAA==")]),
        b"0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n"
    );
    let signed = chunks_of(ChunkedEncoding::signed_with_trailers(0, trailers()));
    let hash = signed.payload_hash().to_string();
    assert_eq!(hash.as_str(), "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER");
}

#[test]
fn small_chunks_and_unannounced_trailers_are_refused() {
    let too_small = |length| ChunkSigningError::ChunkTooSmall {
        length,
        minimum: MIN_CHUNK_SIZE as u64,
    };
    let sign = |payload| signer().sign_chunked(&mut put(), payload, NOW).map(drop);
    assert_eq!(
        sign(ChunkedEncoding::signed(9000).with_chunk_size(8191)),
        Err(Error::Chunk(too_small(8191)))
    );
    assert_eq!(
        sign(ChunkedEncoding::signed(1).with_chunk_size(0)),
        Err(Error::Chunk(too_small(0)))
    );
    // One chunk contains the whole payload.
    assert_eq!(
        sign(ChunkedEncoding::signed(100).with_chunk_size(100)),
        Ok(())
    );

    let any = ChunkedEncoding::unsigned_with_trailers(8192 + 5, []).with_any_chunk_size();
    let mut chunks = chunks_of(any.clone());
    assert_eq!(chunks.header([0; 8191]).map(drop), Err(too_small(8191)));
    assert!(chunks.header([0; 8192]).is_ok());
    assert!(chunks.header([0; 4]).is_err());
    assert_eq!(chunks.header([0; 5]).unwrap().as_ref(), b"\r\n5\r\n");
    assert!(chunks.finish().is_ok());
    let mut chunks = chunks_of(any.without_min_chunk_size());
    assert_eq!(chunks.header([0; 1]).unwrap().as_ref(), b"1\r\n");

    let announced = [trailer("b", 2), trailer("a", 1)];
    let name = |name: &str| name.to_owned();
    let wrong_length = ChunkSigningError::WrongTrailerLength {
        name: name("a"),
        length: 2,
        announced: 1,
    };
    let missing = |missing| ChunkSigningError::MissingTrailer {
        name: name(missing),
    };
    let invalid = ChunkSigningError::InvalidTrailerValue { name: name("b") };
    for (given, error) in [
        (&[("a", "1")][..], missing("b")),
        (&[], missing("b")),
        (
            &[("a", "1"), ("c", "1")],
            ChunkSigningError::UnannouncedTrailer { name: name("c") },
        ),
        (
            &[("a\r\nb", "1")],
            ChunkSigningError::UnannouncedTrailer {
                name: name("a\r\nb"),
            },
        ),
        (
            &[("a", "1"), ("a", "1")],
            ChunkSigningError::DuplicateTrailer { name: name("a") },
        ),
        (&[("a", "12")], wrong_length),
        (&[("b", " 1")], invalid.clone()),
        (&[("b", "\r\n")], invalid.clone()),
        (&[("b", "é")], invalid),
    ] {
        let payload = ChunkedEncoding::signed_with_trailers(0, announced.clone());
        let result = chunks_of(payload).finish_with(given.iter().copied());
        assert!(!error.to_string().contains('\n'), "{error}");
        assert_eq!(result, Err(error), "{given:?}");
    }
    // The caller may give them in any order and case. They are sent as they are signed.
    let payload = ChunkedEncoding::unsigned_with_trailers(0, announced);
    assert_eq!(
        wire(chunks_of(payload), b"", &[("B", "22"), ("a", "1")]),
        b"0\r\na:1\r\nb:22\r\n\r\n"
    );
    let twice = [trailer("a", 1), trailer("a", 1)];
    assert_eq!(
        sign(ChunkedEncoding::signed_with_trailers(0, twice)),
        Err(Error::Chunk(ChunkSigningError::DuplicateTrailer {
            name: name("a")
        }))
    );
    let own = [trailer("x-amz-trailer-signature", 64)];
    assert_eq!(
        sign(ChunkedEncoding::signed_with_trailers(0, own)),
        Err(Error::Chunk(ChunkSigningError::ReservedTrailer {
            name: name("x-amz-trailer-signature")
        }))
    );
}

#[test]
fn the_whole_stream_has_the_time_of_its_request() {
    // A stream that continues after midnight keeps the day and the key of its request.
    let late = datetime!(2015-08-30 23:59:59 UTC);
    let signer = signer();
    let stream = |meanwhile: Option<OffsetDateTime>| {
        let payload = ChunkedEncoding::signed(3).with_any_chunk_size();
        let mut chunks = signer.sign_chunked(&mut put(), payload, late).unwrap();
        if let Some(tomorrow) = meanwhile {
            signer
                .sign_chunked(&mut put(), ChunkedEncoding::signed(1), tomorrow)
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
fn a_wrong_total_length_is_refused() {
    let mut chunks = chunks_of(ChunkedEncoding::signed(70_000));
    assert_eq!(
        chunks.header([0; 65_535]).map(drop),
        Err(ChunkSigningError::WrongChunkSize {
            length: 65_535,
            expected: 65_536
        })
    );
    assert_eq!(
        chunks.header([0; 70_001]).map(drop),
        Err(ChunkSigningError::PayloadTooLong {
            length: 70_001,
            announced: 70_000
        })
    );
    let empty = |chunks: &mut ChunkSigner| chunks.header(b"").map(drop);
    assert_eq!(empty(&mut chunks), Err(ChunkSigningError::EmptyChunk));
    chunks.header([0; 65_536]).unwrap();
    assert_eq!(chunks.remaining(), 4464);
    assert_eq!(
        chunks.clone().finish(),
        Err(ChunkSigningError::PayloadTooShort {
            length: 65_536,
            announced: 70_000
        })
    );
    chunks.header([0; 4464]).unwrap();
    assert_eq!(empty(&mut chunks), Err(ChunkSigningError::EmptyChunk));
    assert!(chunks.header(b"x").is_err());
    assert!(chunks.finish().is_ok());
}

#[test]
fn lengths_that_overflow_are_refused() {
    for payload in [
        ChunkedEncoding::signed(u64::MAX),
        ChunkedEncoding::signed(u64::MAX).with_chunk_size(usize::MAX),
        ChunkedEncoding::signed(1).with_chunk_size(0),
        ChunkedEncoding::signed_with_trailers(1, [trailer("a", usize::MAX)]),
    ] {
        assert_eq!(payload.encoded_length(Algorithm::HmacSha256), None);
        let mut request = put();
        assert!(signer().sign_chunked(&mut request, payload, NOW).is_err());
        assert!(request.headers().is_empty());
    }
    let payload = ChunkedEncoding::signed(u64::MAX).with_any_chunk_size();
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
    let payload = ChunkedEncoding::signed_with_trailers(7, [ChecksumAlgorithm::Sha1.into()]);
    let result = signer().sign_chunked(&mut request, payload, NOW);
    assert_eq!(result.map(drop), Err(Error::MissingHost));
    assert_eq!(request.headers(), &before);
}

/// RFC 9112, section 6.2.
#[test]
fn a_request_has_content_length_or_transfer_encoding_never_both() {
    for (payload, length, encoding) in [
        (ChunkedEncoding::signed(9), true, false),
        (
            ChunkedEncoding::signed(9).with_any_chunk_size(),
            false,
            true,
        ),
    ] {
        let mut request = put();
        let headers = request.headers_mut();
        headers.insert("transfer-encoding", "chunked".parse().unwrap());
        headers.insert("content-length", 9.into());
        signer().sign_chunked(&mut request, payload, NOW).unwrap();
        let has = |name| request.headers().contains_key(name);
        assert_eq!(
            (has("content-length"), has("transfer-encoding")),
            (length, encoding)
        );
    }
}

#[test]
fn signing_in_another_form_removes_the_headers_of_the_first() {
    let mut request = put();
    let first = ChunkedEncoding::signed_with_trailers(7, [ChecksumAlgorithm::Sha1.into()]);
    signer().sign_chunked(&mut request, first, NOW).unwrap();
    signer()
        .sign_chunked(&mut request, ChunkedEncoding::signed(9), NOW)
        .unwrap();
    let mut only = put();
    signer()
        .sign_chunked(&mut only, ChunkedEncoding::signed(9), NOW)
        .unwrap();
    assert_eq!(request.headers(), only.headers());
}

/// Ceph stores `content-encoding` with the object, also `aws-chunked`.
#[test]
fn aws_chunked_can_be_omitted_from_content_encoding() {
    for (own, expected) in [(None, None), (Some("gzip"), Some("gzip"))] {
        let mut request = put();
        if let Some(own) = own {
            let own = own.parse().unwrap();
            request.headers_mut().insert("content-encoding", own);
        }
        let encoding = ChunkedEncoding::signed(9).without_content_encoding();
        signer().sign_chunked(&mut request, encoding, NOW).unwrap();
        let headers = request.headers();
        let sent = headers.get("content-encoding");
        assert_eq!(sent.map(|value| value.to_str().unwrap()), expected);
        // The other headers are as usual, and the remaining coding is signed.
        assert_eq!(headers["x-amz-decoded-content-length"], "9");
        assert_eq!(
            headers["x-amz-content-sha256"],
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
        );
        let authorization = headers["authorization"].to_str().unwrap();
        let signed = Authorization::parse(authorization).unwrap().signed_headers;
        assert_eq!(signed.starts_with("content-encoding;"), own.is_some());
    }
    let mut request = put();
    let encoding = ChunkedEncoding::signed(9);
    signer().sign_chunked(&mut request, encoding, NOW).unwrap();
    assert_eq!(request.headers()["content-encoding"], "aws-chunked");
}

/// The value is in the vectors of unsigned-trailer: the CRC-32 of `aaaaa`.
#[cfg(feature = "checksums")]
#[test]
fn announced_checksums_are_calculated_from_the_chunks() {
    let trailers = || [ChecksumAlgorithm::Crc32.into(), trailer("x-custom", 3)];
    let chunks = |trailers: Vec<Trailer>| {
        let encoding = ChunkedEncoding::unsigned_with_trailers(5, trailers);
        chunks_of(encoding.with_any_chunk_size().without_min_chunk_size())
    };
    let end = b"\r\n0\r\nx-amz-checksum-crc32:7qyTuQ==\r\n\r\n";
    let mut calculated = chunks(vec![ChecksumAlgorithm::Crc32.into()]);
    // A refused chunk is not part of the checksum.
    assert!(calculated.header(b"too long").is_err());
    calculated.header(b"aaa").unwrap();
    calculated.header(b"aa").unwrap();
    assert_eq!(calculated.clone().finish().unwrap(), end);
    // A value of the caller is used instead.
    let given = [(ChecksumAlgorithm::Crc32.trailer_name(), "AAAAAA==")];
    let end = calculated.finish_with(given).unwrap();
    assert_eq!(end, b"\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n");

    // Other trailers must be given by the caller.
    let mut others = chunks(trailers().to_vec());
    others.header(b"aaaaa").unwrap();
    let missing = ChunkSigningError::MissingTrailer {
        name: "x-custom".to_owned(),
    };
    assert_eq!(others.clone().finish(), Err(missing));
    let end = others
        .finish_with([("x-custom", "abc".to_owned())])
        .unwrap();
    assert_eq!(
        end,
        b"\r\n0\r\nx-amz-checksum-crc32:7qyTuQ==\r\nx-custom:abc\r\n\r\n"
    );

    // If only the hash of a chunk is given, its checksum is unknown.
    let mut hashed = chunks(vec![ChecksumAlgorithm::Crc32.into()]);
    hashed.header(b"aaa").unwrap();
    hashed.header_of_hash(2, &[0; 32]).unwrap();
    let missing = ChunkSigningError::MissingTrailer {
        name: CRC32.to_owned(),
    };
    assert_eq!(hashed.finish(), Err(missing));
}

#[test]
fn encoded_lengths_are_those_of_the_s3_reference() {
    let hmac = Algorithm::HmacSha256;
    let crc32c = || [ChecksumAlgorithm::Crc32c.into()];
    assert_eq!(
        ChunkedEncoding::signed(66560).encoded_length(hmac),
        Some(66824)
    );
    assert_eq!(
        ChunkedEncoding::signed_with_trailers(66560, crc32c()).encoded_length(hmac),
        Some(66946)
    );
}

#[test]
fn nothing_prints_a_signature() {
    let mut chunks = chunks_of(ChunkedEncoding::signed(9));
    let header = chunks.header(b"nine byte").unwrap();
    let signature = header.signature().unwrap().as_str();
    for text in [format!("{chunks:?}"), format!("{header:?}")] {
        assert!(!text.contains(&signature[..16]), "{text}");
    }
}

/// An upload of three chunks, and what its server needs to verify it.
struct Upload {
    wire: Vec<u8>,
    headers: Vec<String>,
    authorization: String,
    payload: ChunkedEncoding,
}

static DATA: [u8; 20_000] = [b'x'; 20_000];
const SIZE: usize = 8192;

fn upload(payload: ChunkedEncoding, trailers: &[(&str, &str)]) -> Upload {
    let payload = payload.with_chunk_size(SIZE);
    let mut request = put();
    let mut chunks = signer()
        .sign_chunked(&mut request, payload.clone(), NOW)
        .unwrap();
    let (mut wire, mut headers) = (Vec::new(), Vec::new());
    for chunk in DATA.chunks(SIZE) {
        let header = chunks.header(chunk).unwrap().as_ref().to_vec();
        headers.push(String::from_utf8(header.clone()).unwrap());
        wire.extend_from_slice(&header);
        wire.extend_from_slice(chunk);
    }
    let end = chunks.finish_with(trailers.iter().copied()).unwrap();
    headers.push(String::from_utf8(end.clone()).unwrap());
    wire.extend_from_slice(&end);
    let authorization = request.headers()["authorization"].to_str().unwrap();
    Upload {
        wire,
        headers,
        authorization: authorization.to_owned(),
        payload,
    }
}

fn plain() -> Upload {
    upload(ChunkedEncoding::signed(DATA.len() as u64), &[])
}

fn with_trailer(signed: bool) -> Upload {
    let (length, trailers) = (DATA.len() as u64, [trailer("x-custom", 3)]);
    let payload = if signed {
        ChunkedEncoding::signed_with_trailers(length, trailers)
    } else {
        ChunkedEncoding::unsigned_with_trailers(length, trailers)
    };
    upload(payload, &[("x-custom", "abc")])
}

impl Upload {
    fn verifier(&self) -> ChunkVerifier {
        let authorization = Authorization::parse(&self.authorization).unwrap();
        let secret_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".into();
        let key = SigningKey::derive(&secret_key, &authorization.scope);
        let key = VerificationKey::from_signing_key(authorization.access_key_id, key);
        let date = AmzDate::new(NOW).unwrap();
        let (seed, scope) = (&authorization.signature, &authorization.scope);
        ChunkVerifier::for_payload(&self.payload, seed, &date, scope, key)
    }

    fn verify(&self, wire: &[u8]) -> (Vec<u8>, Result<http::HeaderMap, ChunkError>) {
        decode(self.verifier(), wire)
    }

    fn refuses(&self, wire: &[u8]) -> (usize, ChunkError) {
        let (data, result) = self.verify(wire);
        assert!(DATA.starts_with(&data));
        (data.len(), result.unwrap_err())
    }

    fn replaced(&self, from: &str, to: &str) -> Vec<u8> {
        let wire = String::from_utf8(self.wire.clone()).unwrap();
        assert!(wire.contains(from), "{from:?}");
        wire.replacen(from, to, 1).into_bytes()
    }
}

fn decode(
    mut verifier: ChunkVerifier,
    mut input: &[u8],
) -> (Vec<u8>, Result<http::HeaderMap, ChunkError>) {
    let mut data = Vec::new();
    while !input.is_empty() {
        match verifier.decode(input) {
            Ok(decoded) => {
                data.extend_from_slice(decoded.data);
                input = &input[decoded.consumed..];
            }
            Err(error) => return (data, Err(error)),
        }
    }
    (data, verifier.finish())
}

/// As a server does it: it verifies the head, and then the chunks with what the head announced.
#[test]
fn the_seed_signature_of_a_verified_request_verifies_the_chunks() {
    let length = DATA.len() as u64;
    let trailers = || [trailer("x-custom", 3)];
    for (payload, is) in [
        (ChunkedEncoding::signed(length), StreamingMode::Chunks),
        (
            ChunkedEncoding::signed_with_trailers(length, trailers()),
            StreamingMode::ChunksAndTrailer,
        ),
        (
            ChunkedEncoding::unsigned_with_trailers(length, trailers()),
            StreamingMode::UnsignedAndTrailer,
        ),
    ] {
        let values: &[_] = if is == StreamingMode::Chunks {
            &[]
        } else {
            &[("x-custom", "abc")]
        };
        let mut request = put();
        let chunks = signer().sign_chunked(&mut request, payload, NOW).unwrap();
        let wire = wire(chunks, &DATA, values);
        let claim = SignedRequest::parse(&request).unwrap();
        let secret_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".into();
        let key = SigningKey::derive(&secret_key, claim.scope());
        let key = VerificationKey::from_signing_key(claim.access_key_id(), key);
        let verifier = Verifier::new("us-east-1", Service::S3).unwrap();
        let (_, seed) = match verifier.verify_signature(&claim, &key, NOW) {
            Ok(PendingVerification::SignedStream(pending)) => pending.into_parts(),
            Ok(PendingVerification::UnsignedStream(pending)) => pending.accept(),
            other => panic!("{is:?}: {other:?}"),
        };
        assert_eq!(seed.payload(), is);
        let mut chunks = ChunkVerifier::new(&seed).unwrap();
        let (mut data, mut rest) = (Vec::new(), &wire[..]);
        while !rest.is_empty() {
            let decoded = chunks.decode(rest).unwrap();
            data.extend_from_slice(decoded.data);
            rest = &rest[decoded.consumed..];
        }
        assert_eq!(data, DATA);
        let trailers = chunks.finish_with(|_, value| Some(value == "abc")).unwrap();
        assert_eq!(trailers.len(), values.len());
    }
}

#[test]
fn only_verified_bytes_are_returned() {
    let upload = plain();
    let (data, result) = upload.verify(&upload.wire);
    assert_eq!(data, DATA);
    assert!(result.unwrap().is_empty());
    // No data is returned before its chunk is complete.
    let mut verifier = upload.verifier();
    let first = upload.headers[0].len() + SIZE;
    assert!(
        verifier
            .decode(&upload.wire[..first - 1])
            .unwrap()
            .data
            .is_empty()
    );
    let last_byte = &upload.wire[first - 1..first];
    assert_eq!(verifier.decode(last_byte).unwrap().data.len(), SIZE);

    // A changed byte in the second chunk. The first chunk is intact.
    let mut flipped = upload.wire.clone();
    flipped[first + 500] ^= 1;
    assert_eq!(
        upload.refuses(&flipped),
        (SIZE, ChunkError::SignatureMismatch)
    );
    // The data of two chunks is equal, and their signatures are swapped.
    let signature = |i: usize| &upload.headers[i].trim()[5..];
    let swapped = upload.replaced(signature(0), signature(1));
    assert_eq!(upload.refuses(&swapped), (0, ChunkError::SignatureMismatch));
}

#[test]
fn the_last_chunk_cannot_be_dropped() {
    let upload = plain();
    let end = upload.wire.len() - upload.headers[3].len();
    let third = end - (DATA.len() - 2 * SIZE) - upload.headers[2].len();
    // Without the final chunk, without the third one, without the last line break.
    assert_eq!(
        upload.refuses(&upload.wire[..end]),
        (DATA.len(), ChunkError::Incomplete)
    );
    assert_eq!(
        upload.refuses(&upload.wire[..third]),
        (2 * SIZE, ChunkError::Incomplete)
    );
    let last = &upload.wire[..upload.wire.len() - 1];
    assert_eq!(upload.refuses(last), (DATA.len(), ChunkError::Incomplete));
    // Without the third chunk.
    let mut without = upload.wire[..third].to_vec();
    without.extend_from_slice(&upload.wire[end..]);
    let wrong = ChunkError::WrongDecodedLength {
        length: 2 * SIZE as u64,
        announced: DATA.len() as u64,
    };
    assert_eq!(upload.refuses(&without), (2 * SIZE, wrong));
    // A byte after the end.
    let more = [&upload.wire[..], b"x"].concat();
    assert!(matches!(
        upload.refuses(&more),
        (_, ChunkError::Malformed(_))
    ));
}

#[test]
fn another_decoded_length_is_refused() {
    for (announced, error) in [
        (DATA.len() as u64 + 1, "IncompleteBody"),
        (DATA.len() as u64 - 1, "IncompleteBody"),
        (0, "IncompleteBody"),
    ] {
        let upload = Upload {
            payload: ChunkedEncoding::signed(announced),
            ..plain()
        };
        let (_, refused) = upload.refuses(&upload.wire);
        assert!(matches!(refused, ChunkError::WrongDecodedLength { .. }));
        assert_eq!((refused.code(), refused.status().as_u16()), (error, 400));
    }
}

#[test]
fn every_signature_is_checked_to_its_last_digit() {
    let upload = with_trailer(true);
    let wire = String::from_utf8(upload.wire.clone()).unwrap();
    let marks = ["chunk-signature=", "x-amz-trailer-signature:"];
    let starts = marks
        .iter()
        .flat_map(|mark| wire.match_indices(mark).map(|(at, _)| at + mark.len()));
    let starts: Vec<usize> = starts.collect();
    assert_eq!(starts.len(), 5);
    for start in starts {
        for at in [start, start + 63] {
            let mut changed = upload.wire.clone();
            changed[at] = if changed[at] == b'0' { b'1' } else { b'0' };
            assert_eq!(upload.refuses(&changed).1, ChunkError::SignatureMismatch);
        }
    }
}

#[test]
fn only_announced_and_signed_trailers_are_returned() {
    let upload = with_trailer(true);
    let (data, trailers) = upload.verify(&upload.wire);
    assert_eq!(data, DATA);
    assert_eq!(trailers.unwrap()["x-custom"], "abc");

    for (from, to, error) in [
        (
            "x-custom:abc",
            "x-custom:abd",
            ChunkError::SignatureMismatch,
        ),
        (
            "x-custom:abc",
            "x-other:abc",
            ChunkError::UnannouncedTrailer,
        ),
        (
            "x-custom:abc\r\n",
            "x-custom:abc\r\nx-custom:abc\r\n",
            ChunkError::UnannouncedTrailer,
        ),
        (
            "x-custom:abc\r\n",
            "",
            ChunkError::MissingTrailer {
                name: "x-custom".into(),
            },
        ),
        (
            "x-custom:abc",
            "x-custom=abc",
            ChunkError::Malformed(ChunkSyntaxError::TrailerWithoutColon),
        ),
        (
            "x-amz-trailer-signature",
            "x-amz-trailer-signaturf",
            ChunkError::UnannouncedTrailer,
        ),
        (
            "x-amz-trailer-signature:",
            "x-amz-trailer-signature:0",
            ChunkError::Malformed(ChunkSyntaxError::InvalidSignature),
        ),
    ] {
        assert_eq!(
            upload.refuses(&upload.replaced(from, to)).1,
            error,
            "{to:?}"
        );
    }
    let long = format!("x-custom:{}", "a".repeat(9000));
    let long = upload.replaced("x-custom:abc", &long);
    assert_eq!(upload.refuses(&long).1, ChunkError::TrailersTooLong);
    // The last line break is not signed.
    let (signed, _) = upload.wire.split_at(upload.wire.len() - 2);
    let more = [signed, b"x-custom:abc\r\n\r\n"].concat();
    let follows = ChunkError::Malformed(ChunkSyntaxError::TrailerAfterSignature);
    assert_eq!(upload.refuses(&more).1, follows);
    // Without the end of the signature the payload is incomplete.
    let cut = upload.wire.len() - "x-amz-trailer-signature:".len() - 64 - 4;
    let unsigned = [&upload.wire[..cut], b"\r\n"].concat();
    assert_eq!(upload.refuses(&unsigned).1, ChunkError::Incomplete);

    // Some clients end lines in LF and write the signature after an empty line.
    for (from, to) in [("abc\r\n", "abc\n\r\n"), ("x-custom:abc", "X-Custom: abc ")] {
        assert!(
            upload.verify(&upload.replaced(from, to)).1.is_ok(),
            "{to:?}"
        );
    }
}

#[test]
fn an_unsigned_trailer_must_be_checked_by_the_caller() {
    let upload = with_trailer(false);
    let unchecked = ChunkError::UncheckedTrailer {
        name: "x-custom".into(),
    };
    assert_eq!(upload.refuses(&upload.wire), (DATA.len(), unchecked));

    let checked = |answer: Option<bool>| {
        let mut verifier = upload.verifier();
        let mut input = &upload.wire[..];
        while !input.is_empty() {
            let decoded = verifier.decode(input).unwrap();
            input = &input[decoded.consumed..];
        }
        verifier.finish_with(|name, value| answer.filter(|_| (name, value) == ("x-custom", "abc")))
    };
    assert!(checked(Some(true)).is_ok());
    let mismatch = checked(Some(false)).unwrap_err();
    assert_eq!(
        (mismatch.code(), mismatch.status().as_u16()),
        ("BadDigest", 400)
    );
    assert!(checked(None).is_err());
}

#[cfg(feature = "checksums")]
#[test]
fn announced_checksums_are_compared_with_the_payload() {
    use countersign::chunked::Checksum;

    for algorithm in ChecksumAlgorithm::ALL {
        let mut checksum = Checksum::new(algorithm).unwrap();
        checksum.update(&DATA);
        let (name, value) = (algorithm.trailer_name(), checksum.value());
        let length = DATA.len() as u64;
        for payload in [
            ChunkedEncoding::signed_with_trailers(length, [algorithm.into()]),
            ChunkedEncoding::unsigned_with_trailers(length, [algorithm.into()]),
        ] {
            let good = upload(payload.clone(), &[(name.as_str(), &value)]);
            let (data, trailers) = good.verify(&good.wire);
            assert_eq!(data, DATA);
            assert_eq!(trailers.unwrap()[&name], value);

            let wrong = "A".repeat(value.len());
            let bad = upload(payload, &[(name.as_str(), &wrong)]);
            let mismatch = ChunkError::ChecksumMismatch {
                name: name.to_string(),
            };
            assert_eq!(bad.refuses(&bad.wire).1, mismatch);
        }
    }
}

#[test]
fn a_trailer_of_the_other_form_is_refused() {
    // Signed trailers without a signature, and unsigned trailers with one.
    let signed = with_trailer(true);
    let unsigned = with_trailer(false);
    let other = Upload {
        payload: signed.payload.clone(),
        ..with_trailer(false)
    };
    assert!(matches!(
        other.refuses(&unsigned.wire),
        (0, ChunkError::Malformed(_))
    ));
    let other = Upload {
        payload: unsigned.payload.clone(),
        ..with_trailer(true)
    };
    assert!(matches!(
        other.refuses(&signed.wire),
        (0, ChunkError::Malformed(_))
    ));
    let with_signature = format!("abc\r\nx-amz-trailer-signature:{}\r\n", "0".repeat(64));
    let with_signature = unsigned.replaced("abc\r\n", &with_signature);
    assert_eq!(
        unsigned.refuses(&with_signature).1,
        ChunkError::UnannouncedTrailer
    );
}

#[test]
fn a_received_small_chunk_is_refused() {
    let payload = ChunkedEncoding::signed(DATA.len() as u64)
        .with_chunk_size(8191)
        .without_min_chunk_size();
    let mut request = put();
    let mut chunks = signer()
        .sign_chunked(&mut request, payload.clone(), NOW)
        .unwrap();
    let mut wire = Vec::new();
    for chunk in DATA.chunks(8191) {
        wire.extend_from_slice(chunks.header(chunk).unwrap().as_ref());
        wire.extend_from_slice(chunk);
    }
    wire.extend_from_slice(&chunks.finish().unwrap());
    let authorization = request.headers()["authorization"].to_str().unwrap();
    let upload = Upload {
        wire,
        headers: Vec::new(),
        authorization: authorization.to_owned(),
        payload,
    };
    let error = upload.refuses(&upload.wire).1;
    assert_eq!(
        error,
        ChunkError::ChunkTooSmall {
            chunk: 1,
            size: 8191
        }
    );
    assert_eq!(
        (error.code(), error.status().as_u16()),
        ("InvalidChunkSizeError", 403)
    );
    let tolerant = upload.verifier().without_min_chunk_size();
    assert_eq!(decode(tolerant, &upload.wire).0, DATA);
}

#[test]
fn chunks_and_headers_above_their_maximum_are_refused() {
    let upload = plain();
    let strict = upload.verifier().with_max_chunk_size(SIZE - 1);
    let too_large = ChunkError::ChunkTooLarge {
        size: SIZE as u64,
        maximum: SIZE as u64 - 1,
    };
    assert_eq!(decode(strict, &upload.wire).1.unwrap_err(), too_large);
    assert!(
        decode(upload.verifier().with_max_chunk_size(SIZE), &upload.wire)
            .1
            .is_ok()
    );
    // A header without an end.
    let endless = "1".repeat(500);
    assert!(matches!(
        upload.refuses(endless.as_bytes()),
        (0, ChunkError::Malformed(_))
    ));
    let huge = format!("ffffffffffffffff;chunk-signature={}\r\n", "0".repeat(64));
    assert!(matches!(
        upload.refuses(huge.as_bytes()),
        (0, ChunkError::WrongDecodedLength { .. })
    ));
}

/// The default maximum is 16 MiB.
#[test]
fn a_chunk_is_at_most_16_mib_by_default() {
    for (size, sound) in [(2_097_152, true), (16_777_216, true), (16_777_217, false)] {
        let payload = ChunkedEncoding::signed(size).with_chunk_size(size as usize);
        let mut request = put();
        let chunks = signer()
            .sign_chunked(&mut request, payload.clone(), NOW)
            .unwrap();
        let data = vec![b'x'; size as usize];
        let authorization = request.headers()["authorization"].to_str().unwrap();
        let upload = Upload {
            wire: wire(chunks, &data, &[]),
            headers: Vec::new(),
            authorization: authorization.to_owned(),
            payload,
        };
        let (decoded, end) = decode(upload.verifier(), &upload.wire);
        if sound {
            assert!(end.is_ok() && decoded == data);
        } else {
            let maximum = 16_777_216;
            let error = end.unwrap_err();
            assert_eq!(error, ChunkError::ChunkTooLarge { size, maximum });
            assert_eq!(error.code(), "InvalidRequest");
            assert_eq!(error.status(), 400);
            let raised = upload.verifier().with_max_chunk_size(size as usize);
            let (decoded, end) = decode(raised, &upload.wire);
            assert!(end.is_ok() && decoded == data);
        }
    }
}

/// The announced size allocates nothing.
#[test]
fn a_huge_announced_chunk_is_decoded_without_allocating_its_size() {
    for size in [u64::MAX, u64::MAX - 1, u64::MAX / 2, 1 << 62, 1 << 40] {
        let upload = Upload {
            payload: ChunkedEncoding::signed(u64::MAX),
            ..plain()
        };
        let mut verifier = upload.verifier().with_max_chunk_size(usize::MAX);
        let header = format!("{size:x};chunk-signature={}\r\n", "0".repeat(64));
        for input in [header.as_bytes(), b"x", &DATA] {
            let decoded = verifier.decode(input).unwrap();
            assert_eq!((decoded.consumed, decoded.data), (input.len(), &b""[..]));
        }
        assert_eq!(verifier.remaining(), u64::MAX - 20_001);
        assert_eq!(verifier.finish(), Err(ChunkError::Incomplete));
    }
}

/// As minio-go sends it over TLS.
#[cfg(feature = "checksums")]
#[test]
fn trailer_line_that_ends_in_lf_may_be_followed_by_two_empty_lines() {
    let payload =
        ChunkedEncoding::unsigned_with_trailers(10_000, [ChecksumAlgorithm::Crc32.into()]);
    let upload = Upload {
        payload,
        ..with_trailer(false)
    };
    let wire = |end: &str| {
        let data = "x".repeat(10_000);
        format!("2710\r\n{data}\r\n0\r\nx-amz-checksum-crc32:{end}").into_bytes()
    };
    let in_pieces = |wire: &[u8], size: usize| {
        let mut verifier = upload.verifier();
        for mut input in wire.chunks(size) {
            while !input.is_empty() {
                let consumed = verifier.decode(input)?.consumed;
                input = &input[consumed..];
            }
        }
        verifier.finish()
    };
    for end in ["\n\r\n\r\n", "\n\r\n", "\r\n\r\n"] {
        let good = wire(&format!("DVWkow=={end}"));
        let wrong = wire(&format!("DVWkoA=={end}"));
        let mut changed = good.clone();
        changed[5000] = b'y';
        for size in [1, 2, 3, 7, 20_000] {
            let trailers = in_pieces(&good, size).unwrap();
            assert_eq!(trailers["x-amz-checksum-crc32"], "DVWkow==");
            for bad in [&wrong, &changed] {
                let error = in_pieces(bad, size).unwrap_err();
                assert!(
                    matches!(error, ChunkError::ChecksumMismatch { .. }),
                    "{error}"
                );
            }
        }
    }
    let follows = ChunkError::Malformed(ChunkSyntaxError::DataAfterEnd);
    for (end, error) in [
        ("\r\n\r\n\r\n", follows.clone()),
        ("\n\r\n\r\n\r\n", follows.clone()),
        ("\n\r\n\n", follows.clone()),
        ("\n\r\nx", follows.clone()),
        ("\n\r\n\rx", follows.clone()),
        ("\n\r\n\r\nx", follows.clone()),
        ("\n\r\n0\r\n\r\n", follows),
        ("\n\r\n\r", ChunkError::Incomplete),
        ("\n\r", ChunkError::Incomplete),
        ("\n", ChunkError::Incomplete),
    ] {
        let wire = wire(&format!("DVWkow=={end}"));
        for size in [1, 2, 20_000] {
            assert_eq!(in_pieces(&wire, size), Err(error.clone()), "{end:?}");
        }
    }
}

#[test]
fn a_malformed_chunk_header_is_refused() {
    let upload = plain();
    let header = &upload.headers[0];
    for bad in [
        header.replace("2000;", ";"),
        header.replace("2000;", "+2000;"),
        header.replace("2000;", "0x2000;"),
        header.replace("2000;", " 2000;"),
        header.replace("2000;", "2000 ;"),
        header.replace("2000;", "2000;a=b;"),
        header.replace("chunk-signature", "chunk_signature"),
        header.replace("\r\n", "\n"),
        header.replace("\r\n", "*\r\n"),
        header.replace("\r\n", " \r\n"),
        "2000\r\n".to_owned(),
    ] {
        let wire = [bad.as_bytes(), &upload.wire[header.len()..]].concat();
        let refused = upload.refuses(&wire);
        assert!(
            matches!(refused, (0, ChunkError::Malformed(_))),
            "{bad:?}: {refused:?}"
        );
    }
    let upper = upload.replaced("2000;", "0000000000002000;");
    assert!(upload.verify(&upper).1.is_ok());
    let wire = upload.replaced("x\r\n2000", "x2000");
    assert!(matches!(
        upload.refuses(&wire),
        (SIZE, ChunkError::Malformed(_))
    ));
}

#[test]
fn remaining_counts_down_the_bytes_still_to_be_received() {
    for upload in [plain(), with_trailer(true), with_trailer(false)] {
        let mut verifier = upload.verifier();
        assert_eq!(verifier.remaining(), 20_000);
        let (mut input, mut came) = (&upload.wire[..], 0);
        while !input.is_empty() {
            let decoded = verifier.decode(input).unwrap();
            input = &input[decoded.consumed..];
            came += decoded.data.len() as u64;
            assert_eq!(verifier.remaining(), 20_000 - came);
        }
        assert_eq!(came, 20_000);
        // Empty input is no error.
        let nothing = verifier.decode(b"").unwrap();
        assert_eq!((nothing.consumed, nothing.data), (0, &b""[..]));
        assert!(verifier.decode(b"\n").is_err());
    }
}

#[test]
fn bytes_that_are_not_ascii_are_refused_in_trailers() {
    let upload = with_trailer(true);
    for (from, offset, syntax) in [
        ("x-custom:abc", 0, None),
        ("abc", 1, Some(ChunkSyntaxError::InvalidTrailerValue)),
        (
            "x-amz-trailer-signature:",
            24,
            Some(ChunkSyntaxError::InvalidSignature),
        ),
    ] {
        let text = std::str::from_utf8(&upload.wire).unwrap();
        let mut wire = upload.wire.clone();
        wire[text.rfind(from).unwrap() + offset] = 0xff;
        let expected = syntax.map_or(ChunkError::UnannouncedTrailer, ChunkError::Malformed);
        assert_eq!(upload.refuses(&wire).1, expected, "{from}");
    }
}

/// Sixteen digits, the longest signature (144 digits) and CRLF are 179 bytes.
#[test]
fn a_chunk_header_is_at_most_179_bytes() {
    let payload = ChunkedEncoding::unsigned_with_trailers(5, [trailer("x-custom", 3)]);
    let upload = |zeros: usize| {
        let authorization = with_trailer(false).authorization;
        let wire = format!(
            "{}5\r\nhello\r\n0\r\nx-custom:abc\r\n\r\n",
            "0".repeat(zeros)
        );
        let upload = Upload {
            wire: Vec::new(),
            headers: Vec::new(),
            authorization,
            payload: payload.clone(),
        };
        let mut verifier = upload.verifier();
        let (mut input, mut data) = (wire.as_bytes(), Vec::new());
        while !input.is_empty() {
            let decoded = verifier.decode(input)?;
            data.extend_from_slice(decoded.data);
            input = &input[decoded.consumed..];
        }
        assert_eq!(data, b"hello");
        Ok::<(), ChunkError>(())
    };
    assert_eq!(upload(0), Ok(()));
    assert_eq!(upload(176), Ok(()));
    for zeros in [177, 178, 1000] {
        let error = upload(zeros).unwrap_err();
        assert_eq!(
            error,
            ChunkError::Malformed(ChunkSyntaxError::HeaderTooLong)
        );
    }
}

/// Only CRLF ends a chunk and the payload.
#[test]
fn only_crlf_ends_a_chunk_and_the_payload() {
    let upload = plain();
    let breaks = upload.headers.iter().skip(1).map(|header| {
        assert!(header.starts_with("\r\n"));
        header.as_str()
    });
    for header in breaks.chain(["\r\n"]) {
        // The last chunk is empty. The CRLF after it ends the payload.
        let (at, _) = std::str::from_utf8(&upload.wire)
            .unwrap()
            .rmatch_indices(header)
            .next()
            .unwrap();
        for wrong in ["\n", "x\n", "\r\r\n", "\r", "\n\n", "xx"] {
            let mut wire = upload.wire[..at].to_vec();
            wire.extend_from_slice(wrong.as_bytes());
            wire.extend_from_slice(&upload.wire[at + 2..]);
            let (_, error) = upload.refuses(&wire);
            let expected = if ["\r", "xx"].contains(&wrong) && header == "\r\n" {
                ChunkError::Incomplete
            } else {
                ChunkError::Malformed(ChunkSyntaxError::MissingLineBreak)
            };
            assert_eq!(error, expected, "{wrong:?}");
        }
    }
}

/// 8 KiB, including the empty line at the end.
#[test]
fn trailers_are_at_most_8_kib() {
    let verify = |lengths: &[usize]| {
        let names = ["x-a", "x-b", "x-c"];
        let announced = names.into_iter().zip(lengths);
        let trailers = announced
            .clone()
            .map(|(name, length)| trailer(name, *length));
        let payload = ChunkedEncoding::unsigned_with_trailers(0, trailers);
        let mut wire = "0\r\n".to_owned();
        for (name, length) in announced {
            wire.push_str(&format!("{name}:{}\r\n", "v".repeat(*length)));
        }
        wire.push_str("\r\n");
        let verifier = Upload {
            payload,
            ..with_trailer(false)
        }
        .verifier();
        let mut input = wire.as_bytes();
        let mut verifier = verifier;
        while !input.is_empty() {
            let decoded = verifier.decode(input)?;
            input = &input[decoded.consumed..];
        }
        verifier.finish_with(|_, _| Some(true)).map(drop)
    };
    assert_eq!(verify(&[8192 - 8]), Ok(()));
    assert_eq!(verify(&[8192 - 7]), Err(ChunkError::TrailersTooLong));
    assert_eq!(verify(&[4000, 8192 - 4000 - 14]), Ok(()));
    for more in [1, 100, 4000] {
        assert_eq!(
            verify(&[4000, 8192 - 4000 - 14 + more]),
            Err(ChunkError::TrailersTooLong)
        );
    }
    assert_eq!(
        verify(&[3000, 3000, 3000]),
        Err(ChunkError::TrailersTooLong)
    );
}

/// Each header of up to three of the relevant bytes: only hexadecimal digits are accepted.
#[test]
fn each_short_chunk_header_is_read_as_its_grammar_says() {
    let payload = ChunkedEncoding::unsigned_with_trailers(u64::MAX, [trailer("x-custom", 3)]);
    let upload = Upload {
        payload,
        ..with_trailer(false)
    };
    let telling = b"019afAFgG+-_ x;=\t\0\r\xff";
    for n in 0..=(telling.len() + 1).pow(3) {
        // The digits of `n` in base 21 are the bytes of the header. A zero is no byte.
        let digits = [1, 21, 21 * 21].map(|place| n / place % 21);
        let header: Vec<u8> = digits
            .into_iter()
            .filter_map(|digit| telling.get(digit.checked_sub(1)?).copied())
            .collect();
        let result = upload
            .verifier()
            .decode(&[&header, &b"\r\n"[..]].concat())
            .map(drop);
        let hex = header.iter().take_while(|b| b"019afAF".contains(b)).count();
        match (hex, header.len() - hex) {
            (0, _) => assert!(
                matches!(result, Err(ChunkError::Malformed(_))),
                "{header:?}"
            ),
            (_, 0) if header.iter().all(|b| *b == b'0') => assert!(
                matches!(
                    result,
                    Err(ChunkError::WrongDecodedLength { length: 0, .. })
                ),
                "{header:?}"
            ),
            (_, 0) => assert_eq!(result, Ok(()), "{header:?}"),
            _ => assert!(
                matches!(result, Err(ChunkError::Malformed(_))),
                "{header:?}"
            ),
        }
    }
}

/// A chunk that is smaller than the minimum is accepted only as the one chunk of a payload. An
/// empty chunk ends the payload.
#[test]
fn only_a_payload_of_one_chunk_may_have_a_small_chunk() {
    let sign = |length, size| {
        let payload = ChunkedEncoding::signed(length).with_chunk_size(size);
        signer().sign_chunked(&mut put(), payload, NOW).map(drop)
    };
    assert!(sign(100_000, 8192).is_ok());
    assert!(sign(8191, 8191).is_ok());
    assert!(sign(1, 1).is_ok());
    assert!(sign(0, 1).is_ok());
    for (length, size) in [
        (100_000, 8191),
        (8192, 8191),
        (2, 1),
        (0, 0),
        (1, 0),
        (100_000, 0),
    ] {
        let error = sign(length, size).unwrap_err();
        assert!(
            matches!(
                error,
                Error::Chunk(ChunkSigningError::ChunkTooSmall { minimum: 8192, .. })
            ),
            "{length} {size}: {error}"
        );
    }
}

/// A trailer is sent as it is given, and receivers remove the spaces around a value.
#[test]
fn a_trailer_value_with_spaces_around_it_is_refused() {
    let finish = |value: &str| {
        let payload = ChunkedEncoding::signed_with_trailers(0, [trailer("x-custom", 3)]);
        chunks_of(payload).finish_with([("x-custom", value)])
    };
    assert!(finish("a b").is_ok());
    for value in [
        " ab", "ab ", "   ", "a\tb", "a\nb", "a\u{7f}b", "ab", "abcd",
    ] {
        assert!(finish(value).is_err(), "{value:?}");
    }
}

/// Amazon S3 User Guide, "Checking object integrity": the trailers, and the lengths of their values
/// in base64.
#[test]
fn each_checksum_has_its_trailer_name_and_length() {
    let actual = ChecksumAlgorithm::ALL.map(|algorithm| {
        let name = algorithm.trailer_name();
        assert_eq!(
            ChecksumAlgorithm::of_trailer(name.as_str()),
            Some(algorithm)
        );
        (name.as_str().to_owned(), algorithm.value_length())
    });
    let expected = [
        ("x-amz-checksum-crc32", 8),
        ("x-amz-checksum-crc32c", 8),
        ("x-amz-checksum-crc64nvme", 12),
        ("x-amz-checksum-sha1", 28),
        ("x-amz-checksum-sha256", 44),
        ("x-amz-checksum-sha512", 88),
        ("x-amz-checksum-md5", 24),
        ("x-amz-checksum-xxhash64", 12),
        ("x-amz-checksum-xxhash3", 12),
        ("x-amz-checksum-xxhash128", 24),
    ];
    assert_eq!(actual.len(), expected.len());
    for (name, length) in expected {
        assert!(actual.contains(&(name.to_owned(), length)), "{name}");
    }
}
