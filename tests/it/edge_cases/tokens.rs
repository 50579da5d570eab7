//! Tokens, time and keys.

use std::time::Duration;

use countersign::verify::{SignedRequest, VerificationKey, Verifier};
use countersign::{Credentials, Error, PayloadHash, SessionToken, Signer};
use http::{HeaderValue, Request};
use time::macros::datetime;

use crate::edge_cases::reference::*;

#[test]
fn iot_tokens_are_added_after_signing() {
    let temporary = credentials().with_session_token("IQo/b3+Jp==");
    let signer = Signer::new(temporary, REGION, "iotdevicegateway").unwrap();
    let uri = "wss://example.amazonaws.com/mqtt";
    let presigned = signer
        .presign_with_payload(&get(uri), PayloadHash::EMPTY, LIFETIME, NOW)
        .unwrap();
    let canonical = format!(
        "GET\n/mqtt\nX-Amz-Algorithm=AWS4-HMAC-SHA256\
         &X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fiotdevicegateway%2Faws4_request\
         &X-Amz-Date=20150830T123600Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host\n\
         host:example.amazonaws.com\n\nhost\n{EMPTY}"
    );
    let signature = signature(canonical, "iotdevicegateway");
    assert!(
        presigned.url().ends_with(&format!(
            "&X-Amz-Signature={signature}&X-Amz-Security-Token=IQo%2Fb3%2BJp%3D%3D"
        )),
        "{}",
        presigned.url()
    );

    // In a header signature, it is sent and not signed.
    let mut request = get("https://example.amazonaws.com/");
    let made = signer.sign(&mut request, PayloadHash::EMPTY, NOW).unwrap();
    let expected = crate::edge_cases::reference::signature(plain("/", ""), "iotdevicegateway");
    assert_eq!(made.as_str(), expected);
    assert_eq!(request.headers()["x-amz-security-token"], "IQo/b3+Jp==");
    // Signing again does not sign it either.
    let made = signer.sign(&mut request, PayloadHash::EMPTY, NOW).unwrap();
    assert_eq!(made.as_str(), expected);
}

#[test]
fn each_kind_of_session_token_has_its_header_name() {
    let uri = "https://bucket--use1-az4--x-s3.s3express-use1-az4.us-east-1.amazonaws.com/?session";
    // `CreateSession` is signed with ordinary temporary credentials...
    let ordinary = credentials().with_session_token("ordinary");
    let mut create = get(uri);
    Signer::new(ordinary, REGION, "s3express")
        .unwrap()
        .sign(&mut create, PayloadHash::EMPTY, NOW)
        .unwrap();
    assert_eq!(create.headers()["x-amz-security-token"], "ordinary");
    assert!(!create.headers().contains_key("x-amz-s3session-token"));
    // ...and the credentials that it returned are sent under the other name, even in the same
    // request.
    let session = credentials().with_session_token(SessionToken::s3_express("session"));
    let session = Signer::new(session, REGION, "s3express").unwrap();
    session.sign(&mut create, PayloadHash::EMPTY, NOW).unwrap();
    assert_eq!(create.headers()["x-amz-s3session-token"], "session");
    assert!(!create.headers().contains_key("x-amz-security-token"));
    let authorization = create.headers()["authorization"].to_str().unwrap();
    assert!(authorization.contains("x-amz-date;x-amz-s3session-token, Signature="));
    let url = session.presign(&get(uri), LIFETIME, NOW).unwrap();
    assert!(url.url().contains("&X-Amz-S3session-Token=session&"));
    assert!(!url.url().contains("Security-Token"));
}

#[test]
fn a_presigned_url_lasts_one_second_to_seven_days() {
    let request = get("https://bucket.s3.amazonaws.com/k");
    let presign = |expires_in| signer("s3").presign(&request, expires_in, NOW);
    for seconds in [1, 604_800] {
        let presigned = presign(Duration::from_secs(seconds)).unwrap();
        assert!(
            presigned
                .url()
                .contains(&format!("&X-Amz-Expires={seconds}&"))
        );
        assert_eq!(
            presigned.expires_at(),
            (NOW + Duration::from_secs(seconds)).into()
        );
    }
    for seconds in [0, 604_801, u64::MAX] {
        let error = presign(Duration::from_secs(seconds)).unwrap_err();
        assert_eq!(
            error,
            Error::ExpiresInOutOfRange {
                seconds,
                longest: 604_800
            }
        );
        assert!(error.to_string().contains(&seconds.to_string()));
        assert!(error.to_string().contains("604800"));
    }
    // A fraction of a second is refused.
    assert!(presign(Duration::from_millis(999)).is_err());
}

#[test]
fn a_url_that_outlives_its_credentials_names_both_times() {
    let expiration = datetime!(2015-08-30 13:00 UTC);
    let temporary = credentials()
        .with_session_token("t")
        .with_expiration(expiration);
    let signer = Signer::new(temporary, REGION, "s3").unwrap();
    let request = get("https://bucket.s3.amazonaws.com/k");
    let presign = |seconds| signer.presign(&request, Duration::from_secs(seconds), NOW);
    assert_eq!(presign(24 * 60).unwrap().expires_at(), expiration.into());
    let error = presign(24 * 60 + 1).unwrap_err();
    let expires_at = datetime!(2015-08-30 13:00:01 UTC);
    assert_eq!(
        error,
        Error::OutlivesCredentials {
            expires_at: expires_at.into(),
            expiration: expiration.into()
        }
    );
    let text = error.to_string();
    assert!(
        text.contains("13:00:00") && text.contains("13:00:01"),
        "{text}"
    );

    // Expired credentials sign nothing, from the second of their expiration.
    for now in [expiration, datetime!(2016-01-01 0:00 UTC)] {
        let mut request = get("https://bucket.s3.amazonaws.com/k");
        let expected = Error::CredentialsExpired {
            expiration: expiration.into(),
            now: now.into(),
        };
        let error = signer
            .sign(&mut request, PayloadHash::Unsigned, now)
            .unwrap_err();
        assert_eq!(error, expected);
        assert!(request.headers().is_empty());
        let error = signer
            .presign(&request, Duration::from_secs(1), now)
            .unwrap_err();
        assert_eq!(error, expected);
    }
    let just = datetime!(2015-08-30 12:59:59 UTC);
    assert!(
        signer
            .sign(&mut get("https://h/"), PayloadHash::Unsigned, just)
            .is_ok()
    );
}

#[test]
fn the_time_is_an_argument_and_only_the_default_clock_of_layers_reads_one() {
    // The date is in UTC, without the fraction of the second.
    let times = [
        (datetime!(1970-01-01 0:00 UTC), "19700101T000000Z"),
        (datetime!(2015-08-30 14:36 +2), "20150830T123600Z"),
        (datetime!(2015-08-30 12:36:00.999 UTC), "20150830T123600Z"),
        (datetime!(2015-12-31 23:30 -1), "20160101T003000Z"),
        (datetime!(9999-12-31 23:59:59 UTC), "99991231T235959Z"),
        (datetime!(0000-01-01 0:00 UTC), "00000101T000000Z"),
    ];
    for (now, date) in times {
        let mut request = get("https://example.amazonaws.com/");
        let made = signer("service")
            .sign(&mut request, PayloadHash::EMPTY, now)
            .unwrap();
        let canonical = plain("/", "").replace("20150830T123600Z", date);
        let expected = signature_at(canonical, date, REGION, "service");
        assert_eq!(made.as_str(), expected, "{now}");
    }
    // Nothing in the crate reads a clock or the environment, except the default clock of the
    // layers.
    for (file, text) in sources() {
        for word in [
            "now_utc",
            "now_local",
            "SystemTime::now",
            "Instant::now",
            "env::var",
        ] {
            let code = text
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"));
            let is_allowed = file.ends_with("tower/clock.rs") && word == "SystemTime::now";
            let found = code.clone().any(|line| line.contains(word));
            assert_eq!(found, is_allowed, "{file}, {word}");
        }
    }
}

/// The files of the crate with their text.
fn sources() -> Vec<(String, String)> {
    let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let text = std::fs::read_to_string(&path).unwrap();
                sources.push((path.display().to_string(), text));
            }
        }
    }
    assert!(sources.len() > 20);
    sources
}

#[test]
fn a_cached_signing_key_is_used_for_its_day_only() {
    let days = [
        (NOW, "20150830T123600Z"),
        (datetime!(2015-08-31 0:00 UTC), "20150831T000000Z"),
        (datetime!(2015-08-30 23:59:59 UTC), "20150830T235959Z"),
        (datetime!(2016-08-30 0:00 UTC), "20160830T000000Z"),
    ];
    // Scopes that are equal if their parts are joined without a separator.
    let scopes = [
        ("us-east-1", "s"),
        ("us-east-", "1s"),
        ("us", "-east-1s"),
        ("us-east-1s", "x"),
    ];
    let signers = scopes.map(|(region, service)| {
        (
            region,
            service,
            Signer::new(credentials(), region, service).unwrap(),
        )
    });
    for _ in 0..2 {
        for (now, date) in days {
            for (region, service, signer) in &signers {
                let canonical = plain("/", "").replace("20150830T123600Z", date);
                let expected = signature_at(canonical, date, region, service);
                for signer in [signer, &signer.clone()] {
                    let mut request = get("https://example.amazonaws.com/");
                    let made = signer.sign(&mut request, PayloadHash::EMPTY, now).unwrap();
                    assert_eq!(made.as_str(), expected);
                }
            }
        }
    }
    // Two users with one access key ID do not share a key.
    let other = Signer::new(Credentials::new("AKIDEXAMPLE", "another"), "us-east-1", "s").unwrap();
    let mut request = get("https://example.amazonaws.com/");
    let made = other.sign(&mut request, PayloadHash::EMPTY, NOW).unwrap();
    let theirs = signature_at(plain("/", ""), "20150830T123600Z", "us-east-1", "s");
    assert_ne!(made.as_str(), theirs);
}

#[test]
fn white_space_in_keys_and_tokens_is_refused_unprinted() {
    let bad = |good: &str| {
        [
            format!("{good}\n"),
            format!("{good}\r\n"),
            format!(" {good}"),
            format!("{good}\t{good}"),
            format!("{good} {good}"),
            format!("{good}\0"),
            format!("{good}\x7f"),
            String::new(),
        ]
    };
    let check = |credentials: Credentials, text: &str, expected: fn(&Error) -> bool| {
        let error = Signer::new(credentials.clone(), REGION, "s3").unwrap_err();
        assert!(expected(&error), "{error:?}");
        for said in [
            error.to_string(),
            format!("{error:?}"),
            format!("{:?}", credentials.secret_key()),
            format!("{:?}", credentials.session_token()),
        ] {
            assert!(
                text.trim().is_empty() || !said.contains(text.trim()),
                "{said}"
            );
            assert!(!said.contains("wJalr") && !said.contains("IQoJ"), "{said}");
        }
    };
    for id in bad("AKIDEXAMPLE") {
        check(Credentials::new(&*id, SECRET), &id, |error| {
            matches!(error, Error::InvalidAccessKeyId(_))
        });
    }
    for secret in bad(SECRET) {
        check(
            Credentials::new("AKIDEXAMPLE", &*secret),
            &secret,
            |error| matches!(error, Error::InvalidSecretKey(_)),
        );
    }
    for token in bad("IQoJb3JpZ2lu") {
        check(credentials().with_session_token(&*token), &token, |error| {
            matches!(error, Error::InvalidSessionToken(_))
        });
    }
}

#[test]
fn a_relative_uri_is_an_error_and_an_expiry_is_required() {
    let mut request = get("/relative?a=1");
    let error = signer("service")
        .sign(&mut request, PayloadHash::EMPTY, NOW)
        .unwrap_err();
    assert_eq!(error, Error::MissingHost);
    assert!(error.to_string().contains("host"));
    assert!(request.headers().is_empty());
    let error = signer("service")
        .presign_with_payload(&request, PayloadHash::EMPTY, LIFETIME, NOW)
        .unwrap_err();
    assert_eq!(error, Error::RelativeUri);
    // With a `host` header it can be signed, but not presigned: a URL needs a host.
    request
        .headers_mut()
        .insert("host", HeaderValue::from_static("example.amazonaws.com"));
    signs(
        "service",
        &mut request.clone(),
        PayloadHash::EMPTY,
        plain("/relative", "a=1"),
    );
    let error = signer("service")
        .presign_with_payload(&request, PayloadHash::EMPTY, LIFETIME, NOW)
        .unwrap_err();
    assert_eq!(error, Error::RelativeUri);
}

#[test]
fn a_lifetime_with_a_fraction_of_a_second_is_refused_and_says_so() {
    let signer = signer("s3");
    let request = get("https://bucket.s3.amazonaws.com/k");
    for (milliseconds, got) in [(500, "500ms"), (1500, "1.5s")] {
        let expires_in = Duration::from_millis(milliseconds);
        let expected = Error::ExpiresInNotWholeSeconds { expires_in };
        let presigned = signer.presign(&request, expires_in, NOW).unwrap_err();
        assert_eq!(presigned, expected);
        assert_eq!(
            presigned.to_string(),
            format!("lifetime must be in whole seconds, got {got}")
        );
        let presigner = signer.presigner(expires_in, NOW).map(drop);
        assert_eq!(presigner.unwrap_err(), expected);
    }
    let presigned = signer.presign(&request, Duration::from_millis(2000), NOW);
    assert!(presigned.unwrap().url().contains("&X-Amz-Expires=2&"));
    let none = signer.presign(&request, Duration::ZERO, NOW).unwrap_err();
    assert!(matches!(
        none,
        Error::ExpiresInOutOfRange { seconds: 0, .. }
    ));
}

/// The signature was made by botocore.
#[test]
fn iotdata_signs_its_token_in_a_header_and_appends_it_to_a_url() {
    let now = datetime!(2026-01-02 03:04:05 UTC);
    let credentials = credentials().with_session_token("IQoJb3JpZ2lu/tok+en==");
    let signer = Signer::new(credentials.clone(), "us-east-1", "iotdata").unwrap();
    let url = "https://abc-ats.iot.us-east-1.amazonaws.com/topics/a%2Fb?qos=1";
    let mut request = Request::post(url).body("{}").unwrap();
    let signature = signer
        .sign(&mut request, PayloadHash::new("{}"), now)
        .unwrap();
    assert_eq!(
        signature.as_str(),
        "5492d59992113aa317c227ac14ccc15334d0a571d7c8f14b806e775a2878a648"
    );
    assert_eq!(
        request.headers()["x-amz-security-token"],
        "IQoJb3JpZ2lu/tok+en=="
    );

    // A server with the same rules accepts the token, and no other one.
    let verify = |request: &Request<&str>, payload| {
        let claim = SignedRequest::parse(request)?;
        let key = VerificationKey::derive(&credentials, claim.scope()).unwrap();
        let verifier = Verifier::new("us-east-1", "iotdata").unwrap();
        verifier.verify(&claim, &key, payload, now).map(drop)
    };
    assert_eq!(verify(&request, PayloadHash::new("{}")), Ok(()));
    let other = HeaderValue::from_static("another");
    request.headers_mut().insert("x-amz-security-token", other);
    let refused = verify(&request, PayloadHash::new("{}"));
    assert!(refused.is_err());

    let get = Request::get(url).body("").unwrap();
    let presigned = signer.presign(&get, LIFETIME, now).unwrap();
    let token = "&X-Amz-Security-Token=IQoJb3JpZ2lu%2Ftok%2Ben%3D%3D";
    let (before, _) = presigned.url().split_once("&X-Amz-Signature=").unwrap();
    assert!(presigned.url().ends_with(token) && !before.contains(token));
    let mut sent = Request::get(presigned.url()).body("").unwrap();
    let host = HeaderValue::from_static("abc-ats.iot.us-east-1.amazonaws.com");
    sent.headers_mut().insert("host", host);
    assert_eq!(verify(&sent, PayloadHash::EMPTY), Ok(()));

    // The device gateway does not sign the token, neither in a header nor in a URL.
    let signer = Signer::new(credentials.clone(), "us-east-1", "iotdevicegateway").unwrap();
    let mut request = Request::get(url).body("").unwrap();
    signer.sign(&mut request, PayloadHash::EMPTY, now).unwrap();
    let authorization = request.headers()["authorization"].to_str().unwrap();
    assert!(authorization.contains("SignedHeaders=host;x-amz-date,"));
}
