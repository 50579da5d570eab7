//! Short-term API keys for Amazon Bedrock.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use zeroize::Zeroizing;

use super::token::without_scheme;
use super::{Token, presign, request};
use crate::credentials::Credentials;
use crate::error::Error;
use crate::sign::presigned::Lifetime;
use crate::sign::signer::Signer;
use crate::timestamp::Timestamp;

const TWELVE_HOURS: u64 = 43_200;

/// Generates a short-term API key for Amazon Bedrock.
///
/// - Permissions: `bedrock:CallWithBearerToken`, and those of the calls (such as
///   `bedrock:InvokeModel`).
/// - Lifetime: `expires_in`, 1 second to 12 hours, usually 12 hours. The key is valid in `region`.
/// - Used as: `Authorization: Bearer KEY`, or the value of `AWS_BEARER_TOKEN_BEDROCK`.
///
/// Amazon Bedrock User Guide, "Generate Amazon Bedrock API keys".
///
/// # Errors
/// - [`Error::ExpiresInOutOfRange`] if the lifetime is out of range
/// - [`Error::ExpiresInNotWholeSeconds`] if the lifetime is not in whole seconds
/// - everything [`Signer::new`] and [`Signer::presign`] return
///
/// ```
/// use std::time::Duration;
/// use countersign::{tokens, Credentials, Timestamp};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// let now: Timestamp = "2025-01-05T00:00:00Z".parse()?;
/// let half_a_day = Duration::from_secs(43_200);
/// let key = tokens::bedrock(&credentials, "us-east-1", half_a_day, now)?;
/// assert!(key.expose().starts_with("bedrock-api-key-"));
/// let day = 2 * half_a_day; // above the maximum
/// assert!(tokens::bedrock(&credentials, "us-east-1", day, now).is_err());
/// # Ok::<(), countersign::Error>(())
/// ```
pub fn bedrock(
    credentials: &Credentials,
    region: &str,
    expires_in: Duration,
    now: impl Into<Timestamp>,
) -> Result<Token, Error> {
    let now = now.into();
    let lifetime = Lifetime::clipped(expires_in, TWELVE_HOURS)?;
    let signer = Signer::new(credentials.clone(), region, "bedrock")?;
    // One host for all regions: only the credential scope contains the region.
    let url = "https://bedrock.amazonaws.com/?Action=CallWithBearerToken";
    let presigned = presign(&signer, &request(Method::POST, url)?, lifetime, now)?;
    Ok(Token::of(presigned, |url| {
        let text = Zeroizing::new(format!("{}&Version=1", without_scheme(url)));
        let encoded = Zeroizing::new(STANDARD.encode(text.as_bytes()));
        format!("bedrock-api-key-{}", *encoded)
    }))
}
