//! The race: everyone in turn inside each round, in an order that rotates.

use std::time::{Duration, Instant};

use crate::canary;
use crate::contender::Contender;
use crate::heap::Heap;
use crate::median::median;
use crate::peers::{FLOOR_A, FLOOR_B};
use crate::work::Work;

/// A sample is as many operations as fit in this, up to a number whose inputs fit in the nearest
/// cache: long enough for the clock, short enough to find a quiet moment.
const SAMPLE: Duration = Duration::from_micros(200);
const MOST_IN_A_SAMPLE: u128 = 16;
/// How much longer than at its best the canary may sing beside a sample that counts. Where it sang
/// three hundredths longer, the samples were half as long again.
const UNDISTURBED: f64 = 1.02;
/// So many rounds, unless more or fewer are asked for...
const ROUNDS: usize = 500;
/// ...and on a busy machine those that fit in this.
const LONGEST: Duration = Duration::from_secs(50);
/// Of fewer rounds than this no median is taken; where so few were undisturbed, all of them count.
const ENOUGH: usize = 8;

/// Those who race over one piece of work.
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

/// What came of one contender over one piece of work.
pub struct Row {
    pub work: &'static Work,
    pub who: &'static str,
    pub nanoseconds: f64,
    pub x_floor_a: f64,
    pub x_floor_b: f64,
    pub heap: Heap,
}

pub struct Outcome {
    pub rows: Vec<Row>,
    /// How many of all samples were undisturbed.
    pub undisturbed: f64,
}

impl Outcome {
    pub fn row(&self, work: &str, who: &str) -> Option<&Row> {
        self.rows
            .iter()
            .find(|row| row.work.name == work && row.who == who)
    }
}

impl Field {
    pub fn new(work: &'static Work, contenders: Vec<Box<dyn Contender>>) -> Self {
        Self {
            work,
            lanes: contenders.into_iter().map(Lane::new).collect(),
        }
    }
}

/// Lets them all run. The last canary of one sample is the first of the next.
pub fn run(mut fields: Vec<Field>, rounds: Option<usize>) -> Outcome {
    let start = Instant::now();
    let mut before = canary::sing();
    for round in 0..rounds.unwrap_or(ROUNDS) {
        if rounds.is_none() && start.elapsed() > LONGEST {
            break;
        }
        for Field { lanes, .. } in &mut fields {
            for turn in 0..lanes.len() {
                let lane = (round + turn) % lanes.len();
                before = lanes[lane].sample(before);
            }
        }
    }
    let limit = limit(&fields);
    let counting = samples(&fields)
        .filter(|sample| sample.canary <= limit)
        .count();
    let undisturbed = counting as f64 / samples(&fields).count() as f64;
    let rows = fields.iter().flat_map(|field| field.rows(limit)).collect();
    Outcome { rows, undisturbed }
}

impl Lane {
    fn new(contender: Box<dyn Contender>) -> Self {
        // The first time builds whatever is built on first use.
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

    fn sample(&mut self, before: Duration) -> Duration {
        let took = self.contender.time(self.times);
        let after = canary::sing();
        self.samples.push(Sample {
            nanoseconds: took.as_nanos() as f64 / self.times as f64,
            canary: before.max(after).as_nanos() as f64,
        });
        after
    }
}

impl Field {
    fn rows(&self, limit: f64) -> Vec<Row> {
        let lane = |who| {
            self.lanes
                .iter()
                .find(|lane| lane.contender.who() == who)
                .expect("both floors in each race")
        };
        let (floor_a, floor_b) = (lane(FLOOR_A), lane(FLOOR_B));
        self.lanes
            .iter()
            .map(|lane| Row {
                work: self.work,
                who: lane.contender.who(),
                nanoseconds: over(&[lane], limit, |samples| samples[0].nanoseconds),
                x_floor_a: times(lane, floor_a, limit),
                x_floor_b: times(lane, floor_b, limit),
                heap: lane.heap,
            })
            .collect()
    }
}

/// How many times a floor's own time a contender takes: the median of the rounds' ratios.
fn times(lane: &Lane, floor: &Lane, limit: f64) -> f64 {
    over(&[lane, floor], limit, |samples| {
        samples[0].nanoseconds / samples[1].nanoseconds
    })
}

/// The median over the rounds in which all these lanes were undisturbed.
fn over(lanes: &[&Lane], limit: f64, value: impl Fn(&[&Sample]) -> f64) -> f64 {
    let rounds = (0..lanes[0].samples.len())
        .map(|round| lanes.iter().map(|lane| &lane.samples[round]).collect());
    let rounds: Vec<Vec<&Sample>> = rounds.collect();
    let quiet = rounds
        .iter()
        .filter(|samples| samples.iter().all(|sample| sample.canary <= limit));
    let quiet: Vec<f64> = quiet.map(|samples| value(samples)).collect();
    if quiet.len() >= ENOUGH {
        median(quiet)
    } else {
        median(rounds.iter().map(|samples| value(samples)).collect())
    }
}

/// The canary's best is what it reaches once in a hundred times: a single lucky song would set a
/// mark that no other meets.
fn limit(fields: &[Field]) -> f64 {
    let mut songs: Vec<f64> = samples(fields).map(|sample| sample.canary).collect();
    songs.sort_unstable_by(f64::total_cmp);
    songs
        .get(songs.len() / 100)
        .map_or(0.0, |best| best * UNDISTURBED)
}

fn samples(fields: &[Field]) -> impl Iterator<Item = &Sample> {
    fields
        .iter()
        .flat_map(|field| &field.lanes)
        .flat_map(|lane| &lane.samples)
}
