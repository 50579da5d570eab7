//! Event streams: well-formed and malformed frames, and streams that were tampered with.

use std::time::Duration;

use countersign::StreamingMode;
use countersign::chunked::{ChunkError, ChunkVerifier};
use countersign::event_stream::{
    DEFAULT_MAX_MESSAGE_LENGTH, Decoder, EncodeError, Event, EventError, EventSigner,
    EventVerifier, FrameError, HeaderError, MAX_HEADERS_LENGTH, Message, SignedMessageProblem,
    Value, encode, encode_with_max_length,
};
use countersign::verify::{PendingVerification, SignedRequest, VerificationKey, Verifier};
use countersign::{Credentials, Error, PayloadHash, Signer, sigv4::QueryAuthorization};
use http::Request;
use proptest::collection::vec;
use proptest::prelude::*;
use time::OffsetDateTime;
use time::macros::datetime;

const NOW: OffsetDateTime = datetime!(2026-01-01 23:59:58 UTC);
const URI: &str = "https://transcribestreaming.us-east-1.amazonaws.com/stream-transcription";

/// A header that owns its value.
#[derive(Clone, Debug)]
enum Owned {
    Bool(bool),
    Byte(i8),
    Short(i16),
    Integer(i32),
    Long(i64),
    Bytes(Vec<u8>),
    String(String),
    Timestamp(i64),
    Uuid([u8; 16]),
}

impl Owned {
    fn value(&self) -> Value<'_> {
        match self {
            Self::Bool(value) => Value::Bool(*value),
            Self::Byte(value) => Value::Byte(*value),
            Self::Short(value) => Value::Short(*value),
            Self::Integer(value) => Value::Integer(*value),
            Self::Long(value) => Value::Long(*value),
            Self::Bytes(value) => Value::Bytes(value),
            Self::String(value) => Value::String(value),
            Self::Timestamp(value) => Value::Timestamp(*value),
            Self::Uuid(value) => Value::Uuid(*value),
        }
    }
}

fn any_header() -> impl Strategy<Value = (String, Owned)> {
    let value = prop_oneof![
        any::<bool>().prop_map(Owned::Bool),
        any::<i8>().prop_map(Owned::Byte),
        any::<i16>().prop_map(Owned::Short),
        any::<i32>().prop_map(Owned::Integer),
        any::<i64>().prop_map(Owned::Long),
        vec(any::<u8>(), 0..80).prop_map(Owned::Bytes),
        ".{0,40}".prop_map(Owned::String),
        any::<i64>().prop_map(Owned::Timestamp),
        any::<[u8; 16]>().prop_map(Owned::Uuid),
    ];
    ("[a-z:é-]{1,30}", value)
}

fn any_message() -> impl Strategy<Value = (Vec<(String, Owned)>, Vec<u8>)> {
    (vec(any_header(), 0..6), vec(any::<u8>(), 0..200))
}

fn borrowed(headers: &[(String, Owned)]) -> Vec<(&str, Value<'_>)> {
    headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.value()))
        .collect()
}

fn frame(headers: &[(&str, Value<'_>)], payload: &[u8]) -> Vec<u8> {
    let mut frame = Vec::new();
    encode(headers, payload, &mut frame).unwrap();
    frame
}

/// A frame with correct checksums around any lengths and content.
fn forged(total: u32, headers_len: u32, rest: &[u8]) -> Vec<u8> {
    let mut frame = [total.to_be_bytes(), headers_len.to_be_bytes()].concat();
    frame.extend_from_slice(&crc32(&frame).to_be_bytes());
    frame.extend_from_slice(rest);
    frame.extend_from_slice(&crc32(&frame).to_be_bytes());
    frame
}

fn forged_headers(headers: &[u8]) -> Vec<u8> {
    let len = u32::try_from(headers.len()).unwrap();
    forged(16 + len, len, headers)
}

/// The CRC-32 of zlib, bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg())
        })
    })
}

proptest! {
    #[test]
    fn frames_round_trip_through_any_pieces(
        messages in vec(any_message(), 0..5),
        cuts in vec(1..60_usize, 1..20),
    ) {
        let mut stream = Vec::new();
        for (headers, payload) in &messages {
            let start = stream.len();
            encode(&borrowed(headers), payload, &mut stream).unwrap();
            let message = Message::decode(&stream[start..]).unwrap();
            prop_assert!(message.headers().eq(borrowed(headers)));
            prop_assert_eq!(message.payload(), &payload[..]);
        }
        let (mut decoder, mut found, mut rest) = (Decoder::new(), Vec::new(), &stream[..]);
        for cut in cuts.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (mut piece, tail) = rest.split_at((*cut).min(rest.len()));
            rest = tail;
            while let Some(message) = decoder.decode(&mut piece).unwrap() {
                let (headers, payload) = &messages[found.len()];
                prop_assert!(message.headers().eq(borrowed(headers)));
                found.push(message.payload() == &payload[..]);
            }
            prop_assert!(piece.is_empty());
        }
        prop_assert_eq!(found, vec![true; messages.len()]);
        prop_assert_eq!(decoder.finish(), Ok(()));
    }

    #[test]
    fn a_frame_with_any_bit_changed_is_refused((headers, payload) in any_message(), at in any::<prop::sample::Index>(), bit in 0..8_u32) {
        let mut frame = frame(&borrowed(&headers), &payload);
        let at = at.index(frame.len());
        frame[at] ^= 1_u8 << bit;
        prop_assert!(Message::decode(&frame).is_err());
        let mut decoder = Decoder::new();
        let found = decoder.decode(&mut &frame[..]).map(|message| message.is_some());
        prop_assert!(found.is_err());
    }

    #[test]
    fn no_bytes_make_the_decoder_panic(bytes in vec(any::<u8>(), 0..300)) {
        let mut decoder = Decoder::new();
        let mut rest = &bytes[..];
        while let Ok(Some(_)) = decoder.decode(&mut rest) {}
        let _ = Message::decode(&bytes);
    }

    /// With correct checksums, so that the headers are parsed.
    #[test]
    fn no_headers_make_the_decoder_panic(headers in vec(0..20_u8, 0..60), cut in 0..80_u32) {
        let frame = forged_headers(&headers);
        if let Ok(message) = Message::decode(&frame) {
            let found: Vec<_> = message.headers().collect();
            // A frame that can be decoded is encoded to the same bytes.
            prop_assert_eq!(self::frame(&found, message.payload()), frame);
        }
        let len = u32::try_from(headers.len()).unwrap();
        let _ = Message::decode(&forged(16 + len, cut, &headers));
    }
}

#[test]
fn a_message_beyond_the_limits_is_not_encoded() {
    let long = vec![0; 32_768];
    let long_text = "x".repeat(32_768);
    let (name, longest_name) = ("n".repeat(256), "n".repeat(255));
    let mut out = b"before".to_vec();
    for header in [
        ("", Value::Bool(true)),
        (name.as_str(), Value::Bool(true)),
        ("n", Value::Bytes(&long)),
        ("n", Value::String(&long_text)),
    ] {
        let error = encode(&[header], b"", &mut out).unwrap_err();
        let expected = match header.0.len() {
            1 => EncodeError::HeaderValueTooLong {
                name: "n".to_owned(),
                length: 32_768,
                maximum: 32_767,
            },
            length => EncodeError::InvalidHeaderName { length },
        };
        assert_eq!(error, expected);
    }
    // A header is 5 bytes longer than its value, so four of these exceed 128 KiB.
    let most = Value::Bytes(&long[1..]);
    let headers = [("a", most), ("b", most), ("c", most), ("d", most)];
    let error = encode(&headers, b"", &mut out).unwrap_err();
    let (length, maximum) = (4 * (1 + 1 + 1 + 2 + 32_767), 128 * 1024);
    assert_eq!(error, EncodeError::HeadersTooLong { length, maximum });
    let payload = vec![0; DEFAULT_MAX_MESSAGE_LENGTH - 15];
    let error = encode(&[], &payload, &mut out).unwrap_err();
    let (length, maximum) = (DEFAULT_MAX_MESSAGE_LENGTH + 1, DEFAULT_MAX_MESSAGE_LENGTH);
    assert_eq!(error, EncodeError::MessageTooLong { length, maximum });
    assert_eq!(out, b"before");

    // The largest headers that fit.
    out.clear();
    encode(&[(&longest_name, most)], b"", &mut out).unwrap();
    assert_eq!(
        Message::decode(&out).unwrap().header(&longest_name),
        Some(most)
    );
    out.clear();
    let most_text = Value::String(&long_text[1..]);
    encode(&[("n", most_text)], b"", &mut out).unwrap();
    assert_eq!(Message::decode(&out).unwrap().header("n"), Some(most_text));
    out.clear();
    let fill = MAX_HEADERS_LENGTH - 3 * (5 + 32_767) - 5;
    let last = ("d", Value::Bytes(&long[..fill]));
    encode(&[headers[0], headers[1], headers[2], last], b"", &mut out).unwrap();
    assert_eq!(out.len(), MAX_HEADERS_LENGTH + 16);
    assert!(Message::decode(&out).is_ok());
    out.clear();
    encode(&[], &payload[1..], &mut out).unwrap();
    assert_eq!(out.len(), DEFAULT_MAX_MESSAGE_LENGTH);
    assert!(Message::decode(&out).is_ok());
}

#[test]
fn a_truncated_or_corrupt_frame_is_refused() {
    let good = frame(&[("n", Value::String("v"))], b"payload");
    for cut in 0..good.len() {
        assert_eq!(
            Message::decode(&good[..cut]).unwrap_err(),
            FrameError::Truncated
        );
        let mut decoder = Decoder::new();
        let mut input = &good[..cut];
        assert!(decoder.decode(&mut input).unwrap().is_none());
        assert!(input.is_empty());
        let finished = if cut == 0 {
            Ok(())
        } else {
            Err(FrameError::Truncated)
        };
        assert_eq!(decoder.finish(), finished);
    }
    let mut behind = good.clone();
    behind.push(0);
    assert_eq!(
        Message::decode(&behind).unwrap_err(),
        FrameError::TrailingBytes
    );

    let refused = |bytes: &[u8]| {
        let error = Decoder::new().decode(&mut &bytes[..]).unwrap_err();
        let whole = Message::decode(bytes).unwrap_err();
        match error {
            // A frame in memory may be longer than the decoder's limit, but it must be complete.
            FrameError::LengthOutOfRange { length: 16.., .. } => assert!(matches!(
                whole,
                FrameError::Truncated | FrameError::LengthOutOfRange { .. }
            )),
            FrameError::LengthOutOfRange { .. } => {
                assert!(matches!(whole, FrameError::LengthOutOfRange { .. }));
            }
            _ => assert_eq!(whole, error),
        }
        let mut decoder = Decoder::new();
        for _ in 0..2 {
            // After an error, each further call returns the same error.
            assert_eq!(decoder.decode(&mut &bytes[..]).unwrap_err(), error);
        }
        // The same in pieces. The decoder does not wait for the data that a forged length
        // announces.
        let mut decoder = Decoder::new();
        let found = bytes
            .iter()
            .find_map(|byte| decoder.decode(&mut &[*byte][..]).err());
        assert_eq!(found, Some(error));
        error
    };
    let maximum = DEFAULT_MAX_MESSAGE_LENGTH;
    for (length, headers) in [
        (0, 0),
        (15, 0),
        (16, 1),
        (u32::MAX, 0),
        (25_165_825, 0),
        (0, 131_072),
    ] {
        let expected = FrameError::LengthOutOfRange { length, maximum };
        assert_eq!(refused(&forged(length, headers, b"")), expected);
    }
    for length in [131_073, u32::MAX] {
        let expected = FrameError::HeadersTooLong { length };
        assert_eq!(refused(&forged(u32::MAX, length, b"")), expected);
        assert_eq!(refused(&forged(16, length, b"")), expected);
    }
    let mut wrong = good.clone();
    wrong[8] ^= 1;
    assert_eq!(refused(&wrong), FrameError::PreludeChecksum);
    let mut wrong = good.clone();
    *wrong.last_mut().unwrap() ^= 1;
    assert_eq!(refused(&wrong), FrameError::MessageChecksum);

    let mut longest_value = b"\x01n\x06\x80\x00".to_vec();
    longest_value.resize(5 + 32_768, 0);
    for headers in [
        &b"\x00\x00"[..], // no name
        b"\x01",          // a name that is not there
        b"\x02n",         // nor as a whole
        b"\x01n",         // no type
        b"\x01n\x0a",     // an unknown type
        b"\x01n\xff",
        b"\x01\xff\x00",          // a name that is not UTF-8
        b"\x01n\x07\x00\x01\xff", // a text that is not
        b"\x01n\x02",             // values that are too short
        b"\x01n\x03\x00",
        b"\x01n\x04\x00\x00\x00",
        b"\x01n\x05\x00\x00\x00\x00\x00\x00\x00",
        b"\x01n\x06\x00",
        b"\x01n\x06\x00\x02\x00",
        b"\x01n\x07\x7f\xff",
        b"\x01n\x08\x00\x00\x00\x00\x00\x00\x00",
        b"\x01n\x09\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
        &longest_value,
    ] {
        let error = refused(&forged_headers(headers));
        assert!(
            matches!(error, FrameError::MalformedHeader(_)),
            "{headers:?}: {error}"
        );
    }
    // A value of four bytes, which are missing.
    let error = refused(&forged_headers(b"\x01n\x04"));
    assert_eq!(error, FrameError::MalformedHeader(HeaderError::Truncated));
}

/// 17 MiB are more than AWS documents, and less than AWS's C library accepts.
#[test]
fn message_of_17_mib_is_encoded_and_decoded() {
    let payload = vec![7; 17 * 1024 * 1024];
    let frame = frame(&[], &payload);
    assert!(Message::decode(&frame).unwrap().payload() == payload);
    for size in [frame.len(), 1_000_000] {
        let (mut decoder, mut came) = (Decoder::new(), 0);
        for mut piece in frame.chunks(size) {
            while let Some(message) = decoder.decode(&mut piece).unwrap() {
                assert!(message.payload() == payload);
                came += 1;
            }
        }
        assert_eq!((came, decoder.finish()), (1, Ok(())));
    }
}

#[test]
fn limit_of_messages_can_be_raised_and_lowered() {
    let (longest, payload) = (24 * 1024 * 1024 + 17, vec![7; 24 * 1024 * 1024 + 1]);
    let mut frame = b"before".to_vec();
    let error = encode(&[], &payload, &mut frame).unwrap_err();
    let length = longest;
    let over = |maximum| EncodeError::MessageTooLong { length, maximum };
    assert_eq!(error, over(24 * 1024 * 1024));
    let error = encode_with_max_length(&[], &payload, longest - 1, &mut frame).unwrap_err();
    assert_eq!(error, over(longest - 1));
    assert_eq!(frame, b"before");
    frame.clear();
    encode_with_max_length(&[], &payload, longest, &mut frame).unwrap();
    assert_eq!(frame.len(), longest);

    assert!(Message::decode(&frame).unwrap().payload() == payload);
    for (decoder, taken) in [
        (Decoder::new(), false),
        (Decoder::new().with_max_message_length(longest - 1), false),
        (Decoder::new().with_max_message_length(longest), true),
        (Decoder::new().with_max_message_length(usize::MAX), true),
    ] {
        let mut decoder = decoder;
        let decoded = decoder.decode(&mut &frame[..]);
        assert_eq!(decoded.is_ok_and(|message| message.is_some()), taken);
    }

    // A signed message is 83 bytes longer than its payload.
    let (events, mut verifier) = open(&credentials());
    let mut events = events.with_max_message_length(longest + 82);
    assert!(matches!(
        events.sign(&frame, NOW).unwrap_err(),
        Error::Event(EncodeError::MessageTooLong { maximum, .. }) if maximum == longest + 82
    ));
    let mut events = events.with_max_message_length(longest + 83);
    let signed = events.sign(&frame, NOW).unwrap();
    assert!(verify(&mut verifier, &signed, NOW).is_ok());
}

/// The announced length allocates nothing.
#[test]
fn a_huge_announced_message_is_decoded_without_allocating_its_length() {
    let mut decoder = Decoder::new().with_max_message_length(usize::MAX);
    let beginning = forged(u32::MAX, 0, &[0; 1000]);
    for mut piece in beginning.chunks(5) {
        assert!(decoder.decode(&mut piece).unwrap().is_none());
    }
    assert_eq!(decoder.finish(), Err(FrameError::Truncated));
}

#[test]
fn a_decoder_accepts_messages_up_to_its_maximum() {
    let frame = frame(&[], b"12345");
    let mut decoder = Decoder::new().with_max_message_length(21);
    assert!(decoder.decode(&mut &frame[..]).unwrap().is_some());
    let mut decoder = Decoder::new().with_max_message_length(20);
    let expected = FrameError::LengthOutOfRange {
        length: 21,
        maximum: 20,
    };
    assert_eq!(decoder.decode(&mut &frame[..]).unwrap_err(), expected);
    assert_eq!(decoder.finish(), Err(expected));
}

fn credentials() -> Credentials {
    Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
}

/// The client's and the server's side of an opened stream.
fn open(credentials: &Credentials) -> (EventSigner, EventVerifier) {
    let signer = Signer::new(credentials.clone(), "us-east-1", "transcribe").unwrap();
    let mut request = Request::post(URI).body(()).unwrap();
    let events = signer.sign_events(&mut request, NOW).unwrap();

    let claim = SignedRequest::parse(&request).unwrap();
    let key = VerificationKey::derive(credentials, claim.scope()).unwrap();
    let verifier = Verifier::new("us-east-1", "transcribe").unwrap();
    let PendingVerification::SignedStream(head) =
        verifier.verify_signature(&claim, &key, NOW).unwrap()
    else {
        panic!("an event stream is a stream");
    };
    assert_eq!(head.payload(), StreamingMode::Events);
    let (_, seed) = head.into_parts();
    let chunks = ChunkVerifier::new(&seed);
    assert!(matches!(chunks, Err(ChunkError::NotAnnounced(_))));
    let verifier = EventVerifier::new(&seed, credentials).unwrap();
    (events, verifier)
}

fn verify<'a>(
    verifier: &mut EventVerifier,
    frame: &'a [u8],
    now: OffsetDateTime,
) -> Result<Event<'a>, EventError> {
    verifier.verify(&Message::decode(frame).unwrap(), now)
}

#[test]
fn a_stream_verifies_across_midnight() {
    let (mut events, mut verifier) = open(&credentials());
    // 23:59:58.9, 23:59:59.9, 0:00:00.9, 0:00:01.9, and then the clock is set back.
    for seconds in [0, 1, 2, 3, 1, 4] {
        let now = NOW + time::Duration::milliseconds(seconds * 1000 + 900);
        let message = format!("message of {now}");
        let frame = events.sign(message.as_bytes(), now).unwrap();
        assert_eq!(
            verify(&mut verifier, &frame, now),
            Ok(Event::Message(message.as_bytes()))
        );
    }
    let end = events.finish(NOW + time::Duration::days(3)).unwrap();
    let now = NOW + time::Duration::days(3);
    assert_eq!(verifier.clone().finish(), Err(EventError::Incomplete));
    assert_eq!(verify(&mut verifier, &end, now), Ok(Event::End));
    assert_eq!(verify(&mut verifier, &end, now), Err(EventError::AfterEnd));
    assert_eq!(verifier.finish(), Ok(()));
}

#[test]
fn sign_parts_makes_the_same_message_as_sign() {
    let (mut events, _) = open(&credentials());
    let whole = events.clone().sign(b"message", NOW).unwrap();
    let parts = events.sign_parts(b"message", NOW).unwrap();
    assert_eq!([parts.head(), b"message", parts.tail()].concat(), whole);
}

#[test]
fn an_empty_or_too_long_message_is_not_signed() {
    let (mut events, mut verifier) = open(&credentials());
    assert_eq!(
        events.sign(b"", NOW).unwrap_err(),
        Error::Event(EncodeError::EmptyMessage)
    );
    let long = vec![0; DEFAULT_MAX_MESSAGE_LENGTH - 82];
    let (length, maximum) = (DEFAULT_MAX_MESSAGE_LENGTH + 1, DEFAULT_MAX_MESSAGE_LENGTH);
    assert_eq!(
        events.sign(&long, NOW).unwrap_err(),
        Error::Event(EncodeError::MessageTooLong { length, maximum })
    );
    assert!(events.sign(b"x", datetime!(-0001-01-01 0:00 UTC)).is_err());
    // A refused message does not change the chain.
    let frame = events.sign(b"x", NOW).unwrap();
    assert!(verify(&mut verifier, &frame, NOW).is_ok());
    let frame = events.sign(&long[1..], NOW).unwrap();
    assert_eq!(frame.len(), DEFAULT_MAX_MESSAGE_LENGTH);
    assert!(verify(&mut verifier, &frame, NOW).is_ok());
}

#[test]
fn swapped_dropped_repeated_and_foreign_messages_are_refused() {
    let (mut events, mut verifier) = open(&credentials());
    let frames: Vec<Vec<u8>> = (1..=3_u8)
        .map(|n| events.sign(&[n], NOW).unwrap())
        .collect();
    let end = events.finish(NOW).unwrap();
    let mismatch = Err(EventError::SignatureMismatch);
    for early in [&frames[1], &frames[2], &end] {
        assert_eq!(verify(&mut verifier, early, NOW), mismatch);
    }
    // After a refused message, the right one is still accepted.
    assert_eq!(
        verify(&mut verifier, &frames[0], NOW),
        Ok(Event::Message(&[1]))
    );
    assert_eq!(verify(&mut verifier, &frames[0], NOW), mismatch);
    assert_eq!(verify(&mut verifier, &end, NOW), mismatch);
    assert_eq!(
        verify(&mut verifier, &frames[1], NOW),
        Ok(Event::Message(&[2]))
    );

    // Another stream of the same key, and the same stream with another key.
    let (mut other, _) = open(&credentials());
    let _ = other.sign(b"another beginning", NOW).unwrap();
    let _ = other.sign(&[2], NOW).unwrap();
    assert_eq!(
        verify(&mut verifier, &other.sign(&[3], NOW).unwrap(), NOW),
        mismatch
    );
    let (mut foreign, _) = open(&Credentials::new("AKIDEXAMPLE", "another"));
    let (_, mut verifier) = open(&credentials());
    assert_eq!(
        verify(&mut verifier, &foreign.sign(&[1], NOW).unwrap(), NOW),
        mismatch
    );
}

#[test]
fn a_signed_message_with_any_bit_changed_is_refused() {
    let (mut events, verifier) = open(&credentials());
    let signed = events.sign(b"message", NOW).unwrap();
    let mut tried = 0;
    // Each byte from after the lengths to the checksum, which is calculated anew.
    for at in 12..signed.len() - 4 {
        for bit in 0..8 {
            let mut frame = signed.clone();
            frame[at] ^= 1_u8 << bit;
            let covered = frame.len() - 4;
            let checksum = crc32(&frame[..covered]);
            frame[covered..].copy_from_slice(&checksum.to_be_bytes());
            if let Ok(message) = Message::decode(&frame) {
                tried += 1;
                assert!(
                    verifier.clone().verify(&message, NOW).is_err(),
                    "bit {bit} of byte {at}"
                );
            }
        }
    }
    assert!(tried > 300, "{tried}");
}

#[test]
fn a_signed_message_has_a_date_and_a_signature() {
    let (mut events, verifier) = open(&credentials());
    let signed = events.sign(b"message", NOW).unwrap();
    let signed = Message::decode(&signed).unwrap();
    let (date, signature) = (":date", ":chunk-signature");
    let headers: Vec<_> = signed.headers().collect();
    assert_eq!([headers[0].0, headers[1].0], [date, signature]);
    let milliseconds = Value::Timestamp(NOW.unix_timestamp() * 1000);
    assert_eq!(headers[0].1, milliseconds);

    let check = |headers: &[(&str, Value<'_>)]| {
        let frame = frame(headers, b"message");
        verify(&mut verifier.clone(), &frame, NOW).map(drop)
    };
    // The order of the headers is free, their names are not.
    for wrong in [":Date", ":datf", ":eate", "date"] {
        assert!(check(&[(wrong, headers[0].1), headers[1]]).is_err());
    }
    for wrong in [":chunk-signaturf", ":dhunk-signature", "chunk-signature"] {
        assert!(check(&[headers[0], (wrong, headers[1].1)]).is_err());
    }
    assert_eq!(check(&[headers[1], headers[0]]), Ok(()));
    for wrong in [
        &[][..],
        &[headers[0]],
        &[headers[1]],
        &[headers[0], headers[0], headers[1]],
        &[headers[0], headers[1], headers[1]],
        &[headers[0], headers[1], ("x", Value::Bool(true))],
        &[(date, Value::Long(NOW.unix_timestamp() * 1000)), headers[1]],
        &[headers[0], (signature, Value::Bytes(&[0; 31]))],
        &[headers[0], (signature, Value::Bytes(&[]))],
        &[
            headers[0],
            (signature, Value::String("00000000000000000000000000000000")),
        ],
    ] {
        let error = check(wrong).unwrap_err();
        assert!(matches!(error, EventError::NotSigned(_)), "{error}");
    }
    let of_another_type = EventError::NotSigned(SignedMessageProblem::WrongType);
    for wrong in [
        [(date, Value::Bool(true)), headers[1]],
        [headers[0], (signature, Value::Bool(true))],
    ] {
        assert_eq!(check(&wrong), Err(of_another_type));
    }
    for milliseconds in [i64::MIN, i64::MAX, -62_198_755_200_000] {
        let error = check(&[(date, Value::Timestamp(milliseconds)), headers[1]]).unwrap_err();
        assert_eq!(error, EventError::InvalidDate);
    }
}

#[test]
fn messages_outside_the_clock_window_are_refused() {
    let (mut events, verifier) = open(&credentials());
    let signed = events.sign(b"message", NOW).unwrap();
    let late = |seconds| {
        let now = NOW + time::Duration::seconds(seconds);
        verify(&mut verifier.clone(), &signed, now).map(drop)
    };
    for seconds in [-900, 900] {
        assert_eq!(late(seconds), Ok(()));
    }
    for seconds in [-901, 901] {
        let now = NOW + time::Duration::seconds(seconds);
        let expected = EventError::OutsideClockWindow {
            signed_at: NOW.into(),
            now: now.into(),
        };
        assert_eq!(late(seconds), Err(expected));
        let text = expected.to_string();
        assert!(text.contains("2026-01-01T23:59:58Z"), "{text}");
    }
    let mut narrow = verifier.clone().with_clock_window(Duration::from_secs(5));
    let now = NOW + time::Duration::seconds(6);
    assert!(verify(&mut narrow, &signed, now).is_err());
    assert!(verify(&mut narrow, &signed, NOW + time::Duration::seconds(5)).is_ok());
}

#[test]
fn credentials_that_expire_end_the_stream() {
    let expiration = NOW + time::Duration::minutes(1);
    let (mut events, mut verifier) = open(&credentials().with_expiration(expiration));
    let last = expiration - time::Duration::seconds(1);
    let frame = events.sign(b"message", last).unwrap();
    let expected = EventError::CredentialsExpired {
        expiration: expiration.into(),
        now: expiration.into(),
    };
    assert_eq!(verify(&mut verifier, &frame, expiration), Err(expected));
    assert!(verify(&mut verifier, &frame, last).is_ok());
    let expected = Error::CredentialsExpired {
        expiration: expiration.into(),
        now: expiration.into(),
    };
    assert_eq!(events.sign(b"message", expiration).unwrap_err(), expected);
}

#[test]
fn debug_contains_no_signature_and_no_secret() {
    let (mut events, verifier) = open(&credentials());
    let parts = events.sign_parts(b"message", NOW).unwrap();
    let frame = events.sign(b"message", NOW).unwrap();
    let message = Message::decode(&frame).unwrap();
    let Some(Value::Bytes(signature)) = message.header(":chunk-signature") else {
        panic!("signed");
    };
    let number = format!("{}, {}, {}", signature[0], signature[1], signature[2]);
    for text in [
        format!("{parts:?}"),
        format!("{events:?}"),
        format!("{verifier:?}"),
        format!("{message:?}"),
    ] {
        assert!(!text.is_empty());
        assert!(!text.contains(&number), "{text}");
        assert!(!text.contains("wJalr"), "{text}");
    }
}

#[test]
fn messages_are_signed_and_verified_without_allocations() {
    let (mut events, mut verifier) = open(&credentials());
    let message = vec![7; 64 * 1024];
    let mut frame = Vec::new();
    for _ in 0..2 {
        let mut parts = None;
        let signing = allocation_counter::measure(|| {
            parts = events.sign_parts(&message, NOW).ok();
        });
        assert_eq!(signing.count_total, 0, "{signing:?}");
        let parts = parts.unwrap();
        frame = [parts.head(), &message, parts.tail()].concat();
        let verifying = allocation_counter::measure(|| {
            let mut input = &frame[..];
            let mut decoder = Decoder::new();
            let outer = decoder.decode(&mut input).unwrap().unwrap();
            assert!(verifier.verify(&outer, NOW).is_ok());
        });
        assert_eq!(verifying.count_total, 0, "{verifying:?}");
    }
    // In pieces, all buffers together are smaller than twice the message.
    let in_pieces = allocation_counter::measure(|| {
        let mut decoder = Decoder::new();
        for mut piece in frame.chunks(1000) {
            let _ = decoder.decode(&mut piece).unwrap();
        }
    });
    assert!(
        in_pieces.bytes_max <= 2 * 2 * frame.len() as u64,
        "{in_pieces:?}"
    );
}

/// The common errors of AWS's JSON services.
#[test]
fn errors_have_the_names_of_aws() {
    let (signed_at, now) = (NOW, NOW);
    for (error, code) in [
        (
            EventError::NotSigned(SignedMessageProblem::MissingDate),
            "IncompleteSignatureException",
        ),
        (EventError::InvalidDate, "IncompleteSignatureException"),
        (
            EventError::OutsideClockWindow {
                signed_at: signed_at.into(),
                now: now.into(),
            },
            "InvalidSignatureException",
        ),
        (EventError::SignatureMismatch, "InvalidSignatureException"),
        (
            EventError::CredentialsExpired {
                expiration: NOW.into(),
                now: now.into(),
            },
            "ExpiredTokenException",
        ),
        (EventError::AfterEnd, "BadRequestException"),
        (EventError::Incomplete, "BadRequestException"),
    ] {
        assert_eq!(error.code(), code);
    }
}

/// A WebSocket is opened with a presigned URL.
#[test]
fn a_stream_that_a_presigned_url_opens_verifies() {
    let signer = Signer::new(credentials(), "us-east-1", "transcribe").unwrap();
    let uri =
        "wss://transcribestreaming.us-east-1.amazonaws.com:8443/stream-transcription-websocket";
    let request = Request::get(uri).body(()).unwrap();
    let lifetime = Duration::from_secs(300);
    let url = signer
        .presign_with_payload(&request, PayloadHash::EMPTY, lifetime, NOW)
        .unwrap();
    let mut events = EventSigner::new(&signer, url.signature());

    let opened = Request::get(url.uri().unwrap()).body(()).unwrap();
    let claim = SignedRequest::parse(&opened).unwrap();
    let key = VerificationKey::derive(&credentials(), claim.scope()).unwrap();
    Verifier::new("us-east-1", "transcribe")
        .unwrap()
        .verify(&claim, &key, PayloadHash::EMPTY, NOW)
        .unwrap();
    let query = QueryAuthorization::parse(opened.uri().query().unwrap()).unwrap();
    let seed = &query.authorization.signature;
    let mut verifier = EventVerifier::from_signature(&credentials(), claim.scope(), seed);
    for message in [&b"first"[..], b"second"] {
        let frame = events.sign(message, NOW).unwrap();
        let event = verify(&mut verifier, &frame, NOW);
        assert_eq!(event, Ok(Event::Message(message)));
    }
    let end = events.finish(NOW).unwrap();
    assert_eq!(verify(&mut verifier, &end, NOW), Ok(Event::End));
}
