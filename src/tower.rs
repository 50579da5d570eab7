//! Layers for [tower]: [`sign`] signs what a client sends, [`verify`] verifies what a server gets.
//!
//! They are built on the traits of `tower-layer`, `tower-service` and `http-body`, and need no
//! framework and no runtime.
//!
//! ```
//! use countersign::tower::sign::{HostSigners, Payload, SignLayer};
//! use countersign::Credentials;
//!
//! // A client that signs for the service and the region of each request's host.
//! let credentials = Credentials::new("AKIDEXAMPLE", "secret");
//! let signers = HostSigners::new(credentials)?;
//! let layer = SignLayer::new(signers).with_payload(Payload::Hashed);
//! assert_eq!(layer.clock_skew().as_millis(), 0);
//! # Ok::<(), countersign::Error>(())
//! ```
//!
//! [tower]: https://docs.rs/tower

pub mod sign;
pub mod verify;

mod clock;

pub use clock::{Clock, SystemClock};
