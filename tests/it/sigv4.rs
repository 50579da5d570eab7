//! Canonical requests, scopes, dates and authorizations.

use std::hash::{Hash, Hasher};
use std::time::Duration;

use countersign::sigv4::{
    AmzDate, Authorization, AuthorizationProblem, CanonicalRequest, CredentialScope,
    QueryAuthorization, session_token_parameter,
};
use countersign::{Credentials, Error, PayloadHash, RawRequest, Rules, SessionToken, Signer};
use http::{HeaderValue, Request};
use time::OffsetDateTime;
use time::macros::datetime;

const NOW: OffsetDateTime = datetime!(2015-08-30 12:36 UTC);

fn get(uri: &str) -> Request<()> {
    Request::get(uri).body(()).unwrap()
}

/// In a request that is signed in its header, `X-Amz-Signature` is a parameter like any other.
#[test]
fn only_a_presigned_request_drops_its_signature_parameter() {
    let canonical = |headers: &[(&str, &[u8])]| {
        let request = RawRequest {
            method: "GET",
            path: "/",
            // The second one has the same name, escaped.
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

/// The same for `http::Request`. The `authorization` header is never signed, not even on demand.
#[test]
fn a_canonical_request_contains_no_authorization_header() {
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

/// HTTP clients do not send the default port of a scheme, so it is not signed.
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

#[test]
fn scopes_can_be_keys_of_a_hash_map() {
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

#[test]
fn a_date_prints_as_it_is_sent() {
    let date = AmzDate::new(NOW).unwrap();
    assert_eq!(
        format!("{date} {date:?}"),
        "20150830T123600Z 20150830T123600Z"
    );
}

/// A signature has 64 hex digits in Signature Version 4, and those of 8 to 72 bytes in Version 4A.
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

/// What another implementation may write: escapes of other characters, a second session token.
#[test]
fn a_presigned_query_is_parsed_and_its_faults_are_named() {
    let credentials = Credentials::new("AKIDEXAMPLE", "secret").with_session_token("T//+a==");
    let hour = Duration::from_secs(3600);
    let url = Signer::new(credentials, "eu-central-1", "s3")
        .unwrap()
        .presign(
            &get("https://bucket.s3.amazonaws.com/key?versionId=a"),
            hour,
            NOW,
        )
        .unwrap();
    let query = url.url().split_once('?').unwrap().1;
    let read = QueryAuthorization::parse(query).unwrap();
    let same = query.replace("=AKIDEXAMPLE", "=%41KIDEXAMPLE");
    let escaped = QueryAuthorization::parse(&same).unwrap();
    assert_eq!(escaped.authorization.access_key_id, "AKIDEXAMPLE");
    assert_eq!(escaped.authorization.scope, read.authorization.scope);
    let cut = &query[..query.len() - 1];
    let error = QueryAuthorization::parse(cut).map(drop).unwrap_err();
    let expected = Error::MalformedAuthorization(AuthorizationProblem::InvalidSignature);
    assert_eq!(error, expected);
    let two = format!("{query}&X-Amz-S3session-Token=a");
    let error = QueryAuthorization::parse(&two).map(drop).unwrap_err();
    let expected = Error::MalformedAuthorization(AuthorizationProblem::DuplicateSessionToken);
    assert_eq!(error, expected);
}
