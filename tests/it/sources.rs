//! Credential sources: the chain step by step, malformed input, and secrets that are never printed.

#![allow(unreachable_pub, reason = "modules of one test")]

mod chain;
mod properties;
mod secrets;
mod work;

use std::collections::BTreeMap;

use countersign::Timestamp;
use countersign::sources::{
    Chain, ChainError, Environment, Found, Input, Platform, SecretText, Want,
};
use http::{Request, Response};

/// 2030-01-02T03:04:05Z.
const NOW: Timestamp = Timestamp::from_unix_seconds(1_893_553_445);

/// The environment of a chain: files, programs and responses, in the order in which they are
/// requested.
#[derive(Default)]
struct World {
    environment: Vec<(&'static str, String)>,
    files: BTreeMap<String, String>,
    responses: Vec<Response<Vec<u8>>>,
    output: Option<(i32, String)>,
    mfa_code: Option<&'static str>,
    disk_is_full: bool,
}

/// What the chain requested.
#[derive(Default)]
struct Trace {
    wants: Vec<String>,
    requests: Vec<Request<String>>,
    saved: Vec<(String, SecretText)>,
    commands: Vec<String>,
}

impl World {
    fn of_config(config: &str) -> Self {
        Self::default().file("/home/u/.aws/config", config)
    }

    fn set(mut self, name: &'static str, value: &str) -> Self {
        self.environment.push((name, value.to_owned()));
        self
    }

    fn file(mut self, path: &str, contents: &str) -> Self {
        self.files.insert(path.to_owned(), contents.to_owned());
        self
    }

    fn respond(mut self, status: u16, body: &str) -> Self {
        let response = Response::builder().status(status);
        self.responses.push(response.body(body.into()).unwrap());
        self
    }

    fn chain(&self) -> Chain {
        let home = [("HOME", "/home/u")];
        let variables = self.environment.iter();
        let variables = variables.map(|(name, value)| (*name, value.as_str()));
        let environment = Environment::from_pairs(home.into_iter().chain(variables));
        Chain::new(environment, "the-default")
            .with_platform(Platform::Unix)
            .with_region("eu-west-1")
    }

    fn run(self) -> (Result<Found, ChainError>, Trace) {
        let chain = self.chain();
        self.drive(chain)
    }

    fn drive(self, mut chain: Chain) -> (Result<Found, ChainError>, Trace) {
        let mut trace = Trace::default();
        let mut responses = self.responses.into_iter();
        let mut answer = Input::Start;
        loop {
            let want = match chain.next(answer, NOW) {
                Ok(Want::Done(found)) => return (Ok(found), trace),
                Ok(want) => want,
                Err(error) => return (Err(error), trace),
            };
            trace.wants.push(format!("{want:?}"));
            answer = match want {
                Want::File { path } => match self.files.get(&path) {
                    Some(contents) => Input::File(contents.clone().into()),
                    None => Input::NoFile,
                },
                Want::Run(command) => {
                    trace.commands.push(command.program().to_owned());
                    match &self.output {
                        Some((exit_code, stdout)) => Input::Output {
                            exit_code: Some(*exit_code),
                            stdout: stdout.clone().into(),
                            stderr: b"no such role".to_vec(),
                        },
                        None => Input::NotStarted,
                    }
                }
                Want::Send(request) => {
                    trace.requests.push(request);
                    responses.next().map_or(Input::NoResponse, Input::Response)
                }
                Want::Save { path, contents } => {
                    trace.saved.push((path, contents));
                    if self.disk_is_full {
                        Input::NotSaved
                    } else {
                        Input::Saved
                    }
                }
                Want::MfaCode { .. } => match self.mfa_code {
                    Some(code) => Input::MfaCode(code.to_owned()),
                    None => Input::NoMfaCode,
                },
                Want::Done(_) => unreachable!(),
            };
        }
    }
}
