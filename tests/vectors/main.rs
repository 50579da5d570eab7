//! Checks every field of every case in `tests/vectors/`, or in the folder that `VECTORS_DIR` names.
//!
//! A topic is a file, and its runner is in `tests/vectors/`. A failure or a panic does not stop the
//! run: all are reported by id and field. The last line is `vectors: N cases, M failed`. A topic
//! without a runner is reported.

#![allow(unreachable_pub, reason = "modules of one test")]

mod access_key_id;
#[cfg(feature = "s3")]
mod address;
#[cfg(all(
    feature = "console",
    feature = "ecr",
    feature = "redshift",
    feature = "s3",
    feature = "signin"
))]
mod calls;
#[cfg(feature = "checksums")]
mod checksums;
mod chunked;
mod clock_skew;
#[cfg(feature = "cloudfront")]
mod cloudfront;
#[cfg(feature = "codeartifact")]
mod codeartifact;
mod default_headers;
#[cfg(feature = "event-stream")]
mod event_stream;
#[cfg(feature = "legacy")]
mod legacy;
#[cfg(feature = "tokens")]
mod logins;
#[cfg(feature = "post-policy")]
mod post_policy;
mod report;
#[cfg(feature = "sources")]
mod roles_anywhere;
mod s3_path;
mod sigv4;
#[cfg(feature = "sigv4a")]
mod sigv4a;
#[cfg(feature = "sigv4a")]
mod sigv4a_chunked;
#[cfg(feature = "sources")]
mod sources;
#[cfg(feature = "sts")]
mod sts;
#[cfg(feature = "tokens")]
mod tokens;
mod verify;

use std::io::Write as _;
use std::path::{Path, PathBuf};

use report::{Case, Report};
use serde_json::Value;

/// Runs a case of a topic. `None` for an unknown topic.
fn runner(topic: &str) -> Option<fn(&mut Case<'_>)> {
    Some(match topic {
        #[cfg(feature = "tokens")]
        "sts-identity" => tokens::identity,
        "sigv4-header" | "sigv4-presign" | "s3" | "unsigned-payload" | "s3-express" => sigv4::run,
        #[cfg(not(feature = "tokens"))]
        "sts-identity" => sigv4::run,
        "chunked" | "chunked-trailer" | "unsigned-trailer" => chunked::run,
        #[cfg(feature = "checksums")]
        "checksums" => checksums::run,
        "clock-skew" => clock_skew::run,
        #[cfg(feature = "cloudfront")]
        "cloudfront" => cloudfront::run,
        #[cfg(feature = "s3")]
        "s3-address" => address::s3,
        #[cfg(all(feature = "s3", feature = "sigv4a"))]
        "sigv4a-hosts" => address::global,
        "verify" => verify::run,
        #[cfg(feature = "event-stream")]
        "event-stream" => event_stream::run,
        #[cfg(feature = "post-policy")]
        "post-policy" => post_policy::run,
        "ambiguous" => sigv4::run_ambiguous,
        "s3-path" => s3_path::run,
        "default-headers" => default_headers::run,
        #[cfg(feature = "legacy")]
        "sigv2-query" => legacy::run_query,
        #[cfg(feature = "legacy")]
        "s3-v2" => legacy::run_s3,
        #[cfg(feature = "sigv4a")]
        "sigv4a" => sigv4a::run,
        "access-key-id" => access_key_id::run,
        #[cfg(feature = "codeartifact")]
        "codeartifact" | "codeartifact-2026" => codeartifact::run,
        #[cfg(feature = "sts")]
        "sts-request" | "sts-request-2026" => sts::run_request,
        #[cfg(feature = "sts")]
        "sts-response" | "sts-response-2026" => sts::run_response,
        #[cfg(feature = "tokens")]
        "rds" => tokens::rds,
        #[cfg(feature = "tokens")]
        "rds-hosts" => tokens::rds_host,
        #[cfg(feature = "tokens")]
        "dsql" => tokens::dsql,
        #[cfg(feature = "tokens")]
        "elasticache" => tokens::elasticache,
        #[cfg(feature = "tokens")]
        "msk" => tokens::msk,
        #[cfg(feature = "tokens")]
        "eks" => tokens::eks,
        #[cfg(feature = "tokens")]
        "bedrock" => tokens::bedrock,
        #[cfg(feature = "tokens")]
        "iot" => tokens::iot,
        #[cfg(feature = "sources")]
        "profile-files" => sources::profile_files,
        #[cfg(feature = "sources")]
        "profile-credentials" => sources::profile_credentials,
        #[cfg(feature = "sources")]
        "imds" => sources::imds,
        #[cfg(feature = "sources")]
        "container" => sources::container,
        #[cfg(feature = "sources")]
        "credential-process" => sources::process,
        #[cfg(feature = "sources")]
        "web-identity-env" => sources::web_identity_env,
        #[cfg(feature = "sources")]
        "sso" => sources::sso,
        #[cfg(feature = "sources")]
        "login" => sources::login,
        #[cfg(feature = "sources")]
        "cognito" => sources::cognito,
        #[cfg(feature = "sources")]
        "iot-credentials" => sources::iot,
        #[cfg(feature = "sources")]
        "roles-anywhere" => roles_anywhere::run,
        #[cfg(feature = "sources")]
        "chain" => sources::chain,
        #[cfg(feature = "tokens")]
        "ses-smtp" => logins::ses_smtp,
        #[cfg(feature = "tokens")]
        "keyspaces" => logins::keyspaces,
        #[cfg(feature = "tokens")]
        "snowflake" => logins::snowflake,
        #[cfg(feature = "tokens")]
        "neptune" => logins::neptune,
        #[cfg(feature = "tokens")]
        "appsync" => logins::appsync,
        _ => return call(topic),
    })
}

/// The topics of calls have the same helpers.
#[cfg(all(
    feature = "console",
    feature = "ecr",
    feature = "redshift",
    feature = "s3",
    feature = "signin"
))]
fn call(topic: &str) -> Option<fn(&mut Case<'_>)> {
    Some(match topic {
        "access-grants" => calls::access_grants,
        "console-url" => calls::console_url,
        "ecr" => calls::ecr,
        "redshift" => calls::redshift,
        "signin" => calls::signin,
        _ => return None,
    })
}

#[cfg(not(all(
    feature = "console",
    feature = "ecr",
    feature = "redshift",
    feature = "s3",
    feature = "signin"
)))]
fn call(_: &str) -> Option<fn(&mut Case<'_>)> {
    None
}

/// The topic of a file, and its cases.
fn read(file: &Path) -> Result<(String, Vec<Value>), String> {
    let text = std::fs::read_to_string(file).map_err(|error| error.to_string())?;
    let document: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let topic = document["topic"].as_str().ok_or("it has no topic")?;
    let cases = document["cases"].as_array().ok_or("it has no cases")?;
    Ok((topic.to_owned(), cases.clone()))
}

#[test]
fn a_panic_inside_a_case_fails_that_case_alone() {
    fn run(case: &mut Case<'_>) {
        assert!(case.input["good"].as_bool().unwrap(), "it is not good");
    }
    let cases = [
        serde_json::json!({"id": "first", "input": {"good": false}}),
        serde_json::json!({"input": {"good": true}}),
        serde_json::json!({"id": "third", "input": {}}),
    ];
    let mut report = Report::default();
    report.topic("topic", &cases, run);
    assert_eq!((report.cases(), report.failed()), (3, 2));
    let text = report.text();
    assert!(text.contains("first: panic: it is not good"), "{text}");
    assert!(text.contains("third: panic: "), "{text}");
    assert!(text.contains("topic: 3 cases, 2 failed\n"), "{text}");
    assert!(text.ends_with("vectors: 3 cases, 2 failed\n"), "{text}");
}

#[test]
fn chunks_have_one_size_or_those_of_a_list() {
    let body = serde_json::json!({"utf8": "0123456789"});
    for (chunking, sizes, one) in [
        (serde_json::json!(4), &[4, 4, 2][..], Some(4)),
        (serde_json::json!([4, 4, 2]), &[4, 4, 2], Some(4)),
        (serde_json::json!([4, 4, 2, 0]), &[4, 4, 2], Some(4)),
        (serde_json::json!([2, 5]), &[2, 5, 3], None),
        (serde_json::json!([10]), &[10], Some(10)),
    ] {
        let input = serde_json::json!({"body": body, "chunking": chunking});
        let chunks = chunked::chunks(&input, b"0123456789");
        let lengths: Vec<usize> = chunks.iter().map(|chunk| chunk.len()).collect();
        assert_eq!(lengths, sizes, "{chunking}");
        assert_eq!(chunked::chunk_size(&input), one, "{chunking}");
    }
}

#[test]
fn every_vector_has_the_expected_result() {
    let folder = std::env::var_os("VECTORS_DIR").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors"),
        PathBuf::from,
    );
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        })
        .collect();
    files.sort();

    let mut report = Report::default();
    for file in files {
        match read(&file) {
            Ok((topic, cases)) => match runner(&topic) {
                Some(run) => report.topic(&topic, &cases, run),
                None => report.unknown(&topic, cases.len()),
            },
            Err(why) => report.unreadable(&file.display().to_string(), &why),
        }
    }
    // Directly to standard output, as the test harness captures the output of a test that passes.
    std::io::stdout()
        .write_all(report.text().as_bytes())
        .unwrap();
    assert!(
        report.cases() > 0,
        "no case was found in {}",
        folder.display()
    );
    assert_eq!(report.failed(), 0, "see the lines above");
}
