//! JSON text, for the little that is written without a serializer.

/// Appends a JSON string, with its quotation marks.
#[allow(dead_code, reason = "some features only read JSON")]
pub(crate) fn write_string(json: &mut String, text: &str) {
    json.push('"');
    write_escaped(json, text, |_| false);
    json.push('"');
}

/// Appends the text of a JSON string, with escapes for what JSON requires and for `others`.
#[allow(dead_code, reason = "some features only read JSON")]
pub(crate) fn write_escaped(json: &mut String, text: &str, others: impl Fn(char) -> bool) {
    for c in text.chars() {
        match c {
            '"' | '\\' => json.extend(['\\', c]),
            '\n' => json.push_str("\\n"),
            '\r' => json.push_str("\\r"),
            '\t' => json.push_str("\\t"),
            '\u{8}' => json.push_str("\\b"),
            '\u{c}' => json.push_str("\\f"),
            c if c.is_control() || others(c) => {
                json.extend(
                    c.encode_utf16(&mut [0; 2])
                        .iter()
                        .map(|u| format!("\\u{u:04x}")),
                );
            }
            c => json.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_written_string_is_read_as_the_same_text() {
        for text in [
            "",
            "plain",
            "a\"b\\c",
            "line\r\n\t\u{8}\u{c}break\0\u{1b}\u{7f}\u{80}",
            "é € 😀 $",
        ] {
            for others in [|_| false, |_| true] as [fn(char) -> bool; 2] {
                let mut json = String::from("\"");
                write_escaped(&mut json, text, others);
                json.push('"');
                let read: String = serde_json::from_str(&json).unwrap();
                assert_eq!(read, text, "{json}");
            }
        }
    }

    #[cfg(feature = "tokens")]
    #[test]
    fn a_string_is_written_in_quotation_marks() {
        let mut json = String::from("[");
        write_string(&mut json, "a\nb $\u{7f}");
        assert_eq!(json, "[\"a\\nb $\\u007f\"");
    }
}
