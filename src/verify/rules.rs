//! The rules of a verifier that need no key.

use std::time::Duration;

use http::HeaderName;

use crate::error::authorization::AuthorizationProblem;
use crate::primitives::percent::decoded;
use crate::primitives::scan::holds;
use crate::request::same_in_cgi;
use crate::service::ContentSha256;
use crate::sigv4::canonical::CanonicalRequest;
use crate::sigv4::canonical::headers::CanonicalHeaders;
use crate::sigv4::canonical::path::CanonicalPath;
use crate::sigv4::canonical::query::UnsignedParameters;
use crate::sigv4::date::AmzDate;
use crate::sigv4::scope::CredentialScope;
use crate::timestamp::Timestamp;

use super::error::{SignatureLocation, VerifyError};
use super::payload::Declared;
use super::signed_request::{SignedRequest, of_error};
use super::{Regions, Verifier};

impl Verifier {
    /// Checks the rules that need no key, and fills in the canonical request.
    ///
    /// The payload line is the declared one, or empty if the request declares none.
    pub(super) fn examine<'c>(
        &self,
        claim: &'c SignedRequest<'_>,
        now: Timestamp,
        canonical: &mut CanonicalRequest<'c>,
    ) -> Result<Declared, VerifyError> {
        let region_set = claim.signed.region_set.as_deref();
        self.check_scope(
            claim.signed.form,
            &claim.signed.scope,
            &claim.signed.date,
            region_set,
        )?;
        self.check_time(claim, now)?;
        self.check_host(claim.host)?;
        self.read_signed_headers(claim, &mut canonical.headers)?;
        let rules = self.service.rules();
        let declared = Declared::of(claim, rules, &canonical.headers)?;
        let in_query = claim.signed.form == SignatureLocation::Query;
        let unsigned = if in_query {
            UnsignedParameters::of_url(rules)
        } else {
            UnsignedParameters::None
        };
        let of_error = |error| of_error(error, claim.signed.form);
        canonical
            .query
            .read(claim.query, unsigned)
            .map_err(of_error)?;
        canonical.query.sort();
        canonical.method = claim.method;
        canonical.path = CanonicalPath::received(claim.path, rules).map_err(of_error)?;
        if rules.normalize_path && !self.dot_segments && has_dot_segment(claim.path) {
            return Err(VerifyError::PathNotNormalized);
        }
        canonical.payload = declared.line();
        Ok(declared)
    }

    pub(crate) fn check_scope(
        &self,
        form: SignatureLocation,
        scope: &CredentialScope,
        date: &AmzDate,
        region_set: Option<&str>,
    ) -> Result<(), VerifyError> {
        if scope.day_bytes() != date.day_bytes() {
            return Err(VerifyError::WrongDay {
                form,
                day: scope.day().to_owned(),
                date: *date,
            });
        }
        // SigV4A: the regions are not in the scope, but in a header or parameter.
        let (region, is_set) = match scope.region() {
            Some(region) => (region, false),
            None => {
                let missing = VerifyError::Malformed {
                    form,
                    problem: AuthorizationProblem::Missing {
                        name: "X-Amz-Region-Set",
                    },
                };
                (region_set.ok_or(missing)?, true)
            }
        };
        let in_set = |own: &str| {
            let mut patterns = region.split(',');
            is_set && patterns.any(|pattern| covers(pattern.trim(), own))
        };
        let is_own = |own: &String| region == own || in_set(own);
        if let Regions::These { first, others } = &self.regions
            && !is_own(first)
            && !others.iter().any(is_own)
        {
            return Err(VerifyError::WrongRegion {
                form,
                region: region.to_owned(),
                expected: first.clone(),
            });
        }
        if scope.service() != self.service.name() {
            return Err(VerifyError::WrongService {
                form,
                service: scope.service().to_owned(),
                expected: self.service.name().to_owned(),
            });
        }
        Ok(())
    }

    fn check_time(&self, claim: &SignedRequest<'_>, now: Timestamp) -> Result<(), VerifyError> {
        let form = claim.signed.form;
        let signed_at = claim.signed.date.timestamp();
        let lifetime = match (form, claim.signed.expires_in) {
            (SignatureLocation::Query, Some(seconds)) => {
                let longest = self.longest_expires_in.as_secs();
                if seconds > longest {
                    return Err(VerifyError::ExpiresInOutOfRange { seconds, longest });
                }
                Duration::from_secs(seconds)
            }
            // Clients of AWS IoT may omit it.
            (SignatureLocation::Query, None)
                if !self.service.rules().session_token.is_unsigned(true) =>
            {
                return Err(VerifyError::Malformed {
                    form,
                    problem: AuthorizationProblem::Missing {
                        name: "X-Amz-Expires",
                    },
                });
            }
            _ => self.clock_window,
        };
        let valid_from = signed_at - self.clock_window;
        let expired_at = signed_at + lifetime;
        // As on S3, a lifetime of 0 seconds has always expired.
        let over = claim.signed.expires_in == Some(0) && now >= valid_from;
        if over {
            return Err(VerifyError::Expired {
                form,
                signed_at,
                expired_at,
                now,
            });
        }
        check_validity(form, signed_at, (valid_from, expired_at), now)
    }

    pub(crate) fn check_host(&self, host: &[u8]) -> Result<(), VerifyError> {
        let is_own = |own: &String| host_matches(own, host);
        if self.hosts.is_empty() || self.hosts.iter().any(is_own) {
            return Ok(());
        }
        Err(VerifyError::WrongHost {
            host: String::from_utf8_lossy(host).into_owned(),
        })
    }

    /// Reads the headers that are listed as signed. Checks that each is in the request, and that
    /// the list contains every header that must be signed.
    fn read_signed_headers<'c>(
        &self,
        claim: &'c SignedRequest<'_>,
        headers: &mut CanonicalHeaders<'c>,
    ) -> Result<(), VerifyError> {
        let Some(listed) = claim
            .signed
            .signed_headers
            .read(|name| headers.expect(name))
        else {
            return Err(VerifyError::Malformed {
                form: claim.signed.form,
                problem: AuthorizationProblem::UnsortedSignedHeaders,
            });
        };
        if !headers.receive(listed, "host", claim.host) {
            return Err(VerifyError::HostNotSigned);
        }
        let mut unsigned = Vec::new();
        for (name, value) in claim.headers.iter() {
            if name == "host" || headers.receive(listed, name, value) {
                continue;
            }
            // An application could read an unsigned header in place of the signed one.
            let is_twin = || headers.has_twin(listed, name) && !self.passes_unsigned(name);
            if self.must_be_signed(claim, name, value) || is_twin() {
                unsigned.push(name.to_owned());
            }
        }
        if !unsigned.is_empty() {
            return Err(VerifyError::HeadersNotSigned { names: unsigned });
        }
        if let Some(name) = headers.missing() {
            return Err(VerifyError::SignedHeaderMissing {
                name: name.to_owned(),
            });
        }
        headers.sort_received(listed);
        self.check_audience(claim, headers)
    }

    fn must_be_signed(&self, claim: &SignedRequest<'_>, name: &str, value: &[u8]) -> bool {
        let is_sign = |byte: u8| !(byte.is_ascii_alphanumeric() || byte == b'-');
        if holds(name.as_bytes(), is_sign) && !self.passes_unsigned(name) {
            let plain = name.replace(|sign: char| !sign.is_ascii_alphanumeric(), "-");
            return self.must_be_signed(claim, &plain, value);
        }
        let is = |own: &HeaderName| same_in_cgi(own.as_str(), name);
        match name {
            _ if self.signed.iter().any(is) => true,
            "x-amz-content-sha256" => !self.tolerates(claim, value),
            "x-amz-security-token" => !self.service.rules().session_token.is_unsigned(false),
            "date" if claim.signed.plain_date => true,
            // The verifier itself reads these, so no caller can accept them unsigned.
            "x-amz-date"
            | "x-amz-decoded-content-length"
            | "x-amz-region-set"
            | "x-amz-s3session-token"
            | "x-amz-trailer" => true,
            _ => {
                (name.starts_with("x-amz-") || (self.all_headers_signed && name != "authorization"))
                    && !self.passes_unsigned(name)
                    || self.audience.iter().any(|(header, _)| is(header))
            }
        }
    }

    fn passes_unsigned(&self, name: &str) -> bool {
        self.unsigned.iter().any(|header| header.as_str() == name)
    }

    /// S3 accepts an unsigned `x-amz-content-sha256` on a presigned request, whose payload is
    /// unsigned. The value is not used. A streaming value is still refused, because a reader of the
    /// body might use it.
    fn tolerates(&self, claim: &SignedRequest<'_>, value: &[u8]) -> bool {
        claim.signed.form == SignatureLocation::Query
            && self.service.rules().content_sha256 == ContentSha256::InHeaderForm
            && !is_streaming(value)
    }

    fn check_audience(
        &self,
        claim: &SignedRequest<'_>,
        signed: &CanonicalHeaders<'_>,
    ) -> Result<(), VerifyError> {
        for (name, audience) in &self.audience {
            let name = name.as_str();
            let (mut received, mut right) = (0, 0);
            for (_, value) in claim.headers.iter().filter(|(header, _)| *header == name) {
                received += 1;
                right += usize::from(value == audience.as_bytes());
            }
            if received != 1 || right != 1 || !signed.names().any(|signed| signed == name) {
                return Err(VerifyError::WrongAudience {
                    name: name.to_owned(),
                });
            }
        }
        Ok(())
    }
}

/// Whether a path has a segment that any router may read as `.` or `..`. Some routers decode the
/// path first, read a backslash as a slash, or remove `;` and the text after it.
fn has_dot_segment(path: &str) -> bool {
    if !path.contains(['.', '%']) {
        return false;
    }
    // The number of dots in the segment. `None` after any other character.
    let mut dots = Some(0);
    for byte in decoded(path).chain([b'/']) {
        dots = match (byte, dots) {
            (b'/' | b'\\' | b';', Some(1 | 2)) => return true,
            (b'/' | b'\\', _) => Some(0),
            (b'.', Some(count @ 0..=2)) => Some(count + 1),
            _ => None,
        };
    }
    false
}

/// Whether a value of `x-amz-content-sha256` promises chunks, to a lenient reader too.
fn is_streaming(value: &[u8]) -> bool {
    const START: &[u8] = b"STREAMING-";
    let start = value.trim_ascii_start().get(..START.len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(START))
}

/// Whether a signed host matches a host of the server. `*.` matches any labels.
fn host_matches(own: &str, host: &[u8]) -> bool {
    let host = host.trim_ascii();
    match own.strip_prefix('*') {
        Some(suffix) if suffix.starts_with('.') => host
            .len()
            .checked_sub(suffix.len())
            .filter(|&start| start > 0)
            .and_then(|start| host.get(start..))
            .is_some_and(|end| end.eq_ignore_ascii_case(suffix.as_bytes())),
        _ => host.eq_ignore_ascii_case(own.as_bytes()),
    }
}

/// Whether a pattern of a region set covers a region. `*` matches any characters.
fn covers(pattern: &str, region: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        return pattern == region;
    };
    let Some(mut left) = region.strip_prefix(start) else {
        return false;
    };
    let mut pieces = rest.split('*').peekable();
    while let Some(piece) = pieces.next() {
        if pieces.peek().is_none() {
            return left.ends_with(piece);
        }
        let Some((_, after)) = left.split_once(piece) else {
            return false;
        };
        left = after;
    }
    true
}

/// Refuses a request before or after the time in which it is valid.
pub(crate) fn check_validity(
    form: SignatureLocation,
    signed_at: Timestamp,
    (valid_from, expired_at): (Timestamp, Timestamp),
    now: Timestamp,
) -> Result<(), VerifyError> {
    if now < valid_from {
        return Err(VerifyError::NotYetCurrent {
            form,
            signed_at,
            valid_from,
            now,
        });
    }
    if now > expired_at {
        return Err(VerifyError::Expired {
            form,
            signed_at,
            expired_at,
            now,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dot_segments_are_found_in_every_spelling() {
        for path in [
            "/.",
            "/..",
            "/a/.",
            "/a/..",
            "/./a",
            "/../a",
            "/a/../b",
            "/%2e",
            "/%2E%2e/a",
            "/a/.%2e",
            "/a/%2E./b",
            "//..",
            "/a/..%2Fb",
            "/a%2f..%2fb",
            "/a/.%2f",
            "/a\\..\\b",
            "/a/..%5Cb",
            "/a/..;/b",
            "/a/..%3Bx=1/b",
            "/a/.;",
        ] {
            assert!(has_dot_segment(path), "{path}");
        }
        for path in [
            "/",
            "//",
            "/a//b/",
            "/...",
            "/.a",
            "/a.",
            "/..a",
            "/a..",
            "/.a%2fb",
            "/%2fa",
            "/.%2e.",
            "/....",
            "/a;..",
            "/;..",
            "/a..;/b",
            "/%252e%252e/a",
            "/%2e%2e%2e",
            "/a%2e%2e",
        ] {
            assert!(!has_dot_segment(path), "{path}");
        }
    }

    #[test]
    fn hosts_match_by_whole_labels() {
        for (own, host, yes) in [
            ("api.example.com", "api.example.com", true),
            ("api.example.com", "API.Example.com", true),
            ("Api.example.com", "api.example.com", true),
            ("api.example.com", "api.example.com:8443", false),
            ("api.example.com:8443", "api.example.com:8443", true),
            ("api.example.com", "xapi.example.com", false),
            ("api.example.com", "api.example.com.evil.test", false),
            ("*.example.com", "bucket.example.com", true),
            ("*.example.com", "a.b.Example.com", true),
            ("*.example.com", "example.com", false),
            ("*.example.com", ".example.com", false),
            ("*.example.com", "evilexample.com", false),
            ("*.example.com", "bucket.example.com.evil.test", false),
            ("*example.com", "evilexample.com", false),
            ("*", "example.com", false),
        ] {
            assert_eq!(host_matches(own, host.as_bytes()), yes, "{own} {host}");
        }
    }

    #[test]
    fn a_star_in_a_region_pattern_matches_any_characters() {
        for (pattern, region, yes) in [
            ("*", "us-east-1", true),
            ("us-east-1", "us-east-1", true),
            ("us-east-1", "us-east-11", false),
            ("us-*", "us-east-1", true),
            ("us-*", "eu-west-1", false),
            ("*-1", "us-east-1", true),
            ("*-2", "us-east-1", false),
            ("us-*-1", "us-east-1", true),
            ("us-*-1", "us-1", false),
            ("*east*", "us-east-1", true),
            ("*west*", "us-east-1", false),
            ("", "us-east-1", false),
        ] {
            assert_eq!(covers(pattern, region), yes, "{pattern} {region}");
        }
    }
}
