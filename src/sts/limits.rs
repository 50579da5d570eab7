//! The limits of every parameter, as AWS's service model (2026-11) has them.
//!
//! Each parameter has a constant of its own, so that a change of one limit changes no other.

use std::ops::RangeInclusive;

/// A text parameter: its name, its length in characters, and which characters it may contain.
pub(super) struct Text {
    /// The name in the request; of a list's item, what follows `List.member.N`.
    pub(super) name: &'static str,
    min: usize,
    max: usize,
    allows: fn(char) -> bool,
    /// Whether it is often read from a file, and then ends in a line break by mistake.
    is_token: bool,
    pub(super) problem: &'static str,
}

impl Text {
    pub(super) fn admits(&self, text: &str) -> bool {
        // Characters beyond the limit are not counted.
        let length = text.chars().take(self.max.saturating_add(1)).count();
        (self.min..=self.max).contains(&length) && text.chars().all(self.allows)
    }

    pub(super) fn is_padded(&self, text: &str) -> bool {
        self.is_token && text.trim() != text
    }
}

/// A number.
pub(super) struct Number {
    pub(super) name: &'static str,
    pub(super) range: RangeInclusive<u32>,
    pub(super) problem: &'static str,
}

/// A list: its name, and how many items it may have.
pub(super) struct List {
    pub(super) name: &'static str,
    pub(super) range: RangeInclusive<usize>,
    pub(super) problem: &'static str,
}

fn any(_: char) -> bool {
    true
}

/// Base64, which may be broken into lines.
fn base64(_: char) -> bool {
    true
}

fn token(c: char) -> bool {
    !c.is_control()
}

fn digit(c: char) -> bool {
    c.is_ascii_digit()
}

fn word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn name(c: char) -> bool {
    word(c) || "+=,.@-".contains(c)
}

fn path(c: char) -> bool {
    name(c) || ":/".contains(c)
}

fn policy(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{ff}')
}

fn description(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{a1}'..='\u{ff}')
}

/// The space separates values.
fn scope(c: char) -> bool {
    matches!(c, ' ' | '!' | '#'..='+' | '-'..='[' | ']'..='~')
}

/// `[\p{L}\p{Z}\p{N}_.:/=+\-@]`. The standard library knows `Alphabetic` instead of `\p{L}`, which
/// has some marks and symbols besides: AWS refuses those.
fn tag(c: char) -> bool {
    c.is_alphanumeric() || (c.is_whitespace() && !c.is_control()) || "_.:/=+-@".contains(c)
}

/// What an alphabet is called in an error.
macro_rules! characters {
    (any) => {
        " characters"
    };
    (base64) => {
        " characters"
    };
    (token) => {
        " characters, none of them a control character"
    };
    (digit) => {
        " digits"
    };
    (word) => {
        " ASCII letters, digits and `_`"
    };
    (name) => {
        " ASCII letters, digits and `_+=,.@-`"
    };
    (path) => {
        " ASCII letters, digits and `_+=,.@:/-`"
    };
    (policy) => {
        " characters: tab, line breaks, and U+0020 to U+00FF"
    };
    (description) => {
        " characters: tab, line breaks, U+0020 to U+007E, and U+00A1 to U+00FF"
    };
    (scope) => {
        " printable ASCII characters without `\"`, `,` and `\\`"
    };
    (tag) => {
        " letters, digits, spaces and `_.:/=+-@`"
    };
}

macro_rules! is_token {
    (token) => {
        true
    };
    (base64) => {
        true
    };
    ($other:ident) => {
        false
    };
}

macro_rules! texts {
    ($($constant:ident = $name:literal, $min:literal..=$max:literal $alphabet:ident;)*) => {
        $(pub(super) const $constant: Text = Text {
            name: $name,
            min: $min,
            max: $max,
            allows: $alphabet,
            is_token: is_token!($alphabet),
            problem: concat!("must be ", $min, " to ", $max, characters!($alphabet)),
        };)*
    };
}

texts! {
    ROLE_ARN = "RoleArn", 20..=2048 any;
    ROLE_SESSION_NAME = "RoleSessionName", 2..=64 name;
    PRINCIPAL_ARN = "PrincipalArn", 20..=2048 any;
    SAML_ASSERTION = "SAMLAssertion", 4..=100_000 base64;
    WEB_IDENTITY_TOKEN = "WebIdentityToken", 4..=20_000 token;
    PROVIDER_ID = "ProviderId", 4..=2048 any;
    SAML_POLICY = "Policy", 1..=2048 policy;
    WEB_IDENTITY_POLICY = "Policy", 1..=2048 policy;
    SCOPED_POLICY = "Policy", 1..=2048 policy;
    FEDERATION_TOKEN_POLICY = "Policy", 1..=2048 policy;
    POLICY_ARN = ".arn", 20..=2048 any;
    TAG_KEY = ".Key", 1..=128 tag;
    TAG_VALUE = ".Value", 0..=256 tag;
    TRANSITIVE_TAG_KEY = "", 1..=128 tag;
    EXTERNAL_ID = "ExternalId", 2..=1224 path;
    SERIAL_NUMBER = "SerialNumber", 9..=256 path;
    SOURCE_IDENTITY = "SourceIdentity", 2..=256 name;
    CONTEXT_PROVIDER_ARN = ".ProviderArn", 20..=2048 any;
    CONTEXT_ASSERTION = ".ContextAssertion", 4..=3072 token;
    TARGET_PRINCIPAL = "TargetPrincipal", 12..=2048 any;
    TASK_POLICY_ARN = "TaskPolicyArn.arn", 20..=2048 any;
    SCOPED_SESSION_DESCRIPTION = "ScopedSessionDescription", 2..=256 description;
    FEDERATED_USER_NAME = "Name", 2..=32 name;
    AUDIENCE_ITEM = "", 1..=1000 any;
    SCOPE = "Scope", 1..=256 scope;
    ACCESS_KEY_ID = "AccessKeyId", 16..=128 word;
    ENCODED_MESSAGE = "EncodedMessage", 1..=10_240 any;
}

pub(super) const TOKEN_CODE: Text = Text {
    name: "TokenCode",
    min: 6,
    max: 6,
    allows: digit,
    is_token: false,
    problem: concat!("must be 6", characters!(digit)),
};

/// AWS's model of `AssumeRole` has no maximum: STS limits the size of the session token.
pub(super) const ASSUME_ROLE_POLICY: Text = Text {
    name: "Policy",
    min: 1,
    max: usize::MAX,
    allows: policy,
    is_token: false,
    problem: concat!("must be 1 or more", characters!(policy)),
};

/// AWS's model has no limits.
pub(super) const TRADE_IN_TOKEN: Text = Text {
    name: "TradeInToken",
    min: 1,
    max: usize::MAX,
    allows: token,
    is_token: true,
    problem: concat!("must be 1 or more", characters!(token)),
};

macro_rules! numbers {
    ($($constant:ident = $name:literal, $min:literal..=$max:literal $unit:literal;)*) => {
        $(pub(super) const $constant: Number = Number {
            name: $name,
            range: $min..=$max,
            problem: concat!("must be ", $min, " to ", $max, " ", $unit),
        };)*
    };
}

numbers! {
    ASSUME_ROLE_DURATION = "DurationSeconds", 900..=43_200 "seconds";
    SAML_DURATION = "DurationSeconds", 900..=43_200 "seconds";
    WEB_IDENTITY_DURATION = "DurationSeconds", 900..=43_200 "seconds";
    ASSUME_ROOT_DURATION = "DurationSeconds", 0..=900 "seconds";
    SCOPED_DURATION = "DurationSeconds", 1..=129_600 "seconds";
    SESSION_TOKEN_DURATION = "DurationSeconds", 900..=129_600 "seconds";
    FEDERATION_TOKEN_DURATION = "DurationSeconds", 900..=129_600 "seconds";
    WEB_IDENTITY_TOKEN_DURATION = "DurationSeconds", 60..=3600 "seconds";
    MINIMUM_SESSION_TOKEN_SIZE = "MinimumSessionTokenSize", 0..=4096 "bytes";
}

macro_rules! lists {
    ($($constant:ident = $name:literal, $min:literal..=$max:literal;)*) => {
        $(pub(super) const $constant: List = List {
            name: $name,
            range: $min..=$max,
            problem: concat!("must have ", $min, " to ", $max, " items"),
        };)*
    };
}

lists! {
    // Documented, but not in the model.
    POLICY_ARNS = "PolicyArns", 0..=10;
    TAGS = "Tags", 0..=50;
    TRANSITIVE_TAG_KEYS = "TransitiveTagKeys", 0..=50;
    PROVIDED_CONTEXTS = "ProvidedContexts", 0..=5;
    AUDIENCE = "Audience", 1..=10;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_count_characters() {
        assert!(TAG_VALUE.admits(&"é".repeat(256)));
        assert!(!TAG_VALUE.admits(&"é".repeat(257)));
        assert!(TAG_VALUE.admits(""));
        assert!(!TAG_KEY.admits(""));
        assert!(TAG_KEY.admits("a b\u{a0}日本_.:/=+-@0"));
        assert!(!TAG_KEY.admits("a\nb"));
        assert!(!TAG_KEY.admits("a*"));
        assert!(SAML_POLICY.admits("{\t\r\n}ÿ"));
        assert!(!SAML_POLICY.admits("{\u{100}}"));
        assert!(!SAML_POLICY.admits("{\0}"));
        assert!(!ASSUME_ROLE_POLICY.admits("{\0}"));
        assert!(!ASSUME_ROLE_POLICY.admits(""));
        assert!(TOKEN_CODE.admits("012345"));
        for code in ["12345", "1234567", "12345a", "１２３４５６"] {
            assert!(!TOKEN_CODE.admits(code), "{code}");
        }
        assert!(!ROLE_SESSION_NAME.admits("é1"));
    }

    #[test]
    fn each_alphabet_ends_where_the_model_says() {
        for c in ['\t', '\n', '\r', ' ', '~', '\u{a1}', '\u{ff}'] {
            assert!(description(c), "{c:?}");
        }
        for c in ['\0', '\u{b}', '\u{1f}', '\u{7f}', '\u{a0}', '\u{100}'] {
            assert!(!description(c), "{c:?}");
        }
        for c in ['!', '#', '+', '-', '[', ']', '~', ' '] {
            assert!(scope(c), "{c:?}");
        }
        for c in ['"', ',', '\\', '\t', '\n', '\u{7f}', 'é'] {
            assert!(!scope(c), "{c:?}");
        }
    }

    #[test]
    fn an_error_names_the_limit() {
        assert_eq!(SAML_ASSERTION.problem, "must be 4 to 100000 characters");
        assert_eq!(SCOPED_DURATION.problem, "must be 1 to 129600 seconds");
        assert_eq!(AUDIENCE.problem, "must have 1 to 10 items");
    }
}
