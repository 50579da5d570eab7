//! The errors of signing URLs and cookies.

use crate::crypto::NotApproved;

/// Why a URL or cookies cannot be signed. The closure of the key was not called.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UrlError {
    /// The URL begins with a scheme other than `http` or `https`.
    #[error("URL must begin with http:// or https://")]
    InvalidScheme,
    /// The resource begins with something other than `http://`, `https://` or `*`.
    #[error("resource must begin with http://, https:// or *")]
    InvalidResourceScheme,
    /// The URL has a space, a quote, a backslash or a character outside ASCII.
    #[error("URL has a character at byte {position} that must be percent-encoded")]
    InvalidCharacter {
        /// The position in bytes, counted from 0.
        position: usize,
    },
    /// The resource has a space, a quote, a backslash or a character outside ASCII.
    #[error("resource has a character at byte {position} that must be percent-encoded")]
    InvalidResourceCharacter {
        /// The position in bytes, counted from 0.
        position: usize,
    },
    /// The URL has a fragment, which no viewer sends.
    #[error("URL has a fragment, which HTTP clients do not send: remove `#` and the text after it")]
    Fragment,
    /// The URL has a `*`, which would also match other URLs.
    #[error("URL contains a `*`, which CloudFront reads as a wildcard: write %2A")]
    Wildcard,
    /// The query of the URL has a parameter that CloudFront reserves.
    #[error("query contains the parameter `{name}`, which is reserved by CloudFront")]
    ReservedParameter {
        /// The parameter's name.
        name: &'static str,
    },
    /// The address is not an IPv4 address or range.
    #[error("address {address:?} must be an IPv4 address or a range such as 192.0.2.0/24")]
    InvalidAddress {
        /// The address as it was given.
        address: String,
    },
    /// The start is not before the expiration, or the expiration is before 1970.
    #[error("start {starts} must be before expiration {expires} (Unix seconds)")]
    InvalidDates {
        /// The start, in Unix seconds, or 0 if there is none.
        starts: i64,
        /// The expiration, in Unix seconds.
        expires: i64,
    },
    /// The id of the public key is not letters and digits.
    #[error("key pair id {id:?} must be letters and digits")]
    InvalidKeyPairId {
        /// The id as it was given.
        id: String,
    },
    /// The domain or the path of cookies cannot be sent.
    #[error("cookie attribute {name} must be visible ASCII without `;`")]
    InvalidCookieAttribute {
        /// `Domain` or `Path`.
        name: &'static str,
    },
    /// The hash is SHA-1, and only [approved algorithms](crate::crypto::allow_only_approved) are
    /// allowed. [`with_hash`](super::SignedUrl::with_hash) chooses SHA-256.
    #[error(transparent)]
    NotApproved(#[from] NotApproved),
}
