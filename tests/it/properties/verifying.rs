//! A signed request verifies, and one with another meaning does not.

use std::time::Duration;

use countersign::verify::{SignedRequest, VerificationKey, Verifier, VerifyError};
use countersign::{Credentials, PayloadHash, RawRequest, Service, Signer};
use http::HeaderMap;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use time::OffsetDateTime;

use crate::properties::inputs::*;
use crate::properties::meaning::{Meaning, meaning};

/// A request as a server receives it, in parts that can be changed.
#[derive(Clone, Debug)]
struct Arrived {
    method: String,
    path: String,
    query: String,
    headers: Vec<(String, Vec<u8>)>,
    payload: PayloadHash,
}

impl Arrived {
    fn new(method: &str, uri: &str, headers: &HeaderMap, payload: PayloadHash) -> Self {
        let target = uri.strip_prefix("https://example.com").unwrap();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let headers = headers
            .iter()
            .map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()));
        let host = [("host".to_owned(), b"example.com".to_vec())];
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            headers: headers.chain(host).collect(),
            payload,
        }
    }

    /// Inserts, removes or replaces one character of one part.
    fn change(&mut self, part: usize, at: prop::sample::Index, how: usize, character: char) {
        let edit = |text: &mut String| {
            let mut characters: Vec<char> = text.chars().collect();
            let position = at.index(characters.len() + 1);
            match how {
                0 => characters.insert(position, character),
                _ if position == characters.len() => characters.push(character),
                1 => drop(characters.remove(position)),
                _ => characters[position] = character,
            }
            *text = characters.into_iter().collect();
        };
        match part {
            0 => edit(&mut self.method),
            1 => edit(&mut self.path),
            2 => edit(&mut self.query),
            3 => self.payload = PayloadHash::new([u8::try_from(character).unwrap()]),
            header => {
                let count = self.headers.len();
                let (name, value) = &mut self.headers[header % count];
                // The authorization lists the signed headers, and is not signed itself.
                if let (true, Ok(mut text)) =
                    (name != "authorization", String::from_utf8(value.clone()))
                {
                    edit(&mut text);
                    *value = text.into_bytes();
                }
            }
        }
    }

    /// The meaning of the signed parts, with these signed headers.
    fn signed(&self, names: &[String], s3: bool) -> Meaning {
        self.lend(|request| {
            meaning(request, self.payload, s3, |name| {
                names.iter().any(|signed| signed == name)
            })
        })
    }

    fn lend<T>(&self, read: impl FnOnce(&RawRequest<'_>) -> T) -> T {
        let headers: Vec<(&str, &[u8])> = self
            .headers
            .iter()
            .map(|(name, value)| (&**name, &**value))
            .collect();
        let Self {
            method,
            path,
            query,
            ..
        } = self;
        read(&RawRequest {
            method,
            path,
            query,
            headers: &headers,
        })
    }

    /// Verifies the request, and returns the names of its signed headers.
    fn verify(
        &self,
        credentials: &Credentials,
        service: &Service,
        now: OffsetDateTime,
    ) -> Result<Vec<String>, VerifyError> {
        self.lend(|request| {
            let claim = SignedRequest::parse_raw(request)?;
            let key = VerificationKey::derive(credentials, claim.scope()).unwrap();
            let verifier = Verifier::new("us-east-1", service.clone())
                .unwrap()
                .allow_dot_segments();
            let verified = verifier.verify(&claim, &key, self.payload, now)?;
            Ok(verified.signed_headers().map(str::to_owned).collect())
        })
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Signed in the header and presigned.
    #[test]
    fn what_is_signed_verifies_and_what_is_changed_does_not(
        (credentials, service) in any_identity(),
        path in any_path(),
        query in any_query(),
        headers in any_headers(),
        payload in any_payload(),
        presign in any::<bool>(),
        now in any_now(),
        changes in vec((0..12_usize, any::<prop::sample::Index>(), 0..3_usize, select(
            "abcZ019-._~/%+&=?,;: \t*'\"".chars().collect::<Vec<_>>()
        )), 12),
    ) {
        let signer = Signer::new(credentials.clone(), "us-east-1", service.clone()).unwrap();
        let payload = match presign {
            true => payload_in_url(&signer, payload),
            false => payload_for(&signer, payload),
        };
        let mut request = request(&format!("https://example.com{path}?{query}"), &headers);
        let arrived = if presign {
            let lifetime = Duration::from_secs(60);
            let presigned = signer.presign_with_payload(&request, payload, lifetime, now).unwrap();
            Arrived::new("GET", presigned.url(), presigned.headers(), payload)
        } else {
            signer.sign(&mut request, payload, now).unwrap();
            Arrived::new("GET", &request.uri().to_string(), request.headers(), payload)
        };
        let names = arrived.verify(&credentials, &service, now);
        prop_assert!(names.is_ok(), "{:?} {:?}", names, arrived);
        let names = names.unwrap();
        let s3 = !service.rules().normalize_path;
        let meant = arrived.signed(&names, s3);
        for (part, at, how, character) in changes {
            let mut changed = arrived.clone();
            changed.change(part, at, how, character);
            if changed.verify(&credentials, &service, now).is_ok() {
                prop_assert_eq!(&changed.signed(&names, s3), &meant, "{:?}", changed);
            }
        }
    }
}
