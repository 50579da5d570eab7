//! A real HTTP client that sends the request target unchanged.
//!
//! Keys such as `..` and `a//b` must be sent unchanged. Clients with a WHATWG URL type resolve dot
//! segments, so this one is hyper's own.

use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

/// A client with its pool of connections.
pub struct Client(hyper_util::client::legacy::Client<HttpConnector, Full<Bytes>>);

/// A response of the server.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
}

impl Client {
    /// A client for HTTP/1.1 that sends the authority of the URL as `Host`.
    pub fn http1() -> Self {
        Self(hyper_util::client::legacy::Client::builder(TokioExecutor::new()).build_http())
    }

    /// A client for HTTP/2 that sends the authority of the URL as `:authority`, without `Host`.
    pub fn http2() -> Self {
        let mut builder = hyper_util::client::legacy::Client::builder(TokioExecutor::new());
        Self(builder.http2_only(true).build_http())
    }

    /// Sends a request and reads the whole response.
    ///
    /// # Panics
    /// If there is no response.
    pub async fn send(&self, request: Request<Bytes>) -> Answer {
        let response = self
            .0
            .request(request.map(Full::new))
            .await
            .expect("the server answers");
        let (parts, body) = response.into_parts();
        let body = body
            .collect()
            .await
            .expect("a complete response")
            .to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }
}

impl Answer {
    /// AWS's error code, or `None` if the response is not an error.
    pub fn code(&self) -> Option<String> {
        if self.status.is_success() {
            return None;
        }
        // The response to a HEAD request has no body, so its status is the code.
        Some(
            self.texts("Code")
                .pop()
                .unwrap_or_else(|| self.status.as_str().to_owned()),
        )
    }

    /// The text of each element with this name. This is enough XML for the responses of this
    /// server: these elements have no attributes, and their text needs no escapes.
    pub fn texts(&self, element: &str) -> Vec<String> {
        let body = String::from_utf8_lossy(&self.body);
        let (open, close) = (format!("<{element}>"), format!("</{element}>"));
        body.split(&open)
            .skip(1)
            .filter_map(|rest| Some(rest.split_once(&close)?.0.to_owned()))
            .collect()
    }
}
