//! Layers for [tower]: [`sign`] signs what a client sends, [`verify`] verifies what a server gets.
//!
//! [tower]: https://docs.rs/tower

pub mod clock;
pub mod sign;
pub mod verify;
