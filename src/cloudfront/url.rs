//! Signed URLs.

use crate::cloudfront::Hash;
use crate::cloudfront::error::UrlError;
use crate::cloudfront::policy::{Conditions, Policy, builder, check_resource, check_url};
use crate::timestamp::Timestamp;

/// A URL to sign, and the conditions of its policy.
///
/// ```
/// use countersign::cloudfront::{SignedUrl, UrlError};
/// use countersign::Timestamp;
/// # fn rsa_sha1(_: &[u8]) -> Result<Vec<u8>, UrlError> { Ok(vec![1]) }
///
/// let expires: Timestamp = "2027-01-01T00:00:00Z".parse()?;
/// let url = SignedUrl::new("https://media.example.com/training/1.pdf", expires)
///     .with_resource("https://media.example.com/training/*")
///     .with_address("192.0.2.0/24");
/// assert_eq!(url.policy()?, concat!(
///     r#"{"Statement":[{"Resource":"https://media.example.com/training/*","#,
///     r#""Condition":{"DateLessThan":{"AWS:EpochTime":1798761600},"#,
///     r#""IpAddress":{"AWS:SourceIp":"192.0.2.0/24"}}}]}"#,
/// ));
/// let signed = url.sign("K2JCJMDEHXQW5F", |policy| rsa_sha1(policy))?;
/// let start = "https://media.example.com/training/1.pdf?Policy=eyJTdGF0";
/// assert!(signed.starts_with(start));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedUrl {
    url: String,
    resource: Option<String>,
    conditions: Conditions,
    hash: Hash,
}

builder!(SignedUrl);

impl SignedUrl {
    /// Creates a URL that is valid until it expires.
    ///
    /// The URL is signed as it is given: percent-encode it first.
    pub fn new(url: impl Into<String>, expires: impl Into<Timestamp>) -> Self {
        Self {
            url: url.into(),
            resource: None,
            conditions: Conditions::new(expires.into()),
            hash: Hash::default(),
        }
    }

    /// Gives access to all URLs that match a resource: `*` matches any run of characters, `?` exactly
    /// one.
    ///
    /// The resource begins with `http://`, `https://` or `*`.
    #[must_use]
    pub fn with_resource(mut self, resource: impl Into<String>) -> Self {
        self.resource = Some(resource.into());
        self
    }

    /// Returns the policy: the bytes that are signed.
    ///
    /// # Errors
    /// - everything that [`sign`](Self::sign) returns, except for the key pair id and the key
    pub fn policy(&self) -> Result<String, UrlError> {
        Ok(self.checked()?.text)
    }

    fn checked(&self) -> Result<Policy, UrlError> {
        check_url(&self.url)?;
        let resource = match &self.resource {
            Some(resource) => {
                check_resource(resource)?;
                resource
            }
            None if self.url.contains('*') => return Err(UrlError::Wildcard),
            None => &self.url,
        };
        let custom = *resource != self.url || resource.contains('*');
        self.conditions.policy(resource, custom)
    }

    /// Signs the policy with the caller's key, and returns the URL with its parameters.
    ///
    /// The closure gets the bytes of the policy, not their hash: RSA signs them with PKCS #1 v1.5,
    /// ECDSA in DER, both with the [hash](Self::with_hash). Its error can be any that a [`UrlError`]
    /// converts into.
    ///
    /// # Errors
    /// - [`UrlError::InvalidScheme`], [`UrlError::InvalidCharacter`], [`UrlError::Fragment`],
    ///   [`UrlError::Wildcard`] or [`UrlError::ReservedParameter`] if the URL cannot be signed
    /// - [`UrlError::InvalidResourceScheme`] or [`UrlError::InvalidResourceCharacter`] if the resource
    ///   cannot be signed
    /// - [`UrlError::InvalidAddress`], [`UrlError::InvalidDates`] if no request could meet the
    ///   conditions
    /// - [`UrlError::InvalidKeyPairId`] if the id is not letters and digits
    /// - [`UrlError::NotApproved`] if the hash is SHA-1, and
    ///   [only approved algorithms](crate::crypto::allow_only_approved) are allowed
    /// - whatever the closure returns
    pub fn sign<E: From<UrlError>>(
        &self,
        key_pair_id: &str,
        sign: impl FnOnce(&[u8]) -> Result<Vec<u8>, E>,
    ) -> Result<String, E> {
        let policy = self.checked()?;
        let parameters = policy.sign(key_pair_id, self.hash, sign)?;
        let mut url = self.url.clone();
        let mut separator = if url.contains('?') { '&' } else { '?' };
        for (name, value) in parameters {
            url.push(separator);
            url.push_str(name);
            url.push('=');
            url.push_str(&value);
            separator = '&';
        }
        Ok(url)
    }
}
