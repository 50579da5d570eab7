//! The characters that parameters may contain, as in AWS's service model (2026-11).

/// Which characters a text may contain, and the rule that an error states.
pub(super) struct Alphabet {
    pub(super) allows: fn(char) -> bool,
    pub(super) rule: &'static str,
}

pub(super) const ANY: Alphabet = Alphabet {
    allows: |_| true,
    rule: "",
};

pub(super) const TOKEN: Alphabet = Alphabet {
    allows: |c| !c.is_control(),
    rule: "must not contain a control character",
};

pub(super) const DIGITS: Alphabet = Alphabet {
    allows: |c| c.is_ascii_digit(),
    rule: "must contain only digits",
};

pub(super) const WORD: Alphabet = Alphabet {
    allows: |c| c.is_ascii_alphanumeric() || c == '_',
    rule: "must contain only ASCII letters, digits and `_`",
};

pub(super) const NAME: Alphabet = Alphabet {
    allows: |c| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c),
    rule: "must contain only ASCII letters, digits and `_+=,.@-`",
};

pub(super) const PATH: Alphabet = Alphabet {
    allows: |c| c.is_ascii_alphanumeric() || "_+=,.@:/-".contains(c),
    rule: "must contain only ASCII letters, digits and `_+=,.@:/-`",
};

pub(super) const POLICY: Alphabet = Alphabet {
    allows: |c| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{ff}'),
    rule: "must contain only tab, line breaks, and U+0020 to U+00FF",
};

pub(super) const DESCRIPTION: Alphabet = Alphabet {
    allows: |c| matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{a1}'..='\u{ff}'),
    rule: "must contain only tab, line breaks, U+0020 to U+007E, and U+00A1 to U+00FF",
};

/// A space separates two scopes.
pub(super) const SCOPE: Alphabet = Alphabet {
    allows: |c| matches!(c, ' ' | '!' | '#'..='+' | '-'..='[' | ']'..='~'),
    rule: "must contain only printable ASCII characters without `\"`, `,` and `\\`",
};

/// `[\p{L}\p{Z}\p{N}_.:/=+\-@]`. The standard library has `Alphabetic` instead of `\p{L}`. It
/// includes some marks and symbols, which AWS refuses.
pub(super) const TAG: Alphabet = Alphabet {
    allows: |c| {
        c.is_alphanumeric() || (c.is_whitespace() && !c.is_control()) || "_.:/=+-@".contains(c)
    },
    rule: "must contain only letters, digits, spaces and `_.:/=+-@`",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_alphabet_ends_where_the_model_says() {
        for (alphabet, allowed, refused) in [
            (&TOKEN, "a é~", "\0\n\u{7f}\u{85}"),
            (&DIGITS, "09", "a１"),
            (&WORD, "aZ0_", "-é"),
            (&NAME, "aZ0_+=,.@-", "é :/*"),
            (&PATH, "aZ0_+=,.@:/-", "é *"),
            (
                &POLICY,
                "\t\n\r ~\u{7f}\u{a0}\u{ff}",
                "\0\u{b}\u{1f}\u{100}",
            ),
            (
                &DESCRIPTION,
                "\t\n\r ~\u{a1}\u{ff}",
                "\0\u{b}\u{1f}\u{7f}\u{a0}\u{100}",
            ),
            (&SCOPE, "!#+-[]~ ", "\",\\\t\n\u{7f}é"),
            (&TAG, "a b\u{a0}日本é_.:/=+-@0", "\n*"),
        ] {
            let is_allowed = |c: &char| (alphabet.allows)(*c);
            assert!(allowed.chars().all(|c| is_allowed(&c)), "{allowed:?}");
            assert_eq!(refused.chars().find(is_allowed), None, "{refused:?}");
        }
    }
}
