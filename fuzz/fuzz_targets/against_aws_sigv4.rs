//! The crate `aws-sigv4` makes the same signature, except for the exceptions that
//! `tests/interop/tests/against_aws_sigv4` lists, each with its reason.
//!
//! Input: two bytes of options, the request.

#![no_main]
#![allow(dead_code, reason = "the test asks more of these modules")]

#[path = "../../tests/interop/tests/against_aws_sigv4/draft.rs"]
mod draft;
#[path = "../../tests/interop/tests/against_aws_sigv4/exceptions.rs"]
mod exceptions;
#[path = "../../tests/interop/tests/against_aws_sigv4/signers.rs"]
mod signers;

use countersign::Error;
use countersign_fuzz::{ID, Message, NOW, REGION, SECRET, TOKEN, service};
use draft::Draft;
use exceptions::{EXCEPTIONS, Then};
use http::Uri;
use libfuzzer_sys::fuzz_target;
use signers::{ours, theirs};

/// Headers that the drafts of that test never contain.
const OTHERS: [&str; 2] = ["x-amz-region-set", "x-amz-s3session-token"];

/// Headers that only `aws-sigv4` signs, in addition to the exceptions: names and prefixes.
const LEFT_OUT: [&str; 38] = [
    "b3",
    "cache-control",
    "cdn-loop",
    "cf-",
    "elastic-apm-traceparent",
    "forwarded",
    "from",
    "grpc-trace-bin",
    "max-forwards",
    "newrelic",
    "pragma",
    "priority",
    "proxy-",
    "referer",
    "sec-",
    "sentry-trace",
    "traceparent",
    "tracestate",
    "true-client-ip",
    "uber-trace-id",
    "via",
    "x-amz-cf-id",
    "x-amzn-tls-cipher-suite",
    "x-amzn-tls-version",
    "x-amzn-vpce-config",
    "x-amzn-vpce-id",
    "x-b3-",
    "x-client-ip",
    "x-cloud-trace-context",
    "x-cluster-client-ip",
    "x-datadog-",
    "x-dynatrace",
    "x-envoy-",
    "x-forwarded-",
    "x-newrelic-",
    "x-ot-span-context",
    "x-real-ip",
    "x-request-id",
];

fuzz_target!(|input: &[u8]| {
    let Some((&[options, more], text)) = input.split_first_chunk() else {
        return;
    };
    let draft = Message::read(text).and_then(|message| draft_of(&message, options, more));
    let Some(draft) = draft else {
        return;
    };
    let (mut differ, mut refuse) = (false, false);
    let mut mended = draft.clone();
    for exception in EXCEPTIONS
        .iter()
        .filter(|exception| (exception.applies)(&draft))
    {
        match exception.then {
            Then::AgreeOn(change) => change(&mut mended),
            Then::Differ => differ = true,
            Then::WeRefuse => refuse = true,
        }
    }
    match ours(&draft) {
        // `aws-sigv4` signs a signed URL again.
        Err(Error::AlreadySigned { .. }) => {}
        Err(error) => assert!(refuse, "{error}: {draft:#?}"),
        Ok(ours) if !differ && !refuse => assert_eq!(ours, theirs(&mended), "{draft:#?}"),
        Ok(_) => assert!(!refuse, "not refused: {draft:#?}"),
    }
});

/// A draft for both signers, if the types of both can express it.
fn draft_of<'a>(message: &Message<'a>, options: u8, more: u8) -> Option<Draft<'a>> {
    let mut headers = Vec::new();
    let mut hosts = Vec::new();
    for (name, value) in &message.headers {
        let value = std::str::from_utf8(value).ok()?.to_owned();
        if OTHERS.contains(name) || LEFT_OUT.iter().any(|left_out| name.starts_with(left_out)) {
            return None;
        }
        match *name {
            "host" => hosts.push(value),
            name => headers.push((name, value)),
        }
    }
    let [host] = &hosts[..] else {
        return None;
    };
    // The `host` header is that of the URL, or another one.
    let own = more & 1 == 0;
    let authority = if own { host.as_str() } else { "example.com" };
    if !own {
        headers.push(("host", host.clone()));
    }
    // HTTP clients send no colon without a port, and `aws-sigv4` signs it.
    if authority.ends_with(':') || authority.starts_with(':') {
        return None;
    }
    let origin: Uri = format!("https://{authority}").parse().ok()?;
    if host.trim().is_empty()
        || origin.authority()?.as_str() != authority
        || authority.contains('@')
    {
        return None;
    }
    let draft = Draft {
        method: message.method,
        scheme: if more & 2 == 0 { "https" } else { "http" },
        authority: authority.to_owned(),
        path: message.path.to_owned(),
        query: message.query.to_owned(),
        headers,
        body: message.body.to_vec(),
        unsigned: options & 16 != 0,
        presigned: options & 32 != 0,
        service: service(options),
        region: REGION,
        access_key_id: ID.to_owned(),
        secret_key: SECRET.to_owned(),
        token: (options & 8 != 0).then(|| TOKEN.to_owned()),
        now: NOW,
    };
    let fits = message
        .http(&format!("{}://{authority}", draft.scheme))
        .is_some();
    // VPC Lattice accepts unsigned payloads only.
    let taken = draft.unsigned || draft.service != "vpc-lattice-svcs";
    (fits && taken && draft.can_be_in_a_url()).then_some(draft)
}
