//! A server that speaks a little S3 and believes nobody:
//! `cargo run -p countersign-interop --example verify_server` starts it, calls it, and ends;
//! `-- --listen 127.0.0.1:9000` serves real clients until it is stopped.
//!
//! Parse the claim, look the key up (asynchronously, as in a database), verify the head, verify the
//! payload in the way in which it was signed; only then touch the bucket.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::error::Error;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use countersign::chunked::{ChunkError, ChunkVerifier, ChunkedEncoding};
use countersign::verify::{
    ErrorContext, OwnedVerified, PendingVerification, Protocol, SignedRequest, StreamContext,
    VerificationKey, Verifier, VerifyError, error_response,
};
use countersign::{Credentials, PayloadHash, Service, Signer, Timestamp};
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use md5::{Digest, Md5};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

const ACCESS_KEY_ID: &str = "AKIDEXAMPLE";
const SECRET_KEY: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
/// No client of this server sends more at once.
const LONGEST_BODY: usize = 64 << 20;

/// By decoded path.
type Objects = Mutex<BTreeMap<Vec<u8>, Vec<u8>>>;

/// Why a request is refused.
enum Refusal {
    Claim(VerifyError),
    Payload(ChunkError),
    NoSuchKey,
    TooLarge,
    /// The server's own mistake: a log would get more than the client.
    Internal,
}

impl From<VerifyError> for Refusal {
    fn from(error: VerifyError) -> Self {
        Self::Claim(error)
    }
}

impl From<ChunkError> for Refusal {
    fn from(error: ChunkError) -> Self {
        Self::Payload(error)
    }
}

impl Refusal {
    /// The response: of what the verifier refuses, in its words; of the rest, in the store's.
    fn response(&self, resource: &str) -> Response<Vec<u8>> {
        let context = ErrorContext::new("1").with_resource(resource);
        let (status, code, message) = match self {
            Self::Claim(error) => {
                return error_response(error, Protocol::S3, &context).map(String::into_bytes);
            }
            Self::Payload(error) => {
                return error_response(error, Protocol::S3, &context).map(String::into_bytes);
            }
            Self::NoSuchKey => (StatusCode::NOT_FOUND, "NoSuchKey", "there is no such key"),
            Self::TooLarge => (
                StatusCode::BAD_REQUEST,
                "EntityTooLarge",
                "the body is too large",
            ),
            Self::Internal => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "InternalError",
                "try again",
            ),
        };
        let xml = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message><RequestId>1</RequestId></Error>"
        );
        let mut response = Response::new(xml.into_bytes());
        *response.status_mut() = status;
        response
    }
}

/// A database would wait here.
async fn look_up(access_key_id: &str) -> Option<Credentials> {
    std::future::ready(()).await;
    (access_key_id == ACCESS_KEY_ID).then(|| Credentials::new(ACCESS_KEY_ID, SECRET_KEY))
}

/// What is proven about a request, and its payload.
async fn admit(
    verifier: &Verifier,
    request: &Request<Vec<u8>>,
) -> Result<(OwnedVerified, Vec<u8>), Refusal> {
    let (now, body) = (Timestamp::from(SystemTime::now()), request.body());
    let claim = SignedRequest::parse(request)?;
    verifier.check(&claim, now)?; // what cannot be good costs no look-up
    let credentials = look_up(claim.access_key_id()).await;
    let credentials = credentials.ok_or(VerifyError::UnknownAccessKeyId)?;
    // Worth a cache. It fails for a key without a secret in the server's own store.
    let key = VerificationKey::derive(&credentials, claim.scope());
    let key = key.map_err(|_| Refusal::Internal)?;
    let (verified, payload) = match verifier.verify_signature(&claim, &key, now)? {
        PendingVerification::Hashed(pending) => {
            (pending.verify(PayloadHash::new(body))?, body.clone())
        }
        // This server accepts unsigned payloads. Others should only over TLS.
        PendingVerification::Unsigned(pending) => (pending.accept(), body.clone()),
        PendingVerification::SignedStream(pending) => {
            let (verified, context) = pending.into_parts();
            (verified, decode(&context, body)?)
        }
        PendingVerification::UnsignedStream(pending) => {
            let (verified, context) = pending.accept();
            (verified, decode(&context, body)?)
        }
    };
    Ok((verified.into_owned(), payload))
}

/// Every chunk, trailer and checksum is verified; a body that ends too early is refused.
fn decode(context: &StreamContext, body: &[u8]) -> Result<Vec<u8>, ChunkError> {
    let mut chunks = ChunkVerifier::new(context)?;
    let (mut data, mut rest) = (Vec::new(), body);
    while !rest.is_empty() {
        let decoded = chunks.decode(rest)?;
        data.extend_from_slice(decoded.data);
        rest = rest.get(decoded.consumed..).unwrap_or_default();
    }
    chunks.finish()?;
    Ok(data)
}

async fn answer(
    verifier: &Verifier,
    objects: &Objects,
    request: &Request<Vec<u8>>,
) -> Result<Response<Vec<u8>>, Refusal> {
    let (verified, payload) = admit(verifier, request).await?;
    // Reads only: a range is not among the headers that every client signs.
    let range = request.headers().get("range");
    serve(objects, &verified, range, payload)
}

/// The parameter of that name, decoded. The order of two is not signed, so two are refused.
fn parameter(verified: &OwnedVerified, name: &'static str) -> Result<Option<String>, VerifyError> {
    let mut values = verified
        .query()
        .filter(|(found, _)| *found == name.as_bytes());
    match (values.next(), values.next()) {
        (Some(_), Some(_)) => Err(VerifyError::Repeated { name }),
        (value, _) => Ok(value.map(|(_, value)| String::from_utf8_lossy(value).into_owned())),
    }
}

/// The first and the last byte that `range: bytes=FIRST-LAST` asks for.
fn range(range: Option<&HeaderValue>, length: usize) -> Option<(usize, usize)> {
    let range = range?.to_str().ok()?;
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

/// Acts on what is proven, never on the request: a verified path may arrive in several spellings.
fn serve(
    objects: &Objects,
    verified: &OwnedVerified,
    asked: Option<&HeaderValue>,
    payload: Vec<u8>,
) -> Result<Response<Vec<u8>>, Refusal> {
    let mut objects = objects.lock().map_err(|_| Refusal::Internal)?;
    let object = verified.object_path().ok_or(Refusal::Internal)?;
    let path = object.as_bytes().to_vec();
    let (bucket, key) = object.bucket_and_key();
    let (bucket, has_key) = (String::from_utf8_lossy(bucket), !key.is_empty());
    // Beside the object, apart by a byte that no client sends.
    let part = |number: usize| [&path[..], format!("\0{number:05}").as_bytes()].concat();
    let (mut content_range, mut whole) = (None, None);
    let upload = parameter(verified, "uploadId")?;
    let body = match (verified.method(), upload) {
        ("POST", Some(_)) => {
            let parts = objects.range(part(0)..=part(99_999));
            let whole = parts.flat_map(|(_, part)| part).copied().collect();
            objects.insert(path, whole);
            "<CompleteMultipartUploadResult><ETag>\"1\"</ETag></CompleteMultipartUploadResult>"
                .into()
        }
        ("POST", None) => {
            "<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>"
                .into()
        }
        ("PUT", upload) if has_key => {
            let number = parameter(verified, "partNumber")?;
            let number = number.and_then(|number| number.parse().ok());
            let key = match (upload, number) {
                (Some(_), Some(number)) => part(number),
                _ => path,
            };
            whole = Some(e_tag(&payload));
            objects.insert(key, payload);
            Vec::new()
        }
        ("DELETE", _) => {
            objects.remove(&path);
            Vec::new()
        }
        ("PUT" | "HEAD", _) if !has_key => Vec::new(), // every bucket is there
        _ if !has_key => {
            let prefix = parameter(verified, "prefix")?.unwrap_or_default();
            list(&objects, &bucket, &prefix).into()
        }
        _ => match objects.get(&path) {
            Some(object) => {
                whole = Some(e_tag(object));
                match range(asked, object.len()) {
                    Some((first, last)) => {
                        content_range = Some(format!("bytes {first}-{last}/{}", object.len()));
                        object.get(first..=last).unwrap_or_default().to_vec()
                    }
                    None => object.clone(),
                }
            }
            None => return Err(Refusal::NoSuchKey),
        },
    };
    let mut response = Response::new(body);
    if let Some(e_tag) = whole {
        let e_tag = HeaderValue::try_from(e_tag).map_err(|_| Refusal::Internal)?;
        response.headers_mut().insert("etag", e_tag);
    }
    if let Some(range) = content_range {
        let range = HeaderValue::try_from(range).map_err(|_| Refusal::Internal)?;
        response.headers_mut().insert("content-range", range);
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    if verified.method() == "DELETE" {
        *response.status_mut() = StatusCode::NO_CONTENT;
    }
    Ok(response)
}

/// Serves until it is dropped.
async fn listen(address: &str) -> Result<(SocketAddr, JoinHandle<()>), Box<dyn Error>> {
    let verifier = Arc::new(Verifier::new("us-east-1", Service::S3)?);
    let listener = TcpListener::bind(address).await?;
    let address = listener.local_addr()?;
    let objects = Arc::new(Objects::default());
    let serving = tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            let (verifier, objects) = (verifier.clone(), objects.clone());
            let service =
                service_fn(move |request| handle(verifier.clone(), objects.clone(), request));
            tokio::spawn(async move {
                let mut http = Builder::new(TokioExecutor::new());
                // A client that stopped sending is told why it is refused.
                http.http1().half_close(true);
                let connection = TokioIo::new(connection);
                http.serve_connection(connection, service).await.ok();
            });
        }
    });
    Ok((address, serving))
}

/// The raw target stays as it came: nothing is decoded or resolved before it is verified.
async fn handle(
    verifier: Arc<Verifier>,
    objects: Arc<Objects>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (parts, body) = request.into_parts();
    let body = Limited::new(body, LONGEST_BODY).collect().await;
    let resource = parts.uri.path().to_owned();
    let answer = match body {
        Ok(body) => {
            let request = Request::from_parts(parts, body.to_bytes().to_vec());
            answer(&verifier, &objects, &request).await
        }
        Err(error) if error.is::<LengthLimitError>() => Err(Refusal::TooLarge),
        Err(_) => Err(ChunkError::Incomplete.into()), // the connection broke, or was closed
    };
    let mut response = answer.unwrap_or_else(|refusal| refusal.response(&resource));
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
    for (access_key_id, secret_key, refusal) in [
        (ACCESS_KEY_ID, SECRET_KEY, None),
        (ACCESS_KEY_ID, "another", Some("SignatureDoesNotMatch")),
        ("AKIDUNKNOWN", SECRET_KEY, Some("InvalidAccessKeyId")),
    ] {
        let credentials = Credentials::new(access_key_id, secret_key);
        let signer = Signer::new(credentials, "us-east-1", "s3")?;
        let expect = |what: &str, (status, body): (StatusCode, String), data: &str| {
            println!("{what}: {status}");
            match refusal {
                None => assert_eq!((status, &*body), (StatusCode::OK, data)),
                Some(code) => {
                    assert_eq!(status, StatusCode::FORBIDDEN);
                    assert!(body.contains(&format!("<Code>{code}</Code>")), "{body}");
                }
            }
        };

        let mut put = Request::put(&url).body("data".into())?;
        signer.sign(&mut put, PayloadHash::new("data"), now)?;
        expect("put", read(http.request(put).await?).await?, "");

        let mut put = Request::put(&url).body(())?;
        let body = in_chunks(&signer, &mut put, now)?;
        let put = put.map(|()| Full::from(body));
        expect("put in chunks", read(http.request(put).await?).await?, "");

        let get = Request::get(&url).body(())?;
        let minute = Duration::from_secs(60);
        let presigned = signer.presign(&get, minute, now)?;
        let get = http.get(presigned.uri()?).await?;
        expect("get by URL", read(get).await?, "data");
    }

    // A well signed upload that does not arrive as it was sent.
    let signer = Signer::new(
        Credentials::new(ACCESS_KEY_ID, SECRET_KEY),
        "us-east-1",
        "s3",
    )?;
    let mut put = Request::put(&url).body(())?;
    let body = in_chunks(&signer, &mut put, now)?;
    let other_data = String::from_utf8(body.clone())?.replace("data", "atad");
    let no_chunks = vec![b'-'; body.len()];
    let first_chunk = body.get(..90).unwrap_or_default();
    let most = body.split_last().map_or(&body[..], |(_, most)| most);
    for (what, length, sent, expected) in [
        ("whole", body.len(), &body[..], "200 OK"),
        ("broken off", body.len(), first_chunk, "IncompleteBody"),
        ("no final chunk", 90, first_chunk, "IncompleteBody"),
        ("no final byte", most.len(), most, "IncompleteBody"),
        ("not chunks", body.len(), &no_chunks, "IncompleteBody"),
        (
            "other data",
            body.len(),
            other_data.as_bytes(),
            "SignatureDoesNotMatch",
        ),
    ] {
        put.headers_mut().insert("content-length", length.into());
        let answer = send(address, &put, sent).await?;
        assert!(answer.contains(expected), "{what}: {answer}");
        println!("put in chunks, {what}: {expected}");
    }
    Ok(())
}

/// The body of an upload in one chunk and the final one.
fn in_chunks(
    signer: &Signer,
    put: &mut Request<()>,
    now: Timestamp,
) -> Result<Vec<u8>, Box<dyn Error>> {
    // The length of what is sent is not signed then, so it can be cut below.
    let encoding = ChunkedEncoding::signed(4).with_any_chunk_size();
    let mut chunks = signer.sign_chunked(put, encoding, now)?;
    let mut body = chunks.header("data")?.as_ref().to_vec();
    body.extend_from_slice(b"data");
    body.extend_from_slice(&chunks.finish()?);
    Ok(body)
}

async fn read(answer: Response<Incoming>) -> Result<(StatusCode, String), Box<dyn Error>> {
    let status = answer.status();
    let body = answer.into_body().collect().await?.to_bytes();
    Ok((status, String::from_utf8(body.to_vec())?))
}

/// Sends what no client library would: a body that ends before its length.
async fn send(
    address: SocketAddr,
    request: &Request<()>,
    body: &[u8],
) -> Result<String, Box<dyn Error>> {
    let mut head = format!("{} {} HTTP/1.1\r\n", request.method(), request.uri().path());
    if !request.headers().contains_key("host") {
        head += &format!("host: {address}\r\n");
    }
    for (name, value) in request.headers() {
        head += &format!("{name}: {}\r\n", value.to_str()?);
    }
    let mut connection = TcpStream::connect(address).await?;
    connection.write_all(head.as_bytes()).await?;
    connection.write_all(b"connection: close\r\n\r\n").await?;
    connection.write_all(body).await?;
    connection.shutdown().await?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await?;
    Ok(answer)
}
