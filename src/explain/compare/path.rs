//! How two paths differ.

use crate::service::Rules;
use crate::sigv4::canonical::path::CanonicalPath;

use super::super::cause::Cause;

/// Why, where they differ at all.
pub(super) fn causes(signed: &str, received: &str) -> Vec<Cause> {
    let resolved = |path: &str| canonical(path, true, false);
    let encoded = |path: &str| canonical(path, false, true);
    let both = |path: &str| canonical(path, true, true);
    let is = |made: Option<String>, path: &str| made.as_deref() == Some(path);
    let same = |made: Option<String>, path| made.is_some_and(|made| plain(&made) == plain(path));
    // Encoding once more turns `%` into `%25`; without one, characters were just left as they are.
    if received.contains('%') && is(encoded(received), signed) {
        vec![Cause::PathEncodedTwice]
    } else if signed.contains('%') && is(encoded(signed), received) {
        vec![Cause::PathEncodedOnce]
    } else if is(resolved(received), signed) {
        vec![Cause::PathNormalized]
    } else if is(resolved(signed), received) {
        vec![Cause::PathNotNormalized]
    } else if received.contains('%') && is(both(received), signed) {
        vec![Cause::PathEncodedTwice, Cause::PathNormalized]
    } else if signed.contains('%') && is(both(signed), received) {
        vec![Cause::PathEncodedOnce, Cause::PathNotNormalized]
    } else if plain(signed) == plain(received) {
        vec![Cause::PathEncoding]
    } else if spaces(signed) == spaces(received) {
        vec![Cause::PlusAndSpace]
    } else if same(resolved(received), signed) {
        vec![Cause::PathNormalized, Cause::PathEncoding]
    } else if same(resolved(signed), received) {
        vec![Cause::PathNotNormalized, Cause::PathEncoding]
    } else {
        vec![Cause::PathChanged]
    }
}

/// As one of the four rules would have it that keep the characters as they are sent; `None` of what
/// no rule takes.
pub(in super::super) fn canonical(path: &str, normalize: bool, encode: bool) -> Option<String> {
    let mut rules = Rules::S3;
    rules.recode_path = false;
    rules.normalize_path = normalize;
    rules.double_encode_path = encode;
    Some(CanonicalPath::new(path, &rules).ok()?.to_string())
}

/// Decoded until nothing is encoded any more, or as often as anybody encodes.
fn plain(path: &str) -> Vec<u8> {
    let mut bytes = path.as_bytes().to_vec();
    for _ in 0..3 {
        bytes = percent_encoding::percent_decode(&bytes).collect();
    }
    bytes
}

/// The same, each plus as a space.
fn spaces(path: &str) -> Vec<u8> {
    let space = |byte| if byte == b'+' { b' ' } else { byte };
    plain(path).into_iter().map(space).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_cause_for_each() {
        for (signed, received, cause) in [
            ("/a%2520b", "/a%20b", Cause::PathEncodedTwice),
            ("/a%20b", "/a%2520b", Cause::PathEncodedOnce),
            ("/a/b", "/a//b", Cause::PathNormalized),
            ("/b", "/a/../b", Cause::PathNormalized),
            ("/a/./b", "/a/b", Cause::PathNotNormalized),
            ("/a+b", "/a%20b", Cause::PlusAndSpace),
            ("/a%20b", "/a%2Bb", Cause::PlusAndSpace),
            ("/a%2520b", "/a%252Bb", Cause::PlusAndSpace),
            ("/a%252520b", "/a%25252Bb", Cause::PlusAndSpace),
            ("/a(b", "/a%28b", Cause::PathEncoding),
            ("/a%2fb", "/a%2Fb", Cause::PathEncoding),
            ("/a%2Fb", "/a/b", Cause::PathEncoding),
            // Encoded three times, and once more than anybody does.
            ("/a%25252Fb", "/a/b", Cause::PathEncoding),
            ("/a%2525252Fb", "/a/b", Cause::PathChanged),
            // What is not UTF-8 differs as well, and not by a plus.
            ("/a%FFb", "/a%FEb", Cause::PathChanged),
            // The rules of other services, for a key of S3.
            ("/a/b%3Ac", "/a//b:c", Cause::PathNormalized),
            ("/a//b:c", "/a/b%3Ac", Cause::PathNotNormalized),
            ("/a", "/a/", Cause::PathChanged),
            ("/prod/a", "/a", Cause::PathChanged),
            ("*", "/", Cause::PathChanged),
        ] {
            assert_eq!(causes(signed, received)[0], cause, "{signed} {received}");
        }
        assert_eq!(
            causes("/a/b%2520c", "/a//b%20c"),
            [Cause::PathEncodedTwice, Cause::PathNormalized]
        );
    }
}
