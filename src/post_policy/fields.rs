//! The fields of a form, held against its policy.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::timestamp::Timestamp;

use super::condition::{self, Condition, Fault};
use super::error::PolicyError;
use super::policy::PostPolicy;
use super::signed_post::Upload;
use super::{LONGEST_POLICY, is_exempt, json};

/// The fields of a form, each of which came once, however it is signed.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a>(&'a [(&'a str, &'a str)]);

impl<'a> Fields<'a> {
    pub(crate) fn new(fields: &'a [(&'a str, &'a str)]) -> Result<Self, PolicyError> {
        let mut names = BTreeSet::new();
        for (name, _) in fields {
            if !names.insert(name.to_ascii_lowercase()) {
                let field = (*name).to_owned();
                return Err(PolicyError::RepeatedField { field });
            }
        }
        Ok(Self(fields))
    }

    pub(crate) fn find(self, name: &str) -> Option<&'a str> {
        self.0
            .iter()
            .find_map(|(field, value)| field.eq_ignore_ascii_case(name).then_some(*value))
    }

    pub(crate) fn need(self, name: &str) -> Result<&'a str, PolicyError> {
        self.find(name).ok_or_else(|| PolicyError::FieldMissing {
            field: name.to_owned(),
        })
    }

    pub(crate) fn has_any(self, names: &[&str]) -> bool {
        names.iter().any(|name| self.find(name).is_some())
    }

    /// The value of a field that a condition has to cover.
    pub(crate) fn covered(self, name: &str) -> Option<&'a str> {
        self.find(name).filter(|_| !is_exempt(name))
    }

    /// Holds the form and the file against the policy, once it is known who signed that; the key
    /// comes back, with the file's name in it.
    pub(crate) fn check(
        self,
        policy: &str,
        upload: &Upload<'_>,
        now: Timestamp,
    ) -> Result<String, PolicyError> {
        let policy = read(policy).map_err(PolicyError::MalformedPolicy)?;
        let expiration = policy.expiration;
        if expiration <= now {
            return Err(PolicyError::Expired { expiration, now });
        }
        let key = self.check_fields(&policy, upload)?;
        check_length(&policy, upload.file_length)?;
        Ok(key)
    }

    /// Holds the fields against the policy and the policy against the fields; the key comes back,
    /// with the file's name in it.
    fn check_fields(self, policy: &PostPolicy, upload: &Upload<'_>) -> Result<String, PolicyError> {
        let key = self.need("key")?;
        let last = upload.file_name.rsplit(['/', '\\']).next();
        let key = key.replace("${filename}", last.unwrap_or_default());

        // The bucket counts as a field, whether or not the form has it.
        check(policy, "bucket", upload.bucket)?;
        for (name, value) in self.0 {
            let is_key = name.eq_ignore_ascii_case("key");
            let value = if is_key { key.as_str() } else { value };
            let asked = policy.conditions.iter().any(|one| one.covers(name));
            if name.eq_ignore_ascii_case("bucket") && value != upload.bucket {
                let field = (*name).to_owned();
                return Err(PolicyError::FieldNotMet { field });
            }
            if asked || !is_exempt(name) {
                check(policy, name, value)?;
            }
        }
        for field in policy.conditions.iter().filter_map(Condition::field) {
            if !field.eq_ignore_ascii_case("bucket") {
                self.need(field)?;
            }
        }
        Ok(key)
    }
}

fn read(policy: &str) -> Result<PostPolicy, &'static str> {
    if policy.len() > LONGEST_POLICY {
        return Err("is longer than 20 KB");
    }
    let text = STANDARD.decode(policy).map_err(|_| "is not base64")?;
    json::read(std::str::from_utf8(&text).map_err(|_| "is not UTF-8")?)
}

fn check(policy: &PostPolicy, field: &str, value: &str) -> Result<(), PolicyError> {
    condition::check(&policy.conditions, field, value).map_err(|fault| {
        let field = field.to_owned();
        match fault {
            Fault::NotCovered => PolicyError::FieldNotCovered { field },
            Fault::NotMet => PolicyError::FieldNotMet { field },
        }
    })
}

fn check_length(policy: &PostPolicy, length: u64) -> Result<(), PolicyError> {
    for condition in &policy.conditions {
        match *condition {
            Condition::ContentLengthRange { min, .. } if length < min => {
                return Err(PolicyError::FileTooSmall { length, min });
            }
            Condition::ContentLengthRange { max, .. } if length > max => {
                return Err(PolicyError::FileTooLarge { length, max });
            }
            _ => {}
        }
    }
    Ok(())
}
