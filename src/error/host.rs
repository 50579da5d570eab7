//! The rules for the host that a bearer token is sent to.

use std::fmt;

/// Why the host of a request is invalid, or could be read in two ways.
///
/// ```
/// use countersign::bearer::{BearerToken, HostProblem};
/// use countersign::{Error, Timestamp};
///
/// let token =
///     BearerToken::new("mF_9.B5f-4.1JqM").with_host("api.example.com");
/// let now = Timestamp::from_unix_seconds(1_798_761_600);
/// let error = token.header_value_for("api.example.com.", now).unwrap_err();
/// assert_eq!(error, Error::BearerTokenHost(HostProblem::TrailingDot));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HostProblem {
    /// The authority has a user and an `@`.
    UserInformation,
    /// The host ends in a dot.
    TrailingDot,
    /// The host is neither a name nor an address.
    InvalidHost,
    /// The port is not a number between 1 and 65535.
    InvalidPort,
    /// The `host` header names another host than the URI.
    HeaderDiffers,
}

impl HostProblem {
    pub(crate) fn rule(self) -> &'static str {
        match self {
            Self::UserInformation => "contains user information",
            Self::TrailingDot => "ends in a dot",
            Self::InvalidHost => {
                "must be ASCII letters, digits, `-`, `_` and `.`, or an IPv6 address in brackets"
            }
            Self::InvalidPort => "has an invalid port: it must be between 1 and 65535",
            Self::HeaderDiffers => "differs between the `host` header and the URI",
        }
    }
}

impl fmt::Display for HostProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.rule())
    }
}
