//! Event stream frames and their signatures.
