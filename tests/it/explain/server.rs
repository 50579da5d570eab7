//! A server of a few lines: it builds the canonical request independently, and responds as AWS
//! does.

use countersign::Service;
use hmac::{Hmac, KeyInit, Mac};
use http::{Request, Response};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use time::macros::datetime;

pub const NOW: OffsetDateTime = datetime!(2026-01-02 03:04:05 UTC);
pub const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
pub const TOKEN: &str = "IQoJb3JpZ2luX2VjEBYaCXVzLWVhc3QtMSJHMEUCIQDexample+/==";

pub type Sent = Request<Vec<u8>>;

fn decode(text: &str) -> Vec<u8> {
    let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
    while let [first, tail @ ..] = rest {
        rest = tail;
        match (first, tail) {
            (b'%', [a, b, tail @ ..]) => {
                let digits = std::str::from_utf8(&[*a, *b]).unwrap().to_owned();
                bytes.push(u8::from_str_radix(&digits, 16).unwrap());
                rest = tail;
            }
            _ => bytes.push(*first),
        }
    }
    bytes
}

fn encode(bytes: &[u8], keep: &str) -> String {
    let mut text = String::new();
    for &byte in bytes {
        let c = char::from(byte);
        if c.is_ascii_alphanumeric() || "-._~".contains(c) || keep.contains(c) {
            text.push(c);
        } else {
            text += &format!("%{byte:02X}");
        }
    }
    text
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The canonical request of the received request.
pub fn canonical(s3: bool, request: &Sent) -> String {
    let path = request.uri().path();
    let path = if s3 {
        encode(&decode(path), "/")
    } else {
        let mut kept: Vec<&str> = Vec::new();
        for segment in path.split('/') {
            match segment {
                "" | "." => {}
                ".." => drop(kept.pop()),
                other => kept.push(other),
            }
        }
        let end = if path.ends_with('/') && !kept.is_empty() {
            "/"
        } else {
            ""
        };
        encode(format!("/{}{end}", kept.join("/")).as_bytes(), "/")
    };
    let query = request.uri().query().unwrap_or_default();
    let presigned = query.contains("X-Amz-Signature=");
    let mut pairs: Vec<(String, String)> = query
        .split('&')
        .filter(|piece| !piece.is_empty() && !piece.starts_with("X-Amz-Signature="))
        .map(|piece| piece.split_once('=').unwrap_or((piece, "")))
        .map(|(name, value)| (name.replace('+', " "), value.replace('+', " ")))
        .map(|(name, value)| (encode(&decode(&name), ""), encode(&decode(&value), "")))
        .collect();
    pairs.sort();
    let query: Vec<String> = pairs.iter().map(|(n, v)| format!("{n}={v}")).collect();
    let list = signed_headers(request);
    let mut headers = String::new();
    for name in list.split(';') {
        let values = request.headers().get_all(name).iter();
        let values: Vec<String> = values
            .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
            .map(|value| {
                value
                    .split([' ', '\t'])
                    .filter(|w| !w.is_empty())
                    .collect::<Vec<_>>()
                    .join(" ")
            })
            .collect();
        let mut value = values.join(",");
        if name == "host" && values.is_empty() {
            value = request.uri().authority().unwrap().to_string();
        }
        headers += &format!("{name}:{value}\n");
    }
    let payload = match request.headers().get("x-amz-content-sha256") {
        Some(value) if !presigned => value.to_str().unwrap().to_owned(),
        _ if presigned && s3 => "UNSIGNED-PAYLOAD".to_owned(),
        _ => hex(&Sha256::digest(request.body())),
    };
    format!(
        "{}\n{path}\n{}\n{headers}\n{list}\n{payload}",
        request.method(),
        query.join("&")
    )
}

/// A part of the authorization, in the header or in the query.
fn part(request: &Sent, name: &str) -> String {
    if let Some(header) = request.headers().get("authorization") {
        let header = header.to_str().unwrap();
        let (_, rest) = header.split_once(&format!("{name}=")).unwrap();
        return rest.split(',').next().unwrap().to_owned();
    }
    let query = request.uri().query().unwrap();
    let (_, rest) = query.split_once(&format!("X-Amz-{name}=")).unwrap();
    let value = rest.split('&').next().unwrap();
    String::from_utf8(decode(value)).unwrap()
}

pub fn signed_headers(request: &Sent) -> String {
    part(request, "SignedHeaders")
}

pub fn string_to_sign(request: &Sent, canonical: &str) -> String {
    let credential = part(request, "Credential");
    let (_, scope) = credential.split_once('/').unwrap();
    let date = match request.headers().get("x-amz-date") {
        Some(date) => date.to_str().unwrap().to_owned(),
        None => part(request, "Date"),
    };
    format!(
        "AWS4-HMAC-SHA256\n{date}\n{scope}\n{}",
        hex(&Sha256::digest(canonical))
    )
}

/// The signature, in five lines.
pub fn sign(secret: &str, string_to_sign: &str) -> String {
    let scope = string_to_sign.split('\n').nth(2).unwrap();
    let mut key = format!("AWS4{secret}").into_bytes();
    for part in scope.split('/').chain([string_to_sign]) {
        let mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
        key = mac
            .chain_update(part.as_bytes())
            .finalize()
            .into_bytes()
            .to_vec();
    }
    hex(&key)
}

pub fn xml(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// The format of a response.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    S3,
    Query,
    Json,
    RestJson,
    Gateway,
    /// As a command line tool prints it, with line breaks folded by a log.
    Folded,
}

impl Shape {
    pub const ALL: [Self; 6] = [
        Self::S3,
        Self::Query,
        Self::Json,
        Self::RestJson,
        Self::Gateway,
        Self::Folded,
    ];
}

pub fn text(canonical: &str, string_to_sign: &str) -> String {
    format!(
        "The request signature we calculated does not match the signature you provided. Check \
         your AWS Secret Access Key and signing method. Consult the service documentation for \
         details.\n\nThe Canonical String for this request should have been\n'{canonical}'\n\n\
         The String-to-Sign should have been\n'{string_to_sign}'\n"
    )
}

/// The response of a server that calculated these texts.
pub fn answer(shape: Shape, canonical: &str, string_to_sign: &str) -> Response<String> {
    let told = text(canonical, string_to_sign);
    let bytes = |text: &str| {
        let bytes: Vec<String> = text.bytes().map(|byte| format!("{byte:02x}")).collect();
        bytes.join(" ")
    };
    let response = Response::builder();
    let (status, response, body) = match shape {
        Shape::S3 => (
            403,
            response,
            format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>SignatureDoesNotMatch</Code>\
             <Message>The request signature we calculated does not match the signature you provided. \
             Check your key and signing method.</Message><AWSAccessKeyId>AKIDEXAMPLE</AWSAccessKeyId>\
             <StringToSign>{}</StringToSign><SignatureProvided>0123</SignatureProvided>\
             <StringToSignBytes>{}</StringToSignBytes><CanonicalRequest>{}</CanonicalRequest>\
             <CanonicalRequestBytes>{}</CanonicalRequestBytes><RequestId>R</RequestId><HostId>H</HostId></Error>",
                xml(string_to_sign),
                bytes(string_to_sign),
                xml(canonical),
                bytes(canonical),
            ),
        ),
        Shape::Query => (
            403,
            response,
            format!(
                "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n  <Error>\n    \
             <Type>Sender</Type>\n    <Code>SignatureDoesNotMatch</Code>\n    <Message>{}</Message>\n  \
             </Error>\n  <RequestId>R</RequestId>\n</ErrorResponse>",
                xml(&told),
            ),
        ),
        Shape::Json => (
            400,
            response,
            serde_json::json!({
                "__type": "com.amazon.coral.service#InvalidSignatureException", "message": told,
            })
            .to_string(),
        ),
        Shape::RestJson => (
            403,
            response.header(
                "x-amzn-errortype",
                "InvalidSignatureException:http://internal.amazon.com/coral/",
            ),
            serde_json::json!({ "message": told }).to_string(),
        ),
        Shape::Gateway => (
            403,
            response,
            serde_json::json!({
                "errors": [{ "message": told, "code": "InvalidSignature" }],
            })
            .to_string(),
        ),
        Shape::Folded => (
            403,
            response,
            format!(
                "An error occurred (InvalidSignatureException) when calling the X operation: {}",
                told.replace('\n', " "),
            ),
        ),
    };
    response.status(status).body(body).unwrap()
}

/// Verifies a request. Returns the response if the signature is wrong.
pub fn serve(service: &Service, shape: Shape, request: &Sent) -> Option<Response<String>> {
    let canonical = canonical(service.name() == "s3", request);
    let string_to_sign = string_to_sign(request, &canonical);
    if sign(SECRET, &string_to_sign) == part(request, "Signature") {
        return None;
    }
    Some(answer(shape, &canonical, &string_to_sign))
}
