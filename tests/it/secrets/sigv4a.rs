//! Signature Version 4A.

use countersign::PayloadHash;
use countersign::sigv4a::{Signer, SigningKey};

use crate::secrets::{LIFETIME, NOW, Needles, SECRET, credentials, get};

#[test]
fn keys_and_signers_for_several_regions_hide_secrets() {
    let signer = Signer::new(credentials(), "us-east-1,eu-*", "s3").unwrap();
    let mut request = get("https://bucket.s3.amazonaws.com/k");
    let signature = signer
        .sign(&mut request, PayloadHash::Unsigned, NOW)
        .unwrap();
    let presigned = signer.presign(&get("https://h/k"), LIFETIME, NOW).unwrap();
    let needles = Needles::new(&[&signature, presigned.signature()]);
    needles.hidden_in(&signer);
    needles.hidden_in(&signature);
    needles.hidden_in(&presigned);
    needles.hidden_in(&request);
    needles.hidden_in_display(&Signer::new(credentials(), "not a region", "s3").unwrap_err());

    // The private key of AWS's example, as a number and as bytes.
    let key = SigningKey::derive(
        "AKISORANDOMAASORANDOM",
        &"q+jcrXGc+0zWN6uzclKVhvMmUsIfRPa4rlRandom".into(),
    );
    let text = format!("{:?}", key.unwrap()).to_lowercase();
    assert!(
        !text.contains("7fd3bd010c0d9c29") && !text.contains("127, 211, 189"),
        "{text}"
    );
    let key = SigningKey::derive("AKIDEXAMPLE", &SECRET.into()).unwrap();
    needles.hidden_in(&key);
    needles.hidden_in(&key.public_key());
}
