//! Logins to MongoDB with the SASL mechanism MONGODB-AWS.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::proof::Proof;
use super::{QUERY, checked_host};
use crate::credentials::Credentials;
use crate::error::Error;
use crate::primitives::constant_time::same;
use crate::service::hosts::STS_GLOBAL;
use crate::timestamp::Timestamp;

/// Generates the client's second message of the SASL mechanism `MONGODB-AWS`.
///
/// - Permission: none in IAM. The server has the caller's ARN as a user of `$external`.
/// - Lifetime: 15 minutes. The server uses it immediately.
/// - Used as: the payload of `saslContinue`, where `a` is
///   [`expose_authorization`](MongoDbProof::expose_authorization), `d` is
///   [`date`](MongoDbProof::date), and `t` is the
///   [session token](MongoDbProof::expose_session_token).
///
/// `client_nonce` is `r` of `saslStart`. `server_nonce` and `host` are `s` and `h` of the server's
/// response.
///
/// MongoDB specifications, "Driver Authentication", *MONGODB-AWS*.
///
/// # Errors
/// - [`Error::InvalidParameter`] if the server nonce is not 64 bytes that begin with the client nonce
/// - [`Error::InvalidParameter`] if the host is malformed or has a port
/// - everything [`Signer::new`](crate::Signer::new) and [`Signer::sign`](crate::Signer::sign) return
///
/// ```
/// use countersign::tokens::caller_identity;
/// use countersign::{Credentials, Timestamp};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// let (client, server) = ([7; 32], [7; 64]);
/// let host = "sts.eu-west-1.amazonaws.com";
/// let now: Timestamp = "2024-07-07T07:00:00Z".parse()?;
/// let proof =
///     caller_identity::mongodb(&credentials, &client, &server, host, now)?;
/// assert_eq!(proof.date(), "20240707T070000Z");
/// assert!(
///     proof
///         .expose_authorization()
///         .contains("/eu-west-1/sts/aws4_request")
/// );
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
        let problem = "must be 64 bytes that begin with the client nonce";
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
    checked_host("host", host)?;
    // In its original letter case: the server sends the request with its own spelling of `h`.
    let own = host.to_owned();
    let proof = Proof::new(credentials, region(host), own, headers.into(), QUERY, now)?;
    Ok(MongoDbProof(proof))
}

/// The region by the specification: the second label, or that of the global endpoint.
fn region(host: &str) -> &str {
    match host.split('.').nth(1) {
        Some(region) if host != STS_GLOBAL => region,
        _ => "us-east-1",
    }
}

/// A MongoDB client's proof, from [`mongodb`].
///
/// It is zeroised when dropped, and `Debug` does not print its secrets.
///
/// ```
/// use countersign::tokens::caller_identity;
/// use countersign::{Credentials, Timestamp};
///
/// let credentials =
///     Credentials::new("ASIAEXAMPLE", "secret").with_session_token("token");
/// let now: Timestamp = "2024-07-07T07:00:00Z".parse()?;
/// let host = "sts.amazonaws.com";
/// let proof =
///     caller_identity::mongodb(&credentials, &[1; 32], &[1; 64], host, now)?;
/// assert_eq!(proof.expose_session_token(), Some("token"));
/// assert_eq!(
///     proof.expires_at(),
///     "2024-07-07T07:15:00Z".parse::<Timestamp>()?
/// );
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct MongoDbProof(Proof);

impl MongoDbProof {
    /// Returns `a`, the value of the `authorization` header.
    pub fn expose_authorization(&self) -> &str {
        self.0.header("authorization").unwrap_or_default()
    }

    /// Returns `d`, the value of `x-amz-date`.
    pub fn date(&self) -> &str {
        self.0.header("x-amz-date").unwrap_or_default()
    }

    /// Returns `t`, the session token, if the credentials are temporary.
    pub fn expose_session_token(&self) -> Option<&str> {
        self.0.header("x-amz-security-token")
    }

    /// Returns when the proof or its credentials expire, whichever comes first.
    pub fn expires_at(&self) -> Timestamp {
        self.0.expires_at()
    }
}

#[cfg(test)]
mod tests {
    use super::region;

    #[test]
    fn the_region_is_the_second_label_of_the_host_or_us_east_1() {
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
