//! Compares the headers of two canonical requests.

use super::super::cause::Cause;
use super::super::diagnosis::{Finding, MOST};
use super::super::difference::Difference;
use super::super::lines::Lines;
use super::Known;

pub(super) fn compare(
    signed: &Lines,
    received: &Lines,
    known: &Known,
    findings: &mut Vec<Finding>,
) {
    let before = findings.len();
    for (name, ours) in &signed.headers {
        let theirs = received.header(name);
        let cause = match theirs {
            Some(theirs) if theirs == ours => continue,
            _ if is_of_the_payload(name, signed, received) => continue,
            None if !received.signs(name) && name == "x-amz-security-token" => {
                Cause::SessionTokenNotSigned
            }
            None | Some("") if name == "x-amz-security-token" => Cause::MissingSessionToken,
            None | Some("") => Cause::HeaderLost { name: name.clone() },
            Some(theirs) => changed(name, ours, theirs),
        };
        let difference = Difference::header(name, Some(ours), theirs, &known.secrets);
        findings.push(Finding::with(cause, difference));
    }
    for (name, theirs) in &received.headers {
        if findings.len() >= MOST {
            break;
        }
        if signed.header(name).is_some() || is_of_the_payload(name, signed, received) {
            continue;
        }
        let cause = match name.as_str() {
            "x-amz-security-token" => Cause::SessionTokenNotSigned,
            _ => Cause::HeaderAdded { name: name.clone() },
        };
        let difference = Difference::header(name, None, Some(theirs), &known.secrets);
        findings.push(Finding::with(cause, difference));
    }
    if findings.len() == before && signed.signed_headers != received.signed_headers {
        let (ours, theirs) = (&signed.signed_headers, &received.signed_headers);
        let difference = Difference::new("signed headers", ours, theirs, &known.secrets);
        findings.push(Finding::with(Cause::SignedHeadersChanged, difference));
    }
}

/// Whether the difference is reported by the last line, which contains the payload hash too.
fn is_of_the_payload(name: &str, signed: &Lines, received: &Lines) -> bool {
    name == "x-amz-content-sha256"
        && matches!((&signed.payload, &received.payload), (Some(a), Some(b)) if a != b)
}

fn changed(name: &str, signed: &str, received: &str) -> Cause {
    let owned = || name.to_owned();
    if name == "host" {
        return if without_port(signed).eq_ignore_ascii_case(without_port(received))
            && signed.len() != received.len()
            || without_port(signed) == without_port(received)
        {
            Cause::PortChanged
        } else {
            Cause::HostChanged
        };
    }
    if name == "x-amz-security-token" {
        return Cause::InvalidSessionToken;
    }
    let squeezed = |value: &str| value.split_whitespace().collect::<String>();
    if squeezed(signed) == squeezed(received) {
        return Cause::HeaderWhiteSpace { name: owned() };
    }
    let added = received
        .strip_prefix(signed)
        .or_else(|| received.strip_suffix(signed));
    if added.is_some_and(|added| added.starts_with(',') || added.ends_with(',')) {
        return Cause::HeaderAdded { name: owned() };
    }
    Cause::HeaderRewritten { name: owned() }
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    }
}
