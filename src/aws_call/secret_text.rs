//! Secret texts.

use std::fmt;

use zeroize::Zeroizing;

/// A secret text: zeroised when dropped, and not printed.
///
/// Passwords, tokens, URLs with a signature, and the contents of caches have this type.
/// `SecretText::from` creates one from your own text.
///
/// ```
/// use countersign::aws_call::SecretText;
///
/// let token = SecretText::from("aoa-token");
/// assert_eq!(token.expose(), "aoa-token");
/// assert_eq!(format!("{token:?}"), "[elided]");
/// ```
#[derive(Clone)]
pub struct SecretText(Zeroizing<String>);

impl SecretText {
    pub(crate) fn new(text: impl Into<Zeroizing<String>>) -> Self {
        Self(text.into())
    }

    /// Returns the text itself. It is a secret.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<&str> for SecretText {
    fn from(text: &str) -> Self {
        Self::new(text.to_owned())
    }
}

impl From<String> for SecretText {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[elided]")
    }
}
