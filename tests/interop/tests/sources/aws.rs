//! An AWS on loopback: instance metadata and containers over plain HTTP, and everything else
//! through a proxy that terminates TLS with a certificate for the host that the client asks for. So
//! clients run unchanged, and send to the real names of hosts.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};

/// A received request.
#[derive(Clone, Debug)]
pub struct Seen {
    pub method: String,
    /// The host of the connection; `None` without TLS.
    pub tls_host: Option<String>,
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
    /// Whether the client authenticated with a certificate.
    pub with_certificate: bool,
}

impl Seen {
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let (_, value) = headers.find(|(own, _)| own.eq_ignore_ascii_case(name))?;
        Some(value)
    }

    /// A parameter of the query or of the form in the body.
    pub fn parameter(&self, name: &str) -> Option<String> {
        let query = self.target.split_once('?').map_or("", |(_, query)| query);
        let mut pairs = query.split('&').chain(self.body.split('&'));
        let value = pairs.find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))?;
        let value = percent_encoding::percent_decode_str(value);
        Some(value.decode_utf8_lossy().into_owned())
    }

    /// The access key ID that signed.
    pub fn signer(&self) -> Option<&str> {
        let (_, rest) = self.header("authorization")?.split_once("Credential=")?;
        rest.split('/').next()
    }
}

pub type Handler = dyn Fn(&Seen) -> (u16, String) + Send + Sync;

/// The authority that issues every certificate here.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub pem: String,
    pub der: CertificateDer<'static>,
}

impl Authority {
    pub fn new(name: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
            .distinguished_name
            .push(rcgen::DnType::CommonName, name);
        let certificate = params.self_signed(&key).unwrap();
        Self {
            pem: certificate.pem(),
            der: certificate.der().clone(),
            issuer: Issuer::new(params, key),
        }
    }

    /// A certificate and its key, in DER.
    pub fn issue(&self, host: &str) -> (CertificateDer<'static>, Vec<u8>) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![host.to_owned()]).unwrap();
        params
            .distinguished_name
            .push(rcgen::DnType::CommonName, host);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        (certificate.der().clone(), key.serialize_der())
    }
}

pub struct Aws {
    port: u16,
    pub authority: Arc<Authority>,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Aws {
    /// Starts a server. It lives until the test process ends.
    pub fn start(handler: impl Fn(&Seen) -> (u16, String) + Send + Sync + 'static) -> Self {
        Self::start_for(None, handler)
    }

    /// Starts a server that requests a certificate of this authority from TLS clients, and also
    /// serves clients without one.
    pub fn start_for(
        clients: Option<&Authority>,
        handler: impl Fn(&Seen) -> (u16, String) + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let aws = Self {
            port: listener.local_addr().unwrap().port(),
            authority: Arc::new(Authority::new("loopback authority")),
            seen: Arc::default(),
        };
        let clients = clients.map(|authority| authority.der.clone());
        let (authority, seen) = (Arc::clone(&aws.authority), Arc::clone(&aws.seen));
        let handler: Arc<Handler> = Arc::new(handler);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let server = Connection {
                    authority: Arc::clone(&authority),
                    clients: clients.clone(),
                    seen: Arc::clone(&seen),
                    handler: Arc::clone(&handler),
                };
                std::thread::spawn(move || server.serve(stream));
            }
        });
        aws
    }

    /// The address for instance metadata and containers, and of the proxy.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Returns the requests since the last call.
    pub fn take(&self) -> Vec<Seen> {
        std::mem::take(&mut self.seen.lock().unwrap())
    }

    /// The variables that a process needs to reach it: proxy and certificate.
    pub fn environment(&self, folder: &Path) -> Vec<(String, String)> {
        let certificate = folder.join("authority.pem");
        std::fs::write(&certificate, &self.authority.pem).unwrap();
        let certificate = certificate.to_str().unwrap();
        [
            ("HTTPS_PROXY", &*self.url()),
            ("SSL_CERT_FILE", certificate),
            ("AWS_CA_BUNDLE", certificate),
            ("AWS_EC2_METADATA_SERVICE_ENDPOINT", &self.url()),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
    }
}

struct Connection {
    authority: Arc<Authority>,
    clients: Option<CertificateDer<'static>>,
    seen: Arc<Mutex<Vec<Seen>>>,
    handler: Arc<Handler>,
}

impl Connection {
    /// A client that closes the connection is ignored here. Its own side fails.
    fn serve(&self, mut stream: TcpStream) -> Option<()> {
        let request = read(&mut stream, None)?;
        if request.method != "CONNECT" {
            return self.answer(&mut stream, request);
        }
        let host = request.target.split(':').next()?.to_owned();
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").ok()?;
        let connection = ServerConnection::new(self.config(&host)).ok()?;
        let mut stream = StreamOwned::new(connection, stream);
        let mut request = read(&mut stream, Some(host))?;
        request.with_certificate = stream.conn.peer_certificates().is_some();
        self.answer(&mut stream, request)?;
        stream.conn.send_close_notify();
        stream.flush().ok()
    }

    fn answer(&self, stream: &mut impl Write, request: Seen) -> Option<()> {
        let (status, body) = (self.handler)(&request);
        self.seen.lock().unwrap().push(request);
        let length = body.len();
        let head = format!(
            "HTTP/1.1 {status} OK\r\ncontent-length: {length}\r\nconnection: close\r\n\
             location: https://elsewhere.example/\r\nx-aws-ec2-metadata-token-ttl-seconds: 21600\r\n\r\n"
        );
        stream.write_all((head + &body).as_bytes()).ok()?;
        stream.flush().ok()
    }

    fn config(&self, host: &str) -> Arc<ServerConfig> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider));
        let builder = builder.with_safe_default_protocol_versions().unwrap();
        let builder = match &self.clients {
            None => builder.with_no_client_auth(),
            Some(authority) => {
                let mut roots = RootCertStore::empty();
                roots.add(authority.clone()).unwrap();
                let verifier =
                    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
                let verifier = verifier.allow_unauthenticated().build().unwrap();
                builder.with_client_cert_verifier(verifier)
            }
        };
        let (certificate, key) = self.authority.issue(host);
        let key = PrivateKeyDer::Pkcs8(key.into());
        Arc::new(builder.with_single_cert(vec![certificate], key).unwrap())
    }
}

fn read(stream: &mut impl Read, tls_host: Option<String>) -> Option<Seen> {
    let mut reader = BufReader::with_capacity(1, stream);
    let mut line = || {
        let mut line = String::new();
        let length = reader.read_line(&mut line).ok()?;
        (length > 0).then(|| line.trim_end().to_owned())
    };
    let first = line()?;
    let mut words = first.split(' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = Vec::new();
    loop {
        let line = line()?;
        let Some((name, value)) = line.split_once(':') else {
            break;
        };
        headers.push((name.to_lowercase(), value.trim().to_owned()));
    }
    let mut seen = Seen {
        method,
        tls_host,
        target,
        headers,
        body: String::new(),
        with_certificate: false,
    };
    let length = seen.header("content-length").unwrap_or("0").parse().ok()?;
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    seen.body = String::from_utf8(body).ok()?;
    Some(seen)
}

/// A folder that is removed with everything in it.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        let name = format!("countersign {:016x}", fastrand::u64(..));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn write(&self, name: &str, contents: &str) -> String {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, contents).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
