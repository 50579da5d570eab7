//! What calls to AWS services share: requests to sign, and error responses.

pub(crate) mod service_error;
pub(crate) mod signable_request;

pub use service_error::{RetryAdvice, ServiceError};
pub use signable_request::SignableRequest;
