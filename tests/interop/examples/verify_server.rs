//! A server that speaks a little S3 and believes nobody:
//! `cargo run -p countersign-interop --example verify_server` starts it, calls it, and ends;
//! `-- --listen 127.0.0.1:9000` serves real clients until it is stopped.
//!
//! Parse the claim, look the key up (asynchronously, as in a database), verify the head, verify the
//! payload in the way in which it was signed; only then touch the bucket.

use std::collections::BTreeMap;
use std::error::Error;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use countersign::chunked::{ChunkVerifier, ChunkedEncoding};
use countersign::verify::{
    PendingVerification, Protocol, SignedRequest, StreamContext, VerificationKey, Verifier,
    VerifyError,
};
use countersign::{Credentials, PayloadHash, Service, Signer, Timestamp};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use md5::{Digest, Md5};
use percent_encoding::percent_decode_str;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

const ACCESS_KEY_ID: &str = "AKIDEXAMPLE";
const SECRET_KEY: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
/// No client of this server sends more at once.
const LONGEST_BODY: usize = 64 << 20;

/// By decoded path.
type Objects = Mutex<BTreeMap<Vec<u8>, Vec<u8>>>;

/// What is answered instead, in S3's own words.
struct Refusal(StatusCode, String, String);

impl From<VerifyError> for Refusal {
    fn from(error: VerifyError) -> Self {
        let (code, status) = (error.code(Protocol::S3), error.status(Protocol::S3));
        Self(status, code.to_owned(), error.to_string())
    }
}

impl Refusal {
    /// The server's own mistake: a key without a secret in its store.
    fn internal(error: countersign::Error) -> Self {
        let (status, code) = (StatusCode::INTERNAL_SERVER_ERROR, "InternalError");
        Self(status, code.to_owned(), error.to_string())
    }

    fn incomplete(error: impl std::fmt::Display) -> Self {
        let (status, code) = (StatusCode::BAD_REQUEST, "IncompleteBody");
        Self(status, code.to_owned(), error.to_string())
    }
}

/// A database would wait here.
async fn look_up(access_key_id: &str) -> Option<Credentials> {
    std::future::ready(()).await;
    (access_key_id == ACCESS_KEY_ID).then(|| Credentials::new(ACCESS_KEY_ID, SECRET_KEY))
}

/// The payload, once it is proven who sent it.
async fn admit(verifier: &Verifier, request: &Request<Vec<u8>>) -> Result<Vec<u8>, Refusal> {
    let (now, body) = (Timestamp::from(SystemTime::now()), request.body());
    let claim = SignedRequest::parse(request)?;
    verifier.check(&claim, now)?; // what cannot be good costs no look-up
    let credentials = look_up(claim.access_key_id()).await;
    let credentials = credentials.ok_or(VerifyError::UnknownAccessKeyId)?;
    let key = VerificationKey::derive(&credentials, claim.scope()).map_err(Refusal::internal)?; // worth a cache
    match verifier.verify_signature(&claim, &key, now)? {
        PendingVerification::Hashed(head) => {
            head.verify(PayloadHash::new(body))?;
            Ok(body.clone())
        }
        PendingVerification::Unsigned(head) => {
            head.accept(); // this server is content with TLS
            Ok(body.clone())
        }
        PendingVerification::SignedStream(head) => decode(&head.into_parts().1, body),
        PendingVerification::UnsignedStream(head) => decode(&head.accept().1, body), // likewise
    }
}

fn decode(context: &StreamContext, body: &[u8]) -> Result<Vec<u8>, Refusal> {
    let mut chunks = ChunkVerifier::new(context).map_err(Refusal::incomplete)?;
    let (mut data, mut rest) = (Vec::new(), body);
    while !rest.is_empty() {
        let decoded = chunks.decode(rest).map_err(Refusal::incomplete)?;
        data.extend_from_slice(decoded.data);
        rest = rest.get(decoded.consumed..).unwrap_or_default();
    }
    // The checksum in an unsigned trailer is compared with the data.
    chunks.finish().map_err(Refusal::incomplete)?;
    Ok(data)
}

async fn answer(objects: &Objects, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
    let verifier = Verifier::new("us-east-1", Service::S3).unwrap();
    let answer = match admit(&verifier, &request).await {
        Ok(payload) => serve(objects, &request, payload),
        Err(refusal) => Err(refusal),
    };
    answer.unwrap_or_else(|Refusal(status, code, message)| {
        let (code, message) = (escape(&code), escape(&message));
        let xml = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message><RequestId>1</RequestId></Error>"
        );
        let mut response = Response::new(xml.into_bytes());
        *response.status_mut() = status;
        response
    })
}

/// The first parameter of that name, decoded.
fn parameter(query: &str, name: &str) -> Option<String> {
    let mut pairs = query
        .split('&')
        .map(|piece| piece.split_once('=').unwrap_or((piece, "")));
    let (_, value) = pairs.find(|(found, _)| *found == name)?;
    let value = value.replace('+', " "); // as form encoders write a space
    Some(percent_decode_str(&value).decode_utf8_lossy().into_owned())
}

/// The first and the last byte that `range: bytes=FIRST-LAST` asks for.
fn range(request: &Request<Vec<u8>>, length: usize) -> Option<(usize, usize)> {
    let range = request.headers().get("range")?.to_str().ok()?;
    let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
    let (first, end) = (first.parse().ok()?, length.checked_sub(1)?);
    let last = last.parse().map_or(end, |last: usize| last.min(end));
    (first <= last).then_some((first, last))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

fn e_tag(object: &[u8]) -> String {
    let digest = Md5::digest(object);
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("\"{hex}\"")
}

/// `ListObjects` in both versions: all at once.
fn list(objects: &BTreeMap<Vec<u8>, Vec<u8>>, bucket: &str, prefix: &str) -> String {
    let start = format!("/{bucket}/{prefix}").into_bytes();
    let keys = objects
        .range(start.clone()..)
        .take_while(|(path, _)| path.starts_with(&start))
        .filter(|(path, _)| !path.contains(&0)) // parts of an upload
        .map(|(path, object)| {
            let key = path.get(bucket.len() + 2..).unwrap_or_default();
            let key = escape(&String::from_utf8_lossy(key));
            let (e_tag, size) = (e_tag(object), object.len());
            format!(
                "<Contents><Key>{key}</Key><LastModified>2015-08-30T12:36:00.000Z</LastModified>\
                 <ETag>{e_tag}</ETag><Size>{size}</Size><StorageClass>STANDARD</StorageClass></Contents>"
            )
        });
    let keys: Vec<String> = keys.collect();
    let (prefix, count, keys) = (escape(prefix), keys.len(), keys.concat());
    format!(
        "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>{bucket}</Name>\
         <Prefix>{prefix}</Prefix><KeyCount>{count}</KeyCount><MaxKeys>1000</MaxKeys>\
         <IsTruncated>false</IsTruncated>{keys}</ListBucketResult>"
    )
}

/// Keys are decoded once, to bytes: a verified path may arrive in several spellings.
fn serve(
    objects: &Objects,
    request: &Request<Vec<u8>>,
    payload: Vec<u8>,
) -> Result<Response<Vec<u8>>, Refusal> {
    let mut objects = objects.lock().map_err(Refusal::incomplete)?;
    let query = request.uri().query().unwrap_or_default();
    let path: Vec<u8> = percent_decode_str(request.uri().path()).collect();
    let (bucket, key) = match path.iter().skip(1).position(|byte| *byte == b'/') {
        Some(slash) => (path.get(1..=slash), path.get(slash + 2..)),
        None => (path.get(1..), None),
    };
    let bucket = String::from_utf8_lossy(bucket.unwrap_or_default());
    let has_key = key.is_some_and(|key| !key.is_empty());
    // Beside the object, apart by a byte that no client sends.
    let part = |number: usize| [&path[..], format!("\0{number:05}").as_bytes()].concat();
    let (mut content_range, mut whole) = (None, None);
    let body = match (request.method(), parameter(query, "uploadId")) {
        (&Method::POST, Some(_)) => {
            let parts = objects.range(part(0)..=part(99_999));
            let whole = parts.flat_map(|(_, part)| part).copied().collect();
            objects.insert(path, whole);
            "<CompleteMultipartUploadResult><ETag>\"1\"</ETag></CompleteMultipartUploadResult>"
                .into()
        }
        (&Method::POST, None) => {
            "<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>"
                .into()
        }
        (&Method::PUT, upload) if has_key => {
            let number = parameter(query, "partNumber").and_then(|number| number.parse().ok());
            let key = match (upload, number) {
                (Some(_), Some(number)) => part(number),
                _ => path,
            };
            whole = Some(e_tag(&payload));
            objects.insert(key, payload);
            Vec::new()
        }
        (&Method::DELETE, _) => {
            objects.remove(&path);
            Vec::new()
        }
        (&Method::PUT | &Method::HEAD, _) if !has_key => Vec::new(), // every bucket is there
        _ if !has_key => {
            let prefix = parameter(query, "prefix").unwrap_or_default();
            list(&objects, &bucket, &prefix).into()
        }
        _ => match objects.get(&path) {
            Some(object) => {
                whole = Some(e_tag(object));
                match range(request, object.len()) {
                    Some((first, last)) => {
                        content_range = Some(format!("bytes {first}-{last}/{}", object.len()));
                        object.get(first..=last).unwrap_or_default().to_vec()
                    }
                    None => object.clone(),
                }
            }
            None => {
                let (status, code) = (StatusCode::NOT_FOUND, "NoSuchKey".to_owned());
                return Err(Refusal(status, code, "there is no such key".to_owned()));
            }
        },
    };
    let mut response = Response::new(body);
    if let Some(e_tag) = whole {
        let e_tag = HeaderValue::try_from(e_tag).map_err(Refusal::incomplete)?;
        response.headers_mut().insert("etag", e_tag);
    }
    if let Some(range) = content_range {
        let range = HeaderValue::try_from(range).map_err(Refusal::incomplete)?;
        response.headers_mut().insert("content-range", range);
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    if request.method() == Method::DELETE {
        *response.status_mut() = StatusCode::NO_CONTENT;
    }
    Ok(response)
}

/// Serves until it is dropped.
async fn listen(address: &str) -> std::io::Result<(SocketAddr, JoinHandle<()>)> {
    let listener = TcpListener::bind(address).await?;
    let address = listener.local_addr()?;
    let objects = Arc::new(Objects::default());
    let serving = tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            let objects = objects.clone();
            let service = service_fn(move |request| handle(objects.clone(), request));
            tokio::spawn(async move {
                let http = Builder::new(TokioExecutor::new());
                let connection = TokioIo::new(connection);
                http.serve_connection(connection, service).await.ok();
            });
        }
    });
    Ok((address, serving))
}

/// The raw target stays as it came: nothing is decoded or resolved before it is verified.
async fn handle(
    objects: Arc<Objects>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Box<dyn Error + Send + Sync>> {
    let (parts, body) = request.into_parts();
    let body = Limited::new(body, LONGEST_BODY).collect().await?.to_bytes();
    let request = Request::from_parts(parts, body.to_vec());
    let mut response = answer(&objects, request).await;
    let headers = response.headers_mut();
    let date = HeaderValue::from_static("Sun, 30 Aug 2015 12:36:00 GMT");
    headers.insert("last-modified", date);
    headers.insert("content-type", HeaderValue::from_static("application/xml"));
    Ok(response.map(Full::from))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, option, address] = &arguments[..]
        && option == "--listen"
    {
        let (address, serving) = listen(address).await?;
        println!("http://{address}, {ACCESS_KEY_ID}, {SECRET_KEY}, us-east-1");
        return Ok(serving.await?);
    }

    let (address, _) = listen("127.0.0.1:0").await?;
    let http = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let url = format!("http://{address}/bucket/a%20key");
    let now = Timestamp::from(SystemTime::now());
    for (secret_key, status) in [
        (SECRET_KEY, StatusCode::OK),
        ("another", StatusCode::FORBIDDEN),
    ] {
        let credentials = Credentials::new(ACCESS_KEY_ID, secret_key);
        let signer = Signer::new(credentials, "us-east-1", "s3").unwrap();

        let mut put = Request::put(&url).body("data".into())?;
        signer.sign(&mut put, PayloadHash::new("data"), now)?;
        let answer = http.request(put).await?;
        println!("put: {}", answer.status());
        assert_eq!(answer.status(), status);

        let mut put = Request::put(&url).body(())?;
        let mut chunks = signer.sign_chunked(&mut put, ChunkedEncoding::signed(4), now)?;
        let mut body = chunks.header("data")?.as_ref().to_vec();
        body.extend_from_slice(b"data");
        body.extend_from_slice(&chunks.finish()?);
        let answer = http.request(put.map(|()| Full::from(body))).await?;
        println!("put in chunks: {}", answer.status());
        assert_eq!(answer.status(), status);

        let get = Request::get(&url).body(())?;
        let minute = Duration::from_secs(60);
        let presigned = signer.presign(&get, minute, now)?;
        let answer = http.get(presigned.uri()?).await?;
        println!("get by URL: {}", answer.status());
        assert_eq!(answer.status(), status);
        let data = answer.into_body().collect().await?.to_bytes();
        assert_eq!(data == "data", status == StatusCode::OK);
    }
    Ok(())
}
