use http::Request;
use object_store::aws::{AwsAuthorizer, AwsCredential};
use object_store::client::HttpRequestBody;

fn main() {
    let credential = AwsCredential {
        key_id: "AKIDEXAMPLE".to_owned(),
        secret_key: "secret".to_owned(),
        token: None,
    };
    let url = "https://bucket.s3.amazonaws.com/key";
    let mut request = Request::get(url)
        .body(HttpRequestBody::empty())
        .expect("a request");
    let authorizer = AwsAuthorizer::new(&credential, "s3", "us-east-1").with_sign_payload(false);
    authorizer
        .try_authorize(&mut request, None)
        .expect("a signature");
    println!("{:?}", request.headers()["authorization"].as_bytes());
}
