//! Logins to HashiCorp Vault and OpenBao.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::super::Token;
use super::proof::signed;
use crate::credentials::Credentials;
use crate::error::Error;
use crate::primitives::json::write_string;
use crate::timestamp::Timestamp;

/// The body of a login to HashiCorp Vault or OpenBao, by the AWS auth method's type `iam`.
///
/// - Permission: none of IAM's. The role of Vault's is bound to the caller's ARN.
/// - Lives for 15 minutes.
/// - Goes to `POST /v1/auth/aws/login` as it is: a JSON document.
///
/// `host` is the STS endpoint that Vault is configured for, `sts.amazonaws.com` (which is signed for
/// `us-east-1`) unless set. `server_id` is Vault's `iam_server_id_header_value`: with it the login
/// works at that Vault alone. Without a `role`, Vault takes the one that is named like the caller.
///
/// Vault, "AWS auth method", *IAM auth method*.
///
/// # Errors
/// An invalid host, or one of another region; a server id that no header can carry; what [`Signer`](crate::Signer)
/// refuses.
///
/// ```
/// use countersign::Timestamp;
/// use countersign::Credentials;
/// use countersign::tokens::caller_identity;
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
/// let login = caller_identity::vault(
///     &credentials, "us-east-1", "sts.amazonaws.com", Some("vault.example.com"), Some("dev"),
///     "2024-07-07T07:00:00Z".parse::<Timestamp>()?,
/// )?;
/// assert!(login.expose().starts_with(r#"{"role":"dev","iam_http_request_method":"POST","iam_request_url":""#));
/// # Ok::<(), countersign::Error>(())
/// ```
pub fn vault(
    credentials: &Credentials,
    region: &str,
    host: &str,
    server_id: Option<&str>,
    role: Option<&str>,
    now: impl Into<Timestamp>,
) -> Result<Token, Error> {
    let now = now.into();
    let audience = server_id.map(|id| ("x-vault-aws-iam-server-id", id));
    let proof = signed(credentials, region, host, audience, now)?;

    let mut headers = Zeroizing::new(String::from("{"));
    for (i, (name, value)) in proof.expose_headers().enumerate() {
        if i > 0 {
            headers.push(',');
        }
        write_string(&mut headers, name);
        headers.push_str(":[");
        write_string(&mut headers, value);
        headers.push(']');
    }
    headers.push('}');

    let headers = Zeroizing::new(STANDARD.encode(headers.as_bytes()));
    let (url, body) = (STANDARD.encode(proof.url()), STANDARD.encode(proof.body()));
    let mut login = Zeroizing::new(String::with_capacity(headers.len() + 512));
    login.push('{');
    if let Some(role) = role {
        login.push_str("\"role\":");
        write_string(&mut login, role);
        login.push(',');
    }
    for (name, value) in [
        ("iam_http_request_method", proof.method()),
        ("iam_request_url", &url),
        ("iam_request_body", &body),
        ("iam_request_headers", &headers),
    ] {
        write_string(&mut login, name);
        login.push(':');
        write_string(&mut login, value);
        login.push(',');
    }
    login.pop();
    login.push('}');
    Ok(Token::new(login, proof.expires_at()))
}
