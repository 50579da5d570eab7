//! The work: requests to sign, presign or verify, and the exact lines of their canonical requests.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Method, Request};

pub const REGION: &str = "us-east-1";
/// The time of signing. Some contenders read the clock instead.
pub const DATETIME: &str = "20260522T101112Z";
/// The same in seconds since 1970.
pub const SECONDS: i64 = 1_779_444_672;
/// The lifetime of a presigned URL.
pub const LIFETIME: Duration = Duration::from_secs(3600);
pub const BUCKET: &str = "examplebucket";
/// The key of the object, for contenders that make its URL themselves.
pub const KEY: &str = "photos/2026/some object key.jpg";

/// A request, what is done with it, and its canonical form. It exists for the whole run, so that
/// every contender can borrow from it.
#[derive(Clone)]
pub struct Work {
    pub name: String,
    /// A description of one line.
    pub what: &'static str,
    pub task: Task,
    pub service: &'static str,
    pub identity: Identity,
    pub request: Request<Bytes>,
    pub payload: Payload,
    /// The path in the canonical request, written by hand.
    pub canonical_path: String,
    /// The query in the canonical request, without the parameters that presigning adds.
    pub canonical_query: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// Sign an `http` request.
    Sign,
    /// The same with an ECDSA signature, SigV4A.
    SignAsymmetric,
    /// Presign a request: the result is a URL.
    Presign,
    /// Sign a chunk of a body.
    Chunk,
    /// Verify a signed request.
    Verify,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Payload {
    Unsigned,
    /// The signer hashes the body.
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

    /// For S3, and for each payload that is not hashed, the hash or literal is sent in a header.
    pub fn sends_payload_hash(&self) -> bool {
        self.service == "s3" || self.payload == Payload::Unsigned
    }

    /// The headers that should be signed, in order: all except `user-agent`, which proxies change.
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

/// All eight.
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

/// A text like a token of STS: base64, so that some characters are encoded in a query.
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
