//! Tokens: invalid parameters are refused, each token knows its expiration, and none is printed.
//! Their exact text is tested in `tests/vectors/tokens.rs`.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign::tokens::{
    self, EksTokenGenerator, ExecApiVersion, RdsHost, RdsHostKind, RdsTokenGenerator, Token,
    caller_identity,
};
use countersign::{Credentials, Error};
use serde_json::Value;
use time::OffsetDateTime;
use time::macros::datetime;

const NOW: OffsetDateTime = datetime!(2024-07-07 07:00 UTC);
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const REGION: &str = "us-east-1";
const DB: &str = "db.abc.us-east-1.rds.amazonaws.com:5432";
const DSQL: &str = "abcd1234.dsql.us-east-1.on.aws";
const IOT: &str = "abc-ats.iot.us-east-1.amazonaws.com";
const GIT: &str = "https://git-codecommit.us-east-1.amazonaws.com/v1/repos/app";
const STS: &str = "sts.us-east-1.amazonaws.com";
const HOUR: Duration = Duration::from_secs(3600);

fn to_date_time(time: countersign::Timestamp) -> OffsetDateTime {
    time.try_into().unwrap()
}

fn long_term() -> Credentials {
    Credentials::new("AKIDEXAMPLE", SECRET)
}

fn temporary(expiration: OffsetDateTime) -> Credentials {
    long_term()
        .with_session_token("token/+==")
        .with_expiration(expiration)
}

/// A token: its name, its text, its expiration and its `Debug` text.
type Told = (&'static str, String, Option<OffsetDateTime>, String);

/// One token of each kind.
fn all(credentials: &Credentials) -> Result<Vec<Told>, Error> {
    let token = |name, token: Token| {
        let (text, ends) = (token.expose().to_owned(), token.expires_at());
        (name, text, Some(to_date_time(ends)), format!("{token:?}"))
    };
    let c = credentials;
    let eks = tokens::eks(c, REGION, "my-cluster", NOW)?;
    let iot = tokens::iot(c, REGION, IOT, Some(HOUR), NOW)?;
    let bedrock = tokens::bedrock(c, REGION, HOUR, NOW)?;
    let git = tokens::codecommit(c, REGION, GIT, NOW)?;
    let audience = Some(("x-audience", "a"));
    let signed = caller_identity::signed(c, REGION, STS, audience, NOW)?;
    let headers: Vec<&str> = signed.expose_headers().map(|(_, value)| value).collect();
    let mongodb = caller_identity::mongodb(c, &[7; 32], &[7; 64], STS, NOW.into())?;
    Ok(vec![
        token("rds", tokens::rds(c, REGION, DB, "app", NOW)?),
        token("dsql", tokens::dsql(c, REGION, DSQL, HOUR, NOW)?),
        token(
            "dsql_admin",
            tokens::dsql_admin(c, REGION, DSQL, HOUR, NOW)?,
        ),
        token(
            "elasticache",
            tokens::elasticache(c, REGION, "cache", "app", NOW)?,
        ),
        token(
            "serverless",
            tokens::elasticache_serverless(c, REGION, "cache", "app", NOW)?,
        ),
        token(
            "memorydb",
            tokens::memorydb(c, REGION, "cluster", "app", NOW)?,
        ),
        token("msk", tokens::msk(c, REGION, "app/1", NOW)?),
        (
            "bedrock",
            bedrock.expose().to_owned(),
            bedrock.expiration().map(to_date_time),
            format!("{bedrock:?}"),
        ),
        token(
            "presigned",
            caller_identity::presigned(c, REGION, STS, audience, NOW)?,
        ),
        token(
            "vault",
            caller_identity::vault(c, REGION, STS, Some("v"), Some("r"), NOW)?,
        ),
        token(
            "google",
            caller_identity::google(c, REGION, STS, "//p", NOW)?,
        ),
        (
            "eks",
            eks.expose().to_owned(),
            Some(to_date_time(eks.expires_at())),
            format!("{eks:?}"),
        ),
        (
            "iot",
            iot.expose().to_owned(),
            iot.expires_at().map(to_date_time),
            format!("{iot:?}"),
        ),
        (
            "codecommit",
            git.expose_password().to_owned(),
            Some(to_date_time(git.expires_at())),
            format!("{git:?}"),
        ),
        (
            "signed",
            headers.join(" "),
            Some(to_date_time(signed.expires_at())),
            format!("{signed:?}"),
        ),
        (
            "mongodb",
            mongodb.expose_authorization().to_owned(),
            Some(to_date_time(mongodb.expires_at())),
            format!("{mongodb:?}"),
        ),
    ])
}

#[test]
fn each_token_expires_by_itself_or_with_its_credentials() {
    let own = |name: &str| match name {
        "dsql" | "dsql_admin" | "bedrock" | "iot" => Duration::from_secs(3600),
        "eks" => Duration::from_secs(14 * 60),
        _ => Duration::from_secs(15 * 60),
    };
    let soon = NOW + Duration::from_secs(100);
    let late = NOW + Duration::from_secs(1_000_000);
    let made = [long_term(), temporary(late), temporary(soon)].map(|c| all(&c).unwrap());
    let [long_term, late, clipped] = made;
    assert!(long_term.len() >= 16);
    for ((long_term, late), clipped) in long_term.iter().zip(&late).zip(&clipped) {
        let name = long_term.0;
        assert_eq!(long_term.2, Some(NOW + own(name)), "{name}");
        assert_eq!(late.2, Some(NOW + own(name)), "{name}");
        assert_eq!(clipped.2, Some(soon), "{name}");
        // The text is the same: the service knows when the credentials expire.
        assert_eq!(late.1, clipped.1, "{name}");
    }
    for ended in [NOW, NOW - Duration::from_secs(1)] {
        let error = all(&temporary(ended)).unwrap_err();
        assert!(matches!(error, Error::CredentialsExpired { .. }), "{error}");
    }
}

#[test]
fn debug_shows_no_token() {
    for (name, text, _, debug) in all(&temporary(NOW + HOUR)).unwrap() {
        let tail = &text[text.len() - 24..];
        assert!(!debug.is_empty(), "{name}");
        assert!(!debug.contains(tail), "{name}: {debug}");
        for secret in [SECRET, "token/", "token%2F", "Signature="] {
            assert!(!debug.contains(secret), "{name}: {debug}");
        }
    }
}

#[test]
fn an_iot_url_has_its_token_after_the_signature() {
    let url = tokens::iot(&temporary(NOW + HOUR), REGION, IOT, None, NOW).unwrap();
    let (signed, added) = url.expose().split_once("&X-Amz-Signature=").unwrap();
    assert!(!signed.contains("Token") && !signed.contains("X-Amz-Expires"));
    assert_eq!(&added[64..], "&X-Amz-Security-Token=token%2F%2B%3D%3D");
    // Only the credentials limit its lifetime.
    assert_eq!(url.expires_at(), Some((NOW + HOUR).into()));
    let url = tokens::iot(&long_term(), REGION, IOT, None, NOW).unwrap();
    assert_eq!(url.expires_at(), None);
}

/// The passwords were made by `aws codecommit credential-helper` (awscli 1.46.3).
#[test]
fn codecommit_signs_a_time_without_z_and_no_payload_line() {
    let now = datetime!(2024-01-01 0:00 UTC);
    let git = tokens::codecommit(&long_term(), REGION, GIT, now).unwrap();
    assert_eq!(git.expose_username(), "AKIDEXAMPLE");
    assert_eq!(
        git.expose_password(),
        "20240101T000000Zbbceddd7c0612a3dc905ae69a18d5ac2d77332dbcf2f9dfc98d8d429c0f5681a"
    );
    assert_eq!(
        git.url().expose(),
        "https://AKIDEXAMPLE:20240101T000000Zbbceddd7c0612a3dc905ae69a18d5ac2d77332dbcf2f9dfc98d8d429c0f5681a\
         @git-codecommit.us-east-1.amazonaws.com/v1/repos/app"
    );

    let credentials = Credentials::new("ASIDEXAMPLE", SECRET).with_session_token("token/+==");
    let url = "https://git-codecommit.eu-west-1.amazonaws.com:443/v1/repos/My.Repo_1";
    let now = datetime!(2024-02-03 04:05:06 UTC);
    let git = tokens::codecommit(&credentials, "eu-west-1", url, now).unwrap();
    assert_eq!(git.expose_username(), "ASIDEXAMPLE%token/+==");
    assert_eq!(
        git.expose_password(),
        "20240203T040506Zb23e2ff1719962eab06bf3996414897047164324332c26d7dabc9f4669b8ca15"
    );
    assert!(
        git.url()
            .expose()
            .starts_with("https://ASIDEXAMPLE%25token%2F%2B%3D%3D:2024")
    );

    for url in [
        "",
        "/v1/repos/app",
        "git-codecommit.us-east-1.amazonaws.com/v1/repos/app",
        "http://git-codecommit.us-east-1.amazonaws.com/v1/repos/app",
        "ssh://git-codecommit.us-east-1.amazonaws.com/v1/repos/app",
        "https://git-codecommit.us-east-1.amazonaws.com",
        "https://git-codecommit.us-east-1.amazonaws.com/",
        "https://git-codecommit.us-east-1.amazonaws.com/v1/repos/app?x",
        "https://git-codecommit.us-east-1.amazonaws.com/v1/repos/app#x",
        "https://git-codecommit.us-east-1.amazonaws.com:8443/v1/repos/app",
        "https://user:secret@git-codecommit.us-east-1.amazonaws.com/v1/repos/app",
    ] {
        let error = tokens::codecommit(&long_term(), REGION, url, now).unwrap_err();
        assert!(
            matches!(error, Error::InvalidParameter { .. }),
            "{url}: {error}"
        );
        assert!(!error.to_string().contains("secret"));
    }
}

/// The name of the host contains its region.
#[test]
fn a_host_of_another_region_is_refused() {
    let (c, region) = (long_term(), "eu-west-1");
    let china = "db.abc.cn-north-1.rds.amazonaws.com.cn:5432";
    for refused in [
        tokens::rds(&c, region, DB, "app", NOW),
        tokens::rds(&c, region, china, "app", NOW),
        tokens::dsql(&c, region, DSQL, HOUR, NOW),
        tokens::dsql_admin(&c, region, DSQL, HOUR, NOW),
    ] {
        assert_eq!(
            refused.unwrap_err().to_string(),
            "parameter `region` does not match the region in the host name"
        );
    }
    assert!(tokens::rds(&c, "cn-north-1", china, "app", NOW).is_ok());
    assert!(tokens::rds(&c, region, "db.example.com:5432", "app", NOW).is_ok());
}

/// Aurora User Guide, "Connecting to Amazon Aurora Global Database": the writer endpoint. The
/// signature was made with 20 lines of Python's `hmac`.
#[test]
fn the_writer_of_a_global_database_is_signed_for_any_region() {
    let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    let now = datetime!(2026-01-02 03:04:05 UTC);
    let host = "orders.global-ab12cd34ef56.global.rds.amazonaws.com:5432";
    for (region, signature) in [
        (
            "us-east-2",
            "cdf3d4189c14cbd9f150b1fd0f942aba9f8d3af1c92a2de9411023dd8715d912",
        ),
        (
            "eu-west-1",
            "29df0e06e6678938be24789fbee81b1ca100f292725fd34aea329ee16c03e56c",
        ),
    ] {
        let token = tokens::rds(&credentials, region, host, "app", now).unwrap();
        assert_eq!(
            token.expose(),
            format!(
                "{host}/?Action=connect&DBUser=app&X-Amz-Algorithm=AWS4-HMAC-SHA256\
                 &X-Amz-Credential=AKIDEXAMPLE%2F20260102%2F{region}%2Frds-db%2Faws4_request\
                 &X-Amz-Date=20260102T030405Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host\
                 &X-Amz-Signature={signature}"
            )
        );
    }
    // A label that is a region is compared with the region of the token. Other labels are not.
    for (host, good) in [
        ("db.abc.global.rds.amazonaws.com:5432", true),
        ("db.abc.backup.rds.amazonaws.com:5432", true),
        ("rds.amazonaws.com:5432", true),
        ("db.abc.rds.us-gov-east-1.amazonaws.com:5432", false),
        ("db.abc.rds.us-iso-east-1.c2s.ic.gov:5432", false),
        ("db.abc.eusc-de-east-1.rds.amazonaws.eu:5432", false),
        ("DB.ABC.US-EAST-1.RDS.AMAZONAWS.COM:5432", false),
        (
            "ro.endpoint.proxy-abc.us-east-1.rds.amazonaws.com:5432",
            false,
        ),
        ("odd.name.before.us-east-1.rds.amazonaws.com:5432", false),
    ] {
        let made = tokens::rds(&credentials, "us-east-2", host, "app", now);
        assert_eq!(made.is_ok(), good, "{host}");
    }
}

/// The older and the newer form of RDS's names in China.
#[test]
fn a_database_in_china_is_refused_for_another_region_in_both_forms() {
    let c = long_term();
    for host in [
        "db.abc.rds.cn-north-1.amazonaws.com.cn:5432",
        "db.abc.cn-north-1.rds.amazonaws.com.cn:5432",
    ] {
        for (region, good) in [
            ("cn-north-1", true),
            ("cn-northwest-1", false),
            ("us-east-1", false),
        ] {
            let made = tokens::rds(&c, region, host, "app", NOW);
            assert_eq!(made.is_ok(), good, "{host} {region}");
        }
    }
}

#[test]
fn a_loopback_host_is_signed_for_an_emulator_only() {
    let c = long_term();
    for host in [
        "localhost:5432",
        "LocalHost:5432",
        "db.localhost:5432",
        "127.0.0.1:5432",
        "127.255.0.1:5432",
    ] {
        let refused = tokens::rds(&c, REGION, host, "app", NOW).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "parameter `endpoint` is a loopback host: pass the database's endpoint, even for a \
             tunnel, or call `allow_loopback` for an emulator",
            "{host}"
        );
        let generator = RdsTokenGenerator::new(REGION, host, "app").allow_loopback();
        let token = generator.generate(&c, NOW).unwrap();
        let lower = host.to_lowercase();
        assert!(
            token
                .expose()
                .starts_with(&format!("{lower}/?Action=connect&"))
        );
    }
    for host in [
        "localhost.example.com:5432",
        "notlocalhost:5432",
        "127.0.0.1.example.com:5432",
        "10.0.0.1:5432",
        "128.0.0.1:5432",
    ] {
        assert!(tokens::rds(&c, REGION, host, "app", NOW).is_ok(), "{host}");
    }
    // No other host is allowed with it.
    let elsewhere = RdsTokenGenerator::new("eu-west-1", DB, "app").allow_loopback();
    assert!(elsewhere.generate(&c, NOW).is_err());
    let no_user = RdsTokenGenerator::new(REGION, "localhost:5432", "").allow_loopback();
    assert!(no_user.generate(&c, NOW).is_err());
}

/// RDS User Guide and Aurora User Guide; more cases are in `tests/vectors/rds-hosts.json`.
#[test]
fn a_host_of_rds_contains_its_kind_and_its_region() {
    use RdsHostKind::*;
    for (host, kind, region) in [
        (
            "p.proxy-abc.us-east-1.rds.amazonaws.com:3306",
            Proxy,
            Some("us-east-1"),
        ),
        (
            "s.shardgrp-abc.us-east-1.rds.amazonaws.com",
            ShardGroup,
            Some("us-east-1"),
        ),
        (
            "d.cluster-ro-abc.us-east-1.rds.amazonaws.com",
            ClusterReader,
            Some("us-east-1"),
        ),
        (
            "d.123456789012.us-east-1.rds.amazonaws.com",
            Instance,
            Some("us-east-1"),
        ),
        ("g.global-abc.global.rds.amazonaws.com", Global, None),
        ("g.global-abc.us-east-1.rds.amazonaws.com", Other, None),
        (
            "g.endpoint.cluster-abc.us-east-1.rds.amazonaws.com",
            Other,
            Some("us-east-1"),
        ),
        (
            "a.cluster-.us-east-1.rds.amazonaws.com",
            Other,
            Some("us-east-1"),
        ),
        ("db.abc.east.rds.amazonaws.com", Other, None),
        ("db.abc.us-east-1.rdsx.amazonaws.com", Other, None),
        ("db.abc.us-east-1.rds.amazonaws.com.", Other, None),
        ("db.abc.us-east-1.rdsamazonaws.com", Other, None),
        ("10.0.0.7", IpAddress, None),
        ("10.0.0.7:5432", IpAddress, None),
        ("2001:db8::7", IpAddress, None),
        ("[2001:db8::7]:5432", IpAddress, None),
        ("", Other, None),
        (":", Other, None),
        ("[", Other, None),
    ] {
        let found = RdsHost::of(host);
        assert_eq!((found.kind(), found.region()), (kind, region), "{host}");
    }
}

proptest::proptest! {
    #[test]
    fn a_classified_region_is_part_of_the_host(
        host in "(.*|([a-z0-9.:-]|us-east-1|[.]rds[.]|amazonaws|cluster-|\\[|\\]){0,12}([.]amazonaws[.]com)?)",
    ) {
        let found = RdsHost::of(&host);
        let region = found.region().unwrap_or_default();
        proptest::prop_assert!(host.to_ascii_lowercase().contains(region));
    }
}

/// In each kind of token, the region in the name of the host must be that of the signature.
#[test]
fn each_token_is_refused_for_a_host_of_another_region() {
    let c = long_term();
    let git = |host: &str| format!("https://{host}/v1/repos/app");
    let check = |host: &str, region: &str| {
        let audience = Some(("x-audience", "a"));
        match host {
            host if host.contains("dsql") => tokens::dsql(&c, region, host, HOUR, NOW).map(drop),
            host if host.contains("iot") => tokens::iot(&c, region, host, None, NOW).map(drop),
            host if host.contains("git") => {
                tokens::codecommit(&c, region, &git(host), NOW).map(drop)
            }
            host => {
                let presigned = caller_identity::presigned(&c, region, host, audience, NOW);
                let signed = caller_identity::signed(&c, region, host, audience, NOW);
                let google = caller_identity::google(&c, region, host, "//p", NOW);
                let vault = caller_identity::vault(&c, region, host, None, None, NOW);
                let made = [presigned.is_ok(), google.is_ok(), vault.is_ok()];
                assert_eq!(made, [signed.is_ok(); 3], "{host} {region}");
                signed.map(drop)
            }
        }
    };
    for host in [
        DSQL,
        IOT,
        "abc-ats.iot-fips.us-east-1.amazonaws.com",
        "git-codecommit.us-east-1.amazonaws.com",
        "git-codecommit-fips.us-east-1.amazonaws.com",
        "vpce-1.git-codecommit.us-east-1.vpce.amazonaws.com",
        STS,
        "sts-fips.us-east-1.amazonaws.com",
        "sts.us-east-1.api.aws",
    ] {
        assert_eq!(check(host, "us-east-1"), Ok(()), "{host}");
        assert_eq!(
            check(host, "eu-west-1").unwrap_err().to_string(),
            "parameter `region` does not match the region in the host name",
            "{host}"
        );
    }
    // These contain no region: the caller's own names, and labels that are not a region.
    for host in [
        "dsql.example.com",
        "iot.us-east-1.example.com",
        "git.example.com",
        "abcd1234.dsql.global.on.aws",
        "sts.amazonaws.com",
        "sts.us-east-1.amazonaws.com.example.com",
    ] {
        assert_eq!(check(host, "eu-west-1"), Ok(()), "{host}");
    }
}

/// Session tokens of STS have up to 4,096 bytes (What's New, 2026-09-15).
#[test]
fn an_eks_token_of_a_long_session_token_is_made_when_the_limit_is_raised() {
    let session = |length: usize| long_term().with_session_token("a".repeat(length));
    let generator = EksTokenGenerator::new(REGION, "c");
    for length in [2700, 4096] {
        let refused = tokens::eks(&session(length), REGION, "c", NOW).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "session token makes the EKS token longer than its maximum, which is 4096 bytes unless \
             `EksTokenGenerator::with_longest_token` raises it"
        );
        let raised = generator.with_longest_token(16_384);
        let token = raised.generate(&session(length), NOW).unwrap();
        let (text, limit) = (token.expose(), token.expose().len());
        assert!(limit > 4096 && text.starts_with("k8s-aws-v1."), "{limit}");
        // The limit is inclusive.
        let exact = generator.with_longest_token(limit);
        assert!(exact.generate(&session(length), NOW).is_ok());
        let short = generator.with_longest_token(limit - 1);
        assert!(short.generate(&session(length), NOW).is_err());
    }
    assert!(tokens::eks(&session(2400), REGION, "c", NOW).is_ok());
}

#[test]
fn an_invalid_host_is_refused_for_each_token() {
    let c = long_term();
    let rds = |host| {
        tokens::rds(&c, REGION, host, "app", NOW)
            .unwrap_err()
            .to_string()
    };
    assert!(rds("https://db:5432").contains("`endpoint` contains a scheme"));
    assert!(rds("db").contains("`endpoint` must have a port"));
    assert!(rds("").contains("`endpoint` is empty"));
    assert!(rds("db:70000").contains("an invalid port"));
    assert!(rds("app@db:5432").contains("must be ASCII letters"));
    let dsql = |host| {
        tokens::dsql(&c, REGION, host, HOUR, NOW)
            .unwrap_err()
            .to_string()
    };
    assert!(dsql("abcd.dsql.us-east-1.on.aws:5432").contains("must not have a port"));
    assert!(dsql("https://abcd.dsql.us-east-1.on.aws").contains("contains a scheme"));
    let iot = |host| {
        tokens::iot(&c, REGION, host, None, NOW)
            .unwrap_err()
            .to_string()
    };
    assert!(iot("wss://abc.iot.us-east-1.amazonaws.com/mqtt").contains("contains a scheme"));
    assert!(iot("abc.iot.us-east-1.amazonaws.com:8883").contains("a port other than 443"));
    // DNS allows these in names, but not in host names: the private names of a service.
    assert!(tokens::rds(&c, REGION, "my_db.us-east-1.example.com:5432", "app", NOW).is_ok());
    for byte in ['.', ':', '/'] {
        let name = format!("a{byte}b");
        let error = tokens::memorydb(&c, REGION, &name, "app", NOW).unwrap_err();
        assert!(
            error.to_string().contains("must be the name alone"),
            "{error}"
        );
    }
    for name in [
        "",
        "my.cache",
        "my-cache.abc.cache.amazonaws.com:6379",
        "redis://c",
        "a/b",
        "a_b",
    ] {
        assert!(
            tokens::elasticache(&c, REGION, name, "app", NOW).is_err(),
            "{name}"
        );
        assert!(
            tokens::elasticache_serverless(&c, REGION, name, "app", NOW).is_err(),
            "{name}"
        );
        assert!(
            tokens::memorydb(&c, REGION, name, "app", NOW).is_err(),
            "{name}"
        );
    }
    for cluster in ["", "a b", "a\nb", "\u{e9}"] {
        assert!(
            tokens::eks(&c, REGION, cluster, NOW).is_err(),
            "{cluster:?}"
        );
    }
    for region in ["", "us east", "evil.com/", "a@b", "US-EAST-1", "a.b"] {
        assert!(tokens::msk(&c, region, "app/1", NOW).is_err(), "{region}");
        assert!(tokens::eks(&c, region, "cluster", NOW).is_err(), "{region}");
        assert!(caller_identity::host(region).is_err(), "{region}");
    }
    assert!(tokens::rds(&c, "", DB, "app", NOW).is_err());
    assert!(tokens::msk(&c, REGION, "", NOW).is_err());
}

#[test]
fn users_are_encoded_and_required() {
    let c = long_term();
    let token = tokens::rds(&c, REGION, DB, "a b+c/d@\u{e9}&Action=x", NOW).unwrap();
    assert!(
        token
            .expose()
            .contains("&DBUser=a%20b%2Bc%2Fd%40%C3%A9%26Action%3Dx&X-Amz-")
    );
    let token = tokens::memorydb(&c, REGION, "c", "a&b", NOW).unwrap();
    assert!(token.expose().contains("&User=a%26b&X-Amz-"));
    assert!(tokens::rds(&c, REGION, DB, "", NOW).is_err());
    assert!(tokens::elasticache(&c, REGION, "c", "", NOW).is_err());
    let long = "x".repeat(70_000);
    let error = tokens::rds(&c, REGION, DB, &long, NOW).unwrap_err();
    assert!(matches!(error, Error::UrlTooLong { .. }), "{error}");
}

#[test]
fn a_lifetime_outside_the_range_of_the_service_is_refused() {
    let c = long_term();
    let half_a_day = 43_200;
    let week = 604_800;
    for (seconds, dsql, bedrock) in [
        (0, false, false),
        (1, true, true),
        (half_a_day, true, true),
        (half_a_day + 1, true, false),
        (week, true, false),
        (week + 1, false, false),
        (u64::MAX, false, false),
    ] {
        let lifetime = Duration::from_secs(seconds);
        assert_eq!(
            tokens::dsql(&c, REGION, DSQL, lifetime, NOW).is_ok(),
            dsql,
            "{seconds}"
        );
        assert_eq!(
            tokens::dsql_admin(&c, REGION, DSQL, lifetime, NOW).is_ok(),
            dsql,
            "{seconds}"
        );
        assert_eq!(
            tokens::iot(&c, REGION, IOT, Some(lifetime), NOW).is_ok(),
            dsql,
            "{seconds}"
        );
        assert_eq!(
            tokens::bedrock(&c, REGION, lifetime, NOW).is_ok(),
            bedrock,
            "{seconds}"
        );
    }
    let error = tokens::bedrock(&c, REGION, Duration::from_secs(50_000), NOW).unwrap_err();
    assert_eq!(
        error.to_string(),
        "lifetime must be between 1 and 43200 s, got 50000 s"
    );
}

#[test]
fn kubectl_can_read_the_credential() {
    let token = tokens::eks(&temporary(NOW + HOUR), "cn-north-1", "c", NOW).unwrap();
    for (version, name) in [
        (ExecApiVersion::V1, "client.authentication.k8s.io/v1"),
        (
            ExecApiVersion::V1Beta1,
            "client.authentication.k8s.io/v1beta1",
        ),
    ] {
        let read: Value = serde_json::from_str(token.exec_credential(version).expose()).unwrap();
        assert_eq!(read["kind"], "ExecCredential");
        assert_eq!(read["apiVersion"], name);
        assert_eq!(read["status"]["token"], token.expose());
        assert_eq!(
            read["status"]["expirationTimestamp"],
            "2024-07-07T07:14:00Z"
        );
    }
    // The authenticator in the cluster accepts 4096 characters. base64 can fill 4095 and, with one
    // byte more, 4097.
    let eks = |length| {
        let credentials = long_term().with_session_token("a".repeat(length));
        tokens::eks(&credentials, REGION, "c", NOW)
    };
    let fit = (2500..3000).map_while(|length| eks(length).ok());
    let lengths: Vec<usize> = fit.map(|token| token.expose().len()).collect();
    assert_eq!(lengths.last(), Some(&4095));
    let error = eks(2500 + lengths.len());
    assert!(matches!(error, Err(Error::InvalidSessionToken(_))));
}

#[test]
fn vault_can_read_the_login() {
    let c = temporary(NOW + HOUR);
    let role = "dev \"ops\"\\\n";
    let login = caller_identity::vault(&c, REGION, STS, Some("vault.example.com"), Some(role), NOW);
    let read: Value = serde_json::from_str(login.unwrap().expose()).unwrap();
    assert_eq!(read["role"], role);
    assert_eq!(read["iam_http_request_method"], "POST");
    let decode = |name: &str| {
        let bytes = STANDARD.decode(read[name].as_str().unwrap()).unwrap();
        String::from_utf8(bytes).unwrap()
    };
    assert_eq!(decode("iam_request_url"), format!("https://{STS}/"));
    assert_eq!(
        decode("iam_request_body"),
        "Action=GetCallerIdentity&Version=2011-06-15"
    );
    let headers: Value = serde_json::from_str(&decode("iam_request_headers")).unwrap();
    let proof = caller_identity::signed(
        &c,
        REGION,
        STS,
        Some(("x-vault-aws-iam-server-id", "vault.example.com")),
        NOW,
    )
    .unwrap();
    let mut count = 0;
    for (name, value) in proof.expose_headers() {
        assert_eq!(headers[name], serde_json::json!([value]));
        count += 1;
    }
    assert_eq!(headers.as_object().unwrap().len(), count);
    let login = caller_identity::vault(&c, REGION, STS, None, None, NOW).unwrap();
    let read: Value = serde_json::from_str(login.expose()).unwrap();
    assert!(read["role"].is_null());
}

/// The signatures were made by google-auth 2.62.2 and pymongo-auth-aws 1.3.0.
#[test]
fn proofs_for_google_and_mongodb_equal_those_of_their_packages() {
    let c = long_term().with_session_token("token/+==");
    let (region, host) = ("eu-west-1", "sts.eu-west-1.amazonaws.com");
    let provider =
        "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/aws";
    let token = caller_identity::google(&c, region, host, provider, NOW).unwrap();
    let text = percent_encoding::percent_decode_str(token.expose());
    let read: Value = serde_json::from_str(&text.decode_utf8().unwrap()).unwrap();
    let expected = serde_json::json!({
        "url": "https://sts.eu-west-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15",
        "method": "POST",
        "headers": [
            {"key": "Authorization", "value": "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20240707/eu-west-1/sts/aws4_request, SignedHeaders=host;x-amz-date;x-amz-security-token;x-goog-cloud-target-resource, Signature=598e66700aa15ead5322efc7dc2cc29b360c5693027cabbac14f624a654c5425"},
            {"key": "host", "value": host},
            {"key": "x-amz-date", "value": "20240707T070000Z"},
            {"key": "x-amz-security-token", "value": "token/+=="},
            {"key": "x-goog-cloud-target-resource", "value": provider},
        ],
    });
    assert_eq!(read, expected);

    let nonce = [[7; 32], [8; 32]].concat();
    let answer = caller_identity::mongodb(&c, &[7; 32], &nonce, host, NOW.into()).unwrap();
    assert_eq!(
        answer.expose_authorization(),
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20240707/eu-west-1/sts/aws4_request, SignedHeaders=content-length;content-type;host;x-amz-date;x-amz-security-token;x-mongodb-gs2-cb-flag;x-mongodb-server-nonce, Signature=331cb39d55e6701767c2e5c7a943538cb4e9752e19c29875457e8315b5c76951"
    );
    assert_eq!(answer.date(), "20240707T070000Z");
    assert_eq!(answer.expose_session_token(), Some("token/+=="));
}

#[test]
fn an_invalid_nonce_or_host_of_a_mongodb_server_is_refused() {
    let mongodb = |nonce: &[u8], host: &str| {
        caller_identity::mongodb(&long_term(), &[7; 32], nonce, host, NOW.into()).map(drop)
    };
    assert!(mongodb(&[7; 64], "sts.amazonaws.com").is_ok());
    for nonce in [&[][..], &[7; 63], &[7; 65], &[8; 64], &[7; 32]] {
        assert!(mongodb(nonce, "sts.amazonaws.com").is_err());
    }
    let long = format!("{}.com", "a".repeat(300));
    for host in [
        "",
        ".",
        "sts..com",
        ".sts.com",
        "sts.com.",
        "sts.com/",
        "a b",
        "https://sts",
        &long,
    ] {
        assert!(mongodb(&[7; 64], host).is_err(), "{host}");
    }
}

#[test]
fn an_audience_is_a_valid_header() {
    let c = long_term();
    let sign = |name, value| caller_identity::signed(&c, REGION, STS, Some((name, value)), NOW);
    let presign =
        |name, value| caller_identity::presigned(&c, REGION, STS, Some((name, value)), NOW);
    assert!(sign("X-Audience", "a b").is_ok() && presign("X-Audience", "a b").is_ok());
    for (name, value) in [
        ("", "a"),
        ("x audience", "a"),
        ("x-audience", ""),
        ("x-audience", "a\r\nx-other: b"),
        ("x-audience", " a"),
        ("x-audience", "\u{e9}"),
        // The signer writes these headers, or leaves them unsigned.
        ("host", "a"),
        ("x-amz-date", "20240707T070000Z"),
        ("x-amz-security-token", "a"),
        ("authorization", "a"),
        ("content-type", "a"),
        ("content-length", "1"),
        ("user-agent", "a"),
    ] {
        assert!(sign(name, value).is_err(), "{name}: {value}");
        assert!(presign(name, value).is_err(), "{name}: {value}");
    }
}

/// Kafka clients count in milliseconds.
#[test]
fn an_expiration_has_milliseconds() {
    let end = datetime!(2024-07-07 07:05:06.789 UTC);
    let token = tokens::rds(&temporary(end), REGION, DB, "app", NOW).unwrap();
    assert_eq!(token.expires_at(), end.into());
    assert_eq!(token.expires_at_milliseconds(), 1_720_335_906_789);
}

/// RFC 1035, section 2.3.4: a name has at most 253 characters, not counting the dot at its end.
#[test]
fn a_host_has_at_most_253_characters() {
    let host = |length: usize| {
        let labels = "abcdefghi.".repeat(25);
        format!("{labels}{}", "x".repeat(length - 250))
    };
    let rds = |length| {
        let host = format!("{}:5432", host(length));
        tokens::rds(&long_term(), REGION, &host, "app", NOW)
    };
    assert!(rds(253).is_ok());
    assert!(rds(254).is_err());
}
