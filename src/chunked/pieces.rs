//! Data that is kept until it can go, without being copied.

use std::collections::VecDeque;
use std::error::Error as StdError;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes, BytesMut};
use http_body::Body;

/// Waits until data of a body is pending, and says whether there is some: if not, none will come.
pub(super) fn fill<B>(
    pending: &mut Bytes,
    body: &mut B,
    context: &mut Context<'_>,
) -> Poll<Result<bool, Box<dyn StdError + Send + Sync>>>
where
    B: Body<Error: Into<Box<dyn StdError + Send + Sync>>> + Unpin,
{
    while pending.is_empty() {
        match ready!(Pin::new(&mut *body).poll_frame(context)) {
            Some(Ok(frame)) => {
                if let Ok(mut data) = frame.into_data() {
                    *pending = data.copy_to_bytes(data.remaining());
                }
            }
            Some(Err(error)) => return Poll::Ready(Err(error.into())),
            None => return Poll::Ready(Ok(false)),
        }
    }
    Poll::Ready(Ok(true))
}

/// Pieces under this size are gathered, so that many small ones take no more than their bytes.
const SMALL: usize = 1024;

/// Data in pieces, in the order in which it came.
#[derive(Default)]
pub(super) struct Pieces {
    pieces: VecDeque<Bytes>,
    small: BytesMut,
}

impl Pieces {
    pub(super) fn push(&mut self, piece: Bytes) {
        if piece.len() < SMALL {
            self.small.extend_from_slice(&piece);
        } else {
            self.end_small();
            self.pieces.push_back(piece);
        }
    }

    fn end_small(&mut self) {
        if !self.small.is_empty() {
            self.pieces.push_back(self.small.split().freeze());
        }
    }

    /// Moves all of it to where it waits to go.
    pub(super) fn move_to(&mut self, ready: &mut VecDeque<Bytes>) {
        self.end_small();
        ready.append(&mut self.pieces);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_pieces_are_gathered_and_large_ones_not_copied() {
        let (small, large) = (Bytes::from(vec![b's'; 1023]), Bytes::from(vec![b'l'; 1024]));
        let mut pieces = Pieces::default();
        for piece in [&small, &small, &large, &large, &small] {
            pieces.push(piece.clone());
        }
        let mut ready = VecDeque::new();
        pieces.move_to(&mut ready);
        let lengths: Vec<usize> = ready.iter().map(Bytes::len).collect();
        assert_eq!(lengths, [2046, 1024, 1024, 1023]);
        assert_eq!(ready[1].as_ptr(), large.as_ptr());
        // Nothing is left behind.
        pieces.move_to(&mut ready);
        assert_eq!(ready.len(), 4);
    }
}
