//! Reading what STS answered.

use http::StatusCode;

use super::Error;
use super::parameters::{AssumedRoleUser, FederatedUser};
use crate::primitives::xml::{self, Element, Problem};

/// The largest answer that is read, 1 MiB; STS's own stay far below. Reading up to here takes
/// bounded memory and time, whatever the answer is.
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

const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

/// Reads the result of an action, or the error that came instead.
pub(super) fn read<T>(
    action: &str,
    status: StatusCode,
    body: &[u8],
    result: impl FnOnce(&Element<'_>, Option<String>) -> Result<T, Problem>,
) -> Result<T, Error> {
    let malformed = |Problem(problem)| Error::malformed(status, problem);
    let text = xml::text(body).map_err(malformed)?;
    if text.trim_start().starts_with('{') {
        return Err(json_error(status, text).unwrap_or_else(malformed));
    }
    let document = xml::parse(text).map_err(malformed)?;
    let root = Element::root(&document);
    match root.name().strip_suffix("Response") {
        Some("Error") => Err(xml_error(status, &root).unwrap_or_else(malformed)),
        Some(name) if name == action && status.is_success() && is_of_sts(&root) => {
            let request_id = root
                .child("ResponseMetadata")
                .and_then(|metadata| metadata.map_or(Ok(None), |data| data.text("RequestId")))
                .map_err(malformed)?;
            let element = root.required_child(&format!("{action}Result"));
            element
                .and_then(|element| result(&element, request_id))
                .map_err(malformed)
        }
        // Gateways leave the envelope out.
        None if root.name() == "Error" => Err(xml_error(status, &root).unwrap_or_else(malformed)),
        _ => Err(malformed(Problem("is not one of this action".to_owned()))),
    }
}

/// Of STS's own namespace, or of none.
fn is_of_sts(root: &Element<'_>) -> bool {
    matches!(root.namespace(), "" | NAMESPACE)
}

pub(super) fn assumed_role_user(result: &Element<'_>) -> Result<Option<AssumedRoleUser>, Problem> {
    let Some(user) = result.child("AssumedRoleUser")? else {
        return Ok(None);
    };
    Ok(Some(AssumedRoleUser {
        assumed_role_id: user.required("AssumedRoleId")?,
        arn: user.required("Arn")?,
    }))
}

pub(super) fn federated_user(result: &Element<'_>) -> Result<Option<FederatedUser>, Problem> {
    let Some(user) = result.child("FederatedUser")? else {
        return Ok(None);
    };
    Ok(Some(FederatedUser {
        federated_user_id: user.required("FederatedUserId")?,
        arn: user.required("Arn")?,
    }))
}

/// The request id stands beside the error; in a bare error, within.
fn xml_error(status: StatusCode, root: &Element<'_>) -> Result<Error, Problem> {
    let error = match (root.name(), root.child("Errors")?) {
        ("Error", _) => *root,
        // Imitations of STS answer as EC2 does.
        (_, Some(errors)) => errors.required_child("Error")?,
        (_, None) => root.required_child("Error")?,
    };
    Ok(Error::refused(
        status,
        error.text("Type")?,
        error.required("Code")?,
        error.text("Message")?.unwrap_or_default(),
        root.text("RequestId")?,
    ))
}

/// What STS answers to those who said `Accept: application/json`.
fn json_error(status: StatusCode, text: &str) -> Result<Error, Problem> {
    if text.len() > xml::LARGEST_JSON {
        return Err(Problem("is JSON larger than 64 KiB".to_owned()));
    }
    let Ok(answer) = serde_json::from_str::<serde_json::Value>(text) else {
        return Err(Problem("is not JSON as STS writes it".to_owned()));
    };
    let string = |value: Option<&serde_json::Value>| Some(value?.as_str()?.to_owned());
    let error = answer.get("Error");
    let field = |name| string(error.and_then(|error| error.get(name)));
    match field("Code") {
        Some(code) => Ok(Error::refused(
            status,
            field("Type"),
            code,
            field("Message").unwrap_or_default(),
            string(answer.get("RequestId")),
        )),
        None => Err(Problem("is JSON, and no error of STS".to_owned())),
    }
}
