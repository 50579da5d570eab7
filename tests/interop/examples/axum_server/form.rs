//! Browser uploads: a form contains its own signature, so the handler verifies it.

use std::time::SystemTime;

use bytes::Bytes;
use countersign::post_policy::{SignedPost, Upload};
use countersign::verify::{
    ErrorContext, OwnedVerified, Protocol, SignedRequest, VerificationKey, Verifier, VerifyError,
    error_response,
};
use countersign::{Credentials, PayloadHash, Service, Signer, Timestamp, encode_key};
use http::{HeaderMap, Method, Request, Response};

use crate::refusal::{BAD_ARGUMENT, INTERNAL, Refusal};
use crate::{ACCESS_KEY_ID, Objects, SECRET_KEY, call};

pub(crate) fn is_form(method: &Method, headers: &HeaderMap) -> bool {
    method == Method::POST && boundary(headers).is_some()
}

fn boundary(headers: &HeaderMap) -> Option<&str> {
    let content_type = headers.get("content-type")?.to_str().ok()?;
    let parameters = content_type.strip_prefix("multipart/form-data;")?;
    let boundary = parameters.trim().strip_prefix("boundary=")?;
    Some(boundary.trim_matches('"'))
}

/// A field, or the file: its name, the name of the file, and the data.
type Part<'a> = (&'a str, Option<&'a str>, &'a [u8]);

/// Parses the parts up to the file (RFC 7578).
fn parts<'a>(body: &'a [u8], boundary: &str) -> Option<Vec<Part<'a>>> {
    let delimiter = format!("\r\n--{boundary}");
    let find = |text: &[u8], what: &str| {
        text.windows(what.len())
            .position(|window| window == what.as_bytes())
    };
    let mut rest = body.strip_prefix(delimiter.trim_start().as_bytes())?;
    let mut parts = Vec::new();
    while !rest.starts_with(b"--") {
        let (head, after) = rest.split_at_checked(find(rest, "\r\n\r\n")?)?;
        let (data, next) = after
            .get(4..)?
            .split_at_checked(find(after.get(4..)?, &delimiter)?)?;
        let head = std::str::from_utf8(head).ok()?;
        let value = |name: &str| {
            let (_, value) = head.split_once(&format!("; {name}=\""))?;
            Some(value.split_once('"')?.0)
        };
        parts.push((value("name")?, value("filename"), data));
        rest = next.get(delimiter.len()..)?;
    }
    Some(parts)
}

/// Verifies a form, and stores its file.
pub(crate) fn upload(
    objects: &Objects,
    path: &str,
    headers: &HeaderMap,
    body: Bytes,
) -> Result<Response<Bytes>, Box<Response<String>>> {
    let own = |refusal: Refusal| Box::new(refusal.response(path));
    let parts = boundary(headers).and_then(|boundary| parts(&body, boundary));
    let parts = parts.ok_or_else(|| own(BAD_ARGUMENT))?;
    let is_file = |part: &&Part<'_>| part.0 == "file";
    let (_, file_name, file) = parts
        .iter()
        .find(is_file)
        .ok_or_else(|| own(BAD_ARGUMENT))?;
    let fields = parts.iter().take_while(|part| !is_file(part));
    let fields: Option<Vec<(&str, &str)>> = fields
        .map(|(name, _, data)| Some((*name, std::str::from_utf8(data).ok()?)))
        .collect();
    let fields = fields.ok_or_else(|| own(BAD_ARGUMENT))?;

    let context = ErrorContext::new("1").with_resource(path);
    let refused = |error| Box::new(error_response(&error, Protocol::S3, &context));
    let claim = SignedPost::parse(&fields).map_err(refused)?;
    if claim.access_key_id() != ACCESS_KEY_ID {
        return Err(own(VerifyError::UnknownAccessKeyId.into()));
    }
    let now = Timestamp::from(SystemTime::now());
    let known = Credentials::new(ACCESS_KEY_ID, SECRET_KEY);
    let key = VerificationKey::derive(&known, claim.scope()).map_err(|_| own(INTERNAL))?;
    let verifier = Verifier::new("us-east-1", Service::S3).map_err(|_| own(INTERNAL))?;
    let bucket = path.trim_matches('/');
    let upload = Upload {
        bucket,
        file_name: file_name.unwrap_or_default(),
        file_length: file.len() as u64,
    };
    let verified = claim
        .verify(&verifier, &key, &upload, now)
        .map_err(refused)?;
    let target = format!("/{bucket}/{}", encode_key(verified.key()));
    let put = own_request(&target, file, &known, &verifier, now).ok_or_else(|| own(INTERNAL))?;
    let stored = call(objects, &put, &HeaderMap::new(), body.slice_ref(file)).map_err(own)?;
    let (mut parts, _) = stored.into_parts();
    parts.status = http::StatusCode::NO_CONTENT;
    Ok(Response::from_parts(parts, Bytes::new()))
}

/// The upload as a signed request: the store acts on proofs only, so the server signs it itself.
fn own_request(
    target: &str,
    file: &[u8],
    known: &Credentials,
    verifier: &Verifier,
    now: Timestamp,
) -> Option<OwnedVerified> {
    let put = Request::put(target).header("host", "localhost");
    let mut request = put.body(()).ok()?;
    let signer = Signer::new(known.clone(), "us-east-1", "s3").ok()?;
    let hash = PayloadHash::new(file);
    signer.sign(&mut request, hash, now).ok()?;
    let claim = SignedRequest::parse(&request).ok()?;
    let key = VerificationKey::derive(known, claim.scope()).ok()?;
    let verified = verifier.verify(&claim, &key, hash, now).ok()?;
    Some(verified.into_owned())
}
