//! Reading a response of STS: the envelope around a result, or an error.

use http::StatusCode;
use serde_json::Value;

use super::fields::{Fields, Json};
use crate::aws_call::ServiceError;
use crate::primitives::xml::{self, Element, Problem};

/// The largest response that is read: 1 MiB of XML, of which JSON may be 64 KiB.
///
/// STS's own responses are far smaller. Up to here, reading takes bounded memory and time, whatever
/// the response contains.
///
/// ```
/// use countersign::sts::{GetCallerIdentity, LARGEST_ANSWER};
/// use http::StatusCode;
///
/// // A client need read no more of a response than this.
/// let body = vec![b' '; LARGEST_ANSWER + 1];
/// assert!(GetCallerIdentity::parse(StatusCode::OK, &body).is_err());
/// ```
pub const LARGEST_ANSWER: usize = xml::LARGEST;

/// Defines the response to an action: `parse`, and a struct that says how each field is read.
macro_rules! response {
    (
        $action:ty, $name:literal;
        $(#[$parse_meta:meta])*
        $parse_vis:vis fn parse;

        $(#[$meta:meta])*
        $vis:vis struct $response:ident |$result:ident| {
            $($(#[$field_meta:meta])* $field_vis:vis $field:ident: $kind:ty = $read:expr,)*
        }
    ) => {
        impl $action {
            /// Parses the response.
            ///
            /// # Errors
            /// - [`ServiceError`](crate::aws_call::ServiceError) if STS refused the request
            /// - [`ServiceError`](crate::aws_call::ServiceError) if the response is malformed
            ///
            $(#[$parse_meta])*
            $parse_vis fn parse(
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
    let malformed = |Problem(problem)| ServiceError::malformed(status, problem);
    let text = xml::text(body).map_err(malformed)?;
    let read = if text.trim_start().starts_with('{') {
        read_json(action, status, text, result)
    } else {
        read_xml(action, status, text, result)
    };
    read.map_err(malformed)?
}

/// A response that was read: the result, or the error that STS sent.
type Read<T> = Result<Result<T, ServiceError>, Problem>;

fn read_xml<T>(
    action: &str,
    status: StatusCode,
    text: &str,
    result: impl FnOnce(&Fields<'_>, Option<String>) -> Result<T, Problem>,
) -> Read<T> {
    let document = xml::parse(text)?;
    let root = Element::root(&document);
    match root.name().strip_suffix("Response") {
        Some("Error") => {
            // Imitations of STS send the errors of EC2.
            let errors = root.child("Errors")?.unwrap_or(root);
            let error = errors.required_child("Error")?;
            refused(status, &Fields::Xml(error), &Fields::Xml(root)).map(Err)
        }
        // Gateways leave the envelope out.
        None if root.name() == "Error" => {
            refused(status, &Fields::Xml(root), &Fields::Xml(root)).map(Err)
        }
        Some(name) if name == action && status.is_success() => {
            read_response(action, &Fields::Xml(root), result).map(Ok)
        }
        _ => Err(not_a_response_to(action)),
    }
}

/// Reads what STS sends if the request accepts `application/json`.
fn read_json<T>(
    action: &str,
    status: StatusCode,
    text: &str,
    result: impl FnOnce(&Fields<'_>, Option<String>) -> Result<T, Problem>,
) -> Read<T> {
    if text.len() > xml::LARGEST_JSON {
        return Err(Problem("is JSON larger than 64 KiB".to_owned()));
    }
    let Ok(document) = serde_json::from_str(text).map(Json) else {
        return Err(Problem("is malformed JSON".to_owned()));
    };
    let Value::Object(root) = &document.0 else {
        return Err(not_a_response_to(action));
    };
    if let Some(Value::Object(error)) = root.get("Error") {
        return refused(status, &Fields::Json(error), &Fields::Json(root)).map(Err);
    }
    match root.get(&format!("{action}Response")) {
        Some(Value::Object(response)) if status.is_success() => {
            read_response(action, &Fields::Json(response), result).map(Ok)
        }
        _ if root.contains_key("Error") || !status.is_success() => {
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
    let metadata = response.side_child("ResponseMetadata");
    let request_id = metadata.and_then(|metadata| metadata.side_text("RequestId"));
    let fields = response.required_child(&format!("{action}Result"))?;
    result(&fields, request_id)
}

/// The request id is beside the error; in an error without an envelope, inside.
fn refused(
    status: StatusCode,
    error: &Fields<'_>,
    envelope: &Fields<'_>,
) -> Result<ServiceError, Problem> {
    Ok(ServiceError::refused(
        status,
        // MinIO's is empty.
        error.named("Type"),
        error.required("Code")?,
        error.side_text("Message").unwrap_or_default(),
        envelope.side_text("RequestId"),
    ))
}

fn not_a_response_to(action: &str) -> Problem {
    Problem(format!("is not a response to {action}"))
}
