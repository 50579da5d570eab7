//! Says why S3 refused a request.

use countersign::explain::Explainer;

pub(crate) fn why<B>(
    request: &http::Request<B>,
    error_body: &str,
) -> Result<String, Box<dyn std::error::Error>> {
    let diagnosis = Explainer::new(request, "s3").error_body(error_body)?;
    Ok(diagnosis.to_string())
}
