//! Compares countersign with other crates that sign AWS requests. First the signatures of each
//! crate are checked, then all crates race. The README of this package describes the method.

mod contender;
mod growth;
mod heap;
mod peers;
mod proof;
mod race;
mod table;
mod truth;
mod work;

use contender::Contender;
use race::Field;
use work::Work;

const USAGE: &str = "\
usage: countersign-peers [--rounds N]
  --rounds N  how often each contender runs (default 500, or what fits in under a minute)";

fn main() -> Result<(), String> {
    let mut rounds = None;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match (argument.as_str(), arguments.next()) {
            ("--rounds", Some(number)) => rounds = Some(number.parse().map_err(|_| USAGE)?),
            _ => return Err(USAGE.to_owned()),
        }
    }

    let works = kept(work::all());
    let growing = kept(growth::SERIES.iter().flat_map(growth::Series::works));
    let mut fields = Vec::new();
    for work in &works {
        fields.push(Field::new(work, proved(work, |_| true)?));
    }
    for work in &growing {
        let contenders = proved(work, |who| peers::CLOSE.contains(&who))?;
        fields.push(Field::new(work, contenders));
    }
    eprintln!("all signatures are as they should be");

    let outcome = race::run(fields, rounds);
    table::print(&works, &outcome);
    Ok(())
}

/// The contenders that can do the work, after their results were checked.
fn proved(
    work: &'static Work,
    enters: impl Fn(&str) -> bool,
) -> Result<Vec<Box<dyn Contender>>, String> {
    let mut contenders = Vec::new();
    for (who, entry) in peers::entries(work) {
        if let Ok(contender) = entry
            && enters(who)
        {
            contender
                .proof()
                .check(work)
                .map_err(|wrong| format!("{who}, {}: {wrong}", work.name))?;
            contenders.push(contender);
        }
    }
    Ok(contenders)
}

/// Leaks the works: contenders borrow from them for the whole run.
fn kept(works: impl IntoIterator<Item = Work>) -> Vec<&'static Work> {
    works
        .into_iter()
        .map(|work| &*Box::leak(Box::new(work)))
        .collect()
}
