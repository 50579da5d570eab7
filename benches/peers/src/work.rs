//! The work: requests to sign, presign or verify, and the exact lines that the specification makes
//! of them.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Method, Request};

pub const REGION: &str = "us-east-1";
/// The moment of signing, for whoever takes one; the others read the clock.
pub const DATETIME: &str = "20260522T101112Z";
/// The same, in seconds since 1970.
pub const SECONDS: i64 = 1_779_444_672;
/// How long a presigned URL lives.
pub const LIFETIME: Duration = Duration::from_secs(3600);
pub const BUCKET: &str = "examplebucket";
/// The object's key, for those who make its URL themselves.
pub const KEY: &str = "photos/2026/some object key.jpg";

/// A request, what is to be done with it, and what it becomes on the way. It stands still for the
/// whole run, so that every contender can borrow from it.
#[derive(Clone)]
pub struct Work {
    pub name: String,
    /// For people: what is done, in a line.
    pub what: &'static str,
    pub task: Task,
    pub service: &'static str,
    pub identity: Identity,
    pub request: Request<Bytes>,
    pub payload: Payload,
    /// The path's line of the canonical request, written by hand.
    pub canonical_path: String,
    /// The query's line, without what presigning adds.
    pub canonical_query: String,
    /// Header values that are signed otherwise than they are sent.
    pub canonical_values: Vec<(&'static str, &'static str)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// An `http` request becomes a signed one.
    Sign,
    /// The same with an ECDSA signature, SigV4A.
    SignAsymmetric,
    /// A request becomes a finished URL.
    Presign,
    /// A chunk of a body becomes a signature.
    Chunk,
    /// A signed request becomes a verdict.
    Verify,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Payload {
    Unsigned,
    /// The signer hashes the request's body.
    Hashed,
}

#[derive(Clone, Copy)]
pub struct Identity {
    pub access_key_id: &'static str,
    pub secret_key: &'static str,
    pub session_token: Option<&'static str>,
}

impl Identity {
    pub fn long_term() -> Self {
        Self {
            access_key_id: "AKIAIOSFODNN7EXAMPLE",
            secret_key: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            session_token: None,
        }
    }

    pub fn temporary(token_length: usize) -> Self {
        Self {
            access_key_id: "ASIAIOSFODNN7EXAMPLE",
            session_token: Some(session_token(token_length)),
            ..Self::long_term()
        }
    }
}

impl Work {
    pub fn host(&self) -> &str {
        self.request
            .uri()
            .host()
            .expect("every URL here has a host")
    }

    /// The hash's or literal's place is also a header for S3, and for whatever is not hashed.
    pub fn sends_payload_hash(&self) -> bool {
        self.service == "s3" || self.payload == Payload::Unsigned
    }

    /// What a careful signer signs, in order: all but `user-agent`, which is rewritten on the way.
    pub fn signed_headers(&self) -> Vec<String> {
        let own = self.request.headers().keys().map(http::HeaderName::as_str);
        let mut names: Vec<_> = own
            .filter(|name| *name != "user-agent")
            .chain(["host"])
            .collect();
        if self.task != Task::Presign {
            names.push("x-amz-date");
            names.extend(self.sends_payload_hash().then_some("x-amz-content-sha256"));
            names.extend(self.identity.session_token.map(|_| "x-amz-security-token"));
            names.extend((self.task == Task::SignAsymmetric).then_some("x-amz-region-set"));
        }
        names.sort_unstable();
        names.into_iter().map(str::to_owned).collect()
    }
}

/// The eight of them.
pub fn all() -> Vec<Work> {
    vec![w1(), w2(), w3(), w4(), w5(), w6(), w7(), w8()]
}

pub fn w1() -> Work {
    Work {
        name: "W1".into(),
        what: "sign an S3 GET, payload unsigned, temporary credentials",
        task: Task::Sign,
        service: "s3",
        identity: Identity::temporary(1000),
        request: request(
            Method::GET,
            "https://examplebucket.s3.us-east-1.amazonaws.com/photos/2026/some%20object%20key.jpg?versionId=abc&partNumber=3",
            &[
                ("range", "bytes=0-1048575"),
                ("user-agent", "example/1.0"),
                ("accept", "*/*"),
            ],
        ),
        payload: Payload::Unsigned,
        canonical_path: "/photos/2026/some%20object%20key.jpg".into(),
        canonical_query: "partNumber=3&versionId=abc".into(),
        canonical_values: Vec::new(),
    }
}

pub fn w2() -> Work {
    let mut request = request(
        Method::POST,
        "https://dynamodb.us-east-1.amazonaws.com/",
        &[
            ("x-amz-target", "DynamoDB_20120810.GetItem"),
            ("content-type", "application/x-amz-json-1.0"),
        ],
    );
    *request.body_mut() = json(512);
    Work {
        name: "W2".into(),
        what: "sign a DynamoDB POST of 512 bytes, hashed, temporary credentials",
        service: "dynamodb",
        request,
        payload: Payload::Hashed,
        canonical_path: "/".into(),
        canonical_query: String::new(),
        ..w1()
    }
}

pub fn w3() -> Work {
    Work {
        name: "W3".into(),
        what: "presign an S3 GET for an hour, temporary credentials",
        task: Task::Presign,
        request: request(
            Method::GET,
            "https://examplebucket.s3.us-east-1.amazonaws.com/photos/2026/some%20object%20key.jpg",
            &[],
        ),
        canonical_query: String::new(),
        ..w1()
    }
}

pub fn w4() -> Work {
    Work {
        name: "W4".into(),
        what: "W1 with long-term credentials",
        identity: Identity::long_term(),
        ..w1()
    }
}

pub fn w5() -> Work {
    let mut request = request(
        Method::PUT,
        "https://examplebucket.s3.us-east-1.amazonaws.com/photos/2026/some%20object%20key.jpg",
        &[("content-type", "image/jpeg")],
    );
    *request.body_mut() = vec![0x5A; 1 << 20].into();
    Work {
        name: "W5".into(),
        what: "sign an S3 PUT of 1 MiB, hashed, temporary credentials",
        request,
        payload: Payload::Hashed,
        canonical_query: String::new(),
        ..w1()
    }
}

pub fn w6() -> Work {
    Work {
        name: "W6".into(),
        what: "W1 with SigV4A",
        task: Task::SignAsymmetric,
        ..w1()
    }
}

pub fn w7() -> Work {
    let mut request = w5().request;
    *request.body_mut() = vec![0x5A; 64 << 10].into();
    Work {
        name: "W7".into(),
        what: "sign one aws-chunked chunk of 64 KiB",
        task: Task::Chunk,
        request,
        ..w5()
    }
}

pub fn w8() -> Work {
    Work {
        name: "W8".into(),
        what: "verify W1, the signing key looked up",
        task: Task::Verify,
        ..w1()
    }
}

pub fn request(method: Method, uri: &str, headers: &[(&'static str, &str)]) -> Request<Bytes> {
    let mut request = Request::new(Bytes::new());
    *request.method_mut() = method;
    *request.uri_mut() = uri.parse().expect("a URL");
    for (name, value) in headers {
        request
            .headers_mut()
            .append(*name, HeaderValue::from_str(value).expect("a header value"));
    }
    request
}

/// Something that looks like a token from STS: base64, so a few of its characters are encoded in a
/// query.
fn session_token(length: usize) -> &'static str {
    const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut state = 1_u32;
    let token: String = (0..length)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            char::from(BASE64[(state >> 26) as usize])
        })
        .collect();
    token.leak()
}

fn json(length: usize) -> Bytes {
    let (head, tail) = (r#"{"TableName":"photos","Key":{"id":{"S":""#, r#""}}}"#);
    let padding = "a".repeat(length - head.len() - tail.len());
    format!("{head}{padding}{tail}").into()
}
