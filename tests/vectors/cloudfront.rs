//! Signed URLs and cookies: the policy that is signed, and the text that contains its signature.
//! `tests/it/cloudfront_openssl.rs` checks the recorded signatures with `openssl`.

use std::cell::RefCell;

use countersign::Timestamp;
use countersign::cloudfront::{Hash, SignedCookies, SignedUrl, UrlError};
use serde_json::{Value, json};

use crate::report::Case;
use crate::sigv4::{base64, text};

pub fn run(case: &mut Case<'_>) {
    let input = case.input;
    let policy = RefCell::new(None);
    let recorded = case.expected["signature_hex"].as_str();
    // The key returns the recorded signature.
    let sign = |bytes: &[u8]| {
        *policy.borrow_mut() = Some(String::from_utf8(bytes.to_vec()).unwrap());
        Ok::<_, UrlError>(hex::decode(recorded.unwrap_or_default()).unwrap())
    };
    let id = text(input, "key_pair_id");
    let error = if input["cookies"] == true {
        match cookies(input).sign(id, sign) {
            Ok(signed) => {
                let made: Vec<Value> = signed
                    .iter()
                    .map(|cookie| json!([cookie.name(), cookie.value()]))
                    .collect();
                case.check("cookies", case.expected["cookies"].clone(), made.into());
                let made: Vec<Value> = signed
                    .iter()
                    .map(|cookie| cookie.set_cookie().into())
                    .collect();
                case.check(
                    "set_cookie",
                    case.expected["set_cookie"].clone(),
                    made.into(),
                );
                None
            }
            Err(error) => Some(error),
        }
    } else {
        let url = url(input);
        match url.sign(id, sign) {
            Ok(signed) => {
                case.check("url", text(case.expected, "url"), signed.as_str());
                let added = &signed[text(input, "url").len() + 1..];
                let made: Vec<Value> = added
                    .split('&')
                    .map(|pair| {
                        let (name, value) = pair.split_once('=').unwrap();
                        json!([name, value])
                    })
                    .collect();
                case.check(
                    "query_added",
                    case.expected["query_added"].clone(),
                    made.into(),
                );
                None
            }
            Err(error) => Some(error),
        }
    };
    if let Some(error) = error {
        case.check("the key's calls", None, policy.into_inner());
        return check_error(case, &error);
    }
    let policy = policy.into_inner().unwrap();
    case.check("policy", text(case.expected, "policy"), policy.as_str());
    let kind = text(case.expected, "kind");
    case.check(
        "kind",
        kind == "custom",
        case.expected["policy_encoded"].is_string(),
    );
    if let Some(encoded) = case.expected["policy_encoded"].as_str() {
        let plain = encoded
            .replace('-', "+")
            .replace('_', "=")
            .replace('~', "/");
        case.check("policy_encoded", policy.into_bytes(), base64(&plain));
    }
    let plain = text(case.expected, "signature");
    let plain = plain.replace('-', "+").replace('_', "=").replace('~', "/");
    let signature = text(case.expected, "signature_hex");
    case.check("signature", signature, &hex::encode(base64(&plain)));
}

fn time(value: &Value) -> Option<Timestamp> {
    value.as_i64().map(Timestamp::from_unix_seconds)
}

fn hash(input: &Value) -> Hash {
    match input["hash"].as_str() {
        Some("SHA256") => Hash::Sha256,
        _ => Hash::Sha1,
    }
}

fn url(input: &Value) -> SignedUrl {
    let expires = time(&input["expires"]).unwrap();
    let mut url = SignedUrl::new(text(input, "url"), expires).with_hash(hash(input));
    if let Some(resource) = input["resource"].as_str() {
        url = url.with_resource(resource);
    }
    if let Some(starts) = time(&input["starts"]) {
        url = url.with_start(starts);
    }
    if let Some(address) = input["ip"].as_str() {
        url = url.with_address(address);
    }
    if input["custom"] == true {
        url = url.with_custom_policy();
    }
    url
}

fn cookies(input: &Value) -> SignedCookies {
    let resource = input["resource"].as_str().or(input["url"].as_str());
    let expires = time(&input["expires"]).unwrap();
    let mut cookies = SignedCookies::new(resource.unwrap(), expires).with_hash(hash(input));
    if let Some(domain) = input["domain"].as_str() {
        cookies = cookies.with_domain(domain);
    }
    if let Some(path) = input["path"].as_str() {
        cookies = cookies.with_path(path);
    }
    cookies
}

fn check_error(case: &mut Case<'_>, error: &UrlError) {
    let name = match error {
        UrlError::InvalidResourceScheme => "resource_scheme",
        UrlError::InvalidCharacter { .. } => "url_character",
        UrlError::Fragment => "url_fragment",
        UrlError::ReservedParameter { .. } => "url_reserved_parameter",
        UrlError::InvalidAddress { .. } => "ip_address",
        UrlError::InvalidDates { .. } => "date_order",
        _ => "another",
    };
    case.check("error", case.expected["error"].as_str(), Some(name));
}
