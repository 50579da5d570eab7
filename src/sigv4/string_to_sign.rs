//! Strings to sign.

use std::fmt;

use crate::primitives::hex::hex32;
use crate::primitives::inline_text::InlineText;
use crate::primitives::sink::Sink;
use crate::sigv4::date::AmzDate;
use crate::sigv4::payload_hash::PayloadHash;
use crate::sigv4::scope::CredentialScope;
use crate::sigv4::signature::{Algorithm, Signature};

/// The maximum length: enough for a SigV4A chunk and two more scopes.
const LONGEST: usize = 512;

/// A string to sign: the text that a signing key signs.
///
/// The text is stored inline, so a copy needs no allocation.
///
/// AWS: "Create a signed AWS API request", step 2.
///
/// ```
/// use countersign::sigv4::{
///     Algorithm, AmzDate, CredentialScope, StringToSign,
/// };
///
/// let date = "20150830T123600Z".parse::<AmzDate>().ok().expect("a date");
/// let scope =
///     "20150830/us-east-1/service/aws4_request".parse::<CredentialScope>()?;
/// let string_to_sign =
///     StringToSign::new(Algorithm::HmacSha256, &date, &scope, &[0xbb; 32]);
/// assert!(
///     string_to_sign
///         .as_str()
///         .starts_with("AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/")
/// );
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct StringToSign(InlineText<LONGEST>);

impl StringToSign {
    /// Creates the string to sign for a request.
    ///
    /// `canonical_request_hash` is the result of
    /// [`CanonicalRequest::hash`](crate::sigv4::CanonicalRequest::hash).
    pub fn new(
        algorithm: Algorithm,
        date: &AmzDate,
        scope: &CredentialScope,
        canonical_request_hash: &[u8; 32],
    ) -> Self {
        let mut text = InlineText::new();
        write_before_hash(&mut text, algorithm, date, scope);
        text.push(&hex32(canonical_request_hash));
        Self(text)
    }

    /// Creates the string to sign for a chunk of an aws-chunked payload.
    ///
    /// `chunk_hash` is the SHA-256 of the data in the chunk. `prior` is the signature of the
    /// previous chunk, or of the request for the first chunk.
    ///
    /// Amazon S3 API Reference, "Signature calculations: transferring payload in multiple chunks".
    ///
    /// ```
    /// use countersign::PayloadHash;
    /// use countersign::sigv4::{Algorithm, StringToSign};
    /// # use countersign::sigv4::{AmzDate, CredentialScope, SigningKey};
    ///
    /// # let date = "20130524T000000Z".parse::<AmzDate>().ok().expect("a date");
    /// # let scope = "20130524/us-east-1/s3/aws4_request".parse::<CredentialScope>()?;
    /// # let prior = SigningKey::derive(&"secret".into(), &scope).sign("the one before");
    /// let PayloadHash::Sha256(hash) = PayloadHash::EMPTY else { unreachable!() };
    /// let algorithm = Algorithm::HmacSha256;
    /// let text = StringToSign::for_chunk(algorithm, &date, &scope, &prior, &hash);
    /// let text = text.as_str();
    /// assert_eq!(text.lines().next(), Some("AWS4-HMAC-SHA256-PAYLOAD"));
    /// assert_eq!(text.lines().count(), 6);
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn for_chunk(
        algorithm: Algorithm,
        date: &AmzDate,
        scope: &CredentialScope,
        prior: &Signature,
        chunk_hash: &[u8; 32],
    ) -> Self {
        // The hash of the headers of a chunk, which has none.
        let none = PayloadHash::EMPTY.to_hashed_payload();
        let none = none.as_bytes();
        Self::of_piece(algorithm, date, scope, prior, none, chunk_hash)
    }

    /// Creates the string to sign for the trailers of an aws-chunked payload.
    ///
    /// `canonical_trailers_hash` is the SHA-256 of their canonical form. `prior` is the signature
    /// of the final, empty chunk.
    ///
    /// Amazon S3 API Reference, "Signature calculations: including trailing headers".
    ///
    /// ```
    /// use countersign::PayloadHash;
    /// use countersign::sigv4::{Algorithm, StringToSign};
    /// # use countersign::sigv4::{AmzDate, CredentialScope, SigningKey};
    ///
    /// # let date = "20130524T000000Z".parse::<AmzDate>().ok().expect("a date");
    /// # let scope = "20130524/us-east-1/s3/aws4_request".parse::<CredentialScope>()?;
    /// # let prior = SigningKey::derive(&"secret".into(), &scope).sign("the one before");
    /// let trailers = PayloadHash::new("x-amz-checksum-crc32c:sOO8/Q==\n");
    /// let PayloadHash::Sha256(hash) = trailers else { unreachable!() };
    /// let algorithm = Algorithm::HmacSha256;
    /// let text = StringToSign::for_trailers(algorithm, &date, &scope, &prior, &hash);
    /// let lines: Vec<&str> = text.as_str().lines().collect();
    /// assert_eq!(lines[0], "AWS4-HMAC-SHA256-TRAILER");
    /// assert_eq!(lines[1], "20130524T000000Z");
    /// assert_eq!(lines[2], "20130524/us-east-1/s3/aws4_request");
    /// assert_eq!(lines[3], prior.as_str());
    /// assert_eq!(
    ///     lines[4],
    ///     "1e376db7e1a34a8ef1c4bcee131a2d60a1cb62503747488624e10995f448d774"
    /// );
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn for_trailers(
        algorithm: Algorithm,
        date: &AmzDate,
        scope: &CredentialScope,
        prior: &Signature,
        canonical_trailers_hash: &[u8; 32],
    ) -> Self {
        Self::of_lines([
            match algorithm {
                Algorithm::HmacSha256 => b"AWS4-HMAC-SHA256-TRAILER",
                Algorithm::EcdsaP256Sha256 => b"AWS4-ECDSA-P256-SHA256-TRAILER",
            },
            date.as_bytes(),
            scope.as_bytes(),
            prior.as_bytes(),
            &hex32(canonical_trailers_hash),
        ])
    }

    /// Creates the string to sign for a message of an event stream.
    ///
    /// `date` and `scope` are those of the message. `prior` is the signature of the previous
    /// message, or of the request for the first message. The two hashes are the SHA-256 of the
    /// encoded `:date` header and of the message.
    ///
    /// Amazon Transcribe Developer Guide, "Setting up a streaming transcription".
    ///
    /// ```
    /// use countersign::sigv4::{Algorithm, StringToSign};
    /// # use countersign::sigv4::{AmzDate, CredentialScope, SigningKey};
    ///
    /// # let date = "20130524T000000Z".parse::<AmzDate>().ok().expect("a date");
    /// # let scope = "20130524/us-east-1/transcribe/aws4_request".parse::<CredentialScope>()?;
    /// # let prior = SigningKey::derive(&"secret".into(), &scope).sign("the one before");
    /// let (date_header_hash, message_hash) = ([1; 32], [2; 32]);
    /// let text = StringToSign::for_event(
    ///     Algorithm::HmacSha256,
    ///     &date,
    ///     &scope,
    ///     &prior,
    ///     &date_header_hash,
    ///     &message_hash,
    /// );
    /// let lines: Vec<&str> = text.as_str().lines().collect();
    /// assert_eq!(lines[4..], ["01".repeat(32), "02".repeat(32)]);
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn for_event(
        algorithm: Algorithm,
        date: &AmzDate,
        scope: &CredentialScope,
        prior: &Signature,
        date_header_hash: &[u8; 32],
        message_hash: &[u8; 32],
    ) -> Self {
        let date_header_hash = hex32(date_header_hash);
        Self::of_piece(
            algorithm,
            date,
            scope,
            prior,
            &date_header_hash,
            message_hash,
        )
    }

    /// Creates the string to sign for a chunk or a message: both have the same format.
    fn of_piece(
        algorithm: Algorithm,
        date: &AmzDate,
        scope: &CredentialScope,
        prior: &Signature,
        headers_hash: &[u8],
        payload_hash: &[u8; 32],
    ) -> Self {
        Self::of_lines([
            match algorithm {
                Algorithm::HmacSha256 => b"AWS4-HMAC-SHA256-PAYLOAD",
                Algorithm::EcdsaP256Sha256 => b"AWS4-ECDSA-P256-SHA256-PAYLOAD",
            },
            date.as_bytes(),
            scope.as_bytes(),
            prior.as_bytes(),
            headers_hash,
            &hex32(payload_hash),
        ])
    }

    fn of_lines<const N: usize>(lines: [&[u8]; N]) -> Self {
        let mut text = InlineText::new();
        for (i, line) in lines.into_iter().enumerate() {
            if i > 0 {
                text.push(b"\n");
            }
            text.push(line);
        }
        Self(text)
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// Writes all lines before the hash of the canonical request, the last line.
pub(crate) fn write_before_hash(
    sink: &mut impl Sink,
    algorithm: Algorithm,
    date: &AmzDate,
    scope: &CredentialScope,
) {
    for line in [
        algorithm.as_str().as_bytes(),
        date.as_bytes(),
        scope.as_bytes(),
    ] {
        sink.put(line);
        sink.put(b"\n");
    }
}

impl AsRef<[u8]> for StringToSign {
    fn as_ref(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Display for StringToSign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for StringToSign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.as_str())
    }
}
