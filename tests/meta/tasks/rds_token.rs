//! The password for a database.

use countersign::{Credentials, Timestamp, tokens};

pub(crate) fn password(
    credentials: &Credentials,
    now: Timestamp,
) -> Result<tokens::Token, Box<dyn std::error::Error>> {
    let endpoint = "db.abc123.us-east-1.rds.amazonaws.com:5432";
    let password = tokens::rds(credentials, "us-east-1", endpoint, "app", now)?;
    Ok(password)
}
