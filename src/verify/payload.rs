//! How a request declares its payload.

use crate::primitives::base64::decode32;
use crate::service::{ContentSha256, Rules};
use crate::sigv4::canonical::headers::CanonicalHeaders;
use crate::sigv4::payload_hash::{HashedPayload, PayloadHash, StreamingMode};
use crate::sigv4::signature::Algorithm;

use super::error::{SignatureLocation, VerifyError};
use super::signed_request::SignedRequest;

/// The declaration of the payload. It is taken only from signed data.
#[derive(Clone, Copy)]
pub(super) enum Declared {
    /// No declaration. The signature covers the hash, which is unknown until the payload is hashed.
    Nothing,
    /// A hash, and the text that was signed.
    Sha256([u8; 32], HashedPayload),
    Unsigned,
    Streaming(StreamingMode, HashedPayload),
}

impl Declared {
    pub(super) fn of(
        claim: &SignedRequest<'_>,
        rules: &Rules,
        signed: &CanonicalHeaders<'_>,
    ) -> Result<Self, VerifyError> {
        // An unsigned header is ignored.
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
        let mode = StreamingMode::parse(text, algorithm)?;
        let line = PayloadHash::Streaming { mode, algorithm }.to_hashed_payload();
        Some(Self::Streaming(mode, line))
    }

    /// The last line of the canonical request.
    pub(super) fn line(&self) -> HashedPayload {
        match self {
            Self::Nothing => HashedPayload::of_literal(""),
            Self::Sha256(_, text) | Self::Streaming(_, text) => *text,
            Self::Unsigned => PayloadHash::Unsigned.to_hashed_payload(),
        }
    }
}

/// Decodes a hash in base64. Iceberg's Java client sends it so, and signs the hex of it. Services
/// that require the header do not accept base64.
pub(crate) fn hash_of_base64(declared: &[u8], rules: &Rules) -> Option<[u8; 32]> {
    if wants_content_sha256(rules) {
        return None;
    }
    decode32(declared)
}

/// Whether the service requires `x-amz-content-sha256` if the signature is in a header.
fn wants_content_sha256(rules: &Rules) -> bool {
    rules.content_sha256 == ContentSha256::Always || is_unsigned_in_urls(rules)
}

/// Whether the payload of a URL is unsigned if the URL declares nothing. Other services hash it.
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
        fn any_text_is_read_as_the_base64_crate_decodes_it(
            text in prop_oneof!["[A-Za-z0-9+/_-]{42,44}={0,2}", "[A-Za-z0-9+/]{43}="],
        ) {
            let decoded = STANDARD.decode(&text).ok();
            let hash = decoded.and_then(|bytes| bytes.try_into().ok());
            prop_assert_eq!(hash_of(&text), hash);
        }
    }
}
