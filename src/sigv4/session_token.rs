//! Session tokens, as a header and as a query parameter.

use std::sync::OnceLock;

use http::{HeaderMap, HeaderName, HeaderValue};
use zeroize::Zeroizing;

use crate::credentials::SessionToken;
use crate::error::Error;
use crate::primitives::ascii::header_value;
use crate::primitives::percent::encode;
use crate::sigv4::object_key::encode_segment;

/// Puts a session token on headers, as `x-amz-security-token` (or the name that the token itself
/// has), in place of any other. The value is marked sensitive.
///
/// The signature must cover it, so this comes before signing; [`Signer::sign`](crate::Signer::sign)
/// does it itself.
///
/// IAM User Guide, "Using temporary security credentials with the AWS APIs".
///
/// # Errors
/// - [`Error::InvalidSessionToken`] if no header can contain the token
/// - [`Error::TooManyHeaders`] if there is no room for another header
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

/// A session token as a query parameter, `X-Amz-Security-Token=…`, percent-encoded.
///
/// To presign step by step, it is appended to a query before signing (after it for AWS
/// IoT). [`Signer::presign`](crate::Signer::presign) does it by itself.
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

/// A session token made ready once, for all requests that carry it.
#[derive(Clone)]
pub(crate) struct ReadyToken {
    pub(crate) header_name: &'static str,
    pub(crate) parameter_name: &'static str,
    pub(crate) header: HeaderValue,
    /// Percent-encoded, as soon as a query asks for it.
    encoded: OnceLock<Zeroizing<String>>,
}

impl ReadyToken {
    /// As a parameter of a query.
    pub(crate) fn write_parameter(&self, url: &mut String) {
        for part in ["&", self.parameter_name, "=", self.encoded()] {
            url.push_str(part);
        }
    }

    /// How long that is, with its separators.
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
        // The first clone turns the value into a shared one; all others only count.
        let header = header.clone();
        Ok(Self {
            header_name: token.header_name(),
            parameter_name: token.parameter_name(),
            header,
            encoded: OnceLock::new(),
        })
    }
}
