//! Reading what STS answered.

use http::StatusCode;
use serde_json::Value;

use super::Error;
use super::fields::{Fields, Json};
use super::parameters::{AssumedRoleUser, FederatedUser};
use crate::primitives::xml::{self, Element, Problem};

/// The largest response that is read, 1 MiB; STS's own stay far below. JSON is read up to 64 KiB.
/// Reading up to here takes bounded memory and time, whatever the response is.
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

/// Reads the result of an action, or the error that came instead.
///
/// Elements are matched by their local names, whatever their namespaces: stores that imitate STS
/// use its namespace, one of their own, or none.
pub(super) fn read<T>(
    action: &str,
    status: StatusCode,
    body: &[u8],
    result: impl FnOnce(&Fields<'_>, Option<String>) -> Result<T, Problem>,
) -> Result<T, Error> {
    let malformed = |Problem(problem)| Error::malformed(status, problem);
    let text = xml::text(body).map_err(malformed)?;
    if text.trim_start().starts_with('{') {
        return read_json(action, status, text, result);
    }
    let document = xml::parse(text).map_err(malformed)?;
    let root = Element::root(&document);
    match root.name().strip_suffix("Response") {
        Some("Error") => Err(xml_error(status, &root).unwrap_or_else(malformed)),
        Some(name) if name == action && status.is_success() => {
            read_response(action, &Fields::Xml(root), result).map_err(malformed)
        }
        // Gateways leave the envelope out.
        None if root.name() == "Error" => Err(xml_error(status, &root).unwrap_or_else(malformed)),
        _ => Err(malformed(another_action())),
    }
}

/// Reads the JSON that STS answers to a request with `Accept: application/json`.
fn read_json<T>(
    action: &str,
    status: StatusCode,
    text: &str,
    result: impl FnOnce(&Fields<'_>, Option<String>) -> Result<T, Problem>,
) -> Result<T, Error> {
    let malformed = |Problem(problem)| Error::malformed(status, problem);
    if text.len() > xml::LARGEST_JSON {
        let problem = "is JSON larger than 64 KiB".to_owned();
        return Err(malformed(Problem(problem)));
    }
    let Ok(document) = serde_json::from_str(text).map(Json) else {
        let problem = "is not JSON as STS writes it".to_owned();
        return Err(malformed(Problem(problem)));
    };
    let answer = &document.0;
    if let Some(error) = json_error(status, answer) {
        return Err(error);
    }
    match answer.get(format!("{action}Response")) {
        Some(Value::Object(response)) if status.is_success() => {
            read_response(action, &Fields::Json(response), result).map_err(malformed)
        }
        _ if answer.get("Error").is_some() || !status.is_success() => {
            let problem = "is JSON, and no error of STS".to_owned();
            Err(malformed(Problem(problem)))
        }
        _ => Err(malformed(another_action())),
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

fn another_action() -> Problem {
    Problem("is not one of this action".to_owned())
}

/// `None` if the response names nothing of the user: MinIO sends empty elements.
pub(super) fn assumed_role_user(result: &Fields<'_>) -> Option<AssumedRoleUser> {
    let user = result.side_child("AssumedRoleUser")?;
    let named = |name| user.side_text(name).filter(|text| !text.is_empty());
    // MinIO and Ceph misspell the name.
    let assumed_role_id = named("AssumedRoleId").or_else(|| named("AssumeRoleId"));
    let arn = named("Arn");
    (assumed_role_id.is_some() || arn.is_some()).then_some(AssumedRoleUser {
        assumed_role_id,
        arn,
    })
}

/// `None` if the response names nothing of the user.
pub(super) fn federated_user(result: &Fields<'_>) -> Option<FederatedUser> {
    let user = result.side_child("FederatedUser")?;
    let named = |name| user.side_text(name).filter(|text| !text.is_empty());
    let (federated_user_id, arn) = (named("FederatedUserId"), named("Arn"));
    (federated_user_id.is_some() || arn.is_some()).then_some(FederatedUser {
        federated_user_id,
        arn,
    })
}

/// The request id stands beside the error; in a bare error, within.
fn xml_error(status: StatusCode, root: &Element<'_>) -> Result<Error, Problem> {
    let error = match (root.name(), root.child("Errors")?) {
        ("Error", _) => *root,
        // Imitations of STS answer as EC2 does.
        (_, Some(errors)) => errors.required_child("Error")?,
        (_, None) => root.required_child("Error")?,
    };
    let code = error.required("Code")?;
    let side = |name| Fields::Xml(error).side_text(name);
    Ok(Error::refused(
        status,
        // MinIO's is empty.
        side("Type").filter(|fault| !fault.is_empty()),
        code,
        side("Message").unwrap_or_default(),
        Fields::Xml(*root).side_text("RequestId"),
    ))
}

/// The error that a JSON response names.
fn json_error(status: StatusCode, answer: &Value) -> Option<Error> {
    let answer = answer.as_object()?;
    let error = Fields::Json(answer.get("Error")?.as_object()?);
    let code = error.side_text("Code")?;
    Some(Error::refused(
        status,
        error.side_text("Type").filter(|fault| !fault.is_empty()),
        code,
        error.side_text("Message").unwrap_or_default(),
        Fields::Json(answer).side_text("RequestId"),
    ))
}
