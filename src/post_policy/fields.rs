//! The fields of a form that arrived, checked against its policy.

use std::borrow::Cow;
use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::condition::{Condition, check};
use super::error::PolicyError;
use super::field_names::{FILE_NAME, POLICY, is_bucket, is_exempt, is_reserved};
use super::form::{MAX_KEY_LENGTH, check_length};
use super::json;
use super::policy::PostPolicy;
use super::upload::Upload;
use crate::error::post_policy::MalformedPolicy;
use crate::timestamp::Timestamp;

/// The default maximum of the fields of a form, in bytes: that of S3.
const MAX_FIELDS_LENGTH: usize = 20 * 1024;

/// The fields of a form of any scheme, without duplicates.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a> {
    fields: &'a [(&'a str, &'a str)],
    max_length: usize,
}

/// The fields of a form that meets its policy, with `${filename}` replaced.
#[derive(Clone)]
pub(crate) struct Filled<'a> {
    fields: Vec<(&'a str, Cow<'a, str>)>,
    key: Cow<'a, str>,
}

impl Filled<'_> {
    pub(super) fn key(&self) -> &str {
        &self.key
    }

    /// The value of a field that needs a condition.
    pub(super) fn covered(&self, name: &str) -> Option<&str> {
        let is = |(field, _): &&(&str, Cow<'_, str>)| field.eq_ignore_ascii_case(name);
        let field = self.fields.iter().find(is).filter(|_| !is_exempt(name));
        field.map(|(_, value)| &**value)
    }
}

impl<'a> Fields<'a> {
    pub(crate) fn new(fields: &'a [(&'a str, &'a str)]) -> Result<Self, PolicyError> {
        let mut names = BTreeSet::new();
        for (name, _) in fields {
            if !names.insert(name.to_ascii_lowercase()) {
                let field = (*name).to_owned();
                return Err(PolicyError::RepeatedField { field });
            }
        }
        Ok(Self {
            fields,
            max_length: MAX_FIELDS_LENGTH,
        })
    }

    pub(crate) fn with_max_length(self, max_length: usize) -> Self {
        Self { max_length, ..self }
    }

    pub(crate) fn find(self, name: &str) -> Option<&'a str> {
        self.fields
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

    /// Checks the form and the file against the policy, whose signature was verified before.
    ///
    /// Returns the fields with `${filename}` replaced.
    pub(crate) fn check(
        self,
        policy: &str,
        upload: &Upload<'_>,
        now: Timestamp,
    ) -> Result<Filled<'a>, PolicyError> {
        let file_name = upload.file_name.rsplit(['/', '\\']).next();
        let file_name = file_name.unwrap_or(upload.file_name);
        let key = self.need("key")?;
        self.check_lengths(key, file_name)?;
        let policy = read(policy)?;
        let expiration = policy.expiration;
        if expiration <= now {
            return Err(PolicyError::Expired { expiration, now });
        }
        let fields = self.fields.iter();
        let filled = Filled {
            fields: fields
                .map(|&(name, value)| (name, replaced(name, value, file_name)))
                .collect(),
            key: replaced("key", key, file_name),
        };
        self.check_fields(&filled, &policy, upload)?;
        check_file_length(&policy, upload.file_length)?;
        Ok(filled)
    }

    /// Checks the lengths of the fields after replacement, before anything is replaced: a form can
    /// contain the variable a thousand times.
    fn check_lengths(self, key: &str, file_name: &str) -> Result<(), PolicyError> {
        // The policy has a limit of its own.
        let unlimited = |name: &str| {
            [POLICY, "file"]
                .iter()
                .any(|own| name.eq_ignore_ascii_case(own))
        };
        let counted = self.fields.iter().filter(|(name, _)| !unlimited(name));
        let total = counted.fold(0, |total: usize, (name, value)| {
            let value = replaced_length(name, value, file_name);
            total.saturating_add(name.len()).saturating_add(value)
        });
        if total > self.max_length {
            return Err(PolicyError::FieldsTooLong {
                length: total,
                longest: self.max_length,
            });
        }
        match replaced_length("key", key, file_name) {
            0 => Err(PolicyError::EmptyKey),
            1..=MAX_KEY_LENGTH => Ok(()),
            length => Err(PolicyError::KeyTooLong { length }),
        }
    }

    /// Checks the fields against the policy, and the policy against the fields.
    fn check_fields(
        self,
        filled: &Filled<'a>,
        policy: &PostPolicy,
        upload: &Upload<'_>,
    ) -> Result<(), PolicyError> {
        // The bucket counts as a field, even if the form does not contain it.
        check(&policy.conditions, "bucket", upload.bucket)?;
        for (name, value) in &filled.fields {
            let is_covered = policy.conditions.iter().any(|one| one.covers(name));
            if is_bucket(name) && value != upload.bucket {
                let field = (*name).to_owned();
                return Err(PolicyError::FieldNotMet { field });
            }
            if is_covered || !is_exempt(name) {
                check(&policy.conditions, name, value)?;
            }
        }
        for field in policy.conditions.iter().filter_map(Condition::field) {
            if !is_bucket(field) {
                self.need(field)?;
            }
        }
        Ok(())
    }
}

/// The value of a field, with the file's name in place of `${filename}`.
fn replaced<'a>(field: &str, value: &'a str, file_name: &str) -> Cow<'a, str> {
    if !is_reserved(field) && value.contains(FILE_NAME) {
        Cow::Owned(value.replace(FILE_NAME, file_name))
    } else {
        Cow::Borrowed(value)
    }
}

/// The length of what [`replaced`] returns.
fn replaced_length(field: &str, value: &str, file_name: &str) -> usize {
    if is_reserved(field) {
        return value.len();
    }
    let count = value.matches(FILE_NAME).count();
    let rest = value.len() - count * FILE_NAME.len();
    rest.saturating_add(count.saturating_mul(file_name.len()))
}

fn read(policy: &str) -> Result<PostPolicy, MalformedPolicy> {
    check_length(policy)?;
    let text = STANDARD
        .decode(policy)
        .map_err(|_| MalformedPolicy::NotBase64)?;
    json::read(std::str::from_utf8(&text).map_err(|_| MalformedPolicy::NotUtf8)?)
}

fn check_file_length(policy: &PostPolicy, length: u64) -> Result<(), PolicyError> {
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
