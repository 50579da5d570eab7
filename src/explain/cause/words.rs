//! What is said of each cause: a sentence, and what to do about it.

use std::borrow::Cow;

use super::super::hide::shown;
use super::Cause;

pub(super) fn words(cause: &Cause) -> (Cow<'static, str>, &'static str) {
    match cause {
        Cause::WrongSecretKey => (
            "Both sides calculated the same, so the secret access key is wrong.".into(),
            "Check that the secret access key belongs to this access key id, and that it is \
                 complete: `/`, `+` and `=` are part of it. If the body can be altered on the way, \
                 compare its hash too.",
        ),
        Cause::WrongSecretKeyOrPayloadHash => (
            "Both sides agree on all that the request tells, so either another payload was \
                 hashed than the one that arrived, or the secret access key is wrong."
                .into(),
            "Check that the very bytes that are sent were hashed, and that the secret access \
                 key belongs to this access key id. Given the secret access key or the signer's \
                 own canonical request, the explanation can tell the two apart.",
        ),
        Cause::SecretKeyWhiteSpace => (
            "The secret access key was used with white space or a line break around it.".into(),
            "Trim the secret access key where it is read from its file, variable or form.",
        ),
        Cause::UnknownAccessKey => (
            "The service does not know the access key id.".into(),
            "Check the access key id, whether the key is active, and that it is of this \
                 partition (aws, aws-cn, aws-us-gov) or this store.",
        ),
        Cause::MissingSessionToken => (
            "The access key is a temporary one (ASIA...), and no session token came with it."
                .into(),
            "Send the session token that came with the key, as `x-amz-security-token`, and sign it.",
        ),
        Cause::InvalidSessionToken => (
            "The session token is stale, cut short, or not the one of this access key.".into(),
            "Take access key id, secret access key and session token from one and the same \
                 answer, whole; with a long-term key (AKIA...) send no token.",
        ),
        Cause::SessionTokenNotSigned => (
            "The session token was added without being signed.".into(),
            "Attach `x-amz-security-token` before signing, so that it is among the signed headers.",
        ),
        Cause::CredentialsExpired => (
            "The temporary credentials have expired.".into(),
            "Fetch new temporary credentials, some minutes before the old ones end.",
        ),
        Cause::Clock { ahead_seconds } => (
            match ahead_seconds {
                None => "The signer's clock and the server's are too far apart.".into(),
                Some(ahead) => {
                    let side = if *ahead < 0 { "behind" } else { "ahead of" };
                    format!(
                        "The signer's clock is {} {side} the server's.",
                        span(ahead.unsigned_abs())
                    )
                    .into()
                }
            },
            "Set the signer's clock (NTP), sign in UTC, and sign anew for each try: most \
                 services take 5 or 15 minutes.",
        ),
        Cause::UrlExpired { expired_at, now } => (
            match (expired_at, now) {
                (Some(end), Some(now)) => format!(
                    "The presigned URL expired at {}, {} before it was used.",
                    end,
                    span(now.saturating_duration_since(*end).as_secs())
                )
                .into(),
                (Some(end), None) => format!("The presigned URL expired at {}.", end).into(),
                _ => "The presigned URL has expired.".into(),
            },
            "Presign anew, or for longer: seven days are the most, and the credentials must \
                 live as long.",
        ),
        Cause::ExpiresInOutOfRange => (
            "The presigned URL asks for a lifetime that is out of range.".into(),
            "Set `X-Amz-Expires` to 1 up to 604800 seconds.",
        ),
        Cause::MissingDate => (
            "The request does not say when it was signed.".into(),
            "Send `x-amz-date` in the form YYYYMMDDTHHMMSSZ, and sign it.",
        ),
        Cause::InvalidDate => (
            "The request's date cannot be read.".into(),
            "Write the date as YYYYMMDDTHHMMSSZ, in UTC.",
        ),
        Cause::WrongDay => (
            "The day in the credential scope is not that of the request's date.".into(),
            "Make the scope's day from the very time that is sent in `x-amz-date`, in UTC.",
        ),
        Cause::WrongRegion { signed, expected } => (
            other("region", signed, expected.as_deref()).into(),
            match expected {
                Some(_) => {
                    "Sign for the region that the server expects, and send the request there."
                }
                None => "Sign for the region of the endpoint; global endpoints are of us-east-1.",
            },
        ),
        Cause::WrongService { signed, expected } => (
            other("service", signed, expected.as_deref()).into(),
            "Sign with the service's signing name, which is not always that of its host \
                 (`ses` for email., `bedrock` for bedrock-runtime.).",
        ),
        Cause::OtherHost {
            service,
            region,
            signed_service,
            signed_region,
        } => (
            format!(
                "The host belongs to {}, and the request was signed for {}.",
                service_in(service, region.as_deref()),
                service_in(signed_service, signed_region.as_deref())
            )
            .into(),
            "Sign for the service and the region of the host, or send the request to the host of \
                 those that it was signed for.",
        ),
        Cause::WrongTerminator => (
            "The credential scope does not end in `aws4_request`.".into(),
            "End the credential scope in `/aws4_request`.",
        ),
        Cause::MethodChanged { signed, received } => (
            format!(
                "The method was signed as {} and arrived as {}.",
                shown(signed),
                shown(received)
            )
            .into(),
            "Sign the method that is sent; after a redirect, or to answer a HEAD for a GET, sign anew.",
        ),
        Cause::PathEncodedTwice => (
            "The path was percent-encoded twice before it was signed, and counts as it is sent."
                .into(),
            "Sign the path as it is sent: S3's family signs with its own rules (`Rules::S3`), \
                 which encode nothing again.",
        ),
        Cause::PathEncodedOnce => (
            "The path was signed as it is sent, and counts percent-encoded once more.".into(),
            "Percent-encode the path once more for the canonical request: only S3's family \
                 leaves that out (`Rules::GENERIC`).",
        ),
        Cause::PathNormalized => (
            "The signer resolved `//`, `.` or `..` in the path, and the other side does not."
                .into(),
            "Leave `//`, `.` and `..` as they are: in S3's family they are parts of keys (`Rules::S3`).",
        ),
        Cause::PathNotNormalized => (
            "The path was signed with `//`, `.` or `..`, and the other side has it resolved."
                .into(),
            "Sign the resolved path (all services but S3's family want that), or keep the \
                 client or proxy from resolving it after it was signed.",
        ),
        Cause::PathEncoding => (
            "The path was signed in another percent-encoding.".into(),
            "Send the path in the encoding in which it is signed: everything but \
                 `A-Z a-z 0-9 - . _ ~ /` as %XX, upper-case, once; keep proxies from re-encoding it.",
        ),
        Cause::PathChanged => (
            "The path was signed as another one: something rewrote it.".into(),
            "Keep proxies from rewriting the path (stages, prefixes, trailing slashes), or \
                 sign the path that the service sees.",
        ),
        Cause::PlusAndSpace => (
            "A `+` was taken for a space, or a space written as `+`.".into(),
            "Send a space as %20 and a plus as %2B, never a bare `+`.",
        ),
        Cause::QueryOrder => (
            "The query parameters were signed in another order.".into(),
            "Sort the canonical query by encoded name, then by encoded value, byte by byte.",
        ),
        Cause::QueryEncoding => (
            "The query was signed in another percent-encoding.".into(),
            "Encode names and values once, everything but `A-Z a-z 0-9 - . _ ~` as %XX, \
                 upper-case, and write `name=` where there is no value.",
        ),
        Cause::ParametersLost { names } => (
            format!(
                "Query parameters were signed and did not arrive: {}.",
                list(names)
            )
            .into(),
            "Look for what drops them: a proxy, a cache key, a URL that was not quoted in a shell.",
        ),
        Cause::ParametersAdded { names } => (
            format!(
                "Query parameters arrived that were not signed: {}.",
                list(names)
            )
            .into(),
            "Add parameters before signing, not after; look for a proxy or a tracker that does.",
        ),
        Cause::ParametersChanged { names } => (
            format!(
                "Query parameters arrived with other values than were signed: {}.",
                list(names)
            )
            .into(),
            "Sign the values that are sent; sign anew after a change.",
        ),
        Cause::HostChanged => (
            "The request was signed for another host than the one it arrived at.".into(),
            "Sign the host that the service receives: have proxies pass `host` on, or sign for theirs.",
        ),
        Cause::PortChanged => (
            "The host was signed with another port, or with none.".into(),
            "Sign the host with its port exactly if it is sent so: clients leave 80 and 443 out.",
        ),
        Cause::HeaderRewritten { name } => (
            format!(
                "The header `{}` was rewritten after it was signed.",
                shown(name)
            )
            .into(),
            "Leave a header that hops rewrite out of the signature (`Rules::never_sign`), or \
                 keep the hop from rewriting it.",
        ),
        Cause::HeaderAdded { name } => (
            format!(
                "A header `{}` was added after the request was signed.",
                shown(name)
            )
            .into(),
            "Keep the hop from adding it, or sign where nothing is added any more.",
        ),
        Cause::HeaderLost { name } => (
            format!(
                "The header `{}` was signed and did not arrive.",
                shown(name)
            )
            .into(),
            "Send what is signed; leave headers that hops drop out of the signature.",
        ),
        Cause::HeaderWhiteSpace { name } => (
            format!(
                "The header `{}` was signed with other white space.",
                shown(name)
            )
            .into(),
            "Trim values and make each run of spaces one, before signing.",
        ),
        Cause::HostNotSigned => (
            "`host` is not among the signed headers.".into(),
            "Put `host` among the signed headers.",
        ),
        Cause::HeadersNotSigned { names } => (
            format!("Headers were sent without being signed: {}.", list(names)).into(),
            "Sign every `x-amz-*` header that is sent; add none after signing.",
        ),
        Cause::SignedHeadersChanged => (
            "The list of signed headers is another one.".into(),
            "List the signed headers in lower case, sorted, each once, joined with `;`.",
        ),
        Cause::PayloadHashMissing => (
            "The header `x-amz-content-sha256` is missing.".into(),
            "Send `x-amz-content-sha256` with the payload's hash, or UNSIGNED-PAYLOAD.",
        ),
        Cause::PayloadHashInvalid => (
            "The header `x-amz-content-sha256` is neither a hash nor a literal that is known."
                .into(),
            "Write 64 hex digits, UNSIGNED-PAYLOAD, or a STREAMING-... value with the chunks it promises.",
        ),
        Cause::PayloadHashDiffers => (
            "The payload's hash was calculated over something else than what was sent.".into(),
            "Hash the very bytes that are sent, after compression and serialisation.",
        ),
        Cause::BodyChanged => (
            "The body was altered after it was signed.".into(),
            "Look for what re-encodes, compresses or drops the body between signer and service.",
        ),
        Cause::ChunkTooSmall => (
            "A chunk of the body is too small.".into(),
            "Make every chunk but the last at least 8192 bytes.",
        ),
        Cause::MissingAuthentication => (
            "The request carries no signature.".into(),
            "Sign the request before it is sent. If it was signed, give the explanation what \
                 was sent, signature and all, and not the request as it was before.",
        ),
        Cause::AuthenticationLost => (
            "The request was signed, and the signature did not arrive (or no such route exists)."
                .into(),
            "Look for a redirect or a proxy that drops the `authorization` header; at API \
                 Gateway check that the route, the stage and the method exist.",
        ),
        Cause::SeveralAuthentications => (
            "The request authenticates in two ways at once.".into(),
            "Send either an `authorization` header or a presigned URL, not both.",
        ),
        Cause::MalformedAuthorization { problem } => (
            format!("The authorization is malformed: {}.", shown(problem)).into(),
            "Write `AWS4-HMAC-SHA256 Credential=ID/YYYYMMDD/REGION/SERVICE/aws4_request, \
                 SignedHeaders=..., Signature=...`, or the six `X-Amz-` parameters.",
        ),
        Cause::UnsupportedAlgorithm => (
            "The signature is of a scheme that the service does not take.".into(),
            "Sign with Signature Version 4, AWS4-HMAC-SHA256.",
        ),
        Cause::AuthorizationChanged => (
            "The authorization is not the one that was sent.".into(),
            "Keep hops from signing or rewriting what is signed.",
        ),
        Cause::MalformedRequest { problem } => (
            format!("The request cannot be written down: {}.", shown(problem)).into(),
            "Send a request that HTTP can carry.",
        ),
        Cause::CanonicalRequestDiffers => (
            "The canonical requests differ, and the answer does not say where.".into(),
            "Compare with a capture of the request as it arrives, taken behind the proxies.",
        ),
        Cause::Undetermined => (
            "What the server calculated by Signature Version 4 is not known.".into(),
            "Check the secret access key first; give it to the explanation, or a capture of \
                 the request behind the proxies, to learn more. Signature Version 2 and browsers' \
                 uploads it does not read: compare their strings to sign by hand.",
        ),
    }
}

fn other(what: &str, signed: &str, expected: Option<&str>) -> String {
    let signed = shown(signed);
    match expected {
        Some(expected) => format!(
            "The request was signed for the {what} `{signed}`, and the server expects `{}`.",
            shown(expected)
        ),
        None => {
            format!("The request was signed for the {what} `{signed}`, which is not the server's.")
        }
    }
}

fn service_in(service: &str, region: Option<&str>) -> String {
    let service = shown(service);
    match region {
        Some(region) => format!("the service `{service}` in the region `{}`", shown(region)),
        None => format!("the service `{service}`"),
    }
}

/// `1 h 2 min 3 s`, without its sign.
fn span(seconds: u64) -> String {
    let parts = [
        (seconds / 86_400, "d"),
        (seconds / 3600 % 24, "h"),
        (seconds / 60 % 60, "min"),
        (seconds % 60, "s"),
    ];
    let named = parts.into_iter().filter(|(number, _)| *number > 0);
    let named: Vec<String> = named
        .map(|(number, unit)| format!("{number} {unit}"))
        .collect();
    if named.is_empty() {
        return "0 s".to_owned();
    }
    named.join(" ")
}

/// The first names of a list.
fn list(names: &[String]) -> String {
    const MOST: usize = 8;
    let first: Vec<String> = names
        .iter()
        .take(MOST)
        .map(|name| format!("`{}`", shown(name)))
        .collect();
    let first = first.join(", ");
    match names.len().saturating_sub(MOST) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}
