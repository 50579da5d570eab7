//! Signed messages: a message in the payload of another one, which has the headers `:date` and
//! `:chunk-signature`.

use std::fmt;

use super::error::SignedMessageProblem;
use super::header::Value;
use super::message::{CHECKSUM, Message, PRELUDE};
use crate::primitives::sha256::Sha256;
use crate::sigv4::date::AmzDate;
use crate::sigv4::scope::CredentialScope;
use crate::sigv4::signature::{Algorithm, Signature};
use crate::sigv4::string_to_sign::StringToSign;

const DATE: &str = ":date";
const SIGNATURE: &str = ":chunk-signature";
/// Name length, name, type 8, milliseconds.
const DATE_LEN: usize = 15;
/// Name length, name, type 6, length, the signature's bytes.
const SIGNATURE_LEN: usize = 52;
/// The length of both headers.
pub(super) const HEADERS_LEN: usize = DATE_LEN + SIGNATURE_LEN;
const HEAD_LEN: usize = PRELUDE + HEADERS_LEN;

/// What to send before and after a message that was signed: [`head`](Self::head) and
/// [`tail`](Self::tail).
///
/// [`EventSigner::sign_parts`](super::EventSigner::sign_parts) returns it.
///
/// ```
/// use countersign::{Credentials, Signer, Timestamp};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// let signer = Signer::new(credentials, "us-east-1", "transcribe")?;
/// let now: Timestamp = "2026-01-02T03:04:05Z".parse()?;
/// let mut request = http::Request::post("https://localhost/").body(())?;
/// let mut events = signer.sign_events(&mut request, now)?;
/// let message = b"a message, which may be large";
/// let signed = events.sign_parts(message, now)?;
/// // For a socket that writes several slices at once.
/// let parts = [signed.head(), message, signed.tail()];
/// let slices = parts.map(std::io::IoSlice::new);
/// assert_eq!(slices.iter().map(|part| part.len()).sum::<usize>(), 83 + 29);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy)]
pub struct SignedMessage {
    head: [u8; HEAD_LEN],
    tail: [u8; CHECKSUM],
}

impl SignedMessage {
    #[expect(
        clippy::expect_used,
        reason = "the signature is an HMAC-SHA-256 of the signer"
    )]
    pub(super) fn new(
        prelude: &[u8; PRELUDE],
        milliseconds: i64,
        signature: &Signature,
        message: &[u8],
    ) -> Self {
        let mut bytes = [0; 32];
        let decoded = hex::decode_to_slice(signature.as_bytes(), &mut bytes);
        decoded.expect("the hex of 32 bytes");
        let parts = [
            prelude,
            &date_header(milliseconds)[..],
            b"\x10:chunk-signature\x06\x00\x20",
            &bytes,
        ];
        let mut head = [0; HEAD_LEN];
        for (slot, byte) in head.iter_mut().zip(parts.into_iter().flatten()) {
            *slot = *byte;
        }
        let mut checksum = crc32fast::Hasher::new();
        checksum.update(&head);
        checksum.update(message);
        Self {
            head,
            tail: checksum.finalize().to_be_bytes(),
        }
    }

    /// What to send before the message: lengths, `:date` and `:chunk-signature`.
    pub fn head(&self) -> &[u8] {
        &self.head
    }

    /// What to send after the message: the checksum.
    pub fn tail(&self) -> &[u8] {
        &self.tail
    }
}

impl fmt::Debug for SignedMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedMessage").finish_non_exhaustive()
    }
}

/// The string to sign of a message. `milliseconds` is the value of its header `:date`.
pub(super) fn string_to_sign(
    date: &AmzDate,
    scope: &CredentialScope,
    prior: &Signature,
    milliseconds: i64,
    message: &[u8],
) -> StringToSign {
    StringToSign::for_event(
        Algorithm::HmacSha256,
        date,
        scope,
        prior,
        &Sha256::digest(date_header(milliseconds)),
        &Sha256::digest(message),
    )
}

/// The encoded header `:date`.
fn date_header(milliseconds: i64) -> [u8; DATE_LEN] {
    let mut header = *b"\x05:date\x0801234567";
    if let Some(number) = header.last_chunk_mut() {
        *number = milliseconds.to_be_bytes();
    }
    header
}

/// Reads `:date`, in milliseconds, and `:chunk-signature`, in either order.
///
/// Any other header is refused, because the signature does not cover it.
pub(super) fn read_headers(
    message: &Message<'_>,
) -> Result<(i64, Signature), SignedMessageProblem> {
    let (mut date, mut signature) = (None, None);
    for (name, value) in message.headers() {
        let repeated = match (name, value) {
            (DATE, Value::Timestamp(milliseconds)) => date.replace(milliseconds).is_some(),
            (SIGNATURE, Value::Bytes(bytes)) => {
                let bytes = bytes.try_into();
                let bytes = bytes.map_err(|_| SignedMessageProblem::WrongSignatureLength)?;
                signature.replace(Signature::of_mac(bytes)).is_some()
            }
            (DATE | SIGNATURE, _) => return Err(SignedMessageProblem::WrongType),
            _ => return Err(SignedMessageProblem::UncoveredHeader),
        };
        if repeated {
            return Err(SignedMessageProblem::DuplicateHeader);
        }
    }
    let date = date.ok_or(SignedMessageProblem::MissingDate)?;
    let signature = signature.ok_or(SignedMessageProblem::MissingSignature)?;
    Ok((date, signature))
}
