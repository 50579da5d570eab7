//! Does countersign accept what an old client signs with S3's old scheme? [s3cmd] from Debian's
//! packages, against a server of a few lines that verifies every request:
//!
//! ```text
//! apt-get install s3cmd
//! cargo test --test s3cmd -- --ignored
//! ```
//!
//! [s3cmd]: https://s3tools.org/s3cmd

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex};

use countersign::legacy::SignedRequest;
use countersign::legacy::s3_v2::Bucket;
use countersign::verify::{Protocol, VerifyError};
use countersign_interop::{callers, report};
use http::{Method, Request, StatusCode};
use md5::{Digest, Md5};
use time::OffsetDateTime;

/// Objects by their path, and the results of the requests.
#[derive(Default)]
struct Store {
    objects: BTreeMap<String, Vec<u8>>,
    verified: usize,
    refused: usize,
}

impl Store {
    fn answer(&mut self, request: &Request<Vec<u8>>) -> (StatusCode, String, Vec<u8>) {
        if let Err(error) = verify(request) {
            self.refused += 1;
            let code = error.code(Protocol::S3);
            let body = format!("<Error><Code>{code}</Code><Message>{error}</Message></Error>");
            return (error.status(Protocol::S3), String::new(), body.into_bytes());
        }
        self.verified += 1;
        let path = request.uri().path().to_owned();
        let is_bucket = path.trim_matches('/').split('/').count() < 2;
        match (request.method(), self.objects.get(&path)) {
            (&Method::PUT, _) => {
                let body = request.body().clone();
                let tag = tag(&body);
                if !is_bucket {
                    self.objects.insert(path, body);
                }
                (StatusCode::OK, tag, Vec::new())
            }
            (&Method::DELETE, _) => {
                self.objects.remove(&path);
                (StatusCode::NO_CONTENT, String::new(), Vec::new())
            }
            (_, Some(object)) => (StatusCode::OK, tag(object), object.clone()),
            (_, None) if is_bucket => (StatusCode::OK, String::new(), LIST.into()),
            (_, None) => (StatusCode::NOT_FOUND, String::new(), Vec::new()),
        }
    }
}

const LIST: &str =
    "<?xml version=\"1.0\"?><ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>";

fn verify(request: &Request<Vec<u8>>) -> Result<(), VerifyError> {
    let claim = SignedRequest::parse_s3_v2(request, Bucket::InPath)?;
    if claim.access_key_id() != callers::ACCESS_KEY_ID {
        return Err(VerifyError::UnknownAccessKeyId);
    }
    let now = OffsetDateTime::now_utc();
    claim.verify(&callers::long_term(), now).map(drop)
}

fn tag(object: &[u8]) -> String {
    let digest = Md5::digest(object);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Handles one request for each connection.
fn serve(listener: &TcpListener, store: &Mutex<Store>) {
    for stream in listener.incoming() {
        let Ok(mut stream) = stream else { return };
        if let Some(request) = read(&stream) {
            let (status, tag, body) = store.lock().unwrap().answer(&request);
            let length = body.len();
            let head = format!(
                "HTTP/1.1 {} -\r\nconnection: close\r\netag: \"{tag}\"\r\ncontent-length: {length}\r\n\
                 last-modified: Tue, 27 Mar 2007 19:36:42 GMT\r\ncontent-type: text/plain\r\n\r\n",
                status.as_u16()
            );
            stream.write_all(head.as_bytes()).unwrap();
            if request.method() != Method::HEAD {
                stream.write_all(&body).unwrap();
            }
        }
    }
}

fn read(stream: &TcpStream) -> Option<Request<Vec<u8>>> {
    let mut lines = BufReader::new(stream);
    let mut line = String::new();
    lines.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace();
    let mut request = Request::builder().method(words.next()?).uri(words.next()?);
    loop {
        let mut line = String::new();
        lines.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        request = request.header(name, value.trim());
    }
    let length = request.headers_ref()?.get("content-length");
    let length = length.map_or(0, |length| length.to_str().unwrap().parse().unwrap());
    if request.headers_ref()?.contains_key("expect") {
        (&*stream)
            .write_all(b"HTTP/1.1 100 Continue\r\n\r\n")
            .ok()?;
    }
    let mut body = vec![0; length];
    lines.read_exact(&mut body).ok()?;
    request.body(body).ok()
}

fn s3cmd(address: SocketAddr, secret_key: &str, arguments: &[&str]) -> bool {
    let output = Command::new("s3cmd")
        .args([
            "--config=/dev/null",
            "--signature-v2",
            "--no-ssl",
            "--no-progress",
        ])
        .args([
            &format!("--host={address}"),
            &format!("--host-bucket={address}"),
        ])
        .arg(format!("--access_key={}", callers::ACCESS_KEY_ID))
        .arg(format!("--secret_key={secret_key}"))
        .args(arguments)
        .output()
        .expect("s3cmd");
    let success = output.status.success();
    if !success {
        eprintln!("{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    success
}

#[test]
#[ignore = "needs s3cmd"]
fn an_old_client_is_verified() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let store = Arc::new(Mutex::new(Store::default()));
    let of_server = Arc::clone(&store);
    std::thread::spawn(move || serve(&listener, &of_server));

    let folder = std::env::temp_dir().join(format!("countersign-s3cmd-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    std::fs::write(file("in"), "what was sent").unwrap();

    let good = |arguments: &[&str]| {
        assert!(
            s3cmd(address, callers::SECRET_KEY, arguments),
            "{arguments:?}"
        );
    };
    good(&["mb", "s3://bucket"]);
    good(&["ls", "s3://bucket"]);
    for (i, key) in ["plain.txt", "a b+c", "d/é/~!'()", "100%"]
        .into_iter()
        .enumerate()
    {
        let (url, out) = (format!("s3://bucket/{key}"), file(&format!("out{i}")));
        good(&[
            "put",
            "--acl-private",
            "--add-header=x-amz-meta-note:a  b",
            &file("in"),
            &url,
        ]);
        good(&["get", &url, &out]);
        assert_eq!(std::fs::read(out).unwrap(), b"what was sent", "{key}");
        good(&["del", &url]);
    }
    let verified = store.lock().unwrap().verified;
    assert_eq!(store.lock().unwrap().refused, 0);
    assert!(store.lock().unwrap().objects.is_empty());

    // Another secret is refused.
    assert!(!s3cmd(address, "other", &["ls", "s3://bucket"]));
    assert!(!s3cmd(
        address,
        "other",
        &["put", &file("in"), "s3://bucket/key"]
    ));
    let store = store.lock().unwrap();
    assert_eq!((store.verified, store.objects.len()), (verified, 0));
    assert!(verified >= 14 && store.refused >= 2);
    std::fs::remove_dir_all(folder).unwrap();
    report::line(&format!(
        "s3cmd: verified {verified} requests of Signature Version 2"
    ));
}
