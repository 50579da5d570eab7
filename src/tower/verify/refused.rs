//! Why the layer refused a request.

use std::error::Error as StdError;
use std::sync::Arc;

use http::StatusCode;

use crate::chunked::ChunkError;
use crate::verify::{Answer, INTERNAL, Protocol, VerifyError, refusal};

/// The reason why [`Verify`](super::Verify) refused a request.
///
/// The layer sends AWS's response for it, and puts it into the extensions of that response. An outer
/// layer can log it: `Display` and `source` say more than the response. Like
/// [`VerifyError`], it contains no signature and no token of the request.
///
/// ```
/// use countersign::tower::verify::Refused;
/// use http::Response;
///
/// /// For a log of the server.
/// fn reason<B>(response: &Response<B>) -> Option<String> {
///     response.extensions().get::<Refused>().map(ToString::to_string)
/// }
/// assert_eq!(reason(&Response::new(())), None);
/// ```
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// The signature is invalid, or a payload that was read before the handler was called.
    #[error(transparent)]
    Request(#[from] VerifyError),
    /// The headers that announce the chunks are invalid.
    #[error(transparent)]
    Chunks(#[from] ChunkError),
    /// The payload is unsigned, and the server does not
    /// [accept](super::VerifyLayer::accept_unsigned_payloads) that.
    #[error("payload is unsigned, and this server accepts only signed payloads")]
    UnsignedPayload,
    /// The body is longer than the [limit](super::VerifyLayer::with_buffer_limit).
    #[error(
        "body is longer than {maximum} bytes, the maximum that is verified before the handler runs"
    )]
    BodyTooLarge {
        /// The maximum, in bytes.
        maximum: usize,
    },
    /// The body failed before all of it had arrived. Usually the client has gone.
    #[error("reading the request body failed")]
    Body(#[source] Arc<dyn StdError + Send + Sync>),
    /// The [check](super::VerifyLayer::with_replay_check) says that the request is a replay.
    #[error("request was received before")]
    Replayed,
    /// The [check](super::VerifyLayer::with_replay_check) itself failed.
    #[error("check for replays failed")]
    ReplayCheck(#[source] Arc<dyn StdError + Send + Sync>),
    /// The lookup of the key failed, or found credentials that no key can be derived from.
    #[error("key lookup failed")]
    Lookup(#[source] Arc<dyn StdError + Send + Sync>),
    /// A parameter selects an operation, and S3's old scheme does not sign it.
    #[cfg(feature = "legacy")]
    #[error(
        "parameter `{parameter}` selects an operation but is not signed: use Signature Version 4"
    )]
    UnsignedOperation {
        /// The parameter's name.
        parameter: &'static str,
    },
}

impl Refused {
    pub(super) fn lookup(error: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::Lookup(error.into().into())
    }

    pub(super) fn body(error: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::Body(error.into().into())
    }

    /// Whether another key could verify the same request, because the cached one is outdated.
    pub(super) fn depends_on_key(&self) -> bool {
        matches!(
            self,
            Self::Request(
                VerifyError::SignatureMismatch
                    | VerifyError::UnknownAccessKeyId
                    | VerifyError::InvalidSessionToken
                    | VerifyError::CredentialsExpired { .. }
            )
        )
    }
}

impl refusal::Sealed for Refused {
    fn answer(&self, protocol: Protocol) -> Answer {
        let simple = |code: [&'static str; 3], status, message: &'static str| Answer {
            code: match (protocol, code) {
                (Protocol::S3, [code, _, _]) => code,
                (Protocol::Query | Protocol::Ec2, [_, code, _]) => code,
                (Protocol::Json | Protocol::RestJson, [_, _, code]) => code,
            },
            status: match protocol {
                // Its clients' mistakes are all 400.
                Protocol::Json if status != StatusCode::INTERNAL_SERVER_ERROR => {
                    StatusCode::BAD_REQUEST
                }
                _ => status,
            },
            message: message.into(),
            elements: Vec::new(),
        };
        let denied = ["AccessDenied", "AccessDenied", "AccessDeniedException"];
        match self {
            Self::Request(error) => error.answer(protocol),
            Self::Chunks(error) => error.answer(protocol),
            Self::UnsignedPayload => simple(
                denied,
                StatusCode::FORBIDDEN,
                "The payload must be signed for this server.",
            ),
            Self::Replayed => simple(
                denied,
                StatusCode::FORBIDDEN,
                "The request was received before.",
            ),
            #[cfg(feature = "legacy")]
            Self::UnsignedOperation { .. } => simple(
                denied,
                StatusCode::FORBIDDEN,
                "This operation requires AWS Signature Version 4.",
            ),
            Self::BodyTooLarge { .. } => simple(
                [
                    "EntityTooLarge",
                    "RequestEntityTooLarge",
                    "RequestEntityTooLargeException",
                ],
                match protocol {
                    Protocol::S3 => StatusCode::BAD_REQUEST,
                    _ => StatusCode::PAYLOAD_TOO_LARGE,
                },
                "Your proposed upload exceeds the maximum allowed size",
            ),
            // The client's connection broke, as far as the server can tell.
            Self::Body(_) => ChunkError::Incomplete.answer(protocol),
            Self::ReplayCheck(_) | Self::Lookup(_) => simple(
                ["InternalError", "InternalFailure", "InternalFailure"],
                StatusCode::INTERNAL_SERVER_ERROR,
                INTERNAL,
            ),
        }
    }
}
