//! For each input of text and each byte: is it kept, encoded or refused?
//!
//! The expected sets are written out from RFC 3986 (unreserved), RFC 9110 (tokens and field values)
//! and AWS's description of `UriEncode`.

use countersign::{
    Credentials, Error, PayloadHash, RawRequest, Rules, Signer, encode_key, encode_segment,
    sigv4::{CanonicalPath, CanonicalQuery, CredentialScope},
};
use time::OffsetDateTime;
use time::macros::datetime;

const NOW: OffsetDateTime = datetime!(2015-08-30 12:36 UTC);
const LETTERS_AND_DIGITS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const PUNCTUATION: &str = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

fn in_set(byte: u8, sets: &[&str]) -> bool {
    sets.iter().any(|set| set.as_bytes().contains(&byte))
}

fn is_unreserved(byte: u8) -> bool {
    in_set(byte, &[LETTERS_AND_DIGITS, "-._~"])
}

fn encoded(byte: u8) -> String {
    if is_unreserved(byte) {
        char::from(byte).to_string()
    } else {
        format!("%{byte:02X}")
    }
}

#[test]
fn every_byte_of_a_segment_or_key_is_encoded_unless_unreserved() {
    for byte in 0..=0xff {
        assert_eq!(encode_segment([byte]), encoded(byte), "{byte:#x}");
        let key = if byte == b'/' {
            "/".to_owned()
        } else {
            encoded(byte)
        };
        assert_eq!(encode_key([byte]), key, "{byte:#x}");
        // The characters before and after it are unchanged.
        assert_eq!(
            encode_segment([b'a', b'~', byte, byte, b'0']),
            format!("a~{0}{0}0", encoded(byte))
        );
    }
}

#[test]
fn every_escape_in_a_query_becomes_canonical() {
    for byte in 0..=0xff {
        let canonical = encoded(byte);
        for escape in [format!("%{byte:02X}"), format!("%{byte:02x}")] {
            // The letter after the escape is not a part of it.
            let query = CanonicalQuery::new(&format!("{escape}k=v{escape}a"))
                .unwrap()
                .to_string();
            assert_eq!(query, format!("{canonical}k=v{canonical}a"));
        }
    }
}

#[test]
fn every_ascii_byte_of_a_query_is_encoded_or_refused() {
    for byte in 0..=0x7f {
        let sent = format!("n=v{}w", char::from(byte));
        let canonical = match byte {
            // `&` is a separator, `%v` no valid escape, `#` ends the query. A request line cannot
            // contain the others.
            b'&' => Ok("n=v&w=".to_owned()),
            b'%' | b'#' | 0..=b' ' | 0x7f => Err(()),
            // A bare plus is a space.
            b'+' => Ok("n=v%20w".to_owned()),
            _ => Ok(format!("n=v{}w", encoded(byte))),
        };
        let query = CanonicalQuery::new(&sent);
        let query = query.map(|query| query.to_string()).map_err(drop);
        assert_eq!(query, canonical, "{byte:#x}");
    }
}

/// Characters outside ASCII are escaped byte by byte. Each byte that can occur in UTF-8 is tested.
#[test]
fn characters_outside_ascii_are_encoded_byte_by_byte() {
    let two_bytes = '\u{80}'..='\u{7ff}';
    let more = [
        '\u{800}',
        '\u{fff}',
        '\u{d7ff}',
        '\u{ffff}',
        '\u{10000}',
        '\u{10ffff}',
    ];
    let first = (1..16).filter_map(|i| char::from_u32(i << 12));
    let fourth = (1..5).filter_map(|i| char::from_u32(i << 18));
    for character in two_bytes.chain(more).chain(first).chain(fourth) {
        let escaped: String = character.to_string().bytes().map(encoded).collect();
        assert!(escaped.starts_with('%'));
        let query = CanonicalQuery::new(&format!("n=v{character}w"))
            .unwrap()
            .to_string();
        assert_eq!(query, format!("n=v{escaped}w"));
        let sent = format!("/v{character}w");
        let path = CanonicalPath::new(&sent, &Rules::GENERIC).unwrap();
        assert_eq!(path.to_string(), format!("/v{escaped}w"));
    }
}

#[test]
fn every_ascii_byte_of_a_path_is_encoded_or_refused() {
    for byte in 0..=0x7f {
        let sent = format!("/v{}w", char::from(byte));
        // `%w` is no valid escape.
        let refused = matches!(byte, 0..=b' ' | 0x7f | b'?' | b'#' | b'%');
        let mut rules = Rules::S3;
        let twice = CanonicalPath::new(&sent, &Rules::GENERIC);
        let once = CanonicalPath::new(&sent, &Rules::S3);
        rules.recode_path = false;
        let as_sent = CanonicalPath::new(&sent, &rules);
        if refused {
            for path in [twice, once, as_sent] {
                let Err(Error::InvalidPath { position, .. }) = path else {
                    panic!("{byte:#x}");
                };
                assert_eq!(position, 2, "{byte:#x}");
            }
        } else {
            let canonical = if byte == b'/' {
                "/".to_owned()
            } else {
                encoded(byte)
            };
            assert_eq!(twice.unwrap().to_string(), format!("/v{canonical}w"));
            assert_eq!(as_sent.unwrap().to_string(), sent);
            // Stores disagree whether a bare plus in a path is a space, so signing for S3 refuses
            // it.
            if byte == b'+' {
                assert!(once.is_err());
            } else {
                assert_eq!(once.unwrap().to_string(), format!("/v{canonical}w"));
            }
        }
    }
}

/// Signs a request with this method and header.
fn signs(method: &str, name: &str, value: &[u8]) -> Result<(), Error> {
    let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "r", "s").unwrap();
    let headers: [(&str, &[u8]); 2] = [("host", b"h"), (name, value)];
    let request = RawRequest {
        method,
        path: "/",
        query: "",
        headers: &headers,
    };
    signer.sign_raw(&request, PayloadHash::EMPTY, NOW).map(drop)
}

#[test]
fn methods_and_headers_contain_the_bytes_of_rfc_9110_only() {
    const LOWER: &str = "abcdefghijklmnopqrstuvwxyz0123456789";
    const TOKEN: &str = "!#$%&'*+-.^_`|~";
    for byte in 0..=0x7f {
        let method = format!("G{}T", char::from(byte));
        let token = in_set(byte, &[LETTERS_AND_DIGITS, TOKEN]);
        let signed = signs(&method, "x-a", b"v");
        assert_eq!(signed.is_ok(), token, "method {byte:#x}");
        if !token {
            assert!(matches!(signed, Err(Error::InvalidMethod { .. })));
        }

        let name = format!("x-a{}b", char::from(byte));
        let lower = in_set(byte, &[LOWER, TOKEN]);
        let signed = signs("GET", &name, b"v");
        assert_eq!(signed.is_ok(), lower, "name {byte:#x}");
        if !lower {
            assert!(matches!(signed, Err(Error::InvalidHeaderName { .. })));
        }
    }
    for byte in 0..=0xff {
        let value = [b'v', byte, b'w'];
        // Printable ASCII, space, tab, and bytes outside ASCII.
        let field = byte == b' '
            || byte == b'\t'
            || byte >= 0x80
            || in_set(byte, &[LETTERS_AND_DIGITS, PUNCTUATION]);
        let signed = signs("GET", "x-a", &value);
        assert_eq!(signed.is_ok(), field, "value {byte:#x}");
        if !field {
            assert!(matches!(signed, Err(Error::InvalidHeaderValue { .. })));
        }
    }
}

#[test]
fn a_region_or_service_is_visible_ascii_without_slash_and_comma() {
    for byte in 0..=0x7f {
        let name = format!("a{}b", char::from(byte));
        let visible = in_set(byte, &[LETTERS_AND_DIGITS, PUNCTUATION]);
        let sound = visible && byte != b'/' && byte != b',';
        let scope = CredentialScope::new(NOW, &name, "s");
        assert_eq!(scope.is_ok(), sound, "region {byte:#x}");
        let scope = CredentialScope::new(NOW, "r", &name);
        assert_eq!(scope.is_ok(), sound, "service {byte:#x}");
    }
    let (most, more) = ("a".repeat(64), "a".repeat(65));
    let scope = CredentialScope::new(NOW, &most, &most).unwrap();
    assert_eq!(
        scope.as_str(),
        format!("20150830/{most}/{most}/aws4_request")
    );
    assert_eq!(scope.as_str().parse::<CredentialScope>().unwrap(), scope);
    assert!(CredentialScope::new(NOW, &more, "s").is_err());
    assert!(CredentialScope::new(NOW, "r", &more).is_err());
}

#[test]
fn credentials_are_visible_ascii() {
    let sign = |credentials: Credentials| -> Result<(), Error> {
        let mut request = http::Request::get("https://h/").body(()).unwrap();
        let signer = Signer::new(credentials, "r", "s")?;
        // Credentials that the constructor accepts can sign.
        let signed = signer.sign(&mut request, PayloadHash::EMPTY, NOW);
        assert!(signed.is_ok(), "{signed:?}");
        Ok(())
    };
    for byte in 0..=0x7f {
        let text = format!("A{}Z", char::from(byte));
        let visible = in_set(byte, &[LETTERS_AND_DIGITS, PUNCTUATION]);
        let id = sign(Credentials::new(text.as_str(), "secret"));
        let sound = visible && byte != b',';
        assert_eq!(id.is_ok(), sound, "access key id {byte:#x}");
        let secret = sign(Credentials::new("AKID", text.as_str()));
        assert_eq!(secret.is_ok(), visible, "secret {byte:#x}");
        let token = sign(Credentials::new("AKID", "s").with_session_token(text.as_str()));
        assert_eq!(token.is_ok(), visible, "session token {byte:#x}");
    }
    for not_ascii in ["\u{80}", "é"] {
        let id = sign(Credentials::new(not_ascii, "secret"));
        assert!(matches!(id, Err(Error::InvalidAccessKeyId(_))));
        let token = sign(Credentials::new("AKID", "s").with_session_token(not_ascii));
        assert!(matches!(token, Err(Error::InvalidSessionToken(_))));
    }
}
