//! The canonical resource: bucket, path and sub-resources.

use http::Uri;

use crate::error::Error;
use crate::error::target::TargetProblem;
use crate::legacy::parameters::Parameters;
use crate::legacy::signing::path;
use crate::primitives::scan::holds;

/// Where a request names its bucket. The signature covers the bucket in both places.
///
/// ```
/// use countersign::legacy::s3_v2::{Bucket, string_to_sign};
///
/// // Two addresses of one object have one canonical resource.
/// let url = "https://johnsmith.s3.amazonaws.com/photos/puppy.jpg";
/// let in_host = http::Request::get(url).body(())?;
/// let url = "https://s3.amazonaws.com/johnsmith/photos/puppy.jpg";
/// let in_path = http::Request::get(url).body(())?;
/// assert_eq!(
///     string_to_sign(&in_host, Bucket::InHost("johnsmith"))?,
///     string_to_sign(&in_path, Bucket::InPath)?,
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bucket<'a> {
    /// In the path, `https://s3.amazonaws.com/bucket/key`, or nowhere, as in a list of buckets.
    InPath,
    /// In the host, `https://bucket.s3.amazonaws.com/key`, or as the whole host. It is the bucket's
    /// name.
    InHost(&'a str),
}

/// The query parameters that are signed.
const SUB_RESOURCES: [&str; 35] = [
    "accelerate",
    "acl",
    "analytics",
    "cors",
    "defaultObjectAcl",
    "delete",
    "inventory",
    "lifecycle",
    "location",
    "logging",
    "metrics",
    "notification",
    "object-lock",
    "partNumber",
    "policy",
    "replication",
    "requestPayment",
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
    "restore",
    "select",
    "select-type",
    "storageClass",
    "tagging",
    "torrent",
    "uploadId",
    "uploads",
    "versionId",
    "versioning",
    "versions",
    "website",
];

impl Bucket<'_> {
    pub(super) fn write_resource(
        self,
        uri: &Uri,
        parameters: &Parameters,
        text: &mut Vec<u8>,
    ) -> Result<(), Error> {
        if let Self::InHost(bucket) = self {
            check_bucket(bucket)?;
            text.push(b'/');
            text.extend_from_slice(bucket.as_bytes());
        }
        text.extend_from_slice(path(uri).as_bytes());

        let mut separator = b'?';
        for parameter in parameters.sorted() {
            let known = |name: &&str| name.as_bytes() == parameter.name;
            if !SUB_RESOURCES.iter().any(known) {
                continue;
            }
            check_value(parameter.value()).map_err(|problem| parameter.invalid(problem))?;
            text.push(std::mem::replace(&mut separator, b'&'));
            text.extend_from_slice(&parameter.name);
            if let Some(value) = &parameter.value {
                text.push(b'=');
                // Decoded, unlike the path.
                text.extend_from_slice(value);
            }
        }
        Ok(())
    }
}

/// Refuses a bucket name with a character that could end it. A server may take the name from the
/// `host` header, which the client chooses.
fn check_bucket(bucket: &str) -> Result<(), Error> {
    let ends_it = |byte: u8| matches!(byte, 0..=b' ' | 0x7f | b'/' | b'?' | b'#' | b'%');
    let problem = match bucket.bytes().position(ends_it) {
        Some(position) => (position, TargetProblem::BucketCharacter),
        None if bucket.is_empty() => (0, TargetProblem::EmptyBucket),
        None => return Ok(()),
    };
    let (position, problem) = problem;
    Err(Error::InvalidPath { position, problem })
}

/// Refuses a decoded value that could end its line, or contain another sub-resource. The string to
/// sign has no escapes.
fn check_value(value: &[u8]) -> Result<(), TargetProblem> {
    if holds(value, |byte| byte.is_ascii_control()) {
        return Err(TargetProblem::SubResourceCharacter);
    }
    let begins_another = |rest: &[u8]| {
        let end = rest.iter().position(|byte| matches!(byte, b'=' | b'&'));
        let name = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
        SUB_RESOURCES.iter().any(|known| known.as_bytes() == name)
    };
    // Of a run between two `&`, only the part before its first `=` can be a name.
    if value
        .split(|byte| *byte == b'&')
        .skip(1)
        .any(begins_another)
    {
        return Err(TargetProblem::AmbiguousSubResource);
    }
    Ok(())
}
