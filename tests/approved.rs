//! What is refused after `crypto::allow_only_approved`. The setting applies to the whole process
//! and cannot be undone, so these tests are in a binary of their own.

use countersign::chunked::{
    ChecksumAlgorithm, ChunkError, ChunkVerifier, ChunkedEncoding, Trailer,
};
use countersign::sigv4::{AmzDate, CredentialScope, SigningKey};
use countersign::verify::VerificationKey;
use countersign::{Credentials, Error, Signer, Timestamp, crypto};
use http::Request;

fn credentials() -> Credentials {
    Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
}

fn now() -> Timestamp {
    Timestamp::from_unix_seconds(1_767_225_600)
}

fn put() -> Request<()> {
    let uri = "https://bucket.s3.us-east-1.amazonaws.com/key";
    Request::put(uri).body(()).unwrap()
}

const REFUSED: [ChecksumAlgorithm; 2] = [ChecksumAlgorithm::Sha1, ChecksumAlgorithm::Md5];

fn others() -> impl Iterator<Item = ChecksumAlgorithm> {
    let is_other = |algorithm: &ChecksumAlgorithm| !REFUSED.contains(algorithm);
    ChecksumAlgorithm::ALL.into_iter().filter(is_other)
}

#[test]
fn the_switch_is_on() {
    crypto::allow_only_approved();
    assert!(crypto::allows_only_approved());
    crypto::allow_only_approved();
    assert!(crypto::allows_only_approved());
}

#[test]
fn an_upload_with_a_sha1_or_md5_trailer_is_not_signed() {
    crypto::allow_only_approved();
    let signer = Signer::new(credentials(), "us-east-1", "s3").unwrap();
    let sign = |request: &mut Request<()>, algorithm: ChecksumAlgorithm| {
        let trailers = [Trailer::from(algorithm)];
        let encoding = ChunkedEncoding::unsigned_with_trailers(5, trailers);
        signer.sign_chunked(request, encoding, now()).map(drop)
    };
    for algorithm in REFUSED {
        let mut request = put();
        let refused = sign(&mut request, algorithm);
        assert!(matches!(refused, Err(Error::NotApproved(_))));
        assert!(request.headers().is_empty(), "an error changed the request");
    }
    for algorithm in others() {
        assert_eq!(sign(&mut put(), algorithm), Ok(()), "{algorithm:?}");
    }
}

#[test]
fn an_upload_with_a_sha1_or_md5_trailer_is_not_read() {
    crypto::allow_only_approved();
    let first_error = |algorithm: ChecksumAlgorithm| {
        let payload = ChunkedEncoding::unsigned_with_trailers(0, [algorithm.into()]);
        let date = AmzDate::new(now()).unwrap();
        let scope = CredentialScope::new(now(), "us-east-1", "s3").unwrap();
        let seed = SigningKey::derive(&"secret".into(), &scope).sign("seed");
        let key = VerificationKey::derive(&credentials(), &scope).unwrap();
        let mut chunks = ChunkVerifier::for_payload(&payload, &seed, &date, &scope, key);
        chunks.decode(b"0\r\n").err()
    };
    for algorithm in REFUSED {
        let error = first_error(algorithm).unwrap();
        assert!(matches!(error, ChunkError::NotApproved(_)), "{error}");
        assert_eq!(
            (error.code(), error.status().as_u16()),
            ("InvalidRequest", 400)
        );
    }
    for algorithm in others() {
        assert_eq!(first_error(algorithm), None);
    }
}

#[cfg(feature = "checksums")]
#[test]
fn sha1_and_md5_checksums_are_not_calculated() {
    use countersign::chunked::Checksum;

    crypto::allow_only_approved();
    for algorithm in REFUSED {
        let error = Checksum::new(algorithm).unwrap_err();
        let name = if algorithm == ChecksumAlgorithm::Sha1 {
            "SHA-1"
        } else {
            "MD5"
        };
        assert!(error.to_string().starts_with(name), "{error}");
    }
    for algorithm in others() {
        assert!(Checksum::new(algorithm).is_ok(), "{algorithm:?}");
    }
}

#[cfg(feature = "legacy")]
#[test]
fn the_older_schemes_neither_sign_nor_verify() {
    use countersign::legacy::{SignedRequest, s3_v2, sigv2};
    use countersign::verify::{Protocol, VerifyError};

    crypto::allow_only_approved();
    let refused = s3_v2::Signer::new(credentials()).map(drop);
    assert!(matches!(refused, Err(Error::NotApproved(_))));
    let refused = sigv2::Signer::new(credentials()).map(drop);
    assert!(matches!(refused, Err(Error::NotApproved(_))));

    // The first example of Amazon's documentation.
    let request =
        Request::get("https://awsexamplebucket1.us-west-1.s3.amazonaws.com/photos/puppy.jpg")
            .header("date", "Tue, 27 Mar 2007 19:36:42 +0000")
            .header(
                "authorization",
                "AWS AKIAIOSFODNN7EXAMPLE:qgk2+6Sv9/oM7G3qLEjTH1a1l1g=",
            )
            .body(())
            .unwrap();
    let bucket = s3_v2::Bucket::InHost("awsexamplebucket1");
    let claim = SignedRequest::parse_s3_v2(&request, bucket).unwrap();
    let known = Credentials::new(
        "AKIAIOSFODNN7EXAMPLE",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    );
    let at = Timestamp::from_unix_seconds(1_175_024_202);
    let error = claim.verify(&known, at).unwrap_err();
    assert!(
        matches!(error, VerifyError::UnknownAlgorithm { .. }),
        "{error}"
    );
    assert_eq!(error.status(Protocol::S3), 400);
}

#[cfg(feature = "cloudfront")]
#[test]
fn cloudfront_signs_with_sha256_alone() {
    use countersign::cloudfront::{Hash, SignedCookies, SignedUrl, UrlError};

    crypto::allow_only_approved();
    let url = SignedUrl::new("https://example.com/a", now());
    let cookies = SignedCookies::new("https://example.com/*", now());
    let mut asked = 0;
    let mut key = |_: &[u8]| {
        asked += 1;
        Ok::<_, UrlError>(vec![1])
    };
    let refused = url.sign("K2JCJMDEHXQW5F", &mut key);
    assert!(matches!(refused, Err(UrlError::NotApproved(_))));
    let refused = cookies.sign("K2JCJMDEHXQW5F", &mut key);
    assert!(matches!(refused, Err(UrlError::NotApproved(_))));
    let url = url.with_hash(Hash::Sha256);
    assert!(url.sign("K2JCJMDEHXQW5F", &mut key).is_ok());
    assert_eq!(asked, 1, "the key was asked to sign a SHA-1");
}

#[cfg(all(feature = "cloudfront", feature = "sigv4a"))]
#[test]
fn a_p256_key_signs_no_sha1() {
    use countersign::cloudfront::{Hash, P256Key, UrlError};

    crypto::allow_only_approved();
    let key = P256Key::from_pem(
        "-----BEGIN EC PRIVATE KEY-----\n\
         MHcCAQEEIIrttclW3uFHfZc2QfXu7YS5/lMq/lNJGzvlNGPMx7kwoAoGCCqGSM49\n\
         AwEHoUQDQgAE4LB2RwsG4+qZ61qGB2G7LFxHXy5JCZcUMWrDmBVw1pJpg4YiH+dG\n\
         vbhb8xU8bH7UOAgCUBAnUTN4PLb+7Qx8bw==\n-----END EC PRIVATE KEY-----\n",
    )
    .unwrap();
    let refused = key.sign(b"policy", Hash::Sha1);
    assert!(matches!(refused, Err(UrlError::NotApproved(_))));
    assert!(key.sign(b"policy", Hash::Sha256).is_ok());
}
