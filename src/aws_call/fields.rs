//! The fields of a response, in XML or in JSON.

#![allow(dead_code, reason = "no feature alone needs all of it")]

use http::StatusCode;
#[cfg(feature = "_json")]
use serde_json::{Map, Value};
#[cfg(feature = "_xml")]
use time::OffsetDateTime;
#[cfg(feature = "_xml")]
use time::format_description::well_known::Iso8601;

use super::service_error::ServiceError;
use crate::credentials::Credentials;
use crate::primitives::problem::Problem;
#[cfg(feature = "_xml")]
use crate::primitives::xml::Element;
#[cfg(feature = "_json")]
use crate::sigv4::date::from_epoch;
use crate::timestamp::Timestamp;

/// An element of XML, or an object of JSON. Its children are read by their names.
#[derive(Clone, Copy)]
pub(crate) enum Fields<'a> {
    #[cfg(feature = "_xml")]
    Xml(Element<'a>),
    #[cfg(feature = "_json")]
    Json(&'a Map<String, Value>),
}

/// The methods that differ between the formats. A missing field and `null` are `None`.
impl<'a> Fields<'a> {
    pub(crate) fn child(&self, name: &str) -> Result<Option<Self>, Problem> {
        match self {
            #[cfg(feature = "_xml")]
            Self::Xml(element) => Ok(element.child(name)?.map(Self::Xml)),
            #[cfg(feature = "_json")]
            Self::Json(object) => match object.get(name) {
                None | Some(Value::Null) => Ok(None),
                Some(Value::Object(child)) => Ok(Some(Self::Json(child))),
                Some(_) => Err(self.is_not(name, "an object")),
            },
        }
    }

    pub(crate) fn text(&self, name: &str) -> Result<Option<String>, Problem> {
        match self {
            #[cfg(feature = "_xml")]
            Self::Xml(element) => element.text(name),
            #[cfg(feature = "_json")]
            Self::Json(object) => match object.get(name) {
                None | Some(Value::Null) => Ok(None),
                Some(Value::String(text)) => Ok(Some(text.clone())),
                Some(_) => Err(self.is_not(name, "a string")),
            },
        }
    }

    pub(crate) fn number(&self, name: &str) -> Result<Option<u64>, Problem> {
        let number = match self {
            #[cfg(feature = "_xml")]
            Self::Xml(_) => match self.text(name)? {
                None => return Ok(None),
                Some(text) => text.trim().parse().ok(),
            },
            #[cfg(feature = "_json")]
            Self::Json(object) => match object.get(name) {
                None | Some(Value::Null) => return Ok(None),
                Some(value) => value.as_u64(),
            },
        };
        number
            .map(Some)
            .ok_or_else(|| self.is_not(name, "a whole number"))
    }

    pub(crate) fn flag(&self, name: &str) -> Result<bool, Problem> {
        let flag = match self {
            #[cfg(feature = "_xml")]
            Self::Xml(_) => self.required(name)?.trim().parse().ok(),
            #[cfg(feature = "_json")]
            Self::Json(object) => match object.get(name) {
                None | Some(Value::Null) => return Err(self.lacks(name)),
                Some(value) => value.as_bool(),
            },
        };
        flag.ok_or_else(|| self.is_not(name, "a boolean"))
    }

    /// A time: ISO 8601 in XML, seconds since 1970 in JSON, read to the millisecond.
    pub(crate) fn optional_date(&self, name: &str) -> Result<Option<Timestamp>, Problem> {
        match self {
            #[cfg(feature = "_xml")]
            Self::Xml(element) => {
                if element.child(name)?.is_none() {
                    return Ok(None);
                }
                let text = self.required(name)?;
                match OffsetDateTime::parse(text.trim(), &Iso8601::DEFAULT) {
                    Ok(time) => Ok(Some(Timestamp::from_date_time(time))),
                    Err(_) => Err(Problem(format!(
                        "has a `{name}` that is not an ISO 8601 time with offset"
                    ))),
                }
            }
            #[cfg(feature = "_json")]
            Self::Json(object) => match object.get(name) {
                None | Some(Value::Null) => Ok(None),
                Some(value) => match value.as_f64().and_then(from_epoch) {
                    Some(time) => Ok(Some(time)),
                    None => Err(self.is_not(name, "a time in seconds")),
                },
            },
        }
    }

    /// A list of structures: elements `<member>` in XML, an array in JSON. A missing list is empty.
    pub(crate) fn list(&self, name: &str) -> Result<Vec<Self>, Problem> {
        match self {
            #[cfg(feature = "_xml")]
            Self::Xml(element) => Ok(match element.child(name)? {
                None => Vec::new(),
                Some(list) => list.children("member").map(Self::Xml).collect(),
            }),
            #[cfg(feature = "_json")]
            Self::Json(object) => {
                let problem = || self.is_not(name, "a list of objects");
                let items = match object.get(name) {
                    None | Some(Value::Null) => return Ok(Vec::new()),
                    Some(Value::Array(items)) => items,
                    Some(_) => return Err(problem()),
                };
                let object = |item: &'a Value| item.as_object().map(Self::Json);
                let objects = items.iter().map(|item| object(item).ok_or_else(problem));
                objects.collect()
            }
        }
    }

    /// A map: elements `<entry><key/><value/></entry>` in XML, an object in JSON.
    /// Pairs without key or value are left out, and a missing map is empty.
    pub(crate) fn map(&self, name: &str) -> Vec<(String, String)> {
        match self.lenient_child(name) {
            None => Vec::new(),
            #[cfg(feature = "_xml")]
            Some(Self::Xml(element)) => element
                .children("entry")
                .map(Self::Xml)
                .filter_map(|entry| {
                    Some((entry.lenient_text("key")?, entry.lenient_text("value")?))
                })
                .collect(),
            #[cfg(feature = "_json")]
            Some(Self::Json(object)) => object
                .iter()
                .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
                .collect(),
        }
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        match self {
            #[cfg(feature = "_xml")]
            Self::Xml(element) => !matches!(element.child(name), Ok(None)),
            #[cfg(feature = "_json")]
            Self::Json(object) => object.contains_key(name),
        }
    }

    fn a_kind(&self) -> &'static str {
        match self {
            #[cfg(feature = "_xml")]
            Self::Xml(_) => "an element",
            #[cfg(feature = "_json")]
            Self::Json(_) => "a member",
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            #[cfg(feature = "_xml")]
            Self::Xml(_) => "element",
            #[cfg(feature = "_json")]
            Self::Json(_) => "member",
        }
    }
}

/// The methods that are the same for both formats.
impl Fields<'_> {
    fn lacks(&self, name: &str) -> Problem {
        Problem(format!("has no {} `{name}`", self.kind()))
    }

    pub(crate) fn is_not(&self, name: &str, kind: &str) -> Problem {
        Problem(format!("has {} `{name}` that is not {kind}", self.a_kind()))
    }

    pub(crate) fn required_child(&self, name: &str) -> Result<Self, Problem> {
        self.child(name)?.ok_or_else(|| self.lacks(name))
    }

    /// A text that must be present and not empty.
    pub(crate) fn required(&self, name: &str) -> Result<String, Problem> {
        let text = self.text(name)?.ok_or_else(|| self.lacks(name))?;
        if text.is_empty() {
            return Err(Problem(format!("has an empty {} `{name}`", self.kind())));
        }
        Ok(text)
    }

    pub(crate) fn required_number(&self, name: &str) -> Result<u64, Problem> {
        self.number(name)?.ok_or_else(|| self.lacks(name))
    }

    pub(crate) fn date(&self, name: &str) -> Result<Timestamp, Problem> {
        self.optional_date(name)?.ok_or_else(|| self.lacks(name))
    }

    /// A list with at least one item.
    pub(crate) fn required_list(&self, name: &str) -> Result<Vec<Self>, Problem> {
        let list = self.list(name)?;
        if list.is_empty() {
            return Err(self.lacks(name));
        }
        Ok(list)
    }

    /// A text: `None` if it is missing or malformed.
    ///
    /// The lenient methods read what accompanies the credentials. Stores that imitate AWS leave such
    /// fields out, and their credentials are valid anyway.
    pub(crate) fn lenient_text(&self, name: &str) -> Option<String> {
        self.text(name).ok().flatten()
    }

    /// A text: `None` if it is missing, malformed or empty. MinIO sends empty elements.
    pub(crate) fn nonempty_text(&self, name: &str) -> Option<String> {
        self.lenient_text(name).filter(|text| !text.is_empty())
    }

    /// A number: `None` if it is missing or malformed.
    pub(crate) fn lenient_number(&self, name: &str) -> Option<u32> {
        self.number(name).ok().flatten()?.try_into().ok()
    }

    /// A structure: `None` if it is missing or malformed.
    pub(crate) fn lenient_child(&self, name: &str) -> Option<Self> {
        self.child(name).ok().flatten()
    }

    /// The required child `Credentials`.
    pub(crate) fn credentials(&self) -> Result<Credentials, Problem> {
        let credentials = self.required_child("Credentials")?;
        Ok(Credentials::new(
            credentials.required("AccessKeyId")?,
            credentials.required("SecretAccessKey")?,
        )
        .with_session_token(credentials.required("SessionToken")?)
        .with_expiration(credentials.date("Expiration")?))
    }

    /// Reads these fields as an error. The request ID is in the envelope, which can be the error.
    pub(crate) fn refused(
        &self,
        status: StatusCode,
        envelope: &Self,
    ) -> Result<ServiceError, Problem> {
        Ok(ServiceError::refused(
            status,
            // MinIO's is empty.
            self.nonempty_text("Type"),
            self.required("Code")?,
            self.lenient_text("Message").unwrap_or_default(),
            envelope.lenient_text("RequestId"),
        ))
    }
}
