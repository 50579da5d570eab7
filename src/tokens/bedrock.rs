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

/// A short-term API key for Amazon Bedrock.
///
/// - Permission: `bedrock:CallWithBearerToken`, and what is to be called with it
///   (`bedrock:InvokeModel` and so on). It is good in the region that it was made for.
/// - Lives for `expires_in`: 1 second to 12 hours. Usual are 12 hours.
/// - Goes to `Authorization: Bearer`, or to `AWS_BEARER_TOKEN_BEDROCK`.
///
/// Amazon Bedrock User Guide, "Generate Amazon Bedrock API keys".
///
/// # Errors
/// A lifetime out of bounds; what [`Signer`] refuses.
///
/// ```
/// use std::time::Duration;
/// use countersign::{tokens, Credentials, Timestamp};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
/// let (half_a_day, now) = (Duration::from_secs(43_200), "2025-01-05T00:00:00Z".parse::<Timestamp>()?);
/// let key = tokens::bedrock(&credentials, "us-east-1", half_a_day, now)?;
/// assert!(key.expose().starts_with("bedrock-api-key-"));
/// assert!(tokens::bedrock(&credentials, "us-east-1", 2 * half_a_day, now).is_err());
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
    // One host for all regions: the region is in the credential scope alone.
    let url = "https://bedrock.amazonaws.com/?Action=CallWithBearerToken";
    let presigned = presign(&signer, &request(Method::POST, url)?, lifetime, now)?;
    Ok(Token::of(presigned, |url| {
        let text = Zeroizing::new(format!("{}&Version=1", without_scheme(url)));
        let encoded = Zeroizing::new(STANDARD.encode(text.as_bytes()));
        format!("bedrock-api-key-{}", *encoded)
    }))
}
