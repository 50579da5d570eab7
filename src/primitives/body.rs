//! The data of a body of `http-body`.

use std::error::Error as StdError;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf as _, Bytes};
use http_body::Body;

pub(crate) type BoxError = Box<dyn StdError + Send + Sync>;

/// The next data of a body, without its trailers.
pub(crate) fn poll_data<B>(
    body: &mut B,
    context: &mut Context<'_>,
) -> Poll<Option<Result<Bytes, BoxError>>>
where
    B: Body<Error: Into<BoxError>> + Unpin,
{
    loop {
        let frame = ready!(Pin::new(&mut *body).poll_frame(context));
        return Poll::Ready(match frame {
            None => None,
            Some(Err(error)) => Some(Err(error.into())),
            Some(Ok(frame)) => match frame.into_data() {
                Ok(mut data) => Some(Ok(data.copy_to_bytes(data.remaining()))),
                Err(_) => continue,
            },
        });
    }
}
