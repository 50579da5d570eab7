//! Attestations for Snowflake's workload identity federation.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::Token;
use super::caller_identity::{Proof, host};
use super::json_object::json_object;
use crate::credentials::Credentials;
use crate::error::Error;
use crate::service::partition::Partition;
use crate::timestamp::Timestamp;

/// Generates an attestation for Snowflake's workload identity federation.
///
/// - Permission: none in IAM. The Snowflake user names the role's ARN
///   (`CREATE USER … WORKLOAD_IDENTITY = (TYPE = AWS ARN = '…')`).
/// - Lifetime: 15 minutes.
/// - Used as: `TOKEN` of the login, with `AUTHENTICATOR` `WORKLOAD_IDENTITY` and `PROVIDER` `AWS`.
///
/// It is a signed `GetCallerIdentity` request. Snowflake sends it to STS in `region`, which must be
/// in the partition `aws`, `aws-cn` or `aws-us-gov`.
///
/// Snowflake Documentation, "Workload identity federation".
///
/// # Errors
/// - [`Error::InvalidRegion`] if the region is not one label of a host name
/// - [`Error::InvalidParameter`] if the region is in another partition
/// - everything [`Signer::new`](crate::Signer::new) and [`Signer::sign`](crate::Signer::sign) return
///
/// ```
/// use countersign::{Credentials, Timestamp, tokens};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// let now: Timestamp = "2026-11-12T11:01:00Z".parse()?;
/// let token = tokens::snowflake(&credentials, "us-east-1", now)?;
/// let start = "eyJ1cmwiOiJodHRwczovL3N0cy51cy1lYXN0LTEu";
/// assert!(token.expose().starts_with(start));
/// // A region of another partition:
/// assert!(tokens::snowflake(&credentials, "eusc-de-east-1", now).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn snowflake(
    credentials: &Credentials,
    region: &str,
    now: impl Into<Timestamp>,
) -> Result<Token, Error> {
    let host = host(region)?;
    let known = matches!(
        Partition::of(region),
        Partition::Aws | Partition::China | Partition::GovCloud
    );
    if !known {
        let problem = "must be in a partition that Snowflake knows: aws, aws-cn or aws-us-gov";
        return Err(Error::invalid_parameter("region", problem));
    }
    let audience = ("x-snowflake-audience", "snowflakecomputing.com");
    let audience = (audience.0.to_owned(), audience.1.to_owned());
    let proof = Proof::new(credentials, region, host, vec![audience], "", now.into())?;
    let names = [
        ("Host", "host"),
        ("X-Snowflake-Audience", "x-snowflake-audience"),
        ("X-Amz-Date", "x-amz-date"),
        ("X-Amz-Security-Token", "x-amz-security-token"),
        ("Authorization", "authorization"),
    ];
    let headers = names.map(|(written, name)| Some((written, proof.header(name)?)));
    let headers: Vec<_> = headers.into_iter().flatten().collect();
    let headers = json_object(&headers);
    // The URL contains no character that JSON escapes.
    let (start, end) = (r#"{"url":""#, r#"","method":"POST","headers":"#);
    let json = Zeroizing::new([start, proof.url(), end, &headers, "}"].concat());
    let token = STANDARD.encode(json.as_bytes());
    Ok(Token::new(token, proof.expires_at()))
}
