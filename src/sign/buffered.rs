//! Bodies that lie ready in memory.

/// A body whose bytes lie ready: [`Signer::sign_buffered`](crate::Signer::sign_buffered) hashes it.
///
/// Sealed. It is `()`, `Vec<u8>`, `String`, `&str`, `&[u8]`, an array of bytes or a reference to
/// one, and with the feature `http-body` also `bytes::Bytes`.
///
/// ```
/// use countersign::{BufferedBody, Error, Signer, Timestamp};
///
/// fn sign_any<B: BufferedBody>(
///     signer: &Signer,
///     mut request: http::Request<B>,
///     now: Timestamp,
/// ) -> Result<http::Request<B>, Error> {
///     signer.sign_buffered(&mut request, now)?;
///     Ok(request)
/// }
/// ```
pub trait BufferedBody: sealed::Sealed {}

impl<B: sealed::Sealed> BufferedBody for B {}

pub(crate) mod sealed {
    pub trait Sealed {
        fn bytes(&self) -> &[u8];
    }

    impl Sealed for () {
        fn bytes(&self) -> &[u8] {
            &[]
        }
    }

    impl<const N: usize> Sealed for [u8; N] {
        fn bytes(&self) -> &[u8] {
            self
        }
    }

    impl<const N: usize> Sealed for &[u8; N] {
        fn bytes(&self) -> &[u8] {
            *self
        }
    }

    impl Sealed for &[u8] {
        fn bytes(&self) -> &[u8] {
            self
        }
    }

    impl Sealed for &str {
        fn bytes(&self) -> &[u8] {
            self.as_bytes()
        }
    }

    impl Sealed for String {
        fn bytes(&self) -> &[u8] {
            self.as_bytes()
        }
    }

    impl Sealed for Vec<u8> {
        fn bytes(&self) -> &[u8] {
            self
        }
    }

    #[cfg(feature = "http-body")]
    impl Sealed for bytes::Bytes {
        fn bytes(&self) -> &[u8] {
            self
        }
    }
}
