//! URLs for MQTT over WebSocket at AWS IoT Core.

use std::fmt;
use std::time::Duration;

use zeroize::Zeroizing;

use super::endpoint::{check_region, host_on_443};
use super::presign_get;
use crate::credentials::Credentials;
use crate::error::Error;
use crate::sign::presigned::{LONGEST, Lifetime};
use crate::timestamp::Timestamp;

/// A URL to open an MQTT connection over WebSocket with, at AWS IoT Core.
///
/// - Permission: `iot:Connect` on the client, and `iot:Publish`, `iot:Subscribe`, `iot:Receive` for
///   what is to be done.
/// - Lives for `expires_in`: 1 second to 7 days. Samples of AWS's say a day, or leave it out
///   (`None`): the URL then says no end. A connection that was made with it lives for up to 24
///   hours.
/// - Goes to the MQTT client as the address, with the WebSocket subprotocol `mqtt`.
///
/// The session token stands behind the signature and is not signed: the gateway refuses a signed
/// one. `endpoint` is the account's own (`ID-ats.iot.REGION.amazonaws.com`).
///
/// AWS IoT Developer Guide, "Device communication protocols", *MQTT over the WebSocket protocol*.
///
/// # Errors
/// A host with a scheme, a port other than 443, or of another region; a lifetime out of bounds; what
/// [`Signer`](crate::Signer) refuses.
///
/// ```
/// use std::time::Duration;
/// use countersign::{tokens, Credentials, Timestamp};
///
/// let credentials = Credentials::new("ASIAEXAMPLE", "secret").with_session_token("token/+==");
/// let (host, now) = ("abc-ats.iot.us-east-1.amazonaws.com", "2022-01-06T09:00:00Z".parse::<Timestamp>()?);
/// let url = tokens::iot(&credentials, "us-east-1", host, Some(Duration::from_secs(86_400)), now)?;
/// assert!(url.expose().starts_with("wss://abc-ats.iot.us-east-1.amazonaws.com/mqtt?X-Amz-Algorithm="));
/// assert!(url.expose().ends_with("&X-Amz-Security-Token=token%2F%2B%3D%3D"));
/// assert_eq!(url.expires_at(), Some("2022-01-07T09:00:00Z".parse::<Timestamp>()?));
/// # Ok::<(), countersign::Error>(())
/// ```
pub fn iot(
    credentials: &Credentials,
    region: &str,
    endpoint: &str,
    expires_in: Option<Duration>,
    now: impl Into<Timestamp>,
) -> Result<MqttUrl, Error> {
    let endpoint = host_on_443(endpoint)?;
    check_region(&endpoint, &["iot", "iot-fips"], region)?;
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
        url: Zeroizing::new(presigned.into_url()),
    })
}

/// A URL for MQTT over WebSocket: whoever has it can connect.
///
/// Zeroised when dropped, and never printed; [`expose`](Self::expose) is the one way out.
///
/// ```
/// # use countersign::{tokens::{self, MqttUrl}, Credentials, Timestamp};
/// # let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
/// # let now: Timestamp = "2022-01-06T09:00:00Z".parse()?;
/// let host = "a3qEXAMPLEffp-ats.iot.eu-west-1.amazonaws.com";
/// let url: MqttUrl = tokens::iot(&credentials, "eu-west-1", host, None, now)?;
/// assert!(!format!("{url:?}").contains("X-Amz-Signature"));
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone)]
pub struct MqttUrl {
    url: Zeroizing<String>,
    expires_at: Option<Timestamp>,
}

impl MqttUrl {
    /// The URL itself: the one way out.
    pub fn expose(&self) -> &str {
        &self.url
    }

    /// When it ends: by `X-Amz-Expires`, or with the credentials if they end before; `None` where
    /// neither says so.
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }
}

impl fmt::Debug for MqttUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MqttUrl")
            .field("url", &format_args!("[elided]"))
            .field("expires_at", &self.expires_at)
            .finish()
    }
}
