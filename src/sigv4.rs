//! The steps of Signature Version 4, as pure functions.
//!
//! [`Signer`](crate::Signer) does all of them. Use this module if you need only one step.
//!
//! - [`CanonicalRequest`]: the text of a request that is hashed
//! - [`StringToSign`]: the text that is signed
//! - [`SigningKey`]: the key that is derived from the secret access key
//! - [`Signature`]: the result
//! - [`Authorization`] and [`QueryAuthorization`]: how a request carries the signature
//!
//! ```
//! use countersign::SecretKey;
//! use countersign::sigv4::{CredentialScope, SigningKey};
//!
//! let scope: CredentialScope =
//!     "20150830/us-east-1/service/aws4_request".parse()?;
//! let secret_key =
//!     SecretKey::from("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
//! let key = SigningKey::derive(&secret_key, &scope);
//! // AWS's test suite, get-vanilla.
//! let string_to_sign = "AWS4-HMAC-SHA256\n20150830T123600Z\n\
//!     20150830/us-east-1/service/aws4_request\n\
//!     bb579772317eb040ac9ed261061d46c1f17a8133879d6129b6e1c25292927e63";
//! assert_eq!(
//!     key.sign(string_to_sign).as_str(),
//!     "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
//! );
//! # Ok::<(), countersign::Error>(())
//! ```

pub(crate) mod authorization;
pub(crate) mod canonical;
pub(crate) mod date;
pub(crate) mod object_key;
pub(crate) mod payload_hash;
pub(crate) mod scope;
pub(crate) mod session_token;
pub(crate) mod signature;
pub(crate) mod signing_key;
pub(crate) mod string_to_sign;

#[cfg(feature = "sigv4a")]
pub(crate) mod asymmetric;

pub use crate::error::authorization::AuthorizationProblem;
pub use crate::error::scope::ScopeProblem;
pub use crate::error::target::TargetProblem;
pub use authorization::{Authorization, QueryAuthorization};
pub use canonical::CanonicalRequest;
pub use canonical::headers::CanonicalHeaders;
pub use canonical::path::CanonicalPath;
pub use canonical::query::CanonicalQuery;
pub use date::AmzDate;
pub use scope::CredentialScope;
pub use session_token::{attach_session_token, session_token_parameter};
pub use signature::{Algorithm, Signature};
pub use signing_key::SigningKey;
pub use string_to_sign::StringToSign;
