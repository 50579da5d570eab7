//! countersign side by side with other crates that sign AWS requests. First everyone proves that
//! their signatures are right, then they race; see the README beside this package's manifest.

mod canary;
mod contender;
mod growth;
mod heap;
mod median;
mod odd;
mod options;
mod peers;
mod picture;
mod proof;
mod race;
mod table;
mod threads;
mod truth;
mod work;

use std::process::ExitCode;

use contender::Contender;
use options::{Options, USAGE};
use race::Field;
use work::{Task, Work};

fn main() -> ExitCode {
    match Options::parse(std::env::args().skip(1))
        .map_err(|error| format!("{error}\n{USAGE}"))
        .and_then(run)
    {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: Options) -> Result<(), String> {
    let works = kept(work::all());
    let growing = growth::SERIES.iter().flat_map(growth::Series::works);
    let variants = kept(odd::all().into_iter().chain(growing));
    let mut fields = Vec::new();
    for work in &works {
        fields.push(Field::new(work, proved(work, |_| true)?));
    }
    for work in &variants {
        let contenders = proved(work, |who| peers::CLOSE.contains(&who))?;
        fields.push(Field::new(work, contenders));
    }
    eprintln!("all signatures are as they should be");

    let outcome = race::run(fields, options.rounds);
    eprintln!(
        "{:.0} % of the samples were undisturbed",
        100.0 * outcome.undisturbed
    );
    if options.tsv {
        print!("{}", table::Tsv(&outcome));
    } else {
        let presigning = works.iter().find(|work| work.task == Task::Presign);
        let threads = presigning
            .map(|work| threads::run(work))
            .unwrap_or_default();
        let (works, outcome, threads) = (&works, &outcome, &threads);
        print!(
            "{}",
            table::People {
                works,
                outcome,
                threads
            }
        );
    }
    match options.svg {
        Some(file) => picture::draw(&works, &outcome, &file)
            .map_err(|error| format!("{}: {error}", file.display())),
        None => Ok(()),
    }
}

/// Those of the entrants who can do the work, once they have shown that they do it right.
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

/// For the rest of the run: contenders borrow from their work.
fn kept(works: impl IntoIterator<Item = Work>) -> Vec<&'static Work> {
    works
        .into_iter()
        .map(|work| &*Box::leak(Box::new(work)))
        .collect()
}
