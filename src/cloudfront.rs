//! Amazon CloudFront: signed URLs and signed cookies.
//!
//! A signed URL gives access to a private file, or to all files that a wildcard matches, until it
//! expires. Signed cookies do the same for unchanged URLs. Both contain a policy and its signature by
//! a private key (RSA 2048, or ECDSA P-256). The public key is in a key group of the distribution.
//!
//! [`SignedUrl`] and [`SignedCookies`] create the policy, and the caller's closure signs it. The closure
//! gets the bytes of the policy and returns the signature over their hash: PKCS #1 v1.5 for RSA, DER
//! for ECDSA. SHA-1 is CloudFront's default, and [`with_hash`](SignedUrl::with_hash) chooses SHA-256.
//! With the feature `sigv4a`, [`P256Key`] signs with a P-256 key in PEM, without another crate.
//!
//! | conditions | policy |
//! |---|---|
//! | only a URL and when it expires | canned: CloudFront rebuilds its text, and the URL stays short |
//! | also a start, an address, another resource, or a `*` | custom: its text is sent |
//!
//! Amazon CloudFront Developer Guide, "Use signed URLs" and "Use signed cookies".
//!
//! ```
//! use countersign::cloudfront::{SignedUrl, UrlError};
//! use countersign::Timestamp;
//! # fn rsa_sha1(_: &[u8]) -> Result<Vec<u8>, UrlError> { Ok(vec![0xfb, 0xff, 1]) }
//!
//! let expires: Timestamp = "2027-01-01T00:00:00Z".parse()?;
//! let url = "https://d111111abcdef8.cloudfront.net/a.jpg?size=large";
//! let url = SignedUrl::new(url, expires);
//! // `rsa_sha1` calls `rsa`, `aws-lc-rs`, `openssl` or a KMS.
//! let signed = url.sign("K2JCJMDEHXQW5F", |policy| rsa_sha1(policy))?;
//! assert_eq!(signed, "https://d111111abcdef8.cloudfront.net/a.jpg?size=large\
//!     &Expires=1798761600&Signature=-~8B&Key-Pair-Id=K2JCJMDEHXQW5F");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The viewer must send the signed URL unchanged: do not encode it again.

mod cookies;
mod error;
#[cfg(feature = "sigv4a")]
mod p256_key;
mod policy;
mod url;

use crate::crypto;

pub use cookies::{Cookie, SignedCookies};
pub use error::UrlError;
#[cfg(feature = "sigv4a")]
pub use p256_key::{P256Key, P256KeyError};
pub use url::SignedUrl;

/// The hash that the signature is over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Hash {
    /// SHA-1, CloudFront's default.
    #[default]
    Sha1,
    /// SHA-256.
    Sha256,
}

impl Hash {
    fn check_approved(self) -> Result<(), UrlError> {
        match self {
            Self::Sha1 => Ok(crypto::check_unapproved("SHA-1 signature")?),
            Self::Sha256 => Ok(()),
        }
    }
}
