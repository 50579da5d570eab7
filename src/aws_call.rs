//! What calls to AWS services share: endpoints, requests to sign, and error responses.
//!
//! Each service's own module has its calls: [`ecr`](crate::ecr), [`signin`](crate::signin),
//! [`redshift`](crate::redshift), [`s3`](crate::s3), [`sts`](crate::sts),
//! [`codeartifact`](crate::codeartifact). A call is a struct of parameters with two methods:
//!
//! - `request` checks the parameters and returns a [`SignableRequest`], or an [`http::Request`] if
//!   the call is not signed.
//! - `parse` reads the response. What the service refuses is a [`ServiceError`].
//!
//! No call opens a connection. Send the request with the HTTP client of your program.
//!
//! ```
//! # #[cfg(feature = "sts")] {
//! use countersign::sts::{Endpoint, GetCallerIdentity};
//! use countersign::{Credentials, Timestamp};
//! use http::StatusCode;
//!
//! let call = GetCallerIdentity.request(&Endpoint::global());
//! let credentials = Credentials::new("AKIDEXAMPLE", "secret");
//! let now = Timestamp::from_unix_seconds(1_767_268_800);
//! let request = call.sign(&credentials, now)?;
//! assert_eq!(request.uri(), "https://sts.amazonaws.com/");
//!
//! // Send it; the service may refuse it:
//! let body = "<ErrorResponse><Error><Code>ExpiredToken</Code></Error></ErrorResponse>";
//! let refused = GetCallerIdentity::parse(StatusCode::FORBIDDEN, body);
//! assert_eq!(refused.unwrap_err().code(), Some("ExpiredToken"));
//! # }
//! # Ok::<(), countersign::Error>(())
//! ```

#[cfg(any(
    feature = "ecr",
    feature = "redshift",
    feature = "s3",
    feature = "signin"
))]
pub(crate) mod endpoint;
#[cfg(any(
    feature = "codeartifact",
    feature = "console",
    feature = "ecr",
    feature = "redshift",
    feature = "signin"
))]
pub(crate) mod json;
#[cfg(any(
    feature = "console",
    feature = "redshift",
    feature = "s3",
    feature = "signin"
))]
pub(crate) mod limits;
#[cfg(any(feature = "redshift", feature = "s3"))]
pub(crate) mod query;
#[cfg(any(feature = "ecr", feature = "signin"))]
pub(crate) mod scoped_token;
#[cfg(any(
    feature = "codeartifact",
    feature = "console",
    feature = "ecr",
    feature = "redshift",
    feature = "sources"
))]
pub(crate) mod secret_text;
pub(crate) mod service_error;
pub(crate) mod signable_request;
#[cfg(any(feature = "redshift", feature = "s3", feature = "sts"))]
pub(crate) mod xml;

#[cfg(any(
    feature = "ecr",
    feature = "redshift",
    feature = "s3",
    feature = "signin"
))]
pub use endpoint::Endpoint;
#[cfg(any(
    feature = "codeartifact",
    feature = "console",
    feature = "ecr",
    feature = "redshift",
    feature = "sources"
))]
pub use secret_text::SecretText;
pub use service_error::{RetryAdvice, ServiceError};
pub use signable_request::SignableRequest;
