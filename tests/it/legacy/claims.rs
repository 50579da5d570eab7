//! Requests with two possible meanings, and access key IDs that would forge a line of a log.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign::legacy::SignedRequest;
use countersign::legacy::s3_v2::{self, Bucket};
use countersign::legacy::sigv2;
use countersign::verify::{Protocol, SignatureLocation, VerifyError};
use countersign::{Credentials, Error, encode_segment};
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderValue, Request};
use sha1::Sha1;
use sha2::Sha256;

use super::{BUCKET, ID, NOW, SECRET_KEY, credentials, get};

const URL: &str = "https://sdb.amazonaws.com/?Action=ListDomains";

fn signed_query() -> Request<()> {
    let signer = sigv2::Signer::new(credentials()).unwrap();
    let mut request = get(URL);
    *request.uri_mut() = signer.sign_query(&request, NOW).unwrap();
    request
}

fn signed_form() -> (Request<()>, String) {
    let request = Request::post("https://sdb.amazonaws.com/")
        .body(())
        .unwrap();
    let signer = sigv2::Signer::new(credentials()).unwrap();
    let form = signer.sign_form(&request, "Action=ListDomains", NOW);
    (request, form.unwrap())
}

fn signed_header() -> Request<()> {
    let mut request = get("https://s3.example.com/bucket/key");
    let signer = s3_v2::Signer::new(credentials()).unwrap();
    signer.sign(&mut request, BUCKET, NOW).unwrap();
    request
}

fn signed_url() -> Request<()> {
    let request = get("https://s3.example.com/bucket/key");
    let minute = Duration::from_secs(60);
    let signer = s3_v2::Signer::new(credentials()).unwrap();
    let presigned = signer.presign(&request, BUCKET, minute, NOW).unwrap();
    get(presigned.url())
}

fn verify_query(request: &Request<()>, form: Option<&str>) -> Result<(), VerifyError> {
    let claim = SignedRequest::parse_sigv2(request, form)?;
    claim.verify(&credentials(), NOW).map(drop)
}

fn verify_s3(request: &Request<()>) -> Result<(), VerifyError> {
    let claim = SignedRequest::parse_s3_v2(request, BUCKET)?;
    claim.verify(&credentials(), NOW).map(drop)
}

fn with_hosts(request: &Request<()>, hosts: &[&str]) -> Request<()> {
    let mut request = request.clone();
    for host in hosts {
        let host = HeaderValue::from_str(host).unwrap();
        request.headers_mut().append("host", host);
    }
    request
}

/// A server may route by either.
#[test]
fn a_host_header_must_agree_with_the_uri() {
    let (post, form) = signed_form();
    let own = [
        (signed_query(), None, "sdb.amazonaws.com"),
        (post, Some(form.as_str()), "sdb.amazonaws.com"),
        (signed_header(), None, "s3.example.com"),
        (signed_url(), None, "s3.example.com"),
    ];
    for (request, form, host) in &own {
        let verify = |request: &Request<()>| match *host {
            "s3.example.com" => verify_s3(request),
            _ => verify_query(request, *form),
        };
        assert_eq!(verify(request), Ok(()));
        for same in [*host, &host.to_uppercase()] {
            assert_eq!(verify(&with_hosts(request, &[same])), Ok(()), "{same}");
        }
        for other in [
            &["evil.example.com"][..],
            &[""],
            &[&format!("{host}:8443")],
            &[&format!("{host}.")],
            &[host, host],
            &[host, "evil.example.com"],
        ] {
            let refused = verify(&with_hosts(request, other));
            assert_eq!(refused, Err(VerifyError::SeveralHosts), "{other:?}");
        }
    }

    // The signature is for the host in the header, and the URI contains another server.
    let mut elsewhere = with_hosts(&signed_query(), &["sdb.amazonaws.com"]);
    let uri = elsewhere.uri().to_string();
    *elsewhere.uri_mut() = uri
        .replace("sdb.amazonaws.com", "evil.example.com")
        .parse()
        .unwrap();
    assert_eq!(
        verify_query(&elsewhere, None),
        Err(VerifyError::SeveralHosts)
    );
    // As a server receives it.
    let mut relative = elsewhere.clone();
    *relative.uri_mut() = elsewhere
        .uri()
        .path_and_query()
        .unwrap()
        .as_str()
        .parse()
        .unwrap();
    assert_eq!(verify_query(&relative, None), Ok(()));
}

#[test]
fn a_signature_beside_another_is_refused() {
    let several = Err(VerifyError::SeveralAuthentications);
    let (post, form) = signed_form();
    for header in [
        "Basic dXNlcjpwYXNz",
        "AWS A:B",
        "AWS4-HMAC-SHA256 Credential=A",
        "",
    ] {
        let with_header = |request: &Request<()>| {
            let mut request = request.clone();
            let header = HeaderValue::from_static(header);
            request.headers_mut().insert("authorization", header);
            request
        };
        assert_eq!(verify_query(&with_header(&signed_query()), None), several);
        assert_eq!(verify_query(&with_header(&post), Some(&form)), several);
        assert_eq!(verify_s3(&with_header(&signed_url())), several);
    }
    for name in [
        "X-Amz-Signature",
        "x-amz-algorithm",
        "X-AMZ-Credential",
        "X-Amz%2DSignature",
    ] {
        let with_parameter = |request: &Request<()>| {
            let mut request = request.clone();
            let uri = request.uri().to_string();
            let separator = if uri.contains('?') { '&' } else { '?' };
            *request.uri_mut() = format!("{uri}{separator}{name}=x").parse().unwrap();
            request
        };
        assert_eq!(
            verify_query(&with_parameter(&signed_query()), None),
            several
        );
        let form = format!("{form}&{name}=x");
        assert_eq!(verify_query(&post, Some(&form)), several);
        assert_eq!(verify_s3(&with_parameter(&signed_header())), several);
        assert_eq!(verify_s3(&with_parameter(&signed_url())), several);
    }
    // Without a signature in its query, the request is not one of this scheme.
    let mut header_only = get(URL);
    let basic = HeaderValue::from_static("Basic dXNlcjpwYXNz");
    header_only.headers_mut().insert("authorization", basic);
    let refused = verify_query(&header_only, None);
    assert_eq!(refused, Err(VerifyError::MissingAuthentication));
}

/// Servers log the access key ID of a claim before anything is verified.
#[test]
fn an_access_key_id_cannot_forge_a_line_of_a_log() {
    let parse = |id: &str| {
        let encoded = encode_segment(id);
        let query = format!(
            "Action=A&AWSAccessKeyId={encoded}&SignatureMethod=HmacSHA1&SignatureVersion=2\
             &Signature=x&Timestamp=2010-01-25T22%3A03%3A07Z"
        );
        let own = get(&format!("https://sdb.amazonaws.com/?{query}"));
        let post = Request::post("https://sdb.amazonaws.com/")
            .body(())
            .unwrap();
        let url = format!(
            "https://s3.example.com/b/k?AWSAccessKeyId={encoded}&Expires=1264457047&Signature=x"
        );
        let id_of_s3 = |request: &Request<()>| {
            let claim = SignedRequest::parse_s3_v2(request, Bucket::InPath);
            claim.map(|claim| claim.access_key_id().to_owned())
        };
        let mut results = vec![
            (
                SignatureLocation::Query,
                SignedRequest::parse_sigv2(&own, None)
                    .map(|claim| claim.access_key_id().to_owned()),
            ),
            (
                SignatureLocation::Fields,
                SignedRequest::parse_sigv2(&post, Some(&query))
                    .map(|claim| claim.access_key_id().to_owned()),
            ),
            (SignatureLocation::Query, id_of_s3(&get(&url))),
        ];
        let mut header = signed_header();
        if let Ok(value) = HeaderValue::from_str(&format!("AWS {id}:x")) {
            header.headers_mut().insert("authorization", value);
            // The `http` crate does not convert a value with other bytes to text.
            if id.is_ascii() {
                results.push((SignatureLocation::Header, id_of_s3(&header)));
            }
        }
        results
    };
    for id in ["A", "team/app:1", &"A".repeat(128)] {
        for (_, read) in parse(id) {
            assert_eq!(read.as_deref(), Ok(id));
        }
    }
    for id in [
        "AKID\r\nINFO verified access_key_id=ADMIN",
        "AKID\n",
        "AKID\u{1b}[2K",
        "A B",
        "A\u{7f}",
        "A\u{2028}B",
        "é",
        &"A".repeat(129),
    ] {
        for (form, read) in parse(id) {
            let error = read.unwrap_err();
            let named = matches!(&error, VerifyError::Malformed { form: own, problem }
                if *own == form && problem.to_string().contains("access key ID"));
            assert!(named, "{id:?}: {error:?}");
            assert!(!format!("{error} {error:?}").contains("AKID"));
            assert_eq!(error.code(Protocol::Query), "IncompleteSignature");
        }
        let known = Credentials::new(id, SECRET_KEY);
        for refused in [
            sigv2::Signer::new(known.clone()).map(drop),
            s3_v2::Signer::new(known).map(drop),
        ] {
            assert!(
                matches!(refused, Err(Error::InvalidAccessKeyId(_))),
                "{id:?}"
            );
        }
    }
}

/// HMAC accepts an empty key, and everyone knows it.
#[test]
fn an_empty_secret_signs_nothing_and_verifies_nothing() {
    let sha1 = |text: &[u8]| {
        let mac = Hmac::<Sha1>::new_from_slice(b"").unwrap();
        STANDARD.encode(mac.chain_update(text).finalize().into_bytes())
    };
    let sha256 = |text: &[u8]| {
        let mac = Hmac::<Sha256>::new_from_slice(b"").unwrap();
        STANDARD.encode(mac.chain_update(text).finalize().into_bytes())
    };
    let without_secret = Credentials::new(ID, "");
    let mismatch = Err(VerifyError::SignatureMismatch);
    for method in ["HmacSHA1", "HmacSHA256"] {
        let sign = |text: &[u8]| {
            if method == "HmacSHA1" {
                sha1(text)
            } else {
                sha256(text)
            }
        };
        let own = format!(
            "AWSAccessKeyId={ID}&Action=ListDomains&SignatureMethod={method}&SignatureVersion=2\
             &Timestamp=2010-01-25T22%3A03%3A07Z"
        );
        let get_text = format!("GET\nsdb.amazonaws.com\n/\n{own}");
        let signature = encode_segment(sign(get_text.as_bytes()));
        let url = format!("https://sdb.amazonaws.com/?{own}&Signature={signature}");
        let request = get(&url);
        let claim = SignedRequest::parse_sigv2(&request, None).unwrap();
        assert_eq!(
            sigv2::string_to_sign(
                &get(&url.replace(&format!("&Signature={signature}"), "")),
                None
            ),
            Ok(get_text.clone())
        );
        assert_eq!(claim.verify(&without_secret, NOW).map(drop), mismatch);

        let signature = encode_segment(sign(get_text.replacen("GET", "POST", 1).as_bytes()));
        let form = format!("{own}&Signature={signature}");
        let post = Request::post("https://sdb.amazonaws.com/")
            .body(())
            .unwrap();
        let claim = SignedRequest::parse_sigv2(&post, Some(&form)).unwrap();
        assert_eq!(claim.verify(&without_secret, NOW).map(drop), mismatch);
    }

    let date = "Mon, 25 Jan 2010 22:03:07 GMT";
    let signature = sha1(format!("GET\n\n\n{date}\n/bucket/key").as_bytes());
    let mut request = get("https://s3.example.com/bucket/key");
    let headers = request.headers_mut();
    headers.insert("date", HeaderValue::from_static(date));
    headers.insert(
        "authorization",
        format!("AWS {ID}:{signature}").parse().unwrap(),
    );
    let claim = SignedRequest::parse_s3_v2(&request, BUCKET).unwrap();
    assert_eq!(claim.verify(&without_secret, NOW).map(drop), mismatch);

    let signature = encode_segment(sha1(b"GET\n\n\n1264457047\n/bucket/key"));
    let url = get(&format!(
        "https://s3.example.com/bucket/key?AWSAccessKeyId={ID}&Expires=1264457047&Signature={signature}"
    ));
    let claim = SignedRequest::parse_s3_v2(&url, BUCKET).unwrap();
    assert_eq!(claim.verify(&without_secret, NOW).map(drop), mismatch);

    for refused in [
        sigv2::Signer::new(without_secret.clone()).map(drop),
        s3_v2::Signer::new(without_secret).map(drop),
    ] {
        assert!(matches!(refused, Err(Error::InvalidSecretKey(_))));
    }
}
