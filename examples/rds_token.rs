//! Connects to a database of Amazon RDS with a token in place of a password.
//!
//! The IAM identity needs `rds-db:connect`, the database user must be made for IAM authentication
//! (`GRANT rds_iam TO app` in `PostgreSQL`).

use countersign::{Credentials, encode_segment, tokens};
use time::macros::datetime;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let now = datetime!(2026-01-02 03:04:05 UTC); // your clock
    let credentials = Credentials::new(
        "ASIAIOSFODNN7EXAMPLE",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    )
    .with_session_token("IQoJb3JpZ2luX2VjEXAMPLE//////////wEaCXVzLWVhc3QtMSJHMEUCIQD")
    .with_expiration(datetime!(2026-01-02 03:10 UTC));

    let (host, port, user) = ("db.abc123.us-east-1.rds.amazonaws.com", 5432, "app");
    let endpoint = format!("{host}:{port}");
    let token = tokens::rds(&credentials, "us-east-1", &endpoint, user, now)?;

    // As it is, for drivers that take the password by itself.
    println!("PGPASSWORD='{}'", token.expose());

    // In a URL the token is a password like any other, so it is percent-encoded once more. TLS is
    // not optional: the database takes a token by TLS only, and whoever can read it can use it. So
    // the certificate is checked, against the bundle that RDS publishes.
    let password = encode_segment(token.expose());
    println!(
        "postgres://{user}:{password}@{endpoint}/app?sslmode=verify-full&sslrootcert=global-bundle.pem"
    );

    // A pool asks for a new one for each new connection, not for each query: what is connected
    // stays so. These credentials end before the 15 minutes do, and the token with them.
    println!("good until {}", token.expires_at());
    Ok(())
}
