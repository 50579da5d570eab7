//! Presigns an S3 download with temporary credentials: a link for somebody without credentials.

use std::time::Duration;

use countersign::{Credentials, Signer, encode_key};
use http::Request;
use time::macros::datetime;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let now = datetime!(2026-01-02 03:04:05 UTC); // your clock
    let credentials = Credentials::new(
        "ASIAIOSFODNN7EXAMPLE",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    )
    .with_session_token("IQoJb3JpZ2luX2VjEXAMPLE//////////wEaCXVzLWVhc3QtMSJHMEUCIQD")
    .with_expiration(datetime!(2026-01-02 09:00 UTC));
    let signer = Signer::new(credentials, "us-east-1", "s3")?;

    let key = encode_key("reports/2026 Q1/été (final).pdf");
    let url = format!("https://examplebucket.s3.us-east-1.amazonaws.com/{key}");
    let get = Request::get(&url).body(())?;
    let link = signer.presign(&get, Duration::from_secs(3600), now)?;
    println!("{} {}", link.method(), link.url());
    println!("good until {}\n", link.expires_at());

    // Headers of the request are signed, so the uploader must send them.
    let put = Request::put(&url)
        .header("content-type", "application/pdf")
        .header("x-amz-server-side-encryption", "AES256")
        .body(())?;
    let link = signer.presign(&put, Duration::from_secs(900), now)?;
    println!(
        "{} {}\nwith {:?}\n",
        link.method(),
        link.url(),
        link.headers()
    );

    // What cannot work is refused: this link would die with its credentials, long before.
    let week = Duration::from_secs(7 * 24 * 3600);
    let error = signer.presign(&get, week, now).map(drop).unwrap_err();
    println!("for a week: {error}");
    Ok(())
}
