//! CloudFront signatures compared with `openssl`: it signs the policies with the keys of
//! `tests/vectors/cloudfront.json`, and verifies what this crate signs. Without the command the
//! tests print a line and pass.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use countersign::Timestamp;
use countersign::cloudfront::{Hash, P256Key, SignedUrl, UrlError};
use serde_json::Value;

fn vectors() -> Value {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/cloudfront.json");
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

/// A temporary folder for the files that `openssl` reads.
struct Files(PathBuf);

impl Files {
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn write(&self, name: &str, content: &[u8]) -> PathBuf {
        let file = self.0.join(name);
        std::fs::write(&file, content).unwrap();
        file
    }
}

fn has_openssl() -> bool {
    let found = Command::new("openssl").arg("version").output();
    let found = found.is_ok_and(|output| output.status.success());
    if !found {
        eprintln!("SKIPPED: the command openssl is not installed");
    }
    found
}

/// Runs `openssl dgst`. Returns whether it succeeded, and its output.
fn dgst(hash: &str, arguments: &[&str], input: &[u8]) -> (bool, Vec<u8>) {
    let mut child = Command::new("openssl")
        .args(["dgst", hash])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    (output.status.success(), output.stdout)
}

fn hash_of(input: &Value) -> (&'static str, Hash) {
    match input["hash"].as_str() {
        Some("SHA256") => ("-sha256", Hash::Sha256),
        _ => ("-sha1", Hash::Sha1),
    }
}

fn verifies(files: &Files, public_pem: &str, hash: &str, policy: &[u8], signature: &[u8]) -> bool {
    let key = files.write("public.pem", public_pem.as_bytes());
    let signature = files.write("signature", signature);
    let arguments = [
        "-verify",
        key.to_str().unwrap(),
        "-signature",
        signature.to_str().unwrap(),
    ];
    dgst(hash, &arguments, policy).0
}

#[test]
fn openssl_makes_the_recorded_signatures() {
    if !has_openssl() {
        return;
    }
    let (vectors, files) = (vectors(), Files::new("cloudfront-recorded"));
    let mut judged = 0;
    for case in vectors["cases"].as_array().unwrap() {
        let Some(recorded) = case["expected"]["signature_hex"].as_str() else {
            continue;
        };
        let key = &vectors["keys"][case["input"]["key"].as_str().unwrap()];
        let (hash, _) = hash_of(&case["input"]);
        let policy = case["expected"]["policy"].as_str().unwrap().as_bytes();
        let recorded = hex::decode(recorded).unwrap();
        let public = key["public_pem"].as_str().unwrap();
        assert!(
            verifies(&files, public, hash, policy, &recorded),
            "{}",
            case["id"]
        );
        if case["expected"]["signature_is_sample"].is_null() {
            let private = files.write(
                "private.pem",
                key["private_pem"].as_str().unwrap().as_bytes(),
            );
            let (signed, signature) = dgst(hash, &["-sign", private.to_str().unwrap()], policy);
            assert!(signed && signature == recorded, "{}", case["id"]);
        }
        judged += 1;
    }
    assert_eq!(judged, 26);
}

#[test]
fn openssl_verifies_what_a_p256_key_signs() {
    let vectors = vectors();
    let key = &vectors["keys"]["p256-1"];
    let own = P256Key::from_pem(key["private_pem"].as_str().unwrap()).unwrap();
    let expires = Timestamp::from_unix_seconds(1_798_761_600);
    let url = SignedUrl::new("https://d111111abcdef8.cloudfront.net/image.jpg", expires);
    let policy = url.policy().unwrap();
    if !has_openssl() {
        return;
    }
    let files = Files::new("cloudfront-p256");
    for (name, hash) in [("-sha1", Hash::Sha1), ("-sha256", Hash::Sha256)] {
        let mut signature = Vec::new();
        let sign = |policy: &[u8]| {
            signature = own.sign(policy, hash)?;
            Ok::<_, UrlError>(signature.clone())
        };
        url.clone()
            .with_hash(hash)
            .sign("K2JCJMDEHXQW5F", sign)
            .unwrap();
        let public = key["public_pem"].as_str().unwrap();
        assert!(
            verifies(&files, public, name, policy.as_bytes(), &signature),
            "{name}"
        );
        // Another policy does not verify.
        let other = policy.replace("image", "other");
        assert!(
            !verifies(&files, public, name, other.as_bytes(), &signature),
            "{name}"
        );
    }
}

#[test]
fn keys_of_both_forms_are_read_and_others_refused() {
    let vectors = vectors();
    let pem = |key: &str, half: &str| vectors["keys"][key][half].as_str().unwrap().to_owned();
    let pkcs8 = P256Key::from_pem(&pem("p256-1", "private_pem")).unwrap();
    let sec1 = "-----BEGIN EC PRIVATE KEY-----\n\
        MHcCAQEEIIrttclW3uFHfZc2QfXu7YS5/lMq/lNJGzvlNGPMx7kwoAoGCCqGSM49\n\
        AwEHoUQDQgAE4LB2RwsG4+qZ61qGB2G7LFxHXy5JCZcUMWrDmBVw1pJpg4YiH+dG\n\
        vbhb8xU8bH7UOAgCUBAnUTN4PLb+7Qx8bw==\n-----END EC PRIVATE KEY-----\n";
    let sec1 = P256Key::from_pem(sec1).unwrap();
    // RustCrypto's nonces are deterministic, AWS-LC's are random.
    if cfg!(not(feature = "aws-lc")) {
        let sign = |key: &P256Key| key.sign(b"policy", Hash::Sha256).unwrap();
        assert_eq!(sign(&pkcs8), sign(&sec1));
    }
    assert!(pkcs8.sign(b"policy", Hash::Sha1).is_ok());
    assert_eq!(format!("{pkcs8:?}"), "P256Key([elided])");
    for pem in [
        String::new(),
        pem("p256-1", "public_pem"),
        pem("rsa-1", "private_pem"),
        pem("rsa-2", "private_pem"),
        pem("p256-1", "private_pem").replace("MIGH", "MIGI"),
        pem("p256-1", "private_pem").replace("AgEAMBMG", "AgEA"),
        "-----BEGIN PRIVATE KEY-----\nMA==\n-----END PRIVATE KEY-----".to_owned(),
        "-----BEGIN PRIVATE KEY-----\n!\n-----END PRIVATE KEY-----".to_owned(),
    ] {
        assert!(P256Key::from_pem(&pem).is_err(), "{pem}");
    }
}

#[test]
fn a_star_in_a_url_is_refused_and_its_escape_signed() {
    let expires = Timestamp::from_unix_seconds(1_798_761_600);
    let star = SignedUrl::new("https://example.com/a*", expires);
    assert_eq!(star.policy(), Err(UrlError::Wildcard));
    assert!(
        SignedUrl::new("https://example.com/a%2A", expires)
            .policy()
            .is_ok()
    );
    let resource =
        SignedUrl::new("https://example.com/a", expires).with_resource("https://example.com/*");
    assert!(resource.policy().is_ok());
}
