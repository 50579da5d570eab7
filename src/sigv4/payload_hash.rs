//! The payload's line of a canonical request.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::primitives::encode::{ascii, hex32};

/// What the signature says about the payload: the last line of the canonical request, and the
/// value of `x-amz-content-sha256` where that is sent.
///
/// AWS calls this `HashedPayload` ("Elements of an AWS API request signature"). There is no
/// default: signing an empty body by mistake is how uploads fail.
///
/// ```
/// use countersign::PayloadHash;
///
/// let hash = PayloadHash::new(b"");
/// assert_eq!(hash, PayloadHash::EMPTY);
/// assert_eq!(
///     hash.to_hashed_payload().as_str(),
///     "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
/// );
/// assert_eq!(PayloadHash::Unsigned.to_hashed_payload().as_str(), "UNSIGNED-PAYLOAD");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum PayloadHash {
    /// The SHA-256 of the whole payload, as it is sent.
    Sha256([u8; 32]),
    /// `UNSIGNED-PAYLOAD`: the signature does not cover the payload. S3 and a few others take it,
    /// over TLS.
    Unsigned,
    /// One of the `STREAMING-…` values: it promises chunk or message signatures, and only what
    /// makes those can make this.
    Streaming(Streaming),
}

/// A `STREAMING-…` literal, which promises what follows in the body.
///
/// ```
/// use countersign::{chunked::ChunkedEncoding, Credentials, PayloadHash, Signer};
/// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
///
/// let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "s3")?;
/// let mut request = http::Request::put("https://bucket.s3.amazonaws.com/key").body(())?;
/// let chunks = signer.sign_chunked(&mut request, ChunkedEncoding::signed(5), now)?;
/// // Whoever has one also has what makes the chunks.
/// assert!(matches!(chunks.payload_hash(), PayloadHash::Streaming(_)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Streaming(pub(crate) &'static str);

impl Streaming {
    pub(crate) const CHUNKS: Self = Self("STREAMING-AWS4-HMAC-SHA256-PAYLOAD");
    pub(crate) const CHUNKS_TRAILER: Self = Self("STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER");
    pub(crate) const CHUNKS_V4A: Self = Self("STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD");
    pub(crate) const CHUNKS_TRAILER_V4A: Self =
        Self("STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER");
    pub(crate) const EVENTS: Self = Self("STREAMING-AWS4-HMAC-SHA256-EVENTS");
    pub(crate) const UNSIGNED_TRAILER: Self = Self("STREAMING-UNSIGNED-PAYLOAD-TRAILER");

    /// The literal.
    ///
    /// ```
    /// # use countersign::{chunked::ChunkedEncoding, Credentials, PayloadHash, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    /// # let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "s3")?;
    /// # let mut request = http::Request::put("https://bucket.s3.amazonaws.com/key").body(())?;
    /// let chunks = signer.sign_chunked(&mut request, ChunkedEncoding::signed(5), now)?;
    /// if let PayloadHash::Streaming(literal) = chunks.payload_hash() {
    ///     assert_eq!(literal.as_str(), "STREAMING-AWS4-HMAC-SHA256-PAYLOAD");
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn as_str(&self) -> &'static str {
        self.0
    }
}

impl PayloadHash {
    /// The hash of no bytes: what a `GET` is signed with.
    ///
    /// ```
    /// use countersign::PayloadHash;
    ///
    /// assert_eq!(
    ///     PayloadHash::EMPTY.to_hashed_payload().as_str(),
    ///     "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    /// );
    /// ```
    pub const EMPTY: Self = Self::Sha256([
        0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9,
        0x24, 0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52,
        0xb8, 0x55,
    ]);

    /// Hashes a payload. One that is too large to hold can be hashed with the `sha2` crate as it
    /// goes, and handed over as [`PayloadHash::Sha256`].
    ///
    /// ```
    /// use countersign::PayloadHash;
    ///
    /// // The payload of S3's example of a `PUT`.
    /// let hash = PayloadHash::new("Welcome to Amazon S3.");
    /// assert_eq!(
    ///     hash.to_hashed_payload().as_str(),
    ///     "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
    /// );
    /// ```
    pub fn new(payload: impl AsRef<[u8]>) -> Self {
        Self::Sha256(Sha256::digest(payload).into())
    }

    /// For people.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Sha256(_) => "a hash",
            Self::Unsigned => "unsigned",
            Self::Streaming(_) => "a stream",
        }
    }

    /// The text that is signed, and sent in `x-amz-content-sha256`.
    ///
    /// ```
    /// use countersign::PayloadHash;
    ///
    /// // For headers that are written by the parts.
    /// let value = PayloadHash::Unsigned.to_hashed_payload();
    /// let header = format!("x-amz-content-sha256: {}", value.as_str());
    /// assert_eq!(header, "x-amz-content-sha256: UNSIGNED-PAYLOAD");
    /// ```
    pub fn to_hashed_payload(&self) -> HashedPayload {
        HashedPayload(match self {
            Self::Sha256(hash) => Text::Hex(hex32(hash)),
            Self::Unsigned => Text::Literal("UNSIGNED-PAYLOAD"),
            Self::Streaming(streaming) => Text::Literal(streaming.0),
        })
    }
}

/// The text of a [`PayloadHash`]: 64 hex digits, or a literal.
///
/// ```
/// use countersign::PayloadHash;
///
/// let text = PayloadHash::new("Welcome to Amazon S3.").to_hashed_payload();
/// assert_eq!(text.as_str().len(), 64);
/// ```
#[derive(Clone, Copy)]
pub struct HashedPayload(Text);

#[derive(Clone, Copy)]
enum Text {
    Hex([u8; 64]),
    Literal(&'static str),
}

impl HashedPayload {
    /// The text.
    ///
    /// ```
    /// use countersign::PayloadHash;
    ///
    /// assert_eq!(PayloadHash::Unsigned.to_hashed_payload().as_str(), "UNSIGNED-PAYLOAD");
    /// ```
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Text::Hex(digits) => ascii(digits),
            Text::Literal(literal) => literal,
        }
    }

    /// 64 hex digits as somebody else wrote them.
    pub(crate) fn as_sent(digits: &[u8; 64]) -> Self {
        Self(Text::Hex(*digits))
    }

    pub(crate) fn of_literal(literal: &'static str) -> Self {
        Self(Text::Literal(literal))
    }

    /// The text, where it is one of the literals.
    pub(crate) fn literal(&self) -> Option<&'static str> {
        match self.0 {
            Text::Hex(_) => None,
            Text::Literal(literal) => Some(literal),
        }
    }
}

impl fmt::Debug for HashedPayload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
