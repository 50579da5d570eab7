//! The canonical request that a server is expected to calculate.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::credentials::SessionToken;
use crate::error::target::TargetProblem;
use crate::primitives::constant_time::same;
use crate::primitives::sha256::Sha256;
use crate::request::RequestView;
use crate::service::Rules;
use crate::sigv4::authorization::CONTENT_SHA256_PARAMETER;
use crate::sigv4::canonical::CanonicalRequest;
use crate::sigv4::canonical::path::CanonicalPath;
use crate::sigv4::canonical::query::{CanonicalQuery, UnsignedParameters, parameters};
use crate::sigv4::date::AmzDate;
use crate::sigv4::payload_hash::PayloadHash;
use crate::sigv4::scope::CredentialScope;
use crate::sigv4::signature::{Algorithm, Signature};
use crate::sigv4::string_to_sign::StringToSign;
use crate::verify::{
    SignatureLocation, SignedRequest, VerifyError, hash_of_base64, is_unsigned_in_urls,
};

use super::RequestHead;
use super::lines::Lines;
use super::text::readable;

/// The canonical request, and the other input of the signature.
pub(super) struct Expected {
    pub(super) lines: Lines,
    /// Whether the text of the lines is exactly the signed text. False if a header is not UTF-8.
    pub(super) exact: bool,
    pub(super) date: AmzDate,
    pub(super) scope: CredentialScope,
    pub(super) algorithm: Algorithm,
    pub(super) signature: Signature,
    /// Whether the request itself contains the payload's line.
    pub(super) declares_payload: bool,
    /// The canonical query of a server that reads a bare `+` as a plus, if there is a `+`.
    pub(super) query_with_plus: Option<String>,
    /// The session token, signed or not.
    token: Option<SessionToken>,
}

impl Expected {
    /// Calculates it from the headers that the request lists as signed and that are present.
    pub(super) fn new(
        request: &RequestHead,
        rules: &Rules,
        payload: Option<PayloadHash>,
    ) -> Result<Self, VerifyError> {
        let claim = SignedRequest::parse_unsent(request)?;
        let listed: BTreeSet<&str> = claim.signed_headers().collect();
        let unsigned = match claim.form() {
            SignatureLocation::Header => UnsignedParameters::None,
            _ => UnsignedParameters::of_url(rules),
        };
        let invalid = |problem| VerifyError::InvalidTarget { problem };
        let mut canonical = CanonicalRequest::empty(PayloadHash::Unsigned);
        let request_view = RequestView::new(request);
        let read = CanonicalPath::received(request_view.path, rules).and_then(|path| {
            canonical.read(&request_view, path, unsigned, |name| listed.contains(name))
        });
        read.map_err(|error| match error {
            // A query was read with the claim.
            crate::Error::InvalidPath { problem, .. } => invalid(problem),
            crate::Error::MissingHost => VerifyError::MissingHost,
            crate::Error::DuplicateHost => VerifyError::SeveralHosts,
            _ => invalid(TargetProblem::NoCanonicalForm),
        })?;
        canonical.sort();
        let bytes = canonical.to_bytes();
        let exact = std::str::from_utf8(&bytes).is_ok();
        let lines = Lines::parse(&readable(&bytes));
        let mut lines = lines.ok_or(invalid(TargetProblem::NoCanonicalForm))?;
        // In the order of the request, which may be the wrong one.
        let names: Vec<&str> = claim.signed_headers().collect();
        lines.signed_headers = names.join(";");
        let declared = payload_line(request, &claim, rules);
        let declares_payload = declared.is_some();
        let given = || payload.map(|payload| payload.to_hashed_payload().as_str().to_owned());
        lines.payload = declared.or_else(given);
        Ok(Self {
            lines,
            exact,
            date: *claim.date(),
            scope: *claim.scope(),
            algorithm: claim.algorithm(),
            signature: claim.signature(),
            declares_payload,
            query_with_plus: with_plus(request.uri().query().unwrap_or_default(), unsigned),
            token: claim.session_token(),
        })
    }

    /// Whether both have the same token under the same name, or none.
    pub(super) fn has_token_of(&self, other: &Self) -> bool {
        match (&self.token, &other.token) {
            (Some(ours), Some(theirs)) => {
                ours.header_name() == theirs.header_name()
                    && same(ours.expose().as_bytes(), theirs.expose().as_bytes())
            }
            (ours, theirs) => ours.is_none() && theirs.is_none(),
        }
    }

    pub(super) fn string_to_sign(&self, canonical: &str) -> StringToSign {
        let hash = Sha256::digest(canonical);
        StringToSign::new(self.algorithm, &self.date, &self.scope, &hash)
    }
}

fn with_plus(query: &str, unsigned: UnsignedParameters) -> Option<String> {
    let query = query.contains('+').then(|| query.replace('+', "%2B"))?;
    let mut canonical = CanonicalQuery::empty();
    canonical.read(&query, unsigned).ok()?;
    canonical.sort();
    Some(canonical.to_string())
}

/// The last line, if the request contains it.
fn payload_line(request: &RequestHead, claim: &SignedRequest<'_>, rules: &Rules) -> Option<String> {
    let header = declared(request).map(|text| in_hex(text, rules));
    if claim.form() == SignatureLocation::Header {
        return header;
    }
    let parameter = || {
        let mut parameters = parameters(request.uri().query()?).flatten();
        let parameter = parameters.find(|one| one.is_named(CONTENT_SHA256_PARAMETER))?;
        parameter.value().map(Cow::into_owned)
    };
    let unsigned = || is_unsigned_in_urls(rules).then(|| "UNSIGNED-PAYLOAD".to_owned());
    // In a presigned URL an unsigned header does not count.
    let mut signed = claim.signed_headers();
    header
        .filter(|_| signed.any(|name| name == "x-amz-content-sha256"))
        .or_else(parameter)
        .or_else(unsigned)
}

/// A hash as it is signed, in hexadecimal. Some services send it in base64.
pub(super) fn in_hex(text: String, rules: &Rules) -> String {
    let hash = hash_of_base64(text.as_bytes(), rules).map(PayloadHash::Sha256);
    hash.map_or(text, |hash| hash.to_hashed_payload().as_str().to_owned())
}

/// `x-amz-content-sha256`.
pub(super) fn declared(request: &RequestHead) -> Option<String> {
    let header = request.headers().get("x-amz-content-sha256")?;
    Some(header.to_str().ok()?.trim().to_owned())
}
