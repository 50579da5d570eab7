//! aws-chunked payloads with Signature Version 4A.
//!
//! The recorded signatures are samples: each is verified, and is the prior of the next one. Ours
//! are verified in a chain of their own. If theirs replace ours, the encoded body must be the
//! recorded one.

use countersign::sigv4a::{PublicKey, Signer};
use countersign::verify::VerificationKey;
use countersign::{
    Error, PayloadHash, Service,
    sigv4::{
        Algorithm, AmzDate, Authorization, CanonicalRequest, CredentialScope, Signature,
        StringToSign,
    },
};
use http::HeaderMap;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::chunked::{check_decoded, chunk_size, chunks, payload, trailers};
use crate::report::Case;
use crate::sigv4::{body, credentials, now, pairs, request, rules, text};
use crate::sigv4a::{public_key, signature};

pub fn run(case: &mut Case<'_>) {
    if let Err(error) = sign(case) {
        case.fail(format!("refused: {error}"));
    }
}

fn sign(case: &mut Case<'_>) -> Result<(), Error> {
    let (input, expected) = (case.input, case.expected);
    let payload = payload(input);
    if chunk_size(input).is_some() {
        case.check(
            "encoded_length",
            expected["encoded_length"].as_u64(),
            payload.encoded_length(Algorithm::EcdsaP256Sha256),
        );
    }
    // The recorded requests have no `content-length`.
    let payload = payload.with_any_chunk_size();
    let service = Service::new(text(input, "service").to_owned(), rules(input));
    let signer = Signer::new(credentials(input), text(input, "region_set"), service).unwrap();
    let key = public_key(&expected["public_key"], ["x", "y"]);
    case.check("public_key", &key, &signer.public_key());

    let mut request = request(input).unwrap();
    let before = request.headers().clone();
    let mut signed = signer.sign_chunked(&mut request, payload, now(input))?;
    let canonical = CanonicalRequest::new(&request, &rules(input), signed.payload_hash())?;
    let header = request.headers()["authorization"].to_str().unwrap();
    let authorization = Authorization::parse(header)?;
    let mut chain = Chain {
        key,
        date: text(input, "time").parse::<AmzDate>().ok().unwrap(),
        scope: authorization.scope,
        ours: authorization.signature,
        theirs: signature(text(&expected["seed"], "signature")),
    };
    chain.check_seed(case, &before, request.headers(), &authorization, &canonical);

    let data = body(input);
    let recorded = expected["chunks"].as_array().unwrap();
    let (mut length, mut wire) = (0, Vec::new());
    let mut chunks_of_data = chunks(input, &data).into_iter();
    for recorded in recorded {
        let Some(chunk) = chunks_of_data.next() else {
            break;
        };
        let header = signed.header(chunk)?;
        let header = std::str::from_utf8(header.as_ref()).unwrap();
        length += header.len() + chunk.len();
        wire.extend_from_slice(chain.check_chunk(case, chunk, header, recorded).as_bytes());
        wire.extend_from_slice(chunk);
    }
    case.check("count of chunks", None, chunks_of_data.next());
    let end = signed.finish_with(trailers(input))?;
    let end = std::str::from_utf8(&end).unwrap();
    length += end.len();
    let end = chain.check_chunk(case, b"", end, recorded.last().unwrap());
    wire.extend_from_slice(chain.check_trailer(case, &end).as_bytes());

    let recorded = &expected["wire"];
    case.check(
        "our wire's length",
        recorded["length"].as_u64(),
        Some(length as u64),
    );
    case.check(
        "wire length",
        recorded["length"].as_u64(),
        Some(wire.len() as u64),
    );
    let hash = PayloadHash::new(&wire).to_string();
    case.check("wire sha256", text(recorded, "sha256"), hash.as_str());
    let key = VerificationKey::from_public_key("AKIDEXAMPLE", chain.key.clone());
    check_decoded(case, key, &wire);
    Ok(())
}

/// Two chains of signatures over the same payload.
struct Chain {
    key: PublicKey,
    date: AmzDate,
    scope: CredentialScope,
    ours: Signature,
    theirs: Signature,
}

impl Chain {
    fn check_seed(
        &self,
        case: &mut Case<'_>,
        before: &HeaderMap,
        signed: &HeaderMap,
        authorization: &Authorization<'_>,
        canonical: &CanonicalRequest<'_>,
    ) {
        let seed = &case.expected["seed"];
        let (algorithm, hash) = (authorization.algorithm, canonical.hash());
        let string_to_sign = StringToSign::new(algorithm, &self.date, &self.scope, &hash);
        let canonical = canonical.to_string();
        let their_header = text(seed, "authorization");
        let theirs = Authorization::parse(their_header).unwrap();
        for (field, actual) in [
            ("canonical_request", &*canonical),
            ("string_to_sign", string_to_sign.as_str()),
            ("signed_headers", &*authorization.signed_headers),
            ("payload_hash", canonical.rsplit('\n').next().unwrap()),
            ("signature", theirs.signature.as_str()),
        ] {
            case.check(field, text(seed, field), actual);
        }
        let ours = Authorization {
            signature: theirs.signature,
            ..authorization.clone()
        };
        case.check("authorization", their_header, &ours.to_header());
        let added = signed
            .iter()
            .filter(|(name, _)| !before.contains_key(*name) && *name != "authorization")
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
            .collect();
        case.check(
            "headers_added",
            pairs(&seed["headers_added"], str::to_lowercase),
            added,
        );
        for signature in [&self.ours, &self.theirs] {
            let verifies = self.key.verifies(string_to_sign, signature);
            case.check("signature of the request verifies", true, verifies);
        }
    }

    /// Checks a chunk. Returns its header with their signature.
    fn check_chunk(
        &mut self,
        case: &mut Case<'_>,
        chunk: &[u8],
        header: &str,
        recorded: &Value,
    ) -> String {
        let hash = Sha256::digest(chunk).into();
        let string_to_sign = |prior: &Signature| {
            let algorithm = Algorithm::EcdsaP256Sha256;
            StringToSign::for_chunk(algorithm, &self.date, &self.scope, prior, &hash)
        };
        let [ours, theirs] = [self.ours, self.theirs].map(|prior| string_to_sign(&prior));
        case.check(
            "chunk size",
            recorded["size"].as_u64(),
            Some(chunk.len() as u64),
        );
        case.check(
            "chunk string_to_sign",
            text(recorded, "string_to_sign"),
            theirs.as_str(),
        );
        let (our_signature, their_signature, header) =
            self.replace(case, header, ";chunk-signature=", (ours, theirs), recorded);
        let line = header.trim_start_matches("\r\n");
        let line = line.split_inclusive('\n').next().unwrap();
        case.check("chunk header_line", text(recorded, "header_line"), line);
        (self.ours, self.theirs) = (our_signature, their_signature);
        header
    }

    /// Checks the end of the payload. Returns it with their signature.
    fn check_trailer(&self, case: &mut Case<'_>, end: &str) -> String {
        let recorded = &case.expected["trailer"];
        if recorded.is_null() {
            return end.to_owned();
        }
        let mut lines: Vec<&str> = end
            .trim_start_matches("\r\n")
            .split_inclusive("\r\n")
            .collect();
        assert_eq!(lines.pop(), Some("\r\n"));
        let canonical = lines[1..lines.len() - 1].concat().replace("\r\n", "\n");
        case.check("trailer canonical", text(recorded, "canonical"), &canonical);
        let hash = Sha256::digest(&canonical).into();
        let [ours, theirs] = [self.ours, self.theirs].map(|prior| {
            let algorithm = Algorithm::EcdsaP256Sha256;
            StringToSign::for_trailers(algorithm, &self.date, &self.scope, &prior, &hash)
        });
        case.check(
            "trailer string_to_sign",
            text(recorded, "string_to_sign"),
            theirs.as_str(),
        );
        self.replace(
            case,
            end,
            "x-amz-trailer-signature:",
            (ours, theirs),
            recorded,
        )
        .2
    }

    /// Replaces our signature by theirs, both padded.
    fn replace(
        &self,
        case: &mut Case<'_>,
        sent: &str,
        marker: &str,
        (ours, theirs): (StringToSign, StringToSign),
        recorded: &Value,
    ) -> (Signature, Signature, String) {
        let (before, behind) = sent.split_once(marker).unwrap();
        let (our_text, behind) = behind.split_at(144);
        let their_text = text(recorded, "signature");
        let bare = |padded: &str| signature(padded.trim_end_matches('*'));
        let (our_signature, their_signature) = (bare(our_text), bare(their_text));
        case.check(
            "our signature",
            true,
            self.key.verifies(ours, &our_signature),
        );
        case.check(
            "their signature",
            true,
            self.key.verifies(theirs, &their_signature),
        );
        let header = format!("{before}{marker}{their_text}{behind}");
        (our_signature, their_signature, header)
    }
}
