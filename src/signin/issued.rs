//! The tokens that Sign-In issues.

use std::time::Duration;

use http::{Response, Uri};
use zeroize::Zeroizing;

use crate::aws_call::endpoint::Endpoint;
use crate::aws_call::json;
use crate::aws_call::service_error::ServiceError;
use crate::bearer::BearerToken;
use crate::service::signing_names::bearer_hosts;
use crate::timestamp::Timestamp;

const LONGEST_TOKEN: usize = 4096;

/// A token that Sign-In issued.
///
/// ```
/// use countersign::Timestamp;
/// use countersign::aws_call::Endpoint;
/// use countersign::signin::CreateBearerToken;
///
/// let response = http::Response::new(
///     r#"{"access_token":"QVdTOmV4YW1wbGU=","token_type":"Bearer",
///     "expires_in":900}"#,
/// );
/// let ask = CreateBearerToken::new("bedrock.amazonaws.com");
/// let endpoint = Endpoint::regional("us-west-2")?;
/// let now: Timestamp = "2026-11-29T12:00:00Z".parse()?;
/// let issued = ask.parse(&endpoint, &response, now)?;
/// assert_eq!(issued.token.service(), Some("bedrock"));
/// assert_eq!(issued.expires_in.as_secs(), 900);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct IssuedToken {
    /// The token, limited to a service, a region and hosts.
    ///
    /// - Service: the resource, without `.amazonaws.com` at its end.
    /// - Region: that of the call.
    /// - Hosts: if the resource is an `https` URL, its host. If the resource is a service whose API
    ///   accepts bearer tokens, such as Bedrock, its hosts in the region. Otherwise none: add one
    ///   with [`BearerToken::with_host`].
    pub token: BearerToken,
    /// The lifetime of the token, counted from the call.
    pub expires_in: Duration,
    /// `issued_token_type`: the kind of token, a URN. Only in responses to a token exchange.
    pub kind: Option<String>,
}

impl IssuedToken {
    pub(super) fn read(
        endpoint: &Endpoint,
        resource: &str,
        response: &Response<impl AsRef<[u8]>>,
        now: Timestamp,
    ) -> Result<Self, ServiceError> {
        json::read(response, |fields| {
            let text = Zeroizing::new(fields.required("access_token")?);
            if text.len() > LONGEST_TOKEN {
                return Err(fields.is_not("access_token", "at most 4096 bytes"));
            }
            if !fields
                .required("token_type")?
                .eq_ignore_ascii_case("Bearer")
            {
                return Err(fields.is_not("token_type", "`Bearer`"));
            }
            let expires_in = Duration::from_secs(fields.required_number("expires_in")?);
            let region = endpoint.region();
            Ok(Self {
                token: BearerToken::new(text.as_str())
                    .with_scope(service_of(resource), region)
                    .with_host_patterns(hosts_of_resource(resource, region))
                    .with_expiration(now + expires_in),
                expires_in,
                kind: fields.text("issued_token_type")?,
            })
        })
    }
}

/// The host of a URL, or the hosts of a service that accepts bearer tokens.
fn hosts_of_resource(resource: &str, region: &str) -> Vec<String> {
    match host_of(resource) {
        Some(host) => vec![host],
        None => bearer_hosts(service_of(resource), region),
    }
}

/// The host of a resource that is a URL.
fn host_of(resource: &str) -> Option<String> {
    let uri = resource.parse::<Uri>().ok()?;
    let authority = uri.authority()?.as_str();
    let sound = uri.scheme_str() == Some("https") && !authority.contains(['@', '*', '#']);
    sound.then(|| authority.to_owned())
}

/// The service of a service principal.
fn service_of(resource: &str) -> &str {
    let label = |label: &&str| !label.is_empty() && !label.contains(['.', '/', ':']);
    resource
        .strip_suffix(".amazonaws.com")
        .filter(label)
        .unwrap_or(resource)
}

#[cfg(test)]
mod tests {
    use super::{host_of, service_of};

    #[test]
    fn the_service_is_the_label_of_a_service_principal() {
        for (resource, service) in [
            ("ecr.amazonaws.com", "ecr"),
            ("https://example.com/a?b=c", "https://example.com/a?b=c"),
            ("https://ecr.amazonaws.com", "https://ecr.amazonaws.com"),
            (".amazonaws.com", ".amazonaws.com"),
            ("a.b.amazonaws.com", "a.b.amazonaws.com"),
        ] {
            assert_eq!(service_of(resource), service);
        }
    }

    #[test]
    fn a_token_for_a_url_is_for_its_host() {
        for (resource, host) in [
            ("https://example.com/a?b=c", Some("example.com")),
            ("https://example.com:8443", Some("example.com:8443")),
            ("http://example.com/", None),
            ("https://user@example.com/", None),
            ("https://*.example.com/", None),
            ("ecr.amazonaws.com", None),
            ("", None),
        ] {
            assert_eq!(host_of(resource).as_deref(), host, "{resource}");
        }
    }
}
