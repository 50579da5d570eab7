//! Checks of text that goes into requests.

use http::{HeaderValue, Uri};

use super::{Content, Error, SecretText, TokenKind};
use crate::primitives::ascii::own_ascii;

/// The largest token that is sent: 64 KiB.
pub(super) const LARGEST_TOKEN: usize = 64 << 10;

/// What the name of a role session must be.
pub(super) const SESSION_NAME: &str = "2 to 64 letters, digits and `_+=,.@-`";

/// Characters of IAM's names: letters, digits and `_+=,.@-`.
pub(super) fn is_iam_name(text: &str, shortest: usize, longest: usize) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte);
    (shortest..=longest).contains(&text.len()) && text.bytes().all(allowed)
}

/// Checks that an input is not larger than this crate reads.
pub(super) fn check_size(bytes: &[u8], limit: usize, content: Content) -> Result<(), Error> {
    let size = bytes.len();
    if size > limit {
        return Err(Error::TooLarge {
            content,
            size,
            limit,
        });
    }
    Ok(())
}

/// A header value that is never printed.
pub(super) fn secret_header(text: &[u8], token: TokenKind) -> Result<HeaderValue, Error> {
    check_size(text, LARGEST_TOKEN, Content::Token(token))?;
    let value = HeaderValue::from_bytes(text).ok();
    let length = text.len();
    let mut value = value
        .filter(|value| !value.is_empty())
        .ok_or(Error::InvalidToken { token, length })?;
    value.set_sensitive(true);
    Ok(value)
}

/// A URL of checked parts; `parameter` names the part that varies.
pub(super) fn parsed(url: &str, parameter: &'static str) -> Result<Uri, Error> {
    url.parse()
        .map_err(|_| Error::invalid_parameter(parameter, "short enough for a URL", url))
}

/// The https URL of a path on a host with an optional port; `None` if `host` is anything else.
pub(super) fn https_url(host: &str, path: &str) -> Option<Uri> {
    let uri: Uri = format!("https://{host}{path}").parse().ok()?;
    let authority = uri.authority()?;
    // `:443` is an authority, but without a name.
    let is_host = authority.as_str() == host && !host.contains('@') && !authority.host().is_empty();
    is_host.then_some(uri)
}

/// Lowercase hex.
pub(super) fn hex_text(bytes: &[u8]) -> String {
    let mut digits = vec![0; 2 * bytes.len()];
    // The buffer has the right size.
    let _ = hex::encode_to_slice(bytes, &mut digits);
    own_ascii(&digits).to_owned()
}

/// The text of a token file without one final line end.
pub(super) fn token_of_file(contents: &[u8], token: TokenKind) -> Result<SecretText, Error> {
    check_size(contents, LARGEST_TOKEN, Content::Token(token))?;
    let text = std::str::from_utf8(contents).ok();
    let text = text.map(|text| match text.strip_suffix('\n') {
        Some(line) => line.strip_suffix('\r').unwrap_or(line),
        None => text,
    });
    let sound = text.filter(|text| !text.is_empty() && !text.contains(['\r', '\n', '\0']));
    let length = contents.len();
    sound
        .map(SecretText::from)
        .ok_or(Error::InvalidToken { token, length })
}
