//! Does moto, which rebuilds every signature with botocore, accept what the layer signs? It is
//! started as `moto.rs` says.

use bytes::Bytes;
use countersign::tower::sign::{Payload, SignLayer};
use countersign::{Credentials, Signer, encode_segment};
use countersign_interop::client::{Answer, Client};
use countersign_interop::layered::{self, Layered};
use countersign_interop::{REGION, report};
use http::Request;

struct Moto(String);

impl Moto {
    /// Resets the server. The first `unproven` requests need no valid signature.
    async fn reset(unproven: usize) -> Self {
        let url = std::env::var("MOTO_URL").unwrap_or_else(|_| "http://127.0.0.1:5000".to_owned());
        let moto = Self(url.trim_end_matches('/').to_owned());
        for (path, body) in [
            ("reset", String::new()),
            ("reset-auth", unproven.to_string()),
        ] {
            let url = format!("{}/moto-api/{path}", moto.0);
            let request = Request::post(url).body(Bytes::from(body)).unwrap();
            let answer = Client::http1().send(request).await;
            assert!(answer.status.is_success(), "{answer:?}");
        }
        moto
    }

    fn client(&self, credentials: Credentials, service: &'static str) -> Layered {
        let signer = Signer::new(credentials, REGION, service).unwrap();
        layered::client(&SignLayer::new(signer))
    }

    async fn iam(&self, client: &mut Layered, parameters: &[(&str, &str)]) -> Answer {
        let mut form = "Version=2010-05-08".to_owned();
        for (name, value) in parameters {
            form = format!("{form}&{name}={}", encode_segment(value));
        }
        let request = Request::post(format!("{}/", self.0))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(layered::whole(form));
        let response = layered::send(client, request.unwrap()).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let (_, body) = layered::read(response).await;
        assert!(status.is_success(), "{body:?}");
        Answer {
            status,
            headers,
            body,
        }
    }

    /// Creates a user who may use S3: three requests.
    async fn alice(&self) -> Credentials {
        let nobody = Credentials::new("AKIAIOSFODNN7EXAMPLE", "nobody");
        let mut client = self.client(nobody, "iam");
        let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#;
        let user = ("UserName", "alice");
        self.iam(&mut client, &[("Action", "CreateUser"), user])
            .await;
        let parameters = [
            ("Action", "PutUserPolicy"),
            user,
            ("PolicyName", "s3"),
            ("PolicyDocument", policy),
        ];
        self.iam(&mut client, &parameters).await;
        let parameters = [("Action", "CreateAccessKey"), user];
        let answer = self.iam(&mut client, &parameters).await;
        let text = |name| answer.texts(name).pop().unwrap();
        Credentials::new(text("AccessKeyId"), text("SecretAccessKey"))
    }
}

async fn send(client: &mut Layered, method: &str, url: &str, payload: Payload) -> (u16, Bytes) {
    let body = if method == "PUT" { "data" } else { "" };
    let request = Request::builder()
        .method(method)
        .uri(url)
        .extension(payload)
        .body(layered::whole(body));
    let response = layered::send(client, request.unwrap()).await.unwrap();
    layered::read(response).await
}

#[tokio::test]
#[ignore = "needs moto's server, at MOTO_URL"]
async fn objects_are_stored_and_read() {
    let moto = Moto::reset(3).await;
    let alice = moto.alice().await;
    let bucket = format!("{}/bucket", moto.0);
    let impostor = Credentials::new(alice.access_key_id(), "nobody");
    let mut impostor = moto.client(impostor, "s3");
    let mut client = moto.client(alice, "s3");
    let put = Request::put(&bucket).body(layered::whole("")).unwrap();
    let response = layered::send(&mut client, put).await.unwrap();
    assert_eq!(response.status(), 200);
    let key = format!("{bucket}/a%20key%3D1");
    let payloads = [Payload::Hashed, Payload::SignedChunks];
    for payload in payloads {
        let (status, body) = send(&mut impostor, "PUT", &key, payload).await;
        assert_eq!(status, 403, "{body:?}");
        let (status, body) = send(&mut client, "PUT", &key, payload).await;
        assert_eq!(status, 200, "{body:?}");
        let (status, body) = send(&mut client, "GET", &key, payload).await;
        assert_eq!((status, &*body), (200, &b"data"[..]));
        let (status, body) = send(&mut client, "DELETE", &key, payload).await;
        assert_eq!(status, 204, "{body:?}");
    }
    report::line(&format!("moto: {} payloads of the layer", payloads.len()));
}
