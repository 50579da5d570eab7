//! SMTP passwords for Amazon SES.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::secret::Secret;
use crate::credentials::Credentials;
use crate::error::Error;
use crate::error::credential::CredentialProblem;
use crate::service::hosts::Api;
use crate::sigv4::scope::{CredentialScope, check_host_label};
use crate::sigv4::signing_key::SigningKey;

/// Derives the SMTP user name and password for Amazon SES in a region.
///
/// - Permission: `ses:SendRawEmail`.
/// - Lifetime: that of the access key. It must be a long-term key of an IAM user, because SES accepts
///   no session token.
/// - Used as: `AUTH LOGIN` or `AUTH PLAIN` at [`host`](SmtpLogin::host), over TLS.
///
/// Each region has its own password.
///
/// Amazon SES Developer Guide, "Obtaining Amazon SES SMTP credentials".
///
/// # Errors
/// - [`Error::InvalidParameter`] if the credentials are temporary
/// - [`Error::InvalidSecretKey`] if the secret key is empty
/// - [`Error::InvalidRegion`] if the region is not one label of a host name
///
/// ```
/// use countersign::{Credentials, tokens};
///
/// let credentials = Credentials::new(
///     "AKIDEXAMPLE",
///     "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
/// );
/// let login = tokens::ses_smtp(&credentials, "us-east-1")?;
/// assert_eq!(
///     (login.host(), login.user()),
///     ("email-smtp.us-east-1.amazonaws.com", "AKIDEXAMPLE")
/// );
/// assert_eq!(
///     login.expose_password(),
///     "BOntiZFm/r+5s3psZ/RpsjB+aSGsj2J0rXdiLuO0cQL7"
/// );
/// # Ok::<(), countersign::Error>(())
/// ```
pub fn ses_smtp(credentials: &Credentials, region: &str) -> Result<SmtpLogin, Error> {
    check_host_label(region)?;
    credentials.check()?;
    if credentials.session_token().is_some() {
        let problem = "must be long-term keys of an IAM user: SES accepts no session token";
        return Err(Error::invalid_parameter("credentials", problem));
    }
    // The day is fixed, so that the password does not change.
    let scope = CredentialScope::unchecked(b"11111111", Some(region), "ses");
    let signature = SigningKey::derive(credentials.secret_key(), &scope).sign("SendRawEmail");
    let mut bytes = Zeroizing::new([0x04; 33]);
    if let Some((_version, mac)) = bytes.split_first_mut() {
        hex::decode_to_slice(signature.as_str(), mac)
            .map_err(|_| Error::InvalidSecretKey(CredentialProblem::YieldsNoSignature))?;
    }
    Ok(SmtpLogin {
        user: credentials.access_key_id().to_owned(),
        password: STANDARD.encode(*bytes).into(),
        host: Api::SesSmtp.host(region, false, false)?,
    })
}

/// A user name and a password for SMTP.
///
/// The password is zeroised when dropped, and `Debug` does not print it.
///
/// ```
/// # let credentials = countersign::Credentials::new("AKIDEXAMPLE", "secret");
/// let login = countersign::tokens::ses_smtp(&credentials, "eu-west-1")?;
/// assert_eq!(login.expose_password().len(), 44);
/// assert!(!format!("{login:?}").contains(login.expose_password()));
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct SmtpLogin {
    user: String,
    password: Secret,
    host: String,
}

impl SmtpLogin {
    /// Returns the user name, which is the access key ID.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// Returns the password. It is a secret.
    pub fn expose_password(&self) -> &str {
        &self.password
    }

    /// Returns the SMTP host of the region.
    pub fn host(&self) -> &str {
        &self.host
    }
}
