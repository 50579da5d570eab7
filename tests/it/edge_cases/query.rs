//! Queries.

use countersign::{Credentials, Error, PayloadHash, Signer, encode_segment};

use crate::edge_cases::reference::*;

#[test]
fn a_bare_plus_is_a_space_and_never_emitted() {
    signs_plain("/?a=b+c", "/", "a=b%20c");
    signs_plain("/?a=b%2Bc", "/", "a=b%2Bc");
    signs_plain("/?a=b%20c", "/", "a=b%20c");
    signs_s3("/?a+b=c+d", "/", "a%20b=c%20d");
    // It is sorted as a space, which comes before `!`. A plus comes after it.
    signs_plain("/?a=%2B&a=!&a=+", "/", "a=%20&a=%21&a=%2B");

    // A presigned URL contains only spellings that all servers decode equally.
    let request = get("https://bucket.s3.amazonaws.com/k?prefix=a+b&c+=%2B");
    let canonical = s3_presigned("/k", "", "&c%20=%2B&prefix=a%20b");
    let url = presigns("s3", &request, PayloadHash::Unsigned, canonical);
    assert!(url.url().contains("/k?prefix=a%20b&c%20=%2B&X-Amz-"));
    assert_eq!(encode_segment("a+b c"), "a%2Bb%20c");

    let temporary = credentials().with_session_token("a+b");
    let url = Signer::new(temporary, REGION, "s3")
        .unwrap()
        .presign(&get("https://b.s3.amazonaws.com/k"), LIFETIME, NOW)
        .unwrap();
    assert!(!url.url().contains('+'), "{}", url.url());
}

#[test]
fn different_bytes_outside_utf_8_stay_different() {
    signs_plain("/?a=%FF", "/", "a=%FF");
    signs_plain("/?a=%FE", "/", "a=%FE");
    // They are not the replacement character either.
    signs_plain("/?a=%EF%BF%BD", "/", "a=%EF%BF%BD");
}

#[test]
fn queries_are_sorted_after_encoding() {
    // The byte `@` comes after digits and `é` after `z`, but their escapes come before both.
    signs_plain("/?a0=1&a@=2", "/", "a%40=2&a0=1");
    signs_plain("/?z=1&%C3%A9=2", "/", "%C3%A9=2&z=1");
    signs_plain("/?z=1&é=2", "/", "%C3%A9=2&z=1");
    signs_plain("/?a=1&a=%C3%A9", "/", "a=%C3%A9&a=1");
}

#[test]
fn queries_are_sorted_by_name_then_value() {
    signs_plain("/?q.parser=lucene&q=x", "/", "q=x&q.parser=lucene");
    signs_plain("/?a-=1&a=2", "/", "a=2&a-=1");
    signs_plain("/?a%20=1&a=2", "/", "a=2&a%20=1");
}

#[test]
fn values_of_one_name_are_sorted() {
    signs_plain("/?a=2&a=10&a=1&a=", "/", "a=&a=1&a=10&a=2");
}

#[test]
fn all_values_of_a_name_are_kept() {
    signs_plain("/?a=1&b=&a=1&a=0", "/", "a=0&a=1&a=1&b=");
    signs_s3("/?a=1&b&a=1&a=0", "/", "a=0&a=1&a=1&b=");
}

/// A query that is not canonical in any respect.
const CROOKED: &str = "b=2&a=%7e&&c&a=x+y&é=/";

#[test]
fn signing_leaves_the_query_as_it_is() {
    let uri = format!("https://bucket.s3.amazonaws.com/k?{CROOKED}");
    let mut request = get(&uri);
    let canonical = "%C3%A9=%2F&a=x%20y&a=~&b=2&c=";
    signs(
        "s3",
        &mut request,
        PayloadHash::Unsigned,
        s3("/k", canonical),
    );
    assert_eq!(request.uri(), &*uri);

    // Presigning writes the URL, so a bare `+` becomes `%20`.
    let canonical = s3_presigned("/k", "%C3%A9=%2F&", "&a=x%20y&a=~&b=2&c=");
    let presigned = presigns("s3", &get(&uri), PayloadHash::Unsigned, canonical);
    let uri = uri.replace('+', "%20");
    assert!(
        presigned
            .url()
            .starts_with(&format!("{uri}&X-Amz-Algorithm="))
    );
}

#[test]
fn presigning_keeps_repeated_names() {
    let request = get("https://bucket.s3.amazonaws.com/k?z=2&z=1&z=2");
    let canonical = s3_presigned("/k", "", "&z=1&z=2&z=2");
    let presigned = presigns("s3", &request, PayloadHash::Unsigned, canonical);
    assert!(presigned.url().contains("/k?z=2&z=1&z=2&X-Amz-"));
}

#[test]
fn unsorted_queries_are_sorted() {
    signs_plain(
        "/?Version=2010-05-08&Action=ListUsers",
        "/",
        "Action=ListUsers&Version=2010-05-08",
    );
    signs_plain("/?b=1&B=2&a=3&A=4", "/", "A=4&B=2&a=3&b=1");
    // Also among the parameters of the signature.
    let request =
        get("https://bucket.s3.amazonaws.com/k?x-amz-z=1&X-Amz-Zz=2&X-Amz-Ab=3&X-Amz-E=4&A=5");
    let canonical = "GET\n/k\nA=5&X-Amz-Ab=3&X-Amz-Algorithm=AWS4-HMAC-SHA256\
        &X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fs3%2Faws4_request\
        &X-Amz-Date=20150830T123600Z&X-Amz-E=4&X-Amz-Expires=900&X-Amz-SignedHeaders=host\
        &X-Amz-Zz=2&x-amz-z=1\n\
        host:bucket.s3.amazonaws.com\n\nhost\nUNSIGNED-PAYLOAD";
    presigns("s3", &request, PayloadHash::Unsigned, canonical);
}

#[test]
fn a_session_token_in_a_url_is_fully_escaped() {
    let temporary = Credentials::new("AKIDEXAMPLE", SECRET).with_session_token("IQo/b3+Jp==");
    let presigned = Signer::new(temporary, REGION, "s3")
        .unwrap()
        .presign(&get("https://bucket.s3.amazonaws.com/k"), LIFETIME, NOW)
        .unwrap();
    let canonical = "GET\n/k\nX-Amz-Algorithm=AWS4-HMAC-SHA256\
        &X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fs3%2Faws4_request\
        &X-Amz-Date=20150830T123600Z&X-Amz-Expires=900\
        &X-Amz-Security-Token=IQo%2Fb3%2BJp%3D%3D&X-Amz-SignedHeaders=host\n\
        host:bucket.s3.amazonaws.com\n\nhost\nUNSIGNED-PAYLOAD";
    assert_eq!(presigned.signature().as_str(), signature(canonical, "s3"));
    assert!(
        presigned
            .url()
            .contains("&X-Amz-Security-Token=IQo%2Fb3%2BJp%3D%3D&")
    );
}

#[test]
fn presigning_a_presigned_url_is_an_error() {
    let presigned = signer("s3")
        .presign(&get("https://b.s3.amazonaws.com/k"), LIFETIME, NOW)
        .unwrap();
    let uris = [
        (presigned.url(), "X-Amz-Algorithm"),
        (
            "https://b.s3.amazonaws.com/k?a=1&X-Amz-Signature=00",
            "X-Amz-Signature",
        ),
        (
            "https://b.s3.amazonaws.com/k?x-amz-signature=00",
            "X-Amz-Signature",
        ),
        (
            "https://b.s3.amazonaws.com/k?%58-Amz-Credentia%6c",
            "X-Amz-Credential",
        ),
        (
            "https://b.s3.amazonaws.com/k?X-Amz-Security-Token=",
            "X-Amz-Security-Token",
        ),
        (
            "https://b.s3.amazonaws.com/k?X-Amz-Expires=1",
            "X-Amz-Expires",
        ),
    ];
    for (uri, parameter) in uris {
        let mut request = get(uri);
        let expected = Error::AlreadySigned {
            parameter: parameter.to_owned(),
        };
        let error = signer("s3").presign(&request, LIFETIME, NOW).unwrap_err();
        assert_eq!(error, expected, "{uri}");
        let error = signer("s3")
            .sign(&mut request, PayloadHash::Unsigned, NOW)
            .unwrap_err();
        assert_eq!(error, expected, "{uri}");
        assert!(error.to_string().contains(parameter));
        assert!(request.headers().is_empty());
    }
}
