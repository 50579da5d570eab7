//! JSON objects that contain secrets.

use zeroize::Zeroizing;

use crate::primitives::json::write_string;

/// Writes a JSON object whose values are strings.
pub(super) fn json_object(members: &[(&str, &str)]) -> Zeroizing<String> {
    // A string that grows leaves a copy of the secret in freed memory, so the capacity is sufficient
    // from the start. A JSON escape takes up to six bytes for one.
    let length = members
        .iter()
        .map(|(name, value)| 6 * (name.len() + value.len() + 1));
    let mut json = Zeroizing::new(String::with_capacity(length.sum::<usize>() + 2));
    json.push('{');
    for (name, value) in members {
        if json.len() > 1 {
            json.push(',');
        }
        write_string(&mut json, name);
        json.push(':');
        write_string(&mut json, value);
    }
    json.push('}');
    json
}

#[cfg(test)]
mod tests {
    use super::json_object;

    #[test]
    fn an_object_is_written_without_growing() {
        let json = json_object(&[("a", "1\"\u{1}"), ("b", "")]);
        assert_eq!(*json, r#"{"a":"1\"\u0001","b":""}"#);
        assert_eq!(*json_object(&[]), "{}");
        let text = "\u{1}\u{80}".repeat(100);
        let json = json_object(&[(&text, &text)]);
        assert!(json.len() <= 6 * (2 * text.len() + 1) + 2);
    }
}
