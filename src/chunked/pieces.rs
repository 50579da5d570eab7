//! Data that is kept until it can go, without being copied.

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};

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
