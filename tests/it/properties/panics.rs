//! No input panics.

use std::time::Duration;

use countersign::{
    Credentials, PayloadHash, RawRequest, Rules, Service, SessionTokenPlacement, Signer,
    encode_key, encode_segment,
    sigv4::{
        AmzDate, Authorization, CanonicalHeaders, CanonicalPath, CanonicalQuery, CanonicalRequest,
        CredentialScope, QueryAuthorization, session_token_parameter,
    },
};
use http::{HeaderMap, HeaderValue, Request, Uri};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::properties::inputs::*;

/// Any text, and text that resembles valid input.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[ -~]{0,30}",
        any_path(),
        any_query(),
        "(AWS4-(HMAC|ECDSA-P256)-SHA256 ?)?((Credential|SignedHeaders|Signature)=[0-9a-z/;]{0,70},? ?){0,4}",
        "[0-9]{8}/[a-z/]{0,20}/aws4_request",
        "((X-Amz-(Algorithm|Credential|Date|SignedHeaders|Signature|Expires)=[0-9A-Za-z%/-]{0,20})&?){0,8}",
        "[0-9TZ]{14,18}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn no_text_panics(text in any_text(), other in any_text(), bytes in vec(any::<u8>(), 0..64)) {
        let _ = Authorization::parse(&text).map(|read| read.to_header());
        let _ = QueryAuthorization::parse(&text);
        let _ = text.parse::<CredentialScope>().map(|read| (read.service().to_owned(), read.region().map(str::to_owned)));
        let _ = &text.parse::<AmzDate>().ok().map(|date| date.timestamp());
        let _ = session_token_parameter(&(&*text).into());
        let _ = countersign::sigv4::attach_session_token(&mut HeaderMap::new(), &(&*text).into());
        let _ = CanonicalPath::new(&text, &Rules::GENERIC).map(|path| path.to_string());
        let _ = CanonicalPath::new(&text, &Rules::S3).map(|path| path.to_string());
        let _ = CanonicalQuery::new(&text).map(|query| query.to_string());
        let _ = CanonicalHeaders::new([(&*text, &*bytes), (&*other, &*bytes)])
            .map(|headers| (headers.to_string(), headers.signed_headers()));
        let _ = (encode_key(&text), encode_segment(&bytes), Rules::of(&text), Service::from(text));
    }

    #[test]
    fn no_request_in_slices_panics(
        method in any_text(),
        path in any_text(),
        query in any_text(),
        names in vec(any_text(), 0..4),
        value in vec(any::<u8>(), 0..16),
        service in select(&SERVICES[..]),
        payload in any_payload(),
        seconds in any::<u64>(),
        now in any_time(),
    ) {
        let signer = Signer::new(Credentials::new("AKID", "secret").with_session_token("t"), "r", service).unwrap();
        let mut headers = vec![("host", &b"h"[..])];
        headers.extend(names.iter().map(|name| (&**name, &*value)));
        let lifetime = Duration::from_secs(seconds);
        // All parts are arbitrary, or only one of them.
        for (method, path, query, headers) in [
            (&*method, &*path, &*query, &*headers),
            (&method, "/", "", &headers[..1]),
            ("GET", &path, "", &headers[..1]),
            ("GET", "/", &query, &headers[..1]),
            ("GET", "/", "", &headers),
        ] {
            let request = RawRequest { method, path, query, headers };
            let _ = signer.sign_raw(&request, payload, now).map(|added| added.iter().count());
            let _ = signer
                .presign_raw_with_payload(&request, payload, lifetime, now)
                .map(|presigned| (presigned.path_and_query().parse::<Uri>(), presigned.expires_at()));
        }
    }

    #[test]
    fn no_http_request_panics(
        uri in prop_oneof![any_text(), any_text().prop_map(|text| format!("https://{text}")), any_path(), any_query().prop_map(|query| format!("/?{query}"))],
        method in "[A-Za-z*!-]{1,8}",
        headers in any_headers(),
        hosts in vec(any_value(), 0..3),
        service in select(&SERVICES[..]),
        payload in any_payload(),
        seconds in any::<u64>(),
        now in any_time(),
    ) {
        let Ok(uri) = uri.parse::<Uri>() else { return Ok(()) };
        let mut request = Request::builder().method(&*method).uri(uri).body(()).unwrap();
        *request.headers_mut() = header_map(&headers);
        for host in &hosts {
            request.headers_mut().append("host", HeaderValue::from_bytes(host).unwrap());
        }
        let before = request.clone();
        let signer = Signer::new(Credentials::new("AKID", "secret").with_session_token("t"), "r", service).unwrap();
        let _ = signer.presign_with_payload(&request, payload, Duration::from_secs(seconds), now).map(|url| url.uri().unwrap());
        let _ = CanonicalRequest::new(&request, &Rules::of(service), payload).map(|text| text.to_string());
        // After an error the request is unchanged.
        if signer.sign(&mut request, payload, now).is_err() {
            prop_assert_eq!(request.headers(), before.headers());
        } else {
            prop_assert!(request.headers().contains_key("authorization"));
        }
        prop_assert_eq!(request.uri(), before.uri());
    }

    #[test]
    fn no_name_key_or_time_panics(
        id in any_text(),
        secret in any_text(),
        token in proptest::option::of(any_text()),
        region in any_text(),
        service in any_text(),
        expiration in proptest::option::of(any_time()),
        seconds in prop_oneof![any::<u64>(), 0..=604_801_u64],
        after_signing in any::<bool>(),
        now in any_time(),
    ) {
        let mut credentials = Credentials::new(id, secret);
        if let Some(token) = token {
            credentials = credentials.with_session_token(token);
        }
        if let Some(expiration) = expiration {
            credentials = credentials.with_expiration(expiration);
        }
        let mut rules = Rules::of(&service);
        if after_signing {
            rules.session_token = SessionTokenPlacement::AfterSigning;
        }
        let _ = CredentialScope::new(now, &region, &service);
        let _ = AmzDate::new(now);
        let names = [(&*region, &*service, false), ("r", "s", true)];
        for (region, service, good_names) in names {
            let service = Service::new(service.to_owned(), rules.clone());
            let good = Credentials::new("AKID", "secret");
            for (credentials, good_credentials) in [(credentials.clone(), false), (good, true)] {
                let known_good = good_names && good_credentials;
                let signer = match Signer::new(credentials, region, service.clone()) {
                    Ok(signer) => signer,
                    Err(error) => {
                        let _ = (error.to_string(), format!("{error:?}"));
                        prop_assert!(!known_good, "{error}");
                        continue;
                    }
                };
                let mut request = Request::get("https://h/").body(()).unwrap();
                let lifetime = Duration::from_secs(seconds);
                let presigned = signer.presign(&request, lifetime, now);
                let signed = signer.sign(&mut request, PayloadHash::Unsigned, now);
                let errors = [signed.err(), presigned.err()];
                for error in errors.into_iter().flatten() {
                    let _ = (error.to_string(), format!("{error:?}{signer:?}"));
                }
            }
        }
    }
}
