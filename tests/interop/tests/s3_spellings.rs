//! Are requests accepted in every spelling? Headers with unusual values, bodies of all sizes,
//! queries that are not canonical, headers that hops change, and HTTP/2, which has no `host`.

use bytes::Bytes;
use countersign::{Credentials, Signer, encode_segment};
use countersign_interop::client::{Answer, Client};
use countersign_interop::server::Server;
use countersign_interop::signed::Form;
use countersign_interop::{REGION, callers, report};
use http::request::Builder;
use http::{HeaderValue, Request, StatusCode};
use time::OffsetDateTime;

/// Queries of a LIST that are not canonical, all for the prefix `é~/a b+c`.
const QUERIES: [&str; 10] = [
    "list-type=2&prefix=%C3%A9~/a%20b%2Bc",
    "prefix=%C3%A9~%2Fa%20b%2Bc&list-type=2",
    "list-type=2&prefix=%c3%a9~%2fa%20b%2bc",
    "list-type=2&prefix=%C3%A9%7E/a%20b%2Bc",
    "list-type=2&prefix=%C3%A9~/%61%20%62%2Bc",
    "list-type=2&prefix=%C3%A9~/a+b%2Bc",
    "&&list-type=2&&&prefix=%C3%A9~/a%20b%2Bc&",
    "list-type=2&prefix=%C3%A9~/a%20b%2Bc&delimiter",
    "list-type=2&prefix=%C3%A9~/a%20b%2Bc&delimiter=",
    "list-type=2&prefix=%C3%A9~/a%20b%2Bc&x-id=ListObjectsV2&a:b=c@d&B=1&a=2&a-=3&A=4",
];

/// Headers of a PUT, each with a value that is not canonical.
const HEADERS: [(&str, &[u8]); 10] = [
    ("content-type", b"text/plain; charset=utf-8"),
    ("x-amz-meta-plain", b"value"),
    ("x-amz-meta-runs", b"a  b   c"),
    ("x-amz-meta-tabs", b"a\tb \t c"),
    ("x-amz-meta-quoted", b"\"a   b\""),
    ("x-amz-meta-empty", b""),
    ("x-utf-8", "h\u{e9}llo".as_bytes()),
    ("x-repeated", b"b"),
    ("x-repeated", b"a  a"),
    ("cache-control", b"no-cache, max-age=0"),
];

/// Headers that a hop may add, change or drop after signing.
const REWRITTEN: [(&str, &str); 5] = [
    ("user-agent", "proxy/1.0"),
    ("accept-encoding", "identity"),
    ("x-amzn-trace-id", "Root=1-2"),
    ("te", "trailers"),
    ("via", "1.1 proxy"),
];

/// Lengths at which clients change how they send a body.
const SIZES: [usize; 7] = [0, 1, 63, 64, 8 * 1024, 64 * 1024 + 1, 1024 * 1024];

#[tokio::test]
async fn paths_are_accepted_in_every_spelling_and_form() {
    let server = Server::start(callers::accounts()).await.expect("a port");
    let mut accepted = 0;
    for client in [Client::http1(), Client::http2()] {
        let temporary = callers::temporary(&server, &client).await;
        for credentials in [callers::long_term(), temporary] {
            for form in Form::ALL {
                let mut caller = Caller::new(&client, &server, credentials.clone(), form);
                caller.put("", "").await;
                caller.queries().await;
                caller.headers().await;
                caller.response_headers().await;
                caller.bodies().await;
                caller.rewritten_on_the_way().await;
                accepted += caller.accepted;
            }
        }
    }
    let for_each_form = 1 + (1 + QUERIES.len()) + 2 + 1 + 2 * SIZES.len() + 1;
    assert_eq!(accepted, 2 * 2 * 3 * for_each_form);
    report::line(&format!("s3 spellings: accepted {accepted} requests"));
}

/// The server encodes the path canonically. A presigned URL contains the canonical path.
#[tokio::test]
async fn paths_outside_canonical_encoding_are_accepted() {
    let server = Server::start(callers::accounts()).await.expect("a port");
    let client = Client::http1();
    for form in Form::ALL {
        let mut caller = Caller::new(&client, &server, callers::long_term(), form);
        caller.put("", "").await;
        for (path, key) in [
            ("/dt=2026-01-02/a@b", "dt=2026-01-02/a@b"),
            ("/(a)!*'$&,;:", "(a)!*'$&,;:"),
            ("/%c3%a9/%7Ea", "é/~a"),
        ] {
            caller.put(path, "").await;
            let prefix = encode_segment(key);
            let answer = caller.get(&format!("?list-type=2&prefix={prefix}")).await;
            assert_eq!(answer.texts("Key").len(), 1, "{path}");
        }
    }
}

struct Caller<'a> {
    client: &'a Client,
    signer: Signer,
    form: Form,
    bucket: String,
    accepted: usize,
}

impl<'a> Caller<'a> {
    fn new(client: &'a Client, server: &Server, credentials: Credentials, form: Form) -> Self {
        let signer = Signer::new(credentials, REGION, "s3").unwrap();
        Self {
            client,
            signer,
            form,
            bucket: server.url("/bucket"),
            accepted: 0,
        }
    }

    async fn queries(&mut self) {
        self.put("/%C3%A9~/a%20b%2Bc%26", "").await;
        for query in QUERIES {
            let answer = self.get(&format!("?{query}")).await;
            assert_eq!(answer.texts("Key"), ["é~/a b+c&amp;"], "{query}");
        }
    }

    async fn headers(&mut self) {
        let mut draft = Request::put(self.url("/object"));
        for (name, value) in HEADERS {
            draft = draft.header(
                name,
                HeaderValue::from_bytes(value).expect("a header value"),
            );
        }
        self.accept(self.signed(draft, "content")).await;
        let draft = Request::head(self.url("/object"));
        let answer = self.accept(self.signed(draft, "")).await;
        assert_eq!(answer.headers["content-type"], "text/plain; charset=utf-8");
        assert_eq!(answer.headers["x-amz-meta-plain"], "value");
    }

    async fn response_headers(&mut self) {
        let content_type = encode_segment("text/x-test; a=\"b\"");
        let query = format!("response-content-type={content_type}&response-cache-control=no-store");
        let answer = self.get(&format!("/object?{query}")).await;
        assert_eq!(answer.headers["content-type"], "text/x-test; a=\"b\"");
        assert_eq!(answer.headers["cache-control"], "no-store");
    }

    async fn bodies(&mut self) {
        for size in SIZES {
            let body: String = ('\0'..'\u{7f}').cycle().take(size).collect();
            self.put("/body", &body).await;
            assert!(
                self.get("/body").await.body == body,
                "{size} bytes, {:?}",
                self.form
            );
        }
    }

    async fn rewritten_on_the_way(&mut self) {
        let draft = Request::get(self.url("/object?a=1&b=2"))
            .header("user-agent", "client/1.0")
            .header("accept-encoding", "gzip")
            .header("x-signed", "1");
        let mut request = self.signed(draft, "");
        for (name, value) in REWRITTEN {
            request
                .headers_mut()
                .insert(name, HeaderValue::from_static(value));
        }
        // The order of headers and parameters has no meaning.
        let headers: Vec<_> = request.headers_mut().drain().collect();
        let headers = headers.into_iter().rev();
        request
            .headers_mut()
            .extend(headers.map(|(name, value)| (name.expect("no repeats"), value)));
        let url = request.uri().to_string();
        let (path, query) = url.split_once('?').expect("a query");
        let query: Vec<&str> = query.split('&').rev().collect();
        *request.uri_mut() = format!("{path}?{}", query.join("&"))
            .parse()
            .expect("a URL");
        self.accept(request).await;
    }

    fn url(&self, target: &str) -> String {
        format!("{}{target}", self.bucket)
    }

    fn signed(&self, draft: Builder, body: &str) -> Request<Bytes> {
        let body = Bytes::copy_from_slice(body.as_bytes());
        let request = draft.body(body).expect("a request");
        self.form
            .sign(&self.signer, request, OffsetDateTime::now_utc())
    }

    async fn get(&mut self, target: &str) -> Answer {
        self.accept(self.signed(Request::get(self.url(target)), ""))
            .await
    }

    async fn put(&mut self, target: &str, body: &str) -> Answer {
        self.accept(self.signed(Request::put(self.url(target)), body))
            .await
    }

    async fn accept(&mut self, request: Request<Bytes>) -> Answer {
        let what = format!("{} {} ({:?})", request.method(), request.uri(), self.form);
        let answer = self.client.send(request).await;
        assert_eq!(answer.status, StatusCode::OK, "{what}: {answer:?}");
        self.accepted += 1;
        answer
    }
}
