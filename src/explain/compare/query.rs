//! Compares two queries.

use std::collections::BTreeMap;

use crate::primitives::percent::{decoded, encoded};

use super::super::cause::Cause;
use super::super::secrets::Secrets;
use super::super::text::decode;

/// Why two different queries differ.
pub(super) fn causes(signed: &str, received: &str, secrets: &Secrets) -> Vec<Cause> {
    // If undoing a change makes them equal, that change is the cause.
    if pieces(signed) == pieces(received) {
        return vec![Cause::QueryOrder];
    }
    if canonical(signed) == canonical(received) {
        return vec![Cause::QueryEncoding];
    }
    if spaces(signed) == spaces(received) {
        return vec![Cause::PlusAndSpace];
    }
    if decoded_twice(signed) == decoded_twice(received) {
        return vec![Cause::QueryEncoding];
    }
    let (ours, theirs) = (by_name(signed, secrets), by_name(received, secrets));
    let missing = |from: &Parameters, other: &Parameters| -> Vec<String> {
        let missing = |(name, values): &(&String, &Vec<String>)| {
            other.get(*name).map_or(0, Vec::len) < values.len()
        };
        let names = from.iter().filter(missing);
        names.map(|(name, _)| name.clone()).collect()
    };
    let (lost, added) = (missing(&ours, &theirs), missing(&theirs, &ours));
    let names = ours
        .iter()
        .filter(|(name, values)| {
            theirs
                .get(*name)
                .is_some_and(|theirs| theirs.len() == values.len() && theirs != *values)
        })
        .map(|(name, _)| name.clone())
        .collect::<Vec<_>>();
    let is_token = |names: &[String]| {
        !names.is_empty() && names.iter().all(|name| name == "X-Amz-Security-Token")
    };
    let mut causes = Vec::new();
    if is_token(&lost) {
        causes.push(Cause::MissingSessionToken);
    } else if !lost.is_empty() {
        causes.push(Cause::ParametersLost { names: lost });
    }
    if is_token(&added) {
        causes.push(Cause::SessionTokenNotSigned);
    } else if !added.is_empty() {
        causes.push(Cause::ParametersAdded { names: added });
    }
    if is_token(&names) {
        causes.push(Cause::InvalidSessionToken);
    } else if !names.is_empty() {
        causes.push(Cause::ParametersChanged { names });
    }
    if causes.is_empty() {
        causes.push(Cause::QueryEncoding);
    }
    causes
}

type Parameters = BTreeMap<String, Vec<String>>;

/// The pieces between `&`, unchanged and sorted.
fn pieces(query: &str) -> Vec<&str> {
    let mut pieces: Vec<&str> = query.split('&').collect();
    pieces.sort_unstable();
    pieces
}

fn pairs(query: &str) -> impl Iterator<Item = (&str, &str)> {
    let pieces = query.split('&').filter(|piece| !piece.is_empty());
    pieces.map(|piece| piece.split_once('=').unwrap_or((piece, "")))
}

/// Names and values, each changed by the function, sorted.
fn by_pair(query: &str, mut change: impl FnMut(&str) -> String) -> Vec<(String, String)> {
    let mut all: Vec<_> = pairs(query)
        .map(|(name, value)| (change(name), change(value)))
        .collect();
    all.sort();
    all
}

fn recode(text: &str) -> String {
    String::from_utf8(encoded(decoded(text)).collect()).unwrap_or_default()
}

fn canonical(query: &str) -> Vec<(String, String)> {
    by_pair(query, recode)
}

fn spaces(query: &str) -> Vec<(String, String)> {
    by_pair(query, |text| recode(text).replace("%2B", "%20"))
}

fn decoded_twice(query: &str) -> Vec<(String, String)> {
    by_pair(query, |text| decode(&decode(text)))
}

/// Secrets are hidden in names too: a token that lost its `=` is read as a name.
fn by_name(query: &str, secrets: &Secrets) -> Parameters {
    let mut all = Parameters::new();
    for (name, value) in pairs(query) {
        all.entry(secrets.other(&decode(name)))
            .or_default()
            .push(recode(value));
    }
    for values in all.values_mut() {
        values.sort();
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_difference_of_two_queries_has_one_cause() {
        let named = |name: &str| vec![name.to_owned()];
        for (signed, received, cause) in [
            ("b=1&a=2", "a=2&b=1", Cause::QueryOrder),
            ("a=1&a-=2", "a-=2&a=1", Cause::QueryOrder),
            ("a", "a=", Cause::QueryEncoding),
            ("a=%7E", "a=~", Cause::QueryEncoding),
            ("a=%2f", "a=%2F", Cause::QueryEncoding),
            ("a=b/c", "a=b%2Fc", Cause::QueryEncoding),
            ("a=b%252Fc", "a=b%2Fc", Cause::QueryEncoding),
            ("a=b%2Bc", "a=b%20c", Cause::PlusAndSpace),
            ("a=b+c", "a=b%20c", Cause::PlusAndSpace),
            (
                "a=1&b=2",
                "a=1",
                Cause::ParametersLost { names: named("b") },
            ),
            (
                "a=1&a=1",
                "a=1",
                Cause::ParametersLost { names: named("a") },
            ),
            (
                "a=1",
                "a=1&utm=2",
                Cause::ParametersAdded {
                    names: named("utm"),
                },
            ),
            ("a=1", "a=2", Cause::ParametersChanged { names: named("a") }),
        ] {
            let causes = causes(signed, received, &Secrets::default());
            assert_eq!(causes[0], cause, "{signed} {received}");
        }
    }
}
