//! A verification key is for one scope.

use countersign::sigv4::{Algorithm, AmzDate, CredentialScope, SigningKey, StringToSign};
use sha2::{Digest, Sha256};

use super::*;

/// A cache that returns the key of another scope must not verify a request.
#[test]
fn a_key_of_another_scope_verifies_nothing() {
    let scope = CredentialScope::new(NOW, "us-east-1", "sqs").unwrap();
    let canonical = format!(
        "GET\n/\n\nhost:h.example\nx-amz-date:20150830T123600Z\n\nhost;x-amz-date\n{EMPTY}"
    );
    let hash = Sha256::digest(canonical).into();
    let date = AmzDate::new(NOW).unwrap();
    let string_to_sign = StringToSign::new(Algorithm::HmacSha256, &date, &scope, &hash);
    for (region, service, right) in [
        ("us-east-1", "sqs", true),
        ("us-east-2", "sqs", false),
        ("us-east-1", "sns", false),
    ] {
        let other = CredentialScope::new(NOW, region, service).unwrap();
        assert_eq!(other == scope, right);
        let signing_key = SigningKey::derive(credentials().secret_key(), &other);
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/{scope}, SignedHeaders=host;x-amz-date, \
             Signature={}",
            signing_key.sign(string_to_sign).as_str()
        );
        let mut headers = HeaderMap::new();
        headers.insert("x-amz-date", HeaderValue::from_static("20150830T123600Z"));
        headers.insert("authorization", authorization.try_into().unwrap());
        let request = sent("/", &headers);
        let claim = SignedRequest::parse(&request).unwrap();
        let verifier = Verifier::new("us-east-1", "sqs").unwrap();
        let expected = if right {
            Ok(())
        } else {
            Err(VerifyError::SignatureMismatch)
        };
        let payload = PayloadHash::EMPTY;
        let key = VerificationKey::from_signing_key("AKIDEXAMPLE", signing_key);
        let verified = verifier.verify(&claim, &key, payload, NOW).map(drop);
        assert_eq!(verified, expected, "{other}");
        let key = VerificationKey::derive(&credentials(), &other).unwrap();
        let verified = verifier.verify(&claim, &key, payload, NOW).map(drop);
        assert_eq!(verified, expected, "{other}");
    }
}
