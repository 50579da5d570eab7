//! The claim of a request or form of either scheme, and its verification.

use std::time::Duration;

use http::header::HOST;

use super::signing::{SignatureMethod, access_key_id_problem};
use crate::credentials::{Credentials, SessionToken, expired};
use crate::crypto;
use crate::error::Error;
use crate::error::authorization::AuthorizationProblem;
use crate::error::legacy::LegacyError;
use crate::error::target::TargetProblem;
use crate::primitives::constant_time::same;
use crate::request::{HttpRequest, host_of};
use crate::timestamp::Timestamp;
use crate::verify::rules::check_validity;
use crate::verify::{SignatureLocation, VerifyError};

/// The maximum difference between the clocks of the client and the server.
pub(super) const WINDOW: Duration = Duration::from_secs(15 * 60);

/// Query parameters of Signature Version 4. A request of both versions is refused.
pub(super) const VERSION_4: [&str; 3] = ["X-Amz-Signature", "X-Amz-Algorithm", "X-Amz-Credential"];

/// A proof: the owner of the access key signed the request.
///
/// It proves only what the scheme signs, never the body.
///
/// ```
/// use countersign::legacy::{SignedRequest, Verified, s3_v2::Bucket};
/// use countersign::{Credentials, Timestamp};
///
/// // The first example of Amazon's documentation.
/// let url = "https://johnsmith.s3.amazonaws.com/photos/puppy.jpg";
/// let signature = "AWS AKIAIOSFODNN7EXAMPLE:bWq2s1WEIj+Ydj0vQ697zp+IXMU=";
/// let request = http::Request::get(url)
///     .header("date", "Tue, 27 Mar 2007 19:36:42 +0000")
///     .header("authorization", signature)
///     .body(())?;
/// let claim =
///     SignedRequest::parse_s3_v2(&request, Bucket::InHost("johnsmith"))?;
///
/// let secret_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
/// let known = Credentials::new("AKIAIOSFODNN7EXAMPLE", secret_key);
/// let now: Timestamp = "2007-03-27T19:40:00Z".parse()?;
/// let verified: Verified<'_> = claim.verify(&known, now)?;
/// assert_eq!(verified.access_key_id(), "AKIAIOSFODNN7EXAMPLE");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Verified<'c> {
    access_key_id: &'c str,
}

impl<'c> Verified<'c> {
    /// The access key ID of the signer.
    pub fn access_key_id(&self) -> &'c str {
        self.access_key_id
    }
}

/// What a request claims: who signed it, when, and with which signature.
pub(super) struct Claim {
    pub(super) location: SignatureLocation,
    pub(super) access_key_id: String,
    pub(super) session_token: Option<SessionToken>,
    /// `None` if a policy has the expiration.
    pub(super) time: Option<Time>,
    pub(super) method: SignatureMethod,
    pub(super) signature: String,
    pub(super) string_to_sign: Vec<u8>,
}

#[derive(Clone, Copy)]
pub(super) enum Time {
    SignedAt(Timestamp),
    ExpiresAt(Timestamp),
}

impl Claim {
    /// Verifies the claim with the credentials that it names.
    pub(super) fn verify(
        &self,
        credentials: &Credentials,
        window: Duration,
        now: Timestamp,
    ) -> Result<Verified<'_>, VerifyError> {
        if crypto::allows_only_approved() {
            // As a server responds that supports only Signature Version 4.
            let form = self.location;
            return Err(VerifyError::UnknownAlgorithm { form });
        }
        self.check_time(window, now)?;
        if credentials.access_key_id() != self.access_key_id {
            return Err(VerifyError::UnknownAccessKeyId);
        }
        let [known, sent] = [credentials.session_token(), self.session_token.as_ref()]
            .map(|token| token.map(|token| token.expose().as_bytes()));
        match (known, sent) {
            (Some(known), Some(sent)) if same(known, sent) => {}
            (None, None) => {}
            _ => return Err(VerifyError::InvalidSessionToken),
        }
        if let Some(expiration) = expired(credentials.expiration(), now) {
            return Err(VerifyError::CredentialsExpired { expiration, now });
        }
        // Anyone can sign with an empty secret.
        let secret_key = credentials.secret_key();
        let signature = self.method.sign(secret_key, &self.string_to_sign);
        if secret_key.is_empty() || !same(signature.as_bytes(), self.signature.as_bytes()) {
            return Err(VerifyError::SignatureMismatch);
        }
        Ok(Verified {
            access_key_id: &self.access_key_id,
        })
    }

    fn check_time(&self, window: Duration, now: Timestamp) -> Result<(), VerifyError> {
        let form = self.location;
        let (valid_from, signed_at, expired_at) = match self.time {
            Some(Time::SignedAt(at)) => (at - window, at, at + window),
            Some(Time::ExpiresAt(at)) => (now, at, at),
            None => return Ok(()),
        };
        check_validity(form, signed_at, (valid_from, expired_at), now)
    }
}

pub(super) fn malformed(form: SignatureLocation, problem: AuthorizationProblem) -> VerifyError {
    VerifyError::Malformed { form, problem }
}

/// Checks the access key ID of a claim. Servers log it before they verify it.
pub(super) fn own_id(id: &str, location: SignatureLocation) -> Result<String, VerifyError> {
    match access_key_id_problem(id) {
        None => Ok(id.to_owned()),
        Some(_) => Err(malformed(
            location,
            AuthorizationProblem::InvalidAccessKeyId,
        )),
    }
}

/// Refuses a request whose `host` headers and URI differ, because a server may route by either.
pub(super) fn refuse_two_hosts<R: HttpRequest>(request: &R) -> Result<(), VerifyError> {
    let mut hosts = request.headers().get_all(HOST).iter();
    let (host, another) = (hosts.next(), hosts.next());
    let agree = match (host, request.uri().authority()) {
        (Some(host), Some(authority)) => {
            let host = host.as_bytes().trim_ascii();
            let is = |name: &str| host.eq_ignore_ascii_case(name.as_bytes());
            is(authority.as_str()) || host_of(request.uri()).is_some_and(is)
        }
        _ => true,
    };
    if agree && another.is_none() {
        Ok(())
    } else {
        Err(VerifyError::SeveralHosts)
    }
}

/// The verification error for a request that has no string to sign.
pub(super) fn unreadable(error: Error) -> VerifyError {
    let problem = match error {
        Error::MissingHost => return VerifyError::MissingHost,
        Error::DuplicateHost => return VerifyError::SeveralHosts,
        Error::InvalidQuery { problem, .. } | Error::InvalidPath { problem, .. } => problem,
        Error::Legacy(LegacyError::DuplicateParameter { .. }) => TargetProblem::DuplicateParameter,
        Error::Legacy(LegacyError::QueryBesideForm) => TargetProblem::QueryBesideForm,
        _ => TargetProblem::NoCanonicalForm,
    };
    VerifyError::InvalidTarget { problem }
}
