//! Signature Version 4A: one signature for several regions at once.
//!
//! The request is written down as for Signature Version 4; the region is no part of the scope but a
//! signed *region set*, and the last step is an ECDSA signature over P-256. Its key is derived from
//! the secret access key, and the public half of it verifies without being able to sign.
//!
//! S3 Multi-Region Access Points, `EventBridge` and SES global endpoints and the `CloudFront`
//! `KeyValueStore` take nothing else.
//!
//! The feature `sigv4a` is portable Rust. With the feature `aws-lc` as well, which needs a C compiler,
//! the same functions sign and verify with AWS-LC, several times as fast.
//!
//! ```
//! use countersign::verify::{VerificationKey, SignedRequest, Verifier};
//! use countersign::{sigv4a, Credentials, PayloadHash};
//! use countersign::Timestamp;
//!
//! // One request, good in two regions ...
//! let now: Timestamp = "2026-01-01T12:00:00Z".parse()?;
//! let signer = sigv4a::Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1,eu-west-1", "events")?;
//! let mut request = http::Request::post("https://abc.endpoint.events.amazonaws.com/").body("{}")?;
//! signer.sign(&mut request, PayloadHash::new("{}"), now)?;
//!
//! // ... each of which verifies it with the public key alone.
//! let key = VerificationKey::from_public_key("AKIDEXAMPLE", signer.public_key());
//! let claim = SignedRequest::parse(&request)?;
//! for region in ["us-east-1", "eu-west-1"] {
//!     Verifier::new(region, "events")?.verify(&claim, &key, PayloadHash::new("{}"), now)?;
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! IAM User Guide, "AWS Signature Version 4 for API requests", *How AWS Signature Version 4A works*.

pub use crate::sign::sigv4a::Signer;
pub use crate::sigv4::asymmetric::key::{PublicKey, SigningKey};
