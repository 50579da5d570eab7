//! Makes a password for a database of RDS.

use countersign::{Credentials, tokens};

pub(crate) fn password(
    (id, secret): (&str, &str),
    now: time::OffsetDateTime,
) -> Result<tokens::Token, Box<dyn std::error::Error>> {
    let credentials = Credentials::new(id, secret);
    let host = "db.abc123.us-east-1.rds.amazonaws.com:5432";
    let password = tokens::rds(&credentials, "us-east-1", host, "app", now)?;
    Ok(password)
}
