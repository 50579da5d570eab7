//! Repositories, and what package managers are told of them.

use std::fmt;

use zeroize::Zeroizing;

use super::{SERVICE, check_domain, check_owner, host_patterns, repository_host};
use crate::bearer::{BearerToken, Scheme};
use crate::sigv4::object_key::encode_segment;
use crate::sigv4::scope::check_host_label;
use crate::timestamp::Timestamp;

/// A repository, and what package managers are told of it. Values only: no file is written.
///
/// CodeArtifact User Guide, "Configuring npm without the login command", "Configure pip without the
/// login command", "Configure and use Cargo".
///
/// ```
/// use countersign::Timestamp;
/// use countersign::bearer::BearerToken;
/// use countersign::codeartifact::Repository;
///
/// let repository = Repository::new("my-domain", "111122223333", "us-west-2", "repo")?;
/// let host = "my-domain-111122223333.d.codeartifact.us-west-2.amazonaws.com";
/// assert_eq!(repository.host(), host);
/// assert_eq!(repository.npm_registry(), format!("https://{host}/npm/repo/"));
/// assert_eq!(repository.cargo_index(), format!("sparse+https://{host}/cargo/repo/"));
///
/// let now: Timestamp = "2026-01-01T00:00:00Z".parse()?;
/// let token = BearerToken::new("TOKEN").with_scope("codeartifact", "us-west-2");
/// let line = repository.npm_auth_token(&token, now)?;
/// assert_eq!(line.expose(), format!("//{host}/npm/repo/:_authToken=TOKEN"));
/// assert_eq!(repository.cargo_token(&token, now)?.expose(), "TOKEN");
///
/// let elsewhere = BearerToken::new("TOKEN").with_scope("codeartifact", "eu-west-1");
/// assert!(repository.npm_auth_token(&elsewhere, now).is_err());
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
    /// A repository by domain, the account that owns it, region, and its own name (2 to 100
    /// letters, digits and `._-`).
    ///
    /// # Errors
    /// What cannot be one of these.
    pub fn new(
        domain: &'a str,
        domain_owner: &'a str,
        region: &'a str,
        name: &'a str,
    ) -> Result<Self, crate::Error> {
        check_domain(domain)?;
        check_owner(domain_owner)?;
        check_host_label(region)?;
        let mut bytes = name.bytes();
        let first = bytes
            .next()
            .is_some_and(|byte| byte.is_ascii_alphanumeric());
        let rest = bytes.all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
        if !(first && rest && (2..=100).contains(&name.len())) {
            let limit = "takes 2 to 100 letters, digits and `._-`, the first no sign";
            return Err(crate::Error::invalid_parameter("repository", limit));
        }
        Ok(Self {
            domain,
            domain_owner,
            region,
            name,
            dual_stack: false,
        })
    }

    /// Uses the host for IPv4 and IPv6 in all that follows.
    #[must_use]
    pub fn dual_stack(mut self) -> Self {
        self.dual_stack = true;
        self
    }

    /// The host of all the domain's repositories, in the domain of the region's partition.
    pub fn host(&self) -> String {
        repository_host(self.domain, self.domain_owner, self.region, self.dual_stack)
    }

    /// What is written names this repository's host, so a token that names hosts must name it too.
    fn check(&self, token: &BearerToken, now: Timestamp) -> Result<(), crate::Error> {
        token.check_at((SERVICE, self.region), &self.host(), now)
    }

    /// npm's setting `registry`, and yarn's.
    ///
    /// ```
    /// # use countersign::codeartifact::Repository;
    /// let repository = Repository::new("my-domain", "111122223333", "us-west-2", "my-repo")?;
    /// let npmrc = format!("registry={}\n", repository.npm_registry());
    /// assert!(npmrc.ends_with(".d.codeartifact.us-west-2.amazonaws.com/npm/my-repo/\n"));
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn npm_registry(&self) -> String {
        format!("https://{}/npm/{}/", self.host(), self.name)
    }

    /// npm's setting of the token, a line `//HOST/npm/REPOSITORY/:_authToken=TOKEN` of its
    /// configuration.
    ///
    /// # Errors
    /// - everything [`BearerToken::check`] returns
    /// - [`crate::Error::BearerTokenForAnotherHost`] if the token names hosts, but not this one
    ///
    /// ```
    /// # use countersign::{bearer::BearerToken, codeartifact::Repository, Timestamp};
    /// # let now: Timestamp = "2026-01-01T12:00:00Z".parse()?;
    /// # let token = BearerToken::new("eyJ2ZXIiOjF9").with_scope("codeartifact", "us-west-2");
    /// let repository = Repository::new("my-domain", "111122223333", "us-west-2", "my-repo")?;
    /// let line = repository.npm_auth_token(&token, now)?; // beside `registry`, in .npmrc
    /// assert!(line.expose().starts_with("//my-domain-111122223333.d.codeartifact."));
    /// assert!(line.expose().ends_with("/npm/my-repo/:_authToken=eyJ2ZXIiOjF9"));
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn npm_auth_token(
        &self,
        token: &BearerToken,
        now: impl Into<Timestamp>,
    ) -> Result<SecretText, crate::Error> {
        self.check(token, now.into())?;
        let (host, name) = (self.host(), self.name);
        let token = token.expose();
        let line = format!("//{host}/npm/{name}/:_authToken={token}");
        Ok(SecretText(Zeroizing::new(line)))
    }

    /// pip's setting `index-url`, with user and token inside.
    ///
    /// # Errors
    /// - everything [`BearerToken::check`] returns
    /// - [`crate::Error::BearerTokenForAnotherHost`] if the token names hosts, but not this one
    ///
    /// ```
    /// # use countersign::{bearer::BearerToken, codeartifact::Repository, Timestamp};
    /// # let now: Timestamp = "2026-01-01T12:00:00Z".parse()?;
    /// # let token = BearerToken::new("eyJ2ZXIiOjF9").with_scope("codeartifact", "us-west-2");
    /// let repository = Repository::new("my-domain", "111122223333", "us-west-2", "my-repo")?;
    /// let url = repository.pip_index_url(&token, now)?;
    /// let mut pip = std::process::Command::new("pip");
    /// pip.args(["install", "requests"]).env("PIP_INDEX_URL", url.expose());
    /// # assert!(url.expose().starts_with("https://aws:eyJ2ZXIiOjF9@my-domain-111122223333.d.codeartifact."));
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn pip_index_url(
        &self,
        token: &BearerToken,
        now: impl Into<Timestamp>,
    ) -> Result<SecretText, crate::Error> {
        self.check(token, now.into())?;
        let (host, name) = (self.host(), self.name);
        let token = Zeroizing::new(encode_segment(token.expose()));
        let url = format!("https://aws:{}@{host}/pypi/{name}/simple/", *token);
        Ok(SecretText(Zeroizing::new(url)))
    }

    /// Cargo's setting `index` of the registry.
    ///
    /// ```
    /// # use countersign::codeartifact::Repository;
    /// let repository = Repository::new("my-domain", "111122223333", "us-west-2", "my-repo")?;
    /// let config = format!("[registries.my-repo]\nindex = \"{}\"\n", repository.cargo_index());
    /// assert!(config.contains("sparse+https://my-domain-111122223333.d.codeartifact."));
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn cargo_index(&self) -> String {
        format!("sparse+https://{}/cargo/{}/", self.host(), self.name)
    }

    /// What Cargo is given for the registry's token (`cargo login`, or on the standard output of a
    /// credential provider), and sends as it is.
    ///
    /// A token that names no host gets the hosts of the domain's repositories.
    ///
    /// # Errors
    /// - everything [`BearerToken::check`] returns
    /// - [`crate::Error::BearerTokenForAnotherHost`] if the token names hosts, but not this one
    ///
    /// ```
    /// # use countersign::{bearer::BearerToken, codeartifact::Repository, Timestamp};
    /// # let repository = Repository::new("my-domain", "111122223333", "us-west-2", "my-repo")?;
    /// # let now: Timestamp = "2026-01-01T12:00:00Z".parse()?;
    /// let token = BearerToken::new("eyJ2ZXIiOjF9").with_scope("codeartifact", "us-west-2").with_expiration(now);
    /// let error = repository.cargo_token(&token, now).unwrap_err(); // it has just ended
    /// assert!(matches!(error, countersign::Error::BearerTokenExpired { .. }));
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn cargo_token(
        &self,
        token: &BearerToken,
        now: impl Into<Timestamp>,
    ) -> Result<BearerToken, crate::Error> {
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

/// A text that holds a token: zeroised when dropped, never printed.
///
/// ```
/// use countersign::Timestamp;
/// use countersign::bearer::BearerToken;
/// use countersign::codeartifact::Repository;
/// # let now: Timestamp = "2026-01-01T12:00:00Z".parse()?;
///
/// let repository = Repository::new("my-domain", "111122223333", "us-west-2", "repo")?;
/// let line = repository.npm_auth_token(&BearerToken::new("eyJ2ZXI"), now)?;
/// assert!(line.expose().ends_with("/npm/repo/:_authToken=eyJ2ZXI"));
/// assert!(!format!("{line:?}").contains("eyJ2ZXI"));
/// # Ok::<(), countersign::Error>(())
/// ```
pub struct SecretText(Zeroizing<String>);

impl SecretText {
    /// The text: the one way out.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[elided]")
    }
}
