//! One reader for responses of STS, in XML and in JSON.

use serde_json::{Map, Value};
use zeroize::Zeroize;

use super::parameters::{
    AssumedRoleUser, FederatedUser, OriginIdentity, ScopedSession, TransactionContext,
    TrustedIdentityPropagationContext,
};
use crate::aws_call::xml;
use crate::bearer::BearerToken;
use crate::credentials::Credentials;
use crate::primitives::xml::{Element, Problem};
use crate::sigv4::date::from_epoch;
use crate::timestamp::Timestamp;

/// An element of XML, or an object of JSON.
#[derive(Clone, Copy)]
pub(super) enum Fields<'a> {
    Xml(Element<'a>),
    Json(&'a Map<String, Value>),
}

/// What the two formats read in their own ways. A missing field and `null` are `None`.
impl<'a> Fields<'a> {
    pub(super) fn child(&self, name: &str) -> Result<Option<Self>, Problem> {
        match self {
            Self::Xml(element) => Ok(element.child(name)?.map(Self::Xml)),
            Self::Json(object) => match object.get(name) {
                None | Some(Value::Null) => Ok(None),
                Some(Value::Object(child)) => Ok(Some(Self::Json(child))),
                Some(_) => Err(Problem(format!(
                    "has a member `{name}` that is not an object"
                ))),
            },
        }
    }

    pub(super) fn text(&self, name: &str) -> Result<Option<String>, Problem> {
        match self {
            Self::Xml(element) => element.text(name),
            Self::Json(object) => match object.get(name) {
                None | Some(Value::Null) => Ok(None),
                Some(Value::String(text)) => Ok(Some(text.clone())),
                Some(_) => Err(Problem(format!(
                    "has a member `{name}` that is not a string"
                ))),
            },
        }
    }

    /// A number beside the credentials: `None` if it is missing or malformed.
    pub(super) fn number(&self, name: &str) -> Option<u32> {
        match self {
            Self::Xml(_) => self.side_text(name)?.trim().parse().ok(),
            Self::Json(object) => object.get(name)?.as_u64()?.try_into().ok(),
        }
    }

    /// A time: ISO 8601 in XML, seconds since 1970 in JSON.
    pub(super) fn date(&self, name: &str) -> Result<Timestamp, Problem> {
        match self {
            Self::Xml(element) => xml::date(element, name),
            Self::Json(object) => match object.get(name) {
                None | Some(Value::Null) => Err(self.lacks(name)),
                Some(value) => value.as_f64().and_then(from_epoch).ok_or_else(|| {
                    Problem(format!(
                        "has a member `{name}` that is not a time in seconds"
                    ))
                }),
            },
        }
    }

    /// A map: elements `<entry><key/><value/></entry>` in XML, an object in JSON. Pairs without key
    /// or value are left out.
    fn map(&self, name: &str) -> Vec<(String, String)> {
        match self.side_child(name) {
            None => Vec::new(),
            Some(Self::Xml(element)) => element
                .children("entry")
                .map(Self::Xml)
                .filter_map(|entry| Some((entry.side_text("key")?, entry.side_text("value")?)))
                .collect(),
            Some(Self::Json(object)) => object
                .iter()
                .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
                .collect(),
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Xml(_) => "element",
            Self::Json(_) => "member",
        }
    }
}

/// What both formats share.
impl Fields<'_> {
    fn lacks(&self, name: &str) -> Problem {
        Problem(format!("has no {} `{name}`", self.kind()))
    }

    pub(super) fn required_child(&self, name: &str) -> Result<Self, Problem> {
        self.child(name)?.ok_or_else(|| self.lacks(name))
    }

    /// A text that must be present and not empty.
    pub(super) fn required(&self, name: &str) -> Result<String, Problem> {
        let text = self.text(name)?.ok_or_else(|| self.lacks(name))?;
        if text.is_empty() {
            return Err(Problem(format!("has an empty {} `{name}`", self.kind())));
        }
        Ok(text)
    }

    /// A text beside the credentials: `None` if it is missing or malformed.
    ///
    /// Stores that imitate STS leave such fields out, and the credentials are good anyway.
    pub(super) fn side_text(&self, name: &str) -> Option<String> {
        self.text(name).ok().flatten()
    }

    /// The same, and `None` if it is empty: MinIO sends empty elements.
    pub(super) fn named(&self, name: &str) -> Option<String> {
        self.side_text(name).filter(|text| !text.is_empty())
    }

    /// A structure beside the credentials: `None` if it is missing or malformed.
    pub(super) fn side_child(&self, name: &str) -> Option<Self> {
        self.child(name).ok().flatten()
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

    pub(super) fn web_identity_token(&self) -> Result<BearerToken, Problem> {
        let token = BearerToken::new(self.required("WebIdentityToken")?);
        Ok(token.with_expiration(self.date("Expiration")?))
    }

    pub(super) fn assumed_role_user(&self) -> Option<AssumedRoleUser> {
        let user = self.side_child("AssumedRoleUser")?;
        // MinIO and Ceph misspell the name.
        let id = user.named("AssumedRoleId");
        let assumed_role_id = id.or_else(|| user.named("AssumeRoleId"));
        let arn = user.named("Arn");
        (assumed_role_id.is_some() || arn.is_some()).then_some(AssumedRoleUser {
            assumed_role_id,
            arn,
        })
    }

    pub(super) fn federated_user(&self) -> Option<FederatedUser> {
        let user = self.side_child("FederatedUser")?;
        let (federated_user_id, arn) = (user.named("FederatedUserId"), user.named("Arn"));
        (federated_user_id.is_some() || arn.is_some()).then_some(FederatedUser {
            federated_user_id,
            arn,
        })
    }

    pub(super) fn scoped_session(&self) -> Result<Option<ScopedSession>, Problem> {
        let Some(session) = self.child("SessionInfo")? else {
            return Ok(None);
        };
        Ok(Some(ScopedSession {
            scoped_session_id: session.required("ScopedSessionId")?,
            arn: session.required("Arn")?,
        }))
    }

    pub(super) fn trusted_identity(&self) -> Option<TrustedIdentityPropagationContext> {
        let context = self.side_child("TrustedIdentityPropagationContext")?;
        let origin = context.side_child("OriginIdentity");
        let transaction = context.side_child("TransactionContext");
        Some(TrustedIdentityPropagationContext {
            origin_identity: origin.map(|origin| OriginIdentity {
                subject: origin.side_text("Subject"),
                subject_type: origin.side_text("SubjectType"),
                issuer: origin.side_text("Issuer"),
                federated_provider_arn: origin.side_text("FederatedProviderArn"),
            }),
            transaction_context: transaction.map(|transaction| TransactionContext {
                identity_provider: transaction.map("IdentityProvider").into_iter().collect(),
            }),
        })
    }
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
