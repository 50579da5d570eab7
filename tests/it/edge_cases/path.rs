//! Paths.

use countersign::{PayloadHash, RawRequest, Rules, Service, encode_key, encode_segment};

use crate::edge_cases::reference::*;

#[test]
fn s3_path_is_not_double_encoded() {
    signs_s3("/some%20key.jpg", "/some%20key.jpg", "");
    let request = get("https://bucket.s3.amazonaws.com/some%20key.jpg");
    let canonical = s3_presigned("/some%20key.jpg", "", "");
    presigns("s3", &request, PayloadHash::Unsigned, canonical);
}

#[test]
fn other_paths_are_encoded_once_more() {
    signs_plain("/some%20key.jpg", "/some%2520key.jpg", "");
    // API Gateway Developer Guide: `@connections/{id}`.
    signs_plain(
        "/test/%40connections/JBDvjfGEIAMCERw%3D",
        "/test/%2540connections/JBDvjfGEIAMCERw%253D",
        "",
    );
}

#[test]
fn the_service_name_chooses_all_rules() {
    for (service, path) in [
        ("s3", "/a%20b//./c"),
        ("s3express", "/a%20b//./c"),
        ("s3-outposts", "/a%20b//./c"),
        ("s3-object-lambda", "/a%20b//./c"),
        ("lambda", "/a%2520b/c"),
        ("glacier", "/a%2520b/c"),
        ("es", "/a%2520b/c"),
        ("aoss", "/a%2520b/c"),
        ("vpc-lattice-svcs", "/a%2520b/c"),
        ("execute-api", "/a%2520b/c"),
        ("s3tables", "/a%2520b/c"),
        ("S3", "/a%2520b/c"),
    ] {
        let known = Service::from(service);
        assert_eq!(path_line("/a%20b//./c", known.rules()), path, "{service}");
        let owned = Service::from(service.to_owned());
        assert_eq!(owned, known);
    }
    // A store with another service name and the API of S3 gets all rules of S3.
    let mut request = get("https://bucket.s3.amazonaws.com/a%20b//./c");
    let store = Service::new("storage", Rules::S3);
    signs(
        store,
        &mut request,
        PayloadHash::Unsigned,
        s3("/a%20b//./c", ""),
    );
}

#[test]
fn s3_keys_keep_slashes_and_dots() {
    for path in [
        "//a", "/a//b", "/./a", "/a/../b", "/a/.", "/a/..", "/a/", "/../a", "/.//..//",
    ] {
        signs_s3(path, path, "");
    }
}

#[test]
fn other_services_resolve_slashes_and_dots() {
    for (path, canonical) in [
        ("//", "/"),
        ("//example//", "/example/"),
        ("/./example", "/example"),
        ("/example/..", "/"),
        ("/example1/example2/../..", "/"),
        ("/./", "/"),
        ("/../a", "/a"),
        ("/a/b/../c", "/a/c"),
        ("/a/./", "/a/"),
        ("/.a/b..", "/.a/b.."),
    ] {
        signs_plain(path, canonical, "");
    }
}

#[test]
fn the_path_is_signed_as_it_was_sent() {
    // A request as a server receives it: without scheme and authority, and with all slashes.
    for (path, canonical) in [
        ("//a//b", "//a//b"),
        ("/a/b", "/a/b"),
        ("/a%2F%2Fb", "/a//b"),
    ] {
        let host = [("host", &b"bucket.s3.amazonaws.com"[..])];
        let request = RawRequest {
            method: "GET",
            path,
            query: "",
            headers: &host,
        };
        let signer = signer("s3");
        let added = signer.sign_raw(&request, PayloadHash::Unsigned, NOW);
        let added = added.unwrap();
        assert_eq!(
            added.signature().as_str(),
            signature(s3(canonical, ""), "s3")
        );
    }
}

#[test]
fn an_escaped_slash_is_a_slash_for_s3_only() {
    signs_s3("/a%2Fb", "/a/b", "");
    signs_s3("/a/b", "/a/b", "");
    signs_plain("/a%2Fb", "/a%252Fb", "");
    signs_plain("/a/%2E%2E/b", "/a/%252E%252E/b", "");
}

#[test]
fn a_plus_in_a_path_is_a_plus() {
    assert_eq!(encode_key("a+b c"), "a%2Bb%20c");
    signs_s3("/a%2Bb", "/a%2Bb", "");
    signs_s3("/a%2bb", "/a%2Bb", "");
    signs_plain("/a+b", "/a%2Bb", "");
    signs_plain("/a%2Bb", "/a%252Bb", "");
}

#[test]
fn only_unreserved_characters_stay_unescaped_and_nothing_is_guessed() {
    assert_eq!(encode_key("!'()*/$&,;"), "%21%27%28%29%2A/%24%26%2C%3B");
    assert_eq!(encode_segment("!'()*/"), "%21%27%28%29%2A%2F");
    // A key that contains an escape is encoded like any other.
    assert_eq!(encode_key("100%25.txt"), "100%2525.txt");
    signs_plain("/!'()*", "/%21%27%28%29%2A", "");
    // For S3, bare characters are encoded and escapes are kept.
    signs_s3("/!'()*", "/%21%27%28%29%2A", "");
    signs_s3("/100%25.txt", "/100%25.txt", "");
}

#[test]
fn a_tilde_stays_unescaped() {
    assert_eq!(encode_key("~user/a~b"), "~user/a~b");
    signs_plain("/~user?a=~", "/~user", "a=~");
    signs_plain("/~user?~=%7E", "/~user", "~=~");
    signs_s3("/~user", "/~user", "");
}

#[test]
fn escapes_have_uppercase_hex_digits() {
    assert_eq!(encode_key("é"), "%C3%A9");
    signs_plain("/?k=%c3%a9", "/", "k=%C3%A9");
    signs_s3("/?k=%c3%a9", "/", "k=%C3%A9");
    // For other services, the escapes of a path are data: they are encoded as they are sent.
    signs_plain("/%c3%a9", "/%25c3%25a9", "");
    signs_s3("/%c3%a9", "/%C3%A9", "");
}

#[test]
fn reserved_characters_are_escaped() {
    assert_eq!(encode_key("=:@{}[]|^\""), "%3D%3A%40%7B%7D%5B%5D%7C%5E%22");
    signs_plain("/a=b:c@d", "/a%3Db%3Ac%40d", "");
    signs_s3("/a=b:c@d", "/a%3Db%3Ac%40d", "");
    signs_plain("/?k=a:b@c{d}=/", "/", "k=a%3Ab%40c%7Bd%7D%3D%2F");
    signs_s3("/?k=a:b@c{d}=/?", "/", "k=a%3Ab%40c%7Bd%7D%3D%2F%3F");
}

#[test]
fn escaped_bytes_need_not_be_utf_8() {
    assert_eq!(encode_key(b"\xff\xfe/a"), "%FF%FE/a");
    signs_s3("/%FF%FE", "/%FF%FE", "");
    signs_plain("/%FF%FE", "/%25FF%25FE", "");
}
