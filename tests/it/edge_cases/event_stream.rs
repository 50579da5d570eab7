//! Event streams: their seed, and the first message.

use countersign::event_stream::{EventSigner, Message, Value};
use countersign::{Credentials, Error, PayloadHash, Signer};
use http::Request;
use sha2::{Digest, Sha256};
use time::macros::datetime;

use crate::edge_cases::reference::*;

const URI: &str = "https://transcribestreaming.us-east-1.amazonaws.com/stream-transcription";
const WEB_SOCKET: &str =
    "wss://transcribestreaming.us-east-1.amazonaws.com:8443/stream-transcription-websocket";
const MESSAGE: &[u8] = b"an initial message in its frame";

/// The signature of [`MESSAGE`] at 12:36:00 on 2015-08-30, after the signature `prior`.
fn after(prior: &str) -> String {
    // 2015-08-30 12:36:00 UTC is 1440938160000 ms.
    let mut date = b"\x05:date\x08".to_vec();
    date.extend_from_slice(&1_440_938_160_000_u64.to_be_bytes());
    let (date, message) = (hex(&Sha256::digest(date)), hex(&Sha256::digest(MESSAGE)));
    let text = format!(
        "AWS4-HMAC-SHA256-PAYLOAD\n20150830T123600Z\n\
         20150830/us-east-1/transcribe/aws4_request\n{prior}\n{date}\n{message}"
    );
    signature_of(&text, "20150830", REGION, "transcribe")
}

fn signature_in(frame: &[u8]) -> String {
    match Message::decode(frame).unwrap().header(":chunk-signature") {
        Some(Value::Bytes(bytes)) => hex(bytes),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_event_stream_is_seeded_from_a_header_or_from_a_query() {
    let signer = signer("transcribe");

    let mut request = Request::post(URI).body(()).unwrap();
    let mut events = signer.sign_events(&mut request, NOW).unwrap();
    let canonical = "POST\n/stream-transcription\n\n\
        content-type:application/vnd.amazon.eventstream\n\
        host:transcribestreaming.us-east-1.amazonaws.com\n\
        x-amz-content-sha256:STREAMING-AWS4-HMAC-SHA256-EVENTS\n\
        x-amz-date:20150830T123600Z\n\n\
        content-type;host;x-amz-content-sha256;x-amz-date\n\
        STREAMING-AWS4-HMAC-SHA256-EVENTS";
    let seed = signature(canonical, "transcribe");
    let header = request.headers()["authorization"].to_str().unwrap();
    assert!(header.ends_with(&format!("Signature={seed}")), "{header}");
    let frame = events.sign(MESSAGE, NOW).unwrap();
    assert_eq!(signature_in(&frame), after(&seed));

    let url = signer
        .presign_with_payload(&get(WEB_SOCKET), PayloadHash::EMPTY, LIFETIME, NOW)
        .unwrap();
    let seed = url.url().split_once("&X-Amz-Signature=").unwrap().1;
    let mut events = EventSigner::new(&signer, url.signature());
    let frame = events.sign(MESSAGE, NOW).unwrap();
    assert_eq!(signature_in(&frame), after(seed));
}

#[test]
fn the_initial_message_is_signed_like_all_others() {
    let mut request = Request::post(URI).body(()).unwrap();
    let signer = signer("transcribe");
    let mut events = signer.sign_events(&mut request, NOW).unwrap();
    let seed = request.headers()["authorization"].to_str().unwrap();
    let seed = seed.split_once("Signature=").unwrap().1.to_owned();

    // The first frame is signed, and the second one is chained to it.
    let first = events.sign(MESSAGE, NOW).unwrap();
    assert_eq!(signature_in(&first), after(&seed));
    assert_eq!(Message::decode(&first).unwrap().payload(), MESSAGE);
    let second = events.sign(MESSAGE, NOW).unwrap();
    assert_eq!(signature_in(&second), after(&signature_in(&first)));
    assert_ne!(first, second);
}

#[test]
fn a_request_that_cannot_be_signed_stays_as_it_was() {
    let now = datetime!(2015-08-30 13:00 UTC);
    let ended = Credentials::new("AKIDEXAMPLE", SECRET).with_expiration(NOW);
    let signer = Signer::new(ended, REGION, "transcribe").unwrap();
    let mut request = Request::post(URI).body(()).unwrap();
    assert!(matches!(
        signer.sign_events(&mut request, now),
        Err(Error::CredentialsExpired { .. })
    ));
    assert!(request.headers().is_empty());

    // A `content-type` of the caller is kept, with and without an error.
    let mut request = Request::post(URI)
        .header("content-type", "text/event-stream")
        .body(())
        .unwrap();
    signer.sign_events(&mut request, now).unwrap_err();
    assert_eq!(request.headers().len(), 1);
    crate::edge_cases::reference::signer("transcribe")
        .sign_events(&mut request, now)
        .unwrap();
    assert_eq!(request.headers()["content-type"], "text/event-stream");
}
