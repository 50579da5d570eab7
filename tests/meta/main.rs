//! The crate as its readers see it: layout, documentation, public API.

mod documentation;
mod errors;
mod layout;
mod public_api;
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
