//! The host as a cause, if the server says only that the signature does not match.

use countersign::explain::{Cause, Diagnosis, Explainer};
use countersign::{Credentials, PayloadHash, Signer};
use http::Request;
use time::macros::datetime;

/// A request to this host, signed for a service in a region.
fn explainer(host: &str, region: &str, service: &str) -> Explainer {
    let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), region, service).unwrap();
    let mut request = Request::get(format!("https://{host}/")).body(()).unwrap();
    let now = datetime!(2026-01-01 12:00 UTC);
    signer.sign(&mut request, PayloadHash::EMPTY, now).unwrap();
    Explainer::new(&request, service)
}

/// The same, refused without a reason.
fn refused(host: &str, region: &str, service: &str, code: &str) -> Diagnosis {
    let body = format!("<Error><Code>{code}</Code><Message>no</Message></Error>");
    let explainer = explainer(host, region, service);
    explainer.error_body(body).unwrap()
}

fn other(service: &str, region: Option<&str>, signed: (&str, &str)) -> Cause {
    Cause::OtherHost {
        service: service.to_owned(),
        region: region.map(str::to_owned),
        signed_service: signed.0.to_owned(),
        signed_region: Some(signed.1.to_owned()),
    }
}

#[test]
fn a_host_of_another_service_or_region_is_named() {
    for (host, service, region, signed) in [
        (
            "email.eu-west-1.amazonaws.com",
            "ses",
            Some("eu-west-1"),
            ("email", "eu-west-1"),
        ),
        (
            "photos.s3.eu-west-1.amazonaws.com",
            "s3",
            Some("eu-west-1"),
            ("s3", "us-east-1"),
        ),
        (
            "iam.amazonaws.com",
            "iam",
            Some("us-east-1"),
            ("iam", "eu-west-1"),
        ),
        (
            "photos.s3-accelerate.amazonaws.com",
            "s3",
            None,
            ("s3express", "eu-west-1"),
        ),
    ] {
        let diagnosis = refused(host, signed.1, signed.0, "SignatureDoesNotMatch");
        let expected = other(service, region, signed);
        assert_eq!(diagnosis.cause(), Some(&expected), "{host}");
        let diagnosis = explainer(host, signed.1, signed.0).check();
        assert_eq!(diagnosis.cause(), Some(&expected), "{host}");
    }
}

#[test]
fn a_host_that_fits_or_is_unknown_is_not_blamed() {
    for (host, service, region) in [
        ("email.eu-west-1.amazonaws.com", "ses", "eu-west-1"),
        ("iam.amazonaws.com", "iam", "us-east-1"),
        // The bucket's region is not a part of the host.
        ("photos.s3-accelerate.amazonaws.com", "s3", "eu-west-1"),
        ("store.example.com", "s3", "eu-west-1"),
        // The name resolves to the bucket's own region.
        ("photos.s3.amazonaws.com", "s3", "eu-west-1"),
        // Two services share the hosts of AWS IoT.
        ("a1-ats.iot.us-east-1.amazonaws.com", "iotdata", "us-east-1"),
        (
            "a1-ats.iot.us-east-1.amazonaws.com",
            "iotdevicegateway",
            "us-east-1",
        ),
    ] {
        let diagnosis = refused(host, region, service, "SignatureDoesNotMatch");
        assert_eq!(diagnosis.cause(), Some(&Cause::Undetermined), "{host}");
        let diagnosis = explainer(host, region, service).check();
        assert_eq!(diagnosis.cause(), None, "{host}");
    }
    // An error that is not about signatures is not explained by the host.
    let diagnosis = refused(
        "email.eu-west-1.amazonaws.com",
        "eu-west-1",
        "email",
        "NoSuchKey",
    );
    assert_eq!(diagnosis.cause(), None);
}
