//! Layers for [tower]: a client that signs what it sends, a server that verifies what it gets.
//!
//! | program | layer | inner service |
//! |---|---|---|
//! | client | [`SignLayer::new(signer)`](sign::SignLayer::new) | sends [`http::Request`]s |
//! | server | [`VerifyLayer::new(verifier, lookup)`](verify::VerifyLayer::new) | handles the verified requests |
//!
//! The guides show both whole: [clients](crate::guide::clients), [servers](crate::guide::server). The
//! layers need no framework and no runtime, only the traits of `tower-layer`, `tower-service` and
//! `http-body`.
//!
//! ```
//! use countersign::tower::sign::SignLayer;
//! use countersign::tower::verify::{FoundKey, KeyClaim, VerifyLayer};
//! use countersign::verify::Verifier;
//! use countersign::{Credentials, Signer};
//! use std::convert::Infallible;
//!
//! let known = Credentials::new("AKIDEXAMPLE", "secret");
//! let signer = Signer::new(known.clone(), "us-east-1", "execute-api")?;
//! let client = SignLayer::new(signer);
//!
//! let verifier =
//!     Verifier::new("us-east-1", "execute-api")?.with_host("api.example.com");
//! let server = VerifyLayer::new(verifier, move |claim: KeyClaim| {
//!     let is_known = claim.access_key_id == known.access_key_id();
//!     let found = is_known.then(|| FoundKey::from(known.clone()));
//!     async { Ok::<_, Infallible>(found) }
//! });
//! # assert_eq!(client.clock_skew().as_millis(), 0);
//! # let _ = server;
//! # Ok::<(), countersign::Error>(())
//! ```
//!
//! [tower]: https://docs.rs/tower

pub mod sign;
pub mod verify;

mod clock;

pub use clock::{Clock, SystemClock};
