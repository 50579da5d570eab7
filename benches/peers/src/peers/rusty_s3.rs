//! rusty-s3, which only presigns URLs of S3 objects. It derives the key for each URL.

use jiff::Timestamp;
use rusty_s3::{Bucket, Credentials, S3Action, UrlStyle};

use super::Entry;
use crate::contender::contender;
use crate::proof::Proof;
use crate::work::{BUCKET, KEY, LIFETIME, REGION, SECONDS, Task, Work};

pub const WHO: &str = "rusty-s3";

/// It makes the URL itself from the key of the object.
pub fn entry(work: &'static Work) -> Entry {
    if work.task != Task::Presign {
        return Err("only presigns");
    }
    let endpoint = "https://s3.us-east-1.amazonaws.com".parse().expect("a URL");
    let bucket = Bucket::new(endpoint, UrlStyle::VirtualHost, BUCKET, REGION).expect("a bucket");
    let credentials = credentials(work);
    let now = Timestamp::from_second(SECONDS).expect("a time");
    Ok(contender(
        WHO,
        || (),
        move |()| {
            bucket
                .get_object(Some(&credentials), KEY)
                .sign_with_time(LIFETIME, &now)
        },
        |(), url| Proof::of_url(url.as_str()),
    ))
}

fn credentials(work: &Work) -> Credentials {
    let identity = work.identity;
    match identity.session_token {
        Some(token) => {
            Credentials::new_with_token(identity.access_key_id, identity.secret_key, token)
        }
        None => Credentials::new(identity.access_key_id, identity.secret_key),
    }
}
