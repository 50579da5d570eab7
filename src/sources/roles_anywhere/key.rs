//! P-256 keys that sign for a certificate.

use std::fmt;

use crate::sigv4::asymmetric::key::SigningKey;
use crate::sources::Error;

/// The P-256 private key of a certificate.
///
/// Another key signs in a closure instead: RSA, P-384, or one in a hardware module.
///
/// ```
/// use countersign::sources::RolesAnywhereKey;
///
/// // openssl ecparam -name prime256v1 -genkey -noout
/// let key = RolesAnywhereKey::from_pem(
///     "-----BEGIN EC PRIVATE KEY-----
/// MHcCAQEEIIrttclW3uFHfZc2QfXu7YS5/lMq/lNJGzvlNGPMx7kwoAoGCCqGSM49
/// AwEHoUQDQgAE4LB2RwsG4+qZ61qGB2G7LFxHXy5JCZcUMWrDmBVw1pJpg4YiH+dG
/// vbhb8xU8bH7UOAgCUBAnUTN4PLb+7Qx8bw==
/// -----END EC PRIVATE KEY-----",
/// )?;
/// let signature = key.sign(b"the string to sign")?;
/// assert_eq!(signature[0], 0x30); // a sequence, in DER
/// # Ok::<(), countersign::sources::Error>(())
/// ```
#[derive(Clone)]
pub struct RolesAnywhereKey(SigningKey);

impl RolesAnywhereKey {
    /// Reads a key in PEM: PKCS #8 (`PRIVATE KEY`) or SEC 1 (`EC PRIVATE KEY`), without a password.
    ///
    /// # Errors
    /// - [`Error::InvalidPrivateKey`] if the text has another form, or the key another curve
    pub fn from_pem(pem: &str) -> Result<Self, Error> {
        SigningKey::from_pem(pem)
            .map(Self)
            .ok_or(Error::InvalidPrivateKey)
    }

    /// Signs a string to sign, and returns the signature in DER.
    ///
    /// # Errors
    /// - [`Error::InvalidPrivateKey`] if the key creates no signature, which does not happen
    pub fn sign(&self, string_to_sign: &[u8]) -> Result<Vec<u8>, Error> {
        let signature = self.0.sign(string_to_sign);
        let der = signature.with_der(<[u8]>::to_vec);
        der.ok_or(Error::InvalidPrivateKey)
    }
}

impl fmt::Debug for RolesAnywhereKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RolesAnywhereKey([elided])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_not_printed() {
        let pem = "-----BEGIN PRIVATE KEY-----\n\
            MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgYjJUl+kEKpk67kmU\n\
            f61XNcJ8bwvEIjDkSI67oouZufqhRANCAATyVBGOQ14Q7UD+yXC8GA5sQfYZHNE9\n\
            PBqOioFVFckgtXzFf6fIVxe96RVMXcyjhHsv6n4ySQIKs6kfimGq4HqW\n\
            -----END PRIVATE KEY-----\n";
        let key = RolesAnywhereKey::from_pem(pem).unwrap();
        assert_eq!(format!("{key:?}"), "RolesAnywhereKey([elided])");
        let error = RolesAnywhereKey::from_pem("PEM").unwrap_err();
        assert!(matches!(error, Error::InvalidPrivateKey));
    }
}
