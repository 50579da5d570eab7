//! Logins for Amazon Neptune over Bolt.

use std::fmt;

use zeroize::Zeroizing;

use super::host_names::host as checked_host;
use super::seconds;
use super::stated_region::check_stated_region;
use crate::credentials::Credentials;
use crate::error::Error;
use crate::primitives::json::write_string;
use crate::request::RawRequest;
use crate::sign::presigned::Lifetime;
use crate::sign::signer::Signer;
use crate::sigv4::payload_hash::PayloadHash;
use crate::timestamp::Timestamp;

const FIVE_MINUTES: Lifetime = seconds(300);

/// How do I connect a Bolt driver to Amazon Neptune? The login of an openCypher endpoint.
///
/// - Permission: `neptune-db:*` actions on the cluster. The cluster must have IAM authentication
///   enabled.
/// - Lives for about 5 minutes. A connection that was made with it lives on.
/// - Goes to the driver as a basic authentication token with a realm.
///
/// Amazon Neptune User Guide, "Bolt protocol: authentication".
///
/// ```
/// use countersign::{Credentials, tokens::Neptune};
/// use countersign::Timestamp;
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
/// let host = "db-1.cluster-abcdefghijkl.us-east-2.neptune.amazonaws.com";
/// let neptune = Neptune::new(host, 8182, "us-east-2")?;
/// let login = neptune.login(&credentials, "2026-11-07T14:14:15Z".parse::<Timestamp>()?)?;
/// // neo4j: AuthTokens.basic(principal, password, realm)
/// assert_eq!((login.principal(), login.realm()), ("username", "realm"));
/// assert!(login.expose_password().starts_with(r#"{"Authorization":"AWS4-HMAC-SHA256 Credential="#));
///
/// assert!(Neptune::new(host, 8182, "us-east-1").is_err());
/// # Ok::<(), countersign::Error>(())
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
    /// An endpoint by host, port (8182 usually) and region.
    ///
    /// # Errors
    /// - [`Error::InvalidParameter`] if the host is empty, malformed or has a port, if the port is
    ///   0, or if the region is not the one in the host name
    pub fn new(host: &str, port: u16, region: &str) -> Result<Self, Error> {
        let host = checked_host(host)?;
        check_stated_region(&host, "neptune", region)?;
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

    /// Signs no path: for engines before 1.2.0.0.
    #[must_use]
    pub fn without_path(mut self) -> Self {
        self.path = "/";
        self
    }

    /// Signs the host with its port, as AWS's example for Node.js does. Its example for Python, and
    /// this crate unless told otherwise, sign the host alone.
    #[must_use]
    pub fn with_port_in_host(mut self) -> Self {
        self.port_in_host = true;
        self
    }

    /// Makes the login.
    ///
    /// # Errors
    /// What [`Signer::sign`] returns for credentials, region and time.
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

        let length = added
            .iter()
            .map(|(_, value)| 2 * value.len())
            .sum::<usize>();
        let mut json = Zeroizing::new(String::with_capacity(length + host.len() + 128));
        let value = |name| added.iter().find(|header| header.0 == name);
        let mut separator = '{';
        for (written, value) in [
            (
                "Authorization",
                value("authorization").map(|header| header.1),
            ),
            ("HttpMethod", Some("GET")),
            ("X-Amz-Date", value("x-amz-date").map(|header| header.1)),
            ("Host", Some(host.as_str())),
            (
                "X-Amz-Security-Token",
                value("x-amz-security-token").map(|header| header.1),
            ),
        ] {
            if let Some(value) = value {
                json.push(separator);
                write_string(&mut json, written);
                json.push(':');
                write_string(&mut json, value);
                separator = ',';
            }
        }
        json.push('}');
        Ok(NeptuneLogin {
            password: json,
            expires_at,
        })
    }
}

/// What a Bolt driver takes: a scheme, a principal, a password and a realm.
///
/// The password is zeroised when dropped, and never printed.
///
/// ```
/// use countersign::tokens::Neptune;
/// # let credentials = countersign::Credentials::new("AKIDEXAMPLE", "secret");
///
/// let neptune = Neptune::new("localhost", 8182, "us-east-1")?.with_port_in_host();
/// let login = neptune.login(&credentials, time::macros::datetime!(2026-11-07 14:14:15 UTC))?;
/// assert_eq!(login.scheme(), "basic");
/// assert!(login.expose_password().contains(r#""Host":"localhost:8182""#));
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone)]
pub struct NeptuneLogin {
    password: Zeroizing<String>,
    expires_at: Timestamp,
}

impl NeptuneLogin {
    /// The scheme, `basic`.
    pub fn scheme(&self) -> &'static str {
        "basic"
    }

    /// The principal, `username`. Neptune ignores it.
    pub fn principal(&self) -> &'static str {
        "username"
    }

    /// The realm, `realm`. Neptune ignores it.
    pub fn realm(&self) -> &'static str {
        "realm"
    }

    /// The password: JSON of the signed request.
    pub fn expose_password(&self) -> &str {
        &self.password
    }

    /// When the password expires.
    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
    }
}

impl fmt::Debug for NeptuneLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NeptuneLogin")
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}
