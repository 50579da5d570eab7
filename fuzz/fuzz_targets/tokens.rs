//! A token that is a presigned URL contains exactly the host and the parameters that it was made
//! for, and its service verifies it. With one byte changed it is refused or has the same meaning.
//! Two repositories of CodeCommit have two passwords.
//!
//! Input: the kind, the place and the value of the change, lines of region, host, name and another
//! name.

#![no_main]

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use countersign::tokens;
use countersign::verify::{PendingVerification, SignedRequest, VerificationKey, Verifier};
use countersign::{Credentials, PayloadHash, RawRequest, Timestamp};
use countersign_fuzz::{NOW, SECRET, TOKEN, credentials, parameters, tampered};
use http::Uri;
use libfuzzer_sys::fuzz_target;

/// A token, and what it was made for.
struct Made {
    /// From the host to the end.
    url: String,
    method: &'static str,
    service: &'static str,
    host: String,
    path: &'static str,
    parameters: Vec<(&'static str, String)>,
    header: Option<(&'static str, String)>,
    expires_at: Option<Timestamp>,
    lifetime: Duration,
}

fuzz_target!(|input: &[u8]| {
    let Some((&[options, p0, p1, change], text)) = input.split_first_chunk() else {
        return;
    };
    let Ok(text) = std::str::from_utf8(text) else {
        return;
    };
    let mut lines = text.split('\n');
    let mut line = || lines.next().unwrap_or_default();
    let (region, host, name, other) = (line(), line(), line(), line());
    let credentials = credentials(options & 128 != 0);
    if options % 16 == 15 {
        return git(&credentials, region, [name, other]);
    }
    let Some(made) = make(options % 16, &credentials, region, host, name, other) else {
        return;
    };
    let hidden = [SECRET, TOKEN]
        .iter()
        .all(|secret| !region.contains(secret));
    assert!(!hidden || !made.url.contains(SECRET));
    if let Some(expires_at) = made.expires_at {
        assert_eq!(expires_at, Timestamp::from(NOW) + made.lifetime);
    }
    let said = verify(&made, &made.url, &credentials, region).expect("what was made");
    let mut meant: Vec<(Vec<u8>, Vec<u8>)> = made
        .parameters
        .iter()
        .map(|(name, value)| ((*name).into(), value.clone().into_bytes()))
        .collect();
    meant.sort();
    assert_eq!(said, (made.host.clone(), made.path.to_owned(), meant));
    for other in [
        Credentials::new("AKIDEXAMPLE", "secret"),
        credentials.clone().with_session_token("other"),
    ] {
        assert!(verify(&made, &made.url, &other, region).is_none());
    }

    let changed = tampered(made.url.as_bytes(), u16::from_be_bytes([p0, p1]), change);
    if let Ok(changed) = std::str::from_utf8(&changed)
        && let Some((host, path, parameters)) = verify(&made, changed, &credentials, region)
    {
        let host = host.to_ascii_lowercase();
        assert_eq!(host, made.host.to_ascii_lowercase());
        assert_eq!((path.as_str(), parameters), (made.path, said.2));
    }
});

fn make(
    kind: u8,
    credentials: &Credentials,
    region: &str,
    host: &str,
    name: &str,
    other: &str,
) -> Option<Made> {
    let quarter = Duration::from_secs(900);
    let hour = Duration::from_secs(3600);
    let connect =
        |user: &'static str| vec![("Action", "connect".to_owned()), (user, name.to_owned())];
    let mut made = Made {
        url: String::new(),
        method: "GET",
        service: "rds-db",
        host: without_default_port(host).to_ascii_lowercase(),
        path: "/",
        parameters: connect("DBUser"),
        header: None,
        expires_at: None,
        lifetime: quarter,
    };
    let token = match kind {
        0 | 1 => tokens::RdsTokenGenerator::new(region, host, name)
            .allow_loopback()
            .generate(credentials, NOW)
            .ok()?,
        2 | 3 => {
            (made.service, made.lifetime) = ("dsql", hour);
            let (action, token) = match kind {
                2 => (
                    "DbConnect",
                    tokens::dsql(credentials, region, host, hour, NOW),
                ),
                _ => (
                    "DbConnectAdmin",
                    tokens::dsql_admin(credentials, region, host, hour, NOW),
                ),
            };
            made.parameters = vec![("Action", action.to_owned())];
            token.ok()?
        }
        4..=6 => {
            made.parameters = connect("User");
            // The token keeps the case of the host.
            made.host = host.to_owned();
            made.service = "elasticache";
            match kind {
                4 => tokens::elasticache(credentials, region, host, name, NOW),
                5 => {
                    made.parameters
                        .push(("ResourceType", "ServerlessCache".to_owned()));
                    tokens::elasticache_serverless(credentials, region, host, name, NOW)
                }
                _ => {
                    made.service = "memorydb";
                    tokens::memorydb(credentials, region, host, name, NOW)
                }
            }
            .ok()?
        }
        7 | 8 => {
            let token = tokens::eks(credentials, region, name, NOW).ok()?;
            let url = token
                .expose()
                .strip_prefix("k8s-aws-v1.")
                .expect("a prefix");
            let url = URL_SAFE_NO_PAD.decode(url).expect("base64");
            let url = String::from_utf8(url).expect("a URL");
            made.url = url.strip_prefix("https://").expect("a URL").to_owned();
            made.service = "sts";
            made.host = tokens::caller_identity::host(region).expect("it was made");
            made.parameters = vec![
                ("Action", "GetCallerIdentity".to_owned()),
                ("Version", "2011-06-15".to_owned()),
            ];
            made.header = Some(("x-k8s-aws-id", name.to_owned()));
            return Some(made);
        }
        9 | 10 => {
            let token = tokens::msk(credentials, region, other, NOW).ok()?;
            let url = URL_SAFE_NO_PAD.decode(token.expose()).expect("base64");
            let url = String::from_utf8(url).expect("a URL");
            let (url, agent) = url.rsplit_once("&User-Agent=").expect("a suffix");
            let agent = parameters(agent);
            assert_eq!(agent[0].0, other.as_bytes());
            made.url = url.strip_prefix("https://").expect("a URL").to_owned();
            made.service = "kafka-cluster";
            made.host = format!("kafka.{region}.amazonaws.com");
            made.parameters = vec![("Action", "kafka-cluster:Connect".to_owned())];
            made.expires_at = Some(token.expires_at());
            return Some(made);
        }
        11 => {
            let token = tokens::bedrock(credentials, region, hour, NOW).ok()?;
            let url = token
                .expose()
                .strip_prefix("bedrock-api-key-")
                .expect("a prefix");
            let url = STANDARD.decode(url).expect("base64");
            let url = String::from_utf8(url).expect("a URL");
            made.url = url.strip_suffix("&Version=1").expect("a suffix").to_owned();
            (made.method, made.service, made.lifetime) = ("POST", "bedrock", hour);
            made.host = "bedrock.amazonaws.com".to_owned();
            made.parameters = vec![("Action", "CallWithBearerToken".to_owned())];
            made.expires_at = token.expiration();
            return Some(made);
        }
        _ => {
            let lifetime = (kind != 12).then_some(hour);
            let url = tokens::iot(credentials, region, host, lifetime, NOW).ok()?;
            made.url = url
                .expose()
                .strip_prefix("wss://")
                .expect("a URL")
                .to_owned();
            made.service = "iotdevicegateway";
            made.path = "/mqtt";
            made.parameters = Vec::new();
            return Some(made);
        }
    };
    assert!(!format!("{token:?}").contains(token.expose()));
    made.url = token.expose().to_owned();
    made.expires_at = Some(token.expires_at());
    Some(made)
}

/// The host as HTTP clients send it.
fn without_default_port(host: &str) -> &str {
    host.strip_suffix(":443").unwrap_or(host)
}

type Said = (String, String, Vec<(Vec<u8>, Vec<u8>)>);

/// What the service reads from a token after verification.
fn verify(made: &Made, url: &str, credentials: &Credentials, region: &str) -> Option<Said> {
    let (target, query) = url.split_once('?')?;
    let (authority, _) = target.split_once('/')?;
    let path = &target[authority.len()..];
    let host = without_default_port(authority);
    let mut headers = vec![("host", host.as_bytes())];
    if let Some((name, value)) = &made.header {
        headers.push((name, value.as_bytes()));
    }
    let request = RawRequest {
        method: made.method,
        path,
        query,
        headers: &headers,
    };
    let claim = SignedRequest::parse_raw(&request).ok()?;
    if claim.access_key_id() != credentials.access_key_id() {
        return None;
    }
    let key = VerificationKey::derive(credentials, claim.scope()).expect("a secret");
    let verifier = Verifier::new(region, made.service).expect("it was signed for");
    let verified = match verifier.verify_signature(&claim, &key, NOW).ok()? {
        PendingVerification::Hashed(head) => head.verify(PayloadHash::EMPTY).ok()?,
        _ => panic!("not as it was signed"),
    };
    assert_eq!(verified.access_key_id(), credentials.access_key_id());
    let own = |name: &[u8]| name.starts_with(b"X-Amz-");
    let mut said = parameters(query);
    said.retain(|(name, _)| !own(name));
    Some((host.to_owned(), path.to_owned(), said))
}

/// CodeCommit has its own string to sign.
fn git(credentials: &Credentials, region: &str, urls: [&str; 2]) {
    let made = urls.map(|url| tokens::codecommit(credentials, region, url, NOW));
    let [Ok(one), Ok(two)] = made else {
        return;
    };
    let [first, second] = urls.map(|url| {
        let uri: Uri = url.parse().expect("a URL");
        let host = uri.host().expect("a host").to_ascii_lowercase();
        (host, uri.path().to_owned())
    });
    assert_eq!(
        one.expose_password() == two.expose_password(),
        first == second
    );
    let url: Uri = one.url().expose().parse().expect("a URL");
    let authority = url.authority().expect("a host").as_str();
    let (login, host) = authority.rsplit_once('@').expect("a login");
    assert_eq!((host, url.path()), (first.0.as_str(), first.1.as_str()));
    assert_eq!(login.matches(':').count(), 1);
    assert!(!format!("{one:?}").contains(one.expose_password()));
}
