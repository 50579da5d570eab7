//! What an error's code and text say, where that is enough.

use crate::credentials::key_id::IdPrefix;
use crate::sigv4::date::AmzDate;
use crate::timestamp::Timestamp;
use crate::verify::SignatureLocation;

use super::answer::Answer;
use super::cause::Cause;
use super::claimed::Claimed;

/// The causes that the server names itself.
pub(super) fn told(answer: &Answer, claimed: &Claimed) -> Vec<Cause> {
    let message = answer.message.as_str();
    let says = |phrase: &str| message.contains(phrase);
    let mut causes = scope(answer, claimed);
    let mut add = |cause: Cause| causes.push(cause);

    if let Some(names) = answer.field("HeadersNotSigned") {
        let names: Vec<String> = names
            .split(',')
            .map(|name| name.trim().to_owned())
            .filter(|name| !name.is_empty())
            .collect();
        add(Cause::not_signed(names));
    }
    if let Some(cause) = clock(answer, claimed) {
        add(cause);
    }
    if says("Only one auth mechanism allowed") || says("Found both 'X-Amz-Algorithm'") {
        add(Cause::SeveralAuthentications);
    }
    if says("Unsupported Authorization Type")
        || says("Unsupported AWS 'algorithm'")
        || says("authorization mechanism you have provided is not supported")
        || says("Expected AwsAccessKeyId:signature")
    {
        add(Cause::UnsupportedAlgorithm);
    }
    if says("'Host' must be a 'SignedHeader'") {
        add(Cause::HostNotSigned);
    }
    if says("requires a valid Date or x-amz-date header")
        || says("requires existence of either a 'X-Amz-Date' or a 'Date' header")
    {
        add(if claimed.has_date {
            Cause::InvalidDate
        } else {
            Cause::MissingDate
        });
    }
    if says("Date must be in ISO-8601") || says("must be in the ISO8601 Long Format") {
        add(Cause::InvalidDate);
    }
    if says("X-Amz-Expires must be") || says("X-Amz-Expires should be") {
        add(Cause::ExpiresInOutOfRange);
    }
    if let Some(problem) = malformed(message) {
        add(Cause::MalformedAuthorization {
            problem: problem.to_owned(),
        });
    }
    if says("Missing required header for this request: x-amz-content-sha256") {
        add(Cause::PayloadHashMissing);
    }
    if answer.field("ArgumentName") == Some("x-amz-content-sha256")
        || says("x-amz-content-sha256 must be")
    {
        add(Cause::PayloadHashInvalid);
    }
    if causes.is_empty() {
        causes.extend(by_code(answer, claimed));
    }
    causes
}

fn by_code(answer: &Answer, claimed: &Claimed) -> Option<Cause> {
    let says = |phrase: &str| answer.message.contains(phrase);
    Some(match answer.code.as_str() {
        "InvalidAccessKeyId"
        | "InvalidClientTokenId"
        | "UnrecognizedClientException"
        | "UnrecognizedClient" => key_or_token(claimed),
        _ if says("security token included in the request is invalid") => key_or_token(claimed),
        "InvalidToken" => Cause::InvalidSessionToken,
        "ExpiredToken" | "ExpiredTokenException" | "TokenRefreshRequired" => {
            Cause::CredentialsExpired
        }
        _ if says("security token included in the request is expired") => Cause::CredentialsExpired,
        "XAmzContentSHA256Mismatch" => match (&claimed.payload, &claimed.sent_hash) {
            (Some(payload), Some(sent)) if payload.eq_ignore_ascii_case(sent) => Cause::BodyChanged,
            _ => Cause::PayloadHashDiffers,
        },
        "InvalidChunkSizeError" => Cause::ChunkTooSmall,
        "AuthorizationHeaderMalformed" | "AuthorizationQueryParametersError" => {
            Cause::MalformedAuthorization {
                problem: "the server cannot read it".to_owned(),
            }
        }
        "IncompleteSignature" | "IncompleteSignatureException" => match claimed.form {
            // API Gateway says so of routes that do not exist.
            Some(_) => Cause::AuthenticationLost,
            None => Cause::MalformedAuthorization {
                problem: "the server cannot read it".to_owned(),
            },
        },
        "MissingAuthenticationToken" | "MissingAuthenticationTokenException" => missing(claimed),
        _ if says("Missing Authentication Token") || says("is missing Authentication Token") => {
            missing(claimed)
        }
        // Words for a request that nobody signed; to those who did, a policy says the same, and that
        // some other header is missing.
        "AccessDenied" | "AccessDeniedException" | "MissingSecurityHeader"
            if !claimed.has_signature && !claimed.signed_otherwise =>
        {
            Cause::MissingAuthentication
        }
        "PermanentRedirect" | "IllegalLocationConstraintException" => claimed.wrong_region(None),
        _ => return None,
    })
}

fn missing(claimed: &Claimed) -> Cause {
    if claimed.has_signature {
        Cause::AuthenticationLost
    } else {
        Cause::MissingAuthentication
    }
}

/// An id that nobody knows; with temporary keys it is the token that makes it known.
fn key_or_token(claimed: &Claimed) -> Cause {
    let id = claimed.access_key_id.as_deref().unwrap_or_default();
    let temporary = IdPrefix::of(id) == Some(IdPrefix::TemporaryAccessKey);
    match (temporary, claimed.has_token) {
        (true, false) => Cause::MissingSessionToken,
        (_, true) => Cause::InvalidSessionToken,
        (false, false) => Cause::UnknownAccessKey,
    }
}

/// Complaints about the credential scope, of which there can be several at once.
fn scope(answer: &Answer, claimed: &Claimed) -> Vec<Cause> {
    let message = answer.message.as_str();
    let mut causes = Vec::new();
    let region = answer.field("Region").filter(|region| !region.is_empty());
    let about_scope = matches!(
        answer.code.as_str(),
        "AuthorizationHeaderMalformed"
            | "AuthorizationQueryParametersError"
            | "InvalidArgument"
            | "SignatureDoesNotMatch"
    );
    let expecting = between(message, "is wrong; expecting '", "'");
    if let Some(expected) = expecting.or(region.filter(|_| about_scope)) {
        causes.push(claimed.wrong_region(Some(expected)));
    } else if message.contains("scoped to a valid region") {
        causes.push(claimed.wrong_region(None));
    } else if let Some(region) = &answer.bucket_region
        && claimed
            .region
            .as_deref()
            .is_some_and(|signed| signed != region)
        && answer.canonical_request.is_none()
    {
        causes.push(claimed.wrong_region(Some(region)));
    }
    let service = between(message, "scoped to correct service: '", "'")
        .or_else(|| between(message, "This endpoint belongs to \"", "\""));
    if let Some(expected) = service {
        causes.push(claimed.wrong_service(Some(expected)));
    }
    if message.contains("with a valid terminator") || message.contains("incorrect terminal") {
        causes.push(Cause::WrongTerminator);
    }
    if message.contains("Date in Credential scope does not match")
        || message.contains("Invalid credential date")
        || message.contains("incorrect date format")
    {
        causes.push(Cause::WrongDay);
    }
    causes
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    Some(text.split_once(start)?.1.split_once(end)?.0)
}

fn clock(answer: &Answer, claimed: &Claimed) -> Option<Cause> {
    let message = answer.message.as_str();
    let apart = |signed: Option<Timestamp>, now: Option<Timestamp>| {
        signed?.unix_seconds().checked_sub(now?.unix_seconds())
    };
    let now = answer.time("ServerTime").or(answer.date);
    let presigned = claimed.form == Some(SignatureLocation::Query);
    let expired = || Cause::UrlExpired {
        expired_at: answer.time("Expires").or(claimed.expires_at),
        now,
    };
    if answer.code == "RequestTimeTooSkewed" {
        let signed = answer.time("RequestTime").or(claimed.date);
        return Some(Cause::Clock {
            ahead_seconds: apart(signed, now),
        });
    }
    if message.contains("Signature expired") || message.contains("Signature not yet current") {
        // "… T is now earlier than LIMIT (NOW - 15 min.)"
        let words = message.split(|c: char| !c.is_ascii_alphanumeric());
        let mut dates = words.filter_map(|word| AmzDate::of_bytes(word.as_bytes()));
        let (signed, now) = (dates.next(), dates.nth(1));
        if presigned && message.contains("Signature expired") {
            return Some(Cause::UrlExpired {
                expired_at: claimed.expires_at,
                now: now.map(|now| now.timestamp()),
            });
        }
        let date = |date: Option<AmzDate>| date.map(|date| date.timestamp());
        return Some(Cause::Clock {
            ahead_seconds: apart(date(signed), date(now)),
        });
    }
    if message.contains("Request is not yet valid") {
        let signed = answer.time("X-Amz-Date").or(claimed.date);
        return Some(Cause::Clock {
            ahead_seconds: apart(signed, now),
        });
    }
    if message.contains("Request has expired") || answer.code.starts_with("RequestExpired") {
        return Some(if presigned || answer.field("Expires").is_some() {
            expired()
        } else {
            Cause::Clock {
                ahead_seconds: apart(claimed.date, now),
            }
        });
    }
    None
}

/// What a clock says that disagrees with the server's `date` header by more than any service takes.
pub(super) fn clock_of_header(answer: &Answer, claimed: &Claimed) -> Option<Cause> {
    let (now, signed) = (answer.date?, claimed.date?);
    let apart = signed.unix_seconds().saturating_sub(now.unix_seconds());
    if claimed.form == Some(SignatureLocation::Query) && apart <= 900 {
        return claimed
            .expires_at
            .filter(|end| *end < now)
            .map(|end| Cause::UrlExpired {
                expired_at: Some(end),
                now: Some(now),
            });
    }
    (apart.abs() > 900).then(|| Cause::Clock {
        ahead_seconds: Some(apart),
    })
}

fn malformed(message: &str) -> Option<&'static str> {
    [
        ("requires 'Credential' parameter", "`Credential` is missing"),
        ("requires 'Signature' parameter", "`Signature` is missing"),
        (
            "requires 'SignedHeaders' parameter",
            "`SignedHeaders` is missing",
        ),
        (
            "not a valid key=value pair",
            "a part is not of the form `name=value`",
        ),
        (
            "Invalid key=value pair",
            "a part is not of the form `name=value`",
        ),
        (
            "query-string parameters must include",
            "a query parameter is missing",
        ),
        (
            "Query-string authentication version 4 requires",
            "a query parameter is missing",
        ),
        (
            "requires three components",
            "it needs `Credential`, `SignedHeaders` and `Signature`",
        ),
        (
            "Credential is mal-formed",
            "`Credential` is not of the form ID/SCOPE",
        ),
        (
            "must have exactly 5 slash-delimited elements",
            "`Credential` is not of the form ID/SCOPE",
        ),
    ]
    .into_iter()
    .find_map(|(phrase, problem)| message.contains(phrase).then_some(problem))
}
