//! Git passwords for CodeCommit.

use http::Uri;
use zeroize::Zeroizing;

use super::host_names::{check_host_region, host_on_443};
use super::secret::Secret;
use super::{FIFTEEN_MINUTES, Token};
use crate::credentials::Credentials;
use crate::error::Error;
use crate::primitives::ascii::own_ascii;
use crate::primitives::hex::hex32;
use crate::primitives::sha256::Sha256;
use crate::service::Rules;
use crate::sign::signer::Signer;
use crate::sigv4::canonical::headers::CanonicalHeaders;
use crate::sigv4::canonical::path::CanonicalPath;
use crate::sigv4::object_key::encode_segment;
use crate::sigv4::signature::Algorithm;
use crate::timestamp::Timestamp;

/// Generates a Git user name and password for an AWS CodeCommit repository over HTTPS.
///
/// - Permissions: `codecommit:GitPull` and `codecommit:GitPush` on the repository.
/// - Lifetime: 15 minutes.
/// - Used as: the output of a Git credential helper.
///
/// `url` is the clone URL, `https://git-codecommit.REGION.amazonaws.com/v1/repos/NAME`, or that of a
/// FIPS or VPC endpoint. With temporary credentials the user name contains the session token.
///
/// The signature differs from Signature Version 4: the method is `GIT`, the canonical request has no
/// payload line, and the time in the string to sign has no `Z`.
///
/// AWS CodeCommit User Guide, "Setup steps for HTTPS connections with the AWS CLI credential
/// helper".
///
/// # Errors
/// - [`Error::InvalidParameter`] if the URL is not `https://HOST/PATH`, has a port other than 443,
///   or contains another region
/// - [`Error::InvalidPath`] if the path of the URL is malformed
/// - everything [`Signer::new`] and [`Signer::sign`] return
///
/// ```
/// use countersign::{Credentials, Timestamp, tokens};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// let now: Timestamp = "2024-01-01T00:00:00Z".parse()?;
/// let url = "https://git-codecommit.us-east-1.amazonaws.com/v1/repos/app";
/// let git = tokens::codecommit(&credentials, "us-east-1", url, now)?;
/// assert_eq!(git.expose_username(), "AKIDEXAMPLE");
/// assert!(git.expose_password().starts_with("20240101T000000Z"));
/// # Ok::<(), countersign::Error>(())
/// ```
pub fn codecommit(
    credentials: &Credentials,
    region: &str,
    url: &str,
    now: impl Into<Timestamp>,
) -> Result<GitCredentials, Error> {
    let now = now.into();
    let malformed =
        || Error::invalid_parameter("url", "must be of the form https://HOST/v1/repos/NAME");
    let uri: Uri = url.parse().map_err(|_| malformed())?;
    let authority = uri.authority().ok_or_else(malformed)?;
    let is_https = uri.scheme_str() == Some("https");
    if !is_https || uri.path() == "/" || uri.query().is_some() || url.contains('#') {
        return Err(malformed());
    }
    let host = host_on_443("host", authority.as_str())?;
    check_host_region(&host, &["git-codecommit", "git-codecommit-fips"], region)?;
    let mut as_sent = Rules::S3;
    as_sent.recode_path = false;
    let path = CanonicalPath::new(uri.path(), &as_sent)?;
    let headers = CanonicalHeaders::new([("host", host.as_bytes())])?;
    let names = headers.signed_headers();
    let canonical = format!("GIT\n{path}\n\n{headers}\n{names}\n");

    let signer = Signer::new(credentials.clone(), region, "codecommit")?;
    let (context, date) = signer.context(now)?;
    let time = date.as_str().trim_end_matches('Z');
    let signature = signer.with_key(&date, context, |key| {
        let algorithm = Algorithm::HmacSha256.as_str();
        let hash = hex32(&Sha256::digest(canonical));
        let lines = [algorithm, time, key.scope().as_str(), own_ascii(&hash)];
        key.sign(lines.join("\n"))
    });
    let id = credentials.access_key_id();
    let username = match credentials.session_token() {
        Some(token) => [id, "%", token.expose()].concat(),
        None => id.to_owned(),
    };
    Ok(GitCredentials {
        username: username.into(),
        password: [date.as_str(), signature.as_str()].concat().into(),
        host,
        path: uri.path().to_owned(),
        expires_at: FIFTEEN_MINUTES.end(&date, context.expiration)?,
    })
}

/// A user name and password for Git.
///
/// Both are zeroised when dropped, and `Debug` does not print them.
///
/// ```
/// use countersign::{Credentials, Timestamp, tokens};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// let now: Timestamp = "2024-01-01T00:00:00Z".parse()?;
/// let url =
///     "https://git-codecommit.us-east-2.amazonaws.com/v1/repos/MyDemoRepo";
/// let git = tokens::codecommit(&credentials, "us-east-2", url, now)?;
/// // The output of a credential helper for the operation `get`:
/// let (username, password) = (git.expose_username(), git.expose_password());
/// let output = format!("username={username}\npassword={password}\n");
/// assert!(output.starts_with("username=AKIDEXAMPLE\n"));
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct GitCredentials {
    username: Secret,
    password: Secret,
    host: String,
    path: String,
    expires_at: Timestamp,
}

impl GitCredentials {
    /// Returns the user name. With temporary credentials it contains the session token.
    pub fn expose_username(&self) -> &str {
        &self.username
    }

    /// Returns the password. It is a secret.
    pub fn expose_password(&self) -> &str {
        &self.password
    }

    /// Returns the URL with user name and password in it, for a Git remote helper.
    pub fn url(&self) -> Token {
        let username = Zeroizing::new(encode_segment(self.username.as_bytes()));
        let (password, host, path) = (&*self.password, &*self.host, &*self.path);
        let url = ["https://", &username, ":", password, "@", host, path].concat();
        Token::new(url, self.expires_at)
    }

    /// Returns when the password or its credentials expire, whichever comes first.
    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
    }
}
