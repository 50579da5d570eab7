//! Presigns an S3 download with temporary credentials: a link for a client without credentials.
//!
//! `cargo run --example presign`

use std::time::Duration;

use countersign::{Credentials, Presigned, Signer, Timestamp, encode_key};
use http::Request;

pub(crate) fn link(
    credentials: Credentials,
    key: &str,
    now: Timestamp,
) -> Result<Presigned, Box<dyn std::error::Error>> {
    let signer = Signer::new(credentials, "eu-west-1", "s3")?;
    let key = encode_key(key);
    let url = format!("https://bucket.s3.eu-west-1.amazonaws.com/{key}");
    let get = Request::get(url).body(())?;
    let link = signer.presign(&get, Duration::from_secs(900), now)?;
    Ok(link)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let now: Timestamp = "2026-01-02T03:04:05Z".parse()?; // your clock
    let credentials = Credentials::new(
        "ASIAIOSFODNN7EXAMPLE",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    )
    .with_session_token("IQoJb3JpZ2luX2VjEXAMPLE//////////wEaCXVzLWVhc3QtMSJHMEUCIQD")
    .with_expiration("2026-01-02T09:00:00Z".parse::<Timestamp>()?);
    let download = link(credentials.clone(), "reports/2026 Q1/été (final).pdf", now)?;
    println!("{} {}", download.method(), download.url());
    println!("expires at {}\n", download.expires_at());

    // Headers of the request are signed, so the client that uploads must send them.
    let signer = Signer::new(credentials, "eu-west-1", "s3")?;
    let put = Request::put("https://bucket.s3.eu-west-1.amazonaws.com/report.pdf")
        .header("content-type", "application/pdf")
        .header("x-amz-server-side-encryption", "AES256")
        .body(())?;
    let upload = signer.presign(&put, Duration::from_secs(900), now)?;
    println!(
        "{} {}\nwith {:?}\n",
        upload.method(),
        upload.url(),
        upload.headers()
    );

    // A link that would outlive its credentials is an error.
    let week = Duration::from_secs(7 * 24 * 3600);
    let error = signer.presign(&put, week, now).map(drop).unwrap_err();
    println!("for a week: {error}");
    Ok(())
}
