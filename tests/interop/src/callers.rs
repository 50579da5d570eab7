//! The two kinds of callers: with long-term credentials, and with what STS gave them for these.

use bytes::Bytes;
use countersign::{Credentials, PayloadHash, Signer};
use http::Request;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::REGION;
use crate::accounts::{Account, Accounts};
use crate::client::Client;
use crate::server::Server;

/// AWS's own example; so is the secret.
pub const ACCESS_KEY_ID: &str = "AKIAIOSFODNN7EXAMPLE";
/// With the characters that a careless encoding breaks.
pub const SECRET_KEY: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

/// The server's accounts at its start: the long-term caller alone.
pub fn accounts() -> Accounts {
    let accounts = Accounts::default();
    accounts.insert(
        ACCESS_KEY_ID,
        Account {
            secret_key: SECRET_KEY.to_owned(),
            session: None,
        },
    );
    accounts
}

/// The long-term credentials.
pub fn long_term() -> Credentials {
    Credentials::new(ACCESS_KEY_ID, SECRET_KEY)
}

/// Temporary credentials: an `AssumeRole` request, signed with the long-term ones.
///
/// # Panics
/// When STS refuses it.
pub async fn temporary(server: &Server, client: &Client) -> Credentials {
    let form = "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fdemo\
                &RoleSessionName=interop";
    let mut request = Request::post(server.url("/"))
        .header(
            "content-type",
            "application/x-www-form-urlencoded; charset=utf-8",
        )
        .body(Bytes::from_static(form.as_bytes()))
        .expect("a request");
    let signer = Signer::new(long_term(), REGION, "sts");
    let payload = PayloadHash::of(request.body());
    signer
        .sign(&mut request, payload, OffsetDateTime::now_utc())
        .expect("a request that can be signed");

    let answer = client.send(request).await;
    assert_eq!(answer.code(), None, "{answer:?}");
    let text = |element| {
        answer
            .texts(element)
            .pop()
            .expect("every element of the credentials")
    };
    let expiration = OffsetDateTime::parse(&text("Expiration"), &Rfc3339).expect("a time");
    Credentials::new(text("AccessKeyId"), text("SecretAccessKey"))
        .with_session_token(text("SessionToken"))
        .with_expiration(expiration)
}
