//! The causes that an error response states in its code or message.

use crate::credentials::key_id::IdPrefix;
use crate::sigv4::date::AmzDate;
use crate::timestamp::Timestamp;
use crate::verify::SignatureLocation;

use super::cause::Cause;
use super::claim::Claim;
use super::response::ErrorResponse;

/// The causes that the server states itself.
pub(super) fn stated_causes(response: &ErrorResponse, claim: &Claim) -> Vec<Cause> {
    let mut causes = scope(response, claim);
    if let Some(names) = response.field("HeadersNotSigned") {
        let names = names.split(',').map(|name| name.trim().to_owned());
        causes.push(Cause::not_signed(
            names.filter(|name| !name.is_empty()).collect(),
        ));
    }
    causes.extend(clock(response, claim));
    causes.extend(sentences(&response.message, claim));
    if response.field("ArgumentName") == Some("x-amz-content-sha256") {
        causes.push(Cause::PayloadHashInvalid);
    }
    if causes.is_empty() {
        causes.extend(by_code(response, claim));
    }
    causes
}

/// The causes that the message states.
fn sentences(message: &str, claim: &Claim) -> impl Iterator<Item = Cause> {
    let malformed = |problem: &str| Cause::MalformedAuthorization {
        problem: problem.to_owned(),
    };
    let date = match claim.has_date {
        true => Cause::InvalidDate,
        false => Cause::MissingDate,
    };
    let pair = malformed("a part is not of the form `name=value`");
    let parameter = malformed("a query parameter is missing");
    let credential = malformed("`Credential` is not of the form ID/SCOPE");
    let parts = malformed("it needs `Credential`, `SignedHeaders` and `Signature`");
    let table = [
        (
            "Only one auth mechanism allowed",
            Cause::SeveralAuthentications,
        ),
        (
            "Found both 'X-Amz-Algorithm'",
            Cause::SeveralAuthentications,
        ),
        (
            "Unsupported Authorization Type",
            Cause::UnsupportedAlgorithm,
        ),
        ("Unsupported AWS 'algorithm'", Cause::UnsupportedAlgorithm),
        (
            "mechanism you have provided is not supported",
            Cause::UnsupportedAlgorithm,
        ),
        (
            "Expected AwsAccessKeyId:signature",
            Cause::UnsupportedAlgorithm,
        ),
        ("'Host' must be a 'SignedHeader'", Cause::HostNotSigned),
        ("requires a valid Date or x-amz-date header", date.clone()),
        ("requires existence of either a 'X-Amz-Date' or", date),
        ("Date must be in ISO-8601", Cause::InvalidDate),
        ("must be in the ISO8601 Long Format", Cause::InvalidDate),
        ("X-Amz-Expires must be", Cause::ExpiresInOutOfRange),
        ("X-Amz-Expires should be", Cause::ExpiresInOutOfRange),
        (
            "requires 'Credential' parameter",
            malformed("`Credential` is missing"),
        ),
        (
            "requires 'Signature' parameter",
            malformed("`Signature` is missing"),
        ),
        (
            "requires 'SignedHeaders' parameter",
            malformed("`SignedHeaders` is missing"),
        ),
        ("not a valid key=value pair", pair.clone()),
        ("Invalid key=value pair", pair),
        ("query-string parameters must include", parameter.clone()),
        ("Query-string authentication version 4 requires", parameter),
        ("requires three components", parts),
        ("Credential is mal-formed", credential.clone()),
        ("must have exactly 5 slash-delimited elements", credential),
        (
            "required header for this request: x-amz-content-sha256",
            Cause::PayloadHashMissing,
        ),
        ("x-amz-content-sha256 must be", Cause::PayloadHashInvalid),
    ];
    let named = table
        .into_iter()
        .filter(|(phrase, _)| message.contains(phrase));
    named.map(|(_, cause)| cause)
}

fn by_code(response: &ErrorResponse, claim: &Claim) -> Option<Cause> {
    let says = |phrase: &str| response.message.contains(phrase);
    Some(match response.code.as_str() {
        "InvalidAccessKeyId"
        | "InvalidClientTokenId"
        | "UnrecognizedClientException"
        | "UnrecognizedClient" => key_or_token(claim),
        _ if says("security token included in the request is invalid") => key_or_token(claim),
        "InvalidToken" => Cause::InvalidSessionToken,
        "ExpiredToken" | "ExpiredTokenException" | "TokenRefreshRequired" => {
            Cause::CredentialsExpired
        }
        _ if says("security token included in the request is expired") => Cause::CredentialsExpired,
        "XAmzContentSHA256Mismatch" => match (&claim.payload, &claim.sent_hash) {
            (Some(payload), Some(sent)) if payload.eq_ignore_ascii_case(sent) => Cause::BodyChanged,
            _ => Cause::PayloadHashDiffers,
        },
        "InvalidChunkSizeError" => Cause::ChunkTooSmall,
        "AuthorizationHeaderMalformed" | "AuthorizationQueryParametersError" => {
            Cause::MalformedAuthorization {
                problem: "the server cannot read it".to_owned(),
            }
        }
        "IncompleteSignature" | "IncompleteSignatureException" => match claim.form {
            // API Gateway sends it for a route that does not exist.
            Some(_) => Cause::AuthenticationLost,
            None => Cause::MalformedAuthorization {
                problem: "the server cannot read it".to_owned(),
            },
        },
        "MissingAuthenticationToken" | "MissingAuthenticationTokenException" => missing(claim),
        _ if says("Missing Authentication Token") || says("is missing Authentication Token") => {
            missing(claim)
        }
        // For an unsigned request, the reason. For a signed one, these are about a policy or another
        // header.
        "AccessDenied" | "AccessDeniedException" | "MissingSecurityHeader"
            if !claim.has_signature && !claim.is_other_scheme =>
        {
            Cause::MissingAuthentication
        }
        "PermanentRedirect" | "IllegalLocationConstraintException" => claim.wrong_region(None),
        _ => return None,
    })
}

fn missing(claim: &Claim) -> Cause {
    if claim.has_signature {
        Cause::AuthenticationLost
    } else {
        Cause::MissingAuthentication
    }
}

/// The access key ID is unknown. A temporary one is known only with its session token.
fn key_or_token(claim: &Claim) -> Cause {
    let id = claim.access_key_id.as_deref().unwrap_or_default();
    let temporary = IdPrefix::of(id) == Some(IdPrefix::TemporaryAccessKey);
    match (temporary, claim.has_token) {
        (true, false) => Cause::MissingSessionToken,
        (_, true) => Cause::InvalidSessionToken,
        (false, false) => Cause::UnknownAccessKey,
    }
}

/// The mistakes in the credential scope. There can be several.
fn scope(response: &ErrorResponse, claim: &Claim) -> Vec<Cause> {
    let message = response.message.as_str();
    let mut causes = Vec::new();
    let region = response.field("Region").filter(|region| !region.is_empty());
    let about_scope = matches!(
        response.code.as_str(),
        "AuthorizationHeaderMalformed"
            | "AuthorizationQueryParametersError"
            | "InvalidArgument"
            | "SignatureDoesNotMatch"
    );
    let expecting = between(message, "is wrong; expecting '", "'");
    if let Some(expected) = expecting.or(region.filter(|_| about_scope)) {
        causes.push(claim.wrong_region(Some(expected)));
    } else if message.contains("scoped to a valid region") {
        causes.push(claim.wrong_region(None));
    } else if let Some(region) = &response.bucket_region
        && claim
            .region
            .as_deref()
            .is_some_and(|signed| signed != region)
        && response.canonical_request.is_none()
    {
        causes.push(claim.wrong_region(Some(region)));
    }
    let service = between(message, "scoped to correct service: '", "'")
        .or_else(|| between(message, "This endpoint belongs to \"", "\""));
    if let Some(expected) = service {
        causes.push(claim.wrong_service(Some(expected)));
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

fn clock(response: &ErrorResponse, claim: &Claim) -> Option<Cause> {
    let message = response.message.as_str();
    let apart = |signed: Option<Timestamp>, now: Option<Timestamp>| {
        signed?.unix_seconds().checked_sub(now?.unix_seconds())
    };
    let now = response.time("ServerTime").or(response.date);
    let presigned = claim.form == Some(SignatureLocation::Query);
    let expired = || Cause::UrlExpired {
        expired_at: response.time("Expires").or(claim.expires_at),
        now,
    };
    if response.code == "RequestTimeTooSkewed" {
        let signed = response.time("RequestTime").or(claim.date);
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
                expired_at: claim.expires_at,
                now: now.map(|now| now.timestamp()),
            });
        }
        let date = |date: Option<AmzDate>| date.map(|date| date.timestamp());
        return Some(Cause::Clock {
            ahead_seconds: apart(date(signed), date(now)),
        });
    }
    if message.contains("Request is not yet valid") {
        let signed = response.time("X-Amz-Date").or(claim.date);
        return Some(Cause::Clock {
            ahead_seconds: apart(signed, now),
        });
    }
    if message.contains("Request has expired") || response.code.starts_with("RequestExpired") {
        return Some(if presigned || response.field("Expires").is_some() {
            expired()
        } else {
            Cause::Clock {
                ahead_seconds: apart(claim.date, now),
            }
        });
    }
    None
}

/// A wrong clock or an expired URL, by the server's `date` header. No service accepts a larger skew.
pub(super) fn clock_of_header(response: &ErrorResponse, claim: &Claim) -> Option<Cause> {
    let (now, signed) = (response.date?, claim.date?);
    let apart = signed.unix_seconds().saturating_sub(now.unix_seconds());
    if claim.form == Some(SignatureLocation::Query) && apart <= 900 {
        return claim
            .expires_at
            .filter(|end| *end < now)
            .map(|end| Cause::UrlExpired {
                expired_at: Some(end),
                now: Some(now),
            });
    }
    (apart.abs() > 900).then_some(Cause::Clock {
        ahead_seconds: Some(apart),
    })
}
