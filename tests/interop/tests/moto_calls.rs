//! Do our calls to ECR and Redshift work with the server of [moto], which rebuilds their signatures
//! with botocore, and are its responses parsed? Run as `moto.rs` says.
//!
//! [moto]: https://docs.getmoto.org/

use std::time::Duration;

use bytes::Bytes;
use countersign::aws_call::{Endpoint, SignableRequest};
use countersign::ecr::GetAuthorizationToken;
use countersign::redshift::{Cluster, GetClusterCredentials};
use countersign::{Credentials, Error, PayloadHash, Signer, Timestamp, bearer, encode_segment};
use countersign_interop::client::{Answer, Client};
use countersign_interop::{REGION, report};
use http::{Request, Response};
use std::time::SystemTime;

struct Moto {
    client: Client,
    url: String,
}

fn now() -> Timestamp {
    SystemTime::now().into()
}

impl Moto {
    /// An empty server that accepts this many requests before it checks signatures.
    async fn reset(unproven: usize) -> Self {
        let url = std::env::var("MOTO_URL").unwrap_or_else(|_| "http://127.0.0.1:5000".to_owned());
        let client = Client::http1();
        for (path, body) in [
            ("reset", String::new()),
            ("reset-auth", unproven.to_string()),
        ] {
            let request = Request::post(format!("{url}/moto-api/{path}"));
            let answer = client.send(request.body(Bytes::from(body)).unwrap()).await;
            assert!(answer.status.is_success(), "{answer:?}");
        }
        Self { client, url }
    }

    /// A call of the query protocol that prepares the server.
    async fn prepare(
        &self,
        service: &'static str,
        version: &str,
        parameters: &[(&str, &str)],
    ) -> Answer {
        let mut form = format!("Version={version}");
        for (name, value) in parameters {
            form = format!("{form}&{name}={}", encode_segment(value));
        }
        let mut request = Request::post(format!("{}/", self.url))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Bytes::from(form))
            .unwrap();
        let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "anyone");
        let signer = Signer::new(credentials, REGION, service).unwrap();
        let payload = PayloadHash::new(request.body());
        signer.sign(&mut request, payload, now()).unwrap();
        let answer = self.client.send(request).await;
        assert!(answer.status.is_success(), "{answer:?}");
        answer
    }

    async fn call(
        &self,
        request: Result<SignableRequest, Error>,
        credentials: &Credentials,
    ) -> Response<Bytes> {
        let request = request.unwrap().sign(credentials, now()).unwrap();
        let answer = self.client.send(request.map(Bytes::from)).await;
        let mut response = Response::new(answer.body);
        *response.status_mut() = answer.status;
        *response.headers_mut() = answer.headers;
        response
    }
}

#[tokio::test]
#[ignore = "needs moto's server, at MOTO_URL"]
async fn moto_issues_logins_of_ecr_and_redshift() {
    let moto = Moto::reset(4).await;
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ecr:*","redshift:*"],"Resource":"*"}]}"#;
    let iam = "2010-05-08";
    let user = [("Action", "CreateUser"), ("UserName", "alice")];
    moto.prepare("iam", iam, &user).await;
    let allowed = [
        ("Action", "PutUserPolicy"),
        ("UserName", "alice"),
        ("PolicyName", "p"),
        ("PolicyDocument", policy),
    ];
    moto.prepare("iam", iam, &allowed).await;
    let cluster = [
        ("Action", "CreateCluster"),
        ("ClusterIdentifier", "c1"),
        ("NodeType", "ra3.large"),
        ("MasterUsername", "admin"),
        ("MasterUserPassword", "Passw0rd"),
    ];
    moto.prepare("redshift", "2012-12-01", &cluster).await;
    let key = [("Action", "CreateAccessKey"), ("UserName", "alice")];
    let answer = moto.prepare("iam", iam, &key).await;
    let text = |name| answer.texts(name).pop().unwrap();
    let alice = Credentials::new(text("AccessKeyId"), text("SecretAccessKey"));
    let impostor = Credentials::new(alice.access_key_id(), "wrong");
    let endpoint = Endpoint::custom(&moto.url, REGION).unwrap();

    // ECR: AWS-JSON.
    let ask = GetAuthorizationToken::new();
    let response = moto.call(ask.request(&endpoint), &impostor).await;
    let error = ask.parse(&endpoint, &response).unwrap_err();
    assert!(
        error.status().is_client_error() && !error.is_retryable(),
        "{error}"
    );
    let response = moto.call(ask.request(&endpoint), &alice).await;
    let login = ask.parse(&endpoint, &response).unwrap().swap_remove(0);
    assert_eq!(login.username(), "AWS");
    let server = login.server().unwrap();
    assert!(
        server.contains(&format!(".dkr.ecr.{REGION}.amazonaws.com")),
        "{server}"
    );
    // The password that moto returns.
    assert_eq!(login.password().expose(), "123456789012-auth-token");
    // Moto's tokens have expired.
    let expires_at = login.expires_at().to_string();
    assert!(expires_at.starts_with("2015-01-01T"), "{expires_at}");
    let mut request = Request::get(format!("{server}/v2/")).body(()).unwrap();
    let at = login.expires_at() - Duration::from_secs(1);
    bearer::authorize(&mut request, login.token(), "ecr", REGION, at).unwrap();
    assert!(bearer::authorize(&mut request, login.token(), "ecr", "ap-south-2", at).is_err());

    // Redshift: the query protocol.
    let mut ask = GetClusterCredentials::new("jane", Cluster::Identifier("c1"));
    ask.duration = Some(Duration::from_secs(900));
    let response = moto.call(ask.request(&endpoint), &impostor).await;
    let error = GetClusterCredentials::parse(response.status(), response.body()).unwrap_err();
    assert_eq!(error.code(), Some("SignatureDoesNotMatch"), "{error}");
    let response = moto.call(ask.request(&endpoint), &alice).await;
    let login = GetClusterCredentials::parse(response.status(), response.body()).unwrap();
    assert_eq!(login.user, "IAM:jane");
    assert!(!login.password.expose().is_empty());
    let lives = login.expires_at.saturating_duration_since(now());
    assert!((800..=900).contains(&lives.as_secs()), "{lives:?}");
    ask.auto_create = true;
    let response = moto.call(ask.request(&endpoint), &alice).await;
    let login = GetClusterCredentials::parse(response.status(), response.body()).unwrap();
    assert_eq!(login.user, "IAMA:jane");
    let none = GetClusterCredentials::new("jane", Cluster::Identifier("c9"));
    let response = moto.call(none.request(&endpoint), &alice).await;
    let error = GetClusterCredentials::parse(response.status(), response.body()).unwrap_err();
    assert_eq!(error.code(), Some("ClusterNotFound"), "{error}");
    report::line("moto: logins of ECR and Redshift accepted 3, refused 3");
}
