//! Reading a response of STS: the envelope around a result, or an error.

use http::StatusCode;

use crate::aws_call::ServiceError;
use crate::aws_call::fields::Fields;
use crate::aws_call::json::{self, JsonDocument};
use crate::aws_call::xml::{self, not_a_response_to};
use crate::primitives::problem::Problem;
use crate::primitives::xml::Element;

/// Defines the response to an action: `parse`, and a struct with the expression that reads each field.
macro_rules! response {
    (
        $action:ty, $name:literal;
        $(#[$meta:meta])*
        $vis:vis struct $response:ident |$result:ident| {
            $($(#[$field_meta:meta])* $field_vis:vis $field:ident: $kind:ty = $read:expr,)*
        }
    ) => {
        impl $action {
            /// Parses the response, in XML or in JSON.
            ///
            /// # Errors
            /// - [`ServiceError`](crate::aws_call::ServiceError) if STS refused the request, or the
            ///   response is malformed
            $vis fn parse(
                status: http::StatusCode,
                body: impl AsRef<[u8]>,
            ) -> Result<$response, crate::aws_call::ServiceError> {
                crate::sts::response::read($name, status, body.as_ref(), |$result, request_id| {
                    Ok($response { $($field: $read,)* request_id })
                })
            }
        }

        $(#[$meta])*
        #[non_exhaustive]
        $vis struct $response {
            $($(#[$field_meta])* $field_vis $field: $kind,)*
            /// The ID that AWS gave the request.
            $vis request_id: Option<String>,
        }
    };
}

pub(super) use response;

/// Reads the result of an action, or the error that STS returned.
///
/// Elements are matched by their local names, whatever their namespaces: stores that imitate STS
/// use its namespace, one of their own, or none.
pub(super) fn read<T>(
    action: &str,
    status: StatusCode,
    body: &[u8],
    result: impl FnOnce(&Fields<'_>, Option<String>) -> Result<T, Problem>,
) -> Result<T, ServiceError> {
    if body.trim_ascii_start().starts_with(b"{") {
        let malformed = |Problem(problem)| ServiceError::malformed(status, problem);
        return read_json(action, status, body, result).map_err(malformed)?;
    }
    let is_result = |root: &Element<'_>| root.name().strip_suffix("Response") == Some(action);
    xml::read(action, status, body, is_result, |response| {
        read_response(action, response, result)
    })
}

/// Reads what STS sends if the request accepts `application/json`: the result, or the error.
fn read_json<T>(
    action: &str,
    status: StatusCode,
    body: &[u8],
    result: impl FnOnce(&Fields<'_>, Option<String>) -> Result<T, Problem>,
) -> Result<Result<T, ServiceError>, Problem> {
    crate::primitives::xml::text(body)?;
    if body.len() > json::LARGEST {
        return Err(Problem("is JSON larger than 64 KiB".to_owned()));
    }
    let Some(document) = JsonDocument::parse(body) else {
        return Err(Problem("is malformed JSON".to_owned()));
    };
    let Some(root) = document.fields() else {
        return Err(not_a_response_to(action));
    };
    if let Some(error) = root.lenient_child("Error") {
        return error.refused(status, &root).map(Err);
    }
    match root.lenient_child(&format!("{action}Response")) {
        Some(response) if status.is_success() => read_response(action, &response, result).map(Ok),
        _ if root.has("Error") || !status.is_success() => {
            Err(Problem("is an unrecognized JSON error".to_owned()))
        }
        _ => Err(not_a_response_to(action)),
    }
}

fn read_response<T>(
    action: &str,
    response: &Fields<'_>,
    result: impl FnOnce(&Fields<'_>, Option<String>) -> Result<T, Problem>,
) -> Result<T, Problem> {
    let metadata = response.lenient_child("ResponseMetadata");
    let request_id = metadata.and_then(|metadata| metadata.lenient_text("RequestId"));
    let fields = response.required_child(&format!("{action}Result"))?;
    result(&fields, request_id)
}
