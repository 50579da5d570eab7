//! Signed cookies.

use crate::cloudfront::Hash;
use crate::cloudfront::error::UrlError;
use crate::cloudfront::policy::{Conditions, Policy, builder, check_resource, check_url};
use crate::timestamp::Timestamp;

/// Cookies to sign. They give access to every URL that matches a resource.
///
/// ```
/// use countersign::Timestamp;
/// use countersign::cloudfront::{SignedCookies, UrlError};
/// # fn rsa_sha1(_: &[u8]) -> Result<Vec<u8>, UrlError> { Ok(vec![1]) }
///
/// let expires: Timestamp = "2027-01-01T00:00:00Z".parse()?;
/// let cookies =
///     SignedCookies::new("https://media.example.com/images/*", expires)
///         .with_domain("example.com")
///         .with_path("/");
/// let signed = cookies.sign("K2JCJMDEHXQW5F", |policy| rsa_sha1(policy))?;
/// assert_eq!(signed.len(), 3);
/// assert_eq!(signed[2].name(), "CloudFront-Key-Pair-Id");
/// // One `Set-Cookie` header for each.
/// assert_eq!(
///     signed[2].set_cookie(),
///     "CloudFront-Key-Pair-Id=K2JCJMDEHXQW5F; \
///      Domain=example.com; Path=/; Secure; HttpOnly"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedCookies {
    resource: String,
    conditions: Conditions,
    hash: Hash,
    domain: Option<String>,
    path: Option<String>,
}

builder!(SignedCookies);

impl SignedCookies {
    /// Creates cookies that are valid until they expire.
    ///
    /// The resource is a URL, or a pattern with `*`, which matches any run of characters. In a
    /// pattern `?` matches exactly one character. Without a `*`, it begins the query of the URL.
    pub fn new(resource: impl Into<String>, expires: impl Into<Timestamp>) -> Self {
        Self {
            resource: resource.into(),
            conditions: Conditions::new(expires.into()),
            hash: Hash::default(),
            domain: None,
            path: None,
        }
    }

    /// Sets the `Domain` of the cookies.
    #[must_use]
    pub fn with_domain(mut self, domain: impl Into<String>) -> Self {
        self.domain = Some(domain.into());
        self
    }

    /// Sets the `Path` of the cookies.
    #[must_use]
    pub fn with_path(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// Returns the policy: the bytes that are signed.
    ///
    /// # Errors
    /// - everything that [`sign`](Self::sign) returns, except for the key pair id, the attributes and
    ///   the key
    pub fn policy(&self) -> Result<String, UrlError> {
        Ok(self.checked()?.text)
    }

    fn checked(&self) -> Result<Policy, UrlError> {
        let custom = self.resource.contains('*');
        if custom {
            check_resource(&self.resource)?;
        } else {
            check_url(&self.resource)?;
        }
        self.conditions.policy(&self.resource, custom)
    }

    /// Signs the policy with the caller's key, and returns the cookies.
    ///
    /// The closure is that of [`SignedUrl::sign`](super::SignedUrl::sign).
    ///
    /// # Errors
    /// - [`UrlError::InvalidScheme`], [`UrlError::InvalidCharacter`], [`UrlError::Fragment`] or
    ///   [`UrlError::ReservedParameter`] if the URL cannot be signed
    /// - [`UrlError::InvalidResourceScheme`] or [`UrlError::InvalidResourceCharacter`] if the
    ///   resource cannot be signed
    /// - [`UrlError::InvalidAddress`], [`UrlError::InvalidDates`] if no request could meet the
    ///   conditions
    /// - [`UrlError::InvalidKeyPairId`] if the id is not letters and digits
    /// - [`UrlError::NotApproved`] if the hash is SHA-1, and
    ///   [only approved algorithms](crate::crypto::allow_only_approved) are allowed
    /// - [`UrlError::InvalidCookieAttribute`] if the domain or the path cannot be sent
    /// - whatever the closure returns
    pub fn sign<E: From<UrlError>>(
        &self,
        key_pair_id: &str,
        sign: impl FnOnce(&[u8]) -> Result<Vec<u8>, E>,
    ) -> Result<Vec<Cookie>, E> {
        let mut attributes = String::new();
        for (name, value) in [("Domain", &self.domain), ("Path", &self.path)] {
            let Some(value) = value else { continue };
            let sound = |byte: u8| byte.is_ascii_graphic() && byte != b';';
            if value.is_empty() || !value.bytes().all(sound) {
                return Err(UrlError::InvalidCookieAttribute { name }.into());
            }
            attributes.push_str("; ");
            attributes.push_str(name);
            attributes.push('=');
            attributes.push_str(value);
        }
        // Without Expires and Max-Age they last until the browser closes. The policy expires by itself.
        attributes.push_str("; Secure; HttpOnly");
        let policy = self.checked()?;
        let parameters = policy.sign(key_pair_id, self.hash, sign)?;
        let cookie = |(name, value)| Cookie {
            name: format!("CloudFront-{name}"),
            value,
            attributes: attributes.clone(),
        };
        Ok(parameters.into_iter().map(cookie).collect())
    }
}

/// One of the signed cookies.
///
/// ```
/// use countersign::Timestamp;
/// use countersign::cloudfront::{SignedCookies, UrlError};
///
/// let cookies = SignedCookies::new(
///     "https://example.com/a",
///     Timestamp::from_unix_seconds(1_798_761_600),
/// );
/// let signed =
///     cookies.sign("K2JCJMDEHXQW5F", |_policy| Ok::<_, UrlError>(vec![1]))?;
/// assert_eq!(
///     (signed[0].name(), signed[0].value()),
///     ("CloudFront-Expires", "1798761600")
/// );
/// # Ok::<(), UrlError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Cookie {
    name: String,
    value: String,
    attributes: String,
}

impl Cookie {
    /// Returns the name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the value.
    pub fn value(&self) -> &str {
        &self.value
    }

    /// Returns the value of a `Set-Cookie` header. Each cookie needs a header of its own.
    pub fn set_cookie(&self) -> String {
        let Self {
            name,
            value,
            attributes,
        } = self;
        format!("{name}={value}{attributes}")
    }
}

/// Hides the value: everyone who has it can read what the policy allows.
impl std::fmt::Debug for Cookie {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cookie")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
