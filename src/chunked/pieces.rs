//! Data in pieces that waits to be sent, without a copy.

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};

/// Pieces under this size are joined, so that many small ones take no more than their bytes.
const SMALL: usize = 1024;
/// The maximum size of a joined piece, so that joining never moves more than this.
const MAX_JOINED: usize = 64 * 1024;

/// Data in pieces, in the order of arrival.
#[derive(Default)]
pub(crate) struct Pieces {
    pieces: VecDeque<Bytes>,
    small: BytesMut,
}

impl Pieces {
    pub(crate) fn push(&mut self, piece: Bytes) {
        if piece.len() >= SMALL {
            self.end_small();
            self.pieces.push_back(piece);
            return;
        }
        if self.small.len() + piece.len() > MAX_JOINED {
            self.end_small();
        }
        self.small.extend_from_slice(&piece);
    }

    fn end_small(&mut self) {
        if !self.small.is_empty() {
            self.pieces.push_back(self.small.split().freeze());
        }
    }

    /// Copies all data.
    #[cfg(all(feature = "legacy", feature = "tower"))]
    pub(crate) fn to_vec(&self) -> Vec<u8> {
        let pieces = self.pieces.iter().map(AsRef::as_ref);
        pieces
            .chain([&self.small[..]])
            .collect::<Vec<&[u8]>>()
            .concat()
    }

    /// Moves all pieces to the end of `ready`.
    pub(crate) fn move_to(&mut self, ready: &mut VecDeque<Bytes>) {
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
        // Nothing remains.
        pieces.move_to(&mut ready);
        assert_eq!(ready.len(), 4);
    }

    #[test]
    fn a_joined_piece_is_at_most_64_kib() {
        let mut pieces = Pieces::default();
        let data: Vec<u8> = (0..200_000_u32).map(|i| (i % 251) as u8).collect();
        for piece in data.chunks(1000) {
            pieces.push(Bytes::copy_from_slice(piece));
        }
        let mut ready = VecDeque::new();
        pieces.move_to(&mut ready);
        let lengths: Vec<usize> = ready.iter().map(Bytes::len).collect();
        assert_eq!(lengths, [65_000, 65_000, 65_000, 5000]);
        assert_eq!(ready.iter().flatten().copied().collect::<Vec<u8>>(), data);
    }
}
