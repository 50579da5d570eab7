//! The responses of services that return credentials. The secret key lists everything that the
//! service received, so two clients that get the same secret sent the same.

use std::time::{Duration, SystemTime};

use countersign::Timestamp;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::aws::Seen;

pub const REGION: &str = "eu-west-1";

/// A secret key from a sentence: without white space, which no client would sign with.
fn secret(sentence: &str) -> String {
    sentence.replace(['"', '<', '&'], "'").replace(' ', "_")
}

/// Seconds from now, as RFC 3339.
pub fn later(seconds: u64) -> String {
    let at = Timestamp::from(SystemTime::now() + Duration::from_secs(seconds));
    Timestamp::from_unix_seconds(at.unix_seconds()).to_string()
}

/// An access key ID for a secret.
pub fn id(secret: &str) -> String {
    let hash = Sha256::digest(secret.as_bytes());
    let hash: String = hash[..8].iter().map(|byte| format!("{byte:02X}")).collect();
    format!("ASIA{hash}")
}

/// The response for an instance or a container. The instance has a role, unless the path says
/// otherwise.
pub fn respond(seen: &Seen) -> (u16, String) {
    match seen.tls_host.as_deref() {
        None => metadata(seen),
        Some(host) if host == format!("sts.{REGION}.amazonaws.com") => sts(seen),
        Some(host) if host == format!("portal.sso.{REGION}.amazonaws.com") => portal(seen),
        Some(host) if host == format!("oidc.{REGION}.amazonaws.com") => oidc(seen),
        Some(host) if host == format!("{REGION}.signin.aws.amazon.com") => sign_in(seen),
        Some(_) => (404, String::new()),
    }
}

fn document(sentence: &str, expiration: &str) -> String {
    let secret = secret(sentence);
    let secret = &*secret;
    json!({
        "Code": "Success", "AccessKeyId": id(secret), "SecretAccessKey": secret,
        "Token": "token/+==", "Expiration": expiration, "LastUpdated": "2026-01-01T00:00:00Z",
    })
    .to_string()
}

/// The first component of the path chooses the instance.
fn metadata(seen: &Seen) -> (u16, String) {
    let (instance, path) = match seen.target.strip_prefix("/-") {
        Some(rest) => {
            let (instance, _) = rest.split_once('/').unwrap_or((rest, ""));
            (instance, &rest[instance.len()..])
        }
        None => ("", &*seen.target),
    };
    let token = seen.header("x-aws-ec2-metadata-token");
    let role = "/latest/meta-data/iam/security-credentials/";
    match (seen.method.as_str(), path) {
        ("PUT", "/latest/api/token") if instance == "v1" => (404, String::new()),
        ("PUT", "/latest/api/token") => (200, "session".to_owned()),
        ("GET", "/container") => {
            let token = seen.header("authorization").unwrap_or("none");
            (200, document(&format!("container {token}"), &later(3600)))
        }
        ("GET", "/gone") => (404, r#"{"code":"NotFound","message":"none"}"#.to_owned()),
        ("GET", _) if instance != "v1" && token != Some("session") => (401, String::new()),
        ("GET", _) if path == role && instance == "none" => (404, String::new()),
        ("GET", _) if path == role => (200, "web-role".to_owned()),
        ("GET", _) if path == format!("{role}web-role") => {
            let expiration = match instance {
                "outage" => "2026-01-02T03:04:05Z".to_owned(),
                _ => later(3600),
            };
            (200, document(&format!("instance {instance}"), &expiration))
        }
        _ => (404, String::new()),
    }
}

fn sts(seen: &Seen) -> (u16, String) {
    let parameter = |name| seen.parameter(name);
    let action = parameter("Action").unwrap_or_default();
    let role = parameter("RoleArn").unwrap_or_default();
    // The default of each client is different: it contains its time or its name.
    let name = parameter("RoleSessionName").unwrap_or_default();
    let chosen = Some(&name).filter(|name| name.starts_with("named"));
    let sentence = format!(
        "{action} {role} name {chosen:?} external {:?} seconds {:?} mfa {:?} {:?} token {:?} by {:?}",
        parameter("ExternalId"),
        parameter("DurationSeconds"),
        parameter("SerialNumber"),
        parameter("TokenCode"),
        parameter("WebIdentityToken"),
        seen.signer(),
    );
    if role.ends_with("/Denied") {
        let body = "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error>\
            <Type>Sender</Type><Code>AccessDenied</Code><Message>not allowed</Message></Error>\
            </ErrorResponse>";
        return (403, body.to_owned());
    }
    let secret = secret(&sentence);
    let body = format!(
        "<{action}Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><{action}Result>\
         <Credentials><AccessKeyId>{}</AccessKeyId><SecretAccessKey>{secret}</SecretAccessKey>\
         <SessionToken>token/+==</SessionToken><Expiration>{}</Expiration></Credentials>\
         <AssumedRoleUser><AssumedRoleId>AROA:{name}</AssumedRoleId>\
         <Arn>arn:aws:sts::210987654321:assumed-role/r/{name}</Arn></AssumedRoleUser>\
         </{action}Result></{action}Response>",
        id(&secret),
        later(3600),
    );
    (200, body)
}

fn portal(seen: &Seen) -> (u16, String) {
    let token = seen.header("x-amz-sso_bearer_token").unwrap_or_default();
    if token.starts_with("revoked") {
        let body = r#"{"__type":"UnauthorizedException","message":"Session token not found"}"#;
        return (401, body.to_owned());
    }
    if token == "redirect" {
        return (302, String::new());
    }
    let (role, account) = (seen.parameter("role_name"), seen.parameter("account_id"));
    let secret = secret(&format!("portal {role:?} {account:?} by {token}"));
    let at = SystemTime::now() + Duration::from_secs(3600);
    let expiration = Timestamp::from(at).unix_seconds() * 1000;
    let body = json!({"roleCredentials": {
        "accessKeyId": id(&secret), "secretAccessKey": secret,
        "sessionToken": "token/+==", "expiration": expiration,
    }});
    (200, body.to_string())
}

fn oidc(seen: &Seen) -> (u16, String) {
    let body: serde_json::Value = serde_json::from_str(&seen.body).unwrap_or_default();
    if seen.target != "/token" || body["grantType"] != "refresh_token" {
        return (400, r#"{"error":"invalid_request"}"#.to_owned());
    }
    let told = format!("{}-{}", body["refreshToken"], body["clientId"]).replace('"', "");
    let body = json!({
        "accessToken": format!("refreshed-{told}"), "expiresIn": 28800, "tokenType": "Bearer",
        "refreshToken": "the-next",
    });
    (200, body.to_string())
}

fn sign_in(seen: &Seen) -> (u16, String) {
    let body: serde_json::Value = serde_json::from_str(&seen.body).unwrap_or_default();
    let proof = seen.header("dpop").unwrap_or_default();
    if seen.target != "/v1/token" || proof.split('.').count() != 3 {
        return (400, r#"{"error":"INVALID_REQUEST"}"#.to_owned());
    }
    let sentence = format!("sign-in {} {}", body["clientId"], body["refreshToken"]);
    let secret = secret(&sentence.replace('"', ""));
    let body = json!({
        "accessToken": {
            "accessKeyId": id(&secret), "secretAccessKey": secret, "sessionToken": "token/+==",
        },
        "tokenType": "aws_sigv4", "expiresIn": 900, "refreshToken": "the-next",
    });
    (200, body.to_string())
}
