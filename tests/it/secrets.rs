//! No `Debug`, `Display` or error text of a public type contains a secret key, a session token or a
//! signature that grants access.

mod bearer;
mod chunked;
#[cfg(feature = "sigv4a")]
mod sigv4a;
mod source;
mod streams;
#[cfg(feature = "sts")]
mod sts;

use std::fmt::{Debug, Display};
use std::time::Duration;

use countersign::{
    Credentials, Error, PayloadHash, RawRequest, Rules, SecretKey, Service, SessionToken, Signer,
    sigv4::{
        AmzDate, Authorization, CanonicalHeaders, CanonicalQuery, CanonicalRequest,
        CredentialScope, QueryAuthorization, Signature, SigningKey, StringToSign,
        session_token_parameter,
    },
};
use http::Request;
use time::OffsetDateTime;
use time::macros::datetime;

const NOW: OffsetDateTime = datetime!(2015-08-30 12:36 UTC);
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const TOKEN: &str = "IQoJb3JpZ2luX2VjEBY/+aCXVzLWVhc3QtMSJ==";
const LIFETIME: Duration = Duration::from_secs(900);

/// Text that must not be printed: secrets as they are, encoded, and as lists of numbers.
struct Needles(Vec<String>);

impl Needles {
    fn new(signatures: &[&Signature]) -> Self {
        let signatures = signatures.iter().map(|signature| signature.as_str());
        let mut needles = Vec::new();
        for secret in [SECRET, TOKEN].into_iter().chain(signatures) {
            // Half of a secret must not be printed either.
            let (start, end) = secret.split_at(secret.len() / 2);
            for part in [start, end] {
                needles.push(part.to_owned());
                needles.push(countersign::encode_segment(part));
                let numbers = format!("{:?}", &part.as_bytes()[..8]);
                needles.push(numbers.trim_matches(['[', ']']).to_owned());
            }
        }
        Self(needles)
    }

    #[track_caller]
    fn hidden_in_text(&self, text: &str) {
        assert!(!text.is_empty(), "nothing is printed");
        // On one line, as `{:#?}` prints each number of a list on its own line.
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for needle in &self.0 {
            assert!(
                !text.contains(needle) && !line.contains(needle),
                "{needle} is in {text}"
            );
        }
    }

    #[track_caller]
    fn hidden_in(&self, value: &impl Debug) {
        self.hidden_in_text(&format!("{value:?}"));
        self.hidden_in_text(&format!("{value:#?}"));
    }

    #[track_caller]
    fn hidden_in_display(&self, value: &(impl Debug + Display)) {
        self.hidden_in(value);
        self.hidden_in_text(&value.to_string());
    }
}

fn credentials() -> Credentials {
    Credentials::new("AKIDEXAMPLE", SECRET)
        .with_session_token(TOKEN)
        .with_expiration(datetime!(2015-08-30 18:00 UTC))
}

fn get(uri: &str) -> Request<()> {
    Request::get(uri).body(()).unwrap()
}

#[test]
fn the_types_of_a_client_hide_secrets() {
    let needles = Needles::new(&[]);
    needles.hidden_in(&credentials());
    needles.hidden_in(credentials().secret_key());
    needles.hidden_in(&credentials().session_token());
    needles.hidden_in(&SecretKey::from(SECRET.to_owned()));
    needles.hidden_in(&SessionToken::s3_express(TOKEN));
    needles.hidden_in(&Signer::new(credentials(), "us-east-1", "s3").unwrap());
    needles.hidden_in_display(&Signer::new(credentials(), "", "s3").unwrap_err());
    // A secret with a line break at its end.
    let broken = Credentials::new("AKIDEXAMPLE", format!("{SECRET}\n"));
    needles.hidden_in(&broken);
    needles.hidden_in_display(&Signer::new(broken, "us-east-1", "s3").unwrap_err());

    // kSigning of AWS's documentation, for this secret.
    let scope = "20150830/us-east-1/iam/aws4_request"
        .parse::<CredentialScope>()
        .unwrap();
    let key = SigningKey::derive(&SECRET.into(), &scope);
    let text = format!("{key:?}");
    needles.hidden_in_text(&text);
    assert!(!text.contains("c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9"));
    assert!(!text.contains("196, 175, 177"), "{text}");
    assert!(text.contains("20150830/us-east-1/iam/aws4_request"));
    needles.hidden_in_display(&scope);
}

#[test]
fn signatures_and_urls_hide_secrets() {
    let signer = Signer::new(credentials(), "us-east-1", "s3").unwrap();
    let uri = "https://user:password@bucket.s3.amazonaws.com/k";
    let mut request = get(uri);
    let signature = signer
        .sign(&mut request, PayloadHash::Unsigned, NOW)
        .unwrap();
    let raw = RawRequest {
        method: "GET",
        path: "/k",
        query: "",
        headers: &[("host", b"bucket.s3.amazonaws.com")],
    };
    let added = signer.sign_raw(&raw, PayloadHash::Unsigned, NOW).unwrap();
    let presigned = signer.presign(&get(uri), LIFETIME, NOW).unwrap();
    let needles = Needles::new(&[&signature, presigned.signature()]);

    // The secrets are in the values themselves...
    assert_eq!(added.signature(), &signature);
    let header = request.headers()["authorization"].to_str().unwrap();
    assert!(header.contains(signature.as_str()));
    assert!(presigned.url().contains(presigned.signature().as_str()));
    // ...and are not printed.
    needles.hidden_in(&signature);
    needles.hidden_in(&added);
    needles.hidden_in(&presigned);
    assert!(!format!("{presigned:?}").contains("password"));
    needles.hidden_in(presigned.headers());
    needles.hidden_in(&Authorization::parse(header).unwrap());
    let query = presigned.url().split_once('?').unwrap().1;
    needles.hidden_in(&QueryAuthorization::parse(query).unwrap());
    // In the request, the header values are marked sensitive.
    for name in ["authorization", "x-amz-security-token"] {
        assert!(request.headers()[name].is_sensitive(), "{name}");
    }
    needles.hidden_in(request.headers());
    let (parts, ()) = request.clone().into_parts();
    needles.hidden_in(&parts.headers);

    // A signed request and a presigned one, in slices.
    let headers: Vec<(&str, &[u8])> = request
        .headers()
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_bytes()))
        .chain([("host", &b"bucket.s3.amazonaws.com"[..])])
        .collect();
    let raw = RawRequest {
        headers: &headers,
        query,
        ..raw
    };
    needles.hidden_in(&raw);
    // `Display` of the canonical request is its text, including a signed token.
    let canonical = CanonicalRequest::from_raw(&raw, &Rules::S3, PayloadHash::Unsigned).unwrap();
    needles.hidden_in(&canonical);
    assert!(canonical.to_string().contains(TOKEN));
    needles.hidden_in(&CanonicalHeaders::new(headers.iter().copied()).unwrap());
    needles.hidden_in(&CanonicalQuery::new(query).unwrap());
    needles
        .hidden_in(&CanonicalQuery::new(&session_token_parameter(&TOKEN.into()).unwrap()).unwrap());
    let date = AmzDate::new(NOW).unwrap();
    let scope = CredentialScope::new(NOW, "us-east-1", "s3").unwrap();
    let algorithm = Authorization::parse(header).unwrap().algorithm;
    let string_to_sign = StringToSign::new(algorithm, &date, &scope, &canonical.hash());
    needles.hidden_in_display(&string_to_sign);
}

#[test]
fn a_token_added_after_signing_is_sensitive_too() {
    let signer = Signer::new(credentials(), "us-east-1", "iotdevicegateway").unwrap();
    let mut request = get("https://example.amazonaws.com/");
    let signature = signer.sign(&mut request, PayloadHash::EMPTY, NOW).unwrap();
    let presigned = signer
        .presign_with_payload(&get("https://h/mqtt"), PayloadHash::EMPTY, LIFETIME, NOW)
        .unwrap();
    let needles = Needles::new(&[&signature, presigned.signature()]);
    assert!(
        presigned
            .url()
            .contains(&countersign::encode_segment(TOKEN))
    );
    needles.hidden_in(&request);
    needles.hidden_in(&presigned);

    let mut headers = http::HeaderMap::new();
    countersign::sigv4::attach_session_token(&mut headers, &SessionToken::s3_express(TOKEN))
        .unwrap();
    needles.hidden_in(&headers);
}

/// Compiles only if the type does not implement the trait.
macro_rules! lacks {
    ($lacks:ident, $bound:path) => {
        trait $lacks<Ambiguous> {
            fn holds() {}
        }
        impl<T> $lacks<()> for T {}
        impl<T: $bound> $lacks<u8> for T {}
    };
}
lacks!(LacksDisplay, Display);
lacks!(LacksEq, PartialEq);

#[test]
fn secrets_have_no_display_and_no_equality() {
    <SecretKey as LacksDisplay<_>>::holds();
    <SessionToken as LacksDisplay<_>>::holds();
    <Credentials as LacksDisplay<_>>::holds();
    <SigningKey as LacksDisplay<_>>::holds();
    <Signature as LacksDisplay<_>>::holds();
    <countersign::Presigned as LacksDisplay<_>>::holds();
    // `==` on secrets would compare them byte by byte, in variable time.
    <SecretKey as LacksEq<_>>::holds();
    <SessionToken as LacksEq<_>>::holds();
    <Credentials as LacksEq<_>>::holds();
    <SigningKey as LacksEq<_>>::holds();
}

/// Every error that is made while secrets are in use.
#[test]
fn errors_made_with_secrets_at_hand_hide_them() {
    let needles = Needles::new(&[]);
    let refuse = |signer: &Signer, uri: &str, payload, expires_in, now| -> Vec<Error> {
        let signed = signer.sign(&mut get(uri), payload, now).map(drop);
        let presigned = signer
            .presign_with_payload(&get(uri), payload, expires_in, now)
            .map(drop);
        [signed, presigned]
            .into_iter()
            .filter_map(Result::err)
            .collect()
    };
    let good = Signer::new(credentials(), "us-east-1", "s3").unwrap();
    let lattice = Signer::new(credentials(), "us-east-1", "vpc-lattice-svcs").unwrap();
    let broken = |text: &str| format!("{text}\n");
    let with = |id: &str, secret: &str, token: &str| {
        let credentials = Credentials::new(id, secret).with_session_token(token);
        vec![Signer::new(credentials, "us-east-1", "s3").unwrap_err()]
    };
    let presigned = good.presign(&get("https://h/"), LIFETIME, NOW).unwrap();
    let leaking = format!("https://h/?token={TOKEN}&%zz=");
    let long = format!("https://h/{}", "k".repeat(65_500));
    let (hour, week, now) = (Duration::from_secs(3600), Duration::from_secs(604_800), NOW);
    let late = datetime!(2015-08-31 0:00 UTC);
    let early = datetime!(-0001-01-01 0:00 UTC);
    let unsigned = PayloadHash::Unsigned;
    let errors: Vec<Error> = [
        with(&broken("AKID"), SECRET, TOKEN),
        with("AKID", &broken(SECRET), TOKEN),
        with("AKID", SECRET, &broken(TOKEN)),
        vec![Signer::new(credentials(), "/", "s3").unwrap_err()],
        vec![Signer::new(credentials(), "r", "/").unwrap_err()],
        refuse(&good, "/", unsigned, hour, now),
        refuse(&good, presigned.url(), unsigned, hour, now),
        refuse(&good, &leaking, unsigned, hour, now),
        refuse(&good, &long, unsigned, hour, now),
        refuse(&good, "https://h/", unsigned, hour, late),
        refuse(&good, "https://h/", unsigned, hour, early),
        refuse(&good, "https://h/", unsigned, week, now),
        refuse(&good, "https://h/", unsigned, week * 2, now),
        refuse(&lattice, "https://h/", PayloadHash::EMPTY, hour, now),
    ]
    .concat();
    assert!(errors.len() >= 15, "{errors:?}");
    for error in errors {
        needles.hidden_in_display(&error);
    }

    let value = format!("{TOKEN}\n");
    let leaking = RawRequest {
        method: "GET",
        path: "/",
        query: "",
        headers: &[("host", b"h"), ("x-amz-security-token2", value.as_bytes())],
    };
    needles.hidden_in_display(&good.sign_raw(&leaking, unsigned, now).unwrap_err());
    let header =
        format!("AWS4-HMAC-SHA256 Credential=AKID/{TOKEN}, SignedHeaders=host, Signature={TOKEN}");
    needles.hidden_in_display(&Authorization::parse(&header).unwrap_err());
    let query =
        format!("X-Amz-Credential={TOKEN}&X-Amz-Signature={TOKEN}&X-Amz-Security-Token={TOKEN}");
    needles.hidden_in_display(&QueryAuthorization::parse(&query).unwrap_err());
    needles.hidden_in_display(&SECRET.parse::<CredentialScope>().unwrap_err());
    needles.hidden_in_display(&session_token_parameter(&(&*value).into()).unwrap_err());
}

#[test]
fn types_without_secrets_print_their_content() {
    assert_eq!(format!("{:?}", Service::S3.name()), "\"s3\"");
    assert!(PayloadHash::EMPTY.to_string().starts_with("e3b0c442"));
    assert!(format!("{:?}", PayloadHash::Unsigned).contains("Unsigned"));
}
