//! The layers for tower.

mod verify;
