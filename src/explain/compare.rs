//! Two canonical requests, line by line.

mod headers;
pub(super) mod path;
mod query;

use crate::sigv4::payload_hash::PayloadHash;

use super::case::is_hash;
use super::cause::Cause;
use super::diagnosis::{Difference, Finding};
use super::hide::Secrets;
use super::lines::Lines;

/// What is known besides the two texts.
#[derive(Default)]
pub(super) struct Known {
    pub(super) secrets: Secrets,
    /// The hash of the payload that was sent.
    pub(super) payload: Option<String>,
    /// The path as it was sent.
    pub(super) sent_path: String,
    /// Whether both texts follow the same rules.
    pub(super) same_rules: bool,
    /// Whether the service percent-encodes the path once more than it is sent.
    pub(super) encodes_twice: bool,
}

/// Why the two differ, in the order of their lines. Empty if they are equal.
pub(super) fn compare(signed: &Lines, received: &Lines, known: &Known) -> Vec<Finding> {
    let mut findings = Vec::new();
    if signed.method != received.method {
        let cause = Cause::MethodChanged {
            signed: signed.method.clone(),
            received: received.method.clone(),
        };
        let difference =
            Difference::new("method", &signed.method, &received.method, &known.secrets);
        findings.push(Finding::with(cause, difference));
    }
    if signed.path != received.path {
        let causes = path::causes(&signed.path, &received.path, known);
        let difference = Difference::new("path", &signed.path, &received.path, &known.secrets);
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

/// Several causes of one difference. The first one shows it.
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
    let empty = PayloadHash::EMPTY.to_hashed_payload();
    let cause = match &known.payload {
        // What was sent is what was signed, so the body changed on the way.
        Some(sent) if ours == sent && is_hash(theirs) => Cause::BodyChanged,
        Some(_) => Cause::PayloadHashDiffers,
        None if is_hash(ours) && theirs == empty.as_str() => Cause::BodyChanged,
        None => Cause::PayloadHashDiffers,
    };
    let difference = Difference::new("payload hash", ours, theirs, &known.secrets);
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
    let difference = Difference::new("scope", signed, received, secrets);
    Some(Finding::with(cause, difference))
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    const OTHER: &str = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";

    fn lines(headers: &str, list: &str, payload: &str) -> Lines {
        Lines::parse(&format!("GET\n/\n\n{headers}\n\n{list}\n{payload}")).unwrap()
    }

    fn causes(signed: &Lines, received: &Lines, payload: Option<&str>) -> Vec<Cause> {
        let known = Known {
            payload: payload.map(str::to_owned),
            ..Known::default()
        };
        let findings = compare(signed, received, &known);
        findings.iter().map(Finding::cause).cloned().collect()
    }

    #[test]
    fn payloads() {
        let of = |payload| lines("host:h", "host", payload);
        let unsigned = "UNSIGNED-PAYLOAD";
        let no_hex = "no-hex-digits".repeat(5);
        let no_hex = no_hex.split_at(64).0;
        for (signed, received, sent, cause) in [
            // What was sent is what was signed: on the way it became another.
            (OTHER, EMPTY, Some(OTHER), Some(Cause::BodyChanged)),
            (
                OTHER,
                unsigned,
                Some(OTHER),
                Some(Cause::PayloadHashDiffers),
            ),
            (OTHER, EMPTY, Some(EMPTY), Some(Cause::PayloadHashDiffers)),
            (
                unsigned,
                OTHER,
                Some(OTHER),
                Some(Cause::PayloadHashDiffers),
            ),
            // A body that arrived empty was lost.
            (OTHER, EMPTY, None, Some(Cause::BodyChanged)),
            (EMPTY, OTHER, None, Some(Cause::PayloadHashDiffers)),
            (unsigned, EMPTY, None, Some(Cause::PayloadHashDiffers)),
            // What is no hash: of another length, or of other digits.
            ("abcdef", EMPTY, None, Some(Cause::PayloadHashDiffers)),
            (no_hex, EMPTY, None, Some(Cause::PayloadHashDiffers)),
            (
                OTHER,
                "abcdef",
                Some(OTHER),
                Some(Cause::PayloadHashDiffers),
            ),
            (OTHER, no_hex, Some(OTHER), Some(Cause::PayloadHashDiffers)),
            (OTHER, unsigned, None, Some(Cause::PayloadHashDiffers)),
            (OTHER, OTHER, None, None),
        ] {
            let found = causes(&of(signed), &of(received), sent);
            assert_eq!(
                found.first(),
                cause.as_ref(),
                "{signed} {received} {sent:?}"
            );
            assert!(found.len() < 2);
        }
        let upper = OTHER.to_uppercase();
        assert!(causes(&of(OTHER), &of(&upper), None).is_empty());
    }

    #[test]
    fn scopes() {
        let signed = "20150830/us-east-1/s3/aws4_request";
        let compare = |received| {
            let finding = compare_scopes(signed, received, &Secrets::default());
            finding.map(|finding| finding.cause().clone())
        };
        assert_eq!(compare(signed), None);
        let owned = str::to_owned;
        for (received, cause) in [
            ("20150831/us-east-2/sqs/aws4_request", Cause::WrongDay),
            (
                "20150830/us-east-2/sqs/aws4_request",
                Cause::WrongRegion {
                    signed: owned("us-east-1"),
                    expected: Some(owned("us-east-2")),
                },
            ),
            (
                "20150830/us-east-1/sqs/aws4_request",
                Cause::WrongService {
                    signed: owned("s3"),
                    expected: Some(owned("sqs")),
                },
            ),
            ("20150830/us-east-1/s3/aws5_request", Cause::WrongTerminator),
            ("20150830/us-east-1/s3", Cause::WrongTerminator),
        ] {
            assert_eq!(compare(received), Some(cause), "{received}");
        }
    }

    #[test]
    fn headers_that_changed() {
        let of = |name: &str, value: Option<&str>, list: &str| {
            let line = value.map_or(String::new(), |value| format!("{name}:{value}"));
            lines(&line, list, EMPTY)
        };
        let owned = str::to_owned;
        let (token, name) = ("x-amz-security-token", || owned("a"));
        for (header, signed, received, cause) in [
            ("a", Some("1"), None, Cause::HeaderLost { name: name() }),
            ("a", Some("1"), Some(""), Cause::HeaderLost { name: name() }),
            ("a", None, Some("1"), Cause::HeaderAdded { name: name() }),
            (
                "a",
                Some("1"),
                Some("1,2"),
                Cause::HeaderAdded { name: name() },
            ),
            (
                "a",
                Some("1"),
                Some("2,1"),
                Cause::HeaderAdded { name: name() },
            ),
            (
                "a",
                Some("1"),
                Some("12"),
                Cause::HeaderRewritten { name: name() },
            ),
            (
                "a",
                Some("1 2"),
                Some("1  2"),
                Cause::HeaderWhiteSpace { name: name() },
            ),
            (
                "a",
                Some("1, 2"),
                Some("1,2"),
                Cause::HeaderWhiteSpace { name: name() },
            ),
            ("host", Some("h"), Some("h:443"), Cause::PortChanged),
            ("host", Some("h:80"), Some("h:443"), Cause::PortChanged),
            ("host", Some("h:80"), Some("H"), Cause::PortChanged),
            ("host", Some("h"), Some("H"), Cause::HostChanged),
            ("host", Some("h"), Some("h:x"), Cause::HostChanged),
            ("host", Some("h"), Some("other"), Cause::HostChanged),
            ("host", Some("h"), Some("o"), Cause::HostChanged),
            (token, Some("1"), Some("2"), Cause::InvalidSessionToken),
            (token, Some("1"), Some(""), Cause::MissingSessionToken),
            (token, None, Some("1"), Cause::SessionTokenNotSigned),
        ] {
            let found = causes(
                &of(header, signed, header),
                &of(header, received, header),
                None,
            );
            assert_eq!(found, [cause], "{header} {signed:?} {received:?}");
        }
        // Whether the receiver lists the token tells whether it came.
        let signed = of(token, Some("1"), token);
        let lost = causes(&signed, &of(token, None, token), None);
        assert_eq!(lost, [Cause::MissingSessionToken]);
        let unsigned = causes(&signed, &of(token, None, "host"), None);
        assert_eq!(unsigned, [Cause::SessionTokenNotSigned]);
        let list = causes(&lines("a:1", "a", EMPTY), &lines("a:1", "a;b", EMPTY), None);
        assert_eq!(list, [Cause::SignedHeadersChanged]);
        // The hash that differs is told of once, by the last line.
        let of = |hash: &str| lines(&format!("x-amz-content-sha256:{hash}"), "x", hash);
        let hash = causes(&of(OTHER), &of(EMPTY), None);
        assert_eq!(hash, [Cause::BodyChanged]);
        // Of itself alone: not of the other headers, nor where the last lines are equal.
        let (ours, theirs) = (lines("a:1", "a", OTHER), lines("a:2", "a", EMPTY));
        let rewritten = |name: &str| Cause::HeaderRewritten { name: owned(name) };
        let both = causes(&ours, &theirs, None);
        assert_eq!(both, [rewritten("a"), Cause::BodyChanged]);
        let of = |hash: &str| lines(&format!("x-amz-content-sha256:{hash}"), "x", EMPTY);
        let header = causes(&of(OTHER), &of(EMPTY), None);
        assert_eq!(header, [rewritten("x-amz-content-sha256")]);
        // As many as are told of.
        let many = |count: usize| -> String {
            let names = (0..count).map(|i| format!("h{i:02}:1"));
            names.collect::<Vec<_>>().join("\n")
        };
        let none = lines("", "", EMPTY);
        assert_eq!(causes(&none, &lines(&many(15), "", EMPTY), None).len(), 15);
        assert_eq!(causes(&none, &lines(&many(40), "", EMPTY), None).len(), 16);
    }
}
