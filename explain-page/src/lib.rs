//! Explains pasted text: a request as it was sent, and the response of the service.

mod explanation;
mod paste;

pub use explanation::explain;
