//! The fields of a result, whether STS wrote it as XML or as JSON.

use crate::aws_call::xml;
use crate::timestamp::Timestamp;
use serde_json::{Map, Value};
use zeroize::Zeroize;

use crate::credentials::Credentials;
use crate::primitives::xml::{Element, Problem};
use crate::sigv4::date::from_epoch;

/// An element of XML, or an object of JSON.
#[derive(Clone, Copy)]
pub(super) enum Fields<'a> {
    Xml(Element<'a>),
    Json(&'a Map<String, Value>),
}

impl<'a> Fields<'a> {
    pub(super) fn child(&self, name: &str) -> Result<Option<Self>, Problem> {
        match self {
            Self::Xml(element) => Ok(element.child(name)?.map(Self::Xml)),
            Self::Json(object) => match object.get(name) {
                None | Some(Value::Null) => Ok(None),
                Some(Value::Object(child)) => Ok(Some(Self::Json(child))),
                Some(_) => Err(Problem(format!("has a member `{name}` that is no object"))),
            },
        }
    }

    pub(super) fn required_child(&self, name: &str) -> Result<Self, Problem> {
        match self {
            Self::Xml(element) => element.required_child(name).map(Self::Xml),
            Self::Json(_) => self.child(name)?.ok_or_else(|| missing_member(name)),
        }
    }

    /// A text that must be present and not empty.
    pub(super) fn required(&self, name: &str) -> Result<String, Problem> {
        match self {
            Self::Xml(element) => element.required(name),
            Self::Json(object) => match object.get(name) {
                None | Some(Value::Null) => Err(missing_member(name)),
                Some(Value::String(text)) if text.is_empty() => {
                    Err(Problem(format!("has an empty member `{name}`")))
                }
                Some(Value::String(text)) => Ok(text.clone()),
                Some(_) => Err(Problem(format!("has a member `{name}` that is no string"))),
            },
        }
    }

    /// A time: ISO 8601 in XML, seconds since 1970 in JSON.
    pub(super) fn date(&self, name: &str) -> Result<Timestamp, Problem> {
        match self {
            Self::Xml(element) => xml::date(element, name),
            Self::Json(object) => match object.get(name) {
                None | Some(Value::Null) => Err(missing_member(name)),
                Some(value) => value.as_f64().and_then(from_epoch).ok_or_else(|| {
                    Problem(format!("has a member `{name}` that is no time in seconds"))
                }),
            },
        }
    }

    pub(super) fn credentials(&self) -> Result<Credentials, Problem> {
        if let Self::Xml(element) = self {
            return xml::credentials(element);
        }
        let credentials = self.required_child("Credentials")?;
        Ok(Credentials::new(
            credentials.required("AccessKeyId")?,
            credentials.required("SecretAccessKey")?,
        )
        .with_session_token(credentials.required("SessionToken")?)
        .with_expiration(credentials.date("Expiration")?))
    }

    /// A text beside the substance: `None` if it is missing or malformed.
    ///
    /// Stores that imitate STS leave such fields out or empty, and the credentials are good anyway.
    pub(super) fn side_text(&self, name: &str) -> Option<String> {
        match self {
            Self::Xml(element) => element.text(name).ok().flatten(),
            Self::Json(object) => object.get(name)?.as_str().map(str::to_owned),
        }
    }

    /// A number beside the substance: `None` if it is missing or malformed.
    pub(super) fn side_number(&self, name: &str) -> Option<u32> {
        match self {
            Self::Xml(_) => self.side_text(name)?.trim().parse().ok(),
            Self::Json(object) => object.get(name)?.as_u64()?.try_into().ok(),
        }
    }

    /// A structure beside the substance: `None` if it is missing or malformed.
    pub(super) fn side_child(&self, name: &str) -> Option<Self> {
        self.child(name).ok().flatten()
    }
}

fn missing_member(name: &str) -> Problem {
    Problem(format!("has no member `{name}`"))
}

/// A JSON document. Its texts are zeroised when it is dropped, because some are secrets.
pub(super) struct Json(pub(super) Value);

impl Drop for Json {
    fn drop(&mut self) {
        wipe(&mut self.0);
    }
}

/// Recurses as deep as the parser, which stops at 128 levels.
fn wipe(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(items) => items.iter_mut().for_each(wipe),
        Value::Object(members) => members.values_mut().for_each(wipe),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_of_a_json_document_is_wiped() {
        let text = r#"{"a":{"b":["secret",1,null,true]},"c":"secret"}"#;
        let mut value: Value = serde_json::from_str(text).unwrap();
        wipe(&mut value);
        assert_eq!(value.to_string(), r#"{"a":{"b":["",1,null,true]},"c":""}"#);
    }
}
