//! Nine tasks as a new user would write them: at most eight lines and three imports each, and no
//! crate but `http` and `time` besides. What they make is held against what botocore 1.43 makes of
//! the same, or verified; the lines are counted.
//!
//! `cargo run --all-features --example tasks`

mod assume_role;
mod bearer_token;
mod explain;
mod presign_get;
mod put_unsigned;
mod rds_token;
mod sign_dynamodb;
mod stream_upload;
mod verify;

use std::error::Error;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use countersign::chunked::{ChunkVerifier, VerifiedBody};
use countersign::verify::{
    PendingVerification, SignedRequest, VerificationKey, Verifier, VerifyError,
};
use countersign::{Credentials, Service};
use http::{HeaderMap, Request, StatusCode};
use http_body::Body;
use time::OffsetDateTime;
use time::macros::datetime;

const NOW: OffsetDateTime = datetime!(2026-01-01 12:00 UTC);
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const LONG_TERM: (&str, &str) = ("AKIAIOSFODNN7EXAMPLE", SECRET);
const TEMPORARY: (&str, &str, &str) = (
    "ASIAIOSFODNN7EXAMPLE",
    SECRET,
    "AQoDYXdzEPT//////////wEXAMPLE==",
);
const KEY: &str = "2026/a b+c.pdf";

fn main() -> Result<(), Box<dyn Error>> {
    for (task, source) in [
        (
            "header-sign a DynamoDB POST",
            include_str!("sign_dynamodb.rs"),
        ),
        ("presign an S3 GET", include_str!("presign_get.rs")),
        ("S3 PUT, unsigned payload", include_str!("put_unsigned.rs")),
        (
            "stream an upload with a trailer",
            include_str!("stream_upload.rs"),
        ),
        ("verify, header and presigned", include_str!("verify.rs")),
        (
            "scoped, expiring bearer token",
            include_str!("bearer_token.rs"),
        ),
        ("AssumeRole, parse, sign", include_str!("assume_role.rs")),
        ("an RDS token", include_str!("rds_token.rs")),
        ("explain a mismatch", include_str!("explain.rs")),
    ] {
        let (lines, imports) = count(source);
        println!("{task:32} {lines} lines, {imports} imports");
        assert!(lines <= 8 && imports <= 3, "{task}");
    }
    signed()?;
    streamed()?;
    verified()?;
    borne()?;
    assumed()?;
    explained()
}

/// Lines of the function's body but for its last one, which hands the result out; and `use` lines.
fn count(source: &str) -> (usize, usize) {
    let imports: Vec<&str> = source
        .lines()
        .filter(|line| line.starts_with("use "))
        .collect();
    for import in &imports {
        let from = ["use countersign::", "use http::", "use std::", "use time::"];
        assert!(from.iter().any(|from| import.starts_with(from)), "{import}");
    }
    let body = source
        .lines()
        .skip_while(|line| !line.starts_with(')') || !line.ends_with('{'));
    let body = body.skip(1).take_while(|line| *line != "}");
    let lines = body.filter(|line| !line.trim().is_empty()).count();
    (lines - 1, imports.len())
}

/// The first three tasks and the token, beside botocore's own signatures.
fn signed() -> Result<(), Box<dyn Error>> {
    let request = sign_dynamodb::list_tables(TEMPORARY, r#"{"Limit":10}"#, NOW)?;
    assert_eq!(
        request.headers()["authorization"],
        "AWS4-HMAC-SHA256 Credential=ASIAIOSFODNN7EXAMPLE/20260101/eu-west-1/dynamodb/aws4_request, \
         SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, \
         Signature=f870ab9176ae0b6c950deb8b880f3d349189950b1aff6bfefad9fa3ad7c28f80"
    );

    let link = presign_get::link(TEMPORARY, KEY, NOW)?;
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

    assert_eq!(
        rds_token::password(LONG_TERM, NOW)?.expose(),
        "db.abc123.us-east-1.rds.amazonaws.com:5432/?Action=connect&DBUser=app\
         &X-Amz-Algorithm=AWS4-HMAC-SHA256\
         &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20260101%2Fus-east-1%2Frds-db%2Faws4_request\
         &X-Amz-Date=20260101T120000Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host\
         &X-Amz-Signature=8a80bfaca84bc65ff62e7d55dfa68e502abcfd4c3ed85261ae44fea8e314d07f"
    );
    Ok(())
}

/// An upload is read back by a verifier, trailer and all. Its CRC-32C was calculated elsewhere.
fn streamed() -> Result<(), Box<dyn Error>> {
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
    let PendingVerification::Streaming(head) = verifier.verify_signature(&claim, &key, NOW)? else {
        return Err("it is a stream".into());
    };
    let (_, seed) = head.into_parts();
    let wire = String::from_utf8(wire)?;
    let (received, trailers) = read(VerifiedBody::new(wire, ChunkVerifier::new(&seed)?))?;
    assert_eq!(received, data.as_bytes());
    assert_eq!(trailers["x-amz-checksum-crc32c"], "cPP75Q==");
    Ok(())
}

/// A body to its end, without a runtime: these bodies never wait.
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

/// What botocore signed, in a header and in a URL, verifies; what was changed does not.
fn verified() -> Result<(), Box<dyn Error>> {
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
    let later = datetime!(2026-01-01 12:15:01 UTC);
    assert!(verify::who(&get(presigned)?, look_up, later).is_err());
    let longer = presigned.replace("Expires=900", "Expires=901");
    assert!(verify::who(&get(&longer)?, look_up, NOW).is_err());
    Ok(())
}

/// A token goes where it belongs, and not later.
fn borne() -> Result<(), Box<dyn Error>> {
    let (token, expires) = ("eyJ2ZXIiOjF9.abc", datetime!(2026-01-01 12:10 UTC));
    let url = "https://d-111122223333.d.codeartifact.us-west-2.amazonaws.com/npm/r/left-pad";
    let request = bearer_token::download((token, expires), url, NOW)?;
    assert_eq!(
        request.headers()["authorization"],
        "Bearer eyJ2ZXIiOjF9.abc"
    );
    assert!(bearer_token::download((token, expires), url, expires).is_err());
    assert!(bearer_token::download((token, expires), "https://evil.example/", NOW).is_err());
    Ok(())
}

/// Both requests beside botocore's; the answer is the example of the STS API Reference.
fn assumed() -> Result<(), Box<dyn Error>> {
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
        (StatusCode::OK, answer)
    };
    let request = assume_role::list_users(LONG_TERM, sts, NOW)?;
    assert_eq!(
        request.headers()["authorization"],
        "AWS4-HMAC-SHA256 Credential=ASIAIOSFODNN7EXAMPLE/20260101/us-east-1/iam/aws4_request, \
         SignedHeaders=host;x-amz-date;x-amz-security-token, \
         Signature=b75eb21a85e01256fb9f54d77c1520ed403b25a9e122b1d33652a3479940c400"
    );
    Ok(())
}

/// A proxy put its own host in place of the one that was signed.
fn explained() -> Result<(), Box<dyn Error>> {
    let request = put_unsigned::put(LONG_TERM, KEY, "data", NOW)?;
    let error_body = "<Error><Code>SignatureDoesNotMatch</Code>\
        <Message>The request signature we calculated does not match the signature you provided. \
        Check your key and signing method.</Message><CanonicalRequest>PUT\n\
        /2026/a%20b%2Bc.pdf\n\nhost:10.0.0.7:8080\nx-amz-content-sha256:UNSIGNED-PAYLOAD\n\
        x-amz-date:20260101T120000Z\n\nhost;x-amz-content-sha256;x-amz-date\nUNSIGNED-PAYLOAD\
        </CanonicalRequest></Error>";
    let why = explain::why(&request, error_body)?;
    assert!(why.starts_with(
        "SignatureDoesNotMatch\n\
         Likely cause: The request was signed for another host than the one it arrived at.\n"
    ));
    println!("\n{why}");
    Ok(())
}
