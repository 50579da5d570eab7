//! aws-chunked payloads: `cargo bench --bench chunked --features http-body`.
//!
//! W7 one signed chunk of 64 KiB, and a body of 1 MiB in frames of 64 KiB, 16 KiB and 100 bytes,
//! which is encoded and decoded. For comparison, the SHA-256 of the same bytes is measured in the
//! same run: only the ratio of the two is meaningful.

use std::hint::black_box;

use countersign::chunked::{ChunkSigner, ChunkedEncoding};
use countersign::{Credentials, Signer};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use http::Request;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use time::macros::datetime;

const NOW: OffsetDateTime = datetime!(2026-01-02 03:04:05 UTC);
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const CHUNK: usize = 64 * 1024;

fn sign(payload: ChunkedEncoding) -> (Request<()>, ChunkSigner) {
    let signer = Signer::new(Credentials::new("AKIDEXAMPLE", SECRET), "us-east-1", "s3").unwrap();
    let uri = "https://examplebucket.s3.us-east-1.amazonaws.com/key";
    let mut request = Request::put(uri).body(()).unwrap();
    let chunks = signer.sign_chunked(&mut request, payload, NOW).unwrap();
    (request, chunks)
}

fn chunk(c: &mut Criterion) {
    let mut group = c.benchmark_group("chunk");
    group.throughput(Throughput::Bytes(CHUNK as u64));
    let data = vec![7; CHUNK];
    let (_, chunks) = sign(ChunkedEncoding::signed(CHUNK as u64));
    group.bench_function("W7", |b| {
        b.iter_batched_ref(
            || chunks.clone(),
            |chunks| chunks.header(black_box(&data)).unwrap(),
            BatchSize::SmallInput,
        );
    });
    group.bench_function("W7 SHA-256 alone", |b| {
        b.iter(|| -> [u8; 32] { Sha256::digest(black_box(&data)).into() });
    });
    group.finish();
}

#[cfg(feature = "http-body")]
mod bodies {
    use std::collections::VecDeque;
    use std::convert::Infallible;
    use std::pin::Pin;
    use std::task::{Context, Poll, Waker};

    use bytes::Bytes;
    use countersign::Service;
    use countersign::chunked::{ChunkVerifier, ChunkedBody, VerifiedBody};
    use countersign::verify::{PendingVerification, SignedRequest, VerificationKey, Verifier};
    use http_body::{Body, Frame};

    use super::*;

    const LENGTH: usize = 1024 * 1024;

    pub(super) struct Frames(VecDeque<Bytes>);

    impl Body for Frames {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            Poll::Ready(self.0.pop_front().map(|data| Ok(Frame::data(data))))
        }
    }

    fn frames(data: &Bytes, size: usize) -> Frames {
        let starts = (0..data.len()).step_by(size);
        Frames(
            starts
                .map(|start| data.slice(start..data.len().min(start + size)))
                .collect(),
        )
    }

    /// Reads a body to its end, and returns its length.
    fn drain(mut body: impl Body<Data = Bytes> + Unpin, mut each: impl FnMut(&Bytes)) -> usize {
        let mut context = Context::from_waker(Waker::noop());
        let mut length = 0;
        while let Poll::Ready(Some(Ok(frame))) = Pin::new(&mut body).poll_frame(&mut context) {
            let data = frame.into_data().unwrap_or_default();
            each(&data);
            length += data.len();
        }
        length
    }

    pub(super) fn bodies(c: &mut Criterion) {
        let mut group = c.benchmark_group("body");
        group.throughput(Throughput::Bytes(LENGTH as u64));
        let data = Bytes::from(vec![7; LENGTH]);
        group.bench_function("SHA-256 alone, in pieces of 64 KiB", |b| {
            b.iter(|| {
                for chunk in data.chunks(CHUNK) {
                    let hash: [u8; 32] = Sha256::digest(black_box(chunk)).into();
                    black_box(hash);
                }
            });
        });
        let payload = || ChunkedEncoding::signed(LENGTH as u64);
        let (_, chunks) = sign(payload());
        for size in [CHUNK, 16 * 1024, 100] {
            group.bench_function(format!("signed, frames of {size} bytes"), |b| {
                b.iter_batched(
                    || ChunkedBody::new(frames(&data, size), chunks.clone()),
                    |body| drain(body, |_| ()),
                    BatchSize::SmallInput,
                );
            });
        }

        let (request, chunks) = sign(payload());
        let mut wire = Vec::new();
        drain(ChunkedBody::new(frames(&data, CHUNK), chunks), |piece| {
            wire.extend_from_slice(piece);
        });
        let wire = Bytes::from(wire);
        let claim = SignedRequest::parse(&request).unwrap();
        let known = Credentials::new(claim.access_key_id(), SECRET);
        let key = VerificationKey::derive(&known, claim.scope()).unwrap();
        let verifier = Verifier::new("us-east-1", Service::S3).unwrap();
        let Ok(PendingVerification::SignedStream(head)) =
            verifier.verify_signature(&claim, &key, NOW)
        else {
            return;
        };
        let (_, seed) = head.into_parts();
        for size in [16 * 1024, 100] {
            group.bench_function(format!("verified, frames of {size} bytes"), |b| {
                b.iter_batched(
                    || {
                        let verifier = ChunkVerifier::new(&seed).unwrap();
                        VerifiedBody::new(frames(&wire, size), verifier)
                    },
                    |body| assert_eq!(drain(body, |_| ()), LENGTH),
                    BatchSize::SmallInput,
                );
            });
        }
        group.finish();
    }
}

#[cfg(feature = "http-body")]
criterion_group!(benches, chunk, bodies::bodies);
#[cfg(not(feature = "http-body"))]
criterion_group!(benches, chunk);
criterion_main!(benches);
