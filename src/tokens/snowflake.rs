//! Attestations for Snowflake's workload identity federation.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::Token;
use super::caller_identity::{attestation, host};
use crate::credentials::Credentials;
use crate::error::Error;
use crate::service::partition::Partition;
use crate::timestamp::Timestamp;

/// How do I log in to Snowflake as an AWS role? The attestation for workload identity federation.
///
/// - Permission: none of IAM's. The Snowflake user names the role's ARN
///   (`CREATE USER … WORKLOAD_IDENTITY = (TYPE = AWS ARN = '…')`).
/// - Lives for 15 minutes.
/// - Goes to Snowflake as `TOKEN` of the login, with `AUTHENTICATOR` `WORKLOAD_IDENTITY` and
///   `PROVIDER` `AWS`.
///
/// It is a signed `GetCallerIdentity` that Snowflake sends to the region's STS. Snowflake knows the
/// STS hosts of the partitions `aws`, `aws-cn` and `aws-us-gov`.
///
/// Snowflake Documentation, "Workload identity federation".
///
/// # Errors
/// - [`Error::InvalidRegion`] if the region is not one label of a host name
/// - [`Error::InvalidParameter`] if the region is in another partition
/// - what [`Signer::sign`](crate::Signer::sign) returns for the credentials
///
/// ```
/// use countersign::{Credentials, tokens};
/// use countersign::Timestamp;
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
/// let token = tokens::snowflake(&credentials, "us-east-1", "2026-11-12T11:01:00Z".parse::<Timestamp>()?)?;
/// assert!(token.expose().starts_with("eyJ1cmwiOiJodHRwczovL3N0cy51cy1lYXN0LTEu"));
/// assert!(tokens::snowflake(&credentials, "eusc-de-east-1", "2026-11-12T11:01:00Z".parse::<Timestamp>()?).is_err());
/// # Ok::<(), countersign::Error>(())
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
    let names = [
        ("Host", "host"),
        ("X-Snowflake-Audience", "x-snowflake-audience"),
        ("X-Amz-Date", "x-amz-date"),
        ("X-Amz-Security-Token", "x-amz-security-token"),
        ("Authorization", "authorization"),
    ];
    let (json, expires_at) = attestation(credentials, region, host, audience, &names, now.into())?;
    let text = Zeroizing::new(STANDARD.encode(json.as_bytes()));
    Ok(Token::new(text, expires_at))
}
