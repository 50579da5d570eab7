//! The peer's faults.

use std::fmt;

use http::StatusCode;

use crate::sigv4::date::AmzDate;
use crate::timestamp::Timestamp;

/// Why a request is refused: one variant for each rule.
///
/// No variant holds the signature that was expected, nor a token or signature that was sent. Each
/// has the error code and the status that AWS answers ([`code`](Self::code),
/// [`status`](Self::status)); where AWS was never seen answering (two ways to authenticate at a
/// query service, say), those of its nearest neighbour.
///
/// ```
/// use countersign::verify::{Protocol, SignedRequest, VerifyError};
///
/// let request = http::Request::get("https://bucket.s3.amazonaws.com/").body(())?;
/// let error = SignedRequest::parse(&request).unwrap_err();
/// assert_eq!(error, VerifyError::MissingAuthentication);
/// assert_eq!((error.code(Protocol::S3), error.status(Protocol::S3).as_u16()), ("AccessDenied", 403));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// There is neither an `authorization` header nor its twin in the query.
    #[error("the request carries no signature")]
    MissingAuthentication,
    /// There are two `authorization` headers, or one and `X-Amz-…` parameters of the query form.
    /// Whoever reads one of them is told something else than who reads the other.
    #[error("the request authenticates in two ways at once")]
    SeveralAuthentications,
    /// The authorization names another scheme than the two algorithms of Signature Version 4.
    #[error("the authorization {form} is not of AWS4-HMAC-SHA256 or AWS4-ECDSA-P256-SHA256")]
    UnknownAlgorithm {
        /// Where it stands.
        form: SignatureLocation,
    },
    /// The authorization has not the form of Signature Version 4.
    #[error("the authorization {form} is malformed: {problem}")]
    Malformed {
        /// Where it stands.
        form: SignatureLocation,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The request says nowhere when it was signed.
    #[error("the request carries no date")]
    MissingDate {
        /// Where the signature stands.
        form: SignatureLocation,
    },
    /// The date is not `YYYYMMDDTHHMMSSZ` (nor, of a `date` header, of the form of HTTP).
    #[error("the request's date cannot be read")]
    InvalidDate {
        /// Where the signature stands.
        form: SignatureLocation,
    },
    /// A header that has one value came twice, or a parameter and a header say the same thing.
    #[error("`{name}` is there twice")]
    Repeated {
        /// The header's name.
        name: &'static str,
    },
    /// A header's name is not a token in lower case, or its value holds a control character.
    #[error("a header is not one that HTTP can carry")]
    InvalidHeader,
    /// The path or the query cannot be canonicalised.
    #[error("the request target cannot be read: {problem}")]
    InvalidTarget {
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The request names no host.
    #[error("the request names no host")]
    MissingHost,
    /// `host` headers, or a `host` header and the URI's authority, that say different things.
    #[error("the request names two hosts")]
    SeveralHosts,
    /// The credential scope is not of the form `YYYYMMDD/REGION/SERVICE/aws4_request`.
    #[error("the scope does not end in `aws4_request`, or a part of it cannot be")]
    InvalidScope {
        /// Where the signature stands.
        form: SignatureLocation,
    },
    /// The day of the credential scope is not the day of the request's date.
    #[error("the scope is of the day {day}, the request of {date}")]
    WrongDay {
        /// Where the signature stands.
        form: SignatureLocation,
        /// The scope's day, `YYYYMMDD`.
        day: String,
        /// The request's date.
        date: AmzDate,
    },
    /// The scope is of another region.
    #[error("the scope is of the region {region:?}, not {expected:?}")]
    WrongRegion {
        /// Where the signature stands.
        form: SignatureLocation,
        /// The scope's region, or the region set of SigV4A.
        region: String,
        /// The verifier's own; the first, where it takes several.
        expected: String,
    },
    /// The scope is of another service.
    #[error("the scope is of the service {service:?}, not {expected:?}")]
    WrongService {
        /// Where the signature stands.
        form: SignatureLocation,
        /// The scope's service.
        service: String,
        /// The verifier's own.
        expected: String,
    },
    /// `X-Amz-Expires` is more than the verifier takes.
    #[error("the URL is to live for {seconds} s, and {longest} s is the most")]
    ExpiresInOutOfRange {
        /// What the URL says.
        seconds: u64,
        /// The most that is taken.
        longest: u64,
    },
    /// The request is older than the clock window, or the presigned URL has ended (one that is to
    /// live for no seconds always has).
    #[error(
        "signed at {}, the request held until {}, and it is {}",
        signed_at,
        expired_at,
        now
    )]
    Expired {
        /// Where the signature stands.
        form: SignatureLocation,
        /// When it was signed.
        signed_at: Timestamp,
        /// The last moment at which it was good.
        expired_at: Timestamp,
        /// The server's time.
        now: Timestamp,
    },
    /// The request comes from a future beyond the clock window.
    #[error(
        "signed at {}, the request holds from {}, and it is {}",
        signed_at,
        valid_from,
        now
    )]
    NotYetCurrent {
        /// Where the signature stands.
        form: SignatureLocation,
        /// When it says that it was signed.
        signed_at: Timestamp,
        /// The first moment at which it would be good.
        valid_from: Timestamp,
        /// The server's time.
        now: Timestamp,
    },
    /// `host` is not among the signed headers.
    #[error("`host` is not signed")]
    HostNotSigned,
    /// Headers came that must be signed and are not.
    #[error("there are headers that must be signed and are not: {}", names.join(", "))]
    HeadersNotSigned {
        /// Their names, in the order in which they came.
        names: Vec<String>,
    },
    /// A header is listed as signed and did not come.
    #[error("the header {name:?} is signed and did not come")]
    SignedHeaderMissing {
        /// Its name.
        name: String,
    },
    /// The header that says for whom the request is meant is missing, or names somebody else.
    #[error("the header `{name}` does not say that the request is meant for here")]
    WrongAudience {
        /// Its name.
        name: String,
    },
    /// The service wants `x-amz-content-sha256`.
    #[error("`x-amz-content-sha256` is missing")]
    MissingContentSha256,
    /// `x-amz-content-sha256` is neither a hash nor a literal that goes with the algorithm.
    #[error("`x-amz-content-sha256` is not a hash, nor a literal that goes with the algorithm")]
    InvalidContentSha256,
    /// The payload is not the one that was signed.
    #[error("the payload's hash is not that of `x-amz-content-sha256`")]
    ContentSha256Mismatch,
    /// The payload is not signed, and the server called for the check of a payload hash.
    ///
    /// The server's mistake: a presigned URL for S3, for example, leaves its payload unsigned. Call
    /// [`Verifier::verify_signature`](crate::verify::Verifier::verify_signature) and decide whether to
    /// [accept](crate::verify::PendingUnsigned::accept) an unsigned payload.
    #[error(
        "payload is unsigned, so the server cannot check its hash: use `verify_signature` and accept or refuse it"
    )]
    PayloadIsUnsigned,
    /// The payload was signed in one way and checked in another: nothing would be proven.
    ///
    /// A stream where the server takes none is the client's mistake. A signed hash that the server
    /// does not compare is the server's.
    #[error("the payload is signed as {signed}, and was checked as {checked}")]
    PayloadNotAsSigned {
        /// How it is signed.
        signed: &'static str,
        /// What the caller gave.
        checked: &'static str,
    },
    /// A payload in chunks must announce its length in `x-amz-decoded-content-length`.
    #[error("`x-amz-decoded-content-length` is missing or is not a number of bytes")]
    InvalidDecodedLength,
    /// The access key ID is unknown, or the key that the lookup returned belongs to another one.
    ///
    /// Return it from your lookup too if there is no such access key ID.
    #[error("access key ID is unknown, or the key belongs to another access key ID")]
    UnknownAccessKeyId,
    /// The session token is missing, not that of the access key, or there although the access key
    /// has none.
    #[error(
        "the session token is not that of the access key, which may have none (see `VerificationKey`)"
    )]
    InvalidSessionToken,
    /// The access key, or its session, has ended.
    #[error("the credentials expired at {}, and it is {}", expiration, now)]
    CredentialsExpired {
        /// When they ended.
        expiration: Timestamp,
        /// The server's time.
        now: Timestamp,
    },
    /// The signature is not the one of this request by this key.
    #[error("the signature does not match")]
    SignatureMismatch,
}

/// Where a signature stands in a request.
///
/// ```
/// use countersign::verify::{SignatureLocation, SignedRequest, VerifyError};
///
/// let request = http::Request::get("https://example.com/").header("authorization", "Digest username=a").body(())?;
/// let refused = SignedRequest::parse(&request).err();
/// assert_eq!(refused, Some(VerifyError::UnknownAlgorithm { form: SignatureLocation::Header }));
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

/// How a service tells its clients what went wrong: AWS has a name for each error in each.
///
/// ```
/// use countersign::verify::{Protocol, VerifyError};
///
/// let error = VerifyError::UnknownAccessKeyId;
/// assert_eq!(error.code(Protocol::S3), "InvalidAccessKeyId");
/// assert_eq!(error.code(Protocol::Query), "InvalidClientTokenId");
/// assert_eq!(error.code(Protocol::Json), "UnrecognizedClientException");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// Amazon S3.
    S3,
    /// The query protocol, XML: STS, IAM, SNS and others.
    Query,
    /// AWS JSON 1.0 and 1.1, which answers 400 to every client mistake: `DynamoDB`, Kinesis and others.
    Json,
    /// REST with JSON, which answers 403: Lambda, API Gateway and others.
    RestJson,
}

impl VerifyError {
    /// The error's name in a protocol, as AWS answers it.
    ///
    /// ```
    /// use countersign::verify::{Protocol, VerifyError};
    ///
    /// let error = VerifyError::SignatureMismatch;
    /// assert_eq!(error.code(Protocol::S3), "SignatureDoesNotMatch");
    /// assert_eq!(error.code(Protocol::Json), "InvalidSignatureException");
    /// assert_eq!(error.status(Protocol::S3), http::StatusCode::FORBIDDEN);
    /// assert_eq!(error.status(Protocol::Json), http::StatusCode::BAD_REQUEST);
    /// ```
    pub fn code(&self, protocol: Protocol) -> &'static str {
        let answer = self.answer();
        match protocol {
            Protocol::S3 => answer.s3,
            Protocol::Query => answer.query,
            Protocol::Json | Protocol::RestJson => answer.json,
        }
    }

    /// The status that goes with it.
    ///
    /// ```
    /// use countersign::verify::{Protocol, VerifyError};
    ///
    /// let error = VerifyError::SignatureMismatch;
    /// assert_eq!(error.status(Protocol::S3), 403);
    /// assert_eq!(error.status(Protocol::Json), 400);
    /// ```
    pub fn status(&self, protocol: Protocol) -> StatusCode {
        let answer = self.answer();
        match protocol {
            _ if answer.s3 == Answer::INTERNAL.s3 => StatusCode::INTERNAL_SERVER_ERROR,
            Protocol::S3 if S3_IS_400.contains(&answer.s3) => StatusCode::BAD_REQUEST,
            Protocol::S3 if answer.s3 == "MissingContentLength" => StatusCode::LENGTH_REQUIRED,
            Protocol::Query if answer.query == "IncompleteSignature" => StatusCode::BAD_REQUEST,
            Protocol::Json => StatusCode::BAD_REQUEST,
            Protocol::S3 | Protocol::Query | Protocol::RestJson => StatusCode::FORBIDDEN,
        }
    }

    fn answer(&self) -> Answer {
        let malformed = |form: &SignatureLocation| match form {
            SignatureLocation::Header => "AuthorizationHeaderMalformed",
            SignatureLocation::Query => "AuthorizationQueryParametersError",
            SignatureLocation::Fields => "InvalidArgument",
        };
        match self {
            Self::MissingAuthentication => Answer {
                s3: "AccessDenied",
                query: "MissingAuthenticationToken",
                json: "MissingAuthenticationTokenException",
            },
            Self::UnknownAlgorithm {
                form: SignatureLocation::Header,
            } => Answer::incomplete("InvalidArgument"),
            Self::UnknownAlgorithm { form } | Self::Malformed { form, .. } => {
                Answer::incomplete(malformed(form))
            }
            Self::MissingDate {
                form: SignatureLocation::Header,
            }
            | Self::InvalidDate {
                form: SignatureLocation::Header,
            } => Answer::incomplete("AccessDenied"),
            Self::MissingDate { form } | Self::InvalidDate { form } => {
                Answer::incomplete(malformed(form))
            }
            Self::ExpiresInOutOfRange { .. } => {
                Answer::incomplete(malformed(&SignatureLocation::Query))
            }
            Self::Repeated { .. } | Self::InvalidHeader => Answer::incomplete("InvalidArgument"),
            Self::InvalidTarget { .. } => Answer::incomplete("InvalidURI"),
            Self::MissingHost | Self::SeveralHosts | Self::MissingContentSha256 => {
                Answer::incomplete("InvalidRequest")
            }
            Self::InvalidDecodedLength => Answer::incomplete("MissingContentLength"),
            Self::InvalidContentSha256 => Answer::incomplete("InvalidArgument"),
            Self::SeveralAuthentications => Answer::wrong("InvalidArgument"),
            Self::InvalidScope { form }
            | Self::WrongDay { form, .. }
            | Self::WrongRegion { form, .. }
            | Self::WrongService { form, .. } => Answer::wrong(malformed(form)),
            Self::Expired { form, .. } | Self::NotYetCurrent { form, .. } => {
                Answer::wrong(match form {
                    SignatureLocation::Header => "RequestTimeTooSkewed",
                    SignatureLocation::Query | SignatureLocation::Fields => "AccessDenied",
                })
            }
            Self::HostNotSigned | Self::HeadersNotSigned { .. } | Self::WrongAudience { .. } => {
                Answer::wrong("AccessDenied")
            }
            // A streaming literal on what takes no stream.
            Self::PayloadNotAsSigned { signed, .. } if *signed == STREAM => {
                Answer::wrong("InvalidRequest")
            }
            Self::PayloadIsUnsigned | Self::PayloadNotAsSigned { .. } => Answer::INTERNAL,
            Self::ContentSha256Mismatch => Answer::wrong("XAmzContentSHA256Mismatch"),
            Self::SignedHeaderMissing { .. } | Self::SignatureMismatch => {
                Answer::wrong("SignatureDoesNotMatch")
            }
            Self::UnknownAccessKeyId => Answer::unknown("InvalidAccessKeyId"),
            Self::InvalidSessionToken => Answer::unknown("InvalidToken"),
            Self::CredentialsExpired { .. } => Answer {
                s3: "ExpiredToken",
                query: "ExpiredToken",
                json: "ExpiredTokenException",
            },
        }
    }
}

/// How a payload is signed that comes in pieces.
pub(super) const STREAM: &str = "a stream";

/// The codes that S3 answers with 400. `MissingContentLength` is 411, an internal error 500, and all others are 403.
const S3_IS_400: [&str; 8] = [
    "AuthorizationHeaderMalformed",
    "AuthorizationQueryParametersError",
    "ExpiredToken",
    "InvalidArgument",
    "InvalidRequest",
    "InvalidToken",
    "InvalidURI",
    "XAmzContentSHA256Mismatch",
];

/// One line of AWS's table.
struct Answer {
    s3: &'static str,
    query: &'static str,
    json: &'static str,
}

impl Answer {
    /// The server's mistake, 500 in every protocol.
    const INTERNAL: Self = Self {
        s3: "InternalError",
        query: "InternalFailure",
        json: "InternalFailure",
    };

    fn incomplete(s3: &'static str) -> Self {
        Self {
            s3,
            query: "IncompleteSignature",
            json: "IncompleteSignatureException",
        }
    }

    fn wrong(s3: &'static str) -> Self {
        Self {
            s3,
            query: "SignatureDoesNotMatch",
            json: "InvalidSignatureException",
        }
    }

    fn unknown(s3: &'static str) -> Self {
        Self {
            s3,
            query: "InvalidClientTokenId",
            json: "UnrecognizedClientException",
        }
    }
}
