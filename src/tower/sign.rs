//! Signs the requests that a client sends.
//!
//! Create a [`SignLayer`] from a [`Signer`](crate::Signer), and put it directly around the client: any
//! [`Service`](tower_service::Service) that sends [`http::Request`]s, such as the client of
//! hyper-util. The layer signs each request when it is sent, and corrects the time by the responses.
//!
//! ```
//! use countersign::tower::sign::{SignLayer, SignedBody};
//! use countersign::{Credentials, Signer};
//! use http::{Request, Response};
//! use tower::{ServiceBuilder, ServiceExt};
//!
//! let credentials = Credentials::new("AKIDEXAMPLE", "secret");
//! let signer = Signer::new(credentials, "eu-west-1", "sqs")?;
//! let layer = SignLayer::new(signer);
//!
//! // In a program, the client of hyper-util.
//! let client = tower::service_fn(async |request: Request<SignedBody<String>>| {
//!     assert!(request.headers().contains_key("authorization"));
//!     Ok::<_, std::convert::Infallible>(Response::new(()))
//! });
//! let client = ServiceBuilder::new().layer(layer).service(client);
//!
//! let request = Request::post("https://sqs.eu-west-1.amazonaws.com/")
//!     .header("content-type", "application/x-amz-json-1.0")
//!     .header("x-amz-target", "AmazonSQS.ListQueues")
//!     .body("{}".to_owned())?;
//! # let response = std::pin::pin!(async {
//! let response = client.oneshot(request).await?;
//! # Ok::<_, Box<dyn std::error::Error>>(response) });
//! # assert!(response.poll(&mut std::task::Context::from_waker(std::task::Waker::noop())).is_ready());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Which signer
//!
//! | the program sends | give the layer |
//! |---|---|
//! | requests to one service in one region | a [`Signer`](crate::Signer) |
//! | requests to several services of AWS | [`HostSigners`], which read service and region from the host |
//! | requests to services of all regions | a [`sigv4a::Signer`](crate::sigv4a::Signer) |
//! | any of these, with credentials that expire | `Refreshing` (feature `sources`) |
//!
//! # Which payload
//!
//! [`Payload`] has the table. The layer has one for all requests, and a request can have its own
//! among its extensions.
//!
//! # Redirects
//!
//! Do not put a layer that follows redirects above this one: it would sign requests to whatever host
//! a response names. Follow a redirect yourself, after a check of its host.
//!
//! # Retries
//!
//! Put the layer below the retry layer: each try is signed anew, at the time of the try. An error
//! response whose `Date` could be read has a
//! [`Measurement`](crate::clock_skew::Measurement) among its extensions. Give it the error code to
//! learn whether the time was wrong:
//!
//! ```
//! use countersign::clock_skew::Measurement;
//!
//! fn should_retry<B>(response: &http::Response<B>, error_code: &str) -> bool {
//!     let measurement = response.extensions().get::<Measurement>();
//!     measurement
//!         .is_some_and(|measurement| measurement.is_worth_a_retry(error_code))
//! }
//! assert!(!should_retry(
//!     &http::Response::new(()),
//!     "RequestTimeTooSkewed"
//! ));
//! ```

mod body;
mod by_host;
mod error;
mod future;
mod layer;
mod payload;
#[cfg(feature = "sources")]
mod refreshing;
mod request_signer;
mod server_clock;
mod signers;
mod single_signer;

pub use body::{SignedBody, SignedBodyError};
pub use by_host::HostSigners;
pub use error::{Error, SignError};
pub use future::SignFuture;
pub use layer::{Sign, SignLayer};
pub use payload::Payload;
#[cfg(feature = "sources")]
pub use refreshing::Refreshing;
pub use request_signer::RequestSigner;
pub use signers::Signers;
