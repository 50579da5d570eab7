//! The header of a chunk.

use std::fmt;

use crate::chunked::encoding::{EXTENSION, MAX_HEADER_LENGTH, hex_digits};
use crate::sigv4::signature::Signature;

/// The line break after the previous chunk, and the header.
const MAX_LENGTH: usize = 2 + MAX_HEADER_LENGTH;

/// The bytes to send before a chunk. They need no allocation.
///
/// [`ChunkSigner::header`](super::ChunkSigner::header) returns it.
///
/// ```
/// use countersign::chunked::ChunkedEncoding;
/// use countersign::{Credentials, Signer, Timestamp};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// let signer = Signer::new(credentials, "us-east-1", "s3")?;
/// let uri = "https://bucket.s3.amazonaws.com/key";
/// let mut request = http::Request::put(uri).body(())?;
/// let encoding = ChunkedEncoding::signed(5);
/// let now: Timestamp = "2026-01-02T03:04:05Z".parse()?;
/// let mut chunks = signer.sign_chunked(&mut request, encoding, now)?;
/// let header = chunks.header("hello")?;
/// let signature = header.signature().expect("a signed chunk").as_str();
/// let text = format!("5;chunk-signature={signature}\r\n");
/// assert_eq!(header.as_ref(), text.as_bytes());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy)]
pub struct ChunkHeader {
    bytes: [u8; MAX_LENGTH],
    len: usize,
    signature: Option<Signature>,
}

impl ChunkHeader {
    /// The header of a chunk of `size` bytes. It begins with a line break if it follows a chunk. The
    /// signature is padded with `*`, so that all lengths are known beforehand.
    pub(super) fn new(
        follows_chunk: bool,
        size: u64,
        signature: Option<(Signature, usize)>,
    ) -> Self {
        let mut header = Self {
            bytes: [0; MAX_LENGTH],
            len: 0,
            signature: signature.map(|(signature, _)| signature),
        };
        if follows_chunk {
            header.put(b"\r\n");
        }
        for place in (0..hex_digits(size)).rev() {
            let digit = (size >> (4 * place)) as u8 & 0xf;
            let base = if digit < 10 { b'0' } else { b'a' - 10 };
            header.put(&[base + digit]);
        }
        if let Some((signature, padding)) = signature {
            header.put(EXTENSION.as_bytes());
            header.put(signature.as_bytes());
            for _ in 0..padding {
                header.put(b"*");
            }
        }
        header.put(b"\r\n");
        header
    }

    /// The chunk's signature without the `*` that pads those of SigV4A, or `None` if the chunks are
    /// unsigned.
    pub fn signature(&self) -> Option<&Signature> {
        self.signature.as_ref()
    }

    #[expect(
        clippy::expect_used,
        reason = "`MAX_LENGTH` is the sum of the longest parts"
    )]
    fn put(&mut self, part: &[u8]) {
        let end = self.len + part.len();
        let space = self.bytes.get_mut(self.len..end);
        space.expect("room for every part").copy_from_slice(part);
        self.len = end;
    }
}

impl AsRef<[u8]> for ChunkHeader {
    fn as_ref(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

impl fmt::Debug for ChunkHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[elided]")
    }
}
