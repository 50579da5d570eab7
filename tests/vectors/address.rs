//! Addresses of S3 and of the services with global endpoints: hosts, paths and signing schemes.

#[cfg(feature = "sigv4a")]
use countersign::address::{EventBridge, KeyValueStore, Ses};
use countersign::s3::{Address, AddressError, Addressing, ControlTarget, SigningScheme};
use serde_json::{Value, json};

use crate::report::Case;
use crate::sigv4::text;

/// Before the host of `WriteGetObjectResponse`. The vectors leave it out.
const ROUTE: &str = "io-cell1-route";

pub fn s3(case: &mut Case<'_>) {
    let input = case.input;
    let address = if input["api"] == "s3control" {
        control(input)
    } else {
        bucket(input)
    };
    check(case, address);
}

fn flag(input: &Value, name: &str) -> bool {
    input[name].as_bool().unwrap_or(false)
}

fn addressing(input: &Value) -> Addressing {
    let mut addressing = Addressing::new(text(input, "region"));
    if let Some(endpoint) = input["endpoint"].as_str() {
        addressing = addressing.with_endpoint(endpoint);
    }
    type With = fn(Addressing) -> Addressing;
    for (name, with) in [
        ("path_style", Addressing::with_path_style as With),
        ("accelerate", Addressing::with_accelerate),
        ("dual_stack", Addressing::with_dual_stack),
        ("fips", Addressing::with_fips),
        ("global_endpoint", Addressing::with_global_endpoint),
        (
            "disable_mrap",
            Addressing::without_multi_region_access_points,
        ),
        ("disable_access_points", Addressing::without_access_points),
        ("no_express_session", Addressing::without_express_session),
    ] {
        if flag(input, name) {
            addressing = with(addressing);
        }
    }
    if input["use_arn_region"] == false {
        addressing = addressing.without_other_regions();
    }
    addressing
}

fn bucket(input: &Value) -> Result<Address, AddressError> {
    let addressing = addressing(input);
    match input["bucket"].as_str() {
        bucket if flag(input, "express_control") => addressing.directory_bucket_control(bucket),
        None if flag(input, "object_lambda") => addressing.object_lambda_response(ROUTE),
        None => addressing.buckets(),
        Some(bucket) => addressing.bucket(bucket),
    }
}

fn control(input: &Value) -> Result<Address, AddressError> {
    let option = |name: &str| input[name].as_str();
    let target = match (
        option("access_point"),
        option("bucket"),
        option("outpost_id"),
    ) {
        (Some(name), None, None) => ControlTarget::AccessPoint(name),
        (None, Some(bucket), None) => ControlTarget::Bucket(bucket),
        (None, None, Some(outpost)) => ControlTarget::Outpost(outpost),
        _ => ControlTarget::Account,
    };
    addressing(input).control(option("account_id"), target)
}

/// EventBridge, SES and CloudFront's KeyValueStore.
#[cfg(feature = "sigv4a")]
pub fn global(case: &mut Case<'_>) {
    let input = case.input;
    let region = text(input, "region");
    let endpoint = input["endpoint"].as_str();
    let id = input["endpoint_id"].as_str();
    // Three types with the same options.
    macro_rules! with_options {
        ($new:expr, $type:ty) => {{
            let mut address = $new;
            if let Some(endpoint) = endpoint {
                address = address.with_endpoint(endpoint);
            }
            if flag(input, "fips") {
                address = <$type>::with_fips(address);
            }
            address
        }};
    }
    let address = match text(input, "service") {
        "events" => {
            let mut events = with_options!(EventBridge::new(region), EventBridge);
            if flag(input, "dual_stack") {
                events = events.with_dual_stack();
            }
            id.map_or_else(|| events.regional(), |id| events.global(id))
        }
        "email" => {
            let mut ses = with_options!(Ses::new(region), Ses);
            if flag(input, "dual_stack") {
                ses = ses.with_dual_stack();
            }
            id.map_or_else(|| ses.regional(), |id| ses.global(id))
        }
        _ => {
            let store = KeyValueStore::new(text(input, "arn")).with_region(region);
            with_options!(store, KeyValueStore).address()
        }
    };
    check(case, address);
}

fn check(case: &mut Case<'_>, address: Result<Address, AddressError>) {
    let address = match (address, case.expected["error"].as_str()) {
        (Ok(address), None) => address,
        (Err(error), Some(name)) => {
            let problem = problem(name);
            let error = error.to_string();
            if !error.contains(problem) {
                case.fail(format!("{name}: expected {problem:?} in {error:?}"));
            }
            return;
        }
        (Ok(address), Some(name)) => {
            return case.fail(format!("expected {name}, not {}", address.url()));
        }
        (Err(error), None) => return case.fail(error.to_string()),
    };
    // The caller chooses the route.
    let without_route = |text: &str| text.replacen(&format!("{ROUTE}."), "", 1);
    let expected = case.expected;
    case.check("url", text(expected, "url"), &without_route(address.url()));
    case.check(
        "host",
        text(expected, "host"),
        &without_route(address.host()),
    );
    let prefix = text(expected, "path_prefix");
    case.check("path_prefix", prefix, address.path_prefix());
    let schemes: Vec<Value> = address.schemes().iter().map(scheme).collect();
    case.check("auth", expected["auth"].clone(), schemes.into());
    let headers: Vec<Value> = address
        .headers()
        .iter()
        .map(|(name, value)| json!([name.as_str(), value.to_str().unwrap()]))
        .collect();
    let none = json!([]);
    let added = expected.get("headers_added").unwrap_or(&none);
    case.check("headers_added", added.clone(), headers.into());
}

fn scheme(scheme: &SigningScheme) -> Value {
    match scheme {
        SigningScheme::SigV4 { service, region } => {
            json!({ "scheme": "sigv4", "signing_name": service, "region": region })
        }
        SigningScheme::SigV4A {
            service,
            region_set,
        } => {
            let set: Vec<&str> = region_set.split(',').collect();
            json!({ "scheme": "sigv4a", "signing_name": service, "region_set": set })
        }
        SigningScheme::S3ExpressSession { region } => {
            json!({ "scheme": "sigv4-s3express", "signing_name": "s3express", "region": region })
        }
        other => panic!("{other:?}"),
    }
}

/// The words of an error for the name that the vectors give it.
fn problem(name: &str) -> &'static str {
    match name {
        "accelerate_endpoint" => {
            "S3 Transfer Acceleration cannot be combined with a custom endpoint"
        }
        "accelerate_fips" => "S3 Transfer Acceleration cannot be combined with FIPS",
        "accelerate_path_style" => {
            "S3 Transfer Acceleration cannot be combined with path-style addressing"
        }
        "access_point_accelerate" => {
            "S3 Transfer Acceleration cannot be combined with an access point"
        }
        "express_accelerate" => {
            "S3 Transfer Acceleration cannot be combined with a directory bucket"
        }
        "mrap_accelerate" => {
            "S3 Transfer Acceleration cannot be combined with a Multi-Region Access Point"
        }
        "mrap_dual_stack" => "dual stack cannot be combined with a Multi-Region Access Point",
        "object_lambda_accelerate" => {
            "S3 Transfer Acceleration cannot be combined with S3 Object Lambda"
        }
        "object_lambda_dual_stack" => "dual stack cannot be combined with S3 Object Lambda",
        "outposts_dual_stack" => "dual stack cannot be combined with S3 on Outposts",
        "fips_partition" => "FIPS cannot be combined with the partition aws-cn",
        "fips_endpoint" => "FIPS cannot be combined with a custom endpoint",
        "fips" => "FIPS cannot be combined with a",
        "partition" => "a partition other than aws cannot be combined with",
        "access_point_name" => "access point name ",
        "access_point_name_missing" => "has an empty access point ",
        "access_points_disabled" => "an access point is disabled by the options",
        "mrap_disabled" => "a Multi-Region Access Point is disabled by the options",
        "account_id_missing" => "account id is missing",
        "arn_account_name" => "account id ",
        "arn_format" => "must name an access point: for a bucket, use its name",
        "object_lambda_type" => "must name an access point",
        "arn_malformed" => "is malformed",
        "arn_partition_mismatch" => "ARN is of partition ",
        "arn_region_mismatch" => "but the client allows only its own region",
        "arn_region_missing" => "has no region",
        "arn_region_present" => "must not have a region",
        "arn_service" => "must name a key value store",
        "arn_sub_resource" => "must end after the access point",
        "arn_type_missing" => "has no resource type",
        "endpoint_id_name" => "endpoint id ",
        "endpoint_url" => "must have the form http(s)://host[:port][/path]",
        "express_name" => "must be 3 to 63 lowercase letters, digits and hyphens",
        "outpost_hardware" => "has an unknown kind of outpost hardware",
        "outpost_id" => "outpost id ",
        "outpost_id_missing" => "has no outpost id",
        "outpost_resource" => "has no access point or bucket",
        "region_name" => "must be one label of a host name",
        other => panic!("{other}"),
    }
}
