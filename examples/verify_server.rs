//! A server that speaks a little S3 and believes nobody: `cargo run --example verify_server` starts
//! it, calls it, and ends; `-- --listen 127.0.0.1:9000` serves real clients until it is stopped.
//!
//! Parse the claim, look the key up (asynchronously, as in a database), verify the head, verify the
//! payload in the way in which it was signed; only then touch the bucket.

use std::collections::BTreeMap;
use std::error::Error;
use std::future::Future;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime};

use countersign::chunked::{ChunkVerifier, ChunkedPayload};
use countersign::verify::{AccessKey, Head, Protocol, SignedRequest, Verifier, VerifyError};
use countersign::{Credentials, PayloadHash, Service, Signer};
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use percent_encoding::percent_decode_str;

const ACCESS_KEY_ID: &str = "AKIDEXAMPLE";
const SECRET_KEY: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
/// No client of this server sends more at once.
const LONGEST_BODY: usize = 64 << 20;

type Objects = Mutex<BTreeMap<String, Vec<u8>>>;

/// What is answered instead, in S3's own words.
struct Refusal(StatusCode, String, String);

impl From<VerifyError> for Refusal {
    fn from(error: VerifyError) -> Self {
        let (code, status) = (error.code(Protocol::S3), error.status(Protocol::S3));
        Self(status, code.to_owned(), error.to_string())
    }
}

impl Refusal {
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
    let (now, body) = (SystemTime::now().into(), request.body());
    let claim = SignedRequest::parse(request)?;
    verifier.check(&claim, now)?; // what cannot be good costs no look-up
    let credentials = look_up(claim.access_key_id()).await;
    let credentials = credentials.ok_or(VerifyError::UnknownAccessKeyId)?;
    let key = AccessKey::derive(&credentials, claim.scope()); // worth a cache
    match verifier.verify_head(&claim, &key, now)? {
        Head::Hashed(head) => {
            head.verify(PayloadHash::of(body))?;
            Ok(body.clone())
        }
        Head::Unsigned(head) => {
            head.accept(); // this server is content with TLS
            Ok(body.clone())
        }
        Head::Streaming(head) => {
            let (_verified, seed) = head.into_parts();
            let mut chunks = ChunkVerifier::new(&seed).map_err(Refusal::incomplete)?;
            let (mut data, mut rest) = (Vec::new(), &body[..]);
            while !rest.is_empty() {
                let decoded = chunks.decode(rest).map_err(Refusal::incomplete)?;
                data.extend_from_slice(decoded.data);
                rest = rest.get(decoded.consumed..).unwrap_or_default();
            }
            // A trailer that nobody signed has to hold as a checksum of the data.
            chunks.finish().map_err(Refusal::incomplete)?;
            Ok(data)
        }
    }
}

async fn answer(objects: &Objects, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
    let verifier = Verifier::new("us-east-1", Service::S3);
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

fn parameter<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    let mut pairs = query
        .split('&')
        .map(|piece| piece.split_once('=').unwrap_or((piece, "")));
    pairs
        .find(|(found, _)| *found == name)
        .map(|(_, value)| value)
}

/// What `range: bytes=FIRST-LAST` asks for.
fn ranged<'o>(request: &Request<Vec<u8>>, object: &'o [u8]) -> Option<&'o [u8]> {
    let range = request.headers().get("range")?.to_str().ok()?;
    let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
    let end = last
        .parse()
        .map_or(object.len(), |last: usize| last.saturating_add(1));
    object.get(first.parse().ok()?..end.min(object.len()))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// Keys are kept as they are sent, percent-encoded.
fn serve(
    objects: &Objects,
    request: &Request<Vec<u8>>,
    payload: Vec<u8>,
) -> Result<Response<Vec<u8>>, Refusal> {
    let mut objects = objects.lock().map_err(Refusal::incomplete)?;
    let (path, query) = (
        request.uri().path(),
        request.uri().query().unwrap_or_default(),
    );
    let part = |number: usize| format!("{path}?part={number:05}");
    let body = match (request.method(), parameter(query, "uploadId")) {
        (&Method::POST, Some(_)) => {
            let parts = objects.range(part(0)..=part(99_999));
            let whole = parts.flat_map(|(_, part)| part).copied().collect();
            objects.insert(path.to_owned(), whole);
            "<CompleteMultipartUploadResult><ETag>\"1\"</ETag></CompleteMultipartUploadResult>"
                .into()
        }
        (&Method::POST, None) => {
            "<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>"
                .into()
        }
        (&Method::PUT, upload) => {
            let number = parameter(query, "partNumber").and_then(|number| number.parse().ok());
            let key = match (upload, number) {
                (Some(_), Some(number)) => part(number),
                _ => path.to_owned(),
            };
            objects.insert(key, payload);
            Vec::new()
        }
        (&Method::DELETE, _) => objects.remove(path).map(|_| Vec::new()).unwrap_or_default(),
        _ if parameter(query, "list-type").is_some() => {
            let decoded = |text| percent_decode_str(text).decode_utf8_lossy();
            let bucket = format!("{}/", path.trim_end_matches('/'));
            let prefix = decoded(parameter(query, "prefix").unwrap_or_default());
            let keys = objects.iter().filter_map(|(key, object)| {
                let key = key.strip_prefix(&bucket).filter(|key| !key.contains('?'))?;
                let key = decoded(key);
                let listed = !key.is_empty() && key.starts_with(&*prefix);
                let (key, size) = (escape(&key), object.len());
                listed.then(|| format!("<Contents><Key>{key}</Key><Size>{size}</Size></Contents>"))
            });
            let keys: String = keys.collect();
            format!("<ListBucketResult>{keys}</ListBucketResult>").into()
        }
        _ => match objects.get(path) {
            Some(object) => ranged(request, object).unwrap_or(object).to_vec(),
            None => {
                let (status, code) = (StatusCode::NOT_FOUND, "NoSuchKey".to_owned());
                return Err(Refusal(status, code, "there is no such key".to_owned()));
            }
        },
    };
    let mut response = Response::new(body);
    if request.headers().contains_key("range") {
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    if request.method() == Method::DELETE {
        *response.status_mut() = StatusCode::NO_CONTENT;
    }
    let headers = response.headers_mut();
    headers.insert("etag", HeaderValue::from_static("\"1\""));
    Ok(response)
}

/// Enough of an executor for a look-up that is never long pending.
fn wait<T>(future: impl Future<Output = T>) -> T {
    let (mut future, mut context) = (pin!(future), Context::from_waker(Waker::noop()));
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        std::thread::yield_now();
    }
}

fn listen(address: &str) -> io::Result<(std::net::SocketAddr, std::thread::JoinHandle<()>)> {
    let listener = TcpListener::bind(address)?;
    let address = listener.local_addr()?;
    let objects = Arc::new(Objects::default());
    let thread = std::thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            let objects = objects.clone();
            std::thread::spawn(move || talk(&objects, connection).ok());
        }
    });
    Ok((address, thread))
}

/// One request a connection, as HTTP/1.1 has it.
fn talk(objects: &Objects, mut connection: TcpStream) -> Result<(), Box<dyn Error>> {
    let mut reader = BufReader::new(connection.try_clone()?);
    let mut line = String::new();
    reader.by_ref().take(1 << 16).read_line(&mut line)?;
    let mut words = line.split_whitespace();
    let (method, target) = (
        words.next().ok_or("no method")?,
        words.next().ok_or("no target")?,
    );
    // The raw target: nothing is decoded or resolved before it is verified.
    let mut request = Request::builder()
        .method(method)
        .uri(target)
        .body(Vec::new())?;
    loop {
        let mut line = Vec::new();
        reader.by_ref().take(1 << 16).read_until(b'\n', &mut line)?;
        let line = line.trim_ascii();
        let Some(colon) = line.iter().position(|b| *b == b':') else {
            break;
        };
        let (name, value) = line.split_at(colon);
        let value = HeaderValue::from_bytes(
            value
                .trim_ascii_start()
                .strip_prefix(b":")
                .unwrap_or_default()
                .trim_ascii(),
        )?;
        request
            .headers_mut()
            .append(HeaderName::from_bytes(name)?, value);
    }
    let header = |name: &str| {
        request
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    let length = header("content-length")
        .and_then(|length| length.parse().ok())
        .unwrap_or(0);
    if header("expect").is_some() {
        connection.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
    }
    if length > LONGEST_BODY {
        return Err("too long".into());
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    *request.body_mut() = body;
    let head = request.method() == Method::HEAD;
    let response = wait(answer(objects, request));
    let (status, length) = (response.status(), response.body().len());
    write!(
        connection,
        "HTTP/1.1 {status}\r\ncontent-length: {length}\r\ncontent-type: application/xml\r\netag: \"1\"\r\nlast-modified: Sun, 30 Aug 2015 12:36:00 GMT\r\nconnection: close\r\n\r\n"
    )?;
    if !head {
        connection.write_all(response.body())?;
    }
    Ok(())
}

/// Sends a request as it was signed.
fn send(request: &Request<Vec<u8>>) -> Result<String, Box<dyn Error>> {
    let host = request.uri().authority().ok_or("no host")?.as_str();
    let target = request.uri().path_and_query().ok_or("no path")?;
    let mut connection = TcpStream::connect(host)?;
    write!(
        connection,
        "{} {target} HTTP/1.1\r\nhost: {host}\r\n",
        request.method()
    )?;
    for (name, value) in request
        .headers()
        .iter()
        .filter(|(name, _)| *name != "content-length")
    {
        write!(connection, "{name}: {}\r\n", value.to_str()?)?;
    }
    write!(
        connection,
        "content-length: {}\r\n\r\n",
        request.body().len()
    )?;
    connection.write_all(request.body())?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer)?;
    Ok(answer)
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, option, address] = &arguments[..]
        && option == "--listen"
    {
        let (address, thread) = listen(address)?;
        println!("http://{address}, {ACCESS_KEY_ID}, {SECRET_KEY}, us-east-1");
        thread.join().map_err(|_| "the server panicked")?;
        return Ok(());
    }

    let (address, _) = listen("127.0.0.1:0")?;
    let url = format!("http://{address}/bucket/a%20key");
    let now = SystemTime::now().into();
    let put = || Request::put(&url).body(b"data".to_vec());
    for (secret_key, status) in [(SECRET_KEY, "200"), ("another", "403")] {
        let signer = Signer::new(
            Credentials::new(ACCESS_KEY_ID, secret_key),
            "us-east-1",
            "s3",
        );

        let mut request = put()?;
        signer.sign(&mut request, PayloadHash::of("data"), now)?;
        let answer = send(&request)?;
        println!("put: {}", answer.lines().next().unwrap_or_default());
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status}")),
            "{answer}"
        );

        let mut request = put()?;
        let mut chunks = signer.sign_chunked(&mut request, ChunkedPayload::signed(4), now)?;
        let mut body = chunks.header("data")?.as_ref().to_vec();
        body.extend_from_slice(b"data");
        body.extend_from_slice(&chunks.finish()?);
        *request.body_mut() = body;
        let answer = send(&request)?;
        println!(
            "put in chunks: {}",
            answer.lines().next().unwrap_or_default()
        );
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status}")),
            "{answer}"
        );

        let get = Request::get(&url).body(Vec::<u8>::new())?;
        let minute = Duration::from_secs(60);
        let presigned = signer.presign(&get, PayloadHash::Unsigned, minute, now)?;
        let answer = send(&Request::get(presigned.uri()).body(Vec::new())?)?;
        println!("get by URL: {}", answer.lines().last().unwrap_or_default());
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status}")),
            "{answer}"
        );
        assert_eq!(answer.ends_with("data"), status == "200");
    }
    Ok(())
}
