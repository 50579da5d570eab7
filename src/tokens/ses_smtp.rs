//! SMTP passwords for Amazon SES.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::credentials::Credentials;
use crate::error::Error;
use crate::error::credential::CredentialProblem;
use crate::service::hosts::Api;
use crate::sigv4::scope::{CredentialScope, check_host_label};
use crate::sigv4::signing_key::SigningKey;

/// How do I send mail with Amazon SES over SMTP? The user name and the password for a region.
///
/// - Permission: `ses:SendRawEmail`.
/// - Lives as long as the access key. Only an IAM user's own key works: SES takes no session token.
/// - Goes to `AUTH LOGIN` or `AUTH PLAIN` at [`host`](SmtpLogin::host), over TLS.
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
        let problem = "must be long-term keys of an IAM user: SES takes no session token";
        return Err(Error::invalid_parameter("credentials", problem));
    }
    // The key of a fixed day, so that the password stays.
    let scope = CredentialScope::unchecked(b"11111111", Some(region), "ses");
    let signature = SigningKey::derive(credentials.secret_key(), &scope).sign("SendRawEmail");
    let mut bytes = Zeroizing::new([0x04; 33]);
    if let Some((_version, mac)) = bytes.split_first_mut() {
        hex::decode_to_slice(signature.as_str(), mac)
            .map_err(|_| Error::InvalidSecretKey(CredentialProblem::YieldsNoSignature))?;
    }
    Ok(SmtpLogin {
        user: credentials.access_key_id().to_owned(),
        password: Zeroizing::new(STANDARD.encode(*bytes)),
        host: Api::SesSmtp.host(region, false, false)?,
    })
}

/// A user name and a password for SMTP.
///
/// The password is zeroised when dropped, and never printed.
///
/// ```
/// # let credentials = countersign::Credentials::new("AKIDEXAMPLE", "secret");
/// let login = countersign::tokens::ses_smtp(&credentials, "eu-west-1")?;
/// assert_eq!(login.expose_password().len(), 44);
/// assert!(!format!("{login:?}").contains(login.expose_password()));
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone)]
pub struct SmtpLogin {
    user: String,
    password: Zeroizing<String>,
    host: String,
}

impl SmtpLogin {
    /// The user name, which is the access key ID.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// The password.
    pub fn expose_password(&self) -> &str {
        &self.password
    }

    /// The region's SMTP host.
    pub fn host(&self) -> &str {
        &self.host
    }
}

impl fmt::Debug for SmtpLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpLogin")
            .field("user", &self.user)
            .field("host", &self.host)
            .finish_non_exhaustive()
    }
}
