//! Signature Version 4A: keys, and requests signed for several regions.

use std::time::Duration;

use countersign::sigv4a::{PublicKey, Signer, SigningKey};
use countersign::{
    Error, PayloadHash, Service,
    sigv4::{
        Algorithm, AmzDate, Authorization, CanonicalRequest, CredentialScope, QueryAuthorization,
        Signature, StringToSign,
    },
};
use http::Request;
use serde_json::Value;

use crate::report::Case;
use crate::sigv4::{credentials, decode, now, pairs, payload, request, rules, text};

/// The derivation of keys, included for intermediate values that are not public.
#[path = "../../src/sigv4/asymmetric/derive.rs"]
mod derive;
/// The HMAC for the derivation.
mod sha256 {
    use hmac::{Hmac, KeyInit as _, Mac as _};

    #[derive(Clone)]
    pub struct HmacSha256(Hmac<sha2::Sha256>);

    impl HmacSha256 {
        pub fn new(key: &[u8]) -> Self {
            Self(Hmac::new_from_slice(key).unwrap())
        }

        pub fn update(&mut self, data: &[u8]) {
            self.0.update(data);
        }

        pub fn finish(self) -> [u8; 32] {
            self.0.finalize().into_bytes().into()
        }
    }
}

pub fn run(case: &mut Case<'_>) {
    match text(case.case, "kind") {
        "key-derivation" => key_derivation(case),
        "candidate" => candidate(case),
        "request" => {
            if let Err(error) = signed_request(case) {
                case.fail(format!("refused: {error}"));
            }
        }
        other => panic!("kind: {other}"),
    }
}

fn key_derivation(case: &mut Case<'_>) {
    let credentials = credentials(case.input);
    let (id, secret_key) = (credentials.access_key_id(), credentials.secret_key());
    let scalar = |candidate: &_| derive::scalar(candidate).map(|scalar| hex(scalar.as_slice()));
    let (before, private_scalar) = derive::candidates(id, secret_key.expose())
        .enumerate()
        .find_map(|(i, candidate)| Some((i as u64, scalar(&candidate)?)))
        .unwrap();
    let derived = derive::derive(id, secret_key.expose()).unwrap();
    case.check(
        "the first that will do",
        &private_scalar,
        &hex(derived.as_slice()),
    );
    case.check(
        "counter",
        case.expected["counter"].as_u64(),
        Some(before + 1),
    );
    case.check(
        "private_scalar_hex",
        text(case.expected, "private_scalar_hex"),
        &private_scalar,
    );
    let key = SigningKey::derive(id, secret_key).unwrap();
    case.check(
        "public_x, public_y",
        public_key(case.expected, ["public_x", "public_y"]),
        key.public_key(),
    );
}

fn candidate(case: &mut Case<'_>) {
    let candidate = unhex(text(case.input, "k0_hex"));
    let scalar = derive::scalar(&candidate.try_into().unwrap());
    case.check(
        "accepted",
        case.expected["accepted"].as_bool(),
        Some(scalar.is_some()),
    );
    case.check(
        "scalar_hex",
        case.expected["scalar_hex"].as_str(),
        scalar.map(|scalar| hex(scalar.as_slice())).as_deref(),
    );
}

fn signed_request(case: &mut Case<'_>) -> Result<(), Error> {
    let input = case.input;
    let (payload, rules) = (payload(input).unwrap(), rules(input));
    let service = Service::new(text(input, "service").to_owned(), rules.clone());
    let signer = Signer::new(credentials(input), text(input, "region_set"), service).unwrap();
    let request = request(input).unwrap();
    let sent = if input["options"]["location"] == "header" {
        signed(case, &signer, request, payload)?
    } else {
        presigned(case, &signer, request, payload)?
    };

    let canonical = CanonicalRequest::new(&sent.request, &rules, payload)?;
    let canonical_text = canonical.to_string();
    let date = text(input, "time").parse::<AmzDate>().ok().unwrap();
    let algorithm = Algorithm::EcdsaP256Sha256;
    let string_to_sign = StringToSign::new(algorithm, &date, &sent.scope, &canonical.hash());
    for (field, actual) in [
        ("canonical_request", &*canonical_text),
        ("string_to_sign", string_to_sign.as_str()),
        ("signed_headers", &*sent.signed_headers),
        ("payload_hash", canonical_text.rsplit('\n').next().unwrap()),
    ] {
        case.check(field, text(case.expected, field), actual);
    }

    let key = public_key(case.expected, ["public_x", "public_y"]);
    case.check("public_x, public_y", &key, &signer.public_key());
    let expected = text(case.expected, "string_to_sign");
    for (field, valid) in [("valid_signature", true), ("invalid_signature", false)] {
        let signature = signature(text(case.expected, field));
        case.check(field, valid, key.verifies(expected, &signature));
    }
    case.check(
        "our signature",
        true,
        key.verifies(expected, &sent.signature),
    );
    Ok(())
}

/// A signed request, and what it declares about its signature.
struct Sent {
    request: Request<()>,
    scope: CredentialScope,
    signed_headers: String,
    signature: Signature,
}

impl Sent {
    fn new(request: Request<()>, authorization: &Authorization<'_>) -> Self {
        assert_eq!(authorization.algorithm, Algorithm::EcdsaP256Sha256);
        Self {
            request,
            scope: authorization.scope,
            signed_headers: authorization.signed_headers.clone().into_owned(),
            signature: authorization.signature,
        }
    }
}

fn signed(
    case: &mut Case<'_>,
    signer: &Signer,
    mut request: Request<()>,
    payload: PayloadHash,
) -> Result<Sent, Error> {
    let before = request.headers().clone();
    signer.sign(&mut request, payload, now(case.input))?;
    // Signs again, as a retry does: nothing of the first signature is signed.
    signer.sign(&mut request, payload, now(case.input))?;
    let new = |name: &str| !before.contains_key(name) && name != "authorization";
    let added = request
        .headers()
        .iter()
        .filter(|(name, _)| new(name.as_str()))
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    case.check(
        "headers_added",
        pairs(&case.expected["headers_added"], str::to_lowercase),
        added,
    );
    let header = request.headers()["authorization"].clone();
    let authorization = Authorization::parse(header.to_str().unwrap())?;
    Ok(Sent::new(request, &authorization))
}

fn presigned(
    case: &mut Case<'_>,
    signer: &Signer,
    mut request: Request<()>,
    payload: PayloadHash,
) -> Result<Sent, Error> {
    let expires = case.input["options"]["expires"].as_u64().unwrap();
    let expires_in = Duration::from_secs(expires);
    let presigned = signer.presign_with_payload(&request, payload, expires_in, now(case.input))?;
    let uri = presigned.uri().unwrap();
    let query = uri.query().unwrap();
    let own = request.uri().query().unwrap_or_default();
    let added = query.strip_prefix(own).unwrap().trim_start_matches('&');
    let added = added
        .split('&')
        .map(|parameter| parameter.split_once('=').unwrap())
        .filter(|(name, _)| *name != "X-Amz-Signature")
        .map(|(name, value)| (decode(name), decode(value)))
        .collect();
    case.check(
        "query_added",
        pairs(&case.expected["query_added"], str::to_owned),
        added,
    );
    let authorization = QueryAuthorization::parse(query)?.authorization;
    *request.uri_mut() = uri.clone();
    request.headers_mut().extend(presigned.headers().clone());
    Ok(Sent::new(request, &authorization))
}

pub fn public_key(expected: &Value, coordinates: [&str; 2]) -> PublicKey {
    let [x, y] = coordinates.map(|name| text(expected, name));
    let point = ["04", x, y].concat();
    PublicKey::from_sec1(&unhex(&point)).unwrap()
}

/// Parses a signature in an `authorization` header.
pub fn signature(hex: &str) -> Signature {
    let header = format!(
        "AWS4-ECDSA-P256-SHA256 Credential=A/20150830/s/aws4_request,SignedHeaders=host,Signature={hex}"
    );
    Authorization::parse(&header).unwrap().signature
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(digits: &str) -> Vec<u8> {
    (0..digits.len())
        .step_by(2)
        .map(|i| u8::from_str_radix(&digits[i..i + 2], 16).unwrap())
        .collect()
}
