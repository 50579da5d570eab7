//! What is wrong with a response.

/// What is wrong with a response. It names elements and members, and quotes no text.
#[derive(Debug)]
pub(crate) struct Problem(pub(crate) String);
