//! Are requests refused that were changed after signing? And those that are signed correctly, but
//! by the wrong caller, at the wrong time, or for the wrong place?

mod change;
mod tamperings;

use bytes::Bytes;
use countersign::{Credentials, Signer, encode_key};
use countersign_interop::accounts::{Account, Session};
use countersign_interop::client::{Answer, Client};
use countersign_interop::server::Server;
use countersign_interop::signed::Form;
use countersign_interop::{REGION, callers, report};
use http::{Method, Request, StatusCode};
use time::{Duration, OffsetDateTime};

use tamperings::{MISMATCH, Tamperings};

/// A key that a hop could normalize or encode again.
const KEY: &str = "a/../b//c d";
const CONTENT: &[u8] = b"what was signed";

const OTHER_ACCESS_KEY_ID: &str = "ASIAOTHER";
const OTHER_SECRET_KEY: &str = "other/secret";
const OTHER_TOKEN: &str = "other/token+==";
const ENDED_ACCESS_KEY_ID: &str = "ASIAENDED";

/// The number of tampered requests: each change in [`tamperings::ALL`] for each of the three forms
/// and two kinds of credentials that it applies to.
const REFUSED: usize = 311;

#[tokio::test]
async fn tampering_is_refused() {
    let scene = Scene::new().await;
    let temporary = callers::temporary(&scene.server, &scene.client).await;
    let mut refused = 0;
    let mut untouched = 0;
    for (credentials, is_temporary) in [(callers::long_term(), false), (temporary, true)] {
        let signer = Signer::new(credentials, REGION, "s3").unwrap();
        for form in Form::ALL {
            let of_this = tamperings::ALL
                .iter()
                .filter(|tamperings| tamperings.of.is(form, is_temporary));
            for Tamperings { code, changes, .. } in of_this {
                for (what, change) in *changes {
                    let mut request = scene.signed(&signer, form, OffsetDateTime::now_utc());
                    change(&mut request);
                    let what = format!("{what} ({form:?}, temporary: {is_temporary})");
                    scene.refuse(request, code, &what).await;
                    refused += 1;
                }
            }
            scene.accept(&signer, form).await;
            untouched += 1;
        }
    }
    assert_eq!((refused, untouched), (REFUSED, 6));
    report::line(&format!(
        "s3 tampering: refused {refused} requests, and accepted {untouched} untouched ones"
    ));
}

/// The signature is right: only the caller, the time or the place is wrong.
#[tokio::test]
async fn misuse_is_refused() {
    let scene = Scene::new().await;
    let now = OffsetDateTime::now_utc();
    let long_term = callers::long_term;
    let other = || Credentials::new(OTHER_ACCESS_KEY_ID, OTHER_SECRET_KEY);
    let ended = Credentials::new(ENDED_ACCESS_KEY_ID, OTHER_SECRET_KEY);
    let mut refused = 0;

    let wrong_secret = Credentials::new(callers::ACCESS_KEY_ID, "wrong");
    for (what, credentials, code) in [
        ("another secret", wrong_secret, MISMATCH),
        (
            "an unknown key",
            Credentials::new("AKIAUNKNOWN", "any"),
            "InvalidAccessKeyId",
        ),
        (
            "a token too many",
            long_term().with_session_token("any"),
            "InvalidToken",
        ),
        ("a session without its token", other(), "InvalidToken"),
        (
            "another token",
            other().with_session_token("any"),
            "InvalidToken",
        ),
        (
            "a session that has ended",
            ended.with_session_token(OTHER_TOKEN),
            "ExpiredToken",
        ),
    ] {
        let signer = Signer::new(credentials, REGION, "s3").unwrap();
        refused += scene
            .refuse_signed(&Form::ALL, &signer, now, code, what)
            .await;
    }

    for (what, region, service, code) in [
        (
            "another region",
            "eu-west-1",
            "s3",
            "AuthorizationHeaderMalformed",
        ),
        (
            "another service, of the same rules",
            REGION,
            "s3express",
            "NotImplemented",
        ),
    ] {
        let signer = Signer::new(long_term(), region, service).unwrap();
        refused += scene
            .refuse_signed(&Form::ALL, &signer, now, code, what)
            .await;
    }

    let signer = Signer::new(long_term(), REGION, "s3").unwrap();
    let skew = Duration::minutes(16);
    let headers = &[Form::Header, Form::HeaderUnsignedPayload][..];
    for (what, forms, signed_at, code) in [
        (
            "signed too late",
            &Form::ALL[..],
            now + skew,
            "RequestTimeTooSkewed",
        ),
        (
            "signed too early",
            headers,
            now - skew,
            "RequestTimeTooSkewed",
        ),
        (
            "expired",
            &[Form::Presigned],
            now - Form::LIFETIME - Duration::SECOND,
            "AccessDenied",
        ),
        (
            "expired for days",
            &[Form::Presigned],
            now - Duration::days(8),
            "AccessDenied",
        ),
    ] {
        refused += scene
            .refuse_signed(forms, &signer, signed_at, code, what)
            .await;
    }

    scene
        .refuse(scene.request(), "AccessDenied", "not signed at all")
        .await;
    refused += 1;

    assert_eq!(refused, 6 * 3 + 2 * 3 + 7 + 1);
    report::line(&format!("s3 misuse: refused {refused} requests"));
}

/// A URL with `UNSIGNED-PAYLOAD` does not sign the body.
#[tokio::test]
async fn a_changed_body_passes_with_an_unsigned_payload() {
    let scene = Scene::new().await;
    let signer = Signer::new(callers::long_term(), REGION, "s3").unwrap();
    for form in [Form::HeaderUnsignedPayload, Form::Presigned] {
        let mut request = scene.signed(&signer, form, OffsetDateTime::now_utc());
        *request.body_mut() = "anything".into();
        let answer = scene.client.send(request).await;
        assert_eq!(answer.status, StatusCode::OK, "{form:?}: {answer:?}");
    }
}

/// A server whose store only [`Scene::accept`] may change.
struct Scene {
    client: Client,
    server: Server,
}

impl Scene {
    async fn new() -> Self {
        let accounts = callers::accounts();
        let lives = [
            (OTHER_ACCESS_KEY_ID, Duration::HOUR),
            (ENDED_ACCESS_KEY_ID, Duration::ZERO),
        ];
        for (access_key_id, life) in lives {
            let ends = OffsetDateTime::now_utc() + life;
            let session = Some(Session {
                token: OTHER_TOKEN.to_owned(),
                ends,
            });
            let account = Account {
                secret_key: OTHER_SECRET_KEY.to_owned(),
                session,
            };
            accounts.insert(access_key_id, account);
        }
        let server = Server::start(accounts).await.expect("a port");
        let scene = Self {
            client: Client::http1(),
            server,
        };
        for bucket in ["/bucket", "/bucket2"] {
            assert_eq!(scene.ask(Method::PUT, bucket).await.status, StatusCode::OK);
        }
        scene
    }

    fn request(&self) -> Request<Bytes> {
        Request::put(self.server.url(&path()))
            .header("content-type", "text/plain")
            .header("x-amz-meta-note", "ours")
            .body(Bytes::from_static(CONTENT))
            .expect("a request")
    }

    fn signed(&self, signer: &Signer, form: Form, now: OffsetDateTime) -> Request<Bytes> {
        form.sign(signer, self.request(), now)
    }

    /// Sends a request, and asserts that it is refused with this code and changed nothing.
    async fn refuse(&self, request: Request<Bytes>, code: &str, what: &str) {
        let answer = self.client.send(request).await;
        assert_eq!(answer.code().as_deref(), Some(code), "{what}: {answer:?}");
        for bucket in ["/bucket", "/bucket2"] {
            assert_eq!(self.keys(bucket).await, Vec::<String>::new(), "{what}");
        }
    }

    /// Sends the request in several forms, each of which must be refused. Returns their number.
    async fn refuse_signed(
        &self,
        forms: &[Form],
        signer: &Signer,
        now: OffsetDateTime,
        code: &str,
        what: &str,
    ) -> usize {
        for form in forms {
            let request = self.signed(signer, *form, now);
            self.refuse(request, code, &format!("{what} ({form:?})"))
                .await;
        }
        forms.len()
    }

    /// Sends the request as it was signed: it is put, found, and deleted.
    async fn accept(&self, signer: &Signer, form: Form) {
        let request = self.signed(signer, form, OffsetDateTime::now_utc());
        let answer = self.client.send(request).await;
        assert_eq!(answer.status, StatusCode::OK, "{form:?}: {answer:?}");
        assert_eq!(self.keys("/bucket").await.len(), 1);
        let answer = self.ask(Method::DELETE, &path()).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "{answer:?}");
    }

    async fn keys(&self, bucket: &str) -> Vec<String> {
        let list = format!("{bucket}?list-type=2&encoding-type=url");
        let answer = self.ask(Method::GET, &list).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        answer.texts("Key")
    }

    async fn ask(&self, method: Method, target: &str) -> Answer {
        let signer = Signer::new(callers::long_term(), REGION, "s3").unwrap();
        let url = self.server.url(target);
        let request = Request::builder()
            .method(method)
            .uri(url)
            .body(Bytes::new());
        let request = request.expect("a request");
        self.client
            .send(Form::Header.sign(&signer, request, OffsetDateTime::now_utc()))
            .await
    }
}

fn path() -> String {
    format!("/bucket/{}?x-id=PutObject", encode_key(KEY))
}
