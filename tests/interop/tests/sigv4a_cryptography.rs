//! Do countersign and another implementation of ECDSA accept each other's signatures, and derive
//! the same keys? Python with the package `cryptography`:
//!
//! ```text
//! pip install cryptography
//! cargo test --test sigv4a_cryptography -- --ignored
//! ```
//!
//! `PYTHON` names another interpreter than `python3`.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

use countersign::sigv4a::{PublicKey, Signer, SigningKey};
use countersign::{
    Credentials, PayloadHash, Rules,
    sigv4::{AmzDate, Authorization, CanonicalRequest, StringToSign},
};
use countersign_interop::report;
use http::Request;
use time::OffsetDateTime;

/// Reads lines of `access key id, secret key, public key, string to sign, signature`, each except
/// the first two in hex. Derives the key, compares it with the public key, verifies the signature,
/// and prints a signature of its own over the same string.
const PEER: &str = r#"
import hashlib, hmac, sys
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

LARGEST = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC63254F
ALGORITHM = ec.ECDSA(hashes.SHA256())

def derive(access_key_id, secret_key):
    for counter in range(1, 255):
        context = access_key_id.encode() + bytes([counter])
        text = (1).to_bytes(4, "big") + b"AWS4-ECDSA-P256-SHA256\0" + context + (256).to_bytes(4, "big")
        digest = hmac.new(b"AWS4A" + secret_key.encode(), text, hashlib.sha256).digest()
        candidate = int.from_bytes(digest, "big")
        if candidate <= LARGEST:
            return ec.derive_private_key(candidate + 1, ec.SECP256R1())

for line in sys.stdin:
    access_key_id, secret_key, public_key, text, signature = line.split()
    key = derive(access_key_id, secret_key)
    point = key.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    text, signature = bytes.fromhex(text), bytes.fromhex(signature)
    assert point.hex() == public_key, "another key"
    key.public_key().verify(signature, text, ALGORITHM)
    try:
        key.public_key().verify(signature, text + b".", ALGORITHM)
        raise AssertionError("it verifies everything")
    except InvalidSignature:
        pass
    print(key.sign(text, ALGORITHM).hex())
"#;

const SIGNATURES: usize = 100;

#[test]
#[ignore = "needs Python with the package cryptography"]
fn each_implementation_verifies_the_others_signatures() {
    let mut lines = String::new();
    let mut cases = Vec::new();
    for i in 0..SIGNATURES {
        let (id, secret_key) = (format!("AKID{i}"), format!("secret/{}", i * 7919));
        let key = SigningKey::derive(&id, &secret_key.as_str().into()).unwrap();
        let text = string_to_sign(&id, &secret_key);
        let signature = key.sign(&text);
        let point = hex(&key.public_key().to_sec1());
        writeln!(
            lines,
            "{id} {secret_key} {point} {} {}",
            hex(text.as_bytes()),
            signature.as_str()
        )
        .unwrap();
        cases.push((key.public_key(), text));
    }
    let answers = ask(&lines);
    let answers: Vec<&str> = answers.lines().collect();
    assert_eq!(answers.len(), SIGNATURES);
    for ((key, text), answer) in cases.iter().zip(answers) {
        assert_verifies(key, text, answer);
    }
    report::line(&format!(
        "sigv4a: {SIGNATURES} signatures and keys accepted by cryptography, {SIGNATURES} of its signatures by us"
    ));
}

/// The string to sign of a whole request.
fn string_to_sign(id: &str, secret_key: &str) -> String {
    let signer = Signer::new(Credentials::new(id, secret_key), "*", "s3").unwrap();
    let now = OffsetDateTime::now_utc();
    let mut request = Request::get("https://a.mrap.accesspoint.s3-global.amazonaws.com/key")
        .body(())
        .unwrap();
    signer.sign(&mut request, PayloadHash::EMPTY, now).unwrap();
    let header = request.headers()["authorization"].to_str().unwrap();
    let authorization = Authorization::parse(header).unwrap();
    let canonical = CanonicalRequest::new(&request, &Rules::S3, PayloadHash::EMPTY).unwrap();
    let (date, hash) = (AmzDate::new(now).unwrap(), canonical.hash());
    let (algorithm, scope) = (authorization.algorithm, &authorization.scope);
    StringToSign::new(algorithm, &date, scope, &hash)
        .as_str()
        .to_owned()
}

fn assert_verifies(key: &PublicKey, text: &str, signature: &str) {
    // A signature is parsed from a header.
    let header = format!(
        "AWS4-ECDSA-P256-SHA256 Credential=A/20150830/s/aws4_request,SignedHeaders=host,Signature={signature}"
    );
    let signature = Authorization::parse(&header).unwrap().signature;
    assert!(key.verifies(text, &signature), "{signature:?}");
    assert!(!key.verifies(format!("{text}."), &signature));
}

fn ask(lines: &str) -> String {
    let python = std::env::var_os("PYTHON").unwrap_or_else(|| "python3".into());
    let mut peer = Command::new(python)
        .args(["-c", PEER])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Python");
    let mut input = peer.stdin.take().unwrap();
    let lines = lines.to_owned();
    let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()));
    let output = peer.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success(), "the peer refused");
    String::from_utf8(output.stdout).unwrap()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}
