//! Why a signature did not match, as types.

use std::fmt;

use crate::timestamp::Timestamp;
use crate::verify::VerifyError;

mod words;

use words::words;

/// One reason for which a request is refused.
///
/// `Display` says it in a sentence, [`advice`](Self::advice) what to do about it. No cause holds a
/// secret, a token or a signature.
///
/// IAM User Guide, "Troubleshoot Signature Version 4 signing for AWS API requests".
///
/// ```
/// use countersign::explain::Cause;
///
/// let cause = Cause::WrongRegion { signed: "us-east-1".into(), expected: Some("eu-west-1".into()) };
/// println!("{cause}\n{}", cause.advice()); // what is wrong, and what to do
/// # assert!(cause.to_string().contains("eu-west-1"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause {
    /// Both sides wrote down the same: only the key can differ.
    WrongSecretKey,
    /// Both sides wrote down the same, but which hash of the payload was signed the request does not
    /// tell: that, or the key, differs.
    WrongSecretKeyOrPayloadHash,
    /// The secret access key was used with white space or a line break around it.
    SecretKeyWhiteSpace,
    /// The service knows no such access key.
    UnknownAccessKey,
    /// The access key is a temporary one, and no session token came with it.
    MissingSessionToken,
    /// The session token is stale, cut short, or another key's.
    InvalidSessionToken,
    /// The session token came, and was not signed.
    SessionTokenNotSigned,
    /// The temporary credentials have ended.
    CredentialsExpired,
    /// The clocks disagree.
    Clock {
        /// By how many seconds the signer's clock is ahead of the server's; negative if it is behind.
        ahead_seconds: Option<i64>,
    },
    /// The presigned URL has ended.
    UrlExpired {
        /// When it ended.
        expired_at: Option<Timestamp>,
        /// The server's time.
        now: Option<Timestamp>,
    },
    /// `X-Amz-Expires` is not a number of seconds from 1 to 604,800.
    ExpiresInOutOfRange,
    /// The request does not say when it was signed.
    MissingDate,
    /// The request's date cannot be read.
    InvalidDate,
    /// The day in the credential scope is not that of the request's date.
    WrongDay,
    /// The request was signed for another region.
    WrongRegion {
        /// The region in the credential scope.
        signed: String,
        /// The server's own, where it tells.
        expected: Option<String>,
    },
    /// The request was signed for another service.
    WrongService {
        /// The service in the credential scope.
        signed: String,
        /// The server's own, where it tells.
        expected: Option<String>,
    },
    /// The host is one of AWS's, and belongs to another service or region than was signed for.
    OtherHost {
        /// The signing name of the host's service.
        service: String,
        /// The region of the host, where its name tells.
        region: Option<String>,
        /// The service in the credential scope.
        signed_service: String,
        /// The region in the credential scope; none in Signature Version 4A.
        signed_region: Option<String>,
    },
    /// The credential scope does not end in `aws4_request`.
    WrongTerminator,
    /// The HTTP method changed.
    MethodChanged {
        /// As it was signed.
        signed: String,
        /// As it arrived.
        received: String,
    },
    /// The path was percent-encoded once too often before it was signed.
    PathEncodedTwice,
    /// The path was signed as it is sent, and the service wants it percent-encoded once more.
    PathEncodedOnce,
    /// The signer resolved `//`, `.` or `..`, and the service does not.
    PathNormalized,
    /// The signer kept `//`, `.` or `..`, and they were resolved before the signature was checked.
    PathNotNormalized,
    /// The two paths are the same one, with other characters percent-encoded.
    PathEncoding,
    /// The path is another one.
    PathChanged,
    /// A `+` stands for a space on one side, and for a plus on the other.
    PlusAndSpace,
    /// The same query parameters, in another order.
    QueryOrder,
    /// The same query parameters, with other characters percent-encoded.
    QueryEncoding,
    /// Query parameters that were signed did not arrive.
    ParametersLost {
        /// Their names.
        names: Vec<String>,
    },
    /// Query parameters arrived that were not signed.
    ParametersAdded {
        /// Their names.
        names: Vec<String>,
    },
    /// Query parameters arrived with another value.
    ParametersChanged {
        /// Their names.
        names: Vec<String>,
    },
    /// The host is another one.
    HostChanged,
    /// The host has another port, or the one side has none.
    PortChanged,
    /// A signed header arrived with another value.
    HeaderRewritten {
        /// Its name.
        name: String,
    },
    /// Somebody on the way added a header, or another value to one.
    HeaderAdded {
        /// Its name.
        name: String,
    },
    /// A signed header did not arrive.
    HeaderLost {
        /// Its name.
        name: String,
    },
    /// A header differs in its white space alone.
    HeaderWhiteSpace {
        /// Its name.
        name: String,
    },
    /// `host` is not among the signed headers.
    HostNotSigned,
    /// Headers that must be signed are not.
    HeadersNotSigned {
        /// Their names.
        names: Vec<String>,
    },
    /// The two lists of signed headers differ.
    SignedHeadersChanged,
    /// The service wants `x-amz-content-sha256`.
    PayloadHashMissing,
    /// `x-amz-content-sha256` is neither a hash nor one of the literals.
    PayloadHashInvalid,
    /// The payload's hash is not that of the payload that was sent.
    PayloadHashDiffers,
    /// The body was altered on the way.
    BodyChanged,
    /// A chunk, not the last one, holds fewer bytes than S3 takes.
    ChunkTooSmall,
    /// The request carries no signature.
    MissingAuthentication,
    /// The request was sent with a signature, and the server says that it has none.
    AuthenticationLost,
    /// The request authenticates in two ways at once.
    SeveralAuthentications,
    /// The `Authorization` header, or its twin in the query, has not the form it must have.
    MalformedAuthorization {
        /// What is wrong with it.
        problem: String,
    },
    /// The signature is of another scheme than the service takes.
    UnsupportedAlgorithm,
    /// The `Authorization` header, or its twin in the query, is not the one that was sent.
    AuthorizationChanged,
    /// The request cannot be written down in canonical form.
    MalformedRequest {
        /// What is wrong with it.
        problem: String,
    },
    /// The canonical requests differ, and the answer does not say where.
    CanonicalRequestDiffers,
    /// The answer does not say what the server calculated, or the request is not signed with
    /// Signature Version 4.
    Undetermined,
}

impl Cause {
    /// What to do about it.
    pub fn advice(&self) -> &'static str {
        words(self).1
    }

    /// The verifier's word for it, as a cause.
    pub(super) fn of(error: VerifyError) -> Self {
        let problem = error.to_string();
        match error {
            VerifyError::MissingAuthentication => Self::MissingAuthentication,
            VerifyError::SeveralAuthentications => Self::SeveralAuthentications,
            VerifyError::UnknownAlgorithm { .. } => Self::UnsupportedAlgorithm,
            VerifyError::Malformed { problem, .. } => Self::MalformedAuthorization {
                problem: problem.to_owned(),
            },
            VerifyError::MissingDate { .. } => Self::MissingDate,
            VerifyError::InvalidDate { .. } => Self::InvalidDate,
            VerifyError::InvalidScope { .. } => Self::MalformedAuthorization { problem },
            VerifyError::WrongDay { .. } => Self::WrongDay,
            VerifyError::WrongRegion {
                region, expected, ..
            } => Self::WrongRegion {
                signed: region,
                expected: Some(expected),
            },
            VerifyError::WrongService {
                service, expected, ..
            } => Self::WrongService {
                signed: service,
                expected: Some(expected),
            },
            VerifyError::ExpiresInOutOfRange { .. } => Self::ExpiresInOutOfRange,
            VerifyError::HostNotSigned => Self::HostNotSigned,
            VerifyError::HeadersNotSigned { names } => Self::not_signed(names),
            VerifyError::SignedHeaderMissing { name } if name == "x-amz-security-token" => {
                Self::MissingSessionToken
            }
            VerifyError::SignedHeaderMissing { name } => Self::HeaderLost { name },
            VerifyError::MissingContentSha256 => Self::PayloadHashMissing,
            VerifyError::InvalidContentSha256 => Self::PayloadHashInvalid,
            VerifyError::ContentSha256Mismatch => Self::PayloadHashDiffers,
            _ => Self::MalformedRequest { problem },
        }
    }

    /// A list of names, of which the session token is a cause of its own.
    pub(super) fn not_signed(names: Vec<String>) -> Self {
        if matches!(names.as_slice(), [name] if name == "x-amz-security-token") {
            Self::SessionTokenNotSigned
        } else {
            Self::HeadersNotSigned { names }
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&words(self).0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::SignatureLocation;

    #[test]
    fn each_error_of_the_verifier_is_a_cause() {
        let form = SignatureLocation::Header;
        let now = Timestamp::UNIX_EPOCH;
        let date = crate::sigv4::date::AmzDate::new(now).unwrap();
        let owned = str::to_owned;
        let token = "x-amz-security-token";
        for (error, cause) in [
            (
                VerifyError::MissingAuthentication,
                Cause::MissingAuthentication,
            ),
            (
                VerifyError::SeveralAuthentications,
                Cause::SeveralAuthentications,
            ),
            (
                VerifyError::UnknownAlgorithm { form },
                Cause::UnsupportedAlgorithm,
            ),
            (
                VerifyError::Malformed { form, problem: "p" },
                Cause::MalformedAuthorization {
                    problem: owned("p"),
                },
            ),
            (
                VerifyError::InvalidScope { form },
                Cause::MalformedAuthorization {
                    problem: owned(
                        "the scope does not end in `aws4_request`, or a part of it cannot be",
                    ),
                },
            ),
            (VerifyError::MissingDate { form }, Cause::MissingDate),
            (VerifyError::InvalidDate { form }, Cause::InvalidDate),
            (
                VerifyError::WrongDay {
                    form,
                    day: owned("19700102"),
                    date,
                },
                Cause::WrongDay,
            ),
            (
                VerifyError::WrongRegion {
                    form,
                    region: owned("a"),
                    expected: owned("b"),
                },
                Cause::WrongRegion {
                    signed: owned("a"),
                    expected: Some(owned("b")),
                },
            ),
            (
                VerifyError::WrongService {
                    form,
                    service: owned("a"),
                    expected: owned("b"),
                },
                Cause::WrongService {
                    signed: owned("a"),
                    expected: Some(owned("b")),
                },
            ),
            (
                VerifyError::ExpiresInOutOfRange {
                    seconds: 0,
                    longest: 1,
                },
                Cause::ExpiresInOutOfRange,
            ),
            (VerifyError::HostNotSigned, Cause::HostNotSigned),
            (
                VerifyError::HeadersNotSigned {
                    names: vec![owned("x-amz-a")],
                },
                Cause::HeadersNotSigned {
                    names: vec![owned("x-amz-a")],
                },
            ),
            (
                VerifyError::HeadersNotSigned {
                    names: vec![owned(token)],
                },
                Cause::SessionTokenNotSigned,
            ),
            (
                VerifyError::SignedHeaderMissing { name: owned(token) },
                Cause::MissingSessionToken,
            ),
            (
                VerifyError::SignedHeaderMissing { name: owned("a") },
                Cause::HeaderLost { name: owned("a") },
            ),
            (VerifyError::MissingContentSha256, Cause::PayloadHashMissing),
            (VerifyError::InvalidContentSha256, Cause::PayloadHashInvalid),
            (
                VerifyError::ContentSha256Mismatch,
                Cause::PayloadHashDiffers,
            ),
            (
                VerifyError::MissingHost,
                Cause::MalformedRequest {
                    problem: VerifyError::MissingHost.to_string(),
                },
            ),
        ] {
            assert_eq!(Cause::of(error), cause);
        }
    }
}
