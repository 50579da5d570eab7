//! Amazon S3: addresses, sessions with directory buckets, and S3 Access Grants.
//!
//! - [`Addressing`] returns the host of a bucket or an access point, and how to sign for it.
//! - [`express`] gets the sessions that directory buckets require.
//! - [`access_grants`] gets credentials for a prefix that was granted.
//!
//! ```
//! use countersign::s3::Addressing;
//! use countersign::{Credentials, PayloadHash, Timestamp};
//!
//! let address = Addressing::new("eu-west-1").bucket("photos-2026")?;
//! let signer = address.signer(Credentials::new("AKIDEXAMPLE", "secret"))?;
//! let mut request =
//!     http::Request::get(address.object_url("2026/a b.jpg")).body(())?;
//! signer.sign(
//!     &mut request,
//!     PayloadHash::EMPTY,
//!     Timestamp::from_unix_seconds(1_767_268_800),
//! )?;
//! assert_eq!(
//!     request.uri(),
//!     "https://photos-2026.s3.eu-west-1.amazonaws.com/2026/a%20b.jpg"
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod access_grants;
pub mod address;
pub mod express;

pub use crate::address::{Address, AddressError, AddressPart, AddressSigner, SigningScheme};
pub use crate::error::address::{ArnProblem, BucketProblem, HostLabel};
pub use address::{Addressing, ControlTarget};
