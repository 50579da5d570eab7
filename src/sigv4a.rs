//! Signature Version 4A: one signature for several regions at once.
//!
//! The request is written down as for Signature Version 4; the region is no part of the scope but a
//! signed *region set*, and the last step is an ECDSA signature over P-256. Its key is derived from
//! the secret access key, and the public half of it verifies without being able to sign.
//!
//! S3 Multi-Region Access Points, `EventBridge` and SES global endpoints and the `CloudFront`
//! `KeyValueStore` take nothing else.
//!
//! IAM User Guide, "AWS Signature Version 4 for API requests", *How AWS Signature Version 4A works*.

mod derive;
mod key;
mod portable;
mod region_set;
mod signer;

use portable as back_end;

pub use key::{ScopedKey, SigningKey, VerifyingKey};
pub use signer::Signer;
