//! What a value must be.

use std::fmt;

/// What a value must be. `Display` writes it in words.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Expected(pub(in crate::sources) &'static str);

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}
