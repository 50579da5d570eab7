//! A small store for clients of S3 that verifies every request first. `cargo run -p
//! countersign-interop --example verify_server` starts it, calls it, and ends. `-- --listen
//! 127.0.0.1:9000` serves real clients until it is stopped.
//!
//! It parses the claim, looks up the key (asynchronously, as in a database), verifies the head, and
//! verifies the payload in the way in which it was signed. Only then it touches a bucket.

mod refusal;
mod store;

use std::collections::HashMap;
use std::convert::Infallible;
use std::error::Error;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use countersign::chunked::{ChunkVerifier, ChunkedEncoding, VerifiedBody};
use countersign::sigv4::CredentialScope;
use countersign::verify::{
    OwnedVerified, PendingVerification, SignedRequest, StreamContext, VerificationKey, Verifier,
    VerifyError,
};
use countersign::{Credentials, PayloadHash, Service, Signer, Timestamp};
use http::request::Parts;
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use refusal::{INTERNAL, Refusal};
use store::{Call, Store};

const ACCESS_KEY_ID: &str = "AKIDEXAMPLE";
const SECRET_KEY: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
/// The maximum length of a body.
const LONGEST_BODY: usize = 64 << 20;

struct Server {
    verifier: Verifier,
    keys: Keys,
    store: Mutex<Store>,
}

/// The keys that have verified a request. An unverified request takes no memory here.
#[derive(Default)]
struct Keys(Mutex<HashMap<(String, CredentialScope), VerificationKey>>);

impl Keys {
    const MOST: usize = 1000;

    fn find(&self, claim: &SignedRequest<'_>) -> Option<VerificationKey> {
        let id = claim.access_key_id().to_owned();
        self.0.lock().ok()?.get(&(id, *claim.scope())).cloned()
    }

    fn insert(&self, claim: &SignedRequest<'_>, key: &VerificationKey) {
        if let Ok(mut keys) = self.0.lock() {
            if keys.len() >= Self::MOST {
                keys.clear();
            }
            let id = key.access_key_id().to_owned();
            keys.insert((id, *claim.scope()), key.clone());
        }
    }
}

/// A real server would query a database here.
async fn look_up(access_key_id: &str) -> Option<Credentials> {
    std::future::ready(()).await;
    (access_key_id == ACCESS_KEY_ID).then(|| Credentials::new(ACCESS_KEY_ID, SECRET_KEY))
}

/// The proof of a request, and its payload. The body is read after the head is verified.
async fn admit(
    server: &Server,
    parts: &Parts,
    body: Incoming,
) -> Result<(OwnedVerified, Bytes), Refusal> {
    let now = Timestamp::from(SystemTime::now());
    let claim = SignedRequest::parse(parts)?;
    server.verifier.check(&claim, now)?; // an invalid request costs no lookup
    let cached = server.keys.find(&claim);
    let key = match &cached {
        Some(key) => key.clone(),
        None => {
            let credentials = look_up(claim.access_key_id()).await;
            let credentials = credentials.ok_or(VerifyError::UnknownAccessKeyId)?;
            // Fails if the server's own database contains a key without a secret.
            VerificationKey::derive(&credentials, claim.scope()).map_err(|_| INTERNAL)?
        }
    };
    let pending = server.verifier.verify_signature(&claim, &key, now)?;
    if cached.is_none() {
        server.keys.insert(&claim, &key);
    }

    let body = Limited::new(body, LONGEST_BODY);
    let (verified, payload) = match pending {
        PendingVerification::Hashed(pending) => {
            let payload = read_all(body).await?;
            (pending.verify(PayloadHash::new(&payload))?, payload)
        }
        // This server accepts unsigned payloads. Others should only do so over TLS.
        PendingVerification::Unsigned(pending) => (pending.accept(), read_all(body).await?),
        PendingVerification::SignedStream(pending) => {
            let (verified, context) = pending.into_parts();
            (verified, read_chunks(&context, body).await?)
        }
        PendingVerification::UnsignedStream(pending) => {
            let (verified, context) = pending.accept();
            (verified, read_chunks(&context, body).await?)
        }
    };
    Ok((verified.into_owned(), payload))
}

async fn read_all(body: Limited<Incoming>) -> Result<Bytes, Refusal> {
    let body = body.collect().await;
    Ok(body.map_err(|error| Refusal::of_body(&*error))?.to_bytes())
}

/// Every chunk, trailer and checksum is verified. A truncated body is refused.
async fn read_chunks(context: &StreamContext, body: Limited<Incoming>) -> Result<Bytes, Refusal> {
    let body = VerifiedBody::new(body, ChunkVerifier::new(context)?);
    Ok(body.collect().await?.to_bytes())
}

/// Serves until it is dropped.
async fn listen(address: &str) -> Result<(SocketAddr, JoinHandle<()>), Box<dyn Error>> {
    let listener = TcpListener::bind(address).await?;
    let address = listener.local_addr()?;
    let verifier = Verifier::new("us-east-1", Service::S3)?.with_host(address.to_string());
    let server = Arc::new(Server {
        verifier,
        keys: Keys::default(),
        store: Mutex::default(),
    });
    let serving = tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            let server = server.clone();
            let service = service_fn(move |request| handle(server.clone(), request));
            tokio::spawn(async move {
                let mut http = Builder::new(TokioExecutor::new());
                // A client that has stopped sending still receives the response.
                http.http1().half_close(true);
                let connection = TokioIo::new(connection);
                http.serve_connection(connection, service).await.ok();
            });
        }
    });
    Ok((address, serving))
}

/// The raw target is kept: nothing is decoded or resolved before it is verified.
async fn handle(
    server: Arc<Server>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (parts, body) = request.into_parts();
    let answer = answer(&server, &parts, body).await;
    let answer = answer.unwrap_or_else(|refusal| {
        let resource = parts.uri.path();
        let mut response = refusal.response(resource).map(Bytes::from);
        let xml = HeaderValue::from_static("application/xml");
        response.headers_mut().insert("content-type", xml);
        response
    });
    Ok(answer.map(Full::from))
}

async fn answer(
    server: &Server,
    parts: &Parts,
    body: Incoming,
) -> Result<Response<Bytes>, Refusal> {
    let (verified, body) = admit(server, parts, body).await?;
    let headers = &parts.headers;
    let call = Call {
        verified: &verified,
        headers,
        body,
    };
    server.store.lock().map_err(|_| INTERNAL)?.answer(&call)
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

    // A signed upload that is changed on the way.
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

/// The body of an upload in one chunk and the final chunk.
fn in_chunks(
    signer: &Signer,
    put: &mut Request<()>,
    now: Timestamp,
) -> Result<Vec<u8>, Box<dyn Error>> {
    // Then the length of the body is not signed, so it can be truncated below.
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

/// Sends what no client library would: a body that is shorter than its length.
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
