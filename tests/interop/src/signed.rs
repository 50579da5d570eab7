//! Requests signed by countersign in each of the forms that S3 takes.

use std::time::Duration;

use bytes::Bytes;
use countersign::{PayloadHash, Signer};
use http::Request;
use time::OffsetDateTime;

/// Where the signature goes, and what it says about the body.
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
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Header, Self::HeaderUnsignedPayload, Self::Presigned];

    /// How long a presigned URL lives here.
    pub const LIFETIME: Duration = Duration::from_secs(900);

    /// The request, signed and ready to send.
    ///
    /// # Panics
    /// When countersign refuses it: no request of these tests is wrong.
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
        // Only what the one who was given the URL knows: the method, the URL, the headers to send.
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
