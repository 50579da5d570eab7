use countersign::{Credentials, PayloadHash, Signer};
use time::OffsetDateTime;

fn main() {
    let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "s3").unwrap();
    let mut request = http::Request::get("https://bucket.s3.amazonaws.com/key")
        .body(())
        .expect("a request");
    signer
        .sign(
            &mut request,
            PayloadHash::Unsigned,
            OffsetDateTime::now_utc(),
        )
        .expect("a signature");
    println!("{:?}", request.headers()["authorization"].as_bytes());
}
