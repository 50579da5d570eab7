//! A form with which a browser uploads an image to a bucket, valid for an hour, and the check of the
//! upload on the bucket's server.
//!
//! `cargo run --example browser_upload --features post-policy`

use countersign::post_policy::{PostPolicy, SignedPost, Upload};
use countersign::verify::{VerificationKey, Verifier};
use countersign::{Credentials, Service, Signer, Timestamp};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    let signer = Signer::new(credentials.clone(), "eu-west-1", "s3")?;
    let now = "2026-01-01T12:00:00Z".parse::<Timestamp>()?;

    let expiration = "2026-01-01T13:00:00Z".parse::<Timestamp>()?;
    let policy = PostPolicy::new("bucket", expiration)
        .require_prefix("key", "user/eric/")
        .require_prefix("Content-Type", "image/")
        .content_length_range(1, 1_048_576);
    let filled_in = [
        ("key", "user/eric/${filename}"),
        ("Content-Type", "image/png"),
    ];
    let form = signer.sign_post(&policy, filled_in, now)?;

    println!(
        "<form action=\"https://bucket.s3.eu-west-1.amazonaws.com/\" method=post enctype=multipart/form-data>"
    );
    for (name, value) in form.fields() {
        println!("  <input type=hidden name=\"{name}\" value=\"{value}\">");
    }
    println!("  <input type=file name=file> <input type=submit>\n</form>");

    // The other side.
    let fields: Vec<(&str, &str)> = form.fields().collect();
    let claim = SignedPost::parse(&fields)?;
    let key = VerificationKey::derive(&credentials, claim.scope())?;
    let (bucket, file_name, file_length) = ("bucket", "me.png", 4096);
    let upload = Upload {
        bucket,
        file_name,
        file_length,
    };
    let verified = claim.verify(
        &Verifier::new("eu-west-1", Service::S3)?,
        &key,
        &upload,
        now,
    )?;
    println!("{} may upload {}", verified.access_key_id(), verified.key());
    Ok(())
}
