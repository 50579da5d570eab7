//! Reading what STS answered.

use http::StatusCode;
use roxmltree::{Document, Node, ParsingOptions};
use time::OffsetDateTime;
use time::format_description::well_known::Iso8601;

use super::Error;
use super::parameters::{AssumedRoleUser, FederatedUser};
use crate::credentials::Credentials;

/// The largest answer that is read, 1 MiB; STS's own stay far below. Reading up to here takes
/// bounded memory and time, whatever the answer is.
pub const LARGEST_ANSWER: usize = 1 << 20;

/// The most elements and texts, and the most attributes, in one answer. They bound what the XML
/// parser does: it looks at all the attributes of an element for each of them.
const MOST_NODES: u32 = 4096;
const MOST_ATTRIBUTES: usize = 256;

const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

/// Reads the result of an action, or the error that came instead.
pub(super) fn read<T>(
    action: &str,
    status: StatusCode,
    body: &[u8],
    result: impl FnOnce(&Element<'_>, Option<String>) -> Result<T, Problem>,
) -> Result<T, Error> {
    let malformed = |Problem(problem)| Error::malformed(status, problem);
    if body.len() > LARGEST_ANSWER {
        return Err(malformed(Problem("is larger than 1 MiB".to_owned())));
    }
    let text =
        std::str::from_utf8(body).map_err(|_| malformed(Problem("is not UTF-8".to_owned())))?;
    if text.trim_start().starts_with('{') {
        return Err(json_error(status, text).unwrap_or_else(malformed));
    }
    if attributes(text) > MOST_ATTRIBUTES {
        return Err(malformed(Problem("has too many attributes".to_owned())));
    }
    let options = ParsingOptions {
        allow_dtd: false,
        nodes_limit: MOST_NODES,
        ..ParsingOptions::default()
    };
    let document = Document::parse_with_options(text, options)
        .map_err(|_| malformed(Problem("is not XML as STS writes it".to_owned())))?;
    let root = Element(document.root_element());
    match root.name().strip_suffix("Response") {
        Some("Error") => Err(xml_error(status, &root).unwrap_or_else(malformed)),
        Some(name) if name == action && status.is_success() && root.is_of_sts() => {
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

/// At least as many as there are attributes: quotes that follow an equals sign.
fn attributes(text: &str) -> usize {
    let mut after_equals = false;
    let mut count = 0;
    for byte in text.bytes() {
        match byte {
            b'=' => after_equals = true,
            b'"' | b'\'' => {
                count += usize::from(after_equals);
                after_equals = false;
            }
            b' ' | b'\t' | b'\r' | b'\n' => {}
            _ => after_equals = false,
        }
    }
    count
}

/// What is wrong with an answer. It names elements, and quotes nothing.
pub(super) struct Problem(String);

/// An element, seen by what its children are called.
#[derive(Clone, Copy)]
pub(super) struct Element<'a>(Node<'a, 'a>);

impl<'a> Element<'a> {
    fn name(&self) -> &'a str {
        self.0.tag_name().name()
    }

    /// STS's own namespace, or none.
    fn is_of_sts(&self) -> bool {
        matches!(self.0.tag_name().namespace(), None | Some("" | NAMESPACE))
    }

    /// The one child of that name, in the parent's own namespace.
    fn child(&self, name: &str) -> Result<Option<Self>, Problem> {
        let namespace = self.0.tag_name().namespace();
        let mut found = self.0.children().filter(|child| {
            child.is_element()
                && child.tag_name().name() == name
                && child.tag_name().namespace() == namespace
        });
        let first = found.next();
        match found.next() {
            Some(_) => Err(Problem(format!("has two elements `{name}` in one"))),
            None => Ok(first.map(Self)),
        }
    }

    fn required_child(&self, name: &str) -> Result<Self, Problem> {
        self.child(name)?
            .ok_or_else(|| Problem(format!("has no element `{name}`")))
    }

    fn own_text(&self) -> Result<String, Problem> {
        let mut whole = String::new();
        for child in self.0.children() {
            if child.is_element() {
                let name = self.name();
                return Err(Problem(format!(
                    "has an element inside the text of `{name}`"
                )));
            }
            // A comment splits a text in two.
            if child.is_text() {
                whole.push_str(child.text().unwrap_or_default());
            }
        }
        Ok(whole)
    }

    /// The text of a child that may be missing.
    pub(super) fn text(&self, name: &str) -> Result<Option<String>, Problem> {
        self.child(name)?.map(|child| child.own_text()).transpose()
    }

    /// The text of a child that must be there, and say something.
    pub(super) fn required(&self, name: &str) -> Result<String, Problem> {
        let text = self.required_child(name)?.own_text()?;
        if text.is_empty() {
            return Err(Problem(format!("has an empty element `{name}`")));
        }
        Ok(text)
    }

    pub(super) fn number(&self, name: &str) -> Result<Option<u32>, Problem> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        match text.trim().parse() {
            Ok(number) => Ok(Some(number)),
            Err(_) => Err(Problem(format!("has a `{name}` that is no number"))),
        }
    }

    pub(super) fn date(&self, name: &str) -> Result<OffsetDateTime, Problem> {
        OffsetDateTime::parse(self.required(name)?.trim(), &Iso8601::DEFAULT).map_err(|_| {
            Problem(format!(
                "has a `{name}` that is no ISO 8601 time with offset"
            ))
        })
    }

    pub(super) fn credentials(&self) -> Result<Credentials, Problem> {
        let credentials = self.required_child("Credentials")?;
        Ok(Credentials::new(
            credentials.required("AccessKeyId")?,
            credentials.required("SecretAccessKey")?,
        )
        .with_session_token(credentials.required("SessionToken")?)
        .with_expiration(credentials.date("Expiration")?))
    }

    pub(super) fn assumed_role_user(&self) -> Result<Option<AssumedRoleUser>, Problem> {
        let Some(user) = self.child("AssumedRoleUser")? else {
            return Ok(None);
        };
        Ok(Some(AssumedRoleUser {
            assumed_role_id: user.required("AssumedRoleId")?,
            arn: user.required("Arn")?,
        }))
    }

    pub(super) fn federated_user(&self) -> Result<Option<FederatedUser>, Problem> {
        let Some(user) = self.child("FederatedUser")? else {
            return Ok(None);
        };
        Ok(Some(FederatedUser {
            federated_user_id: user.required("FederatedUserId")?,
            arn: user.required("Arn")?,
        }))
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_not_undercounted() {
        for (text, count) in [
            ("", 0),
            ("<a b='1' c=\"2\"/>", 2),
            ("<a b = '1'\tc\n=\r\n\"2\"/>", 2),
            ("<a b='=' c='x'/>", 3),
            ("<a>&quot;b&quot;: \"c\"</a>", 0),
        ] {
            assert_eq!(attributes(text), count, "{text}");
        }
    }
}
