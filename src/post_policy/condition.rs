//! The conditions of a policy.

use super::error::PolicyError;
use crate::error::post_policy::PostPolicyError;

/// What a policy requires of a field or of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Condition {
    Equals { field: String, value: String },
    StartsWith { field: String, prefix: String },
    ContentLengthRange { min: u64, max: u64 },
}

impl Condition {
    /// The field that the condition covers. Names are case-insensitive.
    pub(super) fn field(&self) -> Option<&str> {
        match self {
            Self::Equals { field, .. } | Self::StartsWith { field, .. } => Some(field),
            Self::ContentLengthRange { .. } => None,
        }
    }

    pub(super) fn covers(&self, field: &str) -> bool {
        self.field()
            .is_some_and(|own| own.eq_ignore_ascii_case(field))
    }

    /// Whether a value of the field meets the condition.
    fn is_met(&self, found: &str) -> bool {
        match self {
            Self::Equals { value, .. } => found == value,
            Self::StartsWith { field, prefix } if field.eq_ignore_ascii_case("content-type") => {
                // A browser may send several types.
                found.split(',').all(|one| one.trim().starts_with(prefix))
            }
            Self::StartsWith { prefix, .. } => found.starts_with(prefix),
            Self::ContentLengthRange { .. } => true,
        }
    }
}

/// Why a policy refuses a form field, by its name.
pub(super) enum Refused {
    NotCovered(String),
    NotMet(String),
}

/// Checks a field against all conditions that cover it. At least one must.
pub(super) fn check(conditions: &[Condition], field: &str, value: &str) -> Result<(), Refused> {
    let mut covering = conditions
        .iter()
        .filter(|condition| condition.covers(field))
        .peekable();
    if covering.peek().is_none() {
        return Err(Refused::NotCovered(field.to_owned()));
    }
    if covering.all(|condition| condition.is_met(value)) {
        Ok(())
    } else {
        Err(Refused::NotMet(field.to_owned()))
    }
}

/// For the signer.
impl From<Refused> for PostPolicyError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::NotCovered(field) => Self::FieldNotCovered { field },
            Refused::NotMet(field) => Self::FieldNotMet { field },
        }
    }
}

/// For the verifier.
impl From<Refused> for PolicyError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::NotCovered(field) => Self::FieldNotCovered { field },
            Refused::NotMet(field) => Self::FieldNotMet { field },
        }
    }
}
