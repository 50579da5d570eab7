//! The error for a request that cannot be signed, presigned or sent.

#[cfg(any(feature = "s3", feature = "sigv4a"))]
pub(crate) mod address;
pub(crate) mod authorization;
pub(crate) mod chunk;
pub(crate) mod credential;
pub(crate) mod endpoint;
#[cfg(feature = "event-stream")]
pub(crate) mod event_stream;
pub(crate) mod host;
#[cfg(feature = "legacy")]
pub(crate) mod legacy;
pub(crate) mod parameter;
#[cfg(feature = "post-policy")]
pub(crate) mod post_policy;
pub(crate) mod scope;
pub(crate) mod target;

use std::time::Duration;

use authorization::AuthorizationProblem;
use credential::CredentialProblem;
use endpoint::EndpointProblem;
use host::HostProblem;
use parameter::{ParameterProblem, Rule};
use scope::ScopeProblem;
use target::TargetProblem;

use crate::timestamp::{ParseTimestampError, Timestamp};

/// The error for a request that cannot be signed, presigned or sent.
///
/// After an error the request is unchanged. No variant contains a secret key, a session token or a
/// signature.
///
/// ```
/// use countersign::{Credentials, Error, Signer};
///
/// // A secret that was read from a file, with the line break at its end.
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret\n");
/// let error = Signer::new(credentials, "us-east-1", "sqs").unwrap_err();
/// assert!(matches!(error, Error::InvalidSecretKey(_)));
/// assert!(error.to_string().starts_with("secret access key "));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The access key ID cannot be part of a credential.
    #[error("access key ID {0}")]
    InvalidAccessKeyId(CredentialProblem),
    /// The secret access key cannot be one that AWS issued.
    ///
    /// The usual cause is a line break at its end, from a file.
    #[error("secret access key {0}")]
    InvalidSecretKey(CredentialProblem),
    /// The session token cannot be one that AWS issued.
    #[error("session token {0}")]
    InvalidSessionToken(CredentialProblem),
    /// The region cannot be part of a credential scope.
    #[error("region {region:?} {problem}")]
    InvalidRegion {
        /// The region.
        region: String,
        /// The rule that the region breaks.
        problem: ScopeProblem,
    },
    /// The region set for SigV4A is empty or malformed.
    #[error("region set {region_set:?} {problem}")]
    InvalidRegionSet {
        /// The region set.
        region_set: String,
        /// The rule that the region set breaks.
        problem: ScopeProblem,
    },
    /// The bytes are not the SEC 1 encoding of a point on the curve P-256.
    #[error("public key is not a point on P-256 in SEC 1 encoding")]
    InvalidPublicKey,
    /// The service's signing name cannot be part of a credential scope.
    #[error("service {service:?} {problem}")]
    InvalidService {
        /// The signing name.
        service: String,
        /// The rule that the signing name breaks.
        problem: ScopeProblem,
    },
    /// The text is not a credential scope, `YYYYMMDD/REGION/SERVICE/aws4_request`.
    #[error("malformed credential scope, expected YYYYMMDD/REGION/SERVICE/aws4_request")]
    InvalidScope,
    /// The text is not a timestamp of RFC 3339.
    #[error(transparent)]
    InvalidTimestamp(#[from] ParseTimestampError),
    /// The text is not a date in the form of `X-Amz-Date`.
    #[error("malformed date {text:?}, expected YYYYMMDDTHHMMSSZ")]
    InvalidDate {
        /// The text.
        text: String,
    },
    /// The year of the request time does not have four digits.
    #[error("request time {now} is outside the years 0 to 9999")]
    TimeOutOfRange {
        /// The request time.
        now: Timestamp,
    },
    /// The credentials expired before the request was signed.
    #[error("credentials expired at {expiration} (request time {now})")]
    CredentialsExpired {
        /// When the credentials expired.
        expiration: Timestamp,
        /// The request time.
        now: Timestamp,
    },
    /// The lifetime of a presigned URL or a token is out of range.
    ///
    /// A presigned URL is valid for 1 second to 7 days. Some tokens have a shorter maximum.
    #[error("lifetime must be between 1 and {longest} s, got {seconds} s")]
    ExpiresInOutOfRange {
        /// The requested lifetime in seconds.
        seconds: u64,
        /// The maximum in seconds.
        longest: u64,
    },
    /// The lifetime is not a whole number of seconds, as it is sent.
    #[error("lifetime must be in whole seconds, got {expires_in:?}")]
    ExpiresInNotWholeSeconds {
        /// The requested lifetime.
        expires_in: Duration,
    },
    /// The presigned URL or upload policy would expire after its credentials.
    ///
    /// AWS rejects it from the moment the credentials expire, whatever it says itself.
    #[error("expiration {expires_at} is after {expiration}, when the credentials expire")]
    OutlivesCredentials {
        /// The requested expiration.
        expires_at: Timestamp,
        /// When the credentials expire.
        expiration: Timestamp,
    },
    /// The request has no host, which every signature covers.
    ///
    /// A request with a relative URI needs a `host` header with a value.
    #[error("request has no host: use an absolute URI, or add a `host` header")]
    MissingHost,
    /// The request has more than one `host` header.
    ///
    /// Recipients disagree on which one counts.
    #[error("request has more than one `host` header")]
    DuplicateHost,
    /// The URI to presign is relative.
    #[error("presigning requires an absolute URI, with scheme and host")]
    RelativeUri,
    /// The presigned URL would be longer than 65,534 bytes, the maximum of [`http::Uri`].
    #[error("presigned URL would be {length} bytes, above the maximum of 65534 bytes")]
    UrlTooLong {
        /// The length in bytes.
        length: usize,
    },
    /// The request has too many headers.
    ///
    /// A request to sign can have 4,096 header names. [`http::HeaderMap`] has a maximum too.
    #[error("request has too many headers: signing cannot add its own")]
    TooManyHeaders,
    /// The method is not an HTTP token.
    #[error("method {method:?} is not an HTTP token")]
    InvalidMethod {
        /// The method.
        method: String,
    },
    /// The path is malformed.
    ///
    /// A path begins with `/`. It contains no white space, control character, `?`, `#`, or `%`
    /// without two hex digits. For S3 it also contains no bare `+`: S3 reads it as a space, and some
    /// stores read it as a plus. [`encode_key`](crate::encode_key) writes a valid path.
    #[error("path is invalid at byte {position}: {problem}")]
    InvalidPath {
        /// The position of the mistake, in bytes from 0.
        position: usize,
        /// The mistake.
        problem: TargetProblem,
    },
    /// The query contains white space, a control character, `#`, or a malformed percent-encoding.
    #[error("query is invalid at byte {position}: {problem}")]
    InvalidQuery {
        /// The position of the mistake, in bytes from 0.
        position: usize,
        /// The mistake.
        problem: TargetProblem,
    },
    /// The query already contains a parameter that the signer writes.
    ///
    /// A parameter that declares another payload than the signed one is also this error.
    #[error("query already contains the signing parameter `{parameter}`: sign the URL without it")]
    AlreadySigned {
        /// The parameter's name, decoded.
        parameter: String,
    },
    /// The request cannot be signed with Signature Version 2.
    #[cfg(feature = "legacy")]
    #[error(transparent)]
    Legacy(#[from] legacy::LegacyError),
    /// The header name is not a lowercase HTTP token.
    #[error("header name {name:?} is not a lowercase HTTP token")]
    InvalidHeaderName {
        /// The name.
        name: String,
    },
    /// The header value contains a control character other than a tab.
    #[error("value of header `{name}` contains a control character")]
    InvalidHeaderValue {
        /// The header's name.
        name: String,
    },
    /// The header cannot be left out of a signature.
    #[error("header `{name}` must be signed")]
    HeaderMustBeSigned {
        /// The header's name.
        name: String,
    },
    /// The presigned request needs the hash of its body.
    ///
    /// Outside S3 the signature of a presigned request covers the body, and a request with this
    /// method usually has one.
    #[error(
        "presigned {method} for `{service}` must cover its body: call `presign_with_payload` with the hash of the body"
    )]
    PayloadRequired {
        /// The service's signing name.
        service: String,
        /// The request's method.
        method: String,
    },
    /// The presigned URL cannot carry a payload hash, because its request has no body.
    ///
    /// For S3 its users would have to send `x-amz-content-sha256`, which browsers do not.
    #[error(
        "presigned {method} for `{service}` takes no payload hash: call `presign`, which leaves the payload unsigned"
    )]
    PayloadHashInUrl {
        /// The service's signing name.
        service: String,
        /// The request's method.
        method: String,
    },
    /// The service accepts no unsigned payload in a presigned URL.
    ///
    /// Services other than S3 hash the body of a presigned request.
    #[error(
        "`{service}` accepts no `UNSIGNED-PAYLOAD` in a presigned URL: call `presign_with_payload` with the hash of the body"
    )]
    UnsignedPayloadInUrl {
        /// The service's signing name.
        service: String,
    },
    /// The service accepts no signed payload.
    #[error("service `{service}` accepts `PayloadHash::Unsigned` only")]
    PayloadMustBeUnsigned {
        /// The service's signing name.
        service: String,
    },
    /// The service's rules leave out `x-amz-content-sha256`, which must announce a stream.
    #[error(
        "service `{service}` cannot receive a stream: its rules leave out `x-amz-content-sha256`, which announces it"
    )]
    StreamNotAnnounced {
        /// The service's signing name.
        service: String,
    },
    /// The bearer token does not have the syntax of RFC 6750.
    ///
    /// Allowed are ASCII letters, digits, `-._~+/`, and `=` at the end.
    #[error("bearer token {0}")]
    InvalidBearerToken(CredentialProblem),
    /// The bearer token has expired.
    #[error("bearer token expired at {expiration} (current time {now})")]
    BearerTokenExpired {
        /// When the token expired.
        expiration: Timestamp,
        /// When the token was used.
        now: Timestamp,
    },
    /// The bearer token is for another service.
    #[error("bearer token is for service `{scope}`, got `{service}`")]
    BearerTokenForAnotherService {
        /// The service of the token's scope.
        scope: String,
        /// The service that the caller named.
        service: String,
    },
    /// The bearer token is for another region.
    #[error("bearer token is for region `{scope}`, got `{region}`")]
    BearerTokenForAnotherRegion {
        /// The region of the token's scope.
        scope: String,
        /// The region that the caller named.
        region: String,
    },
    /// The bearer token may not be sent to this host.
    ///
    /// [`with_host`](crate::bearer::BearerToken::with_host) adds a host to the token.
    #[error("bearer token is for {hosts}, got host `{host}`")]
    BearerTokenForAnotherHost {
        /// The hosts that the token names. `*` stands for one label, `#` for one digit.
        hosts: String,
        /// The request's host, with its port unless it is the default of the scheme.
        host: String,
    },
    /// The bearer token names no host, so it cannot be attached to a request.
    #[error("bearer token names no host: add one with `with_host`, or call `allow_any_host`")]
    BearerTokenWithoutHost,
    /// The request's scheme is neither `https`, nor `http` where the token allows it.
    #[error(
        "bearer token must be sent over `https`, or over `http` after `allow_http`, got `{scheme}`"
    )]
    BearerTokenNeedsHttps {
        /// The scheme of the request's URI.
        scheme: String,
    },
    /// The request's URI has no scheme or host to compare with the token's.
    #[error(
        "request URI has no scheme and host to compare with the bearer token: \
         use `BearerToken::header_value_for`"
    )]
    BearerTokenNeedsUri,
    /// The host that the bearer token would be sent to is invalid or ambiguous.
    #[error("request host {0}")]
    BearerTokenHost(HostProblem),
    /// A parameter is outside the limits that its service documents.
    ///
    /// It is a parameter of a request, or an argument of a function that makes a token. The error
    /// comes before anything is sent.
    #[error("parameter `{parameter}` {problem}")]
    InvalidParameter {
        /// The name as AWS writes it, such as `Tags.member.1.Key`, or that of the argument, `host`.
        parameter: String,
        /// The rule that the parameter breaks.
        problem: ParameterProblem,
    },
    /// The address of a call cannot be determined.
    #[cfg(any(feature = "s3", feature = "sigv4a"))]
    #[error(transparent)]
    Address(#[from] address::AddressError),
    /// The service has no such endpoint.
    #[error("no endpoint for region {region:?}: {problem}")]
    NoEndpoint {
        /// The region.
        region: String,
        /// The reason.
        problem: EndpointProblem,
    },
    /// An algorithm is not approved, and
    /// [`allow_only_approved`](crate::crypto::allow_only_approved) was called.
    #[error(transparent)]
    NotApproved(#[from] crate::crypto::NotApproved),
    /// An `Authorization` header, or its form in the query, is malformed.
    #[error("malformed SigV4 authorization: {0}")]
    MalformedAuthorization(AuthorizationProblem),
    /// An aws-chunked upload cannot be signed.
    #[error(transparent)]
    Chunk(#[from] chunk::ChunkSigningError),
    /// An event stream message cannot be encoded or signed.
    #[cfg(feature = "event-stream")]
    #[error(transparent)]
    Event(#[from] event_stream::EncodeError),
    /// The policy or a form field of a browser upload cannot be signed.
    #[cfg(feature = "post-policy")]
    #[error(transparent)]
    PostPolicy(#[from] post_policy::PostPolicyError),
}

impl Error {
    pub(crate) fn invalid_parameter(parameter: &str, problem: &'static str) -> Self {
        Self::InvalidParameter {
            parameter: parameter.to_owned(),
            problem: ParameterProblem(Rule::Text(problem)),
        }
    }
}
