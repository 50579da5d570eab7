//! Subject tokens for Google Cloud's workload identity federation.

use zeroize::Zeroizing;

use super::super::Token;
use super::host_in;
use super::proof::{Proof, own_audience};
use crate::credentials::Credentials;
use crate::error::Error;
use crate::primitives::json::write_string;
use crate::sigv4::object_key::encode_segment;
use crate::timestamp::Timestamp;

/// A subject token for Google Cloud's workload identity federation.
///
/// - Permission: none of IAM's. The provider maps the caller's ARN.
/// - Lives for 15 minutes; what Google hands out for it lives on.
/// - Goes to Google's Security Token Service as `subject_token`, with `subject_token_type`
///   `urn:ietf:params:aws:token-type:aws4_request`. It is percent-encoded, as Google wants it; a
///   form encodes it once more.
///
/// `target_resource` names the provider, and is signed:
/// `//iam.googleapis.com/projects/N/locations/global/workloadIdentityPools/POOL/providers/PROVIDER`.
///
/// Google Cloud, "Configure workload identity federation with AWS or Azure VMs".
///
/// # Errors
/// An invalid host, or one of another region; a resource that no header can carry; what [`Signer`](crate::Signer)
/// refuses.
///
/// ```
/// use countersign::Timestamp;
/// use countersign::Credentials;
/// use countersign::tokens::caller_identity;
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
/// let provider = "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/aws";
/// let (host, now) = (caller_identity::host("eu-west-1")?, "2024-07-07T07:00:00Z".parse::<Timestamp>()?);
/// let token = caller_identity::google(&credentials, "eu-west-1", &host, provider, now)?;
/// assert!(token.expose().starts_with("%7B%22headers%22%3A%5B%7B%22key%22%3A%22Authorization%22%2C"));
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
    let audience = own_audience("x-goog-cloud-target-resource", target_resource)?;
    let host = host_in(region, host)?;
    let proof = Proof::new(credentials, region, host, vec![audience], "", now)?;

    let mut json = Zeroizing::new(String::from("{\"headers\":["));
    // In the order and the spelling of Google's own sample.
    for (key, name) in [
        ("Authorization", "authorization"),
        ("host", "host"),
        ("x-amz-date", "x-amz-date"),
        ("x-amz-security-token", "x-amz-security-token"),
        (
            "x-goog-cloud-target-resource",
            "x-goog-cloud-target-resource",
        ),
    ] {
        let Some(value) = proof.header(name) else {
            continue;
        };
        json.push_str("{\"key\":");
        write_string(&mut json, key);
        json.push_str(",\"value\":");
        write_string(&mut json, value);
        json.push_str("},");
    }
    json.pop();
    json.push_str("],\"method\":\"POST\",\"url\":");
    write_string(&mut json, proof.url());
    json.push('}');
    let text = Zeroizing::new(encode_segment(json.as_bytes()));
    Ok(Token::new(text, proof.expires_at()))
}
