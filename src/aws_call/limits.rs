//! The limits of parameters.

#![allow(dead_code, reason = "no feature alone needs all of it")]

use std::ops::RangeInclusive;
use std::time::Duration;

use crate::error::Error;

/// The whole seconds of a duration. A fraction of a second is dropped.
pub(crate) fn seconds(
    parameter: &str,
    duration: Option<Duration>,
    range: RangeInclusive<u64>,
    problem: &'static str,
) -> Result<Option<u64>, Error> {
    match duration.map(|duration| duration.as_secs()) {
        Some(seconds) if !range.contains(&seconds) => {
            Err(Error::invalid_parameter(parameter, problem))
        }
        seconds => Ok(seconds),
    }
}

/// Refuses a text whose length in characters is outside a range.
pub(crate) fn length(
    parameter: &str,
    text: &str,
    range: RangeInclusive<usize>,
    problem: &'static str,
) -> Result<(), Error> {
    if range.contains(&text.chars().count()) {
        Ok(())
    } else {
        Err(Error::invalid_parameter(parameter, problem))
    }
}
