//! The command line.

use std::path::PathBuf;

pub const USAGE: &str = "\
usage: countersign-peers [--tsv] [--svg FILE] [--rounds N]
  --tsv       tab-separated: workload, who, ns, x_floor_a, x_floor_b, allocs, bytes
  --svg FILE  draw W1 to W8 as a picture, too
  --rounds N  how often everyone takes a turn (default 500, or what fits in under a minute)";

pub struct Options {
    pub tsv: bool,
    pub svg: Option<PathBuf>,
    pub rounds: Option<usize>,
}

impl Options {
    pub fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self {
            tsv: false,
            svg: None,
            rounds: None,
        };
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
            match argument.as_str() {
                "--tsv" => options.tsv = true,
                "--svg" => options.svg = Some(value()?.into()),
                "--rounds" => {
                    options.rounds = Some(value()?.parse().map_err(|_| "--rounds needs a number")?)
                }
                _ => return Err(format!("what is {argument}?")),
            }
        }
        Ok(options)
    }
}
