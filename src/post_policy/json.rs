//! The JSON text of a policy, in which AWS escapes more than JSON requires.

use std::time::Duration;

use serde_json::Value;

use super::condition::Condition;
use super::policy::PostPolicy;
use crate::error::post_policy::MalformedPolicy;
use crate::primitives::json::write_escaped;
use crate::sigv4::date::read_instant;
use crate::timestamp::Timestamp;

/// Writes the text of a policy.
///
/// AWS requires that a dollar sign is escaped as `\$`. JSON does not have that escape, and other
/// stores refuse it. All of them read `\u0024`.
pub(super) fn write(expiration: Timestamp, conditions: &[Condition]) -> String {
    // AWS documents no fraction finer than a millisecond. A clock has nanoseconds.
    let expiration = Timestamp::from_unix_seconds(expiration.unix_seconds());
    let mut text = format!("{{\"expiration\":\"{expiration}\",\"conditions\":[");
    for (i, condition) in conditions.iter().enumerate() {
        if i > 0 {
            text.push(',');
        }
        match condition {
            Condition::Equals { field, value } if !field.starts_with('$') => {
                text.push('{');
                string(&mut text, "", field);
                text.push(':');
                string(&mut text, "", value);
                text.push('}');
            }
            Condition::Equals { field, value } => array(&mut text, "eq", field, value),
            Condition::StartsWith { field, prefix } => {
                array(&mut text, "starts-with", field, prefix);
            }
            Condition::ContentLengthRange { min, max } => {
                text.push_str(&format!("[\"content-length-range\",{min},{max}]"));
            }
        }
    }
    text.push_str("]}");
    text
}

fn array(text: &mut String, operator: &str, field: &str, value: &str) {
    text.push('[');
    string(text, "", operator);
    text.push(',');
    string(text, "$", field);
    text.push(',');
    string(text, "", value);
    text.push(']');
}

/// Writes a string. Its prefix is not escaped.
fn string(text: &mut String, prefix: &str, value: &str) {
    text.push('"');
    text.push_str(prefix);
    write_escaped(text, value, |c| c == '$');
    text.push('"');
}

/// Reads the text of a policy, with AWS's escapes `\$` and `\v`.
///
/// A condition of an unknown kind is an error, because an ignored condition protects nothing.
pub(super) fn read(text: &str) -> Result<PostPolicy, MalformedPolicy> {
    let Ok(Value::Object(policy)) = serde_json::from_str(&as_json(text)) else {
        return Err(MalformedPolicy::NotAnObject);
    };
    let (Some(expiration), Some(list), 2) = (
        policy.get("expiration"),
        policy.get("conditions"),
        policy.len(),
    ) else {
        return Err(MalformedPolicy::UnexpectedMembers);
    };
    let expiration = expiration.as_str().and_then(read_expiration);
    let expiration = expiration.ok_or(MalformedPolicy::InvalidExpiration)?;
    let list = list.as_array().ok_or(MalformedPolicy::InvalidConditions)?;
    let mut conditions = Vec::new();
    for (position, condition) in list.iter().enumerate() {
        read_condition(condition, &mut conditions)
            .ok_or(MalformedPolicy::InvalidCondition { position })?;
    }
    Ok(PostPolicy {
        expiration,
        conditions,
    })
}

/// Replaces the two escapes that JSON does not have.
fn as_json(text: &str) -> String {
    let mut json = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if c != '\\' {
            json.push(c);
            continue;
        }
        match rest.next() {
            Some('$') => json.push('$'),
            Some('v') => json.push_str("\\u000b"),
            Some(escaped) => json.extend([c, escaped]),
            None => json.push(c),
        }
    }
    json
}

fn read_condition(condition: &Value, conditions: &mut Vec<Condition>) -> Option<()> {
    if let Value::Object(pairs) = condition {
        for (field, value) in pairs {
            conditions.push(Condition::Equals {
                field: field.clone(),
                value: value.as_str()?.to_owned(),
            });
        }
        return Some(());
    }
    let [operator, first, second] = condition.as_array()?.as_slice() else {
        return None;
    };
    let operator = operator.as_str()?;
    let field = || Some(first.as_str()?.strip_prefix('$')?.to_owned());
    let text = || Some(second.as_str()?.to_owned());
    conditions.push(match operator {
        "eq" => Condition::Equals {
            field: field()?,
            value: text()?,
        },
        "starts-with" => Condition::StartsWith {
            field: field()?,
            prefix: text()?,
        },
        "content-length-range" => Condition::ContentLengthRange {
            min: number(first)?,
            max: number(second)?,
        },
        _ => return None,
    });
    Some(())
}

/// Reads a number, which some clients write as a string.
fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

/// Reads `2015-12-30T12:00:00.000Z`, with or without the fraction.
fn read_expiration(text: &str) -> Option<Timestamp> {
    let text = text.strip_suffix('Z')?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let sound = fraction.bytes().all(|b| b.is_ascii_digit()) && (1..=9).contains(&fraction.len());
    let nanoseconds = sound.then(|| format!("{fraction:0<9}").parse().ok())??;
    Some(read_instant(whole)? + Duration::from_nanos(nanoseconds))
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    fn equals(field: &str, value: &str) -> Condition {
        Condition::Equals {
            field: field.to_owned(),
            value: value.to_owned(),
        }
    }

    #[test]
    fn an_expiration_is_read_with_or_without_a_fraction() {
        for (text, expected) in [
            (
                "2015-12-30T12:00:00.000Z",
                Some(datetime!(2015-12-30 12:00 UTC)),
            ),
            (
                "2015-12-30T12:00:00Z",
                Some(datetime!(2015-12-30 12:00 UTC)),
            ),
            (
                "2015-12-30T12:00:00.25Z",
                Some(datetime!(2015-12-30 12:00:00.25 UTC)),
            ),
            (
                "2015-12-30T12:00:00.000000001Z",
                Some(datetime!(2015-12-30 12:00:00.000000001 UTC)),
            ),
            ("2015-12-30T12:00:00.Z", None),
            ("2015-12-30T12:00:00.0000000000Z", None),
            ("2015-12-30T12:00:00.+1Z", None),
            ("2015-12-30T12:00:00", None),
            ("2015-12-30T12:00:00+00:00", None),
            ("20151230T120000Z", None),
            ("2015-1230T12:00:00Z", None),
            ("2015-12-30 12:00:00Z", None),
            ("2015-02-30T12:00:00Z", None),
            ("", None),
        ] {
            assert_eq!(read_expiration(text), expected.map(Into::into), "{text}");
        }
    }

    #[test]
    fn the_expiration_of_a_policy_is_written_in_whole_seconds() {
        let expiration: Timestamp = "2015-12-30T12:00:00.123456789Z".parse().unwrap();
        let expected = r#"{"expiration":"2015-12-30T12:00:00Z","conditions":[]}"#;
        assert_eq!(write(expiration, &[]), expected);
    }

    #[test]
    fn each_escape_of_the_policy_language_is_read_and_written() {
        // AWS's table, and what JSON itself knows.
        let text = r#"{"expiration":"2015-12-30T12:00:00Z","conditions":[
            {"a": "\\ \$ \b \f \n \r \t \v \u00e9 \" \/ \\$ é \ud83d\ude00"}, ["eq", "$b", "\\v"]]}"#;
        let policy = read(text).unwrap();
        let expected = "\\ $ \u{8} \u{c} \n \r \t \u{b} é \" / \\$ é 😀";
        assert_eq!(
            policy.conditions,
            [equals("a", expected), equals("b", "\\v")]
        );
        let written = write(policy.expiration, &policy.conditions);
        assert_eq!(
            written,
            "{\"expiration\":\"2015-12-30T12:00:00Z\",\"conditions\":[\
             {\"a\":\"\\\\ \\u0024 \\b \\f \\n \\r \\t \\u000b é \\\" / \\\\\\u0024 é 😀\"},\
             {\"b\":\"\\\\v\"}]}"
        );
        assert_eq!(read(&written).unwrap().conditions, policy.conditions);
    }

    #[test]
    fn an_unknown_condition_is_refused() {
        let with = |conditions: &str| {
            format!(r#"{{"expiration":"2015-12-30T12:00:00Z","conditions":{conditions}}}"#)
        };
        for good in [
            "[]",
            r#"[{"a":"b"}]"#,
            r#"[{"a":"b","c":"d"}]"#,
            r#"[["starts-with","$a",""],["content-length-range",0,"10"]]"#,
        ] {
            assert!(read(&with(good)).is_ok(), "{good}");
        }
        for bad in [
            "",
            "{}",
            "null",
            "[null]",
            "[[]]",
            r#"["a"]"#,
            r#"[{"a":1}]"#,
            r#"[{"a":["b"]}]"#,
            r#"[["eq","a","b"]]"#,
            r#"[["eq","$a"]]"#,
            r#"[["eq","$a","b","c"]]"#,
            r#"[["ends-with","$a","b"]]"#,
            r#"[["content-length-range",-1,10]]"#,
            r#"[["content-length-range",0.5,10]]"#,
            r#"[["content-length-range",0,18446744073709551616]]"#,
        ] {
            assert!(read(&with(bad)).is_err(), "{bad}");
        }
        for bad in [
            "",
            "[]",
            "\\",
            r#"{"conditions":[]}"#,
            r#"{"expiration":"2015-12-30T12:00:00Z"}"#,
            r#"{"expiration":"tomorrow","conditions":[]}"#,
            r#"{"expiration":"2015-12-30T12:00:00Z","conditions":[],"more":1}"#,
            r#"\${"expiration":"2015-12-30T12:00:00Z","conditions":[]}"#,
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
        assert!(read(&"[".repeat(10_000)).is_err());
    }
}
