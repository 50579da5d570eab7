//! OAUTHBEARER tokens for Amazon MSK.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use super::endpoint::required;
use super::{FIFTEEN_MINUTES, Token, presign_get};
use crate::credentials::Credentials;
use crate::error::Error;
use crate::sigv4::object_key::encode_segment;
use crate::sigv4::scope::check_host_label;
use crate::timestamp::Timestamp;

/// A token for the brokers of Amazon MSK, by SASL/OAUTHBEARER.
///
/// - Permission: `kafka-cluster:Connect` on the cluster, and what is to be done there
///   (`kafka-cluster:ReadData` and so on).
/// - Lives for 15 minutes. Kafka's clients want that in milliseconds:
///   [`expires_at_milliseconds`](Token::expires_at_milliseconds).
/// - Goes to the client's OAUTHBEARER callback (`security.protocol=SASL_SSL`,
///   `sasl.mechanism=OAUTHBEARER`, port 9098); the principal's name is free.
///
/// `user_agent` says in MSK's logs who made the token, `my-app/1.0`; it is not signed.
///
/// Amazon MSK Developer Guide, "IAM access control".
///
/// # Errors
/// A region that cannot be part of a host; no user agent; what [`Signer`](crate::Signer) refuses.
///
/// ```
/// use countersign::{tokens, Credentials, Timestamp};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
/// let token = tokens::msk(&credentials, "us-east-1", "my-app/1.0", "2024-01-03T22:00:00Z".parse::<Timestamp>()?)?;
/// assert_eq!(token.expires_at_milliseconds(), 1_704_320_100_000);
/// # Ok::<(), countersign::Error>(())
/// ```
pub fn msk(
    credentials: &Credentials,
    region: &str,
    user_agent: &str,
    now: impl Into<Timestamp>,
) -> Result<Token, Error> {
    let now = now.into();
    check_host_label(region)?;
    required("user agent", user_agent)?;
    // Whatever the brokers are called, and in whatever partition they stand.
    let url = format!("https://kafka.{region}.amazonaws.com/?Action=kafka-cluster%3AConnect");
    let presigned = presign_get(
        credentials,
        region,
        "kafka-cluster",
        &url,
        FIFTEEN_MINUTES,
        now,
    )?;
    Ok(Token::of(presigned, |url| {
        let agent = encode_segment(user_agent);
        let url = Zeroizing::new(format!("{url}&User-Agent={agent}"));
        URL_SAFE_NO_PAD.encode(url.as_bytes())
    }))
}
