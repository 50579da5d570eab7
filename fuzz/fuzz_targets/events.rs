//! Frames are decoded however they are split, and are encoded to the same bytes. Signed messages
//! verify only in their order, and none verifies with a byte changed, also if its checksums are
//! corrected.
//!
//! Input: the length of the headers, the largest piece, the place and the value of the change,
//! frames.

#![no_main]

use countersign::event_stream::{
    Decoder, Event, EventError, EventSigner, EventVerifier, FrameError, Message, Value, encode,
};
use countersign::{
    Signer,
    sigv4::{CredentialScope, Signature},
};
use countersign_fuzz::{NOW, REGION, credentials, tampered};
use http::Request;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((&[h0, h1, cut, p0, p1, change], bytes)) = input.split_first_chunk() else {
        return;
    };
    let cut = usize::from(cut).max(1);
    let place = u16::from_be_bytes([p0, p1]);
    for stream in [
        bytes.to_vec(),
        frame(bytes, u16::from_be_bytes([h0, h1]).into()),
    ] {
        let (messages, end) = decode(&stream, stream.len().max(1));
        assert_eq!(decode(&stream, cut), (messages.clone(), end));
        let mut written = Vec::new();
        for Owned { frame, .. } in &messages {
            written.extend_from_slice(frame);
        }
        assert!(stream.starts_with(&written) && (end.is_err() || stream.len() == written.len()));
        if let ([one], Ok(())) = (&messages[..], end) {
            let message = Message::decode(&stream).expect("one whole message");
            assert_eq!(message.payload(), one.payload);
            let short = Message::decode(&stream[..stream.len() - 1]);
            assert_eq!(short.err(), Some(FrameError::Truncated));
            assert!(Message::decode(&tampered(&stream, place, change)).is_err());
        }
    }
    signed(bytes, cut, place, change);
});

/// A message with these bytes as headers and payload, and with correct checksums.
fn frame(bytes: &[u8], headers: usize) -> Vec<u8> {
    let total = (bytes.len() + 16) as u32;
    let headers = (headers % (bytes.len() + 1)) as u32;
    let frame = [
        &total.to_be_bytes()[..],
        &headers.to_be_bytes(),
        &[0; 4],
        bytes,
        &[0; 4],
    ]
    .concat();
    resealed(frame)
}

fn resealed(mut frame: Vec<u8>) -> Vec<u8> {
    let prelude = crc32fast::hash(&frame[..8]);
    frame[8..12].copy_from_slice(&prelude.to_be_bytes());
    let end = frame.len() - 4;
    let all = crc32fast::hash(&frame[..end]);
    frame[end..].copy_from_slice(&all.to_be_bytes());
    frame
}

#[derive(Clone, Debug, PartialEq)]
struct Owned {
    /// The decoded message, encoded again.
    frame: Vec<u8>,
    payload: Vec<u8>,
}

fn decode(stream: &[u8], cut: usize) -> (Vec<Owned>, Result<(), FrameError>) {
    let (mut decoder, mut messages) = (Decoder::new(), Vec::new());
    for mut piece in stream.chunks(cut) {
        loop {
            match decoder.decode(&mut piece) {
                Ok(Some(message)) => {
                    let headers: Vec<(&str, Value<'_>)> = message.headers().collect();
                    let mut frame = Vec::new();
                    encode(&headers, message.payload(), &mut frame).expect("what was read");
                    for (name, value) in &headers {
                        let first = headers.iter().find(|(other, _)| other == name);
                        assert!(
                            first.is_none_or(|(_, first)| message.header(name) == Some(*first))
                        );
                        assert!(first.is_some() && format!("{value:?}") != "");
                    }
                    messages.push(Owned {
                        frame,
                        payload: message.payload().to_vec(),
                    });
                }
                Ok(None) => break,
                Err(error) => return (messages, Err(error)),
            }
        }
        assert!(piece.is_empty());
    }
    (messages, decoder.finish())
}

fn signed(bytes: &[u8], cut: usize, place: u16, change: u8) {
    let signer = Signer::new(credentials(false), REGION, "transcribe").unwrap();
    let mut request = Request::post("https://localhost/")
        .body(())
        .expect("a request");
    let mut events = signer.sign_events(&mut request, NOW).expect("a request");
    let header = request.headers()["authorization"].to_str().expect("ASCII");
    let (_, seed) = header.rsplit_once("Signature=").expect("a signature");
    let authorization = countersign::sigv4::Authorization::parse(header).expect("what was signed");
    assert_eq!(seed, authorization.signature.as_str());
    let (scope, seed) = (authorization.scope, authorization.signature);

    // Enough messages to swap some, and not so many that it takes long.
    let messages: Vec<&[u8]> = bytes.chunks(cut.max(bytes.len() / 4 + 1)).collect();
    let mut frames: Vec<Vec<u8>> = messages
        .iter()
        .map(|message| events.sign(message, NOW).expect("a message"))
        .collect();
    frames.push(events.finish(NOW).expect("the end"));

    let (taken, end) = verify(&scope, &seed, &frames);
    assert_eq!(
        (taken, end),
        (
            messages.iter().map(|message| message.to_vec()).collect(),
            Ok(())
        )
    );
    // The last message is missing.
    let (taken, end) = verify(&scope, &seed, &frames[..messages.len()]);
    assert_eq!(
        (taken.len(), end),
        (messages.len(), Err(Some(EventError::Incomplete)))
    );

    let at = usize::from(place) % frames.len();
    let mut changed = frames.clone();
    changed[at] = resealed(tampered(&frames[at], place, change));
    if changed[at] != frames[at] {
        assert_eq!(
            verify(&scope, &seed, &changed).0.len(),
            at.min(messages.len())
        );
        assert!(verify(&scope, &seed, &changed).1.is_err());
    }
    // One is missing, one is repeated, two are swapped.
    let mut less = frames.clone();
    less.remove(at);
    assert!(verify(&scope, &seed, &less).1.is_err());
    let mut twice = frames.clone();
    twice.insert(at, frames[at].clone());
    assert!(verify(&scope, &seed, &twice).1.is_err());
    let mut swapped = frames.clone();
    swapped.rotate_left(1);
    assert!(frames.len() == 1 || verify(&scope, &seed, &swapped).1.is_err());
    // The messages of another stream.
    let other = EventSigner::new(&signer, &seed)
        .finish(NOW)
        .expect("the end");
    assert!(
        messages.is_empty()
            || verify(
                &scope,
                &seed,
                &[&frames[..messages.len()], &[other]].concat()
            )
            .1
            .is_err()
    );
}

fn verify(
    scope: &CredentialScope,
    seed: &Signature,
    frames: &[Vec<u8>],
) -> (Vec<Vec<u8>>, Result<(), Option<EventError>>) {
    let mut verifier = EventVerifier::from_signature(&credentials(false), scope, seed);
    let mut taken = Vec::new();
    for frame in frames {
        let Ok(message) = Message::decode(frame) else {
            return (taken, Err(None));
        };
        match verifier.verify(&message, NOW) {
            Ok(Event::Message(message)) => taken.push(message.to_vec()),
            Ok(Event::End) => {}
            Err(error) => return (taken, Err(Some(error))),
        }
    }
    (taken, verifier.finish().map_err(Some))
}
