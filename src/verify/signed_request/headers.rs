//! The headers that a claim is read from.

use http::HeaderMap;

use super::token::Token;
use crate::verify::VerifyError;

/// A request's headers, in whichever way they came.
#[derive(Clone, Copy)]
pub(in crate::verify) enum Fields<'a> {
    Map(&'a HeaderMap),
    Slices(&'a [(&'a str, &'a [u8])]),
}

impl<'a> Fields<'a> {
    pub(super) fn len(self) -> usize {
        match self {
            Self::Map(map) => map.len(),
            Self::Slices(slices) => slices.len(),
        }
    }

    pub(in crate::verify) fn try_each(
        self,
        mut each: impl FnMut(&'a str, &'a [u8]) -> Result<(), VerifyError>,
    ) -> Result<(), VerifyError> {
        match self {
            Self::Map(map) => map
                .iter()
                .try_for_each(|(name, value)| each(name.as_str(), value.as_bytes())),
            Self::Slices(slices) => slices
                .iter()
                .try_for_each(|(name, value)| each(name, value)),
        }
    }
}

/// The authority of a URI.
pub(super) struct Authority<'a> {
    pub(super) sent: &'a str,
    /// Without user information and the scheme's own port.
    pub(super) host: &'a str,
}

/// The headers that a claim is read from, each at most once.
#[derive(Default)]
pub(super) struct Found<'a> {
    pub(super) authorization: Option<&'a [u8]>,
    pub(super) host: Option<&'a [u8]>,
    pub(super) date: Option<&'a [u8]>,
    pub(super) dates: usize,
    pub(super) amz_date: Option<&'a [u8]>,
    pub(super) content_sha256: Option<&'a [u8]>,
    pub(super) decoded_content_length: Option<&'a [u8]>,
    pub(super) trailer: Option<&'a [u8]>,
    pub(super) region_set: Option<&'a [u8]>,
    pub(super) security_token: Option<&'a [u8]>,
    pub(super) s3_session_token: Option<&'a [u8]>,
}

impl<'a> Found<'a> {
    pub(super) fn read(headers: Fields<'a>) -> Result<Self, VerifyError> {
        let mut found = Self::default();
        headers.try_each(|name, value| {
            let (slot, name) = match name {
                "authorization" => {
                    return match found.authorization.replace(value) {
                        None => Ok(()),
                        Some(_) => Err(VerifyError::SeveralAuthentications),
                    };
                }
                "host" => {
                    return match found.host.replace(value) {
                        None => Ok(()),
                        Some(_) => Err(VerifyError::SeveralHosts),
                    };
                }
                "date" => {
                    // Two of them matter only where the date is taken from there.
                    found.date = Some(value);
                    found.dates += 1;
                    return Ok(());
                }
                _ if !name.starts_with("x-amz-") => return Ok(()),
                "x-amz-date" => (&mut found.amz_date, "x-amz-date"),
                "x-amz-content-sha256" => (&mut found.content_sha256, "x-amz-content-sha256"),
                "x-amz-decoded-content-length" => (
                    &mut found.decoded_content_length,
                    "x-amz-decoded-content-length",
                ),
                "x-amz-trailer" => (&mut found.trailer, "x-amz-trailer"),
                "x-amz-region-set" => (&mut found.region_set, "x-amz-region-set"),
                "x-amz-security-token" => (&mut found.security_token, "x-amz-security-token"),
                "x-amz-s3session-token" => (&mut found.s3_session_token, "x-amz-s3session-token"),
                _ => return Ok(()),
            };
            match slot.replace(value) {
                None => Ok(()),
                Some(_) => Err(VerifyError::Repeated { name }),
            }
        })?;
        Ok(found)
    }

    /// The host that was signed: what the header says, as it says it. Where the URI has an
    /// authority too, a server may well route by that one, so they must agree.
    pub(super) fn host(&self, authority: Option<Authority<'a>>) -> Result<&'a [u8], VerifyError> {
        match (self.host, authority) {
            (None | Some([]), None) => Err(VerifyError::MissingHost),
            (Some([]), Some(_)) => Err(VerifyError::SeveralHosts),
            (Some(host), None) => Ok(host),
            (None, Some(authority)) if authority.host.is_empty() => Err(VerifyError::MissingHost),
            (None, Some(authority)) => Ok(authority.host.as_bytes()),
            (Some(host), Some(Authority { sent, host: bare })) => {
                let agree = host.eq_ignore_ascii_case(sent.as_bytes())
                    || host.eq_ignore_ascii_case(bare.as_bytes());
                agree.then_some(host).ok_or(VerifyError::SeveralHosts)
            }
        }
    }

    /// The session token, of the one or the other name.
    pub(super) fn token(&self) -> Result<Option<Token<'a>>, VerifyError> {
        match (self.security_token, self.s3_session_token) {
            (Some(_), Some(_)) => Err(VerifyError::Repeated {
                name: "x-amz-s3session-token",
            }),
            (Some(value), None) => Ok(Some(Token::header(value, false))),
            (None, Some(value)) => Ok(Some(Token::header(value, true))),
            (None, None) => Ok(None),
        }
    }
}
