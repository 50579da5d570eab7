//! Compares two canonical requests line by line.

mod headers;
pub(super) mod path;
mod query;

use crate::sigv4::payload_hash::PayloadHash;

use super::cause::Cause;
use super::diagnosis::Finding;
use super::difference::Difference;
use super::lines::{Lines, is_hash};
use super::secrets::Secrets;

/// What is known in addition to the two texts.
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

/// The differences, in the order of the lines. Empty if the two are equal.
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

/// Adds the causes of one difference. The first cause shows the line.
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

/// The first part in which two scopes differ.
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
    fn a_different_payload_line_has_one_cause() {
        let of = |payload| lines("host:h", "host", payload);
        let unsigned = "UNSIGNED-PAYLOAD";
        let no_hex = "no-hex-digits".repeat(5);
        let no_hex = no_hex.split_at(64).0;
        let check = |signed, received, sent: Option<&str>, cause: Option<Cause>| {
            let found = causes(&of(signed), &of(received), sent);
            assert!(found.iter().eq(&cause), "{signed} {received} {sent:?}");
        };
        let (changed, differs) = (
            || Some(Cause::BodyChanged),
            || Some(Cause::PayloadHashDiffers),
        );
        // What was sent is what was signed, so it changed on the way.
        check(OTHER, EMPTY, Some(OTHER), changed());
        check(OTHER, unsigned, Some(OTHER), differs());
        check(OTHER, EMPTY, Some(EMPTY), differs());
        check(unsigned, OTHER, Some(OTHER), differs());
        // A body that arrived empty was lost.
        check(OTHER, EMPTY, None, changed());
        check(EMPTY, OTHER, None, differs());
        check(unsigned, EMPTY, None, differs());
        // Not a hash: another length, or other digits.
        check("abcdef", EMPTY, None, differs());
        check(no_hex, EMPTY, None, differs());
        check(OTHER, "abcdef", Some(OTHER), differs());
        check(OTHER, no_hex, Some(OTHER), differs());
        check(OTHER, unsigned, None, differs());
        check(OTHER, OTHER, None, None);
        let upper = OTHER.to_uppercase();
        assert!(causes(&of(OTHER), &of(&upper), None).is_empty());
    }

    #[test]
    fn a_different_scope_names_its_region_or_service() {
        let signed = "20150830/us-east-1/s3/aws4_request";
        let compare = |received| {
            let finding = compare_scopes(signed, received, &Secrets::default());
            finding.map(|finding| finding.cause().clone())
        };
        assert_eq!(compare(signed), None);
        let [east, other, s3, sqs] = ["us-east-1", "us-east-2", "s3", "sqs"].map(str::to_owned);
        let (region, service) = (
            Cause::WrongRegion {
                signed: east,
                expected: Some(other),
            },
            Cause::WrongService {
                signed: s3,
                expected: Some(sqs),
            },
        );
        for (received, cause) in [
            ("20150831/us-east-2/sqs/aws4_request", Cause::WrongDay),
            ("20150830/us-east-2/sqs/aws4_request", region),
            ("20150830/us-east-1/sqs/aws4_request", service),
            ("20150830/us-east-1/s3/aws5_request", Cause::WrongTerminator),
            ("20150830/us-east-1/s3", Cause::WrongTerminator),
        ] {
            assert_eq!(compare(received), Some(cause), "{received}");
        }
    }

    #[test]
    fn each_change_of_a_header_has_one_cause() {
        let of = |name: &str, value: Option<&str>, list: &str| {
            let line = value.map_or(String::new(), |value| format!("{name}:{value}"));
            lines(&line, list, EMPTY)
        };
        let owned = str::to_owned;
        let (token, name) = ("x-amz-security-token", || owned("a"));
        let check = |header, signed, received, cause| {
            let [ours, theirs] = [signed, received].map(|value| of(header, value, header));
            let found = causes(&ours, &theirs, None);
            assert_eq!(found, [cause], "{header} {signed:?} {received:?}");
        };
        check("a", Some("1"), None, Cause::HeaderLost { name: name() });
        check("a", Some("1"), Some(""), Cause::HeaderLost { name: name() });
        let added = || Cause::HeaderAdded { name: name() };
        check("a", None, Some("1"), added());
        check("a", Some("1"), Some("1,2"), added());
        check("a", Some("1"), Some("2,1"), added());
        let rewritten = Cause::HeaderRewritten { name: name() };
        check("a", Some("1"), Some("12"), rewritten);
        let white_space = || Cause::HeaderWhiteSpace { name: name() };
        check("a", Some("1 2"), Some("1  2"), white_space());
        check("a", Some("1, 2"), Some("1,2"), white_space());
        check("host", Some("h"), Some("h:443"), Cause::PortChanged);
        check("host", Some("h:80"), Some("h:443"), Cause::PortChanged);
        check("host", Some("h:80"), Some("H"), Cause::PortChanged);
        for other in ["H", "h:x", "other", "o"] {
            check("host", Some("h"), Some(other), Cause::HostChanged);
        }
        check(token, Some("1"), Some("2"), Cause::InvalidSessionToken);
        check(token, Some("1"), Some(""), Cause::MissingSessionToken);
        check(token, None, Some("1"), Cause::SessionTokenNotSigned);
        // Whether the receiver lists the token tells whether it arrived.
        let signed = of(token, Some("1"), token);
        let lost = causes(&signed, &of(token, None, token), None);
        assert_eq!(lost, [Cause::MissingSessionToken]);
        let unsigned = causes(&signed, &of(token, None, "host"), None);
        assert_eq!(unsigned, [Cause::SessionTokenNotSigned]);
        let list = causes(&lines("a:1", "a", EMPTY), &lines("a:1", "a;b", EMPTY), None);
        assert_eq!(list, [Cause::SignedHeadersChanged]);
        // A hash that differs is reported once, by the last line.
        let of = |hash: &str| lines(&format!("x-amz-content-sha256:{hash}"), "x", hash);
        let hash = causes(&of(OTHER), &of(EMPTY), None);
        assert_eq!(hash, [Cause::BodyChanged]);
        // The last line stands for the hash alone, and only if it differs.
        let (ours, theirs) = (lines("a:1", "a", OTHER), lines("a:2", "a", EMPTY));
        let rewritten = |name: &str| Cause::HeaderRewritten { name: owned(name) };
        let both = causes(&ours, &theirs, None);
        assert_eq!(both, [rewritten("a"), Cause::BodyChanged]);
        let of = |hash: &str| lines(&format!("x-amz-content-sha256:{hash}"), "x", EMPTY);
        let header = causes(&of(OTHER), &of(EMPTY), None);
        assert_eq!(header, [rewritten("x-amz-content-sha256")]);
        // As many as are reported.
        let many = |count: usize| -> String {
            let names = (0..count).map(|i| format!("h{i:02}:1"));
            names.collect::<Vec<_>>().join("\n")
        };
        let none = lines("", "", EMPTY);
        assert_eq!(causes(&none, &lines(&many(15), "", EMPTY), None).len(), 15);
        assert_eq!(causes(&none, &lines(&many(40), "", EMPTY), None).len(), 16);
    }
}
