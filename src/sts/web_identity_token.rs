//! `GetWebIdentityToken`: a JSON Web Token of the caller.

use std::str::FromStr;

use super::alphabets::{ANY, SCOPE};
use super::form::QueryForm;
use super::parameters::Tag;
use super::response::response;
use crate::aws_call::SignableRequest;
use crate::aws_call::endpoint::Endpoint;
use crate::bearer::BearerToken;
use crate::error::Error;

/// `GetWebIdentityToken`: a signed JSON Web Token that proves the caller to services outside AWS.
///
/// Signed. The global endpoint does not serve it. STS API Reference, "`GetWebIdentityToken`".
///
/// ```
/// use countersign::sts::{Endpoint, GetWebIdentityToken};
/// use countersign::sts::{SigningAlgorithm, SubjectMode};
///
/// let audience = ["https://api.example.com"];
/// let algorithm = SigningAlgorithm::Es384;
/// let mut action = GetWebIdentityToken::new(&audience, algorithm);
/// action.subject_mode = Some(SubjectMode::OriginIdentity);
/// action.scope = Some("read write");
/// let request = action.request(&Endpoint::regional("eu-west-1")?)?;
///
/// // Sign and send it; then:
/// # let (status, body) = (http::StatusCode::OK, "<GetWebIdentityTokenResponse><GetWebIdentityTokenResult><WebIdentityToken>a.b.c</WebIdentityToken><Expiration>2026-01-01T00:05:00Z</Expiration></GetWebIdentityTokenResult></GetWebIdentityTokenResponse>");
/// let response = GetWebIdentityToken::parse(status, body)?;
/// let expiration = response.web_identity_token.expiration();
/// assert_eq!(expiration, Some("2026-01-01T00:05:00Z".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct GetWebIdentityToken<'a> {
    /// The services that the token is for: 1 to 10 names of 1 to 1000 characters.
    pub audience: &'a [&'a str],
    /// How AWS signs the token.
    pub signing_algorithm: SigningAlgorithm,
    /// The lifetime of the token: 60 to 3600 seconds. Default: 300.
    pub duration_seconds: Option<u32>,
    /// OAuth 2.0 scopes with one space between them: 1 to 256 characters, no scope twice.
    ///
    /// Only with [`SubjectMode::OriginIdentity`] and one audience.
    pub scope: Option<&'a str>,
    /// The identity in the token. Default: that of the caller.
    pub subject_mode: Option<SubjectMode>,
    /// Up to 50 tags, which become claims of the token.
    pub tags: &'a [Tag<'a>],
}

impl<'a> GetWebIdentityToken<'a> {
    /// Creates the action with its required parameters.
    pub fn new(audience: &'a [&'a str], signing_algorithm: SigningAlgorithm) -> Self {
        Self {
            audience,
            signing_algorithm,
            duration_seconds: None,
            scope: None,
            subject_mode: None,
            tags: &[],
        }
    }

    /// Creates the request, which has to be signed.
    ///
    /// # Errors
    /// - [`Error::InvalidParameter`] if a parameter is outside its limits
    /// - [`Error::InvalidParameter`] if there is a scope without [`SubjectMode::OriginIdentity`], or
    ///   with several audiences
    /// - [`Error::NoEndpoint`] if the endpoint is the global one, or STS has no such endpoint in the
    ///   region
    pub fn request(&self, endpoint: &Endpoint) -> Result<SignableRequest, Error> {
        let mut form = QueryForm::regional("GetWebIdentityToken", endpoint)?;
        form.list("Audience", self.audience, 1..=10, |form, member, name| {
            form.text(member, name, 1..=1000, &ANY)
        })?;
        form.put("SigningAlgorithm", self.signing_algorithm.as_str());
        form.duration(self.duration_seconds, 60..=3600)?;
        if let Some(scope) = self.scope {
            form.text("Scope", scope, 1..=256, &SCOPE)?;
            self.check_scope(scope)?;
        }
        if let Some(mode) = self.subject_mode {
            form.put("SubjectMode", mode.as_str());
        }
        form.tags(self.tags)?;
        form.into_signable(endpoint)
    }

    /// Checks what the model says of scopes besides their length and characters.
    fn check_scope(&self, scope: &str) -> Result<(), Error> {
        let origin = self.subject_mode == Some(SubjectMode::OriginIdentity);
        let problem = if !origin || self.audience.len() != 1 {
            "requires `SubjectMode` to be `OriginIdentity`, and exactly one audience"
        } else if scope.split(' ').any(str::is_empty) {
            "must have exactly one space between two scopes, and none at its ends"
        } else if has_duplicates(scope.split(' ').collect()) {
            "must not contain a duplicate scope"
        } else {
            return Ok(());
        };
        Err(Error::invalid_parameter("Scope", problem))
    }
}

fn has_duplicates(mut texts: Vec<&str>) -> bool {
    texts.sort_unstable();
    texts.windows(2).any(|pair| pair.first() == pair.last())
}

response! {
    GetWebIdentityToken<'_>, "GetWebIdentityToken";
    /// The response to [`GetWebIdentityToken`].
    #[derive(Clone, Debug)]
    pub struct GetWebIdentityTokenResponse |result| {
        /// The JSON Web Token with its expiration.
        pub web_identity_token: BearerToken =
            BearerToken::new(result.required("WebIdentityToken")?)
                .with_expiration(result.date("Expiration")?),
    }
}

/// How AWS signs a web identity token.
///
/// ```
/// use countersign::sts::SigningAlgorithm;
///
/// let algorithm: SigningAlgorithm = "ES384".parse()?;
/// assert_eq!(algorithm, SigningAlgorithm::Es384);
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum SigningAlgorithm {
    /// `RS256`: RSA with SHA-256.
    Rs256,
    /// `ES384`: ECDSA on P-384 with SHA-384.
    Es384,
}

impl SigningAlgorithm {
    /// Returns the name in the request.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es384 => "ES384",
        }
    }
}

impl FromStr for SigningAlgorithm {
    type Err = Error;

    /// # Errors
    /// - [`Error::InvalidParameter`] if the name is not `RS256` or `ES384`
    fn from_str(name: &str) -> Result<Self, Error> {
        match name {
            "RS256" => Ok(Self::Rs256),
            "ES384" => Ok(Self::Es384),
            _ => Err(Error::invalid_parameter(
                "SigningAlgorithm",
                "must be `RS256` or `ES384`",
            )),
        }
    }
}

/// Which identity a web identity token is about.
///
/// ```
/// use countersign::sts::SubjectMode;
///
/// let mode: SubjectMode = "OriginIdentity".parse()?;
/// assert_eq!(mode, SubjectMode::OriginIdentity);
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum SubjectMode {
    /// `AWSIdentity`: the caller in AWS. The default of STS.
    AwsIdentity,
    /// `OriginIdentity`: the user of an identity provider whose identity the session propagates.
    OriginIdentity,
}

impl SubjectMode {
    /// Returns the name in the request.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AwsIdentity => "AWSIdentity",
            Self::OriginIdentity => "OriginIdentity",
        }
    }
}

impl FromStr for SubjectMode {
    type Err = Error;

    /// # Errors
    /// - [`Error::InvalidParameter`] if the name is not `AWSIdentity` or `OriginIdentity`
    fn from_str(name: &str) -> Result<Self, Error> {
        match name {
            "AWSIdentity" => Ok(Self::AwsIdentity),
            "OriginIdentity" => Ok(Self::OriginIdentity),
            _ => Err(Error::invalid_parameter(
                "SubjectMode",
                "must be `AWSIdentity` or `OriginIdentity`",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_in_their_exact_case() {
        for algorithm in [SigningAlgorithm::Rs256, SigningAlgorithm::Es384] {
            assert_eq!(algorithm.as_str().parse(), Ok(algorithm));
        }
        for mode in [SubjectMode::AwsIdentity, SubjectMode::OriginIdentity] {
            assert_eq!(mode.as_str().parse(), Ok(mode));
        }
        for name in ["", "rs256", "HS256", "originidentity", "AwsIdentity"] {
            assert!(name.parse::<SigningAlgorithm>().is_err(), "{name}");
            assert!(name.parse::<SubjectMode>().is_err(), "{name}");
        }
    }
}
