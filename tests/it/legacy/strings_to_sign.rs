//! Two different requests never have the same string to sign. Texts and signatures are written by
//! hand, by the rules of the Amazon S3 User Guide, "Signing and authenticating REST requests".

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign::legacy::SignedRequest;
use countersign::legacy::s3_v2::{self, Bucket};
use countersign::legacy::sigv2;
use countersign::verify::VerifyError;
use countersign::{Credentials, Error, encode_segment};
use hmac::{Hmac, KeyInit, Mac};
use http::Request;
use proptest::prelude::*;
use sha1::Sha1;

use super::{NOW, SECRET_KEY, get};

const ID: &str = "AKIDEXAMPLE";

fn known() -> Credentials {
    Credentials::new(ID, SECRET_KEY)
}

fn expires() -> i64 {
    NOW.unix_timestamp() + 60
}

/// The signature for S3: an HMAC-SHA1 in base64.
fn sign(text: &str) -> String {
    let mac = Hmac::<Sha1>::new_from_slice(SECRET_KEY.as_bytes()).unwrap();
    STANDARD.encode(mac.chain_update(text).finalize().into_bytes())
}

/// A presigned URL with the signature of a text.
fn presigned(target: &str, text: &str) -> Request<()> {
    let signature = encode_segment(sign(text));
    let separator = if target.contains('?') { '&' } else { '?' };
    get(&format!(
        "https://s3.example.com{target}{separator}AWSAccessKeyId={ID}&Expires={}&Signature={signature}",
        expires()
    ))
}

fn with(mut request: Request<()>, headers: &[(&'static str, &'static str)]) -> Request<()> {
    for (name, value) in headers {
        request.headers_mut().append(*name, value.parse().unwrap());
    }
    request
}

fn verify(request: &Request<()>) -> Result<(), VerifyError> {
    let claim = SignedRequest::parse_s3_v2(request, Bucket::InPath)?;
    claim.verify(&known(), NOW).map(drop)
}

fn presign(target: &str, headers: &[(&'static str, &'static str)]) -> Result<String, Error> {
    let request = with(get(&format!("https://s3.example.com{target}")), headers);
    let minute = Duration::from_secs(60);
    let presigned =
        s3_v2::Signer::new(known())
            .unwrap()
            .presign(&request, Bucket::InPath, minute, NOW)?;
    Ok(presigned.url().to_owned())
}

fn is_invalid_target(verified: &Result<(), VerifyError>) -> bool {
    matches!(verified, Err(VerifyError::InvalidTarget { .. }))
}

#[test]
fn a_url_for_one_object_is_not_valid_for_another() {
    let payer = [("x-amz-request-payer", "requester")];
    let text = format!(
        "GET\n\n\n{}\nx-amz-request-payer:requester\n/bucket/key?response-content-disposition=x\n/secret/object",
        expires()
    );
    let honest = "/bucket/key?response-content-disposition=x%0A/secret/object";
    let forged = "/secret/object?x-amz-request-payer=requester%0A/bucket/key%3Fresponse-content-disposition=x";
    for verified in [
        verify(&with(presigned(honest, &text), &payer)),
        verify(&presigned(forged, &text)),
    ] {
        assert!(is_invalid_target(&verified), "{verified:?}");
    }
    for refused in [presign(honest, &payer), presign(forged, &[])] {
        assert!(
            matches!(refused, Err(Error::InvalidQuery { .. })),
            "{refused:?}"
        );
    }

    // Similar requests that are honest.
    let text = text.replace("x\n/secret/object", "x/secret/object");
    let honest = honest.replace("%0A", "");
    assert_eq!(verify(&with(presigned(&honest, &text), &payer)), Ok(()));
    assert!(presign(&honest, &payer).is_ok());
    let moved = format!("{honest}&x-amz-request-payer=requester");
    assert_eq!(verify(&presigned(&moved, &text)), Ok(()));
    let other = honest.replace("/bucket/key", "/bucket/kez");
    assert_eq!(
        verify(&with(presigned(&other, &text), &payer)),
        Err(VerifyError::SignatureMismatch)
    );
}

#[test]
fn a_signed_header_is_not_swallowed_by_a_parameter() {
    let text = format!(
        "GET\n\n\n{}\nx-amz-a:1\nx-amz-acl:private\n/bucket/key",
        expires()
    );
    let signed = [("x-amz-a", "1"), ("x-amz-acl", "private")];
    assert_eq!(
        verify(&with(presigned("/bucket/key", &text), &signed)),
        Ok(())
    );
    for query in [
        "x-amz-a=1%0Ax-amz-acl:private",
        "x-amz-a=1%0ax-amz-acl%3Aprivate",
        "x-amz-a%3A1%0Ax-amz-acl=private",
        "X-Amz-A=1%0AX-Amz-Acl:private",
    ] {
        let target = format!("/bucket/key?{query}");
        let verified = verify(&presigned(&target, &text));
        assert!(is_invalid_target(&verified), "{query}: {verified:?}");
        assert!(presign(&target, &[]).is_err(), "{query}");
    }
}

#[test]
fn names_of_amz_parameters_are_header_names_and_values_have_no_control_characters() {
    for query in [
        "x-amz-a%3Ab=1",
        "x-amz-a%20b=1",
        "x-amz-%C3%A9=1",
        "x-amz-%FF=1",
        "X-AMZ-A%0A=1",
        "x-amz-a=%0D",
        "x-amz-a=%00",
        "x-amz-a=1%092",
        "x-amz-a=%7F",
        "x-amz-a=1%20",
        "x-amz-a=%201",
        "x-amz-a=1&x-amz-a=2",
        "x-amz-a=1&X-Amz-A=2",
        "response-expires=%0A",
        "response-expires=a%0Db",
        "versionId=%00",
        "response-content-language=%7F",
        "%61cl=%09",
    ] {
        let target = format!("/bucket/key?{query}");
        let verified = verify(&presigned(&target, ""));
        assert!(is_invalid_target(&verified), "{query}: {verified:?}");
        let refused = presign(&target, &[]);
        assert!(
            matches!(refused, Err(Error::InvalidQuery { .. })),
            "{query}"
        );
    }
    // A parameter that is neither a header nor a sub-resource is not signed.
    assert!(presign("/bucket/key?prefix=a%0Ab", &[]).is_ok());
    // Of two values a server could use either.
    let twice = with(presigned("/bucket/key?x-amz-a=1", ""), &[("x-amz-a", "2")]);
    assert!(is_invalid_target(&verify(&twice)));
}

/// boto3 and others write headers into the query of a URL.
#[test]
fn a_url_with_amz_parameters_is_presigned_and_verified() {
    let url = presign("/bucket/key?x-amz-acl=private&X-Amz-Meta-A=b%2Cc", &[]).unwrap();
    let text = format!(
        "GET\n\n\n{}\nx-amz-acl:private\nx-amz-meta-a:b,c\n/bucket/key",
        expires()
    );
    assert!(url.ends_with(&format!("&Signature={}", encode_segment(sign(&text)))));
    assert_eq!(verify(&get(&url)), Ok(()));
    let public = url.replace("private", "public-read");
    assert_eq!(verify(&get(&public)), Err(VerifyError::SignatureMismatch));
}

#[test]
fn a_value_that_ends_in_another_sub_resource_is_refused() {
    for (query, resource) in [
        (
            "response-expires=x%26versionId%3D2",
            "response-expires=x&versionId=2",
        ),
        (
            "response-expires=x%26versionId=2",
            "response-expires=x&versionId=2",
        ),
        (
            "response-expires=x%26versionId",
            "response-expires=x&versionId",
        ),
        ("response-expires=%26acl%26y", "response-expires=&acl&y"),
        ("response-expires=%26%26acl", "response-expires=&&acl"),
        ("acl=%26select%3D", "acl=&select="),
    ] {
        let text = format!("GET\n\n\n{}\n/bucket/key?{resource}", expires());
        let target = format!("/bucket/key?{query}");
        let verified = verify(&presigned(&target, &text));
        assert!(is_invalid_target(&verified), "{query}: {verified:?}");
        let refused = presign(&target, &[]);
        assert!(
            matches!(refused, Err(Error::InvalidQuery { .. })),
            "{query}"
        );
    }
    for (query, resource) in [
        (
            "response-content-disposition=attachment%3B%20filename%3D%22a%26b.txt%22",
            "response-content-disposition=attachment; filename=\"a&b.txt\"",
        ),
        ("response-expires=x%26aclx%3D1", "response-expires=x&aclx=1"),
        ("response-expires=x%26selects", "response-expires=x&selects"),
        ("response-expires=acl%26", "response-expires=acl&"),
        ("response-expires=x%26ACL", "response-expires=x&ACL"),
        ("response-expires=x%26a=acl", "response-expires=x&a=acl"),
        (
            "response-expires=x&versionId=2",
            "response-expires=x&versionId=2",
        ),
    ] {
        let text = format!("GET\n\n\n{}\n/bucket/key?{resource}", expires());
        let target = format!("/bucket/key?{query}");
        assert_eq!(verify(&presigned(&target, &text)), Ok(()), "{query}");
        let url = presign(&target, &[]).unwrap();
        assert!(url.ends_with(&encode_segment(sign(&text))), "{query}");
    }
}

/// The error contains the position of the parameter.
#[test]
fn an_ambiguous_parameter_has_a_position() {
    for (query, at) in [
        ("response-expires=%0A", 0),
        ("&prefix=a&acl&versionId=%0A", 14),
    ] {
        let refused = presign(&format!("/bucket/key?{query}"), &[]);
        assert!(
            matches!(refused, Err(Error::InvalidQuery { position, .. }) if position == at),
            "{refused:?}"
        );
    }
}

/// A signature in a header does not cover them, and S3 reads them as headers.
#[test]
fn amz_parameters_beside_a_signed_header_are_refused() {
    let signer = s3_v2::Signer::new(known()).unwrap();
    let mut signed = get("https://s3.example.com/bucket/key?prefix=a");
    signer.sign(&mut signed, Bucket::InPath, NOW).unwrap();
    assert_eq!(verify(&signed), Ok(()));
    for name in ["x-amz-acl", "X-Amz-Acl", "x%2Damz-acl", "x-amz-"] {
        let uri = format!("https://s3.example.com/bucket/key?prefix=a&{name}=public-read");
        let mut changed = signed.clone();
        *changed.uri_mut() = uri.parse().unwrap();
        assert!(is_invalid_target(&verify(&changed)), "{name}");
        let refused = signer.sign(&mut get(&uri), Bucket::InPath, NOW);
        assert!(matches!(refused, Err(Error::InvalidQuery { .. })), "{name}");
    }
}

#[test]
fn a_bucket_ends_where_its_name_ends() {
    let request = get("https://bucket.example.com/key");
    for bucket in [
        "",
        "bucket/secret",
        "bucket?acl",
        "a b",
        "a\nb",
        "a%2Fb",
        "a#",
    ] {
        let bucket = Bucket::InHost(bucket);
        let refused = s3_v2::string_to_sign(&request, bucket);
        assert!(
            matches!(refused, Err(Error::InvalidPath { .. })),
            "{bucket:?}"
        );
        let mut signed = request.clone();
        let signer = s3_v2::Signer::new(known()).unwrap();
        assert!(signer.sign(&mut signed, bucket, NOW).is_err());
        assert_eq!(signed.headers(), request.headers());
        signer
            .sign(&mut signed, Bucket::InHost("bucket"), NOW)
            .unwrap();
        let claim = SignedRequest::parse_s3_v2(&signed, bucket).map(drop);
        assert!(is_invalid_target(&claim), "{bucket:?}");
    }
    for bucket in ["bucket", "My_Bucket-1.example.com"] {
        let text = s3_v2::string_to_sign(&request, Bucket::InHost(bucket)).unwrap();
        assert_eq!(text, format!("GET\n\n\n\n/{bucket}/key").into_bytes());
    }
}

/// The parts of a request that its signature covers. Two requests with equal parts are equal.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Covered {
    S3 {
        start: Vec<String>,
        amz: BTreeMap<String, String>,
        path: String,
        sub_resources: Vec<(String, Option<String>)>,
    },
    Query {
        start: Vec<String>,
        parameters: Vec<(String, String)>,
    },
}

#[derive(Clone, Debug)]
struct Draft {
    scheme: u8,
    method: &'static str,
    path: String,
    content_type: Option<&'static str>,
    headers: Vec<(String, String)>,
    parameters: Vec<(String, Option<String>)>,
}

/// Text that resembles the end of a line and what follows it.
fn drafts() -> impl Strategy<Value = Draft> {
    let select = proptest::sample::select::<&'static str>;
    let value = || {
        select(vec![
            "",
            "x",
            "x ",
            "x,x",
            "x&acl",
            "x&acl=x",
            "x&y",
            "x\nx-amz-b:x",
            "x\n/b/k",
            "x\n/b/k?acl",
            "x\nx-amz-b:x\n/b/k?acl=x",
            "/b/k",
            "x?acl",
            "x\nhost\n/b",
            "x=x",
            "1264457047",
        ])
    };
    let parameter = select(vec![
        "acl",
        "acl=x",
        "response-expires",
        "versionId",
        "prefix",
        "x-amz-a",
        "x-amz-b",
        "X-Amz-A",
        "x-amz-a:x\nx-amz-b",
        "x-amz-a\n/b/k",
        "acl&versionId",
    ]);
    let header = select(vec!["x-amz-a", "x-amz-b", "x-amz-c"]);
    (
        0..4_u8,
        select(vec!["GET", "PUT"]),
        select(vec!["/b/k", "/", "/b", "/b/k&acl", "/b/x-amz-a:x"]),
        proptest::option::of(value()),
        proptest::collection::vec((header, value()), 0..3),
        proptest::collection::vec((parameter, proptest::option::of(value())), 0..3),
    )
        .prop_map(
            |(scheme, method, path, content_type, headers, parameters)| Draft {
                scheme,
                method,
                path: path.to_owned(),
                content_type: content_type.filter(|_| scheme < 2),
                headers: headers
                    .into_iter()
                    .filter(|_| scheme < 2)
                    .map(|(name, value)| (name.to_owned(), value.to_owned()))
                    .collect(),
                parameters: parameters
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), value.map(str::to_owned)))
                    .collect(),
            },
        )
}

impl Draft {
    fn query(&self) -> String {
        let encode = |(name, value): &(String, Option<String>)| match value {
            Some(value) => format!("{}={}", encode_segment(name), encode_segment(value)),
            None => encode_segment(name),
        };
        let parameters: Vec<String> = self.parameters.iter().map(encode).collect();
        parameters.join("&")
    }

    /// The string to sign of a request, and the parts that it covers. `None` if the request is
    /// refused.
    fn read(&self) -> Option<(Vec<u8>, Covered)> {
        let mut request = Request::builder().method(self.method);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if let Some(content_type) = self.content_type {
            request = request.header("content-type", content_type);
        }
        let (path, query) = (&self.path, self.query());
        let target = format!("https://host{path}?{query}");
        let mut start = vec![self.method.to_owned()];
        if self.scheme < 2 {
            let date = if self.scheme == 0 {
                request = request
                    .uri(target)
                    .header("date", "Mon, 25 Jan 2010 22:03:07 GMT")
                    .header("authorization", format!("AWS {ID}:x"));
                "Mon, 25 Jan 2010 22:03:07 GMT"
            } else {
                request = request.uri(format!(
                    "{target}&AWSAccessKeyId={ID}&Signature=x&Expires=1264457047"
                ));
                "1264457047"
            };
            let request = request.body(()).ok()?;
            SignedRequest::parse_s3_v2(&request, Bucket::InPath).ok()?;
            let text = s3_v2::string_to_sign(&request, Bucket::InPath).unwrap();
            let content_type = self.content_type.unwrap_or_default().trim();
            start.extend([content_type.to_owned(), date.to_owned()]);
            return Some((text, self.covered_by_s3(start)));
        }
        // In the query or as a form, the parameters are the same.
        let own = format!(
            "{query}&AWSAccessKeyId={ID}&Signature=x&SignatureVersion=2&SignatureMethod=HmacSHA1\
             &Timestamp=2010-01-25T22%3A03%3A07Z"
        );
        let (uri, form) = match self.scheme {
            2 => (format!("https://host{path}?{own}"), None),
            _ => (format!("https://host{path}"), Some(own)),
        };
        let request = request.uri(uri).body(()).ok()?;
        SignedRequest::parse_sigv2(&request, form.as_deref()).ok()?;
        let text = sigv2::string_to_sign(&request, form.as_deref()).unwrap();
        start.push(self.path.clone());
        let owned = |(name, value): &(String, Option<String>)| {
            (name.clone(), value.clone().unwrap_or_default())
        };
        let mut parameters: Vec<_> = self.parameters.iter().map(owned).collect();
        parameters.sort();
        Some((text.into_bytes(), Covered::Query { start, parameters }))
    }

    /// Another request that may have the same string to sign in S3's scheme: the text is cut at
    /// other line breaks, colons, `?`, `&` and `=` than those where it was joined. Each cut uses
    /// bits of `choices`.
    fn cut_otherwise(&self, text: &[u8], mut choices: u64) -> Option<Self> {
        let mut choose = |options: usize| {
            let options = u64::try_from(options).unwrap();
            let choice = choices % options;
            choices /= options;
            usize::try_from(choice).unwrap()
        };
        let text = std::str::from_utf8(text).ok()?;
        let (_, rest) = text
            .match_indices('\n')
            .nth(3)
            .map(|(at, _)| text.split_at(at + 1))?;
        let paths: Vec<usize> = (0..rest.len())
            .filter(|&at| rest[at..].starts_with('/') && (at == 0 || rest[..at].ends_with('\n')))
            .collect();
        let (amz, resource) = rest.split_at(*paths.get(choose(paths.len().max(1)))?);
        let lines = match amz.strip_suffix('\n') {
            Some(lines) => pieces(lines, '\n', &mut choose),
            None => Vec::new(),
        };
        let (path, query) = resource.split_once('?').unwrap_or((resource, ""));
        let mut other = Self {
            path: path.to_owned(),
            headers: Vec::new(),
            parameters: Vec::new(),
            ..self.clone()
        };
        for piece in pieces(query, '&', &mut choose) {
            other.parameters.push(match piece.split_once('=') {
                Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                None => (piece, None),
            });
        }
        for line in lines {
            let colons: Vec<usize> = line.match_indices(':').map(|(at, _)| at).collect();
            let colon = *colons.get(choose(colons.len().max(1)))?;
            let (name, value) = (line[..colon].to_owned(), line[colon + 1..].to_owned());
            if self.scheme == 0 || choose(2) == 0 {
                other.headers.push((name, value));
            } else {
                other.parameters.push((name, Some(value)));
            }
        }
        Some(other)
    }

    fn covered_by_s3(&self, start: Vec<String>) -> Covered {
        let mut amz: BTreeMap<String, String> = BTreeMap::new();
        let mut add = |name: &str, value: &str| {
            amz.entry(name.to_lowercase())
                // A repeated header is one list (RFC 9110, section 5.3).
                .and_modify(|list| *list = format!("{list},{value}"))
                .or_insert_with(|| value.to_owned());
        };
        for (name, value) in &self.headers {
            add(name, value.trim());
        }
        let mut sub_resources = Vec::new();
        for (name, value) in &self.parameters {
            if self.scheme == 1 && name.to_lowercase().starts_with("x-amz-") {
                add(name, value.as_deref().unwrap_or_default());
            } else if ["acl", "response-expires", "versionId"].contains(&&**name) {
                sub_resources.push((name.clone(), value.clone()));
            }
        }
        sub_resources.sort_by(|(a, _), (b, _)| a.cmp(b));
        Covered::S3 {
            start,
            amz,
            path: self.path.clone(),
            sub_resources,
        }
    }
}

/// Cuts a text at some of its separators.
fn pieces(text: &str, separator: char, choose: &mut impl FnMut(usize) -> usize) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    for piece in text.split(separator) {
        match pieces.last_mut() {
            Some(last) if choose(2) == 0 => *last = format!("{last}{separator}{piece}"),
            _ => pieces.push(piece.to_owned()),
        }
    }
    pieces
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn two_different_requests_never_share_a_string_to_sign(
        drafts in proptest::collection::vec((drafts(), any::<[u64; 8]>()), 500),
    ) {
        let mut covered: BTreeMap<Vec<u8>, Covered> = BTreeMap::new();
        let mut shared = 0;
        for (draft, choices) in drafts {
            let Some((text, own)) = draft.read() else {
                continue;
            };
            let others = choices.iter().filter_map(|&choices| draft.cut_otherwise(&text, choices));
            for (text, other) in others.filter_map(|other| other.read()) {
                let first = covered.entry(text).or_insert_with(|| other.clone());
                prop_assert_eq!(&*first, &other);
            }
            shared += usize::from(covered.contains_key(&text));
            let first = covered.entry(text).or_insert_with(|| own.clone());
            prop_assert_eq!(&*first, &own);
        }
        // The property would also be true if all requests were refused.
        prop_assert!(covered.len() > 100 && shared > 50, "{} {shared}", covered.len());
    }
}

/// The policy of a form and the text of a request are signed with the same key and function.
#[cfg(feature = "post-policy")]
#[test]
fn a_signature_of_a_request_is_not_valid_for_a_form() {
    use countersign::post_policy::{MalformedPolicy, PolicyError, Upload};

    let text = format!("GET\n\n\n{}\n/bucket/key", expires());
    let signature = sign(&text);
    assert_eq!(verify(&presigned("/bucket/key", &text)), Ok(()));
    let fields = [
        ("key", "k"),
        ("AWSAccessKeyId", ID),
        ("policy", &text),
        ("signature", &signature),
    ];
    let upload = Upload {
        bucket: "bucket",
        file_name: "a",
        file_length: 1,
    };
    let claim = s3_v2::SignedPost::parse(&fields).unwrap();
    let refused = claim.verify(&known(), &upload, NOW).map(drop);
    assert_eq!(
        refused,
        Err(PolicyError::MalformedPolicy(MalformedPolicy::NotBase64))
    );
}
