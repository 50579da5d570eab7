//! aws-chunked payloads: uploads that are signed chunk by chunk while they stream.
//!
//! S3 accepts a payload in chunks. The signature of each chunk covers the chunk and the signature
//! before it, and the first one covers the signature of the request. So the payload is read only
//! once, and no chunk can be replaced, removed or appended. Trailers follow the last chunk, for
//! example a checksum that is known only at the end. [`ChunkedEncoding`] chooses signed chunks,
//! signed chunks with signed trailers, or an unsigned payload with trailers.
//!
//! A client signs the request with [`Signer::sign_chunked`], which sets all headers that the
//! encoding needs. Before each chunk it sends the header that [`ChunkSigner`] returns. A server
//! reads the body with a [`ChunkVerifier`], which returns data only after it has verified it.
//!
//! Amazon S3 API Reference, "Signature calculations for the Authorization header: transferring
//! payload in multiple chunks" and "… including trailing headers".
//!
//! ```
//! use countersign::chunked::ChunkedEncoding;
//! use countersign::{Credentials, Signer, Timestamp};
//!
//! let data = vec![b'a'; 65 * 1024];
//! let secret_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
//! let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", secret_key);
//! let signer = Signer::new(credentials, "us-east-1", "s3")?;
//! let uri = "https://s3.amazonaws.com/examplebucket/chunkObject.txt";
//! let mut request = http::Request::put(uri)
//!     .header("x-amz-storage-class", "REDUCED_REDUNDANCY")
//!     .body(())?;
//! let encoding = ChunkedEncoding::signed(data.len() as u64);
//! let now: Timestamp = "2013-05-24T00:00:00Z".parse()?;
//! let mut chunks = signer.sign_chunked(&mut request, encoding, now)?;
//! assert_eq!(request.headers()["content-length"], "66824");
//!
//! let mut wire = Vec::new(); // or a socket
//! for chunk in data.chunks(chunks.chunk_size()) {
//!     wire.extend_from_slice(chunks.header(chunk)?.as_ref());
//!     wire.extend_from_slice(chunk);
//! }
//! wire.extend_from_slice(&chunks.finish()?);
//! assert_eq!(wire.len(), 66824);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#[cfg(feature = "http-body")]
mod body;
mod checksum_algorithm;
#[cfg(feature = "checksums")]
mod checksums;
mod chunk_header;
mod content_encoding;
mod encoding;
mod error;
#[cfg(feature = "http-body")]
mod frame_loop;
mod framing;
mod key;
#[cfg(not(feature = "checksums"))]
mod no_checksums;
#[cfg(feature = "http-body")]
mod pieces;
mod sign_chunked;
mod signature_chain;
mod signer;
mod trailer;
#[cfg(feature = "http-body")]
mod verified_body;
mod verifier;

#[cfg(feature = "http-body")]
pub use body::{ChunkedBody, ChunkedBodyError};
pub use checksum_algorithm::ChecksumAlgorithm;
#[cfg(feature = "checksums")]
pub use checksums::Checksum;
pub use chunk_header::ChunkHeader;
#[cfg(feature = "http-body")]
pub(crate) use content_encoding::remove_aws_chunked;
pub use encoding::ChunkedEncoding;
pub use error::{AnnouncementProblem, ChunkError, ChunkSyntaxError};
#[cfg(not(feature = "checksums"))]
use no_checksums as checksums;
#[cfg(feature = "tower")]
pub(crate) use pieces::Pieces;
pub use signer::ChunkSigner;
pub use trailer::Trailer;
#[cfg(feature = "http-body")]
pub use verified_body::{VerifiedBody, VerifiedBodyError};
pub use verifier::{ChunkVerifier, Decoded};

pub use crate::error::chunk::ChunkSigningError;

#[cfg(doc)]
use crate::Signer;

/// The minimum size of a chunk in S3, except for the last one: 8 KiB.
pub const MIN_CHUNK_SIZE: usize = 8 * 1024;

/// The default size of chunks: 64 KiB, as S3 recommends.
pub const DEFAULT_CHUNK_SIZE: usize = 64 * 1024;

/// The default limit for the size of a signed chunk: 16 MiB.
pub const DEFAULT_MAX_CHUNK_SIZE: usize = 16 * 1024 * 1024;

/// The maximum length of all trailers of an upload together: 8 KiB.
pub const MAX_TRAILERS_LENGTH: usize = 8 * 1024;
