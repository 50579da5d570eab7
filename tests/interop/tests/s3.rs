//! Does a real server take what countersign signs? Every hard key, in every form, with long-term
//! and with temporary credentials, through a real HTTP client.

use std::cell::Cell;
use std::collections::BTreeSet;

use bytes::Bytes;
use countersign::{Credentials, Signer, encode_key};
use countersign_interop::client::{Answer, Client};
use countersign_interop::server::Server;
use countersign_interop::signed::Form;
use countersign_interop::{REGION, callers, keys, report};
use http::{Method, Request, StatusCode};
use percent_encoding::percent_decode_str;
use time::OffsetDateTime;

/// Requests for each key: PUT, HEAD, GET, four LISTs, four of a multipart upload, GET, DELETE, GET.
const FOR_EACH_KEY: usize = 14;
/// Delimiters other than `/`, each of which the query must carry unharmed.
const DELIMITERS: [&str; 8] = [" ", "+", "%", "//", "..", "&", "é", "=b"];

#[tokio::test]
async fn hard_keys_in_every_form() {
    let server = Server::start(callers::accounts()).await.expect("a port");
    let client = Client::http1();
    let hard = keys::hard();
    assert!(hard.len() >= 40);
    let distinct: BTreeSet<&str> = hard.iter().map(|(_, key)| key.as_str()).collect();
    assert_eq!(distinct.len(), hard.len());

    let temporary = callers::temporary(&server, &client).await;
    let mut accepted = 1;
    for (credentials, who) in [
        (callers::long_term(), "long-term"),
        (temporary, "temporary"),
    ] {
        for (form, bucket) in Form::ALL
            .into_iter()
            .zip(["header", "header-unsigned", "presigned"])
        {
            let bucket = Bucket::new(&client, &server, &credentials, form, bucket, who);
            bucket.walk(&hard).await;
            let expected = 1 + hard.len() * FOR_EACH_KEY + DELIMITERS.len() + 1;
            assert_eq!(bucket.accepted.get(), expected);
            accepted += bucket.accepted.get();
        }
    }
    report::line(&format!(
        "s3: {} keys, accepted {accepted} requests",
        hard.len()
    ));
}

/// A bucket of its own for each caller and form, and how many requests for it were accepted.
struct Bucket<'a> {
    client: &'a Client,
    signer: Signer,
    form: Form,
    url: String,
    accepted: Cell<usize>,
}

impl<'a> Bucket<'a> {
    fn new(
        client: &'a Client,
        server: &Server,
        credentials: &Credentials,
        form: Form,
        name: &str,
        who: &str,
    ) -> Self {
        Self {
            client,
            signer: Signer::new(credentials.clone(), REGION, "s3"),
            form,
            url: server.url(&format!("/{name}-{who}")),
            accepted: Cell::new(0),
        }
    }

    async fn walk(&self, hard: &[(&str, String)]) {
        self.send(Method::PUT, "", Bytes::new(), StatusCode::OK)
            .await;
        for (why, key) in hard {
            self.send(Method::PUT, &path(key), content(why), StatusCode::OK)
                .await;
        }
        let all: BTreeSet<&str> = hard.iter().map(|(_, key)| key.as_str()).collect();
        for (why, key) in hard {
            self.read(key, &content(why)).await;
            self.list(&all, key).await;
        }
        for delimiter in DELIMITERS {
            self.list_groups(&all, "", delimiter).await;
        }
        for (why, key) in hard {
            self.upload_in_parts(key, why).await;
            self.send(
                Method::DELETE,
                &path(key),
                Bytes::new(),
                StatusCode::NO_CONTENT,
            )
            .await;
            let gone = self
                .send(Method::GET, &path(key), Bytes::new(), StatusCode::NOT_FOUND)
                .await;
            assert_eq!(gone.code().as_deref(), Some("NoSuchKey"), "{key:?}");
        }
        let answer = self
            .send(
                Method::GET,
                "?list-type=2&encoding-type=url",
                Bytes::new(),
                StatusCode::OK,
            )
            .await;
        assert_eq!(listed(&answer, "Key"), BTreeSet::new());
    }

    async fn read(&self, key: &str, content: &Bytes) {
        let head = self
            .send(Method::HEAD, &path(key), Bytes::new(), StatusCode::OK)
            .await;
        assert_eq!(
            head.headers["content-length"],
            content.len().to_string(),
            "{key:?}"
        );
        let answer = self
            .send(Method::GET, &path(key), Bytes::new(), StatusCode::OK)
            .await;
        assert_eq!(answer.body, content, "{key:?}");
    }

    /// The key as a prefix, as the place to start after, and with the usual delimiter.
    async fn list(&self, all: &BTreeSet<&str>, key: &str) {
        let encoded = encode_key(key);
        let list = format!("?list-type=2&encoding-type=url&prefix={encoded}");
        let answer = self
            .send(Method::GET, &list, Bytes::new(), StatusCode::OK)
            .await;
        let expected = all
            .iter()
            .filter(|other| other.starts_with(key))
            .map(|&other| other.to_owned())
            .collect();
        assert_eq!(listed(&answer, "Key"), expected, "prefix {key:?}");

        let list = format!("?start-after={encoded}&encoding-type=url&list-type=2");
        let answer = self
            .send(Method::GET, &list, Bytes::new(), StatusCode::OK)
            .await;
        let expected = all
            .iter()
            .filter(|other| **other > key)
            .map(|&other| other.to_owned())
            .collect();
        assert_eq!(listed(&answer, "Key"), expected, "start after {key:?}");

        self.list_groups(all, key, "/").await;
        let folder = &key[..key.rfind('/').map_or(0, |slash| slash + 1)];
        self.list_groups(all, folder, "/").await;
    }

    async fn list_groups(&self, all: &BTreeSet<&str>, prefix: &str, delimiter: &str) {
        let list = format!(
            "?delimiter={}&encoding-type=url&list-type=2&prefix={}",
            encode_key(delimiter),
            encode_key(prefix),
        );
        let answer = self
            .send(Method::GET, &list, Bytes::new(), StatusCode::OK)
            .await;
        let mut objects = BTreeSet::new();
        let mut groups = BTreeSet::new();
        for key in all {
            if let Some(rest) = key.strip_prefix(prefix) {
                match rest.split_once(delimiter) {
                    Some((group, _)) => groups.insert(format!("{prefix}{group}{delimiter}")),
                    None => objects.insert((*key).to_owned()),
                };
            }
        }
        assert_eq!(
            listed(&answer, "Key"),
            objects,
            "prefix {prefix:?}, delimiter {delimiter:?}"
        );
        assert_eq!(
            listed(&answer, "Prefix"),
            groups,
            "prefix {prefix:?}, delimiter {delimiter:?}"
        );
    }

    async fn upload_in_parts(&self, key: &str, why: &str) {
        let created = self
            .send(
                Method::POST,
                &format!("{}?uploads", path(key)),
                Bytes::new(),
                StatusCode::OK,
            )
            .await;
        let id = created.texts("UploadId").pop().expect("an upload ID");
        let mut parts = String::new();
        for (number, content) in [(1, "in parts: "), (2, why)] {
            let part = format!(
                "{}?partNumber={number}&uploadId={}",
                path(key),
                encode_key(&id)
            );
            let answer = self
                .send(
                    Method::PUT,
                    &part,
                    Bytes::copy_from_slice(content.as_bytes()),
                    StatusCode::OK,
                )
                .await;
            let e_tag = answer.headers["etag"].to_str().expect("ASCII");
            parts += &format!("<Part><PartNumber>{number}</PartNumber><ETag>{e_tag}</ETag></Part>");
        }
        let complete = format!("{}?uploadId={}", path(key), encode_key(&id));
        let parts = format!("<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>");
        self.send(Method::POST, &complete, Bytes::from(parts), StatusCode::OK)
            .await;
        let answer = self
            .send(Method::GET, &path(key), Bytes::new(), StatusCode::OK)
            .await;
        assert_eq!(answer.body, format!("in parts: {why}"), "{key:?}");
    }

    /// Signs, sends, and counts what came back with the status that was expected: never one that a
    /// wrong signature gets.
    async fn send(
        &self,
        method: Method,
        target: &str,
        body: Bytes,
        expected: StatusCode,
    ) -> Answer {
        let url = format!("{}{target}", self.url);
        let request = Request::builder()
            .method(method.clone())
            .uri(&url)
            .body(body)
            .expect("a request");
        let request = self
            .form
            .sign(&self.signer, request, OffsetDateTime::now_utc());
        let answer = self.client.send(request).await;
        assert_eq!(
            answer.status, expected,
            "{method} {url} {:?}: {answer:?}",
            self.form
        );
        self.accepted.set(self.accepted.get() + 1);
        answer
    }
}

fn path(key: &str) -> String {
    format!("/{}", encode_key(key))
}

/// Of its own for each key, so that an answer shows which key the server understood.
fn content(why: &str) -> Bytes {
    Bytes::from(format!("the object whose key is hard for: {why}"))
}

/// The keys of a listing, or the prefixes of its groups.
fn listed(answer: &Answer, element: &str) -> BTreeSet<String> {
    let decode = |text: String| {
        percent_decode_str(&text)
            .decode_utf8()
            .expect("UTF-8")
            .into_owned()
    };
    answer.texts(element).into_iter().map(decode).collect()
}
