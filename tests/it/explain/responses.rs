//! Responses of the services, word for word, and the requests that they refuse.

use std::time::Duration;

use countersign::explain::{self, Cause, Explainer};
use countersign::{Credentials, PayloadHash, Service, Signer};
use http::{HeaderValue, Request, Response};
use time::macros::datetime;

use crate::explain::server::{NOW, SECRET, Sent, TOKEN};

/// A request, and the response to it.
pub struct Case {
    pub name: &'static str,
    request: fn() -> Sent,
    service: &'static str,
    status: u16,
    header: Option<(&'static str, &'static str)>,
    body: &'static str,
    cause: fn() -> Cause,
}

fn signed_by(credentials: Credentials, region: &str, service: &'static str) -> Sent {
    let mut request = Request::get("https://h.example/k")
        .body(b"data".to_vec())
        .unwrap();
    let signer = Signer::new(credentials, region, service).unwrap();
    signer
        .sign(&mut request, PayloadHash::new("data"), NOW)
        .unwrap();
    request
}

pub fn s3() -> Sent {
    signed_by(Credentials::new("AKIDEXAMPLE", SECRET), "us-east-1", "s3")
}

pub fn sqs() -> Sent {
    signed_by(Credentials::new("AKIDEXAMPLE", SECRET), "us-east-1", "sqs")
}

fn temporary() -> Sent {
    let credentials = Credentials::new("ASIAIOSFODNN7EXAMPLE", SECRET);
    signed_by(credentials.with_session_token(TOKEN), "us-east-1", "s3")
}

pub fn tokenless() -> Sent {
    signed_by(
        Credentials::new("ASIAIOSFODNN7EXAMPLE", SECRET),
        "us-east-1",
        "s3",
    )
}

fn presigned_by(service: &'static str) -> Sent {
    let signer = Signer::new(
        Credentials::new("AKIDEXAMPLE", SECRET),
        "us-east-1",
        service,
    )
    .unwrap();
    let request = Request::get("https://h.example/k").body(()).unwrap();
    let url = signer
        .presign(&request, Duration::from_secs(900), NOW)
        .unwrap();
    Request::get(url.url()).body(Vec::new()).unwrap()
}

pub fn presigned() -> Sent {
    presigned_by("s3")
}

pub fn unsigned() -> Sent {
    Request::get("https://h.example/k")
        .body(Vec::new())
        .unwrap()
}

fn with(mut request: Sent, name: &'static str, value: &'static str) -> Sent {
    request
        .headers_mut()
        .insert(name, HeaderValue::from_static(value));
    request
}

fn without(mut request: Sent, name: &'static str) -> Sent {
    request.headers_mut().remove(name).unwrap();
    request
}

fn authorized(from: &str, to: &str) -> Sent {
    let mut request = s3();
    let header = request.headers()["authorization"]
        .to_str()
        .unwrap()
        .replacen(from, to, 1);
    request
        .headers_mut()
        .insert("authorization", header.parse().unwrap());
    request
}

fn in_url(from: &str, to: &str) -> Sent {
    let mut request = presigned();
    let url = request.uri().to_string();
    assert!(url.contains(from));
    *request.uri_mut() = url.replacen(from, to, 1).parse().unwrap();
    request
}

fn malformed(problem: &str) -> Cause {
    Cause::MalformedAuthorization {
        problem: problem.to_owned(),
    }
}

fn region(expected: Option<&str>) -> Cause {
    Cause::WrongRegion {
        signed: "us-east-1".to_owned(),
        expected: expected.map(str::to_owned),
    }
}

fn clock(ahead: time::Duration) -> Cause {
    Cause::Clock {
        ahead_seconds: Some(ahead.whole_seconds()),
    }
}

macro_rules! case {
    ($name:literal, $request:expr, $service:literal, $status:literal, $body:expr, $cause:expr) => {
        case!($name, $request, $service, $status, None, $body, $cause)
    };
    ($name:literal, $request:expr, $service:literal, $status:literal, $header:expr, $body:expr, $cause:expr) => {
        Case {
            name: $name,
            request: || $request,
            service: $service,
            status: $status,
            header: $header,
            body: $body,
            cause: || $cause,
        }
    };
}

const FIRST: &str = "{\"message\":\"The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.\"}";

pub const CASES: &[Case] = &[
    case!(
        "S3: clock behind",
        s3(),
        "s3",
        403,
        "<Error><Code>RequestTimeTooSkewed</Code><Message>The difference between the request time and the current time is too large.</Message><RequestTime>20260102T030405Z</RequestTime><ServerTime>2026-01-02T03:25:06Z</ServerTime><MaxAllowedSkewMilliseconds>900000</MaxAllowedSkewMilliseconds></Error>",
        clock(-time::Duration::seconds(21 * 60 + 1))
    ),
    case!(
        "S3: clock ahead, an old date",
        s3(),
        "s3",
        403,
        "<Error><Code>RequestTimeTooSkewed</Code><Message>The difference between the request time and the current time is too large.</Message><RequestTime>Fri, 02 Jan 2026 05:04:05 GMT</RequestTime><ServerTime>2026-01-02T03:04:05Z</ServerTime></Error>",
        clock(time::Duration::hours(2))
    ),
    case!(
        "S3: URL expired",
        presigned(),
        "s3",
        403,
        "<Error><Code>AccessDenied</Code><Message>Request has expired</Message><X-Amz-Expires>900</X-Amz-Expires><Expires>2026-01-02T03:19:05Z</Expires><ServerTime>2026-01-02T04:00:00Z</ServerTime></Error>",
        Cause::UrlExpired {
            expired_at: Some(datetime!(2026-01-02 03:19:05 UTC).into()),
            now: Some(datetime!(2026-01-02 04:00 UTC).into())
        }
    ),
    case!(
        "S3: URL not yet valid",
        presigned(),
        "s3",
        403,
        "<Error><Code>AccessDenied</Code><Message>Request is not yet valid</Message><X-Amz-Date>1767323045000</X-Amz-Date><Expires>2026-01-02T03:19:05Z</Expires><ServerTime>2026-01-02T02:04:05Z</ServerTime></Error>",
        clock(time::Duration::hours(1))
    ),
    case!(
        "S3: unsigned header",
        with(s3(), "x-amz-acl", "private"),
        "s3",
        403,
        "<Error><Code>AccessDenied</Code><Message>There were headers present in the request which were not signed</Message><HeadersNotSigned>x-amz-acl, x-amz-meta-a</HeadersNotSigned></Error>",
        Cause::HeadersNotSigned {
            names: vec!["x-amz-acl".into(), "x-amz-meta-a".into()]
        }
    ),
    case!(
        "S3: unsigned token",
        with(s3(), "x-amz-security-token", "IQoJb3JpZ2luX2Vj"),
        "s3",
        403,
        "<Error><Code>AccessDenied</Code><Message>There were headers present in the request which were not signed</Message><HeadersNotSigned>x-amz-security-token</HeadersNotSigned></Error>",
        Cause::SessionTokenNotSigned
    ),
    case!(
        "S3: no date",
        without(s3(), "x-amz-date"),
        "s3",
        403,
        "<Error><Code>AccessDenied</Code><Message>AWS authentication requires a valid Date or x-amz-date header</Message></Error>",
        Cause::MissingDate
    ),
    case!(
        "S3: bad date",
        with(s3(), "x-amz-date", "2026-01-02T03:04:05Z"),
        "s3",
        403,
        "<Error><Code>AccessDenied</Code><Message>AWS authentication requires a valid Date or x-amz-date header</Message></Error>",
        Cause::InvalidDate
    ),
    case!(
        "S3: region",
        s3(),
        "s3",
        400,
        "<Error><Code>AuthorizationHeaderMalformed</Code><Message>The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-central-1'</Message><Region>eu-central-1</Region></Error>",
        region(Some("eu-central-1"))
    ),
    case!(
        "S3: region of a URL",
        presigned(),
        "s3",
        400,
        "<Error><Code>AuthorizationQueryParametersError</Code><Message>Error parsing the X-Amz-Credential parameter; the region 'us-east-1' is wrong; expecting 'ap-south-1'</Message><Region>ap-south-1</Region></Error>",
        region(Some("ap-south-1"))
    ),
    case!(
        "S3: region of a HEAD",
        s3(),
        "s3",
        400,
        Some(("x-amz-bucket-region", "eu-west-1")),
        "",
        region(Some("eu-west-1"))
    ),
    case!(
        "S3: region of a form",
        s3(),
        "s3",
        400,
        "<Error><Code>InvalidArgument</Code><Message>the region 'us-east-1' is wrong; expecting 'eu-west-3'</Message><ArgumentName>X-Amz-Credential</ArgumentName><ArgumentValue>AKIDEXAMPLE/20260102/us-east-1/s3/aws4_request</ArgumentValue><Region>eu-west-3</Region></Error>",
        region(Some("eu-west-3"))
    ),
    case!(
        "S3: service",
        signed_by(
            Credentials::new("AKIDEXAMPLE", SECRET),
            "us-east-1",
            "execute-api"
        ),
        "execute-api",
        400,
        "<Error><Code>AuthorizationHeaderMalformed</Code><Message>The authorization header is malformed; incorrect service \"execute-api\". This endpoint belongs to \"s3\".</Message></Error>",
        Cause::WrongService {
            signed: "execute-api".into(),
            expected: Some("s3".into())
        }
    ),
    case!(
        "S3: terminator",
        authorized("aws4_request", "aws3_request"),
        "s3",
        400,
        "<Error><Code>AuthorizationHeaderMalformed</Code><Message>The authorization header is malformed; incorrect terminal \"aws3_request\". This endpoint uses \"aws4_request\".</Message></Error>",
        Cause::WrongTerminator
    ),
    case!(
        "S3: the scope's day",
        authorized("20260102/", "20260103/"),
        "s3",
        400,
        "<Error><Code>AuthorizationHeaderMalformed</Code><Message>The authorization header is malformed; Invalid credential date \"20260103\". This date is not the same as X-Amz-Date: \"20260102\".</Message></Error>",
        Cause::WrongDay
    ),
    case!(
        "S3: Credential",
        authorized("/us-east-1", ""),
        "s3",
        400,
        "<Error><Code>AuthorizationHeaderMalformed</Code><Message>The authorization header is malformed; the Credential is mal-formed; expecting \"&lt;YOUR-AKID&gt;/YYYYMMDD/REGION/SERVICE/aws4_request\".</Message></Error>",
        malformed("`Credential` is not of the form ID/SCOPE")
    ),
    case!(
        "S3: three components",
        authorized("SignedHeaders=", "Signed="),
        "s3",
        400,
        "<Error><Code>AuthorizationHeaderMalformed</Code><Message>The authorization header is malformed; the authorization header requires three components: Credential, SignedHeaders, and Signature.</Message></Error>",
        malformed("it needs `Credential`, `SignedHeaders` and `Signature`")
    ),
    case!(
        "S3: a parameter is missing",
        in_url("&X-Amz-SignedHeaders=host", ""),
        "s3",
        400,
        "<Error><Code>AuthorizationQueryParametersError</Code><Message>Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.</Message></Error>",
        malformed("a query parameter is missing")
    ),
    case!(
        "S3: more than a week",
        in_url("Expires=900", "Expires=900000"),
        "s3",
        400,
        "<Error><Code>AuthorizationQueryParametersError</Code><Message>X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds</Message></Error>",
        Cause::ExpiresInOutOfRange
    ),
    case!(
        "S3: unknown key",
        s3(),
        "s3",
        403,
        "<Error><Code>InvalidAccessKeyId</Code><Message>The AWS Access Key Id you provided does not exist in our records.</Message><AWSAccessKeyId>AKIDEXAMPLE</AWSAccessKeyId></Error>",
        Cause::UnknownAccessKey
    ),
    case!(
        "S3: temporary key without token",
        tokenless(),
        "s3",
        403,
        "<Error><Code>InvalidAccessKeyId</Code><Message>The AWS Access Key Id you provided does not exist in our records.</Message><AWSAccessKeyId>ASIAIOSFODNN7EXAMPLE</AWSAccessKeyId></Error>",
        Cause::MissingSessionToken
    ),
    case!(
        "S3: bad token",
        temporary(),
        "s3",
        400,
        "<Error><Code>InvalidToken</Code><Message>The provided token is malformed or otherwise invalid.</Message><Token-0>IQoJb3JpZ2luX2VjEBYaCXVzLWVhc3QtMSJHMEUCIQDexample+/==</Token-0></Error>",
        Cause::InvalidSessionToken
    ),
    case!(
        "S3: expired token",
        temporary(),
        "s3",
        400,
        "<Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message><Token-0>IQoJb3JpZ2luX2VjEBYaCXVzLWVhc3QtMSJHMEUCIQDexample+/==</Token-0></Error>",
        Cause::CredentialsExpired
    ),
    case!(
        "S3: another hash than that of the body",
        with(
            s3(),
            "x-amz-content-sha256",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        ),
        "s3",
        400,
        "<Error><Code>XAmzContentSHA256Mismatch</Code><Message>The provided 'x-amz-content-sha256' header does not match what was computed.</Message><ClientComputedContentSHA256>e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855</ClientComputedContentSHA256><S3ComputedContentSHA256>3a6eb0790f39ac87c94f3856b2dd2c5d110e6811602261a9a923d3bb23adc8b7</S3ComputedContentSHA256></Error>",
        Cause::PayloadHashDiffers
    ),
    case!(
        "S3: another body than was hashed",
        s3(),
        "s3",
        400,
        "<Error><Code>XAmzContentSHA256Mismatch</Code><Message>The provided 'x-amz-content-sha256' header does not match what was computed.</Message><ClientComputedContentSHA256>3a6eb0790f39ac87c94f3856b2dd2c5d110e6811602261a9a923d3bb23adc8b7</ClientComputedContentSHA256><S3ComputedContentSHA256>e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855</S3ComputedContentSHA256></Error>",
        Cause::BodyChanged
    ),
    case!(
        "S3: no hash",
        without(s3(), "x-amz-content-sha256"),
        "s3",
        400,
        "<Error><Code>InvalidRequest</Code><Message>Missing required header for this request: x-amz-content-sha256</Message></Error>",
        Cause::PayloadHashMissing
    ),
    case!(
        "S3: not a hash",
        with(s3(), "x-amz-content-sha256", "abc"),
        "s3",
        400,
        "<Error><Code>InvalidArgument</Code><Message>x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, or a valid sha256 value.</Message><ArgumentName>x-amz-content-sha256</ArgumentName><ArgumentValue>abc</ArgumentValue></Error>",
        Cause::PayloadHashInvalid
    ),
    case!(
        "S3: two ways",
        with(
            presigned(),
            "authorization",
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE"
        ),
        "s3",
        400,
        "<Error><Code>InvalidArgument</Code><Message>Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified</Message><ArgumentName>Authorization</ArgumentName><ArgumentValue>AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE</ArgumentValue></Error>",
        Cause::SeveralAuthentications
    ),
    case!(
        "S3: another scheme",
        authorized("AWS4-HMAC-SHA256", "Basic"),
        "s3",
        400,
        "<Error><Code>InvalidArgument</Code><Message>Unsupported Authorization Type</Message><ArgumentName>Authorization</ArgumentName><ArgumentValue>Basic Zm9vOmJhcg==</ArgumentValue></Error>",
        Cause::UnsupportedAlgorithm
    ),
    case!(
        "S3: small chunk",
        s3(),
        "s3",
        403,
        "<Error><Code>InvalidChunkSizeError</Code><Message>Only the last chunk is allowed to have a size less than 8192 bytes</Message><Chunk>2</Chunk><BadChunkSize>100</BadChunkSize></Error>",
        Cause::ChunkTooSmall
    ),
    case!(
        "S3: no signature",
        unsigned(),
        "s3",
        403,
        "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>",
        Cause::MissingAuthentication
    ),
    case!(
        "JSON: clock behind",
        sqs(),
        "sqs",
        400,
        "{\"__type\":\"com.amazon.coral.service#InvalidSignatureException\",\"message\":\"Signature expired: 20260102T030405Z is now earlier than 20260102T034905Z (20260102T040405Z - 15 min.)\"}",
        clock(-time::Duration::hours(1))
    ),
    case!(
        "query: clock ahead",
        sqs(),
        "sqs",
        403,
        "<ErrorResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><Error><Type>Sender</Type><Code>SignatureDoesNotMatch</Code><Message>Signature not yet current: 20260102T030405Z is still later than 20260102T020905Z (20260102T020405Z + 5 min.)</Message></Error><RequestId>x</RequestId></ErrorResponse>",
        clock(time::Duration::hours(1))
    ),
    case!(
        "query: URL expired",
        presigned_by("sts"),
        "sts",
        403,
        "<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>Signature expired: 20260102T030405Z is now earlier than 20260102T034905Z (20260102T040405Z - 15 min.)</Message></Error></ErrorResponse>",
        Cause::UrlExpired {
            expired_at: Some(datetime!(2026-01-02 03:19:05 UTC).into()),
            now: Some(datetime!(2026-01-02 04:04:05 UTC).into())
        }
    ),
    case!(
        "JSON: region",
        sqs(),
        "sqs",
        400,
        "{\"__type\":\"InvalidSignatureException\",\"message\":\"Credential should be scoped to a valid region, not 'us-east-1'. \"}",
        region(None)
    ),
    case!(
        "query: service",
        sqs(),
        "sqs",
        403,
        "<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>Credential should be scoped to correct service: 'sns'. </Message></Error></ErrorResponse>",
        Cause::WrongService {
            signed: "sqs".into(),
            expected: Some("sns".into())
        }
    ),
    case!(
        "query: day",
        sqs(),
        "sqs",
        403,
        "<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20260103' != '20260102', from '20260102T030405Z'.</Message></Error></ErrorResponse>",
        Cause::WrongDay
    ),
    case!(
        "JSON: terminator",
        sqs(),
        "sqs",
        400,
        "{\"__type\":\"InvalidSignatureException\",\"message\":\"Credential should be scoped with a valid terminator: 'aws4_request', not 'aws3'. \"}",
        Cause::WrongTerminator
    ),
    case!(
        "JSON: unknown key",
        sqs(),
        "sqs",
        400,
        "{\"__type\":\"com.amazon.coral.service#UnrecognizedClientException\",\"message\":\"The security token included in the request is invalid.\"}",
        Cause::UnknownAccessKey
    ),
    case!(
        "query: bad token",
        temporary(),
        "s3",
        403,
        "<ErrorResponse><Error><Code>InvalidClientTokenId</Code><Message>The security token included in the request is invalid</Message></Error></ErrorResponse>",
        Cause::InvalidSessionToken
    ),
    case!(
        "REST: expired token",
        temporary(),
        "s3",
        403,
        Some(("x-amzn-errortype", "ExpiredTokenException")),
        "{\"message\":\"The security token included in the request is expired\"}",
        Cause::CredentialsExpired
    ),
    case!(
        "JSON: host not signed",
        authorized("host;", ""),
        "s3",
        400,
        "{\"__type\":\"InvalidSignatureException\",\"message\":\"'Host' must be a 'SignedHeader' in the AWS Authorization.\"}",
        Cause::HostNotSigned
    ),
    case!(
        "JSON: two ways",
        sqs(),
        "sqs",
        400,
        "{\"__type\":\"InvalidSignatureException\",\"message\":\"Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.\"}",
        Cause::SeveralAuthentications
    ),
    case!(
        "query: parts missing",
        authorized("Signature=", "Sig="),
        "s3",
        403,
        "<ErrorResponse><Error><Code>IncompleteSignature</Code><Message>Authorization header requires 'Signature' parameter. (Hashed with SHA-256 and encoded with Base64) Authorization=abc</Message></Error></ErrorResponse>",
        malformed("`Signature` is missing")
    ),
    case!(
        "REST: no equals sign",
        authorized("AWS4-HMAC-SHA256 ", "AWS4-HMAC-SHA256 x, "),
        "s3",
        403,
        Some(("x-amzn-errortype", "IncompleteSignatureException")),
        "{\"message\":\"Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): 'abc'.\"}",
        malformed("a part is not of the form `name=value`")
    ),
    case!(
        "REST: no signature",
        unsigned(),
        "execute-api",
        403,
        Some(("x-amzn-errortype", "MissingAuthenticationTokenException")),
        "{\"message\":\"Missing Authentication Token\"}",
        Cause::MissingAuthentication
    ),
    case!(
        "API Gateway: no such route",
        sqs(),
        "sqs",
        403,
        "<MissingAuthenticationTokenException><Message>Missing Authentication Token</Message></MissingAuthenticationTokenException>",
        Cause::AuthenticationLost
    ),
    case!(
        "query: old clock code",
        sqs(),
        "sqs",
        400,
        Some(("date", "Fri, 02 Jan 2026 04:04:05 GMT")),
        "<ErrorResponse><Error><Code>RequestExpired</Code><Message>Request has expired.</Message></Error></ErrorResponse>",
        clock(-time::Duration::hours(1))
    ),
    case!(
        "EC2: clock, by its own date",
        sqs(),
        "sqs",
        401,
        Some(("date", "Fri, 02 Jan 2026 03:34:05 GMT")),
        "<Response><Errors><Error><Code>AuthFailure</Code><Message>AWS was not able to validate the provided access credentials</Message></Error></Errors><RequestID>x</RequestID></Response>",
        clock(-time::Duration::minutes(30))
    ),
    case!(
        "EC2: nothing told",
        sqs(),
        "sqs",
        401,
        "<Response><Errors><Error><Code>AuthFailure</Code><Message>AWS was not able to validate the provided access credentials</Message></Error></Errors><RequestID>x</RequestID></Response>",
        Cause::Undetermined
    ),
    case!(
        "EC2: temporary key without token",
        tokenless(),
        "s3",
        401,
        "<Response><Errors><Error><Code>AuthFailure</Code><Message>AWS was not able to validate the provided access credentials</Message></Error></Errors><RequestID>x</RequestID></Response>",
        Cause::MissingSessionToken
    ),
    case!(
        "Lambda: first paragraph only",
        sqs(),
        "sqs",
        403,
        Some(("x-amzn-errortype", "InvalidSignatureException")),
        FIRST,
        Cause::Undetermined
    ),
    case!(
        "string to sign only, another hash",
        sqs(),
        "sqs",
        400,
        "{\"__type\":\"InvalidSignatureException\",\"message\":\"The request signature we calculated does not match the signature you provided.\\n\\nThe String-to-Sign should have been\\n'AWS4-HMAC-SHA256\\n20260102T030405Z\\n20260102/us-east-1/sqs/aws4_request\\n0000000000000000000000000000000000000000000000000000000000000000'\\n\"}",
        Cause::CanonicalRequestDiffers
    ),
    case!(
        "string to sign only, another service",
        sqs(),
        "sqs",
        400,
        "{\"__type\":\"InvalidSignatureException\",\"message\":\"The request signature we calculated does not match the signature you provided.\\n\\nThe String-to-Sign should have been\\n'AWS4-HMAC-SHA256\\n20260102T030405Z\\n20260102/us-east-1/sns/aws4_request\\n0000000000000000000000000000000000000000000000000000000000000000'\\n\"}",
        Cause::WrongService {
            signed: "sqs".into(),
            expected: Some("sns".into())
        }
    ),
    case!(
        "string to sign only, another date",
        sqs(),
        "sqs",
        400,
        "{\"__type\":\"InvalidSignatureException\",\"message\":\"The request signature we calculated does not match the signature you provided.\\n\\nThe String-to-Sign should have been\\n'AWS4-HMAC-SHA256\\n20260102T030406Z\\n20260102/us-east-1/sqs/aws4_request\\n0000000000000000000000000000000000000000000000000000000000000000'\\n\"}",
        Cause::HeaderRewritten {
            name: "x-amz-date".into()
        }
    ),
    case!(
        "S3: URL without its date in the right form",
        in_url("20260102T030405Z", "2026-01-02"),
        "s3",
        400,
        "<Error><Code>AuthorizationQueryParametersError</Code><Message>X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"</Message></Error>",
        Cause::InvalidDate
    ),
    case!(
        "S3: a URL that it cannot read, and no more",
        presigned(),
        "s3",
        400,
        "<Error><Code>AuthorizationQueryParametersError</Code><Message>Malformed</Message></Error>",
        malformed("the server cannot read it")
    ),
    case!(
        "query: no authorization that can be read, and no more",
        unsigned(),
        "sqs",
        400,
        "<ErrorResponse><Error><Type>Sender</Type><Code>IncompleteSignature</Code><Message>x</Message></Error></ErrorResponse>",
        malformed("the server cannot read it")
    ),
    case!(
        "API Gateway: a route that does not exist",
        sqs(),
        "execute-api",
        403,
        "{\"__type\":\"IncompleteSignatureException\",\"message\":\"x\"}",
        Cause::AuthenticationLost
    ),
    case!(
        "query: no token among the words alone",
        sqs(),
        "sqs",
        403,
        "{\"message\":\"Request is missing Authentication Token\"}",
        Cause::AuthenticationLost
    ),
    case!(
        "HEAD of a URL that ended",
        presigned(),
        "s3",
        403,
        Some(("date", "Fri, 02 Jan 2026 04:00:00 GMT")),
        "",
        Cause::UrlExpired {
            expired_at: Some(datetime!(2026-01-02 03:19:05 UTC).into()),
            now: Some(datetime!(2026-01-02 04:00 UTC).into())
        }
    ),
    case!(
        "string to sign only, another region",
        sqs(),
        "sqs",
        400,
        "{\"__type\":\"InvalidSignatureException\",\"message\":\"The request signature we calculated does not match the signature you provided.\\n\\nThe String-to-Sign should have been\\n'AWS4-HMAC-SHA256\\n20260102T030405Z\\n20260102/eu-west-1/sqs/aws4_request\\n0000000000000000000000000000000000000000000000000000000000000000'\\n\"}",
        region(Some("eu-west-1"))
    ),
];

impl Case {
    pub fn diagnosis(&self) -> explain::Diagnosis {
        let (request, service) = ((self.request)(), Service::from(self.service));
        let mut answer = Response::builder().status(self.status);
        if let Some((name, value)) = self.header {
            answer = answer.header(name, value);
        }
        let answer = answer.body(self.body).unwrap();
        let payload = PayloadHash::new(request.body());
        let sent = Explainer::new(&request, &service).with_payload(payload);
        sent.response(&answer).unwrap()
    }
}

#[test]
fn each_response_names_its_cause() {
    for case in CASES {
        let diagnosis = case.diagnosis();
        assert_eq!(
            diagnosis.cause(),
            Some(&(case.cause)()),
            "{}\n{diagnosis}",
            case.name
        );
    }
}

#[test]
fn other_responses_are_not_about_the_signature() {
    let service = Service::S3;
    for (status, body) in [
        (
            404,
            "<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>",
        ),
        (
            403,
            "<Error><Code>AccessDenied</Code><Message>User: arn:aws:iam::111122223333:user/a is not authorized to perform: s3:GetObject on resource: \"arn:aws:s3:::b/k\" because no identity-based policy allows the s3:GetObject action</Message></Error>",
        ),
        (
            503,
            "<Error><Code>SlowDown</Code><Message>Reduce your request rate.</Message></Error>",
        ),
        (
            400,
            "{\"__type\":\"ValidationException\",\"message\":\"x\"}",
        ),
        (404, ""),
        (200, "anything"),
    ] {
        let answer = Response::builder().status(status).body(body).unwrap();
        let request = s3();
        let diagnosis = Explainer::new(&request, &service)
            .response(&answer)
            .unwrap();
        assert_eq!(diagnosis.cause(), None, "{status} {body}\n{diagnosis}");
    }
    for (body, problem) in [
        (
            "<html><body>502 Bad Gateway</body></html>",
            "response is XML, but not an AWS error",
        ),
        ("<Error><Code>", "response is not XML as AWS writes it"),
        ("{}", "response is JSON, but not an AWS error"),
        ("{", "response is not valid JSON"),
        ("upstream timed out", "response is not an AWS error"),
    ] {
        let error = Explainer::new(&s3(), &service)
            .error_body(body)
            .unwrap_err();
        assert_eq!(error.to_string(), problem, "{body}");
    }
}
