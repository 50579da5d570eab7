//! Every case of `tests/vectors/` (or of the folder that `VECTORS_DIR` names), every expected field.
//!
//! A topic is a file; what it takes to run one is in `tests/vectors/`. A failure does not stop the
//! run: all are told, by id and field, and the last lines count them.

#![allow(unreachable_pub, reason = "modules of one test")]

#[path = "vectors/access_key_id.rs"]
mod access_key_id;
#[cfg(all(
    feature = "console",
    feature = "ecr",
    feature = "redshift",
    feature = "s3",
    feature = "signin"
))]
#[path = "vectors/calls.rs"]
mod calls;
#[path = "vectors/chunked.rs"]
mod chunked;
#[cfg(feature = "codeartifact")]
#[path = "vectors/codeartifact.rs"]
mod codeartifact;
#[cfg(feature = "event-stream")]
#[path = "vectors/event_stream.rs"]
mod event_stream;
#[cfg(feature = "legacy")]
#[path = "vectors/legacy.rs"]
mod legacy;
#[cfg(feature = "tokens")]
#[path = "vectors/logins.rs"]
mod logins;
#[cfg(feature = "post-policy")]
#[path = "vectors/post_policy.rs"]
mod post_policy;
#[path = "vectors/report.rs"]
mod report;
#[path = "vectors/sigv4.rs"]
mod sigv4;
#[cfg(feature = "sigv4a")]
#[path = "vectors/sigv4a.rs"]
mod sigv4a;
#[cfg(feature = "sigv4a")]
#[path = "vectors/sigv4a_chunked.rs"]
mod sigv4a_chunked;
#[cfg(feature = "sts")]
#[path = "vectors/sts.rs"]
mod sts;
#[cfg(feature = "tokens")]
#[path = "vectors/tokens.rs"]
mod tokens;
#[path = "vectors/verify.rs"]
mod verify;

use std::io::Write as _;
use std::path::{Path, PathBuf};

use report::{Case, Report};

/// What runs the cases of a topic; `None` for a topic that nothing here knows yet.
fn runner(topic: &str) -> Option<fn(&mut Case<'_>)> {
    Some(match topic {
        #[cfg(feature = "tokens")]
        "sts-identity" => tokens::identity,
        "sigv4-header" | "sigv4-presign" | "s3" | "unsigned-payload" | "s3-express" => sigv4::run,
        #[cfg(not(feature = "tokens"))]
        "sts-identity" => sigv4::run,
        "chunked" | "chunked-trailer" | "unsigned-trailer" => chunked::run,
        "verify" => verify::run,
        #[cfg(feature = "event-stream")]
        "event-stream" => event_stream::run,
        #[cfg(feature = "post-policy")]
        "post-policy" => post_policy::run,
        "ambiguous" => sigv4::run_ambiguous,
        #[cfg(feature = "legacy")]
        "sigv2-query" => legacy::run_query,
        #[cfg(feature = "legacy")]
        "s3-v2" => legacy::run_s3,
        #[cfg(feature = "sigv4a")]
        "sigv4a" => sigv4a::run,
        "access-key-id" => access_key_id::run,
        #[cfg(feature = "codeartifact")]
        "codeartifact" => codeartifact::run,
        #[cfg(feature = "sts")]
        "sts-request" => sts::run_request,
        #[cfg(feature = "sts")]
        "sts-response" => sts::run_response,
        #[cfg(feature = "tokens")]
        "rds" => tokens::rds,
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

/// The topics of calls, which share what they need.
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

#[test]
fn vectors() {
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
        let text = std::fs::read_to_string(&file).unwrap();
        let document: serde_json::Value = serde_json::from_str(&text).unwrap();
        let Some(topic) = document["topic"].as_str() else {
            continue;
        };
        let cases = document["cases"].as_array().unwrap();
        match runner(topic) {
            Some(run) => report.topic(topic, cases, run),
            None => report.unknown(topic, cases.len()),
        }
    }
    // Past the test harness, which would keep the lines of a test that passes to itself.
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
