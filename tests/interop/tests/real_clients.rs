//! Clients of other projects against an example server: each with the right secret and with a wrong
//! one. CI installs them from their registries.
//!
//! `SERVER` names the example: `verify_server`, which verifies by hand, `axum_server`, which has
//! the layer, or `s3_proxy`, which has the layer and signs again for an upstream `verify_server`.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

/// An example server, until it is dropped.
struct Server {
    process: Child,
    /// The upstream store of a proxy.
    _store: Option<Box<Server>>,
    endpoint: String,
    access_key_id: String,
    secret_key: String,
}

impl Server {
    fn start() -> Self {
        match std::env::var("SERVER").as_deref() {
            Ok("s3_proxy") => Self::proxy(),
            Ok(example) => Self::of(example, &[]),
            Err(_) => Self::of("verify_server", &[]),
        }
    }

    /// The proxy. Its clients have other keys than its upstream store.
    fn proxy() -> Self {
        let store = Self::of("verify_server", &[]);
        let (id, secret_key) = (&*store.access_key_id, &*store.secret_key);
        let mut proxy = Self::of("s3_proxy", &["--store", &store.endpoint, id, secret_key]);
        assert_ne!(
            (id, secret_key),
            (&*proxy.access_key_id, &*proxy.secret_key)
        );
        proxy._store = Some(Box::new(store));
        proxy
    }

    fn of(example: &str, arguments: &[&str]) -> Self {
        let mut process = countersign_interop::example(example)
            .args(["--", "--listen", "127.0.0.1:0"])
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let output = process.stdout.as_mut().unwrap();
        BufReader::new(output).read_line(&mut line).unwrap();
        let mut parts = line.trim().split(", ").map(str::to_owned);
        let mut next = || parts.next().unwrap();
        Self {
            endpoint: next(),
            access_key_id: next(),
            secret_key: next(),
            process,
            _store: None,
        }
    }

    /// Runs the script of a client, which prints `good` if it succeeds.
    fn script(&self, interpreter: &str, script: &str) {
        self.run(&mut Command::new(interpreter), script);
    }

    fn run(&self, command: &mut Command, script: &str) {
        let script = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("clients")
            .join(script);
        let output = command
            .arg(script)
            .args([&self.endpoint, &self.access_key_id, &self.secret_key])
            .output()
            .unwrap();
        let told = told(&output);
        assert!(output.status.success() && told.contains("good"), "{told}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

fn told(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}

/// The interpreter that has the packages: `PYTHON`, or `python3`.
fn python() -> String {
    std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned())
}

#[test]
#[ignore = "needs boto3 from PyPI"]
fn boto3() {
    Server::start().script(&python(), "boto3_client.py");
}

/// Requests that boto3 signed and that were changed on the way, expired URLs, and browser forms.
#[test]
#[ignore = "needs boto3 from PyPI"]
fn boto3_attacks() {
    for (server, forms) in [
        (Server::of("axum_server", &[]), "forms"),
        (Server::proxy(), ""),
    ] {
        let mut python = Command::new(python());
        server.run(python.env("FORMS", forms), "boto3_attacks.py");
    }
}

#[test]
#[ignore = "needs awscrt from PyPI"]
fn awscrt() {
    Server::start().script(&python(), "awscrt_client.py");
}

#[test]
#[ignore = "needs opendal from PyPI"]
fn opendal() {
    Server::start().script(&python(), "opendal_client.py");
}

#[test]
#[ignore = "needs apache-libcloud from PyPI"]
fn apache_libcloud() {
    Server::start().script(&python(), "libcloud_client.py");
}

#[test]
#[ignore = "needs requests-aws4auth from PyPI"]
fn requests_aws4auth() {
    Server::start().script(&python(), "requests_aws4auth_client.py");
}

#[test]
#[ignore = "needs Node.js, and aws4 from npm where it finds it"]
fn aws4() {
    Server::start().script("node", "aws4_client.mjs");
}

#[test]
#[ignore = "needs Node.js, and aws4fetch from npm where it finds it"]
fn aws4fetch() {
    Server::start().script("node", "aws4fetch_client.mjs");
}

#[test]
#[ignore = "needs minio from PyPI"]
fn minio_py() {
    Server::start().script(&python(), "minio_client.py");
}

#[test]
#[ignore = "needs Node.js, and minio from npm where it finds it"]
fn minio_js() {
    Server::start().script("node", "minio_client.mjs");
}

#[test]
#[ignore = "needs Node.js, and @aws-sdk/client-s3 from npm where it finds it"]
fn aws_sdk_js() {
    Server::start().script("node", "aws_sdk_client.mjs");
}

#[test]
#[ignore = "needs Go, and minio-go from Debian's packages"]
fn minio_go() {
    let mut go = Command::new("go");
    go.arg("run").env("GO111MODULE", "off");
    go.env("GOPATH", "/usr/share/gocode");
    Server::start().run(&mut go, "minio_client.go");
}

#[test]
#[ignore = "needs polars from PyPI"]
fn polars() {
    Server::start().script(&python(), "polars_client.py");
}

#[test]
#[ignore = "needs pyarrow from PyPI"]
fn pyarrow() {
    Server::start().script(&python(), "pyarrow_client.py");
}

/// A folder with a large file and names that need escapes, and room for a copy.
struct Folder(std::path::PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::remove_dir_all(&folder).ok();
        let files = folder.join("files");
        std::fs::create_dir_all(files.join("d")).unwrap();
        // In two parts.
        std::fs::write(files.join("big"), vec![b'x'; 6_000_000]).unwrap();
        std::fs::write(files.join("d/a b+1"), "data").unwrap();
        std::fs::write(files.join("\u{e9}"), "").unwrap();
        Self(folder)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }
}

#[test]
#[ignore = "needs rclone from Debian's packages"]
fn rclone() {
    let server = Server::start();
    let folder = Folder::new("rclone");
    let rclone = |secret_key: &str, arguments: &[&str]| {
        let remote = format!(
            ":s3,provider=Other,endpoint='{}',region=us-east-1,access_key_id={},secret_access_key='{secret_key}':",
            server.endpoint, server.access_key_id
        );
        Command::new("timeout")
            .args(["60", "rclone", "--config", "/dev/null"])
            .args(["--retries", "1", "--low-level-retries", "1"])
            .args(["--s3-upload-cutoff", "5M", "--s3-chunk-size", "5M"])
            .args(
                arguments
                    .iter()
                    .map(|text| text.replace("REMOTE:", &remote)),
            )
            // Debian's rclone cannot use it.
            .env_remove("AWS_CA_BUNDLE")
            .output()
            .unwrap()
    };
    let (files, copy) = (folder.path("files"), folder.path("copy"));
    let listed = "  6000000 big\n        4 d/a b+1\n        0 \u{e9}\n";
    for (arguments, says) in [
        (&["mkdir", "REMOTE:bucket"][..], ""),
        (&["sync", &files, "REMOTE:bucket"], ""),
        (&["ls", "REMOTE:bucket"], listed),
        (&["copyto", "REMOTE:bucket/d/a b+1", "REMOTE:bucket/e"], ""),
        (&["lsf", "REMOTE:bucket"], "big\nd/\ne\n\u{e9}\n"),
        (&["deletefile", "REMOTE:bucket/e"], ""),
        (&["sync", "REMOTE:bucket", &copy], ""),
        (&["check", &files, &copy], "0 differences"),
    ] {
        let good = rclone(&server.secret_key, arguments);
        let said = told(&good);
        assert!(good.status.success() && said.contains(says), "{said}");
    }
    let bad = told(&rclone("wrong", &["ls", "REMOTE:bucket"]));
    assert!(bad.contains("SignatureDoesNotMatch"), "{bad}");
}

#[test]
#[ignore = "needs s3cmd from Debian's packages"]
fn s3cmd() {
    let server = Server::start();
    let folder = Folder::new("s3cmd");
    let host = server.endpoint.strip_prefix("http://").unwrap();
    let s3cmd = |secret_key: &str, arguments: &[&str]| {
        Command::new("timeout")
            .args(["60", "s3cmd", "--config", "/dev/null", "--no-ssl"])
            .arg(format!("--access_key={}", server.access_key_id))
            .arg(format!("--secret_key={secret_key}"))
            .arg(format!("--host={host}"))
            .arg(format!("--host-bucket={host}"))
            .args(["--region=us-east-1", "--multipart-chunk-size-mb=5"])
            .args(arguments)
            .output()
            .unwrap()
    };
    let files = folder.path("files/");
    let copy = folder.path("copy");
    for (arguments, says) in [
        (&["mb", "s3://bucket"][..], "created"),
        (&["put", "--recursive", &files, "s3://bucket/"], ""),
        (&["ls", "s3://bucket/d/"], "s3://bucket/d/a b+1"),
        (&["get", "s3://bucket/big", &copy], ""),
        (&["del", "--recursive", "--force", "s3://bucket"], "delete"),
    ] {
        let good = s3cmd(&server.secret_key, arguments);
        let said = told(&good);
        assert!(good.status.success() && said.contains(says), "{said}");
    }
    assert_eq!(std::fs::read(copy).unwrap(), vec![b'x'; 6_000_000]);
    let bad = told(&s3cmd("wrong", &["ls", "s3://bucket"]));
    assert!(bad.contains("SignatureDoesNotMatch"), "{bad}");
}

#[test]
#[ignore = "needs the AWS command line"]
fn aws_command_line() {
    let server = Server::start();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let aws = |secret_key: &str, arguments: &[&str]| {
        Command::new("aws")
            .args(["--endpoint-url", &server.endpoint])
            .args(arguments)
            .env("AWS_ACCESS_KEY_ID", &server.access_key_id)
            .env("AWS_SECRET_ACCESS_KEY", secret_key)
            .env("AWS_DEFAULT_REGION", "us-east-1")
            .output()
            .unwrap()
    };
    let put = [
        "s3api",
        "put-object",
        "--bucket",
        "b",
        "--key",
        "f",
        "--body",
    ];
    let put: Vec<&str> = put.into_iter().chain(file.to_str()).collect();
    let get = ["s3", "cp", "s3://b/f", "-"];
    let list = ["s3api", "list-objects-v2", "--bucket", "b"];
    for (arguments, says) in [(&put[..], ""), (&get, "countersign"), (&list, "\"f\"")] {
        let good = aws(&server.secret_key, arguments);
        assert!(
            good.status.success() && told(&good).contains(says),
            "{}",
            told(&good)
        );
        assert!(!aws("wrong", arguments).status.success());
    }
}

#[test]
#[ignore = "needs curl 7.75 or later"]
fn curl() {
    let server = Server::start();
    let curl = |secret_key: &str, arguments: &[&str]| {
        let output = Command::new("curl")
            .args([
                "-s",
                "-w",
                "%{http_code}",
                "--aws-sigv4",
                "aws:amz:us-east-1:s3",
            ])
            .args(["--user", &format!("{}:{secret_key}", server.access_key_id)])
            .args(arguments)
            .arg(format!("{}/b/k", server.endpoint))
            .output()
            .unwrap();
        told(&output)
    };
    // Some versions do not send it themselves.
    let unsigned = ["-H", "x-amz-content-sha256: UNSIGNED-PAYLOAD"];
    let hash = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
    let hash = format!("x-amz-content-sha256: {hash}");
    let put = ["-X", "PUT", "--data-binary", "hello", "-H", &hash];
    assert!(curl(&server.secret_key, &put).ends_with("200"));
    assert!(curl(&server.secret_key, &unsigned).ends_with("hello200"));
    for arguments in [&put[..], &unsigned] {
        assert!(curl("wrong", arguments).ends_with("403"));
    }
}

/// With minio-go, which signs every chunk of an upload.
#[test]
#[ignore = "needs restic from Debian's packages"]
fn restic() {
    let server = Server::start();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let restic = |secret_key: &str, arguments: &[&str]| {
        Command::new("timeout")
            .args(["60", "restic", "--no-cache", "-o", "s3.region=us-east-1"])
            .args(["-r", &format!("s3:{}/repository", server.endpoint)])
            .args(arguments)
            .env("RESTIC_PASSWORD", "password")
            .env("AWS_ACCESS_KEY_ID", &server.access_key_id)
            .env("AWS_SECRET_ACCESS_KEY", secret_key)
            .output()
            .unwrap()
    };
    let file = file.to_str().unwrap();
    for arguments in [&["init"][..], &["backup", file], &["dump", "latest", file]] {
        let output = restic(&server.secret_key, arguments);
        assert!(output.status.success(), "{}", told(&output));
        assert!(arguments[0] != "dump" || told(&output).contains("countersign-interop"));
    }
    let output = Command::new("timeout")
        .args(["10", "restic", "--no-cache", "-o", "s3.region=us-east-1"])
        .args([
            "-r",
            &format!("s3:{}/repository", server.endpoint),
            "snapshots",
        ])
        .env("RESTIC_PASSWORD", "password")
        .env("AWS_ACCESS_KEY_ID", &server.access_key_id)
        .env("AWS_SECRET_ACCESS_KEY", "wrong")
        .output()
        .unwrap();
    assert!(!output.status.success());
}
