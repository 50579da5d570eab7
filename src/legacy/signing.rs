//! Signatures, credentials and paths, for the signers and the verifiers of both schemes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Uri;

use super::parameters::Parameters;
use crate::credentials::{Credentials, SecretKey, expired};
use crate::crypto;
use crate::error::Error;
use crate::error::credential::CredentialProblem;
use crate::primitives::sha256::HmacSha256;
use crate::timestamp::Timestamp;

/// The maximum length of an access key ID, in bytes: that of IAM.
const MAX_ACCESS_KEY_ID: usize = 128;

/// The hash of a signature, which SigV2 sends as `SignatureMethod`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[non_exhaustive]
pub enum SignatureMethod {
    /// `HmacSHA256`, which AWS recommends.
    #[default]
    HmacSha256,
    /// `HmacSHA1`.
    HmacSha1,
}

impl SignatureMethod {
    /// The name that is sent and signed.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::HmacSha256 => "HmacSHA256",
            Self::HmacSha1 => "HmacSHA1",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        [Self::HmacSha256, Self::HmacSha1]
            .into_iter()
            .find(|method| method.as_str() == name)
    }

    /// The signature of a text: its MAC in base64.
    pub(super) fn sign(self, secret_key: &SecretKey, text: &[u8]) -> String {
        match self {
            Self::HmacSha256 => {
                let key = secret_key.expose().as_bytes();
                STANDARD.encode(HmacSha256::mac(key, text))
            }
            Self::HmacSha1 => base64(&hmac_sha1(secret_key, text)),
        }
    }
}

pub(super) fn hmac_sha1(secret_key: &SecretKey, text: &[u8]) -> [u8; 20] {
    crate::primitives::sha1::hmac_sha1(secret_key.expose().as_bytes(), text)
}

pub(super) fn base64(mac: &[u8; 20]) -> String {
    STANDARD.encode(mac)
}

/// The rule that an access key ID breaks, or `None` if it is valid.
pub(super) fn access_key_id_problem(id: &str) -> Option<CredentialProblem> {
    if !id.bytes().all(|byte| byte.is_ascii_graphic()) {
        Some(CredentialProblem::NotPrintable)
    } else if !(1..=MAX_ACCESS_KEY_ID).contains(&id.len()) {
        Some(CredentialProblem::WrongLength)
    } else {
        None
    }
}

/// Checks credentials when a signer is made.
pub(super) fn check(credentials: &Credentials) -> Result<(), Error> {
    crypto::check_unapproved("signature of an older scheme")?;
    credentials.check()?;
    match access_key_id_problem(credentials.access_key_id()) {
        Some(problem) => Err(Error::InvalidAccessKeyId(problem)),
        None => Ok(()),
    }
}

/// Checks that the credentials have not expired when a request is signed.
pub(super) fn check_expiration(credentials: &Credentials, now: Timestamp) -> Result<(), Error> {
    match expired(credentials.expiration(), now) {
        Some(expiration) => Err(Error::CredentialsExpired { expiration, now }),
        None => Ok(()),
    }
}

/// Refuses parameters that signing would add.
pub(super) fn refuse_signed(parameters: &Parameters, written: &[&str]) -> Result<(), Error> {
    match parameters.any_of(written) {
        None => Ok(()),
        Some(parameter) => Err(Error::AlreadySigned {
            parameter: parameter.to_owned(),
        }),
    }
}

/// The path that is sent: `/` if the URI has none.
pub(super) fn path(uri: &Uri) -> &str {
    match uri.path() {
        "" => "/",
        path => path,
    }
}
