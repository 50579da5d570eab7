//! Random requests.

use std::fmt::Write;

use countersign::PayloadHash;
use fastrand::Rng;
use time::OffsetDateTime;

use crate::exceptions::recoded;

/// A request, and everything else that its signature depends on.
#[derive(Clone, Debug)]
pub(crate) struct Draft<'a> {
    pub(crate) method: &'a str,
    pub(crate) scheme: &'a str,
    pub(crate) authority: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: Vec<(&'a str, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) unsigned: bool,
    pub(crate) presigned: bool,
    pub(crate) service: &'a str,
    pub(crate) region: &'a str,
    pub(crate) access_key_id: String,
    pub(crate) secret_key: String,
    pub(crate) token: Option<String>,
    pub(crate) now: OffsetDateTime,
}

const METHODS: &[&str] = &[
    "GET", "PUT", "POST", "DELETE", "HEAD", "PATCH", "OPTIONS", "get",
];
const REGIONS: &[&str] = &["us-east-1", "eu-central-1", "cn-north-1", "us-gov-west-1"];
const SERVICES: &[&str] = &[
    "s3",
    "s3",
    "s3express",
    "s3-outposts",
    "s3-object-lambda",
    "iam",
    "sts",
    "dynamodb",
    "execute-api",
    "sqs",
    "es",
    "glacier",
    "aoss",
    "iotdevicegateway",
    "vpc-lattice-svcs",
];
const AUTHORITIES: &[&str] = &[
    "example.amazonaws.com",
    "Bucket.Example.com",
    "localhost:9000",
    "127.0.0.1:80",
    "example.com:443",
    "[::1]",
    "[2001:db8::1]:8443",
];

/// Headers that only the other signer signs.
pub(crate) const REWRITTEN: &[&str] = &[
    "accept-encoding",
    "baggage",
    "connection",
    "expect",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "traceparent",
    "trailer",
    "upgrade",
    "via",
    "x-amz-cf-id",
    "x-forwarded-for",
];
/// Headers that neither signs.
const NEVER_SIGNED: &[&str] = &[
    "user-agent",
    "x-amzn-trace-id",
    "transfer-encoding",
    "authorization",
];
/// Headers that a signer writes itself.
const SIGNERS_OWN: &[&str] = &["x-amz-security-token", "x-amz-date", "x-amz-content-sha256"];
/// Headers of the caller. The one that is listed twice may be repeated.
const ORDINARY: &[&str] = &[
    "content-type",
    "x-amz-target",
    "x-amz-meta-a",
    "x-b",
    "x-b",
    "range",
    "content-length",
    "cookie",
];

const KEY_ID: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";

impl Draft<'_> {
    pub(crate) fn random(random: &mut Rng) -> Self {
        let presigned = random.bool();
        let service = pick(random, SERVICES);
        let with_user = random.u8(..30) == 0;
        // VPC Lattice accepts unsigned payloads only, and most presigned URLs for S3 have them.
        let must = service == "vpc-lattice-svcs"
            || presigned && service.starts_with("s3") && random.u8(..8) > 0;
        let authority = pick(random, AUTHORITIES);
        let mut path = random_path(random);
        // Most keys have the canonical encoding.
        if service.starts_with("s3") && random.u8(..8) > 0 {
            path = recoded(&path);
        }
        let mut draft = Self {
            method: pick(random, METHODS),
            scheme: pick(random, &["https", "http"]),
            authority: if with_user {
                "user:password@example.com"
            } else {
                authority
            }
            .to_owned(),
            path,
            query: random_query(random),
            headers: random_headers(random, service),
            body: (0..random.usize(..40)).map(|_| random.u8(..)).collect(),
            unsigned: must || random.u8(..4) == 0,
            presigned,
            service,
            region: pick(random, REGIONS),
            access_key_id: random_text(random, KEY_ID, 20),
            secret_key: random_text(random, BASE64, 40),
            token: random.bool().then(|| random_text(random, BASE64, 200)),
            now: OffsetDateTime::from_unix_timestamp(random.i64(0..4_102_444_800))
                .expect("a time before 2100"),
        };
        if !draft.can_be_in_a_url() {
            draft.unsigned = !draft.unsigned;
        }
        draft
    }

    /// Whether we accept the payload in a presigned URL for this service and method.
    pub(crate) fn can_be_in_a_url(&self) -> bool {
        let no_body = ["GET", "HEAD", "DELETE", "OPTIONS"].contains(&self.method);
        match self.service {
            _ if !self.presigned => true,
            "aoss" | "vpc-lattice-svcs" => true,
            _ if self.is_s3() => self.unsigned || !no_body,
            _ => !self.unsigned,
        }
    }

    pub(crate) fn is_s3(&self) -> bool {
        self.service.starts_with("s3")
    }

    pub(crate) fn has_header(&self, names: &[&str]) -> bool {
        self.headers.iter().any(|(name, _)| names.contains(name))
    }

    pub(crate) fn drop_headers(&mut self, names: &[&str]) {
        self.headers.retain(|(name, _)| !names.contains(name));
    }

    /// Headers of an earlier signature that the other signer does not overwrite.
    pub(crate) fn left_by_the_last_try(&self) -> &'static [&'static str] {
        if self.presigned {
            SIGNERS_OWN
        } else {
            &SIGNERS_OWN[..1]
        }
    }

    pub(crate) fn payload(&self) -> PayloadHash {
        if self.unsigned {
            PayloadHash::Unsigned
        } else {
            PayloadHash::new(&self.body)
        }
    }

    pub(crate) fn url(&self) -> String {
        let Self {
            scheme,
            authority,
            path,
            query,
            ..
        } = self;
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{scheme}://{authority}{path}{mark}{query}")
    }
}

fn random_path(random: &mut Rng) -> String {
    let odd = &["...", ".a", "a.", "..b", "%2E", "%2e%2E", "%zz", "%2"];
    let mut path = String::new();
    for _ in 0..random.usize(1..6) {
        path.push('/');
        match random.u8(..16) {
            0 => path.push('.'),
            1 => path.push_str(".."),
            2 => {}
            3 => path.push_str(pick(random, odd)),
            _ => path.push_str(&random_piece(random, b":@!$&'()*,;=+")),
        }
    }
    path
}

fn random_query(random: &mut Rng) -> String {
    let odd = &["uploads", "acl=", "=", "=a", "a==b", "a=b=c", "", "&"];
    let not_utf_8 = &["%FF=%C3", "a=%80%FE", "%E6%97=1"];
    let bad_escapes = &["a=%", "a=%2", "%zz=1", "a=%2%34"];
    // Names that are similar, or sort differently before and after encoding.
    let close = &[
        "a", "A", "a-", "a.", "a~", "a%20", "aa", "q", "q.parser", "%61",
    ];
    let mut query = String::new();
    for i in 0..random.usize(..6) {
        if i > 0 {
            query.push('&');
        }
        match random.u8(..48) {
            0 => query.push_str("a+b=c+d"),
            1 => query.push_str(pick(random, not_utf_8)),
            2 => query.push_str(pick(random, bad_escapes)),
            3..8 => query.push_str(pick(random, odd)),
            8..16 => {
                let (name, value) = (pick(random, close), random.u8(..3));
                write!(query, "{name}={value}").expect("a string takes all");
            }
            _ => {
                query.push_str(&random_piece(random, b"/:@!$'()*,;?"));
                query.push('=');
                query.push_str(&random_piece(random, b"/:@!$'()*,;?="));
            }
        }
    }
    query
}

/// Percent-encoded text with some unnecessary escapes, and some missing ones.
fn random_piece(random: &mut Rng, raw: &[u8]) -> String {
    let ascii = &[
        "%20", "%2B", "%2F", "%25", "%2520", "%00", "%0A", "%7F", "%22", "%26",
    ];
    let other = &["%C3%A9", "%e6%97%a5", "%F0%9F%98%80", "%7e", "%41", "%3d"];
    let mut piece = String::new();
    for _ in 0..random.usize(..8) {
        match random.u8(..10) {
            0 => piece.push(char::from(raw[random.usize(..raw.len())])),
            1 => piece.push_str(pick(random, &["-", ".", "_", "~"])),
            2 => piece.push_str(pick(random, ascii)),
            3 => piece.push_str(pick(random, other)),
            _ => piece.push(random.alphanumeric()),
        }
    }
    piece
}

fn random_headers(random: &mut Rng, service: &str) -> Vec<(&'static str, String)> {
    let mut headers = Vec::new();
    for name in ORDINARY {
        if random.u8(..4) == 0 {
            headers.push((*name, random_value(random)));
        }
    }
    let seldom = ["x-amz-user-agent", "x-amz-checksum-mode"];
    for name in REWRITTEN
        .iter()
        .chain(NEVER_SIGNED)
        .chain(SIGNERS_OWN)
        .chain(&seldom)
    {
        if random.u8(..60) == 0 {
            headers.push((*name, "any".to_owned()));
        }
    }
    if random.u8(..4) == 0 {
        let hosts = &["other.example.com", "Other.example.com:443", "x:80"];
        headers.push(("host", pick(random, hosts).to_owned()));
    }
    if service == "glacier" && random.bool() {
        headers.push(("x-amz-sha256-tree-hash", "0".repeat(64)));
    }
    headers
}

fn random_value(random: &mut Rng) -> String {
    let words = &[
        "a", "bc", "\"d  e\"", ",", "é", "\u{a0}", "日本", "f;q=1", "%20", "+",
    ];
    let blank = if random.u8(..30) == 0 { "\t" } else { " " };
    let mut value = String::new();
    for _ in 0..random.usize(..5) {
        value.push_str(&blank.repeat(random.usize(..4)));
        value.push_str(pick(random, words));
    }
    value.push_str(&blank.repeat(random.usize(..3)));
    value
}

fn random_text(random: &mut Rng, alphabet: &[u8], length: usize) -> String {
    (0..length)
        .map(|_| char::from(alphabet[random.usize(..alphabet.len())]))
        .collect()
}

fn pick(random: &mut Rng, from: &[&'static str]) -> &'static str {
    from[random.usize(..from.len())]
}
