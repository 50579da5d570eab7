//! URLs for MQTT over WebSocket at AWS IoT Core.

use std::time::Duration;

use super::host_names::{check_host_region, host_on_443};
use super::presign_get;
use super::secret::Secret;
use crate::credentials::Credentials;
use crate::error::Error;
use crate::sign::presigned::{LONGEST, Lifetime};
use crate::timestamp::Timestamp;

/// Presigns a URL that opens an MQTT connection over WebSocket to AWS IoT Core.
///
/// - Permissions: `iot:Connect` on the client, and `iot:Publish`, `iot:Subscribe` and `iot:Receive`
///   as required.
/// - Lifetime: `expires_in`, 1 second to 7 days. AWS's samples use one day or `None`. With
///   `None` the URL contains no lifetime. A connection stays open for up to 24 hours.
/// - Used as: the address for the MQTT client, with the WebSocket subprotocol `mqtt`.
///
/// The session token comes after the signature and is unsigned, because the gateway rejects a
/// signed one. `endpoint` is that of the account, `ID-ats.iot.REGION.amazonaws.com`.
///
/// AWS IoT Developer Guide, "Device communication protocols", *MQTT over the WebSocket protocol*.
///
/// # Errors
/// - [`Error::InvalidParameter`] if the endpoint is malformed, has a port other than 443, or
///   contains another region
/// - [`Error::ExpiresInOutOfRange`] if the lifetime is out of range
/// - [`Error::ExpiresInNotWholeSeconds`] if the lifetime is not in whole seconds
/// - everything [`Signer::new`](crate::Signer::new) and [`Signer::presign`](crate::Signer::presign)
///   return
///
/// ```
/// use countersign::{Credentials, Timestamp, tokens};
/// use std::time::Duration;
///
/// let credentials = Credentials::new("ASIAEXAMPLE", "secret")
///     .with_session_token("token/+==");
/// let now: Timestamp = "2022-01-06T09:00:00Z".parse()?;
/// let host = "abc-ats.iot.us-east-1.amazonaws.com";
/// let day = Some(Duration::from_secs(86_400));
/// let url = tokens::iot(&credentials, "us-east-1", host, day, now)?;
/// let start = format!("wss://{host}/mqtt?X-Amz-Algorithm=");
/// assert!(url.expose().starts_with(&start));
/// assert!(
///     url.expose()
///         .ends_with("&X-Amz-Security-Token=token%2F%2B%3D%3D")
/// );
/// let expiration: Timestamp = "2022-01-07T09:00:00Z".parse()?;
/// assert_eq!(url.expires_at(), Some(expiration));
/// # Ok::<(), countersign::Error>(())
/// ```
pub fn iot(
    credentials: &Credentials,
    region: &str,
    endpoint: &str,
    expires_in: Option<Duration>,
    now: impl Into<Timestamp>,
) -> Result<MqttUrl, Error> {
    let endpoint = host_on_443("endpoint", endpoint)?;
    check_host_region(&endpoint, &["iot", "iot-fips"], region)?;
    let url = format!("wss://{endpoint}/mqtt");
    let lifetime = match expires_in {
        Some(expires_in) => Lifetime::clipped(expires_in, LONGEST)?,
        None => Lifetime {
            seconds: None,
            may_outlive: true,
        },
    };
    let service = "iotdevicegateway";
    let presigned = presign_get(credentials, region, service, &url, lifetime, now.into())?;
    let ends = expires_in.is_some() || credentials.expiration().is_some();
    Ok(MqttUrl {
        expires_at: ends.then(|| presigned.expires_at()),
        url: presigned.into_url().into(),
    })
}

/// A presigned URL for MQTT over WebSocket, which is a secret.
///
/// It is zeroised when dropped, and `Debug` does not print it.
///
/// ```
/// use countersign::tokens::{self, MqttUrl};
/// use countersign::{Credentials, Timestamp};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// let now: Timestamp = "2022-01-06T09:00:00Z".parse()?;
/// let host = "a3qEXAMPLEffp-ats.iot.eu-west-1.amazonaws.com";
/// let url: MqttUrl = tokens::iot(&credentials, "eu-west-1", host, None, now)?;
/// assert!(!format!("{url:?}").contains("X-Amz-Signature"));
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct MqttUrl {
    url: Secret,
    expires_at: Option<Timestamp>,
}

impl MqttUrl {
    /// Returns the URL itself. It is a secret.
    pub fn expose(&self) -> &str {
        &self.url
    }

    /// Returns when the URL or its credentials expire, whichever comes first.
    ///
    /// `None` if neither has an expiration.
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }
}
