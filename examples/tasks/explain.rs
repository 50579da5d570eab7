//! Says why S3 refused a request.

use countersign::explain;

pub(crate) fn why<B>(
    request: &http::Request<B>,
    error_body: &str,
) -> Result<String, Box<dyn std::error::Error>> {
    let diagnosis = explain::mismatch(request, "s3", error_body)?;
    Ok(diagnosis.to_string())
}
