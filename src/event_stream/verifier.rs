//! The verifier of messages.

use std::fmt;
use std::time::Duration;

use super::error::EventError;
use super::header::Value;
use super::message::Message;
use super::signer::{DATE, SIGNATURE, encode_date, string_to_sign};
use crate::credentials::Credentials;
use crate::sigv4::date::AmzDate;
use crate::sigv4::scope::CredentialScope;
use crate::sigv4::signature::Signature;
use crate::sigv4::signing_key::SigningKey;
use crate::timestamp::Timestamp;

/// How far a client's clock may be off, unless set.
const CLOCK_WINDOW: Duration = Duration::from_secs(15 * 60);

/// Checks the messages of one signed stream, in the order in which they arrive.
///
/// It begins with the signature of the request that opened the stream, once that was verified (see
/// [`StreamContext`](crate::verify::StreamContext) and [`SignedRequest`](crate::verify::SignedRequest)), and takes
/// the credentials rather than a signing key, because a stream may go on past midnight.
///
/// ```
/// use countersign::event_stream::{Decoder, Event, EventVerifier};
/// use countersign::{sigv4::CredentialScope, Credentials, Signer};
/// use time::macros::datetime;
///
/// # let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// # let now = datetime!(2026-01-01 12:00 UTC);
/// # let signer = Signer::new(credentials.clone(), "us-east-1", "transcribe")?;
/// # let mut request = http::Request::post("https://localhost/").body(())?;
/// # let mut events = signer.sign_events(&mut request, now)?;
/// # let mut body = events.sign(b"message", now)?;
/// # body.extend(events.finish(now)?);
/// # let header = request.headers()["authorization"].to_str()?;
/// // of the request, after it was verified:
/// let authorization = countersign::sigv4::Authorization::parse(header)?;
/// let mut verifier = EventVerifier::new(&credentials, &authorization.scope, &authorization.signature);
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

/// What a signed message says.
///
/// ```
/// use countersign::event_stream::{Event, FrameError, Message};
///
/// /// What a server does with an event that was verified; `None` at the end of the stream.
/// fn payload<'a>(event: Event<'a>) -> Result<Option<&'a [u8]>, FrameError> {
///     match event {
///         Event::Message(frame) => Ok(Some(Message::decode(frame)?.payload())),
///         Event::End => Ok(None),
///     }
/// }
/// # assert_eq!(payload(Event::End), Ok(None));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// A message, in its own frame: [`Message::decode`] reads it.
    Message(&'a [u8]),
    /// The end of the stream.
    End,
}

impl EventVerifier {
    /// Begins with the scope and the signature of the request that opened the stream. The
    /// credentials are those of its access key id.
    ///
    /// ```
    /// use countersign::event_stream::EventVerifier;
    /// # use countersign::verify::{VerificationKey, PendingVerification, SignedRequest, Verifier};
    /// # use countersign::{Credentials, Signer};
    /// # let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    /// # let signer = Signer::new(credentials.clone(), "us-east-1", "transcribe")?;
    /// # let mut request = http::Request::post("https://localhost/").body(())?;
    /// # signer.sign_events(&mut request, now)?;
    /// # let claim = SignedRequest::parse(&request)?;
    /// # let key = VerificationKey::derive(&credentials, claim.scope())?;
    /// # let verifier = Verifier::new("us-east-1", "transcribe")?;
    ///
    /// if let PendingVerification::Streaming(head) = verifier.verify_signature(&claim, &key, now)? {
    ///     let (verified, seed) = head.into_parts();
    ///     let events = EventVerifier::new(&credentials, seed.scope(), seed.signature());
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(credentials: &Credentials, scope: &CredentialScope, seed: &Signature) -> Self {
        Self {
            key: SigningKey::derive(credentials.secret_key(), scope),
            credentials: credentials.clone(),
            prior: *seed,
            clock_window: CLOCK_WINDOW,
            ended: false,
        }
    }

    /// How far a message's time may be off, either way: 15 minutes unless set.
    ///
    /// ```
    /// use std::time::Duration;
    /// use countersign::event_stream::EventVerifier;
    /// use countersign::{sigv4::{CredentialScope, Signature}, Credentials};
    ///
    /// fn verifier(credentials: &Credentials, scope: &CredentialScope, seed: &Signature) -> EventVerifier {
    ///     EventVerifier::new(credentials, scope, seed).with_clock_window(Duration::from_secs(300))
    /// }
    /// ```
    #[must_use]
    pub fn with_clock_window(mut self, window: Duration) -> Self {
        self.clock_window = window.try_into().unwrap_or(CLOCK_WINDOW);
        self
    }

    /// Checks the next message, and lets out what was signed.
    ///
    /// # Errors
    /// Anything but the message that was signed next, within its time. Nothing has changed then,
    /// and only that message can follow.
    ///
    /// ```
    /// use countersign::event_stream::{Event, EventVerifier, Message};
    /// # use countersign::{sigv4::Authorization, Credentials, Signer};
    /// # let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    /// # let signer = Signer::new(credentials.clone(), "us-east-1", "transcribe")?;
    /// # let mut request = http::Request::post("https://localhost/").body(())?;
    /// # let mut events = signer.sign_events(&mut request, now)?;
    /// # let frame = events.sign(b"message", now)?;
    /// # let opened = Authorization::parse(request.headers()["authorization"].to_str()?)?;
    ///
    /// let mut verifier = EventVerifier::new(&credentials, &opened.scope, &opened.signature);
    /// let event = verifier.verify(&Message::decode(&frame)?, now)?;
    /// assert_eq!(event, Event::Message(b"message"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn verify<'a>(
        &mut self,
        message: &Message<'a>,
        now: impl Into<Timestamp>,
    ) -> Result<Event<'a>, EventError> {
        let now = now.into();
        if self.ended {
            return Err(EventError::AfterEnd);
        }
        let expiration = self.credentials.expiration();
        if let Some(expiration) = expiration.filter(|expiration| *expiration <= now) {
            return Err(EventError::CredentialsExpired { expiration, now });
        }
        let (milliseconds, signature) = signed_headers(message)?;
        let signed_at = Timestamp::from_unix_millis(milliseconds);
        let date = AmzDate::new(signed_at).map_err(|_| EventError::InvalidDate)?;
        if signed_at > now + self.clock_window || signed_at + self.clock_window < now {
            return Err(EventError::OutsideClockWindow { signed_at, now });
        }
        let payload = message.payload();
        self.change_day(&date);
        let string_to_sign = string_to_sign(
            &date,
            self.key.scope(),
            &self.prior,
            &encode_date(milliseconds),
            payload,
        );
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

    /// Says that nothing more arrives.
    ///
    /// # Errors
    /// [`EventError::Incomplete`] without the message that ends the stream: somebody may have cut
    /// it off.
    ///
    /// ```
    /// use countersign::event_stream::{EventError, EventVerifier, Message};
    /// # use countersign::{sigv4::Authorization, Credentials, Signer};
    /// # let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    /// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
    /// # let signer = Signer::new(credentials.clone(), "us-east-1", "transcribe")?;
    /// # let mut request = http::Request::post("https://localhost/").body(())?;
    /// # let mut events = signer.sign_events(&mut request, now)?;
    /// # let frame = events.sign(b"message", now)?;
    /// # let opened = Authorization::parse(request.headers()["authorization"].to_str()?)?;
    ///
    /// let mut verifier = EventVerifier::new(&credentials, &opened.scope, &opened.signature);
    /// verifier.verify(&Message::decode(&frame)?, now)?;
    /// // The connection was closed, but the stream never said that it ends.
    /// assert_eq!(verifier.finish(), Err(EventError::Incomplete));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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

/// The two headers of a signed message, in either order. Any other is not covered by the signature.
fn signed_headers(message: &Message<'_>) -> Result<(i64, Signature), EventError> {
    let (mut date, mut signature) = (None, None);
    for (name, value) in message.headers() {
        let repeated = match (name, value) {
            (DATE, Value::Timestamp(milliseconds)) => date.replace(milliseconds).is_some(),
            (SIGNATURE, Value::Bytes(bytes)) => {
                let bytes = bytes.try_into();
                let bytes = bytes
                    .map_err(|_| EventError::NotSigned("`:chunk-signature` has not 32 bytes"))?;
                signature.replace(Signature::of_mac(bytes)).is_some()
            }
            (DATE | SIGNATURE, _) => {
                return Err(EventError::NotSigned("a header is of another type"));
            }
            _ => return Err(EventError::NotSigned("a header is not covered")),
        };
        if repeated {
            return Err(EventError::NotSigned("a header is there twice"));
        }
    }
    let date = date.ok_or(EventError::NotSigned("`:date` is missing"))?;
    let signature = signature.ok_or(EventError::NotSigned("`:chunk-signature` is missing"))?;
    Ok((date, signature))
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
