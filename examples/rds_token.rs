//! Connects to a database of Amazon RDS with a token in place of a password.
//!
//! The IAM identity needs `rds-db:connect`, the database user must be made for IAM authentication
//! (`GRANT rds_iam TO app` in `PostgreSQL`). `cargo run --features tokens --example rds_token`

use countersign::{Credentials, Timestamp, tokens};

pub(crate) fn password(
    credentials: &Credentials,
    now: Timestamp,
) -> Result<tokens::Token, Box<dyn std::error::Error>> {
    let endpoint = "db.abc123.us-east-1.rds.amazonaws.com:5432";
    let password = tokens::rds(credentials, "us-east-1", endpoint, "app", now)?;
    Ok(password)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let now: Timestamp = "2026-01-02T03:04:05Z".parse()?; // your clock
    let credentials = Credentials::new(
        "ASIAIOSFODNN7EXAMPLE",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    )
    .with_session_token("IQoJb3JpZ2luX2VjEXAMPLE//////////wEaCXVzLWVhc3QtMSJHMEUCIQD")
    .with_expiration("2026-01-02T03:10:00Z".parse::<Timestamp>()?);
    let token = password(&credentials, now)?;

    // As it is, for drivers that take the password by itself.
    println!("PGPASSWORD='{}'", token.expose());

    // In a URL the token is percent-encoded once more, like any password. The database takes it over
    // TLS only. Check the certificate with the bundle that RDS publishes: a server in the middle
    // could use the token.
    let password = countersign::encode_segment(token.expose());
    let host = "db.abc123.us-east-1.rds.amazonaws.com:5432";
    println!(
        "postgres://app:{password}@{host}/app?sslmode=verify-full&sslrootcert=global-bundle.pem"
    );

    // A pool asks for a token for each new connection, not for each query: open connections stay.
    // These credentials expire before the 15 minutes of the token, and the token with them.
    println!("expires at {}", token.expires_at());
    Ok(())
}
