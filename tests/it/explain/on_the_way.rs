//! Requests that were changed between signer and server, and requests that were signed by the wrong
//! rules.

use std::time::Duration;

use countersign::explain::{Cause, Explainer};
use countersign::{Credentials, PayloadHash, Rules, Service, Signer};
use http::{HeaderValue, Method, Request, header::HeaderName};

use crate::explain::server::{self, NOW, SECRET, Sent, Shape, TOKEN};

/// How the client signs, and how the request is changed.
pub struct Case {
    name: &'static str,
    service: fn() -> Service,
    /// Method, URL, headers, body.
    request: (
        &'static str,
        &'static str,
        &'static [(&'static str, &'static str)],
        &'static str,
    ),
    form: Form,
    change: fn(&mut Sent),
    cause: fn() -> Cause,
}

#[derive(Clone, Copy, PartialEq)]
enum Form {
    Header,
    Presigned,
}

const S3: fn() -> Service = || Service::S3;
const SQS: fn() -> Service = || Service::from("sqs");
const KEY: &str = "https://bucket.s3.amazonaws.com/a%20key?x-id=GetObject&versionId=v+1";
const QUEUE: &str =
    "https://sqs.us-east-1.amazonaws.com/1/queue?Action=SendMessage&MessageBody=a%20b";

fn set(request: &mut Sent, name: &'static str, value: &'static str) {
    let value = HeaderValue::from_static(value);
    request
        .headers_mut()
        .insert(HeaderName::from_static(name), value);
}

fn target(request: &mut Sent, from: &str, to: &str) {
    let uri = request.uri().to_string();
    assert!(uri.contains(from), "{uri}");
    *request.uri_mut() = uri.replacen(from, to, 1).parse().unwrap();
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

const META: &[(&str, &str)] = &[("x-amz-meta-a", "one two"), ("accept", "text/plain")];
const TYPED: &[(&str, &str)] = &[("content-type", "application/x-amz-json-1.0")];

macro_rules! case {
    ($name:literal, $service:expr, $request:expr, $form:ident, $change:expr, $cause:expr) => {
        Case {
            name: $name,
            service: $service,
            request: $request,
            form: Form::$form,
            change: $change,
            cause: || $cause,
        }
    };
}

pub const CASES: &[Case] = &[
    case!(
        "method",
        S3,
        ("GET", KEY, &[], ""),
        Header,
        |r| *r.method_mut() = Method::HEAD,
        Cause::MethodChanged {
            signed: "GET".into(),
            received: "HEAD".into()
        }
    ),
    case!(
        "method of a presigned URL",
        S3,
        ("GET", KEY, &[], ""),
        Presigned,
        |r| *r.method_mut() = Method::PUT,
        Cause::MethodChanged {
            signed: "GET".into(),
            received: "PUT".into()
        }
    ),
    case!(
        "path decoded and encoded",
        SQS,
        ("GET", "https://h.example/a%2Fb", &[], ""),
        Header,
        |r| target(r, "%2F", "/"),
        Cause::PathEncoding
    ),
    case!(
        "path in lowercase hex",
        SQS,
        ("GET", "https://h.example/a%C3%A9", &[], ""),
        Header,
        |r| target(r, "%C3%A9", "%c3%a9"),
        Cause::PathEncoding
    ),
    case!(
        "path encoded by a proxy",
        S3,
        ("GET", KEY, &[], ""),
        Header,
        |r| target(r, "%20", "%2520"),
        Cause::PathEncodedAgain
    ),
    case!(
        "path's plus",
        S3,
        ("GET", KEY, &[], ""),
        Header,
        |r| target(r, "a%20key", "a+key"),
        Cause::PlusAndSpace
    ),
    case!(
        "path's space",
        SQS,
        ("GET", "https://h.example/a+b", &[], ""),
        Header,
        |r| target(r, "a+b", "a%20b"),
        Cause::PlusAndSpace
    ),
    case!(
        "path resolved",
        S3,
        ("GET", "https://h.example/a/../b", &[], ""),
        Header,
        |r| target(r, "/a/../b", "/b"),
        Cause::PathNotNormalized
    ),
    case!(
        "slashes merged",
        S3,
        ("GET", "https://h.example/a//b", &[], ""),
        Header,
        |r| target(r, "/a//b", "/a/b"),
        Cause::PathNotNormalized
    ),
    case!(
        "stage removed",
        SQS,
        ("GET", "https://h.example/prod/pets", &[], ""),
        Header,
        |r| target(r, "/prod", ""),
        Cause::PathChanged
    ),
    case!(
        "slash added",
        S3,
        ("GET", "https://h.example/a", &[], ""),
        Header,
        |r| target(r, "/a", "/a/"),
        Cause::PathChanged
    ),
    case!(
        "plus read as a space",
        SQS,
        ("GET", "https://h.example/?a=b%2Bc", &[], ""),
        Header,
        |r| target(r, "%2B", "%20"),
        Cause::PlusAndSpace
    ),
    case!(
        "space sent as an escaped plus",
        SQS,
        ("GET", QUEUE, &[], ""),
        Header,
        |r| target(r, "a%20b", "a%2Bb"),
        Cause::PlusAndSpace
    ),
    case!(
        "query lost",
        SQS,
        ("GET", QUEUE, &[], ""),
        Header,
        |r| target(r, "?Action=SendMessage&MessageBody=a%20b", ""),
        Cause::ParametersLost {
            names: names(&["Action", "MessageBody"])
        }
    ),
    case!(
        "query cut by a shell",
        SQS,
        ("GET", QUEUE, &[], ""),
        Header,
        |r| target(r, "&MessageBody=a%20b", ""),
        Cause::ParametersLost {
            names: names(&["MessageBody"])
        }
    ),
    case!(
        "tracker",
        S3,
        ("GET", KEY, &[], ""),
        Presigned,
        |r| target(r, "&X-Amz-Signature", "&utm_source=x&X-Amz-Signature"),
        Cause::ParametersAdded {
            names: names(&["utm_source"])
        }
    ),
    case!(
        "value changed",
        S3,
        ("GET", KEY, &[], ""),
        Presigned,
        |r| target(r, "Expires=900", "Expires=9000"),
        Cause::ParametersChanged {
            names: names(&["X-Amz-Expires"])
        }
    ),
    case!(
        "query encoded again",
        SQS,
        ("GET", QUEUE, &[], ""),
        Header,
        |r| target(r, "a%20b", "a%2520b"),
        Cause::QueryEncoding
    ),
    case!(
        "host",
        SQS,
        ("GET", QUEUE, &[], ""),
        Header,
        |r| {
            target(r, "https://sqs.us-east-1.amazonaws.com", "");
            set(r, "host", "localhost");
        },
        Cause::HostChanged
    ),
    case!(
        "port added",
        S3,
        ("GET", KEY, &[], ""),
        Header,
        |r| {
            target(r, "https://bucket.s3.amazonaws.com", "");
            set(r, "host", "bucket.s3.amazonaws.com:443");
        },
        Cause::PortChanged
    ),
    case!(
        "port dropped",
        S3,
        ("GET", "http://localhost:9000/b/k", &[], ""),
        Header,
        |r| {
            target(r, "http://localhost:9000", "");
            set(r, "host", "localhost");
        },
        Cause::PortChanged
    ),
    case!(
        "port of a presigned URL",
        S3,
        ("GET", "http://localhost:9000/b/k", &[], ""),
        Presigned,
        |r| {
            target(r, "http://localhost:9000", "");
            set(r, "host", "localhost:80");
        },
        Cause::PortChanged
    ),
    case!(
        "header rewritten",
        S3,
        ("GET", KEY, META, ""),
        Header,
        |r| set(r, "accept", "*/*"),
        Cause::HeaderRewritten {
            name: "accept".into()
        }
    ),
    case!(
        "header's second value",
        S3,
        ("GET", KEY, META, ""),
        Header,
        |r| {
            r.headers_mut()
                .append("x-amz-meta-a", HeaderValue::from_static("three"));
        },
        Cause::HeaderAdded {
            name: "x-amz-meta-a".into()
        }
    ),
    case!(
        "header lost",
        S3,
        ("GET", KEY, META, ""),
        Header,
        |r| {
            r.headers_mut().remove("accept");
        },
        Cause::HeaderLost {
            name: "accept".into()
        }
    ),
    case!(
        "header's white space",
        S3,
        ("GET", KEY, META, ""),
        Header,
        |r| set(r, "x-amz-meta-a", "onetwo"),
        Cause::HeaderWhiteSpace {
            name: "x-amz-meta-a".into()
        }
    ),
    case!(
        "charset added",
        SQS,
        ("POST", "https://h.example/", TYPED, "{}"),
        Header,
        |r| set(
            r,
            "content-type",
            "application/x-amz-json-1.0; charset=utf-8"
        ),
        Cause::HeaderRewritten {
            name: "content-type".into()
        }
    ),
    case!(
        "date rewritten",
        SQS,
        ("GET", QUEUE, &[], ""),
        Header,
        |r| set(r, "x-amz-date", "20260102T030406Z"),
        Cause::HeaderRewritten {
            name: "x-amz-date".into()
        }
    ),
    case!(
        "stale token",
        SQS,
        ("GET", QUEUE, &[("t", "")], ""),
        Header,
        |r| set(
            r,
            "x-amz-security-token",
            "IQoJb3JpZ2luX2VjAnOtherTokenThatIsOld"
        ),
        Cause::InvalidSessionToken
    ),
    case!(
        "token lost",
        SQS,
        ("GET", QUEUE, &[("t", "")], ""),
        Header,
        |r| {
            r.headers_mut().remove("x-amz-security-token");
        },
        Cause::MissingSessionToken
    ),
    case!(
        "body dropped",
        SQS,
        ("POST", "https://h.example/", TYPED, "{}"),
        Header,
        |r| r.body_mut().clear(),
        Cause::BodyChanged
    ),
    case!(
        "body re-encoded",
        SQS,
        ("POST", "https://h.example/", TYPED, "{\"a\": 1}"),
        Header,
        |r| *r.body_mut() = b"{\"a\":1}".to_vec(),
        Cause::BodyChanged
    ),
    case!(
        "payload hash rewritten",
        S3,
        ("PUT", KEY, &[], "data"),
        Header,
        |r| set(r, "x-amz-content-sha256", "UNSIGNED-PAYLOAD"),
        Cause::PayloadHashDiffers
    ),
    case!(
        "S3 by generic rules",
        || Service::new("s3", Rules::GENERIC),
        ("GET", KEY, &[], ""),
        Header,
        |_| {},
        Cause::PathEncodedTwice
    ),
    case!(
        "S3 resolved",
        || {
            let mut rules = Rules::S3;
            rules.normalize_path = true;
            Service::new("s3", rules)
        },
        ("GET", "https://h.example/a//b", &[], ""),
        Header,
        |_| {},
        Cause::PathNormalized
    ),
    case!(
        "S3 by generic rules, presigned",
        || {
            let mut rules = Rules::S3;
            rules.double_encode_path = true;
            Service::new("s3", rules)
        },
        ("GET", KEY, &[], ""),
        Presigned,
        |_| {},
        Cause::PathEncodedTwice
    ),
    case!(
        "others by S3's rules",
        || Service::new("execute-api", Rules::S3),
        ("GET", "https://h.example/a%20b", &[], ""),
        Header,
        |_| {},
        Cause::PathEncodedOnce
    ),
    case!(
        "others by S3's rules, not resolved",
        || Service::new("execute-api", Rules::S3),
        ("GET", "https://h.example/a/./b", &[], ""),
        Header,
        |_| {},
        Cause::PathNotNormalized
    ),
];

impl Case {
    /// The request as it was signed, and as it was received.
    pub fn make(&self) -> (Sent, Sent, PayloadHash) {
        let (method, url, headers, body) = self.request;
        let mut request = Request::builder().method(method).uri(url);
        let mut credentials = Credentials::new("AKIDEXAMPLE", SECRET);
        for (name, value) in headers {
            match *name {
                "t" => {
                    credentials =
                        Credentials::new("ASIAIOSFODNN7EXAMPLE", SECRET).with_session_token(TOKEN);
                }
                name => request = request.header(name, *value),
            }
        }
        let mut request = request.body(body.as_bytes().to_vec()).unwrap();
        let service = (self.service)();
        let signer = Signer::new(credentials, "us-east-1", service.clone()).unwrap();
        let mut payload = PayloadHash::new(body);
        match self.form {
            Form::Header => drop(signer.sign(&mut request, payload, NOW).unwrap()),
            Form::Presigned => {
                payload = PayloadHash::Unsigned;
                let minutes = Duration::from_secs(900);
                let presigned = signer
                    .presign_with_payload(&request, payload, minutes, NOW)
                    .unwrap();
                *request.uri_mut() = presigned.uri().unwrap();
            }
        }
        let mut arrived = request.clone();
        (self.change)(&mut arrived);
        (request, arrived, payload)
    }
}

/// All cases: name, service, the request as signed and as received, the signed payload.
pub fn made() -> impl Iterator<Item = (&'static str, Service, Sent, Sent, PayloadHash)> {
    CASES.iter().map(|case| {
        let (sent, arrived, payload) = case.make();
        (case.name, (case.service)(), sent, arrived, payload)
    })
}

#[test]
fn a_quoted_canonical_request_shows_what_changed() {
    for case in CASES {
        let (sent, arrived, payload) = case.make();
        let service = (case.service)();
        for shape in Shape::ALL {
            let answer = server::serve(&service, shape, &arrived).expect(case.name);
            let asked = Explainer::new(&sent, &service).with_payload(payload);
            let diagnosis = asked.response(&answer).unwrap();
            assert_eq!(
                diagnosis.cause(),
                Some(&(case.cause)()),
                "{} {shape:?}\n{diagnosis}",
                case.name
            );
        }
    }
}

#[test]
fn a_capture_shows_what_changed() {
    for case in CASES {
        let (sent, arrived, payload) = case.make();
        if sent.uri() == arrived.uri()
            && sent.headers() == arrived.headers()
            && sent.body() == arrived.body()
            && sent.method() == arrived.method()
        {
            continue; // Nothing happened on the way.
        }
        let service = (case.service)();
        let explainer = Explainer::new(&sent, &service).with_payload(payload);
        let explainer = match payload {
            PayloadHash::Unsigned => explainer,
            _ => explainer.with_captured_payload(PayloadHash::new(arrived.body())),
        };
        let diagnosis = explainer.captured(&arrived);
        assert_eq!(
            diagnosis.cause(),
            Some(&(case.cause)()),
            "{}\n{diagnosis}",
            case.name
        );
    }
}

/// The token for AWS IoT is added after signing, so no signed line contains it.
#[test]
fn an_unsigned_token_that_changed_is_found() {
    let service = Service::from("iotdevicegateway");
    let sign = |token| {
        let credentials =
            Credentials::new("ASIAIOSFODNN7EXAMPLE", SECRET).with_session_token(token);
        let signer = Signer::new(credentials, "us-east-1", service.clone()).unwrap();
        let mut request = Request::get("https://h.example/mqtt").body(()).unwrap();
        signer.sign(&mut request, PayloadHash::EMPTY, NOW).unwrap();
        request
    };
    let (sent, mut other, mut none) = (sign(TOKEN), sign("another"), sign(TOKEN));
    none.headers_mut().remove("x-amz-security-token");
    let authorization = sent.headers()["authorization"].clone();
    other.headers_mut().insert("authorization", authorization);
    for captured in [&other, &none] {
        let diagnosis = Explainer::new(&sent, &service).captured(captured);
        assert_eq!(diagnosis.cause(), Some(&Cause::InvalidSessionToken));
    }
    assert_eq!(
        Explainer::new(&sent, &service).captured(&sent).cause(),
        None
    );
}

/// A signature in a header does not cover the access key ID, so only the comparison finds the
/// change.
#[test]
fn an_access_key_id_changed_on_the_way_is_found() {
    let mut request = Request::get(KEY).body(()).unwrap();
    let signer = Signer::new(Credentials::new("AKIDEXAMPLE", SECRET), "us-east-1", "s3");
    let signer = signer.unwrap();
    signer
        .sign(&mut request, PayloadHash::Unsigned, NOW)
        .unwrap();
    let explainer = Explainer::new(&request, Service::S3);
    assert_eq!(explainer.captured(&request).cause(), None);

    let mut captured = request.clone();
    let authorization = request.headers()["authorization"].to_str().unwrap();
    let authorization = authorization.replace("AKIDEXAMPLE", "AKIDEXAMPLD");
    captured
        .headers_mut()
        .insert("authorization", authorization.parse().unwrap());
    assert_eq!(
        explainer.captured(&captured).cause(),
        Some(&Cause::UnknownAccessKey)
    );
}
