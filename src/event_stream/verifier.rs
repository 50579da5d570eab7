//! The verifier of signed messages.

use std::fmt;
use std::time::Duration;

use super::error::EventError;
use super::message::Message;
use super::signed_message::{read_headers, string_to_sign};
use crate::credentials::{Credentials, expired};
use crate::sigv4::date::AmzDate;
use crate::sigv4::payload_hash::StreamingMode;
use crate::sigv4::scope::CredentialScope;
use crate::sigv4::signature::Signature;
use crate::sigv4::signing_key::SigningKey;
use crate::timestamp::Timestamp;
use crate::verify::StreamContext;

/// The default of how far a client's clock may be off.
const CLOCK_WINDOW: Duration = Duration::from_secs(15 * 60);

/// Verifies the messages of one signed stream, in the order in which they arrive.
///
/// It starts from the request that opened the stream, which must be verified first. It needs the
/// credentials as well as the key, because a stream may continue after midnight.
///
/// ```
/// use countersign::event_stream::{Decoder, Event, EventVerifier};
/// use countersign::verify::{
///     PendingVerification, SignedRequest, VerificationKey, Verifier,
/// };
/// use countersign::{Credentials, Signer, Timestamp};
///
/// let now: Timestamp = "2026-01-02T03:04:05Z".parse()?;
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// let signer = Signer::new(credentials.clone(), "us-east-1", "transcribe")?;
/// let mut request = http::Request::post("https://localhost/").body(())?;
/// let mut events = signer.sign_events(&mut request, now)?;
/// let body = [events.sign(b"message", now)?, events.finish(now)?].concat();
///
/// let claim = SignedRequest::parse(&request)?;
/// let key = VerificationKey::derive(&credentials, claim.scope())?;
/// let verifier = Verifier::new("us-east-1", "transcribe")?;
/// let pending = verifier.verify_signature(&claim, &key, now)?;
/// let PendingVerification::SignedStream(pending) = pending else {
///     panic!("not a stream")
/// };
/// let (_verified, context) = pending.into_parts();
///
/// let mut verifier = EventVerifier::new(&context, &credentials)?;
/// let (mut decoder, mut piece) = (Decoder::new(), &body[..]);
/// while let Some(signed) = decoder.decode(&mut piece)? {
///     match verifier.verify(&signed, now)? {
///         Event::Message(frame) => assert_eq!(frame, b"message"),
///         Event::End => break,
///     }
/// }
/// verifier.finish()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct EventVerifier {
    credentials: Credentials,
    key: SigningKey,
    prior: Signature,
    clock_window: Duration,
    ended: bool,
}

/// The content of a signed message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// A message, in its own frame: [`Message::decode`] parses it.
    Message(&'a [u8]),
    /// The end of the stream.
    End,
}

impl EventVerifier {
    /// Creates the verifier of a stream from what its request was verified with.
    ///
    /// The credentials must be those of the key that verified the request.
    ///
    /// # Errors
    /// - [`EventError::NotAnnounced`] if the request does not announce an event stream, or is signed
    ///   with SigV4A
    /// - [`EventError::WrongCredentials`] if the credentials are not those of the key
    pub fn new(context: &StreamContext, credentials: &Credentials) -> Result<Self, EventError> {
        let (StreamingMode::Events, Some(key)) = (context.payload(), context.key().signing_key())
        else {
            return Err(EventError::NotAnnounced);
        };
        let verifier = Self::from_signature(credentials, context.scope(), context.signature());
        let same_id = credentials.access_key_id() == context.key().access_key_id();
        // Two keys are compared by a signature of each, in constant time.
        if !same_id || !key.verifies(b"", &verifier.key.sign(b"")) {
            return Err(EventError::WrongCredentials);
        }
        Ok(verifier)
    }

    /// Creates a verifier without the request, from its scope and signature.
    ///
    /// Both must come from a verified request, so this is for tests and for diagnosis: use
    /// [`new`](Self::new).
    pub fn from_signature(
        credentials: &Credentials,
        scope: &CredentialScope,
        signature: &Signature,
    ) -> Self {
        Self {
            key: SigningKey::derive(credentials.secret_key(), scope),
            credentials: credentials.clone(),
            prior: *signature,
            clock_window: CLOCK_WINDOW,
            ended: false,
        }
    }

    /// Sets how far a message's time may be off, either way: 15 minutes by default.
    #[must_use]
    pub fn with_clock_window(mut self, window: Duration) -> Self {
        self.clock_window = window;
        self
    }

    /// Verifies the next message, and returns what was signed.
    ///
    /// After an error nothing has changed: the next message must still be the one that was signed next.
    ///
    /// # Errors
    /// - [`EventError::AfterEnd`] if the stream has ended
    /// - [`EventError::CredentialsExpired`] if the credentials have expired
    /// - [`EventError::NotSigned`] if the message has other headers than a signed one
    /// - [`EventError::InvalidDate`] if its date is out of range
    /// - [`EventError::OutsideClockWindow`] if its time is too far off
    /// - [`EventError::SignatureMismatch`] if it is not the message that was signed next
    pub fn verify<'a>(
        &mut self,
        message: &Message<'a>,
        now: impl Into<Timestamp>,
    ) -> Result<Event<'a>, EventError> {
        self.verify_at(message, now.into())
    }

    fn verify_at<'a>(
        &mut self,
        message: &Message<'a>,
        now: Timestamp,
    ) -> Result<Event<'a>, EventError> {
        if self.ended {
            return Err(EventError::AfterEnd);
        }
        let expiration = self.credentials.expiration();
        if let Some(expiration) = expired(expiration, now) {
            return Err(EventError::CredentialsExpired { expiration, now });
        }
        let (milliseconds, signature) = read_headers(message).map_err(EventError::NotSigned)?;
        let signed_at = Timestamp::from_unix_millis(milliseconds);
        let date = AmzDate::new(signed_at).map_err(|_| EventError::InvalidDate)?;
        if signed_at > now + self.clock_window || signed_at + self.clock_window < now {
            return Err(EventError::OutsideClockWindow { signed_at, now });
        }
        let payload = message.payload();
        self.change_day(&date);
        let string_to_sign =
            string_to_sign(&date, self.key.scope(), &self.prior, milliseconds, payload);
        if !self.key.verifies(string_to_sign, &signature) {
            return Err(EventError::SignatureMismatch);
        }
        self.prior = signature;
        self.ended = payload.is_empty();
        Ok(if self.ended {
            Event::End
        } else {
            Event::Message(payload)
        })
    }

    /// Ends the stream.
    ///
    /// # Errors
    /// - [`EventError::Incomplete`] if the message that ends the stream is missing: the stream may
    ///   have been cut off
    pub fn finish(self) -> Result<(), EventError> {
        if self.ended {
            Ok(())
        } else {
            Err(EventError::Incomplete)
        }
    }

    fn change_day(&mut self, date: &AmzDate) {
        let scope = self.key.scope();
        if scope.day() != date.day() {
            let scope =
                CredentialScope::unchecked(date.day_bytes(), scope.region(), scope.service());
            self.key = SigningKey::derive(self.credentials.secret_key(), &scope);
        }
    }
}

impl fmt::Debug for EventVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventVerifier")
            .field("access_key_id", &self.credentials.access_key_id())
            .field("scope", self.key.scope())
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}
