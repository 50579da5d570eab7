//! Verifies the requests that a server gets.
