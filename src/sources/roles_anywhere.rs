//! IAM Roles Anywhere.

mod certificate;
#[cfg(feature = "sigv4a")]
mod key;
mod session;

use std::time::Duration;

use http::{HeaderValue, Request, Response};
use serde_json::{Map, Value};

pub use certificate::RolesAnywhereCertificate;
#[cfg(feature = "sigv4a")]
pub use key::RolesAnywhereKey;
pub use session::RolesAnywhereSession;

use super::Error;
use super::json::post;
use super::text::{SESSION_NAME, hex_text, https_url, is_iam_name, parsed};
use crate::service::Rules;
use crate::service::partition::Partition;
use crate::sigv4::canonical::CanonicalRequest;
use crate::sigv4::date::AmzDate;
use crate::sigv4::object_key::encode_segment;
use crate::sigv4::payload_hash::PayloadHash;
use crate::sigv4::scope::{CredentialScope, check_host_label};
use crate::timestamp::Timestamp;

const SERVICE: &str = "rolesanywhere";
/// The longest ARN that the service takes.
const LONGEST_ARN: usize = 1011;

/// IAM Roles Anywhere: a server outside of AWS exchanges its certificate for the credentials of a
/// role.
///
/// The private key of the certificate signs the request, in a closure: a hardware module, any RSA
/// crate, or `RolesAnywhereKey` (feature `sigv4a`). IAM Roles Anywhere User Guide, "The
/// `CreateSession` API" and "Authentication".
///
/// ```
/// use countersign::sources::{Error, RolesAnywhere, RolesAnywhereCertificate};
/// use http::Response;
///
/// # const PEM: &str = "-----BEGIN CERTIFICATE-----MIIBHDCBw6ADAgECAgEFMAoGCCqGSM49BAMCMA0xCzAJBgNVBAMMAmNhMB4XDTI5MDEwMTAwMDAwMFoXDTMxMDEwMTAwMDAwMFowETEPMA0GA1UEAwwGZGV2aWNlMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE8lQRjkNeEO1A/slwvBgObEH2GRzRPTwajoqBVRXJILV8xX+nyFcXvekVTF3Mo4R7L+p+MkkCCrOpH4phquB6lqMQMA4wDAYDVR0TAQH/BAIwADAKBggqhkjOPQQDAgNIADBFAiBpwOnqWYKuZBqw+Xic/SFHrTYKda0KD/7/D2Uj9mi8yAIhAOtolZWP5sZuiAxFhmjo9ZglTufJ0qlWjOo3yWVDG8BI-----END CERTIFICATE-----";
/// let roles_anywhere = RolesAnywhere::new(
///     "arn:aws:rolesanywhere:eu-west-1:210987654321:trust-anchor/a1b2c3d4",
///     "arn:aws:rolesanywhere:eu-west-1:210987654321:profile/0f0f0f0f",
///     "arn:aws:iam::210987654321:role/on-prem",
/// )?;
/// let certificate = RolesAnywhereCertificate::from_pem(PEM)?;
/// let now = std::time::SystemTime::now();
/// let request = roles_anywhere.request(&certificate, now, |string_to_sign| {
///     // Here the private key signs the SHA-256 of this string.
///     assert!(string_to_sign.starts_with(b"AWS4-X509-ECDSA-SHA256\n"));
///     Ok::<_, Error>(vec![0x30, 6, 2, 1, 1, 2, 1, 1])
/// })?;
/// assert_eq!(request.uri().path(), "/sessions");
/// // Send it; then:
/// # let response = Response::builder().status(201).body(r#"{"credentialSet":[{"credentials":{"accessKeyId":"ASIAEXAMPLE","secretAccessKey":"s","sessionToken":"t","expiration":"2030-01-02T04:04:05Z"}}]}"#).unwrap();
/// let session = roles_anywhere.read(&response)?;
/// assert_eq!(session.credentials.credentials().access_key_id(), "ASIAEXAMPLE");
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct RolesAnywhere {
    region: String,
    trust_anchor_arn: String,
    profile_arn: String,
    role_arn: String,
    duration: Option<u64>,
    role_session_name: Option<String>,
    parameters_in_body: bool,
    fips: bool,
    dual_stack: bool,
    host: Option<String>,
}

impl RolesAnywhere {
    /// Creates requests for a role, by the ARNs of the trust anchor, the profile and the role.
    ///
    /// # Errors
    /// - [`Error::InvalidParameter`] if an ARN is malformed, or names another kind of resource
    /// - [`Error::RegionMismatch`] if trust anchor and profile are in different regions
    /// - [`Error::Request`] if their region cannot be part of a host name
    pub fn new(trust_anchor_arn: &str, profile_arn: &str, role_arn: &str) -> Result<Self, Error> {
        let anchor = region_of(trust_anchor_arn, SERVICE, "trust-anchor/");
        let anchor = anchor.ok_or_else(|| {
            Error::invalid_parameter(
                "trust_anchor_arn",
                "`arn:PARTITION:rolesanywhere:REGION:ACCOUNT:trust-anchor/ID`",
                trust_anchor_arn,
            )
        })?;
        let profile = region_of(profile_arn, SERVICE, "profile/");
        let profile = profile.ok_or_else(|| {
            Error::invalid_parameter(
                "profile_arn",
                "`arn:PARTITION:rolesanywhere:REGION:ACCOUNT:profile/ID`",
                profile_arn,
            )
        })?;
        region_of(role_arn, "iam", "role/").ok_or_else(|| {
            Error::invalid_parameter(
                "role_arn",
                "`arn:PARTITION:iam::ACCOUNT:role/NAME`",
                role_arn,
            )
        })?;
        check_host_label(anchor)?;
        if anchor != profile {
            return Err(Error::RegionMismatch {
                trust_anchor: anchor.to_owned(),
                profile: profile.to_owned(),
            });
        }
        Ok(Self {
            region: anchor.to_owned(),
            trust_anchor_arn: trust_anchor_arn.to_owned(),
            profile_arn: profile_arn.to_owned(),
            role_arn: role_arn.to_owned(),
            duration: None,
            role_session_name: None,
            parameters_in_body: false,
            fips: false,
            dual_stack: false,
            host: None,
        })
    }

    /// Sets how long the credentials are valid, in whole seconds: 15 minutes to 12 hours. A
    /// fraction of a second is dropped.
    ///
    /// Without it, the profile decides.
    ///
    /// # Errors
    /// - [`Error::InvalidDuration`] if the duration is not between 15 minutes and 12 hours
    pub fn with_duration(mut self, duration: Duration) -> Result<Self, Error> {
        let seconds = duration.as_secs();
        let (min, max) = (900, 43_200);
        if !(min..=max).contains(&seconds) {
            return Err(Error::InvalidDuration { seconds, min, max });
        }
        self.duration = Some(seconds);
        Ok(self)
    }

    /// Names the session, if the profile accepts names.
    ///
    /// Without it, the name is the serial number of the certificate.
    ///
    /// # Errors
    /// - [`Error::InvalidParameter`] if the name is not 2 to 64 letters, digits and `_+=,.@-`
    pub fn with_role_session_name(mut self, name: &str) -> Result<Self, Error> {
        if !is_iam_name(name, 2, 64) {
            return Err(Error::invalid_parameter(
                "role_session_name",
                SESSION_NAME,
                name,
            ));
        }
        self.role_session_name = Some(name.to_owned());
        Ok(self)
    }

    /// Sends the ARNs in the body, and not in the query.
    ///
    /// The User Guide shows the body. AWS's credential helper uses the query, which is the default
    /// here.
    #[must_use]
    pub fn with_parameters_in_body(mut self) -> Self {
        self.parameters_in_body = true;
        self
    }

    /// Sends the request to the FIPS endpoint.
    #[must_use]
    pub fn with_fips(mut self) -> Self {
        self.fips = true;
        self
    }

    /// Sends the request to the dual-stack endpoint, which has IPv4 and IPv6 addresses.
    #[must_use]
    pub fn with_dual_stack(mut self) -> Self {
        self.dual_stack = true;
        self
    }

    /// Sends the request to another host, such as that of a VPC endpoint, over https.
    ///
    /// It replaces the host that follows from the region, FIPS and dual stack.
    ///
    /// # Errors
    /// - [`Error::InvalidParameter`] if the text is not a host with an optional port
    pub fn with_host(mut self, host: &str) -> Result<Self, Error> {
        https_url(host, "/sessions").ok_or_else(|| {
            let expected = "a host name with an optional port";
            Error::invalid_parameter("host", expected, host)
        })?;
        self.host = Some(host.to_owned());
        Ok(self)
    }

    /// Returns the region of the trust anchor, which the request goes to.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// Creates the signed request `CreateSession`.
    ///
    /// The closure signs the string that it gets, and returns an RSA signature (PKCS #1 v1.5 with
    /// SHA-256) or an ECDSA signature (SHA-256, in DER), by the type of the certificate's key. It is
    /// called once, after the request was checked.
    ///
    /// # Errors
    /// - [`Error::InvalidParameter`] if the signature does not have the form of the key's type
    /// - [`Error::Request`] if the time is out of range
    /// - whatever the closure returns
    pub fn request<E: From<Error>>(
        &self,
        certificate: &RolesAnywhereCertificate,
        now: impl Into<Timestamp>,
        sign: impl FnOnce(&[u8]) -> Result<Vec<u8>, E>,
    ) -> Result<Request<String>, E> {
        let mut unsigned = self.unsigned(certificate, now.into())?;
        let signature = sign(unsigned.string_to_sign.as_bytes())?;
        certificate.check_signature(&signature)?;
        let signature = hex_text(&signature);
        let mut value = header(&format!("{}{signature}", unsigned.authorization))?;
        value.set_sensitive(true);
        let headers = unsigned.request.headers_mut();
        headers.insert("authorization", value);
        Ok(unsigned.request)
    }

    fn unsigned(
        &self,
        certificate: &RolesAnywhereCertificate,
        now: Timestamp,
    ) -> Result<Unsigned, Error> {
        let date = AmzDate::new(now)?;
        let scope = CredentialScope::new(now, &self.region, SERVICE)?;
        let uri = parsed(&self.url(), "host")?;
        let mut request = post(uri, "application/json", self.body());
        let headers = request.headers_mut();
        headers.insert("x-amz-date", header(date.as_str())?);
        headers.insert("x-amz-x509", header(certificate.base64())?);
        if let Some(intermediates) = certificate.intermediates() {
            headers.insert("x-amz-x509-chain", header(intermediates)?);
        }
        let payload = PayloadHash::new(request.body());
        let canonical = CanonicalRequest::new(&request, &Rules::GENERIC, payload)?;
        let (hash, signed_headers) = (canonical.hash(), canonical.signed_headers());
        let (algorithm, serial) = (certificate.algorithm(), certificate.serial());
        let hash = hex_text(&hash);
        Ok(Unsigned {
            request,
            string_to_sign: format!("{algorithm}\n{}\n{scope}\n{hash}", date.as_str()),
            authorization: format!(
                "{algorithm} Credential={serial}/{scope}, SignedHeaders={signed_headers}, Signature="
            ),
        })
    }

    fn arns(&self) -> [(&'static str, &str); 3] {
        [
            ("profileArn", &self.profile_arn),
            ("roleArn", &self.role_arn),
            ("trustAnchorArn", &self.trust_anchor_arn),
        ]
    }

    fn url(&self) -> String {
        let partition = Partition::of(&self.region);
        let fips = if self.fips { "-fips" } else { "" };
        let domain = if self.dual_stack {
            partition.dual_stack_domain()
        } else {
            partition.domain()
        };
        let host = match &self.host {
            Some(host) => host.clone(),
            None => format!("{SERVICE}{fips}.{}.{domain}", self.region),
        };
        let mut url = format!("https://{host}/sessions");
        if !self.parameters_in_body {
            let arns = self.arns().into_iter();
            let pairs = arns.map(|(name, arn)| format!("{name}={}", encode_segment(arn)));
            url.push('?');
            url.push_str(&pairs.collect::<Vec<_>>().join("&"));
        }
        url
    }

    fn body(&self) -> Value {
        let mut body = Map::new();
        if let Some(seconds) = self.duration {
            body.insert("durationSeconds".to_owned(), seconds.into());
        }
        if let Some(name) = &self.role_session_name {
            body.insert("roleSessionName".to_owned(), name.as_str().into());
        }
        if self.parameters_in_body {
            let arns = self.arns().into_iter();
            body.extend(arns.map(|(name, arn)| (name.to_owned(), arn.into())));
        }
        Value::Object(body)
    }

    /// Reads the response.
    ///
    /// # Errors
    /// - [`Error::Refused`] if IAM Roles Anywhere refused the request
    /// - [`Error::Status`] if the status is other than 2xx and there is neither code nor message
    /// - [`Error::Json`], [`Error::MissingField`] and [`Error::InvalidField`] if the response is
    ///   malformed
    pub fn read(
        &self,
        response: &Response<impl AsRef<[u8]>>,
    ) -> Result<RolesAnywhereSession, Error> {
        session::read(response.into())
    }
}

struct Unsigned {
    request: Request<String>,
    string_to_sign: String,
    /// The header up to the signature.
    authorization: String,
}

/// The region in an ARN of a service and a kind of resource.
fn region_of<'a>(arn: &'a str, service: &str, resource: &str) -> Option<&'a str> {
    let sound = arn.len() <= LONGEST_ARN && arn.bytes().all(|byte| byte.is_ascii_graphic());
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let &["arn", partition, of, region, account, name] = &*parts else {
        return None;
    };
    let name = name.strip_prefix(resource)?;
    let complete = ![partition, account, name].contains(&"");
    (sound && complete && of == service).then_some(region)
}

fn header(text: &str) -> Result<HeaderValue, Error> {
    HeaderValue::from_str(text)
        .map_err(|_| Error::invalid_parameter("certificate", "short enough for a header", text))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANCHOR: &str = "arn:aws:rolesanywhere:eu-west-1:210987654321:trust-anchor/a1";
    const PROFILE: &str = "arn:aws:rolesanywhere:eu-west-1:210987654321:profile/0f";
    const ROLE: &str = "arn:aws:iam::210987654321:role/path/on-prem";
    /// Serial number 5, of a key of P-256.
    const PEM: &str = "-----BEGIN CERTIFICATE-----
        MIIBHDCBw6ADAgECAgEFMAoGCCqGSM49BAMCMA0xCzAJBgNVBAMMAmNhMB4XDTI5
        MDEwMTAwMDAwMFoXDTMxMDEwMTAwMDAwMFowETEPMA0GA1UEAwwGZGV2aWNlMFkw
        EwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE8lQRjkNeEO1A/slwvBgObEH2GRzRPTwa
        joqBVRXJILV8xX+nyFcXvekVTF3Mo4R7L+p+MkkCCrOpH4phquB6lqMQMA4wDAYD
        VR0TAQH/BAIwADAKBggqhkjOPQQDAgNIADBFAiBpwOnqWYKuZBqw+Xic/SFHrTYK
        da0KD/7/D2Uj9mi8yAIhAOtolZWP5sZuiAxFhmjo9ZglTufJ0qlWjOo3yWVDG8BI
        -----END CERTIFICATE-----";

    fn sound() -> RolesAnywhere {
        RolesAnywhere::new(ANCHOR, PROFILE, ROLE).unwrap()
    }

    #[test]
    fn each_arn_names_its_own_kind_of_resource() {
        let long = format!("{ANCHOR}{}", "0".repeat(LONGEST_ARN));
        for (anchor, profile, role, parameter) in [
            (PROFILE, PROFILE, ROLE, "trust_anchor_arn"),
            (ROLE, PROFILE, ROLE, "trust_anchor_arn"),
            ("", PROFILE, ROLE, "trust_anchor_arn"),
            (&long, PROFILE, ROLE, "trust_anchor_arn"),
            (ANCHOR, ANCHOR, ROLE, "profile_arn"),
            (
                ANCHOR,
                "arn:aws:rolesanywhere:eu-west-1:2:profile/",
                ROLE,
                "profile_arn",
            ),
            (ANCHOR, PROFILE, PROFILE, "role_arn"),
            (ANCHOR, PROFILE, "arn:aws:iam::2:user/a", "role_arn"),
            (ANCHOR, PROFILE, "arn:aws:iam::2:role/a\n", "role_arn"),
        ] {
            let error = RolesAnywhere::new(anchor, profile, role).unwrap_err();
            assert!(
                matches!(error, Error::InvalidParameter { parameter: it, .. } if it == parameter),
                "{error}"
            );
        }
        let evil = |arn: &str| arn.replace("eu-west-1", "evil.example/");
        let error = RolesAnywhere::new(&evil(ANCHOR), &evil(PROFILE), ROLE).unwrap_err();
        assert!(matches!(error, Error::Request(_)), "{error}");
        assert_eq!(sound().region(), "eu-west-1");
    }

    #[test]
    fn options_are_checked() {
        for (seconds, is_sound) in [(899, false), (900, true), (43_200, true), (43_201, false)] {
            let duration = Duration::from_secs(seconds);
            assert_eq!(sound().with_duration(duration).is_ok(), is_sound);
        }
        for (name, is_sound) in [("a", false), ("ab", true), ("a b", false), ("a\"", false)] {
            assert_eq!(sound().with_role_session_name(name).is_ok(), is_sound);
        }
        for host in ["", "a/b", "user@a", "a?b", "a b"] {
            assert!(sound().with_host(host).is_err(), "{host}");
        }
        assert!(sound().with_host("vpce-1.example:8443").is_ok());
    }

    #[test]
    fn the_endpoint_follows_the_region_and_the_options() {
        let host = |it: RolesAnywhere| it.url().split('/').nth(2).unwrap().to_owned();
        let china = |arn: &str| arn.replace("eu-west-1", "cn-north-1");
        let china = RolesAnywhere::new(&china(ANCHOR), &china(PROFILE), ROLE).unwrap();
        for (it, expected) in [
            (sound(), "rolesanywhere.eu-west-1.amazonaws.com"),
            (
                sound().with_fips(),
                "rolesanywhere-fips.eu-west-1.amazonaws.com",
            ),
            (sound().with_dual_stack(), "rolesanywhere.eu-west-1.api.aws"),
            (china, "rolesanywhere.cn-north-1.amazonaws.com.cn"),
            (
                sound().with_host("vpce-1.example").unwrap(),
                "vpce-1.example",
            ),
        ] {
            assert_eq!(host(it), expected);
        }
    }

    #[test]
    fn a_signature_of_another_form_is_refused_and_an_error_of_the_key_is_returned() {
        let certificate = RolesAnywhereCertificate::from_pem(PEM).unwrap();
        let now = Timestamp::from_unix_seconds(1_893_553_445);
        let sign =
            |signature: Vec<u8>| sound().request(&certificate, now, |_| Ok::<_, Error>(signature));
        let sound_one = vec![0x30, 6, 2, 1, 1, 2, 1, 1];
        assert!(sign(sound_one.clone()).is_ok());
        for signature in [
            vec![],
            // r and s side by side, as in JWS.
            vec![7; 64],
            [&*sound_one, &[0]].concat(),
            vec![0x30, 6, 2, 1, 0x80, 2, 1, 1],
            vec![0x30, 3, 2, 1, 1],
        ] {
            let length = signature.len();
            let error = sign(signature).unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("`signature` must be an ECDSA signature in DER, got {length} bytes")
            );
        }
        let failed = sound().request(&certificate, now, |_| Err(Error::NotConfigured));
        assert!(matches!(failed, Err(Error::NotConfigured)));
        let late = Timestamp::from_unix_seconds(i64::MAX);
        let late = sound().request(&certificate, late, |_| -> Result<_, Error> {
            panic!("signed before the time was checked")
        });
        assert!(matches!(late, Err(Error::Request(_))));
        let request = sign(sound_one).unwrap();
        assert!(
            !format!("{request:?}").contains("Signature="),
            "{request:?}"
        );
    }

    #[test]
    fn a_response_has_a_set_with_all_four_members() {
        let read = |body: String| {
            let response = Response::builder().status(201).body(body).unwrap();
            sound().read(&response)
        };
        let members = [
            "accessKeyId",
            "secretAccessKey",
            "sessionToken",
            "expiration",
        ];
        let with = |without: Option<&str>| {
            let members = members.iter().filter(|name| Some(**name) != without);
            let members: Vec<String> = members
                .map(|name| format!(r#""{name}":"2030-01-02T04:04:05Z""#))
                .collect();
            format!(
                r#"{{"credentialSet":[{{"credentials":{{{}}}}}]}}"#,
                members.join(",")
            )
        };
        let session = read(with(None)).unwrap();
        assert_eq!(session.credentials.account_id(), None);
        assert_eq!(
            (session.subject_arn, session.packed_policy_size),
            (None, None)
        );
        for name in members {
            let error = read(with(Some(name))).unwrap_err();
            assert!(matches!(error, Error::MissingField { field, .. } if field == name));
        }
        for body in [r#"{"credentialSet":{}}"#, r#"{"credentialSet":[1]}"#, "{}"] {
            let error = read(body.to_owned()).unwrap_err();
            let text = "IAM Roles Anywhere response lacks `credentialSet`";
            assert_eq!(error.to_string(), text);
        }
        let malformed = with(None).replace(r#""expiration":"2030"#, r#""expiration":"x2030"#);
        let error = read(malformed).unwrap_err();
        assert!(matches!(
            error,
            Error::InvalidField {
                field: "expiration",
                ..
            }
        ));
    }
}
