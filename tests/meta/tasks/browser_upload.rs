//! A form with which a browser uploads a file of up to 1 MiB.

use std::time::Duration;

use countersign::post_policy::{PostForm, PostPolicy};
use countersign::{Credentials, Signer};

pub(crate) fn form(
    (id, secret): (&str, &str),
    now: std::time::SystemTime,
) -> Result<PostForm, Box<dyn std::error::Error>> {
    let signer = Signer::new(Credentials::new(id, secret), "eu-west-1", "s3")?;
    let policy = PostPolicy::new("photos", now + Duration::from_secs(3600))
        .require_prefix("key", "user/eric/")
        .content_length_range(1, 1_048_576);
    let form = signer.sign_post(&policy, [("key", "user/eric/${filename}")], now)?;
    Ok(form)
}
