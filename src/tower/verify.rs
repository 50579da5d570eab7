//! Verifies the requests that a server gets.
//!
//! Create a [`VerifyLayer`] from a [`Verifier`] and a function that looks up keys, and put it
//! around the whole server. By default the handlers get only verified requests. Each has the
//! identity of its sender, an [`OwnedVerified`], among its extensions. For a refused request, the
//! client gets the response that AWS would send.
//!
//! ```
//! use countersign::Credentials;
//! use countersign::tower::verify::{FoundKey, KeyClaim, RequestBody, VerifyLayer};
//! use countersign::verify::{OwnedVerified, Verifier};
//! use http::{Request, Response};
//! use std::convert::Infallible;
//! use tower::{ServiceBuilder, ServiceExt};
//! # type Body = http_body_util::Full<bytes::Bytes>;
//!
//! // In a program, it asks a database.
//! async fn look_up(claim: KeyClaim) -> Result<Option<FoundKey>, Infallible> {
//!     let known = Credentials::new("AKIDEXAMPLE", "secret");
//!     Ok((claim.access_key_id == "AKIDEXAMPLE").then(|| known.into()))
//! }
//! let verifier =
//!     Verifier::new("us-east-1", "execute-api")?.with_host("api.example.com");
//! let layer = VerifyLayer::new(verifier, look_up);
//!
//! // In axum: `Router::new().fallback(handler).layer(layer)`.
//! let handler = tower::service_fn(async |request: Request<RequestBody<Body>>| {
//!     let sender: &OwnedVerified = request.extensions().get().unwrap();
//!     let text = format!("hello {}", sender.access_key_id());
//!     Ok::<_, Infallible>(Response::new(Body::from(text)))
//! });
//! let server = ServiceBuilder::new().layer(layer).service(handler);
//!
//! let unsigned =
//!     Request::get("https://api.example.com/").body(Body::default())?;
//! # let answered = std::pin::pin!(async {
//! let response = server.oneshot(unsigned).await?;
//! assert_eq!(response.status(), 403);
//! # Ok::<_, Infallible>(()) });
//! # assert!(answered.poll(&mut std::task::Context::from_waker(std::task::Waker::noop())).is_ready());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The [guide](crate::guide::server) describes a whole server.

mod admit;
mod body;
mod cache;
mod incoming;
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

/// A [`Layer`] that verifies the requests of a server. It makes [`Verify`] services.
///
/// The defaults:
///
/// - It accepts Signature Version 4 in headers and in presigned URLs, with the feature `sigv4a` also
///   SigV4A.
/// - It refuses unsigned payloads. A store behind TLS calls
///   [`accept_unsigned_payloads`](Self::accept_unsigned_payloads), because AWS's SDKs upload so.
/// - It reads a hashed payload of at most 16 MiB and verifies it before it calls the service.
/// - It decodes and verifies aws-chunked payloads while they stream.
/// - It caches the keys that have verified a request. Services of one layer share one [`KeyCache`].
///
/// The service gets each signed header with the value that was signed, as [`OwnedVerified::header`]
/// returns it: one value, with each run of white space as one space. The `host` header and the
/// session token stay as received, and for aws-chunked payloads `content-length` and
/// `content-encoding` describe the decoded body. Headers that are not signed are not protected.
/// Require the ones that the service reads with [`Verifier::with_signed_header`], or all with
/// [`Verifier::with_all_headers_signed`].
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
/// let cache = KeyCache::new(10_000).with_lifetime(Duration::from_secs(60));
/// // A store behind TLS. Keep a clone of the cache to remove users.
/// let layer = VerifyLayer::new(verifier, keys)
///     .with_cache(cache.clone())
///     .accept_unsigned_payloads()
///     .stream_hashed_bodies();
/// assert!(cache.is_empty());
/// # let _ = layer;
/// # Ok::<(), countersign::Error>(())
/// ```
pub struct VerifyLayer<K> {
    settings: Arc<Settings>,
    keys: Arc<K>,
}

impl<K: KeyLookup> VerifyLayer<K> {
    /// Creates a layer from the rules of a service and a lookup of keys.
    ///
    /// Give the verifier each [host](Verifier::with_host) of the server, with its port if that is not
    /// 80 or 443. Without a host, a request that was signed for one host name of the server is also
    /// valid for its other host names.
    pub fn new(verifier: Verifier, keys: K) -> Self {
        Self {
            settings: Arc::new(Settings::new(verifier)),
            keys: Arc::new(keys),
        }
    }
}

impl<K> VerifyLayer<K> {
    fn with(mut self, change: impl FnOnce(&mut Settings)) -> Self {
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
    /// before anything is read. If it does not, anyone who knows a valid access key ID can make the
    /// server read this much.
    #[must_use]
    pub fn with_buffer_limit(self, bytes: usize) -> Self {
        self.with(|settings| settings.buffer_limit = bytes)
    }

    /// Calls the service before a hashed payload has arrived, with a body that verifies it.
    ///
    /// The body compares the hash before its last frame. If the hash is wrong, it returns an error
    /// instead of that frame. So the service must read the body to its end, and after an error
    /// discard what it has read. If the request does not state the hash, the payload is still read
    /// first: the signature cannot be verified without it.
    #[must_use]
    pub fn stream_hashed_bodies(self) -> Self {
        self.with(|settings| settings.stream_hashed = true)
    }

    /// Accepts payloads that are not signed: `UNSIGNED-PAYLOAD` and unsigned chunks.
    ///
    /// AWS's SDKs upload so over TLS. Without TLS, anyone on the way can change such a payload. A
    /// verified `GET`, `HEAD`, `DELETE` or `OPTIONS` without a body needs no such permission, because
    /// S3's presigned URLs leave the payload unsigned.
    #[must_use]
    pub fn accept_unsigned_payloads(self) -> Self {
        self.with(|settings| settings.accept_unsigned = true)
    }

    /// Sets the limit for the size of a signed chunk, in bytes: 16 MiB by default.
    #[must_use]
    pub fn with_max_chunk_size(self, bytes: usize) -> Self {
        self.with(|settings| settings.max_chunk_size = Some(bytes))
    }

    /// Accepts chunks of less than 8 KiB anywhere in the stream. S3 requires
    /// 8 KiB of every chunk but the last.
    #[must_use]
    pub fn without_min_chunk_size(self) -> Self {
        self.with(|settings| settings.small_chunks = true)
    }

    /// Accepts event streams, whose messages the service verifies.
    ///
    /// The [`StreamContext`](crate::verify::StreamContext) to verify them with is among the
    /// extensions of the request, and the body yields the messages as they arrive.
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
    /// For example health checks, public reads, or browser uploads, whose form the service
    /// verifies. Such a request has no [`OwnedVerified`] among its extensions. A request with a
    /// wrong signature is always refused.
    #[must_use]
    pub fn pass_without_signature(
        self,
        passes: impl Fn(&Parts) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.with(|settings| settings.without_signature = Some(Arc::new(passes)))
    }

    /// Sets a function that returns the URI that the client sent, if it was changed on the way.
    ///
    /// A nested router changes the URI, and keeps the original among the extensions. A proxy may
    /// remove a prefix, which your configuration knows. The service gets the URI as it was routed.
    /// If the function returns `None`, the URI of the request is verified. Never take it from a
    /// header that a client can set.
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

    /// Sets a function that returns the host that the client sent, if a proxy replaces it.
    ///
    /// Return the host of your configuration, or of a header that the proxy always overwrites. If the
    /// function returns `None`, the host of the request is verified. Whether it came over `http` or
    /// `https` does not matter: that is not signed.
    #[must_use]
    pub fn with_original_host(
        self,
        original: impl Fn(&Parts) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        self.with(|settings| settings.original_host = Some(Arc::new(original)))
    }

    /// Sets a check for replays: it returns whether a verified request is received for the first
    /// time.
    ///
    /// It is called after the signature, and a payload that was read before the service, have been
    /// verified. An error is the server's own, status 500.
    ///
    /// Remember [`OwnedVerified::replay_id`] for twice the clock window. It is `None` for presigned
    /// URLs. Two identical requests in one second have the same ID, so check writes only. Requests
    /// that [older schemes](crate::legacy) sign are not checked.
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
    /// The default is [`Protocol::S3`] for S3's family ([`Rules::S3`](crate::Rules::S3)), and
    /// [`Protocol::RestJson`] for others.
    #[must_use]
    pub fn with_protocol(self, protocol: Protocol) -> Self {
        self.with(|settings| settings.protocol = protocol)
    }

    /// Sets the request ID of the responses to refused requests.
    ///
    /// The default is 24 hex digits, from the time and a counter.
    #[must_use]
    pub fn with_request_id(
        self,
        request_id: impl Fn(&Parts) -> String + Send + Sync + 'static,
    ) -> Self {
        self.with(|settings| settings.request_id = Some(Arc::new(request_id)))
    }

    /// Also accepts S3's Signature Version 2, in headers and in URLs.
    ///
    /// The function returns the bucket that a host names, or `None` if the bucket is in the path.
    /// The scheme signs no body and few headers, so a request with a body also requires
    /// [`accept_unsigned_payloads`](Self::accept_unsigned_payloads). A parameter that selects an
    /// operation and is not signed is refused. The lookup must return [`FoundKey::Credentials`].
    /// The extensions of the request contain a [`LegacyIdentity`]. Of the verifier's settings, only
    /// its clock window and its hosts apply; the host is compared as received, because this scheme
    /// does not sign it.
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

    /// Also accepts Signature Version 2 of query services, in the query and in the form of a body.
    ///
    /// The lookup must return [`FoundKey::Credentials`]. The extensions of the request contain a
    /// [`LegacyIdentity`]. Of the verifier's settings, only its hosts and its clock window apply to
    /// the older schemes: they sign no regions and few headers.
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
        Verify::new(inner, self.settings.clone(), self.keys.clone())
    }
}

/// Not derived, which would require a lookup that can be cloned.
impl<K> Clone for VerifyLayer<K> {
    fn clone(&self) -> Self {
        Self {
            settings: self.settings.clone(),
            keys: self.keys.clone(),
        }
    }
}

impl<K> fmt::Debug for VerifyLayer<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyLayer")
            .field("settings", &self.settings)
            .finish()
    }
}
