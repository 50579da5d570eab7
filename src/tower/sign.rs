//! Signs the requests that a client sends.
//!
//! [`SignLayer`] goes around any [`Service`](tower_service::Service) that sends
//! [`http::Request`]s: the client of hyper-util, a stack of tower, an axum router. It signs each
//! request after everything above it has changed the request, and learns the clock skew from the
//! responses. It needs no runtime.
//!
//! ```
//! use countersign::tower::sign::SignLayer;
//! use countersign::{Credentials, Signer};
//! # use countersign::tower::sign::SignedBody;
//! # use std::task::{Context, Poll};
//! # struct Client;
//! # impl tower_service::Service<http::Request<SignedBody<String>>> for Client {
//! #     type Response = http::Response<()>;
//! #     type Error = std::convert::Infallible;
//! #     type Future = std::future::Ready<Result<Self::Response, Self::Error>>;
//! #     fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> { Poll::Ready(Ok(())) }
//! #     fn call(&mut self, request: http::Request<SignedBody<String>>) -> Self::Future {
//! #         assert!(request.headers().contains_key("authorization"));
//! #         std::future::ready(Ok(http::Response::new(())))
//! #     }
//! # }
//! # let client = Client;
//! use tower_layer::Layer as _;
//! use tower_service::Service as _;
//!
//! let credentials = Credentials::new("AKIDEXAMPLE", "secret");
//! let signer = Signer::new(credentials, "eu-west-1", "sqs")?;
//! // `client` is hyper-util's, for example:
//! // Client::builder(TokioExecutor::new()).build_http::<SignedBody<String>>()
//! let mut client = SignLayer::new(signer).layer(client);
//! let request = http::Request::post("https://sqs.eu-west-1.amazonaws.com/")
//!     .header("content-type", "application/x-amz-json-1.0")
//!     .header("x-amz-target", "AmazonSQS.ListQueues")
//!     .body("{}".to_owned())?;
//! let response = client.call(request); // .await
//! # let mut context = Context::from_waker(std::task::Waker::noop());
//! # let Poll::Ready(Ok(response)) = std::pin::pin!(response).poll(&mut context) else { panic!("ready") };
//! # assert_eq!(response.status(), 200);
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
//!     measurement.is_some_and(|measurement| measurement.is_worth_a_retry(error_code))
//! }
//! assert!(!should_retry(&http::Response::new(()), "RequestTimeTooSkewed"));
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
mod signers;
mod skew;

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
