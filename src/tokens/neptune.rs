//! Logins for Amazon Neptune over Bolt.

use super::FIVE_MINUTES;
use super::host_names::{check_host_region, host as checked_host};
use super::json_object::json_object;
use super::secret::Secret;
use crate::credentials::Credentials;
use crate::error::Error;
use crate::request::RawRequest;
use crate::sign::signer::Signer;
use crate::sigv4::payload_hash::PayloadHash;
use crate::timestamp::Timestamp;

/// The openCypher endpoint of an Amazon Neptune cluster, for connections over Bolt.
///
/// - Permission: `neptune-db:*` actions on the cluster. The cluster must have IAM authentication
///   enabled.
/// - Lifetime: about 5 minutes. A connection that was opened with the login stays open.
/// - Used as: basic authentication with a realm, in the driver.
///
/// Amazon Neptune User Guide, "Bolt protocol: authentication".
///
/// ```
/// use countersign::{Credentials, Timestamp, tokens::Neptune};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// let host = "db-1.cluster-abcdefghijkl.us-east-2.neptune.amazonaws.com";
/// let neptune = Neptune::new(host, 8182, "us-east-2")?;
/// let now: Timestamp = "2026-11-07T14:14:15Z".parse()?;
/// let login = neptune.login(&credentials, now)?;
/// // neo4j: AuthTokens.basic(principal, password, realm)
/// assert_eq!((login.principal(), login.realm()), ("username", "realm"));
/// let start = r#"{"Authorization":"AWS4-HMAC-SHA256 Credential="#;
/// assert!(login.expose_password().starts_with(start));
///
/// // The region must be the one in the host name.
/// assert!(Neptune::new(host, 8182, "us-east-1").is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Neptune {
    host: String,
    port: u16,
    region: String,
    path: &'static str,
    port_in_host: bool,
}

impl Neptune {
    /// Creates an endpoint from its host, port (usually 8182) and region.
    ///
    /// # Errors
    /// - [`Error::InvalidParameter`] if the host is malformed or contains a port or another region, or
    ///   if the port is 0
    pub fn new(host: &str, port: u16, region: &str) -> Result<Self, Error> {
        let host = checked_host("host", host)?;
        check_host_region(&host, &["neptune"], region)?;
        if port == 0 {
            let problem = "must be between 1 and 65535";
            return Err(Error::invalid_parameter("port", problem));
        }
        Ok(Self {
            host,
            port,
            region: region.to_owned(),
            path: "/opencypher",
            port_in_host: false,
        })
    }

    /// Signs the path `/` instead of `/opencypher`, for engines before 1.2.0.0.
    #[must_use]
    pub fn without_path(mut self) -> Self {
        self.path = "/";
        self
    }

    /// Signs the host with its port, as AWS's example for Node.js does.
    ///
    /// By default only the host is signed, as in AWS's example for Python.
    #[must_use]
    pub fn with_port_in_host(mut self) -> Self {
        self.port_in_host = true;
        self
    }

    /// Generates a login.
    ///
    /// # Errors
    /// - everything [`Signer::new`] and [`Signer::sign_raw`] return
    pub fn login(
        &self,
        credentials: &Credentials,
        now: impl Into<Timestamp>,
    ) -> Result<NeptuneLogin, Error> {
        let now = now.into();
        let host = match self.port_in_host {
            true => format!("{}:{}", self.host, self.port),
            false => self.host.clone(),
        };
        let request = RawRequest {
            method: "GET",
            path: self.path,
            query: "",
            headers: &[("host", host.as_bytes())],
        };
        let signer = Signer::new(credentials.clone(), &*self.region, "neptune-db")?;
        let (context, date) = signer.context(now)?;
        let expires_at = FIVE_MINUTES.end(&date, context.expiration)?;
        let added = signer.sign_raw(&request, PayloadHash::EMPTY, now)?;

        let value = |name| added.iter().find(|header| header.0 == name);
        let value = |name| value(name).map(|(_, value)| value);
        let members = [
            ("Authorization", value("authorization")),
            ("HttpMethod", Some("GET")),
            ("X-Amz-Date", value("x-amz-date")),
            ("Host", Some(host.as_str())),
            ("X-Amz-Security-Token", value("x-amz-security-token")),
        ];
        let members = members.map(|(name, value)| Some((name, value?)));
        let members: Vec<_> = members.into_iter().flatten().collect();
        Ok(NeptuneLogin {
            password: json_object(&members).into(),
            expires_at,
        })
    }
}

/// A login for a Bolt driver: scheme, principal, password and realm.
///
/// The password is zeroised when dropped, and `Debug` does not print it.
///
/// ```
/// use countersign::tokens::Neptune;
/// # let credentials = countersign::Credentials::new("AKIDEXAMPLE", "secret");
///
/// let neptune = Neptune::new("localhost", 8182, "us-east-1")?.with_port_in_host();
/// let now = countersign::Timestamp::from_unix_seconds(1_794_060_855);
/// let login = neptune.login(&credentials, now)?;
/// assert_eq!(login.scheme(), "basic");
/// assert!(login.expose_password().contains(r#""Host":"localhost:8182""#));
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct NeptuneLogin {
    password: Secret,
    expires_at: Timestamp,
}

impl NeptuneLogin {
    /// Returns the scheme, `basic`.
    pub fn scheme(&self) -> &'static str {
        "basic"
    }

    /// Returns the principal, `username`. Neptune ignores it.
    pub fn principal(&self) -> &'static str {
        "username"
    }

    /// Returns the realm, `realm`. Neptune ignores it.
    pub fn realm(&self) -> &'static str {
        "realm"
    }

    /// Returns the password: a JSON object of the signed request. It is a secret.
    pub fn expose_password(&self) -> &str {
        &self.password
    }

    /// Returns when the password or its credentials expire, whichever comes first.
    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
    }
}
