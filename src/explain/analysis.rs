//! The analysis of a request: its findings, from all that is known about it.

use std::borrow::Cow;

use zeroize::Zeroizing;

use crate::credentials::SecretKey;
use crate::credentials::key_id::IdPrefix;
use crate::primitives::constant_time::same;
use crate::service::{ContentSha256, Rules, Service};
use crate::sigv4::payload_hash::PayloadHash;
use crate::verify::{SignatureLocation, SignedRequest, Verifier, VerifyError};

use super::RequestHead;
use super::cause::Cause;
use super::claim::Claim;
use super::compare::path::{as_sent, recoded};
use super::compare::{Known, compare, compare_scopes};
use super::diagnosis::{Diagnosis, Finding};
use super::difference::Difference;
use super::expected::{Expected, in_hex};
use super::lines::{Lines, is_hash};
use super::response::ErrorResponse;
use super::search::{Found, search, signs};
use super::secrets::Secrets;
use super::stated_causes::{clock_of_header, stated_causes};

/// What the caller of an `Explainer` knows about a request.
pub(super) struct Evidence {
    pub(super) request: RequestHead,
    pub(super) service: Service,
    pub(super) payload: Option<PayloadHash>,
    pub(super) captured_payload: Option<PayloadHash>,
    pub(super) secret_key: Option<SecretKey>,
    pub(super) signer_log: Option<Zeroizing<String>>,
}

pub(super) struct Analysis<'a> {
    evidence: &'a Evidence,
    claim: Claim,
    /// What the receiver of the request calculates.
    pub(super) expected: Result<Expected, VerifyError>,
    pub(super) secrets: Secrets,
}

impl<'a> Analysis<'a> {
    pub(super) fn new(evidence: &'a Evidence) -> Self {
        let mut secrets = Secrets::default();
        secrets.add_request(&evidence.request);
        if let Some(secret_key) = &evidence.secret_key {
            secrets.add(secret_key.expose());
        }
        if let Some(signer_log) = &evidence.signer_log {
            secrets.add_canonical(signer_log);
        }
        Self {
            claim: Claim::new(&evidence.request, evidence.payload),
            expected: Expected::new(
                &evidence.request,
                evidence.service.rules(),
                evidence.payload,
            ),
            secrets,
            evidence,
        }
    }

    pub(super) fn check(&self) -> Vec<Finding> {
        let found = self.search();
        let mut findings = self.faults();
        findings.extend(self.signing_mistakes(found.as_ref()));
        findings.extend(self.claim.other_host().map(Finding::new));
        if findings.is_empty() && matches!(found, Some(Found::Nothing)) {
            findings.push(Finding::new(Cause::SignatureNotReproduced));
        }
        findings
    }

    pub(super) fn explain(&self, response: &ErrorResponse) -> Diagnosis {
        let code = (!response.code.is_empty()).then(|| response.code.clone());
        Diagnosis::new(self.findings(response)).with_response(code, response.status)
    }

    fn findings(&self, response: &ErrorResponse) -> Vec<Finding> {
        let causes = stated_causes(response, &self.claim);
        if !causes.is_empty() {
            let finding = |cause| Finding {
                difference: self.computed_hashes(&cause, response),
                cause,
            };
            return causes.into_iter().map(finding).collect();
        }
        let denied = response.is_bare_denial();
        if !denied && !response.is_about_signatures() {
            return Vec::new();
        }
        if denied && self.claim.is_other_scheme {
            return vec![Finding::new(Cause::AccessDenied)];
        }
        let found = self.search();
        let quoted = self.differences(response, found.as_ref());
        let mut findings = quoted.clone().unwrap_or_default();
        findings.extend(clock_of_header(response, &self.claim).map(Finding::new));
        if findings.is_empty() {
            findings.extend(self.claim.other_host().map(Finding::new));
        }
        let faults = self.faults();
        let tried = |finding: &Finding| finding.cause == Cause::ServerSecretKeyDiffers;
        let sound = faults.is_empty() && !findings.iter().any(tried);
        findings.extend(faults);
        if quoted.is_none() {
            findings.extend(self.signing_mistakes(found.as_ref()));
        } else if matches!(found, Some(Found::WhiteSpace)) {
            findings.push(Finding::new(Cause::SecretKeyWhiteSpace));
        }
        if denied && matches!(found, Some(Found::AsExpected)) {
            findings.push(Finding::new(Cause::AccessDenied));
            findings.extend(self.spellings());
        } else if findings.is_empty() {
            findings = self.conclusion(response, quoted.is_some(), found.as_ref(), denied);
        } else if sound && matches!(found, Some(Found::Nothing)) {
            findings.push(Finding::new(Cause::SignatureNotReproduced));
        }
        if denied {
            findings.push(Finding::new(Cause::AccessDenied));
        }
        findings
    }

    /// The cause if no line differs and no rule is broken.
    fn conclusion(
        &self,
        response: &ErrorResponse,
        quoted: bool,
        found: Option<&Found>,
        denied: bool,
    ) -> Vec<Finding> {
        let cause = match found {
            Some(Found::AsExpected) if !quoted => {
                let spellings = self.spellings();
                if !spellings.is_empty() {
                    return spellings;
                }
                Cause::SignedCorrectly
            }
            // Lines with the same meaning may differ in their text, such as the case of hex digits.
            Some(Found::AsExpected | Found::Other(_)) if quoted => Cause::ServerSecretKeyDiffers,
            _ if quoted => {
                let hash = self.hidden_payload_hash(response);
                let cause = match &hash {
                    Some(_) => Cause::WrongSecretKeyOrPayloadHash,
                    None => Cause::WrongSecretKey,
                };
                let difference = hash.flatten();
                return vec![Finding { cause, difference }];
            }
            Some(Found::Nothing) => Cause::SignatureNotReproduced,
            _ if denied => return Vec::new(),
            _ => Cause::Undetermined,
        };
        vec![Finding::new(cause)]
    }

    /// The differences from what the server calculated. `None` if the response does not quote it.
    fn differences(&self, response: &ErrorResponse, found: Option<&Found>) -> Option<Vec<Finding>> {
        let expected = self.expected.as_ref().ok()?;
        let signed = self.signed(expected, found);
        let mut known = self.known();
        // Algorithm, date, scope, hash.
        let text = response.string_to_sign.as_deref().unwrap_or_default();
        let lines: Vec<&str> = text.split_whitespace().collect();
        let theirs = match response.canonical_request.as_deref() {
            Some(text) => {
                known.secrets.add_canonical(text);
                Some(Lines::parse(text)?)
            }
            // The hash alone identifies the text, if it is the hash of a known text.
            None => lines.get(3).and_then(|hash| {
                let candidates = [&expected.lines, &*signed].into_iter();
                let mut known =
                    candidates.filter(|lines| lines.payload.is_some() && expected.exact);
                known.find(|lines| lines.has_hash(hash)).cloned()
            }),
        };
        let mut findings = Vec::new();
        let mut same_text = false;
        if let Some(theirs) = &theirs {
            let secret_key = self.evidence.secret_key.as_ref();
            same_text = secret_key.is_some_and(|secret_key| signs(expected, theirs, secret_key));
            if !same_text {
                findings = compare(&signed, theirs, &known);
            }
        }
        if let [algorithm, date, scope, _] = lines.as_slice() {
            let secrets = &known.secrets;
            if *date != expected.date.as_str() && findings.is_empty() {
                let difference = Difference::new("date", expected.date.as_str(), date, secrets);
                let cause = Cause::HeaderRewritten {
                    name: "x-amz-date".to_owned(),
                };
                findings.push(Finding::with(cause, difference));
            }
            findings.extend(compare_scopes(expected.scope.as_str(), scope, secrets));
            if *algorithm != expected.algorithm.as_str() {
                findings.push(Finding::new(Cause::UnsupportedAlgorithm));
            }
            let all_is_known = signed.payload.is_some() && expected.exact;
            if theirs.is_none() && findings.is_empty() && all_is_known {
                findings.push(Finding::new(Cause::CanonicalRequestDiffers));
            }
        }
        if same_text && findings.is_empty() {
            findings.push(Finding::new(Cause::ServerSecretKeyDiffers));
        }
        (theirs.is_some() || !findings.is_empty()).then_some(findings)
    }

    /// What was signed: from the signer's log, else as the secret shows, else as expected.
    fn signed<'b>(&'b self, expected: &'b Expected, found: Option<&'b Found>) -> Cow<'b, Lines> {
        let log = self.evidence.signer_log.as_deref();
        match (log.and_then(|text| Lines::parse(text)), found) {
            (Some(lines), _) => Cow::Owned(lines),
            (None, Some(Found::Other(lines))) => Cow::Borrowed(lines),
            (None, _) => Cow::Borrowed(&expected.lines),
        }
    }

    fn search(&self) -> Option<Found> {
        let secret_key = self.evidence.secret_key.as_ref()?;
        let expected = self.expected.as_ref().ok()?;
        search(
            expected,
            self.evidence.request.uri(),
            self.evidence.payload,
            secret_key,
        )
    }

    /// The mistakes of the signer: how the signed text differs from the expected one, by the signer's log
    /// and by the secret.
    fn signing_mistakes(&self, found: Option<&Found>) -> Vec<Finding> {
        let Ok(expected) = &self.expected else {
            return Vec::new();
        };
        let known = self.known();
        let log = self.evidence.signer_log.as_deref();
        let log = log.and_then(|text| Lines::parse(text));
        let compared = |lines: &Lines| compare(lines, &expected.lines, &known);
        let mut findings = log.as_ref().map(compared).unwrap_or_default();
        match found {
            Some(Found::WhiteSpace) => findings.push(Finding::new(Cause::SecretKeyWhiteSpace)),
            Some(Found::Other(lines)) => findings.extend(compared(lines)),
            Some(Found::AsExpected | Found::Nothing) | None => {}
        }
        findings
    }

    /// The rules that the request itself breaks.
    fn faults(&self) -> Vec<Finding> {
        let claim = &self.claim;
        let mut findings = Vec::new();
        let in_url = claim.form == Some(SignatureLocation::Query);
        let rules = self.evidence.service.rules();
        let id = claim.access_key_id.as_deref().unwrap_or_default();
        if IdPrefix::of(id) == Some(IdPrefix::TemporaryAccessKey)
            && !claim.has_token
            && !rules.session_token.is_unsigned(in_url)
        {
            findings.push(Finding::new(Cause::MissingSessionToken));
        }
        if let Err(error) = self.rules_broken(&self.evidence.request) {
            findings.push(Finding::new(self.cause_of(error)));
        }
        if self.expected.is_ok() {
            findings.extend(self.hash_difference(claim, Cause::PayloadHashDiffers));
        }
        findings
    }

    pub(super) fn captured(&self, captured: &RequestHead) -> Vec<Finding> {
        let only = |cause| vec![Finding::new(cause)];
        let ours = match &self.expected {
            Ok(expected) => expected,
            Err(error) => return only(self.cause_of(error.clone())),
        };
        let payload = self.evidence.captured_payload;
        let claim = Claim::new(captured, payload);
        if !claim.has_signature {
            return only(Cause::AuthenticationLost);
        }
        let theirs = match Expected::new(captured, self.evidence.service.rules(), payload) {
            Ok(expected) => expected,
            Err(VerifyError::MissingAuthentication) => return only(Cause::AuthenticationLost),
            Err(error) => return only(Cause::of(error)),
        };
        let mut known = self.known();
        known.same_rules = true;
        known.secrets.add_request(captured);
        let mut findings = compare(&ours.lines, &theirs.lines, &known);
        let (signed, received) = (ours.scope.as_str(), theirs.scope.as_str());
        findings.extend(compare_scopes(signed, received, &known.secrets));
        // No signature covers it, but a server looks up another key.
        if claim.access_key_id != self.claim.access_key_id {
            findings.push(Finding::new(Cause::UnknownAccessKey));
        }
        findings.extend(self.hash_difference(&claim, Cause::BodyChanged));
        let sent = &self.evidence.request;
        // A header that must be signed, and did not exist when the request was signed.
        if let Err(VerifyError::HeadersNotSigned { names }) = self.rules_broken(captured) {
            let added = names
                .into_iter()
                .filter(|name| !sent.headers().contains_key(name.as_str()));
            findings.extend(added.map(|name| Finding::new(Cause::HeaderAdded { name })));
        }
        // A token that is added after signing is on no signed line.
        if findings.is_empty() && !ours.has_token_of(&theirs) {
            findings.push(Finding::new(Cause::InvalidSessionToken));
        }
        if findings.is_empty() && ours.signature != theirs.signature {
            findings.push(Finding::new(Cause::AuthorizationChanged));
        }
        // Two hosts that the client did not send: a server cannot tell which one counts.
        if findings.is_empty()
            && captured.uri().authority() != sent.uri().authority()
            && let Err(error) = SignedRequest::parse(captured)
        {
            findings.push(Finding::new(Cause::of(error)));
        }
        findings
    }

    /// Spellings that a server may read in another way, although the signature is right.
    fn spellings(&self) -> Vec<Finding> {
        let Ok(expected) = &self.expected else {
            return Vec::new();
        };
        let mut findings = Vec::new();
        let lines = &expected.lines;
        let path = self.evidence.request.uri().path();
        if !self.evidence.service.rules().double_encode_path {
            // A bare `+` in a path is a plus to most servers, and a space to S3.
            let (other, cause) = if path.contains('+') {
                (recoded(&path.replace('+', "%20")), Cause::PlusAndSpace)
            } else {
                let recoded = recoded(path).filter(|recoded| *recoded != lines.path);
                (recoded.or_else(|| as_sent(path)), Cause::PathEncoding)
            };
            if let Some(other) = other.filter(|other| *other != lines.path) {
                let difference = Difference::new("path", &lines.path, &other, &self.secrets);
                findings.push(Finding::with(cause, difference));
            }
        }
        if let Some(other) = &expected.query_with_plus {
            let difference = Difference::query(&lines.query, other, &self.secrets);
            findings.push(Finding::with(Cause::PlusAndSpace, difference));
        }
        findings
    }

    /// The hashes that the server reports, or that the explainer was given.
    fn computed_hashes(&self, cause: &Cause, response: &ErrorResponse) -> Option<Difference> {
        if !matches!(cause, Cause::BodyChanged | Cause::PayloadHashDiffers) {
            return None;
        }
        let signed = response.field("ClientComputedContentSHA256");
        let received = response.field("S3ComputedContentSHA256");
        let signed = signed.or(self.claim.sent_hash.as_deref())?;
        let received = received.or(self.claim.payload.as_deref())?;
        let difference = || Difference::new("payload hash", signed, received, &self.secrets);
        (signed != received).then(difference)
    }

    /// `Some` if neither the request nor the signer's log nor the secret shows which payload hash was
    /// signed. The inner value is the hash that the server calculated, if the response quotes it.
    fn hidden_payload_hash(&self, response: &ErrorResponse) -> Option<Option<Difference>> {
        let Evidence {
            signer_log,
            secret_key,
            payload,
            ..
        } = self.evidence;
        let told = signer_log.is_some() || (secret_key.is_some() && payload.is_some());
        let declares = |expected: &Expected| expected.declares_payload;
        if told || self.expected.as_ref().is_ok_and(declares) {
            return None;
        }
        let theirs = response.canonical_request.as_deref().and_then(Lines::parse);
        let received = theirs.and_then(|lines| lines.payload);
        Some(received.map(|hash| Difference::new("payload hash", UNKNOWN, &hash, &self.secrets)))
    }

    /// `x-amz-content-sha256` that is not the hash of the payload.
    fn hash_difference(&self, claim: &Claim, cause: Cause) -> Option<Finding> {
        let rules = self.evidence.service.rules();
        if rules.content_sha256 == ContentSha256::Never {
            return None;
        }
        let actual = claim.payload.as_deref().filter(|hash| is_hash(hash))?;
        let sent = in_hex(claim.sent_hash.clone()?, rules);
        if !is_hash(&sent) || same(sent.to_ascii_lowercase().as_bytes(), actual.as_bytes()) {
            return None;
        }
        let difference = Difference::new("payload hash", &sent, actual, &self.secrets);
        Some(Finding::with(cause, difference))
    }

    /// The verifier's rules, at the request's own time and for its own region.
    fn rules_broken(&self, request: &RequestHead) -> Result<(), VerifyError> {
        let claim = SignedRequest::parse_unsent(request)?;
        Verifier::unchecked(self.evidence.service.clone())
            .allow_dot_segments()
            .check(&claim, claim.date().timestamp())
    }

    /// The verifier reads Version 4 only. A request of another scheme may be right.
    fn cause_of(&self, error: VerifyError) -> Cause {
        match error {
            VerifyError::MissingAuthentication | VerifyError::UnknownAlgorithm { .. }
                if self.claim.is_other_scheme =>
            {
                Cause::Undetermined
            }
            error => Cause::of(error),
        }
    }

    fn known(&self) -> Known {
        Known {
            secrets: self.secrets.clone(),
            payload: self.claim.payload.clone(),
            sent_path: self.evidence.request.uri().path().to_owned(),
            same_rules: false,
            encodes_twice: Rules::of(self.evidence.service.name()).double_encode_path,
        }
    }
}

/// In place of a line that is unknown.
const UNKNOWN: &str = "(unknown)";
