//! Requests in slices, and findings as text.

use countersign::explain::{Cause, Explainer};
use countersign::verify::VerifyError;
use countersign::{PayloadHash, RawRequest};

use crate::explain::responses::presigned;
use crate::explain::server::SECRET;
use crate::explain::without_a_response;

#[test]
fn slices_are_explained_as_a_request_is() {
    for request in [without_a_response::s3(), presigned()] {
        let uri = request.uri();
        let mut headers: Vec<(&str, &[u8])> = vec![("host", b"h.example")];
        let others = request.headers().iter().filter(|(name, _)| *name != "host");
        headers.extend(others.map(|(name, value)| (name.as_str(), value.as_bytes())));
        let raw = RawRequest {
            method: "GET",
            path: uri.path(),
            query: uri.query().unwrap_or_default(),
            headers: &headers,
        };
        let explainer = |raw| Explainer::from_raw(&raw, "s3").unwrap();
        let from_raw = explainer(raw);
        let text = from_raw.canonical_request().unwrap();
        let other = Explainer::new(&request, "s3").canonical_request().unwrap();
        assert_eq!(text.expose(), other.expose());
        let keyed = from_raw.with_secret_key(SECRET.into());
        assert_eq!(keyed.check().cause(), None);
        let changed = explainer(RawRequest {
            method: "PUT",
            ..raw
        })
        .captured(&request);
        let cause = Cause::MethodChanged {
            signed: "PUT".to_owned(),
            received: "GET".to_owned(),
        };
        assert_eq!(changed.cause(), Some(&cause));
    }
}

#[test]
fn slices_that_http_cannot_carry_are_refused() {
    let raw = RawRequest {
        method: "GET",
        path: "/",
        query: "",
        headers: &[("host", b"h.example")],
    };
    let refused = |raw: RawRequest<'_>| Explainer::from_raw(&raw, "s3").map(drop);
    assert_eq!(refused(raw), Ok(()));
    assert_eq!(refused(RawRequest { path: "", ..raw }), Ok(()));
    for target in [
        RawRequest {
            method: "G T",
            ..raw
        },
        RawRequest { method: "", ..raw },
        RawRequest {
            path: "/a b",
            ..raw
        },
        RawRequest {
            path: "/a?b",
            ..raw
        },
        RawRequest {
            path: "/a#b",
            ..raw
        },
        RawRequest {
            query: "a#b",
            ..raw
        },
        RawRequest {
            query: "a\nb",
            ..raw
        },
    ] {
        let error = refused(target);
        assert!(
            matches!(error, Err(VerifyError::InvalidTarget { .. })),
            "{target:?}"
        );
    }
    for headers in [&[("a b", &b"1"[..])][..], &[("a", b"1\n")]] {
        let error = refused(RawRequest { headers, ..raw });
        assert_eq!(error, Err(VerifyError::InvalidHeader));
    }
}

/// A diagnosis prints the text of each finding.
#[test]
fn a_finding_prints_its_part_of_the_diagnosis() {
    let request = without_a_response::s3();
    let mut captured = request.clone();
    *captured.uri_mut() = "https://h.example/other?a".parse().unwrap();
    let explainer = Explainer::new(&request, "s3").with_payload(PayloadHash::EMPTY);
    let diagnosis = explainer.captured(&captured);
    let [path, query] = diagnosis.findings() else {
        panic!("{diagnosis}");
    };
    assert_eq!(
        path.to_string(),
        "The path changed after it was signed.\n    path  signed    /k\n          received  /other\n\
         \u{20}                    ^\nWhat to do: Keep proxies from rewriting the path (stages, prefixes, \
         trailing slashes), or sign the path that the service receives."
    );
    assert_eq!(
        diagnosis.to_string(),
        format!("Likely cause: {path}\n\nAlso: {query}\n")
    );
}
