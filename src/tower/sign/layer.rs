//! The layer, and the service that it makes.

use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use http::{Request, Response};
use http_body::Body;
use tower_layer::Layer;
use tower_service::Service;

use crate::chunked::DEFAULT_CHUNK_SIZE;
use crate::clock_skew::ClockSkew;
use crate::primitives::body::BoxError;
use crate::tower::clock::{Clock, SystemClock};
use crate::tower::sign::body::SignedBody;
use crate::tower::sign::error::{Error, SignError};
use crate::tower::sign::future::{Sent, SignFuture};
use crate::tower::sign::payload::{ChunkOptions, Payload};
use crate::tower::sign::request_signer::{Options, RequestSigner, is_over_tls};
use crate::tower::sign::server_clock::ServerClock;
use crate::tower::sign::signers::Signers;

/// A [`Layer`] that signs the requests of an HTTP client. It makes [`Sign`] services.
///
/// Put it directly around the client, inside all layers that change headers or bodies. Put it inside a
/// retry layer too, so that each attempt is signed anew. All services of a layer share the clock skew.
///
/// ```
/// use countersign::tower::sign::{Payload, SignLayer};
/// use countersign::{Credentials, Signer};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// let signer = Signer::new(credentials, "eu-west-1", "s3")?;
/// let layer = SignLayer::new(signer).with_payload(Payload::SignedChunks);
/// // Until the first response, the local clock counts as right.
/// assert_eq!(layer.clock_skew().as_millis(), 0);
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone)]
pub struct SignLayer {
    signers: Signers,
    clock: Arc<ServerClock>,
    corrects_skew: bool,
    options: Options,
}

impl SignLayer {
    /// Creates a layer that signs with a [`Signer`](crate::Signer), a
    /// [`sigv4a::Signer`](crate::sigv4a::Signer), [`HostSigners`](super::HostSigners), or
    /// [`Refreshing`](super::Refreshing) credentials.
    pub fn new(signers: impl Into<Signers>) -> Self {
        Self {
            signers: signers.into(),
            clock: Arc::new(ServerClock::new(SystemClock, ClockSkew::default())),
            corrects_skew: true,
            options: Options {
                payload: Payload::default(),
                chunks: ChunkOptions {
                    size: DEFAULT_CHUNK_SIZE,
                    content_encoding: true,
                },
                unsigned_without_tls: false,
            },
        }
    }

    /// Sets how bodies are signed. The default is [`Payload::Hashed`].
    ///
    /// A [`Payload`] among the extensions of a request replaces it for this request.
    #[must_use]
    pub fn with_payload(mut self, payload: Payload) -> Self {
        self.options.payload = payload;
        self
    }

    /// Sets the clock. The default is [`SystemClock`].
    #[must_use]
    pub fn with_clock(self, clock: impl Clock + 'static) -> Self {
        Self {
            clock: Arc::new(ServerClock::new(clock, self.clock_skew())),
            ..self
        }
    }

    /// Sets the clock skew to begin with, for example one that an earlier run of the program stored.
    #[must_use]
    pub fn with_clock_skew(self, skew: ClockSkew) -> Self {
        self.clock.set_skew(skew);
        self
    }

    /// Signs with the time of the clock as it is, whatever responses say.
    ///
    /// Whoever writes the `Date` of a response chooses the time of the next signatures, and can keep
    /// them until then. All hosts of a layer share one clock skew, so a host that is not trusted needs
    /// a layer of its own.
    #[must_use]
    pub fn without_clock_skew_correction(mut self) -> Self {
        self.corrects_skew = false;
        self
    }

    /// Sets the size of chunks, in bytes. The default is [64 KiB](DEFAULT_CHUNK_SIZE).
    #[must_use]
    pub fn with_chunk_size(mut self, chunk_size: usize) -> Self {
        self.options.chunks.size = chunk_size;
        self
    }

    /// Sends chunks without `aws-chunked` in `content-encoding`.
    ///
    /// For stores that keep it in the object's metadata, such as Ceph.
    #[must_use]
    pub fn without_content_encoding(mut self) -> Self {
        self.options.chunks.content_encoding = false;
        self
    }

    /// Sends unsigned payloads over plain HTTP too.
    ///
    /// Anyone on the network can replace them. Use it if something else adds TLS, for example a proxy on
    /// the same machine.
    #[must_use]
    pub fn allow_unsigned_without_tls(mut self) -> Self {
        self.options.unsigned_without_tls = true;
        self
    }

    /// Returns the clock skew that the last response showed.
    pub fn clock_skew(&self) -> ClockSkew {
        self.clock.skew()
    }
}

impl<S> Layer<S> for SignLayer {
    type Service = Sign<S>;

    fn layer(&self, inner: S) -> Sign<S> {
        Sign {
            inner,
            layer: self.clone(),
            polled: None,
        }
    }
}

impl fmt::Debug for SignLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignLayer")
            .field("signers", &self.signers)
            .field("clock_skew", &self.clock_skew())
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

/// A [`Service`] that signs each request and sends it with the inner service.
///
/// [`SignLayer`] makes it. The inner service takes requests with a [`SignedBody`]. Each call signs,
/// at the time of the clock plus the clock skew. A signature in the headers is replaced. A presigned
/// URL is an error.
///
/// The `Date` of each response corrects the clock skew, as in AWS's SDKs. Over plain HTTP, where
/// anyone on the network can write it, a skew of more than 24 hours is ignored. An error response has
/// the [`Measurement`](crate::clock_skew::Measurement) among its extensions, which tells whether a
/// retry [is worthwhile](crate::clock_skew::Measurement::is_worth_a_retry).
///
/// An empty `PUT` or `POST` gets the header `content-length: 0`, which S3 requires and HTTP clients
/// leave out.
///
/// ```
/// use countersign::tower::sign::{Sign, SignedBody};
/// use countersign::{Credentials, Signer};
/// use http::{Request, Response};
/// use tower_service::Service;
///
/// let client = tower::service_fn(async |request: Request<SignedBody<String>>| {
///     assert!(request.headers().contains_key("authorization"));
///     Ok::<_, std::io::Error>(Response::new("a queue"))
/// });
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// let signer = Signer::new(credentials, "eu-west-1", "sqs")?;
/// let mut client = Sign::new(client, signer);
///
/// let url = "https://sqs.eu-west-1.amazonaws.com/";
/// let request = Request::get(url).body(String::new())?;
/// let response = client.call(request); // .await
/// # use std::task::{Context, Poll, Waker};
/// # let response = std::pin::pin!(response).poll(&mut Context::from_waker(Waker::noop()));
/// # assert!(matches!(response, Poll::Ready(Ok(response)) if *response.body() == "a queue"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Sign<S> {
    inner: S,
    layer: SignLayer,
    /// The signer for the next call, if it is refreshed.
    polled: Option<Result<RequestSigner, SignError>>,
}

impl<S> Sign<S> {
    /// Creates the service without a layer.
    pub fn new(inner: S, signers: impl Into<Signers>) -> Self {
        SignLayer::new(signers).layer(inner)
    }

    /// Returns the inner service.
    pub fn get_ref(&self) -> &S {
        &self.inner
    }

    /// Returns the inner service, mutably.
    pub fn get_mut(&mut self) -> &mut S {
        &mut self.inner
    }

    /// Returns the inner service.
    pub fn into_inner(self) -> S {
        self.inner
    }

    /// Returns the clock skew that the last response showed.
    pub fn clock_skew(&self) -> ClockSkew {
        self.layer.clock_skew()
    }
}

impl<S, B, R> Service<Request<B>> for Sign<S>
where
    S: Service<Request<SignedBody<B>>, Response = Response<R>>,
    B: Body<Error: Into<BoxError>> + Unpin,
{
    type Response = Response<R>;
    type Error = Error<S::Error>;
    type Future = SignFuture<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        // Also if there is one: a pool asks a ready service again after a while.
        let now = || self.layer.clock.local();
        self.polled = ready!(self.layer.signers.poll(context, now));
        self.inner.poll_ready(context).map_err(Error::Service)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let layer = &self.layer;
        let local = layer.clock.local();
        let signing = if layer.corrects_skew {
            layer.clock.skew().signing_time(local)
        } else {
            local
        };
        let signer = layer.signers.signer(self.polled.take(), local);
        match signer.and_then(|signer| signer.sign(request, layer.options, signing)) {
            Ok(request) => {
                let sent = Sent {
                    at: local,
                    over_tls: is_over_tls(request.uri()),
                    clock: layer.corrects_skew.then(|| Arc::clone(&layer.clock)),
                };
                SignFuture::sent(self.inner.call(request), sent)
            }
            Err(error) => SignFuture::not_sent(error),
        }
    }
}

/// A clone has to become ready itself.
impl<S: Clone> Clone for Sign<S> {
    fn clone(&self) -> Self {
        Self {
            inner: self.inner.clone(),
            layer: self.layer.clone(),
            polled: None,
        }
    }
}

impl<S: fmt::Debug> fmt::Debug for Sign<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sign")
            .field("inner", &self.inner)
            .field("layer", &self.layer)
            .finish_non_exhaustive()
    }
}
