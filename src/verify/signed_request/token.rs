//! A session token, as it was sent.

use crate::credentials::SessionToken;
use crate::primitives::constant_time::{same, same_in_query};
use crate::primitives::percent::decoded_in_query;
#[cfg(feature = "tower")]
use crate::primitives::sha256::Sha256;
use crate::sigv4::canonical::query::Parameter;

/// A session token, as it was sent.
#[derive(Clone)]
pub(crate) struct Token<'a> {
    value: TokenValue<'a>,
    s3_express: bool,
}

#[derive(Clone)]
enum TokenValue<'a> {
    Header(&'a [u8]),
    Parameter(Parameter<'a>),
}

impl<'a> Token<'a> {
    pub(crate) fn header(value: &'a [u8], s3_express: bool) -> Self {
        let value = TokenValue::Header(value);
        Self { value, s3_express }
    }

    pub(super) fn parameter(value: Parameter<'a>, s3_express: bool) -> Self {
        let value = TokenValue::Parameter(value);
        Self { value, s3_express }
    }

    /// Whether it is this token, under the token's own name. The time depends on lengths only.
    pub(in crate::verify) fn is(&self, token: &SessionToken) -> bool {
        let expected = token.expose().as_bytes();
        let equal = match &self.value {
            TokenValue::Header(value) => same(value, expected),
            TokenValue::Parameter(parameter) => same_in_query(parameter.raw_value(), expected),
        };
        equal && self.s3_express == (token.header_name() == "x-amz-s3session-token")
    }

    /// The SHA-256 of its bytes.
    #[cfg(feature = "tower")]
    pub(super) fn hash(&self) -> [u8; 32] {
        match &self.value {
            TokenValue::Header(value) => Sha256::digest(value),
            TokenValue::Parameter(parameter) => {
                let decoded: Vec<u8> = decoded_in_query(parameter.raw_value()).collect();
                Sha256::digest(decoded)
            }
        }
    }

    pub(crate) fn to_session_token(&self) -> SessionToken {
        let bytes = match &self.value {
            TokenValue::Header(value) => value.to_vec(),
            TokenValue::Parameter(parameter) => decoded_in_query(parameter.raw_value()).collect(),
        };
        // Tokens are ASCII, so a text that loses something here is not a token.
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
        };
        if self.s3_express {
            SessionToken::s3_express(text)
        } else {
            text.into()
        }
    }
}
