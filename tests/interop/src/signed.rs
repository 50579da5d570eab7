//! Requests that countersign signed, in each of the forms that S3 accepts.

use std::time::Duration;

use bytes::Bytes;
use countersign::{PayloadHash, Signer};
use http::Request;
use time::OffsetDateTime;

/// The location of the signature, and the payload hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// In the `Authorization` header, with the body's hash.
    Header,
    /// In the `Authorization` header, with `UNSIGNED-PAYLOAD`.
    HeaderUnsignedPayload,
    /// In the query, with `UNSIGNED-PAYLOAD`.
    Presigned,
}

impl Form {
    /// All forms.
    pub const ALL: [Self; 3] = [Self::Header, Self::HeaderUnsignedPayload, Self::Presigned];

    /// The lifetime of a presigned URL.
    pub const LIFETIME: Duration = Duration::from_secs(900);

    /// The signed request.
    ///
    /// # Panics
    /// If countersign refuses it: all requests of these tests are valid.
    pub fn sign(
        self,
        signer: &Signer,
        mut request: Request<Bytes>,
        now: OffsetDateTime,
    ) -> Request<Bytes> {
        let payload = match self {
            Self::Header => PayloadHash::new(request.body()),
            Self::HeaderUnsignedPayload => PayloadHash::Unsigned,
            Self::Presigned if signer.service().name().starts_with("s3") => PayloadHash::Unsigned,
            Self::Presigned => PayloadHash::new(request.body()),
        };
        if self != Self::Presigned {
            signer
                .sign(&mut request, payload, now)
                .expect("a request that can be signed");
            return request;
        }
        // Only what the user of a URL knows: the method, the URL, the headers to send.
        let presigned = signer
            .presign_with_payload(&request, payload, Self::LIFETIME, now)
            .expect("a request that can be signed");
        let mut stranger = Request::new(request.into_body());
        *stranger.method_mut() = presigned.method().clone();
        *stranger.uri_mut() = presigned.url().parse().expect("a URL");
        *stranger.headers_mut() = presigned.headers().clone();
        stranger
    }
}
