//! Does another AWS imitation, which rebuilds every signature with botocore, take what countersign
//! signs, from `AssumeRole` on? [moto]'s server, with its IAM authentication on:
//!
//! ```text
//! python3 -m venv moto && moto/bin/pip install -r tests/interop/python/requirements/moto.txt
//! moto/bin/moto_server -H 127.0.0.1 -p 5000 &
//! MOTO_URL=http://127.0.0.1:5000 cargo test -p countersign-interop --test moto -- --ignored
//! ```
//!
//! [moto]: https://docs.getmoto.org/

use bytes::Bytes;
use countersign::aws_call::{ServiceError, SignableRequest};
use countersign::sts::{self, Endpoint, Tag};
use countersign::{Credentials, PayloadHash, Signer, encode_segment};
use countersign_interop::client::{Answer, Client};
use countersign_interop::{REGION, report};
use http::Request;
use time::OffsetDateTime;

const USER: &str = "arn:aws:iam::123456789012:user/alice";
const ROLE: &str = "arn:aws:iam::123456789012:role/demo";

struct Moto {
    client: Client,
    url: String,
}

impl Moto {
    /// An empty server. The first `unproven` requests need no valid signature.
    async fn reset(unproven: usize) -> Self {
        let url = std::env::var("MOTO_URL").unwrap_or_else(|_| "http://127.0.0.1:5000".to_owned());
        let moto = Self {
            client: Client::http1(),
            url: url.trim_end_matches('/').to_owned(),
        };
        for (path, body) in [
            ("reset", String::new()),
            ("reset-auth", unproven.to_string()),
        ] {
            let url = format!("{}/moto-api/{path}", moto.url);
            let request = Request::post(url).body(Bytes::from(body)).unwrap();
            let answer = moto.client.send(request).await;
            assert!(answer.status.is_success(), "{answer:?}");
        }
        moto
    }

    async fn call(
        &self,
        credentials: &Credentials,
        service: &'static str,
        mut request: Request<Bytes>,
    ) -> Answer {
        let signer = Signer::new(credentials.clone(), REGION, service).unwrap();
        let payload = PayloadHash::new(request.body());
        signer
            .sign(&mut request, payload, OffsetDateTime::now_utc())
            .unwrap();
        self.client.send(request).await
    }

    async fn iam(&self, credentials: &Credentials, parameters: &[(&str, &str)]) -> Answer {
        let mut form = "Version=2010-05-08".to_owned();
        for (name, value) in parameters {
            form = format!("{form}&{name}={}", encode_segment(value));
        }
        let request = Request::post(format!("{}/", self.url))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Bytes::from(form))
            .unwrap();
        self.call(credentials, "iam", request).await
    }

    async fn json(&self, credentials: &Credentials, service: &'static str, target: &str) -> Answer {
        let request = Request::post(format!("{}/", self.url))
            .header("content-type", "application/x-amz-json-1.0")
            .header("x-amz-target", target)
            .body(Bytes::from_static(b"{}"))
            .unwrap();
        self.call(credentials, service, request).await
    }

    /// Lists tables, queues and users, and returns the results.
    async fn lists(&self, credentials: &Credentials) -> [Answer; 3] {
        [
            self.json(credentials, "dynamodb", "DynamoDB_20120810.ListTables")
                .await,
            self.json(credentials, "sqs", "AmazonSQS.ListQueues").await,
            self.iam(credentials, &[("Action", "ListUsers")]).await,
        ]
    }

    async fn sts(&self, request: SignableRequest, credentials: &Credentials) -> Answer {
        let request = request
            .sign(credentials, OffsetDateTime::now_utc())
            .unwrap();
        self.client.send(request.map(Bytes::from)).await
    }

    async fn assume(
        &self,
        credentials: &Credentials,
    ) -> Result<sts::AssumeRoleResponse, ServiceError> {
        let endpoint = Endpoint::custom(&self.url, REGION).unwrap();
        let mut ask = sts::AssumeRole::new(ROLE, "interop");
        ask.duration_seconds = Some(900);
        // Without a space: moto rebuilds the form with a plus for it before it hashes the form.
        ask.tags = &[Tag {
            key: "Project",
            value: "Alpha+Beta/=@",
        }];
        let answer = self.sts(ask.request(&endpoint).unwrap(), credentials).await;
        sts::AssumeRole::parse(answer.status, &answer.body)
    }

    /// Creates a user who may assume a role that may list, and returns the user's key. Five
    /// requests.
    async fn people(&self) -> Credentials {
        let nobody = Credentials::new("AKIAIOSFODNN7EXAMPLE", "nobody");
        let allow = |action: &str| {
            format!(
                r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":{action},"Resource":"*"}}]}}"#
            )
        };
        let trust = format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":"{USER}"}},"Action":["sts:AssumeRole","sts:TagSession"]}}]}}"#
        );
        for parameters in [
            &[("Action", "CreateUser"), ("UserName", "alice")][..],
            &[
                ("Action", "PutUserPolicy"),
                ("UserName", "alice"),
                ("PolicyName", "may-assume"),
                ("PolicyDocument", &allow(r#""sts:AssumeRole""#)),
            ],
            &[
                ("Action", "CreateRole"),
                ("RoleName", "demo"),
                ("AssumeRolePolicyDocument", &trust),
            ],
            &[
                ("Action", "PutRolePolicy"),
                ("RoleName", "demo"),
                ("PolicyName", "may-list"),
                (
                    "PolicyDocument",
                    &allow(r#"["dynamodb:ListTables","sqs:ListQueues","iam:ListUsers"]"#),
                ),
            ],
        ] {
            let answer = self.iam(&nobody, parameters).await;
            assert!(answer.status.is_success(), "{answer:?}");
        }
        let parameters = [("Action", "CreateAccessKey"), ("UserName", "alice")];
        let answer = self.iam(&nobody, &parameters).await;
        let text = |name| answer.texts(name).pop().unwrap();
        Credentials::new(text("AccessKeyId"), text("SecretAccessKey"))
    }
}

#[tokio::test]
#[ignore = "needs moto's server, at MOTO_URL"]
async fn moto_accepts_an_assumed_role_and_refuses_others() {
    let moto = Moto::reset(5).await;
    let alice = moto.people().await;

    // Authentication is enabled: an unknown user and a wrong secret are refused, and alice herself
    // may not list.
    let stranger = Credentials::new("AKIAIOSFODNN7EXAMPLE", "nobody");
    let error = moto.assume(&stranger).await.unwrap_err();
    assert_eq!(error.code(), Some("InvalidClientTokenId"));
    let impostor = Credentials::new(alice.access_key_id(), "nobody");
    let error = moto.assume(&impostor).await.unwrap_err();
    assert_eq!(error.code(), Some("SignatureDoesNotMatch"));
    assert!(!error.is_retryable());
    for answer in moto.lists(&alice).await {
        assert_eq!(answer.status, 403, "{answer:?}");
    }

    let assumed = moto.assume(&alice).await.unwrap();
    let arn = assumed.assumed_role_user.unwrap().arn.unwrap();
    assert_eq!(arn, "arn:aws:sts::123456789012:assumed-role/demo/interop");
    let credentials = assumed.credentials;
    assert!(credentials.access_key_id().starts_with("ASIA"));
    let now = countersign::Timestamp::from(OffsetDateTime::now_utc());
    let lifetime = credentials
        .expiration()
        .unwrap()
        .saturating_duration_since(now);
    assert!((800..=900).contains(&lifetime.as_secs()), "{lifetime:?}");

    let answers = moto.lists(&credentials).await;
    for (answer, expected) in answers.iter().zip(["TableNames", "{", "alice"]) {
        assert_eq!(answer.status, 200, "{answer:?}");
        assert!(String::from_utf8_lossy(&answer.body).contains(expected));
    }
    let endpoint = Endpoint::custom(&moto.url, REGION).unwrap();
    let answer = moto
        .sts(
            sts::GetCallerIdentity.request(&endpoint).unwrap(),
            &credentials,
        )
        .await;
    let caller = sts::GetCallerIdentity::parse(answer.status, &answer.body).unwrap();
    assert_eq!(
        (caller.account.as_str(), &caller.arn),
        ("123456789012", &arn)
    );

    let refused = refusals(&moto, &alice, &credentials).await;
    report::line(&format!("moto: accepted 5 requests, refused {refused}"));
}

/// The same calls with one thing wrong.
async fn refusals(moto: &Moto, alice: &Credentials, credentials: &Credentials) -> usize {
    let (id, secret) = (credentials.access_key_id(), credentials.secret_key());
    let token = credentials.session_token().unwrap().expose();
    let swapped = moto.assume(alice).await.unwrap().credentials;
    let with = |token: &str| Credentials::new(id, secret.clone()).with_session_token(token);
    let mut refused = 0;
    for (what, wrong) in [
        ("no token", Credentials::new(id, secret.clone())),
        (
            "another session's",
            with(swapped.session_token().unwrap().expose()),
        ),
        ("cut", with(&token[..token.len() - 1])),
        ("longer", with(&format!("{token}A"))),
        (
            "another session's secret",
            Credentials::new(id, swapped.secret_key().clone()).with_session_token(token),
        ),
        (
            "a long-term key with a token",
            alice.clone().with_session_token(token),
        ),
    ] {
        for answer in moto.lists(&wrong).await {
            assert_eq!(answer.status, 403, "{what}: {answer:?}");
            refused += 1;
        }
    }
    refused
}
