//! The race: in each round all contenders run, in a rotating order.

use std::hint::black_box;
use std::time::{Duration, Instant};

use crate::contender::Contender;
use crate::heap::Heap;
use crate::peers::{FLOOR_A, FLOOR_B};
use crate::work::Work;

/// The time of a sample. It has at most so many operations that their inputs fit in the nearest
/// cache: long enough for the clock, and short enough to find a quiet moment.
const SAMPLE: Duration = Duration::from_micros(200);
const MOST_IN_A_SAMPLE: u128 = 16;
/// The largest ratio of the canary next to a valid sample to the canary at its best.
const UNDISTURBED: f64 = 1.02;
/// The default number of rounds...
const ROUNDS: usize = 500;
/// ...which is smaller if they would take longer than this.
const LONGEST: Duration = Duration::from_secs(50);
/// The minimum number of undisturbed rounds for a median. With fewer, all rounds are used.
const ENOUGH: usize = 8;

/// The contenders for one piece of work.
pub struct Field {
    work: &'static Work,
    lanes: Vec<Lane>,
}

struct Lane {
    contender: Box<dyn Contender>,
    heap: Heap,
    times: usize,
    samples: Vec<Sample>,
}

struct Sample {
    nanoseconds: f64,
    canary: f64,
}

/// The result of one contender for one piece of work.
pub struct Row {
    pub work: &'static Work,
    pub who: &'static str,
    pub nanoseconds: f64,
    pub x_floor_a: f64,
    pub x_floor_b: f64,
    pub heap: Heap,
}

pub struct Outcome(pub Vec<Row>);

impl Outcome {
    pub fn row(&self, work: &str, who: &str) -> Option<&Row> {
        let is = |row: &&Row| row.work.name == work && row.who == who;
        self.0.iter().find(is)
    }
}

/// Runs all rounds. The canary after one sample is the canary before the next.
pub fn run(mut fields: Vec<Field>, rounds: Option<usize>) -> Outcome {
    let start = Instant::now();
    let mut canaries = Vec::new();
    let mut before = canary();
    for round in 0..rounds.unwrap_or(ROUNDS) {
        if rounds.is_none() && start.elapsed() > LONGEST {
            break;
        }
        for Field { lanes, .. } in &mut fields {
            for turn in 0..lanes.len() {
                let lane = (round + turn) % lanes.len();
                before = lanes[lane].sample(before);
                canaries.push(before);
            }
        }
    }
    // The first percentile is the best: the minimum may be an outlier that no other one reaches.
    canaries.sort_unstable_by(f64::total_cmp);
    let limit = canaries.get(canaries.len() / 100).unwrap_or(&0.0) * UNDISTURBED;
    Outcome(fields.iter().flat_map(|field| field.rows(limit)).collect())
}

/// Always the same work of some microseconds: if it takes longer, something else used the core. Six
/// independent chains keep the integer units busy.
fn canary() -> f64 {
    let mut chains = black_box([1_u64, 2, 3, 5, 7, 11]);
    let start = Instant::now();
    for _ in 0..2_000 {
        for chain in &mut chains {
            *chain ^= *chain << 13;
            *chain ^= *chain >> 7;
        }
    }
    let took = start.elapsed();
    black_box(chains);
    took.as_nanos() as f64
}

impl Field {
    pub fn new(work: &'static Work, contenders: Vec<Box<dyn Contender>>) -> Self {
        let lanes = contenders.into_iter().map(Lane::new).collect();
        Self { work, lanes }
    }

    fn rows(&self, limit: f64) -> Vec<Row> {
        let floor = |who| {
            let mut lanes = self.lanes.iter();
            lanes.find(|lane| lane.contender.who() == who)
        };
        let [a, b] = [FLOOR_A, FLOOR_B].map(|who| floor(who).expect("both floors in each race"));
        let row = |lane: &Lane| Row {
            work: self.work,
            who: lane.contender.who(),
            nanoseconds: over(lane, lane, limit, |sample, _| sample),
            x_floor_a: over(lane, a, limit, |sample, floor| sample / floor),
            x_floor_b: over(lane, b, limit, |sample, floor| sample / floor),
            heap: lane.heap,
        };
        self.lanes.iter().map(row).collect()
    }
}

impl Lane {
    fn new(contender: Box<dyn Contender>) -> Self {
        // The first operation may initialize state.
        let trials = (0..10).map(|_| contender.time(1));
        let best = trials.min().unwrap_or_default().as_nanos().max(1);
        let times = (SAMPLE.as_nanos() / best).clamp(1, MOST_IN_A_SAMPLE) as usize;
        Self {
            heap: contender.heap(),
            contender,
            times,
            samples: Vec::new(),
        }
    }

    fn sample(&mut self, before: f64) -> f64 {
        let took = self.contender.time(self.times);
        let after = canary();
        self.samples.push(Sample {
            nanoseconds: took.as_nanos() as f64 / self.times as f64,
            canary: before.max(after),
        });
        after
    }
}

/// The median over the rounds in which both samples were undisturbed.
fn over(lane: &Lane, other: &Lane, limit: f64, value: impl Fn(f64, f64) -> f64) -> f64 {
    let rounds = || lane.samples.iter().zip(&other.samples);
    let value = |(a, b): (&Sample, &Sample)| value(a.nanoseconds, b.nanoseconds);
    let quiet = rounds().filter(|(a, b)| a.canary.max(b.canary) <= limit);
    let quiet: Vec<f64> = quiet.map(value).collect();
    if quiet.len() >= ENOUGH {
        median(quiet)
    } else {
        median(rounds().map(value).collect())
    }
}

/// The upper median.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
