//! Bearer tokens for EKS.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderValue;
use http::Method;
use zeroize::Zeroizing;

use super::{Token, caller_identity, presign, request, seconds};
use crate::credentials::Credentials;
use crate::error::Error;
use crate::service::partition::signing_region;
use crate::sign::presigned::Lifetime;
use crate::sign::signer::Signer;
use crate::timestamp::Timestamp;

/// What `X-Amz-Expires` says. STS takes such a URL for 15 minutes whatever it says, and early
/// authenticators took no more than this.
const SAID: Lifetime = seconds(60);
/// A minute less than what STS takes.
const FOURTEEN_MINUTES: Lifetime = seconds(840);
/// What the authenticator in a cluster reads, unless it is newer.
const LONGEST: usize = 4096;

/// A token for the Kubernetes API of an Amazon EKS cluster.
///
/// - Permission: none of IAM's. The cluster knows the caller by an access entry or by the
///   `aws-auth` config map.
/// - Lives for 14 minutes: STS takes it for 15, and one is for the way.
/// - Goes to `Authorization: Bearer`. kubectl gets it from an exec plugin, in the document that
///   [`EksToken::exec_credential`] makes.
///
/// It is a presigned `GetCallerIdentity` that the cluster sends to STS, with the cluster's name
/// signed so that no other cluster can use it.
///
/// Amazon EKS User Guide, "Grant IAM users and roles access to Kubernetes APIs"; Kubernetes,
/// "client-go credential plugins".
///
/// A token of more than 4,096 bytes is an error, because most clusters refuse it. Session tokens of
/// more than about 2,500 bytes make one. [`EksTokenGenerator::with_longest_token`] raises the limit.
///
/// # Errors
/// - [`Error::InvalidParameter`] if the cluster name is empty or no header can carry it
/// - [`Error::InvalidRegion`] if the region cannot be part of a host
/// - [`Error::InvalidSessionToken`] if the token would be longer than the limit
/// - everything [`Signer`] returns
///
/// ```
/// use countersign::{tokens, Credentials, Timestamp};
/// use countersign::tokens::ExecApiVersion;
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
/// let token = tokens::eks(&credentials, "us-east-1", "my-cluster", "2025-01-04T05:00:00Z".parse::<Timestamp>()?)?;
/// assert!(token.expose().starts_with("k8s-aws-v1."));
/// assert_eq!(token.expires_at(), "2025-01-04T05:14:00Z".parse::<Timestamp>()?);
/// assert!(token.exec_credential(ExecApiVersion::V1).expose().contains(r#""expirationTimestamp":"2025-01-04T05:14:00Z""#));
/// # Ok::<(), countersign::Error>(())
/// ```
pub fn eks(
    credentials: &Credentials,
    region: &str,
    cluster: &str,
    now: impl Into<Timestamp>,
) -> Result<EksToken, Error> {
    EksTokenGenerator::new(region, cluster).generate(credentials, now)
}

/// Generates tokens as [`eks`] does, with options.
///
/// ```
/// use countersign::Timestamp;
/// use countersign::Credentials;
/// use countersign::tokens::EksTokenGenerator;
///
/// // STS makes session tokens of up to 4,096 bytes.
/// let credentials = Credentials::new("ASIAEXAMPLE", "secret").with_session_token("a".repeat(2700));
/// let now: Timestamp = "2025-01-04T05:00:00Z".parse()?;
/// let generator = EksTokenGenerator::new("us-east-1", "my-cluster");
/// assert!(generator.generate(&credentials, now).is_err());
/// let token = generator.with_longest_token(16_384).generate(&credentials, now)?;
/// assert!(token.expose().len() > 4096);
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct EksTokenGenerator<'a> {
    region: &'a str,
    cluster: &'a str,
    longest: usize,
}

impl<'a> EksTokenGenerator<'a> {
    /// Creates a generator for a cluster, by its name. A token has at most 4,096 bytes.
    pub fn new(region: &'a str, cluster: &'a str) -> Self {
        Self {
            region,
            cluster,
            longest: LONGEST,
        }
    }

    /// Sets how many bytes a token may have, for a cluster whose authenticator reads more than 4,096.
    ///
    /// A session token of 4,096 bytes makes a token of about 6,400.
    #[must_use]
    pub fn with_longest_token(mut self, bytes: usize) -> Self {
        self.longest = bytes;
        self
    }

    /// Generates a token that lives for 14 minutes.
    ///
    /// # Errors
    /// Everything [`eks`] returns.
    ///
    /// ```
    /// # use countersign::{tokens::EksTokenGenerator, Credentials, Timestamp};
    /// # let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// let generator = EksTokenGenerator::new("us-east-1", "my-cluster");
    /// let token = generator.generate(&credentials, "2025-01-04T05:00:00Z".parse::<Timestamp>()?)?;
    /// assert_eq!(token.expires_at(), "2025-01-04T05:14:00Z".parse::<Timestamp>()?);
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn generate(
        &self,
        credentials: &Credentials,
        now: impl Into<Timestamp>,
    ) -> Result<EksToken, Error> {
        let now = now.into();
        let (region, cluster) = (self.region, self.cluster);
        if cluster.is_empty() || !cluster.bytes().all(|b| b.is_ascii_graphic()) {
            let problem = "is empty, or holds something else than visible ASCII";
            return Err(Error::invalid_parameter("cluster name", problem));
        }
        let host = caller_identity::host(region)?;
        let url = format!("https://{host}/?{}", caller_identity::QUERY);
        let mut get = request(Method::GET, &url)?;
        let cluster = HeaderValue::from_str(cluster).map_err(|_| {
            Error::invalid_parameter("cluster name", "is none that a header can carry")
        })?;
        get.headers_mut().insert("x-k8s-aws-id", cluster);

        let signer = Signer::new(credentials.clone(), signing_region(region), "sts")?;
        let presigned = presign(&signer, &get, SAID, now)?;
        let (context, date) = signer.context(now)?;
        let expires_at = FOURTEEN_MINUTES.end(&date, context.expiration)?;
        let url = Zeroizing::new(presigned.into_url());
        let encoded = Zeroizing::new(URL_SAFE_NO_PAD.encode(url.as_bytes()));
        let text = Zeroizing::new(format!("k8s-aws-v1.{}", *encoded));
        if text.len() > self.longest {
            let problem = "makes the EKS token longer than its limit, 4096 bytes unless \
                           `EksTokenGenerator::with_longest_token` raises it";
            return Err(Error::InvalidSessionToken(problem));
        }
        Ok(EksToken(Token::new(text, expires_at)))
    }
}

/// A token for a cluster of EKS.
///
/// Zeroised when dropped, and never printed.
///
/// ```
/// # use countersign::{tokens::{self, EksToken}, Credentials, Timestamp};
/// # let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
/// # let now: Timestamp = "2025-01-04T05:00:00Z".parse()?;
/// let token: EksToken = tokens::eks(&credentials, "us-west-2", "my-cluster", now)?;
/// assert!(!format!("{token:?}").contains(token.expose()));
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone)]
pub struct EksToken(Token);

impl EksToken {
    /// The token itself, for `Authorization: Bearer`.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// When it ends: 14 minutes after it was made, or with the credentials if they end before.
    pub fn expires_at(&self) -> Timestamp {
        self.0.expires_at()
    }

    /// The JSON document in which kubectl reads it from the standard output of an exec plugin. It
    /// holds the token.
    ///
    /// ```
    /// # use countersign::{tokens::{self, ExecApiVersion}, Credentials, Timestamp};
    /// # let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    /// # let now: Timestamp = "2025-01-04T05:00:00Z".parse()?;
    /// // The whole of an exec plugin, but for its arguments:
    /// let token = tokens::eks(&credentials, "us-west-2", "my-cluster", now)?;
    /// println!("{}", token.exec_credential(ExecApiVersion::V1Beta1).expose());
    /// # let json = token.exec_credential(ExecApiVersion::V1Beta1);
    /// # assert!(json.expose().starts_with(r#"{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1","#));
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn exec_credential(&self, version: ExecApiVersion) -> Token {
        // None of these values has a character that JSON would escape.
        let text = format!(
            r#"{{"kind":"ExecCredential","apiVersion":"{}","spec":{{}},"status":{{"expirationTimestamp":"{}","token":"{}"}}}}"#,
            version.as_str(),
            self.expires_at(),
            self.expose(),
        );
        Token::new(Zeroizing::new(text), self.expires_at())
    }
}

impl fmt::Debug for EksToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("EksToken").field(&self.0).finish()
    }
}

/// The version of `client.authentication.k8s.io` that a kubeconfig asks an exec plugin for, and
/// that `KUBERNETES_EXEC_INFO` repeats to it.
///
/// ```
/// use countersign::tokens::ExecApiVersion;
///
/// /// `info` is what the environment variable `KUBERNETES_EXEC_INFO` says.
/// fn asked_for(info: &str) -> ExecApiVersion {
///     let old = info.contains(ExecApiVersion::V1Beta1.as_str());
///     if old { ExecApiVersion::V1Beta1 } else { ExecApiVersion::V1 }
/// }
/// let info = r#"{"apiVersion":"client.authentication.k8s.io/v1beta1","kind":"ExecCredential","spec":{}}"#;
/// assert_eq!(asked_for(info), ExecApiVersion::V1Beta1);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum ExecApiVersion {
    /// `client.authentication.k8s.io/v1`: Kubernetes 1.22 and up.
    V1,
    /// `client.authentication.k8s.io/v1beta1`.
    V1Beta1,
}

impl ExecApiVersion {
    /// As a kubeconfig says it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V1 => "client.authentication.k8s.io/v1",
            Self::V1Beta1 => "client.authentication.k8s.io/v1beta1",
        }
    }
}
