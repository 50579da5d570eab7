//! The layers for tower.

mod sign;
mod verify;
