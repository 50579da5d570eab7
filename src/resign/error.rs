//! The error for a request that cannot be signed again.

use http::StatusCode;

use crate::error::Error;
use crate::verify::{Answer, INTERNAL, Protocol, VerifyError, refusal};

/// The reason why a verified request cannot be signed for another server.
///
/// [`error_response`](crate::verify::error_response) converts it into a response to the client.
///
/// ```
/// use countersign::resign::ResignError;
///
/// let error = ResignError::EventStream;
/// assert_eq!(error.to_string(), "an event stream cannot be signed again");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ResignError {
    /// The client did not sign these `x-amz-*` headers, so the proxy must not.
    #[error("client did not sign the headers {}", names.join(", "))]
    HeadersNotSigned {
        /// Their names, in the order of the request.
        names: Vec<String>,
    },
    /// The header `connection` lists a header that the client signed.
    ///
    /// A proxy removes what `connection` lists, so anyone on the way could remove a signed header.
    #[error(
        "header `connection` lists the signed header `{name}`, which therefore cannot be forwarded"
    )]
    SignedHeaderOfOneHop {
        /// The header's name.
        name: String,
    },
    /// A payload in chunks does not announce its length in `x-amz-decoded-content-length`.
    #[error("`x-amz-decoded-content-length` is missing or is not a number of bytes")]
    InvalidDecodedLength,
    /// A trailer is other than a checksum of
    /// [`ChecksumAlgorithm`](crate::chunked::ChecksumAlgorithm), so its length is unknown beforehand.
    #[error("trailer `{name}` is not a checksum, so its length is unknown")]
    UnknownTrailer {
        /// The trailer's name.
        name: String,
    },
    /// The payload is an event stream, whose messages each have a signature.
    #[error("an event stream cannot be signed again")]
    EventStream,
    /// The path of the request and the upstream host make no URI.
    #[error("upstream URI is invalid")]
    InvalidUri,
    /// The upstream signer refuses the request.
    #[error(transparent)]
    Signing(#[from] Error),
}

impl refusal::Sealed for ResignError {
    fn answer(&self, protocol: Protocol) -> Answer {
        let invalid = || Answer {
            code: match protocol {
                Protocol::S3 | Protocol::Ec2 => "InvalidRequest",
                Protocol::Query => "ValidationError",
                Protocol::Json | Protocol::RestJson => "ValidationException",
            },
            status: StatusCode::BAD_REQUEST,
            message: self.to_string().into(),
            elements: Vec::new(),
        };
        match self {
            Self::HeadersNotSigned { names } => {
                let names = names.clone();
                VerifyError::HeadersNotSigned { names }.answer(protocol)
            }
            Self::InvalidDecodedLength => VerifyError::InvalidDecodedLength.answer(protocol),
            Self::SignedHeaderOfOneHop { .. }
            | Self::UnknownTrailer { .. }
            | Self::EventStream
            | Self::InvalidUri => invalid(),
            // A failure of the proxy, not of the client.
            Self::Signing(_) => Answer {
                code: match protocol {
                    Protocol::S3 => "InternalError",
                    _ => "InternalFailure",
                },
                status: StatusCode::INTERNAL_SERVER_ERROR,
                message: INTERNAL.into(),
                elements: Vec::new(),
            },
        }
    }
}
