//! Bodies that are signed and verified while they are streamed.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
#[cfg(feature = "checksums")]
use countersign::chunked::ChecksumAlgorithm;
use countersign::chunked::{
    ChunkError, ChunkSigner, ChunkSigningError, ChunkVerifier, ChunkedBody, ChunkedBodyError,
    ChunkedEncoding, Trailer, VerifiedBody, VerifiedBodyError,
};
use countersign::verify::VerificationKey;
use countersign::{
    Credentials, Signer,
    sigv4::{AmzDate, Authorization, SigningKey},
};
use http::{HeaderMap, HeaderName, Request};
use http_body::{Body, Frame};
use proptest::prelude::*;
use time::OffsetDateTime;
use time::macros::datetime;

const NOW: OffsetDateTime = datetime!(2015-08-30 12:36 UTC);
const SECRET_KEY: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
/// Two chunks of 64 KiB, and a smaller one.
const LENGTH: usize = 2 * 65_536 + 1000;

/// A body of these pieces, which is pending between them.
struct Pieces {
    pieces: VecDeque<Result<Bytes, String>>,
    pending: bool,
}

impl Pieces {
    fn of<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let pieces = pieces.into_iter().map(Bytes::copy_from_slice).map(Ok);
        Self {
            pieces: pieces.collect(),
            pending: false,
        }
    }

    fn then_failing(mut self) -> Self {
        self.pieces.push_back(Err("the disk is gone".to_owned()));
        self
    }
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = String;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, String>>> {
        self.pending = !self.pending;
        if self.pending {
            return Poll::Pending;
        }
        let piece = self.pieces.pop_front();
        Poll::Ready(piece.map(|piece| piece.map(Frame::data)))
    }
}

/// Collects a body, and checks its `size_hint` at each step.
fn collect<B: Body<Data = Bytes> + Unpin>(
    mut body: B,
) -> (Vec<u8>, Option<HeaderMap>, Option<B::Error>) {
    let mut context = Context::from_waker(Waker::noop());
    let (mut data, mut trailers, mut promised) = (Vec::new(), None, Vec::new());
    let error = loop {
        promised.push((data.len() as u64, body.size_hint().exact().unwrap()));
        let ended = body.is_end_stream();
        let frame = Pin::new(&mut body).poll_frame(&mut context);
        assert!(
            !ended || matches!(frame, Poll::Ready(None)),
            "more after the end"
        );
        match frame {
            Poll::Pending => {}
            Poll::Ready(None) => break None,
            Poll::Ready(Some(Err(error))) => {
                let after = Pin::new(&mut body).poll_frame(&mut context);
                assert!(matches!(after, Poll::Ready(None)), "more after an error");
                assert_eq!(body.size_hint().exact(), Some(0), "more after an error");
                break Some(error);
            }
            Poll::Ready(Some(Ok(frame))) => match frame.into_data() {
                Ok(piece) => data.extend_from_slice(&piece),
                Err(frame) => trailers = frame.into_trailers().ok(),
            },
        }
    };
    if error.is_none() {
        assert!(body.is_end_stream());
        for (had, left) in promised {
            assert_eq!(had + left, data.len() as u64);
        }
    }
    (data, trailers, error)
}

fn sign(payload: ChunkedEncoding) -> (ChunkSigner, Authorized) {
    let credentials = Credentials::new("AKIDEXAMPLE", SECRET_KEY);
    let uri = "https://bucket.s3.amazonaws.com/key";
    let mut request = Request::put(uri).body(()).unwrap();
    let signer = Signer::new(credentials, "us-east-1", "s3").unwrap();
    let chunks = signer
        .sign_chunked(&mut request, payload.clone(), NOW)
        .unwrap();
    let authorization = request.headers()["authorization"].to_str().unwrap();
    let authorized = Authorized {
        authorization: authorization.to_owned(),
        payload,
    };
    (chunks, authorized)
}

struct Authorized {
    authorization: String,
    payload: ChunkedEncoding,
}

impl Authorized {
    fn verifier(&self) -> ChunkVerifier {
        let authorization = Authorization::parse(&self.authorization).unwrap();
        let scope = &authorization.scope;
        let key = SigningKey::derive(&SECRET_KEY.into(), scope);
        let key = VerificationKey::from_signing_key("AKIDEXAMPLE", key);
        let date = AmzDate::new(NOW).unwrap();
        ChunkVerifier::for_payload(&self.payload, &authorization.signature, &date, scope, key)
    }
}

/// The same upload, written by a chunk signer without a body.
fn by_hand(mut chunks: ChunkSigner, data: &[u8], trailers: &[(&str, &str)]) -> Vec<u8> {
    let mut wire = Vec::new();
    for chunk in data.chunks(chunks.chunk_size()) {
        wire.extend_from_slice(chunks.header(chunk).unwrap().as_ref());
        wire.extend_from_slice(chunk);
    }
    wire.extend_from_slice(&chunks.finish_with(trailers.iter().copied()).unwrap());
    wire
}

fn data(length: usize) -> Vec<u8> {
    (0..length).map(|i| (i % 251) as u8).collect()
}

fn signed(length: usize) -> ChunkedEncoding {
    ChunkedEncoding::signed(length as u64)
}

fn custom() -> Trailer {
    Trailer::new(HeaderName::from_static("x-custom"), 3)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn any_pieces_make_the_same_chunks(
        length in prop_oneof![Just(0), Just(65_536), 1..LENGTH],
        piece in prop_oneof![1..50_usize, 500..2000_usize, 60_000..200_000_usize],
        wire_piece in prop_oneof![1..50_usize, 500..2000_usize, 60_000..200_000_usize],
        one_size in any::<bool>(),
    ) {
        let data = data(length);
        let payload = if one_size {
            signed(length)
        } else {
            signed(length).with_any_chunk_size()
        };
        let (chunks, authorized) = sign(payload);
        let wire = by_hand(chunks.clone(), &data, &[]);
        let body = ChunkedBody::new(Pieces::of(data.chunks(piece)), chunks);
        let (sent, _, error) = collect(body);
        prop_assert!(error.is_none());
        prop_assert!(sent == wire);

        let arriving = Pieces::of(sent.chunks(wire_piece));
        let body = VerifiedBody::new(arriving, authorized.verifier());
        let (came, trailers, error) = collect(body);
        prop_assert!(error.is_none());
        prop_assert!(trailers.is_none());
        prop_assert!(came == data);
    }
}

#[test]
fn a_body_of_another_length_is_refused() {
    for length in [LENGTH - 1, 0, 65_536] {
        let (chunks, _) = sign(signed(LENGTH));
        let data = data(length);
        let (sent, _, error) = collect(ChunkedBody::new(Pieces::of([&data[..]]), chunks));
        let too_short = matches!(
            error,
            Some(ChunkedBodyError::Signing(
                ChunkSigningError::PayloadTooShort { .. }
            ))
        );
        assert!(too_short, "{length}: {error:?}");
        // The final chunk is not sent.
        assert!(sent.len() <= LENGTH + 300);
    }
    let (chunks, _) = sign(signed(10));
    let (_, _, error) = collect(ChunkedBody::new(Pieces::of([&[0; 11][..]]), chunks));
    assert!(matches!(
        error,
        Some(ChunkedBodyError::Signing(
            ChunkSigningError::PayloadTooLong {
                length: 11,
                announced: 10
            }
        ))
    ));
}

#[test]
fn an_error_of_the_inner_body_is_passed_on() {
    let (chunks, authorized) = sign(signed(10));
    let failing = || Pieces::of([&b"12345"[..]]).then_failing();
    let error = collect(ChunkedBody::new(failing(), chunks)).2.unwrap();
    assert!(matches!(error, ChunkedBodyError::Body(_)));
    let source = std::error::Error::source(&error).unwrap();
    assert_eq!(source.to_string(), "the disk is gone");

    let failing = Pieces::of([]).then_failing();
    let error = collect(VerifiedBody::new(failing, authorized.verifier())).2;
    assert!(matches!(error, Some(VerifiedBodyError::Body(_))));
}

#[test]
fn a_body_sends_the_callers_own_trailers() {
    for payload in [
        ChunkedEncoding::signed_with_trailers(LENGTH as u64, [custom()]),
        ChunkedEncoding::unsigned_with_trailers(LENGTH as u64, [custom()]),
    ] {
        let data = data(LENGTH);
        let (chunks, authorized) = sign(payload);
        let wire = by_hand(chunks.clone(), &data, &[("x-custom", "abc")]);
        let body = || Pieces::of(data.chunks(10_000));
        let sending =
            ChunkedBody::new(body(), chunks.clone()).with_trailer("x-custom", || "abc".to_owned());
        assert!(collect(sending).0 == wire);
        // The trailer is missing.
        let error = collect(ChunkedBody::new(body(), chunks)).2;
        assert!(matches!(
            error,
            Some(ChunkedBodyError::Signing(
                ChunkSigningError::MissingTrailer { .. }
            ))
        ));

        let seen = Arc::new(Mutex::new(Vec::new()));
        let arriving = VerifiedBody::new(Pieces::of([&wire[..]]), authorized.verifier())
            .with_check({
                let seen = seen.clone();
                move |name, value| {
                    seen.lock().unwrap().push(format!("{name}:{value}"));
                    Some(true)
                }
            });
        let (came, trailers, error) = collect(arriving);
        assert!(error.is_none());
        assert!(came == data);
        assert_eq!(trailers.unwrap()["x-custom"], "abc");
        assert_eq!(*seen.lock().unwrap(), ["x-custom:abc"]);
    }
}

#[test]
fn an_unchecked_trailer_is_an_error_at_the_end_of_the_body() {
    let (chunks, authorized) = sign(ChunkedEncoding::unsigned_with_trailers(9000, [custom()]));
    let wire = by_hand(chunks, &data(9000), &[("x-custom", "abc")]);
    let (came, _, error) = collect(VerifiedBody::new(
        Pieces::of([&wire[..]]),
        authorized.verifier(),
    ));
    assert!(came.is_empty());
    assert!(matches!(
        error,
        Some(VerifiedBodyError::Chunks(
            ChunkError::UncheckedTrailer { .. }
        ))
    ));
}

/// Data that the verifier returned before is not returned again.
#[test]
fn a_verifier_that_has_begun_continues_in_a_body() {
    let (chunks, authorized) = sign(signed(LENGTH));
    let (data, wire) = (data(LENGTH), by_hand(chunks, &data(LENGTH), &[]));
    for (begun, came) in [(1000, 0), (88 + 65_536, 65_536)] {
        let mut verifier = authorized.verifier();
        let (mut first, mut sent) = (Vec::new(), 0);
        // In two pieces: one ends within a chunk.
        for end in [500, begun] {
            let decoded = verifier.decode(&wire[sent..end]).unwrap();
            first.extend_from_slice(decoded.data);
            sent += decoded.consumed;
        }
        assert_eq!(first.len(), came);
        let rest = Pieces::of([&wire[sent..]]);
        let (more, _, error) = collect(VerifiedBody::new(rest, verifier));
        assert!(error.is_none(), "{error:?}");
        assert!([first, more].concat() == data, "{begun}");
    }
}

#[test]
fn the_last_data_is_returned_after_the_final_chunk() {
    let (chunks, authorized) = sign(signed(LENGTH));
    let data = data(LENGTH);
    let wire = by_hand(chunks, &data, &[]);
    for cut in [1, 2, 86, 87, 88, 500] {
        let cut = &wire[..wire.len() - cut];
        let body = VerifiedBody::new(Pieces::of([cut]), authorized.verifier());
        let (came, _, error) = collect(body);
        assert!(matches!(
            error,
            Some(VerifiedBodyError::Chunks(ChunkError::Incomplete))
        ));
        assert!(came == data[..2 * 65_536]);
    }
    let more = [&wire[..], b"x"].concat();
    for pieces in [vec![&more[..]], vec![&wire[..], b"x"]] {
        let body = VerifiedBody::new(Pieces::of(pieces), authorized.verifier());
        let (came, _, error) = collect(body);
        assert!(matches!(
            error,
            Some(VerifiedBodyError::Chunks(ChunkError::Malformed(_)))
        ));
        assert!(came == data[..2 * 65_536]);
    }
    let mut flipped = wire;
    flipped[70_000] ^= 1;
    let body = VerifiedBody::new(Pieces::of(flipped.chunks(1000)), authorized.verifier());
    let (came, _, error) = collect(body);
    assert!(matches!(
        error,
        Some(VerifiedBodyError::Chunks(ChunkError::SignatureMismatch))
    ));
    assert!(came == data[..65_536]);
}

#[cfg(feature = "checksums")]
#[test]
fn checksums_are_calculated_and_checked_on_the_way() {
    // The checksum of 65,537 times `a`, from the vectors of chunked-trailer and unsigned-trailer.
    let value = "AI/8iNPJap8wdSTrNh5HxSIqiH/EX6DB+41CnFwjtDA=";
    let data = vec![b'a'; 65_537];
    let trailers = || [ChecksumAlgorithm::Sha256.into()];
    for payload in [
        ChunkedEncoding::signed_with_trailers(65_537, trailers()),
        ChunkedEncoding::unsigned_with_trailers(65_537, trailers()),
    ] {
        let (chunks, authorized) = sign(payload);
        let wire = by_hand(chunks.clone(), &data, &[("x-amz-checksum-sha256", value)]);
        let body = ChunkedBody::new(Pieces::of(data.chunks(3000)), chunks.clone());
        assert!(collect(body).0 == wire);
        let body = VerifiedBody::new(Pieces::of(wire.chunks(777)), authorized.verifier());
        let (came, trailers, error) = collect(body);
        assert!(error.is_none());
        assert!(came == data);
        assert_eq!(trailers.unwrap()["x-amz-checksum-sha256"], value);

        // A value of the caller is used instead.
        let other = "BI/8iNPJap8wdSTrNh5HxSIqiH/EX6DB+41CnFwjtDA=";
        let body = ChunkedBody::new(Pieces::of(data.chunks(3000)), chunks.clone())
            .with_trailer("x-amz-checksum-sha256", || other.to_owned());
        let by_caller = [("x-amz-checksum-sha256", other)];
        assert!(collect(body).0 == by_hand(chunks.clone(), &data, &by_caller));
        let wire = by_hand(chunks, &data, &[("x-amz-checksum-sha256", other)]);
        let body = VerifiedBody::new(Pieces::of([&wire[..]]), authorized.verifier());
        let (came, _, error) = collect(body);
        assert!(matches!(
            error,
            Some(VerifiedBodyError::Chunks(
                ChunkError::ChecksumMismatch { .. }
            ))
        ));
        assert!(came.len() <= 65_536);
    }
}

/// As minio-go sends it over TLS.
#[cfg(feature = "checksums")]
#[test]
fn a_body_accepts_two_empty_lines_after_a_trailer_that_ends_in_lf() {
    let trailers = [ChecksumAlgorithm::Crc32.into()];
    let (_, authorized) = sign(ChunkedEncoding::unsigned_with_trailers(10_000, trailers));
    let data = "x".repeat(10_000);
    let wire =
        |end: &str| format!("2710\r\n{data}\r\n0\r\nx-amz-checksum-crc32:{end}").into_bytes();
    for size in [1, 5, 777, 20_000] {
        let read = |end: &str| {
            let wire = wire(end);
            collect(VerifiedBody::new(
                Pieces::of(wire.chunks(size)),
                authorized.verifier(),
            ))
        };
        let (came, trailers, error) = read("DVWkow==\n\r\n\r\n");
        assert!(error.is_none(), "{error:?}");
        assert!(came == data.as_bytes());
        assert_eq!(trailers.unwrap()["x-amz-checksum-crc32"], "DVWkow==");
        for end in [
            "DVWkoA==\n\r\n\r\n",
            "DVWkow==\n\r\n\r\n\r\n",
            "DVWkow==\n\r\n\r",
        ] {
            let (came, trailers, error) = read(end);
            assert!(
                matches!(error, Some(VerifiedBodyError::Chunks(_))),
                "{end:?}"
            );
            assert!(came.len() < data.len() && trailers.is_none());
        }
    }
}

/// The announced size allocates nothing.
#[test]
fn a_body_decodes_a_huge_announced_chunk_without_allocating_its_size() {
    let (_, mut authorized) = sign(signed(LENGTH));
    authorized.payload = ChunkedEncoding::signed(u64::MAX);
    let verifier = authorized.verifier().with_max_chunk_size(usize::MAX);
    let header = format!("{:x};chunk-signature={}\r\n", u64::MAX, "0".repeat(64));
    let pieces = Pieces::of([header.as_bytes(), b"x", &[0; 5000]]);
    let (came, _, error) = collect(VerifiedBody::new(pieces, verifier));
    assert!(came.is_empty());
    assert!(matches!(
        error,
        Some(VerifiedBodyError::Chunks(ChunkError::Incomplete))
    ));
}

#[test]
fn a_body_decodes_signed_chunks_of_2_mib() {
    let length = 5 << 20;
    let (chunks, authorized) = sign(signed(length).with_chunk_size(2 << 20));
    let (data, wire) = (data(length), by_hand(chunks, &data(length), &[]));
    let pieces = Pieces::of(wire.chunks(100_000));
    let (came, _, error) = collect(VerifiedBody::new(pieces, authorized.verifier()));
    assert!(error.is_none(), "{error:?}");
    assert!(came == data);
}

#[cfg(feature = "checksums")]
#[test]
fn checksums_are_those_of_the_vectors() {
    // From the vectors of chunked-trailer and unsigned-trailer. For CRC-64/NVME, the check value of
    // the algorithm: ae8b14860a799888.
    use countersign::chunked::Checksum;

    for (algorithm, data, value) in [
        (ChecksumAlgorithm::Crc32, vec![b'a'; 5], "7qyTuQ=="),
        (ChecksumAlgorithm::Crc32, Vec::new(), "AAAAAA=="),
        (ChecksumAlgorithm::Crc32, vec![b'a'; 100_000], "G+L6hw=="),
        (ChecksumAlgorithm::Crc32c, vec![b'a'; 65_536], "TpXtPw=="),
        (ChecksumAlgorithm::Crc32c, vec![b'a'; 17], "4iUcEw=="),
        (
            ChecksumAlgorithm::Crc64Nvme,
            b"123456789".to_vec(),
            "rosUhgp5mIg=",
        ),
        (
            ChecksumAlgorithm::Sha1,
            vec![b'a'; 10],
            "NJX/adNGcdHhWzOmPBN5/e3Toyo=",
        ),
    ] {
        let mut checksum = Checksum::new(algorithm).unwrap();
        for piece in data.chunks(7) {
            checksum.update(piece);
        }
        assert_eq!(checksum.value(), value, "{algorithm:?}");
        assert_eq!(value.len(), algorithm.value_length());
    }
}

#[test]
fn bodies_are_send_sync_unpin_and_static() {
    fn sendable<T: Send + Sync + Unpin + 'static>() {}
    sendable::<ChunkedBody<Pieces>>();
    sendable::<VerifiedBody<Pieces>>();
    sendable::<ChunkedBodyError>();
}
