//! The layout of the sources, the documentation, and the public API.

mod documentation;
mod edge_cases;
mod errors;
mod guide;
mod layout;
mod public_api;
#[cfg(feature = "explain")]
mod readme;
mod signing_names;
mod sources;
#[cfg(all(
    feature = "checksums",
    feature = "codeartifact",
    feature = "explain",
    feature = "http-body",
    feature = "post-policy",
    feature = "s3",
    feature = "sigv4a",
    feature = "sts",
    feature = "tokens"
))]
mod tasks;
