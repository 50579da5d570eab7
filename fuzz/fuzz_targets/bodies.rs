//! A body that signs while it is streamed sends what a signer of chunks writes, in the announced
//! length. A body that verifies returns what was sent, however both are split. A changed, shorter
//! or longer upload is refused, nothing follows an error, and the work is linear.
//!
//! Input: the kind of payload, the size of chunks, the largest pieces of both bodies, the place and
//! the value of the change, the payload.

#![no_main]

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use countersign::Signer;
use countersign::chunked::{
    Checksum, ChecksumAlgorithm, ChunkSigner, ChunkVerifier, ChunkedBody, ChunkedEncoding, Trailer,
    VerifiedBody,
};
use countersign::verify::{
    PendingVerification, SignedRequest, StreamContext, VerificationKey, Verifier,
};
use countersign_fuzz::{NOW, REGION, credentials, tampered};
use http::{HeaderMap, HeaderName, HeaderValue, Request};
use http_body::{Body, Frame};
use libfuzzer_sys::fuzz_target;

const LINES: HeaderName = HeaderName::from_static("x-amz-meta-lines");

fuzz_target!(|input: &[u8]| {
    let Some((&[options, s0, s1, sent_in, got_in, p0, p1, change], data)) =
        input.split_first_chunk()
    else {
        return;
    };
    let size = usize::from(u16::from_be_bytes([s0, s1]));
    let form = Form {
        options,
        size,
        data,
    };
    let Some((mut chunks, context)) = form.sign() else {
        return;
    };
    let announced = chunks.encoded_remaining().expect("chunks of one size");

    // The body sends what the signer of chunks writes.
    let mut wire = Vec::new();
    for chunk in data.chunks(size.max(1)) {
        wire.extend_from_slice(chunks.header(chunk).expect("what was announced").as_ref());
        wire.extend_from_slice(chunk);
    }
    let given = form.lines().then_some(("x-amz-meta-lines", "1 2"));
    wire.extend(chunks.finish_with(given).expect("all of it"));
    assert_eq!(announced, wire.len() as u64);

    let (chunks, _) = form.sign().expect("as before");
    let mut body = ChunkedBody::new(Pieces::of(data, sent_in), chunks);
    if form.lines() {
        body = body.with_trailer(LINES.as_str(), || "1 2".to_owned());
    }
    let sent = read_all(body);
    assert!(sent.error.is_none() && sent.trailers.is_none());
    assert_eq!(sent.data, wire);
    // Each piece of the payload, and a header and an end for each chunk.
    let chunks = data.len() / size.max(1) + 2;
    let pieces = Pieces::of(data, sent_in).pieces.len();
    assert!(sent.frames <= 2 * chunks + pieces + 2, "{}", sent.frames);

    // A body of another length is an error, never a shorter upload.
    for wrong in [
        &data[..data.len().saturating_sub(1)],
        &[data, b"x"].concat(),
    ] {
        let (chunks, _) = form.sign().expect("as before");
        let mut body = ChunkedBody::new(Pieces::of(wrong, sent_in), chunks);
        if form.lines() {
            body = body.with_trailer(LINES.as_str(), || "1 2".to_owned());
        }
        let sent = read_all(body);
        assert_eq!(sent.error.is_some(), wrong.len() != data.len());
        assert!(wire.starts_with(&sent.data) || sent.error.is_none());
    }

    let verify = |wire: &[u8], largest| {
        let verifier = ChunkVerifier::new(&context).expect("chunks");
        let body = Pieces::of(wire, largest);
        let body = VerifiedBody::new(body, verifier.without_min_chunk_size());
        let lines = form.lines();
        read_all(body.with_check(move |name, _| (lines && name == LINES.as_str()).then_some(true)))
    };
    let whole = verify(&wire, got_in);
    assert!(whole.error.is_none(), "{:?}", whole.error);
    assert_eq!(whole.data, data);
    assert!(whole.frames <= chunks + Pieces::of(&wire, got_in).pieces.len());
    let trailers = whole.trailers.unwrap_or_default();
    assert_eq!(
        trailers.len(),
        usize::from(form.trailers()) + usize::from(form.lines())
    );

    let place = u16::from_be_bytes([p0, p1]);
    let changed = verify(&tampered(&wire, place, change), got_in);
    // A reader that counts bytes never accepts a changed upload as complete.
    if changed.error.is_none() || changed.data.len() >= data.len() && !data.is_empty() {
        assert_eq!(changed.data, data);
        assert!(changed.error.is_none());
        let found = changed.trailers.unwrap_or_default();
        // This trailer is not checked.
        let checked = |name: &HeaderName| form.signed() || *name != LINES;
        let same = |name| found.get(name) == trailers.get(name);
        assert!(trailers.keys().filter(|name| checked(name)).all(same));
    }
    assert!(!form.signed() || data.starts_with(&changed.data));
    let shorter = verify(&wire[..usize::from(place) % wire.len()], got_in);
    assert!(shorter.error.is_some() && data.starts_with(&shorter.data));
    assert!(data.is_empty() || shorter.data.len() < data.len());
    let longer = verify(&[&wire[..], b"\n"].concat(), got_in);
    assert!(longer.error.is_some() && (data.is_empty() || longer.data.len() < data.len()));

    // The payload instead of the chunks.
    let made_up = verify(data, got_in);
    assert!(!form.signed() || made_up.data.is_empty());
    assert!(made_up.data.len() <= data.len());
});

struct Form<'a> {
    options: u8,
    size: usize,
    data: &'a [u8],
}

impl Form<'_> {
    fn signed(&self) -> bool {
        self.options % 4 < 2
    }

    fn trailers(&self) -> bool {
        !self.options.is_multiple_of(4)
    }

    /// Whether there is a trailer that is not a checksum.
    fn lines(&self) -> bool {
        self.trailers() && self.options & 128 != 0
    }

    fn sign(&self) -> Option<(ChunkSigner, StreamContext)> {
        let length = self.data.len() as u64;
        let mut trailers = Vec::new();
        if self.trailers() {
            let algorithm = ChecksumAlgorithm::ALL[usize::from(self.options >> 3) % 5];
            let value = Checksum::new(algorithm).expect("no switch is set").value();
            trailers.push(Trailer::new(algorithm.trailer_name(), value.len()));
        }
        if self.lines() {
            trailers.push(Trailer::new(LINES, 3));
        }
        let encoding = match self.options % 4 {
            0 => ChunkedEncoding::signed(length),
            1 => ChunkedEncoding::signed_with_trailers(length, trailers),
            _ => ChunkedEncoding::unsigned_with_trailers(length, trailers),
        };
        let encoding = encoding.without_min_chunk_size().with_chunk_size(self.size);
        let mut request = Request::put("/key").header("host", "localhost").body(());
        let request = request.as_mut().expect("a request");
        let credentials = credentials(self.options & 4 != 0);
        let signer = Signer::new(credentials.clone(), REGION, "s3").expect("credentials");
        let chunks = signer.sign_chunked(request, encoding, NOW).ok()?;

        let claim = SignedRequest::parse(request).expect("what was signed");
        let key = VerificationKey::derive(&credentials, claim.scope()).expect("a secret");
        let verifier = Verifier::new(REGION, "s3").expect("a region");
        let context = match verifier
            .verify_signature(&claim, &key, NOW)
            .expect("what was signed")
        {
            PendingVerification::SignedStream(pending) => pending.into_parts().1,
            PendingVerification::UnsignedStream(pending) => pending.accept().1,
            _ => panic!("not a stream"),
        };
        Some((chunks, context))
    }
}

/// A body of pieces. Some are empty, and sometimes it is pending.
struct Pieces {
    pieces: VecDeque<Frame<Bytes>>,
    pending: bool,
}

impl Pieces {
    fn of(bytes: &[u8], largest: u8) -> Self {
        let mut pieces = VecDeque::new();
        let mut rest = bytes;
        let mut next = 0_usize;
        while !rest.is_empty() {
            // The lengths from zero to the largest, in turn.
            let length = (next % (usize::from(largest) + 2)).min(rest.len());
            let (piece, more) = rest.split_at(length);
            pieces.push_back(Frame::data(Bytes::copy_from_slice(piece)));
            (rest, next) = (more, next + 1 + usize::from(largest) / 2);
        }
        // Trailers of the connection are not trailers of the upload.
        let mut trailers = HeaderMap::new();
        trailers.insert(LINES, HeaderValue::from_static("4 5"));
        pieces.push_back(Frame::trailers(trailers));
        let pending = false;
        Self { pieces, pending }
    }
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = String;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, String>>> {
        self.pending = !self.pending && self.pieces.len() % 3 == 0;
        match self.pending {
            true => Poll::Pending,
            false => Poll::Ready(self.pieces.pop_front().map(Ok)),
        }
    }
}

struct Read<E> {
    data: Vec<u8>,
    frames: usize,
    trailers: Option<HeaderMap>,
    error: Option<E>,
}

fn read_all<B: Body<Data = Bytes> + Unpin>(mut body: B) -> Read<B::Error> {
    let mut context = Context::from_waker(Waker::noop());
    let mut read = Read {
        data: Vec::new(),
        frames: 0,
        trailers: None,
        error: None,
    };
    let promised = body.size_hint().exact();
    loop {
        let ended = body.is_end_stream();
        match Pin::new(&mut body).poll_frame(&mut context) {
            Poll::Pending => continue,
            Poll::Ready(None) => break,
            Poll::Ready(Some(_)) if ended => panic!("a frame after the end"),
            Poll::Ready(Some(Ok(frame))) => match frame.into_data() {
                Ok(data) => {
                    assert!(read.error.is_none(), "data after an error");
                    read.data.extend_from_slice(&data);
                    read.frames += 1;
                }
                Err(frame) => read.trailers = frame.into_trailers().ok(),
            },
            Poll::Ready(Some(Err(error))) => {
                assert!(read.error.is_none() && read.trailers.is_none());
                read.error = Some(error);
            }
        }
    }
    assert!(body.is_end_stream());
    if let (None, Some(promised)) = (&read.error, promised) {
        assert_eq!(promised, read.data.len() as u64);
    }
    read
}
