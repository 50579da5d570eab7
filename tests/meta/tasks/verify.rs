//! Who sent a request, signed in a header or presigned.

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
