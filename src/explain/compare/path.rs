//! Compares two paths.

use crate::service::Rules;
use crate::sigv4::canonical::path::CanonicalPath;

use super::super::cause::Cause;
use super::super::text::decode;
use super::Known;

/// Why two paths differ.
pub(super) fn causes(signed: &str, received: &str, known: &Known) -> Vec<Cause> {
    let resolved = |path: &str| canonical(path, true, false);
    let encoded = |path: &str| canonical(path, false, true);
    let both = |path: &str| canonical(path, true, true);
    let is = |made: Option<String>, path: &str| made.as_deref() == Some(path);
    let same = |made: Option<String>, path| made.is_some_and(|made| plain(&made) == plain(path));
    let sent = known.sent_path.as_str();
    // Whether the signer encoded the path that it sent once more.
    let encoded_sent = is(encoded(sent), signed) || is(both(sent), signed);
    let twice = || {
        if encoded_sent && !known.same_rules {
            Cause::PathEncodedTwice
        } else {
            Cause::PathDecoded
        }
    };
    let once = || {
        if known.encodes_twice && !known.same_rules && !encoded_sent {
            Cause::PathEncodedOnce
        } else {
            Cause::PathEncodedAgain
        }
    };
    // S3 decodes the path once and encodes it strictly, so its text may differ in other places too.
    let decodes_to = |from: &str, to: &str| {
        let decoded = || recoded(&decode(from));
        !known.encodes_twice
            && from.contains("%25")
            && decoded().is_some_and(|path| is(recoded(to), &path))
    };
    let has_escapes = |path: &str| path.contains('%');
    // Encoding once more turns `%` into `%25`. Without a `%`, characters were left as they are.
    if has_escapes(received) && is(encoded(received), signed) || decodes_to(signed, received) {
        vec![twice()]
    } else if has_escapes(signed) && is(encoded(signed), received) || decodes_to(received, signed) {
        vec![once()]
    } else if is(resolved(received), signed) {
        vec![Cause::PathNormalized]
    } else if is(resolved(signed), received) {
        vec![Cause::PathNotNormalized]
    } else if has_escapes(received) && is(both(received), signed) {
        vec![twice(), Cause::PathNormalized]
    } else if has_escapes(signed) && is(both(signed), received) {
        vec![once(), Cause::PathNotNormalized]
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

/// The canonical path by one of the four rules that keep the spelling of the sent path; `None` if
/// the path is invalid.
pub(in super::super) fn canonical(path: &str, normalize: bool, encode: bool) -> Option<String> {
    let mut rules = Rules::S3;
    rules.recode_path = false;
    rules.normalize_path = normalize;
    rules.double_encode_path = encode;
    Some(CanonicalPath::received(path, &rules).ok()?.to_string())
}

/// The path as it is sent.
pub(in super::super) fn as_sent(path: &str) -> Option<String> {
    canonical(path, false, false)
}

/// The path as S3 reads it: decoded once and encoded strictly.
pub(in super::super) fn recoded(path: &str) -> Option<String> {
    let path = CanonicalPath::received(path, &Rules::S3).ok()?;
    Some(path.to_string())
}

/// Decoded up to three times, as often as anything encodes.
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

    /// A path that was sent, by the rules of this service.
    fn known(sent: &str, service: &str) -> Known {
        Known {
            sent_path: sent.to_owned(),
            encodes_twice: Rules::of(service).double_encode_path,
            ..Known::default()
        }
    }

    #[test]
    fn each_difference_has_one_cause() {
        let check = |sent, signed, received, cause| {
            let causes = causes(signed, received, &known(sent, "sqs"));
            assert_eq!(causes[0], cause, "{signed} {received}");
        };
        check("/a%20b", "/a%2520b", "/a%20b", Cause::PathEncodedTwice);
        check("/a%20b", "/a%20b", "/a%2520b", Cause::PathEncodedOnce);
        check("/a%20b", "/a%2520b", "/a%252Bb", Cause::PlusAndSpace);
        check("/a%2520b", "/a%252520b", "/a%25252Bb", Cause::PlusAndSpace);
        // Encoded three times, and once more than anything encodes.
        check("/a%252Fb", "/a%25252Fb", "/a/b", Cause::PathEncoding);
        check("/a%25252Fb", "/a%2525252Fb", "/a/b", Cause::PathChanged);
        let check = |signed, received, cause| check(signed, signed, received, cause);
        check("/a/./b", "/a/b", Cause::PathNotNormalized);
        check("/a+b", "/a%20b", Cause::PlusAndSpace);
        check("/a%20b", "/a%2Bb", Cause::PlusAndSpace);
        check("/a(b", "/a%28b", Cause::PathEncoding);
        check("/a%2fb", "/a%2Fb", Cause::PathEncoding);
        check("/a%2Fb", "/a/b", Cause::PathEncoding);
        // Bytes that are not UTF-8, without a plus.
        check("/a%FFb", "/a%FEb", Cause::PathChanged);
        check("/a", "/a/", Cause::PathChanged);
        check("/prod/a", "/a", Cause::PathChanged);
        check("*", "/", Cause::PathChanged);
        check("/a/b", "/a//b", Cause::PathNormalized);
        check("/b", "/a/../b", Cause::PathNormalized);
        // The rules of other services, for a key of S3.
        check("/a/b%3Ac", "/a//b:c", Cause::PathNormalized);
        check("/a//b:c", "/a/b%3Ac", Cause::PathNotNormalized);
        let found = causes("/a/b%2520c", "/a//b%20c", &known("/a//b%20c", "s3"));
        assert_eq!(found, [Cause::PathEncodedTwice, Cause::PathNormalized]);
    }

    /// Only rules that differ make one side encode what the other does not.
    #[test]
    fn a_path_encoded_or_decoded_on_the_way_is_told_from_wrong_rules() {
        let check = |service, sent, signed, received, cause| {
            let known = known(sent, service);
            assert_eq!(
                causes(signed, received, &known),
                [cause],
                "{sent} {received}"
            );
        };
        check(
            "s3",
            "/a%20b",
            "/a%20b",
            "/a%2520b",
            Cause::PathEncodedAgain,
        );
        check(
            "s3",
            "/d=1/a%20b",
            "/d%3D1/a%20b",
            "/d%3D1/a%2520b",
            Cause::PathEncodedAgain,
        );
        check(
            "s3",
            "/d=1/a%20b",
            "/d%3D1/a%2520b",
            "/d%3D1/a%20b",
            Cause::PathEncodedTwice,
        );
        // The key contains a percent sign.
        check("s3", "/a%2520b", "/a%2520b", "/a%20b", Cause::PathDecoded);
        check(
            "s3",
            "/a%2520b",
            "/a%252520b",
            "/a%2520b",
            Cause::PathEncodedTwice,
        );
        check(
            "sqs",
            "/a%20b",
            "/a%2520b",
            "/a%252520b",
            Cause::PathEncodedAgain,
        );
        check(
            "sqs",
            "/a%20b",
            "/a%20b",
            "/a%2520b",
            Cause::PathEncodedOnce,
        );
        // A capture is read by the rules that the request was signed by.
        let check = |signed, received, cause| {
            let known = Known {
                same_rules: true,
                ..known("/a%20b", "sqs")
            };
            assert_eq!(causes(signed, received, &known), [cause], "{received}");
        };
        check("/a%2520b", "/a%252520b", Cause::PathEncodedAgain);
        check("/a%252520b", "/a%2520b", Cause::PathDecoded);
    }
}
