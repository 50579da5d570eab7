use countersign::sigv4::CredentialScope;
use countersign::verify::SignatureLocation;

use super::*;

fn malformed(message: &Message) -> bool {
    matches!(
        verify(message, "s3"),
        Err(VerifyError::Malformed { .. } | VerifyError::UnknownAlgorithm { .. })
    )
}

#[test]
fn two_ways_to_authenticate_are_refused() {
    let [header, url] = both_forms("s3");
    let twice = Err(VerifyError::SeveralAuthentications);
    let authorization = header.headers()["authorization"]
        .to_str()
        .unwrap()
        .to_owned();

    let both = with_header(url.clone(), "authorization", &authorization);
    assert_eq!(verify(&both, "s3"), twice);
    for other in [&authorization, "Bearer x", "AWS AKID:c2ln", ""] {
        assert_eq!(
            verify(&with_header(header.clone(), "authorization", other), "s3"),
            twice
        );
        assert_eq!(
            verify(&with_header(url.clone(), "authorization", other), "s3"),
            twice
        );
    }
}

#[test]
fn a_signature_parameter_beside_an_authorization_header_is_refused() {
    let [header, url] = both_forms("s3");
    for parameter in [
        "X-Amz-Signature=x",
        "x-amz-signature=x",
        "X-Amz-%53ignature=x",
        "X-Amz-Algorithm=x",
        "X-Amz-Credential=",
        "X-Amz-Signature",
    ] {
        let message = with_query(header.clone(), |query| format!("{query}&{parameter}"));
        assert_eq!(
            verify(&message, "s3"),
            Err(VerifyError::SeveralAuthentications),
            "{parameter}"
        );
    }
    // Only `X-Amz-Signature` itself is left out of a presigned query.
    let message = with_query(url, |query| format!("{query}&X-Amz-Signatures=x"));
    assert_eq!(verify(&message, "s3"), Err(VerifyError::SignatureMismatch));
}

#[test]
fn a_signature_with_one_digit_changed_is_refused() {
    for (form, message) in both_forms("s3").into_iter().enumerate() {
        let change = |message: Message, change: &dyn Fn(&str) -> String| match form {
            0 => with_authorization(message, |header| {
                let (start, signature) = header.split_once("Signature=").unwrap();
                format!("{start}Signature={}", change(signature))
            }),
            _ => with_query(message, |query| {
                let (start, signature) = query.split_once("Signature=").unwrap();
                format!("{start}Signature={}", change(signature))
            }),
        };
        for i in 0..64 {
            let other = change(message.clone(), &|signature| {
                let digit = if &signature[i..=i] == "0" { "1" } else { "0" };
                format!("{}{digit}{}", &signature[..i], &signature[i + 1..])
            });
            assert_eq!(
                verify(&other, "s3"),
                Err(VerifyError::SignatureMismatch),
                "{i}"
            );
        }
        for cut in [0, 1, 63] {
            let short = change(message.clone(), &|signature| signature[..cut].to_owned());
            assert!(malformed(&short), "{cut}");
        }
        assert!(malformed(&change(message.clone(), &|signature| format!(
            "{signature}0"
        ))));
        assert!(malformed(&change(message.clone(), &|signature| signature
            .replace(|_| true, "*"))));
        let upper = change(message, &str::to_uppercase);
        assert_eq!(verify(&upper, "s3"), Ok(()));
    }
}

#[test]
fn the_algorithm_is_compared_exactly() {
    let [header, url] = both_forms("s3");
    for name in [
        "AWS4-HMAC-SHA512",
        "aws4-hmac-sha256",
        "AWS4-HMAC-SHA25",
        "AWS4-HMAC-SHA2566",
        "AWS4",
        "AWS",
        "Bearer",
        "AWS4-HMAC-SHA256-PAYLOAD",
    ] {
        let message = with_authorization(header.clone(), |header| {
            header.replace("AWS4-HMAC-SHA256", name)
        });
        let form = SignatureLocation::Header;
        assert_eq!(
            verify(&message, "s3"),
            Err(VerifyError::UnknownAlgorithm { form }),
            "{name}"
        );
        let message = with_query(url.clone(), |query| query.replace("AWS4-HMAC-SHA256", name));
        let form = SignatureLocation::Query;
        assert_eq!(
            verify(&message, "s3"),
            Err(VerifyError::UnknownAlgorithm { form }),
            "{name}"
        );
    }
    // The algorithm is changed to that of ECDSA, but the key is one for HMAC.
    let message = with_authorization(header, |header| {
        header
            .replace("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256")
            .replace("/us-east-1", "")
    });
    let message = with_header(message, "x-amz-region-set", "*");
    assert!(verify(&message, "s3").is_err());
}

#[test]
fn the_scope_is_compared_exactly() {
    let in_both = |from: &str, to: &str| {
        let [header, url] = both_forms("s3");
        let header = with_authorization(header, |header| header.replace(from, to));
        let encode = |text: &str| text.replace('/', "%2F");
        let url = with_query(url, |query| query.replace(&encode(from), &encode(to)));
        [
            verify(&header, "s3").unwrap_err(),
            verify(&url, "s3").unwrap_err(),
        ]
    };
    for error in in_both("/20260522/", "/20260521/") {
        assert!(matches!(error, VerifyError::WrongDay { .. }), "{error}");
    }
    for region in ["us-east-2", "us-east-11", "US-EAST-1", "*"] {
        for error in in_both("/us-east-1/", &format!("/{region}/")) {
            assert!(matches!(error, VerifyError::WrongRegion { .. }), "{error}");
        }
    }
    for service in ["s3express", "S3", "iam", "s3s3"] {
        for error in in_both("/s3/", &format!("/{service}/")) {
            assert!(matches!(error, VerifyError::WrongService { .. }), "{error}");
        }
    }
    for (from, to) in [
        ("/aws4_request", "/aws4_other"),
        ("/aws4_request", "/aws4_request/"),
        ("/us-east-1/", "//"),
        ("/20260522/", "/2026-05-22/"),
    ] {
        for error in in_both(from, to) {
            assert!(
                matches!(error, VerifyError::InvalidScope { .. }),
                "{from} {to}: {error}"
            );
        }
    }
    for (from, to) in [
        ("/aws4_request", ""),
        ("/s3/", "/"),
        ("AKIDEXAMPLE/", "/"),
        ("AKIDEXAMPLE/", ""),
    ] {
        for error in in_both(from, to) {
            assert!(
                matches!(error, VerifyError::Malformed { .. }),
                "{from} {to}: {error}"
            );
        }
    }
}

/// A key of another day, region or service does not verify the request.
#[test]
fn a_key_verifies_requests_of_its_scope_only() {
    for message in both_forms("s3") {
        let claim = SignedRequest::parse(&message).unwrap();
        let verifier = Verifier::for_any_region("s3").unwrap();
        for (region, service, day) in [
            ("us-east-2", "s3", 0),
            ("us-east-1", "iam", 0),
            ("us-east-1", "s3", 1),
        ] {
            let scope = CredentialScope::new(NOW + time::Duration::days(day), region, service);
            let key = VerificationKey::derive(&long_term(), &scope.unwrap()).unwrap();
            let error = verifier.verify_signature(&claim, &key, NOW).unwrap_err();
            assert_eq!(error, VerifyError::SignatureMismatch);
        }
    }
}

#[test]
fn a_verifier_accepts_several_regions_or_any() {
    let message = signed(request("GET", "/"), "s3");
    let verifier = Verifier::new("eu-west-1", "s3").unwrap();
    let check = |verifier: &Verifier| verify_with(verifier, &message, &long_term(), NOW);
    assert!(matches!(
        check(&verifier),
        Err(VerifyError::WrongRegion { .. })
    ));
    assert_eq!(check(&verifier.clone().with_region("us-east-1")), Ok(()));
    let any = Verifier::for_any_region("s3").unwrap();
    assert_eq!(check(&any), Ok(()));
    // A verifier for any region is not restricted by adding one.
    assert_eq!(check(&any.with_region("eu-west-1")), Ok(()));
}

#[test]
fn a_parameter_twice_or_in_another_case_is_refused() {
    let url = presigned_by(temporary(), &request("GET", "/"), "sts");
    let parameters: Vec<String> = url
        .uri()
        .query()
        .unwrap()
        .split('&')
        .map(str::to_owned)
        .collect();
    assert_eq!(parameters.len(), 7);
    for parameter in &parameters {
        let (name, value) = parameter.split_once('=').unwrap();
        for smuggled in [
            format!("{name}={value}"),
            format!("{}={value}", name.to_lowercase()),
            format!("{}={value}", name.to_uppercase()),
            format!("{name}="),
            name.to_owned(),
            format!("%58{}={value}", &name[1..]),
        ] {
            let before = with_query(url.clone(), |query| format!("{smuggled}&{query}"));
            let after = with_query(url.clone(), |query| format!("{query}&{smuggled}"));
            for message in [before, after] {
                assert!(malformed(&message), "{smuggled}");
            }
        }
        let lower = with_query(url.clone(), |query| {
            query.replace(name, &name.to_lowercase())
        });
        assert!(malformed(&lower), "{name}");
    }
    // Any other parameter that is added is not signed.
    for added in [
        "Action=GetCallerIdentity",
        "action=x",
        "Version=2011-06-15",
        "X-Amz-Extra=1",
    ] {
        let message = with_query(url.clone(), |query| format!("{query}&{added}"));
        assert_eq!(
            verify_as("sts", &message, &temporary(), NOW),
            Err(VerifyError::SignatureMismatch)
        );
    }
}

#[test]
fn a_date_or_a_region_set_twice_is_refused() {
    let parse = |message: &Message| SignedRequest::parse(message).map(drop);
    let mut message = signed(request("GET", "/"), "s3");
    message.headers_mut().remove("x-amz-date");
    let message = with_header(message, "date", "Fri, 22 May 2026 10:11:12 GMT");
    assert_eq!(parse(&message), Ok(()));
    let form = SignatureLocation::Header;
    for none in [
        "Fri, 22 May 2026 10:11:12 EST",
        "Fri, 22 May 2026 10:11 GMT",
    ] {
        let mut other = message.clone();
        other.headers_mut().remove("date");
        let other = with_header(other, "date", none);
        assert_eq!(
            parse(&other),
            Err(VerifyError::InvalidDate { form }),
            "{none}"
        );
    }
    let twice = with_header(message, "date", "Fri, 22 May 2026 10:11:12 GMT");
    let name = "date";
    assert_eq!(parse(&twice), Err(VerifyError::Repeated { name }));

    let url = presigned(&request("GET", "/"), "s3");
    let url = with_query(url, |query| format!("{query}&X-Amz-Region-Set=us-east-1"));
    assert_eq!(parse(&url), Ok(()));
    let twice = with_header(url, "x-amz-region-set", "*");
    let name = "x-amz-region-set";
    assert_eq!(parse(&twice), Err(VerifyError::Repeated { name }));
}

#[test]
fn a_missing_parameter_is_refused() {
    let empty = with_query(presigned(&request("GET", "/"), "s3"), |query| {
        query.replace("X-Amz-SignedHeaders=host", "X-Amz-SignedHeaders=")
    });
    assert!(malformed(&empty));
    let url = presigned(&request("GET", "/"), "s3");
    let query = url.uri().query().unwrap().to_owned();
    for parameter in query.split('&') {
        let rest: Vec<&str> = query
            .split('&')
            .filter(|other| *other != parameter)
            .collect();
        let message = with_query(url.clone(), |_| rest.join("&"));
        let error = verify(&message, "s3").unwrap_err();
        assert!(
            matches!(
                error,
                VerifyError::Malformed { .. } | VerifyError::MissingDate { .. }
            ),
            "{parameter}: {error}"
        );
    }
    let bare = with_query(url, |_| "list=1".to_owned());
    assert_eq!(verify(&bare, "s3"), Err(VerifyError::MissingAuthentication));
}

#[test]
fn spellings_of_honest_clients_are_accepted() {
    let message = signed(request("GET", "/"), "s3");
    for separator in [",", ", ", " , ", ",  ", ",\t"] {
        let message = with_authorization(message.clone(), |header| header.replace(", ", separator));
        assert_eq!(verify(&message, "s3"), Ok(()), "{separator:?}");
    }
    let turned = with_authorization(message.clone(), |header| {
        let parts: Vec<&str> = header["AWS4-HMAC-SHA256 ".len()..].rsplit(", ").collect();
        format!("AWS4-HMAC-SHA256 {}", parts.join(", "))
    });
    assert_eq!(verify(&turned, "s3"), Ok(()));
    for wrong in [
        "{}, Signature=00",
        "{}, Credential=x",
        "{}, SignedHeaders=host",
        "{},",
        ", {}",
        "{}, X=1",
        "{};",
        "{} {}",
    ] {
        let message = with_authorization(message.clone(), |header| wrong.replace("{}", header));
        assert!(malformed(&message), "{wrong}");
    }
    // The parameters of a presigned URL may be in any order, and have unnecessary escapes.
    let url = presigned(&request("GET", "/?z=1"), "s3");
    let turned = with_query(url.clone(), |query| {
        let parts: Vec<&str> = query.split('&').rev().collect();
        parts.join("&")
    });
    assert_eq!(verify(&turned, "s3"), Ok(()));
    let escaped = with_query(url, |query| {
        query.replace("%2F", "%2f").replace("us-east", "us%2Deast")
    });
    assert_eq!(verify(&escaped, "s3"), Ok(()));
}

#[test]
fn an_authorization_outside_ascii_is_refused() {
    let mut message = signed(request("GET", "/"), "s3");
    message.headers_mut().insert(
        "authorization",
        HeaderValue::from_bytes(b"AWS4-HMAC-SHA256 \xff").unwrap(),
    );
    assert!(malformed(&message));
    let url = presigned(&request("GET", "/"), "s3");
    for parameter in [
        "Algorithm",
        "Credential",
        "Date",
        "SignedHeaders",
        "Expires",
        "Signature",
    ] {
        let message = with_query(url.clone(), |query| {
            query.replace(
                &format!("X-Amz-{parameter}="),
                &format!("X-Amz-{parameter}=%FF"),
            )
        });
        assert!(verify(&message, "s3").is_err(), "{parameter}");
    }
}

/// Neither errors nor the `Debug` text of a claim or a key contain a secret.
#[test]
fn no_printed_text_contains_a_secret() {
    let credentials = temporary();
    let secret = credentials.secret_key().expose().to_owned();
    for message in [
        signed_by(temporary(), request("GET", "/"), "s3"),
        presigned_by(temporary(), &request("GET", "/"), "s3"),
    ] {
        let claim = SignedRequest::parse(&message).unwrap();
        let key = VerificationKey::derive(&credentials, claim.scope()).unwrap();
        let head = Verifier::new("us-east-1", "s3")
            .unwrap()
            .verify_signature(&claim, &key, NOW)
            .unwrap();
        let mut printed = format!("{claim:?} {key:?} {head:?}");
        if let PendingVerification::Unsigned(head) = head {
            printed += &format!("{:?}", head.accept());
        }
        let other = temporary().with_session_token("other");
        for now in [NOW, NOW + time::Duration::days(1)] {
            for credentials in [&credentials, &other, &long_term()] {
                if let Err(error) = verify_as("s3", &message, credentials, now) {
                    printed += &format!("{error} {error:?}");
                }
            }
        }
        let text = format!("{:?} {}", message.headers(), message.uri());
        let signature = text.rsplit("Signature=").next().unwrap();
        let signature: String = signature.chars().take(64).collect();
        for hidden in [secret.as_str(), TOKEN, "FwoGZXIvYXdzEBYaDH", &signature] {
            assert!(!printed.contains(hidden), "{printed}");
        }
    }
}
