//! The back end for cryptography.

use countersign::crypto::{Backend, allows_only_approved, backend};

#[test]
fn the_feature_chooses_the_back_end() {
    if cfg!(feature = "aws-lc") {
        // `AwsLcFips` if a program enables the FIPS module of `aws-lc-rs`.
        assert!([Backend::AwsLc, Backend::AwsLcFips].contains(&backend()));
    } else {
        assert_eq!(backend(), Backend::RustCrypto);
    }
}

#[test]
fn back_ends_are_printed_as_they_are_named() {
    let printed =
        [Backend::RustCrypto, Backend::AwsLc, Backend::AwsLcFips].map(|it| it.to_string());
    assert_eq!(printed, ["RustCrypto", "AWS-LC", "AWS-LC FIPS"]);
}

#[test]
fn approved_algorithms_are_not_enforced_by_default() {
    assert!(!allows_only_approved());
}
