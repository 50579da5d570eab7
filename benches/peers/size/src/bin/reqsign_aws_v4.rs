use std::pin::pin;
use std::task::{Context as TaskContext, Poll, Waker};

use reqsign_aws_v4::{Credential, RequestSigner};
use reqsign_core::{Context, SignRequest};

fn main() {
    let (signer, context) = (RequestSigner::new("s3", "us-east-1"), Context::new());
    let credential = Credential {
        access_key_id: "AKIDEXAMPLE".to_owned(),
        secret_access_key: "secret".to_owned(),
        ..Credential::default()
    };
    let request = http::Request::get("https://bucket.s3.amazonaws.com/key")
        .body(())
        .expect("a request");
    let (mut parts, ()) = request.into_parts();
    ready(signer.sign_request(&context, &mut parts, Some(&credential), None)).expect("a signature");
    println!("{:?}", parts.headers["authorization"].as_bytes());
}

fn ready<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut TaskContext::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => unreachable!("credentials are at hand"),
    }
}
