//! W1 to W4 with what most requests do not have: its cost belongs to those that do.

use http::{HeaderValue, Method};

use crate::work::{self, Payload, Task, Work};

pub const VARIANTS: [&str; 4] = [
    "double encoding",
    "dot segments",
    "odd header values",
    "unsorted query",
];

/// All variants of all four.
pub fn all() -> Vec<Work> {
    let plain = [work::w1(), work::w2(), work::w3(), work::w4()];
    plain
        .iter()
        .flat_map(|plain| {
            VARIANTS.map(|variant| Work {
                name: format!("{} {variant}", plain.name),
                ..of(plain, variant)
            })
        })
        .collect()
}

fn of(plain: &Work, variant: &str) -> Work {
    match variant {
        "double encoding" => double_encoding(plain),
        "dot segments" => dot_segments(plain),
        "odd header values" => odd_header_values(plain),
        _ => unsorted_query(plain),
    }
}

/// S3 knows neither double encoding nor dot segments, so that its workloads move to another service.
fn double_encoding(plain: &Work) -> Work {
    let mut work = elsewhere(plain);
    set_path_and_query(&mut work, "/photos/2026/some%20object%20key.jpg");
    work.canonical_path = "/photos/2026/some%2520object%2520key.jpg".into();
    work
}

fn dot_segments(plain: &Work) -> Work {
    let mut work = elsewhere(plain);
    set_path_and_query(&mut work, "/photos/./2025/../2026//some%20object%20key.jpg");
    work.canonical_path = "/photos/2026/some%2520object%2520key.jpg".into();
    work
}

/// Runs of spaces, inside and around.
fn odd_header_values(plain: &Work) -> Work {
    let mut work = plain.clone();
    let odd = HeaderValue::from_static("  one  two   three ");
    work.request.headers_mut().insert("x-amz-meta-odd", odd);
    work.canonical_values = vec![("x-amz-meta-odd", "one two three")];
    work
}

/// Eight parameters from last to first, some of them encoded as they need not be.
fn unsorted_query(plain: &Work) -> Work {
    let mut work = plain.clone();
    let path = plain.request.uri().path().to_owned();
    set_path_and_query(
        &mut work,
        &format!("{path}?h=8&g=%7e7&f=6&e=5&d=%64&c=3&b&a=1"),
    );
    work.canonical_query = "a=1&b=&c=3&d=d&e=5&f=6&g=~7&h=8".into();
    work
}

fn elsewhere(plain: &Work) -> Work {
    let mut work = plain.clone();
    if plain.service == "s3" {
        work.service = "execute-api";
        let host = "https://example.execute-api.us-east-1.amazonaws.com/";
        *work.request.uri_mut() = work::request(Method::GET, host, &[]).uri().clone();
        work.canonical_query = String::new();
    }
    if plain.task == Task::Presign {
        work.payload = Payload::Hashed;
    }
    work
}

fn set_path_and_query(work: &mut Work, path_and_query: &str) {
    let mut parts = work.request.uri().clone().into_parts();
    parts.path_and_query = Some(path_and_query.parse().expect("a path and a query"));
    *work.request.uri_mut() = parts.try_into().expect("a URL");
}
