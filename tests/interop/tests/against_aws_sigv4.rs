//! Do we agree with another signer? Some thousand seeded random requests, signed by the `aws-sigv4`
//! crate and by countersign. Where AWS's rules and that crate part ways, [`EXCEPTIONS`] says so.

use std::fmt::Write;
use std::time::{Duration, SystemTime};

use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SessionTokenMode, SignableBody, SignableRequest,
    SignatureLocation, SigningSettings, UriPathNormalizationMode,
};
use aws_sigv4::sign::v4;

use countersign::{Credentials, PayloadHash, SessionToken, Signer};
use countersign_interop::report;
use fastrand::Rng;
use http::{HeaderValue, Request};
use percent_encoding::percent_decode_str;
use time::OffsetDateTime;

const SEED: u64 = 20_150_830;
const REQUESTS: usize = 6_000;

/// Where the other signer departs from AWS's rules.
struct Exception {
    what: &'static str,
    why: &'static str,
    applies: fn(&Draft) -> bool,
    then: Then,
}

/// What is held against us instead of the plain signature.
enum Then {
    /// The other signer, given the request so changed, agrees with us about the request unchanged.
    AgreeOn(fn(&mut Draft)),
    /// The signatures differ, and nothing that could be changed would make it sign the same.
    Differ,
    /// We refuse the request.
    WeRefuse,
}

const EXCEPTIONS: &[Exception] = &[
    Exception {
        what: "raw + in a query",
        why: "a plus is a plus: it reads a space, as in a form (spec 14, 1)",
        applies: |draft| draft.query.contains('+'),
        then: Then::AgreeOn(|draft| draft.query = draft.query.replace('+', "%2B")),
    },
    Exception {
        what: "path ends in a dot segment",
        why: "no slash is added for it: it follows RFC 3986 (spec 14, 3)",
        applies: |draft| {
            !draft.is_s3() && (draft.path.ends_with("/.") || draft.path.ends_with("/.."))
        },
        then: Then::AgreeOn(|draft| draft.path = without_dot_segments(&draft.path)),
    },
    Exception {
        what: "tab in a header value",
        why: "white space is collapsed: it knows only spaces (spec 14, 4)",
        applies: |draft| draft.headers.iter().any(|(_, value)| value.contains('\t')),
        then: Then::AgreeOn(|draft| {
            for (_, value) in &mut draft.headers {
                *value = value.replace('\t', " ");
            }
        }),
    },
    Exception {
        what: "bad escape in a query",
        why: "an error: it encodes the percent sign (spec 14, 6)",
        applies: |draft| !has_sound_escapes(&draft.query),
        then: Then::WeRefuse,
    },
    Exception {
        what: "escapes that are not UTF-8 in a query",
        why: "bytes stay what they are: it replaces them, so that different requests sign alike (e16)",
        applies: |draft| percent_decode_str(&draft.query).decode_utf8().is_err(),
        then: Then::Differ,
    },
    Exception {
        what: "headers that a hop rewrites",
        why: "not signed: its list is shorter than the recommended one (spec 01)",
        applies: |draft| draft.has_header(REWRITTEN),
        then: Then::AgreeOn(|draft| draft.drop_headers(REWRITTEN)),
    },
    Exception {
        what: "x-amz-user-agent or x-amz-checksum-mode in a presigned URL",
        why: "every x-amz-* header is signed: it leaves these out (spec 01)",
        applies: |draft| {
            draft.presigned && draft.has_header(&["x-amz-user-agent", "x-amz-checksum-mode"])
        },
        then: Then::Differ,
    },
    Exception {
        what: "signed before",
        why: "what the last try left is replaced: it asks its caller to remove it (e46)",
        applies: |draft| draft.has_header(draft.left_by_the_last_try()),
        then: Then::AgreeOn(|draft| draft.drop_headers(draft.left_by_the_last_try())),
    },
    Exception {
        what: "user information in the URL",
        why: "no part of the host: it signs it (spec 01, e33)",
        applies: |draft| draft.authority.contains('@'),
        then: Then::AgreeOn(|draft| {
            draft.authority = draft.authority.replace("user:password@", "")
        }),
    },
    Exception {
        what: "presigned URL with a hashed payload for S3, any for OpenSearch Serverless and VPC Lattice",
        why: "x-amz-content-sha256 is sent as a header, and signed: it adds no headers (spec 02 and 03, e51)",
        applies: |draft| {
            let always = ["aoss", "vpc-lattice-svcs"].contains(&draft.service);
            draft.presigned && (always || draft.is_s3() && !draft.unsigned)
        },
        then: Then::AgreeOn(|draft| {
            let value = draft.payload().to_hashed_payload().as_str().to_owned();
            draft.headers.push(("x-amz-content-sha256", value));
        }),
    },
];

/// What a signer writes into headers.
const SIGNERS_OWN: [&str; 3] = ["x-amz-security-token", "x-amz-date", "x-amz-content-sha256"];
/// What we never sign and the other signer does.
const REWRITTEN: &[&str] = &[
    "accept-encoding",
    "connection",
    "expect",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "upgrade",
];

#[test]
fn random_requests_get_the_same_signature() {
    let mut random = Rng::with_seed(SEED);
    let (mut plain, mut agreed, mut differed, mut refused) = (0, 0, 0, 0);
    let mut met = vec![0; EXCEPTIONS.len()];
    // How often the exception alone made the difference.
    let mut needed = vec![0; EXCEPTIONS.len()];
    for number in 0..REQUESTS {
        let draft = Draft::random(&mut random);
        let applying: Vec<usize> = (0..EXCEPTIONS.len())
            .filter(|&i| (EXCEPTIONS[i].applies)(&draft))
            .collect();
        let ours = ours(&draft);
        let unchanged = theirs(&draft);
        let mut changed = draft.clone();
        let (mut differ, mut refuse) = (false, false);
        for &i in &applying {
            match EXCEPTIONS[i].then {
                Then::AgreeOn(change) => change(&mut changed),
                Then::Differ => differ = true,
                Then::WeRefuse => refuse = true,
            }
            met[i] += 1;
        }
        let context = || format!("request {number} of seed {SEED}: {draft:#?}");
        if let [alone] = applying[..] {
            needed[alone] += usize::from(ours.as_ref() != Ok(&unchanged));
        }
        if refuse {
            assert!(ours.is_err(), "not refused: {}", context());
            refused += 1;
            continue;
        }
        let ours = ours.unwrap_or_else(|error| panic!("{error}: {}", context()));
        if differ {
            assert_ne!(ours, unchanged, "{}", context());
            differed += 1;
        } else {
            assert_eq!(ours, theirs(&changed), "{}", context());
            *if applying.is_empty() {
                &mut plain
            } else {
                &mut agreed
            } += 1;
        }
    }

    report::line(&format!(
        "aws-sigv4: {REQUESTS} requests: {plain} signed alike as they are, {agreed} once an exception is mended, \
         {differed} must differ, {refused} refused"
    ));
    for ((exception, met), needed) in EXCEPTIONS.iter().zip(met).zip(needed) {
        let Exception { what, why, .. } = exception;
        report::line(&format!(
            "aws-sigv4: exception met {met} times: {what}: {why}"
        ));
        assert!(
            needed > 0,
            "{what}: an exception that never makes a difference is none"
        );
    }
    assert!(
        plain >= REQUESTS / 2,
        "{plain} are too few to prove anything"
    );
}

/// A request, and everything that its signature depends on.
#[derive(Clone, Debug)]
struct Draft {
    method: &'static str,
    scheme: &'static str,
    authority: String,
    path: String,
    query: String,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
    unsigned: bool,
    presigned: bool,
    service: &'static str,
    region: &'static str,
    access_key_id: String,
    secret_key: String,
    token: Option<String>,
    now: OffsetDateTime,
}

impl Draft {
    fn random(random: &mut Rng) -> Self {
        let presigned = random.bool();
        let service = pick(random, SERVICES);
        // VPC Lattice takes no other payload; S3's presigned URLs mostly have none.
        let must =
            service == "vpc-lattice-svcs" || presigned && is_s3(service) && random.u8(..8) > 0;
        let unsigned = must || random.u8(..4) == 0;
        Self {
            method: pick(
                random,
                &[
                    "GET", "PUT", "POST", "DELETE", "HEAD", "PATCH", "OPTIONS", "get",
                ],
            ),
            scheme: pick(random, &["https", "http"]),
            authority: pick(
                random,
                if random.u8(..30) > 0 {
                    AUTHORITIES
                } else {
                    &["user:password@example.com"]
                },
            )
            .to_owned(),
            path: random_path(random),
            query: random_query(random),
            headers: random_headers(random, service),
            body: (0..random.usize(..40)).map(|_| random.u8(..)).collect(),
            unsigned,
            presigned,
            service,
            region: pick(
                random,
                &["us-east-1", "eu-central-1", "cn-north-1", "us-gov-west-1"],
            ),
            access_key_id: text(random, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 20),
            secret_key: text(random, BASE64, 40),
            token: random.bool().then(|| text(random, BASE64, 200)),
            now: OffsetDateTime::from_unix_timestamp(random.i64(0..4_102_444_800))
                .expect("before 2100"),
        }
    }

    fn is_s3(&self) -> bool {
        is_s3(self.service)
    }

    fn has_header(&self, names: &[&str]) -> bool {
        self.headers.iter().any(|(name, _)| names.contains(name))
    }

    fn drop_headers(&mut self, names: &[&str]) {
        self.headers.retain(|(name, _)| !names.contains(name));
    }

    /// The other signer overwrites the date and the payload hash where it writes headers itself.
    fn left_by_the_last_try(&self) -> &'static [&'static str] {
        if self.presigned {
            &SIGNERS_OWN
        } else {
            &SIGNERS_OWN[..1]
        }
    }

    fn payload(&self) -> PayloadHash {
        if self.unsigned {
            PayloadHash::Unsigned
        } else {
            PayloadHash::of(&self.body)
        }
    }

    fn url(&self) -> String {
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

/// What two signers are compared by: the `Authorization` header, or its two parameters that are
/// not the caller's own input; and the headers that were added.
#[derive(Debug, PartialEq)]
struct Outcome {
    authorization: String,
    added: Vec<(&'static str, String)>,
}

const ADDED: [&str; 4] = [
    "x-amz-date",
    "x-amz-security-token",
    "x-amz-s3session-token",
    "x-amz-content-sha256",
];
const EXPIRES_IN: Duration = Duration::from_secs(900);

fn ours(draft: &Draft) -> Result<Outcome, countersign::Error> {
    let mut credentials = Credentials::new(draft.access_key_id.as_str(), draft.secret_key.as_str());
    if let Some(token) = &draft.token {
        credentials = if draft.service == "s3express" {
            credentials.with_session_token(SessionToken::s3_express(token.as_str()))
        } else {
            credentials.with_session_token(token.as_str())
        };
    }
    let signer = Signer::new(credentials, draft.region, draft.service);
    let mut request = Request::builder().method(draft.method).uri(draft.url());
    for (name, value) in &draft.headers {
        request = request.header(
            *name,
            HeaderValue::from_bytes(value.as_bytes()).expect("a header value"),
        );
    }
    let mut request = request.body(()).expect("a request");
    if draft.presigned {
        let presigned = signer.presign(&request, draft.payload(), EXPIRES_IN, draft.now)?;
        let parameter = |name: &str| {
            let (_, rest) = presigned.url().rsplit_once(name).expect("the parameter");
            percent_decode_str(rest.split('&').next().expect("its value"))
                .decode_utf8()
                .expect("UTF-8")
                .into_owned()
        };
        let authorization = format!(
            "{} {}",
            parameter("&X-Amz-SignedHeaders="),
            parameter("&X-Amz-Signature=")
        );
        return Ok(Outcome {
            authorization,
            added: Vec::new(),
        });
    }
    signer.sign(&mut request, draft.payload(), draft.now)?;
    let header = |name| {
        Some(
            request
                .headers()
                .get(name)?
                .to_str()
                .expect("ASCII")
                .to_owned(),
        )
    };
    Ok(Outcome {
        authorization: header("authorization").expect("a signed request"),
        added: ADDED
            .into_iter()
            .filter_map(|name| Some((name, header(name)?)))
            .collect(),
    })
}

fn theirs(draft: &Draft) -> Outcome {
    let credentials = aws_credential_types::Credentials::new(
        &draft.access_key_id,
        &draft.secret_key,
        draft.token.clone(),
        None,
        "random",
    );
    let identity = credentials.into();
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(draft.region)
        .name(draft.service)
        .time(SystemTime::from(draft.now))
        .settings(settings(draft))
        .build()
        .expect("all parameters")
        .into();
    let body = if draft.unsigned {
        SignableBody::UnsignedPayload
    } else {
        SignableBody::Bytes(&draft.body)
    };
    let headers = draft
        .headers
        .iter()
        .map(|(name, value)| (*name, value.as_str()));
    let request =
        SignableRequest::new(draft.method, draft.url(), headers, body).expect("a request");
    let (instructions, signature) = aws_sigv4::http_request::sign(request, &parameters)
        .expect("a request that can be signed")
        .into_parts();
    if draft.presigned {
        let (_, signed_headers) = instructions
            .params()
            .iter()
            .find(|(name, _)| *name == "X-Amz-SignedHeaders")
            .expect("the parameter");
        return Outcome {
            authorization: format!("{signed_headers} {signature}"),
            added: Vec::new(),
        };
    }
    let header = |wanted| {
        instructions
            .headers()
            .find(|(name, _)| *name == wanted)
            .map(|(_, value)| value.to_owned())
    };
    Outcome {
        authorization: header("authorization").expect("a signed request"),
        added: ADDED
            .into_iter()
            .filter_map(|name| Some((name, header(name)?)))
            .collect(),
    }
}

/// The other signer leaves to its caller what our services' rules know.
fn settings(draft: &Draft) -> SigningSettings {
    let mut settings = SigningSettings::default();
    if draft.is_s3() {
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    }
    let tree_hash = draft.service == "glacier" && draft.has_header(&["x-amz-sha256-tree-hash"]);
    let asked = tree_hash || draft.unsigned || draft.has_header(&["x-amz-content-sha256"]);
    if draft.is_s3() || draft.service == "aoss" || asked {
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    }
    if draft.service == "iotdevicegateway" {
        settings.session_token_mode = SessionTokenMode::Exclude;
    }
    if draft.presigned {
        settings.signature_location = SignatureLocation::QueryParams;
        settings.expires_in = Some(EXPIRES_IN);
    }
    if draft.service == "s3express" {
        settings.session_token_name_override = Some(if draft.presigned {
            "X-Amz-S3session-Token"
        } else {
            "x-amz-s3session-token"
        });
    }
    if draft.service == "aoss" {
        settings
            .excluded_headers
            .get_or_insert_default()
            .push("content-length".into());
    }
    settings
}

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

fn is_s3(service: &str) -> bool {
    service.starts_with("s3")
}

const AUTHORITIES: &[&str] = &[
    "example.amazonaws.com",
    "Bucket.Example.com",
    "localhost:9000",
    "127.0.0.1:80",
    "example.com:443",
    "[::1]",
    "[2001:db8::1]:8443",
];

const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";

fn random_path(random: &mut Rng) -> String {
    let mut path = String::new();
    for _ in 0..random.usize(1..6) {
        path.push('/');
        match random.u8(..16) {
            0 => path.push('.'),
            1 => path.push_str(".."),
            2 => {}
            3 => path.push_str(pick(
                random,
                &["...", ".a", "a.", "..b", "%2E", "%2e%2E", "%zz", "%2"],
            )),
            _ => path.push_str(&piece(random, "/:@!$&'()*,;=+")),
        }
    }
    path
}

fn random_query(random: &mut Rng) -> String {
    let mut query = String::new();
    for _ in 0..random.usize(..6) {
        if !query.is_empty() {
            query.push('&');
        }
        match random.u8(..24) {
            0 => query.push('&'),
            1 if random.bool() => query.push_str("a+b=c+d"),
            2 if random.bool() => {
                query.push_str(pick(random, &["%FF=%C3", "a=%80%FE", "%E6%97=1"]))
            }
            3 if random.bool() => {
                query.push_str(pick(random, &["a=%", "a=%2", "%zz=1", "a=%2%34"]))
            }
            4 => query.push_str(pick(
                random,
                &["uploads", "acl=", "=", "=a", "a==b", "a=b=c"],
            )),
            // Names that collide or sort differently before and after encoding.
            5..=8 => {
                let name = pick(
                    random,
                    &[
                        "a", "A", "a-", "a.", "a~", "a%20", "aa", "q", "q.parser", "%61",
                    ],
                );
                query.push_str(name);
                write!(query, "={}", random.u8(..3)).expect("a string takes everything");
            }
            _ => {
                query.push_str(&piece(random, "/:@!$'()*,;?"));
                query.push('=');
                query.push_str(&piece(random, "/:@!$'()*,;?="));
            }
        }
    }
    query
}

/// Percent-encoded text, with what is legal raw in its place sometimes left so.
fn piece(random: &mut Rng, raw: &str) -> String {
    let raw: Vec<char> = raw.chars().filter(|&c| c != '/').collect();
    let mut piece = String::new();
    for _ in 0..random.usize(..8) {
        match random.u8(..10) {
            0 => piece.push(raw[random.usize(..raw.len())]),
            1 => piece.push_str(pick(random, &["-", ".", "_", "~"])),
            2 => piece.push_str(pick(
                random,
                &[
                    "%20", "%2B", "%2F", "%25", "%2520", "%00", "%0A", "%7F", "%22",
                ],
            )),
            3 => piece.push_str(pick(
                random,
                &["%C3%A9", "%e6%97%a5", "%F0%9F%98%80", "%7e", "%41", "%3d"],
            )),
            _ => piece.push(char::from(random.alphanumeric() as u8)),
        }
    }
    piece
}

fn random_headers(random: &mut Rng, service: &str) -> Vec<(&'static str, String)> {
    let mut headers = Vec::new();
    for name in [
        "content-type",
        "x-amz-target",
        "x-amz-meta-a",
        "x-b",
        "x-b",
        "range",
        "content-length",
        "cookie",
    ] {
        if random.u8(..4) == 0 {
            headers.push((name, header_value(random)));
        }
    }
    // What both signers leave out.
    for name in [
        "user-agent",
        "x-amzn-trace-id",
        "transfer-encoding",
        "authorization",
    ] {
        if random.u8(..12) == 0 {
            headers.push((name, "any".to_owned()));
        }
    }
    let unsigned_when_presigned = ["x-amz-user-agent", "x-amz-checksum-mode"];
    for name in REWRITTEN
        .iter()
        .chain(&SIGNERS_OWN)
        .chain(&unsigned_when_presigned)
    {
        if random.u8(..60) == 0 {
            headers.push((name, "any".to_owned()));
        }
    }
    if random.u8(..4) == 0 {
        headers.push((
            "host",
            pick(
                random,
                &["other.example.com", "Other.example.com:443", "x:80"],
            )
            .to_owned(),
        ));
    }
    if service == "glacier" && random.bool() {
        headers.push(("x-amz-sha256-tree-hash", "0".repeat(64)));
    }
    headers
}

fn header_value(random: &mut Rng) -> String {
    let blank = if random.u8(..30) == 0 { "\t" } else { " " };
    let mut value = String::new();
    for _ in 0..random.usize(..5) {
        value.push_str(&blank.repeat(random.usize(..4)));
        value.push_str(pick(
            random,
            &[
                "a", "bc", "\"d  e\"", ",", "é", "\u{a0}", "日本", "f;q=1", "%20", "+",
            ],
        ));
    }
    value.push_str(&blank.repeat(random.usize(..3)));
    value
}

fn text(random: &mut Rng, alphabet: &[u8], length: usize) -> String {
    (0..length)
        .map(|_| char::from(alphabet[random.usize(..alphabet.len())]))
        .collect()
}

fn pick(random: &mut Rng, from: &[&'static str]) -> &'static str {
    from[random.usize(..from.len())]
}

/// The path as AWS's rules resolve it, with a slash at the end only where the path itself has one.
fn without_dot_segments(path: &str) -> String {
    let mut kept = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(kept.pop()),
            segment => kept.push(segment),
        }
    }
    format!("/{}", kept.join("/"))
}

fn has_sound_escapes(text: &str) -> bool {
    text.split('%')
        .skip(1)
        .all(|rest| rest.len() >= 2 && rest.bytes().take(2).all(|digit| digit.is_ascii_hexdigit()))
}
