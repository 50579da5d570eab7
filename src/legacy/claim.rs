//! What the two schemes ask of a claim alike.

use std::time::Duration;

use http::header::HOST;

use super::access_key_id_problem;
use crate::credentials::{Credentials, SessionToken};
use crate::error::Error;
use crate::primitives::encode::same;
use crate::request::{HttpRequest, host_of};
use crate::timestamp::Timestamp;
use crate::verify::{SignatureLocation, VerifyError};

/// How far the clocks may be apart.
const WINDOW: Duration = Duration::from_secs(15 * 60);

/// A request that was verified: who signed it is proven.
///
/// Of the request, no more is proven than what its scheme signs; the body never is.
///
/// ```
/// use countersign::Credentials;
/// use countersign::legacy::{Verified, s3_v2::{Bucket, SignedRequest}};
/// # let now = time::macros::datetime!(2007-03-27 19:36:42 UTC);
///
/// // The first example of Amazon's documentation.
/// let request = http::Request::get("https://johnsmith.s3.amazonaws.com/photos/puppy.jpg")
///     .header("date", "Tue, 27 Mar 2007 19:36:42 +0000")
///     .header("authorization", "AWS AKIAIOSFODNN7EXAMPLE:bWq2s1WEIj+Ydj0vQ697zp+IXMU=")
///     .body(())?;
/// let claim = SignedRequest::parse(&request, Bucket::InHost("johnsmith"))?;
/// let known = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
/// let proof: Verified<'_> = claim.verify(&known, now)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Verified<'c> {
    access_key_id: &'c str,
}

impl<'c> Verified<'c> {
    /// The access key ID of those who signed it.
    ///
    /// ```
    /// # use countersign::Credentials;
    /// # use countersign::legacy::s3_v2::{Bucket, SignedRequest};
    /// # let known = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    /// # let now = time::macros::datetime!(2007-03-27 19:36:42 UTC);
    /// # let request = http::Request::get("https://johnsmith.s3.amazonaws.com/photos/puppy.jpg")
    /// #     .header("date", "Tue, 27 Mar 2007 19:36:42 +0000")
    /// #     .header("authorization", "AWS AKIAIOSFODNN7EXAMPLE:bWq2s1WEIj+Ydj0vQ697zp+IXMU=")
    /// #     .body(())?;
    /// let claim = SignedRequest::parse(&request, Bucket::InHost("johnsmith"))?;
    /// let verified = claim.verify(&known, now)?;
    /// assert_eq!(verified.access_key_id(), "AKIAIOSFODNN7EXAMPLE");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn access_key_id(&self) -> &'c str {
        self.access_key_id
    }
}

/// Query parameters that only Signature Version 4 has.
pub(super) const VERSION_4: [&str; 3] = ["X-Amz-Signature", "X-Amz-Algorithm", "X-Amz-Credential"];

/// The access key ID of a claim. Servers write it into logs before anything is proven.
pub(super) fn own_id(id: &str, form: SignatureLocation) -> Result<String, VerifyError> {
    match access_key_id_problem(id) {
        None => Ok(id.to_owned()),
        Some(_) => Err(VerifyError::Malformed {
            form,
            problem: "access key ID must be 1 to 128 printable ASCII characters without spaces",
        }),
    }
}

/// Refuses a request whose `host` headers and URI disagree: a server may route by either.
pub(super) fn refuse_two_hosts<R: HttpRequest>(request: &R) -> Result<(), VerifyError> {
    let mut hosts = request.headers().get_all(HOST).iter();
    let (host, another) = (hosts.next(), hosts.next());
    let authority = request.uri().authority();
    let agree = match (host, authority) {
        (Some(host), Some(authority)) => {
            let host = host.as_bytes().trim_ascii();
            let bare = host_of(request.uri()).unwrap_or_default();
            host.eq_ignore_ascii_case(authority.as_str().as_bytes())
                || host.eq_ignore_ascii_case(bare.as_bytes())
        }
        _ => true,
    };
    if agree && another.is_none() {
        Ok(())
    } else {
        Err(VerifyError::SeveralHosts)
    }
}

/// Why no string to sign could be made of a request that arrived.
pub(super) fn unreadable(error: &Error) -> VerifyError {
    match error {
        Error::MissingHost => VerifyError::MissingHost,
        Error::InvalidQuery { problem, .. } | Error::InvalidPath { problem, .. } => {
            VerifyError::InvalidTarget { problem }
        }
        _ => VerifyError::InvalidTarget {
            problem: "its parameters cannot be read",
        },
    }
}

/// What a request says about who signed it, when, and with which signature.
pub(super) struct Claim {
    pub(super) form: SignatureLocation,
    pub(super) access_key_id: String,
    pub(super) session_token: Option<SessionToken>,
    /// `None` where a policy says until when.
    pub(super) time: Option<Time>,
    pub(super) signature: String,
}

#[derive(Clone, Copy)]
pub(super) enum Time {
    SignedAt(Timestamp),
    ExpiresAt(Timestamp),
}

impl Claim {
    /// Holds the claim against the credentials that it names, and its signature against the one of
    /// their secret key.
    pub(super) fn verify(
        &self,
        credentials: &Credentials,
        now: Timestamp,
        signature: &str,
    ) -> Result<Verified<'_>, VerifyError> {
        self.check_time(now)?;
        if credentials.access_key_id() != self.access_key_id {
            return Err(VerifyError::UnknownAccessKeyId);
        }
        let [known, sent] = [credentials.session_token(), self.session_token.as_ref()]
            .map(|token| token.map(|token| token.expose().as_bytes()));
        if !match (known, sent) {
            (Some(known), Some(sent)) => same(known, sent),
            (None, None) => true,
            _ => false,
        } {
            return Err(VerifyError::InvalidSessionToken);
        }
        if let Some(expiration) = credentials.expiration().filter(|end| *end <= now) {
            return Err(VerifyError::CredentialsExpired { expiration, now });
        }
        // No secret signs for everybody.
        let keyed = !credentials.secret_key().expose().is_empty();
        if keyed && same(signature.as_bytes(), self.signature.as_bytes()) {
            Ok(Verified {
                access_key_id: &self.access_key_id,
            })
        } else {
            Err(VerifyError::SignatureMismatch)
        }
    }

    fn check_time(&self, now: Timestamp) -> Result<(), VerifyError> {
        let form = self.form;
        let (valid_from, signed_at, expired_at) = match self.time {
            Some(Time::SignedAt(at)) => (at - WINDOW, at, at + WINDOW),
            Some(Time::ExpiresAt(at)) => (now, at, at),
            None => return Ok(()),
        };
        if now > expired_at {
            return Err(VerifyError::Expired {
                form,
                signed_at,
                expired_at,
                now,
            });
        }
        if now < valid_from {
            return Err(VerifyError::NotYetCurrent {
                form,
                signed_at,
                valid_from,
                now,
            });
        }
        Ok(())
    }
}
