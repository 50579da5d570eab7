//! Policies: the text that is signed.

use std::fmt::Write as _;
use std::net::Ipv4Addr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::cloudfront::Hash;
use crate::cloudfront::error::UrlError;
use crate::timestamp::Timestamp;

/// The conditions that URLs and cookies share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Conditions {
    pub(super) expires: Timestamp,
    pub(super) starts: Option<Timestamp>,
    pub(super) address: Option<String>,
    /// Whether to send a custom policy even if a canned one would do.
    pub(super) custom: bool,
}

/// The methods that set conditions, for each of the two types.
macro_rules! builder {
    ($signed:ident) => {
        impl $signed {
            /// Sets the time from which it is valid.
            #[must_use]
            pub fn with_start(mut self, starts: impl Into<Timestamp>) -> Self {
                self.conditions.starts = Some(starts.into());
                self
            }

            /// Limits it to an IPv4 address, or to a range such as `192.0.2.0/24`.
            #[must_use]
            pub fn with_address(mut self, address: impl Into<String>) -> Self {
                self.conditions.address = Some(address.into());
                self
            }

            /// Sends a custom policy even if a canned policy would do.
            #[must_use]
            pub fn with_custom_policy(mut self) -> Self {
                self.conditions.custom = true;
                self
            }

            /// Sets the hash that the signature is over. The default is SHA-1.
            #[must_use]
            pub fn with_hash(mut self, hash: Hash) -> Self {
                self.hash = hash;
                self
            }
        }
    };
}

pub(super) use builder;

/// The text of a policy, and its kind.
pub(super) struct Policy {
    pub(super) text: String,
    /// Whether the text is sent. CloudFront rebuilds the text of a canned policy.
    custom: bool,
    expires: i64,
}

impl Conditions {
    pub(super) fn new(expires: Timestamp) -> Self {
        Self {
            expires,
            starts: None,
            address: None,
            custom: false,
        }
    }

    pub(super) fn policy(&self, resource: &str, custom: bool) -> Result<Policy, UrlError> {
        let expires = self.expires.unix_seconds();
        let starts = self.starts.map(Timestamp::unix_seconds);
        if expires < 0 || starts.is_some_and(|starts| starts >= expires || starts < 0) {
            return Err(UrlError::InvalidDates {
                starts: starts.unwrap_or_default(),
                expires,
            });
        }
        let address = self.address.as_deref().map(range).transpose()?;
        let mut text = format!(
            r#"{{"Statement":[{{"Resource":"{resource}","Condition":{{"DateLessThan":{{"AWS:EpochTime":{expires}}}"#
        );
        if let Some(starts) = starts {
            // Writing to a string cannot fail.
            let _ = write!(text, r#","DateGreaterThan":{{"AWS:EpochTime":{starts}}}"#);
        }
        if let Some(address) = &address {
            let _ = write!(text, r#","IpAddress":{{"AWS:SourceIp":"{address}"}}"#);
        }
        text.push_str("}}]}");
        Ok(Policy {
            text,
            custom: custom || self.custom || starts.is_some() || address.is_some(),
            expires,
        })
    }
}

impl Policy {
    /// Signs the policy, and returns the names and values of parameters or cookies.
    pub(super) fn sign<E: From<UrlError>>(
        &self,
        key_pair_id: &str,
        hash: Hash,
        sign: impl FnOnce(&[u8]) -> Result<Vec<u8>, E>,
    ) -> Result<Vec<(&'static str, String)>, E> {
        hash.check_approved()?;
        if key_pair_id.is_empty() || !key_pair_id.bytes().all(|b| b.is_ascii_alphanumeric()) {
            let id = key_pair_id.to_owned();
            return Err(UrlError::InvalidKeyPairId { id }.into());
        }
        let signature = sign(self.text.as_bytes())?;
        let mut parameters = vec![
            if self.custom {
                ("Policy", encode(self.text.as_bytes()))
            } else {
                ("Expires", self.expires.to_string())
            },
            ("Signature", encode(&signature)),
            ("Key-Pair-Id", key_pair_id.to_owned()),
        ];
        if hash == Hash::Sha256 {
            parameters.push(("Hash-Algorithm", "SHA256".to_owned()));
        }
        Ok(parameters)
    }
}

/// Base64 in the alphabet of CloudFront, which needs no percent-encoding.
fn encode(bytes: &[u8]) -> String {
    let replaced = |c| match c {
        '+' => '-',
        '=' => '_',
        '/' => '~',
        c => c,
    };
    STANDARD.encode(bytes).chars().map(replaced).collect()
}

/// `a.b.c.d/m`. A single address is written as a range, `/32`.
fn range(address: &str) -> Result<String, UrlError> {
    let (first, length) = address.split_once('/').unwrap_or((address, "32"));
    let digits = (1..=2).contains(&length.len()) && length.bytes().all(|b| b.is_ascii_digit());
    let length = length.parse::<u8>().ok().filter(|n| digits && *n <= 32);
    match (first.parse::<Ipv4Addr>(), length) {
        (Ok(first), Some(length)) => Ok(format!("{first}/{length}")),
        _ => Err(UrlError::InvalidAddress {
            address: address.to_owned(),
        }),
    }
}

/// Checks a resource, which is written into JSON without escapes and compared with viewers' URLs.
pub(super) fn check_resource(resource: &str) -> Result<(), UrlError> {
    if !["http://", "https://", "*"]
        .iter()
        .any(|start| resource.starts_with(start))
    {
        return Err(UrlError::InvalidResourceScheme);
    }
    invalid_character(resource).map_or(Ok(()), |position| {
        Err(UrlError::InvalidResourceCharacter { position })
    })
}

/// Checks a URL, whose signature CloudFront checks against the URL as the viewer sends it.
pub(super) fn check_url(url: &str) -> Result<(), UrlError> {
    const RESERVED: [&str; 5] = [
        "Expires",
        "Policy",
        "Signature",
        "Key-Pair-Id",
        "Hash-Algorithm",
    ];
    if !["http://", "https://"]
        .iter()
        .any(|start| url.starts_with(start))
    {
        return Err(UrlError::InvalidScheme);
    }
    if url.contains('#') {
        return Err(UrlError::Fragment);
    }
    if let Some(position) = invalid_character(url) {
        return Err(UrlError::InvalidCharacter { position });
    }
    let query = url.split_once('?').map_or("", |(_, query)| query);
    for parameter in query.split('&') {
        let name = parameter.split('=').next().unwrap_or_default();
        if let Some(name) = RESERVED.into_iter().find(|reserved| *reserved == name) {
            return Err(UrlError::ReservedParameter { name });
        }
    }
    Ok(())
}

fn invalid_character(text: &str) -> Option<usize> {
    let wrong = |byte: &u8| !byte.is_ascii_graphic() || matches!(byte, b'"' | b'\\');
    text.as_bytes().iter().position(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ip_address_is_written_as_a_range() {
        for (address, written) in [
            ("198.51.100.7", "198.51.100.7/32"),
            ("192.0.2.0/24", "192.0.2.0/24"),
            ("192.0.2.77/24", "192.0.2.77/24"),
            ("0.0.0.0/0", "0.0.0.0/0"),
        ] {
            assert_eq!(range(address).unwrap(), written);
        }
        for address in [
            "",
            "/",
            "1.2.3",
            "1.2.3.4/",
            "1.2.3.4/33",
            "1.2.3.4/+1",
            "1.2.3.4/008",
            "01.2.3.4",
            "::1",
            "1.2.3.4/24/8",
            " 1.2.3.4",
        ] {
            assert!(range(address).is_err(), "{address}");
        }
    }
}
