//! MongoDB's MONGODB-AWS.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::proof::Proof;
use super::{QUERY, checked_host};
use crate::credentials::Credentials;
use crate::error::Error;
use crate::primitives::constant_time::same;
use crate::timestamp::Timestamp;

/// The client's answer to a MongoDB server, in the SASL mechanism `MONGODB-AWS`.
///
/// - Permission: none of IAM's. The server knows the caller's ARN as a user of `$external`.
/// - Lives for 15 minutes; the server uses it at once.
/// - Goes to `saslContinue`: `a` is [`expose_authorization`](MongoDbProof::expose_authorization),
///   `d` the [`date`](MongoDbProof::date), `t` the
///   [session token](MongoDbProof::expose_session_token).
///
/// `client_nonce` is the `r` of `saslStart`; `server_nonce` and `host` are the server's `s` and `h`.
///
/// MongoDB specifications, "Driver Authentication", *MONGODB-AWS*.
///
/// # Errors
/// A server nonce that is not 64 bytes of which the first are the client's; a host that is none;
/// what [`Signer`](crate::Signer) refuses.
///
/// ```
/// use countersign::Timestamp;
/// use countersign::Credentials;
/// use countersign::tokens::caller_identity;
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
/// let (client_nonce, server_nonce) = ([7; 32], [7; 64]);
/// let now: Timestamp = "2024-07-07T07:00:00Z".parse()?;
/// let answer = caller_identity::mongodb(&credentials, &client_nonce, &server_nonce, "sts.eu-west-1.amazonaws.com", now)?;
/// assert_eq!(answer.date(), "20240707T070000Z");
/// assert!(answer.expose_authorization().contains("/eu-west-1/sts/aws4_request"));
/// # Ok::<(), countersign::Error>(())
/// ```
pub fn mongodb(
    credentials: &Credentials,
    client_nonce: &[u8; 32],
    server_nonce: &[u8],
    host: &str,
    now: Timestamp,
) -> Result<MongoDbProof, Error> {
    let (own, _) = server_nonce.split_at_checked(32).unwrap_or_default();
    if server_nonce.len() != 64 || !same(own, client_nonce) {
        let problem = "is not 64 bytes that begin with the client's 32";
        return Err(Error::invalid_parameter("server nonce", problem));
    }
    let headers = [
        ("content-length", QUERY.len().to_string()),
        (
            "content-type",
            "application/x-www-form-urlencoded".to_owned(),
        ),
        ("x-mongodb-gs2-cb-flag", "n".to_owned()),
        ("x-mongodb-server-nonce", STANDARD.encode(server_nonce)),
    ];
    let headers = headers.map(|(name, value)| (name.to_owned(), value));
    checked_host(host)?;
    // As it came, in whatever case: the server sends the request itself, with its own `h`.
    let own = host.to_owned();
    let proof = Proof::new(credentials, region(host), own, headers.into(), QUERY, now)?;
    Ok(MongoDbProof(proof))
}

/// As the specification says: the second label, but for the global endpoint.
fn region(host: &str) -> &str {
    match host.split('.').nth(1) {
        Some(region) if host != "sts.amazonaws.com" => region,
        _ => "us-east-1",
    }
}

/// What a MongoDB client answers.
///
/// Zeroised when dropped, and never printed.
///
/// ```
/// use countersign::Timestamp;
/// use countersign::Credentials;
/// use countersign::tokens::caller_identity;
///
/// let credentials = Credentials::new("ASIAEXAMPLE", "secret").with_session_token("token");
/// let now: Timestamp = "2024-07-07T07:00:00Z".parse()?;
/// let answer = caller_identity::mongodb(&credentials, &[1; 32], &[1; 64], "sts.amazonaws.com", now)?;
/// assert_eq!(answer.expose_session_token(), Some("token"));
/// assert_eq!(answer.expires_at(), "2024-07-07T07:15:00Z".parse::<Timestamp>()?);
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone)]
pub struct MongoDbProof(Proof);

impl MongoDbProof {
    /// `a`: the value of the `authorization` header.
    pub fn expose_authorization(&self) -> &str {
        self.0.header("authorization").unwrap_or_default()
    }

    /// `d`: the value of `x-amz-date`.
    pub fn date(&self) -> &str {
        self.0.header("x-amz-date").unwrap_or_default()
    }

    /// `t`: the session token, of temporary credentials.
    pub fn expose_session_token(&self) -> Option<&str> {
        self.0.header("x-amz-security-token")
    }

    /// When it ends.
    pub fn expires_at(&self) -> Timestamp {
        self.0.expires_at()
    }
}

impl fmt::Debug for MongoDbProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MongoDbProof")
            .field("expires_at", &self.expires_at())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::region;

    #[test]
    fn regions() {
        for (host, name) in [
            ("sts.amazonaws.com", "us-east-1"),
            ("sts.us-west-2.amazonaws.com", "us-west-2"),
            ("sts.us-west-2.amazonaws.com.ch", "us-west-2"),
            ("first", "us-east-1"),
            ("first.second", "second"),
            ("first.second.third", "second"),
        ] {
            assert_eq!(region(host), name, "{host}");
        }
    }
}
