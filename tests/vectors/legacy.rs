//! Signature Version 2 for query services, and S3's old scheme.

use std::collections::BTreeSet;
use std::time::Duration;

use countersign::legacy::SignedRequest;
use countersign::legacy::s3_v2::{self, Bucket};
use countersign::legacy::sigv2::{self, SignatureMethod};
use http::{Request, Uri};
use time::macros::format_description;
use time::{OffsetDateTime, PrimitiveDateTime};

use crate::report::Case;
use crate::sigv4::{credentials, decode, pairs, request, text};

pub fn run_query(case: &mut Case<'_>) {
    let (input, expected) = (case.input, case.expected);
    let method = match text(input, "signature_method") {
        "HmacSHA256" => SignatureMethod::HmacSha256,
        "HmacSHA1" => SignatureMethod::HmacSha1,
        other => panic!("signature_method: {other}"),
    };
    let signer = sigv2::Signer::new(credentials(input))
        .unwrap()
        .with_signature_method(method);
    let mut parameters: Vec<String> = input["params"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pair| {
            [&pair[0], &pair[1]]
                .map(|text| encode(text.as_str().unwrap()))
                .join("=")
        })
        .collect();
    // The form that the signer writes, or one of the caller.
    let timestamp = text(input, "timestamp");
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]");
    let now = PrimitiveDateTime::parse(timestamp.trim_end_matches('Z'), format);
    let now = now.unwrap().assume_utc();
    if !timestamp.ends_with('Z') {
        parameters.push(format!("Timestamp={}", encode(timestamp)));
    }
    let parameters = parameters.join("&");

    let uri: Uri = text(input, "url").parse().unwrap();
    let mut request = Request::builder()
        .method(text(input, "method"))
        .uri(uri.clone())
        .body(())
        .unwrap();
    let (signed, form) = if request.method() == "POST" {
        let form = signer.sign_form(&request, &parameters, now).unwrap();
        (form.clone(), Some(form))
    } else {
        let path = uri.path();
        let host = uri.authority().unwrap();
        let uri = format!("https://{host}{path}?{parameters}");
        *request.uri_mut() = uri.parse().unwrap();
        let uri = signer.sign_query(&request, now).unwrap();
        *request.uri_mut() = uri.clone();
        (uri.query().unwrap().to_owned(), None)
    };
    let form = form.as_deref();
    let string_to_sign = sigv2::string_to_sign(&request, form).unwrap();
    case.check(
        "string_to_sign",
        text(expected, "string_to_sign"),
        &string_to_sign,
    );
    let sent = parameter_set(&signed);
    let signature =
        |(name, value): &(String, String)| (name == "Signature").then_some(value.clone());
    case.check(
        "signature",
        Some(text(expected, "signature")),
        sent.iter().find_map(signature).as_deref(),
    );
    if expected["params"].is_array() {
        case.check("params", pairs(&expected["params"], str::to_owned), sent);
    }

    let claim = SignedRequest::parse_sigv2(&request, form).unwrap();
    let verified = claim
        .verify(&credentials(input), now)
        .map(|verified| verified.access_key_id());
    let id = text(&input["credentials"], "access_key_id");
    case.check("verified", Ok(id), verified);
}

pub fn run_s3(case: &mut Case<'_>) {
    let input = case.input;
    let bucket = Bucket::InHost(text(input, "bucket"));
    let signer = s3_v2::Signer::new(credentials(input)).unwrap();
    let (request, now) = match text(input, "form") {
        "header" => s3_header(case, &signer, bucket),
        "query" => s3_query(case, &signer, bucket),
        other => panic!("form: {other}"),
    };
    let string_to_sign = s3_v2::string_to_sign(&request, bucket).unwrap();
    case.check(
        "string_to_sign",
        text(case.expected, "string_to_sign"),
        std::str::from_utf8(&string_to_sign).unwrap(),
    );
    let claim = SignedRequest::parse_s3_v2(&request, bucket).unwrap();
    let verified = claim
        .verify(&credentials(input), now)
        .map(|verified| verified.access_key_id());
    let id = text(&input["credentials"], "access_key_id");
    case.check("verified", Ok(id), verified);
}

fn s3_header(
    case: &mut Case<'_>,
    signer: &s3_v2::Signer,
    bucket: Bucket<'_>,
) -> (Request<()>, OffsetDateTime) {
    let format = format_description!(
        "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
    );
    let date = text(case.input, "date");
    let now = PrimitiveDateTime::parse(date, format).unwrap().assume_utc();
    let mut request = request(case.input).unwrap();
    signer.sign(&mut request, bucket, now).unwrap();
    let once = request.headers().clone();
    signer.sign(&mut request, bucket, now).unwrap();
    case.check("signing twice", &once, request.headers());
    case.check("date", date, once["date"].to_str().unwrap());
    let authorization = once["authorization"].to_str().unwrap();
    case.check(
        "authorization",
        text(case.expected, "authorization"),
        authorization,
    );
    case.check(
        "signature",
        text(case.expected, "signature"),
        authorization.rsplit(':').next().unwrap(),
    );
    (request, now)
}

fn s3_query(
    case: &mut Case<'_>,
    signer: &s3_v2::Signer,
    bucket: Bucket<'_>,
) -> (Request<()>, OffsetDateTime) {
    let expires = case.input["expires_epoch"].as_i64().unwrap();
    let lifetime = Duration::from_secs(900);
    let now = OffsetDateTime::from_unix_timestamp(expires).unwrap() - lifetime;
    let mut request = request(case.input).unwrap();
    let presigned = signer.presign(&request, bucket, lifetime, now).unwrap();
    case.check("expires_at", expires, presigned.expires_at().unix_seconds());
    let own = request.uri().query().unwrap_or_default();
    let uri = presigned.uri().unwrap();
    let added = uri.query().unwrap().strip_prefix(own).unwrap();
    let added = parameter_set(added.trim_start_matches('&'));
    let expected = pairs(&case.expected["query_added"], str::to_owned);
    case.check("query_added", expected, added.clone());
    let signature = text(case.expected, "signature").to_owned();
    case.check(
        "signature",
        true,
        added.contains(&("Signature".to_owned(), signature)),
    );
    *request.uri_mut() = uri;
    // The headers that must be sent, and no others.
    *request.headers_mut() = presigned.headers().clone();
    (request, now)
}

fn parameter_set(text: &str) -> BTreeSet<(String, String)> {
    text.split('&')
        .map(|parameter| {
            let (name, value) = parameter.split_once('=').unwrap();
            (decode(name), decode(value))
        })
        .collect()
}

fn encode(text: &str) -> String {
    countersign::encode_segment(text)
}
