//! What else is promised, and no vector asks: the bounds themselves, what stays out of the way, and
//! what is told.

use std::collections::HashSet;
use std::hash::{Hash, Hasher};
use std::time::Duration;

use countersign::chunked::{ChecksumAlgorithm, ChunkedEncoding, Trailer};
use countersign::sigv4::{AuthorizationProblem, TargetProblem};
use countersign::verify::{
    PendingVerification, Protocol, SignatureLocation, SignedRequest, VerificationKey, Verifier,
    VerifyError,
};
use countersign::{
    Credentials, Error, PayloadHash, RawRequest, Rules, SessionToken, Signer,
    credentials::{IdPrefix, account_id},
    sigv4::{
        Algorithm, AmzDate, Authorization, CanonicalRequest, CredentialScope, SigningKey,
        StringToSign, session_token_parameter,
    },
};
use http::{HeaderMap, HeaderName, HeaderValue, Request};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use time::macros::datetime;

const NOW: OffsetDateTime = datetime!(2015-08-30 12:36 UTC);
/// The hash of no bytes.
const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const AUTHORIZATION: &str = "AWS4-HMAC-SHA256 \
    Credential=AKIDEXAMPLE/20150830/us-east-1/s3/aws4_request, SignedHeaders=host, \
    Signature=0000000000000000000000000000000000000000000000000000000000000000";
const LIFETIME: Duration = Duration::from_secs(900);

fn credentials() -> Credentials {
    Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
}

fn signer(service: &'static str) -> Signer {
    Signer::new(credentials(), "us-east-1", service).unwrap()
}

fn get(uri: &str) -> Request<()> {
    Request::get(uri).body(()).unwrap()
}

/// As a server gets it.
fn sent(target: &str, headers: &HeaderMap) -> Request<()> {
    let mut request = Request::get(target).body(()).unwrap();
    request
        .headers_mut()
        .insert("host", HeaderValue::from_static("h.example"));
    request.headers_mut().extend(headers.clone());
    request
}

fn verify(
    service: &'static str,
    request: &Request<()>,
    now: OffsetDateTime,
) -> Result<(), VerifyError> {
    let claim = SignedRequest::parse(request)?;
    let key = VerificationKey::derive(&credentials(), claim.scope()).unwrap();
    assert!(!format!("{key:?}").is_empty());
    match Verifier::new("us-east-1", service)
        .unwrap()
        .verify_signature(&claim, &key, now)?
    {
        PendingVerification::Hashed(head) => {
            assert!(!format!("{head:?}").is_empty());
            let verified = head.verify(PayloadHash::EMPTY)?;
            assert!(!format!("{verified:?}").is_empty());
            Ok(())
        }
        PendingVerification::Unsigned(_)
        | PendingVerification::SignedStream(_)
        | PendingVerification::UnsignedStream(_) => Ok(()),
    }
}

/// An access key id of the newer kind, for an account: base32 of 0b1, forty bits of account, and
/// bits of no meaning here.
fn id_of(account: u128) -> String {
    let bits = (1 << 47 | account << 7 | 0x55) << 32 | 0x1234_5678;
    let digit = |i: u32| {
        let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        char::from(digits[(bits >> (75 - 5 * i)) as usize & 31])
    };
    let id: String = (0..16).map(digit).collect();
    format!("AKIA{id}")
}

#[test]
fn an_account_has_twelve_digits() {
    for (account, digits) in [
        (0, Some("000000000000")),
        (123_456_789_012, Some("123456789012")),
        (999_999_999_999, Some("999999999999")),
        (1_000_000_000_000, None),
        (0xff_ffff_ffff, None),
    ] {
        assert_eq!(account_id(&id_of(account)).as_deref(), digits);
    }
}

#[test]
fn errors_contain_times_in_utc_with_their_year() {
    for (expiration, told) in [
        (datetime!(2015-08-30 14:05:09 +2), "2015-08-30T12:05:09Z"),
        (datetime!(0000-01-02 3:04:05 UTC), " 0000-01-02T03:04:05Z"),
        (datetime!(-0001-01-02 3:04:05 UTC), "-0001-01-02T03:04:05Z"),
    ] {
        let credentials = credentials().with_expiration(expiration);
        let error = Signer::new(credentials, "us-east-1", "s3")
            .unwrap()
            .sign(&mut get("https://h.example/"), PayloadHash::EMPTY, NOW)
            .unwrap_err();
        assert!(error.to_string().contains(told), "{error}");
    }
}

#[test]
fn replaces_lists_the_headers_that_the_signer_writes() {
    let signer = signer("s3");
    let headers: [(&str, &[u8]); 1] = [("host", b"h.example")];
    let request = RawRequest {
        method: "GET",
        path: "/",
        query: "",
        headers: &headers,
    };
    let added = signer.sign_raw(&request, PayloadHash::EMPTY, NOW).unwrap();
    for name in [
        "authorization",
        "x-amz-content-sha256",
        "x-amz-date",
        "x-amz-region-set",
        "x-amz-security-token",
        "x-amz-s3session-token",
    ] {
        assert!(added.replaces(name), "{name}");
    }
    for name in ["host", "date", "x-amz-meta-a", "x-amz-acl", ""] {
        assert!(!added.replaces(name), "{name}");
    }
}

/// A service that is not sent the payload's hash is sent it where the request had it, and then the
/// right one; a request that had none gets none.
#[test]
fn a_payload_hash_header_of_the_caller_is_replaced() {
    let payload = PayloadHash::new("{}");
    let hash = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    let mut request = get("https://h.example/");
    signer("dynamodb").sign(&mut request, payload, NOW).unwrap();
    assert!(!request.headers().contains_key("x-amz-content-sha256"));

    let stale = HeaderValue::from_static("STREAMING-UNSIGNED-PAYLOAD-TRAILER");
    request.headers_mut().insert("x-amz-content-sha256", stale);
    signer("dynamodb").sign(&mut request, payload, NOW).unwrap();
    assert_eq!(request.headers()["x-amz-content-sha256"], hash);
    let authorization = request.headers()["authorization"].to_str().unwrap();
    assert!(authorization.contains("SignedHeaders=host;x-amz-content-sha256;x-amz-date,"));

    // In slices as well.
    let headers: [(&str, &[u8]); 2] = [("host", b"h.example"), ("x-amz-content-sha256", b"x")];
    let request = RawRequest {
        method: "GET",
        path: "/",
        query: "",
        headers: &headers,
    };
    let signer = signer("dynamodb");
    let added = signer.sign_raw(&request, payload, NOW).unwrap();
    assert!(
        added
            .iter()
            .any(|added| added == ("x-amz-content-sha256", hash))
    );
}

#[test]
fn headers_of_an_earlier_signature_are_removed() {
    let mut request = get("https://h.example/");
    let token = credentials().with_session_token("of-the-first-signing");
    Signer::new(token, "us-east-1", "s3")
        .unwrap()
        .sign(&mut request, PayloadHash::EMPTY, NOW)
        .unwrap();
    signer("sqs")
        .sign(&mut request, PayloadHash::EMPTY, NOW)
        .unwrap();
    let names: HashSet<_> = request.headers().keys().map(HeaderName::as_str).collect();
    // S3's hash stays, as it was there.
    let expected = ["authorization", "x-amz-content-sha256", "x-amz-date"];
    assert_eq!(names, HashSet::from(expected));
    assert_eq!(verify("sqs", &sent("/", request.headers()), NOW), Ok(()));
}

#[test]
fn a_request_has_at_most_4096_headers() {
    let sign = |count: usize| {
        let mut request = get("https://h.example/");
        for i in 0..count {
            let name = HeaderName::try_from(format!("x-{i}")).unwrap();
            request
                .headers_mut()
                .insert(name, HeaderValue::from_static("v"));
        }
        signer("sqs")
            .sign(&mut request, PayloadHash::EMPTY, NOW)
            .map(drop)
    };
    assert!(sign(4096).is_ok());
    assert!(matches!(sign(4097), Err(Error::TooManyHeaders)));
    assert!(matches!(sign(5000), Err(Error::TooManyHeaders)));
}

/// Two wrong characters are no better than one.
#[test]
fn two_invalid_bytes_are_refused_like_one() {
    let signs = |name: &str, value: &[u8]| {
        let headers: [(&str, &[u8]); 2] = [("host", b"h"), (name, value)];
        let request = RawRequest {
            method: "GET",
            path: "/",
            query: "",
            headers: &headers,
        };
        signer("sqs")
            .sign_raw(&request, PayloadHash::EMPTY, NOW)
            .map(drop)
    };
    assert!(signs("x-a", b"ab").is_ok());
    for value in [&b"a\n\nb"[..], b"\x7f\x7f", b"\r\n", b"\n\x7f"] {
        assert!(signs("x-a", value).is_err(), "{value:?}");
    }
}

/// The signature is what a presigned URL is signed without; with a header it is the caller's.
#[test]
fn only_a_presigned_request_drops_its_signature_parameter() {
    let canonical = |headers: &[(&str, &[u8])]| {
        let request = RawRequest {
            method: "GET",
            path: "/",
            // Escaped or not, it is the same parameter.
            query: "X-Amz-Signature=00&a=1&X-Amz-Signatur%65=01",
            headers,
        };
        CanonicalRequest::from_raw(&request, &Rules::S3, PayloadHash::Unsigned)
            .unwrap()
            .to_string()
    };
    let presigned = canonical(&[("host", b"h")]);
    assert_eq!(presigned, "GET\n/\na=1\nhost:h\n\nhost\nUNSIGNED-PAYLOAD");
    let header = canonical(&[("host", b"h"), ("authorization", b"x")]);
    assert_eq!(
        header,
        "GET\n/\nX-Amz-Signature=00&X-Amz-Signature=01&a=1\nhost:h\n\nhost\nUNSIGNED-PAYLOAD"
    );
}

/// An id that is escaped in a URL is told as it is.
#[test]
fn an_escaped_access_key_id_is_decoded() {
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

#[test]
fn credentials_may_expire_together_with_the_url() {
    let presign = |expiration| {
        let credentials = credentials().with_expiration(expiration);
        Signer::new(credentials, "us-east-1", "s3")
            .unwrap()
            .presign(&get("https://h.example/"), LIFETIME, NOW)
            .map(|url| url.expires_at())
    };
    let end = datetime!(2015-08-30 12:51 UTC);
    assert_eq!(presign(end).unwrap(), end.into());
    let second = time::Duration::SECOND;
    assert_eq!(presign(end + second).unwrap(), end.into());
    assert!(matches!(
        presign(end - second),
        Err(Error::OutlivesCredentials { expires_at, expiration })
            if expires_at == end.into() && expiration == (end - second).into()
    ));
}

/// The bounds of a signature's time, to the second: a quarter of an hour on either side in a header;
/// in a URL until it ends, and seven days at most.
#[test]
fn the_time_window_is_exact_to_the_second() {
    let quarter = time::Duration::seconds(900);
    let second = time::Duration::SECOND;
    let mut signed = get("https://h.example/");
    signer("sqs")
        .sign(&mut signed, PayloadHash::EMPTY, NOW)
        .unwrap();
    let in_header = |now| verify("sqs", &sent("/", signed.headers()), now);
    assert_eq!(in_header(NOW - quarter), Ok(()));
    assert_eq!(in_header(NOW + quarter), Ok(()));
    assert!(matches!(
        in_header(NOW - quarter - second),
        Err(VerifyError::NotYetCurrent { valid_from, .. }) if valid_from == (NOW - quarter).into()
    ));
    assert!(matches!(
        in_header(NOW + quarter + second),
        Err(VerifyError::Expired { expired_at, .. }) if expired_at == (NOW + quarter).into()
    ));

    for seconds in [1, 604_800] {
        let url = signer("s3")
            .presign(
                &get("https://h.example/k"),
                Duration::from_secs(seconds),
                NOW,
            )
            .unwrap();
        let uri = url.uri().unwrap();
        let request = sent(uri.path_and_query().unwrap().as_str(), url.headers());
        let end = NOW + time::Duration::seconds(seconds.try_into().unwrap());
        assert_eq!(url.expires_at(), end.into());
        assert_eq!(verify("s3", &request, NOW - quarter), Ok(()));
        assert_eq!(verify("s3", &request, end), Ok(()));
        assert!(verify("s3", &request, NOW - quarter - second).is_err());
        assert!(verify("s3", &request, end + second).is_err());
    }
    for seconds in [0, 604_801] {
        let url = signer("s3").presign(
            &get("https://h.example/k"),
            Duration::from_secs(seconds),
            NOW,
        );
        assert!(matches!(
            url,
            Err(Error::ExpiresInOutOfRange {
                longest: 604_800,
                ..
            })
        ));
        let url = signer("s3").presign(&get("https://h.example/k"), LIFETIME, NOW);
        let query = url.unwrap().uri().unwrap().query().unwrap().to_owned();
        let other = query.replace("Expires=900", &format!("Expires={seconds}"));
        let refused = verify("s3", &sent(&format!("/k?{other}"), &HeaderMap::new()), NOW);
        match seconds {
            0 => assert!(matches!(refused, Err(VerifyError::Expired { .. }))),
            _ => assert!(matches!(
                refused,
                Err(VerifyError::ExpiresInOutOfRange {
                    longest: 604_800,
                    ..
                })
            )),
        }
    }
}

/// The signature of a scope by the key of another, which only a cache gone wrong would hand out.
#[test]
fn a_signing_key_verifies_its_own_scope_only() {
    let scope = CredentialScope::new(NOW, "us-east-1", "sqs").unwrap();
    let canonical = format!(
        "GET\n/\n\nhost:h.example\nx-amz-date:20150830T123600Z\n\nhost;x-amz-date\n{EMPTY}"
    );
    let hash = Sha256::digest(canonical).into();
    let date = AmzDate::new(NOW).unwrap();
    let string_to_sign = StringToSign::new(Algorithm::HmacSha256, &date, &scope, &hash);
    for (region, service, right) in [
        ("us-east-1", "sqs", true),
        ("us-east-2", "sqs", false),
        ("us-east-1", "sns", false),
    ] {
        let other = CredentialScope::new(NOW, region, service).unwrap();
        assert_eq!(other == scope, right);
        let signing_key = SigningKey::derive(credentials().secret_key(), &other);
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/{scope}, SignedHeaders=host;x-amz-date, \
             Signature={}",
            signing_key.sign(string_to_sign).as_str()
        );
        let mut headers = HeaderMap::new();
        headers.insert("x-amz-date", HeaderValue::from_static("20150830T123600Z"));
        headers.insert("authorization", authorization.try_into().unwrap());
        let request = sent("/", &headers);
        let claim = SignedRequest::parse(&request).unwrap();
        let verifier = Verifier::new("us-east-1", "sqs").unwrap();
        let expected = if right {
            Ok(())
        } else {
            Err(VerifyError::SignatureMismatch)
        };
        let payload = PayloadHash::EMPTY;
        let key = VerificationKey::from_signing_key("AKIDEXAMPLE", signing_key);
        let verified = verifier.verify(&claim, &key, payload, NOW).map(drop);
        assert_eq!(verified, expected, "{other}");
        let key = VerificationKey::derive(&credentials(), &other).unwrap();
        let verified = verifier.verify(&claim, &key, payload, NOW).map(drop);
        assert_eq!(verified, expected, "{other}");
    }
}

#[test]
fn equal_scopes_have_equal_hashes() {
    let hash = |scope: &CredentialScope| {
        let mut hasher = std::hash::DefaultHasher::new();
        scope.hash(&mut hasher);
        hasher.finish()
    };
    let scope = CredentialScope::new(NOW, "us-east-1", "sqs").unwrap();
    let same = "20150830/us-east-1/sqs/aws4_request"
        .parse::<CredentialScope>()
        .unwrap();
    assert_eq!((scope, hash(&scope)), (same, hash(&same)));
    for other in [
        "20150831/us-east-1/sqs/aws4_request",
        "20150830/us-east-2/sqs/aws4_request",
        "20150830/us-east-1/sns/aws4_request",
        "20150830/us-east-1-s/qs/aws4_request",
        "20150830/sqs/aws4_request",
    ] {
        let other = other.parse::<CredentialScope>().unwrap();
        assert_ne!(scope, other);
        assert_ne!(hash(&scope), hash(&other));
    }
}

/// The header that only tells the URI's host again is none that a URL's user must send.
#[test]
fn only_a_host_that_differs_from_the_uri_must_be_sent() {
    let presign = |host: Option<&'static str>| {
        let mut request = get("https://h.example/k");
        if let Some(host) = host {
            request
                .headers_mut()
                .insert("host", HeaderValue::from_static(host));
        }
        let url = signer("s3").presign(&request, LIFETIME, NOW);
        url.unwrap().headers().clone()
    };
    assert!(presign(None).is_empty());
    assert!(presign(Some("h.example")).is_empty());
    let headers = presign(Some("other.example"));
    assert_eq!(
        (headers.len(), &headers["host"]),
        (1, &HeaderValue::from_static("other.example"))
    );
}

#[test]
fn a_session_token_is_escaped_as_a_query_parameter() {
    for (token, expected) in [
        (
            SessionToken::from("a/+="),
            "X-Amz-Security-Token=a%2F%2B%3D",
        ),
        (
            SessionToken::s3_express("a/+="),
            "X-Amz-S3session-Token=a%2F%2B%3D",
        ),
    ] {
        assert_eq!(session_token_parameter(&token).unwrap(), expected);
    }
}

/// A request without a body's type, as `http` takes one apart.
#[test]
fn parts_of_a_request_are_signed_as_the_whole() {
    let posted = || {
        let mut request = get("https://h.example/k?a=1");
        *request.method_mut() = http::Method::POST;
        let value = HeaderValue::from_static("v");
        request.headers_mut().insert("x-amz-meta-a", value);
        request
    };
    let mut whole = posted();
    signer("sqs")
        .sign(&mut whole, PayloadHash::EMPTY, NOW)
        .unwrap();
    let (mut parts, ()) = posted().into_parts();
    signer("sqs")
        .sign(&mut parts, PayloadHash::EMPTY, NOW)
        .unwrap();
    assert_eq!(&parts.headers, whole.headers());
    assert_eq!(signer("sqs").region(), "us-east-1");
}

/// A hash declared in the query and in a header is declared twice, even where both say the same.
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

/// A URL that declares another payload than the one that is signed, or two, is one that no server
/// takes; one that declares the right one needs no header for it.
#[test]
fn a_url_that_declares_another_payload_is_not_presigned() {
    let hash = PayloadHash::new("body");
    let hex = hash.to_string();
    let hex = hex.as_str();
    let unsigned = PayloadHash::Unsigned;
    let name = "X-Amz-Content-Sha256";
    for (service, payload, query, good) in [
        ("s3", unsigned, format!("{name}=UNSIGNED-PAYLOAD"), true),
        ("s3", unsigned, format!("{name}=UNSIGNED%2DPAYLOAD"), true),
        ("s3", unsigned, format!("{name}={hex}"), false),
        ("s3", unsigned, format!("{name}="), false),
        ("s3", unsigned, name.to_owned(), false),
        ("s3", unsigned, name.to_lowercase(), false),
        (
            "s3",
            unsigned,
            "x-amz-content-sha256=UNSIGNED-PAYLOAD".into(),
            false,
        ),
        (
            "s3",
            unsigned,
            "%58-amz-content-sha256=UNSIGNED-PAYLOAD".into(),
            false,
        ),
        (
            "s3",
            unsigned,
            format!("{name}=UNSIGNED-PAYLOAD&{name}=UNSIGNED-PAYLOAD"),
            false,
        ),
        ("s3", hash, format!("{name}={hex}"), true),
        ("s3", hash, format!("{name}={EMPTY}"), false),
        ("s3", hash, format!("{name}=UNSIGNED-PAYLOAD"), false),
        ("sqs", hash, format!("{name}={hex}"), true),
        ("sqs", hash, format!("{name}=UNSIGNED-PAYLOAD"), false),
        (
            "vpc-lattice-svcs",
            unsigned,
            format!("{name}=UNSIGNED-PAYLOAD"),
            false,
        ),
    ] {
        let request = get(&format!("https://h.example/k?{query}"));
        let url = match signer(service).presign_with_payload(&request, payload, LIFETIME, NOW) {
            Ok(url) => url,
            Err(error) => {
                let parameter = name.to_owned();
                assert_eq!(error, Error::AlreadySigned { parameter }, "{query}");
                assert!(!good, "{service} {query}");
                continue;
            }
        };
        assert!(good, "{service} {query}");
        assert!(url.headers().is_empty(), "{service} {query}");
        let target = url.url().strip_prefix("https://h.example").unwrap();
        let received = sent(target, url.headers());
        let claim = SignedRequest::parse(&received).unwrap();
        let key = VerificationKey::derive(&credentials(), claim.scope()).unwrap();
        let verifier = Verifier::new("us-east-1", service).unwrap();
        assert!(
            verifier.verify(&claim, &key, payload, NOW).is_ok(),
            "{query}"
        );
    }
    // A header says it for itself, whatever the query holds.
    let mut request = get(&format!("https://h.example/k?{name}=x"));
    assert!(signer("s3").sign(&mut request, unsigned, NOW).is_ok());
    assert_eq!(verify("s3", &request, NOW), Ok(()));
}

/// AWS IoT's device gateway takes URLs that do not say how long they last: as long as a header would.
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

/// What is not ASCII is no authorization, whatever UTF-8 it is.
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

/// A session that a claim names is told, by the name under which it came.
#[test]
fn a_claim_returns_its_session_token_with_the_header_name() {
    let token = "of/the+session==";
    let temporary = credentials().with_session_token(token);
    let signer = Signer::new(temporary, "us-east-1", "s3").unwrap();
    let mut request = get("https://h.example/k");
    signer.sign(&mut request, PayloadHash::EMPTY, NOW).unwrap();
    let in_header = sent("/k", request.headers());
    let url = signer
        .presign(&get("https://h.example/k"), LIFETIME, NOW)
        .unwrap();
    let uri = url.uri().unwrap();
    let in_query = sent(uri.path_and_query().unwrap().as_str(), &HeaderMap::new());
    for request in [in_header, in_query] {
        let claim = SignedRequest::parse(&request).unwrap();
        let told = claim.session_token().unwrap();
        assert_eq!(told.expose(), token);
        assert_eq!(told.header_name(), "x-amz-security-token");
    }
}

/// With two dates of HTTP's own nobody knows which was signed; with `x-amz-date` they do not matter.
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
        // A day or a year of other lengths, which together could make fifteen digits.
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

/// Two capitals are no better than one.
#[test]
fn signed_headers_are_lowercase() {
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

/// AWS: "Error responses" of Amazon S3, which has a status for each code; "Common errors" of the
/// query protocol, where `IncompleteSignature` is 400; and the JSON protocols.
#[test]
fn each_error_has_the_status_of_its_protocol() {
    const S3: [(&str, u16); 12] = [
        ("AccessDenied", 403),
        ("AuthorizationHeaderMalformed", 400),
        ("AuthorizationQueryParametersError", 400),
        ("ExpiredToken", 400),
        ("InvalidAccessKeyId", 403),
        ("InvalidArgument", 400),
        ("InvalidRequest", 400),
        ("InvalidToken", 400),
        ("InvalidURI", 400),
        ("RequestTimeTooSkewed", 403),
        ("SignatureDoesNotMatch", 403),
        ("XAmzContentSHA256Mismatch", 400),
    ];
    let date = AmzDate::new(NOW).unwrap();
    let (now, expiration, signed_at) = (NOW, NOW, NOW);
    let mut codes = HashSet::new();
    for form in [SignatureLocation::Header, SignatureLocation::Query] {
        for error in [
            VerifyError::Malformed {
                form,
                problem: AuthorizationProblem::NotUtf8,
            },
            VerifyError::MissingDate { form },
            VerifyError::WrongDay {
                form,
                day: "20150831".to_owned(),
                date,
            },
            VerifyError::Expired {
                form,
                signed_at: signed_at.into(),
                expired_at: NOW.into(),
                now: now.into(),
            },
            VerifyError::MissingAuthentication,
            VerifyError::MissingHost,
            VerifyError::InvalidHeader,
            VerifyError::InvalidTarget {
                problem: TargetProblem::NotAbsolute,
            },
            VerifyError::ContentSha256Mismatch,
            VerifyError::HostNotSigned,
            VerifyError::SignatureMismatch,
            VerifyError::UnknownAccessKeyId,
            VerifyError::InvalidSessionToken,
            VerifyError::CredentialsExpired {
                expiration: expiration.into(),
                now: now.into(),
            },
        ] {
            let code = error.code(Protocol::S3);
            codes.insert(code);
            let known = S3.iter().find(|(known, _)| *known == code);
            let (_, s3) = known.unwrap_or_else(|| panic!("{code}"));
            let query = match error.code(Protocol::Query) {
                "IncompleteSignature" => 400,
                _ => 403,
            };
            for (protocol, status) in [
                (Protocol::S3, *s3),
                (Protocol::Query, query),
                (Protocol::Json, 400),
                (Protocol::RestJson, 403),
            ] {
                assert_eq!(error.status(protocol).as_u16(), status, "{error:?}");
            }
        }
    }
    // Each of them was asked.
    assert_eq!(codes.len(), S3.len());
    let told = [
        SignatureLocation::Header,
        SignatureLocation::Query,
        SignatureLocation::Fields,
    ]
    .map(|form| form.to_string());
    assert_eq!(told, ["header", "query", "form"]);
}

/// RFC 9110, 5.6.7.
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

/// What counts once is named where it comes twice.
#[test]
fn a_duplicate_header_is_named() {
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
    // Under two names.
    let mut headers = HeaderMap::new();
    headers.insert("authorization", HeaderValue::from_static(AUTHORIZATION));
    headers.insert("x-amz-date", HeaderValue::from_static("20150830T123600Z"));
    headers.insert("x-amz-security-token", HeaderValue::from_static("t"));
    headers.insert("x-amz-s3session-token", HeaderValue::from_static("t"));
    let error = SignedRequest::parse(&sent("/", &headers)).map(drop);
    let name = "x-amz-s3session-token";
    assert_eq!(error, Err(VerifyError::Repeated { name }));
    // In the query and in a header.
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

/// The trailers that a stream announces.
#[test]
fn a_seed_lists_the_announced_trailers() {
    let mut request = get("https://h.example/k");
    let names = ["x-amz-checksum-crc32", "x-custom"];
    let trailers = names.map(|name| Trailer::new(HeaderName::from_static(name), 3));
    let payload = ChunkedEncoding::signed_with_trailers(5, trailers);
    signer("s3")
        .sign_chunked(&mut request, payload, NOW)
        .unwrap();
    let request = sent("/k", request.headers());
    let claim = SignedRequest::parse(&request).unwrap();
    let key = VerificationKey::derive(&credentials(), claim.scope()).unwrap();
    let verifier = Verifier::new("us-east-1", "s3").unwrap();
    let PendingVerification::SignedStream(head) =
        verifier.verify_signature(&claim, &key, NOW).unwrap()
    else {
        panic!("it streams");
    };
    let (_, seed) = head.into_parts();
    assert!(seed.trailer().eq(names));
    assert_eq!(seed.decoded_content_length(), Some(5));
    for text in [format!("{seed:?}"), format!("{claim:?}")] {
        assert!(!text.is_empty());
    }
}

/// What is no method, no path and no query, in slices, is told as what it is.
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
    for (method, path, query, told) in [
        ("G T", "/", "", "method"),
        ("GET", "a", "", "begin"),
        ("GET", "/a b", "", "white space"),
        ("GET", "/", "%", "hexadecimal digits"),
    ] {
        let error = verify(method, path, query).unwrap_err();
        assert!(
            matches!(error, VerifyError::InvalidTarget { problem } if problem.to_string().contains(told)),
            "{error:?}"
        );
    }
}

#[test]
fn a_date_prints_as_it_is_sent() {
    let date = AmzDate::new(NOW).unwrap();
    assert_eq!(
        format!("{date} {date:?}"),
        "20150830T123600Z 20150830T123600Z"
    );
}

/// How a payload was signed, and how it was checked instead.
#[test]
fn the_error_names_how_the_payload_was_signed_and_checked() {
    let mut request = get("https://h.example/k");
    signer("s3")
        .sign(&mut request, PayloadHash::EMPTY, NOW)
        .unwrap();
    let request = sent("/k", request.headers());
    let claim = SignedRequest::parse(&request).unwrap();
    let key = VerificationKey::derive(&credentials(), claim.scope()).unwrap();
    let verifier = Verifier::new("us-east-1", "s3").unwrap();
    let error = verifier
        .verify(&claim, &key, PayloadHash::Unsigned, NOW)
        .map(drop)
        .unwrap_err();
    let expected = "payload is signed as a hash, but was checked as unsigned";
    assert_eq!(error.to_string(), expected);
}

/// Each parameter that presigning writes, in any case of letters and however it is escaped.
#[test]
fn a_presigned_url_is_not_presigned_again() {
    for name in [
        "X-Amz-Algorithm",
        "X-Amz-Credential",
        "X-Amz-Date",
        "X-Amz-Expires",
        "X-Amz-Region-Set",
        "X-Amz-S3session-Token",
        "X-Amz-Security-Token",
        "X-Amz-SignedHeaders",
        "X-Amz-Signature",
    ] {
        let escaped = name.replace('-', "%2d").replacen('X', "%58", 1);
        for spelled in [name, &name.to_lowercase(), &name.to_uppercase(), &escaped] {
            let request = get(&format!("https://h.example/k?{spelled}=1"));
            let url = signer("s3").presign(&request, LIFETIME, NOW);
            let error = url.map(drop).unwrap_err();
            assert!(
                matches!(&error, Error::AlreadySigned { parameter } if parameter == name),
                "{spelled}: {error}"
            );
        }
    }
    let other = get("https://h.example/k?X-Amz-Expire=1&X-Amz-Meta=1&Date=1");
    let url = signer("s3").presign(&other, LIFETIME, NOW);
    assert!(url.is_ok());
}

/// Amazon S3 User Guide, "Checking object integrity": the trailers, and how long base64 makes them.
#[test]
fn each_checksum_has_its_trailer_name_and_length() {
    let told = ChecksumAlgorithm::ALL.map(|algorithm| {
        let name = algorithm.trailer_name();
        assert_eq!(
            ChecksumAlgorithm::of_trailer(name.as_str()),
            Some(algorithm)
        );
        (name.as_str().to_owned(), algorithm.value_length())
    });
    let expected = [
        ("x-amz-checksum-crc32", 8),
        ("x-amz-checksum-crc32c", 8),
        ("x-amz-checksum-crc64nvme", 12),
        ("x-amz-checksum-sha1", 28),
        ("x-amz-checksum-sha256", 44),
        ("x-amz-checksum-sha512", 88),
        ("x-amz-checksum-md5", 24),
        ("x-amz-checksum-xxhash64", 12),
        ("x-amz-checksum-xxhash3", 12),
        ("x-amz-checksum-xxhash128", 24),
    ];
    assert_eq!(told.len(), expected.len());
    for (name, length) in expected {
        assert!(told.contains(&(name.to_owned(), length)), "{name}");
    }
}

/// IAM User Guide, "Understanding unique ID prefixes".
#[test]
fn each_id_prefix_of_iam_is_recognized() {
    let prefixes = [
        "ABIA", "ACCA", "AGPA", "AIDA", "AIPA", "AKIA", "ANPA", "ANVA", "APKA", "AROA", "ASCA",
        "ASIA",
    ];
    for prefix in prefixes {
        let id = format!("{prefix}EXAMPLE");
        assert_eq!(IdPrefix::of(&id).unwrap().as_str(), prefix);
    }
    assert_eq!(IdPrefix::of("AXXAEXAMPLE"), None);
    // The digits of base32, and those beside them (RFC 4648, section 6).
    let id = id_of(123_456_789_012);
    for byte in 0..0x7f_u8 {
        let other = format!("{}{}", &id[..19], char::from(byte));
        let is_digit = matches!(byte, b'A'..=b'Z' | b'2'..=b'7');
        assert_eq!(account_id(&other).is_some(), is_digit, "{byte:#x}");
    }
}

/// Signatures of Signature Version 4A are the hex of 8 to 72 bytes.
#[test]
fn a_signature_of_another_length_is_refused() {
    let read = |algorithm: &str, scope: &str, digits: usize| {
        let text = format!(
            "{algorithm} Credential=AKIDEXAMPLE/{scope}, SignedHeaders=host, Signature={}",
            "a".repeat(digits)
        );
        let read = Authorization::parse(&text);
        assert!(
            read.is_ok() || matches!(read, Err(Error::MalformedAuthorization(_))),
            "{read:?}"
        );
        read.is_ok_and(|read| read.signature.as_str().len() == digits)
    };
    let several = "20150830/s3/aws4_request";
    for (digits, sound) in [
        (0, false),
        (14, false),
        (15, false),
        (16, true),
        (17, false),
        (140, true),
        (143, false),
        (144, true),
        (145, false),
        (146, false),
    ] {
        let read = read("AWS4-ECDSA-P256-SHA256", several, digits);
        assert_eq!(read, sound, "{digits}");
    }
    let one = "20150830/us-east-1/s3/aws4_request";
    for digits in [0, 62, 63, 64, 65, 66, 144] {
        let read = read("AWS4-HMAC-SHA256", one, digits);
        assert_eq!(read, digits == 64, "{digits}");
    }
}

/// What the types of `http` carry is read as slices are, and no signature is signed.
#[test]
fn the_canonical_form_of_a_signed_request_leaves_out_its_signature() {
    let rules = Rules::S3.also_sign(http::header::AUTHORIZATION);
    let mut request = get("https://h/?X-Amz-Signature=00&a=1");
    let canonical = |request: &Request<()>| {
        CanonicalRequest::new(request, &rules, PayloadHash::Unsigned)
            .unwrap()
            .to_string()
    };
    assert_eq!(
        canonical(&request),
        "GET\n/\na=1\nhost:h\n\nhost\nUNSIGNED-PAYLOAD"
    );
    let headers = request.headers_mut();
    headers.insert("authorization", HeaderValue::from_static("x"));
    assert_eq!(
        canonical(&request),
        "GET\n/\nX-Amz-Signature=00&a=1\nhost:h\n\nhost\nUNSIGNED-PAYLOAD"
    );
}

/// The port that a scheme implies is not sent, and so not signed.
#[test]
fn the_default_port_of_a_scheme_is_not_signed() {
    for (url, host) in [
        ("http://h/", "h"),
        ("http://h:80/", "h"),
        ("ws://h:80/", "h"),
        ("https://h:443/", "h"),
        ("wss://h:443/", "h"),
        ("http://h:443/", "h:443"),
        ("ws://h:443/", "h:443"),
        ("https://h:80/", "h:80"),
        ("wss://h:80/", "h:80"),
        ("other://h:80/", "h:80"),
        ("https://h:/", "h"),
        ("other://h:/", "h"),
    ] {
        let request = get(url);
        let canonical = CanonicalRequest::new(&request, &Rules::S3, PayloadHash::Unsigned);
        let text = canonical.unwrap().to_string();
        assert_eq!(text.lines().nth(3), Some(&*format!("host:{host}")), "{url}");
    }
}

/// Where `x-amz-date` is signed, nobody reads `date`: a client may add it after signing.
#[test]
fn a_date_header_is_not_read_where_x_amz_date_is_signed() {
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
    // Of a URL the more so.
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

/// Which scheme it is, is said before the first space or tab.
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

/// AWS IoT's gateways want the token added after signing, by either of their names.
#[test]
fn iot_gateways_get_the_token_after_the_signature() {
    for (service, signed) in [
        ("iotdevicegateway", false),
        ("iotdata", false),
        ("iot", true),
    ] {
        let credentials = credentials().with_session_token("token");
        let url = Signer::new(credentials, "us-east-1", service)
            .unwrap()
            .presign_with_payload(
                &get("https://h.example/mqtt"),
                PayloadHash::EMPTY,
                LIFETIME,
                NOW,
            )
            .unwrap();
        let last = url.url().ends_with("&X-Amz-Security-Token=token");
        assert_eq!(last, !signed, "{service}");
    }
}

/// Services that cannot do without `x-amz-content-sha256`, beside S3: OpenSearch Serverless and VPC
/// Lattice.
#[test]
fn three_services_require_x_amz_content_sha256() {
    for (service, wants) in [
        ("s3", true),
        ("aoss", true),
        ("vpc-lattice-svcs", true),
        ("sqs", false),
    ] {
        let plain = countersign::Service::new(service, Rules::GENERIC);
        let mut request = get("https://h.example/");
        Signer::new(credentials(), "us-east-1", plain)
            .unwrap()
            .sign(&mut request, PayloadHash::EMPTY, NOW)
            .unwrap();
        let verified = verify(service, &sent("/", request.headers()), NOW);
        let wanted = if wants {
            Err(VerifyError::MissingContentSha256)
        } else {
            Ok(())
        };
        assert_eq!(verified, wanted, "{service}");
    }
}

/// What arrives where the payload is hashed, or is unsigned. The signatures are of 20 lines of
/// Python's `hmac`, for `AKIDEXAMPLE` on 2026-01-02 at 03:04:05.
fn arrives(
    service: &'static str,
    request: &Request<&'static str>,
    payload: PayloadHash,
) -> Result<(), VerifyError> {
    let claim = SignedRequest::parse(request)?;
    let key = VerificationKey::derive(&credentials(), claim.scope()).unwrap();
    let now = datetime!(2026-01-02 03:04:30 UTC);
    Verifier::new("us-east-1", service)
        .unwrap()
        .verify(&claim, &key, payload, now)
        .map(drop)
}

/// The header is the base64 of the hash, and signed so; the last line is its hex.
#[test]
fn the_base64_hash_of_icebergs_java_client_is_verified() {
    const BODY: &str = r#"{"namespace":["sales"]}"#;
    const HASH: &str = "bGOxEVhdj90kqooHzGnV9t6Y1kwFnmjGfYMuJ2CGRjQ=";
    let request = |service: &str, hash: &str| {
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/us-east-1/{service}/aws4_request, \
             SignedHeaders=host;x-amz-content-sha256;x-amz-date, \
             Signature=123ed8bd4af5d466fbe532804c9a3ccd59398bbf804cd938aa10fdff62df0171"
        );
        Request::post("/v1/namespaces")
            .header("host", "catalog.example.com")
            .header("x-amz-date", "20260102T030405Z")
            .header("x-amz-content-sha256", hash)
            .header("authorization", authorization)
            .body(BODY)
            .unwrap()
    };
    let sent = request("execute-api", HASH);
    let verify = |payload| arrives("execute-api", &sent, payload);
    assert_eq!(verify(PayloadHash::new(BODY)), Ok(()));
    assert_eq!(
        verify(PayloadHash::new("another")),
        Err(VerifyError::ContentSha256Mismatch)
    );
    assert!(matches!(
        verify(PayloadHash::Unsigned),
        Err(VerifyError::PayloadNotAsSigned { .. })
    ));
    // Not where the text itself is the last line.
    let s3 = arrives("s3", &request("s3", HASH), PayloadHash::new(BODY));
    assert_eq!(s3, Err(VerifyError::InvalidContentSha256));
    // One character too few or too many, none of base64, of its URLs, or with bits to spare.
    for wrong in [
        "bGOxEVhdj90kqooHzGnV9t6Y1kwFnmjGfYMuJ2CGRjQ",
        "bGOxEVhdj90kqooHzGnV9t6Y1kwFnmjGfYMuJ2CGRjQA",
        "bGOxEVhdj90kqooHzGnV9t6Y1kwFnmjGfYMuJ2CGRjQ==",
        "bGOxEVhdj90kqooHzGnV9t6Y1kwFnmjGfYMuJ2CGRj==",
        "bGOxEVhdj90kqooHzGnV9t6Y1kwFnmjGfYMuJ2CGRjR=",
        "bGOxEVhdj90kqooHzGnV9t6Y1kwFnmjGfYMuJ2CGRj!=",
        "bGOxEVhdj90kqooHzGnV9t6Y1kwFnmjGfYMuJ2CG-jQ=",
        "bGOxEVhdj90kqooHzGnV9t6Y1kwFnmjGfYMuJ2CG_jQ=",
    ] {
        let refused = arrives(
            "execute-api",
            &request("execute-api", wrong),
            PayloadHash::new(BODY),
        );
        assert_eq!(refused, Err(VerifyError::InvalidContentSha256), "{wrong}");
    }
}

/// A URL that says nothing of its payload: hashed, but for S3 and VPC Lattice.
#[test]
fn a_url_without_a_payload_hash_is_unsigned_for_s3_and_vpc_lattice_only() {
    const BODY: &str = r#"{"namespace":["sales"]}"#;
    let url = |service: &str, signature: &str| {
        let target = format!(
            "/index/_search?X-Amz-Algorithm=AWS4-HMAC-SHA256\
             &X-Amz-Credential=AKIDEXAMPLE%2F20260102%2Fus-east-1%2F{service}%2Faws4_request\
             &X-Amz-Date=20260102T030405Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host\
             &X-Amz-Signature={signature}"
        );
        let request = Request::post(target).header("host", "search.example.com");
        request.body(BODY).unwrap()
    };
    for (service, hashed, unsigned, is_hashed) in [
        (
            "aoss",
            "7e18a21021928dfef5b6d20035eddbca89084124cc9bbc4adc87f47c62bd5b8a",
            "9bebbc17b863267fba91a7642d44e908ee7191494e28ca948e749806d681b493",
            true,
        ),
        (
            "es",
            "22d2af3a299a4a799aecaab39b04e380fa1cd9aacd0b085cf29fc3b953974656",
            "864dc4ba27415441b98de81e69e02e636fa6473e2b705b8fca90cd2e184a7323",
            true,
        ),
        (
            "s3",
            "60243e11e37075a97ac3760768f830f652d6587a15a61249bf031146f5316869",
            "7bb433685d9746e5284c14cf1fa4cef9a0c225d47b6dff30c0238ea82c710183",
            false,
        ),
        (
            "vpc-lattice-svcs",
            "bd3d8cb92e4e7ae9ba5d937666a81f952ed7c4d2c8dec852ad8ffba4a59f4fcc",
            "55857243b092b8904478328370193b002d1f2aca1aff8973308224941a06065e",
            false,
        ),
    ] {
        let hash = arrives(service, &url(service, hashed), PayloadHash::new(BODY));
        assert_eq!(hash.is_ok(), is_hashed, "{service}: {hash:?}");
        let none = arrives(service, &url(service, unsigned), PayloadHash::Unsigned);
        assert_eq!(none.is_ok(), !is_hashed, "{service}: {none:?}");
    }
}
