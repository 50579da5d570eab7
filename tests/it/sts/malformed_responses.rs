//! Malformed, truncated and oversized responses of STS: an error in bounded memory and time,
//! without a panic.

use countersign::aws_call::MAX_RESPONSE_LENGTH;
use countersign::sts::{AssumeRole, DecodeAuthorizationMessage, GetCallerIdentity};
use http::StatusCode;
use proptest::prelude::*;
use time::OffsetDateTime;
use time::macros::datetime;

const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

fn answer(namespace: &str, inside: &str) -> String {
    format!(
        "<AssumeRoleResponse xmlns=\"{namespace}\"><AssumeRoleResult>{inside}</AssumeRoleResult></AssumeRoleResponse>"
    )
}

fn credentials(expiration: &str) -> String {
    format!(
        "<Credentials><AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>SECRET</SecretAccessKey>\
         <SessionToken>TOKEN</SessionToken><Expiration>{expiration}</Expiration></Credentials>"
    )
}

const SOUND: &str = "2024-07-15T23:28:33Z";

/// The problem. The error quotes nothing of the response.
#[track_caller]
fn malformed(body: impl AsRef<[u8]>) -> String {
    let error = AssumeRole::parse(StatusCode::OK, body).unwrap_err();
    assert_eq!(error.code(), None, "{error}");
    assert!(!error.is_retryable());
    let said = format!("{error} {error:?} {}", error.message());
    for secret in ["SECRET", "TOKEN"] {
        assert!(!said.contains(secret), "{said}");
    }
    error.message().to_owned()
}

#[test]
fn a_body_that_is_not_xml_is_malformed() {
    for body in [
        "",
        " ",
        "x",
        "<",
        "<a",
        "<a>",
        "<a></b>",
        "<a/><b/>",
        "<a>&unknown;</a>",
        "<p:a/>",
        "<html><body>502 Bad Gateway</body>",
        "\u{feff}",
        "<a>\u{0}</a>",
        "<a>&#0;</a>",
        "<a>]]></a><",
    ] {
        assert_eq!(malformed(body), "is not XML as AWS writes it", "{body}");
    }
    assert_eq!(malformed(b"<a>\xff</a>"), "is not UTF-8");
    assert_eq!(malformed("<html/>"), "is not a response to AssumeRole");
}

#[test]
fn a_response_has_a_maximum_number_of_attributes() {
    // XML 1.0, sections 2.3 and 3.1: white space is allowed around the equals sign.
    for value in ["=\"\"", "=''", "= \"\"", "=\t''", "=\r\"\"", " =\n''"] {
        let body = |count: usize| {
            // With the declaration of the namespace, these are `count` attributes.
            let attributes: String = (1..count).map(|i| format!(" a{i}{value}")).collect();
            let inside = format!("<x{attributes}/>{}", credentials(SOUND));
            answer(NAMESPACE, &inside)
        };
        assert!(AssumeRole::parse(StatusCode::OK, body(256)).is_ok());
        assert_eq!(malformed(body(257)), "has too many attributes", "{value:?}");
    }
}

/// The document and the root element are nodes, too.
#[test]
fn a_response_has_at_most_4096_nodes() {
    let body = |count: usize| format!("<html>{}</html>", "<p/>".repeat(count));
    assert_eq!(malformed(body(4094)), "is not a response to AssumeRole");
    assert_eq!(malformed(body(4095)), "is not XML as AWS writes it");
}

/// The limit is exact to the byte.
#[test]
fn xml_is_at_most_1_mib() {
    let body = |length: usize| {
        let xml = answer(NAMESPACE, &credentials(SOUND));
        format!("{xml}{}", " ".repeat(length - xml.len()))
    };
    assert!(AssumeRole::parse(StatusCode::OK, body(1_048_576)).is_ok());
    assert_eq!(malformed(body(1_048_577)), "is larger than 1 MiB");
}

/// The limit is exact to the byte.
#[test]
fn json_is_at_most_64_kib() {
    let body = |length: usize| {
        let json = "{\"Error\":{\"Code\":\"ExpiredToken\",\"Message\":\"m\"}}";
        format!("{json}{}", " ".repeat(length - json.len()))
    };
    let parse = |length| AssumeRole::parse(StatusCode::BAD_REQUEST, body(length)).unwrap_err();
    assert_eq!(parse(65_536).code(), Some("ExpiredToken"));
    assert_eq!(parse(65_537).code(), None);
}

#[test]
fn a_response_truncated_at_any_byte_is_malformed() {
    let whole = answer(NAMESPACE, &credentials(SOUND));
    assert!(AssumeRole::parse(StatusCode::OK, &whole).is_ok());
    for end in 0..whole.len() {
        malformed(&whole[..end]);
    }
}

#[test]
fn a_missing_empty_or_duplicate_field_is_malformed() {
    let whole = credentials(SOUND);
    for name in [
        "AccessKeyId",
        "SecretAccessKey",
        "SessionToken",
        "Expiration",
    ] {
        let (open, close) = (format!("<{name}>"), format!("</{name}>"));
        let (before, rest) = whole.split_once(&open).unwrap();
        let (value, after) = rest.split_once(&close).unwrap();
        let with = |field: &str| answer(NAMESPACE, &format!("{before}{field}{after}"));
        assert_eq!(malformed(with("")), format!("has no element `{name}`"));
        let empty = with(&format!("{open}{close}"));
        assert_eq!(malformed(empty), format!("has an empty element `{name}`"));
        let field = format!("{open}{value}{close}");
        let doubled = with(&format!("{field}{field}"));
        assert_eq!(
            malformed(doubled),
            format!("has two `{name}` elements in the same parent")
        );
        let nested = with(&format!("{open}<x>{value}</x>{close}"));
        assert_eq!(
            malformed(nested),
            format!("has an element inside the text of `{name}`")
        );
    }
    assert_eq!(
        malformed(answer(NAMESPACE, "")),
        "has no element `Credentials`"
    );
    assert_eq!(
        malformed(answer(NAMESPACE, &format!("{whole}{whole}"))),
        "has two `Credentials` elements in the same parent"
    );
    assert_eq!(
        malformed("<AssumeRoleResponse/>"),
        "has no element `AssumeRoleResult`"
    );
    // A malformed optional field does not lose the credentials.
    for size in ["", "x", "-1", "1.5", "4294967296"] {
        let size = format!("{whole}<PackedPolicySize>{size}</PackedPolicySize>");
        let parsed = AssumeRole::parse(StatusCode::OK, answer(NAMESPACE, &size)).unwrap();
        assert_eq!(parsed.packed_policy_size, None);
    }
}

#[test]
fn a_response_to_another_action_is_malformed() {
    let sound = answer(NAMESPACE, &credentials(SOUND));
    let error = GetCallerIdentity::parse(StatusCode::OK, &sound).unwrap_err();
    assert_eq!(error.message(), "is not a response to GetCallerIdentity");
    // An element may appear once, whatever its namespace is.
    let foreign = format!(
        "{}<Credentials xmlns='urn:x'/>",
        credentials(SOUND).replace("<SessionToken>", "<SessionToken xmlns='urn:x'>")
    );
    assert_eq!(
        malformed(answer(NAMESPACE, &foreign)),
        "has two `Credentials` elements in the same parent"
    );
    for status in [199, 300, 302, 400, 403, 500, 999] {
        let status = StatusCode::from_u16(status).unwrap();
        assert!(AssumeRole::parse(status, &sound).is_err(), "{status}");
    }
}

#[test]
fn unknown_elements_comments_and_cdata_are_ignored() {
    let inside = "<New a='b'><x/></New><!-- c --><Credentials><?pi?><AccessKeyId>AS<!-- -->IA<![CDATA[EX]]>&#65;</AccessKeyId>\
        <SecretAccessKey><![CDATA[<&>]]></SecretAccessKey><SessionToken>a&amp;b</SessionToken>\
        <Expiration> 2024-07-15T23:28:33Z\n</Expiration></Credentials>";
    let answer = AssumeRole::parse(StatusCode::OK, answer(NAMESPACE, inside)).unwrap();
    assert_eq!(answer.credentials.access_key_id(), "ASIAEXA");
    assert_eq!(answer.credentials.secret_key().expose(), "<&>");
    assert_eq!(answer.credentials.session_token().unwrap().expose(), "a&b");
}

#[test]
fn an_entity_bomb_is_refused() {
    let mut bomb = "<!DOCTYPE a [<!ENTITY e0 'lol'>".to_owned();
    for n in 1..10 {
        let reference = format!("&e{};", n - 1).repeat(10);
        bomb.push_str(&format!("<!ENTITY e{n} '{reference}'>"));
    }
    bomb.push_str("]>");
    bomb.push_str(&answer(NAMESPACE, "&e9;"));
    malformed(&bomb);
    let quadratic = format!(
        "<!DOCTYPE a [<!ENTITY e '{}'>]>{}",
        "x".repeat(50_000),
        answer(NAMESPACE, &"&e;".repeat(50_000))
    );
    malformed(&quadratic);
    let external = "<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>";
    malformed(format!("{external}{}", answer(NAMESPACE, "&e;")));
    // Also an empty `DOCTYPE` is refused.
    malformed(format!(
        "<!DOCTYPE a>{}",
        answer(NAMESPACE, &credentials(SOUND))
    ));
}

/// Each of these makes a careless parser slow, or use much stack or memory. All of them together
/// take a moment.
#[test]
fn the_worst_body_of_the_maximum_length_is_read_or_refused() {
    let fill = |piece: &str| piece.repeat((MAX_RESPONSE_LENGTH - 1000) / piece.len());
    let deep = (MAX_RESPONSE_LENGTH - 1000) / 7;
    let attributes: String = (0..60_000).map(|n| format!(" a{n}=''")).collect();
    let namespaces: String = (0..40_000).map(|n| format!(" xmlns:a{n}='u'")).collect();
    let nested: String = (0..40_000).map(|n| format!("<a xmlns:b{n}='u'>")).collect();
    for inside in [
        fill("<a/>"),
        fill("<a>x</a>"),
        fill("x<!-- -->"),
        fill("x<![CDATA[y]]>"),
        fill("&amp;"),
        fill("\r"),
        fill("<"),
        fill("&"),
        fill("\""),
        fill("='"),
        format!("{}{}", "<a>".repeat(deep), "</a>".repeat(deep)),
        "<a>".repeat(deep),
        format!("<a{attributes}/>"),
        format!("<a{namespaces}/>"),
        nested,
    ] {
        let body = answer(NAMESPACE, &inside);
        assert!(body.len() <= MAX_RESPONSE_LENGTH);
        malformed(&body);
    }
    for inside in [
        fill("x"),
        fill("&amp;"),
        fill("<![CDATA[y]]>"),
        fill("x<!---->"),
        fill("\r"),
    ] {
        let body = format!(
            "<DecodeAuthorizationMessageResponse><DecodeAuthorizationMessageResult><DecodedMessage>{inside}\
             </DecodedMessage></DecodeAuthorizationMessageResult></DecodeAuthorizationMessageResponse>"
        );
        let _ = DecodeAuthorizationMessage::parse(StatusCode::OK, &body);
    }
}

#[test]
fn a_response_with_too_many_elements_is_refused() {
    let many = format!("{}{}", credentials(SOUND), "<a/>".repeat(4096));
    assert_eq!(
        malformed(answer(NAMESPACE, &many)),
        "is not XML as AWS writes it"
    );
    let some = format!("{}{}", credentials(SOUND), "<a/>".repeat(4000));
    assert!(AssumeRole::parse(StatusCode::OK, answer(NAMESPACE, &some)).is_ok());
    let many: String = (0..300).map(|n| format!(" a{n}=''")).collect();
    let many = format!("{}<a{many}/>", credentials(SOUND));
    assert_eq!(
        malformed(answer(NAMESPACE, &many)),
        "has too many attributes"
    );
    let json = r#"{"Error":{"Code":"AccessDenied"},"Extra":[0"#;
    let json = format!("{json}{}]}}", ",0".repeat(40_000));
    assert_eq!(malformed(json), "is JSON larger than 64 KiB");
}

#[test]
fn a_response_above_1_mib_is_refused() {
    let sound = answer(NAMESPACE, &credentials(SOUND));
    for size in [MAX_RESPONSE_LENGTH + 1, 10 << 20] {
        let body = format!("{sound}{}", " ".repeat(size - sound.len()));
        assert_eq!(malformed(&body), "is larger than 1 MiB");
    }
    let body = format!("{sound}{}", " ".repeat(MAX_RESPONSE_LENGTH - sound.len()));
    assert!(AssumeRole::parse(StatusCode::OK, &body).is_ok());
}

#[test]
fn an_error_is_read_in_every_envelope() {
    let inside = "<Type>Sender</Type><Code>AccessDenied</Code><Message>no</Message>";
    for body in [
        format!(
            "<ErrorResponse xmlns=\"{NAMESPACE}\"><Error>{inside}</Error><RequestId>1</RequestId></ErrorResponse>"
        ),
        format!(
            "<ErrorResponse xmlns=\"\"><Error>{inside}</Error><RequestId>1</RequestId></ErrorResponse>"
        ),
        format!(
            "<ErrorResponse xmlns=\"http://webservices.amazon.com/AWSFault/2005-15-09\"><Error>{inside}<Detail/></Error><RequestId>1</RequestId></ErrorResponse>"
        ),
        format!("<Error>{inside}<RequestId>1</RequestId></Error>"),
        format!(
            "<ErrorResponse><Errors><Error>{inside}</Error></Errors><RequestId>1</RequestId></ErrorResponse>"
        ),
        r#"{"Error":{"Code":"AccessDenied","Message":"no","Type":"Sender"},"RequestId":"1"}"#
            .to_owned(),
    ] {
        let error = AssumeRole::parse(StatusCode::FORBIDDEN, &body).unwrap_err();
        assert_eq!(error.code(), Some("AccessDenied"), "{body}");
        assert_eq!(error.message(), "no");
        assert_eq!(error.fault(), Some("Sender"));
        assert_eq!(error.request_id(), Some("1"));
        assert_eq!(error.status(), StatusCode::FORBIDDEN);
        assert_eq!(error.to_string(), "AccessDenied (403): no");
    }
    for body in [
        "<ErrorResponse/>",
        "<ErrorResponse><Error/></ErrorResponse>",
        "<Error><Code/></Error>",
        "<Error><Code><x/></Code></Error>",
        "{",
        "{}",
        "{\"Error\":[]}",
        "{\"Error\":{\"Code\":1}}",
    ] {
        malformed(body);
    }
    malformed(format!("{{\"a\":{}", "[".repeat(1_000_000)));
    malformed(format!("{{{}", "\"a\":{".repeat(100_000)));
    let gateway = AssumeRole::parse(StatusCode::BAD_GATEWAY, "<html>").unwrap_err();
    assert!(gateway.is_retryable());
}

#[test]
fn a_session_token_in_a_message_is_not_shown() {
    let message = "The request signature we calculated does not match the signature you provided.\n\n\
        The Canonical String for this request should have been\n'POST\n/\n\nx-amz-security-token:TOKEN\n'";
    let body = format!(
        "<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>{message}</Message></Error></ErrorResponse>"
    );
    let error = AssumeRole::parse(StatusCode::FORBIDDEN, &body).unwrap_err();
    assert!(!format!("{error} {error:?} {error:#?}").contains("TOKEN"));
    assert_eq!(error.message(), message);
}

fn expiration(text: &str) -> Option<OffsetDateTime> {
    AssumeRole::parse(StatusCode::OK, answer(NAMESPACE, &credentials(text)))
        .ok()?
        .credentials
        .expiration()
        .map(|end| end.try_into().unwrap())
}

#[test]
fn an_expiration_is_read_in_every_form_of_iso_8601() {
    for text in [
        "2024-07-15T23:28:33Z",
        "2024-07-15T23:28:33.000Z",
        "2024-07-15T23:28:33,0Z",
        "2024-07-15T23:28:33.000000000Z",
        "2024-07-15T23:28:33+00:00",
        "2024-07-16T01:28:33+02:00",
        "2024-07-16T01:28:33+02",
        "20240716T012833+0200",
        "20240715T232833Z",
        "2024-07-15T13:58:33-09:30",
        "2024-197T23:28:33Z",
        "2024-W29-1T23:28:33Z",
        "\n 2024-07-15T23:28:33Z\t",
    ] {
        assert_eq!(
            expiration(text),
            Some(datetime!(2024-07-15 23:28:33 UTC)),
            "{text}"
        );
    }
    assert_eq!(
        expiration("2024-07-15T23:28:33.359Z"),
        Some(datetime!(2024-07-15 23:28:33.359 UTC))
    );
    assert_eq!(
        expiration("2024-02-29T00:00Z"),
        Some(datetime!(2024-02-29 0:00 UTC))
    );
    for text in [
        "x",
        "2024",
        "2024-07-15",
        "2024-07-15T23:28:33",
        "2024-07-15T25:00:00Z",
        "2024-07-15T23:60:00Z",
        "2024-02-30T00:00:00Z",
        "2023-02-29T00:00:00Z",
        "2024-13-01T00:00:00Z",
        "2024-07-15T23:28:33+99:00",
        "99999-07-15T23:28:33Z",
        "1721086113",
        "1.721086113E9",
        "Mon, 15 Jul 2024 23:28:33 GMT",
        "2024-07-15T23:28:33Zjunk",
        "2024-07-15T23:28:33.Z",
        "２０２４-07-15T23:28:33Z",
    ] {
        assert_eq!(expiration(text), None, "{text}");
    }
    assert_eq!(expiration(&"9".repeat(100_000)), None);
    assert_eq!(
        expiration(&format!("2024-07-15T23:28:33.{}", "9".repeat(100_000))),
        None
    );
}

proptest! {
    #[test]
    fn no_response_makes_the_parser_panic(status in 100u16..1000, body: Vec<u8>) {
        let status = StatusCode::from_u16(status).unwrap();
        prop_assert!(AssumeRole::parse(status, body).is_err());
    }

    #[test]
    fn no_expiration_makes_the_parser_panic(text in "[0-9TZ:.,+W -]{0,40}") {
        let _ = expiration(&text);
    }

    #[test]
    fn no_changed_byte_makes_the_parser_panic(at: prop::sample::Index, byte: u8) {
        let mut body = answer(NAMESPACE, &credentials(SOUND)).into_bytes();
        let at = at.index(body.len());
        body[at] = byte;
        let _ = AssumeRole::parse(StatusCode::OK, body);
    }
}
