//! Why a signature did not match, as types.

use std::fmt;

use time::{Duration, OffsetDateTime};

use crate::amz_date::instant;

use super::hide::shown;

/// One reason for which a request is refused.
///
/// `Display` says it in a sentence, [`advice`](Self::advice) what to do about it. No cause holds a
/// secret, a token or a signature.
///
/// IAM User Guide, "Troubleshoot Signature Version 4 signing for AWS API requests".
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
        /// How far the signer's clock is ahead of the server's; negative when it is behind.
        ahead: Option<Duration>,
    },
    /// The presigned URL has ended.
    UrlExpired {
        /// When it ended.
        expired_at: Option<OffsetDateTime>,
        /// The server's time.
        now: Option<OffsetDateTime>,
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
    /// The answer does not say what the server calculated.
    Undetermined,
}

impl Cause {
    /// What to do about it.
    ///
    /// ```
    /// use countersign::explain::Cause;
    ///
    /// let advice = Cause::PathEncodedTwice.advice();
    /// assert!(advice.starts_with("Sign the path as it is sent"));
    /// ```
    pub fn advice(&self) -> &'static str {
        match self {
            Self::WrongSecretKey => {
                "Check that the secret access key belongs to this access key id, and that it is \
                 complete: `/`, `+` and `=` are part of it. If the body can be altered on the way, \
                 compare its hash too."
            }
            Self::WrongSecretKeyOrPayloadHash => {
                "Check that the very bytes that are sent were hashed, and that the secret access \
                 key belongs to this access key id. Given the secret access key or the signer's \
                 own canonical request, the explanation can tell the two apart."
            }
            Self::SecretKeyWhiteSpace => {
                "Trim the secret access key where it is read from its file, variable or form."
            }
            Self::UnknownAccessKey => {
                "Check the access key id, whether the key is active, and that it is of this \
                 partition (aws, aws-cn, aws-us-gov) or this store."
            }
            Self::MissingSessionToken => {
                "Send the session token that came with the key, as `x-amz-security-token`, and sign it."
            }
            Self::InvalidSessionToken => {
                "Take access key id, secret access key and session token from one and the same \
                 answer, whole; with a long-term key (AKIA...) send no token."
            }
            Self::SessionTokenNotSigned => {
                "Attach `x-amz-security-token` before signing, so that it is among the signed headers."
            }
            Self::CredentialsExpired => {
                "Fetch new temporary credentials, some minutes before the old ones end."
            }
            Self::Clock { .. } => {
                "Set the signer's clock (NTP), sign in UTC, and sign anew for each try: most \
                 services take 5 or 15 minutes."
            }
            Self::UrlExpired { .. } => {
                "Presign anew, or for longer: seven days are the most, and the credentials must \
                 live as long."
            }
            Self::ExpiresInOutOfRange => "Set `X-Amz-Expires` to 1 up to 604800 seconds.",
            Self::MissingDate => "Send `x-amz-date` in the form YYYYMMDDTHHMMSSZ, and sign it.",
            Self::InvalidDate => "Write the date as YYYYMMDDTHHMMSSZ, in UTC.",
            Self::WrongDay => {
                "Make the scope's day from the very time that is sent in `x-amz-date`, in UTC."
            }
            Self::WrongRegion { expected, .. } => match expected {
                Some(_) => {
                    "Sign for the region that the server expects, and send the request there."
                }
                None => "Sign for the region of the endpoint; global endpoints are of us-east-1.",
            },
            Self::WrongService { .. } => {
                "Sign with the service's signing name, which is not always that of its host \
                 (`ses` for email., `bedrock` for bedrock-runtime.)."
            }
            Self::WrongTerminator => "End the credential scope in `/aws4_request`.",
            Self::MethodChanged { .. } => {
                "Sign the method that is sent; after a redirect, or to answer a HEAD for a GET, sign anew."
            }
            Self::PathEncodedTwice => {
                "Sign the path as it is sent: S3's family signs with its own rules (`Rules::S3`), \
                 which encode nothing again."
            }
            Self::PathEncodedOnce => {
                "Percent-encode the path once more for the canonical request: only S3's family \
                 leaves that out (`Rules::GENERIC`)."
            }
            Self::PathNormalized => {
                "Leave `//`, `.` and `..` as they are: in S3's family they are parts of keys (`Rules::S3`)."
            }
            Self::PathNotNormalized => {
                "Sign the resolved path (all services but S3's family want that), or keep the \
                 client or proxy from resolving it after it was signed."
            }
            Self::PathEncoding => {
                "Send the path in the encoding in which it is signed: everything but \
                 `A-Z a-z 0-9 - . _ ~ /` as %XX, upper-case, once; keep proxies from re-encoding it."
            }
            Self::PathChanged => {
                "Keep proxies from rewriting the path (stages, prefixes, trailing slashes), or \
                 sign the path that the service sees."
            }
            Self::PlusAndSpace => "Send a space as %20 and a plus as %2B, never a bare `+`.",
            Self::QueryOrder => {
                "Sort the canonical query by encoded name, then by encoded value, byte by byte."
            }
            Self::QueryEncoding => {
                "Encode names and values once, everything but `A-Z a-z 0-9 - . _ ~` as %XX, \
                 upper-case, and write `name=` where there is no value."
            }
            Self::ParametersLost { .. } => {
                "Look for what drops them: a proxy, a cache key, a URL that was not quoted in a shell."
            }
            Self::ParametersAdded { .. } => {
                "Add parameters before signing, not after; look for a proxy or a tracker that does."
            }
            Self::ParametersChanged { .. } => {
                "Sign the values that are sent; sign anew after a change."
            }
            Self::HostChanged => {
                "Sign the host that the service receives: have proxies pass `host` on, or sign for theirs."
            }
            Self::PortChanged => {
                "Sign the host with its port exactly if it is sent so: clients leave 80 and 443 out."
            }
            Self::HeaderRewritten { .. } => {
                "Leave a header that hops rewrite out of the signature (`Rules::never_sign`), or \
                 keep the hop from rewriting it."
            }
            Self::HeaderAdded { .. } => {
                "Keep the hop from adding it, or sign where nothing is added any more."
            }
            Self::HeaderLost { .. } => {
                "Send what is signed; leave headers that hops drop out of the signature."
            }
            Self::HeaderWhiteSpace { .. } => {
                "Trim values and make each run of spaces one, before signing."
            }
            Self::HostNotSigned => "Put `host` among the signed headers.",
            Self::HeadersNotSigned { .. } => {
                "Sign every `x-amz-*` header that is sent; add none after signing."
            }
            Self::SignedHeadersChanged => {
                "List the signed headers in lower case, sorted, each once, joined with `;`."
            }
            Self::PayloadHashMissing => {
                "Send `x-amz-content-sha256` with the payload's hash, or UNSIGNED-PAYLOAD."
            }
            Self::PayloadHashInvalid => {
                "Write 64 hex digits, UNSIGNED-PAYLOAD, or a STREAMING-... value with the chunks it promises."
            }
            Self::PayloadHashDiffers => {
                "Hash the very bytes that are sent, after compression and serialisation."
            }
            Self::BodyChanged => {
                "Look for what re-encodes, compresses or drops the body between signer and service."
            }
            Self::ChunkTooSmall => "Make every chunk but the last at least 8192 bytes.",
            Self::MissingAuthentication => {
                "Sign the request before it is sent. If it was signed, give the explanation what \
                 was sent, signature and all, and not the request as it was before."
            }
            Self::AuthenticationLost => {
                "Look for a redirect or a proxy that drops the `authorization` header; at API \
                 Gateway check that the route, the stage and the method exist."
            }
            Self::SeveralAuthentications => {
                "Send either an `authorization` header or a presigned URL, not both."
            }
            Self::MalformedAuthorization { .. } => {
                "Write `AWS4-HMAC-SHA256 Credential=ID/YYYYMMDD/REGION/SERVICE/aws4_request, \
                 SignedHeaders=..., Signature=...`, or the six `X-Amz-` parameters."
            }
            Self::UnsupportedAlgorithm => "Sign with Signature Version 4, AWS4-HMAC-SHA256.",
            Self::AuthorizationChanged => "Keep hops from signing or rewriting what is signed.",
            Self::MalformedRequest { .. } => "Send a request that HTTP can carry.",
            Self::CanonicalRequestDiffers => {
                "Compare with a capture of the request as it arrives, taken behind the proxies."
            }
            Self::Undetermined => {
                "Check the secret access key first; give it to the explanation, or a capture of \
                 the request behind the proxies, to learn more."
            }
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sentence = match self {
            Self::WrongSecretKey => {
                "Both sides calculated the same, so the secret access key is wrong."
            }
            Self::WrongSecretKeyOrPayloadHash => {
                "Both sides agree on all that the request tells, so either another payload was \
                 hashed than the one that arrived, or the secret access key is wrong."
            }
            Self::SecretKeyWhiteSpace => {
                "The secret access key was used with white space or a line break around it."
            }
            Self::UnknownAccessKey => "The service does not know the access key id.",
            Self::MissingSessionToken => {
                "The access key is a temporary one (ASIA...), and no session token came with it."
            }
            Self::InvalidSessionToken => {
                "The session token is stale, cut short, or not the one of this access key."
            }
            Self::SessionTokenNotSigned => "The session token was added without being signed.",
            Self::CredentialsExpired => "The temporary credentials have expired.",
            Self::Clock { ahead: None } => "The signer's clock and the server's are too far apart.",
            Self::Clock { ahead: Some(ahead) } => {
                let side = if ahead.is_negative() {
                    "behind"
                } else {
                    "ahead of"
                };
                return write!(
                    f,
                    "The signer's clock is {} {side} the server's.",
                    Span(*ahead)
                );
            }
            Self::UrlExpired { expired_at, now } => {
                return match (expired_at, now) {
                    (Some(end), Some(now)) => write!(
                        f,
                        "The presigned URL expired at {}, {} before it was used.",
                        instant(*end),
                        Span(now.saturating_sub_at(*end))
                    ),
                    (Some(end), None) => {
                        write!(f, "The presigned URL expired at {}.", instant(*end))
                    }
                    _ => f.write_str("The presigned URL has expired."),
                };
            }
            Self::ExpiresInOutOfRange => {
                "The presigned URL asks for a lifetime that is out of range."
            }
            Self::MissingDate => "The request does not say when it was signed.",
            Self::InvalidDate => "The request's date cannot be read.",
            Self::WrongDay => "The day in the credential scope is not that of the request's date.",
            Self::WrongRegion { signed, expected } => {
                return other(f, "region", signed, expected.as_deref());
            }
            Self::WrongService { signed, expected } => {
                return other(f, "service", signed, expected.as_deref());
            }
            Self::WrongTerminator => "The credential scope does not end in `aws4_request`.",
            Self::MethodChanged { signed, received } => {
                return write!(
                    f,
                    "The method was signed as {} and arrived as {}.",
                    shown(signed),
                    shown(received)
                );
            }
            Self::PathEncodedTwice => {
                "The path was percent-encoded twice before it was signed, and counts as it is sent."
            }
            Self::PathEncodedOnce => {
                "The path was signed as it is sent, and counts percent-encoded once more."
            }
            Self::PathNormalized => {
                "The signer resolved `//`, `.` or `..` in the path, and the other side does not."
            }
            Self::PathNotNormalized => {
                "The path was signed with `//`, `.` or `..`, and the other side has it resolved."
            }
            Self::PathEncoding => "The path was signed in another percent-encoding.",
            Self::PathChanged => "The path was signed as another one: something rewrote it.",
            Self::PlusAndSpace => "A `+` was taken for a space, or a space written as `+`.",
            Self::QueryOrder => "The query parameters were signed in another order.",
            Self::QueryEncoding => "The query was signed in another percent-encoding.",
            Self::ParametersLost { names } => {
                return write!(
                    f,
                    "Query parameters were signed and did not arrive: {}.",
                    Names(names)
                );
            }
            Self::ParametersAdded { names } => {
                return write!(
                    f,
                    "Query parameters arrived that were not signed: {}.",
                    Names(names)
                );
            }
            Self::ParametersChanged { names } => {
                return write!(
                    f,
                    "Query parameters arrived with other values than were signed: {}.",
                    Names(names)
                );
            }
            Self::HostChanged => {
                "The request was signed for another host than the one it arrived at."
            }
            Self::PortChanged => "The host was signed with another port, or with none.",
            Self::HeaderRewritten { name } => {
                return write!(
                    f,
                    "The header `{}` was rewritten after it was signed.",
                    shown(name)
                );
            }
            Self::HeaderAdded { name } => {
                return write!(
                    f,
                    "A header `{}` was added after the request was signed.",
                    shown(name)
                );
            }
            Self::HeaderLost { name } => {
                return write!(
                    f,
                    "The header `{}` was signed and did not arrive.",
                    shown(name)
                );
            }
            Self::HeaderWhiteSpace { name } => {
                return write!(
                    f,
                    "The header `{}` was signed with other white space.",
                    shown(name)
                );
            }
            Self::HostNotSigned => "`host` is not among the signed headers.",
            Self::HeadersNotSigned { names } => {
                return write!(
                    f,
                    "Headers were sent without being signed: {}.",
                    Names(names)
                );
            }
            Self::SignedHeadersChanged => "The list of signed headers is another one.",
            Self::PayloadHashMissing => "The header `x-amz-content-sha256` is missing.",
            Self::PayloadHashInvalid => {
                "The header `x-amz-content-sha256` is neither a hash nor a literal that is known."
            }
            Self::PayloadHashDiffers => {
                "The payload's hash was calculated over something else than what was sent."
            }
            Self::BodyChanged => "The body was altered after it was signed.",
            Self::ChunkTooSmall => "A chunk of the body is too small.",
            Self::MissingAuthentication => "The request carries no signature.",
            Self::AuthenticationLost => {
                "The request was signed, and the signature did not arrive (or no such route exists)."
            }
            Self::SeveralAuthentications => "The request authenticates in two ways at once.",
            Self::MalformedAuthorization { problem } => {
                return write!(f, "The authorization is malformed: {}.", shown(problem));
            }
            Self::UnsupportedAlgorithm => {
                "The signature is of a scheme that the service does not take."
            }
            Self::AuthorizationChanged => "The authorization is not the one that was sent.",
            Self::MalformedRequest { problem } => {
                return write!(f, "The request cannot be written down: {}.", shown(problem));
            }
            Self::CanonicalRequestDiffers => {
                "The canonical requests differ, and the answer does not say where."
            }
            Self::Undetermined => "The answer does not say what the server calculated.",
        };
        f.write_str(sentence)
    }
}

fn other(
    f: &mut fmt::Formatter<'_>,
    what: &str,
    signed: &str,
    expected: Option<&str>,
) -> fmt::Result {
    let signed = shown(signed);
    match expected {
        Some(expected) => write!(
            f,
            "The request was signed for the {what} `{signed}`, and the server expects `{}`.",
            shown(expected)
        ),
        None => write!(
            f,
            "The request was signed for the {what} `{signed}`, which is not the server's."
        ),
    }
}

/// How far apart two times are.
trait SaturatingSubAt {
    fn saturating_sub_at(self, earlier: Self) -> Duration;
}

impl SaturatingSubAt for OffsetDateTime {
    fn saturating_sub_at(self, earlier: Self) -> Duration {
        Duration::seconds(
            self.unix_timestamp()
                .saturating_sub(earlier.unix_timestamp()),
        )
    }
}

/// `1 h 2 min 3 s`, without its sign.
struct Span(Duration);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.whole_seconds().unsigned_abs();
        let parts = [
            (seconds / 86_400, "d"),
            (seconds / 3600 % 24, "h"),
            (seconds / 60 % 60, "min"),
            (seconds % 60, "s"),
        ];
        let mut written = false;
        for (number, unit) in parts {
            if number > 0 || (unit == "s" && !written) {
                let space = if written { " " } else { "" };
                write!(f, "{space}{number} {unit}")?;
                written = true;
            }
        }
        Ok(())
    }
}

/// The first names of a list.
struct Names<'a>(&'a [String]);

impl fmt::Display for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MOST: usize = 8;
        for (i, name) in self.0.iter().take(MOST).enumerate() {
            let comma = if i > 0 { ", " } else { "" };
            write!(f, "{comma}`{}`", shown(name))?;
        }
        match self.0.len().saturating_sub(MOST) {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}
