//! aws-chunked payloads: the request, every chunk, the trailers, and the encoded body.

use countersign::chunked::{ChunkHeader, ChunkSigner, ChunkVerifier, ChunkedEncoding, Trailer};
use countersign::verify::VerificationKey;
use countersign::{
    Error, PayloadHash, SecretKey,
    sigv4::{
        Algorithm, AmzDate, Authorization, CredentialScope, Signature, SigningKey, StringToSign,
    },
};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::report::Case;
use crate::sigv4::{base64, body, request, sign_seed, text};

pub fn run(case: &mut Case<'_>) {
    if case.input["region_set"].is_string() {
        #[cfg(feature = "sigv4a")]
        crate::sigv4a_chunked::run(case);
        #[cfg(not(feature = "sigv4a"))]
        case.wait();
        return;
    }
    if let Err(error) = sign(case) {
        case.fail(format!("refused: {error}"));
    }
}

pub fn trailers(input: &Value) -> Vec<(&str, &str)> {
    let pairs = input["trailers"].as_array().map_or(&[][..], Vec::as_slice);
    pairs
        .iter()
        .map(|pair| (pair[0].as_str().unwrap(), pair[1].as_str().unwrap()))
        .collect()
}

/// The data in chunks: all of one size, or of the sizes in a list, of which the last is repeated.
pub fn chunks<'d>(input: &Value, mut data: &'d [u8]) -> Vec<&'d [u8]> {
    let sizes = sizes(input);
    let last = sizes.last().copied().unwrap_or(data.len());
    let mut sizes = sizes.into_iter();
    let mut chunks = Vec::new();
    while !data.is_empty() {
        let size = sizes.next().unwrap_or(last).min(data.len());
        let (chunk, rest) = data.split_at(size);
        chunks.push(chunk);
        data = rest;
    }
    chunks
}

fn sizes(input: &Value) -> Vec<usize> {
    let size = |value: &Value| usize::try_from(value.as_u64().unwrap()).unwrap();
    match input["chunking"].as_array() {
        Some(list) => list.iter().map(size).filter(|size| *size > 0).collect(),
        None => vec![size(&input["chunking"])],
    }
}

/// The size of all chunks except the last, which may be smaller. `None` if they differ otherwise,
/// so that the length cannot be calculated in advance.
pub fn chunk_size(input: &Value) -> Option<usize> {
    let (data, size) = (body(input), *sizes(input).first()?);
    let alike = chunks(input, &data)
        .into_iter()
        .map(<[u8]>::len)
        .eq(data.chunks(size).map(<[u8]>::len));
    alike.then_some(size)
}

pub fn payload(input: &Value) -> ChunkedEncoding {
    let length = body(input).len() as u64;
    let trailers = trailers(input)
        .into_iter()
        .map(|(name, value)| Trailer::new(name.parse().unwrap(), value.len()));
    let payload = match text(&input["options"], "payload") {
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" | "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD" => {
            ChunkedEncoding::signed(length)
        }
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
        | "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER" => {
            ChunkedEncoding::signed_with_trailers(length, trailers)
        }
        "STREAMING-UNSIGNED-PAYLOAD-TRAILER" => {
            ChunkedEncoding::unsigned_with_trailers(length, trailers)
        }
        other => panic!("payload: {other}"),
    };
    let payload = match chunk_size(input) {
        Some(size) => payload.with_chunk_size(size),
        None => payload.with_any_chunk_size(),
    };
    if input["below_minimum_chunk"].is_null() {
        payload
    } else {
        payload.without_min_chunk_size()
    }
}

fn sign(case: &mut Case<'_>) -> Result<(), Error> {
    let (input, expected) = (case.input, case.expected);
    let payload = payload(input);
    if chunk_size(input).is_some() {
        case.check(
            "encoded_length",
            expected["encoded_length"].as_u64(),
            payload.encoded_length(Algorithm::HmacSha256),
        );
    }
    let request = request(input).unwrap();
    // Most of the recorded requests have no `content-length`.
    let payload = if request.headers().contains_key("content-length") {
        payload
    } else {
        payload.with_any_chunk_size()
    };
    let chunks = sign_seed(case, &expected["seed"], request, payload)?;
    check_wire(case, chunks)
}

fn check_wire(case: &mut Case<'_>, mut chunks: ChunkSigner) -> Result<(), Error> {
    let (input, expected) = (case.input, case.expected);
    let data = body(input);
    let mut wire = Vec::new();
    let mut prior = seed(expected);
    let mut signed = Vec::new();
    for chunk in self::chunks(input, &data) {
        let header = chunks.header(chunk)?;
        wire.extend_from_slice(header.as_ref());
        wire.extend_from_slice(chunk);
        signed.push((chunk, header));
    }
    let end = chunks.finish_with(trailers(input))?;
    wire.extend_from_slice(&end);

    if let Some(recorded) = expected["chunks"].as_array() {
        case.check("count of chunks", recorded.len(), signed.len() + 1);
        for ((chunk, header), recorded) in signed.iter().zip(recorded) {
            check_chunk(case, chunk, header, prior.as_ref(), recorded);
            prior = header.signature().copied();
        }
        check_final_chunk(case, &end, prior.as_ref(), final_chunk(expected));
    }
    check_trailer(case, &end);

    case.check(
        "encoded_length sent",
        expected["encoded_length"].as_u64(),
        Some(wire.len() as u64),
    );
    let recorded = &expected["wire"];
    case.check(
        "wire length",
        recorded["length"].as_u64(),
        Some(wire.len() as u64),
    );
    let hash = PayloadHash::new(&wire).to_string();
    case.check("wire sha256", text(recorded, "sha256"), hash.as_str());
    check_decoded(case, key(case), &wire);
    if let Some(bytes) = recorded["base64"].as_str() {
        case.check("wire base64", base64(bytes), wire);
    }
    Ok(())
}

/// Decodes the recorded body in pieces, with the recorded seed.
pub fn check_decoded(case: &mut Case<'_>, key: VerificationKey, wire: &[u8]) {
    let (input, Some(seed)) = (case.input, seed(case.expected)) else {
        return case.fail("no seed");
    };
    let (date, scope) = date_and_scope(case);
    let mut verifier = ChunkVerifier::for_payload(&payload(input), &seed, &date, &scope, key);
    if !input["below_minimum_chunk"].is_null() {
        verifier = verifier.without_min_chunk_size();
    }
    let mut data = Vec::new();
    for mut piece in wire.chunks(1000) {
        while !piece.is_empty() {
            match verifier.decode(piece) {
                Ok(decoded) => {
                    data.extend_from_slice(decoded.data);
                    piece = &piece[decoded.consumed..];
                }
                Err(error) => return case.fail(format!("read back: {error}")),
            }
        }
    }
    case.check("data read back", &body(input), &data);
    let expected = trailers(input);
    match verifier.finish_with(|name, value| Some(expected.contains(&(name, value)))) {
        Ok(read) => case.check("trailers read back", expected.len(), read.len()),
        Err(error) => case.fail(format!("read back: {error}")),
    }
}

/// The signature before the first chunk, as in the vector.
fn seed(expected: &Value) -> Option<Signature> {
    let header = text(&expected["seed"], "authorization");
    Some(Authorization::parse(header).ok()?.signature)
}

fn signing_key(case: &Case<'_>) -> SigningKey {
    let secret_key = text(&case.input["credentials"], "secret_access_key");
    SigningKey::derive(&SecretKey::from(secret_key), &date_and_scope(case).1)
}

fn key(case: &Case<'_>) -> VerificationKey {
    let id = text(&case.input["credentials"], "access_key_id");
    VerificationKey::from_signing_key(id, signing_key(case))
}

fn final_chunk(expected: &Value) -> &Value {
    expected["chunks"].as_array().unwrap().last().unwrap()
}

fn string_to_sign(case: &Case<'_>, prior: Option<&Signature>, chunk: &[u8]) -> StringToSign {
    let (date, scope) = date_and_scope(case);
    let hash = Sha256::digest(chunk).into();
    StringToSign::for_chunk(Algorithm::HmacSha256, &date, &scope, prior.unwrap(), &hash)
}

fn date_and_scope(case: &Case<'_>) -> (AmzDate, CredentialScope) {
    let header = text(&case.expected["seed"], "authorization");
    let scope = Authorization::parse(header).unwrap().scope;
    (
        text(case.input, "time").parse::<AmzDate>().ok().unwrap(),
        scope,
    )
}

fn check_chunk(
    case: &mut Case<'_>,
    chunk: &[u8],
    header: &ChunkHeader,
    prior: Option<&Signature>,
    recorded: &Value,
) {
    let string_to_sign = string_to_sign(case, prior, chunk);
    case.check(
        "chunk size",
        recorded["size"].as_u64(),
        Some(chunk.len() as u64),
    );
    case.check(
        "chunk string_to_sign",
        text(recorded, "string_to_sign"),
        string_to_sign.as_str(),
    );
    case.check(
        "chunk signature",
        text(recorded, "signature"),
        header.signature().unwrap().as_str(),
    );
    let line = std::str::from_utf8(header.as_ref()).unwrap();
    case.check(
        "chunk header_line",
        text(recorded, "header_line"),
        line.trim_start_matches("\r\n"),
    );
}

fn check_final_chunk(case: &mut Case<'_>, end: &[u8], prior: Option<&Signature>, recorded: &Value) {
    let string_to_sign = string_to_sign(case, prior, b"");
    let end = std::str::from_utf8(end).unwrap().trim_start_matches("\r\n");
    let line = end.split_inclusive('\n').next().unwrap();
    case.check("final chunk size", recorded["size"].as_u64(), Some(0));
    case.check(
        "final chunk string_to_sign",
        text(recorded, "string_to_sign"),
        string_to_sign.as_str(),
    );
    case.check(
        "final chunk header_line",
        text(recorded, "header_line"),
        line,
    );
    let signature = line.trim_end().rsplit('=').next().unwrap();
    case.check(
        "final chunk signature",
        text(recorded, "signature"),
        signature,
    );
}

fn check_trailer(case: &mut Case<'_>, end: &[u8]) {
    let recorded = &case.expected["trailer"];
    if recorded.is_null() {
        return;
    }
    let end = std::str::from_utf8(end).unwrap().trim_start_matches("\r\n");
    let lines: Vec<&str> = end.trim_end().split("\r\n").skip(1).collect();
    let (signature, sent) = lines.split_last().unwrap();
    let canonical: String = sent.iter().map(|line| format!("{line}\n")).collect();
    case.check("trailer canonical", text(recorded, "canonical"), &canonical);
    case.check(
        "trailer signature",
        Some(text(recorded, "signature")),
        signature.strip_prefix("x-amz-trailer-signature:"),
    );
    let (date, scope) = date_and_scope(case);
    let hash = Sha256::digest(&canonical).into();
    let prior = signing_key(case).sign(text(final_chunk(case.expected), "string_to_sign"));
    let string_to_sign =
        StringToSign::for_trailers(Algorithm::HmacSha256, &date, &scope, &prior, &hash);
    case.check(
        "trailer string_to_sign",
        text(recorded, "string_to_sign"),
        string_to_sign.as_str(),
    );
}
