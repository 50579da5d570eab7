//! Why a service refused a signature.

use std::{env, error::Error, fs};

use countersign::explain::{Diagnosis, Explainer};
use countersign::verify::SignedRequest;

/// A key with `@` and `=`, signed as it was sent.
const REQUEST: &str = "\
> GET /dt=2026-01-02/part@0.parquet HTTP/1.1
> host: bucket.s3.amazonaws.com
> x-amz-date: 20260102T030405Z
> x-amz-content-sha256: UNSIGNED-PAYLOAD
> authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/us-east-1/s3/aws4_request, \
SignedHeaders=host;x-amz-content-sha256;x-amz-date, \
Signature=86eaccb426a4575c4a109a24e513a3b2a7e064f02522c84d5b383402e6ae9ba0
";
const RESPONSE: &str = "HTTP/1.1 403 Forbidden

<Error><Code>SignatureDoesNotMatch</Code><Message>The request signature we calculated does not match \
the signature you provided. Check your key and signing method.</Message></Error>";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

/// From the request as it was sent and the body of the response.
pub(crate) fn why<B>(
    request: &http::Request<B>,
    service: &str,
    secret: Option<&str>,
    error_body: &str,
) -> Result<Diagnosis, Box<dyn Error>> {
    let mut explainer = Explainer::new(request, service.to_owned());
    if let Some(secret) = secret {
        explainer = explainer.with_secret_key(secret.into());
    }
    let diagnosis = explainer.error_body(error_body)?;
    Ok(diagnosis)
}
