//! Credential scope: the day, region and service that a signature is valid for.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use crate::error::Error;
use crate::error::scope::ScopeProblem;
#[cfg(any(feature = "_aws-call", feature = "tokens"))]
use crate::primitives::host_label::is_host_label;
use crate::primitives::inline_text::InlineText;
use crate::primitives::percent::encode;
use crate::primitives::scan::cut;
use crate::primitives::sink::Sink;
use crate::service::Rules;
use crate::sigv4::date::AmzDate;
use crate::timestamp::Timestamp;

const END: &str = "aws4_request";
/// The maximum length of a region or service name. The names of AWS are less than half as long.
const LONGEST: usize = 64;
const MAX: usize = 8 + 1 + LONGEST + 1 + LONGEST + 1 + END.len();

/// A credential scope, `20150830/us-east-1/iam/aws4_request`.
///
/// It is the day, the region and the service that a signing key is valid for. SigV4A scopes have no
/// region. Together with the access key ID, it identifies a signing key in a cache. The text is
/// stored inline, so a copy needs no allocation.
///
/// AWS: "Elements of an AWS API request signature", *Credential scope*.
///
/// ```
/// use countersign::Timestamp;
/// use countersign::sigv4::CredentialScope;
///
/// let now: Timestamp = "2015-08-30T12:36:00Z".parse()?;
/// let scope = CredentialScope::new(now, "us-east-1", "iam")?;
/// assert_eq!(scope.as_str(), "20150830/us-east-1/iam/aws4_request");
/// let parsed: CredentialScope = scope.as_str().parse()?;
/// assert_eq!(parsed, scope);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy)]
pub struct CredentialScope {
    text: InlineText<MAX>,
    /// The end of the region; 8, the end of the day, if the scope has no region.
    region_end: usize,
}

impl CredentialScope {
    /// Creates the scope of a request that is signed at `now`. Its day is the UTC day.
    ///
    /// # Errors
    /// - [`Error::InvalidRegion`] or [`Error::InvalidService`] if the region or the service is
    ///   empty, longer than 64 bytes, or not visible ASCII without `/` and `,`
    /// - [`Error::TimeOutOfRange`] if the time is outside the years 0 to 9999
    pub fn new(now: impl Into<Timestamp>, region: &str, service: &str) -> Result<Self, Error> {
        let now = now.into();
        let date = AmzDate::new(now)?;
        check_region(region)?;
        check_service(service)?;
        Ok(Self::unchecked(date.day_bytes(), Some(region), service))
    }

    /// Creates a scope from a region and a service that the caller has already checked.
    pub(crate) fn unchecked(day: &[u8; 8], region: Option<&str>, service: &str) -> Self {
        let mut text = InlineText::new();
        text.push(day);
        if let Some(region) = region {
            text.push(b"/");
            text.push(region.as_bytes());
        }
        let region_end = text.len();
        for part in ["/", service, "/", END] {
            text.push(part.as_bytes());
        }
        Self { text, region_end }
    }

    /// Returns the day, `YYYYMMDD`.
    pub fn day(&self) -> &str {
        self.text.part(0, 8)
    }

    pub(crate) fn day_bytes(&self) -> &[u8; 8] {
        self.text.first()
    }

    /// Returns the region. `None` for SigV4A, whose scopes have no region.
    pub fn region(&self) -> Option<&str> {
        (self.region_end > 8).then(|| self.text.part(9, self.region_end))
    }

    /// Returns the signing name of the service.
    pub fn service(&self) -> &str {
        let end = self.text.len() - END.len() - 1;
        self.text.part(self.region_end + 1, end)
    }

    /// Returns the whole text.
    pub fn as_str(&self) -> &str {
        self.text.as_str()
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.text.as_bytes()
    }

    /// Writes it percent-encoded. The day and `aws4_request` need no encoding.
    pub(crate) fn write_encoded(&self, sink: &mut impl Sink) {
        sink.put(self.day_bytes());
        for part in [self.region(), Some(self.service())].into_iter().flatten() {
            sink.put_str("%2F");
            encode(part.as_bytes(), sink);
        }
        sink.put_str("%2F");
        sink.put_str(END);
    }
}

pub(crate) fn check_region(region: &str) -> Result<(), Error> {
    problem(region).map_or(Ok(()), |problem| {
        Err(Error::InvalidRegion {
            region: region.to_owned(),
            problem,
        })
    })
}

pub(crate) fn check_service(service: &str) -> Result<(), Error> {
    // Signing names contain capital letters, as in `IoTSecuredTunneling`. But `S3` would be signed by
    // the general rules, which S3 refuses.
    let lowercase = service.to_ascii_lowercase();
    if lowercase != service && Rules::of(&lowercase) != Rules::GENERIC {
        return Err(Error::InvalidService {
            service: service.to_owned(),
            problem: ScopeProblem::NotLowercase,
        });
    }
    problem(service).map_or(Ok(()), |problem| {
        Err(Error::InvalidService {
            service: service.to_owned(),
            problem,
        })
    })
}

/// Why a name would make a scope ambiguous or invalid in a header. Names are signed verbatim.
fn problem(name: &str) -> Option<ScopeProblem> {
    if name.is_empty() {
        Some(ScopeProblem::Empty)
    } else if name.len() > LONGEST {
        Some(ScopeProblem::TooLong)
    } else if !name
        .bytes()
        .all(|b| b.is_ascii_graphic() && b != b'/' && b != b',')
    {
        Some(ScopeProblem::NotPrintable)
    } else {
        None
    }
}

impl PartialEq for CredentialScope {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for CredentialScope {}

impl Hash for CredentialScope {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_bytes().hash(state);
    }
}

impl FromStr for CredentialScope {
    type Err = Error;

    /// Parses `YYYYMMDD/REGION/SERVICE/aws4_request`, or `YYYYMMDD/SERVICE/aws4_request` for
    /// SigV4A.
    ///
    /// # Errors
    /// - [`Error::InvalidScope`] if the text has another format
    fn from_str(text: &str) -> Result<Self, Error> {
        let Some(region_end) = region_end(text) else {
            return Err(Error::InvalidScope);
        };
        let mut scope = InlineText::new();
        scope.push(text.as_bytes());
        Ok(Self {
            text: scope,
            region_end,
        })
    }
}

/// The end of the region in the text of a scope; 8 if it has none. `None` if the text has another
/// format.
fn region_end(text: &str) -> Option<usize> {
    let (day, rest) = text.split_at_checked(8)?;
    let names = rest
        .strip_prefix('/')?
        .strip_suffix(END)?
        .strip_suffix('/')?;
    let (region, service) = match cut(names, b'/') {
        Some((region, service)) => (Some(region), service),
        None => (None, names),
    };
    let sound = day.bytes().all(|b| b.is_ascii_digit())
        && region.is_none_or(|region| problem(region).is_none())
        && problem(service).is_none();
    sound.then(|| region.map_or(8, |region| 9 + region.len()))
}

impl fmt::Display for CredentialScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for CredentialScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Checks a region that becomes a label of a host name, so that it cannot change the host.
///
/// The SDKs use `aws-global`, `aws-cn-global` and similar names for endpoints without a region. No
/// host name contains them.
#[cfg(any(feature = "_aws-call", feature = "tokens"))]
pub(crate) fn check_host_label(region: &str) -> Result<(), Error> {
    let problem = if !is_host_label(region) {
        ScopeProblem::NotHostLabel
    } else if region.starts_with("aws-") && region.ends_with("-global") {
        ScopeProblem::PseudoRegion
    } else {
        return Ok(());
    };
    Err(Error::InvalidRegion {
        region: region.to_owned(),
        problem,
    })
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_scope_has_a_day_a_service_and_perhaps_a_region() {
        let scope = "20150830/us-east-1/iam/aws4_request"
            .parse::<CredentialScope>()
            .unwrap();
        assert_eq!(
            (scope.day(), scope.region(), scope.service()),
            ("20150830", Some("us-east-1"), "iam")
        );
        let scope = "20150830/s3/aws4_request"
            .parse::<CredentialScope>()
            .unwrap();
        assert_eq!(
            (scope.day(), scope.region(), scope.service()),
            ("20150830", None, "s3")
        );
        assert_eq!(scope.as_str(), "20150830/s3/aws4_request");
    }

    #[test]
    fn names_of_64_characters_fit_and_longer_ones_are_refused() {
        let (region, service) = ("r".repeat(64), "s".repeat(64));
        let scope =
            CredentialScope::new(datetime!(2015-08-30 0:00 UTC), &region, &service).unwrap();
        assert_eq!(
            scope.as_str(),
            format!("20150830/{region}/{service}/aws4_request")
        );
        assert_eq!(scope.service(), service);
        let now = datetime!(2015-08-30 0:00 UTC);
        assert!(matches!(
            CredentialScope::new(now, &"r".repeat(65), "s"),
            Err(Error::InvalidRegion {
                problem: ScopeProblem::TooLong,
                ..
            })
        ));
    }

    #[test]
    fn a_malformed_scope_is_refused() {
        for text in [
            "",
            "/",
            "20150830",
            "20150830/aws4_request",
            "20150830//aws4_request",
            "20150830/r//aws4_request",
            "20150830//s/aws4_request",
            "2015083/r/s/aws4_request",
            "2015083a/r/s/aws4_request",
            "20150830/r/s/aws4_requests",
            "20150830/r/s/AWS4_REQUEST",
            "20150830/r/s/t/aws4_request",
            "20150830/r /s/aws4_request",
            "20150830/r/s/aws4_request/",
        ] {
            assert_eq!(
                text.parse::<CredentialScope>(),
                Err(Error::InvalidScope),
                "{text}"
            );
        }
    }
}
