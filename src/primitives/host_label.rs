//! Labels of host names.

/// Whether the text is one label of a host name, in lowercase.
pub(crate) fn is_host_label(text: &str) -> bool {
    let byte = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
    (1..=63).contains(&text.len())
        && text.bytes().all(byte)
        && !text.starts_with('-')
        && !text.ends_with('-')
}

/// Whether the text is labels joined by dots.
#[cfg(any(feature = "s3", feature = "sigv4a"))]
pub(crate) fn is_host_labels(text: &str) -> bool {
    text.split('.').all(is_host_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_label_has_1_to_63_lowercase_letters_digits_and_inner_hyphens() {
        let longest = "a".repeat(63);
        for label in ["a", "1", "us-east-1", "a--b", longest.as_str()] {
            assert!(is_host_label(label), "{label}");
        }
        let long = "a".repeat(64);
        for text in ["", "-a", "a-", "A", "a.b", "a_b", "a b", "é", long.as_str()] {
            assert!(!is_host_label(text), "{text}");
        }
    }

    #[cfg(any(feature = "s3", feature = "sigv4a"))]
    #[test]
    fn host_labels_are_separated_by_single_dots() {
        assert!(is_host_labels("a.b-c.1"));
        for text in ["", ".", "a.", ".a", "a..b", "a.-b"] {
            assert!(!is_host_labels(text), "{text}");
        }
    }
}
