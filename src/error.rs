//! The caller's mistakes.

#[cfg(any(feature = "s3", feature = "sigv4a"))]
pub(crate) mod address;
pub(crate) mod chunk;
#[cfg(feature = "event-stream")]
pub(crate) mod event_stream;
#[cfg(feature = "legacy")]
pub(crate) mod legacy;
#[cfg(feature = "post-policy")]
pub(crate) mod post_policy;

use std::time::Duration;

use crate::timestamp::{ParseTimestampError, Timestamp};

/// What a caller asked for that cannot work. After an error the request is as it was.
///
/// No variant holds a secret key, a session token or a signature.
///
/// ```
/// use countersign::{Credentials, Error, Signer};
///
/// // A secret out of a file, with its line break.
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret\n");
/// let error = Signer::new(credentials, "us-east-1", "sqs").unwrap_err();
/// assert!(matches!(error, Error::InvalidSecretKey(_)));
/// assert_eq!(error.to_string(), "the secret access key holds white space or a control character");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The access key id cannot be sent in a credential.
    #[error("the access key id {0}")]
    InvalidAccessKeyId(&'static str),
    /// The secret access key cannot be one that AWS handed out. The classic is a line break at its
    /// end, from a file.
    #[error("the secret access key {0}")]
    InvalidSecretKey(&'static str),
    /// The session token cannot be one that AWS handed out.
    #[error("the session token {0}")]
    InvalidSessionToken(&'static str),
    /// The region cannot be part of a credential scope.
    #[error("the region {region:?} {problem}")]
    InvalidRegion {
        /// As it was given.
        region: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The region set of SigV4A is not a list of regions.
    #[error("the region set {region_set:?} {problem}")]
    InvalidRegionSet {
        /// As it was given.
        region_set: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// Bytes are no point on the curve P-256, in the form of SEC 1.
    #[error("not a public key: no point on P-256 in the form of SEC 1")]
    InvalidPublicKey,
    /// The service's signing name cannot be part of a credential scope.
    #[error("the service {service:?} {problem}")]
    InvalidService {
        /// As it was given.
        service: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A text is not `DATE/REGION/SERVICE/aws4_request`.
    #[error("not a credential scope of the form YYYYMMDD/REGION/SERVICE/aws4_request")]
    InvalidScope,
    /// The text is not a timestamp of RFC 3339.
    #[error(transparent)]
    InvalidTimestamp(#[from] ParseTimestampError),
    /// The text is not a date in the form of `X-Amz-Date`.
    #[error("malformed date {text:?}, expected YYYYMMDDTHHMMSSZ")]
    InvalidDate {
        /// The text as it was given.
        text: String,
    },
    /// A request timestamp has a year of four digits.
    #[error("{} is outside the years 0 to 9999 of a request timestamp", now)]
    TimeOutOfRange {
        /// As it was given.
        now: Timestamp,
    },
    /// The credentials had ended before the request was signed.
    #[error("the credentials expired at {}, and it is {}", expiration, now)]
    CredentialsExpired {
        /// When the credentials ended.
        expiration: Timestamp,
        /// The request timestamp.
        now: Timestamp,
    },
    /// A presigned URL lives from one second to seven days, some tokens to less.
    #[error("the lifetime must be 1 to {longest} seconds, not {seconds}")]
    ExpiresInOutOfRange {
        /// The lifetime that was asked for, in seconds.
        seconds: u64,
        /// The longest that it can be, in seconds.
        longest: u64,
    },
    /// A lifetime that is sent counts whole seconds.
    #[error("the lifetime must be in whole seconds, got {expires_in:?}")]
    ExpiresInNotWholeSeconds {
        /// The lifetime that was asked for.
        expires_in: Duration,
    },
    /// A presigned URL, or the policy of an upload, ends with the credentials that signed it,
    /// whatever it says itself.
    #[error(
        "what is signed should last until {}, but its credentials expire at {}",
        expires_at,
        expiration
    )]
    OutlivesCredentials {
        /// When it was to end.
        expires_at: Timestamp,
        /// When the credentials end.
        expiration: Timestamp,
    },
    /// Every signature covers the host: a relative URI needs a `host` header with a value.
    #[error("the request has no host: use an absolute URI, or add a `host` header")]
    MissingHost,
    /// The request has more than one `host` header. Recipients disagree on which one counts.
    #[error("the request has more than one `host` header")]
    DuplicateHost,
    /// A URL can be presigned only from an absolute URI.
    #[error("presigning needs an absolute URI, with scheme and host")]
    RelativeUri,
    /// A URI holds at most 65,534 bytes.
    #[error("the presigned URL would be {length} bytes long, and a URI holds at most 65534")]
    UrlTooLong {
        /// How many bytes it would have.
        length: usize,
    },
    /// A request to sign has at most 4,096 names of headers.
    #[error("the request has no room for more headers")]
    TooManyHeaders,
    /// The method is not an HTTP token.
    #[error("the method {method:?} is not an HTTP token")]
    InvalidMethod {
        /// As it was given.
        method: String,
    },
    /// A path begins with `/` and holds no white space, control character, `?`, `#`, or `%` without
    /// two hex digits. By the rules of S3's family it also has no bare `+`, which S3 reads as a space
    /// and other stores as a plus: build it with [`encode_key`](crate::encode_key).
    #[error("the path cannot be signed: at byte {position}, {problem}")]
    InvalidPath {
        /// Where, counted in bytes from 0.
        position: usize,
        /// What is wrong there.
        problem: &'static str,
    },
    /// A query holds a `%` without two hex digits, white space, a control character or `#`.
    #[error("the query cannot be sent: at byte {position}, {problem}")]
    InvalidQuery {
        /// Where, counted in bytes from 0.
        position: usize,
        /// What is wrong there.
        problem: &'static str,
    },
    /// The query already carries a parameter that the signer writes; or one that declares another
    /// payload than the one that is signed.
    #[error("the query already has the signing parameter `{parameter}`: sign the URL without it")]
    AlreadySigned {
        /// The parameter's name, decoded.
        parameter: String,
    },
    /// The request cannot be signed with Signature Version 2.
    #[cfg(feature = "legacy")]
    #[error(transparent)]
    Legacy(#[from] legacy::LegacyError),
    /// A header's name is not a lower-case HTTP token.
    #[error("the header name {name:?} is not an HTTP token in lower case")]
    InvalidHeaderName {
        /// As it was given.
        name: String,
    },
    /// A header's value holds a control character other than a tab.
    #[error("the value of the header `{name}` holds a control character")]
    InvalidHeaderValue {
        /// The header's name.
        name: String,
    },
    /// The header cannot be left out of a signature.
    #[error("the header `{name}` must be signed")]
    HeaderMustBeSigned {
        /// The header's name.
        name: String,
    },
    /// Outside S3's family the signature of a presigned request covers the body, and a request of
    /// this method usually has one.
    #[error(
        "a presigned {method} for `{service}` covers its body: call `presign_with_payload` with the hash of the body"
    )]
    PayloadRequired {
        /// The service's signing name.
        service: String,
        /// The request's method.
        method: String,
    },
    /// A presigned URL without a body cannot carry a payload hash in S3's family: its users would
    /// have to send `x-amz-content-sha256`, which browsers cannot.
    #[error(
        "a presigned {method} for `{service}` takes no payload hash: call `presign`, which leaves the payload unsigned"
    )]
    PayloadHashInUrl {
        /// The service's signing name.
        service: String,
        /// The request's method.
        method: String,
    },
    /// Outside S3's family services hash the body of a presigned request.
    #[error(
        "`{service}` does not take `UNSIGNED-PAYLOAD` in a presigned URL: call `presign_with_payload` with the hash of the body"
    )]
    UnsignedPayloadInUrl {
        /// The service's signing name.
        service: String,
    },
    /// The service takes no signed payload.
    #[error("the service `{service}` takes requests with `PayloadHash::Unsigned` only")]
    PayloadMustBeUnsigned {
        /// The service's signing name.
        service: String,
    },
    /// Chunks and event messages are announced in `x-amz-content-sha256`, which the service's rules
    /// leave out.
    #[error(
        "the rules of the service `{service}` never send `x-amz-content-sha256`, which has to announce a stream"
    )]
    StreamNotAnnounced {
        /// The service's signing name.
        service: String,
    },
    /// The bearer token cannot be sent: RFC 6750 has letters, digits, `-._~+/`, and `=` at the end.
    #[error("the bearer token {0}")]
    InvalidBearerToken(&'static str),
    /// The bearer token had ended before it was used.
    #[error("the bearer token expired at {}, and it is {}", expiration, now)]
    BearerTokenExpired {
        /// When the token ended.
        expiration: Timestamp,
        /// When it was to be used.
        now: Timestamp,
    },
    /// A bearer token works only at the service that handed it out.
    #[error("the bearer token is for the service `{scope}`, not for `{service}`")]
    BearerTokenForAnotherService {
        /// The service that made the token.
        scope: String,
        /// The service that it was to be used at.
        service: String,
    },
    /// A bearer token works only in the region in which it was made.
    #[error("the bearer token is for the region `{scope}`, not for `{region}`")]
    BearerTokenForAnotherRegion {
        /// The region in which the token was made.
        scope: String,
        /// The region that it was to be used in.
        region: String,
    },
    /// A bearer token works only at the hosts that it names
    /// ([`with_host`](crate::bearer::BearerToken::with_host)).
    #[error("the bearer token is for {hosts}, not for `{host}`")]
    BearerTokenForAnotherHost {
        /// The hosts that the token names: `*` is one label, `#` is one digit.
        hosts: String,
        /// The host of the request, with its port if that is not the scheme's own.
        host: String,
    },
    /// A bearer token names no host, so it can be attached to no request.
    #[error("the bearer token names no host: add one with `with_host`, or call `allow_any_host`")]
    BearerTokenWithoutHost,
    /// A bearer token is sent over TLS only.
    #[error(
        "the bearer token is sent by `https` only, not by `{scheme}`, unless `allow_http` is called"
    )]
    BearerTokenNeedsHttps {
        /// The scheme of the request's URI.
        scheme: String,
    },
    /// The request's URI does not say where the request goes.
    #[error(
        "the request's URI has no scheme and host to compare with those of the bearer token: \
         use `BearerToken::header_value_for(host)`"
    )]
    BearerTokenNeedsUri,
    /// The request says in an ambiguous way where it goes.
    #[error("the request for the bearer token {0}")]
    BearerTokenHost(&'static str),
    /// A parameter is outside what its service documents: one that is sent, or one that a token is
    /// made of. Nothing has been sent.
    #[error("the parameter `{parameter}` {problem}")]
    InvalidParameter {
        /// Its name as AWS writes it, `Tags.member.1.Key`; or what it is, `host`.
        parameter: String,
        /// The limit that it misses.
        problem: &'static str,
    },
    /// There is no address for a call.
    #[cfg(any(feature = "s3", feature = "sigv4a"))]
    #[error(transparent)]
    Address(#[from] address::AddressError),
    /// The service has no such endpoint.
    #[error("no endpoint for {region:?}: {problem}")]
    NoEndpoint {
        /// The region, as it was given.
        region: String,
        /// Why there is none.
        problem: &'static str,
    },
    /// An `Authorization` header or its query twin has not the form of Signature Version 4.
    #[error("not a Signature Version 4 authorization: {0}")]
    MalformedAuthorization(&'static str),
    /// An upload in chunks cannot be signed.
    #[error(transparent)]
    Chunk(#[from] chunk::ChunkSigningError),
    /// A message of an event stream cannot be encoded or signed.
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
            problem,
        }
    }
}
