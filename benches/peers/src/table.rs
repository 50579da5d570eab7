//! The results as tables.

use std::collections::BTreeMap;

use crate::growth::SERIES;
use crate::peers::{self, FLOOR_B, aws_sigv4, countersign};
use crate::race::Outcome;
use crate::work::Work;

const CLOSE: [&str; 3] = [
    countersign::slices::WHO,
    countersign::typed::WHO,
    aws_sigv4::WHO,
];

pub fn print(works: &[&'static Work], outcome: &Outcome) {
    for work in works {
        println!("{}  {}\n", work.name, work.what);
        line("", &["ns", "× (a)", "× (b)", "allocs", "bytes"]);
        for row in outcome.0.iter().filter(|row| row.work.name == work.name) {
            line(
                row.who,
                &[
                    format!("{:.0}", row.nanoseconds),
                    format!("{:.2}", row.x_floor_a),
                    format!("{:.2}", row.x_floor_b),
                    row.heap.allocations.to_string(),
                    row.heap.bytes.to_string(),
                ],
            );
        }
        println!();
    }
    absent(works);

    println!("How it grows\n");
    line("", &["ns for each", "× floor (b)", "fit of a line"]);
    for series in &SERIES {
        let floor = series
            .line(outcome, FLOOR_B)
            .map_or(f64::NAN, |line| line.slope);
        for who in [FLOOR_B].into_iter().chain(CLOSE) {
            if let Some(grown) = series.line(outcome, who) {
                let cells = [grown.slope, grown.slope / floor, grown.fit];
                let cells = cells.map(|number| format!("{number:.3}"));
                line(&format!("{who}, {}", series.unit), &cells);
            }
        }
    }
}

/// Prints the contenders that are not in the table, with the reasons.
fn absent(works: &[&'static Work]) {
    let mut reasons: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for work in works {
        for (who, entry) in peers::entries(work) {
            if let Err(reason) = entry {
                let works = reasons.entry((who, reason)).or_default();
                works.push(work.name.as_str());
            }
        }
    }
    println!("Not in the table\n");
    for ((who, reason), works) in reasons {
        println!("{who:>32} {}: {reason}", works.join(", "));
    }
    println!();
}

fn line(name: &str, cells: &[impl AsRef<str>]) {
    print!("{name:>32}");
    for cell in cells {
        print!(" {:>18}", cell.as_ref());
    }
    println!();
}
