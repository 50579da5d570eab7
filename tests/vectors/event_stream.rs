//! Event streams: the frames of the messages, the strings to sign, and the signed frames.

use countersign::event_stream::{Event, EventSigner, EventVerifier, Message, Value, encode};
use countersign::{
    Signer,
    sigv4::{Algorithm, AmzDate, Authorization, CredentialScope, Signature, StringToSign},
};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use crate::report::Case;
use crate::sigv4::{base64, credentials, now, text};

pub fn run(case: &mut Case<'_>) {
    let input = case.input;
    inner(case);
    let messages = input["messages"].as_array().unwrap();
    let expected = case.expected["messages"].as_array().unwrap();
    case.check("messages", expected.len(), messages.len());
    for (message, expected) in messages.iter().zip(expected) {
        signed(case, message, expected);
    }
}

/// The frame of a message, encoded and decoded.
fn inner(case: &mut Case<'_>) {
    let input = case.input;
    let owned: Vec<(&str, u64, &Json, Vec<u8>)> = input["inner_headers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|header| {
            let bytes = header[2].as_str().map(hex::decode);
            let bytes = bytes.and_then(Result::ok).unwrap_or_default();
            let name = header[0].as_str().unwrap();
            (name, header[1].as_u64().unwrap(), &header[2], bytes)
        })
        .collect();
    let headers: Vec<(&str, Value<'_>)> = owned
        .iter()
        .map(|(name, kind, json, bytes)| {
            let number = json.as_i64().unwrap_or_default();
            let value = match kind {
                0 => Value::Bool(true),
                1 => Value::Bool(false),
                2 => Value::Byte(number.try_into().unwrap()),
                3 => Value::Short(number.try_into().unwrap()),
                4 => Value::Integer(number.try_into().unwrap()),
                5 => Value::Long(number),
                6 => Value::Bytes(bytes),
                7 => Value::String(json.as_str().unwrap()),
                8 => Value::Timestamp(number),
                9 => Value::Uuid(bytes.as_slice().try_into().unwrap()),
                other => panic!("type {other}"),
            };
            (*name, value)
        })
        .collect();
    let payload = base64(text(input, "inner_payload_base64"));
    let given = base64(text(&input["messages"][0], "inner_base64"));
    if given == payload {
        return; // No frame, on purpose.
    }
    let mut frame = Vec::new();
    encode(&headers, &payload, &mut frame).unwrap();
    case.check("inner frame", &given, &frame);
    let message = Message::decode(&given).unwrap();
    case.check("inner headers", headers, message.headers().collect());
    case.check("inner payload", &payload[..], message.payload());
}

fn signed(case: &mut Case<'_>, message: &Json, expected: &Json) {
    let (region, service) = (text(case.input, "region"), text(case.input, "service"));
    let (now, inner) = (now(message), base64(text(message, "inner_base64")));
    let (seed, credentials) = (
        seed(text(message, "prior_signature")),
        credentials(case.input),
    );
    let signer = Signer::new(credentials.clone(), region.to_owned(), service.to_owned()).unwrap();
    let mut events = EventSigner::new(&signer, &seed);
    let frame = if inner.is_empty() {
        events.finish(now)
    } else {
        events.sign(&inner, now)
    };
    let frame = frame.unwrap();
    case.check(
        "signed_frame_hex",
        text(expected, "signed_frame_hex"),
        &hex::encode(&frame),
    );

    let first = hex::decode(text(expected, "signed_frame_hex_signature_first")).unwrap();
    let date_first = frame.as_slice();
    for (field, frame) in [
        ("signed_frame_hex verified", date_first),
        ("signed_frame_hex_signature_first verified", &first),
    ] {
        let outer = Message::decode(frame).unwrap();
        case.check("payload", &inner[..], outer.payload());
        let signature = match outer.header(":chunk-signature") {
            Some(Value::Bytes(bytes)) => hex::encode(bytes),
            other => panic!("{other:?}"),
        };
        case.check("signature", text(expected, "signature"), &signature);
        // The stream may have been opened on the previous day.
        let scope = CredentialScope::new(
            now - std::time::Duration::from_secs(86_400),
            region,
            service,
        )
        .unwrap();
        let mut verifier = EventVerifier::from_signature(&credentials, &scope, &seed);
        let event = if inner.is_empty() {
            Event::End
        } else {
            Event::Message(&inner)
        };
        case.check(field, Ok(event), verifier.verify(&outer, now));
    }

    let date_header = hex::decode(text(expected, "date_header_hex")).unwrap();
    let headers = [(&frame[12..27], "in the frame"), (&date_header, "expected")];
    case.check("date_header_hex", headers[1].0, headers[0].0);
    let string_to_sign = StringToSign::for_event(
        Algorithm::HmacSha256,
        &text(message, "time").parse::<AmzDate>().ok().unwrap(),
        &CredentialScope::new(now, region, service).unwrap(),
        &seed,
        &Sha256::digest(&date_header).into(),
        &Sha256::digest(&inner).into(),
    );
    case.check(
        "string_to_sign",
        text(expected, "string_to_sign"),
        string_to_sign.as_str(),
    );
}

/// The signature of the request that opened the stream.
fn seed(hex: &str) -> Signature {
    let header = format!(
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/transcribe/aws4_request, \
         SignedHeaders=host;x-amz-date, Signature={hex}"
    );
    Authorization::parse(&header).unwrap().signature
}
