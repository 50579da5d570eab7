//! Verifies a request that arrives, signed in a header or presigned, and says who sent it.

use countersign::verify::{AccessKey, Head, SignedRequest, Verifier};
use countersign::{Credentials, PayloadHash, Service};

pub(crate) fn who(
    request: &http::Request<Vec<u8>>,
    look_up: impl Fn(&str) -> Result<Credentials, countersign::verify::VerifyError>,
    now: time::OffsetDateTime,
) -> Result<String, Box<dyn std::error::Error>> {
    let verifier = Verifier::new("eu-west-1", Service::S3);
    let claim = SignedRequest::parse(request)?;
    let key = AccessKey::derive(&look_up(claim.access_key_id())?, claim.scope())?;
    let verified = match verifier.verify_head(&claim, &key, now)? {
        Head::Hashed(head) => head.verify(PayloadHash::of(request.body()))?,
        Head::Unsigned(head) => head.accept(), // over TLS only
        Head::Streaming(_) => return Err("chunks are read elsewhere".into()),
    };
    Ok(verified.access_key_id().to_owned())
}
