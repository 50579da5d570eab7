//! Signed and presigned requests.

use std::collections::BTreeSet;
use std::time::Duration;

use countersign::Timestamp;
use countersign::chunked::{ChunkSigner, ChunkedEncoding};
use countersign::{
    ContentSha256, Credentials, Error, PayloadHash, Rules, Service, SessionToken,
    SessionTokenPlacement, Signer,
    sigv4::{AmzDate, Authorization, CanonicalRequest, QueryAuthorization, StringToSign},
};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Uri};
use serde_json::Value;

use crate::report::Case;

pub fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field]
        .as_str()
        .unwrap_or_else(|| panic!("no {field} in {value}"))
}

pub fn body(input: &Value) -> Vec<u8> {
    let body = &input["body"];
    if let Some(text) = body["utf8"].as_str() {
        text.as_bytes().to_vec()
    } else if let Some(text) = body["base64"].as_str() {
        base64(text)
    } else if let Some(count) = body["repeat"]["count"].as_u64() {
        text(&body["repeat"], "utf8")
            .repeat(usize::try_from(count).unwrap())
            .into_bytes()
    } else {
        assert!(body.is_null(), "{body}");
        Vec::new()
    }
}

pub fn base64(text: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD
        .decode(text)
        .unwrap()
}

pub fn now(input: &Value) -> Timestamp {
    text(input, "time")
        .parse::<AmzDate>()
        .ok()
        .unwrap()
        .timestamp()
}

pub fn credentials(input: &Value) -> Credentials {
    let given = &input["credentials"];
    let credentials = Credentials::new(
        text(given, "access_key_id"),
        text(given, "secret_access_key"),
    );
    match given["session_token"].as_str() {
        Some(token) if !input["options"]["session_token_name"].is_null() => {
            assert_eq!(
                input["options"]["session_token_name"],
                "X-Amz-S3session-Token"
            );
            credentials.with_session_token(SessionToken::s3_express(token))
        }
        Some(token) => credentials.with_session_token(token),
        None => credentials,
    }
}

/// The headers that these vectors never sign.
const NEVER_SIGNED: [&str; 13] = [
    "authorization",
    "connection",
    "expect",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "x-amzn-trace-id",
];

/// The headers of the request, if it has any.
fn headers(input: &Value) -> impl Iterator<Item = (&str, &str)> {
    let headers = input["headers"].as_array().into_iter().flatten();
    headers.map(|header| (header[0].as_str().unwrap(), header[1].as_str().unwrap()))
}

/// The rules from the options of a case, not those of its service.
pub fn rules(input: &Value) -> Rules {
    let options = &input["options"];
    let flag = |name: &str, default| options[name].as_bool().unwrap_or(default);
    let mut rules = Rules::GENERIC;
    rules.normalize_path = flag("normalize_path", true);
    rules.double_encode_path = flag("double_encode_path", true);
    // If the path is not encoded twice, it is a path of S3.
    rules.recode_path = !rules.double_encode_path;
    rules.content_sha256 = if flag("content_sha256_header", false) {
        ContentSha256::Always
    } else {
        ContentSha256::Never
    };
    let extra = options["extra_unsigned_headers"].as_array();
    let extra: Vec<HeaderName> = extra
        .into_iter()
        .flatten()
        .map(|name| name.as_str().unwrap().parse().unwrap())
        .collect();
    // These vectors leave out fewer headers than the crate: the rules add the others.
    for (name, _) in headers(input) {
        let name: HeaderName = name.parse().unwrap();
        if !NEVER_SIGNED.contains(&name.as_str()) && !extra.contains(&name) {
            rules = rules.also_sign(name);
        }
    }
    for name in extra {
        rules = rules.never_sign(name).unwrap();
    }
    match options["session_token"].as_str() {
        None | Some("signed") => {}
        Some("unsigned_after") => rules.session_token = SessionTokenPlacement::AfterSigning,
        Some(other) => panic!("session_token: {other}"),
    }
    rules
}

/// The payload hash. `None` for a literal that only a chunk signer can make.
pub fn payload(input: &Value) -> Option<PayloadHash> {
    match input["options"]["payload"].as_str() {
        None | Some("sha256") => Some(PayloadHash::new(body(input))),
        Some("unsigned" | "UNSIGNED-PAYLOAD") => Some(PayloadHash::Unsigned),
        Some(literal) if literal.starts_with("STREAMING-") => None,
        Some(literal) => {
            let mut hash = [0; 32];
            match hex::decode_to_slice(literal, &mut hash) {
                Ok(()) => Some(PayloadHash::Sha256(hash)),
                Err(error) => panic!("payload {literal}: {error}"),
            }
        }
    }
}

pub fn request(input: &Value) -> Result<Request<()>, http::Error> {
    let url = text(input, "url");
    let mut request = Request::builder()
        .method(text(input, "method"))
        .uri(url)
        .body(())?;
    for (name, value) in headers(input) {
        let name: HeaderName = name.parse()?;
        // An HTTP parser replaces a line break and its indentation by a space (RFC 9112, section
        // 5.2).
        let value = value.replace("\r\n", "\n").replace('\n', " ");
        request
            .headers_mut()
            .append(name, HeaderValue::from_bytes(value.as_bytes())?);
    }
    Ok(request)
}

pub fn run(case: &mut Case<'_>) {
    let Some(payload) = payload(case.input) else {
        return streaming(case);
    };
    match request(case.input) {
        Ok(request) => sign(case, request, payload),
        Err(error) => case.fail(format!("not a request: {error}")),
    }
}

fn sign(case: &mut Case<'_>, request: Request<()>, payload: PayloadHash) {
    let input = case.input;
    let rules = rules(input);
    let service = Service::new(text(input, "service").to_owned(), rules.clone());
    let signer = Signer::new(credentials(input), text(input, "region"), service).unwrap();
    let result = match input["options"]["location"].as_str().unwrap_or("header") {
        "header" => sign_header(case, &signer, request, payload, &rules),
        "query" => sign_query(case, &signer, &request, payload, &rules),
        other => panic!("location: {other}"),
    };
    if let Err(error) = result {
        case.fail(format!("refused: {error}"));
    }
}

fn sign_header(
    case: &mut Case<'_>,
    signer: &Signer,
    mut request: Request<()>,
    payload: PayloadHash,
    rules: &Rules,
) -> Result<(), Error> {
    let now = now(case.input);
    let before = request.headers().clone();
    let signature = signer.sign(&mut request, payload, now)?;
    let once = request.headers().clone();
    signer.sign(&mut request, payload, now)?;
    case.check("signing twice", &once, request.headers());

    check_added(case, case.expected, &before, &request);
    let header = once["authorization"].to_str().unwrap();
    let authorization = Authorization::parse(header)?;
    case.check(
        "the header read back and written",
        header,
        &authorization.to_header(),
    );
    let canonical = CanonicalRequest::new(&request, rules, payload)?;
    check_common(
        case,
        case.expected,
        &canonical,
        &authorization,
        signature.as_str(),
    );
    crate::verify::signed(case, request, rules);
    Ok(())
}

fn check_added(case: &mut Case<'_>, expected: &Value, before: &HeaderMap, request: &Request<()>) {
    let header = request.headers()["authorization"].to_str().unwrap();
    case.check("authorization", text(expected, "authorization"), header);
    // The vectors do not contain the `host` that must be sent as it is signed: in lowercase.
    let host = request.uri().host().unwrap();
    let lowercase = host.to_lowercase();
    let sent = before.get("host").cloned().or_else(|| {
        let differs = *host != lowercase;
        differs.then(|| HeaderValue::from_str(&lowercase).unwrap())
    });
    case.check("host", sent.as_ref(), request.headers().get("host"));
    let added: BTreeSet<(&str, &str)> = request
        .headers()
        .iter()
        .filter(|(name, _)| *name != "host" && !before.contains_key(*name))
        .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
        .collect();
    case.check(
        "headers_added",
        pairs(&expected["headers_added"], str::to_lowercase),
        owned(added),
    );
}

fn sign_query(
    case: &mut Case<'_>,
    signer: &Signer,
    request: &Request<()>,
    payload: PayloadHash,
    rules: &Rules,
) -> Result<(), Error> {
    let expires_in = Duration::from_secs(case.input["options"]["expires"].as_u64().unwrap());
    let presigned = signer.presign_with_payload(request, payload, expires_in, now(case.input))?;
    let uri = presigned.uri().unwrap();
    let own: Uri = text(case.input, "url").parse().unwrap();
    let query = uri.query().unwrap();
    let added = query
        .strip_prefix(own.query().unwrap_or_default())
        .unwrap()
        .trim_start_matches('&');
    let added: BTreeSet<(String, String)> = added
        .split('&')
        .map(|parameter| {
            let (name, value) = parameter.split_once('=').unwrap();
            (decode(name), decode(value))
        })
        .collect();
    case.check(
        "query_added",
        pairs(&case.expected["query_added"], str::to_owned),
        added,
    );
    let sorted = |url: &str| {
        let (url, query) = url.split_once('?').unwrap();
        let mut parameters: Vec<String> = query.split('&').map(str::to_owned).collect();
        parameters.sort();
        // `http` adds a slash to an empty path.
        (url.trim_end_matches('/').to_owned(), parameters)
    };
    case.check(
        "url",
        sorted(text(case.expected, "url")),
        sorted(presigned.url()),
    );

    let mut sent = Request::builder()
        .method(presigned.method())
        .uri(uri.clone())
        .body(())
        .unwrap();
    sent.headers_mut().extend(presigned.headers().clone());
    let canonical = CanonicalRequest::new(&sent, rules, payload)?;
    let query = QueryAuthorization::parse(query)?;
    check_common(
        case,
        case.expected,
        &canonical,
        &query.authorization,
        presigned.signature().as_str(),
    );
    crate::verify::signed(case, sent, rules);
    Ok(())
}

fn check_common(
    case: &mut Case<'_>,
    expected: &Value,
    canonical: &CanonicalRequest<'_>,
    authorization: &Authorization<'_>,
    signature: &str,
) {
    let date = text(case.input, "time").parse::<AmzDate>().ok().unwrap();
    let string_to_sign = StringToSign::new(
        authorization.algorithm,
        &date,
        &authorization.scope,
        &canonical.hash(),
    );
    let canonical_text = canonical.to_string();
    let payload_line = canonical_text.rsplit('\n').next().unwrap();
    case.check(
        "canonical_request",
        text(expected, "canonical_request"),
        &canonical_text,
    );
    case.check(
        "string_to_sign",
        text(expected, "string_to_sign"),
        string_to_sign.as_str(),
    );
    case.check(
        "signed_headers",
        text(expected, "signed_headers"),
        &canonical.signed_headers(),
    );
    case.check(
        "signed_headers sent",
        text(expected, "signed_headers"),
        &authorization.signed_headers,
    );
    case.check("payload_hash", text(expected, "payload_hash"), payload_line);
    case.check("signature", text(expected, "signature"), signature);
    case.check(
        "signature sent",
        text(expected, "signature"),
        authorization.signature.as_str(),
    );
}

/// A `STREAMING-…` payload, which only a chunk signer can declare.
fn streaming(case: &mut Case<'_>) {
    let request = match request(case.input) {
        Ok(request) => request,
        Err(error) => return case.fail(format!("not a request: {error}")),
    };
    if case.input["options"]["location"] == "query" {
        return case.fail("a stream is signed in headers only");
    }
    let decoded_length = match request.headers().get("x-amz-decoded-content-length") {
        Some(length) => length.to_str().unwrap().parse().unwrap(),
        None => body(case.input).len() as u64,
    };
    let payload = match text(&case.input["options"], "payload") {
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" => ChunkedEncoding::signed(decoded_length),
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER" => {
            ChunkedEncoding::signed_with_trailers(decoded_length, [])
        }
        "STREAMING-UNSIGNED-PAYLOAD-TRAILER" => {
            ChunkedEncoding::unsigned_with_trailers(decoded_length, [])
        }
        other => panic!("payload: {other}"),
    };
    let result = sign_seed(case, case.expected, request, payload.with_any_chunk_size());
    if let Err(error) = result {
        case.fail(format!("refused: {error}"));
    }
}

/// Signs the request of an aws-chunked payload, and compares it.
pub fn sign_seed(
    case: &mut Case<'_>,
    expected: &Value,
    mut request: Request<()>,
    payload: ChunkedEncoding,
) -> Result<ChunkSigner, Error> {
    let (input, rules) = (case.input, rules(case.input));
    let service = Service::new(text(input, "service").to_owned(), rules.clone());
    let signer = Signer::new(credentials(input), text(input, "region"), service).unwrap();
    let before = request.headers().clone();
    let chunks = signer.sign_chunked(&mut request, payload.clone(), now(input))?;
    let once = request.headers().clone();
    let chunks = {
        signer.sign_chunked(&mut request, payload, now(input))?;
        case.check("signing twice", &once, request.headers());
        chunks
    };
    check_seed(
        case,
        expected,
        &before,
        &request,
        chunks.payload_hash(),
        &rules,
    )?;
    Ok(chunks)
}

fn check_seed(
    case: &mut Case<'_>,
    expected: &Value,
    before: &HeaderMap,
    request: &Request<()>,
    payload: PayloadHash,
    rules: &Rules,
) -> Result<(), Error> {
    check_added(case, expected, before, request);
    let header = request.headers()["authorization"].to_str().unwrap();
    let authorization = Authorization::parse(header)?;
    let canonical = CanonicalRequest::new(request, rules, payload)?;
    let signature = authorization.signature.as_str();
    check_common(case, expected, &canonical, &authorization, signature);
    Ok(())
}

/// Cases where implementations differ. The crate decides as recommended, with these exceptions.
/// Each depends on the subject of the case, not on its id.
pub fn run_ambiguous(case: &mut Case<'_>) {
    let refused = |case: &mut Case<'_>, what: &str, result: Result<(), String>| {
        if result.is_ok() {
            case.fail(format!("should have been refused: {what}"));
        }
    };
    match text(case.case, "recommended") {
        "reject" => {
            let result = attempt(case.input);
            refused(case, "as recommended", result);
        }
        // Vertical tab and form feed are control characters, which `http` refuses in a header.
        "collapse-ascii" => {
            let result = attempt(case.input);
            refused(case, "a control character in a header", result);
        }
        _ => run(case),
    }
}

fn attempt(input: &Value) -> Result<(), String> {
    let mut request = request(input).map_err(|error| error.to_string())?;
    let service = Service::new(text(input, "service").to_owned(), rules(input));
    let signer = Signer::new(credentials(input), text(input, "region"), service).unwrap();
    let payload = payload(input).unwrap();
    let before = request.headers().clone();
    let result = match input["options"]["expires"].as_u64() {
        None => signer.sign(&mut request, payload, now(input)).map(drop),
        Some(seconds) => signer
            .presign_with_payload(&request, payload, Duration::from_secs(seconds), now(input))
            .map(drop),
    };
    assert!(result.is_ok() || *request.headers() == before);
    result.map_err(|error| error.to_string())
}

pub fn pairs(list: &Value, name: fn(&str) -> String) -> BTreeSet<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    list.as_array()
        .unwrap()
        .iter()
        .map(|pair| (name(pair[0].as_str().unwrap()), text(&pair[1])))
        .collect()
}

fn owned(pairs: BTreeSet<(&str, &str)>) -> BTreeSet<(String, String)> {
    pairs
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

pub fn decode(text: &str) -> String {
    percent_encoding::percent_decode_str(text)
        .decode_utf8()
        .unwrap()
        .into_owned()
}
