//! Proofs of possession (DPoP, RFC 9449) for the refresh of a login.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use crate::sigv4::asymmetric::key::SigningKey;
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
    /// Reads a P-256 private key in PEM, as the login cache has it in `dpopKey`: SEC 1, or PKCS #8.
    ///
    /// # Errors
    /// - [`Error::InvalidDpopKey`] if the text has another form, or the key another curve
    pub fn from_pem(pem: &str) -> Result<Self, Error> {
        SigningKey::from_pem(pem)
            .map(Self)
            .ok_or(Error::InvalidDpopKey)
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
        let signature = self.0.sign_fixed(&signed).ok_or(Error::InvalidDpopKey)?;
        let signature = encode(&signature);
        Ok(SecretText::from(format!("{signed}.{signature}")))
    }
}

impl fmt::Debug for DpopKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DpopKey([elided])")
    }
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
    fn a_key_is_not_printed() {
        let key = DpopKey::from_pem(PEM).unwrap();
        assert_eq!(format!("{key:?}"), "DpopKey([elided])");
        let error = DpopKey::from_pem(&PEM.replace("MHc", "M!c")).unwrap_err();
        assert!(matches!(error, Error::InvalidDpopKey));
    }
}
