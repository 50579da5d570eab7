//! The fields of a form, held against its policy.

use std::borrow::Cow;
use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::timestamp::Timestamp;

use super::condition::{self, Condition, Fault};
use super::error::PolicyError;
use super::policy::PostPolicy;
use super::signed_post::Upload;
use super::{
    FILE_NAME, LONGEST_POLICY, MAX_FIELDS_LENGTH, MAX_KEY_LENGTH, POLICY, is_exempt, is_replaced,
    json,
};

/// The fields of a form, each of which came once, however it is signed.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a> {
    fields: &'a [(&'a str, &'a str)],
    max_length: usize,
}

/// The fields of a form within its policy, with the file's name for `${filename}`.
#[derive(Clone)]
pub(crate) struct Filled<'a>(Vec<(&'a str, Cow<'a, str>)>);

impl Filled<'_> {
    fn find(&self, name: &str) -> Option<&str> {
        let is = |(field, _): &&(&str, Cow<'_, str>)| field.eq_ignore_ascii_case(name);
        self.0.iter().find(is).map(|(_, value)| &**value)
    }

    pub(crate) fn key(&self) -> &str {
        self.find("key").unwrap_or_default()
    }

    /// The value of a field that a condition has to cover.
    pub(crate) fn covered(&self, name: &str) -> Option<&str> {
        self.find(name).filter(|_| !is_exempt(name))
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

    /// Checks the form and the file against the policy, after the policy's signature was verified.
    /// Returns the fields with the file's name in them.
    pub(crate) fn check(
        self,
        policy: &str,
        upload: &Upload<'_>,
        now: Timestamp,
    ) -> Result<Filled<'a>, PolicyError> {
        let file_name = upload.file_name.rsplit(['/', '\\']).next();
        let file_name = file_name.unwrap_or_default();
        self.check_filled_lengths(file_name)?;
        let policy = read(policy).map_err(PolicyError::MalformedPolicy)?;
        let expiration = policy.expiration;
        if expiration <= now {
            return Err(PolicyError::Expired { expiration, now });
        }
        let filled = self.filled(file_name);
        self.check_fields(&filled, &policy, upload)?;
        check_length(&policy, upload.file_length)?;
        Ok(filled)
    }

    /// Checks how long the fields would be, before any of them is made: one name of a file may be
    /// asked for a thousand times.
    fn check_filled_lengths(self, file_name: &str) -> Result<(), PolicyError> {
        let length = |name: &str, value: &str| match is_replaced(name) {
            true => filled_length(value, file_name),
            false => value.len(),
        };
        // The policy has a limit of its own.
        let unlimited = |name: &str| {
            [POLICY, "file"]
                .iter()
                .any(|own| name.eq_ignore_ascii_case(own))
        };
        let counted = self.fields.iter().filter(|(name, _)| !unlimited(name));
        let total = counted.fold(0, |total: usize, (name, value)| {
            let field = name.len().saturating_add(length(name, value));
            total.saturating_add(field)
        });
        if total > self.max_length {
            return Err(PolicyError::FieldsTooLong {
                length: total,
                longest: self.max_length,
            });
        }
        match length("key", self.need("key")?) {
            0 => Err(PolicyError::EmptyKey),
            1..=MAX_KEY_LENGTH => Ok(()),
            length => Err(PolicyError::KeyTooLong { length }),
        }
    }

    fn filled(self, file_name: &str) -> Filled<'a> {
        let fields = self.fields.iter().map(|&(name, value)| {
            let value = if is_replaced(name) && value.contains(FILE_NAME) {
                Cow::Owned(value.replace(FILE_NAME, file_name))
            } else {
                Cow::Borrowed(value)
            };
            (name, value)
        });
        Filled(fields.collect())
    }

    /// Checks the fields against the policy, and the policy against the fields.
    fn check_fields(
        self,
        filled: &Filled<'a>,
        policy: &PostPolicy,
        upload: &Upload<'_>,
    ) -> Result<(), PolicyError> {
        // The bucket counts as a field, whether or not the form has it.
        check(policy, "bucket", upload.bucket)?;
        for (name, value) in &filled.0 {
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
        Ok(())
    }
}

/// How long a value is with the file's name in it.
fn filled_length(value: &str, file_name: &str) -> usize {
    let count = value.matches(FILE_NAME).count();
    let rest = value
        .len()
        .saturating_sub(count.saturating_mul(FILE_NAME.len()));
    rest.saturating_add(count.saturating_mul(file_name.len()))
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
