//! The rules that need no key.

use std::time::Duration;

use crate::service::ContentSha256;
use crate::sigv4::canonical::CanonicalRequest;
use crate::sigv4::canonical::headers::CanonicalHeaders;
use crate::sigv4::canonical::path::CanonicalPath;
use crate::sigv4::canonical::query::Parameter;
use crate::sigv4::date::AmzDate;
use crate::sigv4::scope::CredentialScope;
use crate::timestamp::Timestamp;

use super::claim::{SignedRequest, of_error};
use super::error::{SignatureLocation, VerifyError};
use super::payload::Declared;
use super::{Regions, Verifier};

impl Verifier {
    /// Whether a claim breaks a rule, as far as that can be said without a key. Fills in its
    /// canonical form, with the payload's line as it was declared; empty where it was not.
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
        self.read_signed_headers(claim, &mut canonical.headers)?;
        let rules = self.service.rules();
        let declared = Declared::of(claim, rules, &canonical.headers)?;
        let in_query = claim.signed.form == SignatureLocation::Query;
        let added_last = rules.session_token.is_unsigned(true);
        let keep = |parameter: &Parameter<'_>| {
            let not_signed = parameter.is_exactly("X-Amz-Signature")
                || (added_last && parameter.is_exactly("X-Amz-Security-Token"));
            Ok(!(in_query && not_signed))
        };
        let of_error = |error| of_error(error, claim.signed.form);
        canonical.query.read(claim.query, keep).map_err(of_error)?;
        canonical.query.sort();
        canonical.method = claim.method;
        canonical.path = CanonicalPath::received(claim.path, rules).map_err(of_error)?;
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
                    problem: "`X-Amz-Region-Set` is missing",
                };
                (region_set.ok_or(missing)?, true)
            }
        };
        let in_set = |own: &str| {
            let mut patterns = region.split(',');
            is_set && patterns.any(|pattern| covers(pattern.trim(), own))
        };
        if let Regions::These(own) = &self.regions
            && !own.iter().any(|own| region == own || in_set(own))
        {
            return Err(VerifyError::WrongRegion {
                form,
                region: region.to_owned(),
                expected: own.first().cloned().unwrap_or_default(),
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
            // AWS IoT's clients may leave it out.
            (SignatureLocation::Query, None)
                if !self.service.rules().session_token.is_unsigned(true) =>
            {
                return Err(VerifyError::Malformed {
                    form,
                    problem: "`X-Amz-Expires` is missing",
                });
            }
            _ => self.clock_window,
        };
        let valid_from = signed_at - self.clock_window;
        if now < valid_from {
            return Err(VerifyError::NotYetCurrent {
                form,
                signed_at,
                valid_from,
                now,
            });
        }
        let expired_at = signed_at + lifetime;
        // As S3 sees it, a life of no seconds is over before it begins.
        if now > expired_at || claim.signed.expires_in == Some(0) {
            return Err(VerifyError::Expired {
                form,
                signed_at,
                expired_at,
                now,
            });
        }
        Ok(())
    }

    /// The headers that are listed as signed, all of which came; and none came that had to be
    /// listed and was not.
    fn read_signed_headers<'c>(
        &self,
        claim: &'c SignedRequest<'_>,
        headers: &mut CanonicalHeaders<'c>,
    ) -> Result<(), VerifyError> {
        let list = claim
            .signed
            .signed_headers
            .list()
            .ok_or(VerifyError::Malformed {
                form: claim.signed.form,
                problem: "`SignedHeaders` is not an ascending list of names in lower case",
            })?;
        let listed = list.as_slice();
        let is_listed = |name: &str| match listed.len() {
            // Comparing lengths first is faster, as long as there are few.
            ..=24 => listed.contains(&name),
            _ => listed.binary_search(&name).is_ok(),
        };
        if !is_listed("host") {
            return Err(VerifyError::HostNotSigned);
        }
        headers.push("host", claim.host);
        let mut unsigned = Vec::new();
        claim.headers.try_each(|name, value| {
            if name == "host" {
            } else if is_listed(name) {
                headers.push(name, value);
            } else if self.must_be_signed(claim, name, value) {
                unsigned.push(name.to_owned());
            }
            Ok(())
        })?;
        if !unsigned.is_empty() {
            return Err(VerifyError::HeadersNotSigned { names: unsigned });
        }
        headers.sort();
        // All that came are listed, and none is listed twice.
        if headers.names().count() < listed.len() {
            let mut came = headers.names();
            let missing = listed.iter().find(|&&name| came.next() != Some(name));
            return Err(VerifyError::SignedHeaderMissing {
                name: (*missing.unwrap_or(&"host")).to_owned(),
            });
        }
        self.check_audience(claim, is_listed)
    }

    fn must_be_signed(&self, claim: &SignedRequest<'_>, name: &str, value: &[u8]) -> bool {
        match name {
            _ if self.signed.iter().any(|signed| signed.as_str() == name) => true,
            "x-amz-content-sha256" => !self.tolerates(claim, value),
            "x-amz-security-token" => !self.service.rules().session_token.is_unsigned(false),
            "date" if claim.signed.plain_date => true,
            // What the verifier itself reads, which no caller can let pass unsigned.
            "x-amz-date"
            | "x-amz-decoded-content-length"
            | "x-amz-region-set"
            | "x-amz-s3session-token"
            | "x-amz-trailer" => true,
            _ => {
                name.starts_with("x-amz-")
                    && !self.unsigned.iter().any(|header| header.as_str() == name)
                    || self
                        .audience
                        .iter()
                        .any(|(header, _)| header.as_str() == name)
            }
        }
    }

    /// S3 tolerates an unsigned `x-amz-content-sha256` on a presigned request, whose payload is
    /// unsigned anyway: clients send it by habit. What it says is not used. A value that promises
    /// a framing of the body is refused all the same, because whoever reads the body might obey.
    fn tolerates(&self, claim: &SignedRequest<'_>, value: &[u8]) -> bool {
        claim.signed.form == SignatureLocation::Query
            && self.service.rules().content_sha256 == ContentSha256::InHeaderForm
            && !value.trim_ascii_start().starts_with(b"STREAMING-")
    }

    fn check_audience(
        &self,
        claim: &SignedRequest<'_>,
        is_listed: impl Fn(&str) -> bool,
    ) -> Result<(), VerifyError> {
        for (name, audience) in &self.audience {
            let name = name.as_str();
            let (mut came, mut right) = (0, 0);
            claim.headers.try_each(|header, value| {
                came += usize::from(header == name);
                right += usize::from(header == name && value == audience.as_bytes());
                Ok(())
            })?;
            if came != 1 || right != 1 || !is_listed(name) {
                return Err(VerifyError::WrongAudience {
                    name: name.to_owned(),
                });
            }
        }
        Ok(())
    }
}

/// Whether a pattern of a region set covers a region. `*` stands for any characters.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn region_patterns() {
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
