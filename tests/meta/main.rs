//! The crate as its readers see it: layout, documentation, public API.

mod documentation;
mod layout;
mod public_api;
mod signing_names;
