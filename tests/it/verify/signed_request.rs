//! What is read from a request before it is verified, and what is refused.

use std::time::Duration;

use countersign::RawRequest;
use countersign::sigv4::{
    Algorithm, AmzDate, Authorization, AuthorizationProblem, CredentialScope, SigningKey,
    StringToSign,
};
use countersign::verify::SignatureLocation;
use http::HeaderName;
use sha2::{Digest, Sha256};

use super::*;

const LIFETIME: Duration = Duration::from_secs(900);

const AUTHORIZATION: &str = "AWS4-HMAC-SHA256 \
    Credential=AKIDEXAMPLE/20150830/us-east-1/s3/aws4_request, SignedHeaders=host, \
    Signature=0000000000000000000000000000000000000000000000000000000000000000";

#[test]
fn an_access_key_id_is_decoded_from_a_presigned_url() {
    for id in ["AKID+EXAMPLE", "AK%49D", "A=B", "AKIDEXAMPLE"] {
        let credentials = Credentials::new(id, "secret");
        let url = Signer::new(credentials, "us-east-1", "s3")
            .unwrap()
            .presign(&get("https://h.example/k"), LIFETIME, NOW)
            .unwrap();
        let target = url.uri().unwrap();
        let request = sent(target.path_and_query().unwrap().as_str(), url.headers());
        let claim = SignedRequest::parse(&request).unwrap();
        assert_eq!(claim.access_key_id(), id);
        assert_eq!(claim.scope().as_str(), "20150830/us-east-1/s3/aws4_request");
    }
}

/// Also if both declarations are equal, and if one is a query parameter and one a header.
#[test]
fn a_payload_hash_declared_twice_is_refused() {
    let url = signer("s3")
        .presign(
            &get("https://h.example/k?X-Amz-Content-Sha256=UNSIGNED-PAYLOAD"),
            LIFETIME,
            NOW,
        )
        .unwrap();
    let uri = url.uri().unwrap();
    let target = uri.path_and_query().unwrap().as_str();
    let once = sent(target, &HeaderMap::new());
    assert!(SignedRequest::parse(&once).is_ok());
    let mut headers = HeaderMap::new();
    headers.insert(
        "x-amz-content-sha256",
        HeaderValue::from_static("UNSIGNED-PAYLOAD"),
    );
    let repeated = VerifyError::Repeated {
        name: "x-amz-content-sha256",
    };
    let twice = sent(target, &headers);
    assert_eq!(
        SignedRequest::parse(&twice).map(drop),
        Err(repeated.clone())
    );
    let twice = sent(
        &format!("{target}&x-amz-content-sha256=UNSIGNED-PAYLOAD"),
        &HeaderMap::new(),
    );
    assert_eq!(SignedRequest::parse(&twice).map(drop), Err(repeated));
}

/// AWS IoT's device gateway accepts URLs without `X-Amz-Expires`. They are valid as long as a
/// signature in a header.
#[test]
fn only_a_device_gateway_accepts_a_url_without_a_lifetime() {
    for (service, right) in [("iotdevicegateway", true), ("sqs", false)] {
        let scope = CredentialScope::new(NOW, "us-east-1", service).unwrap();
        let query = format!(
            "X-Amz-Algorithm=AWS4-HMAC-SHA256\
             &X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2F{service}%2Faws4_request\
             &X-Amz-Date=20150830T123600Z&X-Amz-SignedHeaders=host"
        );
        let canonical = format!("GET\n/mqtt\n{query}\nhost:h.example\n\nhost\n{EMPTY}");
        let hash = Sha256::digest(canonical).into();
        let date = AmzDate::new(NOW).unwrap();
        let string_to_sign = StringToSign::new(Algorithm::HmacSha256, &date, &scope, &hash);
        let key = SigningKey::derive(credentials().secret_key(), &scope);
        let signature = key.sign(string_to_sign);
        let target = format!("/mqtt?{query}&X-Amz-Signature={}", signature.as_str());
        let request = sent(&target, &HeaderMap::new());
        let quarter = time::Duration::minutes(15);
        if right {
            assert_eq!(verify(service, &request, NOW + quarter), Ok(()));
            let late = verify(service, &request, NOW + quarter + time::Duration::SECOND);
            assert!(matches!(late, Err(VerifyError::Expired { .. })));
        } else {
            let error = verify(service, &request, NOW).unwrap_err();
            assert!(matches!(
                error,
                VerifyError::Malformed { problem, .. } if problem.to_string().contains("X-Amz-Expires")
            ));
        }
    }
}

/// Also valid UTF-8 is refused.
#[test]
fn an_authorization_header_outside_ascii_is_refused() {
    for wrong in ["AKIDÉXAMPLE", "AKID\u{80}", "AKID€x€"] {
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={wrong}/20150830/us-east-1/sqs/aws4_request, \
             SignedHeaders=host;x-amz-date, Signature={:0>64}",
            1
        );
        let mut headers = HeaderMap::new();
        let value = HeaderValue::from_bytes(authorization.as_bytes()).unwrap();
        headers.insert("authorization", value);
        headers.insert("x-amz-date", HeaderValue::from_static("20150830T123600Z"));
        let error = SignedRequest::parse(&sent("/", &headers))
            .map(drop)
            .unwrap_err();
        assert_eq!(
            error,
            VerifyError::Malformed {
                form: SignatureLocation::Header,
                problem: AuthorizationProblem::NotPrintable
            }
        );
    }
}

/// A `date` header is the date of a request only if there is exactly one.
#[test]
fn a_duplicate_or_malformed_date_is_refused() {
    let claim = |dates: &[&'static str]| {
        let mut headers = HeaderMap::new();
        for date in dates {
            headers.append("date", HeaderValue::from_static(date));
        }
        headers.insert(
            "authorization",
            HeaderValue::from_static(
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/sqs/aws4_request, \
                 SignedHeaders=date;host, Signature=5fa00fa31553b73ebf1942676e86291e\
                 8372ff2a2260956d9b8aae1d763fbf31",
            ),
        );
        let request = sent("/", &headers);
        SignedRequest::parse(&request).map(|claim| claim.date().timestamp())
    };
    let date = "Sun, 30 Aug 2015 12:36:00 GMT";
    assert_eq!(claim(&[date]), Ok(NOW.into()));
    assert_eq!(
        claim(&[date, date]),
        Err(VerifyError::Repeated { name: "date" })
    );
    assert_eq!(
        claim(&[date, date, date]),
        Err(VerifyError::Repeated { name: "date" })
    );
    assert_eq!(
        claim(&[]),
        Err(VerifyError::MissingDate {
            form: SignatureLocation::Header
        })
    );
    for wrong in [
        // The wrong number of digits in the day or the year.
        "Sun, 3 Aug 2015 12:36:00 GMT",
        "Sun, 030 Aug 2015 12:36:00 GMT",
        "Sun, 30 Aug 20150 12:36:00 GMT",
        "Sun, 30 Aug 015 12:36:00 GMT",
        "Sun, 0 Aug 20153 12:36:00 GMT",
        "Sun, 030 Aug 201 12:36:00 GMT",
        "Sun, 30 Aug 2015 12:36:00 CET",
        "Sun, 30 Aug 2015 12:36:00 GMT ",
        "Sun, 30 Agu 2015 12:36:00 GMT",
    ] {
        assert_eq!(
            claim(&[wrong]),
            Err(VerifyError::InvalidDate {
                form: SignatureLocation::Header
            }),
            "{wrong}"
        );
    }
}

/// Names are checked several bytes at a time: two uppercase letters must not cancel out.
#[test]
fn an_uppercase_letter_in_signed_headers_is_refused() {
    let parse = |names: &str| {
        let mut headers = HeaderMap::new();
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/sqs/aws4_request, \
             SignedHeaders={names}, Signature={:0>64}",
            1
        );
        headers.insert("authorization", authorization.try_into().unwrap());
        headers.insert("x-amz-date", HeaderValue::from_static("20150830T123600Z"));
        headers.insert("x-aa", HeaderValue::from_static("1"));
        verify("sqs", &sent("/", &headers), NOW)
    };
    assert_eq!(
        parse("host;x-aa;x-amz-date"),
        Err(VerifyError::SignatureMismatch)
    );
    for names in [
        "host;x-AA;x-amz-date",
        "host;x-Aa;x-amz-date",
        "HOST;x-amz-date",
    ] {
        assert!(
            matches!(parse(names), Err(VerifyError::Malformed { .. })),
            "{names}"
        );
    }
}

/// RFC 9110, section 5.6.7.
#[test]
fn every_month_and_every_spelling_of_utc_is_read() {
    let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    for (number, month) in (1_u8..).zip(months) {
        for zone in ["GMT", "UTC", "+0000", "-0000"] {
            let date = format!("Sun, 28 {month} 2015 12:36:07 {zone}");
            let mut headers = HeaderMap::new();
            headers.insert("date", date.try_into().unwrap());
            headers.insert("authorization", HeaderValue::from_static(AUTHORIZATION));
            let request = sent("/", &headers);
            let claim = SignedRequest::parse(&request).unwrap();
            let expected = format!("2015{number:02}28T123607Z");
            assert_eq!(claim.date().as_str(), expected);
        }
    }
}

#[test]
fn the_error_of_a_duplicate_header_or_parameter_contains_its_name() {
    for (name, value) in [
        ("x-amz-date", "20150830T123600Z"),
        ("x-amz-content-sha256", "UNSIGNED-PAYLOAD"),
        ("x-amz-decoded-content-length", "1"),
        ("x-amz-trailer", "x-a"),
        ("x-amz-region-set", "*"),
        ("x-amz-security-token", "t"),
        ("x-amz-s3session-token", "t"),
    ] {
        let mut headers = HeaderMap::new();
        headers.insert("authorization", HeaderValue::from_static(AUTHORIZATION));
        headers.insert("x-amz-date", HeaderValue::from_static("20150830T123600Z"));
        headers.insert(name, value.try_into().unwrap());
        assert!(SignedRequest::parse(&sent("/", &headers)).is_ok(), "{name}");
        headers.append(name, value.try_into().unwrap());
        let error = SignedRequest::parse(&sent("/", &headers)).map(drop);
        assert_eq!(error, Err(VerifyError::Repeated { name }));
    }
    // A session token under both of its names.
    let mut headers = HeaderMap::new();
    headers.insert("authorization", HeaderValue::from_static(AUTHORIZATION));
    headers.insert("x-amz-date", HeaderValue::from_static("20150830T123600Z"));
    headers.insert("x-amz-security-token", HeaderValue::from_static("t"));
    headers.insert("x-amz-s3session-token", HeaderValue::from_static("t"));
    let error = SignedRequest::parse(&sent("/", &headers)).map(drop);
    let name = "x-amz-s3session-token";
    assert_eq!(error, Err(VerifyError::Repeated { name }));
    // A query parameter and a header.
    let query = format!(
        "/?X-Amz-Algorithm=AWS4-HMAC-SHA256\
         &X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fs3%2Faws4_request\
         &X-Amz-Date=20150830T123600Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host\
         &X-Amz-Signature={:0>64}",
        1
    );
    for (parameter, name) in [
        ("X-Amz-Security-Token=t", "x-amz-security-token"),
        ("X-Amz-S3session-Token=t", "x-amz-security-token"),
        ("X-Amz-Region-Set=%2A", "x-amz-region-set"),
    ] {
        let header = parameter.split('=').next().unwrap().to_lowercase();
        let mut headers = HeaderMap::new();
        let target = format!("{query}&{parameter}");
        assert!(SignedRequest::parse(&sent(&target, &headers)).is_ok());
        let header = HeaderName::try_from(header).unwrap();
        headers.insert(header, HeaderValue::from_static("t"));
        let error = SignedRequest::parse(&sent(&target, &headers)).map(drop);
        assert_eq!(error, Err(VerifyError::Repeated { name }));
    }
}

/// `http::Request` cannot contain these. `RawRequest` can.
#[test]
fn an_invalid_method_path_or_query_is_refused() {
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/sqs/aws4_request, \
         SignedHeaders=host;x-amz-date, Signature={:0>64}",
        1
    );
    assert!(Authorization::parse(&authorization).is_ok());
    let headers: [(&str, &[u8]); 3] = [
        ("host", b"h"),
        ("x-amz-date", b"20150830T123600Z"),
        ("authorization", authorization.as_bytes()),
    ];
    let verify = |method, path, query| {
        let request = RawRequest {
            method,
            path,
            query,
            headers: &headers,
        };
        let claim = SignedRequest::parse_raw(&request)?;
        let key = VerificationKey::derive(&credentials(), claim.scope()).unwrap();
        Verifier::new("us-east-1", "sqs")
            .unwrap()
            .verify_signature(&claim, &key, NOW)
            .map(drop)
    };
    for (method, path, query, expected) in [
        ("G T", "/", "", "method"),
        ("GET", "a", "", "begin"),
        ("GET", "/a b", "", "white space"),
        ("GET", "/", "%", "hexadecimal digits"),
    ] {
        let error = verify(method, path, query).unwrap_err();
        assert!(
            matches!(error, VerifyError::InvalidTarget { problem } if problem.to_string().contains(expected)),
            "{error:?}"
        );
    }
}

/// HTTP clients may add or change `date` after signing.
#[test]
fn a_date_header_is_ignored_beside_x_amz_date() {
    let mut request = get("https://h.example/");
    signer("sqs")
        .sign(&mut request, PayloadHash::EMPTY, NOW)
        .unwrap();
    let mut headers = request.headers().clone();
    assert_eq!(verify("sqs", &sent("/", &headers), NOW), Ok(()));
    for date in ["Sun, 30 Aug 2015 12:36:00 GMT", "whenever"] {
        headers.append("date", HeaderValue::from_static(date));
        assert_eq!(verify("sqs", &sent("/", &headers), NOW), Ok(()));
    }
    // The same for a presigned URL.
    let url = signer("sqs").presign_with_payload(
        &get("https://h.example/"),
        PayloadHash::EMPTY,
        LIFETIME,
        NOW,
    );
    let target = url.unwrap().uri().unwrap();
    let target = target.path_and_query().unwrap().as_str();
    let mut headers = HeaderMap::new();
    headers.insert("date", HeaderValue::from_static("whenever"));
    assert_eq!(verify("sqs", &sent(target, &headers), NOW), Ok(()));
}

#[test]
fn the_algorithm_ends_at_the_first_space_or_tab() {
    let refused = |authorization: &'static str| {
        let mut headers = HeaderMap::new();
        headers.insert("authorization", HeaderValue::from_static(authorization));
        SignedRequest::parse(&sent("/", &headers)).map(drop)
    };
    for (authorization, known) in [
        ("AWS4-HMAC-SHA256 x", true),
        ("AWS4-HMAC-SHA256\tx", true),
        ("AWS4-HMAC-SHA256", true),
        ("AWS4-HMAC-SHA256;x", false),
        ("AWS4-HMAC-SHA512 x", false),
        ("AWS x", false),
    ] {
        let refused = refused(authorization);
        let form = SignatureLocation::Header;
        let unknown = refused == Err(VerifyError::UnknownAlgorithm { form });
        let malformed = matches!(refused, Err(VerifyError::Malformed { .. }));
        assert_eq!((malformed, unknown), (known, !known), "{authorization:?}");
    }
}
