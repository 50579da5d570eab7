//! The clock skew that a client measures from responses.

use countersign::Timestamp;
use countersign::clock_skew::{ClockSkew, Measurement, Unmeasurable};
use countersign::sigv4::AmzDate;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

use crate::report::Case;
use crate::sigv4::text;

pub fn run(case: &mut Case<'_>) {
    match text(case.input, "kind") {
        "measure" => measure(case),
        "retry" => retry(case),
        "apply" => apply(case),
        "sequence" => sequence(case),
        other => case.fail(format!("kind {other}")),
    }
}

fn time(value: &Value, field: &str) -> Timestamp {
    text(value, field).parse().unwrap()
}

fn headers(value: &Value) -> HeaderMap {
    let pairs = value["headers"].as_array().unwrap().iter();
    pairs
        .map(|pair| {
            let [name, value] = [0, 1].map(|i| pair[i].as_str().unwrap());
            let name = HeaderName::try_from(name).unwrap();
            (name, HeaderValue::try_from(value).unwrap())
        })
        .collect()
}

fn measure(case: &mut Case<'_>) {
    let input = case.input;
    let before = ClockSkew::from_millis(77);
    let mut skew = before;
    let (sent, received) = (time(input, "sent"), time(input, "received"));
    let learnt = skew.learn(&headers(input), sent, received);
    let milliseconds = learnt
        .ok()
        .map(|measurement| measurement.skew().as_millis());
    case.check("skew_ms", case.expected["skew_ms"].as_i64(), milliseconds);
    let ignored = learnt.err().map(|reason| match reason {
        Unmeasurable::Cached => "age",
        Unmeasurable::DateMissing => "date_missing",
        Unmeasurable::DateUnreadable => "date_unreadable",
        Unmeasurable::TooSlow => "too_slow",
        _ => "unknown",
    });
    case.check("ignored", case.expected["ignored"].as_str(), ignored);
    let kept = learnt.map_or(before, Measurement::skew);
    case.check("the value that stays", kept, skew);
}

/// A measurement of this skew. It is made from a response: its `Date` has whole seconds, and the
/// time at which the request was sent provides the milliseconds.
fn measurement(milliseconds: i64) -> Measurement {
    let mut headers = HeaderMap::new();
    let date = HeaderValue::from_static("Wed, 01 Jul 2026 12:00:00 GMT");
    headers.insert(http::header::DATE, date);
    let server: Timestamp = "2026-07-01T12:00:00Z".parse().unwrap();
    let sent = Timestamp::from_unix_millis(server.unix_millis() - milliseconds);
    ClockSkew::default().learn(&headers, sent, sent).unwrap()
}

fn retry(case: &mut Case<'_>) {
    let input = case.input;
    let code = input["error_code"].as_str().unwrap_or_default();
    let retry = input["skew_ms"]
        .as_i64()
        .is_some_and(|skew| measurement(skew).is_worth_a_retry(code));
    case.check("retry", case.expected["retry"].as_bool(), Some(retry));
}

fn apply(case: &mut Case<'_>) {
    let input = case.input;
    let now = time(input, "now");
    let skew = ClockSkew::from_millis(input["skew_ms"].as_i64().unwrap());
    let signed = match text(input, "location") {
        "query" => now,
        _ => skew.signing_time(now),
    };
    let date = AmzDate::new(signed).unwrap();
    case.check("amz_date", text(case.expected, "amz_date"), date.as_str());
}

fn sequence(case: &mut Case<'_>) {
    let mut skew = ClockSkew::from_millis(case.input["initial_skew_ms"].as_i64().unwrap());
    let operations = case.input["operations"].as_array().unwrap();
    let expected = case.expected["operations"].as_array().unwrap();
    case.check("operations", expected.len(), operations.len());
    for (operation, expected) in operations.iter().zip(expected) {
        let (mut times, mut skews, mut retries) = (Vec::new(), Vec::new(), Vec::new());
        let mut outcome = "";
        for attempt in operation["attempts"].as_array().unwrap() {
            let (sent, received) = (time(attempt, "sent"), time(attempt, "received"));
            let date = AmzDate::new(skew.signing_time(sent)).unwrap();
            times.push(date.as_str().to_owned());
            let measurement = skew.learn(&headers(attempt), sent, received);
            skews.push(skew.as_millis());
            let code = attempt["error_code"].as_str();
            outcome = if code.is_some() { "error" } else { "success" };
            retries.push(code.is_some_and(|code| {
                measurement.is_ok_and(|measurement| measurement.is_worth_a_retry(code))
            }));
        }
        let list = |field: &str| expected[field].clone();
        case.check("signing_times", list("signing_times"), times.into());
        case.check("skew_ms_after", list("skew_ms_after"), skews.into());
        case.check("retry", list("retry"), retries.into());
        case.check("outcome", text(expected, "outcome"), outcome);
    }
}
