//! A contender: a crate that does one piece of work, in a form that can be timed, measured and
//! checked.

use std::hint::black_box;
use std::time::{Duration, Instant};

use crate::heap::{self, Heap};
use crate::proof::Proof;

/// Untimed operations before a sample, as the previous contender has evicted the caches.
const WARM_UP: usize = 8;

pub trait Contender {
    fn who(&self) -> &'static str;
    /// Does the work once, and returns the result to be checked.
    fn proof(&self) -> Proof;
    /// Does the work this many times, and returns the time. Inputs are made before and outputs
    /// dropped after it.
    fn time(&self, times: usize) -> Duration;
    /// The heap use of one operation.
    fn heap(&self) -> Heap;
}

/// `prepare` makes an input before the clock starts, `run` does the work, and `prove` returns the
/// result to be checked. What a caller would keep between requests is prepared in advance and
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
