//! Credential sources, without IO: from where users keep their keys to a signed request.
//!
//! Each source is a value of its own: it creates requests, names files, and reads responses.
//! [`Chain`] asks them in the order of AWS's SDKs. This crate opens no file and no socket, starts no
//! process, and reads neither clock nor environment: the caller does.
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
//! # Which source when
//!
//! | the program runs | source | type |
//! |---|---|---|
//! | with keys in its environment: CI, containers, Lambda | environment variables | [`environment_credentials`] |
//! | on a developer's machine | profile in the shared files | [`ProfileFiles`], [`ProfileSource`] |
//! | … after `aws sso login` | IAM Identity Center | [`SsoToken`], [`read_sso_credentials`] |
//! | … after `aws login` | console session | [`LoginSession`] |
//! | … with a program that knows the keys | `credential_process` | [`ProcessCommand`], [`ProcessOutput`] |
//! | in an EKS pod with IRSA, in a CI job with OIDC | web identity | [`WebIdentity`] |
//! | in ECS, in an EKS pod with Pod Identity, on Greengrass | container endpoint | [`Container`] |
//! | on an EC2 instance | instance metadata | [`Imds`] |
//! | in an app of end users | Amazon Cognito | [`CognitoPool`] |
//! | on a device with a certificate | AWS IoT | [`IotCredentials`] |
//! | on a server outside of AWS with a certificate | IAM Roles Anywhere | [`RolesAnywhere`] |
//!
//! A program that makes credentials for others prints them with [`write_process_output`].
//!
//! # In which order
//!
//! [`Chain`] asks, in this order: environment variables, the selected profile (with its roles, web
//! identity, IAM Identity Center, login or process), web identity from the environment, the
//! container endpoint, instance metadata. The first source that is configured decides:
//!
//! - A source that is not configured is skipped, and [`Found::skipped`] says why.
//! - A source that is configured and fails stops the chain. Another identity than the one that the
//!   user meant would be worse than no identity.
//! - The shared files are not read if the environment has keys.
//! - A profile that the caller selects ([`Chain::with_profile`]) wins over the environment.
//!
//! Within a profile the order is: a role with `source_profile` or `credential_source`,
//! `web_identity_token_file`, IAM Identity Center, keys, `login_session`, `credential_process`.
//! In the shared files the credentials file wins over the config file, key by key.
//!
//! Cognito, AWS IoT and IAM Roles Anywhere are not in the chain: no variable and no profile configures
//! them, except a `credential_process`. The program creates their values itself.
//!
//! # When to refresh
//!
//! [`RefreshCell::get_or_fetch`] returns the current signer, and fetches a new one if [`RefreshPolicy`]
//! says so. One caller fetches while the others sign with what they have. Keys without an expiration
//! are never refreshed. Instance metadata may serve expired credentials during an outage;
//! [`ResolvedCredentials::next_try`] says when to ask again.
//!
//! # What each error means
//!
//! The [guide](crate::guide::credentials#what-each-error-means) says for each error what to do. No error
//! contains a key, a token, the text of a file, or the output or arguments of a program.
//!
//! # Bounds
//!
//! Sizes are checked before anything is parsed: shared files 1 MiB, documents, caches and output of
//! programs 256 KiB, tokens 64 KiB, JSON 16 levels, chained roles 16.

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
