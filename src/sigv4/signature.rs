//! Signatures.

use std::fmt;
use std::str::FromStr;

use crate::error::Error;
use crate::error::authorization::AuthorizationProblem;
use crate::primitives::constant_time::same;
use crate::primitives::hex::hex32;
#[cfg(feature = "sigv4a")]
use crate::primitives::hex::pair;
use crate::primitives::inline_text::InlineText;

/// The signature algorithm: Signature Version 4 or 4A.
///
/// ```
/// use countersign::sigv4::{Algorithm, Authorization};
///
/// let header = "AWS4-HMAC-SHA256 \
///     Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
///     SignedHeaders=host;x-amz-date, \
///     Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";
/// assert_eq!(
///     Authorization::parse(header)?.algorithm,
///     Algorithm::HmacSha256
/// );
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Algorithm {
    /// `AWS4-HMAC-SHA256`: Signature Version 4.
    HmacSha256,
    /// `AWS4-ECDSA-P256-SHA256`: Signature Version 4A, for several regions at once.
    EcdsaP256Sha256,
}

impl Algorithm {
    /// Returns the name that is sent and signed.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::HmacSha256 => "AWS4-HMAC-SHA256",
            Self::EcdsaP256Sha256 => "AWS4-ECDSA-P256-SHA256",
        }
    }

    /// The length of a signature in a chunk header and in a trailer. SigV4A signatures vary in
    /// length, and are padded with `*` there.
    pub(crate) fn padded_len(self) -> usize {
        match self {
            Self::HmacSha256 => 64,
            Self::EcdsaP256Sha256 => LONGEST,
        }
    }
}

impl FromStr for Algorithm {
    type Err = Error;

    /// Parses the name as it is in the `Authorization` header.
    ///
    /// # Errors
    /// - [`Error::MalformedAuthorization`] if the algorithm is another one
    fn from_str(name: &str) -> Result<Self, Error> {
        [Self::HmacSha256, Self::EcdsaP256Sha256]
            .into_iter()
            .find(|algorithm| algorithm.as_str() == name)
            .ok_or(Error::MalformedAuthorization(
                AuthorizationProblem::UnknownAlgorithm,
            ))
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The longest signature: the hex of a 72-byte DER pair of P-256 integers.
pub(crate) const LONGEST: usize = 144;

/// A signature in lowercase hex, as it is sent.
///
/// Anyone who has the signature can send the signed request. Therefore `Debug` hides it, and there
/// is no `Display`: call [`as_str`](Self::as_str). `==` compares in constant time.
///
/// ```
/// use countersign::{
///     SecretKey,
///     sigv4::{CredentialScope, SigningKey},
/// };
///
/// let scope =
///     "20150830/us-east-1/iam/aws4_request".parse::<CredentialScope>()?;
/// let key = SigningKey::derive(
///     &SecretKey::from("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
///     &scope,
/// );
/// let signature = key.sign("a string to sign");
/// assert!(
///     signature == key.sign("a string to sign")
///         && signature != key.sign("another")
/// );
/// assert!(!format!("{signature:?}").contains(signature.as_str()));
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Signature(InlineText<LONGEST>);

impl Signature {
    /// Creates a signature from an HMAC-SHA-256.
    pub(crate) fn of_mac(mac: &[u8; 32]) -> Self {
        Self::of_hex(&hex32(mac))
    }

    /// Creates a signature from hex digits that were checked.
    pub(crate) fn of_hex(digits: &[u8]) -> Self {
        let mut hex = InlineText::new();
        hex.push(digits);
        Self(hex)
    }

    /// Creates a signature from a P-256 ECDSA signature in DER.
    #[cfg(feature = "sigv4a")]
    pub(crate) fn of_der(der: &[u8]) -> Self {
        let mut hex = InlineText::new();
        for byte in der {
            hex.push(&pair(*byte));
        }
        Self(hex)
    }

    /// Passes the decoded bytes to `use_der`.
    #[cfg(feature = "sigv4a")]
    pub(crate) fn with_der<T>(&self, use_der: impl FnOnce(&[u8]) -> T) -> Option<T> {
        let mut der = [0; LONGEST / 2];
        let der = der.get_mut(..self.0.len() / 2)?;
        hex::decode_to_slice(self.as_bytes(), der).ok()?;
        Some(use_der(der))
    }

    pub(crate) fn make_lower_case(&mut self) {
        self.0.make_ascii_lowercase();
    }

    /// Returns the hex digits.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl PartialEq for Signature {
    fn eq(&self, other: &Self) -> bool {
        same(self.as_bytes(), other.as_bytes())
    }
}

impl Eq for Signature {}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[elided]")
    }
}
