//! Signature Version 2 and S3's old scheme, where the vectors do not cover them. The signatures
//! were made with a few lines of HMAC in Python.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may"
)]

mod claims;
#[cfg(feature = "post-policy")]
mod post;
mod strings_to_sign;

use std::time::Duration;

use countersign::legacy::s3_v2::{self, Bucket};
use countersign::legacy::sigv2::{self, SignatureMethod};
use countersign::legacy::{LegacyError, SignedRequest};
use countersign::sigv4::TargetProblem;
use countersign::verify::{Protocol, SignatureLocation, VerifyError};
use countersign::{Credentials, Error};
use http::{HeaderValue, Request};
use time::OffsetDateTime;
use time::macros::datetime;

const ID: &str = "ASIAIOSFODNN7EXAMPLE";
const SECRET_KEY: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const TOKEN: &str = "AQoDYXdzEPT//////////wEXAMPLE+token==";
const NOW: OffsetDateTime = datetime!(2010-01-25 22:03:07 UTC);

fn credentials() -> Credentials {
    Credentials::new(ID, SECRET_KEY).with_session_token(TOKEN)
}

fn get(url: &str) -> Request<()> {
    Request::get(url).body(()).unwrap()
}

/// The request of the SimpleDB Developer Guide, "Using temporary security credentials". The guide
/// leaves the key and the token blank.
#[test]
fn the_signed_example_of_simpledb_is_reproduced() {
    let own = "Action=GetAttributes&DomainName=MyDomain&ItemName=MyItem\
        &Timestamp=2010-01-25T15%3A03%3A07-07%3A00&Version=2009-04-15";
    for (method, signature) in [
        (
            SignatureMethod::HmacSha256,
            "BHNs6vqtoujn4kbmmtKh4YO/7qdoyZ6PYY2n9PLiKHs=",
        ),
        (SignatureMethod::HmacSha1, "gxMXLJjXrAh8nqyZXuJUhtG1Jog="),
    ] {
        let signer = sigv2::Signer::new(credentials())
            .unwrap()
            .with_signature_method(method);
        let mut request = get(&format!("https://sdb.amazonaws.com/?{own}"));
        *request.uri_mut() = signer.sign_query(&request, NOW).unwrap();
        let name = method.as_str();
        let token = countersign::encode_segment(TOKEN);
        let signed = request.uri().to_string();
        let expected = format!(
            "https://sdb.amazonaws.com/?{own}&AWSAccessKeyId={ID}&SignatureMethod={name}\
             &SignatureVersion=2&SecurityToken={token}&Signature="
        );
        assert_eq!(signed[..expected.len()], expected);
        assert_eq!(
            signed[expected.len()..],
            countersign::encode_segment(signature)
        );

        let claim = SignedRequest::parse_sigv2(&request, None).unwrap();
        assert_eq!(claim.access_key_id(), ID);
        assert_eq!(claim.session_token().unwrap().expose(), TOKEN);
        let verified = claim.verify(&credentials(), NOW).unwrap();
        assert_eq!(verified.access_key_id(), ID);
        // The offset is respected: at 15:03:07 in UTC the request is signed in the future.
        let early = claim.verify(&credentials(), datetime!(2010-01-25 15:03:07 UTC));
        assert!(matches!(early, Err(VerifyError::NotYetCurrent { .. })));
    }
}

#[test]
fn every_changed_parameter_is_refused() {
    let signer = sigv2::Signer::new(credentials()).unwrap();
    let request = get("https://sdb.amazonaws.com/?Action=GetAttributes&ItemName=a%20b");
    let uri = signer.sign_query(&request, NOW).unwrap().to_string();
    let verify = |request: &Request<()>| {
        let claim = SignedRequest::parse_sigv2(request, None)?;
        claim.verify(&credentials(), NOW).map(drop)
    };
    assert_eq!(verify(&get(&uri)), Ok(()));
    // The order of parameters and the spelling of escapes have no meaning.
    assert_eq!(verify(&get(&uri.replace("a%20b", "%61%20b"))), Ok(()));
    for (from, to) in [
        ("GetAttributes", "DeleteAttributes"),
        ("a%20b", "a+b"),
        ("a%20b", "a%20b&Extra=1"),
        ("sdb.", "sdc."),
        ("com/?", "com/x?"),
        ("2010-01", "2010-02"),
        (ID, "ASIAIOSFODNN7EXAMPLF"),
        ("SecurityToken=AQ", "SecurityToken=BQ"),
        ("SignatureVersion=2", "SignatureVersion=1"),
        ("HmacSHA256", "HmacSHA1"),
        ("HmacSHA256", "None"),
        ("&Signature=", "&Signature=A"),
        ("&Signature=", "&signature="),
        ("&Signature=", "&Signature=&Signature="),
        ("&Timestamp=", "&timestamp="),
        ("&Timestamp=", "&Expires=2099-01-01T00:00:00Z&Timestamp="),
        ("Action=", "AWSAccessKeyId=A&Action="),
        ("Action=", "Action=x&Action="),
        ("ItemName=a", "ItemName=%zz"),
    ] {
        let changed = uri.replace(from, to);
        assert_ne!(changed, uri);
        assert!(verify(&get(&changed)).is_err(), "{from} → {to}");
    }
    let mut post = get(&uri);
    *post.method_mut() = http::Method::POST;
    assert_eq!(verify(&post), Err(VerifyError::SignatureMismatch));
    let unsigned = get("https://sdb.amazonaws.com/?Action=GetAttributes");
    assert_eq!(verify(&unsigned), Err(VerifyError::MissingAuthentication));
}

#[test]
fn a_query_is_valid_within_its_time_window_only() {
    let signer = sigv2::Signer::new(credentials()).unwrap();
    let verify = |query: &str, now| {
        let mut request = get(&format!("https://sdb.amazonaws.com/?{query}"));
        *request.uri_mut() = signer.sign_query(&request, NOW).unwrap();
        let claim = SignedRequest::parse_sigv2(&request, None).unwrap();
        claim.verify(&credentials(), now).map(drop)
    };
    let (minutes, second) = (time::Duration::minutes(15), time::Duration::SECOND);
    assert_eq!(verify("A=1", NOW + minutes), Ok(()));
    assert_eq!(verify("A=1", NOW - minutes), Ok(()));
    let late = verify("A=1", NOW + minutes + second);
    assert!(matches!(late, Err(VerifyError::Expired { .. })));
    let early = verify("A=1", NOW - minutes - second);
    assert!(matches!(early, Err(VerifyError::NotYetCurrent { .. })));

    let expires = "Expires=2010-01-26T00%3A00%3A00Z";
    let end = datetime!(2010-01-26 0:00 UTC);
    assert_eq!(verify(expires, end), Ok(()));
    assert_eq!(verify(expires, NOW - time::Duration::DAY), Ok(()));
    let late = verify(expires, end + second);
    assert!(matches!(late, Err(VerifyError::Expired { .. })));
}

#[test]
fn other_credentials_are_refused() {
    let mut request = get("https://sdb.amazonaws.com/?Action=ListDomains");
    *request.uri_mut() = sigv2::Signer::new(credentials())
        .unwrap()
        .sign_query(&request, NOW)
        .unwrap();
    let claim = SignedRequest::parse_sigv2(&request, None).unwrap();
    let verify = |credentials| claim.verify(&credentials, NOW).map(drop);
    let secret = |secret: &str| Credentials::new(ID, secret).with_session_token(TOKEN);
    assert_eq!(verify(secret(SECRET_KEY)), Ok(()));
    assert_eq!(verify(secret("other")), Err(VerifyError::SignatureMismatch));
    let no_token = Credentials::new(ID, SECRET_KEY);
    assert_eq!(
        verify(no_token.clone()),
        Err(VerifyError::InvalidSessionToken)
    );
    let other_token = no_token.with_session_token("other");
    assert_eq!(verify(other_token), Err(VerifyError::InvalidSessionToken));
    let other_id = Credentials::new("AKID", SECRET_KEY).with_session_token(TOKEN);
    assert_eq!(verify(other_id), Err(VerifyError::UnknownAccessKeyId));
    let ended = secret(SECRET_KEY).with_expiration(NOW);
    assert!(matches!(
        verify(ended),
        Err(VerifyError::CredentialsExpired { .. })
    ));

    // An empty secret key is refused.
    let without_secret = Credentials::new(ID, "").with_session_token(TOKEN);
    assert_eq!(verify(without_secret), Err(VerifyError::SignatureMismatch));
}

#[test]
fn a_request_that_cannot_be_signed_is_refused() {
    let signer = sigv2::Signer::new(credentials()).unwrap();
    let sign = |url: &str| signer.sign_query(&get(url), NOW);
    let signed = sign("https://sdb.amazonaws.com/?A=1").unwrap();
    let again = sign(&signed.to_string());
    assert!(matches!(again, Err(Error::AlreadySigned { .. })));
    let named = sign("https://sdb.amazonaws.com/?signature=1");
    assert!(matches!(named, Err(Error::AlreadySigned { .. })));
    let refused = sign("https://sdb.amazonaws.com/?A=%2");
    assert!(matches!(refused, Err(Error::InvalidQuery { .. })));
    for (query, expected) in [
        (
            "A=1&A=2",
            LegacyError::DuplicateParameter {
                name: "A".to_owned(),
            },
        ),
        (
            "Timestamp=today",
            LegacyError::InvalidTime {
                parameter: "Timestamp",
            },
        ),
        (
            "Expires=1175139622",
            LegacyError::InvalidTime {
                parameter: "Expires",
            },
        ),
    ] {
        let refused = sign(&format!("https://sdb.amazonaws.com/?{query}")).unwrap_err();
        assert_eq!(refused, Error::Legacy(expected), "{query}");
        assert!(!refused.to_string().contains("at byte"), "{refused}");
    }
    assert_eq!(sign("/?A=1"), Err(Error::MissingHost));

    // In a form request the query would not be signed.
    let post = Request::post("https://sdb.amazonaws.com/?A=1")
        .body(())
        .unwrap();
    let refused = signer.sign_form(&post, "B=1", NOW);
    assert_eq!(refused, Err(Error::Legacy(LegacyError::QueryBesideForm)));
    let form = signer
        .sign_form(&get("https://sdb.amazonaws.com/"), "B=1", NOW)
        .unwrap();
    let refused = SignedRequest::parse_sigv2(&post, Some(&form)).map(drop);
    assert!(matches!(refused, Err(VerifyError::InvalidTarget { .. })));
}

/// The host is that of the single `host` header, or else of the URI.
#[test]
fn a_query_is_signed_for_its_host_header_or_else_its_uri() {
    let signer = sigv2::Signer::new(credentials()).unwrap();
    let text = |hosts: &[&str]| {
        let mut request = get("/?A=1");
        for host in hosts {
            let host = HeaderValue::from_str(host).unwrap();
            request.headers_mut().append("host", host);
        }
        sigv2::string_to_sign(&request, None)
    };
    let of_header = text(&[" sdb.amazonaws.com "]).unwrap();
    assert_eq!(of_header, "GET\nsdb.amazonaws.com\n/\nA=1");
    assert_eq!(text(&[" "]), Err(Error::MissingHost));
    assert_eq!(text(&["a.com", "a.com"]), Err(Error::DuplicateHost));

    // A server has the host in the header only.
    let signed = signer.sign_query(&get("https://sdb.amazonaws.com/?A=1"), NOW);
    let signed = signed.unwrap().path_and_query().unwrap().to_string();
    let claim = SignedRequest::parse_sigv2(&get(&signed), None).map(drop);
    assert_eq!(claim, Err(VerifyError::MissingHost));
}

#[test]
fn expired_credentials_and_too_long_urls_are_errors() {
    let expiration = NOW;
    let ended = sigv2::Signer::new(credentials().with_expiration(expiration)).unwrap();
    let request = get("https://sdb.amazonaws.com/?A=1");
    let now = NOW;
    let expected = Error::CredentialsExpired {
        expiration: expiration.into(),
        now: now.into(),
    };
    assert_eq!(ended.sign_query(&request, NOW), Err(expected));

    // `http` accepts URIs of up to 65,534 bytes.
    let long = format!("https://sdb.amazonaws.com/?A={}", "x".repeat(65_400));
    let refused = sigv2::Signer::new(credentials())
        .unwrap()
        .sign_query(&get(&long), NOW);
    assert!(matches!(refused, Err(Error::UrlTooLong { .. })));
}

#[test]
fn a_malformed_timestamp_or_expiration_is_refused() {
    for name in ["Timestamp", "Expires"] {
        let query = format!(
            "AWSAccessKeyId=A&SignatureVersion=2&SignatureMethod=HmacSHA1&Signature=x&{name}=today"
        );
        let request = get(&format!("https://sdb.amazonaws.com/?{query}"));
        let claim = SignedRequest::parse_sigv2(&request, None).map(drop);
        let form = SignatureLocation::Query;
        assert_eq!(claim, Err(VerifyError::InvalidDate { form }), "{name}");
    }
}

#[test]
fn a_space_in_a_form_is_encoded_as_a_plus() {
    let request = Request::post("https://sdb.amazonaws.com").body(()).unwrap();
    let signer = sigv2::Signer::new(credentials()).unwrap();
    let plus = signer.sign_form(&request, "Select=a+b&C=%2B", NOW).unwrap();
    let escape = signer
        .sign_form(&request, "Select=a%20b&C=%2B", NOW)
        .unwrap();
    let signature = |form: &str| form.rsplit('=').next().unwrap().to_owned();
    assert_eq!(signature(&plus), signature(&escape));
    let text = sigv2::string_to_sign(&request, Some(&plus)).unwrap();
    assert!(text.starts_with("POST\nsdb.amazonaws.com\n/\n"));
    assert!(text.contains("&C=%2B&") && text.contains("&Select=a%20b&"));
}

const BUCKET: Bucket<'_> = Bucket::InPath;

fn put() -> Request<()> {
    Request::put("https://s3.example.com/bucket/key?acl&prefix=x")
        .header("content-type", "text/plain")
        .header("content-md5", "4gJE4saaMU4BqNR0kLY+lw==")
        .header("x-amz-acl", "private")
        .body(())
        .unwrap()
}

fn verify_s3(request: &Request<()>) -> Result<(), VerifyError> {
    let claim = SignedRequest::parse_s3_v2(request, BUCKET)?;
    claim.verify(&credentials(), NOW).map(drop)
}

#[test]
fn every_changed_header_is_refused() {
    let signer = s3_v2::Signer::new(credentials()).unwrap();
    for dated in [false, true] {
        let mut signed = put();
        if dated {
            signed
                .headers_mut()
                .insert("x-amz-date", HeaderValue::from_static("stale"));
        }
        signer.sign(&mut signed, BUCKET, NOW).unwrap();
        assert_eq!(signed.headers().contains_key("date"), !dated);
        assert_eq!(signed.headers()["x-amz-security-token"], TOKEN);
        assert!(signed.headers()["authorization"].is_sensitive());
        assert_eq!(verify_s3(&signed), Ok(()));

        let date = if dated { "x-amz-date" } else { "date" };
        for name in [
            "content-type",
            "content-md5",
            "x-amz-acl",
            "x-amz-security-token",
            date,
        ] {
            let mut changed = signed.clone();
            changed.headers_mut().remove(name);
            assert!(verify_s3(&changed).is_err(), "without {name}");
            changed
                .headers_mut()
                .insert(name, HeaderValue::from_static("other"));
            assert!(verify_s3(&changed).is_err(), "another {name}");
            let mut changed = signed.clone();
            let value = changed.headers()[name].clone();
            changed.headers_mut().append(name, value);
            assert!(verify_s3(&changed).is_err(), "two {name}");
        }
        let mut changed = signed.clone();
        changed
            .headers_mut()
            .insert("x-amz-meta-a", HeaderValue::from_static("1"));
        assert_eq!(verify_s3(&changed), Err(VerifyError::SignatureMismatch));
        for uri in [
            "https://s3.example.com/bucket/other?acl",
            "https://s3.example.com/bucket/key",
            "https://s3.example.com/bucket/key?acl=",
            "https://s3.example.com/bucket/key?acl&versionId=1",
            "https://s3.example.com/bucket/%6bey?acl",
        ] {
            let mut changed = signed.clone();
            *changed.uri_mut() = uri.parse().unwrap();
            assert_eq!(
                verify_s3(&changed),
                Err(VerifyError::SignatureMismatch),
                "{uri}"
            );
        }
        let claim = SignedRequest::parse_s3_v2(&signed, Bucket::InHost("bucket")).unwrap();
        let other_bucket = claim.verify(&credentials(), NOW).map(drop);
        assert_eq!(other_bucket, Err(VerifyError::SignatureMismatch));
        let late = SignedRequest::parse_s3_v2(&signed, BUCKET).unwrap();
        let late = late
            .verify(&credentials(), NOW + time::Duration::minutes(16))
            .map(drop);
        assert!(matches!(late, Err(VerifyError::Expired { .. })));
    }
}

#[test]
fn every_changed_url_is_refused() {
    let presigned = s3_v2::Signer::new(credentials())
        .unwrap()
        .presign(&put(), BUCKET, Duration::from_secs(60), NOW)
        .unwrap();
    assert!(!format!("{presigned:?}").contains("Signature"));
    let request = |url: &str| {
        let mut request = get(url);
        *request.method_mut() = presigned.method().clone();
        *request.headers_mut() = presigned.headers().clone();
        request
    };
    let url = presigned.url();
    assert_eq!(verify_s3(&request(url)), Ok(()));
    assert_eq!(verify_s3(&get(url)), Err(VerifyError::SignatureMismatch));
    let expires = format!("Expires={}", NOW.unix_timestamp() + 60);
    for (from, to) in [
        ("/key", "/kez"),
        ("?acl", "?cors"),
        (&*expires, "Expires=9999999999"),
        (&*expires, "Expires=never"),
        (&*expires, "Expires=-1"),
        (&*expires, ""),
        ("Signature=", "Signature=A"),
        ("Signature=", "Signature=&Signature="),
        ("AWSAccessKeyId=", "AWSAccessKeyId=A"),
        ("x-amz-security-token=A", "x-amz-security-token=B"),
        ("?acl", "?x-amz-acl=public-read&acl"),
        ("?acl", "?X-Amz-Security-Token=&acl"),
    ] {
        let changed = url.replace(from, to);
        assert_ne!(changed, url);
        assert!(verify_s3(&request(&changed)).is_err(), "{from} → {to}");
    }
    let claim = request(url);
    let claim = SignedRequest::parse_s3_v2(&claim, BUCKET).unwrap();
    let at = |seconds| {
        let now = NOW + time::Duration::seconds(seconds);
        claim.verify(&credentials(), now).map(drop)
    };
    assert_eq!(at(60), Ok(()));
    assert!(matches!(at(61), Err(VerifyError::Expired { .. })));

    let mut both = request(url);
    s3_v2::Signer::new(credentials())
        .unwrap()
        .sign(&mut put(), BUCKET, NOW)
        .unwrap();
    both.headers_mut()
        .insert("authorization", HeaderValue::from_static("AWS A:B"));
    assert_eq!(verify_s3(&both), Err(VerifyError::SeveralAuthentications));
}

/// A server looks up the key by these, before anything is verified.
#[test]
fn a_claim_returns_the_access_key_id_and_token_before_it_is_verified() {
    let mut request = put();
    let signer = s3_v2::Signer::new(credentials()).unwrap();
    signer.sign(&mut request, BUCKET, NOW).unwrap();
    let claim = SignedRequest::parse_s3_v2(&request, BUCKET).unwrap();
    assert_eq!(claim.access_key_id(), ID);
    assert_eq!(claim.session_token().unwrap().expose(), TOKEN);
    assert_eq!(claim.form(), SignatureLocation::Header);

    let seconds = Duration::from_secs(60);
    let presigned = signer.presign(&put(), BUCKET, seconds, NOW).unwrap();
    let url = get(presigned.url());
    let claim = SignedRequest::parse_s3_v2(&url, BUCKET).unwrap();
    assert_eq!(claim.access_key_id(), ID);
    assert_eq!(claim.session_token().unwrap().expose(), TOKEN);
    assert_eq!(claim.form(), SignatureLocation::Query);

    // Of two, one might be checked and the other one used.
    let mut two_tokens = url;
    let token = HeaderValue::from_static(TOKEN);
    two_tokens
        .headers_mut()
        .insert("x-amz-security-token", token);
    let name = "x-amz-security-token";
    assert_eq!(verify_s3(&two_tokens), Err(VerifyError::Repeated { name }));
    let again = request.headers()["authorization"].clone();
    request.headers_mut().append("authorization", again);
    let several = VerifyError::SeveralAuthentications;
    assert_eq!(verify_s3(&request), Err(several));

    let unreadable = get("https://s3.example.com/bucket/key?acl=%zz");
    let refused = verify_s3(&unreadable);
    assert!(matches!(refused, Err(VerifyError::InvalidTarget { .. })));
}

#[test]
fn a_malformed_authorization_is_refused() {
    for header in [
        "",
        "AWS",
        "AWS A",
        "AWS :B",
        "AWS4-HMAC-SHA256 A:B",
        "aws A:B",
        "Basic A:B",
    ] {
        let mut request = put();
        request
            .headers_mut()
            .insert("authorization", HeaderValue::from_static(header));
        request
            .headers_mut()
            .insert("date", HeaderValue::from_static("today"));
        let error = verify_s3(&request).unwrap_err();
        // S3 responds: "AWS authorization header is invalid.  Expected AwsAccessKeyId:signature".
        let answer = (
            error.code(Protocol::S3),
            error.status(Protocol::S3).as_u16(),
        );
        assert_eq!(answer, ("InvalidArgument", 400), "{header}: {error}");
    }
    assert_eq!(verify_s3(&put()), Err(VerifyError::MissingAuthentication));
}

#[test]
fn an_error_leaves_the_request_as_it_was() {
    let expired = s3_v2::Signer::new(credentials().with_expiration(NOW)).unwrap();
    let mut request = put();
    let error = expired.sign(&mut request, BUCKET, NOW).unwrap_err();
    assert!(matches!(error, Error::CredentialsExpired { .. }));
    let signer = s3_v2::Signer::new(credentials()).unwrap();
    let error = signer
        .sign(&mut request, BUCKET, datetime!(-0001-01-01 0:00 UTC))
        .unwrap_err();
    assert!(matches!(error, Error::TimeOutOfRange { .. }));
    assert_eq!(request.headers(), put().headers());

    let presign = |url: &str, seconds| {
        let lifetime = Duration::from_secs(seconds);
        signer.presign(&get(url), BUCKET, lifetime, NOW).map(drop)
    };
    assert_eq!(presign("/bucket/key", 1), Err(Error::RelativeUri));
    let refused = presign("https://s3.example.com/bucket/key", 0);
    assert!(matches!(
        refused,
        Err(Error::ExpiresInOutOfRange { seconds: 0, .. })
    ));
    assert!(presign("https://s3.example.com/bucket/key", u64::MAX).is_err());
    let refused = presign("https://s3.example.com/bucket/key?Expires=1", 1);
    assert!(matches!(refused, Err(Error::AlreadySigned { .. })));
    let outlives = s3_v2::Signer::new(credentials().with_expiration(NOW + time::Duration::SECOND))
        .unwrap()
        .presign(&put(), BUCKET, Duration::from_secs(2), NOW);
    assert!(matches!(outlives, Err(Error::OutlivesCredentials { .. })));
}

#[test]
fn debug_contains_no_secret() {
    let mut request = put();
    let signer = s3_v2::Signer::new(credentials()).unwrap();
    signer.sign(&mut request, BUCKET, NOW).unwrap();
    let claim = SignedRequest::parse_s3_v2(&request, BUCKET).unwrap();
    let query = get("https://sdb.amazonaws.com/?A=1");
    let query_signer = sigv2::Signer::new(credentials()).unwrap();
    let signed = get(&query_signer.sign_query(&query, NOW).unwrap().to_string());
    let query_claim = SignedRequest::parse_sigv2(&signed, None).unwrap();
    let signature = request.headers()["authorization"].to_str().unwrap();
    let signature = signature.rsplit(':').next().unwrap();
    let texts = [
        format!("{signer:?}"),
        format!("{claim:?}"),
        format!("{query_signer:?}"),
        format!("{query_claim:?}"),
    ];
    assert!(texts.iter().all(|text| !text.is_empty()));
    let text = texts.concat();
    for secret in [SECRET_KEY, TOKEN, signature] {
        assert!(!text.contains(secret), "{text}");
    }
    assert!(text.contains(ID));
}

#[test]
fn credentials_may_expire_together_with_the_url() {
    let hour = Duration::from_secs(3600);
    let presign = |left: i64| {
        let end = NOW + time::Duration::seconds(3600 + left);
        s3_v2::Signer::new(credentials().with_expiration(end))
            .unwrap()
            .presign(&put(), BUCKET, hour, NOW)
            .map(drop)
    };
    assert!(presign(0).is_ok());
    assert!(presign(1).is_ok());
    assert!(matches!(
        presign(-1),
        Err(Error::OutlivesCredentials { .. })
    ));
}

/// Only the signed headers must be sent, and none of an earlier signature.
#[test]
fn a_presigned_url_returns_the_headers_to_send_with_it() {
    let mut request = put();
    for name in ["x-amz-date", "x-amz-security-token", "accept"] {
        let value = HeaderValue::from_static("of an earlier signing, or not signed");
        request.headers_mut().insert(name, value);
    }
    let hour = Duration::from_secs(3600);
    let url = s3_v2::Signer::new(credentials())
        .unwrap()
        .presign(&request, BUCKET, hour, NOW)
        .unwrap();
    let mut names: Vec<&str> = url.headers().keys().map(http::HeaderName::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["content-md5", "content-type", "x-amz-acl"]);
    assert!(url.url().contains("&x-amz-security-token="));
}

#[test]
fn an_s3_claim_returns_its_key_id_and_token() {
    let mut request = put();
    s3_v2::Signer::new(credentials())
        .unwrap()
        .sign(&mut request, BUCKET, NOW)
        .unwrap();
    let claim = SignedRequest::parse_s3_v2(&request, BUCKET).unwrap();
    assert_eq!(claim.access_key_id(), ID);
    assert_eq!(claim.session_token().unwrap().expose(), TOKEN);
}

/// The host is that of the header, or else of the URI.
#[test]
fn a_query_is_signed_for_its_host() {
    let signer = sigv2::Signer::new(credentials()).unwrap();
    let relative = |hosts: &[&'static str]| {
        let mut request = get("/?Action=A&Timestamp=2010-01-25T22%3A03%3A07Z");
        for host in hosts {
            request
                .headers_mut()
                .append("host", HeaderValue::from_static(host));
        }
        signer.sign_query(&request, NOW)
    };
    let absolute = get("https://sdb.amazonaws.com/?Action=A&Timestamp=2010-01-25T22%3A03%3A07Z");
    let absolute = signer.sign_query(&absolute, NOW).unwrap();
    let signed = relative(&["sdb.amazonaws.com"]).unwrap();
    assert_eq!(signed.query(), absolute.query());
    for hosts in [&[][..], &[""], &[" "]] {
        assert!(
            matches!(relative(hosts), Err(Error::MissingHost)),
            "{hosts:?}"
        );
    }
    assert!(matches!(relative(&["a", "a"]), Err(Error::DuplicateHost)));
}

#[test]
fn a_query_without_a_parameter_or_host_is_refused() {
    let parse = |query: &str, host: Option<&'static str>| {
        let mut request = get(&format!("/?{query}"));
        if let Some(host) = host {
            request
                .headers_mut()
                .insert("host", HeaderValue::from_static(host));
        }
        SignedRequest::parse_sigv2(&request, None).map(drop)
    };
    let own = "AWSAccessKeyId=A&SignatureMethod=HmacSHA256&SignatureVersion=2&Signature=x";
    let host = Some("sdb.amazonaws.com");
    let dated = format!("{own}&Timestamp=2010-01-25T22%3A03%3A07Z");
    assert_eq!(parse(&dated, host), Ok(()));
    assert_eq!(parse(&dated, None), Err(VerifyError::MissingHost));
    let form = SignatureLocation::Query;
    assert_eq!(parse(own, host), Err(VerifyError::MissingDate { form }));
    for name in [
        "AWSAccessKeyId",
        "SignatureMethod",
        "SignatureVersion",
        "Signature",
        "Timestamp",
    ] {
        let twice = format!("{dated}&{}=1", name.to_lowercase());
        let repeated = VerifyError::Repeated { name };
        assert_eq!(parse(&twice, host), Err(repeated));
    }
    assert!(matches!(
        parse(&format!("{dated}&Expires=2010-01-25T22%3A03%3A07Z"), host),
        Err(VerifyError::Malformed { .. })
    ));
    assert!(matches!(
        parse(&format!("{dated}&x=%zz"), host),
        Err(VerifyError::InvalidTarget { problem }) if problem.to_string().contains("hexadecimal digits")
    ));
    for offset in [
        "%2B7:00",
        "%2B007:00",
        "%2B07:0",
        "%2B07:000",
        "%2B+7:00",
        "%2B24:00",
        "%2B07:60",
    ] {
        let query = format!("{own}&Timestamp=2010-01-25T22%3A03%3A07{offset}");
        assert_eq!(
            parse(&query, host),
            Err(VerifyError::InvalidDate { form }),
            "{offset}"
        );
    }
}

/// Amazon S3 User Guide, "Time stamp requirement": with `x-amz-date` the line of the date is empty.
#[test]
fn x_amz_date_is_signed_instead_of_date() {
    let date = "Tue, 27 Mar 2007 21:20:26 +0000";
    let mut request = put();
    request
        .headers_mut()
        .insert("date", HeaderValue::from_static(date));
    let text = |request: &Request<()>| {
        String::from_utf8(s3_v2::string_to_sign(request, BUCKET).unwrap()).unwrap()
    };
    let start = "PUT\n4gJE4saaMU4BqNR0kLY+lw==\ntext/plain\n";
    let end = "/bucket/key?acl";
    let with_date = format!("{start}{date}\nx-amz-acl:private\n{end}");
    assert_eq!(text(&request), with_date);
    request
        .headers_mut()
        .insert("x-amz-date", HeaderValue::from_static(date));
    let with_header = format!("{start}\nx-amz-acl:private\nx-amz-date:{date}\n{end}");
    assert_eq!(text(&request), with_header);
}

/// CGI passes `x-amz-acl` and `x_amz_acl` to an application under the same name, `HTTP_X_AMZ_ACL`.
#[test]
fn a_header_with_underscores_for_dashes_that_the_scheme_does_not_sign_is_refused() {
    let signer = s3_v2::Signer::new(credentials()).unwrap();
    let mut request = put();
    signer.sign(&mut request, BUCKET, NOW).unwrap();
    assert_eq!(verify_s3(&request), Ok(()));
    for (name, refused) in [
        ("x_amz_acl", true),
        ("x-amz_copy-source", true),
        ("x.amz.acl", true),
        ("x_forwarded_for", false),
    ] {
        let mut changed = request.clone();
        let value = HeaderValue::from_static("public-read");
        changed.headers_mut().insert(name, value);
        let names = vec![name.to_owned()];
        let expected = Err(VerifyError::HeadersNotSigned { names });
        let expected = if refused { expected } else { Ok(()) };
        assert_eq!(verify_s3(&changed), expected, "{name}");
    }
}

/// Anyone can send a form, and each of its parameters takes memory before anything is verified.
#[test]
fn a_form_has_at_most_32768_parameters() {
    let request = Request::post("https://sdb.amazonaws.com/");
    let request = request.body(()).unwrap();
    let form = |count: usize| -> String { (0..count).map(|i| format!("a{i}&")).collect() };
    let signer = sigv2::Signer::new(credentials()).unwrap();
    // Five of the signer's own, and the signature.
    let largest = signer.sign_form(&request, &form(32_762), NOW).unwrap();
    let claim = SignedRequest::parse_sigv2(&request, Some(&largest)).unwrap();
    assert!(claim.verify(&credentials(), NOW).is_ok());
    let larger = format!("{largest}&a");
    let problem = TargetProblem::TooManyParameters;
    assert_eq!(
        SignedRequest::parse_sigv2(&request, Some(&larger)).err(),
        Some(VerifyError::InvalidTarget { problem })
    );
}

/// The sub-resources and overrides that botocore signs (`HmacV1Auth.QSAOfInterest`), and no other.
#[test]
fn sub_resources_are_signed() {
    let names = "accelerate acl analytics cors defaultObjectAcl delete inventory lifecycle location \
        logging metrics notification object-lock partNumber policy replication requestPayment \
        response-cache-control response-content-disposition response-content-encoding \
        response-content-language response-content-type response-expires restore select select-type \
        storageClass tagging torrent uploadId uploads versionId versioning versions website";
    let text = |name: &str| {
        let request = get(&format!("https://s3.example.com/bucket/key?{name}"));
        String::from_utf8(s3_v2::string_to_sign(&request, BUCKET).unwrap()).unwrap()
    };
    assert_eq!(names.split_whitespace().count(), 35);
    for name in names.split_whitespace() {
        assert!(text(name).ends_with(&format!("/bucket/key?{name}")));
    }
    for other in ["prefix", "list-type", "x-id", "max-keys", "acls"] {
        assert!(text(other).ends_with("/bucket/key"), "{other}");
    }
}

#[test]
fn a_signed_request_is_not_signed_again() {
    let hour = Duration::from_secs(3600);
    for name in [
        "AWSAccessKeyId",
        "Expires",
        "Signature",
        "x-amz-security-token",
    ] {
        let request = get(&format!("https://s3.example.com/bucket/key?{name}=1"));
        let url = s3_v2::Signer::new(credentials())
            .unwrap()
            .presign(&request, BUCKET, hour, NOW);
        let error = url.map(drop).unwrap_err();
        assert!(matches!(error, Error::AlreadySigned { parameter } if parameter == name));
    }
    for name in [
        "AWSAccessKeyId",
        "SecurityToken",
        "Signature",
        "SignatureMethod",
        "SignatureVersion",
    ] {
        let request = get(&format!("https://sdb.amazonaws.com/?Action=A&{name}=1"));
        let signed = sigv2::Signer::new(credentials())
            .unwrap()
            .sign_query(&request, NOW);
        let error = signed.map(drop).unwrap_err();
        assert!(matches!(error, Error::AlreadySigned { parameter } if parameter == name));
    }
}

/// A query that ends in `&` gets no second one.
#[test]
fn ampersands_at_the_end_of_a_query_are_not_doubled() {
    let signer = sigv2::Signer::new(credentials()).unwrap();
    for end in ["", "&", "&&"] {
        let mut request = get(&format!(
            "https://sdb.amazonaws.com/?Action=ListDomains{end}"
        ));
        *request.uri_mut() = signer.sign_query(&request, NOW).unwrap();
        let query = request.uri().query().unwrap();
        assert!(query.starts_with("Action=ListDomains&A"), "{query}");
        let claim = SignedRequest::parse_sigv2(&request, None).unwrap();
        assert!(claim.verify(&credentials(), NOW).is_ok(), "{query}");
    }
}

/// With a signature in the header and one in the query, of the same or of different schemes.
#[test]
fn a_request_with_two_signatures_is_refused() {
    let several = Err(VerifyError::SeveralAuthentications);
    for name in ["Signature", "AWSAccessKeyId", "X-Amz-Signature"] {
        let mut request = put();
        let uri = format!("https://s3.example.com/bucket/key?acl&{name}=x");
        let signer = s3_v2::Signer::new(credentials()).unwrap();
        signer.sign(&mut request, BUCKET, NOW).unwrap();
        *request.uri_mut() = uri.parse().unwrap();
        assert_eq!(verify_s3(&request), several, "{name}");
    }
}

/// `http` cannot add a path to a URI that is an authority only.
#[test]
fn a_query_is_not_signed_for_a_uri_without_a_scheme() {
    let connect = Request::connect("sdb.amazonaws.com:443").body(()).unwrap();
    let signer = sigv2::Signer::new(credentials()).unwrap();
    assert_eq!(signer.sign_query(&connect, NOW), Err(Error::RelativeUri));
    // With a scheme the URI is accepted.
    let absolute = get("https://sdb.amazonaws.com:443");
    assert!(signer.sign_query(&absolute, NOW).is_ok());
    let mut relative = get("/");
    let host = HeaderValue::from_static("sdb.amazonaws.com");
    relative.headers_mut().insert("host", host);
    let signed = signer.sign_query(&relative, NOW).unwrap();
    assert!(signed.authority().is_none() && signed.query().is_some());
}

/// A client can add each of them to a signed request.
#[test]
fn unsigned_parameters_that_select_another_operation_are_listed_for_servers() {
    let url = "https://s3.example.com/bucket/key?versionId=1";
    let (mut signed, signer) = (get(url), s3_v2::Signer::new(credentials()).unwrap());
    signer.sign(&mut signed, BUCKET, NOW).unwrap();
    let with = |name: &str| {
        let mut request = signed.clone();
        *request.uri_mut() = format!("{url}&{name}").parse().unwrap();
        verify_s3(&request)
    };
    // Amazon S3 API Reference: GetObjectAttributes, PutObjectRetention, PutBucketEncryption,
    // RenameObject.
    for name in ["attributes", "retention", "encryption", "renameObject"] {
        assert!(s3_v2::UNSIGNED_OPERATIONS.contains(&name), "{name}");
    }
    assert!(s3_v2::UNSIGNED_OPERATIONS.is_sorted());
    for name in s3_v2::UNSIGNED_OPERATIONS {
        assert_eq!(with(name), Ok(()), "{name}");
        let found = s3_v2::unsigned_operation(&get(&format!("{url}&{name}")));
        assert_eq!(found, Some(name));
    }
    assert_eq!(s3_v2::unsigned_operation(&signed), None);
    // These are signed, so they cannot be added.
    for name in ["acl", "tagging", "object-lock", "uploads", "restore"] {
        assert!(!s3_v2::UNSIGNED_OPERATIONS.contains(&name), "{name}");
        assert_eq!(with(name), Err(VerifyError::SignatureMismatch), "{name}");
    }
}
