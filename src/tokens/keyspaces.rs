//! Responses to the SASL challenges of Amazon Keyspaces.

use zeroize::Zeroizing;

use super::{FIFTEEN_MINUTES, Token};
use crate::credentials::Credentials;
use crate::error::Error;
use crate::primitives::ascii::own_ascii;
use crate::primitives::hex::hex32;
use crate::primitives::sha256::Sha256;
use crate::sign::signer::Signer;
use crate::sigv4::date::AmzDate;
use crate::sigv4::object_key::encode_segment;
use crate::sigv4::signature::Algorithm;
use crate::timestamp::Timestamp;

/// The first message of a Cassandra driver's authenticator to Amazon Keyspaces.
///
/// Keyspaces responds with a challenge for [`keyspaces`].
///
/// ```
/// assert_eq!(
///     countersign::tokens::KEYSPACES_INITIAL_RESPONSE,
///     b"SigV4\0\0"
/// );
/// ```
pub const KEYSPACES_INITIAL_RESPONSE: &[u8] = b"SigV4\0\0";

const NONCE: usize = 32;

/// Generates the response to a challenge of Amazon Keyspaces, for a Cassandra driver.
///
/// - Permission: `cassandra:*` actions on the tables that the connection uses.
/// - Lifetime: 15 minutes, and for one challenge only. The connection stays open after that.
/// - Used as: the result of the authenticator's `evaluate_challenge`. Its first message is
///   [`KEYSPACES_INITIAL_RESPONSE`]. The connection must use TLS.
///
/// Amazon Keyspaces Developer Guide, "Using the SigV4 authentication plugin".
///
/// # Errors
/// - [`Error::InvalidParameter`] if the challenge does not contain exactly one `nonce=` with 32
///   characters of printable ASCII
/// - everything [`Signer::new`] and [`Signer::sign`] return
///
/// ```
/// use countersign::{Credentials, Timestamp, tokens};
///
/// let secret_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
/// let credentials = Credentials::new("AKIDEXAMPLE", secret_key);
/// let challenge = b"nonce=c0ffee00c0ffee11c0ffee22c0ffee33";
/// let now: Timestamp = "2026-11-02T11:11:15Z".parse()?;
/// let response =
///     tokens::keyspaces(&credentials, "us-west-2", challenge, now)?;
/// let start = "signature=fa13de3f463dbb6bb20c10753";
/// assert!(response.expose().starts_with(start));
/// let end = ",amzdate=2026-11-02T11:11:15.000Z";
/// assert!(response.expose().ends_with(end));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn keyspaces(
    credentials: &Credentials,
    region: &str,
    challenge: &[u8],
    now: impl Into<Timestamp>,
) -> Result<Token, Error> {
    let now = now.into();
    let nonce = nonce(challenge)?;
    let signer = Signer::new(credentials.clone(), region, "cassandra")?;
    let (context, date) = signer.context(now)?;
    let time = with_milliseconds(&date, now);
    let algorithm = Algorithm::HmacSha256.as_str();
    let signature = signer.with_key(&date, context, |key| {
        let scope = key.scope().as_str();
        let credential = encode_segment(format!("{}/{scope}", context.access_key_id));
        let nonce_hash = hex32(&Sha256::digest(nonce));
        let canonical = format!(
            "PUT\n/authenticate\nX-Amz-Algorithm={algorithm}&X-Amz-Credential={credential}\
             &X-Amz-Date={}&X-Amz-Expires=900\nhost:cassandra\n\nhost\n{}",
            encode_segment(&time),
            own_ascii(&nonce_hash)
        );
        let hash = hex32(&Sha256::digest(canonical));
        key.sign([algorithm, &time, scope, own_ascii(&hash)].join("\n"))
    });
    let start = format!(
        "signature={},access_key={},amzdate={time}",
        signature.as_str(),
        context.access_key_id
    );
    let (name, token) = match credentials.session_token() {
        Some(token) => (",session_token=", token.expose()),
        None => ("", ""),
    };
    let text = Zeroizing::new([start.as_str(), name, token].concat());
    Ok(Token::new(
        text,
        FIFTEEN_MINUTES.end(&date, context.expiration)?,
    ))
}

/// Returns the nonce of a challenge, whose fields are separated by commas.
fn nonce(challenge: &[u8]) -> Result<&[u8], Error> {
    let mut fields = challenge
        .split(|byte| *byte == b',')
        .filter_map(|field| field.strip_prefix(b"nonce="));
    match (fields.next(), fields.next()) {
        (Some(nonce), None) if nonce.len() == NONCE && nonce.iter().all(u8::is_ascii_graphic) => {
            Ok(nonce)
        }
        _ => {
            let problem = "must contain one `nonce=` with 32 characters of printable ASCII";
            Err(Error::invalid_parameter("challenge", problem))
        }
    }
}

/// Formats a time as `2026-01-02T03:04:05.678Z`.
fn with_milliseconds(date: &AmzDate, now: Timestamp) -> String {
    let digits = date.as_str();
    let part = |range| digits.get(range).unwrap_or_default();
    format!(
        "{}-{}-{}T{}:{}:{}.{:03}Z",
        part(0..4),
        part(4..6),
        part(6..8),
        part(9..11),
        part(11..13),
        part(13..15),
        now.unix_millis().rem_euclid(1000)
    )
}

#[cfg(test)]
mod tests {
    use super::nonce;

    #[test]
    fn a_challenge_has_one_nonce_of_32_characters() {
        let sound = "c0ffee00c0ffee11c0ffee22c0ffee33";
        let short = "0ffee00c0ffee11c0ffee22c0ffee33";
        for challenge in [
            format!("nonce={sound}"),
            format!("nonce={sound},v=2"),
            format!("v=1,nonce={sound}"),
        ] {
            assert_eq!(nonce(challenge.as_bytes()).unwrap(), sound.as_bytes());
        }
        for challenge in [
            String::new(),
            "hello".to_owned(),
            sound.to_owned(),
            format!("nonce={short}"),
            format!("nonce={sound}0"),
            format!("nonce={sound},nonce={sound}"),
            format!("xnonce={sound}"),
            format!("nonce= {short}"),
            format!("nonce=\u{e9}{}", short.trim_start_matches('0')),
        ] {
            assert!(nonce(challenge.as_bytes()).is_err(), "{challenge}");
        }
    }
}
