//! Signs with the FIPS module of AWS-LC, and stops if another library would calculate.
//!
//! The manifest does it: `countersign` with the feature `aws-lc`, and `aws-lc-rs` with `fips`.

use countersign::chunked::{Checksum, ChecksumAlgorithm};
use countersign::crypto::{self, Backend};
use countersign::verify::{SignedRequest, VerificationKey, Verifier};
use countersign::{Credentials, Error, PayloadHash, Signer, Timestamp, legacy, sigv4a};
use http::Request;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Both at the start of the program.
    let backend = crypto::backend();
    assert_eq!(backend, Backend::AwsLcFips);
    crypto::allow_only_approved();

    let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    let now = Timestamp::from_unix_seconds(1_440_938_160); // 2015-08-30 12:36 UTC

    // The request `get-vanilla` of AWS's test suite for Signature Version 4.
    let signer = Signer::new(credentials.clone(), "us-east-1", "service")?;
    let mut request = Request::get("https://example.amazonaws.com/").body(())?;
    let signature = signer.sign(&mut request, PayloadHash::EMPTY, now)?;
    let expected = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";
    assert_eq!(signature.as_str(), expected);
    println!("{backend}: SigV4 {}", signature.as_str());

    // Signature Version 4A: signed with the private key, verified with the public one.
    let signer = sigv4a::Signer::new(credentials.clone(), "us-*", "events")?;
    let mut request = Request::post("https://abc.endpoint.events.amazonaws.com/").body(())?;
    signer.sign(&mut request, PayloadHash::new("{}"), now)?;
    let key = VerificationKey::from_public_key("AKIDEXAMPLE", signer.public_key());
    let claim = SignedRequest::parse(&request)?;
    let verifier = Verifier::new("us-east-1", "events")?;
    verifier.verify(&claim, &key, PayloadHash::new("{}"), now)?;
    println!("{backend}: SigV4A verified");

    // What is not approved is refused.
    assert!(Checksum::new(ChecksumAlgorithm::Sha1).is_err());
    assert!(Checksum::new(ChecksumAlgorithm::Md5).is_err());
    let refused = legacy::s3_v2::Signer::new(credentials);
    assert!(matches!(refused, Err(Error::NotApproved(_))));
    println!("{backend}: SHA-1, MD5 and the older schemes are refused");
    Ok(())
}
