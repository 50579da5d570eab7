//! Amazon S3: addresses of buckets and access points, and sessions with directory buckets.
//!
//! [`Addressing`] answers where a request goes and how it is signed there, and [`express`] gets the
//! sessions that directory buckets ask for.

pub mod address;
pub mod express;

pub use crate::address::{Address, AddressError, AddressPart, AddressSigner, SigningScheme};
pub use address::{Addressing, ControlTarget};
