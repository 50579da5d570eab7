//! The causes of a refused signature.

use std::fmt;

use crate::timestamp::Timestamp;
use crate::verify::VerifyError;

mod description;

use description::describe;

/// One reason why a request is refused.
///
/// `Display` writes it as a sentence; [`advice`](Self::advice) says what to do. No cause contains a
/// secret, a token or a signature.
///
/// IAM User Guide, "Troubleshoot Signature Version 4 signing for AWS API requests".
///
/// ```
/// use countersign::explain::Cause;
///
/// let cause = Cause::WrongRegion {
///     signed: "us-east-1".into(),
///     expected: Some("eu-west-1".into()),
/// };
/// println!("{cause}\n{}", cause.advice()); // what is wrong, and what to do
/// assert!(cause.to_string().contains("eu-west-1"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause {
    /// Both sides calculated the same canonical request, so the secret access keys differ.
    WrongSecretKey,
    /// The secret access key or the payload hash differs; the request does not tell which.
    WrongSecretKeyOrPayloadHash,
    /// The given secret access key did not make this signature, even with the usual mistakes.
    SignatureNotReproduced,
    /// The signature is right for the request as it was sent and the given secret access key.
    SignedCorrectly,
    /// The given secret access key signed what the server calculated, so the server has another key.
    ServerSecretKeyDiffers,
    /// The secret access key was used with white space, a line break or quotes around it.
    SecretKeyWhiteSpace,
    /// The service does not know the access key ID.
    UnknownAccessKey,
    /// The access key is temporary, and the request has no session token.
    MissingSessionToken,
    /// The session token is stale, cut short, or belongs to another key.
    InvalidSessionToken,
    /// The request has a session token that is not signed.
    SessionTokenNotSigned,
    /// The temporary credentials have expired.
    CredentialsExpired,
    /// The clocks of signer and server are too far apart.
    Clock {
        /// How many seconds the signer's clock is ahead of the server's; negative if it is behind.
        ahead_seconds: Option<i64>,
    },
    /// The presigned URL has expired.
    UrlExpired {
        /// When it expired.
        expired_at: Option<Timestamp>,
        /// The server's time.
        now: Option<Timestamp>,
    },
    /// `X-Amz-Expires` is not a number from 1 to 604,800, in seconds.
    ExpiresInOutOfRange,
    /// The request has no date.
    MissingDate,
    /// The date of the request is invalid.
    InvalidDate,
    /// The day in the credential scope is not the day of the request.
    WrongDay,
    /// The request was signed for another Region.
    WrongRegion {
        /// The Region in the credential scope.
        signed: String,
        /// The server's Region, if known.
        expected: Option<String>,
    },
    /// The request was signed for another service.
    WrongService {
        /// The service in the credential scope.
        signed: String,
        /// The server's service, if known.
        expected: Option<String>,
    },
    /// The host belongs to an AWS service or Region other than the one that was signed for.
    OtherHost {
        /// The signing name of the host's service.
        service: String,
        /// The Region of the host, if its name tells.
        region: Option<String>,
        /// The service in the credential scope.
        signed_service: String,
        /// The Region in the credential scope; none in Signature Version 4A.
        signed_region: Option<String>,
    },
    /// The credential scope does not end in `aws4_request`.
    WrongTerminator,
    /// The HTTP method changed.
    MethodChanged {
        /// The method that was signed.
        signed: String,
        /// The method that arrived.
        received: String,
    },
    /// The signer percent-encoded the path twice, and the other side encodes it once.
    PathEncodedTwice,
    /// The signer percent-encoded the path once, and the other side encodes it twice.
    PathEncodedOnce,
    /// The path was percent-encoded again after it was signed.
    PathEncodedAgain,
    /// The path was percent-decoded after it was signed.
    PathDecoded,
    /// The signer resolved `//`, `.` or `..`, and the other side does not.
    PathNormalized,
    /// The signer kept `//`, `.` or `..`, and the other side resolves them.
    PathNotNormalized,
    /// Both sides have the same path, and percent-encode different characters.
    PathEncoding,
    /// The path changed.
    PathChanged,
    /// One side reads a `+` as a space, and the other side as a plus.
    PlusAndSpace,
    /// Both sides have the same query parameters, in different order.
    QueryOrder,
    /// Both sides have the same query parameters, and percent-encode different characters.
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
    /// The host changed.
    HostChanged,
    /// The port of the host changed, or one side has none.
    PortChanged,
    /// A signed header arrived with another value.
    HeaderRewritten {
        /// Its name.
        name: String,
    },
    /// A header, or another value of one, was added after signing.
    HeaderAdded {
        /// Its name.
        name: String,
    },
    /// A signed header did not arrive.
    HeaderLost {
        /// Its name.
        name: String,
    },
    /// A header differs only in its white space.
    HeaderWhiteSpace {
        /// Its name.
        name: String,
    },
    /// `host` is not a signed header.
    HostNotSigned,
    /// Headers that must be signed are not.
    HeadersNotSigned {
        /// Their names.
        names: Vec<String>,
    },
    /// The two lists of signed headers differ.
    SignedHeadersChanged,
    /// The service requires `x-amz-content-sha256`.
    PayloadHashMissing,
    /// `x-amz-content-sha256` is neither a hash nor a known literal.
    PayloadHashInvalid,
    /// The signed payload hash is not the hash of the payload that was sent.
    PayloadHashDiffers,
    /// The body changed on the way.
    BodyChanged,
    /// A chunk other than the last is shorter than S3 allows.
    ChunkTooSmall,
    /// The request has no signature.
    MissingAuthentication,
    /// The request was sent with a signature, and the server says that it has none.
    AuthenticationLost,
    /// The request authenticates in two ways at once.
    SeveralAuthentications,
    /// The `Authorization` header, or the query parameters in its place, are malformed.
    MalformedAuthorization {
        /// What is wrong with it.
        problem: String,
    },
    /// The service does not support the algorithm of the signature.
    UnsupportedAlgorithm,
    /// The `Authorization` header, or the query parameters in its place, changed.
    AuthorizationChanged,
    /// The request has no canonical form.
    MalformedRequest {
        /// What is wrong with it.
        problem: String,
    },
    /// The canonical requests differ, and the response does not say where.
    CanonicalRequestDiffers,
    /// The server denied access without a reason, which may be the signature or a permission.
    ///
    /// Ceph and Garage send this error for every wrong signature.
    AccessDenied,
    /// The response does not say what the server calculated, or the request is not signed with
    /// Signature Version 4.
    Undetermined,
}

impl Cause {
    /// Returns what to do about it.
    pub fn advice(&self) -> &'static str {
        describe(self).1
    }

    /// The cause for an error of the verifier.
    pub(super) fn of(error: VerifyError) -> Self {
        let problem = error.to_string();
        match error {
            VerifyError::MissingAuthentication => Self::MissingAuthentication,
            VerifyError::SeveralAuthentications => Self::SeveralAuthentications,
            VerifyError::UnknownAlgorithm { .. } => Self::UnsupportedAlgorithm,
            VerifyError::Malformed { problem, .. } => Self::MalformedAuthorization {
                problem: problem.to_string(),
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

    /// The session token alone is a cause of its own.
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
        f.write_str(&describe(self).0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::authorization::AuthorizationProblem;
    use crate::verify::SignatureLocation;

    #[test]
    fn each_error_of_the_verifier_is_a_cause() {
        let form = SignatureLocation::Header;
        let date = crate::sigv4::date::AmzDate::new(Timestamp::UNIX_EPOCH).unwrap();
        let (day, token) = (String::from("19700102"), "x-amz-security-token");
        let [a, b] = ["a", "b"].map(str::to_owned);
        let names = |name: &str| vec![name.to_owned()];
        let check = |error, cause| assert_eq!(Cause::of(error), cause);

        check(
            VerifyError::MissingAuthentication,
            Cause::MissingAuthentication,
        );
        check(
            VerifyError::SeveralAuthentications,
            Cause::SeveralAuthentications,
        );
        check(
            VerifyError::UnknownAlgorithm { form },
            Cause::UnsupportedAlgorithm,
        );
        let problem = AuthorizationProblem::WrongCase;
        let malformed = VerifyError::Malformed { form, problem };
        let problem = "a parameter's name is in the wrong case".to_owned();
        check(malformed, Cause::MalformedAuthorization { problem });
        let error = VerifyError::InvalidScope { form };
        let problem = error.to_string();
        check(error, Cause::MalformedAuthorization { problem });
        check(VerifyError::MissingDate { form }, Cause::MissingDate);
        check(VerifyError::InvalidDate { form }, Cause::InvalidDate);
        check(VerifyError::WrongDay { form, day, date }, Cause::WrongDay);
        let (region, expected) = (a.clone(), b.clone());
        let error = VerifyError::WrongRegion {
            form,
            region,
            expected,
        };
        let (signed, expected) = (a.clone(), Some(b.clone()));
        check(error, Cause::WrongRegion { signed, expected });
        let (service, expected) = (a.clone(), b.clone());
        let error = VerifyError::WrongService {
            form,
            service,
            expected,
        };
        let (signed, expected) = (a.clone(), Some(b));
        check(error, Cause::WrongService { signed, expected });
        let (seconds, longest) = (0, 1);
        let error = VerifyError::ExpiresInOutOfRange { seconds, longest };
        check(error, Cause::ExpiresInOutOfRange);
        check(VerifyError::HostNotSigned, Cause::HostNotSigned);
        let error = |name| VerifyError::HeadersNotSigned { names: names(name) };
        let cause = Cause::HeadersNotSigned {
            names: names("x-amz-a"),
        };
        check(error("x-amz-a"), cause);
        check(error(token), Cause::SessionTokenNotSigned);
        let error = |name: &str| VerifyError::SignedHeaderMissing {
            name: name.to_owned(),
        };
        check(error(token), Cause::MissingSessionToken);
        check(error("a"), Cause::HeaderLost { name: a });
        check(VerifyError::MissingContentSha256, Cause::PayloadHashMissing);
        check(VerifyError::InvalidContentSha256, Cause::PayloadHashInvalid);
        check(
            VerifyError::ContentSha256Mismatch,
            Cause::PayloadHashDiffers,
        );
        let problem = VerifyError::MissingHost.to_string();
        check(
            VerifyError::MissingHost,
            Cause::MalformedRequest { problem },
        );
    }
}
