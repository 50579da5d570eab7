//! Fourteen tasks of a new user, in `tasks/`: each takes at most eight lines and three imports, and
//! no crate but `http`. Their results are compared with those of botocore 1.43 or 1.44, or
//! verified.
//!
//! Lines are those of the task's function, formatted, without its last one, which returns the
//! result. What a program has anyway are the function's arguments: keys, body, time, lookup, HTTP
//! client.

mod assume_role;
mod bearer_token;
mod browser_upload;
mod explain;
mod lambda_url;
mod msk_token;
mod multi_region_access_point;
mod opensearch_serverless;
mod presign;
mod put_unsigned;
mod rds_token;
mod sign_dynamodb;
mod stream_upload;
mod verify;

use std::error::Error;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime};

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use countersign::chunked::{ChunkVerifier, VerifiedBody};
use countersign::post_policy::{SignedPost, Upload};
use countersign::sts::Endpoint;
use countersign::verify::{
    PendingVerification, SignedRequest, VerificationKey, Verifier, VerifyError,
};
use countersign::{Credentials, PayloadHash, Service, Timestamp, sigv4a};
use http::{HeaderMap, Request, StatusCode};
use http_body::Body;

/// 2026-01-01T12:00:00Z.
const NOW: Timestamp = Timestamp::from_unix_seconds(1_767_268_800);
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const LONG_TERM: (&str, &str) = ("AKIAIOSFODNN7EXAMPLE", SECRET);
const TEMPORARY: (&str, &str, &str) = (
    "ASIAIOSFODNN7EXAMPLE",
    SECRET,
    "AQoDYXdzEPT//////////wEXAMPLE==",
);
const KEY: &str = "2026/a b+c.pdf";

/// By file and function.
const TASKS: [(&str, &str, &str); 14] = [
    (
        "assume_role",
        "list_users",
        include_str!("tasks/assume_role.rs"),
    ),
    (
        "bearer_token",
        "download",
        include_str!("tasks/bearer_token.rs"),
    ),
    (
        "browser_upload",
        "form",
        include_str!("tasks/browser_upload.rs"),
    ),
    ("explain", "why", include_str!("tasks/explain.rs")),
    ("lambda_url", "call", include_str!("tasks/lambda_url.rs")),
    ("msk_token", "token", include_str!("tasks/msk_token.rs")),
    (
        "multi_region_access_point",
        "get",
        include_str!("tasks/multi_region_access_point.rs"),
    ),
    (
        "opensearch_serverless",
        "search",
        include_str!("tasks/opensearch_serverless.rs"),
    ),
    ("presign", "link", include_str!("tasks/presign.rs")),
    ("put_unsigned", "put", include_str!("tasks/put_unsigned.rs")),
    ("rds_token", "password", include_str!("tasks/rds_token.rs")),
    (
        "sign_dynamodb",
        "list_tables",
        include_str!("tasks/sign_dynamodb.rs"),
    ),
    (
        "stream_upload",
        "upload",
        include_str!("tasks/stream_upload.rs"),
    ),
    ("verify", "who", include_str!("tasks/verify.rs")),
];

/// The lines of a function's body without its last one, and the imports of its file.
fn count(source: &str, function: &str) -> (usize, Vec<String>) {
    let imports = source.lines().filter(|line| line.starts_with("use "));
    let start = [
        format!("pub(crate) fn {function}("),
        format!("pub(crate) fn {function}<"),
    ];
    let body = source
        .lines()
        .skip_while(|line| !start.iter().any(|start| line.starts_with(&**start)))
        .skip_while(|line| !line.ends_with('{'));
    let body = body.skip(1).take_while(|line| *line != "}");
    let lines = body.filter(|line| !line.trim().is_empty()).count();
    (lines - 1, imports.map(str::to_owned).collect())
}

#[test]
fn a_task_takes_eight_lines_and_three_imports() {
    for (file, function, source) in TASKS {
        let (lines, imports) = count(source, function);
        assert!((1..=8).contains(&lines), "{file}: {lines} lines");
        assert!((1..=3).contains(&imports.len()), "{file}: {imports:?}");
        for import in imports {
            let from = ["use countersign::", "use http::", "use std::"];
            assert!(from.iter().any(|from| import.starts_with(from)), "{import}");
        }
    }
}

fn temporary() -> Credentials {
    let (id, secret, token) = TEMPORARY;
    Credentials::new(id, secret).with_session_token(token)
}

#[test]
fn tasks_sign_like_botocore() -> Result<(), Box<dyn Error>> {
    let request = sign_dynamodb::list_tables(TEMPORARY, r#"{"Limit":10}"#, NOW)?;
    assert_eq!(
        request.headers()["authorization"],
        "AWS4-HMAC-SHA256 Credential=ASIAIOSFODNN7EXAMPLE/20260101/eu-west-1/dynamodb/aws4_request, \
         SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, \
         Signature=f870ab9176ae0b6c950deb8b880f3d349189950b1aff6bfefad9fa3ad7c28f80"
    );

    let link = presign::link(temporary(), KEY, NOW)?;
    assert_eq!(
        link.signature().as_str(),
        "6096780e797c6b8ae8ad169303f0787eefb701ea4c58e3d52f9a071153525c75"
    );
    assert!(
        link.url()
            .starts_with("https://bucket.s3.eu-west-1.amazonaws.com/2026/a%20b%2Bc.pdf?")
    );

    let request = put_unsigned::put(LONG_TERM, KEY, "data", NOW)?;
    assert_eq!(
        request.headers()["x-amz-content-sha256"],
        "UNSIGNED-PAYLOAD"
    );
    assert_eq!(
        request.headers()["authorization"],
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/eu-west-1/s3/aws4_request, \
         SignedHeaders=host;x-amz-content-sha256;x-amz-date, \
         Signature=2dcdc14291601f2110908e290208d614373d64ade89ba6a884dfede6f54aaa38"
    );

    let request = lambda_url::call(LONG_TERM, r#"{"a":1}"#, NOW)?;
    assert_eq!(
        request.headers()["authorization"],
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/eu-west-1/lambda/aws4_request, \
         SignedHeaders=content-type;host;x-amz-date, \
         Signature=abc7bff97bb2ca3fb0a6b159a5a670671366b2749dcfcdd0257feff51a8ab5c6"
    );

    let request = opensearch_serverless::search(LONG_TERM, r#"{"a":1}"#, NOW)?;
    assert_eq!(
        request.headers()["authorization"],
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/eu-west-1/aoss/aws4_request, \
         SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date, \
         Signature=e5b99e032978a91d1d1ad767110472ba4ca561e4e35ca50c3da02b6470d21793"
    );

    assert_eq!(
        rds_token::password(&Credentials::new(LONG_TERM.0, SECRET), NOW)?.expose(),
        "db.abc123.us-east-1.rds.amazonaws.com:5432/?Action=connect&DBUser=app\
         &X-Amz-Algorithm=AWS4-HMAC-SHA256\
         &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20260101%2Fus-east-1%2Frds-db%2Faws4_request\
         &X-Amz-Date=20260101T120000Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host\
         &X-Amz-Signature=8a80bfaca84bc65ff62e7d55dfa68e502abcfd4c3ed85261ae44fea8e314d07f"
    );
    Ok(())
}

#[test]
fn a_multi_region_access_point_is_signed_for_all_regions() -> Result<(), Box<dyn Error>> {
    let request = multi_region_access_point::get(LONG_TERM, KEY, NOW)?;
    assert_eq!(
        request.uri(),
        "https://mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com/2026/a%20b%2Bc.pdf"
    );
    assert_eq!(request.headers()["x-amz-region-set"], "*");
    let claim = SignedRequest::parse(&request)?;
    let own = sigv4a::Signer::new(Credentials::new(LONG_TERM.0, SECRET), "us-west-2", "s3")?;
    let key = VerificationKey::from_public_key(LONG_TERM.0, own.public_key());
    for region in ["us-east-1", "eu-west-1"] {
        let verifier = Verifier::new(region, Service::S3)?;
        verifier.verify(&claim, &key, PayloadHash::EMPTY, NOW)?;
    }
    Ok(())
}

#[test]
fn a_token_for_msk_expires_after_15_minutes() -> Result<(), Box<dyn Error>> {
    let (token, expires) = msk_token::token(&Credentials::new(LONG_TERM.0, SECRET), NOW)?;
    assert_eq!(expires, (1_767_268_800 + 900) * 1000);
    let url = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(token)?)?;
    assert!(
        url.starts_with("https://kafka.us-east-1.amazonaws.com/?Action=kafka-cluster%3AConnect&")
    );
    assert!(url.ends_with("&User-Agent=my-app%2F1.0"));
    Ok(())
}

#[test]
fn a_browser_uploads_below_its_prefix_until_the_policy_expires() -> Result<(), Box<dyn Error>> {
    let start = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_268_800);
    let form = browser_upload::form(LONG_TERM, start)?;
    let fields: Vec<(&str, &str)> = form.fields().collect();
    let claim = SignedPost::parse(&fields)?;
    let key = VerificationKey::derive(&Credentials::new(LONG_TERM.0, SECRET), claim.scope())?;
    let verifier = Verifier::new("eu-west-1", Service::S3)?;
    let upload = |file_length| Upload {
        bucket: "photos",
        file_name: "me.png",
        file_length,
    };
    let verified = claim.verify(&verifier, &key, &upload(4096), NOW)?;
    assert_eq!(verified.key(), "user/eric/me.png");
    let later = Timestamp::from_unix_seconds(NOW.unix_seconds() + 3601);
    assert!(claim.verify(&verifier, &key, &upload(4096), later).is_err());
    assert!(
        claim
            .verify(&verifier, &key, &upload(1_048_577), NOW)
            .is_err()
    );
    Ok(())
}

/// With its trailer, whose CRC-32C was calculated by another program.
#[test]
fn the_streamed_upload_verifies() -> Result<(), Box<dyn Error>> {
    let data = "hello, streamed world";
    let request = stream_upload::upload(LONG_TERM, (data.to_owned(), 21), NOW)?;
    let (parts, body) = request.into_parts();
    let length = body.size_hint().exact().ok_or("a length")?;
    assert_eq!(parts.headers["content-length"], length.to_string());
    let (wire, _) = read(body)?;
    assert_eq!(wire.len() as u64, length);

    let head = Request::from_parts(parts, ());
    let claim = SignedRequest::parse(&head)?;
    let key = VerificationKey::derive(&Credentials::new(LONG_TERM.0, SECRET), claim.scope())?;
    let verifier = Verifier::new("eu-west-1", Service::S3)?;
    let PendingVerification::SignedStream(head) = verifier.verify_signature(&claim, &key, NOW)?
    else {
        return Err("it is a stream".into());
    };
    let (_, seed) = head.into_parts();
    let wire = String::from_utf8(wire)?;
    let (received, trailers) = read(VerifiedBody::new(wire, ChunkVerifier::new(&seed)?))?;
    assert_eq!(received, data.as_bytes());
    assert_eq!(trailers["x-amz-checksum-crc32c"], "cPP75Q==");
    Ok(())
}

/// Reads a body to its end without a runtime: these bodies are never pending.
fn read<B>(mut body: B) -> Result<(Vec<u8>, HeaderMap), Box<dyn Error>>
where
    B: Body<Data = bytes::Bytes> + Unpin,
    B::Error: Error + 'static,
{
    let (mut data, mut trailers) = (Vec::new(), HeaderMap::new());
    let mut context = Context::from_waker(Waker::noop());
    while let Poll::Ready(Some(frame)) = Pin::new(&mut body).poll_frame(&mut context) {
        match frame?.into_data() {
            Ok(bytes) => data.extend_from_slice(&bytes),
            Err(frame) => trailers.extend(frame.into_trailers().map_err(|_| "no trailers")?),
        }
    }
    Ok((data, trailers))
}

/// In a header and in a URL.
#[test]
fn what_botocore_signed_verifies_until_it_is_changed() -> Result<(), Box<dyn Error>> {
    let look_up = |id: &str| match id {
        "AKIAIOSFODNN7EXAMPLE" => Ok(Credentials::new(id, SECRET)),
        "ASIAIOSFODNN7EXAMPLE" => Ok(Credentials::new(id, SECRET).with_session_token(TEMPORARY.2)),
        _ => Err(VerifyError::UnknownAccessKeyId),
    };
    let mut signed = Request::put("/hello.txt")
        .header("host", "bucket.s3.eu-west-1.amazonaws.com")
        .header("x-amz-date", "20260101T120000Z")
        .header(
            "x-amz-content-sha256",
            "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
        )
        .header(
            "authorization",
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/eu-west-1/s3/aws4_request, \
             SignedHeaders=host;x-amz-content-sha256;x-amz-date, \
             Signature=096f50d2a534048922e557029fcc3a969e3e893d90f6e147358cc817498621a1",
        )
        .body(b"hello".to_vec())?;
    assert_eq!(verify::who(&signed, look_up, NOW)?, "AKIAIOSFODNN7EXAMPLE");
    signed.body_mut().push(b'!');
    assert!(verify::who(&signed, look_up, NOW).is_err());

    let presigned = "/2026/a%20b%2Bc.pdf?X-Amz-Algorithm=AWS4-HMAC-SHA256\
        &X-Amz-Credential=ASIAIOSFODNN7EXAMPLE%2F20260101%2Feu-west-1%2Fs3%2Faws4_request\
        &X-Amz-Date=20260101T120000Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host\
        &X-Amz-Security-Token=AQoDYXdzEPT%2F%2F%2F%2F%2F%2F%2F%2F%2F%2FwEXAMPLE%3D%3D\
        &X-Amz-Signature=6096780e797c6b8ae8ad169303f0787eefb701ea4c58e3d52f9a071153525c75";
    let get = |url: &str| {
        let get = Request::get(url).header("host", "bucket.s3.eu-west-1.amazonaws.com");
        get.body(Vec::new())
    };
    assert_eq!(
        verify::who(&get(presigned)?, look_up, NOW)?,
        "ASIAIOSFODNN7EXAMPLE"
    );
    let later = Timestamp::from_unix_seconds(NOW.unix_seconds() + 901);
    assert!(verify::who(&get(presigned)?, look_up, later).is_err());
    let longer = presigned.replace("Expires=900", "Expires=901");
    assert!(verify::who(&get(&longer)?, look_up, NOW).is_err());
    Ok(())
}

#[test]
fn a_token_goes_to_its_host_until_it_expires() -> Result<(), Box<dyn Error>> {
    let (token, expires) = (
        "eyJ2ZXIiOjF9.abc",
        Timestamp::from_unix_seconds(NOW.unix_seconds() + 600),
    );
    let host = "d-111122223333.d.codeartifact.us-west-2.amazonaws.com";
    let url = &format!("https://{host}/npm/r/left-pad");
    let request = bearer_token::download((token, host, expires), url, NOW)?;
    assert_eq!(
        request.headers()["authorization"],
        "Bearer eyJ2ZXIiOjF9.abc"
    );
    assert!(bearer_token::download((token, host, expires), url, expires).is_err());
    assert!(bearer_token::download((token, host, expires), "https://evil.example/", NOW).is_err());
    Ok(())
}

/// The response is the example of the STS API Reference.
#[test]
fn the_role_is_assumed_and_used_like_botocore_does() -> Result<(), Box<dyn Error>> {
    let sts = |request: Request<String>| {
        assert_eq!(
            request.headers()["authorization"],
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/eu-west-1/sts/aws4_request, \
             SignedHeaders=content-type;host;x-amz-date, \
             Signature=055cde721af8be97e973d66762a8f5142853ea711b431dbfccf4ab43bad167ac"
        );
        let (id, secret, token) = TEMPORARY;
        let answer = format!(
            "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
             <AssumeRoleResult><Credentials><AccessKeyId>{id}</AccessKeyId>\
             <SecretAccessKey>{secret}</SecretAccessKey><SessionToken>{token}</SessionToken>\
             <Expiration>2026-01-01T13:00:00Z</Expiration></Credentials></AssumeRoleResult>\
             </AssumeRoleResponse>"
        );
        Ok((StatusCode::OK, answer))
    };
    let endpoint = Endpoint::regional("eu-west-1")?;
    let apis = (&endpoint, "https://iam.amazonaws.com");
    let request = assume_role::list_users(LONG_TERM, apis, sts, NOW)?;
    assert_eq!(
        request.headers()["authorization"],
        "AWS4-HMAC-SHA256 Credential=ASIAIOSFODNN7EXAMPLE/20260101/us-east-1/iam/aws4_request, \
         SignedHeaders=host;x-amz-date;x-amz-security-token, \
         Signature=b75eb21a85e01256fb9f54d77c1520ed403b25a9e122b1d33652a3479940c400"
    );
    Ok(())
}

#[test]
fn the_rewritten_host_is_explained() -> Result<(), Box<dyn Error>> {
    let request = put_unsigned::put(LONG_TERM, KEY, "data", NOW)?;
    let error_body = "<Error><Code>SignatureDoesNotMatch</Code>\
        <Message>The request signature we calculated does not match the signature you provided. \
        Check your key and signing method.</Message><CanonicalRequest>PUT\n\
        /2026/a%20b%2Bc.pdf\n\nhost:10.0.0.7:8080\nx-amz-content-sha256:UNSIGNED-PAYLOAD\n\
        x-amz-date:20260101T120000Z\n\nhost;x-amz-content-sha256;x-amz-date\nUNSIGNED-PAYLOAD\
        </CanonicalRequest></Error>";
    let why = explain::why(&request, "s3", None, error_body)?.to_string();
    assert!(why.starts_with(
        "SignatureDoesNotMatch\n\
         Likely cause: The request was signed for a host other than the one it arrived at.\n"
    ));
    Ok(())
}
