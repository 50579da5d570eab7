//! Query parameters that select another operation, and that this scheme does not sign.

use crate::legacy::parameters::Parameters;
use crate::request::HttpRequest;

/// The query parameters of S3 that select another operation and that this scheme does not sign.
///
/// Anyone on the way can add one to a signed request. A signed `GET` of an object, for example,
/// becomes a read of its retention with `?retention`, and a signed `PUT` becomes a write of it.
///
/// Amazon S3 API Reference, "Actions"; Amazon S3 User Guide, "Signing and authenticating REST
/// requests", for the parameters that are signed.
pub const UNSIGNED_OPERATIONS: [&str; 15] = [
    "abac",
    "attributes",
    "encryption",
    "intelligent-tiering",
    "legal-hold",
    "metadataConfiguration",
    "metadataInventoryTable",
    "metadataJournalTable",
    "metadataTable",
    "ownershipControls",
    "policyStatus",
    "publicAccessBlock",
    "renameObject",
    "retention",
    "session",
];

/// Returns the first of [`UNSIGNED_OPERATIONS`] in the query of a request, in any case of letters.
///
/// A server that knows one of these operations must refuse it in this scheme: answer `AccessDenied`.
/// Parameters that only filter or page a list, such as `prefix` and `list-type`, are unsigned too.
///
/// ```
/// use countersign::legacy::s3_v2::unsigned_operation;
///
/// let request =
///     http::Request::put("https://s3.example.com/bucket/key?retention")
///         .body(())?;
/// assert_eq!(unsigned_operation(&request), Some("retention"));
/// let request =
///     http::Request::get("https://s3.example.com/bucket?prefix=retention")
///         .body(())?;
/// assert_eq!(unsigned_operation(&request), None);
/// # Ok::<(), http::Error>(())
/// ```
pub fn unsigned_operation<R: HttpRequest>(request: &R) -> Option<&'static str> {
    // A malformed query has no parameters, and no claim either.
    Parameters::of_request(request)
        .ok()?
        .any_of(&UNSIGNED_OPERATIONS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(query: &str) -> Option<&'static str> {
        let uri = format!("https://s3.example.com/bucket/key?{query}");
        unsigned_operation(&http::Request::get(uri).body(()).unwrap())
    }

    #[test]
    fn unsigned_operation_is_found_in_every_spelling() {
        for query in [
            "retention",
            "retention=",
            "retention=x",
            "versionId=1&retention",
            "%72etention",
            "Retention",
            "a&&retention&b",
        ] {
            assert_eq!(found(query), Some("retention"), "{query}");
        }
    }

    #[test]
    fn signed_and_harmless_parameters_are_no_unsigned_operation() {
        for query in [
            "",
            "acl",
            "versionId=retention",
            "prefix=retention",
            "list-type=2",
            "retentions",
            "x-id=GetObjectRetention",
        ] {
            assert_eq!(found(query), None, "{query}");
        }
    }
}
