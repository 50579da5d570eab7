use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;

fn main() {
    let identity = Credentials::new("AKIDEXAMPLE", "secret", None, None, "size").into();
    let params = SigningParams::builder()
        .identity(&identity)
        .region("us-east-1")
        .name("s3")
        .time(SystemTime::now())
        .settings(SigningSettings::default())
        .build()
        .expect("all parameters")
        .into();
    let url = "https://bucket.s3.amazonaws.com/key";
    let request = SignableRequest::new(
        "GET",
        url,
        std::iter::empty(),
        SignableBody::UnsignedPayload,
    );
    let (instructions, _) = sign(request.expect("a request"), &params)
        .expect("a signature")
        .into_parts();
    for (name, value) in instructions.headers() {
        println!("{name}: {value}");
    }
}
