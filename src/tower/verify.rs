//! Verifies the requests that a server gets.
//!
//! [`VerifyLayer`] wraps any tower service. It verifies each request, and calls the service with a
//! body that comes out verified and with a proof of who sent it, an [`OwnedVerified`] among the
//! request's extensions. A request that it refuses never reaches the service: the client gets the
//! response that AWS would send.
//!
//! ```
//! use std::convert::Infallible;
//! use countersign::tower::verify::{FoundKey, KeyClaim, RequestBody, VerifyLayer};
//! use countersign::verify::{OwnedVerified, Verifier};
//! use countersign::{Credentials, PayloadHash, Signer, Timestamp};
//! use http::{Request, Response};
//! use http_body_util::Full;
//! use tower_layer::Layer;
//! use tower_service::Service;
//! # use std::pin::pin;
//! # use std::task::{Context, Poll, Waker};
//! # #[derive(Clone)] struct Hello;
//! # impl Service<Request<RequestBody<Full<&'static [u8]>>>> for Hello {
//! #     type Response = Response<Full<bytes::Bytes>>;
//! #     type Error = Infallible;
//! #     type Future = std::future::Ready<Result<Self::Response, Infallible>>;
//! #     fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> { Poll::Ready(Ok(())) }
//! #     fn call(&mut self, request: Request<RequestBody<Full<&'static [u8]>>>) -> Self::Future {
//! #         let who = request.extensions().get::<OwnedVerified>().unwrap();
//! #         let text = format!("hello {}", who.access_key_id());
//! #         std::future::ready(Ok(Response::new(Full::from(text))))
//! #     }
//! # }
//! # fn block_on<F: Future>(future: F) -> F::Output {
//! #     let mut future = pin!(future);
//! #     loop {
//! #         if let Poll::Ready(out) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) { return out; }
//! #     }
//! # }
//!
//! // A database, in a server.
//! let keys = async |claim: KeyClaim| -> Result<_, Infallible> {
//!     let known = Credentials::new("AKIDEXAMPLE", "secret");
//!     Ok((claim.access_key_id == "AKIDEXAMPLE").then(|| FoundKey::from(known)))
//! };
//! let now: Timestamp = "2026-01-02T03:04:05Z".parse()?;
//! let verifier =
//!     Verifier::new("us-east-1", "execute-api")?.with_host("api.example.com");
//! let layer = VerifyLayer::new(verifier, keys).with_clock(move || now);
//! // `Router::layer` in axum, `ServiceBuilder::layer` in tower.
//! let mut server = layer.layer(Hello);
//!
//! let mut request =
//!     Request::get("https://api.example.com/").body(Full::new(&b""[..]))?;
//! let refused = block_on(server.call(request.clone()))?;
//! assert_eq!(refused.status(), 403);
//!
//! let known = Credentials::new("AKIDEXAMPLE", "secret");
//! let client = Signer::new(known, "us-east-1", "execute-api")?;
//! client.sign(&mut request, PayloadHash::EMPTY, now)?;
//! assert_eq!(block_on(server.call(request))?.status(), 200);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The [guide](crate::guide::server) has the whole of a server.

mod admit;
mod body;
mod cache;
#[cfg(feature = "legacy")]
mod legacy;
mod lookup;
mod refused;
mod service;
mod settings;

pub use body::{RequestBody, RequestBodyError};
pub use cache::KeyCache;
#[cfg(feature = "legacy")]
pub use legacy::LegacyIdentity;
pub use lookup::{FoundKey, KeyClaim, KeyLookup};
pub use refused::Refused;
pub use service::{ResponseBody, Verify, VerifyFuture};

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use http::Uri;
use http::request::Parts;
use tower_layer::Layer;

use crate::tower::clock::Clock;
use crate::verify::{Limits, OwnedVerified, Protocol, Verifier};
use settings::Settings;

/// Wraps services into [`Verify`].
///
/// By default it accepts Signature Version 4 in headers and in presigned URLs, and with the feature
/// `sigv4a` also SigV4A. It refuses payloads that are not signed, reads a hashed payload of at most
/// 16 MiB before it calls the service, and decodes aws-chunked payloads while they stream.
///
/// The service gets each signed header with the one value that was signed, as
/// [`OwnedVerified::header`] returns it: not split at a comma, and each run of white space as one
/// space. The `host` header is as received. Headers that are not signed are not protected. Require
/// the ones that the service reads with [`Verifier::with_signed_header`], or all with
/// [`Verifier::with_all_headers_signed`].
///
/// Services that one layer value wraps share one [`KeyCache`].
///
/// ```
/// use countersign::tower::verify::{FoundKey, KeyCache, KeyClaim, VerifyLayer};
/// use countersign::verify::Verifier;
/// use countersign::{Credentials, Service};
/// use std::convert::Infallible;
/// use std::time::Duration;
///
/// let keys = async |claim: KeyClaim| -> Result<_, Infallible> {
///     let known = Credentials::new("AKIDEXAMPLE", "secret");
///     Ok((claim.access_key_id == "AKIDEXAMPLE").then(|| FoundKey::from(known)))
/// };
/// let verifier =
///     Verifier::new("us-east-1", Service::S3)?.with_host("s3.example.com");
/// // A store behind TLS.
/// let layer = VerifyLayer::new(verifier, keys)
///     .accept_unsigned_payloads()
///     .stream_hashed_bodies()
///     .with_cache(KeyCache::new(10_000).with_lifetime(Duration::from_secs(60)));
/// # let _ = layer;
/// # Ok::<(), countersign::Error>(())
/// ```
pub struct VerifyLayer<K> {
    settings: Arc<Settings<K>>,
}

impl<K: KeyLookup> VerifyLayer<K> {
    /// Creates a layer from the rules of a service and a lookup of keys.
    ///
    /// Give the verifier the [hosts](Verifier::with_host) of the server: without them, a request that
    /// a client signed for one host of a server is valid at its others.
    pub fn new(verifier: Verifier, keys: K) -> Self {
        let settings = Arc::new(Settings::new(verifier, keys));
        Self { settings }
    }
}

impl<K> VerifyLayer<K> {
    fn with(mut self, change: impl FnOnce(&mut Settings<K>)) -> Self {
        change(Arc::make_mut(&mut self.settings));
        self
    }

    /// Sets the clock. The default is the operating system's.
    #[must_use]
    pub fn with_clock(self, clock: impl Clock + 'static) -> Self {
        self.with(|settings| settings.clock = Arc::new(clock))
    }

    /// Sets the cache of keys. The default is one for 4,096 keys, each for 5 minutes.
    #[must_use]
    pub fn with_cache(self, cache: KeyCache) -> Self {
        self.with(|settings| settings.cache = cache)
    }

    /// Sets the limits of headers and target.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        self.with(|settings| settings.limits = limits)
    }

    /// Sets the limit for bodies that are read before the service is called, in bytes.
    ///
    /// The default is 16 MiB. It applies to hashed payloads, and does not limit those that
    /// [stream](Self::stream_hashed_bodies). If a request states the hash, its signature is verified
    /// before anything is read. If it does not, anyone can make the server read this much.
    #[must_use]
    pub fn with_buffer_limit(self, bytes: usize) -> Self {
        self.with(|settings| settings.buffer_limit = bytes)
    }

    /// Calls the service before a hashed payload has arrived, with a body that verifies it on the way.
    ///
    /// The body yields its last frame only after the hash has been compared, and fails in place of it
    /// otherwise. So the service must read the body to its end, and discard what it has read if that
    /// fails. A payload whose hash the request does not state is still read before: without it no
    /// signature can be verified.
    #[must_use]
    pub fn stream_hashed_bodies(self) -> Self {
        self.with(|settings| settings.stream_hashed = true)
    }

    /// Accepts payloads that are not signed: `UNSIGNED-PAYLOAD` and unsigned chunks.
    ///
    /// AWS's SDKs upload so over TLS. Without TLS, anyone on the way can change such a payload. A
    /// request to read or to delete, without a body, is accepted always: presigned URLs do not sign
    /// payloads.
    #[must_use]
    pub fn accept_unsigned_payloads(self) -> Self {
        self.with(|settings| settings.accept_unsigned = true)
    }

    /// Sets the limit for the size of a signed chunk, in bytes: 16 MiB by default.
    #[must_use]
    pub fn with_max_chunk_size(self, bytes: usize) -> Self {
        self.with(|settings| settings.max_chunk_size = Some(bytes))
    }

    /// Accepts chunks below 8 KiB anywhere in the stream. S3 accepts only the last one so small.
    #[must_use]
    pub fn without_min_chunk_size(self) -> Self {
        self.with(|settings| settings.small_chunks = true)
    }

    /// Accepts event streams, whose messages the service verifies.
    ///
    /// The [`StreamContext`](crate::verify::StreamContext) to verify them with is among the extensions
    /// of the request, and the body yields the messages as they arrive.
    ///
    /// ```
    /// # use countersign::tower::verify::{FoundKey, KeyClaim, VerifyLayer};
    /// # let keys = async |_: KeyClaim| Ok::<Option<FoundKey>, std::convert::Infallible>(None);
    /// use countersign::verify::{StreamContext, Verifier};
    /// use http::Request;
    ///
    /// let verifier = Verifier::new("us-east-1", "transcribe")?;
    /// let layer = VerifyLayer::new(verifier, keys).accept_event_streams();
    ///
    /// fn context<B>(request: &Request<B>) -> Option<&StreamContext> {
    ///     request.extensions().get()
    /// }
    /// assert!(context(&Request::new(())).is_none());
    /// # let _ = layer;
    /// # Ok::<(), countersign::Error>(())
    /// ```
    #[cfg(feature = "event-stream")]
    #[must_use]
    pub fn accept_event_streams(self) -> Self {
        self.with(|settings| settings.accept_events = true)
    }

    /// Lets requests without any signature pass to the service, if the function returns true.
    ///
    /// For example health checks, public reads, or browser uploads, whose form the service verifies.
    /// Such a request has no [`OwnedVerified`] among its extensions. A request with a signature that
    /// is wrong is refused always.
    #[must_use]
    pub fn pass_without_signature(
        self,
        passes: impl Fn(&Parts) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.with(|settings| settings.without_signature = Some(Arc::new(passes)))
    }

    /// Sets where the URI is that the client sent, if something in front of this layer changes it.
    ///
    /// Routers that nest change the URI before an inner layer sees it, and keep the original among the
    /// extensions. Proxies remove prefixes, as the configuration says. The service gets the URI as it
    /// was routed. `None` verifies the URI as it is. Never read it from a header that a client can
    /// set.
    ///
    /// ```
    /// use countersign::tower::verify::{FoundKey, KeyClaim, VerifyLayer};
    /// use countersign::verify::Verifier;
    /// use http::{Uri, request::Parts};
    /// # #[derive(Clone)] struct OriginalUri(Uri);
    /// # let keys = async |_: KeyClaim| Ok::<Option<FoundKey>, std::convert::Infallible>(None);
    /// # let verifier = Verifier::new("us-east-1", "execute-api")?;
    ///
    /// // `use axum::extract::OriginalUri`, inside a nested router.
    /// let layer = VerifyLayer::new(verifier, keys).with_original_uri(|parts: &Parts| {
    ///     let original = parts.extensions.get::<OriginalUri>()?;
    ///     Some(original.0.clone())
    /// });
    /// # let _ = layer;
    /// # Ok::<(), countersign::Error>(())
    /// ```
    #[must_use]
    pub fn with_original_uri(
        self,
        original: impl Fn(&Parts) -> Option<Uri> + Send + Sync + 'static,
    ) -> Self {
        self.with(|settings| settings.original_uri = Some(Arc::new(original)))
    }

    /// Sets where the host is that the client sent, if a proxy writes its own in its place.
    ///
    /// The host of the configuration, or of a header that the proxy sets always. `None` verifies the
    /// host as it is. The scheme is not signed.
    #[must_use]
    pub fn with_original_host(
        self,
        original: impl Fn(&Parts) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        self.with(|settings| settings.original_host = Some(Arc::new(original)))
    }

    /// Sets a check for replays: it returns whether a verified request is received for the first time.
    ///
    /// It is called after the signature, and a payload that was read before the service, have been
    /// verified. An error is the server's own, status 500.
    ///
    /// Remember [`OwnedVerified::replay_id`] for twice the clock window. It is `None` for presigned
    /// URLs. Two identical requests in one second have one, so check writes only. Requests that
    /// [older schemes](crate::legacy) sign are not checked.
    ///
    /// ```
    /// use countersign::tower::verify::{FoundKey, KeyClaim, VerifyLayer};
    /// use countersign::verify::{OwnedVerified, Verifier};
    /// use std::collections::HashSet;
    /// use std::sync::Mutex;
    /// # let keys = async |_: KeyClaim| Ok::<Option<FoundKey>, std::convert::Infallible>(None);
    /// # let verifier = Verifier::new("us-east-1", "execute-api")?;
    ///
    /// // A server forgets old ones, and shares them with its other instances.
    /// let seen = Mutex::new(HashSet::new());
    /// let is_first = move |verified: &OwnedVerified| {
    ///     let id = verified.replay_id().filter(|_| verified.method() != "GET");
    ///     let is_first = id.is_none_or(|id| seen.lock().unwrap().insert(id));
    ///     async move { Ok(is_first) }
    /// };
    /// let layer = VerifyLayer::new(verifier, keys).with_replay_check(is_first);
    /// # let _ = layer;
    /// # Ok::<(), countersign::Error>(())
    /// ```
    #[must_use]
    pub fn with_replay_check<R>(
        self,
        is_first: impl Fn(&OwnedVerified) -> R + Send + Sync + 'static,
    ) -> Self
    where
        R: Future<Output = Result<bool, Box<dyn StdError + Send + Sync>>> + Send + 'static,
    {
        self.with(|settings| {
            settings.replay_check = Some(Arc::new(move |verified| Box::pin(is_first(verified))));
        })
    }

    /// Sets the protocol of the responses to refused requests.
    ///
    /// The default is [`Protocol::S3`] for S3's family, and [`Protocol::RestJson`] for others.
    #[must_use]
    pub fn with_protocol(self, protocol: Protocol) -> Self {
        self.with(|settings| settings.protocol = protocol)
    }

    /// Sets the request ID of the responses to refused requests.
    ///
    /// Without it the ID is of 16 digits, from the time and a counter.
    #[must_use]
    pub fn with_request_id(
        self,
        request_id: impl Fn(&Parts) -> String + Send + Sync + 'static,
    ) -> Self {
        self.with(|settings| settings.request_id = Some(Arc::new(request_id)))
    }

    /// Accepts S3's scheme before Signature Version 4, in headers and in URLs.
    ///
    /// The function returns the bucket that a host names, or `None` if the bucket is in the path. The
    /// scheme signs no body and few headers, so a request with a body also requires
    /// [`accept_unsigned_payloads`](Self::accept_unsigned_payloads). A parameter that selects an
    /// operation and is not signed is refused. The lookup must return credentials. Who signed is a
    /// [`LegacyIdentity`] among the extensions. Of the verifier's settings, only its hosts and its
    /// clock window apply. The scheme does not sign the host.
    ///
    /// ```
    /// # use countersign::tower::verify::{FoundKey, KeyClaim, VerifyLayer};
    /// # let keys = async |_: KeyClaim| Ok::<Option<FoundKey>, std::convert::Infallible>(None);
    /// use countersign::verify::Verifier;
    ///
    /// let verifier = Verifier::new("us-east-1", "s3")?;
    /// let layer = VerifyLayer::new(verifier, keys).accept_legacy_s3(|host| {
    ///     let bucket = host.strip_suffix(".s3.example.com")?;
    ///     Some(bucket.to_owned())
    /// });
    /// # let _ = layer;
    /// # Ok::<(), countersign::Error>(())
    /// ```
    #[cfg(feature = "legacy")]
    #[must_use]
    pub fn accept_legacy_s3(
        self,
        bucket_of_host: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        self.with(|settings| settings.legacy_s3 = Some(Arc::new(bucket_of_host)))
    }

    /// Accepts Signature Version 2 of query services, in the query and in the form of a body.
    ///
    /// The lookup must return credentials. Who signed is a [`LegacyIdentity`] among the extensions.
    /// Of the verifier's settings, only its hosts and its clock window apply to the older schemes:
    /// they sign no regions and few headers.
    ///
    /// ```
    /// # use countersign::tower::verify::{FoundKey, KeyClaim, VerifyLayer};
    /// # let keys = async |_: KeyClaim| Ok::<Option<FoundKey>, std::convert::Infallible>(None);
    /// use countersign::verify::Verifier;
    ///
    /// let verifier = Verifier::new("us-east-1", "sdb")?;
    /// let layer = VerifyLayer::new(verifier, keys).accept_legacy_query();
    /// # let _ = layer;
    /// # Ok::<(), countersign::Error>(())
    /// ```
    #[cfg(feature = "legacy")]
    #[must_use]
    pub fn accept_legacy_query(self) -> Self {
        self.with(|settings| settings.legacy_query = true)
    }
}

impl<S, K> Layer<S> for VerifyLayer<K> {
    type Service = Verify<S, K>;

    fn layer(&self, inner: S) -> Verify<S, K> {
        Verify::new(inner, self.settings.clone())
    }
}

/// Not derived, which would require a lookup that can be cloned.
impl<K> Clone for VerifyLayer<K> {
    fn clone(&self) -> Self {
        let settings = self.settings.clone();
        Self { settings }
    }
}

impl<K> fmt::Debug for VerifyLayer<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyLayer")
            .field("settings", &self.settings)
            .finish()
    }
}
