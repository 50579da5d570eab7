//! One signature by every way in: a request, its parts, slices; a signer, a presigner.

use std::collections::HashSet;
use std::time::Duration;

use countersign::{
    Credentials, Error, PayloadHash, RawRequest, SecretKey, SessionToken, Signer,
    sigv4::{AuthorizationProblem, CredentialScope, QueryAuthorization},
};
use http::Request;
use time::OffsetDateTime;
use time::macros::datetime;

const NOW: OffsetDateTime = datetime!(2026-01-02 03:04:05 UTC);
const HOUR: Duration = Duration::from_secs(3600);
const TOKEN: &str = "IQoJb3JpZ2luX2VjEXAMPLE//+a==";

fn signer() -> Signer {
    let credentials = Credentials::new("AKIDEXAMPLE", "secret").with_session_token(TOKEN);
    Signer::new(credentials, "eu-central-1", "s3").unwrap()
}

fn request() -> Request<()> {
    let uri = "https://bucket.s3.amazonaws.com/key?versionId=a";
    Request::get(uri)
        .header("host", "bucket.s3.amazonaws.com")
        .body(())
        .unwrap()
}

const HEADERS: &[(&str, &[u8])] = &[("host", b"bucket.s3.amazonaws.com")];

fn slices() -> RawRequest<'static> {
    RawRequest {
        method: "GET",
        path: "/key",
        query: "versionId=a",
        headers: HEADERS,
    }
}

#[test]
fn parts_and_slices_get_the_signature_of_the_request() {
    let mut whole = request();
    let signature = signer()
        .sign(&mut whole, PayloadHash::Unsigned, NOW)
        .unwrap();
    let (mut parts, ()) = request().into_parts();
    let of_parts = signer()
        .sign(&mut parts, PayloadHash::Unsigned, NOW)
        .unwrap();
    assert_eq!(of_parts, signature);
    assert_eq!(&parts.headers, whole.headers());

    let signer = signer();
    let added = signer
        .sign_raw(&slices(), PayloadHash::Unsigned, NOW)
        .unwrap();
    assert_eq!(added.signature(), &signature);
    for (name, value) in added.iter() {
        assert_eq!(whole.headers()[name], value);
    }
    // What is there already and would stand twice.
    for name in [
        "authorization",
        "x-amz-date",
        "x-amz-security-token",
        "x-amz-content-sha256",
    ] {
        assert!(added.replaces(name), "{name}");
    }
    for name in ["host", "date", "Authorization", ""] {
        assert!(!added.replaces(name), "{name}");
    }
}

#[test]
fn a_signer_and_a_presigner_make_the_same_url() {
    let (signer, payload) = (signer(), PayloadHash::Unsigned);
    let whole = signer
        .presign_with_payload(&request(), payload, HOUR, NOW)
        .unwrap();
    let (parts, ()) = request().into_parts();
    let of_parts = signer
        .presign_with_payload(&parts, payload, HOUR, NOW)
        .unwrap();
    assert_eq!(of_parts.url(), whole.url());
    let target = whole
        .url()
        .strip_prefix("https://bucket.s3.amazonaws.com")
        .unwrap();
    let of_slices = signer
        .presign_raw_with_payload(&slices(), payload, HOUR, NOW)
        .unwrap();
    assert_eq!(of_slices.path_and_query(), target);

    let presigner = signer.presigner_with_payload(payload, HOUR, NOW).unwrap();
    assert_eq!(presigner.presign(&request()).unwrap().url(), whole.url());
    assert_eq!(presigner.presign(&parts).unwrap().url(), whole.url());
    assert_eq!(
        presigner.presign_raw(&slices()).unwrap().path_and_query(),
        target
    );

    // An empty path counts as `/`.
    let root = |path| {
        let slices = RawRequest { path, ..slices() };
        let presigned = signer
            .presign_raw_with_payload(&slices, payload, HOUR, NOW)
            .unwrap();
        presigned.path_and_query().to_owned()
    };
    assert_eq!(root(""), root("/"));
    assert!(root("").starts_with("/?versionId=a&X-Amz-"));
}

/// What another wrote, read back: no escape or second token passes for something else.
#[test]
fn presigned_queries_are_read_back() {
    let url = signer().presign(&request(), HOUR, NOW).unwrap();
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

/// A stream is no payload of a request that was signed in another way.
#[test]
fn a_stream_proves_no_hash() {
    use countersign::chunked::ChunkedEncoding;
    use countersign::verify::{PayloadKind, SignedRequest, VerificationKey, Verifier, VerifyError};

    let mut stream = request();
    let payload = ChunkedEncoding::signed(1);
    let chunks = signer().sign_chunked(&mut stream, payload, NOW).unwrap();
    let mut whole = request();
    signer()
        .sign(&mut whole, PayloadHash::Unsigned, NOW)
        .unwrap();
    let claim = SignedRequest::parse(&whole).unwrap();
    let credentials = Credentials::new("AKIDEXAMPLE", "secret").with_session_token(TOKEN);
    let key = VerificationKey::derive(&credentials, claim.scope()).unwrap();
    let verifier = Verifier::new("eu-central-1", "s3").unwrap();
    let streamed = SignedRequest::parse(&stream).unwrap();
    let not_as_signed = VerifyError::PayloadNotAsSigned {
        signed: PayloadKind::Stream,
        checked: PayloadKind::Unsigned,
    };
    let unsigned = VerifyError::PayloadIsUnsigned;
    for (claim, payload, expected) in [
        (&claim, chunks.payload_hash(), unsigned.clone()),
        (&claim, PayloadHash::EMPTY, unsigned),
        (&streamed, PayloadHash::Unsigned, not_as_signed),
    ] {
        let verified = verifier.verify(claim, &key, payload, NOW);
        assert_eq!(verified.map(drop), Err(expected));
    }
}

#[cfg(feature = "sigv4a")]
#[test]
fn a_signer_returns_its_region_set_and_service() {
    let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    let signer = countersign::sigv4a::Signer::new(credentials, "us-east-1,eu-*", "s3").unwrap();
    assert_eq!(signer.region_set(), "us-east-1,eu-*");
    assert_eq!(signer.service().name(), "s3");
}

#[cfg(feature = "s3")]
#[test]
fn session_modes_are_written_as_in_the_api() {
    use countersign::s3::express::SessionMode;

    assert_eq!(SessionMode::ReadOnly.as_str(), "ReadOnly");
    assert_eq!(SessionMode::ReadWrite.as_str(), "ReadWrite");
}

/// AWS STS API Reference, "AssumeRoot": not at the global endpoint.
#[cfg(feature = "sts")]
#[test]
fn assume_root_is_regional() {
    use countersign::sts::{AssumeRoot, Endpoint};

    let policy = "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials";
    let ask = AssumeRoot::new("111122223333", policy);
    assert!(
        ask.request(&Endpoint::regional("us-east-1").unwrap())
            .is_ok()
    );
    let global = ask.request(&Endpoint::global()).map(drop).unwrap_err();
    assert!(matches!(global, Error::NoEndpoint { .. }), "{global}");
}

/// CodeArtifact User Guide, "Using CodeArtifact with npm", "with pip", "with Cargo".
#[cfg(feature = "codeartifact")]
#[test]
fn a_repository_makes_the_lines_of_npm_cargo_and_pip() {
    use countersign::bearer::BearerToken;
    use countersign::codeartifact::Repository;

    let repository = Repository::new("d", "111122223333", "us-west-2", "r").map(drop);
    assert!(repository.is_err());
    let repository = Repository::new("my-domain", "111122223333", "us-west-2", "repo").unwrap();
    let host = "my-domain-111122223333.d.codeartifact.us-west-2.amazonaws.com";
    assert_eq!(
        repository.npm_registry(),
        format!("https://{host}/npm/repo/")
    );
    assert_eq!(
        repository.cargo_index(),
        format!("sparse+https://{host}/cargo/repo/")
    );
    let token = BearerToken::new("T/1").with_scope("codeartifact", "us-west-2");
    let line = repository.npm_auth_token(&token, NOW).unwrap();
    assert_eq!(line.expose(), format!("//{host}/npm/repo/:_authToken=T/1"));
    let url = repository.pip_index_url(&token, NOW).unwrap();
    assert_eq!(
        url.expose(),
        format!("https://aws:T%2F1@{host}/pypi/repo/simple/")
    );
}

/// A cache of keys goes by the scope.
#[test]
fn equal_scopes_are_one_key_of_a_cache() {
    assert_eq!(signer().region(), "eu-central-1");
    assert_eq!(signer().service().name(), "s3");
    let scope = |region| CredentialScope::new(NOW, region, "s3").unwrap();
    let mut scopes = HashSet::from([scope("us-east-1"), scope("eu-west-1")]);
    assert!(!scopes.insert(scope("us-east-1")));
    assert!(scopes.insert(scope("us-east-2")));
    assert!(
        scopes.contains(
            &"20260102/eu-west-1/s3/aws4_request"
                .parse::<CredentialScope>()
                .unwrap()
        )
    );
}

#[test]
fn texts_become_secrets() {
    let text = String::from(TOKEN);
    assert_eq!(SecretKey::from(&text).expose(), TOKEN);
    assert_eq!(SessionToken::from(&text).expose(), TOKEN);
    assert_eq!(
        SessionToken::from(&text).header_name(),
        "x-amz-security-token"
    );
}
