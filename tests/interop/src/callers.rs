//! The two kinds of credentials: long-term ones, and temporary ones that STS returned for them.

use bytes::Bytes;
use countersign::Credentials;
use countersign::sts::{AssumeRole, Endpoint};
use time::OffsetDateTime;

use crate::REGION;
use crate::accounts::{Account, Accounts};
use crate::client::Client;
use crate::server::Server;

/// The access key ID and the secret are those of AWS's documentation.
pub const ACCESS_KEY_ID: &str = "AKIAIOSFODNN7EXAMPLE";
/// It contains the characters that a careless encoding breaks.
pub const SECRET_KEY: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

/// The accounts of the server at its start: only the long-term one.
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

/// Temporary credentials from an `AssumeRole` request that is signed with the long-term ones.
///
/// # Panics
/// If STS refuses it.
pub async fn temporary(server: &Server, client: &Client) -> Credentials {
    let endpoint = Endpoint::custom(&server.url("/"), REGION).expect("a URL");
    let ask = AssumeRole::new("arn:aws:iam::123456789012:role/demo", "interop");
    let request = ask.request(&endpoint).expect("within the limits");
    let request = request
        .sign(&long_term(), OffsetDateTime::now_utc())
        .expect("a request that can be signed");
    let answer = client.send(request.map(Bytes::from)).await;
    AssumeRole::parse(answer.status, &answer.body)
        .expect("credentials")
        .credentials
}
