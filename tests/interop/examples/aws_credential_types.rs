//! Credentials to the AWS SDK for Rust and from it: conversions, and countersign's sources as a
//! provider. Copy what you need.
//!
//! `cargo run -p countersign-interop --example aws_credential_types`

use std::fmt;
use std::time::SystemTime;

use aws_credential_types::Credentials as SdkCredentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, future};
use countersign::sources::{ChainError, Found, ResolvedCredentials};
use countersign::{Credentials, Timestamp};

fn main() {
    let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    let sdk = to_sdk(&credentials.into());
    println!("{} for the SDK", sdk.access_key_id());
    println!("{} from it", from_sdk(&sdk).access_key_id());
}

/// Converts credentials to those of the SDK, with account and expiration.
///
/// Instance metadata may serve expired credentials during an outage. The SDK then keeps them until
/// the next try.
pub fn to_sdk(resolved: &ResolvedCredentials) -> SdkCredentials {
    let credentials = resolved.credentials();
    let token = credentials.session_token();
    let expiration = resolved.next_try().or(resolved.expiration());
    let mut builder = SdkCredentials::builder()
        .access_key_id(credentials.access_key_id())
        .secret_access_key(credentials.secret_key().expose())
        .provider_name("countersign");
    builder.set_session_token(token.map(|token| token.expose().to_owned()));
    builder.set_expiry(expiration.map(SystemTime::from));
    builder.set_account_id(resolved.account_id().map(Into::into));
    builder.build()
}

/// Converts credentials of the SDK.
pub fn from_sdk(sdk: &SdkCredentials) -> Credentials {
    let mut credentials = Credentials::new(sdk.access_key_id(), sdk.secret_access_key());
    if let Some(token) = sdk.session_token() {
        credentials = credentials.with_session_token(token);
    }
    match sdk.expiry() {
        Some(expiry) => credentials.with_expiration(Timestamp::from(expiry)),
        None => credentials,
    }
}

/// A provider for the SDK: a function that runs a chain, such as that of `credentials_reqwest.rs`.
///
/// The SDK caches what it provides, and asks again before the expiration.
pub struct Provider<F>(pub F);

impl<F> fmt::Debug for Provider<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Provider")
    }
}

impl<F, R> ProvideCredentials for Provider<F>
where
    F: Fn() -> R + Send + Sync,
    R: Future<Output = Result<Found, ChainError>> + Send,
{
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            match (self.0)().await {
                Ok(found) => Ok(to_sdk(&found.credentials)),
                // The SDK then asks its next provider.
                Err(error) if error.is_not_configured() => Err(CredentialsError::not_loaded(error)),
                Err(error) => Err(CredentialsError::provider_error(error)),
            }
        })
    }
}
