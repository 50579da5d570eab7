//! Temporary credentials from STS to S3: requested, parsed and used with countersign only, and
//! refused if anything about the session is wrong.

use bytes::Bytes;
use countersign::aws_call::{ServiceError, SignableRequest};
use countersign::sts::{self, Endpoint};
use countersign::{Credentials, SessionToken, Signer};
use countersign_interop::client::{Answer, Client};
use countersign_interop::server::Server;
use countersign_interop::signed::Form;
use countersign_interop::{REGION, callers, report};
use http::Request;
use time::OffsetDateTime;

struct Scene {
    server: Server,
    client: Client,
    endpoint: Endpoint,
}

impl Scene {
    async fn new() -> Self {
        let server = Server::start(callers::accounts()).await.expect("a port");
        let endpoint = Endpoint::custom(&server.url("/"), REGION).unwrap();
        Self {
            server,
            client: Client::http1(),
            endpoint,
        }
    }

    async fn send(&self, request: SignableRequest, credentials: &Credentials) -> Answer {
        let now = OffsetDateTime::now_utc();
        let request = request.sign(credentials, now).unwrap();
        self.client.send(request.map(Bytes::from)).await
    }

    async fn assume_role(&self, credentials: &Credentials) -> Result<Credentials, ServiceError> {
        let ask = sts::AssumeRole::new("arn:aws:iam::123456789012:role/demo", "interop");
        let request = ask.request(&self.endpoint).unwrap();
        let answer = self.send(request, credentials).await;
        let response = sts::AssumeRole::parse(answer.status, &answer.body)?;
        Ok(response.credentials)
    }

    async fn session_token(&self, credentials: &Credentials) -> Result<Credentials, ServiceError> {
        let request = sts::GetSessionToken::new().request(&self.endpoint).unwrap();
        let answer = self.send(request, credentials).await;
        let response = sts::GetSessionToken::parse(answer.status, &answer.body)?;
        Ok(response.credentials)
    }

    /// Whether an object is stored, for each form of a signature, or else the codes.
    async fn put(&self, credentials: &Credentials) -> Vec<Option<String>> {
        let signer = Signer::new(credentials.clone(), REGION, "s3").unwrap();
        let mut codes = Vec::new();
        for form in Form::ALL {
            let request = Request::put(self.server.url("/bucket/a%20key"))
                .body(Bytes::from_static(b"content"))
                .unwrap();
            let request = form.sign(&signer, request, OffsetDateTime::now_utc());
            codes.push(self.client.send(request).await.code());
        }
        codes
    }
}

#[tokio::test]
async fn credentials_of_sts_are_accepted_by_s3() {
    let scene = Scene::new().await;
    let long_term = callers::long_term();
    let bucket = Request::put(scene.server.url("/bucket")).body(Bytes::new());
    let signer = Signer::new(long_term.clone(), REGION, "s3").unwrap();
    let request = Form::Header.sign(&signer, bucket.unwrap(), OffsetDateTime::now_utc());
    assert_eq!(scene.client.send(request).await.code(), None);

    let one = scene.assume_role(&long_term).await.unwrap();
    let other = scene.session_token(&long_term).await.unwrap();
    let mut accepted = 0;
    for credentials in [&one, &other] {
        assert!(credentials.access_key_id().starts_with("ASIA"));
        let ends = credentials.expiration().unwrap();
        assert!(ends > OffsetDateTime::now_utc().into());
        let codes = scene.put(credentials).await;
        assert_eq!(codes, [None, None, None]);
        accepted += codes.len();
    }

    let token = |credentials: &Credentials| credentials.session_token().unwrap().clone();
    let mut refused = 0;
    for (mine, others) in [(&one, &other), (&other, &one)] {
        let (id, secret) = (mine.access_key_id(), mine.secret_key());
        let bare = Credentials::new(id, secret.clone());
        let text = token(mine).expose().to_owned();
        let with = |token: SessionToken| bare.clone().with_session_token(token);
        for wrong in [
            bare.clone(),
            with(token(others)),
            with(text[..text.len() - 1].into()),
            with(text[1..].into()),
            with(format!("{text}=").into()),
            long_term.clone().with_session_token(token(mine)),
        ] {
            let codes = scene.put(&wrong).await;
            let invalid = Some("InvalidToken".to_owned());
            assert_eq!(codes, [invalid.clone(), invalid.clone(), invalid]);
            refused += codes.len();
        }
        let stolen =
            Credentials::new(id, others.secret_key().clone()).with_session_token(token(mine));
        for code in scene.put(&stolen).await {
            assert_eq!(code.as_deref(), Some("SignatureDoesNotMatch"));
            refused += 1;
        }
    }
    report::line(&format!(
        "sts: accepted {} requests, refused {refused}",
        accepted + 2
    ));
}

#[tokio::test]
async fn error_responses_of_sts_are_read() {
    let scene = Scene::new().await;
    let stranger = Credentials::new("AKIASTRANGER", callers::SECRET_KEY);
    let error = scene.assume_role(&stranger).await.unwrap_err();
    assert_eq!(error.code(), Some("InvalidAccessKeyId"));
    let impostor = Credentials::new(callers::ACCESS_KEY_ID, "wrong");
    let error = scene.session_token(&impostor).await.unwrap_err();
    assert_eq!(error.code(), Some("SignatureDoesNotMatch"));
    assert_eq!(error.status(), 403);
    // A session cannot create another one.
    let session = scene.assume_role(&callers::long_term()).await.unwrap();
    let error = scene.session_token(&session).await.unwrap_err();
    assert_eq!(error.code(), Some("AccessDenied"));
}
