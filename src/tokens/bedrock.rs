//! API keys for Amazon Bedrock, short-term and long-term.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use zeroize::Zeroizing;

use super::token::without_scheme;
use super::{presign, request};
use crate::bearer::BearerToken;
use crate::credentials::Credentials;
use crate::error::Error;
use crate::service::signing_names::bearer_hosts;
use crate::sign::presigned::Lifetime;
use crate::sign::signer::Signer;
use crate::sigv4::scope::check_host_label;
use crate::timestamp::Timestamp;

const TWELVE_HOURS: u64 = 43_200;

/// Generates a short-term API key for Amazon Bedrock.
///
/// - Permissions: `bedrock:CallWithBearerToken`, and those of the calls (such as
///   `bedrock:InvokeModel`).
/// - Lifetime: `expires_in`, 1 second to 12 hours, usually 12 hours. The key is valid in `region`.
/// - Used as: `Authorization: Bearer KEY`, or the value of `AWS_BEARER_TOKEN_BEDROCK`.
/// - Sent only to Bedrock's hosts in `region`. [`with_host`](BearerToken::with_host) adds another,
///   such as that of a VPC endpoint.
///
/// Amazon Bedrock User Guide, "Generate Amazon Bedrock API keys".
///
/// # Errors
/// - [`Error::ExpiresInOutOfRange`] if the lifetime is out of range
/// - [`Error::ExpiresInNotWholeSeconds`] if the lifetime is not in whole seconds
/// - everything [`Signer::new`] and [`Signer::presign`] return
///
/// ```
/// use countersign::{Credentials, Timestamp, bearer, tokens};
/// use std::time::Duration;
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// let now: Timestamp = "2025-01-05T00:00:00Z".parse()?;
/// let key = tokens::bedrock(
///     &credentials,
///     "us-east-1",
///     Duration::from_secs(43_200),
///     now,
/// )?;
/// assert!(key.expose().starts_with("bedrock-api-key-"));
///
/// let url =
///     "https://bedrock-runtime.us-east-1.amazonaws.com/model/m/converse";
/// let mut call = http::Request::post(url).body("{}")?;
/// bearer::authorize(&mut call, &key, "bedrock", "us-east-1", now)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn bedrock(
    credentials: &Credentials,
    region: &str,
    expires_in: Duration,
    now: impl Into<Timestamp>,
) -> Result<BearerToken, Error> {
    check_host_label(region)?;
    let now = now.into();
    let lifetime = Lifetime::clipped(expires_in, TWELVE_HOURS)?;
    let signer = Signer::new(credentials.clone(), region, "bedrock")?;
    // One host for all regions: only the credential scope contains the region.
    let url = "https://bedrock.amazonaws.com/?Action=CallWithBearerToken";
    let presigned = presign(&signer, &request(Method::POST, url)?, lifetime, now)?;
    let expires_at = presigned.expires_at();
    let url = Zeroizing::new(presigned.into_url());
    let text = Zeroizing::new([without_scheme(&url), "&Version=1"].concat());
    let encoded = Zeroizing::new(STANDARD.encode(text.as_bytes()));
    let key = ["bedrock-api-key-", &encoded].concat();
    Ok(scoped(key, region).with_expiration(expires_at))
}

/// Creates a bearer token from a long-term API key for Amazon Bedrock, for use in one region.
///
/// The IAM API `CreateServiceSpecificCredential` issues such keys. The key itself is valid in every
/// region. The returned token is sent only to Bedrock's hosts in `region`. If the
/// key has an expiration, add it with [`with_expiration`](BearerToken::with_expiration).
///
/// Amazon Bedrock User Guide, "Generate Amazon Bedrock API keys".
///
/// # Errors
/// - [`Error::InvalidRegion`] if the region is not one label of a host name
///
/// ```
/// use countersign::{Timestamp, tokens};
///
/// let expires: Timestamp = "2026-12-31T00:00:00Z".parse()?;
/// let key = tokens::bedrock_api_key(
///     "ABSKQmVkcm9ja0FQSUtleS1leGFtcGxl",
///     "eu-west-1",
/// )?
/// .with_expiration(expires);
/// assert_eq!(
///     (key.service(), key.region()),
///     (Some("bedrock"), Some("eu-west-1"))
/// );
/// assert!(
///     key.hosts()
///         .any(|host| host == "bedrock-runtime.eu-west-1.amazonaws.com")
/// );
/// assert!(
///     key.check(
///         "bedrock",
///         "us-east-1",
///         "2026-12-01T00:00:00Z".parse::<Timestamp>()?
///     )
///     .is_err()
/// );
/// # Ok::<(), countersign::Error>(())
/// ```
pub fn bedrock_api_key(key: impl Into<String>, region: &str) -> Result<BearerToken, Error> {
    check_host_label(region)?;
    Ok(scoped(key.into(), region))
}

fn scoped(key: String, region: &str) -> BearerToken {
    let token = BearerToken::new(key).with_scope("bedrock", region);
    bearer_hosts("bedrock", region)
        .into_iter()
        .fold(token, BearerToken::with_host)
}
