//! Signs a verified request again, for another server: what a proxy does.
//!
//! A proxy cannot pass a signed request on: the host changes, and the upstream server knows other
//! keys. [`Upstream`] knows the server and its signer. [`Upstream::resign`] takes a request with its
//! proof, and returns the request to send.
//!
//! - **Removed**: the old signature, its date and tokens, in headers and in the query. The headers
//!   that are for one hop only: `connection` and what it lists, `keep-alive`, `proxy-*`, `te`,
//!   `trailer`, `transfer-encoding`, `upgrade`, `expect` (RFC 9110, 7.6.1).
//! - **Replaced**: scheme, host, Region and service. The path is sent in canonical form, so that the
//!   upstream server reads the path that was verified.
//! - **Kept and signed**: all other headers and parameters, except headers that change at each hop,
//!   such as `via` and `x-forwarded-for`. A header that the client signed is sent once, with the
//!   value that was signed. An `x-amz-*` header that the client did not sign is an error: signing
//!   it would say that the client wants it.
//! - **The payload** is signed as the client signed it:
//!
//! | client | upstream |
//! |---|---|
//! | a hash | the same hash |
//! | unsigned | unsigned |
//! | signed chunks, with or without trailers | new chunks with new signatures, while they stream |
//! | unsigned chunks with trailers | the same |
//! | an event stream | an error |
//!
//! The body is the decoded one, as [`tower::verify`](crate::tower::verify) and
//! [`VerifiedBody`](crate::chunked::VerifiedBody) yield it.
//!
//! The upstream server sees the proxy's rights, not the client's. Check what the client may do before
//! you re-sign, also for what headers name: `x-amz-copy-source` reads another object.
//!
//! Choose the upstream server by what was verified, for example by
//! [`OwnedVerified::scope`](crate::verify::OwnedVerified::scope), and never by the `host` header
//! alone.
//!
//! ```
//! use countersign::resign::Upstream;
//! use countersign::verify::{SignedRequest, VerificationKey, Verifier};
//! use countersign::{Credentials, PayloadHash, Signer, Timestamp};
//!
//! // A client signs for the proxy ...
//! let now: Timestamp = "2026-01-02T03:04:05Z".parse()?;
//! let known = Credentials::new("AKIDCLIENT", "secret");
//! let url = "http://proxy.example/photos/a.jpg";
//! let mut request = http::Request::put(url).body("data".to_owned())?;
//! Signer::new(known.clone(), "us-east-1", "s3")?
//!     .sign(&mut request, PayloadHash::new("data"), now)?;
//!
//! // ... the proxy verifies ...
//! let claim = SignedRequest::parse(&request)?;
//! let key = VerificationKey::derive(&known, claim.scope())?;
//! let verifier = Verifier::new("us-east-1", "s3")?;
//! let payload = PayloadHash::new("data");
//! let verified = verifier.verify(&claim, &key, payload, now)?.into_owned();
//!
//! // ... and signs for the store behind it.
//! let own = Credentials::new("AKIDPROXY", "other");
//! let signer = Signer::new(own, "eu-west-1", "s3")?;
//! let store = "https://s3.eu-west-1.amazonaws.com".parse()?;
//! let upstream = Upstream::new(signer, store)?;
//! let request = upstream.resign(request, &verified, now)?;
//! assert_eq!(request.uri(), "https://s3.eu-west-1.amazonaws.com/photos/a.jpg");
//! let authorization = request.headers()["authorization"].to_str()?;
//! assert!(authorization.contains("Credential=AKIDPROXY/20260102/eu-west-1/s3/"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod body;
mod error;
mod head;
mod upstream;

pub use body::{ResignedBody, ResignedBodyError, ResignedPayload};
pub use error::ResignError;
pub use upstream::Upstream;
