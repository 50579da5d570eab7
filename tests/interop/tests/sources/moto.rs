//! moto's server as instance metadata, STS and Cognito. Run as `tests/moto.rs` says.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use countersign::sources::CognitoPool;
use http::{Request, Response};
use serde_json::{Value, json};

use crate::aws::{Aws, Seen};
use crate::drivers::{DRIVERS, Home, run};

fn moto() -> String {
    let url = std::env::var("MOTO_URL").unwrap_or_else(|_| "http://127.0.0.1:5000".to_owned());
    let url = url.trim_start_matches("http://");
    url.trim_end_matches('/').to_owned()
}

/// Forwards a request to moto unchanged, with the host that the client asked for.
fn forward(seen: &Seen) -> (u16, String) {
    let mut stream = TcpStream::connect(moto()).unwrap();
    let mut head = format!(
        "{} {} HTTP/1.1\r\nconnection: close\r\n",
        seen.method, seen.target
    );
    for (name, value) in &seen.headers {
        if name != "connection" {
            head += &format!("{name}: {value}\r\n");
        }
    }
    let request = format!("{head}\r\n{}", seen.body);
    stream.write_all(request.as_bytes()).unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    let (head, body) = response.split_once("\r\n\r\n").unwrap();
    (
        head.split(' ').nth(1).unwrap().parse().unwrap(),
        body.to_owned(),
    )
}

fn reset() {
    let agent = ureq::Agent::new_with_defaults();
    let url = |path| format!("http://{}/moto-api/{path}", moto());
    agent.post(url("reset")).send_empty().unwrap();
    // Authorization is disabled here. `tests/moto.rs` tests signatures.
    agent.post(url("reset-auth")).send("1000").unwrap();
}

#[test]
#[ignore = "needs moto's server, at MOTO_URL"]
fn credentials_come_from_instance_metadata_sts_and_cognito_of_moto() {
    reset();
    let aws = Aws::start(forward);
    for driver in DRIVERS {
        let home = Home::new(&aws);
        let told = run(driver, &home.environment, "");
        assert_eq!(told.secret(), "test-secret-key", "{told:?}");
        assert_eq!(told.text("SessionToken"), Some("test-session-token"));
        assert_eq!(told.message, "from instance metadata\n");

        // The credentials of the instance assume a role.
        home.write(
            ".aws/config",
            "[default]\nrole_arn = arn:aws:iam::123456789012:role/demo\n\
             credential_source = Ec2InstanceMetadata\nexternal_id = ext\n",
        );
        aws.take();
        let told = run(driver, &home.environment, "");
        assert!(
            told.text("AccessKeyId").unwrap().starts_with("ASIA"),
            "{told:?}"
        );
        assert_eq!(told.text("AccountId"), Some("123456789012"));
        let seen = aws.take();
        assert_eq!(seen.len(), 4);
        assert_eq!(
            seen[3].tls_host.as_deref(),
            Some("sts.eu-west-1.amazonaws.com")
        );
        assert_eq!(seen[3].signer(), Some("test-key"));

        let mut home = Home::new(&aws);
        home.write("token", "ey.J.x");
        home.set("AWS_WEB_IDENTITY_TOKEN_FILE", "{home}/token");
        home.set("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/web");
        let told = run(driver, &home.environment, "");
        assert_eq!(told.message, "from web identity\n");
        assert_eq!(told.text("AccountId"), Some("123456789012"));
    }

    cognito();
}

fn cognito() {
    let agent = ureq::Agent::new_with_defaults();
    // Only the address is changed: moto finds the service by the target.
    let send = |request: Request<String>| {
        let (mut parts, body) = request.into_parts();
        parts.uri = format!("http://{}/", moto()).parse().unwrap();
        let response = agent.run(Request::from_parts(parts, body)).unwrap();
        let (parts, mut body) = response.into_parts();
        Response::from_parts(parts, body.read_to_vec().unwrap())
    };
    let create = json!({"IdentityPoolName": "guests", "AllowUnauthenticatedIdentities": true});
    let create = Request::post("http://localhost/")
        .header("content-type", "application/x-amz-json-1.1")
        .header(
            "x-amz-target",
            "AWSCognitoIdentityService.CreateIdentityPool",
        )
        .body(create.to_string());
    let created: Value = serde_json::from_slice(send(create.unwrap()).body()).unwrap();
    let pool_id = created["IdentityPoolId"].as_str().unwrap();

    let pool = CognitoPool::new("us-east-1");
    let response = send(pool.get_id_request(pool_id, None).unwrap());
    let identity = pool.read_id(&response).unwrap();
    assert!(identity.contains(':'), "{identity}");
    let response = send(pool.credentials_request(&identity).unwrap());
    let resolved = pool.read_credentials(&response).unwrap();
    let credentials = resolved.credentials();
    assert_eq!(credentials.access_key_id(), "TESTACCESSKEY12345");
    assert_eq!(credentials.secret_key().expose(), "ABCSECRETKEY");
    assert_eq!(credentials.session_token().unwrap().expose(), "ABC12345");
    let now = std::time::SystemTime::now();
    assert!(!resolved.is_expired(now));
    assert!(resolved.is_expired(now + std::time::Duration::from_secs(120)));
}
