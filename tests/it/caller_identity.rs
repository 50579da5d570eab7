//! Proofs that a server must not forward to STS (row v15 of `docs/edge-cases.md`): the attacks on
//! Vault (CVE-2020-16250) and aws-iam-authenticator (CVE-2022-2385), and variations of them.

use countersign::tokens;
use countersign::tokens::caller_identity::{self, CheckedProof, ProofCheck, ProofError};
use countersign::verify::{SignatureLocation, VerifyError};
use countersign::{Credentials, PayloadHash, Rules, Service, Signer};
use http::{HeaderName, HeaderValue, Request};
use time::OffsetDateTime;
use time::macros::datetime;

const NOW: OffsetDateTime = datetime!(2024-07-07 07:00 UTC);
const REGION: &str = "us-east-1";
const HOST: &str = "sts.us-east-1.amazonaws.com";
const QUERY: &str = "Action=GetCallerIdentity&Version=2011-06-15";
const AUDIENCE: (&str, &str) = ("x-k8s-aws-id", "my-cluster");

fn credentials() -> Credentials {
    Credentials::new("AKIDEXAMPLE", "secret").with_session_token("token/+==")
}

fn check() -> ProofCheck {
    let (name, value) = AUDIENCE;
    let audience = (
        HeaderName::from_static(name),
        HeaderValue::from_static(value),
    );
    ProofCheck::new(["sts.amazonaws.com", HOST], audience)
}

fn presigned() -> String {
    let proof = caller_identity::presigned(&credentials(), REGION, HOST, Some(AUDIENCE), NOW);
    proof.unwrap().expose().to_owned()
}

fn refuse(url: &str) -> ProofError {
    check().presigned(url, NOW).map(drop).expect_err(url)
}

/// A signed `POST`, as the receiving server rebuilds it.
fn signed(audience: Option<(&str, &str)>) -> Request<String> {
    let proof = caller_identity::signed(&credentials(), REGION, HOST, audience, NOW).unwrap();
    let mut request = Request::post(proof.url());
    for (name, value) in proof.expose_headers() {
        request = request.header(name, value);
    }
    request.body(proof.body().to_owned()).unwrap()
}

/// Signs any request: an attacker has a key too.
fn sign(mut request: Request<String>) -> Request<String> {
    let payload = PayloadHash::new(request.body());
    let mut rules = Rules::GENERIC;
    for name in request.headers().keys() {
        rules = rules.also_sign(name.clone());
    }
    let signer = Signer::new(credentials(), REGION, Service::new("sts", rules)).unwrap();
    signer.sign(&mut request, payload, NOW).unwrap();
    request
}

fn post(url: &str, headers: &[(&str, &str)], body: &str) -> Request<String> {
    let mut request = Request::post(url);
    for (name, value) in [AUDIENCE].iter().chain(headers) {
        request = request.header(*name, *value);
    }
    sign(request.body(body.to_owned()).unwrap())
}

fn check_signed(request: &Request<String>) -> Result<CheckedProof, ProofError> {
    check().signed(request, NOW)
}

#[test]
fn an_honest_proof_passes_unchanged() {
    let url = presigned();
    let request = check().presigned(&url, NOW).unwrap().into_request();
    assert_eq!(
        (request.method(), request.uri().to_string()),
        (&http::Method::GET, url)
    );
    assert_eq!(request.headers().len(), 1);
    assert_eq!(request.headers()[AUDIENCE.0], AUDIENCE.1);
    assert_eq!(*request.body(), "");

    let received = signed(Some(AUDIENCE));
    let checked = check_signed(&received).unwrap();
    assert_eq!(checked.access_key_id(), "AKIDEXAMPLE");
    assert_eq!(checked.date().as_str(), "20240707T070000Z");
    assert!(!format!("{checked:?}").contains("token"));
    let request = checked.into_request();
    assert_eq!(request.uri(), received.uri());
    assert_eq!(*request.body(), QUERY);
    for name in [
        "authorization",
        "content-type",
        "x-amz-date",
        "x-amz-security-token",
        AUDIENCE.0,
    ] {
        assert_eq!(request.headers()[name], received.headers()[name]);
    }

    // What Google's identity federation receives, and an EKS token.
    let google = post(&format!("https://{HOST}/?{QUERY}"), &[], "");
    let request = check_signed(&google).unwrap().into_request();
    assert_eq!((request.uri().query(), *request.body()), (Some(QUERY), ""));
    let token = tokens::eks(&credentials(), REGION, "my-cluster", NOW).unwrap();
    let url = token.expose().strip_prefix("k8s-aws-v1.").unwrap();
    let url = base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, url);
    let url = String::from_utf8(url.unwrap()).unwrap();
    assert!(
        check()
            .presigned(&url, NOW + time::Duration::minutes(14))
            .is_ok()
    );
}

/// aws-iam-authenticator checked the first parameter of a name, and STS used another one.
#[test]
fn a_repeated_parameter_is_refused() {
    let url = presigned();
    for name in [
        "Action",
        "Version",
        "X-Amz-Algorithm",
        "X-Amz-Credential",
        "X-Amz-Date",
        "X-Amz-Expires",
        "X-Amz-Security-Token",
        "X-Amz-SignedHeaders",
        "X-Amz-Signature",
    ] {
        let start = url.find(&format!("{name}=")).unwrap();
        let parameter = url[start..].split('&').next().unwrap();
        // The parameter again: before, after, in another case, escaped.
        let again = |text: &str| format!("{url}&{text}");
        let before = url.replacen("/?", &format!("/?{parameter}&"), 1);
        assert_eq!(
            refuse(&again(parameter)),
            ProofError::RepeatedParameter,
            "{name}"
        );
        assert_eq!(refuse(&before), ProofError::RepeatedParameter, "{name}");
        let lower = format!("{}=x", name.to_lowercase());
        let upper = format!("{}=x", name.to_uppercase());
        let escaped = format!("%{:02X}{}=x", name.as_bytes()[0], &name[1..]);
        for other in [&lower, &upper, &escaped] {
            assert_eq!(
                refuse(&again(other)),
                ProofError::UnexpectedParameter,
                "{other}"
            );
            let replaced = url.replacen(&format!("{name}="), &other[..other.len() - 1], 1);
            assert_eq!(
                refuse(&replaced),
                ProofError::UnexpectedParameter,
                "{replaced}"
            );
        }
    }
}

#[test]
fn another_action_is_refused() {
    let url = presigned();
    for (from, to, error) in [
        (
            "=GetCallerIdentity",
            "=AssumeRole",
            ProofError::NotGetCallerIdentity,
        ),
        (
            "=GetCallerIdentity",
            "=getcalleridentity",
            ProofError::NotGetCallerIdentity,
        ),
        ("=GetCallerIdentity", "=", ProofError::NotGetCallerIdentity),
        (
            "=GetCallerIdentity",
            "=GetCallerIdentit%79",
            ProofError::NotGetCallerIdentity,
        ),
        (
            "Action=GetCallerIdentity&",
            "",
            ProofError::NotGetCallerIdentity,
        ),
        (
            "=2011-06-15",
            "=2011-06-16",
            ProofError::NotGetCallerIdentity,
        ),
        ("&Version=2011-06-15", "", ProofError::NotGetCallerIdentity),
        (
            "&Version=",
            "&RoleArn=x&Version=",
            ProofError::UnexpectedParameter,
        ),
        ("&Version=", "&x&Version=", ProofError::UnexpectedParameter),
        (
            "&Version=",
            ";Action=AssumeRole&Version=",
            ProofError::WrongUrl,
        ),
        (
            "X-Amz-Expires",
            "X-Amz-Region-Set=%2A&X-Amz-Expires",
            ProofError::UnexpectedParameter,
        ),
    ] {
        assert_eq!(refuse(&url.replacen(from, to, 1)), error, "{from} {to}");
    }
    for body in [
        "",
        "Action=AssumeRole&Version=2011-06-15",
        "Action=GetCallerIdentity",
        "Action=GetCallerIdentity&Version=2011-06-15&Action=AssumeRole",
        "Action=GetCallerIdentity&Version=2011-06-15&x=y",
        "Action=GetCallerIdentity&Version=2011-06-15\n",
        "action=GetCallerIdentity&version=2011-06-15",
    ] {
        let request = post(&format!("https://{HOST}/"), &[], body);
        assert_eq!(
            check_signed(&request).err(),
            Some(ProofError::NotGetCallerIdentity),
            "{body}"
        );
    }
    // The body or the query must be empty. Otherwise the server and STS can read different ones.
    for url in [
        format!("https://{HOST}/?{QUERY}"),
        format!("https://{HOST}/?Action=AssumeRole"),
    ] {
        let request = post(&url, &[], QUERY);
        assert_eq!(
            check_signed(&request).err(),
            Some(ProofError::NotGetCallerIdentity),
            "{url}"
        );
    }
}

/// Vault sent the request to the host that the client named (CVE-2020-16250).
#[test]
fn another_host_is_refused() {
    let url = presigned();
    let rest = url.strip_prefix("https://").unwrap();
    let query = rest.split_once("/?").unwrap().1;
    for (url, error) in [
        (format!("http://{rest}"), ProofError::WrongUrl),
        (format!("HTTPS://{rest}"), ProofError::WrongUrl),
        (rest.to_owned(), ProofError::WrongUrl),
        (format!(" https://{rest}"), ProofError::WrongUrl),
        (format!("{url}#x"), ProofError::WrongUrl),
        (format!("{url} "), ProofError::WrongUrl),
        (format!("https://{HOST}?{query}"), ProofError::WrongUrl),
        (String::new(), ProofError::WrongUrl),
    ] {
        assert_eq!(refuse(&url), error, "{url}");
    }
    for host in [
        "sts.eu-west-1.amazonaws.com",
        "sts.us-east-1.amazonaws.com.evil.example",
        "evil.example",
        "STS.us-east-1.amazonaws.com",
        "sts.us-east-1.amazonaws.com.",
        "sts.us-east-1.amazonaws.com:443",
        "sts.us-east-1.amazonaws.com:8443",
        "sts.us-east-1.amazonaws.com@evil.example",
        "evil.example@sts.us-east-1.amazonaws.com",
        "evil.example\\sts.us-east-1.amazonaws.com",
        "",
    ] {
        assert_eq!(
            refuse(&format!("https://{host}/?{query}")),
            ProofError::HostNotAllowed,
            "{host}"
        );
        let url = format!("https://{host}/");
        let Ok(request) = Request::post(&url)
            .header(AUDIENCE.0, AUDIENCE.1)
            .body(QUERY.to_owned())
        else {
            continue;
        };
        let error = check_signed(&sign(request)).err();
        assert_eq!(error, Some(ProofError::HostNotAllowed), "{host}");
    }
    // An allowed host in the URL, and another one in the signed `host` header.
    let request = post(
        &format!("https://{HOST}/"),
        &[("host", "evil.example")],
        QUERY,
    );
    let error = check_signed(&request).err();
    assert_eq!(error, Some(ProofError::Claim(VerifyError::SeveralHosts)));
}

#[test]
fn another_path_or_method_is_refused() {
    let url = presigned();
    for path in ["//", "/./", "/x/../", "/%2F", "/x", "/;"] {
        let error = refuse(&url.replacen("/?", &format!("{path}?"), 1));
        assert!(
            matches!(error, ProofError::WrongUrl | ProofError::HostNotAllowed),
            "{path}"
        );
        let request = post(&format!("https://{HOST}{path}"), &[], QUERY);
        assert_eq!(
            check_signed(&request).err(),
            Some(ProofError::WrongUrl),
            "{path}"
        );
    }
    for method in ["GET", "PUT", "HEAD", "post", "X"] {
        let mut request = signed(Some(AUDIENCE));
        *request.method_mut() = method.parse().unwrap();
        assert_eq!(
            check_signed(&request).err(),
            Some(ProofError::WrongMethod),
            "{method}"
        );
    }
    let mut request = signed(Some(AUDIENCE));
    *request.uri_mut() = "/".parse().unwrap();
    assert_eq!(check_signed(&request).err(), Some(ProofError::WrongUrl));
}

#[test]
fn another_audience_is_refused() {
    let presign = |audience| {
        let proof = caller_identity::presigned(&credentials(), REGION, HOST, audience, NOW);
        proof.unwrap().expose().to_owned()
    };
    let wrong = |error: ProofError| {
        matches!(
            error,
            ProofError::Claim(
                VerifyError::WrongAudience { .. } | VerifyError::HeadersNotSigned { .. }
            )
        )
    };
    assert!(wrong(refuse(&presign(None))));
    // Another server's header is not forwarded, so STS could not verify the signature.
    let error = refuse(&presign(Some(("x-vault-aws-iam-server-id", "v"))));
    assert!(matches!(error, ProofError::Claim(_)), "{error}");
    for audience in [
        None,
        Some(("x-k8s-aws-id", "other")),
        Some(("x-other", "my-cluster")),
    ] {
        assert!(
            wrong(check_signed(&signed(audience)).err().unwrap()),
            "{audience:?}"
        );
    }
    // The header is added after signing, appears twice, or has another letter case.
    let mut request = signed(None);
    request
        .headers_mut()
        .insert(AUDIENCE.0, HeaderValue::from_static(AUDIENCE.1));
    assert!(wrong(check_signed(&request).err().unwrap()));
    for second in ["my-cluster", "other"] {
        let request = post(&format!("https://{HOST}/"), &[(AUDIENCE.0, second)], QUERY);
        assert!(wrong(check_signed(&request).err().unwrap()), "{second}");
    }
    assert!(wrong(
        check_signed(&signed(Some((AUDIENCE.0, "My-Cluster"))))
            .err()
            .unwrap()
    ));
    // A nonce in addition to the audience.
    let nonce = || {
        (
            HeaderName::from_static("x-nonce"),
            HeaderValue::from_static("42"),
        )
    };
    let check = check().with_header(nonce().0, nonce().1);
    assert!(wrong(
        check.signed(&signed(Some(AUDIENCE)), NOW).err().unwrap()
    ));
    let request = post(&format!("https://{HOST}/"), &[("x-nonce", "42")], QUERY);
    assert!(check.signed(&request, NOW).is_ok());
    assert!(matches!(
        check_signed(&request),
        Err(ProofError::UnexpectedHeader { .. })
    ));
}

#[test]
fn headers_that_change_the_response_are_refused() {
    let url = format!("https://{HOST}/");
    for (name, value) in [
        ("x-amz-target", "x"),
        ("x-http-method-override", "GET"),
        ("content-type", "application/json"),
        (
            "content-type",
            "application/x-www-form-urlencoded; charset=utf-16",
        ),
        ("content-encoding", "gzip"),
        ("content-length", "1"),
        ("x-forwarded-host", "evil.example"),
        ("cookie", "a"),
    ] {
        let request = post(&url, &[(name, value)], QUERY);
        let error = check_signed(&request).err().unwrap();
        assert!(
            matches!(error, ProofError::UnexpectedHeader { .. }),
            "{name}: {error}"
        );
        // An unsigned header is not forwarded. Unsigned `x-amz-*` headers are refused.
        let mut request = signed(Some(AUDIENCE));
        request.headers_mut().append(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
        match check_signed(&request) {
            Ok(checked) => assert!(!checked.into_request().headers().contains_key(name)),
            Err(error) => assert!(
                name.starts_with("x-amz-") || name == "content-type",
                "{error}"
            ),
        }
    }
    for (name, value) in [
        ("content-type", "application/x-www-form-urlencoded"),
        (
            "content-type",
            "Application/X-WWW-Form-Urlencoded; Charset=UTF-8",
        ),
        ("content-length", "43"),
        (
            "x-amz-content-sha256",
            "ab821ae955788b0e33ebd34c208442ccfc2d406e2edc5e7a39bd6458fbb4f843",
        ),
    ] {
        assert!(
            check_signed(&post(&url, &[(name, value)], QUERY)).is_ok(),
            "{name}"
        );
    }
    let request = post(
        &url,
        &[("content-length", "43"), ("content-length", "43")],
        QUERY,
    );
    let repeated = ProofError::RepeatedHeader {
        name: "content-length".to_owned(),
    };
    assert_eq!(check_signed(&request).err(), Some(repeated));
    // A second signature.
    let mut request = signed(Some(AUDIENCE));
    let authorization = request.headers()["authorization"].clone();
    request.headers_mut().append("authorization", authorization);
    let several = ProofError::Claim(VerifyError::SeveralAuthentications);
    assert_eq!(check_signed(&request).err(), Some(several));
    // More signed headers than the server forwards.
    let mut get = Request::get(format!("https://{HOST}/?{QUERY}"))
        .header(AUDIENCE.0, AUDIENCE.1)
        .body(())
        .unwrap();
    get.headers_mut()
        .insert("accept", HeaderValue::from_static("application/json"));
    let signer = Signer::new(credentials(), REGION, "sts").unwrap();
    let lifetime = std::time::Duration::from_secs(60);
    let presigned = signer
        .presign_with_payload(&get, PayloadHash::EMPTY, lifetime, NOW)
        .unwrap();
    assert!(matches!(refuse(presigned.url()), ProofError::Claim(_)));
}

/// Signs all headers, as some SDKs do.
fn sign_all(mut request: Request<String>) -> Request<String> {
    let names = ["user-agent", "accept-encoding", "x-amz-user-agent"];
    let names = names.map(HeaderName::from_static).into_iter();
    let rules = names.fold(Rules::GENERIC, Rules::also_sign);
    let signer = Signer::new(credentials(), REGION, Service::new("sts", rules)).unwrap();
    let payload = PayloadHash::new(request.body());
    signer.sign(&mut request, payload, NOW).unwrap();
    request
}

/// The signed headers of the AWS SDKs for JavaScript, Java, Ruby and PHP.
#[test]
fn the_headers_that_sdks_sign_pass() {
    let headers = [
        ("accept", "*/*"),
        ("accept-encoding", "gzip"),
        ("accept-language", "en"),
        (
            "amz-sdk-invocation-id",
            "0b1c7e2e-5d1a-4e6f-9c3b-111122223333",
        ),
        ("amz-sdk-request", "attempt=1; max=3"),
        ("amz-sdk-retry", "0/0/500"),
        ("aws-sdk-invocation-id", "0b1c7e2e5d1a4e6f9c3b111122223333"),
        ("aws-sdk-retry", "0/0"),
        ("user-agent", "aws-sdk-js/3.1175.0 ua/2.1 os/linux"),
        ("x-amz-user-agent", "aws-sdk-js/3.1175.0"),
    ];
    let mut request = Request::post(format!("https://{HOST}/"))
        .header(AUDIENCE.0, AUDIENCE.1)
        .header("content-type", "application/x-www-form-urlencoded");
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let received = sign_all(request.body(QUERY.to_owned()).unwrap());
    let authorization = received.headers()["authorization"].to_str().unwrap();
    let sent = check_signed(&received).unwrap().into_request();
    for (name, value) in headers {
        assert!(
            authorization.contains(&format!(";{name}"))
                || authorization.contains(&format!("={name}")),
            "{name}"
        );
        assert_eq!(sent.headers()[name], value);
    }
    // Repeated, or with bytes that no SDK writes.
    let mut twice = received.clone();
    twice
        .headers_mut()
        .append("accept", HeaderValue::from_static("*/*"));
    assert!(check_signed(&twice).is_err());
    let odd = Request::post(format!("https://{HOST}/"))
        .header(AUDIENCE.0, AUDIENCE.1)
        .header("accept", HeaderValue::from_bytes(b"a\xff").unwrap());
    let error = check_signed(&sign(odd.body(QUERY.to_owned()).unwrap())).err();
    let name = "accept".to_owned();
    assert_eq!(error, Some(ProofError::UnexpectedHeader { name }));
    // Similar names.
    for name in [
        "accept-charset",
        "amz-sdk-target",
        "x-amz-sdk-request",
        "user-agents",
    ] {
        let request = post(&format!("https://{HOST}/"), &[(name, "a")], QUERY);
        let error = check_signed(&request).err();
        let name = name.to_owned();
        assert_eq!(error, Some(ProofError::UnexpectedHeader { name }));
    }
}

#[test]
fn an_allowed_header_passes_with_any_value_and_no_other() {
    let check = check().allow_header(HeaderName::from_static("x-trace"));
    for value in ["", "a", "b, c", "/"] {
        let request = post(&format!("https://{HOST}/"), &[("x-trace", value)], QUERY);
        assert!(check_signed(&request).is_err());
        let sent = check.signed(&request, NOW).unwrap().into_request();
        assert_eq!(sent.headers()["x-trace"], value);
    }
    let request = post(&format!("https://{HOST}/"), &[("x-traces", "a")], QUERY);
    assert!(check.signed(&request, NOW).is_err());
    // The header is optional, it is not forwarded if it is unsigned, and the audience is still
    // required.
    assert!(check.signed(&signed(Some(AUDIENCE)), NOW).is_ok());
    let mut unsigned = signed(Some(AUDIENCE));
    unsigned
        .headers_mut()
        .insert("x-trace", HeaderValue::from_static("a"));
    let sent = check.signed(&unsigned, NOW).unwrap().into_request();
    assert!(!sent.headers().contains_key("x-trace"));
    let allowed = check
        .clone()
        .allow_header(HeaderName::from_static(AUDIENCE.0));
    let other = signed(Some((AUDIENCE.0, "other")));
    assert!(allowed.signed(&other, NOW).is_err());
}

fn get(query: &str) -> Request<String> {
    Request::get(format!("https://{HOST}/?{query}"))
        .header(AUDIENCE.0, AUDIENCE.1)
        .body(String::new())
        .unwrap()
}

#[test]
fn a_get_that_is_signed_in_its_header_passes() {
    let received = sign(get(QUERY));
    let sent = check_signed(&received).unwrap().into_request();
    assert_eq!(
        (sent.method(), sent.uri()),
        (&http::Method::GET, received.uri())
    );
    assert_eq!(*sent.body(), "");
    assert_eq!(sent.headers(), received.headers());
    for query in [
        "Action=AssumeRole&Version=2011-06-15",
        "Action=GetCallerIdentity&Version=2011-06-15&Action=AssumeRole",
        "Version=2011-06-15&Action=GetCallerIdentity&x=y",
        "Action=GetCallerIdentity",
        "",
    ] {
        let error = check_signed(&sign(get(query))).err().unwrap();
        assert!(
            matches!(
                error,
                ProofError::NotGetCallerIdentity
                    | ProofError::UnexpectedParameter
                    | ProofError::RepeatedParameter
            ),
            "{query}: {error}"
        );
    }
    // With a body, from which STS could read another action.
    let mut request = get(QUERY);
    *request.body_mut() = "Action=AssumeRole".to_owned();
    assert_eq!(
        check_signed(&sign(request)).err(),
        Some(ProofError::WrongMethod)
    );
    // The audience of another server.
    let mut request = get(QUERY);
    request
        .headers_mut()
        .insert(AUDIENCE.0, HeaderValue::from_static("other"));
    assert!(matches!(
        check_signed(&sign(request)),
        Err(ProofError::Claim(_))
    ));
}

/// Vault, `validateVaultHeaderValue`: with `GET` it reads the signed headers from the URL.
#[test]
fn a_presigned_get_passes_with_its_signed_headers() {
    let audience = ("x-vault-aws-iam-server-id", "vault.example.com");
    let check = ProofCheck::new(
        [HOST],
        (
            HeaderName::from_static(audience.0),
            HeaderValue::from_static(audience.1),
        ),
    );
    let presign = |headers: &[(&str, &str)]| {
        let mut request = Request::get(format!("https://{HOST}/?{QUERY}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut request = request.body(String::new()).unwrap();
        let signer = Signer::new(credentials(), REGION, "sts").unwrap();
        let lifetime = std::time::Duration::from_secs(900);
        let presigned = signer.presign(&request, lifetime, NOW);
        *request.uri_mut() = presigned.unwrap().url().parse().unwrap();
        request
    };
    let received = presign(&[audience, ("accept", "application/json")]);
    let sent = check.signed(&received, NOW).unwrap().into_request();
    assert_eq!(
        (sent.method(), sent.uri()),
        (&http::Method::GET, received.uri())
    );
    assert_eq!(sent.headers(), received.headers());

    // The header is unsigned, has another value, is not an allowed one, or is repeated. Or the URL
    // is too old.
    let mut unsigned = presign(&[("accept", "*/*")]);
    let value = HeaderValue::from_static(audience.1);
    unsigned.headers_mut().insert(audience.0, value.clone());
    assert!(matches!(
        check.signed(&unsigned, NOW),
        Err(ProofError::Claim(_))
    ));
    let other = presign(&[(audience.0, "other.example.com")]);
    assert!(matches!(
        check.signed(&other, NOW),
        Err(ProofError::Claim(_))
    ));
    let odd = presign(&[audience, ("x-http-method-override", "POST")]);
    let refused = check.signed(&odd, NOW);
    assert!(matches!(refused, Err(ProofError::UnexpectedHeader { .. })));
    let mut twice = received.clone();
    twice.headers_mut().append(audience.0, value);
    assert!(check.signed(&twice, NOW).is_err());
    let late = NOW + time::Duration::minutes(16);
    assert!(matches!(
        check.signed(&received, late),
        Err(ProofError::Claim(_))
    ));
    // Only `GET`, without a body.
    let mut posted = received.clone();
    *posted.method_mut() = http::Method::POST;
    assert!(check.signed(&posted, NOW).is_err());
    let mut with_body = received.clone();
    *with_body.body_mut() = QUERY.to_owned();
    assert_eq!(
        check.signed(&with_body, NOW).err(),
        Some(ProofError::WrongMethod)
    );
    // Another action in the query.
    let mut changed = received.clone();
    let uri = received.uri().to_string();
    *changed.uri_mut() = format!("{uri}&Action=AssumeRole").parse().unwrap();
    assert_eq!(
        check.signed(&changed, NOW).err(),
        Some(ProofError::NotGetCallerIdentity)
    );
}

#[test]
fn debug_of_a_checked_request_prints_no_token_and_no_signature() {
    for received in [signed(Some(AUDIENCE)), sign(get(QUERY))] {
        let mut received = received;
        for value in received.headers_mut().values_mut() {
            value.set_sensitive(false); // as a server reads them
        }
        let sent = check_signed(&received).unwrap().into_request();
        assert_eq!(sent.headers()["x-amz-security-token"], "token/+==");
        for name in ["x-amz-security-token", "authorization"] {
            assert!(sent.headers()[name].is_sensitive(), "{name}");
        }
        let printed = format!("{sent:?} {:?}", sent.headers());
        assert!(!printed.contains("token/") && !printed.contains("Signature="));
        assert!(printed.contains(AUDIENCE.1));
    }
}

#[test]
fn proofs_outside_their_time_window_are_refused() {
    let minutes = time::Duration::minutes;
    let (url, request) = (presigned(), signed(Some(AUDIENCE)));
    for (at, good) in [
        (NOW + minutes(15), true),
        (NOW + minutes(15) + time::Duration::SECOND, false),
        (NOW + minutes(60 * 24), false),
        (NOW - minutes(5), true),
        (NOW - minutes(6), false),
    ] {
        assert_eq!(check().presigned(&url, at).is_ok(), good, "{at}");
        assert_eq!(check().signed(&request, at).is_ok(), good, "{at}");
    }
    for (from, to) in [
        ("X-Amz-Expires=900", "X-Amz-Expires=901"),
        ("X-Amz-Expires=900", "X-Amz-Expires=-1"),
        ("X-Amz-Expires=900", "X-Amz-Expires="),
        ("&X-Amz-Expires=900", ""),
        ("X-Amz-Date=20240707T070000Z", "X-Amz-Date=20240707T070000"),
        (
            "X-Amz-Date=20240707T070000Z",
            "X-Amz-Date=2024-07-07T07%3A00%3A00Z",
        ),
        // Another day, service or algorithm in the scope.
        ("%2F20240707%2F", "%2F20240706%2F"),
        ("%2Fsts%2F", "%2Fs3%2F"),
        ("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256"),
        ("SignedHeaders=host%3B", "SignedHeaders="),
        ("&X-Amz-Signature=", "&X-Amz-Signature=0"),
    ] {
        let error = refuse(&url.replacen(from, to, 1));
        assert!(
            matches!(error, ProofError::Claim(_)),
            "{from} {to}: {error}"
        );
    }
    // No signature.
    let bare = format!("https://{HOST}/?{QUERY}");
    assert_eq!(
        refuse(&bare),
        ProofError::Claim(VerifyError::MissingAuthentication)
    );
}

#[test]
fn no_error_contains_a_secret() {
    let url = presigned();
    for (from, to) in [
        ("X-Amz-Expires=900", "X-Amz-Expires=901"),
        ("/?", "/x?"),
        ("Action", "token/"),
    ] {
        let error = refuse(&url.replacen(from, to, 1));
        let text = format!("{error} {error:?}");
        assert!(
            !text.contains("token") && !text.contains("Signature="),
            "{text}"
        );
    }
}

/// The bytes of a query that AWS's own signers leave unescaped.
#[test]
fn a_query_with_unescaped_bytes_is_refused() {
    let url = presigned();
    for byte in 0..=0x7f_u8 {
        let text = char::from(byte);
        let plain = text.is_ascii_alphanumeric() || "-._~%=&".contains(text);
        let url = url.replacen("token", &format!("tok{text}en"), 1);
        let checked = check().presigned(&url, NOW);
        let odd = matches!(checked, Err(ProofError::WrongUrl));
        assert!(checked.is_err() || !format!("{:?}", checked.unwrap()).is_empty());
        // A `%` needs two digits.
        assert_eq!(odd, !plain || text == '%', "{text:?}");
    }
}

/// Proofs with Signature Version 4A are refused.
#[test]
fn another_algorithm_is_refused() {
    let url = presigned()
        .replace("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256")
        .replace(&format!("%2F{REGION}%2Fsts"), "%2Fsts");
    let (start, _) = url.split_once("X-Amz-Signature=").unwrap();
    let url = format!("{start}X-Amz-Signature=30{}", "0".repeat(140));
    let error = refuse(&url);
    assert!(
        matches!(
            error,
            ProofError::Claim(VerifyError::UnknownAlgorithm {
                form: SignatureLocation::Query
            })
        ),
        "{error:?}"
    );
}

/// A presigned proof that signs a header that the check does not require. The new request would not
/// contain the header, and STS would refuse it.
#[test]
fn an_unexpected_presigned_header_is_refused() {
    let url = |asked: &[(&str, &str)]| {
        let mut request = Request::get(format!("https://{HOST}/?{QUERY}"));
        for (name, value) in asked {
            request = request.header(*name, *value);
        }
        let signer = Signer::new(credentials(), REGION, "sts").unwrap();
        let minute = std::time::Duration::from_secs(60);
        let signed = signer.presign_with_payload(
            &request.body(()).unwrap(),
            PayloadHash::EMPTY,
            minute,
            NOW,
        );
        signed.unwrap().url().to_owned()
    };
    assert!(check().presigned(&url(&[AUDIENCE]), NOW).is_ok());
    assert_eq!(
        refuse(&url(&[AUDIENCE, ("x-amz-meta-a", "1")])),
        ProofError::Claim(VerifyError::SignedHeaderMissing {
            name: "x-amz-meta-a".to_owned()
        })
    );
}

/// A MongoDB server sends the request itself, to the host that it named. The signature was made
/// with 20 lines of Python's `hmac`.
#[test]
fn the_host_that_a_mongodb_server_names_is_signed_unchanged() {
    let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    let now = datetime!(2026-01-02 03:04:05 UTC);
    for (host, signature) in [
        (
            "Sts.eu-west-1.amazonaws.com",
            "69b26a162fd97b1671dc1d8fcfbfb64366f571ec50e11a315784ae93e4add832",
        ),
        (
            "sts.eu-west-1.amazonaws.com",
            "1113760d6c9f1eaa1511dc8112f57bf40a2783baa39c7b9b0c20e82ea494c33a",
        ),
    ] {
        let proof =
            caller_identity::mongodb(&credentials, &[7; 32], &[7; 64], host, now.into()).unwrap();
        assert!(proof.expose_authorization().ends_with(signature), "{host}");
    }
}
