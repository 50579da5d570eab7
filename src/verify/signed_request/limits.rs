//! Limits of a request before the key lookup.

use crate::verify::VerifyError;

/// The maximum size of a request that is parsed.
///
/// Anyone can send a request, so the work before the key lookup must be bounded. The defaults are
/// above those of AWS: Amazon S3 accepts 8 KiB of headers. They do not limit the body.
///
/// ```
/// use countersign::verify::{Limits, SignedRequest, VerifyError};
///
/// let mut limits = Limits::default();
/// limits.max_headers = 2;
/// let request = http::Request::get("/?x=1")
///     .header("host", "example.com")
///     .header("a", "1")
///     .header("b", "2")
///     .body(())?;
/// let refused = SignedRequest::parse_with_limits(&request, &limits).err();
/// assert_eq!(
///     refused,
///     Some(VerifyError::TooManyHeaders {
///         count: 3,
///         maximum: 2
///     })
/// );
/// # Ok::<(), http::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The maximum number of headers: 256 by default.
    pub max_headers: usize,
    /// The maximum length of all header names and values together: 64 KiB by default.
    pub max_headers_length: usize,
    /// The maximum length of path and query together: 64 KiB by default.
    pub max_target_length: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_headers: 256,
            max_headers_length: 64 * 1024,
            max_target_length: 64 * 1024,
        }
    }
}

impl Limits {
    /// For requests that the client has not sent.
    #[cfg(feature = "explain")]
    pub(super) const NONE: Self = Self {
        max_headers: usize::MAX,
        max_headers_length: usize::MAX,
        max_target_length: usize::MAX,
    };

    pub(super) fn check_target(&self, path: &str, query: &str) -> Result<(), VerifyError> {
        let length = path.len().saturating_add(query.len());
        if length > self.max_target_length {
            return Err(VerifyError::TargetTooLong {
                length,
                maximum: self.max_target_length,
            });
        }
        Ok(())
    }

    pub(super) fn check_count(&self, count: usize) -> Result<(), VerifyError> {
        if count > self.max_headers {
            return Err(VerifyError::TooManyHeaders {
                count,
                maximum: self.max_headers,
            });
        }
        Ok(())
    }

    /// Checks the sum of the lengths of names and values.
    pub(super) fn check_length(&self, length: usize) -> Result<(), VerifyError> {
        if length > self.max_headers_length {
            return Err(VerifyError::HeadersTooLong {
                maximum: self.max_headers_length,
            });
        }
        Ok(())
    }
}
