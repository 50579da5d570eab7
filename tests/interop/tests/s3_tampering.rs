//! Is what was changed after signing refused? And what was signed rightly by the wrong caller, at
//! the wrong time, for the wrong place?

use bytes::Bytes;
use countersign::{Credentials, PayloadHash, Signer, encode_key, encode_segment};
use countersign_interop::accounts::{Account, Session};
use countersign_interop::client::Client;
use countersign_interop::server::Server;
use countersign_interop::signed::Form;
use countersign_interop::{REGION, callers, report};
use http::{HeaderName, HeaderValue, Method, Request, StatusCode};
use time::{Duration, OffsetDateTime};

/// A key that a hop could normalise, or encode once more.
const KEY: &str = "a/../b//c d";
const CONTENT: &[u8] = b"what was signed";

/// One change to a signed request, and the error code that it must get.
struct Tampering {
    what: &'static str,
    change: fn(&mut Request<Bytes>),
    code: &'static str,
}

const fn tampering(
    what: &'static str,
    change: fn(&mut Request<Bytes>),
    code: &'static str,
) -> Tampering {
    Tampering { what, change, code }
}

const MISMATCH: &str = "SignatureDoesNotMatch";

/// For every form.
const ANY_FORM: &[Tampering] = &[
    tampering(
        "method: DELETE for PUT",
        |r| *r.method_mut() = Method::DELETE,
        MISMATCH,
    ),
    tampering(
        "method: GET for PUT",
        |r| *r.method_mut() = Method::GET,
        MISMATCH,
    ),
    tampering(
        "method: POST for PUT",
        |r| *r.method_mut() = Method::POST,
        MISMATCH,
    ),
    tampering(
        "path: another key",
        |r| in_url(r, "c%20d", "c%20e"),
        MISMATCH,
    ),
    tampering(
        "path: another bucket",
        |r| in_url(r, "/bucket/", "/bucket2/"),
        MISMATCH,
    ),
    tampering(
        "path: a slash more",
        |r| in_url(r, "c%20d", "c%20d/"),
        MISMATCH,
    ),
    tampering(
        "path: slashes collapsed",
        |r| in_url(r, "b//c", "b/c"),
        MISMATCH,
    ),
    tampering(
        "path: dot segments resolved",
        |r| in_url(r, "a/../b", "b"),
        MISMATCH,
    ),
    tampering(
        "path: encoded again",
        |r| in_url(r, "c%20d", "c%2520d"),
        MISMATCH,
    ),
    tampering(
        "path: plus for space",
        |r| in_url(r, "c%20d", "c+d"),
        MISMATCH,
    ),
    tampering(
        "path: other case",
        |r| in_url(r, "c%20d", "C%20d"),
        MISMATCH,
    ),
    tampering(
        "query: another value",
        |r| in_url(r, "x-id=PutObject", "x-id=GetObject"),
        MISMATCH,
    ),
    tampering(
        "query: another name",
        |r| in_url(r, "x-id=", "X-id="),
        MISMATCH,
    ),
    tampering(
        "query: a parameter less",
        |r| in_url(r, "x-id=PutObject", ""),
        MISMATCH,
    ),
    tampering(
        "query: a parameter more",
        |r| in_url(r, "x-id=", "acl&x-id="),
        MISMATCH,
    ),
    tampering(
        "query: a parameter twice",
        |r| in_url(r, "x-id=", "x-id=PutObject&x-id="),
        MISMATCH,
    ),
    tampering(
        "signed header: another value",
        |r| set(r, "x-amz-meta-note", "theirs"),
        MISMATCH,
    ),
    tampering(
        "signed header: other case",
        |r| set(r, "x-amz-meta-note", "OURS"),
        MISMATCH,
    ),
    tampering(
        "signed header: a value more",
        |r| append(r, "x-amz-meta-note", "theirs"),
        MISMATCH,
    ),
    tampering(
        "signed header: removed",
        |r| remove(r, "x-amz-meta-note"),
        MISMATCH,
    ),
    tampering(
        "signed header: another content type",
        |r| set(r, "content-type", "text/html"),
        MISMATCH,
    ),
    tampering(
        "signed header: emptied",
        |r| set(r, "content-type", ""),
        MISMATCH,
    ),
    tampering(
        "signed header: another host",
        |r| set(r, "host", "example.com"),
        MISMATCH,
    ),
    tampering(
        "unsigned header: an ACL",
        |r| set(r, "x-amz-acl", "public-read"),
        "AccessDenied",
    ),
    tampering(
        "unsigned header: a copy source",
        |r| set(r, "x-amz-copy-source", "/bucket/k"),
        "AccessDenied",
    ),
];

/// For the `Authorization` header, whatever it says about the body.
const HEADER: &[Tampering] = &[
    tampering(
        "date: another second",
        |r| set(r, "x-amz-date", &shifted(r, 1)),
        MISMATCH,
    ),
    tampering(
        "date: another day",
        |r| set(r, "x-amz-date", &shifted(r, 86_400)),
        MISMATCH,
    ),
    tampering(
        "date: removed",
        |r| remove(r, "x-amz-date"),
        "InvalidRequest",
    ),
    tampering(
        "scope: another date",
        |r| in_scope(r, 1, "20150830"),
        MISMATCH,
    ),
    tampering(
        "scope: another region",
        |r| in_scope(r, 2, "us-west-2"),
        MISMATCH,
    ),
    tampering(
        "scope: another service",
        |r| in_scope(r, 3, "sts"),
        MISMATCH,
    ),
    tampering(
        "scope: an unknown service",
        |r| in_scope(r, 3, "iam"),
        "NotImplemented",
    ),
    tampering(
        "scope: another terminator",
        |r| in_scope(r, 4, "aws5_request"),
        "InvalidRequest",
    ),
    tampering(
        "access key ID: unknown",
        |r| in_scope(r, 0, "AKIAUNKNOWN"),
        "InvalidAccessKeyId",
    ),
    tampering(
        "access key ID: another's",
        |r| in_scope(r, 0, OTHER_ACCESS_KEY_ID),
        MISMATCH,
    ),
    tampering(
        "signature: a digit",
        |r| in_authorization(r, "Signature=", flip),
        MISMATCH,
    ),
    tampering(
        "signature: cut",
        |r| in_authorization(r, "Signature=", |s| s[..63].to_owned()),
        MISMATCH,
    ),
    tampering(
        "signature: longer",
        |r| in_authorization(r, "Signature=", |s| format!("{s}0")),
        MISMATCH,
    ),
    tampering(
        "signature: zeros",
        |r| in_authorization(r, "Signature=", |_| "0".repeat(64)),
        MISMATCH,
    ),
    tampering(
        "signature: empty",
        |r| in_authorization(r, "Signature=", |_| String::new()),
        MISMATCH,
    ),
    tampering(
        "signature: removed",
        |r| remove(r, "authorization"),
        "AccessDenied",
    ),
    tampering(
        "signed headers: one less",
        |r| in_authorization(r, "SignedHeaders=", |s| s.replace("content-type;", "")),
        MISMATCH,
    ),
    tampering(
        "signed headers: one more that is there",
        |r| {
            set(r, "x-b", "theirs");
            in_authorization(r, "SignedHeaders=", |s| format!("{s};x-b"));
        },
        MISMATCH,
    ),
    tampering(
        "signed headers: one more that is not there",
        |r| in_authorization(r, "SignedHeaders=", |s| format!("{s};x-zzz")),
        MISMATCH,
    ),
    tampering(
        "algorithm: another name",
        |r| in_authorization(r, "", |s| s.replace("SHA256 ", "SHA512 ")),
        "InvalidArgument",
    ),
    tampering(
        "payload hash: another",
        |r| set(r, "x-amz-content-sha256", &"0".repeat(64)),
        MISMATCH,
    ),
    tampering(
        "payload hash: removed",
        |r| remove(r, "x-amz-content-sha256"),
        "InvalidRequest",
    ),
    tampering(
        "both forms at once",
        |r| {
            let url = r.uri().to_string();
            *r.uri_mut() = format!("{url}&X-Amz-Signature=0").parse().expect("a URL");
        },
        "InvalidRequest",
    ),
];

/// For the `Authorization` header with the body's hash.
const HASHED: &[Tampering] = &[
    tampering(
        "body: a byte changed",
        |r| *r.body_mut() = "What was signed".into(),
        BODY,
    ),
    tampering(
        "body: a byte less",
        |r| *r.body_mut() = "what was signe".into(),
        BODY,
    ),
    tampering(
        "body: a byte more",
        |r| *r.body_mut() = "what was signed!".into(),
        BODY,
    ),
    tampering("body: removed", |r| *r.body_mut() = Bytes::new(), BODY),
    tampering(
        "body: changed, with its hash",
        |r| {
            *r.body_mut() = "theirs".into();
            set(
                r,
                "x-amz-content-sha256",
                PayloadHash::of("theirs").to_hashed_payload().as_str(),
            );
        },
        MISMATCH,
    ),
    tampering(
        "body: changed, as unsigned",
        |r| {
            *r.body_mut() = "theirs".into();
            set(r, "x-amz-content-sha256", "UNSIGNED-PAYLOAD");
        },
        MISMATCH,
    ),
];
const BODY: &str = "XAmzContentSHA256Mismatch";

/// For the query form.
const PRESIGNED: &[Tampering] = &[
    tampering(
        "date: another second",
        |r| in_query(r, "X-Amz-Date", |d| shift(d, 1)),
        MISMATCH,
    ),
    tampering(
        "date: another day",
        |r| in_query(r, "X-Amz-Date", |d| shift(d, 86_400)),
        MISMATCH,
    ),
    tampering(
        "date: removed",
        |r| without(r, "X-Amz-Date"),
        "InvalidRequest",
    ),
    tampering(
        "lifetime: longer",
        |r| in_query(r, "X-Amz-Expires", |_| "604800".into()),
        MISMATCH,
    ),
    tampering(
        "lifetime: shorter",
        |r| in_query(r, "X-Amz-Expires", |_| "899".into()),
        MISMATCH,
    ),
    tampering(
        "lifetime: removed",
        |r| without(r, "X-Amz-Expires"),
        "InvalidRequest",
    ),
    tampering(
        "scope: another date",
        |r| in_credential(r, 1, "20150830"),
        MISMATCH,
    ),
    tampering(
        "scope: another region",
        |r| in_credential(r, 2, "us-west-2"),
        MISMATCH,
    ),
    tampering(
        "scope: another service",
        |r| in_credential(r, 3, "sts"),
        MISMATCH,
    ),
    tampering(
        "scope: an unknown service",
        |r| in_credential(r, 3, "iam"),
        "NotImplemented",
    ),
    tampering(
        "scope: another terminator",
        |r| in_credential(r, 4, "aws5_request"),
        "InvalidRequest",
    ),
    tampering(
        "access key ID: unknown",
        |r| in_credential(r, 0, "AKIAUNKNOWN"),
        "InvalidAccessKeyId",
    ),
    tampering(
        "access key ID: another's",
        |r| in_credential(r, 0, OTHER_ACCESS_KEY_ID),
        MISMATCH,
    ),
    tampering(
        "signature: a digit",
        |r| in_query(r, "X-Amz-Signature", flip),
        MISMATCH,
    ),
    tampering(
        "signature: cut",
        |r| in_query(r, "X-Amz-Signature", |s| s[..63].to_owned()),
        "InvalidRequest",
    ),
    tampering(
        "signature: zeros",
        |r| in_query(r, "X-Amz-Signature", |_| "0".repeat(64)),
        MISMATCH,
    ),
    tampering(
        "signature: removed",
        |r| without(r, "X-Amz-Signature"),
        "AccessDenied",
    ),
    tampering(
        "signed headers: one less",
        |r| in_query(r, "X-Amz-SignedHeaders", |s| s.replace("content-type;", "")),
        MISMATCH,
    ),
    tampering(
        "signed headers: one more",
        |r| in_query(r, "X-Amz-SignedHeaders", |s| format!("{s};x-zzz")),
        MISMATCH,
    ),
    tampering(
        "algorithm: another name",
        |r| in_query(r, "X-Amz-Algorithm", |_| "AWS4-HMAC-SHA512".into()),
        "NotImplemented",
    ),
    tampering(
        "both forms at once",
        |r| set(r, "authorization", "AWS4-HMAC-SHA256 x"),
        "InvalidArgument",
    ),
];

/// For temporary credentials, token in a header.
const TOKEN_HEADER: &[Tampering] = &[
    tampering(
        "token: another",
        |r| set(r, "x-amz-security-token", "theirs"),
        MISMATCH,
    ),
    tampering(
        "token: another's",
        |r| set(r, "x-amz-security-token", OTHER_TOKEN),
        MISMATCH,
    ),
    tampering(
        "token: twice",
        |r| append(r, "x-amz-security-token", OTHER_TOKEN),
        MISMATCH,
    ),
    tampering(
        "token: removed",
        |r| remove(r, "x-amz-security-token"),
        MISMATCH,
    ),
];

/// For temporary credentials, token in the query.
const TOKEN_PARAMETER: &[Tampering] = &[
    tampering(
        "token: another",
        |r| in_query(r, "X-Amz-Security-Token", |_| "theirs".into()),
        MISMATCH,
    ),
    tampering(
        "token: another's",
        |r| in_query(r, "X-Amz-Security-Token", |_| OTHER_TOKEN.into()),
        MISMATCH,
    ),
    tampering(
        "token: removed",
        |r| without(r, "X-Amz-Security-Token"),
        MISMATCH,
    ),
    tampering(
        "token: a header more",
        |r| set(r, "x-amz-security-token", OTHER_TOKEN),
        "AccessDenied",
    ),
];

/// For long-term credentials.
const NO_TOKEN: &[Tampering] = &[tampering(
    "token: added",
    |r| set(r, "x-amz-security-token", OTHER_TOKEN),
    "AccessDenied",
)];

const OTHER_ACCESS_KEY_ID: &str = "ASIAOTHER";
const OTHER_SECRET_KEY: &str = "other/secret";
const OTHER_TOKEN: &str = "other/token+==";
const ENDED_ACCESS_KEY_ID: &str = "ASIAENDED";

#[tokio::test]
async fn tampering_is_refused() {
    let scene = Scene::new().await;
    let temporary = callers::temporary(&scene.server, &scene.client).await;
    let mut refused = 0;
    for (credentials, is_temporary) in [(callers::long_term(), false), (temporary, true)] {
        for form in Form::ALL {
            let mut lists = vec![ANY_FORM];
            match form {
                Form::Header => lists.extend([HEADER, HASHED]),
                Form::HeaderUnsignedPayload => lists.push(HEADER),
                Form::Presigned => lists.push(PRESIGNED),
            }
            lists.push(match (is_temporary, form) {
                (false, _) => NO_TOKEN,
                (true, Form::Presigned) => TOKEN_PARAMETER,
                (true, _) => TOKEN_HEADER,
            });
            let signer = Signer::new(credentials.clone(), REGION, "s3");
            for Tampering { what, change, code } in lists.into_iter().flatten() {
                let mut request = scene.signed(&signer, form, OffsetDateTime::now_utc());
                change(&mut request);
                scene
                    .refuse(
                        request,
                        code,
                        &format!("{what} ({form:?}, temporary: {is_temporary})"),
                    )
                    .await;
                refused += 1;
            }
            scene.accept(&signer, form).await;
        }
    }
    let shared = ANY_FORM.len() * 6 + HEADER.len() * 4 + HASHED.len() * 2 + PRESIGNED.len() * 2;
    assert_eq!(
        refused,
        shared + NO_TOKEN.len() * 3 + TOKEN_HEADER.len() * 2 + TOKEN_PARAMETER.len()
    );
    report::line(&format!("s3 tampering: refused {refused} requests"));
}

/// The signature is right each time: only the caller, the time or the place is not.
#[tokio::test]
async fn misuse_is_refused() {
    let scene = Scene::new().await;
    let now = OffsetDateTime::now_utc();
    let s3 = |credentials: Credentials| Signer::new(credentials, REGION, "s3");
    let long_term = callers::long_term;
    let other = || Credentials::new(OTHER_ACCESS_KEY_ID, OTHER_SECRET_KEY);
    let ended =
        Credentials::new(ENDED_ACCESS_KEY_ID, OTHER_SECRET_KEY).with_session_token(OTHER_TOKEN);
    let quarter = Duration::minutes(16);

    let everywhere = [
        (
            "another secret",
            s3(Credentials::new(callers::ACCESS_KEY_ID, "wrong")),
            now,
            MISMATCH,
        ),
        (
            "an unknown access key ID",
            s3(Credentials::new("AKIAUNKNOWN", "any")),
            now,
            "InvalidAccessKeyId",
        ),
        (
            "another region",
            Signer::new(long_term(), "eu-west-1", "s3"),
            now,
            "AuthorizationHeaderMalformed",
        ),
        (
            "another service",
            Signer::new(long_term(), REGION, "s3express"),
            now,
            "NotImplemented",
        ),
        (
            "a token for long-term credentials",
            s3(long_term().with_session_token("any")),
            now,
            "InvalidToken",
        ),
        (
            "a session without its token",
            s3(other()),
            now,
            "InvalidToken",
        ),
        (
            "a session with another token",
            s3(other().with_session_token("any")),
            now,
            "InvalidToken",
        ),
        ("a session that has ended", s3(ended), now, "ExpiredToken"),
        (
            "signed for the future",
            s3(long_term()),
            now + quarter,
            "RequestTimeTooSkewed",
        ),
    ];
    let mut refused = 0;
    for (what, signer, now, code) in &everywhere {
        for form in Form::ALL {
            scene
                .refuse(
                    scene.signed(signer, form, *now),
                    code,
                    &format!("{what} ({form:?})"),
                )
                .await;
            refused += 1;
        }
    }
    let signer = s3(long_term());
    let past = [
        (Form::Header, now - quarter, "RequestTimeTooSkewed"),
        (
            Form::HeaderUnsignedPayload,
            now - quarter,
            "RequestTimeTooSkewed",
        ),
        (
            Form::Presigned,
            now - Form::LIFETIME - Duration::SECOND,
            "AccessDenied",
        ),
        (Form::Presigned, now - Duration::days(8), "AccessDenied"),
    ];
    for (form, signed_at, code) in &past {
        scene
            .refuse(
                scene.signed(&signer, *form, *signed_at),
                code,
                &format!("signed in the past ({form:?})"),
            )
            .await;
        refused += 1;
    }
    let request = Request::put(scene.server.url(&path()))
        .body(Bytes::from_static(CONTENT))
        .expect("a request");
    scene
        .refuse(request, "AccessDenied", "not signed at all")
        .await;
    refused += 1;

    assert_eq!(refused, everywhere.len() * 3 + past.len() + 1);
    report::line(&format!("s3 misuse: refused {refused} requests"));
}

/// What the form itself leaves open: a URL with `UNSIGNED-PAYLOAD` says nothing about the body.
#[tokio::test]
async fn an_unsigned_payload_is_not_covered() {
    let scene = Scene::new().await;
    let signer = Signer::new(callers::long_term(), REGION, "s3");
    for form in [Form::HeaderUnsignedPayload, Form::Presigned] {
        let mut request = scene.signed(&signer, form, OffsetDateTime::now_utc());
        *request.body_mut() = "anything".into();
        let answer = scene.client.send(request).await;
        assert_eq!(answer.status, StatusCode::OK, "{form:?}: {answer:?}");
    }
}

/// A server whose store nobody but [`Scene::accept`] may change.
struct Scene {
    client: Client,
    server: Server,
}

impl Scene {
    async fn new() -> Self {
        let server = Server::start(callers::accounts()).await.expect("a port");
        let session = |ends| {
            Some(Session {
                token: OTHER_TOKEN.to_owned(),
                ends,
            })
        };
        for (id, ends) in [
            (OTHER_ACCESS_KEY_ID, Duration::HOUR),
            (ENDED_ACCESS_KEY_ID, -Duration::SECOND),
        ] {
            let session = session(OffsetDateTime::now_utc() + ends);
            server.accounts.insert(
                id,
                Account {
                    secret_key: OTHER_SECRET_KEY.to_owned(),
                    session,
                },
            );
        }
        let scene = Self {
            client: Client::http1(),
            server,
        };
        let signer = Signer::new(callers::long_term(), REGION, "s3");
        for bucket in ["/bucket", "/bucket2"] {
            let request = Request::put(scene.server.url(bucket))
                .body(Bytes::new())
                .expect("a request");
            let request = Form::Header.sign(&signer, request, OffsetDateTime::now_utc());
            assert_eq!(scene.client.send(request).await.status, StatusCode::OK);
        }
        scene
    }

    fn signed(&self, signer: &Signer, form: Form, now: OffsetDateTime) -> Request<Bytes> {
        let request = Request::put(self.server.url(&path()))
            .header("content-type", "text/plain")
            .header("x-amz-meta-note", "ours")
            .body(Bytes::from_static(CONTENT))
            .expect("a request");
        form.sign(signer, request, now)
    }

    /// Sends, and sees that it was refused with that code and left no object behind.
    async fn refuse(&self, request: Request<Bytes>, code: &str, what: &str) {
        let answer = self.client.send(request).await;
        assert!(
            answer.status.is_client_error() || answer.status == StatusCode::NOT_IMPLEMENTED,
            "{what}: {answer:?}"
        );
        assert_eq!(answer.code().as_deref(), Some(code), "{what}: {answer:?}");
        for bucket in ["bucket", "bucket2"] {
            assert_eq!(self.keys(bucket).await, Vec::<String>::new(), "{what}");
        }
    }

    /// The same request, unchanged: it is put, found and removed again.
    async fn accept(&self, signer: &Signer, form: Form) {
        let answer = self
            .client
            .send(self.signed(signer, form, OffsetDateTime::now_utc()))
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        assert_eq!(self.keys("bucket").await.len(), 1);
        let request = Request::delete(self.server.url(&path()))
            .body(Bytes::new())
            .expect("a request");
        let answer = self
            .client
            .send(form.sign(signer, request, OffsetDateTime::now_utc()))
            .await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "{answer:?}");
    }

    async fn keys(&self, bucket: &str) -> Vec<String> {
        let signer = Signer::new(callers::long_term(), REGION, "s3");
        let url = self
            .server
            .url(&format!("/{bucket}?list-type=2&encoding-type=url"));
        let request = Request::get(url).body(Bytes::new()).expect("a request");
        let answer = self
            .client
            .send(Form::Header.sign(&signer, request, OffsetDateTime::now_utc()))
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        answer.texts("Key")
    }
}

fn path() -> String {
    format!("/bucket/{}?x-id=PutObject", encode_key(KEY))
}

fn set(request: &mut Request<Bytes>, name: &'static str, value: &str) {
    let value = HeaderValue::from_str(value).expect("a header value");
    request
        .headers_mut()
        .insert(HeaderName::from_static(name), value);
}

fn append(request: &mut Request<Bytes>, name: &'static str, value: &str) {
    let value = HeaderValue::from_str(value).expect("a header value");
    request
        .headers_mut()
        .append(HeaderName::from_static(name), value);
}

fn remove(request: &mut Request<Bytes>, name: &str) {
    assert!(
        request.headers_mut().remove(name).is_some(),
        "{name} is there to be removed"
    );
}

/// Changes the first occurrence of `old` in the URL.
fn in_url(request: &mut Request<Bytes>, old: &str, new: &str) {
    let url = request.uri().to_string();
    assert!(url.contains(old), "{old} is there to be changed");
    *request.uri_mut() = url.replacen(old, new, 1).parse().expect("a URL");
}

/// Changes a decoded parameter's value.
fn in_query(request: &mut Request<Bytes>, name: &str, change: fn(&str) -> String) {
    let (old, value) = parameter(request, name);
    let changed = change(&value);
    assert_ne!(changed, value, "{name} is changed");
    in_url(
        request,
        &old,
        &format!("{name}={}", encode_segment(&changed)),
    );
}

fn without(request: &mut Request<Bytes>, name: &str) {
    let (old, _) = parameter(request, name);
    in_url(request, &old, "");
}

/// A parameter as it stands in the query, and its decoded value.
fn parameter(request: &Request<Bytes>, name: &str) -> (String, String) {
    let query = request.uri().query().unwrap_or_default();
    let has_name = |pair: &&str| pair.split_once('=').is_some_and(|(n, _)| n == name);
    let pair = query
        .split('&')
        .find(has_name)
        .expect("the parameter is there");
    let value = percent_encoding::percent_decode_str(&pair[name.len() + 1..])
        .decode_utf8()
        .expect("UTF-8");
    (pair.to_owned(), value.into_owned())
}

/// Changes a field of the `Authorization` header; without a name, all of it.
fn in_authorization(request: &mut Request<Bytes>, field: &str, change: fn(&str) -> String) {
    let authorization = request.headers()["authorization"]
        .to_str()
        .expect("ASCII")
        .to_owned();
    let value = authorization
        .split(", ")
        .find_map(|f| f.strip_prefix(field))
        .expect("the field is there");
    let changed = change(value);
    assert_ne!(changed, value, "{field} is changed");
    set(
        request,
        "authorization",
        &authorization.replacen(value, &changed, 1),
    );
}

/// Changes one piece of the credential in the `Authorization` header: the access key ID is the
/// piece 0, the scope's terminator the piece 4.
fn in_scope(request: &mut Request<Bytes>, piece: usize, new: &str) {
    let authorization = request.headers()["authorization"]
        .to_str()
        .expect("ASCII")
        .to_owned();
    let (before, rest) = authorization
        .split_once("Credential=")
        .expect("a credential");
    let (credential, after) = rest.split_once(',').expect("more fields");
    set(
        request,
        "authorization",
        &format!(
            "{before}Credential={},{after}",
            replaced(credential, piece, new)
        ),
    );
}

/// As [`in_scope`], in the query.
fn in_credential(request: &mut Request<Bytes>, piece: usize, new: &str) {
    let (old, value) = parameter(request, "X-Amz-Credential");
    in_url(
        request,
        &old,
        &format!(
            "X-Amz-Credential={}",
            encode_segment(&replaced(&value, piece, new))
        ),
    );
}

fn replaced(credential: &str, piece: usize, new: &str) -> String {
    let mut pieces: Vec<&str> = credential.split('/').collect();
    assert_ne!(pieces[piece], new, "the credential is changed");
    pieces[piece] = new;
    pieces.join("/")
}

/// The request's date, some seconds later.
fn shifted(request: &Request<Bytes>, seconds: i64) -> String {
    shift(
        request.headers()["x-amz-date"].to_str().expect("ASCII"),
        seconds,
    )
}

fn shift(date: &str, seconds: i64) -> String {
    let format =
        time::format_description::parse_borrowed::<2>("[year][month][day]T[hour][minute][second]Z");
    let format = format.expect("a format");
    let date =
        time::PrimitiveDateTime::parse(date, &format).expect("a date") + Duration::seconds(seconds);
    date.format(&format).expect("a date")
}

/// The signature with its first digit changed.
fn flip(signature: &str) -> String {
    let digit = if signature.starts_with('0') { '1' } else { '0' };
    format!("{digit}{}", &signature[1..])
}
