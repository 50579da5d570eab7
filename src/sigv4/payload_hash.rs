//! The payload hash, the last line of a canonical request.

use std::fmt;

use crate::primitives::ascii::own_ascii;
use crate::primitives::base64::encode32;
use crate::primitives::hex::hex32;
use crate::primitives::sha256::Sha256;
use crate::sigv4::signature::Algorithm;

/// How the signature covers the payload.
///
/// It is the last line of the canonical request, and the value of `x-amz-content-sha256` if that
/// header is sent. `Display` writes that text. AWS calls it `HashedPayload` ("Elements of an AWS
/// API request signature"). There is no default, because an upload fails if an empty body is signed
/// by mistake.
///
/// ```
/// use countersign::PayloadHash;
///
/// let hash = PayloadHash::new(b"");
/// assert_eq!(hash, PayloadHash::EMPTY);
/// assert_eq!(
///     hash.to_string(),
///     "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
/// );
/// assert_eq!(PayloadHash::Unsigned.to_string(), "UNSIGNED-PAYLOAD");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum PayloadHash {
    /// The SHA-256 of the whole payload, as it is sent.
    Sha256([u8; 32]),
    /// `UNSIGNED-PAYLOAD`: the signature does not cover the payload. S3 and a few other services
    /// accept it over TLS.
    Unsigned,
    /// `STREAMING-…`: the payload is a stream of chunks or event messages.
    ///
    /// Only the signers of chunks and messages create it.
    #[non_exhaustive]
    Streaming {
        /// How the chunks or messages are signed.
        mode: StreamingMode,
        /// The algorithm of their signatures.
        algorithm: Algorithm,
    },
}

/// How a streamed payload is signed.
///
/// Amazon S3 API Reference, "Signature calculations for the Authorization header: transferring
/// payload in multiple chunks"; Amazon Transcribe Developer Guide, "Event stream encoding".
///
/// ```
/// use countersign::StreamingMode;
/// use countersign::sigv4::Algorithm;
///
/// // The value of `x-amz-content-sha256`.
/// assert_eq!(
///     StreamingMode::ChunksAndTrailer.as_str(Algorithm::HmacSha256),
///     "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
/// );
/// ```
// Exhaustive on purpose: a server has to decide about each mode.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum StreamingMode {
    /// `STREAMING-AWS4-…-PAYLOAD`: every chunk is signed.
    Chunks,
    /// `STREAMING-AWS4-…-PAYLOAD-TRAILER`: every chunk is signed, and so is the trailer.
    ChunksAndTrailer,
    /// `STREAMING-UNSIGNED-PAYLOAD-TRAILER`: chunks and trailer are not signed.
    UnsignedAndTrailer,
    /// `STREAMING-AWS4-…-EVENTS`: every message of an event stream is signed.
    Events,
}

impl StreamingMode {
    const ALL: [Self; 4] = [
        Self::Chunks,
        Self::ChunksAndTrailer,
        Self::UnsignedAndTrailer,
        Self::Events,
    ];

    /// The value of `x-amz-content-sha256`, which names the algorithm too.
    pub fn as_str(self, algorithm: Algorithm) -> &'static str {
        match (self, algorithm) {
            (Self::Chunks, Algorithm::HmacSha256) => "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
            (Self::Chunks, Algorithm::EcdsaP256Sha256) => {
                "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD"
            }
            (Self::ChunksAndTrailer, Algorithm::HmacSha256) => {
                "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
            }
            (Self::ChunksAndTrailer, Algorithm::EcdsaP256Sha256) => {
                "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER"
            }
            (Self::UnsignedAndTrailer, _) => "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
            (Self::Events, Algorithm::HmacSha256) => "STREAMING-AWS4-HMAC-SHA256-EVENTS",
            (Self::Events, Algorithm::EcdsaP256Sha256) => "STREAMING-AWS4-ECDSA-P256-SHA256-EVENTS",
        }
    }

    /// Reads a value of `x-amz-content-sha256`, if it belongs to the algorithm.
    pub(crate) fn parse(literal: &str, algorithm: Algorithm) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|mode| mode.as_str(algorithm) == literal)
    }
}

/// The kind of a payload hash, for error messages.
///
/// ```
/// assert_eq!(
///     countersign::verify::PayloadKind::Stream.to_string(),
///     "a stream"
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PayloadKind {
    /// Signed by the SHA-256 of the whole payload.
    Hash,
    /// Not signed.
    Unsigned,
    /// Signed in pieces: the chunks of an upload, or event messages.
    Stream,
}

impl fmt::Display for PayloadKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Hash => "a hash",
            Self::Unsigned => "unsigned",
            Self::Stream => "a stream",
        })
    }
}

impl PayloadHash {
    /// The SHA-256 of an empty payload, for a request without a body.
    pub const EMPTY: Self = Self::Sha256([
        0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9,
        0x24, 0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52,
        0xb8, 0x55,
    ]);

    /// Returns the SHA-256 of a payload.
    ///
    /// If the payload does not fit into memory, hash it with the crate `sha2` while you read it,
    /// and create [`PayloadHash::Sha256`].
    pub fn new(payload: impl AsRef<[u8]>) -> Self {
        Self::Sha256(Sha256::digest(payload))
    }

    /// For error messages.
    pub(crate) fn kind(&self) -> PayloadKind {
        match self {
            Self::Sha256(_) => PayloadKind::Hash,
            Self::Unsigned => PayloadKind::Unsigned,
            Self::Streaming { .. } => PayloadKind::Stream,
        }
    }

    /// The text that is signed, without an allocation.
    pub(crate) fn to_hashed_payload(self) -> HashedPayload {
        HashedPayload(match self {
            Self::Sha256(hash) => Text::Hex(hex32(&hash)),
            Self::Unsigned => Text::Literal("UNSIGNED-PAYLOAD"),
            Self::Streaming { mode, algorithm } => Text::Literal(mode.as_str(algorithm)),
        })
    }
}

impl fmt::Display for PayloadHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.to_hashed_payload().as_str())
    }
}

/// The text of a [`PayloadHash`]: 64 hex digits, or a literal.
#[derive(Clone, Copy)]
pub(crate) struct HashedPayload(Text);

#[derive(Clone, Copy)]
enum Text {
    Hex([u8; 64]),
    Base64([u8; 44]),
    Literal(&'static str),
}

impl HashedPayload {
    pub(crate) fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Text::Hex(digits) => digits,
            Text::Base64(digits) => digits,
            Text::Literal(literal) => literal.as_bytes(),
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        own_ascii(self.as_bytes())
    }

    /// 64 hex digits as the client wrote them.
    pub(crate) fn as_sent(digits: &[u8; 64]) -> Self {
        Self(Text::Hex(*digits))
    }

    /// The hash as Iceberg's Java client sends it.
    pub(crate) fn base64(hash: &[u8; 32]) -> Self {
        Self(Text::Base64(encode32(hash)))
    }

    pub(crate) fn of_literal(literal: &'static str) -> Self {
        Self(Text::Literal(literal))
    }

    /// The text, if it is one of the literals.
    pub(crate) fn literal(&self) -> Option<&'static str> {
        match self.0 {
            Text::Hex(_) | Text::Base64(_) => None,
            Text::Literal(literal) => Some(literal),
        }
    }
}

impl fmt::Debug for HashedPayload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
