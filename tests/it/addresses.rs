//! Addresses and signing names of arbitrary input: never a panic, an address that cannot be sent,
//! or the address of another host.

use countersign::s3::express::CreateSession;
use countersign::s3::{
    Address, AddressError, AddressPart, Addressing, ControlTarget, SigningScheme,
};
use countersign::{Credentials, PayloadHash, SessionToken, Timestamp, service_of_host};
use http::Uri;
use proptest::prelude::*;

fn addressing() -> impl Strategy<Value = Addressing> {
    let region = prop_oneof![
        "us-west-2|cn-north-1|us-gov-west-1|aws-global|us-isob-east-1",
        "[a-z-]{1,12}-[0-9]",
        ".{0,20}",
    ];
    let endpoint = prop::option::weighted(
        0.3,
        prop_oneof![
            "https?://[a-z.-]{1,20}(:[0-9]{1,6})?(/[a-z/]{0,8})?",
            ".{0,30}"
        ],
    );
    (region, endpoint, any::<[bool; 8]>()).prop_map(|(region, endpoint, options)| {
        let mut addressing = Addressing::new(region);
        if let Some(endpoint) = endpoint {
            addressing = addressing.with_endpoint(endpoint);
        }
        type With = fn(Addressing) -> Addressing;
        let with: [With; 8] = [
            Addressing::with_path_style,
            Addressing::with_accelerate,
            Addressing::with_dual_stack,
            Addressing::with_fips,
            Addressing::with_global_endpoint,
            Addressing::without_other_regions,
            Addressing::without_access_points,
            Addressing::without_express_session,
        ];
        // One option in four is set.
        let on = options
            .iter()
            .enumerate()
            .filter(|(i, on)| **on && options[(i + 1) % 8]);
        on.fold(addressing, |addressing, (i, _)| with[i](addressing))
    })
}

fn bucket() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z0-9.-]{0,70}",
        "[a-z0-9-]{1,20}--[a-z0-9-]{6,21}--xa?-s3",
        "[a-zA-Z0-9-]{20,80}--op-s3",
        "arn:aws(-cn)?:s3(-outposts|-object-lambda)?:(us-west-2)?:[0-9a-z_]{0,12}:[a-z0-9/:._-]{0,60}",
        "arn:.{0,60}",
        ".{0,30}",
    ]
}

/// What is true of every address.
fn check(address: &Address) -> Result<(), TestCaseError> {
    let uri: Uri = address
        .object_url("a b/c")
        .parse()
        .map_err(|error| TestCaseError::fail(format!("{}: {error}", address.url())))?;
    prop_assert_eq!(
        uri.authority().map(http::uri::Authority::as_str),
        Some(address.host())
    );
    prop_assert!(uri.path().starts_with(address.path_prefix()));
    prop_assert!(!address.url().ends_with('/'));
    prop_assert!(!address.schemes().is_empty());
    let credentials = Credentials::new("AKIDEXAMPLE", "secret")
        .with_session_token(SessionToken::s3_express("token"));
    let signer = address.signer(credentials);
    prop_assert!(signer.is_ok() || cfg!(not(feature = "sigv4a")));
    if let Ok(signer) = signer {
        let mut request = http::Request::get(uri).body(()).unwrap();
        let now = Timestamp::from_unix_seconds(1_767_268_800);
        prop_assert!(signer.sign(&mut request, PayloadHash::EMPTY, now).is_ok());
    }
    Ok(())
}

proptest! {
    #[test]
    fn every_address_can_be_sent_and_signed(addressing in addressing(), bucket in bucket()) {
        let found = [
            addressing.bucket(&bucket),
            addressing.buckets(),
            addressing.directory_bucket_control(Some(&bucket)),
            addressing.object_lambda_response(&bucket),
            addressing.control(Some("123456789012"), ControlTarget::AccessPoint(&bucket)),
            addressing.control(None, ControlTarget::Bucket(&bucket)),
            addressing.control(Some(&bucket), ControlTarget::Account),
            addressing.control(None, ControlTarget::Outpost(&bucket)),
        ];
        for address in found {
            match address {
                Ok(address) => check(&address)?,
                Err(error) => prop_assert!(!error.to_string().is_empty()),
            }
        }
    }

    /// The name of a bucket must not choose the host that the credentials are sent to.
    #[test]
    fn a_bucket_stays_in_the_domain_of_its_region(bucket in bucket()) {
        if let Ok(address) = Addressing::new("us-west-2").bucket(&bucket) {
            let host = address.host();
            prop_assert!(host.ends_with(".amazonaws.com"), "{}", host);
            // A generated zone ID need not be one that AWS has. Only those of AWS are in the table
            // of hosts.
            let known = service_of_host(host).map(|found| found.service());
            let named = known.is_some_and(|service| service.starts_with("s3"));
            prop_assert!(named || host.contains(".s3express-"), "{}", host);
        }
    }

    #[test]
    fn no_host_makes_the_lookup_of_its_service_panic(host in prop_oneof![
        ".{0,80}",
        "[a-z0-9.-]{0,40}(us-east-1|vpce|dualstack)?\\.(amazonaws\\.com(\\.cn)?|api\\.aws)",
        "([a-z0-9-]{0,9}\\.){0,150}s3\\.us-east-1\\.amazonaws\\.com",
    ]) {
        if let Some(found) = service_of_host(&host) {
            prop_assert!(!found.service().is_empty());
        }
    }
}

#[cfg(feature = "sigv4a")]
proptest! {
    #[test]
    fn requests_to_global_endpoints_of_any_id_can_be_signed(id in ".{0,40}", region in "[a-z0-9-]{0,20}", arn in "(arn:aws:cloudfront::)?.{0,40}") {
        use countersign::address::{EventBridge, KeyValueStore, Ses};
        for address in [
            EventBridge::new(&*region).global(&id),
            EventBridge::new(&*region).regional(),
            Ses::new(&*region).with_dual_stack().global(&id),
            KeyValueStore::new(&*arn).address(),
        ].into_iter().flatten() {
            check(&address)?;
        }
    }
}

#[test]
fn a_directory_bucket_is_signed_with_a_session() {
    let address = Addressing::new("us-west-2")
        .bucket("logs--usw2-az1--x-s3")
        .unwrap();
    assert!(matches!(
        address.schemes(),
        [SigningScheme::S3ExpressSession { .. }]
    ));
    let own = Credentials::new("AKIDEXAMPLE", "secret").with_session_token("of STS");
    assert!(address.signer(own.clone()).is_err());
    let session = own.with_session_token(SessionToken::s3_express("token"));
    assert!(address.signer(session).is_ok());
}

#[test]
fn a_session_is_asked_for_at_the_host_of_the_addressing() {
    let addressing = Addressing::new("us-east-1").with_fips();
    let ask = CreateSession::new("demo--use1-az4--x-s3");
    let request = ask.request_at(&addressing).unwrap().into_unsigned();
    let host = "demo--use1-az4--x-s3.s3express-fips-use1-az4.us-east-1.amazonaws.com";
    assert_eq!(request.uri().host(), Some(host));
}

#[test]
fn labels_do_not_precede_an_ip_address() {
    let addressing = Addressing::new("us-west-2").with_endpoint("http://127.0.0.1:9000");
    let arn = "arn:aws:s3:us-west-2:123456789012:accesspoint/finance";
    let conflict = AddressError::Conflict {
        first: AddressPart::IpEndpoint,
        second: AddressPart::HostLabel,
    };
    assert_eq!(addressing.bucket(arn), Err(conflict.clone()));
    let account = addressing.control(Some("123456789012"), ControlTarget::Account);
    assert_eq!(account, Err(conflict));
    // With this endpoint, the bucket is in the path.
    let url = addressing.bucket("photos").unwrap();
    assert_eq!(url.url(), "http://127.0.0.1:9000/photos");
    let dots = addressing.bucket("my.photos").unwrap();
    assert_eq!(dots.url(), "http://127.0.0.1:9000/my.photos");
}

#[test]
fn an_option_that_an_outposts_alias_cannot_honor_is_an_error() {
    let alias = "test-accessp-o0b1d075431d83bebde8xz5w8ijx1qzlbp3i3kuse10--op-s3";
    let addressing = Addressing::new("us-west-2");
    assert!(addressing.bucket(alias).is_ok());
    for addressing in [
        addressing.clone().with_fips(),
        addressing.clone().with_dual_stack(),
        addressing.clone().with_accelerate(),
        addressing.with_endpoint("https://store.example.com"),
    ] {
        let error = addressing.bucket(alias).unwrap_err();
        assert!(error.to_string().contains("S3 on Outposts"), "{error}");
    }
}

#[test]
fn addresses_are_send_and_sync() {
    fn sendable<T: Send + Sync + 'static>() {}
    sendable::<Addressing>();
    sendable::<Address>();
    sendable::<AddressError>();
    sendable::<AddressPart>();
    sendable::<SigningScheme>();
    sendable::<countersign::s3::AddressSigner>();
    sendable::<countersign::HostService>();
    sendable::<countersign::clock_skew::ClockSkew>();
}

#[test]
fn the_password_of_an_invalid_endpoint_is_not_printed() {
    for url in [
        "https://user:hunter2@store.example.com",
        "https://user:hunter2@x@h",
    ] {
        let error = Addressing::new("us-west-2")
            .with_endpoint(url)
            .buckets()
            .unwrap_err();
        for said in [error.to_string(), format!("{error:?}")] {
            assert!(!said.contains("hunter2"), "{said}");
        }
    }
    // Without the bad part, the endpoint is valid.
    let sound = Addressing::new("us-west-2").with_endpoint("https://store.example.com");
    assert!(sound.buckets().is_ok());
}
