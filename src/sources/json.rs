//! JSON within bounds, wiped after use.

use std::fmt::{self, Write as _};

use http::{HeaderValue, Method, Request, Uri};
use serde_json::{Map, Value};
use zeroize::{Zeroize, Zeroizing};

use super::text::check_size;
use super::{Content, Error, SecretText};
use crate::timestamp::Timestamp;

/// The largest document, response or output that is read.
pub(super) const LARGEST_DOCUMENT: usize = 256 << 10;
const DEEPEST: usize = 16;

/// A JSON object whose texts are zeroised when it is dropped.
pub(super) struct Json {
    value: Value,
    content: Content,
}

impl Json {
    /// Reads one object. `content` names it in errors.
    pub(super) fn read(bytes: &[u8], content: Content) -> Result<Self, Error> {
        check_size(bytes, LARGEST_DOCUMENT, content)?;
        if depth(bytes) > DEEPEST {
            return Err(Error::Json { content });
        }
        let value = serde_json::from_slice(bytes).map_err(|_| Error::Json { content })?;
        // Wiped also where it is no object.
        let json = Self { value, content };
        if json.value.is_object() {
            Ok(json)
        } else {
            Err(Error::Json { content })
        }
    }

    pub(super) fn members(&self) -> Members<'_> {
        Members {
            map: self.value.as_object(),
            content: self.content,
        }
    }

    /// The object itself, to be changed and written back.
    pub(super) fn map_mut(&mut self) -> Option<&mut Map<String, Value>> {
        self.value.as_object_mut()
    }

    pub(super) fn to_text(&self) -> SecretText {
        text_of(&self.value)
    }
}

impl Clone for Json {
    fn clone(&self) -> Self {
        Self {
            value: self.value.clone(),
            content: self.content,
        }
    }
}

impl Drop for Json {
    fn drop(&mut self) {
        wipe(&mut self.value);
    }
}

/// Sets a text member, and wipes the old one.
pub(super) fn set(members: &mut Map<String, Value>, name: &str, text: &str) {
    if let Some(mut old) = members.insert(name.to_owned(), Value::from(text)) {
        wipe(&mut old);
    }
}

/// A POST of a body that may contain secrets; the value is wiped.
pub(super) fn post(uri: Uri, content_type: &'static str, mut body: Value) -> Request<String> {
    let text = text_of(&body);
    wipe(&mut body);
    let mut request = Request::new(text.expose().to_owned());
    *request.method_mut() = Method::POST;
    *request.uri_mut() = uri;
    let content_type = HeaderValue::from_static(content_type);
    request.headers_mut().insert("content-type", content_type);
    request
}

/// Writes a value as one text, in one allocation of the right size: a buffer that grows leaves copies.
pub(super) fn text_of(value: &Value) -> SecretText {
    let mut size = Size(0);
    // Neither writer fails.
    let _ = write!(size, "{value}");
    let mut text = Zeroizing::new(String::with_capacity(size.0));
    let _ = write!(text, "{value}");
    SecretText::new(text)
}

struct Size(usize);

impl fmt::Write for Size {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 += text.len();
        Ok(())
    }
}

/// Zeroises every text of a value.
pub(super) fn wipe(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(items) => items.iter_mut().for_each(wipe),
        Value::Object(members) => members.values_mut().for_each(wipe),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// How deep brackets nest outside of strings; at least as deep as a parser would go.
fn depth(bytes: &[u8]) -> usize {
    let (mut depth, mut deepest, mut in_string, mut escaped) = (0_usize, 0, false, false);
    for &byte in bytes {
        if in_string {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_string = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'{' | b'[' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// The members of an object. An empty text counts as missing, and so does a wrong type.
#[derive(Clone, Copy)]
pub(super) struct Members<'a> {
    map: Option<&'a Map<String, Value>>,
    content: Content,
}

impl<'a> Members<'a> {
    pub(super) fn value(self, name: &str) -> Option<&'a Value> {
        self.map?.get(name).filter(|value| !value.is_null())
    }

    /// As [`value`](Self::value), with the name in any letter case; the exact one wins.
    pub(super) fn value_any_case(self, name: &str) -> Option<&'a Value> {
        let other_case = || {
            let mut members = self.map?.iter();
            let (_, value) = members.find(|(key, _)| key.eq_ignore_ascii_case(name))?;
            (!value.is_null()).then_some(value)
        };
        self.value(name).or_else(other_case)
    }

    pub(super) fn text(self, name: &str) -> Option<&'a str> {
        text(self.value(name))
    }

    pub(super) fn text_any_case(self, name: &str) -> Option<&'a str> {
        text(self.value_any_case(name))
    }

    pub(super) fn required(self, field: &'static str) -> Result<&'a str, Error> {
        self.text(field).ok_or_else(|| self.missing(field))
    }

    pub(super) fn required_any_case(self, field: &'static str) -> Result<&'a str, Error> {
        self.text_any_case(field).ok_or_else(|| self.missing(field))
    }

    /// Texts that are all required.
    pub(super) fn all_required<const N: usize>(
        self,
        fields: [&'static str; N],
    ) -> Result<[&'a str; N], Error> {
        let mut texts = [""; N];
        for (text, field) in texts.iter_mut().zip(fields) {
            *text = self.required(field)?;
        }
        Ok(texts)
    }

    /// A text that may be absent, and must be a text otherwise.
    pub(super) fn optional(self, field: &'static str) -> Result<Option<&'a str>, Error> {
        match self.value(field) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.as_str()).filter(|text| !text.is_empty())),
            Some(_) => Err(self.invalid(field)),
        }
    }

    /// An object within the object.
    pub(super) fn object(self, field: &'static str) -> Result<Self, Error> {
        let map = self.value(field).and_then(Value::as_object);
        map.ok_or_else(|| self.missing(field))?;
        Ok(Self { map, ..self })
    }

    /// The first object of an array within the object.
    pub(super) fn first_of(self, field: &'static str) -> Result<Self, Error> {
        let items = self.value(field).and_then(Value::as_array);
        let map = items.and_then(|items| items.first()?.as_object());
        map.ok_or_else(|| self.missing(field))?;
        Ok(Self { map, ..self })
    }

    pub(super) fn time(self, field: &'static str) -> Result<Timestamp, Error> {
        read_time(self.required(field)?).ok_or_else(|| self.invalid(field))
    }

    /// A time in another form than a text.
    pub(super) fn time_from(
        self,
        field: &'static str,
        read: impl FnOnce(&Value) -> Option<Timestamp>,
    ) -> Result<Timestamp, Error> {
        let value = self.value(field).ok_or_else(|| self.missing(field))?;
        let time = read(value).and_then(on_calendar);
        time.ok_or_else(|| self.invalid(field))
    }

    /// The time so many whole seconds after `now`.
    pub(super) fn time_after(
        self,
        now: Timestamp,
        field: &'static str,
    ) -> Result<Timestamp, Error> {
        self.time_from(field, |value| {
            let seconds = now.unix_seconds().checked_add(value.as_i64()?)?;
            Some(Timestamp::from_unix_seconds(seconds))
        })
    }

    pub(super) fn missing(self, field: &'static str) -> Error {
        let content = self.content;
        Error::MissingField { content, field }
    }

    pub(super) fn invalid(self, field: &'static str) -> Error {
        let content = self.content;
        Error::InvalidField { content, field }
    }
}

fn text(value: Option<&Value>) -> Option<&str> {
    value?.as_str().filter(|text| !text.is_empty())
}

/// RFC 3339, and the `UTC` that old tools wrote for `Z`.
pub(super) fn read_time(text: &str) -> Option<Timestamp> {
    match text.strip_suffix("UTC") {
        Some(time) => format!("{time}Z").parse().ok(),
        None => text.parse().ok(),
    }
}

/// The time, if RFC 3339 can express it.
fn on_calendar(time: Timestamp) -> Option<Timestamp> {
    let year = time.to_utc()?.year();
    (0..=9999).contains(&year).then_some(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_bounded_before_they_are_parsed() {
        let nested = |levels: usize| {
            let text = format!("{{\"a\":{}{}}}", "[".repeat(levels), "]".repeat(levels));
            Json::read(text.as_bytes(), Content::SsoCache).is_ok()
        };
        assert!(nested(15) && !nested(16) && !nested(100_000));
        // Brackets within a text do not count.
        let text = format!("{{\"a\":\"\\\"{}\"}}", "[".repeat(40));
        assert!(Json::read(text.as_bytes(), Content::SsoCache).is_ok());
        let large = format!("{{\"a\":\"{}\"}}", "x".repeat(LARGEST_DOCUMENT));
        let error = Json::read(large.as_bytes(), Content::SsoCache).err();
        assert!(matches!(
            error,
            Some(Error::TooLarge { limit: 262_144, .. })
        ));
    }

    #[test]
    fn one_object_is_expected() {
        for text in ["", "1", "[]", "{} {}", "{", "\"x\"", "null", "{'a':1}"] {
            let error = Json::read(text.as_bytes(), Content::SsoCache).err();
            assert!(matches!(error, Some(Error::Json { .. })), "{text}");
        }
        assert!(Json::read(b" {}\r\n", Content::SsoCache).is_ok());
    }

    #[test]
    fn the_exact_name_wins_over_another_letter_case() {
        let json = Json::read(
            br#"{"TOKEN":"a","Token":"b","code":null}"#,
            Content::SsoCache,
        )
        .unwrap();
        assert_eq!(json.members().text_any_case("Token"), Some("b"));
        assert!(json.members().text_any_case("token").is_some());
        assert!(json.members().text_any_case("Code").is_none());
    }
}
