//! Which cryptography is in use, and how to allow only what FIPS 140-3 approves.
//!
//! By default RustCrypto calculates all hashes, HMACs and ECDSA signatures. With the feature `aws-lc`
//! AWS-LC does. If the program also enables the feature `fips` of the crate `aws-lc-rs`, the FIPS
//! module of AWS-LC does. [The guide](crate::guide::cryptography) says how, and what may be claimed.
//!
//! ```
//! use countersign::crypto::{self, Backend};
//!
//! // At the start of the program:
//! let backend = crypto::backend();
//! println!("signing with {backend}");
//! # #[cfg(not(feature = "aws-lc"))]
//! assert_eq!(backend, Backend::RustCrypto);
//! # #[cfg(feature = "aws-lc")]
//! # assert_ne!(backend, Backend::RustCrypto);
//! ```

use std::sync::atomic::{AtomicBool, Ordering};

use crate::primitives::back_end;
pub use crate::primitives::back_end::Backend;

/// Returns what calculates hashes, HMAC and ECDSA signatures in this program.
///
/// `aws_lc_rs::try_fips_mode` decides at run time whether AWS-LC is in FIPS mode. On wasm, the back
/// end is always [`Backend::RustCrypto`]. RustCrypto always calculates MD5 checksums.
///
/// ```
/// use countersign::crypto::{Backend, backend};
///
/// // A program that must run on the FIPS module stops here.
/// let is_fips = backend() == Backend::AwsLcFips;
/// assert_eq!(is_fips, backend().to_string() == "AWS-LC FIPS");
/// ```
pub fn backend() -> Backend {
    back_end::backend()
}

/// Set once, and never cleared.
static ONLY_APPROVED: AtomicBool = AtomicBool::new(false);

/// Refuses the algorithms that FIPS 140-3 does not approve, in the whole program.
///
/// Call it once, at the start of `main`: signers that exist already may not be affected. It cannot be
/// undone. It refuses:
///
/// - SHA-1 and MD5 checksums: of uploads that are signed or verified, and
///   `chunked::Checksum::new`
/// - the schemes of the module `legacy`: their signers, and the verification of their claims
/// - SHA-1 signatures of `cloudfront`
///
/// It does not change the back end. To require the FIPS module, compare [`backend`] too.
///
/// ```
/// use countersign::chunked::{ChecksumAlgorithm, ChunkedEncoding};
/// use countersign::{Credentials, Error, Signer, Timestamp, crypto};
///
/// crypto::allow_only_approved();
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// let signer = Signer::new(credentials, "us-east-1", "s3")?;
/// let now = Timestamp::from_unix_seconds(1_767_225_600);
/// let url = "https://bucket.s3.amazonaws.com/key";
/// let mut request = http::Request::put(url).body(())?;
/// let upload = |algorithm: ChecksumAlgorithm| {
///     ChunkedEncoding::signed_with_trailers(5, [algorithm.into()])
/// };
/// let refused =
///     signer.sign_chunked(&mut request, upload(ChecksumAlgorithm::Sha1), now);
/// assert!(matches!(refused, Err(Error::NotApproved(_))));
/// assert!(
///     signer
///         .sign_chunked(&mut request, upload(ChecksumAlgorithm::Sha256), now)
///         .is_ok()
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn allow_only_approved() {
    ONLY_APPROVED.store(true, Ordering::Release);
}

/// Whether [`allow_only_approved`] was called.
///
/// ```
/// use countersign::crypto;
///
/// assert!(!crypto::allows_only_approved());
/// crypto::allow_only_approved();
/// assert!(crypto::allows_only_approved());
/// ```
pub fn allows_only_approved() -> bool {
    ONLY_APPROVED.load(Ordering::Acquire)
}

/// The error for an algorithm that FIPS 140-3 does not approve.
///
/// It occurs only after [`allow_only_approved`] was called.
///
/// ```
/// use countersign::chunked::{ChecksumAlgorithm, ChunkedEncoding};
/// use countersign::{Credentials, Signer, Timestamp, crypto};
///
/// crypto::allow_only_approved();
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// let signer = Signer::new(credentials, "us-east-1", "s3")?;
/// let url = "https://bucket.s3.amazonaws.com/key";
/// let mut request = http::Request::put(url).body(())?;
/// let trailer = ChecksumAlgorithm::Md5.into();
/// let upload = ChunkedEncoding::signed_with_trailers(5, [trailer]);
/// let now = Timestamp::from_unix_seconds(1_767_225_600);
/// let error = signer.sign_chunked(&mut request, upload, now).unwrap_err();
/// let text = "MD5 checksum is not approved under FIPS 140-3, \
///     and only approved algorithms are allowed";
/// assert_eq!(error.to_string(), text);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{algorithm} is not approved under FIPS 140-3, and only approved algorithms are allowed")]
pub struct NotApproved {
    algorithm: &'static str,
}

/// Refuses an algorithm that is not approved, if only approved ones are allowed.
pub(crate) fn check_unapproved(algorithm: &'static str) -> Result<(), NotApproved> {
    if allows_only_approved() {
        return Err(NotApproved { algorithm });
    }
    Ok(())
}
