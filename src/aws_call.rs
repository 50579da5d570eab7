//! What calls to AWS services share: requests to sign, and error responses.

pub(crate) mod service_error;
pub(crate) mod signable_request;
#[cfg(any(feature = "sts", feature = "s3"))]
pub(crate) mod xml;

pub use service_error::ServiceError;
pub use signable_request::SignableRequest;
