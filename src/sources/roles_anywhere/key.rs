//! P-256 keys that sign for a certificate.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::sigv4::asymmetric::key::SigningKey;
use crate::sources::Error;
use crate::sources::der::{INTEGER, OBJECT_ID, OCTETS, SEQUENCE, element};

/// The P-256 private key of a certificate.
///
/// Another key signs in a closure instead: RSA, P-384, or one in a hardware module.
///
/// ```
/// use countersign::sources::RolesAnywhereKey;
///
/// // openssl ecparam -name prime256v1 -genkey -noout
/// let key = RolesAnywhereKey::from_pem("-----BEGIN EC PRIVATE KEY-----
/// MHcCAQEEIIrttclW3uFHfZc2QfXu7YS5/lMq/lNJGzvlNGPMx7kwoAoGCCqGSM49
/// AwEHoUQDQgAE4LB2RwsG4+qZ61qGB2G7LFxHXy5JCZcUMWrDmBVw1pJpg4YiH+dG
/// vbhb8xU8bH7UOAgCUBAnUTN4PLb+7Qx8bw==
/// -----END EC PRIVATE KEY-----")?;
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
        read(pem).map(Self).ok_or(Error::InvalidPrivateKey)
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

/// The longest PEM text that is read: a key takes 250 bytes.
const LONGEST: usize = 4096;

/// The member `parameters` of SEC 1's `ECPrivateKey`.
const PARAMETERS: u8 = 0xa0;
/// `OBJECT IDENTIFIER` 1.2.840.10045.3.1.7.
const P256: &[u8] = &[0x06, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
/// 1.2.840.10045.2.1
const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];

fn read(pem: &str) -> Option<SigningKey> {
    let pem = (pem.len() <= LONGEST).then_some(pem)?;
    let scalar = match block(pem, "PRIVATE KEY") {
        Some(der) => scalar_of_pkcs8(&der),
        None => scalar(&block(pem, "EC PRIVATE KEY")?, false),
    };
    SigningKey::from_scalar(&*scalar?)
}

/// The bytes of the block with this label. Text outside of the block is skipped: OpenSSL writes the
/// curve's parameters before the key.
fn block(pem: &str, label: &str) -> Option<Zeroizing<Vec<u8>>> {
    let (_, rest) = pem.split_once(&format!("-----BEGIN {label}-----"))?;
    let (text, _) = rest.split_once(&format!("-----END {label}-----"))?;
    let mut base64 = Zeroizing::new(Vec::with_capacity(text.len()));
    base64.extend(text.bytes().filter(|byte| !byte.is_ascii_whitespace()));
    let mut der = Zeroizing::new(vec![0; base64.len()]);
    let length = STANDARD.decode_slice(&*base64, &mut der).ok()?;
    der.truncate(length);
    Some(der)
}

/// The scalar in a `PrivateKeyInfo` (RFC 5958) of P-256.
fn scalar_of_pkcs8(der: &[u8]) -> Option<Zeroizing<[u8; 32]>> {
    let (info, []) = element(der, SEQUENCE)? else {
        return None;
    };
    let (_, rest) = element(info, INTEGER)?;
    let (algorithm, rest) = element(rest, SEQUENCE)?;
    let (key_type, curve) = element(algorithm, OBJECT_ID)?;
    let (key, _) = element(rest, OCTETS)?;
    if key_type != EC_PUBLIC_KEY || curve != P256 {
        return None;
    }
    scalar(key, true)
}

/// The scalar in an `ECPrivateKey` (RFC 5915). It names its curve, unless the curve is known.
fn scalar(der: &[u8], curve_is_known: bool) -> Option<Zeroizing<[u8; 32]>> {
    let (key, []) = element(der, SEQUENCE)? else {
        return None;
    };
    let rest = key.strip_prefix(&[INTEGER, 1, 1])?;
    let (octets, rest) = element(rest, OCTETS)?;
    let is_p256 = match element(rest, PARAMETERS) {
        Some((curve, _)) => curve == P256,
        None => curve_is_known,
    };
    is_p256.then_some(Zeroizing::new(octets.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PKCS8: &str = "-----BEGIN PRIVATE KEY-----\n\
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgYjJUl+kEKpk67kmU\n\
        f61XNcJ8bwvEIjDkSI67oouZufqhRANCAATyVBGOQ14Q7UD+yXC8GA5sQfYZHNE9\n\
        PBqOioFVFckgtXzFf6fIVxe96RVMXcyjhHsv6n4ySQIKs6kfimGq4HqW\n\
        -----END PRIVATE KEY-----\n";

    fn with(label: &str, der: &[u8]) -> String {
        let base64 = STANDARD.encode(der);
        format!("-----BEGIN {label}-----\n{base64}\n-----END {label}-----")
    }

    #[test]
    fn a_key_is_read_in_either_form() {
        let der = block(PKCS8, "PRIVATE KEY").unwrap();
        let scalar = scalar_of_pkcs8(&der).unwrap();
        let sec1 = [
            &[SEQUENCE, 49, 2, 1, 1, 4, 32],
            &scalar[..],
            &[PARAMETERS, 10],
            P256,
        ]
        .concat();
        let sec1 = with("EC PRIVATE KEY", &sec1);
        let parameters = with("EC PARAMETERS", P256);
        let public = |pem: &str| RolesAnywhereKey::from_pem(pem).unwrap().0.public_key();
        // The public key that PKCS #8 contains as well.
        let point = &der[der.len() - 65..];
        assert_eq!(public(PKCS8).to_sec1(), point);
        for pem in [
            &PKCS8.replace('\n', "\r\n"),
            &sec1,
            &format!("{parameters}\n{sec1}\n"),
        ] {
            assert_eq!(public(pem).to_sec1(), point, "{pem}");
        }
    }

    #[test]
    fn other_keys_are_refused_and_not_printed() {
        let der = block(PKCS8, "PRIVATE KEY").unwrap();
        let changed = |at: usize| {
            let mut der = der.to_vec();
            der[at] ^= 1;
            with("PRIVATE KEY", &der)
        };
        let find = |part: &[u8]| der.windows(part.len()).position(|it| it == part).unwrap();
        let scalar = scalar_of_pkcs8(&der).unwrap();
        for pem in [
            "",
            "PEM",
            &PKCS8.replace("MIG", "M!G"),
            &PKCS8.replace("PRIVATE", "PUBLIC"),
            &PKCS8.replace("PRIVATE", "ENCRYPTED PRIVATE"),
            &PKCS8.repeat(20),
            &changed(find(P256) + 9),
            &changed(find(EC_PUBLIC_KEY)),
            &with("PRIVATE KEY", &der[..der.len() - 1]),
            &with("PRIVATE KEY", &[&der[..], &[0]].concat()),
            // A key that does not name its curve.
            &with(
                "EC PRIVATE KEY",
                &[&[SEQUENCE, 37, 2, 1, 1, 4, 32], &scalar[..]].concat(),
            ),
        ] {
            let error = RolesAnywhereKey::from_pem(pem).unwrap_err();
            assert!(matches!(error, Error::InvalidPrivateKey), "{pem}");
        }
        let key = RolesAnywhereKey::from_pem(PKCS8).unwrap();
        assert_eq!(format!("{key:?}"), "RolesAnywhereKey([elided])");
    }
}
