//! Signers that sign another text than they should. The server may quote the text that it
//! calculated. The secret access key, or the log of the signer, tells which text was signed.

use std::time::Duration;

use countersign::explain::{Cause, Explainer};
use countersign::{Credentials, PayloadHash, SecretKey, Service, Signer};
use http::Request;

use crate::explain::server::{self, NOW, SECRET, Shape, TOKEN};

/// A mistake of a signer.
pub struct Case {
    name: &'static str,
    service: &'static str,
    url: &'static str,
    mistake: fn(String) -> String,
    secret: &'static str,
    cause: Cause,
}

const KEY: &str = "https://bucket.s3.amazonaws.com/a%20b/c?prefix=x%2Fy&a=1&B=2";
const ROOT: &str = "https://h.example:8443/a%20b/../c%20d?z=1&a=x%20y";

fn replace(text: String, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{text}");
    text.replace(from, to)
}

fn plain(text: String) -> String {
    text
}

macro_rules! case {
    ($name:literal, $service:literal, $url:expr, $mistake:expr, $cause:expr) => {
        Case {
            name: $name,
            service: $service,
            url: $url,
            mistake: $mistake,
            secret: SECRET,
            cause: $cause,
        }
    };
}

pub const CASES: &[Case] = &[
    case!(
        "path encoded twice",
        "s3",
        KEY,
        |t| replace(t, "/a%20b", "/a%2520b"),
        Cause::PathEncodedTwice
    ),
    case!(
        "path not encoded twice",
        "sqs",
        ROOT,
        |t| replace(t, "/c%2520d", "/c%20d"),
        Cause::PathEncodedOnce
    ),
    case!(
        "path not resolved",
        "sqs",
        ROOT,
        |t| replace(t, "/c%2520d", "/a%2520b/../c%2520d"),
        Cause::PathNotNormalized
    ),
    case!(
        "path resolved",
        "s3",
        "https://h.example/a//b",
        |t| replace(t, "/a//b", "/a/b"),
        Cause::PathNormalized
    ),
    case!(
        "path as it is sent",
        "sqs",
        "https://h.example/a%2Fb/../c%20d",
        |t| replace(t, "/c%2520d", "/a%2Fb/../c%20d"),
        Cause::PathEncodedOnce
    ),
    case!(
        "path encoded twice and resolved",
        "s3",
        "https://h.example/a%20b//c",
        |t| replace(t, "/a%20b//c", "/a%2520b/c"),
        Cause::PathEncodedTwice
    ),
    case!(
        "plus for a path's space",
        "s3",
        KEY,
        |t| replace(t, "/a%20b", "/a+b"),
        Cause::PlusAndSpace
    ),
    case!(
        "path decoded",
        "s3",
        KEY,
        |t| replace(t, "/a%20b", "/a b"),
        Cause::PathEncoding
    ),
    case!(
        "query as it is sent",
        "s3",
        KEY,
        |t| replace(t, "B=2&a=1&prefix=x%2Fy", "prefix=x%2Fy&a=1&B=2"),
        Cause::QueryOrder
    ),
    case!(
        "query sorted as it is sent",
        "s3",
        "https://h.example/k?b=%7E&a=1",
        |t| replace(t, "b=~", "b=%7E"),
        Cause::QueryEncoding
    ),
    case!(
        "slash in a query",
        "s3",
        KEY,
        |t| replace(t, "x%2Fy", "x/y"),
        Cause::QueryEncoding
    ),
    case!(
        "query encoded twice",
        "s3",
        KEY,
        |t| replace(t, "x%2Fy", "x%252Fy"),
        Cause::QueryEncoding
    ),
    case!(
        "plus for a space",
        "sqs",
        ROOT,
        |t| replace(t, "x%20y", "x+y"),
        Cause::PlusAndSpace
    ),
    case!(
        "space for a plus",
        "sqs",
        "https://h.example/?a=x%2By",
        |t| replace(t, "x%2By", "x%20y"),
        Cause::PlusAndSpace
    ),
    case!(
        "encoded plus for a space",
        "sqs",
        ROOT,
        |t| replace(t, "x%20y", "x%2By"),
        Cause::PlusAndSpace
    ),
    case!(
        "no query",
        "sqs",
        ROOT,
        |t| replace(t, "a=x%20y&z=1", ""),
        Cause::ParametersLost { names: Vec::new() }
    ),
    case!(
        "host without its port",
        "sqs",
        ROOT,
        |t| replace(t, ":8443", ""),
        Cause::PortChanged
    ),
    case!(
        "host with the port of HTTPS",
        "sqs",
        "https://h.example/",
        |t| replace(t, "host:h.example\n", "host:h.example:443\n"),
        Cause::PortChanged
    ),
    case!(
        "host with the port of HTTP",
        "sqs",
        "http://h.example/",
        |t| replace(t, "host:h.example\n", "host:h.example:80\n"),
        Cause::PortChanged
    ),
    case!(
        "hash of nothing",
        "sqs",
        ROOT,
        |t| replace(t, &server::hex(&HASH), EMPTY),
        Cause::PayloadHashDiffers
    ),
    Case {
        name: "line break",
        service: "s3",
        url: KEY,
        mistake: plain,
        secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n",
        cause: Cause::SecretKeyWhiteSpace,
    },
    Case {
        name: "carriage return",
        service: "sqs",
        url: ROOT,
        mistake: plain,
        secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\r\n",
        cause: Cause::SecretKeyWhiteSpace,
    },
    Case {
        name: "space",
        service: "s3",
        url: KEY,
        mistake: plain,
        secret: " wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        cause: Cause::SecretKeyWhiteSpace,
    },
    Case {
        name: "another secret",
        service: "s3",
        url: KEY,
        mistake: plain,
        secret: "another",
        cause: Cause::WrongSecretKey,
    },
];

const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
/// The SHA-256 hash of `data`.
const HASH: [u8; 32] = [
    0x3a, 0x6e, 0xb0, 0x79, 0x0f, 0x39, 0xac, 0x87, 0xc9, 0x4f, 0x38, 0x56, 0xb2, 0xdd, 0x2c, 0x5d,
    0x11, 0x0e, 0x68, 0x11, 0x60, 0x22, 0x61, 0xa9, 0xa9, 0x23, 0xd3, 0xbb, 0x23, 0xad, 0xc8, 0xb7,
];

impl Case {
    /// The request, its canonical form as the server calculates it, and as the signer did.
    fn make(&self) -> (server::Sent, String, String) {
        self.signed_with(self.secret)
    }

    fn signed_with(&self, secret: &str) -> (server::Sent, String, String) {
        let mut request = Request::post(self.url).body(b"data".to_vec()).unwrap();
        let signer = Signer::new(
            Credentials::new("AKIDEXAMPLE", SECRET),
            "us-east-1",
            self.service,
        )
        .unwrap();
        signer
            .sign(&mut request, PayloadHash::new("data"), NOW)
            .unwrap();
        let right = server::canonical(self.service == "s3", &request);
        let wrong = (self.mistake)(right.clone());
        let signature = server::sign(secret, &server::string_to_sign(&request, &wrong));
        let header = request.headers()["authorization"].to_str().unwrap();
        let (start, _) = header.split_once("Signature=").unwrap();
        let header = format!("{start}Signature={signature}");
        request
            .headers_mut()
            .insert("authorization", header.parse().unwrap());
        (request, right, wrong)
    }

    #[track_caller]
    fn expect(&self, how: &str, diagnosis: &countersign::explain::Diagnosis) {
        let cause = diagnosis.cause();
        let right = match (&self.cause, cause) {
            // Without a response it is unknown what the server calculated.
            (Cause::WrongSecretKey, cause) if how == "alone" => {
                cause == Some(&Cause::SignatureNotReproduced)
            }
            // The names depend on which side has the parameters.
            (Cause::ParametersLost { .. }, Some(Cause::ParametersAdded { names })) => {
                names == &["a", "z"]
            }
            (expected, cause) => cause == Some(expected),
        };
        assert!(right, "{} ({how})\n{diagnosis}", self.name);
    }
}

#[test]
fn the_secret_tells_each_mistake() {
    for case in CASES {
        let (request, right, _) = case.make();
        let service = Service::from(case.service);
        let payload = PayloadHash::new("data");
        let sent = Explainer::new(&request, &service)
            .with_payload(payload)
            .with_secret_key(SecretKey::from(SECRET));
        case.expect("alone", &sent.check());
        let string_to_sign = server::string_to_sign(&request, &right);
        for shape in [Shape::S3, Shape::Json] {
            let answer = server::answer(shape, &right, &string_to_sign);
            case.expect("answered", &sent.response(&answer).unwrap());
        }
    }
}

/// With the log of the signer no secret is needed.
#[test]
fn the_log_tells_each_mistake() {
    for case in CASES {
        let (request, right, wrong) = case.make();
        if right == wrong {
            continue;
        }
        let service = Service::from(case.service);
        let sent = Explainer::new(&request, &service)
            .with_payload(PayloadHash::new("data"))
            .with_signer_log(wrong);
        case.expect("logged", &sent.check());
        let answer = server::answer(Shape::S3, &right, &server::string_to_sign(&request, &right));
        case.expect("logged and answered", &sent.response(&answer).unwrap());
    }
}

/// In some requests the signed hash cannot be known.
#[test]
fn equal_canonical_requests_leave_an_unknown_payload_hash() {
    for secret in [SECRET, "another"] {
        let case = Case {
            name: "another payload, or another secret",
            service: "sqs",
            url: ROOT,
            mistake: |text| text,
            secret,
            cause: Cause::WrongSecretKeyOrPayloadHash,
        };
        let (request, right, _) = case.make();
        let string_to_sign = server::string_to_sign(&request, &right);
        let answer = server::answer(Shape::Json, &right, &string_to_sign);
        let service = Service::from(case.service);
        let sent = || Explainer::new(&request, &service);
        let payload = PayloadHash::new("data");
        case.expect("bare", &sent().response(&answer).unwrap());
        let with_payload = sent().with_payload(payload);
        case.expect("payload", &with_payload.response(&answer).unwrap());

        let signed = sent()
            .with_signer_log(right.clone())
            .response(&answer)
            .unwrap();
        assert_eq!(signed.cause(), Some(&Cause::WrongSecretKey));
        let key = SecretKey::from(SECRET);
        let keyed = sent()
            .with_payload(payload)
            .with_secret_key(key)
            .response(&answer)
            .unwrap();
        let cause = match secret {
            SECRET => Cause::ServerSecretKeyDiffers,
            _ => Cause::WrongSecretKey,
        };
        assert_eq!(keyed.cause(), Some(&cause), "{secret}");
    }
    let case = Case {
        name: "another payload",
        service: "sqs",
        url: ROOT,
        mistake: |text| replace(text, &hex::encode(HASH), EMPTY),
        secret: SECRET,
        cause: Cause::PayloadHashDiffers,
    };
    let (request, right, _) = case.make();
    let answer = server::answer(
        Shape::Json,
        &right,
        &server::string_to_sign(&request, &right),
    );
    let service = Service::from(case.service);
    let sent = Explainer::new(&request, &service).with_payload(PayloadHash::new("data"));
    let bare = sent.response(&answer).unwrap();
    assert_eq!(bare.cause(), Some(&Cause::WrongSecretKeyOrPayloadHash));
    let sent = Explainer::new(&request, &service)
        .with_payload(PayloadHash::new("data"))
        .with_secret_key(SecretKey::from(SECRET));
    case.expect("keyed", &sent.response(&answer).unwrap());
}

#[test]
fn equal_canonical_requests_blame_the_secret() {
    let case = CASES.last().unwrap();
    let (request, right, _) = case.make();
    let string_to_sign = server::string_to_sign(&request, &right);
    let service = Service::from(case.service);
    for shape in Shape::ALL {
        let answer = server::answer(shape, &right, &string_to_sign);
        let diagnosis = Explainer::new(&request, &service)
            .response(&answer)
            .unwrap();
        assert_eq!(
            diagnosis.cause(),
            Some(&Cause::WrongSecretKey),
            "{shape:?}\n{diagnosis}"
        );
    }
}

#[test]
fn the_secret_tells_more_than_a_hash() {
    let case = CASES.first().unwrap();
    let (request, right, _) = case.make();
    let answer = format!(
        "<Error><Code>SignatureDoesNotMatch</Code><Message>x</Message>\
         <StringToSign>{}</StringToSign></Error>",
        server::string_to_sign(&request, &right)
    );
    let service = Service::from(case.service);
    let sent = Explainer::new(&request, &service)
        .with_payload(PayloadHash::new("data"))
        .with_secret_key(SecretKey::from(SECRET));
    case.expect("a hash", &sent.error_body(answer).unwrap());
}

/// White space that remains when a secret is copied from a file.
#[test]
fn white_space_around_the_secret_is_found() {
    let case = Case {
        name: "something around the secret",
        service: "s3",
        url: KEY,
        mistake: plain,
        secret: SECRET,
        cause: Cause::SecretKeyWhiteSpace,
    };
    let service = Service::from(case.service);
    let spaces = ["\n", "\r\n", " ", "\r", "\t", "\n\n"];
    let sides = spaces.iter().flat_map(|space| [("", *space), (*space, "")]);
    for (before, after) in sides.chain([("\"", "\""), ("'", "'")]) {
        let (request, ..) = case.signed_with(&format!("{before}{SECRET}{after}"));
        let sent = Explainer::new(&request, &service)
            .with_payload(PayloadHash::new("data"))
            .with_secret_key(SecretKey::from(SECRET));
        case.expect(&format!("{before:?} {after:?}"), &sent.check());
    }
}

#[test]
fn a_presigned_url_signed_as_it_is_sent_is_found() {
    let signer = Signer::new(Credentials::new("AKIDEXAMPLE", SECRET), "us-east-1", "s3").unwrap();
    let unsigned = Request::get("https://h.example/k?b=1&a=2")
        .body(())
        .unwrap();
    let (payload, minute) = (PayloadHash::Unsigned, Duration::from_secs(60));
    let url = signer
        .presign_with_payload(&unsigned, payload, minute, NOW)
        .unwrap();
    let request = Request::get(url.url()).body(Vec::new()).unwrap();
    let (sent, signature) = url.url().split_once("&X-Amz-Signature=").unwrap();
    let (_, query) = sent.split_once('?').unwrap();
    let right = server::canonical(true, &request);
    let line = right.split('\n').nth(2).unwrap().to_owned();
    let wrong = replace(right, &line, query);
    let other = server::sign(SECRET, &server::string_to_sign(&request, &wrong));
    let request = Request::get(url.url().replace(signature, &other));
    let request = request.body(()).unwrap();
    let service = Service::S3;
    let sent = Explainer::new(&request, &service).with_secret_key(SecretKey::from(SECRET));
    let diagnosis = sent.check();
    let cause = diagnosis.cause();
    assert_eq!(cause, Some(&Cause::QueryOrder), "{diagnosis}");
}

#[test]
fn a_token_that_was_listed_and_not_signed_is_found() {
    let credentials = Credentials::new("ASIAIOSFODNN7EXAMPLE", SECRET).with_session_token(TOKEN);
    let mut request = Request::post(KEY).body(b"data".to_vec()).unwrap();
    let signer = Signer::new(credentials, "us-east-1", "s3").unwrap();
    signer
        .sign(&mut request, PayloadHash::new("data"), NOW)
        .unwrap();
    let right = server::canonical(true, &request);
    let wrong = replace(right, &format!("x-amz-security-token:{TOKEN}\n"), "");
    let wrong = replace(wrong, ";x-amz-security-token\n", "\n");
    let signature = server::sign(SECRET, &server::string_to_sign(&request, &wrong));
    let header = request.headers()["authorization"].to_str().unwrap();
    let (start, _) = header.split_once("Signature=").unwrap();
    let header = format!("{start}Signature={signature}");
    request
        .headers_mut()
        .insert("authorization", header.parse().unwrap());
    let service = Service::S3;
    let sent = Explainer::new(&request, &service)
        .with_payload(PayloadHash::new("data"))
        .with_secret_key(SecretKey::from(SECRET));
    let diagnosis = sent.check();
    let cause = diagnosis.cause();
    assert_eq!(cause, Some(&Cause::SessionTokenNotSigned), "{diagnosis}");
}
