//! The lookup of keys, which the server provides.

use std::error::Error as StdError;
use std::future::Future;

use crate::credentials::{Credentials, SessionToken};
use crate::error::Error;
#[cfg(feature = "legacy")]
use crate::legacy;
use crate::sigv4::scope::CredentialScope;
use crate::sigv4::signature::Algorithm;
use crate::verify::{SignedRequest, VerificationKey, VerifyError};

use super::refused::Refused;

/// The identity that a request claims. It is unverified: use it only to look up the key.
///
/// It borrows nothing, so the lookup can wait for a database.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct KeyClaim {
    /// The access key ID.
    pub access_key_id: String,
    /// The credential scope. `None` for the schemes before Signature Version 4.
    pub scope: Option<CredentialScope>,
    /// The algorithm. `None` for the schemes before Signature Version 4.
    pub algorithm: Option<Algorithm>,
    /// The session token, for servers that find sessions by their token. The layer compares it with
    /// the token of the key.
    pub session_token: Option<SessionToken>,
}

/// What a lookup found: credentials, or a key that was derived from them.
///
/// Its access key ID must come from your store, never from the claim. The layer then refuses a
/// request with another ID, even if only the case of a letter differs.
#[derive(Clone, Debug)]
#[non_exhaustive]
#[allow(
    clippy::large_enum_variant,
    reason = "it is moved once, and a box would cost an allocation"
)]
pub enum FoundKey {
    /// Credentials, which the layer derives the key from.
    Credentials(Credentials),
    /// A key, for servers that do not have the secret access key, or while a secret is rotated.
    Key(VerificationKey),
}

impl From<Credentials> for FoundKey {
    fn from(credentials: Credentials) -> Self {
        Self::Credentials(credentials)
    }
}

impl From<VerificationKey> for FoundKey {
    fn from(key: VerificationKey) -> Self {
        Self::Key(key)
    }
}

/// Finds the key of an access key ID.
///
/// Return `Ok(None)` if the access key ID is unknown. An error is a failure of the server: the client
/// gets status 500, and [`Refused::Lookup`] contains the error for the log. A function that takes a
/// [`KeyClaim`] and returns a future of such a result is a lookup too.
///
/// ```
/// use countersign::Credentials;
/// use countersign::tower::verify::{FoundKey, KeyClaim, KeyLookup};
/// use std::collections::HashMap;
/// use std::convert::Infallible;
///
/// struct Users(HashMap<String, Credentials>);
///
/// impl KeyLookup for Users {
///     type Error = Infallible;
///
///     // A database would wait here.
///     async fn find(
///         &self,
///         claim: KeyClaim,
///     ) -> Result<Option<FoundKey>, Infallible> {
///         Ok(self.0.get(&claim.access_key_id).cloned().map(FoundKey::from))
///     }
/// }
///
/// fn is_lookup(_: impl KeyLookup) {}
/// is_lookup(Users(HashMap::new()));
/// // A function does the same. With state: `move |claim| { let pool =
/// // pool.clone(); async move { … } }`.
/// is_lookup(async |claim: KeyClaim| -> Result<_, Infallible> {
///     let known = Credentials::new("AKIDEXAMPLE", "secret");
///     Ok((claim.access_key_id == "AKIDEXAMPLE").then(|| FoundKey::from(known)))
/// });
/// ```
pub trait KeyLookup: Send + Sync {
    /// Why a lookup failed.
    type Error: Into<Box<dyn StdError + Send + Sync>>;

    /// Finds the key of the claimed access key ID.
    fn find(
        &self,
        claim: KeyClaim,
    ) -> impl Future<Output = Result<Option<FoundKey>, Self::Error>> + Send;
}

impl<F, R, E> KeyLookup for F
where
    F: Fn(KeyClaim) -> R + Send + Sync,
    R: Future<Output = Result<Option<FoundKey>, E>> + Send,
    E: Into<Box<dyn StdError + Send + Sync>>,
{
    type Error = E;

    fn find(&self, claim: KeyClaim) -> impl Future<Output = Result<Option<FoundKey>, E>> + Send {
        self(claim)
    }
}

/// Looks up the key that a request claims to be signed with.
pub(super) async fn key_of<K: KeyLookup>(
    keys: &K,
    claim: &SignedRequest<'_>,
) -> Result<VerificationKey, Refused> {
    let claimed = KeyClaim {
        access_key_id: claim.access_key_id().to_owned(),
        scope: Some(*claim.scope()),
        algorithm: Some(claim.algorithm()),
        session_token: claim.session_token(),
    };
    match find(keys, claimed).await? {
        FoundKey::Key(key) => Ok(key),
        FoundKey::Credentials(credentials) => {
            match VerificationKey::derive(&credentials, claim.scope()) {
                // SigV4A without its feature.
                Err(Error::InvalidScope) => {
                    Err(VerifyError::UnknownAlgorithm { form: claim.form() }.into())
                }
                key => key.map_err(Refused::lookup),
            }
        }
    }
}

/// Looks up the credentials that a request of an older scheme claims to be signed with.
#[cfg(feature = "legacy")]
pub(super) async fn credentials_of<K: KeyLookup>(
    keys: &K,
    claim: &legacy::SignedRequest,
) -> Result<Credentials, Refused> {
    let claimed = KeyClaim {
        access_key_id: claim.access_key_id().to_owned(),
        scope: None,
        algorithm: None,
        session_token: claim.session_token().cloned(),
    };
    match find(keys, claimed).await? {
        FoundKey::Credentials(credentials) => Ok(credentials),
        // A derived key verifies none of these schemes.
        FoundKey::Key(_) => Err(VerifyError::UnknownAccessKeyId.into()),
    }
}

async fn find<K: KeyLookup>(keys: &K, claimed: KeyClaim) -> Result<FoundKey, Refused> {
    let found = keys.find(claimed).await.map_err(Refused::lookup)?;
    found.ok_or(VerifyError::UnknownAccessKeyId.into())
}
