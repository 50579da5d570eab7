//! AWS's own test suite for the shared configuration files, which all AWS SDKs pass, from the
//! published `aws-runtime` package.

#![allow(unreachable_pub, reason = "modules of one test")]

use std::io::Write as _;

use countersign::sources::{
    Environment, Error, FileLocations, Platform, ProfileFileProblem, ProfileFiles, Section,
    SelectedProfile,
};
use serde_json::{Map, Value};

use crate::published_package;

fn cases(file: &str) -> Vec<Value> {
    let path = published_package::folder("aws-runtime", "1.10.2")
        .join("test-data")
        .join(file);
    let mut document: Value =
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    match document["tests"].take() {
        Value::Array(cases) => cases,
        other => panic!("{other}"),
    }
}

/// Writes to standard error directly, as the test harness captures the output of a test that
/// passes.
fn report(line: &str) {
    let line = format!("\naws suite {line}\n");
    std::io::stdout().write_all(line.as_bytes()).unwrap();
}

/// The words that the suite expects in the message for a problem.
fn words(problem: ProfileFileProblem) -> &'static str {
    match problem {
        ProfileFileProblem::SectionEnd => "Profile definition must end with ']'",
        ProfileFileProblem::ExpectedSection => "Expected a profile definition",
        ProfileFileProblem::ExpectedEquals => "Expected an '=' sign defining a property",
        ProfileFileProblem::EmptyKey => "Property did not have a name",
        ProfileFileProblem::OrphanContinuation => {
            "Expected a property definition, found continuation"
        }
        ProfileFileProblem::SubPropertyExpectedEquals => {
            "Expected an '=' sign defining a sub-property"
        }
        ProfileFileProblem::SubPropertyEmptyKey => "Sub-property did not have a name",
        other => panic!("{other:?}"),
    }
}

fn told<'a>(sections: impl Iterator<Item = (&'a str, &'a Section)>) -> Value {
    let told = sections.map(|(name, section)| {
        let pairs = section.properties();
        let pairs = pairs.map(|(key, value)| (key.to_owned(), Value::from(value)));
        (name.to_owned(), Value::Object(pairs.collect()))
    });
    Value::Object(told.collect::<Map<_, _>>())
}

#[test]
fn shared_files_are_parsed_as_the_suite_says() {
    let cases = cases("profile-parser-tests.json");
    let (mut errors, mut failures) = (0, String::new());
    for case in &cases {
        let (name, output) = (case["name"].as_str().unwrap(), &case["output"]);
        let file = |name: &str| case["input"][name].as_str().unwrap_or_default();
        let parsed = ProfileFiles::parse(file("configFile"), file("credentialsFile"));
        let difference = match (&parsed, output["errorContaining"].as_str()) {
            (Ok(files), None) => {
                let config = &output["config"];
                let profiles = told(files.profiles());
                let sessions = told(files.sso_sessions());
                let expected_sessions = config.get("sso_sessions").unwrap_or(&sessions);
                (profiles != config["profiles"] || sessions != *expected_sessions)
                    .then(|| format!("{profiles} {sessions}"))
            }
            (Err(Error::ProfileFiles { problem, .. }), Some(message)) => {
                errors += 1;
                (!words(*problem).starts_with(message)).then(|| format!("{problem:?}"))
            }
            _ => Some(format!("{parsed:?}")),
        };
        if let Some(difference) = difference {
            failures += &format!("{name}\n  expected {output}\n  actual   {difference}\n");
        }
    }
    report(&format!(
        "of shared files: {} cases, {errors} of them errors, none excepted",
        cases.len()
    ));
    assert!(failures.is_empty(), "\n{failures}");
    assert_eq!((cases.len(), errors), (65, 10));
}

#[test]
fn shared_files_are_where_the_suite_says() {
    let cases = cases("file-location-tests.json");
    for case in &cases {
        let name = case["name"].as_str().unwrap();
        let variables = case["environment"].as_object().unwrap().iter();
        let environment =
            Environment::from_pairs(variables.map(|(name, value)| (name, value.as_str().unwrap())));
        let platform = match case["platform"].as_str().unwrap() {
            "windows" => Platform::Windows,
            "linux" => Platform::Unix,
            other => panic!("{other}"),
        };
        let locations = FileLocations::new(&environment, platform);
        let (config, credentials) = (locations.config(), locations.credentials());
        assert_eq!(config.as_deref(), case["configLocation"].as_str(), "{name}");
        let expected = case["credentialsLocation"].as_str();
        assert_eq!(credentials.as_deref(), expected, "{name}");
        if let Some(profile) = case["profile"].as_str() {
            let selected = SelectedProfile::from_environment(&environment);
            assert_eq!(selected.name(), profile, "{name}");
        }
    }
    report(&format!("of file locations: {} cases", cases.len()));
    assert_eq!(cases.len(), 9);
}
