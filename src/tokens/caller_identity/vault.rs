//! Logins to HashiCorp Vault and OpenBao.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::super::Token;
use super::super::json_object::json_object;
use super::proof::signed;
use crate::credentials::Credentials;
use crate::error::Error;
use crate::primitives::json::write_string;
use crate::timestamp::Timestamp;

/// Generates the body of an AWS IAM login to HashiCorp Vault or OpenBao.
///
/// - Permission: none in IAM. The role in Vault is bound to the caller's ARN.
/// - Lifetime: 15 minutes.
/// - Used as: the body of `POST /v1/auth/aws/login`, a JSON document.
///
/// `host` is the STS endpoint of Vault's configuration. Vault's default is `sts.amazonaws.com`, which
/// is signed for `us-east-1`. `server_id` is Vault's `iam_server_id_header_value`, so that another
/// Vault rejects the login. Without `role`, Vault uses the role with the caller's name.
///
/// Vault, "AWS auth method", *IAM auth method*.
///
/// # Errors
/// - [`Error::InvalidParameter`] if the host is malformed, has a port, or contains another region
/// - [`Error::InvalidParameter`] if the server ID is empty or not printable ASCII
/// - everything [`Signer::new`](crate::Signer::new) and [`Signer::sign`](crate::Signer::sign) return
///
/// ```
/// use countersign::tokens::caller_identity;
/// use countersign::{Credentials, Timestamp};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// let now: Timestamp = "2024-07-07T07:00:00Z".parse()?;
/// let (host, server_id) = ("sts.amazonaws.com", Some("vault.example.com"));
/// let (region, role) = ("us-east-1", Some("dev"));
/// let login = caller_identity::vault(
///     &credentials,
///     region,
///     host,
///     server_id,
///     role,
///     now,
/// )?;
/// let start = r#"{"role":"dev","iam_http_request_method":"POST","#;
/// assert!(login.expose().starts_with(start));
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

    // A string that grows leaves a copy of the secret in freed memory, so the capacity is sufficient
    // from the start. A JSON escape takes two bytes for one, because all values are printable ASCII.
    let length = proof
        .expose_headers()
        .map(|(name, value)| name.len() + 2 * value.len() + 8);
    let mut headers = Zeroizing::new(String::with_capacity(length.sum::<usize>() + 2));
    let mut separator = '{';
    for (name, value) in proof.expose_headers() {
        headers.push(separator);
        write_string(&mut headers, name);
        headers.push_str(":[");
        write_string(&mut headers, value);
        headers.push(']');
        separator = ',';
    }
    headers.push('}');

    let headers = Zeroizing::new(STANDARD.encode(headers.as_bytes()));
    let (url, body) = (STANDARD.encode(proof.url()), STANDARD.encode(proof.body()));
    let members = [
        ("iam_http_request_method", proof.method()),
        ("iam_request_url", &url),
        ("iam_request_body", &body),
        ("iam_request_headers", &headers),
    ];
    let role = role.map(|role| ("role", role));
    let members: Vec<_> = role.into_iter().chain(members).collect();
    Ok(Token::new(json_object(&members), proof.expires_at()))
}
