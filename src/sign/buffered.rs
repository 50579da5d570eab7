//! Request bodies in memory.

/// A request body in memory, which [`Signer::sign_buffered`](crate::Signer::sign_buffered) hashes.
///
/// The trait is sealed. These types implement it: `()`, `Vec<u8>`, `String`, `&str`, `&[u8]`, byte
/// arrays and references to them. With the feature `http-body`, `bytes::Bytes` does too.
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
