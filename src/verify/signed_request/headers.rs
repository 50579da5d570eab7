//! The headers that a claim is read from.

use super::limits::Limits;
use super::token::Token;
use crate::request::Headers;
use crate::verify::VerifyError;

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
    /// Reads the headers, and checks their total length first.
    pub(super) fn read(headers: Headers<'a>, limits: &Limits) -> Result<Self, VerifyError> {
        let mut found = Self::default();
        let (mut length, mut repeated) = (0_usize, None);
        for (name, value) in headers.iter() {
            length = length
                .saturating_add(name.len())
                .saturating_add(value.len());
            let (slot, name) = match name {
                "authorization" => (&mut found.authorization, "authorization"),
                "host" => (&mut found.host, "host"),
                "date" => {
                    // A duplicate is an error only if the date is read from this header.
                    found.date = Some(value);
                    found.dates += 1;
                    continue;
                }
                _ if !name.starts_with("x-amz-") => continue,
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
                _ => continue,
            };
            if slot.replace(value).is_some() {
                repeated = repeated.or(Some(name));
            }
        }
        limits.check_length(length)?;
        match repeated {
            None => Ok(found),
            Some("authorization") => Err(VerifyError::SeveralAuthentications),
            Some("host") => Err(VerifyError::SeveralHosts),
            Some(name) => Err(VerifyError::Repeated { name }),
        }
    }

    /// The signed host: the header as it was sent. If the URI also has an authority, both must
    /// match, because a server may route by either.
    ///
    /// `bare` is the authority without user information and without the default port.
    pub(super) fn host(
        &self,
        authority: Option<&'a str>,
        bare: Option<&'a str>,
    ) -> Result<&'a [u8], VerifyError> {
        match (self.host, authority) {
            (None | Some([]), None) => Err(VerifyError::MissingHost),
            (Some([]), Some(_)) => Err(VerifyError::SeveralHosts),
            (Some(host), None) => Ok(host),
            (None, Some(_)) => bare.map(str::as_bytes).ok_or(VerifyError::MissingHost),
            (Some(host), Some(authority)) => {
                let is = |other: &str| host.eq_ignore_ascii_case(other.as_bytes());
                let agree = is(authority) || bare.is_some_and(is);
                agree.then_some(host).ok_or(VerifyError::SeveralHosts)
            }
        }
    }

    /// The session token, under either name.
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
