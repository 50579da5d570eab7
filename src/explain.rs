//! Explains why a server refused a signature.
//!
//! "The request signature we calculated does not match the signature you provided": S3 and many
//! other services quote what they calculated. Compared with what was signed, the first line that
//! differs names the cause.
//!
//! Create an [`Explainer`] from the request **as it was sent**, with its signature. Then ask:
//!
//! - [`check`](Explainer::check): what is wrong with the request alone?
//! - [`response`](Explainer::response) or [`error_body`](Explainer::error_body): why did the server
//!   refuse it?
//! - [`captured`](Explainer::captured): what happened to it on the way?
//!
//! ```
//! use countersign::explain::{Cause, Explainer};
//!
//! let request =
//!     http::Request::get("https://bucket.s3.amazonaws.com/key").body(())?;
//! let diagnosis = Explainer::new(&request, "s3").check();
//! assert_eq!(diagnosis.cause(), Some(&Cause::MissingAuthentication));
//! println!("{diagnosis}"); // causes, the lines that differ, what to do
//! # Ok::<(), http::Error>(())
//! ```
//!
//! # From captured text
//!
//! The explainer takes the types of `http`. `examples/explain.rs` in the source of this crate parses
//! them from text, in 40 lines to copy: a request as `curl -v` prints it or as it goes on the wire, and
//! a whole response or its body. It is also a program: `cargo run --features explain --example explain
//! REQUEST RESPONSE [SECRET]`, with three file names. `examples/captured` has files to try it:
//!
//! ```text
//! > GET /dt=2026-01-02/part@0.parquet HTTP/1.1
//! > Host: bucket.s3.amazonaws.com
//! > x-amz-date: 20260102T030405Z
//! > x-amz-content-sha256: UNSIGNED-PAYLOAD
//! > Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/us-ea...
//! ```
//!
//! # What it reads and shows
//!
//! The explainer reads Signature Version 4. For Signature Version 2 and for browser uploads it
//! reports what the response says, or [`Cause::Undetermined`].
//!
//! The output contains no session token, signature or key, unless [`Text::expose`] or
//! [`Diagnosis::expose`] is called. Memory and time are bounded for every response, up to
//! [`MAX_RESPONSE_LENGTH`].
//!
//! IAM User Guide, "Troubleshoot Signature Version 4 signing for AWS API requests"; Amazon S3 API
//! Reference, "Error responses".

mod analysis;
mod cause;
mod claim;
mod compare;
mod diagnosis;
mod difference;
mod expected;
mod explainer;
mod lines;
mod response;
mod search;
mod secrets;
mod stated_causes;
mod text;

use std::borrow::Cow;

use crate::primitives::problem::Problem;

pub use cause::Cause;
pub use diagnosis::{Diagnosis, Finding};
pub use difference::Difference;
pub use explainer::Explainer;
pub use response::MAX_RESPONSE_LENGTH;
pub use text::Text;

/// A request as it was sent or captured; its body is known by its hash alone.
type RequestHead = http::Request<()>;

/// A response that is not an error of AWS or of a compatible service, such as a proxy's page.
///
/// ```
/// use countersign::explain::Explainer;
///
/// let request =
///     http::Request::get("https://bucket.s3.amazonaws.com/key").body(())?;
/// let page = "<html>502 Bad Gateway</html>";
/// let error = Explainer::new(&request, "s3").error_body(page).unwrap_err();
/// assert_eq!(error.to_string(), "response is XML, but not an AWS error");
/// # Ok::<(), http::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("response {0}")]
pub struct UnreadableResponse(Cow<'static, str>);

impl UnreadableResponse {
    fn new(Problem(problem): Problem) -> Self {
        Self(problem.into())
    }
}
