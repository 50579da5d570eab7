//! Container endpoints: ECS, EKS Pod Identity, Greengrass.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use http::{HeaderValue, Request, Response, Uri};

use super::reply::Reply;
use super::text::secret_header;
use super::{
    CredentialEndpoint, Environment, Error, ResolvedCredentials, SecretText, TokenKind, document,
};

const RELATIVE: &str = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
const FULL: &str = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
const TOKEN: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN";
const TOKEN_FILE: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";
const ECS: &str = "169.254.170.2";

/// The endpoint that hands a container its credentials: ECS, EKS Pod Identity, Greengrass.
///
/// Over plain `http` only loopback, the two addresses of EKS Pod Identity and that of ECS are
/// allowed, so that nothing on the network can pretend to be the endpoint. AWS SDKs and Tools
/// Reference Guide, "Container credential provider".
///
/// ```
/// use countersign::sources::{Container, Environment};
/// use http::Response;
///
/// let environment = Environment::from_pairs([(
///     "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
///     "/v2/credentials/1",
/// )]);
/// let container = Container::new(&environment)?.expect("configured");
/// assert_eq!(container.token_file(), None);
/// let request = container.request(None)?;
/// assert_eq!(request.uri(), "http://169.254.170.2/v2/credentials/1");
/// // Send it; then:
/// # let response = Response::new(r#"{"AccessKeyId":"ASIAEXAMPLE","SecretAccessKey":"s","Token":"t","Expiration":"2030-01-02T08:30:00Z"}"#);
/// let resolved = container.read(&response)?;
/// assert_eq!(resolved.credentials().access_key_id(), "ASIAEXAMPLE");
/// # Ok::<(), countersign::sources::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Container {
    uri: Uri,
    authorization: Authorization,
}

#[derive(Clone, Debug)]
enum Authorization {
    None,
    Value(SecretText),
    File(String),
}

impl Container {
    /// Reads the settings, or returns `None` if neither URI is set.
    ///
    /// `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI` wins over `AWS_CONTAINER_CREDENTIALS_FULL_URI`, and
    /// `AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE` over `AWS_CONTAINER_AUTHORIZATION_TOKEN`.
    ///
    /// # Errors
    /// - [`Error::InvalidSetting`] if the URI is malformed, has user info, or is not `http` or
    ///   `https`
    /// - [`Error::HostNotAllowed`] if the host of an `http` URI is not allowed
    pub fn new(environment: &Environment) -> Result<Option<Self>, Error> {
        let uri = match (environment.get(RELATIVE), environment.get(FULL)) {
            (Some(relative), _) => relative_uri(relative)?,
            (None, Some(full)) => full_uri(full)?,
            (None, None) => return Ok(None),
        };
        let authorization = match (environment.get(TOKEN_FILE), environment.get(TOKEN)) {
            (Some(path), _) => Authorization::File(path.to_owned()),
            (None, Some(token)) => Authorization::Value(token.into()),
            (None, None) => Authorization::None,
        };
        Ok(Some(Self { uri, authorization }))
    }

    /// Returns the path of the file with the token, to be read anew for each request.
    pub fn token_file(&self) -> Option<&str> {
        match &self.authorization {
            Authorization::File(path) => Some(path),
            Authorization::Value(_) | Authorization::None => None,
        }
    }

    /// Creates the request. `token` is the content of [`token_file`](Self::token_file), sent as it
    /// is.
    ///
    /// # Errors
    /// - [`Error::File`] if a token file is set and `token` is `None`
    /// - [`Error::InvalidToken`] if the token is empty or contains a line break
    pub fn request(&self, token: Option<&[u8]>) -> Result<Request<String>, Error> {
        let mut request = Request::new(String::new());
        *request.uri_mut() = self.uri.clone();
        let headers = request.headers_mut();
        headers.insert("accept", HeaderValue::from_static("application/json"));
        let token = match &self.authorization {
            Authorization::None => None,
            Authorization::Value(value) => Some(value.expose().as_bytes()),
            Authorization::File(path) => {
                let path = || path.clone();
                Some(token.ok_or_else(|| Error::File { path: path() })?)
            }
        };
        if let Some(token) = token {
            let value = secret_header(token, TokenKind::Container)?;
            headers.insert("authorization", value);
        }
        Ok(request)
    }

    /// Reads the response.
    ///
    /// # Errors
    /// - [`Error::Refused`] if the endpoint refused the request
    /// - [`Error::Status`] if the status is other than 200 and there is neither code nor message
    /// - everything that [`parse_credential_document`](super::parse_credential_document) returns
    pub fn read(
        &self,
        response: &Response<impl AsRef<[u8]>>,
    ) -> Result<ResolvedCredentials, Error> {
        let reply = Reply::from(response);
        if reply.is_ok() {
            document::parse(reply.body, CredentialEndpoint::Container)
        } else {
            Err(reply.refusal(CredentialEndpoint::Container))
        }
    }
}

fn relative_uri(relative: &str) -> Result<Uri, Error> {
    let invalid = || Error::invalid_setting(RELATIVE, "a path that starts with `/`", relative);
    if !relative.starts_with('/') {
        return Err(invalid());
    }
    let uri: Uri = format!("http://{ECS}{relative}")
        .parse()
        .map_err(|_| invalid())?;
    let same_host = uri
        .authority()
        .is_some_and(|authority| authority.as_str() == ECS);
    same_host.then_some(uri).ok_or_else(invalid)
}

fn full_uri(full: &str) -> Result<Uri, Error> {
    let invalid = |expected| Error::invalid_setting(FULL, expected, full);
    let uri: Uri = full.parse().map_err(|_| invalid("an absolute URL"))?;
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return Err(invalid("an absolute URL"));
    };
    match scheme {
        "https" => {}
        "http" if is_allowed_over_http(authority.host()) => {}
        "http" => {
            let host = authority.host().to_owned();
            return Err(Error::HostNotAllowed { host });
        }
        _ => return Err(invalid("a URL of http or https")),
    }
    if authority.as_str().contains('@') {
        return Err(invalid("a URL without user info"));
    }
    Ok(uri)
}

/// Judges the parsed host: a prefix of its text means nothing.
fn is_allowed_over_http(host: &str) -> bool {
    let in_brackets = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    let address = match in_brackets {
        Some(address) => address.parse().ok().map(IpAddr::V6),
        None => host.parse().ok().map(IpAddr::V4),
    };
    match address {
        Some(IpAddr::V4(address)) => {
            let of_containers = [
                Ipv4Addr::new(169, 254, 170, 2),
                Ipv4Addr::new(169, 254, 170, 23),
            ];
            address.is_loopback() || of_containers.contains(&address)
        }
        Some(IpAddr::V6(address)) => {
            let of_eks = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x23);
            address.is_loopback() || address == of_eks
        }
        None => host.eq_ignore_ascii_case("localhost"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn container(variable: &str, uri: &str) -> Result<Option<Container>, Error> {
        Container::new(&Environment::from_pairs([(variable, uri)]))
    }

    #[test]
    fn a_relative_uri_cannot_change_the_host() {
        for uri in [
            "@evil.example/c",
            ".evil.example/c",
            ":80/c",
            "c",
            "?c",
            "http://h/",
            "/a b",
        ] {
            let error = container(RELATIVE, uri).unwrap_err();
            assert!(matches!(error, Error::InvalidSetting { .. }), "{uri}");
        }
        for uri in ["/c", "//evil.example/c", "/@evil.example", "/c?x=http://h"] {
            let request = container(RELATIVE, uri)
                .unwrap()
                .unwrap()
                .request(None)
                .unwrap();
            assert_eq!(request.uri().host(), Some(ECS), "{uri}");
        }
    }

    #[test]
    fn hosts_over_http_are_judged_as_parsed() {
        for host in [
            "localhost",
            "LOCALHOST:8",
            "127.255.0.1",
            "[::1]",
            "[0:0::1]:9",
            "169.254.170.23",
        ] {
            assert!(
                container(FULL, &format!("http://{host}/c"))
                    .unwrap()
                    .is_some(),
                "{host}"
            );
        }
        // Over TLS any host is allowed.
        let over_tls = container(FULL, "https://credentials.example/c").unwrap();
        assert!(over_tls.is_some());
        for host in [
            "localhost.",
            "localhost.example",
            "127.1",
            "0x7f.0.0.1",
            "[::ffff:127.0.0.1]",
            "169.254.170.2.example",
            "169.254.169.254",
            "[fd00:ec2::254]",
            "127.0.0.1@evil.example",
        ] {
            let error = container(FULL, &format!("http://{host}/c")).unwrap_err();
            assert!(matches!(error, Error::HostNotAllowed { .. }), "{host}");
        }
    }

    #[test]
    fn user_info_and_other_schemes_are_refused() {
        for uri in [
            "http://evil@127.0.0.1/c",
            "https://u:p@h/c",
            "ftp://h/c",
            "/c",
            "h:80",
        ] {
            let error = container(FULL, uri).unwrap_err();
            assert!(matches!(error, Error::InvalidSetting { .. }), "{uri}");
            assert!(!error.to_string().contains("u:p"));
        }
    }

    #[test]
    fn debug_hides_the_token() {
        let environment = Environment::from_pairs([(RELATIVE, "/c"), (TOKEN, "s3cret")]);
        let container = Container::new(&environment).unwrap().unwrap();
        assert!(!format!("{container:?}").contains("s3cret"));
        assert!(!format!("{:?}", container.request(None).unwrap()).contains("s3cret"));
    }
}
