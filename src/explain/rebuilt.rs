//! A request as its receiver would write it down.

use std::borrow::Cow;
use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use crate::credentials::SessionToken;
use crate::primitives::encode::same;
use crate::request::HttpRequest;
use crate::service::Rules;
use crate::sigv4::authorization::CONTENT_SHA256_PARAMETER;
use crate::sigv4::canonical::path::CanonicalPath;
use crate::sigv4::canonical::query::parameters;
use crate::sigv4::canonical::{CanonicalRequest, keeps};
use crate::sigv4::date::AmzDate;
use crate::sigv4::payload_hash::PayloadHash;
use crate::sigv4::scope::CredentialScope;
use crate::sigv4::signature::{Algorithm, Signature};
use crate::sigv4::string_to_sign::StringToSign;
use crate::verify::{
    SignatureLocation, SignedRequest, VerifyError, hash_of_base64, is_unsigned_in_urls,
};

use super::lines::{Lines, readable};

/// The canonical request, and what goes with it into a signature.
pub(super) struct Rebuilt {
    pub(super) lines: Lines,
    /// Whether the text of the lines is what was signed: a header may hold what is not UTF-8.
    pub(super) exact: bool,
    pub(super) date: AmzDate,
    pub(super) scope: CredentialScope,
    pub(super) algorithm: Algorithm,
    pub(super) signature: Signature,
    /// As it came, signed or not.
    token: Option<SessionToken>,
}

impl Rebuilt {
    /// Of the headers that the request lists as signed, as far as they came.
    pub(super) fn new<R: HttpRequest>(
        request: &R,
        rules: &Rules,
        payload: Option<PayloadHash>,
    ) -> Result<Self, VerifyError> {
        let claim = SignedRequest::parse_unsent(request)?;
        let listed: BTreeSet<&str> = claim.signed_headers().collect();
        let keep = keeps(rules, claim.form() == SignatureLocation::Header);
        let sign = |name: &str| listed.contains(name);
        let invalid = |problem| VerifyError::InvalidTarget { problem };
        let mut canonical = CanonicalRequest::empty(PayloadHash::Unsigned);
        let path = |path| CanonicalPath::received(path, rules);
        let read = canonical.read(request, path, keep, sign);
        read.map_err(|error| match error {
            // A query was read with the claim.
            crate::Error::InvalidPath { problem, .. } => invalid(problem),
            crate::Error::MissingHost => VerifyError::MissingHost,
            crate::Error::DuplicateHost => VerifyError::SeveralHosts,
            _ => invalid("it has no canonical form"),
        })?;
        canonical.sort();
        let bytes = canonical.to_bytes();
        let exact = std::str::from_utf8(&bytes).is_ok();
        let lines = Lines::parse(&readable(&bytes));
        let mut lines = lines.ok_or(invalid("it has no canonical form"))?;
        // As it was listed, which may be in another order than the right one.
        let names: Vec<&str> = claim.signed_headers().collect();
        lines.signed_headers = names.join(";");
        lines.payload = payload_line(request, &claim, rules, payload);
        Ok(Self {
            lines,
            exact,
            date: *claim.date(),
            scope: *claim.scope(),
            algorithm: claim.algorithm(),
            signature: claim.signature(),
            token: claim.session_token(),
        })
    }

    /// Whether the other came with this token, under its name; or both with none.
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
        let hash: [u8; 32] = Sha256::digest(canonical).into();
        StringToSign::new(self.algorithm, &self.date, &self.scope, &hash)
    }
}

/// The last line: what is declared, else what was sent, else nothing that is known.
fn payload_line<R: HttpRequest>(
    request: &R,
    claim: &SignedRequest<'_>,
    rules: &Rules,
    payload: Option<PayloadHash>,
) -> Option<String> {
    let given = || payload.map(|payload| payload.to_hashed_payload().as_str().to_owned());
    let header = declared(request).map(|text| in_hex(text, rules));
    if claim.form() == SignatureLocation::Header {
        return header.or_else(given);
    }
    let parameter = || {
        let mut parameters = parameters(request.uri().query()?).flatten();
        let parameter = parameters.find(|one| one.is_named(CONTENT_SHA256_PARAMETER))?;
        parameter.value().map(Cow::into_owned)
    };
    let unsigned = || is_unsigned_in_urls(rules).then(|| "UNSIGNED-PAYLOAD".to_owned());
    // In a URL nobody looks at a header that is not signed.
    let mut signed = claim.signed_headers();
    header
        .filter(|_| signed.any(|name| name == "x-amz-content-sha256"))
        .or_else(parameter)
        .or_else(unsigned)
        .or_else(given)
}

/// A hash as it is signed, whichever way it was sent.
pub(super) fn in_hex(text: String, rules: &Rules) -> String {
    let hash = hash_of_base64(text.as_bytes(), rules).map(PayloadHash::Sha256);
    hash.map_or(text, |hash| hash.to_hashed_payload().as_str().to_owned())
}

/// `x-amz-content-sha256`.
pub(super) fn declared<R: HttpRequest>(request: &R) -> Option<String> {
    let header = request.headers().get("x-amz-content-sha256")?;
    Some(header.to_str().ok()?.trim().to_owned())
}
