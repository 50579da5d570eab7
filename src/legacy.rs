//! The signatures before Signature Version 4, both called version 2: [`sigv2`] of the query services,
//! and the [REST scheme](s3_v2) of Amazon S3.
//!
//! Use them only where nothing newer is spoken: `SimpleDB`, and S3-compatible stores of an age that
//! know no Signature Version 4 (or whose other clients know none). AWS's newer Regions and services,
//! and buckets made since June 2020, refuse them. They cover less of a request: no body, and of the
//! headers only a few; and a signature is good for every Region.
//!
//! A server reads a claim out of a request (`SignedRequest::parse`), looks the credentials up by its
//! access key ID, and holds the one against the other (`verify`). Requests are good for 15 minutes
//! before and after the time that they say, unless they say until when. Forms of browser uploads
//! (`s3_v2::SignedPost`, with the feature `post-policy`) are good as long as their policy.
//!
//! ```
//! use countersign::Credentials;
//! use countersign::legacy::s3_v2::{Bucket, SignedRequest, Signer};
//! use time::macros::datetime;
//!
//! // A client of an old store signs ...
//! let now = datetime!(2026-01-01 12:00 UTC);
//! let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
//! let mut request = http::Request::get("https://store.example.com/bucket/key").body(())?;
//! Signer::new(credentials.clone()).sign(&mut request, Bucket::InPath, now)?;
//!
//! // ... and the store verifies.
//! let claim = SignedRequest::parse(&request, Bucket::InPath)?;
//! let verified = claim.verify(&credentials, now)?; // those of `claim.access_key_id()`
//! assert_eq!(verified.access_key_id(), "AKIAIOSFODNN7EXAMPLE");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod claim;
mod date;
mod parameters;
pub mod s3_v2;
pub mod sigv2;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::Sha256;

use crate::credentials::{Credentials, SecretKey};
use crate::error::Error;
use crate::timestamp::Timestamp;

pub use claim::Verified;

/// The longest access key ID, in bytes. IAM's own are 16 to 128 characters long.
const MAX_ACCESS_KEY_ID: usize = 128;

/// What is wrong with an access key ID, by the one rule that signers and verifiers share.
fn access_key_id_problem(id: &str) -> Option<&'static str> {
    if !id.bytes().all(|byte| byte.is_ascii_graphic()) {
        Some("must be printable ASCII without spaces")
    } else if !(1..=MAX_ACCESS_KEY_ID).contains(&id.len()) {
        Some("must be 1 to 128 bytes long")
    } else {
        None
    }
}

/// Whether credentials can be, and last.
fn check(credentials: &Credentials, now: Timestamp) -> Result<(), Error> {
    credentials.check()?;
    if let Some(problem) = access_key_id_problem(credentials.access_key_id()) {
        return Err(Error::InvalidAccessKeyId(problem));
    }
    match credentials.expiration().filter(|end| *end <= now) {
        Some(expiration) => Err(Error::CredentialsExpired { expiration, now }),
        None => Ok(()),
    }
}

fn hmac_sha1(secret_key: &SecretKey, text: &[u8]) -> [u8; 20] {
    // HMAC takes keys of any length.
    Hmac::<Sha1>::new_from_slice(secret_key.expose().as_bytes())
        .map(|mac| mac.chain_update(text).finalize().into_bytes().into())
        .unwrap_or_default()
}

fn hmac_sha256(secret_key: &SecretKey, text: &[u8]) -> [u8; 32] {
    Hmac::<Sha256>::new_from_slice(secret_key.expose().as_bytes())
        .map(|mac| mac.chain_update(text).finalize().into_bytes().into())
        .unwrap_or_default()
}

fn base64(mac: &[u8]) -> String {
    STANDARD.encode(mac)
}
