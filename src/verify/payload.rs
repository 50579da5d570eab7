//! How a request says that its payload is signed.

use crate::primitives::encode::BASE64;
use crate::service::{ContentSha256, Rules};
use crate::sigv4::canonical::headers::CanonicalHeaders;
use crate::sigv4::payload_hash::{HashedPayload, PayloadHash, Streaming};
use crate::sigv4::signature::Algorithm;

use super::claim::SignedRequest;
use super::error::{SignatureLocation, VerifyError};

/// What the signature promises about a payload that comes in pieces.
///
/// Amazon S3 API Reference, "Signature calculations for the Authorization header: transferring
/// payload in multiple chunks"; Amazon Transcribe Developer Guide, "Event stream encoding".
///
/// ```
/// use countersign::verify::StreamingPayload;
/// # use countersign::verify::{VerificationKey, PendingVerification, SignedRequest, Verifier};
/// # use countersign::{chunked::ChunkedEncoding, Credentials, Signer};
/// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
/// # let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// # let signer = Signer::new(credentials.clone(), "us-east-1", "s3")?;
/// # let mut request = http::Request::put("https://bucket.s3.amazonaws.com/key").body(())?;
/// # signer.sign_chunked(&mut request, ChunkedEncoding::signed(66560), now)?;
/// # let claim = SignedRequest::parse(&request)?;
/// # let key = VerificationKey::derive(&credentials, claim.scope())?;
/// # let verifier = Verifier::new("us-east-1", "s3")?;
///
/// if let PendingVerification::Streaming(head) = verifier.verify_signature(&claim, &key, now)? {
///     match head.payload() {
///         StreamingPayload::Chunks | StreamingPayload::ChunksAndTrailer => { /* a `ChunkVerifier`'s */ }
///         StreamingPayload::UnsignedAndTrailer => { /* the same, if that is good enough */ }
///         StreamingPayload::Events => { /* an `EventVerifier`'s */ }
///     }
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StreamingPayload {
    /// `STREAMING-AWS4-…-PAYLOAD`: every chunk is signed.
    Chunks,
    /// `STREAMING-AWS4-…-PAYLOAD-TRAILER`: every chunk is signed, and so is the trailer.
    ChunksAndTrailer,
    /// `STREAMING-UNSIGNED-PAYLOAD-TRAILER`: chunks and trailer are not signed.
    UnsignedAndTrailer,
    /// `STREAMING-AWS4-…-EVENTS`: every message of an event stream is signed.
    Events,
}

impl StreamingPayload {
    /// A literal, if it goes with the algorithm.
    fn parse(literal: &str, algorithm: Algorithm) -> Option<(Self, Streaming)> {
        let known = match algorithm {
            Algorithm::HmacSha256 => [
                (Self::Chunks, Streaming::CHUNKS),
                (Self::ChunksAndTrailer, Streaming::CHUNKS_TRAILER),
                (Self::UnsignedAndTrailer, Streaming::UNSIGNED_TRAILER),
                (Self::Events, Streaming::EVENTS),
            ],
            Algorithm::EcdsaP256Sha256 => [
                (Self::Chunks, Streaming::CHUNKS_V4A),
                (Self::ChunksAndTrailer, Streaming::CHUNKS_TRAILER_V4A),
                (Self::UnsignedAndTrailer, Streaming::UNSIGNED_TRAILER),
                (
                    Self::Events,
                    Streaming("STREAMING-AWS4-ECDSA-P256-SHA256-EVENTS"),
                ),
            ],
        };
        known
            .into_iter()
            .find(|(_, known)| known.as_str() == literal)
    }
}

/// What signed data says about the payload: nothing else decides how it is read.
#[derive(Clone, Copy)]
pub(super) enum Declared {
    /// Nothing: its hash is part of the signature, unseen until the payload is hashed.
    Nothing,
    /// A hash, with the text that was signed.
    Sha256([u8; 32], HashedPayload),
    Unsigned,
    Streaming(StreamingPayload, Streaming),
}

impl Declared {
    pub(super) fn of(
        claim: &SignedRequest<'_>,
        rules: &Rules,
        signed: &CanonicalHeaders<'_>,
    ) -> Result<Self, VerifyError> {
        // An unsigned header decides nothing.
        let header = claim
            .content_sha256
            .filter(|_| signed.names().any(|name| name == "x-amz-content-sha256"));
        let parameter = claim.signed.content_sha256_parameter;
        let mut decoded = [0; 64];
        let declared = match (header, &parameter) {
            (Some(value), _) => value,
            (None, Some(parameter)) => parameter
                .decode_into(&mut decoded)
                .ok_or(VerifyError::InvalidContentSha256)?,
            (None, None) if !wants_content_sha256(rules) => return Ok(Self::Nothing),
            (None, None) if claim.signed.form == SignatureLocation::Header => {
                return Err(VerifyError::MissingContentSha256);
            }
            (None, None) if is_unsigned_in_urls(rules) => return Ok(Self::Unsigned),
            (None, None) => return Ok(Self::Nothing),
        };
        let of_hash = |hash| Self::Sha256(hash, PayloadHash::Sha256(hash).to_hashed_payload());
        Self::parse(declared, claim.signed.algorithm)
            .or_else(|| hash_of_base64(declared, rules).map(of_hash))
            .ok_or(VerifyError::InvalidContentSha256)
    }

    fn parse(declared: &[u8], algorithm: Algorithm) -> Option<Self> {
        if declared == b"UNSIGNED-PAYLOAD" {
            return Some(Self::Unsigned);
        }
        if let Ok(text) = <&[u8; 64]>::try_from(declared) {
            let mut hash = [0; 32];
            if hex::decode_to_slice(text, &mut hash).is_ok() {
                return Some(Self::Sha256(hash, HashedPayload::as_sent(text)));
            }
        }
        let text = std::str::from_utf8(declared).ok()?;
        let (mode, literal) = StreamingPayload::parse(text, algorithm)?;
        Some(Self::Streaming(mode, literal))
    }

    /// The last line of the canonical request.
    pub(super) fn line(&self) -> HashedPayload {
        match self {
            Self::Nothing => HashedPayload::of_literal(""),
            Self::Sha256(_, text) => *text,
            Self::Unsigned => HashedPayload::of_literal("UNSIGNED-PAYLOAD"),
            Self::Streaming(_, literal) => HashedPayload::of_literal(literal.as_str()),
        }
    }
}

/// A hash that is sent as base64, and whose hex is the last line: Iceberg's Java client does that.
/// Services that want the header take no such thing.
pub(crate) fn hash_of_base64(declared: &[u8], rules: &Rules) -> Option<[u8; 32]> {
    if wants_content_sha256(rules) {
        return None;
    }
    let digits = <&[u8; 44]>::try_from(declared).ok()?.strip_suffix(b"=")?;
    let value = |digit: &u8| BASE64.iter().position(|known| known == digit);
    let mut hash = [0; 32];
    for (four, three) in digits.chunks(4).zip(hash.chunks_mut(3)) {
        let mut bits = 0;
        for at in 0..4 {
            bits = bits << 6 | four.get(at).map_or(Some(0), value)?;
        }
        let [_, decoded @ ..] = u32::try_from(bits).ok()?.to_be_bytes();
        let (bytes, spare) = decoded.split_at_checked(three.len())?;
        three.copy_from_slice(bytes);
        if spare.iter().any(|&byte| byte != 0) {
            return None;
        }
    }
    Some(hash)
}

/// Whether the service cannot do without `x-amz-content-sha256` in the header form.
fn wants_content_sha256(rules: &Rules) -> bool {
    rules.content_sha256 == ContentSha256::Always || is_unsigned_in_urls(rules)
}

/// Whether the payload of a URL is unsigned that says nothing of it. Elsewhere it is hashed.
pub(crate) fn is_unsigned_in_urls(rules: &Rules) -> bool {
    matches!(
        rules.content_sha256,
        ContentSha256::InHeaderForm | ContentSha256::UnsignedOnly
    )
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use proptest::prelude::*;

    use super::*;

    fn hash_of(text: &str) -> Option<[u8; 32]> {
        let hash = hash_of_base64(text.as_bytes(), &Rules::GENERIC);
        assert_eq!(hash_of_base64(text.as_bytes(), &Rules::S3), None);
        hash
    }

    proptest! {
        #[test]
        fn base64_of_a_hash_is_read(hash: [u8; 32]) {
            prop_assert_eq!(hash_of(&STANDARD.encode(hash)), Some(hash));
        }

        #[test]
        fn what_is_read_is_base64(
            text in prop_oneof!["[A-Za-z0-9+/_-]{42,44}={0,2}", "[A-Za-z0-9+/]{43}="],
        ) {
            let decoded = STANDARD.decode(&text).ok();
            let hash = decoded.and_then(|bytes| bytes.try_into().ok());
            prop_assert_eq!(hash_of(&text), hash);
        }
    }
}
