//! JSON strings, for the logins that contain a proof as JSON.

/// Appends a text as a JSON string.
pub(super) fn write_string(json: &mut String, text: &str) {
    json.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => json.extend(['\\', c]),
            // Role names may contain control characters, headers do not.
            c if c.is_control() => json.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => json.push(c),
        }
    }
    json.push('"');
}

#[cfg(test)]
mod tests {
    #[test]
    fn strings() {
        for text in ["", "plain", "a\"b\\c", "line\nbreak\u{7f}\u{80}", "é € 😀"] {
            let mut json = String::new();
            super::write_string(&mut json, text);
            let read: String = serde_json::from_str(&json).unwrap();
            assert_eq!(read, text, "{json}");
        }
    }
}
