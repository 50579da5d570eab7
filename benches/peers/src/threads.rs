//! Many URLs, presigned by as many threads as there are cores: it should take half as long with two.

use std::hint::black_box;
use std::thread;
use std::time::Instant;

use crate::peers::countersign::presigner::presigner;
use crate::race::median;
use crate::work;

const URLS: usize = 4_000;
const ROUNDS: usize = 15;

/// For each number of threads, nanoseconds for each URL: the median of the rounds, in which all
/// numbers take turns.
pub fn run() -> Vec<(usize, f64)> {
    let work = work::w3();
    let most = thread::available_parallelism().map_or(1, usize::from);
    let presigner = presigner(&work);
    let mut times = vec![Vec::new(); most];
    for _ in 0..ROUNDS {
        for threads in 1..=most {
            let start = Instant::now();
            thread::scope(|scope| {
                for _ in 0..threads {
                    scope.spawn(|| {
                        for _ in 0..URLS / threads {
                            black_box(presigner.presign(&work.request).expect("a signature"));
                        }
                    });
                }
            });
            times[threads - 1].push(start.elapsed().as_nanos() as f64 / URLS as f64);
        }
    }
    (1..).zip(times.into_iter().map(median)).collect()
}
