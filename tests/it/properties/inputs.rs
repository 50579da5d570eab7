//! Strategies for requests, signers and times.

use countersign::{
    ContentSha256, Credentials, HeaderSelection, PayloadHash, Rules, Service, SessionToken, Signer,
};
use http::{HeaderMap, HeaderName, HeaderValue, Request};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use time::{OffsetDateTime, UtcOffset};

pub const SERVICES: [&str; 8] = [
    "service",
    "s3",
    "s3express",
    "glacier",
    "vpc-lattice-svcs",
    "aoss",
    "iotdevicegateway",
    "execute-api",
];

/// Any time that the crate `time` supports, in any zone.
pub fn any_time() -> impl Strategy<Value = OffsetDateTime> {
    let (first, last) = (-377_705_116_800_i64, 253_402_300_799_i64);
    (first..=last, 0..1_000_000_000_i64, -86_399..=86_399_i32).prop_map(|(second, nano, offset)| {
        let utc = OffsetDateTime::from_unix_timestamp(second).unwrap();
        let utc = utc.saturating_add(time::Duration::nanoseconds(nano));
        let offset = UtcOffset::from_whole_seconds(offset).unwrap();
        utc.checked_to_offset(offset).unwrap_or(utc)
    })
}

/// Any time at which a request can be signed.
pub fn any_now() -> impl Strategy<Value = OffsetDateTime> {
    (-62_167_219_200_i64..=253_402_300_799 - 700_000)
        .prop_map(|second| OffsetDateTime::from_unix_timestamp(second).unwrap())
}

pub fn any_payload() -> impl Strategy<Value = PayloadHash> {
    prop_oneof![
        Just(PayloadHash::EMPTY),
        Just(PayloadHash::Unsigned),
        any::<[u8; 32]>().prop_map(PayloadHash::Sha256),
    ]
}

pub fn any_signer() -> impl Strategy<Value = Signer> {
    any_identity()
        .prop_map(|(credentials, service)| Signer::new(credentials, "us-east-1", service).unwrap())
}

pub fn any_identity() -> impl Strategy<Value = (Credentials, Service)> {
    let token = proptest::option::of(("[!-~]{1,40}", any::<bool>()));
    (select(&SERVICES[..]), token, any::<bool>()).prop_map(|(service, token, few)| {
        let mut credentials = Credentials::new("AKIDEXAMPLE", "secret");
        if let Some((token, s3_express)) = token {
            credentials =
                credentials.with_session_token(match s3_express && service.starts_with("s3") {
                    true => SessionToken::s3_express(token),
                    false => token.into(),
                });
        }
        let mut rules = Rules::of(service);
        if few {
            rules.headers = HeaderSelection::Required;
        }
        (credentials, Service::new(service, rules))
    })
}

/// The payload, or one that the signer's service accepts.
pub fn payload_for(signer: &Signer, payload: PayloadHash) -> PayloadHash {
    match format!("{signer:?}").contains("vpc-lattice") {
        true => PayloadHash::Unsigned,
        false => payload,
    }
}

/// The payload, or one that the signer's service accepts in a presigned `GET`.
pub fn payload_in_url(signer: &Signer, payload: PayloadHash) -> PayloadHash {
    let always = matches!(signer.service().name(), "aoss" | "vpc-lattice-svcs");
    match payload_for(signer, payload) {
        _ if signer.service().rules().content_sha256 == ContentSha256::InHeaderForm => {
            PayloadHash::Unsigned
        }
        PayloadHash::Unsigned if !always => PayloadHash::EMPTY,
        payload => payload,
    }
}

pub fn any_name() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z0-9!#$%&'*+.^_`|~-]{1,12}",
        "x-amz-[a-z-]{1,8}",
        select(vec![
            "accept",
            "authorization",
            "connection",
            "content-length",
            "content-type",
            "date",
            "user-agent",
            "x-amz-content-sha256",
            "x-amz-date",
            "x-amz-region-set",
            "x-amz-s3session-token",
            "x-amz-security-token",
            "x-amz-sha256-tree-hash",
        ])
        .prop_map(str::to_owned),
    ]
    .prop_filter("the host is set apart", |name| name != "host")
}

pub fn any_value() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        3 => Just(b' '),
        1 => Just(b'\t'),
        8 => 0x21..=0x7e_u8,
        2 => 0x80..=0xff_u8,
    ];
    vec(byte, 0..24)
}

/// Mostly a few headers, sometimes more than fit on the stack.
pub fn any_headers() -> impl Strategy<Value = Vec<(String, Vec<u8>)>> {
    let header = || (any_name(), any_value());
    prop_oneof![5 => vec(header(), 0..6), 1 => vec(header(), 20..40)]
}

/// Paths that the `http` crate accepts, some of them invalid by RFC 3986. Without a bare `+`, which
/// S3's rules refuse.
pub fn any_path() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("/".to_owned()),
        Just("/.".to_owned()),
        Just("/..".to_owned()),
        Just("//".to_owned()),
        "%[0-9A-Fa-f]{2}",
        "[a-zA-Z0-9._~!$&'()*,;=:@-]{1,6}",
        "[é文]",
    ];
    vec(piece, 0..12).prop_map(|pieces| format!("/{}", pieces.concat()))
}

/// Queries that can be signed.
pub fn any_query() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("&".to_owned()),
        Just("=".to_owned()),
        Just("X-Amz-".to_owned()),
        Just("x-id=".to_owned()),
        "%[0-9A-Fa-f]{2}",
        "[a-zA-Z0-9._~!$'()*+,;:@/?-]{1,6}",
        "[é文]",
    ];
    let reserved = |query: &String| {
        let query = query.to_lowercase();
        let names = ["alg", "cre", "dat", "sig", "exp", "reg", "sec", "s3s"];
        !names.iter().any(|name| query.contains(name)) && !query.contains("%5")
    };
    vec(piece, 0..24)
        .prop_map(|pieces| pieces.concat())
        .prop_filter("a parameter of the signer's", reserved)
}

pub fn request(uri: &str, headers: &[(String, Vec<u8>)]) -> Request<()> {
    let mut request = Request::get(uri).body(()).unwrap();
    *request.headers_mut() = header_map(headers);
    request
}

pub fn header_map(headers: &[(String, Vec<u8>)]) -> HeaderMap {
    let pair = |(name, value): &(String, Vec<u8>)| {
        let name: HeaderName = name.parse().unwrap();
        (name, HeaderValue::from_bytes(value).unwrap())
    };
    let mut map = HeaderMap::new();
    for (name, value) in headers.iter().map(pair) {
        map.append(name, value);
    }
    map
}

pub fn slices(headers: &[(String, Vec<u8>)]) -> Vec<(&str, &[u8])> {
    let host = [("host", &b"example.com"[..])];
    let headers = headers.iter().map(|(name, value)| (&**name, &**value));
    host.into_iter().chain(headers).collect()
}
