//! Text that is never printed.

use std::fmt;

use zeroize::Zeroizing;

/// Secret text: zeroised when dropped, never printed.
///
/// Tokens, the contents of caches, and the output for a `credential_process` have this type.
///
/// ```
/// use countersign::sources::Secret;
///
/// let secret = Secret::from("aoa-token");
/// assert_eq!(format!("{secret:?}"), "[elided]");
/// assert_eq!(secret.expose(), "aoa-token");
/// ```
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Returns the secret text itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(Zeroizing::new(text.to_owned()))
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl Secret {
    /// Wraps a text that is zeroised already.
    pub(crate) fn of(text: Zeroizing<String>) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[elided]")
    }
}
