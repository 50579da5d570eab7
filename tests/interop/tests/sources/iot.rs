//! AWS IoT and IAM Roles Anywhere over TLS: the device authenticates with its certificate, or with
//! a signature by the key of its certificate.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign::Timestamp;
use countersign::sources::{
    CredentialEndpoint, Error, IotCredentials, RolesAnywhere, RolesAnywhereCertificate,
    RolesAnywhereKey,
};
use http::{Request, Response};
use serde_json::json;
use ureq::tls::{Certificate, ClientCert, PrivateKey, RootCerts, TlsConfig};
use ureq::{Agent, Proxy};

use crate::aws::{Authority, Aws, Seen};
use crate::cloud::later;

const ENDPOINT: &str = "c1a2b3c4d5e6f7.credentials.iot.eu-west-1.amazonaws.com";

fn provider(seen: &Seen) -> (u16, String) {
    assert_eq!(seen.tls_host.as_deref(), Some(ENDPOINT));
    if !seen.with_certificate {
        return (
            403,
            r#"{"message":"Missing client certificate"}"#.to_owned(),
        );
    }
    if seen.target != "/role-aliases/thermostat=1/credentials" {
        return (404, r#"{"message":"Role alias does not exist"}"#.to_owned());
    }
    let secret = format!(
        "of-{}",
        seen.header("x-amzn-iot-thingname").unwrap_or("nobody")
    );
    let body = json!({"credentials": {
        "accessKeyId": "ASIAIOT", "secretAccessKey": secret, "sessionToken": "token/+==",
        "expiration": later(3600),
    }});
    (200, body.to_string())
}

fn agent(aws: &Aws, client: Option<(&[u8], &[u8])>) -> Agent {
    let authority = Certificate::from_der(&aws.authority.der).to_owned();
    let roots = RootCerts::new_with_certs(&[authority]);
    let client = client.map(|(certificate, key)| {
        let chain = [Certificate::from_der(certificate).to_owned()];
        let pem = pem(key);
        ClientCert::new_with_certs(&chain, PrivateKey::from_pem(pem.as_bytes()).unwrap())
    });
    let tls = TlsConfig::builder().root_certs(roots).client_cert(client);
    let config = Agent::config_builder().http_status_as_error(false);
    let config = config.proxy(Some(Proxy::new(&aws.url()).unwrap()));
    config.tls_config(tls.build()).build().into()
}

/// PKCS #8 in PEM.
fn pem(der: &[u8]) -> String {
    let base64 = STANDARD.encode(der);
    format!("-----BEGIN PRIVATE KEY-----\n{base64}\n-----END PRIVATE KEY-----\n")
}

fn send(agent: &Agent, request: Request<String>) -> Response<Vec<u8>> {
    let (parts, mut body) = agent.run(request).unwrap().into_parts();
    Response::from_parts(parts, body.read_to_vec().unwrap())
}

#[test]
fn a_device_gets_credentials_for_its_certificate() {
    let devices = Authority::new("devices");
    let aws = Aws::start_for(Some(&devices), provider);
    let (certificate, key) = devices.issue("thermostat-1");
    let device = agent(&aws, Some((&certificate, &key)));

    let iot = IotCredentials::new(ENDPOINT, "thermostat=1").unwrap();
    let resolved = iot.read(&send(&device, iot.request())).unwrap();
    assert_eq!(resolved.credentials().secret_key().expose(), "of-nobody");
    assert!(!resolved.is_expired(std::time::SystemTime::now()));
    let iot = iot.with_thing_name("thermostat:1").unwrap();
    let resolved = iot.read(&send(&device, iot.request())).unwrap();
    assert_eq!(
        resolved.credentials().secret_key().expose(),
        "of-thermostat:1"
    );

    let refused = |agent: &Agent, iot: &IotCredentials| match iot
        .read(&send(agent, iot.request()))
        .unwrap_err()
    {
        Error::Refused {
            endpoint: CredentialEndpoint::Iot,
            status,
            message,
            ..
        } => (status, message.unwrap()),
        other => panic!("{other}"),
    };
    let stranger = agent(&aws, None);
    let told = (403, "Missing client certificate".to_owned());
    assert_eq!(refused(&stranger, &iot), told);
    let other = IotCredentials::new(ENDPOINT, "other").unwrap();
    let told = (404, "Role alias does not exist".to_owned());
    assert_eq!(refused(&device, &other), told);

    // A certificate of another authority is refused in the TLS handshake.
    let (certificate, key) = Authority::new("others").issue("thermostat-1");
    let impostor = agent(&aws, Some((&certificate, &key)));
    assert!(impostor.run(iot.request()).is_err());
}

/// Verifies the signature as AWS does, with the key of the certificate and another implementation.
fn sessions(seen: &Seen) -> (u16, String) {
    let header = |name| seen.header(name).unwrap();
    let certificate = STANDARD.decode(header("x-amz-x509")).unwrap();
    // The point of a P-256 key is the only bit string of 65 bytes in a certificate.
    let prefix = [0x03, 0x42, 0x00, 0x04];
    let at = certificate.windows(4).position(|window| window == prefix);
    let point = &certificate[at.unwrap() + 3..][..65];
    let authorization = header("authorization");
    let (_, signature) = authorization.split_once("Signature=").unwrap();
    let signature: Vec<u8> = (0..signature.len())
        .step_by(2)
        .map(|i| u8::from_str_radix(&signature[i..i + 2], 16).unwrap())
        .collect();
    let date = header("x-amz-date");
    let (path, query) = seen.target.split_once('?').unwrap();
    let mut query: Vec<_> = query.split('&').collect();
    query.sort_unstable();
    let canonical = format!(
        "POST\n{path}\n{}\ncontent-type:application/json\nhost:{}\nx-amz-date:{date}\nx-amz-x509:{}\n\n\
         content-type;host;x-amz-date;x-amz-x509\n{}",
        query.join("&"),
        header("host"),
        header("x-amz-x509"),
        hash(&seen.body),
    );
    let string_to_sign = format!(
        "AWS4-X509-ECDSA-SHA256\n{date}\n{}/eu-west-1/rolesanywhere/aws4_request\n{}",
        &date[..8],
        hash(&canonical),
    );
    use rustls::crypto::ring::default_provider;
    use rustls::pki_types::alg_id;
    let algorithms = default_provider().signature_verification_algorithms.all;
    let algorithm = algorithms.iter().find(|algorithm| {
        algorithm.public_key_alg_id() == alg_id::ECDSA_P256
            && algorithm.signature_alg_id() == alg_id::ECDSA_SHA256
    });
    let verified =
        algorithm
            .unwrap()
            .verify_signature(point, string_to_sign.as_bytes(), &signature);
    if verified.is_err() {
        let body = r#"{"message":"Invalid signature"}"#;
        return (403, body.to_owned());
    }
    let body = json!({
        "credentialSet": [{
            "credentials": {
                "accessKeyId": "ASIARA", "secretAccessKey": "s", "sessionToken": "t",
                "expiration": later(3600),
            },
            "assumedRoleUser": {"arn": "arn:aws:sts::210987654321:assumed-role/on-prem/05"},
        }],
        "subjectArn": "arn:aws:rolesanywhere:eu-west-1:210987654321:subject/s",
    });
    (201, body.to_string())
}

fn hash(text: &str) -> String {
    use sha2::{Digest as _, Sha256};
    let hash = Sha256::digest(text.as_bytes());
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn a_server_with_a_certificate_gets_a_role_and_another_key_does_not() {
    let authority = Authority::new("servers");
    let (certificate, key) = authority.issue("server-1");
    let aws = Aws::start(sessions);
    let agent = agent(&aws, None);
    let roles_anywhere = RolesAnywhere::new(
        "arn:aws:rolesanywhere:eu-west-1:210987654321:trust-anchor/a1b2c3d4",
        "arn:aws:rolesanywhere:eu-west-1:210987654321:profile/0f0f0f0f",
        "arn:aws:iam::210987654321:role/on-prem",
    );
    let roles_anywhere = roles_anywhere.unwrap();
    let certificate = RolesAnywhereCertificate::from_der(&certificate).unwrap();
    let key = RolesAnywhereKey::from_pem(&pem(&key)).unwrap();
    let now = Timestamp::from(std::time::SystemTime::now());
    let request = roles_anywhere.request(&certificate, now, |text| key.sign(text));
    let response = send(&agent, request.unwrap());
    let session = roles_anywhere.read(&response).unwrap();
    assert_eq!(session.credentials.account_id(), Some("210987654321"));
    assert_eq!(session.credentials.credentials().access_key_id(), "ASIARA");
    assert_eq!(
        aws.take()[0].tls_host.as_deref(),
        Some("rolesanywhere.eu-west-1.amazonaws.com")
    );

    let (_, other) = authority.issue("server-1");
    let other = RolesAnywhereKey::from_pem(&pem(&other)).unwrap();
    let request = roles_anywhere.request(&certificate, now, |text| other.sign(text));
    let error = roles_anywhere
        .read(&send(&agent, request.unwrap()))
        .unwrap_err();
    assert!(error.to_string().ends_with("Invalid signature"), "{error}");
}
