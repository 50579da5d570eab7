//! Why a service refused a signature.

use std::error::Error;

use countersign::explain::{Diagnosis, Explainer};

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
