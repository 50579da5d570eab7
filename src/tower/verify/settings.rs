//! The settings of a verifying layer.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use http::request::Parts;
use http::{Method, Uri};

use crate::primitives::body::BoxError;
use crate::service::ContentSha256;
use crate::tower::clock::{Clock, SystemClock};
use crate::verify::{Limits, OwnedVerified, Protocol, Verifier};

use super::cache::KeyCache;

/// The default limit for bodies that are read before the handler is called: 16 MiB.
const BUFFER_LIMIT: usize = 16 * 1024 * 1024;

type ReplayAnswer = Pin<Box<dyn Future<Output = Result<bool, BoxError>> + Send>>;
type ReplayCheck = Arc<dyn Fn(&OwnedVerified) -> ReplayAnswer + Send + Sync>;
type Hook<T> = Option<Arc<dyn Fn(&Parts) -> T + Send + Sync>>;

#[derive(Clone)]
pub(super) struct Settings {
    pub(super) verifier: Verifier,
    pub(super) cache: KeyCache,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) limits: Limits,
    pub(super) protocol: Protocol,
    pub(super) buffer_limit: usize,
    pub(super) max_chunk_size: Option<usize>,
    pub(super) small_chunks: bool,
    pub(super) stream_hashed: bool,
    pub(super) accept_unsigned: bool,
    #[cfg(feature = "event-stream")]
    pub(super) accept_events: bool,
    pub(super) without_signature: Hook<bool>,
    pub(super) original_uri: Hook<Option<Uri>>,
    pub(super) original_host: Hook<Option<String>>,
    pub(super) request_id: Hook<String>,
    pub(super) replay_check: Option<ReplayCheck>,
    #[cfg(feature = "legacy")]
    pub(super) legacy_s3: Option<BucketOfHost>,
    #[cfg(feature = "legacy")]
    pub(super) legacy_query: bool,
}

/// Finds the bucket that a host names.
#[cfg(feature = "legacy")]
pub(super) type BucketOfHost = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

impl Settings {
    pub(super) fn new(verifier: Verifier) -> Self {
        let rules = verifier.service().rules();
        let protocol = match rules.content_sha256 {
            ContentSha256::InHeaderForm => Protocol::S3,
            _ => Protocol::RestJson,
        };
        Self {
            verifier,
            cache: KeyCache::default(),
            clock: Arc::new(SystemClock),
            limits: Limits::default(),
            protocol,
            buffer_limit: BUFFER_LIMIT,
            max_chunk_size: None,
            small_chunks: false,
            stream_hashed: false,
            accept_unsigned: false,
            #[cfg(feature = "event-stream")]
            accept_events: false,
            without_signature: None,
            original_uri: None,
            original_host: None,
            request_id: None,
            replay_check: None,
            #[cfg(feature = "legacy")]
            legacy_s3: None,
            #[cfg(feature = "legacy")]
            legacy_query: false,
        }
    }

    /// Whether a payload may be unsigned: by the server's choice, or because there is none.
    ///
    /// A request that writes needs the choice even if it is empty: its body may have been removed.
    pub(super) fn accepts_unsigned(&self, method: &Method, is_empty: bool) -> bool {
        let has_none = [Method::GET, Method::HEAD, Method::DELETE, Method::OPTIONS];
        self.accept_unsigned || (is_empty && has_none.contains(method))
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("verifier", &self.verifier)
            .field("cache", &self.cache)
            .field("protocol", &self.protocol)
            .finish_non_exhaustive()
    }
}
