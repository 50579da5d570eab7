use std::time::Duration;

use rusty_s3::{Bucket, Credentials, S3Action, UrlStyle};

fn main() {
    let endpoint = "https://s3.amazonaws.com".parse().expect("a URL");
    let bucket =
        Bucket::new(endpoint, UrlStyle::VirtualHost, "bucket", "us-east-1").expect("a bucket");
    let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    println!(
        "{}",
        bucket
            .get_object(Some(&credentials), "key")
            .sign(Duration::from_secs(900))
    );
}
