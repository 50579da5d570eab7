//! A download through a multi-Region access point.

use countersign::s3::Addressing;
use countersign::{Credentials, PayloadHash, Timestamp};
use http::Request;

pub(crate) fn get(
    (id, secret): (&str, &str),
    key: &str,
    now: Timestamp,
) -> Result<Request<()>, Box<dyn std::error::Error>> {
    let arn = "arn:aws:s3::123456789012:accesspoint/mfzwi23gnjvgw.mrap";
    let address = Addressing::new("us-east-1").bucket(arn)?;
    let signer = address.signer(Credentials::new(id, secret))?;
    let mut request = Request::get(address.object_url(key)).body(())?;
    signer.sign(&mut request, PayloadHash::EMPTY, now)?;
    Ok(request)
}
