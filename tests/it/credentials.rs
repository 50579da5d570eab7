//! Access key IDs, secret keys and session tokens.

use countersign::credentials::{IdPrefix, account_id};
use countersign::{SecretKey, SessionToken};

/// An access key ID of the newer kind for an account. In base32, a 1 bit and 40 bits of account
/// number. The other bits do not affect the account.
fn id_of(account: u128) -> String {
    let bits = (1 << 47 | account << 7 | 0x55) << 32 | 0x1234_5678;
    let digit = |i: u32| {
        let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        char::from(digits[(bits >> (75 - 5 * i)) as usize & 31])
    };
    let id: String = (0..16).map(digit).collect();
    format!("AKIA{id}")
}

#[test]
fn an_account_has_twelve_digits() {
    for (account, digits) in [
        (0, Some("000000000000")),
        (123_456_789_012, Some("123456789012")),
        (999_999_999_999, Some("999999999999")),
        (1_000_000_000_000, None),
        (0xff_ffff_ffff, None),
    ] {
        assert_eq!(account_id(&id_of(account)).as_deref(), digits);
    }
}

/// IAM User Guide, "Understanding unique ID prefixes".
#[test]
fn each_id_prefix_of_iam_is_recognized() {
    let prefixes = [
        "ABIA", "ACCA", "AGPA", "AIDA", "AIPA", "AKIA", "ANPA", "ANVA", "APKA", "AROA", "ASCA",
        "ASIA",
    ];
    for prefix in prefixes {
        let id = format!("{prefix}EXAMPLE");
        assert_eq!(IdPrefix::of(&id).unwrap().as_str(), prefix);
    }
    assert_eq!(IdPrefix::of("AXXAEXAMPLE"), None);
}

/// RFC 4648, section 6.
#[test]
fn only_base32_digits_contain_an_account() {
    let id = id_of(123_456_789_012);
    for byte in 0..0x7f_u8 {
        let other = format!("{}{}", &id[..19], char::from(byte));
        let is_digit = matches!(byte, b'A'..=b'Z' | b'2'..=b'7');
        assert_eq!(account_id(&other).is_some(), is_digit, "{byte:#x}");
    }
}

#[test]
fn secrets_and_tokens_are_made_from_a_string() {
    let text = String::from("IQoJb3JpZ2luX2VjEXAMPLE//+a==");
    assert_eq!(SecretKey::from(&text).expose(), text);
    assert_eq!(SessionToken::from(&text).expose(), text);
    assert_eq!(
        SessionToken::from(&text).header_name(),
        "x-amz-security-token"
    );
}
