//! The reasons to refuse a request.

use std::fmt;

use crate::error::authorization::AuthorizationProblem;
use crate::error::target::TargetProblem;
use crate::sigv4::date::AmzDate;
use crate::sigv4::payload_hash::PayloadKind;
use crate::timestamp::Timestamp;

/// The reason why a request is refused: one variant for each rule.
///
/// [`error_response`](crate::verify::error_response) creates the response for the client, with the
/// error code and the status that AWS sends ([`code`](Self::code), [`status`](Self::status)).
/// `Display` is for logs. No variant contains the expected signature, or a signature or token of
/// the request.
///
/// ```
/// use countersign::verify::{Protocol, SignedRequest, VerifyError};
///
/// let request =
///     http::Request::get("https://bucket.s3.amazonaws.com/").body(())?;
/// let error = SignedRequest::parse(&request).unwrap_err();
/// assert_eq!(error, VerifyError::MissingAuthentication);
/// assert_eq!(
///     (
///         error.code(Protocol::S3),
///         error.status(Protocol::S3).as_u16()
///     ),
///     ("AccessDenied", 403)
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The request has neither an `authorization` header nor the parameters of a presigned URL.
    #[error("request has no signature")]
    MissingAuthentication,
    /// The request has two `authorization` headers, or one and the parameters of a presigned URL.
    ///
    /// Two servers could verify different signatures.
    #[error("request has more than one signature")]
    SeveralAuthentications,
    /// The authorization names an algorithm other than the two of Signature Version 4.
    #[error(
        "authorization {form} has an unknown algorithm, expected AWS4-HMAC-SHA256 or AWS4-ECDSA-P256-SHA256"
    )]
    UnknownAlgorithm {
        /// Where the signature is.
        form: SignatureLocation,
    },
    /// A part of the authorization is missing or malformed.
    #[error("malformed authorization {form}: {problem}")]
    Malformed {
        /// Where the signature is.
        form: SignatureLocation,
        /// What is wrong with it.
        problem: AuthorizationProblem,
    },
    /// The request has no date.
    #[error("request has no date")]
    MissingDate {
        /// Where the signature is.
        form: SignatureLocation,
    },
    /// The date is not `YYYYMMDDTHHMMSSZ`, nor an HTTP date in a `date` header.
    #[error("malformed request date, expected YYYYMMDDTHHMMSSZ")]
    InvalidDate {
        /// Where the signature is.
        form: SignatureLocation,
    },
    /// A header with one value appears more than once, or both as a header and as a parameter.
    #[error("`{name}` appears more than once")]
    Repeated {
        /// The header's name.
        name: &'static str,
    },
    /// A header name is not a lowercase token, or a value contains a control character.
    #[error("invalid header name or value")]
    InvalidHeader,
    /// The method, the path or the query is malformed.
    #[error("malformed request target: {problem}")]
    InvalidTarget {
        /// What is wrong with it.
        problem: TargetProblem,
    },
    /// The path has a `.` or `..` segment, which a router may resolve.
    ///
    /// An escaped slash and a backslash count as slashes, and `;` as the end of a segment.
    /// [`Verifier::allow_dot_segments`](crate::verify::Verifier::allow_dot_segments) accepts them.
    #[error("path contains a `.` or `..` segment")]
    PathNotNormalized,
    /// The request has more headers than [`Limits::max_headers`](crate::verify::Limits::max_headers).
    #[error("request has {count} headers, above the maximum of {maximum}")]
    TooManyHeaders {
        /// How many there are.
        count: usize,
        /// The maximum.
        maximum: usize,
    },
    /// The headers are longer than
    /// [`Limits::max_headers_length`](crate::verify::Limits::max_headers_length).
    #[error("request headers are longer than the maximum of {maximum} bytes")]
    HeadersTooLong {
        /// The maximum for all names and values together, in bytes.
        maximum: usize,
    },
    /// Path and query are longer than
    /// [`Limits::max_target_length`](crate::verify::Limits::max_target_length).
    #[error("request target is {length} bytes, above the maximum of {maximum} bytes")]
    TargetTooLong {
        /// The length of path and query, in bytes.
        length: usize,
        /// The maximum, in bytes.
        maximum: usize,
    },
    /// The request has no host.
    #[error("request has no host")]
    MissingHost,
    /// The request has more than one `host` header, or one that differs from the URI's authority.
    #[error("request names more than one host")]
    SeveralHosts,
    /// The credential scope is not `YYYYMMDD/REGION/SERVICE/aws4_request`.
    #[error("malformed credential scope, expected YYYYMMDD/REGION/SERVICE/aws4_request")]
    InvalidScope {
        /// Where the signature is.
        form: SignatureLocation,
    },
    /// The day of the credential scope is not the day of the request's date.
    #[error("credential scope date {day} does not match request date {date}")]
    WrongDay {
        /// Where the signature is.
        form: SignatureLocation,
        /// The scope's day, `YYYYMMDD`.
        day: String,
        /// The request's date.
        date: AmzDate,
    },
    /// The credential scope is for another region.
    #[error("credential scope region is {region:?}, expected {expected:?}")]
    WrongRegion {
        /// Where the signature is.
        form: SignatureLocation,
        /// The scope's region, or the region set of SigV4A.
        region: String,
        /// The region of the verifier, the first one of several.
        expected: String,
    },
    /// The credential scope is for another service.
    #[error("credential scope service is {service:?}, expected {expected:?}")]
    WrongService {
        /// Where the signature is.
        form: SignatureLocation,
        /// The scope's service.
        service: String,
        /// The service of the verifier.
        expected: String,
    },
    /// `X-Amz-Expires` is above the verifier's maximum.
    #[error("`X-Amz-Expires` is {seconds} s, above the maximum of {longest} s")]
    ExpiresInOutOfRange {
        /// The value of `X-Amz-Expires`, in seconds.
        seconds: u64,
        /// The maximum, in seconds.
        longest: u64,
    },
    /// The request is older than the clock window, or the presigned URL has expired.
    ///
    /// A URL with an `X-Amz-Expires` of 0 has always expired.
    #[error(
        "request expired at {} (signed at {}, server time {})",
        expired_at,
        signed_at,
        now
    )]
    Expired {
        /// Where the signature is.
        form: SignatureLocation,
        /// When it was signed.
        signed_at: Timestamp,
        /// The last moment at which it was valid.
        expired_at: Timestamp,
        /// The server's time.
        now: Timestamp,
    },
    /// The request was signed later than the clock window allows.
    #[error(
        "request is not valid before {} (signed at {}, server time {})",
        valid_from,
        signed_at,
        now
    )]
    NotYetCurrent {
        /// Where the signature is.
        form: SignatureLocation,
        /// When it claims to have been signed.
        signed_at: Timestamp,
        /// The first moment at which it is valid.
        valid_from: Timestamp,
        /// The server's time.
        now: Timestamp,
    },
    /// The request was signed for a host other than those of
    /// [`Verifier::with_host`](crate::verify::Verifier::with_host).
    #[error("host {host:?} is not a host of this server")]
    WrongHost {
        /// The host that the client signed.
        host: String,
    },
    /// The signature does not cover `host`.
    #[error("header `host` is not signed")]
    HostNotSigned,
    /// The signature does not cover headers that must be signed.
    #[error("headers must be signed: {}", names.join(", "))]
    HeadersNotSigned {
        /// Their names, in the order of the request.
        names: Vec<String>,
    },
    /// A header that is listed as signed is missing.
    #[error("signed header {name:?} is missing from the request")]
    SignedHeaderMissing {
        /// Its name.
        name: String,
    },
    /// The header of [`Verifier::with_audience`](crate::verify::Verifier::with_audience) is missing,
    /// unsigned, or names another server.
    #[error("header `{name}` does not name this server")]
    WrongAudience {
        /// Its name.
        name: String,
    },
    /// The service requires `x-amz-content-sha256`.
    #[error("header `x-amz-content-sha256` is missing")]
    MissingContentSha256,
    /// `x-amz-content-sha256` is neither a SHA-256 in hex nor a literal for the algorithm.
    #[error(
        "`x-amz-content-sha256` is neither a SHA-256 in hex nor a literal that the algorithm allows"
    )]
    InvalidContentSha256,
    /// The payload is not the one that was signed.
    #[error("payload hash does not match `x-amz-content-sha256`")]
    ContentSha256Mismatch,
    /// The server checked a payload hash, but the payload is not signed.
    ///
    /// This is a mistake of the server. For example, a presigned URL for S3 leaves its payload
    /// unsigned. Call [`Verifier::verify_signature`](crate::verify::Verifier::verify_signature) and
    /// decide whether to [accept](crate::verify::PendingUnsigned::accept) an unsigned payload.
    #[error(
        "payload is unsigned, so the server cannot check its hash: use `verify_signature` and accept or refuse it"
    )]
    PayloadIsUnsigned,
    /// The server checked the payload in another way than the client signed it.
    ///
    /// If the server does not support streams, this is a mistake of the client. If the server does
    /// not compare a signed hash, it is a mistake of the server.
    #[error("payload is signed as {signed}, but was checked as {checked}")]
    PayloadNotAsSigned {
        /// How it is signed.
        signed: PayloadKind,
        /// How the caller checked it.
        checked: PayloadKind,
    },
    /// A chunked payload has no valid length in `x-amz-decoded-content-length`.
    #[error("`x-amz-decoded-content-length` is missing or is not a number of bytes")]
    InvalidDecodedLength,
    /// The access key ID is unknown, or the lookup returned the key of another access key ID.
    ///
    /// Also return it from your lookup if the access key ID does not exist.
    #[error("access key ID is unknown, or the lookup returned the key of another access key ID")]
    UnknownAccessKeyId,
    /// The session token is missing, unexpected, or does not match the access key.
    #[error("session token is missing, unexpected, or does not match the access key")]
    InvalidSessionToken,
    /// The credentials have expired.
    #[error("credentials expired at {} (server time {})", expiration, now)]
    CredentialsExpired {
        /// When they expired.
        expiration: Timestamp,
        /// The server's time.
        now: Timestamp,
    },
    /// The signature does not match the request and the key.
    #[error("signature does not match")]
    SignatureMismatch,
}

/// Where a signature is in a request.
///
/// ```
/// use countersign::verify::{SignatureLocation, SignedRequest, VerifyError};
///
/// let request = http::Request::get("https://example.com/")
///     .header("authorization", "Digest username=a")
///     .body(())?;
/// let refused = SignedRequest::parse(&request).err();
/// assert_eq!(
///     refused,
///     Some(VerifyError::UnknownAlgorithm {
///         form: SignatureLocation::Header
///     })
/// );
/// # Ok::<(), http::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SignatureLocation {
    /// In the `authorization` header.
    Header,
    /// In the query: a presigned URL.
    Query,
    /// In the fields of a browser upload.
    Fields,
}

impl fmt::Display for SignatureLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Header => "header",
            Self::Query => "query",
            Self::Fields => "form",
        })
    }
}

impl VerifyError {
    /// The error for an event stream, if the server accepts none.
    #[cfg(feature = "tower")]
    pub(crate) fn not_a_stream() -> Self {
        Self::PayloadNotAsSigned {
            signed: PayloadKind::Stream,
            checked: PayloadKind::Hash,
        }
    }
}
