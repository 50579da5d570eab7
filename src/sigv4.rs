//! The specification of Signature Version 4, as pure functions.

pub(crate) mod authorization;
pub(crate) mod canonical;
pub(crate) mod date;
pub(crate) mod object_key;
pub(crate) mod payload_hash;
pub(crate) mod scope;
pub(crate) mod signature;
pub(crate) mod signing_key;
pub(crate) mod string_to_sign;

#[cfg(feature = "sigv4a")]
pub(crate) mod asymmetric;

pub use crate::sign::added_headers::{attach_session_token, session_token_parameter};
pub use authorization::{Authorization, QueryAuthorization};
pub use canonical::CanonicalRequest;
pub use canonical::headers::CanonicalHeaders;
pub use canonical::path::CanonicalPath;
pub use canonical::query::CanonicalQuery;
pub use date::AmzDate;
pub use scope::CredentialScope;
pub use signature::{Algorithm, Signature};
pub use signing_key::SigningKey;
pub use string_to_sign::StringToSign;
