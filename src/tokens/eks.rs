//! Bearer tokens for EKS.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderValue, Method};
use zeroize::Zeroizing;

use super::{Token, caller_identity, presign, request, seconds};
use crate::credentials::Credentials;
use crate::error::Error;
use crate::error::credential::CredentialProblem;
use crate::service::partition::signing_region;
use crate::sign::presigned::Lifetime;
use crate::sign::signer::Signer;
use crate::timestamp::Timestamp;

/// The value of `X-Amz-Expires`. Early authenticators reject a larger one.
///
/// STS accepts the URL for 15 minutes, whatever the value is.
const WRITTEN: Lifetime = seconds(60);
/// The lifetime that AWS's own tools report: one minute less than STS accepts.
const FOURTEEN_MINUTES: Lifetime = seconds(840);
/// The maximum length that most authenticators in clusters accept.
const LONGEST: usize = 4096;

/// Generates a token for the Kubernetes API of an Amazon EKS cluster.
///
/// - Permission: none in IAM. The cluster maps the caller with an access entry or the `aws-auth`
///   config map.
/// - Lifetime: 14 minutes, one minute less than STS accepts.
/// - Used as: `Authorization: Bearer TOKEN`. kubectl reads it from an exec plugin, in the document
///   of [`EksToken::exec_credential`].
///
/// The token is a presigned `GetCallerIdentity` request, which the cluster sends to STS. The cluster
/// name is signed, so another cluster rejects the token.
///
/// Amazon EKS User Guide, "Grant IAM users and roles access to Kubernetes APIs"; Kubernetes,
/// "client-go credential plugins".
///
/// A token of more than 4,096 bytes is an error, because most clusters reject it. It comes from a
/// session token of more than about 2,500 bytes. [`EksTokenGenerator::with_longest_token`] raises
/// the maximum.
///
/// # Errors
/// - [`Error::InvalidParameter`] if the cluster name is empty or not printable ASCII
/// - [`Error::InvalidRegion`] if the region cannot be part of a host name
/// - [`Error::InvalidSessionToken`] if the token would be longer than the maximum
/// - everything [`Signer::new`] and [`Signer::presign`] return
///
/// ```
/// use countersign::tokens::ExecApiVersion;
/// use countersign::{Credentials, Timestamp, tokens};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// let now: Timestamp = "2025-01-04T05:00:00Z".parse()?;
/// let token = tokens::eks(&credentials, "us-east-1", "my-cluster", now)?;
/// assert!(token.expose().starts_with("k8s-aws-v1."));
/// assert_eq!(
///     token.expires_at(),
///     "2025-01-04T05:14:00Z".parse::<Timestamp>()?
/// );
/// let json = token.exec_credential(ExecApiVersion::V1);
/// assert!(json.expose().contains("2025-01-04T05:14:00Z"));
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

/// A generator of tokens as from [`eks`], with options.
///
/// ```
/// use countersign::tokens::EksTokenGenerator;
/// use countersign::{Credentials, Timestamp};
///
/// // A session token from STS can be 4,096 bytes long.
/// let credentials = Credentials::new("ASIAEXAMPLE", "secret")
///     .with_session_token("a".repeat(2700));
/// let now: Timestamp = "2025-01-04T05:00:00Z".parse()?;
/// let generator = EksTokenGenerator::new("us-east-1", "my-cluster");
/// assert!(generator.generate(&credentials, now).is_err());
/// let generator = generator.with_longest_token(16_384);
/// let token = generator.generate(&credentials, now)?;
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
    /// Creates a generator for the cluster with this name.
    ///
    /// The maximum length of a token is 4,096 bytes.
    pub fn new(region: &'a str, cluster: &'a str) -> Self {
        Self {
            region,
            cluster,
            longest: LONGEST,
        }
    }

    /// Sets the maximum length of a token, in bytes.
    ///
    /// Use it for a cluster whose authenticator accepts more than 4,096 bytes. A session token of
    /// 4,096 bytes makes a token of about 6,400 bytes.
    #[must_use]
    pub fn with_longest_token(mut self, bytes: usize) -> Self {
        self.longest = bytes;
        self
    }

    /// Generates a token that is valid for 14 minutes.
    ///
    /// # Errors
    /// - everything [`eks`] returns
    pub fn generate(
        &self,
        credentials: &Credentials,
        now: impl Into<Timestamp>,
    ) -> Result<EksToken, Error> {
        let now = now.into();
        let (region, cluster) = (self.region, self.cluster);
        if cluster.is_empty() || !cluster.bytes().all(|b| b.is_ascii_graphic()) {
            let problem = "must be printable ASCII without spaces, and not empty";
            return Err(Error::invalid_parameter("cluster name", problem));
        }
        let host = caller_identity::host(region)?;
        let url = format!("https://{host}/?{}", caller_identity::QUERY);
        let mut get = request(Method::GET, &url)?;
        let cluster = HeaderValue::from_str(cluster).map_err(|_| {
            Error::invalid_parameter("cluster name", "must be a valid header value")
        })?;
        get.headers_mut().insert("x-k8s-aws-id", cluster);

        let signer = Signer::new(credentials.clone(), signing_region(region), "sts")?;
        let presigned = presign(&signer, &get, WRITTEN, now)?;
        let (context, date) = signer.context(now)?;
        let expires_at = FOURTEEN_MINUTES.end(&date, context.expiration)?;
        let url = Zeroizing::new(presigned.into_url());
        let encoded = Zeroizing::new(URL_SAFE_NO_PAD.encode(url.as_bytes()));
        let text = ["k8s-aws-v1.", &encoded].concat();
        let token = Token::new(text, expires_at);
        if token.expose().len() > self.longest {
            return Err(Error::InvalidSessionToken(CredentialProblem::TooLongForEks));
        }
        Ok(EksToken(token))
    }
}

/// A token for an Amazon EKS cluster.
///
/// It is zeroised when dropped, and `Debug` does not print it.
///
/// ```
/// use countersign::tokens::{self, EksToken};
/// use countersign::{Credentials, Timestamp};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// let now: Timestamp = "2025-01-04T05:00:00Z".parse()?;
/// let token: EksToken = tokens::eks(&credentials, "us-west-2", "name", now)?;
/// assert!(!format!("{token:?}").contains(token.expose()));
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct EksToken(Token);

impl EksToken {
    /// Returns the token itself, for `Authorization: Bearer`. It is a secret.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// Returns when the token or its credentials expire, whichever comes first.
    pub fn expires_at(&self) -> Timestamp {
        self.0.expires_at()
    }

    /// Returns the JSON document that an exec plugin of kubectl prints.
    ///
    /// It contains the token, so it is a secret.
    ///
    /// ```
    /// # use countersign::{tokens::{self, ExecApiVersion}, Credentials, Timestamp};
    /// # let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// # let now: Timestamp = "2025-01-04T05:00:00Z".parse()?;
    /// let token = tokens::eks(&credentials, "us-west-2", "my-cluster", now)?;
    /// let json = token.exec_credential(ExecApiVersion::V1Beta1);
    /// println!("{}", json.expose());
    /// assert!(json.expose().starts_with(r#"{"kind":"ExecCredential","#));
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn exec_credential(&self, version: ExecApiVersion) -> Token {
        // No value contains a character that JSON escapes.
        let text = [
            r#"{"kind":"ExecCredential","apiVersion":""#,
            version.as_str(),
            r#"","spec":{},"status":{"expirationTimestamp":""#,
            &self.expires_at().to_string(),
            r#"","token":""#,
            self.expose(),
            r#""}}"#,
        ]
        .concat();
        Token::new(text, self.expires_at())
    }
}

/// The version of `client.authentication.k8s.io` that kubectl expects from an exec plugin.
///
/// The kubeconfig sets it. kubectl passes it on in the environment variable `KUBERNETES_EXEC_INFO`.
///
/// ```
/// use countersign::tokens::ExecApiVersion;
///
/// // The value of `KUBERNETES_EXEC_INFO`:
/// let info = r#"{"apiVersion":"client.authentication.k8s.io/v1beta1"}"#;
/// let version = if info.contains(ExecApiVersion::V1Beta1.as_str()) {
///     ExecApiVersion::V1Beta1
/// } else {
///     ExecApiVersion::V1
/// };
/// assert_eq!(version, ExecApiVersion::V1Beta1);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum ExecApiVersion {
    /// `client.authentication.k8s.io/v1`, for Kubernetes 1.22 or later.
    V1,
    /// `client.authentication.k8s.io/v1beta1`.
    V1Beta1,
}

impl ExecApiVersion {
    /// Returns the name of the version, as in a kubeconfig.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V1 => "client.authentication.k8s.io/v1",
            Self::V1Beta1 => "client.authentication.k8s.io/v1beta1",
        }
    }
}
