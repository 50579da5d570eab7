//! The sentence and the advice for each cause.

use std::borrow::Cow;

use super::super::text::shown;
use super::Cause;

/// A sentence that says what is wrong, and the advice.
pub(super) fn describe(cause: &Cause) -> (Cow<'static, str>, &'static str) {
    match cause {
        Cause::WrongSecretKey => (
            "Both sides calculated the same canonical request, so their secret access keys differ."
                .into(),
            "Check that the secret access key belongs to this access key ID and is complete: `/`, \
             `+` and `=` are part of it.",
        ),
        Cause::WrongSecretKeyOrPayloadHash => (
            "The secret access key or the payload hash is wrong. Everything else is the same on \
             both sides."
                .into(),
            "Check that the bytes that are sent are the bytes that were hashed, and that the \
             secret access key belongs to this access key ID. To tell the two apart, give the \
             explainer the secret access key or the signer's log.",
        ),
        Cause::SignatureNotReproduced => (
            "The given secret access key did not make this signature for this request.".into(),
            "Check that the given secret access key belongs to this access key ID and is complete. \
             If it is, the signer signed something else: compare with the canonical request in its \
             log.",
        ),
        Cause::SignedCorrectly => (
            "The signature is right for this request and the given secret access key.".into(),
            "Check that the server has this secret access key for the access key ID. If it has, the \
             request changed on the way: capture it after the proxies, and compare.",
        ),
        Cause::ServerSecretKeyDiffers => (
            "The given secret access key signed what the server calculated, so the server has \
             another secret access key for this access key ID."
                .into(),
            "Check on the server which secret access key belongs to this access key ID. It may be an \
             older one, or the request went to another server.",
        ),
        Cause::SecretKeyWhiteSpace => (
            "The secret access key has white space, a line break or quotes around it.".into(),
            "Trim the secret access key when it is read from a file, variable or form.",
        ),
        Cause::UnknownAccessKey => (
            "The service does not know the access key ID.".into(),
            "Check the access key ID, whether the key is active, and whether it belongs to this \
             partition (aws, aws-cn, aws-us-gov) or this store.",
        ),
        Cause::MissingSessionToken => (
            "The access key is temporary (ASIA...), but the request has no session token.".into(),
            "Send the session token of the access key as `x-amz-security-token`, and sign it.",
        ),
        Cause::InvalidSessionToken => (
            "The session token is stale, cut short, or belongs to another access key.".into(),
            "Take access key ID, secret access key and session token from the same response. With a \
             long-term key (AKIA...) send no token.",
        ),
        Cause::SessionTokenNotSigned => (
            "The session token was added after signing.".into(),
            "Attach `x-amz-security-token` before signing, so that it is a signed header.",
        ),
        Cause::CredentialsExpired => (
            "The temporary credentials have expired.".into(),
            "Fetch new temporary credentials, some minutes before the old ones expire.",
        ),
        Cause::Clock { ahead_seconds } => (
            match ahead_seconds {
                None => "The clocks of signer and server are too far apart.".into(),
                Some(ahead) => {
                    let side = if *ahead < 0 { "behind" } else { "ahead of" };
                    format!(
                        "The signer's clock is {} {side} the server's.",
                        span(ahead.unsigned_abs())
                    )
                    .into()
                }
            },
            "Set the signer's clock (NTP), sign in UTC, and sign again for each attempt: most \
             services allow 5 or 15 minutes.",
        ),
        Cause::UrlExpired { expired_at, now } => (
            match (expired_at, now) {
                (Some(end), Some(now)) => format!(
                    "The presigned URL expired at {}, {} before it was used.",
                    end,
                    span(now.saturating_duration_since(*end).as_secs())
                )
                .into(),
                (Some(end), None) => format!("The presigned URL expired at {end}.").into(),
                _ => "The presigned URL has expired.".into(),
            },
            "Presign again, or for longer: the maximum is seven days, and the credentials must not \
             expire earlier.",
        ),
        Cause::ExpiresInOutOfRange => (
            "The lifetime of the presigned URL is out of range.".into(),
            "Set `X-Amz-Expires` to 1 to 604800 seconds.",
        ),
        Cause::MissingDate => (
            "The request has no date.".into(),
            "Send `x-amz-date` as YYYYMMDDTHHMMSSZ, and sign it.",
        ),
        Cause::InvalidDate => (
            "The date of the request is invalid.".into(),
            "Write the date as YYYYMMDDTHHMMSSZ, in UTC.",
        ),
        Cause::WrongDay => (
            "The day in the credential scope is not the day of the request.".into(),
            "Take the day of the scope from the time in `x-amz-date`, in UTC.",
        ),
        Cause::WrongRegion { signed, expected } => (
            other("Region", signed, expected.as_deref()).into(),
            match expected {
                Some(_) => "Sign for the Region that the server expects, and send the request there.",
                None => "Sign for the Region of the endpoint. Global endpoints use us-east-1.",
            },
        ),
        Cause::WrongService { signed, expected } => (
            other("service", signed, expected.as_deref()).into(),
            "Sign with the signing name of the service. It can differ from the host: `ses` for \
             `email.REGION.amazonaws.com`, `bedrock` for `bedrock-runtime`.",
        ),
        Cause::OtherHost {
            service,
            region,
            signed_service,
            signed_region,
        } => (
            format!(
                "The host belongs to {}, but the request was signed for {}.",
                service_in(service, region.as_deref()),
                service_in(signed_service, signed_region.as_deref())
            )
            .into(),
            "Sign for the service and the Region of the host, or send the request to the host of the \
             service and Region that it was signed for.",
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
            "Sign the method that is sent. Sign again after a redirect. A HEAD needs a signature of \
             its own, not that of a GET.",
        ),
        Cause::PathEncodedTwice => (
            "The path was percent-encoded twice when it was signed, and the other side encodes it \
             once."
                .into(),
            "Sign with `Rules::S3` for S3 and compatible stores: the path is decoded once, then \
             encoded once. Other services encode it twice; for them, look for what decodes the \
             path on the way.",
        ),
        Cause::PathEncodedOnce => (
            "The path was percent-encoded once when it was signed, and the other side encodes it \
             twice."
                .into(),
            "Sign with `Rules::GENERIC` for services other than S3: the path is signed with one more \
             percent-encoding than it is sent with. For a store that is compatible with S3, look \
             for what encodes the path again on the way.",
        ),
        Cause::PathEncodedAgain => (
            "The path was percent-encoded again after it was signed.".into(),
            "Look for the HTTP client, proxy or gateway that turns `%` into `%25`, and make it pass \
             the path on unchanged.",
        ),
        Cause::PathDecoded => (
            "The path was percent-decoded after it was signed.".into(),
            "Look for the HTTP client, proxy or gateway that turns `%25` into `%`, and make it pass \
             the path on unchanged.",
        ),
        Cause::PathNormalized => (
            "The signer resolved `//`, `.` or `..` in the path, and the other side does not.".into(),
            "Keep `//`, `.` and `..` for S3 and compatible stores (`Rules::S3`): they are part of \
             the key.",
        ),
        Cause::PathNotNormalized => (
            "The signer kept `//`, `.` or `..` in the path, and the other side resolves them."
                .into(),
            "Sign with `Rules::GENERIC` for services other than S3. For S3, keep the HTTP client \
             and proxies from resolving the path after signing.",
        ),
        Cause::PathEncoding => (
            "The two sides percent-encode the same path differently.".into(),
            "Send the path in the encoding of `encode_key`, on which all servers agree: everything but \
             `A-Z a-z 0-9 - . _ ~ /` as %XX, in uppercase, once. Keep proxies from encoding it \
             differently.",
        ),
        Cause::PathChanged => (
            "The path changed after it was signed.".into(),
            "Keep proxies from rewriting the path (stages, prefixes, trailing slashes), or sign the \
             path that the service receives.",
        ),
        Cause::PlusAndSpace => (
            "The two sides read a `+` or a space differently.".into(),
            "Send a space as %20 and a plus as %2B, never a bare `+`.",
        ),
        Cause::QueryOrder => (
            "The query parameters were signed in another order.".into(),
            "Sort the canonical query by encoded name, then by encoded value, byte by byte.",
        ),
        Cause::QueryEncoding => (
            "The two sides percent-encode the same query differently.".into(),
            "Encode names and values once, everything but `A-Z a-z 0-9 - . _ ~` as %XX, in \
             uppercase, and write `name=` for a parameter without a value.",
        ),
        Cause::ParametersLost { names } => (
            format!(
                "Query parameters were signed and did not arrive: {}.",
                list(names)
            )
            .into(),
            "Look for what drops them: a proxy, a cache key, a URL without quotes in a shell.",
        ),
        Cause::ParametersAdded { names } => (
            format!(
                "Query parameters arrived that were not signed: {}.",
                list(names)
            )
            .into(),
            "Add parameters before signing, not after. Look for a proxy or a tracker that adds them.",
        ),
        Cause::ParametersChanged { names } => (
            format!(
                "Query parameters arrived with other values than were signed: {}.",
                list(names)
            )
            .into(),
            "Sign the values that are sent, and sign again after a change.",
        ),
        Cause::HostChanged => (
            "The request was signed for a host other than the one it arrived at.".into(),
            "Sign the host that the service receives: make proxies pass `host` on, or sign the \
             host that they send.",
        ),
        Cause::PortChanged => (
            "The host was signed with another port, or without one.".into(),
            "Sign the host with its port if the client sends the port. Clients omit 80 and 443.",
        ),
        Cause::HeaderRewritten { name } => (
            format!("The header `{}` changed after it was signed.", shown(name)).into(),
            if name.starts_with("x-amz-") {
                "Keep proxies from rewriting the header: it must be signed."
            } else {
                "Do not sign a header that proxies rewrite (`Rules::never_sign`), or keep the proxy \
                 from rewriting it."
            },
        ),
        Cause::HeaderAdded { name } => (
            format!(
                "The header `{}`, or a value of it, was added after signing.",
                shown(name)
            )
            .into(),
            "Keep the proxy or library from adding it, or add it before signing.",
        ),
        Cause::HeaderLost { name } => (
            format!(
                "The header `{}` was signed and did not arrive.",
                shown(name)
            )
            .into(),
            if name.starts_with("x-amz-") {
                "Keep proxies from dropping the header: it must be signed."
            } else {
                "Send every header that is signed. Do not sign headers that proxies drop."
            },
        ),
        Cause::HeaderWhiteSpace { name } => (
            format!(
                "The header `{}` was signed with other white space.",
                shown(name)
            )
            .into(),
            "Before signing, trim values and replace each run of spaces with one space.",
        ),
        Cause::HostNotSigned => (
            "`host` is not a signed header.".into(),
            "Sign the `host` header.",
        ),
        Cause::HeadersNotSigned { names } => (
            format!("Headers were sent without being signed: {}.", list(names)).into(),
            "Sign every `x-amz-*` header that is sent, and add none after signing.",
        ),
        Cause::SignedHeadersChanged => (
            "The two lists of signed headers differ.".into(),
            "List the signed headers in lowercase, sorted, without duplicates, joined with `;`.",
        ),
        Cause::PayloadHashMissing => (
            "The header `x-amz-content-sha256` is missing.".into(),
            "Send `x-amz-content-sha256` with the hash of the payload, or with UNSIGNED-PAYLOAD.",
        ),
        Cause::PayloadHashInvalid => (
            "The header `x-amz-content-sha256` is neither a hash nor a known literal.".into(),
            "Write 64 hex digits, UNSIGNED-PAYLOAD, or a STREAMING-... value with the chunks that \
             belong to it.",
        ),
        Cause::PayloadHashDiffers => (
            "The signed payload hash is not the hash of the payload that was sent.".into(),
            "Hash the bytes that are sent, after compression and serialization.",
        ),
        Cause::BodyChanged => (
            "The body changed after it was signed.".into(),
            "Look for what re-encodes, compresses or drops the body between signer and service.",
        ),
        Cause::ChunkTooSmall => (
            "A chunk of the body is too small.".into(),
            "Make every chunk except the last at least 8192 bytes long.",
        ),
        Cause::MissingAuthentication => (
            "The request has no signature.".into(),
            "Sign the request before it is sent. If it was signed, give the explainer the request as \
             it was sent, with its signature.",
        ),
        Cause::AuthenticationLost => (
            "The request was signed, but its signature did not arrive, or the route does not exist."
                .into(),
            "Look for a redirect or proxy that drops the `authorization` header. At API Gateway, \
             check that the route, the stage and the method exist.",
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
            "The service does not support the algorithm of the signature.".into(),
            "Sign with Signature Version 4, AWS4-HMAC-SHA256.",
        ),
        Cause::AuthorizationChanged => (
            "The authorization differs from the one that was sent.".into(),
            "Keep proxies from signing the request or rewriting its signature.",
        ),
        Cause::MalformedRequest { problem } => (
            format!("The request is invalid: {}.", shown(problem)).into(),
            "Send a request that is valid in HTTP.",
        ),
        Cause::CanonicalRequestDiffers => (
            "The canonical requests differ, and the response does not say where.".into(),
            "Capture the request after the proxies, and compare it with the one that was sent.",
        ),
        Cause::AccessDenied => (
            "The server denied access without a reason. The signature may be wrong, or permissions \
             may be missing."
                .into(),
            "Check the permissions and the secret access key. Ceph and Garage send this error for \
             every wrong signature, and gateways for every request that they refuse. Give the \
             explainer the secret access key to learn more.",
        ),
        Cause::Undetermined => (
            "The response does not say what the server calculated, or the request is not signed with \
             Signature Version 4."
                .into(),
            "Check the secret access key first. To learn more, give the explainer this key, or a \
             capture of the request after the proxies. For Signature Version 2 and browser uploads, \
             compare the strings to sign by hand.",
        ),
    }
}

fn other(what: &str, signed: &str, expected: Option<&str>) -> String {
    let signed = shown(signed);
    match expected {
        Some(expected) => format!(
            "The request was signed for the {what} `{signed}`, but the server expects `{}`.",
            shown(expected)
        ),
        None => {
            format!(
                "The request was signed for the {what} `{signed}`, which is not the one that the \
                 server expects."
            )
        }
    }
}

fn service_in(service: &str, region: Option<&str>) -> String {
    let service = shown(service);
    match region {
        Some(region) => format!("the service `{service}` in the Region `{}`", shown(region)),
        None => format!("the service `{service}`"),
    }
}

/// `1 h 2 min 3 s`.
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
