//! The results as tables, for people and for programs.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};

use crate::growth::SERIES;
use crate::odd::VARIANTS;
use crate::peers::{self, FLOOR_B, aws_sigv4, countersign};
use crate::race::{Outcome, Row};
use crate::work::Work;

/// One line for each contender over each piece of work.
pub struct Tsv<'a>(pub &'a Outcome);

impl Display for Tsv<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "workload\twho\tns\tx_floor_a\tx_floor_b\tallocs\tbytes")?;
        for row in &self.0.rows {
            let Row {
                work,
                who,
                nanoseconds,
                heap,
                ..
            } = row;
            let [a, b] = [row.x_floor_a, row.x_floor_b].map(|x| format!("{x:.3}"));
            writeln!(
                f,
                "{}\t{who}\t{nanoseconds:.1}\t{a}\t{b}\t{}\t{}",
                work.name, heap.allocations, heap.bytes
            )?;
        }
        Ok(())
    }
}

/// Everything that there is to read.
pub struct People<'a> {
    pub works: &'a [&'static Work],
    pub outcome: &'a Outcome,
    /// Nanoseconds for each presigned URL, by the number of threads.
    pub threads: &'a [(usize, f64)],
}

impl Display for People<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for work in self.works {
            self.workload(f, work)?;
        }
        self.absent(f)?;
        self.odd(f)?;
        self.growth(f)?;
        self.threads(f)
    }
}

impl People<'_> {
    fn workload(&self, f: &mut Formatter<'_>, work: &Work) -> fmt::Result {
        writeln!(f, "{}  {}\n", work.name, work.what)?;
        writeln!(
            f,
            "{:>30} {:>10} {:>8} {:>8} {:>7} {:>7}",
            "", "ns", "× (a)", "× (b)", "allocs", "bytes"
        )?;
        for row in self
            .outcome
            .rows
            .iter()
            .filter(|row| row.work.name == work.name)
        {
            let Row {
                who,
                nanoseconds,
                x_floor_a,
                x_floor_b,
                heap,
                ..
            } = row;
            write!(
                f,
                "{who:>30} {nanoseconds:>10.0} {x_floor_a:>8.2} {x_floor_b:>8.2}"
            )?;
            writeln!(f, " {:>7} {:>7}", heap.allocations, heap.bytes)?;
        }
        writeln!(f)
    }

    fn absent(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut reasons: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for work in self.works {
            for (who, entry) in peers::entries(work) {
                if let Err(reason) = entry {
                    reasons
                        .entry((who, reason))
                        .or_default()
                        .push(work.name.as_str());
                }
            }
        }
        writeln!(f, "Not in the table\n")?;
        for ((who, reason), works) in reasons {
            writeln!(f, "{who:>30} {}: {reason}", works.join(", "))?;
        }
        writeln!(f)
    }

    fn odd(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "What is odd costs where it occurs: ns (× floor (b) of the same work)\n"
        )?;
        write!(f, "{:>30} {:>18}", "", "plain")?;
        for variant in VARIANTS {
            write!(f, " {variant:>18}")?;
        }
        writeln!(f)?;
        for plain in ["W1", "W2", "W3", "W4"] {
            for who in [
                countersign::slices::WHO,
                countersign::typed::WHO,
                aws_sigv4::WHO,
            ] {
                write!(
                    f,
                    "{:>30} {:>18}",
                    format!("{plain} {who}"),
                    self.cell(plain, who)
                )?;
                for variant in VARIANTS {
                    write!(f, " {:>18}", self.cell(&format!("{plain} {variant}"), who))?;
                }
                writeln!(f)?;
            }
        }
        writeln!(f)
    }

    fn cell(&self, work: &str, who: &str) -> String {
        self.outcome
            .row(work, who)
            .map(|row| format!("{:.0} ({:.2})", row.nanoseconds, row.x_floor_b))
            .unwrap_or_default()
    }

    fn growth(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "How it grows: ns for each further one, × what hashing it takes, how good a line it is\n"
        )?;
        for series in &SERIES {
            let floor = series.line(self.outcome, FLOOR_B);
            for who in [
                FLOOR_B,
                countersign::slices::WHO,
                countersign::typed::WHO,
                aws_sigv4::WHO,
            ] {
                let (Some(line), Some(floor)) = (series.line(self.outcome, who), &floor) else {
                    continue;
                };
                let name = format!("{who}, {}", series.unit);
                let times = line.slope / floor.slope;
                writeln!(
                    f,
                    "{name:>30} {:>10.2} {times:>8.2} {:>8.4}",
                    line.slope, line.fit
                )?;
            }
        }
        writeln!(f)
    }

    fn threads(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "W3 by the presigner, in threads: URLs in a second, × one thread\n"
        )?;
        for (threads, nanoseconds) in self.threads {
            let times = self.threads[0].1 / nanoseconds;
            writeln!(f, "{threads:>30} {:>10.0} {times:>8.2}", 1e9 / nanoseconds)?;
        }
        Ok(())
    }
}
