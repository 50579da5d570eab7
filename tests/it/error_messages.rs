//! Error messages: each names the parameter as its user knows it, and the rule or limit.

use std::time::Duration;

use countersign::codeartifact::{GetAuthorizationToken, Repository};
use countersign::s3::express::CreateSession;
use countersign::sts::{Endpoint, GetCallerIdentity};
use countersign::tokens::{self, caller_identity};
use countersign::{Credentials, Error, Signer, s3::express};
use http::StatusCode;
use time::OffsetDateTime;
use time::macros::datetime;

const NOW: OffsetDateTime = datetime!(2024-07-07 07:00 UTC);
const REGION: &str = "us-east-1";
const STS: &str = "sts.us-east-1.amazonaws.com";

fn credentials() -> Credentials {
    Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
}

fn said<T>(refused: Result<T, Error>) -> String {
    refused.map(drop).unwrap_err().to_string()
}

#[test]
fn errors_of_tokens_name_the_parameter_and_the_rule() {
    let c = &credentials();
    let hour = Duration::from_secs(3600);
    let (host, db) = ("db.example.com", "db.example.com:5432");
    for (said, sentence) in [
        (said(tokens::rds(c, REGION, db, "", NOW)), "`user` is empty"),
        (
            said(tokens::rds(c, REGION, host, "app", NOW)),
            "`endpoint` must have a port, as in `db.example.com:5432`",
        ),
        (
            said(tokens::rds(c, REGION, "", "app", NOW)),
            "`endpoint` is empty",
        ),
        (
            said(tokens::dsql(c, REGION, db, hour, NOW)),
            "`endpoint` must not have a port",
        ),
        (
            said(tokens::iot(c, REGION, db, None, NOW)),
            "`endpoint` must not have a port other than 443",
        ),
        (
            said(tokens::elasticache(c, REGION, "", "app", NOW)),
            "`cache name` is empty",
        ),
        (
            said(tokens::elasticache_serverless(c, REGION, "", "app", NOW)),
            "`cache name` is empty",
        ),
        (
            said(tokens::elasticache(c, REGION, "cache", "", NOW)),
            "`user` is empty",
        ),
        (
            said(tokens::memorydb(c, REGION, "", "app", NOW)),
            "`cluster name` is empty",
        ),
        (
            said(tokens::msk(c, REGION, "", NOW)),
            "`user agent` is empty",
        ),
        (
            said(tokens::eks(c, REGION, "", NOW)),
            "`cluster name` must be printable ASCII without spaces, and not empty",
        ),
        (
            said(tokens::codecommit(c, REGION, "", NOW)),
            "`url` must be of the form https://HOST/v1/repos/NAME",
        ),
    ] {
        assert_eq!(said, format!("parameter {sentence}"));
    }
}

#[test]
fn errors_of_caller_identity_name_the_parameter_and_the_rule() {
    let proof = |audience| caller_identity::signed(&credentials(), REGION, STS, audience, NOW);
    for (said, sentence) in [
        (
            said(proof(Some(("x-audience", "")))),
            "`audience` must be printable ASCII without white space at either end, and not empty",
        ),
        (
            said(proof(Some(("x-amz-date", "a.example.com")))),
            "`audience header` must be a header that the signer signs but does not set",
        ),
        (
            said(caller_identity::mongodb(
                &credentials(),
                &[7; 32],
                &[8; 64],
                STS,
                NOW.into(),
            )),
            "`server nonce` must be 64 bytes that begin with the client nonce",
        ),
    ] {
        assert_eq!(said, format!("parameter {sentence}"));
    }
}

#[test]
fn errors_of_codeartifact_and_s3_express_name_the_parameter_and_the_rule() {
    let ask = |domain, duration_seconds| {
        let mut ask = GetAuthorizationToken::new(domain, REGION);
        ask.duration_seconds = duration_seconds;
        ask.request()
    };
    for (said, sentence) in [
        (
            said(ask("A", None)),
            "`domain` must be 2 to 50 lowercase letters, digits and `-`, with a letter first and no `-` last",
        ),
        (
            said(ask("my-domain", Some(899))),
            "`duration` must be 0, or between 900 and 43200 s",
        ),
        (
            said(Repository::new("my-domain", "1", REGION, "repo")),
            "`domain-owner` must be 12 digits",
        ),
        (
            said(Repository::new("my-domain", "111122223333", REGION, "-")),
            "`repository` must be 2 to 100 letters, digits and `._-`, with a letter or digit first",
        ),
        (
            said(express::host("bucket", REGION)),
            "`Bucket` must be the name of a directory bucket, NAME--ZONE--x-s3",
        ),
    ] {
        assert_eq!(said, format!("parameter {sentence}"));
    }
}

#[test]
fn errors_of_endpoints_name_the_region_and_the_missing_variant() {
    let (no_fips, no_dual_stack) = (
        "the service publishes no FIPS endpoint there",
        "the service publishes no dual-stack endpoint there",
    );
    let no_both = "the service publishes no dual-stack FIPS endpoint there";
    let (global, regional) = (Endpoint::global(), Endpoint::regional("eu-west-1").unwrap());
    let ask = |endpoint: Endpoint| said(GetCallerIdentity.request(&endpoint));
    for (said, region, problem) in [
        (ask(regional.clone().with_fips()), "eu-west-1", no_fips),
        (
            ask(regional.with_fips().with_dual_stack()),
            "eu-west-1",
            no_both,
        ),
        (ask(global.with_dual_stack()), "aws-global", no_dual_stack),
    ] {
        assert_eq!(
            said,
            format!("no endpoint for region {region:?}: {problem}")
        );
    }
}

#[test]
fn an_error_response_of_s3_prints_its_code_status_and_message() {
    let (code, message) = ("InvalidAccessKeyId", "The key is not known.");
    let body = format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>");
    let refused = CreateSession::parse(StatusCode::FORBIDDEN, body).unwrap_err();
    assert_eq!(refused.to_string(), format!("{code} (403): {message}"));
}

#[test]
fn an_empty_secret_key_is_refused() {
    let refused = Signer::new(Credentials::new("AKIDEXAMPLE", ""), REGION, "s3");
    assert!(matches!(refused, Err(Error::InvalidSecretKey(_))));
    assert!(said(refused).ends_with("is empty"));
}
