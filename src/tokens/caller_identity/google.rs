//! Subject tokens for Google Cloud workload identity federation.

use zeroize::Zeroizing;

use super::super::Token;
use super::super::json_object::json_object;
use super::host_in;
use super::proof::{Proof, own_audience};
use crate::credentials::Credentials;
use crate::error::Error;
use crate::sigv4::object_key::encode_segment;
use crate::timestamp::Timestamp;

/// The signed header with the provider.
const AUDIENCE: &str = "x-goog-cloud-target-resource";

/// Generates a subject token for Google Cloud workload identity federation.
///
/// - Permission: none in IAM. The provider maps the caller's ARN.
/// - Lifetime: 15 minutes. The token that Google issues for it can be valid for longer.
/// - Used as: `subject_token` for Google's Security Token Service, with the `subject_token_type`
///   `urn:ietf:params:aws:token-type:aws4_request`. The token is percent-encoded, as Google expects
///   it. A form encodes it once more.
///
/// `target_resource` is the provider, which is signed:
/// `//iam.googleapis.com/projects/N/locations/global/workloadIdentityPools/POOL/providers/PROVIDER`.
///
/// Google Cloud, "Configure workload identity federation with AWS or Azure VMs".
///
/// # Errors
/// - [`Error::InvalidParameter`] if the host is malformed, has a port, or contains another region
/// - [`Error::InvalidParameter`] if the target resource is empty or not printable ASCII
/// - everything [`Signer::new`](crate::Signer::new) and [`Signer::sign`](crate::Signer::sign) return
///
/// ```
/// use countersign::tokens::caller_identity;
/// use countersign::{Credentials, Timestamp};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// let location = "//iam.googleapis.com/projects/1/locations/global";
/// let provider = format!("{location}/workloadIdentityPools/p/providers/aws");
/// let region = "eu-west-1";
/// let host = caller_identity::host(region)?;
/// let now: Timestamp = "2024-07-07T07:00:00Z".parse()?;
/// let token =
///     caller_identity::google(&credentials, region, &host, &provider, now)?;
/// assert!(token.expose().starts_with("%7B%22headers%22%3A%5B"));
/// # Ok::<(), countersign::Error>(())
/// ```
pub fn google(
    credentials: &Credentials,
    region: &str,
    host: &str,
    target_resource: &str,
    now: impl Into<Timestamp>,
) -> Result<Token, Error> {
    let now = now.into();
    let audience = own_audience(AUDIENCE, target_resource)?;
    let host = host_in(region, host)?;
    let proof = Proof::new(credentials, region, host, vec![audience], "", now)?;

    // The order and the letter case of Google's sample.
    let names = [
        ("Authorization", "authorization"),
        ("host", "host"),
        ("x-amz-date", "x-amz-date"),
        ("x-amz-security-token", "x-amz-security-token"),
        (AUDIENCE, AUDIENCE),
    ];
    let headers: Vec<_> = names
        .iter()
        .filter_map(|(key, name)| Some([("key", *key), ("value", proof.header(name)?)]))
        .map(|header| json_object(&header))
        .collect();
    let headers: Vec<&str> = headers.iter().map(|header| header.as_str()).collect();
    let headers = Zeroizing::new(headers.join(","));
    let (start, end) = (r#"{"headers":["#, r#"],"method":"POST","url":""#);
    // The URL contains no character that JSON escapes.
    let json = Zeroizing::new([start, &headers, end, proof.url(), "\"}"].concat());
    let token = encode_segment(json.as_bytes());
    Ok(Token::new(token, proof.expires_at()))
}
