//! The reasons for refusing a request, and their responses.

use countersign::chunked::{ChunkError, VerifiedBodyError};
use countersign::verify::{ErrorContext, Protocol, VerifyError, error_response};
use http::{Response, StatusCode};
use http_body_util::LengthLimitError;

/// The reason for refusing a request.
#[derive(Debug)]
pub(crate) enum Refusal {
    Claim(VerifyError),
    Payload(VerifiedBodyError),
    /// An error of the store: status, code and message.
    Store(u16, &'static str, &'static str),
}

pub(crate) const BAD_ARGUMENT: Refusal = Refusal::Store(400, "InvalidArgument", "invalid argument");
pub(crate) const BAD_BUCKET_NAME: Refusal =
    Refusal::Store(400, "InvalidBucketName", "invalid bucket name");
pub(crate) const BAD_DIGEST: Refusal =
    Refusal::Store(400, "BadDigest", "checksum of the body differs");
pub(crate) const BAD_PART: Refusal =
    Refusal::Store(400, "InvalidPart", "part is missing or changed");
pub(crate) const BAD_RANGE: Refusal =
    Refusal::Store(416, "InvalidRange", "range is outside the object");
pub(crate) const BAD_XML: Refusal = Refusal::Store(400, "MalformedXML", "malformed XML");
pub(crate) const INTERNAL: Refusal = Refusal::Store(500, "InternalError", "try again");
pub(crate) const NO_SUCH_KEY: Refusal = Refusal::Store(404, "NoSuchKey", "key does not exist");
pub(crate) const NO_SUCH_UPLOAD: Refusal =
    Refusal::Store(404, "NoSuchUpload", "upload does not exist");
pub(crate) const NOT_ALLOWED: Refusal =
    Refusal::Store(405, "MethodNotAllowed", "method is not allowed");
pub(crate) const NOT_IMPLEMENTED: Refusal =
    Refusal::Store(501, "NotImplemented", "operation is not implemented");
pub(crate) const TOO_LARGE: Refusal = Refusal::Store(400, "EntityTooLarge", "body is too large");

impl From<VerifyError> for Refusal {
    fn from(error: VerifyError) -> Self {
        Self::Claim(error)
    }
}

impl From<VerifiedBodyError> for Refusal {
    fn from(error: VerifiedBodyError) -> Self {
        match error {
            VerifiedBodyError::Body(error) => Self::of_body(&*error),
            error => Self::Payload(error),
        }
    }
}

impl From<ChunkError> for Refusal {
    fn from(error: ChunkError) -> Self {
        Self::Payload(error.into())
    }
}

impl Refusal {
    /// The body is too long, or the connection was closed.
    pub(crate) fn of_body(error: &(dyn std::error::Error + 'static)) -> Self {
        match error.is::<LengthLimitError>() {
            true => TOO_LARGE,
            false => ChunkError::Incomplete.into(),
        }
    }

    /// The response: errors of the verifier as it writes them, and errors of the store.
    pub(crate) fn response(&self, resource: &str) -> Response<String> {
        let context = ErrorContext::new("1").with_resource(resource);
        let (status, code, message) = match self {
            Self::Claim(error) => return error_response(error, Protocol::S3, &context),
            Self::Payload(error) => return error_response(error, Protocol::S3, &context),
            Self::Store(status, code, message) => (*status, code, message),
        };
        let mut response = Response::new(format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code>\
             <Message>{message}</Message><RequestId>1</RequestId></Error>"
        ));
        *response.status_mut() = StatusCode::from_u16(status).unwrap_or_default();
        response
    }
}
