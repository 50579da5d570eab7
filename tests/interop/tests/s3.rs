//! Does a real server accept what countersign signs? Each of the keys in `keys`, in every form,
//! with long-term and with temporary credentials, through a real HTTP client.

use std::cell::Cell;
use std::collections::BTreeSet;

use bytes::Bytes;
use countersign::{Signer, encode_key, encode_segment};
use countersign_interop::client::{Answer, Client};
use countersign_interop::server::Server;
use countersign_interop::signed::Form;
use countersign_interop::{REGION, callers, keys, report};
use http::{Method, Request, StatusCode};
use percent_encoding::percent_decode_str;
use time::OffsetDateTime;

/// Requests for each key: PUT, HEAD, GET, four LISTs, four of a multipart upload, GET, DELETE, GET.
const FOR_EACH_KEY: usize = 14;
/// Delimiters other than `/`, which must be encoded in a query.
const DELIMITERS: [&str; 8] = [" ", "+", "%", "//", "..", "&", "é", "=b"];

#[tokio::test]
async fn difficult_keys_are_accepted_in_every_form() {
    let server = Server::start(callers::accounts()).await.expect("a port");
    let client = Client::http1();
    let hard = keys::hard();
    let distinct: BTreeSet<&str> = hard.iter().map(|(_, key)| key.as_str()).collect();
    assert!(hard.len() >= 40 && distinct.len() == hard.len());

    let for_each_form = 1 + hard.len() * FOR_EACH_KEY + DELIMITERS.len() + 1;
    let temporary = callers::temporary(&server, &client).await;
    let mut accepted = 0;
    for (who, credentials) in [
        ("long-term", callers::long_term()),
        ("temporary", temporary),
    ] {
        for (i, form) in Form::ALL.into_iter().enumerate() {
            let bucket = Bucket {
                client: &client,
                signer: Signer::new(credentials.clone(), REGION, "s3").unwrap(),
                form,
                url: server.url(&format!("/{who}-{i}")),
                accepted: Cell::new(0),
            };
            bucket.walk(&hard).await;
            assert_eq!(bucket.accepted.get(), for_each_form);
            accepted += for_each_form;
        }
    }
    report::line(&format!(
        "s3: {} keys, accepted {accepted} requests",
        hard.len()
    ));
}

/// A bucket for each caller and form, and the number of its accepted requests.
struct Bucket<'a> {
    client: &'a Client,
    signer: Signer,
    form: Form,
    url: String,
    accepted: Cell<usize>,
}

impl Bucket<'_> {
    async fn walk(&self, hard: &[(&str, String)]) {
        self.put("", "").await;
        for (why, key) in hard {
            self.put(&path(key), &content(why)).await;
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
            self.delete(key).await;
        }
        let answer = self.get("?list-type=2&encoding-type=url").await;
        assert_eq!(listed(&answer, "Key"), BTreeSet::new());
    }

    async fn read(&self, key: &str, content: &str) {
        let head = self
            .send(Method::HEAD, &path(key), "", StatusCode::OK)
            .await;
        assert_eq!(
            head.headers["content-length"],
            content.len().to_string(),
            "{key:?}"
        );
        assert_eq!(self.get(&path(key)).await.body, content, "{key:?}");
    }

    async fn delete(&self, key: &str) {
        self.send(Method::DELETE, &path(key), "", StatusCode::NO_CONTENT)
            .await;
        let gone = self
            .send(Method::GET, &path(key), "", StatusCode::NOT_FOUND)
            .await;
        assert_eq!(gone.code().as_deref(), Some("NoSuchKey"), "{key:?}");
    }

    /// Lists with the key as a prefix, as the start, and with the usual delimiter.
    async fn list(&self, all: &BTreeSet<&str>, key: &str) {
        let encoded = encode_key(key);
        let list = format!("?list-type=2&encoding-type=url&prefix={encoded}");
        let expected = all.iter().filter(|other| other.starts_with(key));
        let expected = expected.map(|other| (*other).to_owned()).collect();
        assert_eq!(
            listed(&self.get(&list).await, "Key"),
            expected,
            "prefix {key:?}"
        );

        let list = format!("?start-after={encoded}&encoding-type=url&list-type=2");
        let expected = all.iter().filter(|other| **other > key);
        let expected = expected.map(|other| (*other).to_owned()).collect();
        assert_eq!(
            listed(&self.get(&list).await, "Key"),
            expected,
            "start after {key:?}"
        );

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
        let answer = self.get(&list).await;
        let mut objects = BTreeSet::new();
        let mut groups = BTreeSet::new();
        for rest in all.iter().filter_map(|key| key.strip_prefix(prefix)) {
            match rest.split_once(delimiter) {
                Some((group, _)) => groups.insert(format!("{prefix}{group}{delimiter}")),
                None => objects.insert(format!("{prefix}{rest}")),
            };
        }
        assert_eq!(listed(&answer, "Key"), objects, "{prefix:?} {delimiter:?}");
        assert_eq!(
            listed(&answer, "Prefix"),
            groups,
            "{prefix:?} {delimiter:?}"
        );
    }

    async fn upload_in_parts(&self, key: &str, why: &str) {
        let path = path(key);
        let created = self.post(&format!("{path}?uploads"), "").await;
        let id = encode_segment(created.texts("UploadId").pop().expect("an upload ID"));
        let mut parts = String::new();
        for (number, content) in [(1, "in parts: "), (2, why)] {
            let part = format!("{path}?partNumber={number}&uploadId={id}");
            let answer = self.put(&part, content).await;
            let e_tag = answer.headers["etag"].to_str().expect("ASCII");
            parts += &format!("<Part><PartNumber>{number}</PartNumber><ETag>{e_tag}</ETag></Part>");
        }
        let parts = format!("<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>");
        self.post(&format!("{path}?uploadId={id}"), &parts).await;
        assert_eq!(
            self.get(&path).await.body,
            format!("in parts: {why}"),
            "{key:?}"
        );
    }

    async fn get(&self, target: &str) -> Answer {
        self.send(Method::GET, target, "", StatusCode::OK).await
    }

    async fn put(&self, target: &str, body: &str) -> Answer {
        self.send(Method::PUT, target, body, StatusCode::OK).await
    }

    async fn post(&self, target: &str, body: &str) -> Answer {
        self.send(Method::POST, target, body, StatusCode::OK).await
    }

    /// Signs and sends a request, and counts it if the status is the expected one, which is never
    /// that of a wrong signature.
    async fn send(&self, method: Method, target: &str, body: &str, expect: StatusCode) -> Answer {
        let what = format!("{method} {target} ({:?})", self.form);
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{target}", self.url))
            .body(Bytes::copy_from_slice(body.as_bytes()))
            .expect("a request");
        let request = self
            .form
            .sign(&self.signer, request, OffsetDateTime::now_utc());
        let answer = self.client.send(request).await;
        assert_eq!(answer.status, expect, "{what}: {answer:?}");
        self.accepted.set(self.accepted.get() + 1);
        answer
    }
}

fn path(key: &str) -> String {
    format!("/{}", encode_key(key))
}

/// Another content for each key, so that a response shows which key the server used.
fn content(why: &str) -> String {
    format!("the object whose key is hard for: {why}")
}

/// The keys of a listing, or the prefixes of its groups.
fn listed(answer: &Answer, element: &str) -> BTreeSet<String> {
    let decode = |text: String| {
        let decoded = percent_decode_str(&text).decode_utf8();
        decoded.expect("UTF-8").into_owned()
    };
    answer.texts(element).into_iter().map(decode).collect()
}
