//! A call with temporary credentials.

use countersign::{Credentials, PayloadHash, Signer, Timestamp};
use http::Request;

pub(crate) fn list_tables(
    (id, secret, token): (&str, &str, &str),
    body: &str,
    now: Timestamp,
) -> Result<Request<String>, Box<dyn std::error::Error>> {
    let credentials = Credentials::new(id, secret).with_session_token(token);
    let signer = Signer::new(credentials, "eu-west-1", "dynamodb")?;
    let mut request = Request::post("https://dynamodb.eu-west-1.amazonaws.com/")
        .header("content-type", "application/x-amz-json-1.0")
        .header("x-amz-target", "DynamoDB_20120810.ListTables")
        .body(body.to_owned())?;
    signer.sign(&mut request, PayloadHash::new(body), now)?;
    Ok(request)
}
