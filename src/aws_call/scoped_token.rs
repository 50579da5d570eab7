//! Bearer tokens as calls return them.

#![allow(dead_code, reason = "no feature alone needs all of it")]

use crate::bearer::BearerToken;
use crate::timestamp::Timestamp;

/// What a token is good for.
pub(crate) struct TokenScope<'a> {
    /// The signing name of the service that takes the token.
    pub(crate) service: &'a str,
    pub(crate) region: &'a str,
    /// Where the token may be sent; each `#` is one digit.
    pub(crate) hosts: Vec<String>,
    pub(crate) expires_at: Timestamp,
}

impl TokenScope<'_> {
    /// The one place where calls make tokens.
    pub(crate) fn token(self, text: &str) -> BearerToken {
        BearerToken::new(text)
            .with_scope(self.service, self.region)
            .with_host_patterns(self.hosts)
            .with_expiration(self.expires_at)
    }
}
