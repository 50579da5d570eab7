//! The verb of a server: verify.
