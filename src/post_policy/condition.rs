//! The conditions of a policy.

/// What a policy asks of a field, or of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Condition {
    Equals { field: String, value: String },
    StartsWith { field: String, prefix: String },
    ContentLengthRange { min: u64, max: u64 },
}

impl Condition {
    /// The field that it covers. Names are the same in upper and lower case.
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

    /// Whether a value of its field meets it.
    fn is_met(&self, found: &str) -> bool {
        match self {
            Self::Equals { value, .. } => found == value,
            Self::StartsWith { field, prefix } if field.eq_ignore_ascii_case("content-type") => {
                // A browser may send several types, each of which counts.
                found.split(',').all(|one| one.trim().starts_with(prefix))
            }
            Self::StartsWith { prefix, .. } => found.starts_with(prefix),
            Self::ContentLengthRange { .. } => true,
        }
    }
}

/// Why a field of a form is not what the conditions ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    NotCovered,
    NotMet,
}

/// Holds a field against all conditions that are about it; one there must be.
pub(super) fn check(conditions: &[Condition], field: &str, value: &str) -> Result<(), Fault> {
    let mut about = conditions
        .iter()
        .filter(|condition| condition.covers(field))
        .peekable();
    if about.peek().is_none() {
        return Err(Fault::NotCovered);
    }
    if about.all(|condition| condition.is_met(value)) {
        Ok(())
    } else {
        Err(Fault::NotMet)
    }
}
