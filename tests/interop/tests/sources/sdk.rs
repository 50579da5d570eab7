//! Conversions to the AWS SDK for Rust and from it, as in `examples/aws_credential_types.rs`.

use std::time::{Duration, SystemTime};

use aws_credential_types::provider::ProvideCredentials as _;
use aws_credential_types::provider::error::CredentialsError;
use countersign::sources::{
    Chain, ChainError, Environment, Found, Imds, Input, ResolvedCredentials, Want,
    environment_credentials,
};
use countersign::{Credentials, Timestamp};
use http::Response;

#[allow(dead_code, reason = "its `main` is for `cargo run`")]
#[path = "../../examples/aws_credential_types.rs"]
mod example;
use example::{Provider, from_sdk, to_sdk};

#[test]
fn every_part_goes_to_the_sdk_and_comes_back() {
    let environment = Environment::from_pairs([
        ("AWS_ACCESS_KEY_ID", "ASIAEXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_SESSION_TOKEN", "token"),
        ("AWS_ACCOUNT_ID", "123456789012"),
        ("AWS_CREDENTIAL_EXPIRATION", "2030-01-02T03:04:05.5Z"),
    ]);
    let resolved = environment_credentials(&environment).unwrap().unwrap();
    let sdk = to_sdk(&resolved);
    assert_eq!(sdk.access_key_id(), "ASIAEXAMPLE");
    assert_eq!(sdk.secret_access_key(), "secret");
    assert_eq!(sdk.session_token(), Some("token"));
    assert_eq!(sdk.account_id().unwrap().as_str(), "123456789012");
    let expiry = SystemTime::UNIX_EPOCH + Duration::from_millis(1_893_553_445_500);
    assert_eq!(sdk.expiry(), Some(expiry));

    let credentials = from_sdk(&sdk);
    assert_eq!(credentials.access_key_id(), "ASIAEXAMPLE");
    assert_eq!(credentials.secret_key().expose(), "secret");
    assert_eq!(credentials.session_token().unwrap().expose(), "token");
    assert_eq!(credentials.expiration(), resolved.expiration());

    let sdk = to_sdk(&Credentials::new("AKIDEXAMPLE", "secret").into());
    assert_eq!(
        (sdk.session_token(), sdk.expiry(), sdk.account_id()),
        (None, None, None)
    );
    let credentials = from_sdk(&sdk);
    assert!(credentials.session_token().is_none() && credentials.expiration().is_none());
}

#[test]
fn expired_credentials_of_an_instance_last_until_the_next_try() {
    let now = Timestamp::from_unix_seconds(1_893_553_445);
    let imds = Imds::new(&Environment::default(), None).unwrap().unwrap();
    let document = r#"{"AccessKeyId":"A","SecretAccessKey":"s","Token":"t",
        "Expiration":"2030-01-01T00:00:00Z"}"#;
    let resolved: ResolvedCredentials = imds
        .read_credentials(&Response::new(document), now, Duration::ZERO)
        .unwrap();
    assert!(resolved.is_expired(now));
    let expiry = SystemTime::from(now) + Duration::from_secs(300);
    assert_eq!(to_sdk(&resolved).expiry(), Some(expiry));
}

fn chain(variables: &[(&str, &str)]) -> Result<Found, ChainError> {
    let environment = Environment::from_pairs(variables.iter().copied());
    let mut chain = Chain::new(environment, "my-program");
    let now = SystemTime::now();
    match chain.next(Input::Start, now)? {
        Want::Done(found) => Ok(found),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_sdk_asks_its_next_provider_only_if_nothing_is_configured() {
    let keys = [
        ("AWS_ACCESS_KEY_ID", "AKIDENV"),
        ("AWS_SECRET_ACCESS_KEY", "s"),
    ];
    let provider = Provider(|| async { chain(&keys) });
    let provided = provider.provide_credentials().await.unwrap();
    assert_eq!(provided.access_key_id(), "AKIDENV");

    let disabled = [("AWS_EC2_METADATA_DISABLED", "true")];
    let provider = Provider(|| async { chain(&disabled) });
    let error = provider.provide_credentials().await.unwrap_err();
    assert!(
        matches!(error, CredentialsError::CredentialsNotLoaded(_)),
        "{error:?}"
    );
    let provider = Provider(|| async { chain(&keys[..1]) });
    let error = provider.provide_credentials().await.unwrap_err();
    assert!(
        matches!(error, CredentialsError::ProviderError(_)),
        "{error:?}"
    );
}
