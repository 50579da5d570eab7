//! The claim of a request: who signed it, for what and when.

use std::time::Duration;

use crate::service::signing_names::{HostService, service_of_host};
use crate::sigv4::payload_hash::PayloadHash;
use crate::timestamp::Timestamp;
use crate::verify::{SignatureLocation, SignedRequest};

use super::RequestHead;
use super::cause::Cause;
use super::expected::declared;

/// What a request claims, as far as it is readable.
#[derive(Default)]
pub(super) struct Claim {
    pub(super) form: Option<SignatureLocation>,
    pub(super) has_signature: bool,
    /// Whether it looks like Signature Version 2, or like a browser upload with its signature in the
    /// form. Neither is read here, and both may be right.
    pub(super) is_other_scheme: bool,
    pub(super) has_token: bool,
    pub(super) has_date: bool,
    pub(super) access_key_id: Option<String>,
    pub(super) region: Option<String>,
    pub(super) service: Option<String>,
    /// The service and Region of the host, if AWS has such a host.
    host: Option<HostService>,
    pub(super) date: Option<Timestamp>,
    pub(super) expires_at: Option<Timestamp>,
    /// The hash of the payload that was sent, if known.
    pub(super) payload: Option<String>,
    /// `x-amz-content-sha256`.
    pub(super) sent_hash: Option<String>,
}

impl Claim {
    pub(super) fn new(request: &RequestHead, payload: Option<PayloadHash>) -> Self {
        let headers = request.headers();
        let query = request.uri().query().unwrap_or_default();
        let in_query = |name: &str| {
            let mut names = query.split('&').filter_map(|pair| pair.split('=').next());
            names.any(|found| found.eq_ignore_ascii_case(name))
        };
        let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let in_header = header("authorization").is_some_and(|value| value.starts_with("AWS "));
        let in_url = in_query("AWSAccessKeyId") && in_query("Signature");
        let content_type = header("content-type").unwrap_or_default();
        let content_type = content_type.to_ascii_lowercase();
        let is_form = *request.method() == http::Method::POST
            && content_type.starts_with("multipart/form-data");
        let mut claim = Self {
            has_signature: headers.contains_key("authorization")
                || in_query("X-Amz-Signature")
                || in_url,
            is_other_scheme: in_header || in_url || is_form,
            has_token: headers.contains_key("x-amz-security-token")
                || headers.contains_key("x-amz-s3session-token")
                || in_query("X-Amz-Security-Token")
                || in_query("X-Amz-S3session-Token"),
            has_date: headers.contains_key("x-amz-date")
                || headers.contains_key("date")
                || in_query("X-Amz-Date"),
            payload: payload.map(|payload| payload.to_hashed_payload().as_str().to_owned()),
            sent_hash: declared(request),
            host: header("host")
                .or_else(|| request.uri().host())
                .and_then(service_of_host),
            ..Self::default()
        };
        if let Ok(signed) = SignedRequest::parse_unsent(request) {
            let date = signed.date().timestamp();
            claim.form = Some(signed.form());
            claim.access_key_id = Some(signed.access_key_id().to_owned());
            claim.region = signed.scope().region().map(str::to_owned);
            claim.service = Some(signed.scope().service().to_owned());
            claim.date = Some(date);
            claim.expires_at = signed
                .expires_in()
                .map(|seconds| date + Duration::from_secs(seconds));
        }
        claim
    }

    pub(super) fn wrong_region(&self, expected: Option<&str>) -> Cause {
        Cause::WrongRegion {
            signed: self.region.clone().unwrap_or_default(),
            expected: expected.map(str::to_owned),
        }
    }

    /// The cause if the host belongs to a service or Region other than the scope's.
    pub(super) fn other_host(&self) -> Option<Cause> {
        let (host, signed) = (self.host.as_ref()?, self.service.as_deref()?);
        let other_region = match (host.region(), self.region.as_deref()) {
            (Some(host), Some(signed)) => host != "*" && host != signed,
            _ => false,
        };
        (host.service() != signed || other_region).then(|| Cause::OtherHost {
            service: host.service().to_owned(),
            region: host.region().map(str::to_owned),
            signed_service: signed.to_owned(),
            signed_region: self.region.clone(),
        })
    }

    pub(super) fn wrong_service(&self, expected: Option<&str>) -> Cause {
        Cause::WrongService {
            signed: self.service.clone().unwrap_or_default(),
            expected: expected.map(str::to_owned),
        }
    }
}
