//! Where the other signer differs from AWS's rules: each exception with its reason.
//!
//! `e16` and similar are rows of `docs/edge-cases.md`, each with its tests.

use percent_encoding::percent_decode_str;

use crate::draft::{Draft, REWRITTEN};

/// A kind of request for which the two signers differ.
pub(crate) struct Exception {
    pub(crate) what: &'static str,
    /// What we do, and what it does.
    pub(crate) why: &'static str,
    pub(crate) applies: fn(&Draft) -> bool,
    pub(crate) then: Then,
}

/// How the difference is checked.
pub(crate) enum Then {
    /// For a request that is changed in this way, the other signer makes the signature that we make
    /// for the unchanged one.
    AgreeOn(fn(&mut Draft)),
    /// The signatures differ, and no change makes the other signer sign the same.
    Differ,
    /// We refuse the request.
    WeRefuse,
}

pub(crate) const EXCEPTIONS: &[Exception] = &[
    Exception {
        what: "raw + in a path of S3",
        why: "an error, because S3 reads a space and other stores a plus; it signs what is sent (e08)",
        applies: |draft| draft.is_s3() && draft.path.contains('+'),
        then: Then::WeRefuse,
    },
    Exception {
        what: "bad escape in a path",
        why: "an error, as in a query; it signs the percent sign",
        applies: |draft| !has_sound_escapes(&draft.path),
        then: Then::WeRefuse,
    },
    Exception {
        what: "path of S3 in another encoding",
        why: "decoded once and encoded strictly, as S3 recomputes it; it signs what is sent (e13)",
        applies: |draft| {
            // Other paths are refused.
            let sound = has_sound_escapes(&draft.path) && !draft.path.contains('+');
            draft.is_s3() && sound && draft.path != recoded(&draft.path)
        },
        then: Then::AgreeOn(|draft| draft.path = recoded(&draft.path)),
    },
    Exception {
        what: "uppercase letters in the URL's host",
        why: "lowercase, as browsers and most clients send it; it signs them as they are",
        applies: |draft| {
            draft.authority != draft.authority.to_ascii_lowercase() && !draft.has_header(&["host"])
        },
        then: Then::AgreeOn(|draft| draft.authority = draft.authority.to_ascii_lowercase()),
    },
    Exception {
        what: "path that ends in a dot segment",
        why: "no slash is added; it follows RFC 3986 (e05)",
        applies: |draft| !draft.is_s3() && ends_in_dots(&draft.path),
        then: Then::AgreeOn(|draft| draft.path = without_dot_segments(&draft.path)),
    },
    Exception {
        what: "tab in a header value",
        why: "white space is collapsed; it knows only spaces (e27)",
        applies: |draft| draft.headers.iter().any(|(_, value)| value.contains('\t')),
        then: Then::AgreeOn(|draft| {
            for (_, value) in &mut draft.headers {
                *value = value.replace('\t', " ");
            }
        }),
    },
    Exception {
        what: "bad escape in a query",
        why: "an error; it encodes the percent sign",
        applies: |draft| !has_sound_escapes(&draft.query),
        then: Then::WeRefuse,
    },
    Exception {
        what: "escapes in a query that are not UTF-8",
        why: "bytes stay what they are; it replaces them, so different requests sign alike (e16)",
        applies: |draft| percent_decode_str(&draft.query).decode_utf8().is_err(),
        then: Then::Differ,
    },
    Exception {
        what: "header that hops rewrite",
        why: "not signed; it knows fewer of them (e36)",
        applies: |draft| draft.has_header(REWRITTEN),
        then: Then::AgreeOn(|draft| draft.drop_headers(REWRITTEN)),
    },
    Exception {
        what: "x-amz-user-agent or x-amz-checksum-mode, presigned",
        why: "every x-amz-* header is signed; it leaves these out",
        applies: |draft| {
            draft.presigned && draft.has_header(&["x-amz-user-agent", "x-amz-checksum-mode"])
        },
        then: Then::Differ,
    },
    Exception {
        what: "signed before",
        why: "what the last try left is replaced; it asks its caller to remove it (e46)",
        applies: |draft| draft.has_header(draft.left_by_the_last_try()),
        then: Then::AgreeOn(|draft| draft.drop_headers(draft.left_by_the_last_try())),
    },
    Exception {
        what: "user information in the URL",
        why: "no part of the host; it signs it (e33)",
        applies: |draft| draft.authority.contains('@'),
        then: Then::AgreeOn(|draft| {
            draft.authority = draft.authority.replace("user:password@", "")
        }),
    },
    Exception {
        what: "presigned with x-amz-content-sha256",
        why: "a header to send, and signed, for S3's hashed payloads, the unsigned ones of all \
              others, Glacier's uploads, OpenSearch Serverless and VPC Lattice; it adds no \
              headers when presigning (e49, e50, e51)",
        applies: |draft| {
            let always = ["aoss", "vpc-lattice-svcs"].contains(&draft.service);
            let tree_hash =
                draft.service == "glacier" && draft.has_header(&["x-amz-sha256-tree-hash"]);
            let says = match draft.is_s3() {
                true => !draft.unsigned,
                false => always || tree_hash || draft.unsigned,
            };
            draft.presigned && says
        },
        then: Then::AgreeOn(|draft| {
            let hash = draft.payload().to_string();
            draft
                .headers
                .push(("x-amz-content-sha256", hash.as_str().to_owned()));
        }),
    },
];

fn ends_in_dots(path: &str) -> bool {
    path.ends_with("/.") || path.ends_with("/..")
}

/// The path with its last dot segment resolved by AWS's rules.
fn without_dot_segments(path: &str) -> String {
    let mut kept = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(kept.pop()),
            segment => kept.push(segment),
        }
    }
    format!("/{}", kept.join("/"))
}

/// The path in S3's canonical encoding.
pub(crate) fn recoded(path: &str) -> String {
    let key: Vec<u8> = percent_decode_str(path).collect();
    countersign::encode_key(key)
}

fn has_sound_escapes(text: &str) -> bool {
    let sound = |rest: &[u8]| rest.len() >= 2 && rest[..2].iter().all(u8::is_ascii_hexdigit);
    text.split('%').skip(1).all(|rest| sound(rest.as_bytes()))
}
