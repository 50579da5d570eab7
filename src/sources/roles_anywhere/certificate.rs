//! Certificates that sign, and their serial numbers.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::primitives::der::{INTEGER, OBJECT_ID, SEQUENCE, element};
use crate::sources::text::check_size;
use crate::sources::{Content, Error, Expected};

/// The largest certificate that is read, in bytes of DER.
const LARGEST_CERTIFICATE: usize = (64 << 10) - 1;
/// The largest PEM text that is read.
const LARGEST_PEM: usize = 256 << 10;
/// The largest serial number. RFC 5280, 4.1.2.2, allows 20 bytes.
const LONGEST_SERIAL: usize = 32;
/// The largest signature: RSA with 16,384 bits.
const LONGEST_SIGNATURE: usize = 2048;

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// The explicit tag of `version`.
const VERSION: u8 = 0xa0;
/// 1.2.840.113549.1.1.1
const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
/// 1.2.840.10045.2.1
const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];

#[derive(Clone, Copy, PartialEq, Eq)]
enum KeyType {
    Rsa,
    Ec,
}

/// A certificate with an RSA or EC key, and its intermediate certificates.
///
/// This crate reads its serial number and the type of its key. It checks neither its signature nor
/// its validity: AWS does.
///
/// ```
/// use countersign::sources::RolesAnywhereCertificate;
///
/// let certificate = RolesAnywhereCertificate::from_pem(
///     "-----BEGIN CERTIFICATE-----
/// MIIBHDCBw6ADAgECAgEFMAoGCCqGSM49BAMCMA0xCzAJBgNVBAMMAmNhMB4XDTI5
/// MDEwMTAwMDAwMFoXDTMxMDEwMTAwMDAwMFowETEPMA0GA1UEAwwGZGV2aWNlMFkw
/// EwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE8lQRjkNeEO1A/slwvBgObEH2GRzRPTwa
/// joqBVRXJILV8xX+nyFcXvekVTF3Mo4R7L+p+MkkCCrOpH4phquB6lqMQMA4wDAYD
/// VR0TAQH/BAIwADAKBggqhkjOPQQDAgNIADBFAiBpwOnqWYKuZBqw+Xic/SFHrTYK
/// da0KD/7/D2Uj9mi8yAIhAOtolZWP5sZuiAxFhmjo9ZglTufJ0qlWjOo3yWVDG8BI
/// -----END CERTIFICATE-----",
/// )?;
/// assert_eq!(certificate.serial(), "5");
/// assert_eq!(certificate.algorithm(), "AWS4-X509-ECDSA-SHA256");
/// # Ok::<(), countersign::sources::Error>(())
/// ```
#[derive(Clone)]
pub struct RolesAnywhereCertificate {
    base64: String,
    serial: String,
    key_type: KeyType,
    /// The base64 of the intermediate certificates, joined with commas.
    intermediates: String,
}

impl RolesAnywhereCertificate {
    /// Reads a certificate in DER.
    ///
    /// # Errors
    /// - [`Error::InvalidCertificate`] if the bytes are not one certificate with an RSA or EC key
    /// - [`Error::TooLarge`] if they are larger than 65,535 bytes
    pub fn from_der(der: &[u8]) -> Result<Self, Error> {
        let (serial, key) = read(der)?;
        let key_type = match key {
            RSA_ENCRYPTION => KeyType::Rsa,
            EC_PUBLIC_KEY => KeyType::Ec,
            _ => return Err(invalid(KEY)),
        };
        Ok(Self {
            base64: STANDARD.encode(der),
            serial: decimal(serial),
            key_type,
            intermediates: String::new(),
        })
    }

    /// Reads a PEM text: the certificate first, then its intermediate certificates, if any.
    ///
    /// # Errors
    /// - [`Error::InvalidCertificate`] if the text contains no certificate, or a malformed one
    /// - [`Error::TooLarge`] if the text is larger than 256 KiB, or a certificate than 65,535 bytes
    pub fn from_pem(pem: &str) -> Result<Self, Error> {
        check_size(pem.as_bytes(), LARGEST_PEM, Content::CertificateFile)?;
        let mut certificate: Option<Self> = None;
        let mut rest = pem;
        while let Some((_, block)) = rest.split_once(BEGIN) {
            let (text, after) = block.split_once(END).ok_or(invalid(PEM))?;
            let base64: String = text.split_ascii_whitespace().collect();
            let der = STANDARD.decode(base64).map_err(|_| invalid(PEM))?;
            certificate = Some(match certificate {
                None => Self::from_der(&der)?,
                Some(certificate) => certificate.with_intermediate(&der)?,
            });
            rest = after;
        }
        certificate.ok_or(invalid(PEM))
    }

    /// Adds an intermediate certificate in DER, which AWS needs if the trust anchor did not issue the certificate itself.
    ///
    /// # Errors
    /// - [`Error::InvalidCertificate`] if the bytes are not one certificate
    /// - [`Error::TooLarge`] if they are larger than 65,535 bytes
    pub fn with_intermediate(mut self, der: &[u8]) -> Result<Self, Error> {
        read(der)?;
        if !self.intermediates.is_empty() {
            self.intermediates.push(',');
        }
        STANDARD.encode_string(der, &mut self.intermediates);
        Ok(self)
    }

    /// Returns the serial number in decimal, which identifies the signer.
    pub fn serial(&self) -> &str {
        &self.serial
    }

    /// Returns `AWS4-X509-RSA-SHA256` or `AWS4-X509-ECDSA-SHA256`, by the type of the key.
    pub fn algorithm(&self) -> &'static str {
        match self.key_type {
            KeyType::Rsa => "AWS4-X509-RSA-SHA256",
            KeyType::Ec => "AWS4-X509-ECDSA-SHA256",
        }
    }

    pub(super) fn base64(&self) -> &str {
        &self.base64
    }

    pub(super) fn intermediates(&self) -> Option<&str> {
        (!self.intermediates.is_empty()).then_some(&*self.intermediates)
    }

    /// Whether a signature has the form of this type of key.
    pub(super) fn check_signature(&self, signature: &[u8]) -> Result<(), Error> {
        let (sound, expected) = match self.key_type {
            KeyType::Rsa => (
                (1..=LONGEST_SIGNATURE).contains(&signature.len()),
                "an RSA signature of at most 2048 bytes",
            ),
            KeyType::Ec => (is_two_integers(signature), "an ECDSA signature in DER"),
        };
        sound
            .then_some(())
            .ok_or_else(|| Error::invalid_parameter("signature", expected, signature))
    }
}

impl fmt::Debug for RolesAnywhereCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RolesAnywhereCertificate")
            .field("serial", &self.serial)
            .field("algorithm", &self.algorithm())
            .finish_non_exhaustive()
    }
}

const DER: Expected = Expected("one X.509 certificate in DER");
const PEM: Expected = Expected("an X.509 certificate in PEM");
const KEY: Expected = Expected("of an RSA or EC key");

fn invalid(expected: Expected) -> Error {
    Error::InvalidCertificate { expected }
}

/// The serial number and the algorithm of the public key.
fn read(der: &[u8]) -> Result<(&[u8], &[u8]), Error> {
    check_size(der, LARGEST_CERTIFICATE, Content::Certificate)?;
    parts(der).ok_or(invalid(DER))
}

/// RFC 5280, 4.1.
fn parts(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (certificate, []) = element(der, SEQUENCE)? else {
        return None;
    };
    let (fields, _) = element(certificate, SEQUENCE)?;
    let fields = element(fields, VERSION).map_or(fields, |(_, rest)| rest);
    let (serial, mut fields) = element(fields, INTEGER)?;
    // The signature's algorithm, the issuer, the validity and the subject.
    for _ in 0..4 {
        (_, fields) = element(fields, SEQUENCE)?;
    }
    let (public_key, _) = element(fields, SEQUENCE)?;
    let (algorithm, _) = element(public_key, SEQUENCE)?;
    let (algorithm, _) = element(algorithm, OBJECT_ID)?;
    let sound = serial.len() <= LONGEST_SERIAL && is_natural(serial);
    sound.then_some((serial, algorithm))
}

/// Whether the content of an integer is minimal and not negative.
fn is_natural(integer: &[u8]) -> bool {
    match integer {
        [0, second, ..] => *second >= 0x80,
        [first, ..] => *first < 0x80,
        [] => false,
    }
}

fn is_two_integers(der: &[u8]) -> bool {
    let integers = || {
        let (both, after) = element(der, SEQUENCE)?;
        let (r, rest) = element(both, INTEGER)?;
        let (s, rest) = element(rest, INTEGER)?;
        let sound = is_natural(r) && is_natural(s);
        (sound && rest.is_empty() && after.is_empty()).then_some(())
    };
    integers().is_some()
}

/// Writes a number of few bytes, big-endian, in decimal.
fn decimal(bytes: &[u8]) -> String {
    // The last digit first.
    let mut digits = vec![0_u8];
    for &byte in bytes {
        let mut carry = u16::from(byte);
        for digit in &mut digits {
            let sum = u16::from(*digit) * 256 + carry;
            // Below 10.
            [_, *digit] = (sum % 10).to_be_bytes();
            carry = sum / 10;
        }
        while carry > 0 {
            let [_, digit] = (carry % 10).to_be_bytes();
            digits.push(digit);
            carry /= 10;
        }
    }
    let digits = digits.iter().rev();
    digits.map(|digit| char::from(b'0' + digit)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fields of a certificate, with a serial number and the algorithm of the key.
    fn certificate(serial: &[u8], algorithm: &[u8]) -> Vec<u8> {
        let wrap = |tag: u8, content: &[u8]| {
            let length = u8::try_from(content.len()).unwrap();
            [&[tag, length], content].concat()
        };
        let key = wrap(SEQUENCE, &wrap(SEQUENCE, &wrap(OBJECT_ID, algorithm)));
        let fields = [
            &[VERSION, 3, 2, 1, 2],
            &*wrap(INTEGER, serial),
            &[SEQUENCE, 0].repeat(4),
            &key,
        ];
        wrap(SEQUENCE, &wrap(SEQUENCE, &fields.concat()))
    }

    #[test]
    fn a_serial_number_is_written_in_decimal() {
        for (hex, expected) in [
            ("00", "0"),
            ("2a", "42"),
            ("00ff", "255"),
            ("0100", "256"),
            // 2^64 and 2^159 - 1.
            ("010000000000000000", "18446744073709551616"),
            (
                "7fffffffffffffffffffffffffffffffffffffff",
                "730750818665451459101842416358141509827966271487",
            ),
        ] {
            let der = certificate(&hex::decode(hex).unwrap(), EC_PUBLIC_KEY);
            let certificate = RolesAnywhereCertificate::from_der(&der).unwrap();
            assert_eq!(certificate.serial(), expected);
        }
    }

    #[test]
    fn a_negative_long_or_padded_serial_number_is_refused() {
        for serial in [&[][..], &[0x80], &[0xff], &[0, 0x7f], &[0, 0], &[1; 33]] {
            let error = RolesAnywhereCertificate::from_der(&certificate(serial, EC_PUBLIC_KEY));
            let text = error.unwrap_err().to_string();
            assert_eq!(text, "certificate must be one X.509 certificate in DER");
        }
        let longest = certificate(&[1; 32], EC_PUBLIC_KEY);
        assert!(RolesAnywhereCertificate::from_der(&longest).is_ok());
    }

    #[test]
    fn another_type_of_key_is_refused_but_not_of_an_intermediate() {
        // Ed25519 (RFC 8410).
        let ed25519 = certificate(&[5], &[0x2b, 0x65, 0x70]);
        let error = RolesAnywhereCertificate::from_der(&ed25519).unwrap_err();
        assert_eq!(error.to_string(), "certificate must be of an RSA or EC key");
        let rsa = RolesAnywhereCertificate::from_der(&certificate(&[5], RSA_ENCRYPTION)).unwrap();
        assert_eq!(rsa.algorithm(), "AWS4-X509-RSA-SHA256");
        assert!(rsa.with_intermediate(&ed25519).is_ok());
    }

    #[test]
    fn a_cut_or_continued_certificate_is_refused() {
        let der = certificate(&[5], RSA_ENCRYPTION);
        for end in 0..der.len() {
            assert!(RolesAnywhereCertificate::from_der(&der[..end]).is_err());
        }
        let continued = [&*der, &[0]].concat();
        assert!(RolesAnywhereCertificate::from_der(&continued).is_err());
        let large = vec![0; LARGEST_CERTIFICATE + 1];
        let error = RolesAnywhereCertificate::from_der(&large).unwrap_err();
        assert!(matches!(error, Error::TooLarge { limit: 65_535, .. }));
    }

    #[test]
    fn a_pem_text_contains_the_certificate_and_then_its_intermediates() {
        let block = |serial: u8, line_end: &str| {
            let base64 = STANDARD.encode(certificate(&[serial], EC_PUBLIC_KEY));
            format!("{BEGIN}{line_end}{base64}{line_end}{END}{line_end}")
        };
        let pem = format!(
            "subject=CN=a\n{}{}\n{}",
            block(1, "\n"),
            block(2, "\r\n"),
            block(3, "\n")
        );
        let read = RolesAnywhereCertificate::from_pem(&pem).unwrap();
        assert_eq!(read.serial(), "1");
        let [second, third] = [2, 3].map(|it| STANDARD.encode(certificate(&[it], EC_PUBLIC_KEY)));
        assert_eq!(read.intermediates(), Some(&*format!("{second},{third}")));
        assert_eq!(
            format!("{read:?}"),
            "RolesAnywhereCertificate { serial: \"1\", algorithm: \"AWS4-X509-ECDSA-SHA256\", .. }"
        );
        for pem in [
            "",
            "PEM",
            BEGIN,
            &format!("{BEGIN}\n{END}"),
            &format!("{BEGIN}\nM!!\n{END}"),
            &format!("{}{BEGIN}\nMII", block(1, "\n")),
        ] {
            let error = RolesAnywhereCertificate::from_pem(pem).unwrap_err();
            assert!(matches!(error, Error::InvalidCertificate { .. }), "{pem}");
        }
        let error = RolesAnywhereCertificate::from_pem(&" ".repeat(LARGEST_PEM + 1)).unwrap_err();
        assert!(matches!(error, Error::TooLarge { limit: 262_144, .. }));
    }
}
