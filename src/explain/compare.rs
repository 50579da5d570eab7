//! Two canonical requests, line by line.

mod headers;
pub(super) mod path;
mod query;

use crate::payload::PayloadHash;

use super::cause::Cause;
use super::diagnosis::{Difference, Finding};
use super::hide::Secrets;
use super::lines::Lines;

/// What is known besides the two texts.
pub(super) struct Known {
    pub(super) secrets: Secrets,
    /// The hash of the payload that was sent.
    pub(super) payload: Option<String>,
}

/// Why the two differ, in the order of their lines. Nothing when they are equal.
pub(super) fn compare(signed: &Lines, received: &Lines, known: &Known) -> Vec<Finding> {
    let mut findings = Vec::new();
    if signed.method != received.method {
        let cause = Cause::MethodChanged {
            signed: signed.method.clone(),
            received: received.method.clone(),
        };
        let difference =
            Difference::plain("method", &signed.method, &received.method, &known.secrets);
        findings.push(Finding::with(cause, difference));
    }
    if signed.path != received.path {
        let causes = path::causes(&signed.path, &received.path);
        let difference = Difference::plain("path", &signed.path, &received.path, &known.secrets);
        add(&mut findings, causes, difference);
    }
    if signed.query != received.query {
        let causes = query::causes(&signed.query, &received.query, &known.secrets);
        let difference = Difference::query(&signed.query, &received.query, &known.secrets);
        add(&mut findings, causes, difference);
    }
    headers::compare(signed, received, known, &mut findings);
    payload(signed, received, known, &mut findings);
    findings
}

/// Several causes of one difference, which the first of them shows.
fn add(findings: &mut Vec<Finding>, causes: Vec<Cause>, difference: Difference) {
    let mut causes = causes.into_iter();
    findings.extend(causes.next().map(|cause| Finding::with(cause, difference)));
    findings.extend(causes.map(Finding::new));
}

fn payload(signed: &Lines, received: &Lines, known: &Known, findings: &mut Vec<Finding>) {
    let (Some(ours), Some(theirs)) = (&signed.payload, &received.payload) else {
        return;
    };
    if ours.eq_ignore_ascii_case(theirs) {
        return;
    }
    let is_hash = |text: &str| text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit());
    let empty = PayloadHash::EMPTY.to_hashed_payload();
    let cause = match &known.payload {
        // What was sent is what was signed, so that it changed on the way; or the other way round.
        Some(sent) if ours == sent && is_hash(theirs) => Cause::BodyChanged,
        Some(_) => Cause::PayloadHashDiffers,
        None if is_hash(ours) && theirs == empty.as_str() => Cause::BodyChanged,
        None => Cause::PayloadHashDiffers,
    };
    let difference = Difference::plain("payload hash", ours, theirs, &known.secrets);
    findings.push(Finding::with(cause, difference));
}

/// Which part of two scopes differs first.
pub(super) fn compare_scopes(signed: &str, received: &str, secrets: &Secrets) -> Option<Finding> {
    if signed == received {
        return None;
    }
    let ours: Vec<&str> = signed.split('/').collect();
    let theirs: Vec<&str> = received.split('/').collect();
    let other = |a: &str, b: &str| (a.to_owned(), Some(b.to_owned()));
    let cause = match (ours.as_slice(), theirs.as_slice()) {
        ([day, ..], [other, ..]) if day != other => Cause::WrongDay,
        ([_, region, ..], [_, wanted, ..]) if region != wanted => {
            let (signed, expected) = other(region, wanted);
            Cause::WrongRegion { signed, expected }
        }
        ([_, _, service, _], [_, _, wanted, _]) if service != wanted => {
            let (signed, expected) = other(service, wanted);
            Cause::WrongService { signed, expected }
        }
        _ => Cause::WrongTerminator,
    };
    let difference = Difference::plain("scope", signed, received, secrets);
    Some(Finding::with(cause, difference))
}
