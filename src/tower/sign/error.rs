//! The errors of a signing client.

use crate::error::Error as SigningError;
use crate::primitives::body::BoxError;
use crate::timestamp::Timestamp;

/// The error of a signing client: the request could not be signed, or the inner service failed.
///
/// ```
/// use countersign::tower::sign::{Error, SignError};
///
/// /// Whether the program has to choose another payload for this request.
/// fn is_about_the_body<E>(error: &Error<E>) -> bool {
///     use SignError::{BodyLengthUnknown, BodyNotBuffered};
///     matches!(error, Error::Sign(BodyNotBuffered | BodyLengthUnknown))
/// }
/// let error: Error<std::io::Error> = Error::Sign(SignError::BodyNotBuffered);
/// assert!(is_about_the_body(&error));
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error<E> {
    /// The request could not be signed, and was not sent.
    #[error(transparent)]
    Sign(SignError),
    /// The inner service failed.
    #[error(transparent)]
    Service(E),
}

impl<E: Into<BoxError>> Error<E> {
    /// Returns the error in a box, for stacks whose errors are boxed.
    ///
    /// The box contains a [`SignError`], or the error of the inner service.
    ///
    /// ```
    /// use countersign::tower::sign::{Error, SignError};
    ///
    /// let error: Error<Box<dyn std::error::Error + Send + Sync>> =
    ///     Error::Sign(SignError::BodyLengthUnknown);
    /// assert!(error.into_boxed().is::<SignError>());
    /// ```
    pub fn into_boxed(self) -> BoxError {
        match self {
            Self::Sign(error) => error.into(),
            Self::Service(error) => error.into(),
        }
    }
}

/// Why a request could not be signed.
///
/// ```
/// use countersign::tower::sign::SignError;
///
/// let error = SignError::BodyNotBuffered.to_string();
/// assert!(error.contains("choose `Payload::SignedChunks`"));
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// The signer refused the request.
    #[error(transparent)]
    Signing(#[from] SigningError),
    /// The payload must be hashed, but the body is a stream.
    #[error(
        "body is a stream, so it cannot be hashed before it is sent: \
         choose `Payload::SignedChunks` or `Payload::Unsigned`, or give the hash in `Payload::Hash`"
    )]
    BodyNotBuffered,
    /// The payload must be sent in chunks, but the length of the body is unknown.
    #[error(
        "length of the body is unknown, so it cannot be sent in signed chunks: \
         set `content-length` to the length of the payload, or choose `Payload::Unsigned`"
    )]
    BodyLengthUnknown,
    /// The body failed when it was read to be hashed.
    #[error("body failed before it was sent")]
    Body(#[source] BoxError),
    /// The payload would be neither signed nor protected by TLS.
    #[error(
        "unsigned payload needs an `https` URL, got {}: \
         choose another payload, or allow it with `allow_unsigned_without_tls`",
        scheme.as_deref().unwrap_or("none")
    )]
    UnsignedWithoutTls {
        /// The scheme of the URL, if there is one.
        scheme: Option<String>,
    },
    /// The service of the host is unknown.
    #[error("service of host {host:?} is unknown: use a `Signer` for its service and region")]
    UnknownHost {
        /// The host; empty if the request has none.
        host: String,
    },
    /// The host contains no region, and there is no default.
    #[error("region of host {host:?} is unknown: set one with `with_default_region`")]
    UnknownRegion {
        /// The host.
        host: String,
    },
    /// The host requires SigV4A.
    #[error("host {host:?} needs SigV4A: enable the feature `sigv4a`")]
    NeedsSigV4a {
        /// The host.
        host: String,
    },
    /// There are no valid credentials, because the refresh failed.
    #[error("credentials are unavailable, the next attempt to refresh them is at {retry_at}")]
    CredentialsUnavailable {
        /// The time from which a request refreshes them again.
        retry_at: Timestamp,
    },
}
