//! Why a signature did not match.
//!
//! "The request signature we calculated does not match the signature you provided": S3, and many
//! others, quote what they calculated. Set beside what was signed, the first line that differs
//! names the cause.
//!
//! ```
//! use countersign::explain::{self, Cause};
//! use countersign::{Credentials, PayloadHash, Rules, Service, Signer, Timestamp};
//!
//! // A store behind S3's protocol, signed by the rules of other services.
//! let service = Service::new("s3", Rules::GENERIC);
//! let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", service.clone())?;
//! let mut request = http::Request::get("https://bucket.s3.amazonaws.com/a%20key").body(())?;
//! signer.sign(&mut request, PayloadHash::EMPTY, "2026-01-01T12:00:00Z".parse::<Timestamp>()?)?;
//!
//! let error_body = "<Error><Code>SignatureDoesNotMatch</Code><Message>The request signature we \
//!     calculated does not match …</Message><CanonicalRequest>GET\n/a%20key\n\n\
//!     host:bucket.s3.amazonaws.com\nx-amz-date:20260101T120000Z\n\n\
//!     host;x-amz-date\n\
//!     e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855</CanonicalRequest></Error>";
//! let diagnosis = explain::mismatch(&request, &service, error_body)?;
//! assert_eq!(diagnosis.cause(), Some(&Cause::PathEncodedTwice));
//! assert!(diagnosis.to_string().contains(concat!(
//!     "    path  signed    /a%2520key\n",
//!     "          received  /a%20key\n",
//!     "                        ^\n",
//! )));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`Sent`] takes more than that: the whole answer, the payload, the secret access key, the
//! signer's log. [`compare`] needs no answer, but the request as it was captured further on.
//!
//! It reads Signature Version 4. Of a request of Version 2, and of a browser's upload, it can say what
//! the answer names, and nothing of its own: [`Cause::Undetermined`].
//!
//! What is printed holds no session token, no signature and no key; [`Text::expose`] and
//! [`Diagnosis::expose`] are the ways to what is left out. An answer is read in bounded memory and
//! time, whatever it is, up to [`LARGEST_ANSWER`].
//!
//! IAM User Guide, "Troubleshoot Signature Version 4 signing for AWS API requests"; Amazon S3 API
//! Reference, "Error responses".

mod answer;
mod cause;
mod claimed;
mod compare;
mod diagnosis;
mod hide;
mod lines;
mod message;
mod rebuilt;
mod search;
mod sent;

use std::borrow::Cow;

use crate::primitives::xml::Problem;
use crate::request::HttpRequest;
use crate::service::Service;

pub use answer::LARGEST_ANSWER;
pub use cause::Cause;
pub use diagnosis::{Diagnosis, Difference, Finding};
pub use hide::Text;
pub use sent::Sent;

/// Why a server answered a request with this error: [`Sent::refused_with`], in one call.
///
/// # Errors
/// A body that is no error of AWS, nor one in its manner, or is too large.
///
/// ```
/// use countersign::explain::{self, Cause};
/// use countersign::{Credentials, PayloadHash, Signer, Timestamp};
///
/// let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "s3")?;
/// let mut request = http::Request::get("https://bucket.s3.amazonaws.com/key").body(())?;
/// signer.sign(&mut request, PayloadHash::EMPTY, "2026-01-01T12:00:00Z".parse::<Timestamp>()?)?;
/// let body = "<Error><Code>InvalidAccessKeyId</Code><Message>The AWS Access Key Id you provided \
///     does not exist in our records.</Message></Error>";
/// let diagnosis = explain::mismatch(&request, "s3", body)?;
/// assert_eq!(diagnosis.cause(), Some(&Cause::UnknownAccessKey));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn mismatch<R: HttpRequest>(
    request: &R,
    service: impl Into<Service>,
    error_body: impl AsRef<[u8]>,
) -> Result<Diagnosis, Unreadable> {
    Sent::new(request, service).refused_with(error_body)
}

/// What happened to a request on its way: [`Sent::compare`], in one call.
///
/// ```
/// use countersign::explain::{self, Cause};
/// use countersign::{Credentials, PayloadHash, Signer, Timestamp};
///
/// let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", "s3")?;
/// let mut request = http::Request::get("https://bucket.s3.amazonaws.com/key").body(())?;
/// signer.sign(&mut request, PayloadHash::EMPTY, "2026-01-01T12:00:00Z".parse::<Timestamp>()?)?;
/// let mut captured = request.clone();
/// captured.headers_mut().insert("host", "10.0.0.7:8080".parse()?);
///
/// let diagnosis = explain::compare(&request, &captured, "s3");
/// assert_eq!(diagnosis.cause(), Some(&Cause::HostChanged));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn compare<A: HttpRequest, B: HttpRequest>(
    sent: &A,
    captured: &B,
    service: impl Into<Service>,
) -> Diagnosis {
    let service = service.into();
    Sent::new(sent, &service).compare(&Sent::new(captured, service))
}

/// An answer that is no error of AWS, nor of anybody who imitates it: a proxy's page, maybe.
///
/// ```
/// use countersign::explain;
///
/// let request = http::Request::get("https://bucket.s3.amazonaws.com/key").body(())?;
/// let error = explain::mismatch(&request, "s3", "<html>502 Bad Gateway</html>").unwrap_err();
/// assert!(error.to_string().starts_with("the answer "));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the answer {0}")]
pub struct Unreadable(Cow<'static, str>);

impl Unreadable {
    fn new(Problem(problem): Problem) -> Self {
        Self(problem.into())
    }
}
