//! Text that is shown to people.

use std::fmt;

use zeroize::Zeroizing;

use crate::primitives::percent::decoded;

/// The longest piece of foreign text in a sentence, in characters.
const LONGEST: usize = 100;

/// Text that may contain secrets. `Display` hides them.
///
/// ```
/// use countersign::explain::Explainer;
/// use countersign::{Credentials, PayloadHash, Signer};
/// # let now: countersign::Timestamp = "2026-01-01T12:00:00Z".parse()?;
///
/// let credentials = Credentials::new("ASIAIOSFODNN7EXAMPLE", "secret")
///     .with_session_token("IQoJb3JpZ2luX2Vj");
/// let signer = Signer::new(credentials, "us-east-1", "s3")?;
/// let url = "https://bucket.s3.amazonaws.com/";
/// let mut request = http::Request::get(url).body(())?;
/// signer.sign(&mut request, PayloadHash::EMPTY, now)?;
///
/// let text = Explainer::new(&request, "s3").canonical_request()?;
/// let hidden = "x-amz-security-token:[elided, 16 characters]";
/// assert!(text.to_string().contains(hidden));
/// assert!(
///     text.expose()
///         .contains("x-amz-security-token:IQoJb3JpZ2luX2Vj")
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Text {
    exposed: Zeroizing<String>,
    hidden: String,
}

impl Text {
    pub(super) fn new(exposed: String, hidden: String) -> Self {
        Self {
            exposed: Zeroizing::new(exposed),
            hidden,
        }
    }

    /// Returns the whole text, with its secrets.
    pub fn expose(&self) -> &str {
        &self.exposed
    }

    pub(super) fn hidden(&self) -> &str {
        &self.hidden
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.hidden)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.hidden)
    }
}

/// Bytes as text to read; those that are not UTF-8 as `\xFF`, so that different ones look different.
pub(super) fn readable(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02X}"));
        }
    }
    text
}

/// Percent-encoded text, decoded once.
pub(super) fn decode(text: &str) -> String {
    let bytes: Vec<u8> = decoded(text).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A piece of foreign text for a sentence: on one line, limited in length, without characters that
/// a terminal obeys.
pub(super) fn shown(text: &str) -> String {
    let mut shown: String = text.chars().take(LONGEST).map(visible).collect();
    if text.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown
}

/// Replaces a character that moves the cursor or changes the order of text.
pub(super) fn visible(c: char) -> char {
    // Marks that reorder text would put words into another place, and some end a line.
    let reorders = matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}');
    if c.is_control() || reorders {
        '\u{fffd}'
    } else {
        c
    }
}
