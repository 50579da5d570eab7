//! What a request says about who signed it.

use std::borrow::Cow;
use std::fmt;

use http::HeaderMap;

use crate::amz_date::AmzDate;
use crate::authorization::{Authorization, expires_in_of, find_parameters_and, query_credential};
use crate::canonical::check_method;
use crate::canonical::headers::{Header, order};
use crate::canonical::query::Parameter;
use crate::credentials::SessionToken;
use crate::encode::{decoded, holds, same, same_decoded};
use crate::error::Error;
use crate::list::List;
use crate::request::{HttpRequest, RawRequest, host_of};
use crate::scope::CredentialScope;
use crate::signature::{Algorithm, Signature};

use super::date::http_date;
use super::error::{Form, VerifyError};

/// A signed request as it arrived: a claim, which proves nothing yet.
///
/// It tells which key to look up ([`access_key_id`](Self::access_key_id)) and for which
/// [`scope`](Self::scope) to derive it; who really sent the request only a
/// [`Verified`](super::Verified) says. It borrows from the request and allocates nothing.
///
/// The request must be as it came off the wire: the raw, percent-encoded target, before any router
/// or proxy decoded it, resolved `..`, or collapsed `//`. Of HTTP/2, the URI's authority stands for
/// the host. A server that gets its requests rewritten says what they were with
/// [`with_original_path`](Self::with_original_path) and
/// [`with_original_host`](Self::with_original_host).
///
/// IAM User Guide, "Elements of an AWS API request signature".
///
/// ```
/// use countersign::verify::SignedRequest;
///
/// let request = http::Request::get("/?Action=ListUsers&Version=2010-05-08")
///     .header("host", "iam.amazonaws.com")
///     .header("x-amz-date", "20150830T123600Z")
///     .header("authorization", "AWS4-HMAC-SHA256 \
///         Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, \
///         SignedHeaders=host;x-amz-date, \
///         Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")
///     .body(())?;
/// let claim = SignedRequest::parse(&request)?;
/// assert_eq!(claim.access_key_id(), "AKIDEXAMPLE");
/// assert_eq!(claim.scope().as_str(), "20150830/us-east-1/iam/aws4_request");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct SignedRequest<'a> {
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) query: &'a str,
    pub(super) host: &'a [u8],
    pub(super) headers: Fields<'a>,
    pub(super) form: Form,
    pub(super) algorithm: Algorithm,
    pub(super) access_key_id: Cow<'a, str>,
    pub(super) scope: CredentialScope,
    pub(super) signed_headers: SignedHeaders<'a>,
    pub(super) signature: Signature,
    pub(super) date: AmzDate,
    /// Whether the date is that of a `date` header.
    pub(super) plain_date: bool,
    pub(super) expires_in: Option<u64>,
    pub(super) region_set: Option<Cow<'a, str>>,
    pub(super) token: Option<Token<'a>>,
    /// `x-amz-content-sha256`, of which form and place are still to be judged.
    pub(super) content_sha256: Option<&'a [u8]>,
    /// Its twin in the query.
    pub(super) content_sha256_parameter: Option<Parameter<'a>>,
    pub(super) decoded_content_length: Option<&'a [u8]>,
    pub(super) trailer: Option<&'a [u8]>,
}

impl<'a> SignedRequest<'a> {
    /// Reads the claim of a request, in either form: the `authorization` header, or the query of a
    /// presigned URL.
    ///
    /// # Errors
    /// No signature, or two ways to authenticate; what is missing, malformed or there twice; no
    /// date, no host, or two.
    pub fn parse<R: HttpRequest>(request: &'a R) -> Result<Self, VerifyError> {
        let uri = request.uri();
        Self::of_parts(
            request.method().as_str(),
            uri.path(),
            uri.query().unwrap_or_default(),
            uri.authority().map(|authority| Authority {
                sent: authority.as_str(),
                host: host_of(uri).unwrap_or_default(),
            }),
            Fields::Map(request.headers()),
        )
    }

    /// As [`parse`](Self::parse), of a request in slices.
    ///
    /// # Errors
    /// As there; and a method, header name or header value that is none.
    ///
    /// ```
    /// use countersign::verify::{Form, SignedRequest};
    /// use countersign::{Algorithm, RawRequest};
    ///
    /// let request = RawRequest {
    ///     method: "GET",
    ///     path: "/key",
    ///     query: "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fs3%2Faws4_request\
    ///         &X-Amz-Date=20150830T123600Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host\
    ///         &X-Amz-Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
    ///     headers: &[("host", b"bucket.s3.amazonaws.com")],
    /// };
    /// let claim = SignedRequest::parse_raw(&request)?;
    /// assert_eq!((claim.form(), claim.expires_in(), claim.algorithm()), (Form::Query, Some(900), Algorithm::HmacSha256));
    /// assert!(claim.session_token().is_none() && claim.signed_headers().eq(["host"]));
    /// # Ok::<(), countersign::verify::VerifyError>(())
    /// ```
    pub fn parse_raw(request: &RawRequest<'a>) -> Result<Self, VerifyError> {
        // What the types of `http` see to otherwise. A line break would forge a line of the
        // canonical request, and an upper-case `X-Amz-` pass by the rule that it must be signed.
        let of_error = |error| of_error(error, Form::Header);
        check_method(request.method).map_err(of_error)?;
        for (name, value) in request.headers {
            Header::of_raw(name, value).map_err(of_error)?;
        }
        let RawRequest {
            method,
            path,
            query,
            headers,
        } = *request;
        Self::of_parts(method, path, query, None, Fields::Slices(headers))
    }

    fn of_parts(
        method: &'a str,
        path: &'a str,
        query: &'a str,
        authority: Option<Authority<'a>>,
        headers: Fields<'a>,
    ) -> Result<Self, VerifyError> {
        let found = Found::read(headers)?;
        let host = found.host(authority)?;
        let mut content_sha256 = (None, 0);
        let parameters = find_parameters_and(query, |parameter| {
            if parameter.is_named("X-Amz-Content-Sha256") {
                content_sha256 = (Some(parameter), content_sha256.1 + 1);
            }
        });
        let in_query = match &parameters {
            Ok(parameters) => parameters.iter().any(Option::is_some),
            Err(error) => matches!(error, Error::MalformedAuthorization(_)),
        };
        let claim = match found.authorization {
            Some(_) if in_query => return Err(VerifyError::SeveralAuthentications),
            Some(authorization) => {
                parameters.map_err(|error| of_error(error, Form::Header))?;
                Signed::in_header(authorization, &found)?
            }
            None if !in_query => {
                parameters.map_err(|error| of_error(error, Form::Query))?;
                return Err(VerifyError::MissingAuthentication);
            }
            None => {
                let parameters = parameters.map_err(|error| of_error(error, Form::Query))?;
                Signed::in_query(parameters, content_sha256, &found)?
            }
        };
        let Signed {
            form,
            algorithm,
            credential: (access_key_id, scope),
            signed_headers,
            signature,
            date,
            plain_date,
            expires_in,
            region_set,
            token,
            content_sha256_parameter,
        } = claim;
        Ok(Self {
            method,
            path,
            query,
            host,
            headers,
            form,
            algorithm,
            access_key_id,
            scope,
            signed_headers,
            signature,
            date,
            plain_date,
            expires_in,
            region_set,
            token,
            content_sha256: found.content_sha256,
            content_sha256_parameter,
            decoded_content_length: found.decoded_content_length,
            trailer: found.trailer,
        })
    }

    /// Verifies against the path that the client sent, where a proxy in front of the server
    /// rewrites it (mounts the service under a prefix, say).
    ///
    /// Percent-encoded, as it stood in the client's request line. Take it from the proxy's
    /// configuration, or from a header that the proxy itself always sets: a client that can choose
    /// it can have one path verified and another one served.
    ///
    /// ```
    /// use countersign::verify::{AccessKey, SignedRequest, Verifier};
    /// use countersign::{Credentials, PayloadHash, Signer};
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    ///
    /// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// let mut request = http::Request::get("https://api.example.com/stage/items").body(())?;
    /// Signer::new(credentials.clone(), "us-east-1", "execute-api").sign(&mut request, PayloadHash::EMPTY, now)?;
    ///
    /// // A proxy takes the prefix off, and names its own host.
    /// *request.uri_mut() = "/items".parse()?;
    /// request.headers_mut().insert("host", "10.0.0.7".parse()?);
    /// let claim = SignedRequest::parse(&request)?
    ///     .with_original_path("/stage/items")
    ///     .with_original_host("api.example.com");
    /// let key = AccessKey::derive(&credentials, claim.scope());
    /// Verifier::new("us-east-1", "execute-api").verify(&claim, &key, PayloadHash::EMPTY, now)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_original_path(mut self, path: &'a str) -> Self {
        self.path = path;
        self
    }

    /// Verifies against the host that the client sent, where a proxy in front of the server puts
    /// its own in its place. As for [`with_original_path`](Self::with_original_path): never from
    /// what a client can choose.
    #[must_use]
    pub fn with_original_host(mut self, host: &'a str) -> Self {
        self.host = host.as_bytes();
        self
    }

    /// Which key to look up. Nobody's identity yet.
    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    /// Which day, region and service to derive the signing key for: with the access key id, a
    /// complete key for a cache.
    pub fn scope(&self) -> &CredentialScope {
        &self.scope
    }

    /// SigV4 or SigV4A.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    #[cfg(feature = "explain")]
    pub(crate) fn signature(&self) -> Signature {
        self.signature
    }

    /// When the request says that it was signed.
    pub fn date(&self) -> &AmzDate {
        &self.date
    }

    /// Where the signature stands.
    pub fn form(&self) -> Form {
        self.form
    }

    /// `X-Amz-Expires` of a presigned URL, in seconds.
    pub fn expires_in(&self) -> Option<u64> {
        self.expires_in
    }

    /// The session token that came with it, for those who find sessions by their token. It is
    /// compared with the key's own while verifying; nobody else has to.
    pub fn session_token(&self) -> Option<SessionToken> {
        self.token.as_ref().map(Token::to_session_token)
    }

    /// The names of the headers that were signed, in lower case, in order.
    pub fn signed_headers(&self) -> impl Iterator<Item = &str> {
        self.signed_headers.names()
    }
}

impl fmt::Debug for SignedRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedRequest")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("form", &self.form)
            .field("access_key_id", &self.access_key_id)
            .field("scope", &self.scope)
            .field("date", &self.date)
            .finish_non_exhaustive()
    }
}

/// A request's headers, in whichever way they came.
#[derive(Clone, Copy)]
pub(super) enum Fields<'a> {
    Map(&'a HeaderMap),
    Slices(&'a [(&'a str, &'a [u8])]),
}

impl<'a> Fields<'a> {
    pub(super) fn try_each(
        self,
        mut each: impl FnMut(&'a str, &'a [u8]) -> Result<(), VerifyError>,
    ) -> Result<(), VerifyError> {
        match self {
            Self::Map(map) => map
                .iter()
                .try_for_each(|(name, value)| each(name.as_str(), value.as_bytes())),
            Self::Slices(slices) => slices
                .iter()
                .try_for_each(|(name, value)| each(name, value)),
        }
    }
}

/// The authority of a URI.
struct Authority<'a> {
    sent: &'a str,
    /// Without user information and the scheme's own port.
    host: &'a str,
}

/// The headers that a claim is read from, each at most once.
#[derive(Default)]
struct Found<'a> {
    authorization: Option<&'a [u8]>,
    host: Option<&'a [u8]>,
    date: Option<&'a [u8]>,
    dates: usize,
    amz_date: Option<&'a [u8]>,
    content_sha256: Option<&'a [u8]>,
    decoded_content_length: Option<&'a [u8]>,
    trailer: Option<&'a [u8]>,
    region_set: Option<&'a [u8]>,
    security_token: Option<&'a [u8]>,
    s3_session_token: Option<&'a [u8]>,
}

impl<'a> Found<'a> {
    fn read(headers: Fields<'a>) -> Result<Self, VerifyError> {
        let mut found = Self::default();
        headers.try_each(|name, value| {
            let (slot, name) = match name {
                "authorization" => {
                    return match found.authorization.replace(value) {
                        None => Ok(()),
                        Some(_) => Err(VerifyError::SeveralAuthentications),
                    };
                }
                "host" => {
                    return match found.host.replace(value) {
                        None => Ok(()),
                        Some(_) => Err(VerifyError::SeveralHosts),
                    };
                }
                "date" => {
                    // Two of them matter only where the date is taken from there.
                    found.date = Some(value);
                    found.dates += 1;
                    return Ok(());
                }
                _ if !name.starts_with("x-amz-") => return Ok(()),
                "x-amz-date" => (&mut found.amz_date, "x-amz-date"),
                "x-amz-content-sha256" => (&mut found.content_sha256, "x-amz-content-sha256"),
                "x-amz-decoded-content-length" => (
                    &mut found.decoded_content_length,
                    "x-amz-decoded-content-length",
                ),
                "x-amz-trailer" => (&mut found.trailer, "x-amz-trailer"),
                "x-amz-region-set" => (&mut found.region_set, "x-amz-region-set"),
                "x-amz-security-token" => (&mut found.security_token, "x-amz-security-token"),
                "x-amz-s3session-token" => (&mut found.s3_session_token, "x-amz-s3session-token"),
                _ => return Ok(()),
            };
            match slot.replace(value) {
                None => Ok(()),
                Some(_) => Err(VerifyError::Repeated { name }),
            }
        })?;
        Ok(found)
    }

    /// The host that was signed: what the header says, as it says it. Where the URI has an
    /// authority too, a server may well route by that one, so they must agree.
    fn host(&self, authority: Option<Authority<'a>>) -> Result<&'a [u8], VerifyError> {
        match (self.host, authority) {
            (None | Some([]), None) => Err(VerifyError::MissingHost),
            (Some([]), Some(_)) => Err(VerifyError::SeveralHosts),
            (Some(host), None) => Ok(host),
            (None, Some(authority)) if authority.host.is_empty() => Err(VerifyError::MissingHost),
            (None, Some(authority)) => Ok(authority.host.as_bytes()),
            (Some(host), Some(Authority { sent, host: bare })) => {
                let agree = host.eq_ignore_ascii_case(sent.as_bytes())
                    || host.eq_ignore_ascii_case(bare.as_bytes());
                agree.then_some(host).ok_or(VerifyError::SeveralHosts)
            }
        }
    }

    /// The session token, of the one or the other name.
    fn token(&self) -> Result<Option<Token<'a>>, VerifyError> {
        match (self.security_token, self.s3_session_token) {
            (Some(_), Some(_)) => Err(VerifyError::Repeated {
                name: "x-amz-s3session-token",
            }),
            (Some(value), None) => Ok(Some(Token::header(value, false))),
            (None, Some(value)) => Ok(Some(Token::header(value, true))),
            (None, None) => Ok(None),
        }
    }
}

/// What the signature itself says.
struct Signed<'a> {
    form: Form,
    algorithm: Algorithm,
    credential: (Cow<'a, str>, CredentialScope),
    signed_headers: SignedHeaders<'a>,
    signature: Signature,
    date: AmzDate,
    plain_date: bool,
    expires_in: Option<u64>,
    region_set: Option<Cow<'a, str>>,
    token: Option<Token<'a>>,
    content_sha256_parameter: Option<Parameter<'a>>,
}

impl<'a> Signed<'a> {
    fn in_header(header: &'a [u8], found: &Found<'a>) -> Result<Self, VerifyError> {
        let form = Form::Header;
        let header = text(header).ok_or(VerifyError::Malformed {
            form,
            problem: "it holds something else than visible ASCII",
        })?;
        let Authorization {
            algorithm,
            access_key_id,
            scope,
            signed_headers,
            signature,
        } = Authorization::parse(header).map_err(|error| {
            let scheme = header.split([' ', '\t']).next().unwrap_or_default();
            match Algorithm::parse(scheme) {
                Ok(_) => of_error(error, form),
                Err(_) => VerifyError::UnknownAlgorithm { form },
            }
        })?;
        let (date, plain_date) = match (found.amz_date, found.date) {
            (Some(value), _) => (AmzDate::of_bytes(value), false),
            (None, Some(_)) if found.dates > 1 => {
                return Err(VerifyError::Repeated { name: "date" });
            }
            (None, Some(value)) => {
                let text = text(value);
                let date = text.and_then(|text| AmzDate::parse(text).or_else(|| http_date(text)));
                (date, true)
            }
            (None, None) => return Err(VerifyError::MissingDate { form }),
        };
        let region_set = found.region_set.map(|value| String::from_utf8_lossy(value));
        Ok(Self {
            form,
            algorithm,
            credential: (access_key_id, scope),
            signed_headers: SignedHeaders {
                text: signed_headers,
                escaped: false,
            },
            signature,
            date: date.ok_or(VerifyError::InvalidDate { form })?,
            plain_date,
            expires_in: None,
            region_set,
            token: found.token()?,
            content_sha256_parameter: None,
        })
    }

    fn in_query(
        found: [Option<Parameter<'a>>; 9],
        (content_sha256, count): (Option<Parameter<'a>>, usize),
        headers: &Found<'a>,
    ) -> Result<Self, VerifyError> {
        let form = Form::Query;
        let [
            algorithm,
            credential,
            date,
            signed_headers,
            signature,
            expires_in,
            region_set,
            token,
            s3_token,
        ] = found;
        let malformed = |problem| VerifyError::Malformed { form, problem };
        let value = |parameter: &Parameter<'a>| {
            let value = parameter.value();
            value.ok_or(malformed("a parameter is not UTF-8"))
        };
        let algorithm = algorithm.ok_or(malformed("`X-Amz-Algorithm` is missing"))?;
        let algorithm = Algorithm::parse(&value(&algorithm)?)
            .map_err(|_| VerifyError::UnknownAlgorithm { form })?;
        let credential = credential.ok_or(malformed("`X-Amz-Credential` is missing"))?;
        let signed_headers = signed_headers.ok_or(malformed("`X-Amz-SignedHeaders` is missing"))?;
        let signature = signature.ok_or(malformed("`X-Amz-Signature` is missing"))?;
        let date = date.ok_or(VerifyError::MissingDate { form })?;
        let date = AmzDate::parse(&value(&date)?).ok_or(VerifyError::InvalidDate { form })?;
        let of_error = |error| of_error(error, form);

        let token = match (token, s3_token, headers.token()?) {
            (None, None, token) => token,
            (Some(token), None, None) => Some(Token::parameter(token, false)),
            (None, Some(token), None) => Some(Token::parameter(token, true)),
            _ => {
                return Err(VerifyError::Repeated {
                    name: "x-amz-security-token",
                });
            }
        };
        let region_set = match (region_set, headers.region_set) {
            (Some(set), None) => Some(value(&set)?),
            (None, set) => set.map(|set| String::from_utf8_lossy(set)),
            (Some(_), Some(_)) => {
                return Err(VerifyError::Repeated {
                    name: "x-amz-region-set",
                });
            }
        };
        // Another that says the same, in a parameter or a header.
        if count > 1 || (count > 0 && headers.content_sha256.is_some()) {
            return Err(VerifyError::Repeated {
                name: "x-amz-content-sha256",
            });
        }
        Ok(Self {
            form,
            algorithm,
            credential: query_credential(algorithm, &credential).map_err(of_error)?,
            signed_headers: SignedHeaders::of_parameter(&signed_headers)
                .ok_or(malformed("`X-Amz-SignedHeaders` is empty, or not UTF-8"))?,
            signature: Signature::parse(algorithm, &value(&signature)?).map_err(of_error)?,
            date,
            plain_date: false,
            expires_in: expires_in
                .map(|seconds| expires_in_of(&seconds))
                .transpose()
                .map_err(of_error)?,
            region_set,
            token,
            content_sha256_parameter: content_sha256,
        })
    }
}

/// What the floors below complain about, as the peer's fault.
pub(super) fn of_error(error: Error, form: Form) -> VerifyError {
    match error {
        Error::MalformedAuthorization(problem) => VerifyError::Malformed { form, problem },
        Error::InvalidPath { problem, .. } | Error::InvalidQuery { problem, .. } => {
            VerifyError::InvalidTarget { problem }
        }
        Error::InvalidHeaderName { .. } | Error::InvalidHeaderValue { .. } => {
            VerifyError::InvalidHeader
        }
        _ => VerifyError::InvalidTarget {
            problem: "the method is not a token",
        },
    }
}

fn text(value: &[u8]) -> Option<&str> {
    let visible = |b: u8| (b' '..=b'~').contains(&b) | (b == b'\t');
    if holds(value, |b| !visible(b)) {
        return None;
    }
    std::str::from_utf8(value).ok()
}

/// The list of signed headers: as text, and in a query maybe with `;` still escaped, so that
/// reading it costs no allocation.
#[derive(Clone)]
pub(super) struct SignedHeaders<'a> {
    text: Cow<'a, str>,
    escaped: bool,
}

impl<'a> SignedHeaders<'a> {
    fn of_parameter(parameter: &Parameter<'a>) -> Option<Self> {
        let raw = parameter.raw_value();
        if raw.is_empty() {
            return None;
        }
        let mut escapes = raw.split('%').skip(1);
        let separators = |rest: &str| rest.starts_with("3B") || rest.starts_with("3b");
        let escaped = raw.contains('%');
        if !escaped || (!raw.contains(';') && escapes.all(separators)) {
            let text = Cow::Borrowed(raw);
            return Some(Self { text, escaped });
        }
        Some(Self {
            text: parameter.value()?,
            escaped: false,
        })
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let (separator, width) = if self.escaped { (b'%', 3) } else { (b';', 1) };
        let mut rest = Some(&*self.text);
        std::iter::from_fn(move || {
            let text = rest?;
            let end = text.bytes().position(|b| b == separator);
            rest = end.map(|end| text.get(end + width..).unwrap_or_default());
            text.get(..end.unwrap_or(text.len()))
        })
    }

    /// As a list in strictly ascending order of lower-case names, which is how they are signed.
    pub(super) fn list(&self) -> Option<List<&str, 24>> {
        let upper = |text: &str| holds(text.as_bytes(), |b| b.is_ascii_uppercase());
        if !self.escaped && upper(&self.text) {
            return None;
        }
        let mut list = List::new();
        let mut last = "";
        for name in self.names() {
            if order(last, name).is_ge() || (self.escaped && upper(name)) {
                return None;
            }
            list.push(name);
            last = name;
        }
        Some(list)
    }
}

/// A session token where it stands.
#[derive(Clone)]
pub(super) struct Token<'a> {
    value: TokenValue<'a>,
    s3_express: bool,
}

#[derive(Clone)]
enum TokenValue<'a> {
    Header(&'a [u8]),
    Parameter(Parameter<'a>),
}

impl<'a> Token<'a> {
    fn header(value: &'a [u8], s3_express: bool) -> Self {
        let value = TokenValue::Header(value);
        Self { value, s3_express }
    }

    fn parameter(value: Parameter<'a>, s3_express: bool) -> Self {
        let value = TokenValue::Parameter(value);
        Self { value, s3_express }
    }

    /// Whether it is this token, under its own name; in a time that depends on lengths alone.
    pub(super) fn is(&self, token: &SessionToken) -> bool {
        let expected = token.expose().as_bytes();
        let equal = match &self.value {
            TokenValue::Header(value) => same(value, expected),
            TokenValue::Parameter(parameter) => same_decoded(parameter.raw_value(), expected),
        };
        equal && self.s3_express == (token.header_name() == "x-amz-s3session-token")
    }

    fn to_session_token(&self) -> SessionToken {
        let bytes = match &self.value {
            TokenValue::Header(value) => value.to_vec(),
            TokenValue::Parameter(parameter) => decoded(parameter.raw_value()).collect(),
        };
        // No token is anything but ASCII, so what is lost here could not have been one.
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
        };
        if self.s3_express {
            SessionToken::s3_express(text)
        } else {
            text.into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canonical::query::parameters;

    fn names(list: &str) -> Vec<String> {
        let query = format!("X-Amz-SignedHeaders={list}");
        let parameter = parameters(&query).next().unwrap().unwrap();
        let headers = SignedHeaders::of_parameter(&parameter).unwrap();
        headers.names().map(str::to_owned).collect()
    }

    #[test]
    fn signed_headers_of_a_query() {
        assert_eq!(names("host"), ["host"]);
        assert_eq!(
            names("host%3Brange;x-a%3bx-b"),
            ["host", "range", "x-a", "x-b"]
        );
        assert_eq!(names("host%3Bx-a%21"), ["host", "x-a!"]);
        assert_eq!(names("a%253Bb"), ["a%3Bb"]);
        assert_eq!(names("3bx;3By"), ["3bx", "3By"]);
        assert_eq!(names("3bx%3B3by"), ["3bx", "3by"]);
        assert_eq!(names("a;b%3Bc"), ["a", "b", "c"]);
        assert_eq!(names("%3B"), ["", ""]);
        assert_eq!(names("a%3B3Bb"), ["a", "3Bb"]);
    }

    #[test]
    fn lists_are_in_order() {
        let list = |text: &'static str| {
            let headers = SignedHeaders {
                text: text.into(),
                escaped: false,
            };
            headers.list().is_some()
        };
        assert!(list("host"));
        assert!(list("a;b;c"));
        for wrong in ["", "a;", ";a", "b;a", "a;a", "Host", "a;;b"] {
            assert!(!list(wrong), "{wrong}");
        }
    }
}
