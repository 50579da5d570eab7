//! The common parts of calls to AWS services: endpoints, requests to sign, error responses.
//!
//! The module of each service has its calls: [`ecr`](crate::ecr), [`signin`](crate::signin),
//! [`redshift`](crate::redshift), [`s3`](crate::s3), [`sts`](crate::sts),
//! [`codeartifact`](crate::codeartifact). A call is a struct of parameters with two methods:
//!
//! - `request` checks the parameters and returns a [`SignableRequest`], or an [`http::Request`] if
//!   the call is not signed.
//! - `parse` reads the response. An error response is a [`ServiceError`].
//!
//! No call opens a connection. Send the request with your own HTTP client.
//!
//! ```
//! # #[cfg(feature = "sts")] {
//! use countersign::sts::{Endpoint, GetCallerIdentity};
//! use countersign::{Credentials, Timestamp};
//! use http::StatusCode;
//!
//! let call = GetCallerIdentity.request(&Endpoint::global())?;
//! let credentials = Credentials::new("AKIDEXAMPLE", "secret");
//! let now = Timestamp::from_unix_seconds(1_767_268_800);
//! let request = call.sign(&credentials, now)?;
//! assert_eq!(request.uri(), "https://sts.amazonaws.com/");
//!
//! // Send it; the service may refuse it:
//! let body = "<ErrorResponse>\
//!     <Error><Code>ExpiredToken</Code></Error></ErrorResponse>";
//! let refused = GetCallerIdentity::parse(StatusCode::FORBIDDEN, body);
//! assert_eq!(refused.unwrap_err().code(), Some("ExpiredToken"));
//! # }
//! # Ok::<(), countersign::Error>(())
//! ```

#[cfg(feature = "_endpoint")]
pub(crate) mod endpoint;
#[cfg(any(feature = "_json", feature = "_xml"))]
pub(crate) mod fields;
#[cfg(feature = "_json")]
pub(crate) mod json;
pub(crate) mod limits;
#[cfg(any(feature = "_endpoint", feature = "console"))]
pub(crate) mod post;
#[cfg(all(feature = "_endpoint", feature = "_xml"))]
pub(crate) mod query;
#[cfg(any(feature = "_json", feature = "sources"))]
pub(crate) mod secret_text;
pub(crate) mod service_error;
pub(crate) mod signable_request;
#[cfg(any(feature = "redshift", feature = "s3", feature = "sts"))]
pub(crate) mod xml;

#[cfg(feature = "_endpoint")]
pub use endpoint::Endpoint;
#[cfg(feature = "_json")]
pub use secret_text::SecretText;
pub use service_error::{RetryAdvice, ServiceError};
pub use signable_request::SignableRequest;

/// The maximum length of a response: 1 MiB. For responses in JSON, the maximum is 64 KiB.
///
/// `parse` refuses a longer response, so a client can stop reading at this length. AWS's own
/// responses are far shorter.
pub const MAX_RESPONSE_LENGTH: usize = 1 << 20;
