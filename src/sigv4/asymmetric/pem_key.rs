//! P-256 private keys in PEM: PKCS #8 (RFC 5958) or SEC 1 (RFC 5915), without a password.

use zeroize::Zeroizing;

use super::key::SigningKey;
use crate::primitives::der::{INTEGER, OBJECT_ID, OCTETS, SEQUENCE, element};
use crate::primitives::pem::block;

/// The longest PEM text that is read: a key takes 250 bytes.
const LONGEST: usize = 4096;

/// The member `parameters` of `ECPrivateKey`.
const PARAMETERS: u8 = 0xa0;
/// `OBJECT IDENTIFIER` 1.2.840.10045.3.1.7.
const P256: &[u8] = &[0x06, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
/// 1.2.840.10045.2.1
const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];

impl SigningKey {
    /// Reads a private key in PEM. `None` if the format or the curve is another one.
    pub(crate) fn from_pem(pem: &str) -> Option<Self> {
        let pem = (pem.len() <= LONGEST).then_some(pem)?;
        let scalar = match block(pem, "PRIVATE KEY") {
            Some(der) => scalar_of_pkcs8(&der),
            None => scalar(&block(pem, "EC PRIVATE KEY")?, false),
        };
        Self::from_scalar(&*scalar?)
    }
}

/// The scalar in a `PrivateKeyInfo` of P-256.
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

/// The scalar in an `ECPrivateKey`. RFC 5915, section 3, requires that it names its curve; in PKCS #8
/// the curve is known already.
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
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

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

    /// `ECPrivateKey` without the public key.
    fn sec1(scalar: &[u8], parameters: &[u8]) -> String {
        let length = u8::try_from(37 + parameters.len()).unwrap();
        let der = [&[SEQUENCE, length, 2, 1, 1, 4, 32], scalar, parameters].concat();
        with("EC PRIVATE KEY", &der)
    }

    fn named(curve: &[u8]) -> Vec<u8> {
        [&[PARAMETERS, 10], curve].concat()
    }

    #[test]
    fn a_key_is_read_in_either_form() {
        let der = block(PKCS8, "PRIVATE KEY").unwrap();
        let sec1 = sec1(&*scalar_of_pkcs8(&der).unwrap(), &named(P256));
        let parameters = with("EC PARAMETERS", P256);
        // The public key that PKCS #8 contains as well.
        let point = &der[der.len() - 65..];
        for pem in [
            PKCS8,
            &PKCS8.replace('\n', "\r\n"),
            &PKCS8.replace('\n', ""),
            &sec1,
            &format!("{parameters}\n{sec1}\n"),
        ] {
            let key = SigningKey::from_pem(pem).unwrap();
            assert_eq!(key.public_key().to_sec1(), point, "{pem}");
        }
    }

    #[test]
    fn other_keys_are_refused() {
        let der = block(PKCS8, "PRIVATE KEY").unwrap();
        let changed = |at: usize| {
            let mut der = der.to_vec();
            der[at] ^= 1;
            with("PRIVATE KEY", &der)
        };
        let find = |part: &[u8]| der.windows(part.len()).position(|it| it == part).unwrap();
        let scalar = scalar_of_pkcs8(&der).unwrap();
        let mut other_curve = P256.to_vec();
        other_curve[9] = 8;
        for pem in [
            "",
            "PEM",
            &PKCS8.replace("MIG", "M!G"),
            &PKCS8.replace("PRIVATE", "PUBLIC"),
            &PKCS8.replace("PRIVATE", "ENCRYPTED PRIVATE"),
            &PKCS8.replace("PRIVATE", "EC PRIVATE"),
            &PKCS8.repeat(20),
            &changed(find(P256) + 9),
            &changed(find(EC_PUBLIC_KEY)),
            &with("PRIVATE KEY", &der[..der.len() - 1]),
            &with("PRIVATE KEY", &der[1..]),
            &with("PRIVATE KEY", &[&der[..], &[0]].concat()),
            &with("PRIVATE KEY", &[]),
            &with("EC PRIVATE KEY", &[SEQUENCE, 0x81]),
            // Of another curve, and of one that is not named.
            &sec1(&scalar[..], &named(&other_curve)),
            &sec1(&scalar[..], &[]),
            // Zero, and a scalar above the group's order.
            &sec1(&[0; 32], &named(P256)),
            &sec1(&[0xff; 32], &named(P256)),
        ] {
            assert!(SigningKey::from_pem(pem).is_none(), "{pem}");
        }
    }
}
