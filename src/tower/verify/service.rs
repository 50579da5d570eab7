//! The service that verifies.

use std::error::Error as StdError;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::request::Parts;
use http::{Method, Request, Response};
use http_body::{Body, Frame, SizeHint};
use tower_service::Service;

use crate::timestamp::Timestamp;
use crate::verify::{ErrorContext, error_response};

use super::admit::admit;
use super::body::RequestBody;
use super::lookup::KeyLookup;
use super::refused::Refused;
use super::settings::Settings;

/// A service that verifies requests before it passes them to the inner one.
///
/// [`VerifyLayer`](super::VerifyLayer) makes it. The body of a request must be [`Unpin`]: `Box::pin`
/// makes any body so. If a request is refused before its body was read, a client that sent
/// `expect: 100-continue` does not send the body.
///
/// ```
/// use countersign::tower::verify::{FoundKey, KeyClaim, Verify, VerifyLayer};
/// use countersign::verify::Verifier;
/// use std::convert::Infallible;
/// use tower_layer::Layer;
///
/// let keys = async |_: KeyClaim| Ok::<Option<FoundKey>, Infallible>(None);
/// let verifier = Verifier::new("us-east-1", "execute-api")?;
/// let inner = "any service";
/// let server: Verify<_, _> = VerifyLayer::new(verifier, keys).layer(inner);
/// # let _ = server;
/// # Ok::<(), countersign::Error>(())
/// ```
pub struct Verify<S, K> {
    inner: S,
    settings: Arc<Settings>,
    keys: Arc<K>,
}

impl<S, K> Verify<S, K> {
    pub(super) fn new(inner: S, settings: Arc<Settings>, keys: Arc<K>) -> Self {
        Self {
            inner,
            settings,
            keys,
        }
    }
}

/// The body of a response: that of the inner service, or of a refusal.
///
/// The body of the inner service must be [`Unpin`]: `Box::pin` makes any body so.
#[derive(Debug)]
pub struct ResponseBody<R>(Inner<R>);

#[derive(Debug)]
enum Inner<R> {
    OfService(R),
    /// `None` once it was read.
    OfRefusal(Option<Bytes>),
}

impl<R: Body<Data = Bytes> + Unpin> Body for ResponseBody<R> {
    type Data = Bytes;
    type Error = R::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, R::Error>>> {
        match &mut self.0 {
            Inner::OfService(body) => Pin::new(body).poll_frame(context),
            Inner::OfRefusal(text) => Poll::Ready(text.take().map(|text| Ok(Frame::data(text)))),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Inner::OfService(body) => body.is_end_stream(),
            Inner::OfRefusal(text) => text.is_none(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Inner::OfService(body) => body.size_hint(),
            Inner::OfRefusal(text) => {
                SizeHint::with_exact(text.as_ref().map_or(0, |text| text.len() as u64))
            }
        }
    }
}

/// The future of a [`Verify`].
pub type VerifyFuture<R, E> =
    Pin<Box<dyn Future<Output = Result<Response<ResponseBody<R>>, E>> + Send>>;

impl<S, K, B, R> Service<Request<B>> for Verify<S, K>
where
    S: Service<Request<RequestBody<B>>, Response = Response<R>, Future: Send>
        + Clone
        + Send
        + 'static,
    K: KeyLookup + 'static,
    B: Body<Error: Into<Box<dyn StdError + Send + Sync>>> + Send + Unpin + 'static,
{
    type Response = Response<ResponseBody<R>>;
    type Error = S::Error;
    type Future = VerifyFuture<R, S::Error>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // The service that is ready goes into the future, and its clone stays.
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        let (settings, keys) = (self.settings.clone(), self.keys.clone());
        Box::pin(async move {
            match admit(&settings, &*keys, request).await {
                Ok(request) => {
                    let response = inner.call(request).await?;
                    Ok(response.map(|body| ResponseBody(Inner::OfService(body))))
                }
                Err(refused) => {
                    let (parts, refused) = *refused;
                    Ok(refuse(&settings, &parts, refused))
                }
            }
        })
    }
}

fn refuse<R>(settings: &Settings, parts: &Parts, refused: Refused) -> Response<ResponseBody<R>> {
    let request_id = match &settings.request_id {
        Some(request_id) => request_id(parts),
        None => own_request_id(settings.clock.now()),
    };
    let context = ErrorContext::new(&request_id).with_resource(parts.uri.path());
    let mut response = error_response(&refused, settings.protocol, &context);
    response.extensions_mut().insert(refused);
    response.map(|body| {
        // There is none after HEAD.
        let text = (parts.method != Method::HEAD).then(|| Bytes::from(body));
        ResponseBody(Inner::OfRefusal(text))
    })
}

/// An ID that this process uses once.
fn own_request_id(now: Timestamp) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("{:016X}{count:08X}", now.unix_seconds())
}

impl<S: Clone, K> Clone for Verify<S, K> {
    fn clone(&self) -> Self {
        Self::new(self.inner.clone(), self.settings.clone(), self.keys.clone())
    }
}

impl<S: fmt::Debug, K> fmt::Debug for Verify<S, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verify")
            .field("inner", &self.inner)
            .field("settings", &self.settings)
            .finish()
    }
}
