//! Credential sources without I/O: environment, shared files, instance metadata, and more.
//!
//! Each source is a type that names files, creates requests, and reads responses. [`Chain`] asks the
//! sources in the order of the AWS SDKs. This crate opens no file and no socket, starts no process,
//! and reads neither clock nor environment: the caller does.
//!
//! ```
//! use countersign::sources::{Chain, Environment, Input, Want};
//! use countersign::{PayloadHash, Signer, Timestamp};
//!
//! let environment = Environment::from_pairs([
//!     ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
//!     (
//!         "AWS_SECRET_ACCESS_KEY",
//!         "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
//!     ),
//! ]);
//! # let now = Timestamp::from_unix_seconds(1_893_553_445);
//! let mut chain = Chain::new(environment, "my-program");
//! let Want::Done(found) = chain.next(Input::Start, now)? else {
//!     panic!("wants a file or a request")
//! };
//! let signer =
//!     Signer::new(found.credentials.into_credentials(), "us-east-1", "sqs")?;
//! let mut request =
//!     http::Request::get("https://sqs.us-east-1.amazonaws.com/").body(())?;
//! signer.sign(&mut request, PayloadHash::EMPTY, now)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The guide says
//!
//! - [which source to use](crate::guide::credentials#which-source-to-use)
//! - [in which order](crate::guide::credentials#in-which-order) the chain asks them
//! - [how to refresh](crate::guide::credentials#refreshing) the credentials
//! - [what each error means](crate::guide::credentials#what-each-error-means)
//!
//! # Bounds
//!
//! Sizes are checked before anything is parsed: shared files 1 MiB; documents, caches and output of
//! programs 256 KiB; tokens 64 KiB; JSON 16 levels; chained roles 16.

mod chain;
mod cognito;
mod container;
mod document;
mod environment;
mod error;
mod imds;
mod iot;
mod json;
mod login;
mod process;
mod profile_files;
mod profile_source;
mod refresh;
mod reply;
mod resolved;
mod roles_anywhere;
mod sso;
mod text;
mod web_identity;

pub use crate::aws_call::secret_text::SecretText;
pub use chain::{Chain, ChainError, CredentialSource, Found, Input, SkipReason, Skipped, Want};
pub use cognito::CognitoPool;
pub use container::Container;
pub use document::parse_credential_document;
pub use environment::{
    Environment, FileLocations, Platform, SelectedProfile, environment_credentials,
};
pub use error::{
    Content, CredentialEndpoint, Error, Expected, LoginCommand, ProfileFile, ProfileFileProblem,
    ProfileProblem, TokenKind,
};
pub use imds::{Imds, ImdsRole, ImdsSession};
pub use iot::IotCredentials;
#[cfg(feature = "sigv4a")]
pub use login::DpopKey;
pub use login::{LoginSession, login_cache_file_name};
pub use process::{ProcessCommand, ProcessOutput, write_process_output};
pub use profile_files::{LARGEST_PROFILE_FILE, ProfileFiles, Section};
pub use profile_source::{
    BaseSource, NamedSource, ProfileKeys, ProfileProcess, ProfileRole, ProfileSource, ProfileSso,
    ProfileWebIdentity,
};
pub use refresh::{
    FetchError, Lease, RefreshCell, RefreshPermit, RefreshPolicy, RefreshUrgency, Validity,
};
pub use resolved::ResolvedCredentials;
#[cfg(feature = "sigv4a")]
pub use roles_anywhere::RolesAnywhereKey;
pub use roles_anywhere::{RolesAnywhere, RolesAnywhereCertificate, RolesAnywhereSession};
pub use sso::{SsoToken, SsoTokenState, read_sso_credentials, sso_cache_file_name};
pub use web_identity::WebIdentity;
