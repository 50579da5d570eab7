//! The limits of parameters.

#![allow(dead_code, reason = "no feature alone needs all of it")]

use std::ops::RangeInclusive;
use std::time::Duration;

use crate::error::Error;
use crate::error::parameter::{ParameterProblem, Rule};

/// Checks that a number is in a range.
pub(crate) fn number(
    parameter: &str,
    got: u64,
    range: RangeInclusive<u64>,
    unit: &'static str,
) -> Result<(), Error> {
    if range.contains(&got) {
        return Ok(());
    }
    Err(Error::InvalidParameter {
        parameter: parameter.to_owned(),
        problem: ParameterProblem(Rule::Range {
            min: *range.start(),
            max: *range.end(),
            unit,
            got,
        }),
    })
}

/// Checks the length of a text, in characters.
pub(crate) fn length(parameter: &str, text: &str, range: RangeInclusive<u64>) -> Result<(), Error> {
    number(parameter, text.chars().count() as u64, range, "characters")
}

/// Returns the whole seconds of a duration. A fraction of a second is dropped.
pub(crate) fn seconds(
    parameter: &str,
    duration: Option<Duration>,
    range: RangeInclusive<u64>,
) -> Result<Option<u64>, Error> {
    let seconds = duration.map(|duration| duration.as_secs());
    if let Some(seconds) = seconds {
        number(parameter, seconds, range, "seconds")?;
    }
    Ok(seconds)
}
