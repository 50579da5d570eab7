//! Encodings of P-256 points and signatures. Both back ends use these readers, so that a feature
//! does not change which input is valid.

use p256::Sec1Point;
use p256::ecdsa::Signature;

/// Reads a point on the curve, in either form of SEC 1.
pub(super) fn read_point(point: &[u8]) -> Option<p256::PublicKey> {
    p256::PublicKey::from_sec1_bytes(point).ok()
}

/// The uncompressed form of a point.
pub(super) fn uncompressed(point: &p256::PublicKey) -> [u8; 65] {
    let point = Sec1Point::from(point);
    let mut bytes = [4; 65];
    let coordinates = point.x().into_iter().chain(point.y()).flatten();
    let slots = bytes.iter_mut().skip(1);
    slots
        .zip(coordinates)
        .for_each(|(slot, byte)| *slot = *byte);
    bytes
}

/// Reads a signature in DER: one encoding of each pair of integers, both from 1 to N-1.
pub(super) fn read_signature(der: &[u8]) -> Option<Signature> {
    Signature::from_der(der).ok()
}

/// The two integers of a signature, big-endian.
#[cfg(feature = "sources")]
pub(super) fn fixed(der: &[u8]) -> Option<[u8; 64]> {
    Some(read_signature(der)?.to_bytes().into())
}
