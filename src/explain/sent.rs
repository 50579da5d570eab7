//! The request that was refused, and the questions that can be asked about it.

use std::fmt;

use http::{HeaderMap, StatusCode};
use zeroize::Zeroizing;

use crate::credentials::SecretKey;
use crate::credentials::key_id::IdPrefix;
use crate::primitives::encode::same;
use crate::request::HttpRequest;
use crate::service::{ContentSha256, Service};
use crate::sigv4::payload_hash::PayloadHash;
use crate::verify::{SignatureLocation, SignedRequest, Verifier, VerifyError};

use super::Unreadable;
use super::answer::Answer;
use super::cause::Cause;
use super::claimed::Claimed;
use super::compare::{Known, compare, compare_scopes};
use super::diagnosis::{Diagnosis, Difference, Finding};
use super::hide::{Secrets, Text};
use super::lines::Lines;
use super::message::{clock_of_header, told};
use super::rebuilt::{Rebuilt, in_hex};
use super::search::{Found, search};

/// A signed request as it was sent, by whatever signed it, and all that is known about it.
///
/// The more is given, the more can be told apart: with the payload a wrong hash from an altered
/// body, with the secret access key what was really signed.
///
/// ```
/// use countersign::explain::{Cause, Sent};
/// use countersign::{Credentials, PayloadHash, SecretKey, Signer, Timestamp};
///
/// // The secret came out of a file, with its line break. (Countersign's own signer refuses it.)
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
/// let signer = Signer::new(credentials, "us-east-1", "sqs")?;
/// let mut request = http::Request::get("https://sqs.us-east-1.amazonaws.com/").body(())?;
/// signer.sign(&mut request, PayloadHash::EMPTY, "2026-01-01T12:00:00Z".parse::<Timestamp>()?)?;
///
/// let sent = Sent::new(&request, "sqs")
///     .with_payload(PayloadHash::EMPTY)
///     .with_secret_key(SecretKey::from("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n"));
/// assert_eq!(sent.check().cause(), Some(&Cause::SecretKeyWhiteSpace));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Sent<'a, R> {
    request: &'a R,
    service: Service,
    payload: Option<PayloadHash>,
    secret_key: Option<SecretKey>,
    signed: Option<Zeroizing<String>>,
}

impl<'a, R: HttpRequest> Sent<'a, R> {
    /// A request as it was sent: method, target and headers as on the wire, where a `host` header of
    /// one's own stands in place of the URI's. `service` is the one it was signed for, with the
    /// rules that it was signed by.
    pub fn new(request: &'a R, service: impl Into<Service>) -> Self {
        Self {
            request,
            service: service.into(),
            payload: None,
            secret_key: None,
            signed: None,
        }
    }

    /// Says what the payload that was sent hashes to: hash the bytes that the HTTP client was given,
    /// not the value that was signed.
    #[must_use]
    pub fn with_payload(mut self, payload: PayloadHash) -> Self {
        self.payload = Some(payload);
        self
    }

    /// Gives the secret access key, with which the mistakes of other signers can be told apart,
    /// and white space around it be found. It is used here and nowhere else.
    #[must_use]
    pub fn with_secret_key(mut self, secret_key: SecretKey) -> Self {
        self.secret_key = Some(secret_key);
        self
    }

    /// Gives the canonical request that the signer says it signed, as its log has it.
    #[must_use]
    pub fn with_signed(mut self, canonical_request: impl Into<String>) -> Self {
        self.signed = Some(Zeroizing::new(canonical_request.into()));
        self
    }

    /// The canonical request of the headers that the request lists as signed. Where the payload's
    /// hash is known to nobody, its line is empty.
    ///
    /// # Errors
    /// What is signed in no way that can be read.
    pub fn canonical_request(&self) -> Result<Text, VerifyError> {
        let rebuilt = self.rebuilt()?;
        let text = rebuilt.lines.to_text();
        let hidden = self.secrets().canonical(&text);
        Ok(Text::new(text, hidden))
    }

    /// The string to sign, of that canonical request.
    ///
    /// # Errors
    /// As [`canonical_request`](Self::canonical_request).
    pub fn string_to_sign(&self) -> Result<Text, VerifyError> {
        let rebuilt = self.rebuilt()?;
        let string_to_sign = rebuilt.string_to_sign(&rebuilt.lines.to_text()).to_string();
        Ok(Text::new(string_to_sign.clone(), string_to_sign))
    }

    /// What can be said without an answer: rules that the request breaks by itself, and, with the
    /// secret access key or the signer's own canonical request, what was signed instead.
    ///
    /// ```
    /// use countersign::explain::{Cause, Sent};
    /// # use countersign::{Credentials, PayloadHash, Signer, Timestamp};
    /// # let mut request = http::Request::get("https://bucket.s3.amazonaws.com/key").body(())?;
    /// # let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "s3")?;
    /// # signer.sign(&mut request, PayloadHash::Unsigned, "2026-01-01T12:00:00Z".parse::<Timestamp>()?)?;
    ///
    /// // A library added a header behind the signer.
    /// request.headers_mut().insert("x-amz-acl", "private".parse()?);
    /// let diagnosis = Sent::new(&request, "s3").check();
    /// assert_eq!(diagnosis.cause(), Some(&Cause::HeadersNotSigned { names: vec!["x-amz-acl".into()] }));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn check(&self) -> Diagnosis {
        Diagnosis::new(self.suspicions())
    }

    /// Why the server answered this. Nothing is wrong with the signature where it answered with
    /// success, or with an error that is about something else.
    ///
    /// # Errors
    /// A body that is no error of AWS, nor one in its manner, or larger than
    /// [`LARGEST_ANSWER`](super::LARGEST_ANSWER).
    pub fn answered<B: AsRef<[u8]>>(
        &self,
        answer: &http::Response<B>,
    ) -> Result<Diagnosis, Unreadable> {
        self.refused(answer.status(), answer.headers(), answer.body().as_ref())
    }

    /// As [`answered`](Self::answered), of an answer in parts.
    ///
    /// # Errors
    /// As there.
    pub fn refused(
        &self,
        status: StatusCode,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Diagnosis, Unreadable> {
        if status.is_success() {
            let code = Some(status.as_u16());
            return Ok(Diagnosis::new(Vec::new()).answered(None, code));
        }
        Ok(self.diagnose(&Answer::of(status.as_u16(), headers, body)?))
    }

    /// As [`answered`](Self::answered), of a body alone.
    ///
    /// # Errors
    /// As there.
    pub fn refused_with(&self, body: impl AsRef<[u8]>) -> Result<Diagnosis, Unreadable> {
        Ok(self.diagnose(&Answer::of_body(body.as_ref())?))
    }

    /// What happened to the request on its way: compared with the same request as it was captured
    /// behind the proxy, say.
    ///
    /// ```
    /// use countersign::explain::{Cause, Sent};
    /// # use countersign::{Credentials, PayloadHash, Signer, Timestamp};
    /// # let mut request = http::Request::get("https://bucket.s3.amazonaws.com/key").header("range", "bytes=0-9").body(())?;
    /// # let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "s3")?;
    /// # signer.sign(&mut request, PayloadHash::EMPTY, "2026-01-01T12:00:00Z".parse::<Timestamp>()?)?;
    ///
    /// // A cache does not pass the range on.
    /// let mut captured = request.clone();
    /// captured.headers_mut().remove("range");
    /// let (sent, captured) = (Sent::new(&request, "s3"), Sent::new(&captured, "s3"));
    /// let lost = Cause::HeaderLost { name: "range".into() };
    /// assert_eq!(sent.compare(&captured).cause(), Some(&lost));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn compare<Q: HttpRequest>(&self, captured: &Sent<'_, Q>) -> Diagnosis {
        let only = |cause| Diagnosis::new(vec![Finding::new(cause)]);
        let ours = match self.rebuilt() {
            Ok(rebuilt) => rebuilt,
            Err(error) => return only(self.cause_of(error)),
        };
        if !captured.claimed().has_signature {
            return only(Cause::AuthenticationLost);
        }
        let theirs = match Rebuilt::new(captured.request, self.service.rules(), captured.payload) {
            Ok(rebuilt) => rebuilt,
            Err(VerifyError::MissingAuthentication) => return only(Cause::AuthenticationLost),
            Err(error) => return only(Cause::of(error)),
        };
        let mut known = self.known();
        known.secrets.add_request(captured.request);
        let mut findings = compare(&ours.lines, &theirs.lines, &known);
        let (signed, received) = (ours.scope.as_str(), theirs.scope.as_str());
        findings.extend(compare_scopes(signed, received, &known.secrets));
        findings.extend(captured.hash_difference(Cause::BodyChanged));
        // What has to be signed and was not there to be signed.
        if let Err(VerifyError::HeadersNotSigned { names }) = captured.rules_broken() {
            let added = names
                .into_iter()
                .filter(|name| !self.request.headers().contains_key(name.as_str()));
            findings.extend(added.map(|name| Finding::new(Cause::HeaderAdded { name })));
        }
        // One that is added after signing stands on no line that is signed.
        if findings.is_empty() && !ours.has_token_of(&theirs) {
            findings.push(Finding::new(Cause::InvalidSessionToken));
        }
        if findings.is_empty() && ours.signature != theirs.signature {
            findings.push(Finding::new(Cause::AuthorizationChanged));
        }
        // Two hosts, which are not those that the client had: no server can tell which one counts.
        if findings.is_empty()
            && captured.request.uri().authority() != self.request.uri().authority()
            && let Err(error) = SignedRequest::parse(captured.request)
        {
            findings.push(Finding::new(Cause::of(error)));
        }
        Diagnosis::new(findings)
    }

    fn diagnose(&self, answer: &Answer) -> Diagnosis {
        let code = (!answer.code.is_empty()).then(|| answer.code.clone());
        Diagnosis::new(self.findings(answer)).answered(code, answer.status)
    }

    fn findings(&self, answer: &Answer) -> Vec<Finding> {
        let claimed = self.claimed();
        let told = told(answer, &claimed);
        if !told.is_empty() {
            return told.into_iter().map(Finding::new).collect();
        }
        if !answer.is_about_signatures() {
            return Vec::new();
        }
        let compared = self.differences(answer);
        let mut findings = compared.clone().unwrap_or_default();
        findings.extend(clock_of_header(answer, &claimed).map(Finding::new));
        if findings.is_empty() {
            findings.extend(claimed.other_host().map(Finding::new));
        }
        findings.extend(self.suspicions());
        if findings.is_empty() {
            findings.push(Finding::new(match compared {
                Some(_) if self.hides_payload_hash() => Cause::WrongSecretKeyOrPayloadHash,
                Some(_) => Cause::WrongSecretKey,
                None if self.secret_is_right() => Cause::WrongSecretKey,
                None => Cause::Undetermined,
            }));
        }
        findings
    }

    /// What differs from that which the server calculated; `None` where it does not tell.
    fn differences(&self, answer: &Answer) -> Option<Vec<Finding>> {
        let rebuilt = self.rebuilt().ok()?;
        let signed = self.signed_lines(&rebuilt);
        let mut known = self.known();
        let theirs = answer.canonical_request.as_deref();
        let mut findings = Vec::new();
        if let Some(theirs) = theirs {
            known.secrets.add_canonical(theirs);
            findings = compare(&signed, &Lines::parse(theirs)?, &known);
        }
        let mut told = theirs.is_some();
        // Algorithm, date, scope, hash.
        let lines: Vec<&str> = answer
            .string_to_sign
            .iter()
            .flat_map(|text| text.split_whitespace())
            .collect();
        if let [algorithm, date, scope, hash] = lines.as_slice() {
            let secrets = &known.secrets;
            if *date != rebuilt.date.as_str() && findings.is_empty() {
                let difference = Difference::plain("date", rebuilt.date.as_str(), date, secrets);
                let cause = Cause::HeaderRewritten {
                    name: "x-amz-date".to_owned(),
                };
                findings.push(Finding::with(cause, difference));
            }
            findings.extend(compare_scopes(rebuilt.scope.as_str(), scope, secrets));
            if *algorithm != rebuilt.algorithm.as_str() {
                findings.push(Finding::new(Cause::UnsupportedAlgorithm));
            }
            let ours = rebuilt.string_to_sign(&signed.to_text());
            let same_hash = ours.as_str().ends_with(hash);
            let exact = signed.payload.is_some() && rebuilt.exact;
            if theirs.is_none() && findings.is_empty() && exact {
                told = same_hash;
                if !same_hash {
                    findings.push(Finding::new(Cause::CanonicalRequestDiffers));
                }
            }
        }
        (told || !findings.is_empty()).then_some(findings)
    }

    /// What was signed: as the signer says, or else as it should be.
    fn signed_lines(&self, rebuilt: &Rebuilt) -> Lines {
        let told = self.signed.as_deref().and_then(|text| Lines::parse(text));
        told.unwrap_or_else(|| rebuilt.lines.clone())
    }

    fn search(&self, rebuilt: &Rebuilt) -> Option<Found> {
        let secret_key = self.secret_key.as_ref()?;
        search(rebuilt, self.request.uri(), self.payload, secret_key)
    }

    /// Whether nothing tells which hash of the payload was signed: neither the request, nor the
    /// signer, nor the secret.
    fn hides_payload_hash(&self) -> bool {
        let rules = self.service.rules();
        self.signed.is_none()
            && self.secret_key.is_none()
            && Rebuilt::new(self.request, rules, None).is_ok_and(|own| own.lines.payload.is_none())
    }

    /// Whether the signature is the one that this secret makes: then it is the server that has
    /// another.
    fn secret_is_right(&self) -> bool {
        let right = |rebuilt| matches!(self.search(&rebuilt), Some(Found::AsRebuilt));
        self.rebuilt().is_ok_and(right)
    }

    /// What is wrong with the request itself.
    fn suspicions(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        let mut add = |cause| findings.push(Finding::new(cause));
        let claimed = self.claimed();
        let in_url = claimed.form == Some(SignatureLocation::Query);
        let after_signing = self.service.rules().session_token.is_unsigned(in_url);
        let id = claimed.access_key_id.as_deref().unwrap_or_default();
        if IdPrefix::of(id) == Some(IdPrefix::TemporaryAccessKey)
            && !claimed.has_token
            && !after_signing
        {
            add(Cause::MissingSessionToken);
        }
        if let Err(error) = self.rules_broken() {
            add(self.cause_of(error));
        }
        let Ok(rebuilt) = self.rebuilt() else {
            return findings;
        };
        findings.extend(self.hash_difference(Cause::PayloadHashDiffers));
        let known = self.known();
        if self.signed.is_some() {
            let signed = self.signed_lines(&rebuilt);
            findings.extend(compare(&signed, &rebuilt.lines, &known));
        }
        match self.search(&rebuilt) {
            Some(Found::WhiteSpace) => findings.push(Finding::new(Cause::SecretKeyWhiteSpace)),
            Some(Found::Other(lines)) => findings.extend(compare(&lines, &rebuilt.lines, &known)),
            Some(Found::Nothing) if findings.is_empty() => {
                findings.push(Finding::new(Cause::WrongSecretKey));
            }
            _ => {}
        }
        findings
    }

    /// `x-amz-content-sha256` that is not the hash of the payload.
    fn hash_difference(&self, cause: Cause) -> Option<Finding> {
        let Some(PayloadHash::Sha256(_)) = self.payload else {
            return None;
        };
        let rules = self.service.rules();
        if rules.content_sha256 == ContentSha256::Never {
            return None;
        }
        let claimed = self.claimed();
        let (sent, actual) = (claimed.sent_hash?, claimed.payload?);
        let sent = in_hex(sent, rules);
        let is_hash = sent.len() == 64 && sent.bytes().all(|b| b.is_ascii_hexdigit());
        let equal = same(sent.to_ascii_lowercase().as_bytes(), actual.as_bytes());
        if !is_hash || equal {
            return None;
        }
        let difference = Difference::plain("payload hash", &sent, &actual, &self.secrets());
        Some(Finding::with(cause, difference))
    }

    /// The verifier's rules, at the request's own time and for its own region.
    fn rules_broken(&self) -> Result<(), VerifyError> {
        let claim = SignedRequest::parse_unsent(self.request)?;
        Verifier::unchecked(self.service.clone()).check(&claim, claim.date().timestamp())
    }

    /// The verifier knows Signature Version 4 alone, and not everything else is wrong.
    fn cause_of(&self, error: VerifyError) -> Cause {
        match error {
            VerifyError::MissingAuthentication | VerifyError::UnknownAlgorithm { .. }
                if self.claimed().signed_otherwise =>
            {
                Cause::Undetermined
            }
            error => Cause::of(error),
        }
    }

    fn rebuilt(&self) -> Result<Rebuilt, VerifyError> {
        Rebuilt::new(self.request, self.service.rules(), self.payload)
    }

    fn claimed(&self) -> Claimed {
        Claimed::new(self.request, self.payload)
    }

    fn known(&self) -> Known {
        Known {
            secrets: self.secrets(),
            payload: self.claimed().payload,
        }
    }

    fn secrets(&self) -> Secrets {
        let mut secrets = Secrets::default();
        secrets.add_request(self.request);
        if let Some(secret_key) = &self.secret_key {
            secrets.add(secret_key.expose());
        }
        if let Some(signed) = &self.signed {
            secrets.add_canonical(signed);
        }
        secrets
    }
}

impl<R> fmt::Debug for Sent<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sent")
            .field("service", &self.service.name())
            .finish_non_exhaustive()
    }
}
