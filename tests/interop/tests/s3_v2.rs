//! Does a real server accept what countersign signs with S3's old scheme? Each of the keys in
//! `keys`, in both forms. And does it refuse requests that were changed after signing?

use std::time::Duration;

use bytes::Bytes;
use countersign::Credentials;
use countersign::legacy::s3_v2::{Bucket, Signer};
use countersign::{encode_key, encode_segment};
use countersign_interop::client::{Answer, Client};
use countersign_interop::server::Server;
use countersign_interop::{callers, keys, report};
use http::{Method, Request, StatusCode};
use time::OffsetDateTime;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Header,
    Query,
}

struct Caller<'a> {
    server: &'a Server,
    client: &'a Client,
    signer: Signer,
    form: Form,
}

impl<'a> Caller<'a> {
    fn new(server: &'a Server, client: &'a Client, credentials: &Credentials, form: Form) -> Self {
        let signer = Signer::new(credentials.clone()).unwrap();
        Self {
            server,
            client,
            signer,
            form,
        }
    }

    fn signed(&self, method: Method, target: &str, body: &str) -> Request<Bytes> {
        let mut request = Request::builder()
            .method(method)
            .uri(self.server.url(target))
            .header("content-type", "text/plain")
            .header("x-amz-meta-note", " two  words ")
            .body(Bytes::from(body.to_owned()))
            .unwrap();
        let now = OffsetDateTime::now_utc();
        if self.form == Form::Header {
            self.signer.sign(&mut request, Bucket::InPath, now).unwrap();
            return request;
        }
        let minutes = Duration::from_secs(900);
        let presigned = self
            .signer
            .presign(&request, Bucket::InPath, minutes, now)
            .unwrap();
        let mut stranger = Request::new(request.into_body());
        *stranger.method_mut() = presigned.method().clone();
        *stranger.uri_mut() = presigned.uri().unwrap();
        *stranger.headers_mut() = presigned.headers().clone();
        stranger
    }

    async fn send(&self, method: Method, target: &str, body: &str, status: StatusCode) -> Answer {
        let request = self.signed(method, target, body);
        let answer = self.client.send(request).await;
        assert_eq!(answer.status, status, "{target} {answer:?}");
        answer
    }
}

#[tokio::test]
async fn difficult_keys_are_accepted_in_both_forms() {
    let server = Server::start(callers::accounts()).await.unwrap();
    let client = Client::http1();
    let long_term = callers::long_term();
    let temporary = callers::temporary(&server, &client).await;
    let hard = keys::hard();
    let mut accepted = 0;
    // The server does not treat a session token in the query as a signed header.
    for (bucket, credentials, form) in [
        ("header", &long_term, Form::Header),
        ("query", &long_term, Form::Query),
        ("token", &temporary, Form::Header),
    ] {
        let caller = Caller::new(&server, &client, credentials, form);
        let bucket = format!("/{bucket}");
        caller.send(Method::PUT, &bucket, "", StatusCode::OK).await;
        accepted += 1;
        for (why, key) in &hard {
            let path = format!("{bucket}/{}", encode_key(key));
            caller.send(Method::PUT, &path, why, StatusCode::OK).await;
            // Signed sub-resources in any order, and an unsigned parameter.
            let disposition = encode_segment(format!("attachment; filename=\"{why}\""));
            let read = format!(
                "{path}?response-content-type=text%2Fplain&x=1&response-content-disposition={disposition}"
            );
            let answer = caller.send(Method::GET, &read, "", StatusCode::OK).await;
            assert_eq!(answer.body, why.as_bytes());
            let upload = format!("{path}?uploads");
            let answer = caller.send(Method::POST, &upload, "", StatusCode::OK).await;
            let upload_id = encode_segment(answer.texts("UploadId").pop().unwrap());
            let part = format!("{path}?uploadId={upload_id}&partNumber=1");
            caller.send(Method::PUT, &part, why, StatusCode::OK).await;
            let (gone, missing) = (StatusCode::NO_CONTENT, StatusCode::NOT_FOUND);
            caller.send(Method::DELETE, &path, "", gone).await;
            caller.send(Method::GET, &path, "", missing).await;
            accepted += 6;
        }
    }
    report::line(&format!(
        "s3 v2: {} keys, accepted {accepted} requests",
        hard.len()
    ));
    assert_eq!(accepted, 3 * (1 + 6 * hard.len()));
}

/// The name of a change, and the change.
type Change = (&'static str, fn(&mut Request<Bytes>));

const CHANGES: [Change; 9] = [
    ("the method", |request| {
        *request.method_mut() = Method::DELETE
    }),
    ("the key", |request| replace(request, "/key", "/kez")),
    ("the key's spelling", |request| {
        replace(request, "/key", "/%6bey")
    }),
    ("a sub-resource more", |request| {
        replace(request, "?a=1", "?uploads&a=1")
    }),
    ("the access key", |request| {
        replace(request, "AKIA", "AKIB");
        replace_in_header(request, "authorization", "AKIA", "AKIB");
    }),
    ("the signature", |request| {
        replace(request, "&Signature=", "&Signature=A");
        replace_in_header(request, "authorization", ":", ":A");
    }),
    ("the time", |request| {
        replace(request, "&Expires=", "&Expires=9");
        replace_in_header(request, "date", ":", ":0");
    }),
    ("content-type", |request| {
        set(request, "content-type", "text/html")
    }),
    ("an x-amz- header", |request| {
        set(request, "x-amz-meta-note", "other")
    }),
];

#[tokio::test]
async fn tampering_is_refused() {
    let server = Server::start(callers::accounts()).await.unwrap();
    let client = Client::http1();
    let mut refused = 0;
    for form in [Form::Header, Form::Query] {
        let caller = Caller::new(&server, &client, &callers::long_term(), form);
        caller
            .send(Method::PUT, "/bucket", "", StatusCode::OK)
            .await;
        for (what, change) in CHANGES {
            let mut request = caller.signed(Method::PUT, "/bucket/key?a=1", "what was signed");
            change(&mut request);
            let answer = client.send(request).await;
            let code = answer.code();
            let expected = if what == "the access key" {
                "InvalidAccessKeyId"
            } else {
                "SignatureDoesNotMatch"
            };
            assert_eq!(code.as_deref(), Some(expected), "{what} {form:?}");
            refused += 1;
        }
        let target = "/bucket/key?a=1";
        caller.send(Method::PUT, target, "", StatusCode::OK).await;
    }
    report::line(&format!("s3 v2 tampering: refused {refused} requests"));
    assert_eq!(refused, 2 * CHANGES.len());
}

fn replace(request: &mut Request<Bytes>, from: &str, to: &str) {
    let uri = request.uri().to_string().replace(from, to);
    *request.uri_mut() = uri.parse().unwrap();
}

fn replace_in_header(request: &mut Request<Bytes>, name: &'static str, from: &str, to: &str) {
    if let Some(value) = request.headers().get(name) {
        let value = value.to_str().unwrap().replacen(from, to, 1);
        set(request, name, &value);
    }
}

fn set(request: &mut Request<Bytes>, name: &'static str, value: &str) {
    request.headers_mut().insert(name, value.parse().unwrap());
}
