//! Signature Version 4A: one signature for several regions at once.
//!
//! It differs from Signature Version 4 in two points:
//!
//! - The credential scope has no region. A signed *region set* lists the regions instead.
//! - The signature is ECDSA over P-256. The private key is derived from the secret access key, and
//!   the public key verifies, but cannot sign.
//!
//! These accept only Signature Version 4A: S3 Multi-Region Access Points, the global endpoints of
//! `EventBridge` and SES, and the `CloudFront` `KeyValueStore`.
//!
//! The feature `sigv4a` is pure Rust. If the feature `aws-lc` is also on, AWS-LC signs and
//! verifies, which is several times as fast. It needs a C compiler.
//!
//! ```
//! use countersign::verify::{SignedRequest, VerificationKey, Verifier};
//! use countersign::{Credentials, PayloadHash, Timestamp, sigv4a};
//!
//! // One request, valid in two regions.
//! let now: Timestamp = "2026-01-01T12:00:00Z".parse()?;
//! let credentials = Credentials::new("AKIDEXAMPLE", "secret");
//! let regions = "us-east-1,eu-west-1";
//! let signer = sigv4a::Signer::new(credentials, regions, "events")?;
//! let url = "https://abc.endpoint.events.amazonaws.com/";
//! let mut request = http::Request::post(url).body("{}")?;
//! signer.sign(&mut request, PayloadHash::new("{}"), now)?;
//!
//! // Each region verifies it with only the public key.
//! let key =
//!     VerificationKey::from_public_key("AKIDEXAMPLE", signer.public_key());
//! let claim = SignedRequest::parse(&request)?;
//! for region in ["us-east-1", "eu-west-1"] {
//!     let verifier = Verifier::new(region, "events")?;
//!     verifier.verify(&claim, &key, PayloadHash::new("{}"), now)?;
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! IAM User Guide, "AWS Signature Version 4 for API requests", *How AWS Signature Version 4A works*.

pub use crate::sign::sigv4a::Signer;
pub use crate::sigv4::asymmetric::key::{PublicKey, SigningKey};
