//! A token for a Kafka client of Amazon MSK, and its expiration in milliseconds.

use countersign::{Credentials, Timestamp, tokens};

pub(crate) fn token(
    credentials: &Credentials,
    now: Timestamp,
) -> Result<(String, i64), Box<dyn std::error::Error>> {
    let token = tokens::msk(credentials, "us-east-1", "my-app/1.0", now)?;
    let expires = token.expires_at_milliseconds();
    Ok((token.expose().to_owned(), expires))
}
