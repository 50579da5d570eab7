//! Repositories, and their settings for package managers.

use zeroize::Zeroizing;

use super::{SERVICE, check_domain, check_owner, host_patterns, repository_host};
use crate::aws_call::secret_text::SecretText;
use crate::bearer::{BearerToken, Scheme};
use crate::error::Error;
use crate::sigv4::object_key::encode_segment;
use crate::sigv4::scope::check_host_label;
use crate::timestamp::Timestamp;

/// A repository, which provides the settings for npm, pip and Cargo.
///
/// It returns values and writes no file. A token that names hosts must name the repository's host.
///
/// CodeArtifact User Guide, "Configuring npm without the login command", "Configure pip without the
/// login command", "Configure and use Cargo".
///
/// ```
/// use countersign::Timestamp;
/// use countersign::bearer::BearerToken;
/// use countersign::codeartifact::Repository;
///
/// let repository =
///     Repository::new("my-domain", "111122223333", "us-west-2", "repo")?;
/// let host = "my-domain-111122223333.d.codeartifact.us-west-2.amazonaws.com";
/// assert_eq!(repository.host(), host);
/// assert_eq!(
///     repository.npm_registry(),
///     format!("https://{host}/npm/repo/")
/// );
/// let index = format!("sparse+https://{host}/cargo/repo/");
/// assert_eq!(repository.cargo_index(), index);
///
/// let now: Timestamp = "2026-01-01T00:00:00Z".parse()?;
/// let token =
///     BearerToken::new("TOKEN").with_scope("codeartifact", "us-west-2");
/// let line = repository.npm_auth_token(&token, now)?;
/// assert_eq!(
///     line.expose(),
///     format!("//{host}/npm/repo/:_authToken=TOKEN")
/// );
/// assert_eq!(repository.cargo_token(&token, now)?.expose(), "TOKEN");
///
/// // A token for another region is an error.
/// let token =
///     BearerToken::new("TOKEN").with_scope("codeartifact", "eu-west-1");
/// assert!(repository.npm_auth_token(&token, now).is_err());
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Repository<'a> {
    domain: &'a str,
    domain_owner: &'a str,
    region: &'a str,
    name: &'a str,
    dual_stack: bool,
}

impl<'a> Repository<'a> {
    /// Creates a repository from its domain, the domain's owner, region and name.
    ///
    /// `domain_owner` is an account ID of 12 digits. `name` is 2 to 100 letters, digits and `._-`.
    ///
    /// # Errors
    /// - [`Error::InvalidParameter`] if the domain, owner or name is malformed
    /// - [`Error::InvalidRegion`] if the region is not one label of a host name
    pub fn new(
        domain: &'a str,
        domain_owner: &'a str,
        region: &'a str,
        name: &'a str,
    ) -> Result<Self, Error> {
        check_domain(domain)?;
        check_owner(domain_owner)?;
        check_host_label(region)?;
        let mut bytes = name.bytes();
        let first = bytes
            .next()
            .is_some_and(|byte| byte.is_ascii_alphanumeric());
        let rest = bytes.all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
        if !(first && rest && (2..=100).contains(&name.len())) {
            let limit = "must be 2 to 100 letters, digits and `._-`, with a letter or digit first";
            return Err(Error::invalid_parameter("repository", limit));
        }
        Ok(Self {
            domain,
            domain_owner,
            region,
            name,
            dual_stack: false,
        })
    }

    /// Uses the dual-stack host, for IPv4 and IPv6, in all settings.
    #[must_use]
    pub fn dual_stack(mut self) -> Self {
        self.dual_stack = true;
        self
    }

    /// Returns the host of the domain's repositories, in the region's partition.
    pub fn host(&self) -> String {
        repository_host(self.domain, self.domain_owner, self.region, self.dual_stack)
    }

    /// Checks the token for a setting, which contains the repository's host.
    fn check(&self, token: &BearerToken, now: Timestamp) -> Result<(), Error> {
        token.check_at((SERVICE, self.region), &self.host(), now)
    }

    /// Returns the setting `registry` of npm and yarn.
    pub fn npm_registry(&self) -> String {
        format!("https://{}/npm/{}/", self.host(), self.name)
    }

    /// Returns the line of `.npmrc` with the token.
    ///
    /// It is `//HOST/npm/REPOSITORY/:_authToken=TOKEN`. [`Repository`] has an example.
    ///
    /// # Errors
    /// - everything [`BearerToken::check`] returns
    /// - [`Error::BearerTokenForAnotherHost`] if the token names hosts, but not this one
    pub fn npm_auth_token(
        &self,
        token: &BearerToken,
        now: impl Into<Timestamp>,
    ) -> Result<SecretText, Error> {
        self.check(token, now.into())?;
        let (host, name) = (self.host(), self.name);
        let start = format!("//{host}/npm/{name}/:_authToken=");
        Ok(SecretText::new([&*start, token.expose()].concat()))
    }

    /// Returns the setting `index-url` of pip, which contains the user name and the token.
    ///
    /// # Errors
    /// - everything [`BearerToken::check`] returns
    /// - [`Error::BearerTokenForAnotherHost`] if the token names hosts, but not this one
    ///
    /// ```
    /// use countersign::Timestamp;
    /// use countersign::bearer::BearerToken;
    /// use countersign::codeartifact::Repository;
    ///
    /// let now: Timestamp = "2026-01-01T12:00:00Z".parse()?;
    /// let token = BearerToken::new("eyJ2ZXIiOjF9");
    /// let repository =
    ///     Repository::new("my-domain", "111122223333", "us-west-2", "repo")?;
    /// let url = repository.pip_index_url(&token, now)?;
    /// let mut pip = std::process::Command::new("pip");
    /// pip.args(["install", "requests"])
    ///     .env("PIP_INDEX_URL", url.expose());
    /// let start = "https://aws:eyJ2ZXIiOjF9@my-domain-111122223333.";
    /// assert!(url.expose().starts_with(start));
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn pip_index_url(
        &self,
        token: &BearerToken,
        now: impl Into<Timestamp>,
    ) -> Result<SecretText, Error> {
        self.check(token, now.into())?;
        let (host, name) = (self.host(), self.name);
        let token = Zeroizing::new(encode_segment(token.expose()));
        let end = format!("@{host}/pypi/{name}/simple/");
        Ok(SecretText::new(["https://aws:", &token, &end].concat()))
    }

    /// Returns the setting `index` of Cargo's `[registries.NAME]`.
    pub fn cargo_index(&self) -> String {
        format!("sparse+https://{}/cargo/{}/", self.host(), self.name)
    }

    /// Returns the token in the form that Cargo sends, [`Scheme::Bare`].
    ///
    /// Use it for `cargo login`, or as the output of a credential provider. If the token names no
    /// host, the returned token names the hosts of the domain's repositories.
    ///
    /// [`Repository`] has an example.
    ///
    /// # Errors
    /// - everything [`BearerToken::check`] returns
    /// - [`Error::BearerTokenForAnotherHost`] if the token names hosts, but not this one
    pub fn cargo_token(
        &self,
        token: &BearerToken,
        now: impl Into<Timestamp>,
    ) -> Result<BearerToken, Error> {
        self.check(token, now.into())?;
        let patterns = host_patterns(self.domain, Some(self.domain_owner), self.region)?;
        let token = token.clone().sent_as(Scheme::Bare);
        Ok(if token.names_no_host() {
            token.with_host_patterns(patterns)
        } else {
            token
        })
    }
}
