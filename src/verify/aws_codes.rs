//! The error codes and statuses with which AWS refuses requests.

use http::StatusCode;

use super::error::{SignatureLocation, VerifyError};
use crate::sigv4::payload_hash::PayloadKind;

/// The protocol of a service. AWS uses other error codes in each protocol.
///
/// ```
/// use countersign::verify::{Protocol, VerifyError};
///
/// let error = VerifyError::UnknownAccessKeyId;
/// assert_eq!(error.code(Protocol::S3), "InvalidAccessKeyId");
/// assert_eq!(error.code(Protocol::Query), "InvalidClientTokenId");
/// assert_eq!(error.code(Protocol::Json), "UnrecognizedClientException");
/// assert_eq!(error.status(Protocol::Json), 400);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Protocol {
    /// Amazon S3: REST with XML.
    S3,
    /// The query protocol with XML: STS, IAM, SNS and others.
    Query,
    /// AWS JSON 1.0 and 1.1, with status 400 for every client mistake: `DynamoDB`, Kinesis and
    /// others.
    Json,
    /// REST with JSON, with status 403: Lambda, API Gateway and others.
    RestJson,
    /// The query protocol of Amazon EC2, with the code `AuthFailure` for most signature errors.
    Ec2,
}

impl VerifyError {
    /// Returns the error code that AWS sends in a protocol.
    pub fn code(&self, protocol: Protocol) -> &'static str {
        let answer = self.answer();
        match protocol {
            Protocol::S3 => answer.s3,
            Protocol::Query => answer.query,
            Protocol::Json | Protocol::RestJson => answer.json,
            Protocol::Ec2 => match answer.query {
                "SignatureDoesNotMatch" | "InvalidClientTokenId" => AUTH_FAILURE,
                code => code,
            },
        }
    }

    /// Returns the HTTP status that AWS sends with the error code.
    pub fn status(&self, protocol: Protocol) -> StatusCode {
        let answer = self.answer();
        match protocol {
            _ if answer.s3 == Answer::INTERNAL.s3 => StatusCode::INTERNAL_SERVER_ERROR,
            _ if answer.query == VALIDATION => StatusCode::BAD_REQUEST,
            Protocol::S3 if S3_IS_400.contains(&answer.s3) => StatusCode::BAD_REQUEST,
            Protocol::S3 if answer.s3 == "MissingContentLength" => StatusCode::LENGTH_REQUIRED,
            Protocol::Query | Protocol::Ec2 if answer.query == "IncompleteSignature" => {
                StatusCode::BAD_REQUEST
            }
            Protocol::Ec2 if self.code(protocol) == AUTH_FAILURE => StatusCode::UNAUTHORIZED,
            Protocol::Json => StatusCode::BAD_REQUEST,
            Protocol::S3 | Protocol::Query | Protocol::RestJson | Protocol::Ec2 => {
                StatusCode::FORBIDDEN
            }
        }
    }

    fn answer(&self) -> Answer {
        let malformed = |form: &SignatureLocation| match form {
            SignatureLocation::Header => "AuthorizationHeaderMalformed",
            SignatureLocation::Query => "AuthorizationQueryParametersError",
            SignatureLocation::Fields => "InvalidArgument",
        };
        match self {
            Self::MissingAuthentication => Answer {
                s3: "AccessDenied",
                query: "MissingAuthenticationToken",
                json: "MissingAuthenticationTokenException",
            },
            Self::UnknownAlgorithm {
                form: SignatureLocation::Header,
            } => Answer::incomplete("InvalidArgument"),
            Self::UnknownAlgorithm { form } | Self::Malformed { form, .. } => {
                Answer::incomplete(malformed(form))
            }
            Self::MissingDate {
                form: SignatureLocation::Header,
            }
            | Self::InvalidDate {
                form: SignatureLocation::Header,
            } => Answer::incomplete("AccessDenied"),
            Self::MissingDate { form } | Self::InvalidDate { form } => {
                Answer::incomplete(malformed(form))
            }
            Self::ExpiresInOutOfRange { .. } => {
                Answer::incomplete(malformed(&SignatureLocation::Query))
            }
            Self::Repeated { .. } | Self::InvalidHeader => Answer::incomplete("InvalidArgument"),
            Self::InvalidTarget { .. } => Answer::incomplete("InvalidURI"),
            Self::PathNotNormalized => Answer::invalid("InvalidURI"),
            Self::TooManyHeaders { .. }
            | Self::HeadersTooLong { .. }
            | Self::TargetTooLong { .. } => Answer::invalid("RequestHeaderSectionTooLarge"),
            Self::MissingHost | Self::SeveralHosts | Self::MissingContentSha256 => {
                Answer::incomplete("InvalidRequest")
            }
            Self::InvalidDecodedLength => Answer::incomplete("MissingContentLength"),
            Self::InvalidContentSha256 => Answer::incomplete("InvalidArgument"),
            Self::SeveralAuthentications => Answer::wrong("InvalidArgument"),
            Self::InvalidScope { form }
            | Self::WrongDay { form, .. }
            | Self::WrongRegion { form, .. }
            | Self::WrongService { form, .. } => Answer::wrong(malformed(form)),
            Self::Expired { form, .. } | Self::NotYetCurrent { form, .. } => {
                Answer::wrong(match form {
                    SignatureLocation::Header => "RequestTimeTooSkewed",
                    SignatureLocation::Query | SignatureLocation::Fields => "AccessDenied",
                })
            }
            Self::HostNotSigned
            | Self::HeadersNotSigned { .. }
            | Self::WrongAudience { .. }
            | Self::WrongHost { .. } => Answer::wrong("AccessDenied"),
            // The client announced a stream, which the operation does not accept.
            Self::PayloadNotAsSigned {
                signed: PayloadKind::Stream,
                ..
            } => Answer::wrong("InvalidRequest"),
            Self::PayloadIsUnsigned | Self::PayloadNotAsSigned { .. } => Answer::INTERNAL,
            Self::ContentSha256Mismatch => Answer::wrong("XAmzContentSHA256Mismatch"),
            Self::SignedHeaderMissing { .. } | Self::SignatureMismatch => {
                Answer::wrong("SignatureDoesNotMatch")
            }
            Self::UnknownAccessKeyId => Answer::unknown("InvalidAccessKeyId"),
            Self::InvalidSessionToken => Answer::unknown("InvalidToken"),
            Self::CredentialsExpired { .. } => Answer {
                s3: "ExpiredToken",
                query: "ExpiredToken",
                json: "ExpiredTokenException",
            },
        }
    }
}

const AUTH_FAILURE: &str = "AuthFailure";
const VALIDATION: &str = "ValidationError";

/// The codes that S3 sends with status 400. `MissingContentLength` has 411, an internal error 500,
/// and all others 403.
const S3_IS_400: [&str; 8] = [
    "AuthorizationHeaderMalformed",
    "AuthorizationQueryParametersError",
    "ExpiredToken",
    "InvalidArgument",
    "InvalidRequest",
    "InvalidToken",
    "InvalidURI",
    "XAmzContentSHA256Mismatch",
];

/// The codes and statuses of one error.
struct Answer {
    s3: &'static str,
    query: &'static str,
    json: &'static str,
}

impl Answer {
    /// A mistake of the server: 500 in every protocol.
    const INTERNAL: Self = Self {
        s3: "InternalError",
        query: "InternalFailure",
        json: "InternalFailure",
    };

    fn incomplete(s3: &'static str) -> Self {
        Self {
            s3,
            query: "IncompleteSignature",
            json: "IncompleteSignatureException",
        }
    }

    /// An invalid request: 400 in every protocol.
    fn invalid(s3: &'static str) -> Self {
        Self {
            s3,
            query: VALIDATION,
            json: "ValidationException",
        }
    }

    fn wrong(s3: &'static str) -> Self {
        Self {
            s3,
            query: "SignatureDoesNotMatch",
            json: "InvalidSignatureException",
        }
    }

    fn unknown(s3: &'static str) -> Self {
        Self {
            s3,
            query: "InvalidClientTokenId",
            json: "UnrecognizedClientException",
        }
    }
}
