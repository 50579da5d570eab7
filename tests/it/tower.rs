//! The layers for tower.

mod sign;
