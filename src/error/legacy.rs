//! The errors of signing with Signature Version 2.

/// Why a request cannot be signed with Signature Version 2 of the query services.
///
/// [`Error::Legacy`](crate::Error::Legacy) contains it.
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
    #[error("URI of a form must not have a query: send its parameters in the form")]
    QueryBesideForm,
    /// The caller's own `Timestamp` or `Expires` is not a time.
    #[error("parameter `{parameter}` must have the form YYYY-MM-DDThh:mm:ssZ")]
    InvalidTime {
        /// The parameter's name.
        parameter: &'static str,
    },
}
