//! A short piece of integer work, always the same: when it takes longer than it can, something else
//! was using the core, and the sample beside it is worth nothing.

use std::hint::black_box;
use std::time::{Duration, Instant};

const STEPS: usize = 2_000;

/// Some microseconds of work. Six independent chains keep the integer units full, so that a
/// neighbour on the same core is felt, and not only a thread that took its turn.
pub fn sing() -> Duration {
    let mut chains = black_box([1_u64, 2, 3, 5, 7, 11]);
    let start = Instant::now();
    for _ in 0..STEPS {
        for chain in &mut chains {
            *chain ^= *chain << 13;
            *chain ^= *chain >> 7;
        }
    }
    let took = start.elapsed();
    black_box(chains);
    took
}
