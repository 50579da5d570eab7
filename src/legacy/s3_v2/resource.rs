//! The canonical resource: bucket, path and sub-resources.

use http::Uri;

use crate::error::Error;
use crate::legacy::parameters::Parameters;

/// Where a request names its bucket, which is signed wherever it stands.
///
/// ```
/// use countersign::legacy::s3_v2::{Bucket, string_to_sign};
///
/// // One object under two addresses is one resource.
/// let in_host = http::Request::get("https://johnsmith.s3.amazonaws.com/photos/puppy.jpg").body(())?;
/// let in_path = http::Request::get("https://s3.amazonaws.com/johnsmith/photos/puppy.jpg").body(())?;
/// assert_eq!(string_to_sign(&in_host, Bucket::InHost("johnsmith"))?, string_to_sign(&in_path, Bucket::InPath)?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bucket<'a> {
    /// In the path, `https://s3.amazonaws.com/bucket/key`; or there is none, as when buckets are
    /// listed.
    InPath,
    /// In the host, `https://bucket.s3.amazonaws.com/key`, or as the whole of it: its name.
    InHost(&'a str),
}

/// The parameters that are signed.
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
    pub(super) fn write_resource(self, uri: &Uri, text: &mut Vec<u8>) -> Result<(), Error> {
        if let Self::InHost(bucket) = self {
            text.push(b'/');
            text.extend_from_slice(bucket.as_bytes());
        }
        let path = if uri.path().is_empty() {
            "/"
        } else {
            uri.path()
        };
        text.extend_from_slice(path.as_bytes());

        let parameters = Parameters::of_query(uri.query().unwrap_or_default())?.sorted();
        let mut separator = b'?';
        for parameter in parameters.iter() {
            let known = |name: &&str| name.as_bytes() == parameter.name;
            if !SUB_RESOURCES.iter().any(known) {
                continue;
            }
            text.push(std::mem::replace(&mut separator, b'&'));
            text.extend_from_slice(&parameter.name);
            if let Some(value) = &parameter.value {
                text.push(b'=');
                // Decoded, unlike everything else.
                text.extend_from_slice(value);
            }
        }
        Ok(())
    }
}
