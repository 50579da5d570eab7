//! Why a call has no endpoint.

/// Why a call has no endpoint in a region, or the custom endpoint cannot be used.
///
/// ```
/// use countersign::{EndpointProblem, Error};
///
/// let error = Error::NoEndpoint {
///     region: "eu-isoe-west-1".to_owned(),
///     problem: EndpointProblem::NoFips,
/// };
/// assert_eq!(
///     error.to_string(),
///     "no endpoint for region \"eu-isoe-west-1\": \
///      the service publishes no FIPS endpoint there"
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum EndpointProblem {
    /// The service is not in the region's partition.
    #[error("the service is not offered there")]
    NotOffered,
    /// The service has no FIPS endpoint.
    #[error("the service publishes no FIPS endpoint there")]
    NoFips,
    /// The service has no dual-stack endpoint.
    #[error("the service publishes no dual-stack endpoint there")]
    NoDualStack,
    /// The service has no endpoint that is both.
    #[error("the service publishes no dual-stack FIPS endpoint there")]
    NoDualStackFips,
    /// A custom endpoint was combined with FIPS or dual stack.
    #[error("a custom endpoint takes neither FIPS nor dual stack")]
    CustomWithVariant,
    /// The custom endpoint is not an absolute URL, or has a query or a user.
    #[error("the URL must be absolute, of `http` or `https`, without user and query")]
    InvalidUrl,
    /// The action needs an endpoint of a region.
    #[error("the global endpoint does not serve this action: use a regional one")]
    NotGlobal,
}
