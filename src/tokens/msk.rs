//! OAUTHBEARER tokens for Amazon MSK.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use super::host_names::required;
use super::{FIFTEEN_MINUTES, Token, presign_get};
use crate::credentials::Credentials;
use crate::error::Error;
use crate::sigv4::object_key::encode_segment;
use crate::sigv4::scope::check_host_label;
use crate::timestamp::Timestamp;

/// Generates a SASL/OAUTHBEARER token for Amazon MSK brokers.
///
/// - Permissions: `kafka-cluster:Connect` on the cluster, and those of the operations (such as
///   `kafka-cluster:ReadData`).
/// - Lifetime: 15 minutes. [`expires_at_milliseconds`](Token::expires_at_milliseconds) returns the
///   expiration in the unit of Kafka's clients.
/// - Used as: the result of the client's OAUTHBEARER callback (`security.protocol=SASL_SSL`,
///   `sasl.mechanism=OAUTHBEARER`, port 9098), with any principal name.
///
/// `user_agent`, such as `my-app/1.0`, appears in MSK's logs. It is not signed.
///
/// Amazon MSK Developer Guide, "IAM access control".
///
/// # Errors
/// - [`Error::InvalidRegion`] if the region cannot be part of a host name
/// - [`Error::InvalidParameter`] if the user agent is empty
/// - everything [`Signer::new`](crate::Signer::new) and [`Signer::presign`](crate::Signer::presign)
///   return
///
/// ```
/// use countersign::{Credentials, Timestamp, tokens};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// let now: Timestamp = "2024-01-03T22:00:00Z".parse()?;
/// let token = tokens::msk(&credentials, "us-east-1", "my-app/1.0", now)?;
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
    // MSK expects this host for every cluster, in every partition.
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
        let url = Zeroizing::new([url, "&User-Agent=", &agent].concat());
        URL_SAFE_NO_PAD.encode(url.as_bytes())
    }))
}
