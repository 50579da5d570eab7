//! Session tokens, as a header and as a query parameter.

use std::sync::OnceLock;

use http::{HeaderMap, HeaderName, HeaderValue};
use zeroize::Zeroizing;

use crate::credentials::SessionToken;
use crate::error::Error;
use crate::primitives::ascii::header_value;
use crate::primitives::percent::encode;
use crate::sigv4::object_key::encode_segment;

/// Sets the header `x-amz-security-token` to a session token, and marks it sensitive.
///
/// A token of S3 Express uses its own header name. An existing header is replaced.
///
/// Call it before signing, because the signature must cover the token.
/// [`Signer::sign`](crate::Signer::sign) does it by itself.
///
/// IAM User Guide, "Using temporary security credentials with the AWS APIs".
///
/// # Errors
/// - [`Error::InvalidSessionToken`] if no header can contain the token
/// - [`Error::TooManyHeaders`] if the map is full
///
/// ```
/// let mut headers = http::HeaderMap::new();
/// countersign::sigv4::attach_session_token(
///     &mut headers,
///     &"AQoDYXdzEJr...".into(),
/// )?;
/// assert_eq!(headers["x-amz-security-token"], "AQoDYXdzEJr...");
/// assert!(headers["x-amz-security-token"].is_sensitive());
/// # Ok::<(), countersign::Error>(())
/// ```
pub fn attach_session_token(headers: &mut HeaderMap, token: &SessionToken) -> Result<(), Error> {
    let ready = ReadyToken::new(token)?;
    headers
        .try_insert(HeaderName::from_static(ready.header_name), ready.header)
        .map_err(|_| Error::TooManyHeaders)?;
    Ok(())
}

/// Returns a session token as a percent-encoded query parameter, `X-Amz-Security-Token=…`.
///
/// To presign step by step, append it to the query before signing (for AWS IoT, after signing).
/// [`Signer::presign`](crate::Signer::presign) does it by itself.
///
/// # Errors
/// - [`Error::InvalidSessionToken`] if no header could contain the token
///
/// ```
/// let parameter =
///     countersign::sigv4::session_token_parameter(&"FwoG/+==".into())?;
/// assert_eq!(parameter, "X-Amz-Security-Token=FwoG%2F%2B%3D%3D");
/// # Ok::<(), countersign::Error>(())
/// ```
pub fn session_token_parameter(token: &SessionToken) -> Result<String, Error> {
    token.check()?;
    Ok(format!(
        "{}={}",
        token.parameter_name(),
        encode_segment(token.expose())
    ))
}

/// A session token that is prepared once for all requests.
#[derive(Clone)]
pub(crate) struct ReadyToken {
    pub(crate) header_name: &'static str,
    pub(crate) parameter_name: &'static str,
    pub(crate) header: HeaderValue,
    /// The percent-encoded token, computed at its first use.
    encoded: OnceLock<Zeroizing<String>>,
}

impl ReadyToken {
    /// Writes it as a query parameter.
    pub(crate) fn write_parameter(&self, url: &mut String) {
        for part in ["&", self.parameter_name, "=", self.encoded()] {
            url.push_str(part);
        }
    }

    /// The length of the query parameter with its separators.
    pub(crate) fn parameter_len(&self) -> usize {
        self.parameter_name.len() + self.encoded().len() + 2
    }

    fn encoded(&self) -> &str {
        self.encoded.get_or_init(|| {
            let token = self.header.as_bytes();
            // Room for the longest: growing would leave copies behind.
            let mut encoded = Zeroizing::new(String::with_capacity(3 * token.len()));
            encode(token, &mut *encoded);
            encoded
        })
    }

    pub(crate) fn new(token: &SessionToken) -> Result<Self, Error> {
        token.check()?;
        let mut header = header_value(token.expose());
        header.set_sensitive(true);
        // The first clone makes the value shared, so that later clones only increment a counter.
        let header = header.clone();
        Ok(Self {
            header_name: token.header_name(),
            parameter_name: token.parameter_name(),
            header,
            encoded: OnceLock::new(),
        })
    }
}
