//! Verifies a request, signed in a header or presigned, and returns the access key ID of its sender.
//!
//! `cargo run --example verify`

use countersign::verify::{PendingVerification, SignedRequest, VerificationKey, Verifier};
use countersign::{Credentials, PayloadHash, Service, Timestamp};

pub(crate) fn who(
    request: &http::Request<Vec<u8>>,
    look_up: impl Fn(&str) -> Result<Credentials, countersign::verify::VerifyError>,
    now: Timestamp,
) -> Result<String, Box<dyn std::error::Error>> {
    let verifier = Verifier::new("eu-west-1", Service::S3)?;
    let claim = SignedRequest::parse(request)?;
    let key = VerificationKey::derive(&look_up(claim.access_key_id())?, claim.scope())?;
    let verified = match verifier.verify_signature(&claim, &key, now)? {
        PendingVerification::Hashed(head) => head.verify(PayloadHash::new(request.body()))?,
        PendingVerification::Unsigned(head) => head.accept(), // over TLS only
        _ => return Err("chunks are read elsewhere".into()),
    };
    Ok(verified.access_key_id().to_owned())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    use countersign::{Signer, verify::VerifyError};

    let (id, secret) = (
        "AKIAIOSFODNN7EXAMPLE",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    );
    let now = std::time::SystemTime::now();
    let mut request = http::Request::put("https://bucket.s3.eu-west-1.amazonaws.com/hello.txt")
        .body(b"hello".to_vec())?;
    let payload = PayloadHash::new(request.body());
    Signer::new(Credentials::new(id, secret), "eu-west-1", "s3")?.sign(
        &mut request,
        payload,
        now,
    )?;

    let look_up = |known: &str| {
        if known == id {
            Ok(Credentials::new(id, secret))
        } else {
            Err(VerifyError::UnknownAccessKeyId)
        }
    };
    println!("sent by {}", who(&request, look_up, now.into())?);
    request.body_mut().push(b'!');
    let refused = who(&request, look_up, now.into()).unwrap_err();
    println!("with another body: {refused}");
    Ok(())
}
