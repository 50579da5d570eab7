//! A request as its receiver would write it down.

use std::collections::BTreeSet;

use time::{Duration, OffsetDateTime};

use crate::AmzDate;
use crate::canonical::{CanonicalRequest, keeps};
use crate::credentials::SessionToken;
use crate::encode::same;
use crate::payload::{HashedPayload, PayloadHash};
use crate::request::HttpRequest;
use crate::scope::CredentialScope;
use crate::service::{ContentSha256, Rules};
use crate::signature::{Algorithm, Signature};
use crate::string_to_sign::StringToSign;
use crate::verify::{Form, SignedRequest, VerifyError};

use super::cause::Cause;
use super::hide::{Secrets, is_secret_header};
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
        let claim = SignedRequest::parse(request)?;
        let listed: BTreeSet<&str> = claim.signed_headers().collect();
        let keep = keeps(rules, claim.form() == Form::Header);
        let sign = |name: &str| listed.contains(name);
        let invalid = |problem| VerifyError::InvalidTarget { problem };
        let mut canonical = CanonicalRequest::empty(PayloadHash::Unsigned);
        let read = canonical.read(request, rules, keep, sign);
        read.map_err(|error| match error {
            crate::Error::InvalidPath { problem, .. }
            | crate::Error::InvalidQuery { problem, .. } => invalid(problem),
            crate::Error::MissingHost => VerifyError::MissingHost,
            _ => invalid("it has no canonical form"),
        })?;
        canonical.sort();
        canonical.payload = HashedPayload::of_literal("");
        let bytes = canonical.to_bytes();
        let exact = std::str::from_utf8(&bytes).is_ok();
        let lines = Lines::parse(&(readable(&bytes) + "-"));
        let mut lines = lines.ok_or(invalid("it has no canonical form"))?;
        // As it was listed, which may be in another order than the right one.
        let names: Vec<&str> = claim.signed_headers().collect();
        lines.signed_headers = names.join(";");
        lines.payload = payload_line(request, rules, claim.form(), payload);
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
        use sha2::{Digest, Sha256};
        let hash: [u8; 32] = Sha256::digest(canonical).into();
        StringToSign::new(self.algorithm, &self.date, &self.scope, &hash)
    }
}

/// The last line: what is declared, else what was sent, else nothing that is known.
fn payload_line<R: HttpRequest>(
    request: &R,
    rules: &Rules,
    form: Form,
    payload: Option<PayloadHash>,
) -> Option<String> {
    let header = declared(request);
    let parameter = || {
        let query = request.uri().query()?;
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let (_, value) =
            pairs.find(|(name, _)| name.eq_ignore_ascii_case("X-Amz-Content-Sha256"))?;
        Some(value.to_owned())
    };
    let unsigned = form == Form::Query && rules.content_sha256 == ContentSha256::Header;
    if unsigned {
        let signed = |header: &String| {
            // S3 does not look at one that is not signed.
            listed(request, "x-amz-content-sha256").then(|| header.clone())
        };
        return header
            .as_ref()
            .and_then(signed)
            .or_else(parameter)
            .or_else(|| Some("UNSIGNED-PAYLOAD".to_owned()));
    }
    header
        .or_else(parameter)
        .or_else(|| payload.map(|payload| payload.to_hashed_payload().as_str().to_owned()))
}

fn listed<R: HttpRequest>(request: &R, name: &str) -> bool {
    SignedRequest::parse(request)
        .is_ok_and(|claim| claim.signed_headers().any(|listed| listed == name))
}

fn declared<R: HttpRequest>(request: &R) -> Option<String> {
    let header = request.headers().get("x-amz-content-sha256")?;
    Some(header.to_str().ok()?.trim().to_owned())
}

/// What a request says of itself, as far as it can be read at all.
#[derive(Default)]
pub(super) struct Claimed {
    pub(super) form: Option<Form>,
    pub(super) has_signature: bool,
    pub(super) has_token: bool,
    pub(super) has_date: bool,
    pub(super) access_key_id: Option<String>,
    pub(super) region: Option<String>,
    pub(super) service: Option<String>,
    pub(super) date: Option<OffsetDateTime>,
    pub(super) expires_at: Option<OffsetDateTime>,
    /// The hash of the payload that was sent, where that is known.
    pub(super) payload: Option<String>,
    /// `x-amz-content-sha256`.
    pub(super) sent_hash: Option<String>,
}

impl Claimed {
    pub(super) fn new<R: HttpRequest>(request: &R, payload: Option<PayloadHash>) -> Self {
        let headers = request.headers();
        let query = request.uri().query().unwrap_or_default();
        let in_query = |name: &str| {
            let mut names = query.split('&').filter_map(|pair| pair.split('=').next());
            names.any(|found| found.eq_ignore_ascii_case(name))
        };
        let mut claimed = Self {
            has_signature: headers.contains_key("authorization") || in_query("X-Amz-Signature"),
            has_token: headers.contains_key("x-amz-security-token")
                || headers.contains_key("x-amz-s3session-token")
                || in_query("X-Amz-Security-Token")
                || in_query("X-Amz-S3session-Token"),
            has_date: headers.contains_key("x-amz-date")
                || headers.contains_key("date")
                || in_query("X-Amz-Date"),
            payload: payload.map(|payload| payload.to_hashed_payload().as_str().to_owned()),
            sent_hash: declared(request),
            ..Self::default()
        };
        if let Ok(claim) = SignedRequest::parse(request) {
            let date = claim.date().to_date_time();
            claimed.form = Some(claim.form());
            claimed.access_key_id = Some(claim.access_key_id().to_owned());
            claimed.region = claim.scope().region().map(str::to_owned);
            claimed.service = Some(claim.scope().service().to_owned());
            claimed.date = Some(date);
            claimed.expires_at = claim.expires_in().map(|seconds| {
                let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
                date.saturating_add(Duration::seconds(seconds))
            });
        }
        claimed
    }

    pub(super) fn wrong_region(&self, expected: Option<&str>) -> Cause {
        Cause::WrongRegion {
            signed: self.region.clone().unwrap_or_default(),
            expected: expected.map(str::to_owned),
        }
    }

    pub(super) fn wrong_service(&self, expected: Option<&str>) -> Cause {
        Cause::WrongService {
            signed: self.service.clone().unwrap_or_default(),
            expected: expected.map(str::to_owned),
        }
    }
}

/// What must not be shown of a request, whatever state it is in.
pub(super) fn secrets_of<R: HttpRequest>(request: &R, secrets: &mut Secrets) {
    for (name, value) in request.headers() {
        let text = readable(value.as_bytes());
        if name != "authorization" {
            if is_secret_header(name.as_str()) {
                secrets.add(&text);
            }
        } else if let Some((_, signature)) = text.split_once("Signature=") {
            secrets.add(signature.split(',').next().unwrap_or_default());
        } else if let Some((_, signature)) = text.rsplit_once([':', ' ']) {
            secrets.add(signature);
        }
    }
    secrets.add_query(request.uri().query().unwrap_or_default());
}
