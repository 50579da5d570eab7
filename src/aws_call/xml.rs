//! Responses in XML: of the query protocol, and of S3.

use http::StatusCode;

use super::fields::Fields;
use super::service_error::ServiceError;
use crate::primitives::problem::Problem;
use crate::primitives::xml::{Element, parse, text};

/// Reads a result or an error response. `is_result` gets the root element.
pub(crate) fn read<T>(
    call: &str,
    status: StatusCode,
    body: &[u8],
    is_result: impl FnOnce(&Element<'_>) -> bool,
    result: impl FnOnce(&Fields<'_>) -> Result<T, Problem>,
) -> Result<T, ServiceError> {
    let malformed = |Problem(problem)| ServiceError::malformed(status, problem);
    let text = text(body).map_err(malformed)?;
    let document = parse(text).map_err(malformed)?;
    let root = Element::root(&document);
    if matches!(root.name(), "ErrorResponse" | "Error") {
        return Err(refused(status, root).unwrap_or_else(malformed));
    }
    if !status.is_success() || !is_result(&root) {
        return Err(malformed(not_a_response_to(call)));
    }
    result(&Fields::Xml(root)).map_err(malformed)
}

pub(crate) fn not_a_response_to(call: &str) -> Problem {
    Problem(format!("is not a response to {call}"))
}

/// Reads an error, in an envelope or bare, as gateways send it.
fn refused(status: StatusCode, root: Element<'_>) -> Result<ServiceError, Problem> {
    let error = match (root.name(), root.child("Errors")?) {
        ("Error", _) => root,
        // EC2 has this envelope, and so do some emulators.
        (_, Some(errors)) => errors.required_child("Error")?,
        (_, None) => root.required_child("Error")?,
    };
    Fields::Xml(error).refused(status, &Fields::Xml(root))
}
