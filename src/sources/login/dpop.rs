//! Proofs of possession (DPoP, RFC 9449) for the refresh of a login.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::json;
use zeroize::Zeroizing;

use crate::sigv4::asymmetric::key::SigningKey;
use crate::sources::der::{OCTETS, SEQUENCE, element};
use crate::sources::{Error, SecretText};
use crate::timestamp::Timestamp;

/// The private key of an `aws login` session, which proves that the client is the same one.
///
/// ```
/// use countersign::sources::DpopKey;
///
/// let pem = "-----BEGIN EC PRIVATE KEY-----\n\
///     MHcCAQEEIHaSw601QLuAPAILOu5mzYiHEjI06gxucUPArdc/9DHuoAoGCCqGSM49\n\
///     AwEHoUQDQgAEdQkl4PP7doIatL26VhEwCWO+DLZpO5lgOJRv0DV7lwLo729JZot7\n\
///     ANCaf9orP30FXy4cziSwXLsEv0Buyag8nQ==\n\
///     -----END EC PRIVATE KEY-----\n";
/// # let now = countersign::Timestamp::from_unix_seconds(1_893_553_445);
/// let key = DpopKey::from_pem(pem)?;
/// let url = "https://us-west-2.signin.aws.amazon.com/v1/token";
/// let proof = key.proof(url, "a random text", now)?;
/// assert_eq!(proof.expose().split('.').count(), 3);
/// # Ok::<(), countersign::sources::Error>(())
/// ```
#[derive(Clone)]
pub struct DpopKey(SigningKey);

impl DpopKey {
    /// Reads a P-256 private key in SEC 1 PEM, as the login cache has it in `dpopKey`.
    ///
    /// # Errors
    /// - [`Error::InvalidDpopKey`] if the text has another form, or the key another curve
    pub fn from_pem(pem: &str) -> Result<Self, Error> {
        let der = decode_pem(pem).ok_or(Error::InvalidDpopKey)?;
        let scalar = scalar(&der).ok_or(Error::InvalidDpopKey)?;
        let key = SigningKey::from_scalar(&scalar).ok_or(Error::InvalidDpopKey)?;
        Ok(Self(key))
    }

    /// Creates the value of the header `DPoP` for a `POST` to a URL.
    ///
    /// `id` must be another one for each proof, and must not be guessable: 96 random bits or more.
    ///
    /// # Errors
    /// - [`Error::InvalidDpopKey`] if the key makes no signature, which does not happen
    pub fn proof(
        &self,
        url: &str,
        id: &str,
        now: impl Into<Timestamp>,
    ) -> Result<SecretText, Error> {
        let point = self.0.public_key().to_sec1();
        let coordinates = point.get(1..).and_then(|both| both.split_at_checked(32));
        let (x, y) = coordinates.ok_or(Error::InvalidDpopKey)?;
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let jwk = json!({"kty": "EC", "crv": "P-256", "x": encode(x), "y": encode(y)});
        let header = json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": jwk});
        let iat = now.into().unix_seconds();
        let payload = json!({"jti": id, "htm": "POST", "htu": url, "iat": iat});
        let part = |value: serde_json::Value| encode(value.to_string().as_bytes());
        let signed = format!("{}.{}", part(header), part(payload));
        let signature = self.0.sign(&signed);
        let integers = signature.with_der(|der| p256::ecdsa::Signature::from_der(der).ok());
        let integers = integers.flatten().ok_or(Error::InvalidDpopKey)?;
        let signature = encode(&integers.to_bytes());
        Ok(SecretText::from(format!("{signed}.{signature}")))
    }
}

impl fmt::Debug for DpopKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DpopKey([elided])")
    }
}

/// The longest PEM text that is read: a key takes 230 bytes.
const LONGEST: usize = 4096;

fn decode_pem(pem: &str) -> Option<Zeroizing<Vec<u8>>> {
    let pem = pem.trim();
    let body = (pem.len() <= LONGEST).then_some(pem)?;
    let body = body.strip_prefix("-----BEGIN EC PRIVATE KEY-----")?;
    let body = body.strip_suffix("-----END EC PRIVATE KEY-----")?;
    let mut base64 = Zeroizing::new(Vec::with_capacity(body.len()));
    base64.extend(body.bytes().filter(|byte| !byte.is_ascii_whitespace()));
    let mut der = Zeroizing::new(vec![0; base64.len()]);
    let length = STANDARD.decode_slice(&*base64, &mut der).ok()?;
    der.truncate(length);
    Some(der)
}

const PARAMETERS: u8 = 0xa0;
/// `OBJECT IDENTIFIER` 1.2.840.10045.3.1.7.
const P256: [u8; 10] = [0x06, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];

/// The scalar of an `ECPrivateKey` (RFC 5915) on P-256.
fn scalar(der: &[u8]) -> Option<Zeroizing<[u8; 32]>> {
    let (key, []) = element(der, SEQUENCE)? else {
        return None;
    };
    let rest = key.strip_prefix(&[2, 1, 1])?;
    let (octets, rest) = element(rest, OCTETS)?;
    // The curve may be left out where it is known; a wrong one is refused.
    if rest.first() == Some(&PARAMETERS) && element(rest, PARAMETERS)?.0 != P256 {
        return None;
    }
    Some(Zeroizing::new(octets.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEM: &str = "-----BEGIN EC PRIVATE KEY-----\n\
        MHcCAQEEIHaSw601QLuAPAILOu5mzYiHEjI06gxucUPArdc/9DHuoAoGCCqGSM49\n\
        AwEHoUQDQgAEdQkl4PP7doIatL26VhEwCWO+DLZpO5lgOJRv0DV7lwLo729JZot7\n\
        ANCaf9orP30FXy4cziSwXLsEv0Buyag8nQ==\n\
        -----END EC PRIVATE KEY-----\n";

    #[test]
    fn line_ends_do_not_matter() {
        assert!(DpopKey::from_pem(&PEM.replace('\n', "\r\n")).is_ok());
        assert!(DpopKey::from_pem(&PEM.replace('\n', "")).is_ok());
    }

    #[test]
    fn other_keys_are_refused() {
        let der = decode_pem(PEM).unwrap();
        let mut other_curve = der.to_vec();
        let at = der.windows(10).position(|window| window == P256).unwrap();
        other_curve[at + 9] = 8;
        let zero: Vec<u8> = [&der[..7], &[0; 32], &der[39..]].concat();
        for der in [
            &der[..der.len() - 1],
            &der[1..],
            &other_curve,
            &zero,
            &[],
            &[0x30, 0x81],
        ] {
            let base64 = STANDARD.encode(der);
            let pem =
                format!("-----BEGIN EC PRIVATE KEY-----\n{base64}\n-----END EC PRIVATE KEY-----");
            assert!(
                matches!(DpopKey::from_pem(&pem), Err(Error::InvalidDpopKey)),
                "{der:?}"
            );
        }
        for pem in [
            "",
            "PEM",
            &PEM.replace("EC ", ""),
            &PEM.replace("MHc", "M!c"),
            &PEM.repeat(30),
        ] {
            assert!(DpopKey::from_pem(pem).is_err());
        }
        assert_eq!(
            format!("{:?}", DpopKey::from_pem(PEM).unwrap()),
            "DpopKey([elided])"
        );
    }
}
