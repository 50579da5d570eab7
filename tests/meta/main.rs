//! The crate as its readers see it: layout, documentation, public API.

mod documentation;
mod edge_cases;
mod errors;
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
    feature = "sts",
    feature = "tokens"
))]
mod tasks;
