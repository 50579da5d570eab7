//! The connector: hyper-util's client under the layer that signs.

use async_trait::async_trait;
use countersign::tower::sign::{Error, Sign, SignLayer, SignedBody};
use http_body_util::BodyExt;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector as Connector;
use hyper_util::rt::TokioExecutor;
use object_store::ClientOptions;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpRequestBody,
    HttpResponse, HttpResponseBody, HttpService,
};
use tower::{Layer, ServiceExt};

/// Makes clients that sign with a [`SignLayer`]. Give it to a builder of object_store, and disable
/// the builder's own signatures with `with_skip_signature(true)`.
#[derive(Debug)]
pub(crate) struct SigningConnector(pub(crate) SignLayer);

impl HttpConnector for SigningConnector {
    /// `_` has timeouts and proxies, which a program sets in its own client.
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        // For TLS, `hyper-rustls` and `hyper-tls` have connectors for `https`.
        let client = Client::builder(TokioExecutor::new()).build_http();
        Ok(HttpClient::new(SigningClient(self.0.layer(client))))
    }
}

#[derive(Debug)]
struct SigningClient(Sign<Client<Connector, SignedBody<HttpRequestBody>>>);

#[async_trait]
impl HttpService for SigningClient {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        // A clone shares the connections. object_store calls this again for each retry, so each
        // is signed anew.
        let response = self.0.clone().oneshot(request).await.map_err(|error| {
            let kind = match &error {
                Error::Service(error) if error.is_connect() => HttpErrorKind::Connect,
                Error::Service(_) => HttpErrorKind::Request,
                _ => HttpErrorKind::Unknown,
            };
            HttpError::new(kind, error)
        })?;
        Ok(response.map(|body| {
            HttpResponseBody::new(
                body.map_err(|error| HttpError::new(HttpErrorKind::Interrupted, error)),
            )
        }))
    }
}
