//! The README is short and correct, and has no wide lines and no dead links on the sites that show
//! it.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use countersign::explain::Explainer;

const README: &str = include_str!("../../README.md");
const MANIFEST: &str = include_str!("../../Cargo.toml");

/// The lines of code blocks, and the other lines.
fn lines() -> (Vec<&'static str>, Vec<&'static str>) {
    let mut is_code = false;
    let lines = README.lines().filter(|line| !line.starts_with("[page]: "));
    lines.partition(|line| {
        let is_fence = line.starts_with("```");
        is_code ^= is_fence;
        is_code || is_fence
    })
}

#[test]
fn the_readme_is_short_and_its_code_does_not_scroll() {
    assert!(README.lines().count() < 120);
    let (code, text) = lines();
    for line in code {
        assert!(line.chars().count() <= 80, "{line}");
        assert!(!line.starts_with("# "), "GitHub shows this line: {line}");
    }
    for (heading, next) in text.iter().zip(&text[1..]) {
        assert!(!heading.starts_with('#') || next.is_empty(), "{heading}");
    }
}

/// Neither the registry nor docs.rs has the other files of the repository. The only exception is
/// the picture, which rustdoc gets as text.
#[test]
fn the_readme_has_no_link_to_a_file() {
    let (_, text) = lines();
    let links = text.iter().flat_map(|line| line.split("](").skip(1));
    for link in links {
        assert!(link.starts_with("https://"), "{link}");
    }
    assert!(README.ends_with("\n\n[page]: docs/explain-page.png\n"));
    let picture = BASE64_STANDARD.encode(include_bytes!("../../docs/explain-page.png"));
    assert!(
        include_str!("../../docs/explain-page.md").trim_end()
            == format!("[page]: data:image/png;base64,{picture}"),
        "docs/explain-page.md is not the picture docs/explain-page.png in base64"
    );
}

#[test]
fn the_readme_names_every_feature() {
    let features = MANIFEST.split("[features]\n").nth(1).unwrap_or_default();
    let features = features.lines().take_while(|line| !line.starts_with('['));
    let names = features
        .filter_map(|line| line.split_once(" = ["))
        .map(|(name, _)| name);
    let names = names.filter(|name| *name != "default" && !name.starts_with('_'));
    let names: Vec<&str> = names.collect();
    assert!(names.len() > 15);
    for name in names {
        assert!(README.contains(&format!("`{name}`")), "{name}");
    }
}

#[test]
fn the_readme_shows_what_the_explainer_prints() -> Result<(), Box<dyn std::error::Error>> {
    let canonical = |prefix: &str| {
        format!(
            "GET\n/\nlist-type=2&amp;prefix={prefix}\nhost:photos.s3.us-east-1.amazonaws.com\n\
             x-amz-content-sha256:UNSIGNED-PAYLOAD\nx-amz-date:20260102T030405Z\n\n\
             host;x-amz-content-sha256;x-amz-date\nUNSIGNED-PAYLOAD"
        )
    };
    let request = http::Request::get("/?list-type=2&prefix=2026%2Bphotos")
        .header("host", "photos.s3.us-east-1.amazonaws.com")
        .header("x-amz-content-sha256", "UNSIGNED-PAYLOAD")
        .header("x-amz-date", "20260102T030405Z")
        .header(
            "authorization",
            format!(
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/us-east-1/s3/aws4_request, \
                 SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature={}",
                "2c".repeat(32)
            ),
        )
        .body(())?;
    let error_body = format!(
        "<Error><Code>SignatureDoesNotMatch</Code><CanonicalRequest>{}</CanonicalRequest></Error>",
        canonical("2026%20photos")
    );
    let response = http::Response::builder().status(403).body(error_body)?;
    let printed = Explainer::new(&request, "s3")
        .response(&response)?
        .to_string();
    assert!(
        README.contains(&format!("```text\n{printed}```\n")),
        "{printed}"
    );
    Ok(())
}
