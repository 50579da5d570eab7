//! The proof that a request is authentic.

use std::borrow::Cow;
use std::fmt;

use crate::primitives::percent::decoded_in_query;
use crate::primitives::scan::holds;
use crate::primitives::sha256::Sha256;
use crate::sigv4::authorization::is_of_signature;
use crate::sigv4::canonical::headers::CanonicalHeaders;
use crate::sigv4::canonical::path::CanonicalPath;
use crate::sigv4::canonical::query::parameters;
use crate::sigv4::date::AmzDate;
use crate::sigv4::payload_hash::StreamingMode;
use crate::sigv4::scope::CredentialScope;
use crate::sigv4::string_to_sign::StringToSign;

use super::error::SignatureLocation;
use super::signed_request::SignedRequest;

/// The proof that the holder of an access key signed a request for this verifier.
///
/// [`payload`](Self::payload) says what is proven of the payload; the pieces of a stream are
/// verified while they are read. Use the signed values that it returns, not those of the request:
/// [`path`](Self::path) or [`object_path`](Self::object_path), [`query`](Self::query), and
/// [`header`](Self::header).
///
/// It borrows the claim. [`into_owned`](Self::into_owned) returns a proof that borrows nothing.
///
/// ```
/// use countersign::verify::{
///     SignedRequest, VerificationKey, VerifiedPayload, Verifier,
/// };
/// use countersign::{Credentials, PayloadHash, Signer, Timestamp};
///
/// let now: Timestamp = "2026-01-02T03:04:05Z".parse()?;
/// let known = Credentials::new("AKIDEXAMPLE", "secret");
/// let url = "https://api.example.com/items//a%20b?filter=x+y";
/// let mut request = http::Request::post(url).body("{}")?;
/// Signer::new(known.clone(), "us-east-1", "execute-api")?.sign(
///     &mut request,
///     PayloadHash::new("{}"),
///     now,
/// )?;
///
/// let claim = SignedRequest::parse(&request)?;
/// let key = VerificationKey::derive(&known, claim.scope())?;
/// let payload = PayloadHash::new(request.body());
/// let verifier = Verifier::new("us-east-1", "execute-api")?;
/// let verified = verifier.verify(&claim, &key, payload, now)?;
/// assert_eq!(verified.access_key_id(), "AKIDEXAMPLE");
/// assert_eq!(verified.path(), "/items/a%20b");
/// let (name, value) = verified.query().next().expect("one parameter");
/// assert_eq!((&*name, &*value), (&b"filter"[..], &b"x y"[..]));
/// assert!(verified.signed_headers().eq(["host", "x-amz-date"]));
/// let date = verified.header("x-amz-date").expect("it is signed");
/// assert_eq!(&*date, b"20260102T030405Z");
/// assert!(matches!(verified.payload(), VerifiedPayload::Sha256(_)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy)]
pub struct Verified<'c> {
    pub(super) claim: &'c SignedRequest<'c>,
    pub(super) path: CanonicalPath<'c>,
    pub(super) canonical_hash: [u8; 32],
    pub(super) payload: VerifiedPayload,
}

/// How the payload of a [`Verified`] request is signed.
///
/// ```
/// use countersign::verify::VerifiedPayload;
///
/// /// Whether the body is proven to be what the client sent.
/// fn is_proven(payload: VerifiedPayload) -> bool {
///     matches!(payload, VerifiedPayload::Sha256(_))
/// }
/// assert!(!is_proven(VerifiedPayload::Unsigned));
/// ```
// Exhaustive on purpose, as `PendingVerification` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VerifiedPayload {
    /// The signature covers this SHA-256, and the payload has it. Where a body
    /// [streams](crate::guide::server), the payload is compared while it is read.
    Sha256([u8; 32]),
    /// The payload is not signed. Anyone on the network path, such as a proxy, could have changed
    /// it.
    Unsigned,
    /// The payload is a stream. Its chunks or messages are verified one by one, if they are signed.
    Streaming(StreamingMode),
}

impl<'c> Verified<'c> {
    /// The access key ID that signed.
    pub fn access_key_id(&self) -> &'c str {
        self.claim.access_key_id()
    }

    /// The day, region and service that the request was signed for.
    pub fn scope(&self) -> &'c CredentialScope {
        self.claim.scope()
    }

    /// The time at which the request was signed.
    pub fn date(&self) -> &'c AmzDate {
        self.claim.date()
    }

    /// Where the signature was: in the `authorization` header or in the query.
    pub fn form(&self) -> SignatureLocation {
        self.claim.form()
    }

    /// The method, as it was signed.
    pub fn method(&self) -> &'c str {
        self.claim.method
    }

    /// The host, as it was signed.
    ///
    /// It is the `host` header, `:authority` in HTTP/2, or the original host if a proxy replaced
    /// it. The client chooses it: bytes that are not UTF-8 are replaced by U+FFFD.
    /// [`Verifier::with_host`](super::Verifier::with_host) compares
    /// it.
    pub fn host(&self) -> Cow<'c, str> {
        String::from_utf8_lossy(self.claim.host)
    }

    /// The path to route by: normalized, and still percent-encoded.
    ///
    /// - S3's family ([`Rules::S3`](crate::Rules::S3)): the path in canonical encoding, with all
    ///   its slashes and dots. Use [`object_path`](Self::object_path) instead.
    /// - Other services: `//` is collapsed, and `.` and `..` are resolved if the verifier accepts
    ///   them. One signature covers all these spellings, so route only by this one.
    pub fn path(&self) -> Cow<'c, str> {
        self.path.to_route()
    }

    /// The decoded path of a request for S3's family: bucket and key. `None` for other services.
    pub fn object_path(&self) -> Option<ObjectPath> {
        self.path.to_decoded().map(ObjectPath)
    }

    /// The query parameters, decoded, in the order of the request.
    ///
    /// A bare `+` is a space. The parameters of the signature are omitted. The order is not signed,
    /// so refuse duplicates of a parameter that may appear only once.
    pub fn query(&self) -> impl Iterator<Item = (Cow<'c, [u8]>, Cow<'c, [u8]>)> + use<'c> {
        let parameters = parameters(self.claim.query).filter_map(Result::ok);
        let own = parameters.filter(|parameter| !is_of_signature(parameter));
        own.map(|parameter| (decode(parameter.name()), decode(parameter.raw_value())))
    }

    /// The names of the signed headers, in lowercase and in order.
    ///
    /// [`header`](Self::header) returns their values. Anyone on the network path, such as a proxy,
    /// could have changed or added all other headers.
    pub fn signed_headers(&self) -> impl Iterator<Item = &'c str> + use<'c> {
        self.claim.signed_headers()
    }

    /// The value of a signed header, as it was signed. `name` is in lowercase.
    ///
    /// It is the canonical value: values of a repeated name are joined with `,`, and each run of
    /// spaces and tabs is one space. Use it instead of the header of the request. An attacker can
    /// split a header at its commas, and the signature still matches.
    ///
    /// It is `None` for a header that is not signed, and for the session token.
    pub fn header(&self, name: &str) -> Option<Cow<'c, [u8]>> {
        if is_token(name) || !self.signed_headers().any(|signed| signed == name) {
            return None;
        }
        if name == "host" {
            return Some(Cow::Borrowed(self.claim.host.trim_ascii()));
        }
        let values = self.claim.headers.iter().filter(|(own, _)| *own == name);
        canonical_value(name, values.map(|(_, value)| value)).map(Cow::Owned)
    }

    /// What is proven about the payload.
    pub fn payload(&self) -> VerifiedPayload {
        self.payload
    }

    /// An identifier that is equal for every replay of the request. Store it to refuse replays.
    ///
    /// It is the SHA-256 of the algorithm, the access key ID and the string to sign, joined with
    /// line feeds. Do not use the signature for this: hex digits have two cases, and an ECDSA
    /// signature has two valid values. Keep the identifier for twice the clock window.
    ///
    /// Two identical requests in one second have the same identifier, so refuse only replays of
    /// writes. It is `None` for presigned URLs, which may be used repeatedly.
    pub fn replay_id(&self) -> Option<[u8; 32]> {
        let signed = &self.claim.signed;
        if signed.form != SignatureLocation::Header {
            return None;
        }
        let (date, scope) = (&signed.date, &signed.scope);
        let string_to_sign = StringToSign::new(signed.algorithm, date, scope, &self.canonical_hash);
        let mut hash = Sha256::new();
        for part in [signed.algorithm.as_str(), "\n", &signed.access_key_id, "\n"] {
            hash.update(part.as_bytes());
        }
        hash.update(string_to_sign.as_ref());
        Some(hash.finish())
    }

    /// All signed headers with their values, read once.
    fn owned_headers(&self) -> Vec<(String, Option<Vec<u8>>)> {
        let names: Vec<&str> = self.signed_headers().collect();
        let shown = |name: &str| name != "host" && !is_token(name);
        let headers = self.claim.headers.iter();
        // The list is in order.
        let lines = canonical_lines(
            headers.filter(|(name, _)| shown(name) && names.binary_search(name).is_ok()),
        );
        let mut lines = lines
            .split(|byte| *byte == b'\n')
            .filter_map(name_and_value);
        let headers = names.into_iter().map(|name| {
            let value = match name {
                "host" => Some(self.claim.host.trim_ascii()),
                _ if !shown(name) => None,
                // Both are in order, and every name has a line.
                _ => lines.next().map(|(_, value)| value),
            };
            (name.to_owned(), value.map(<[u8]>::to_vec))
        });
        headers.collect()
    }

    /// Copies the proof, so that it borrows nothing.
    pub fn into_owned(self) -> OwnedVerified {
        OwnedVerified {
            access_key_id: self.access_key_id().to_owned(),
            scope: *self.scope(),
            date: *self.date(),
            form: self.form(),
            method: self.method().to_owned(),
            host: self.host().into_owned(),
            path: self.path().into_owned(),
            object_path: self.object_path(),
            query: self
                .query()
                .map(|(name, value)| (name.into_owned(), value.into_owned()))
                .collect(),
            headers: self.owned_headers(),
            payload: self.payload,
            replay_id: self.replay_id(),
        }
    }
}

/// Whether a header contains the session token, which a proof does not keep.
fn is_token(name: &str) -> bool {
    matches!(name, "x-amz-security-token" | "x-amz-s3session-token")
}

/// `name:value` and a line feed, for each name.
fn canonical_lines<'h>(headers: impl Iterator<Item = (&'h str, &'h [u8])>) -> Vec<u8> {
    let mut canonical = CanonicalHeaders::unsorted();
    for (name, value) in headers {
        canonical.push(name, value);
    }
    canonical.sort();
    let mut lines = Vec::new();
    canonical.write(&mut lines);
    lines
}

/// The one value that is signed for all values of a name.
pub(crate) fn canonical_value<'h>(
    name: &'h str,
    values: impl Iterator<Item = &'h [u8]>,
) -> Option<Vec<u8>> {
    let lines = canonical_lines(values.map(|value| (name, value)));
    let (_, value) = name_and_value(lines.strip_suffix(b"\n")?)?;
    Some(value.to_vec())
}

fn name_and_value(line: &[u8]) -> Option<(&str, &[u8])> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let (name, value) = line.split_at_checked(colon)?;
    Some((std::str::from_utf8(name).ok()?, value.get(1..)?))
}

fn decode(text: &str) -> Cow<'_, [u8]> {
    if holds(text.as_bytes(), |byte| matches!(byte, b'%' | b'+')) {
        return Cow::Owned(decoded_in_query(text).collect());
    }
    Cow::Borrowed(text.as_bytes())
}

impl fmt::Debug for Verified<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified")
            .field("access_key_id", &self.access_key_id())
            .field("scope", self.scope())
            .field("date", self.date())
            .field("payload", &self.payload)
            .finish_non_exhaustive()
    }
}

/// The decoded path of a request for S3's family.
///
/// The path is decoded once, with `+` as a plus, and then split. All spellings of a key that share
/// a signature have the same `ObjectPath`, so use it to find the object.
///
/// ```
/// use countersign::verify::Verified;
///
/// /// Of a store that takes the bucket from the host, and otherwise from the path.
/// fn bucket_and_key(verified: &Verified<'_>) -> Option<(Vec<u8>, Vec<u8>)> {
///     let (object, host) = (verified.object_path()?, verified.host());
///     let (bucket, key) = match host.strip_suffix(".s3.example.com") {
///         Some(bucket) => (bucket.as_bytes(), object.key()),
///         None => object.bucket_and_key(),
///     };
///     Some((bucket.to_vec(), key.to_vec()))
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ObjectPath(Vec<u8>);

impl ObjectPath {
    /// Returns the whole decoded path, with its leading slash.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Returns the object key, if the bucket is in the host name (virtual-hosted style).
    ///
    /// It is empty for the bucket itself. It may contain `.` and `..` segments and any bytes, so
    /// never use it as a file name.
    pub fn key(&self) -> &[u8] {
        self.0.strip_prefix(b"/").unwrap_or(&self.0)
    }

    /// Returns the bucket and the object key, if the bucket is in the path (path style).
    ///
    /// Both are empty for the service itself. The key is empty for the bucket itself.
    pub fn bucket_and_key(&self) -> (&[u8], &[u8]) {
        let path = self.key();
        let slash = path.iter().position(|&byte| byte == b'/');
        let split = slash.and_then(|slash| path.split_at_checked(slash));
        split.map_or((path, &[]), |(bucket, key)| {
            (bucket, key.strip_prefix(b"/").unwrap_or(key))
        })
    }
}

/// A [`Verified`] that borrows nothing, for example to pass it to another handler.
///
/// [`Verified::into_owned`] returns it. No other way exists to create one.
///
/// ```
/// use countersign::verify::{
///     OwnedVerified, SignedRequest, VerificationKey, Verifier,
/// };
/// use countersign::{Credentials, PayloadHash, Signer, Timestamp};
///
/// fn admit(
///     request: http::Request<Vec<u8>>,
///     known: &Credentials,
///     now: Timestamp,
/// ) -> Result<OwnedVerified, Box<dyn std::error::Error>> {
///     let claim = SignedRequest::parse(&request)?;
///     let key = VerificationKey::derive(known, claim.scope())?;
///     let payload = PayloadHash::new(request.body());
///     let verifier = Verifier::new("us-east-1", "sqs")?;
///     Ok(verifier.verify(&claim, &key, payload, now)?.into_owned())
/// }
///
/// let now: Timestamp = "2026-01-02T03:04:05Z".parse()?;
/// let known = Credentials::new("AKIDEXAMPLE", "secret");
/// let mut request =
///     http::Request::post("https://sqs.us-east-1.amazonaws.com/")
///         .body(vec![])?;
/// Signer::new(known.clone(), "us-east-1", "sqs")?.sign(
///     &mut request,
///     PayloadHash::EMPTY,
///     now,
/// )?;
/// let verified = admit(request, &known, now)?;
/// assert_eq!(
///     (verified.access_key_id(), verified.path()),
///     ("AKIDEXAMPLE", "/")
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct OwnedVerified {
    access_key_id: String,
    scope: CredentialScope,
    date: AmzDate,
    form: SignatureLocation,
    method: String,
    host: String,
    path: String,
    object_path: Option<ObjectPath>,
    query: Vec<(Vec<u8>, Vec<u8>)>,
    /// All signed headers. The session token has no value here.
    headers: Vec<(String, Option<Vec<u8>>)>,
    payload: VerifiedPayload,
    replay_id: Option<[u8; 32]>,
}

impl OwnedVerified {
    /// The access key ID that signed.
    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    /// The day, region and service that the request was signed for.
    pub fn scope(&self) -> &CredentialScope {
        &self.scope
    }

    /// The time at which the request was signed.
    pub fn date(&self) -> &AmzDate {
        &self.date
    }

    /// Where the signature was: in the `authorization` header or in the query.
    pub fn form(&self) -> SignatureLocation {
        self.form
    }

    /// The method, as it was signed.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The host, as [`Verified::host`] returns it.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The path to route by, as [`Verified::path`] returns it.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The decoded path of a request for S3's family, as [`Verified::object_path`] returns it.
    pub fn object_path(&self) -> Option<&ObjectPath> {
        self.object_path.as_ref()
    }

    /// The query parameters, as [`Verified::query`] returns them.
    pub fn query(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let query = self.query.iter();
        query.map(|(name, value)| (&**name, &**value))
    }

    /// The names of the signed headers, in lowercase and in order.
    pub fn signed_headers(&self) -> impl Iterator<Item = &str> {
        self.headers.iter().map(|(name, _)| name.as_str())
    }

    /// The value of a signed header, as [`Verified::header`] returns it.
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        let found = self.headers.iter().find(|(own, _)| own == name);
        found.and_then(|(_, value)| value.as_deref())
    }

    /// What is proven about the payload.
    pub fn payload(&self) -> VerifiedPayload {
        self.payload
    }

    /// The identifier of replays, as [`Verified::replay_id`] returns it.
    pub fn replay_id(&self) -> Option<[u8; 32]> {
        self.replay_id
    }
}

impl fmt::Debug for OwnedVerified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnedVerified")
            .field("access_key_id", &self.access_key_id)
            .field("scope", &self.scope)
            .field("date", &self.date)
            .field("method", &self.method)
            .field("path", &self.path)
            .field("payload", &self.payload)
            .finish_non_exhaustive()
    }
}
