//! A contender: someone who does one piece of work, in a way that can be timed, weighed and proved.

use std::hint::black_box;
use std::time::{Duration, Instant};

use crate::heap::{self, Heap};
use crate::proof::Proof;

/// Whoever comes on finds the caches full of the one before.
const WARM_UP: usize = 8;

pub trait Contender {
    fn who(&self) -> &'static str;
    /// Does the work once, and shows what came out.
    fn proof(&self) -> Proof;
    /// Does the work so many times, on inputs made before and with outputs dropped after; all
    /// together took so long.
    fn time(&self, times: usize) -> Duration;
    /// What doing it once asks of the heap.
    fn heap(&self) -> Heap;
}

/// `prepare` makes an input outside the clock, `run` does the work on it, and `prove` shows what
/// became of both. What a caller would keep from one request to the next is made ready before, and
/// captured by `run`.
pub fn contender<I: 'static, O: 'static>(
    who: &'static str,
    prepare: impl Fn() -> I + 'static,
    run: impl Fn(&mut I) -> O + 'static,
    prove: impl Fn(I, O) -> Proof + 'static,
) -> Box<dyn Contender> {
    Box::new(Way {
        who,
        prepare,
        run,
        prove,
    })
}

struct Way<Prepare, Run, Prove> {
    who: &'static str,
    prepare: Prepare,
    run: Run,
    prove: Prove,
}

impl<I, O, Prepare, Run, Prove> Contender for Way<Prepare, Run, Prove>
where
    Prepare: Fn() -> I,
    Run: Fn(&mut I) -> O,
    Prove: Fn(I, O) -> Proof,
{
    fn who(&self) -> &'static str {
        self.who
    }

    fn proof(&self) -> Proof {
        let mut input = (self.prepare)();
        let output = (self.run)(&mut input);
        (self.prove)(input, output)
    }

    fn time(&self, times: usize) -> Duration {
        let warm_up = WARM_UP.min(times.div_ceil(2));
        let mut inputs: Vec<I> = (0..warm_up + times).map(|_| (self.prepare)()).collect();
        let mut outputs: Vec<O> = Vec::with_capacity(inputs.len());
        let (early, timed) = inputs.split_at_mut(warm_up);
        outputs.extend(early.iter_mut().map(|input| (self.run)(black_box(input))));
        let start = Instant::now();
        for input in timed {
            outputs.push((self.run)(black_box(input)));
        }
        let took = start.elapsed();
        black_box((&inputs, &outputs));
        took
    }

    fn heap(&self) -> Heap {
        let mut input = (self.prepare)();
        let (output, heap) = heap::during(|| (self.run)(&mut input));
        drop((input, output));
        heap
    }
}
