//! The client of hyper-util with the layer that signs.

use std::error::Error;
use std::future::poll_fn;

use bytes::Bytes;
use countersign::tower::sign::{self, Sign, SignLayer, SignedBody};
use http::{Request, Response};
use http_body::Body;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{self, Client};
use hyper_util::rt::TokioExecutor;

/// One type for bodies in memory and streamed bodies.
pub type AnyBody = UnsyncBoxBody<Bytes, Box<dyn Error + Send + Sync>>;

/// The client.
pub type Layered = Sign<Client<HttpConnector, SignedBody<AnyBody>>>;

/// A client for HTTP/1.1 with the layer.
pub fn client(layer: &SignLayer) -> Layered {
    let client = Client::builder(TokioExecutor::new()).build_http();
    tower_layer::Layer::layer(layer, client)
}

/// A body in its box.
pub fn boxed<B>(body: B) -> AnyBody
where
    B: Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>> + Send + 'static,
{
    body.map_err(Into::into).boxed_unsync()
}

/// A body in memory.
pub fn whole(data: impl Into<Bytes>) -> AnyBody {
    boxed(Full::new(data.into()))
}

/// Sends a request after the client is ready.
///
/// # Errors
/// If the request cannot be signed or sent.
pub async fn send(
    client: &mut Layered,
    request: Request<AnyBody>,
) -> Result<Response<Incoming>, sign::Error<legacy::Error>> {
    use tower_service::Service;
    poll_fn(|context| client.poll_ready(context)).await?;
    client.call(request).await
}

/// Reads a whole response: its status and its body.
///
/// # Panics
/// If the response is incomplete.
pub async fn read(response: Response<Incoming>) -> (u16, Bytes) {
    let status = response.status().as_u16();
    let body = response.into_body().collect().await;
    (status, body.expect("the whole response").to_bytes())
}
