//! The crate as its readers see it: layout, documentation, public API.

mod documentation;
mod errors;
mod layout;
mod public_api;
mod sources;
