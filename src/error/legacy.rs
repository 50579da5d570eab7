//! The errors of signing with Signature Version 2.

/// Why a request cannot be signed with Signature Version 2 of the query services.
///
/// [`Error::Legacy`](crate::Error::Legacy) contains it.
///
/// ```
/// use countersign::Error;
/// use countersign::legacy::{LegacyError, sigv2};
///
/// let url = "https://sdb.amazonaws.com/?Action=Select&Action=ListDomains";
/// let request = http::Request::get(url).body(())?;
/// let error = sigv2::string_to_sign(&request, None).unwrap_err();
/// let name = "Action".to_owned();
/// let duplicate = LegacyError::DuplicateParameter { name };
/// assert_eq!(error, Error::Legacy(duplicate));
/// # Ok::<(), http::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LegacyError {
    /// A parameter appears more than once. The signature does not cover the order of its values.
    #[error(
        "parameter `{}` appears more than once, and the signature does not cover the order",
        name.escape_debug()
    )]
    DuplicateParameter {
        /// The parameter's name, decoded.
        name: String,
    },
    /// The URI of a form has a query. The signature of a form does not cover it.
    #[error("URI has a query, which the signature of a form does not cover")]
    QueryBesideForm,
    /// The caller's own `Timestamp` or `Expires` is not a time.
    #[error("parameter `{parameter}` must have the form YYYY-MM-DDThh:mm:ssZ")]
    InvalidTime {
        /// The parameter's name.
        parameter: &'static str,
    },
}
