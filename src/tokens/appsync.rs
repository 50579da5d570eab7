//! Authorization for AWS AppSync over WebSocket.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::Uri;
use zeroize::Zeroizing;

use super::host_names::host_on_443;
use super::stated_region::check_stated_region;
use super::{Token, seconds};
use crate::credentials::Credentials;
use crate::error::Error;
use crate::primitives::json::write_string;
use crate::primitives::percent::encode;
use crate::request::RawRequest;
use crate::sign::presigned::Lifetime;
use crate::sign::signer::Signer;
use crate::sigv4::payload_hash::PayloadHash;
use crate::sigv4::scope::check_region;
use crate::timestamp::Timestamp;

const FIVE_MINUTES: Lifetime = seconds(300);

/// The headers that AppSync expects to be signed, as its own clients write them.
const HEADERS: [(&str, &str); 3] = [
    ("accept", "application/json, text/javascript"),
    ("content-encoding", "amz-1.0"),
    ("content-type", "application/json; charset=UTF-8"),
];

/// How do I open a WebSocket to AWS AppSync? An API's endpoint, for which connections and messages
/// are signed.
///
/// - Permission: `appsync:GraphQL`; for Events `appsync:EventConnect`, `appsync:EventSubscribe` and
///   `appsync:EventPublish`.
/// - Each signature is good for 5 minutes. A connection lives on.
/// - [`connect`](Self::connect) opens the WebSocket, and [`authorize`](Self::authorize) signs each
///   message in it.
///
/// A query over HTTP needs none of this: sign its `POST` with a [`Signer`] for `appsync`.
///
/// AWS AppSync Developer Guide, "Building a real-time WebSocket client".
///
/// ```
/// use countersign::{Credentials, tokens::AppSync};
/// use countersign::Timestamp;
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
/// let now: Timestamp = "2026-11-22T11:51:15Z".parse()?;
/// let url = "https://abcdefghijklmnopqrstuvwxyz.appsync-api.us-east-1.amazonaws.com/graphql";
/// let api = AppSync::graphql(url, "us-east-1")?;
///
/// let connection = api.connect(&credentials, now)?;
/// assert!(connection.url().ends_with(".appsync-realtime-api.us-east-1.amazonaws.com/graphql"));
/// let [protocol, header] = connection.expose_subprotocols();
/// assert!(protocol == "graphql-ws" && header.starts_with("header-"));
///
/// // A message: its `data` is signed, and the result goes into `extensions.authorization`.
/// let data = r#"{"query":"subscription { onMsg { id } }","variables":{}}"#;
/// let authorization = api.authorize(&credentials, data, now)?;
/// assert!(authorization.expose().starts_with(r#"{"accept":"application/json, text/javascript","#));
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct AppSync {
    host: String,
    region: String,
    kind: Kind,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    GraphQl,
    Events,
}

impl AppSync {
    /// A GraphQL API by the URL of its HTTP endpoint, `https://HOST/graphql`.
    ///
    /// # Errors
    /// - [`Error::InvalidParameter`] if the URL is not of that form, or if the region is not the one
    ///   in the host name
    /// - [`Error::InvalidRegion`] if the region cannot be part of a credential scope
    pub fn graphql(url: &str, region: &str) -> Result<Self, Error> {
        let problem = "must be of the form https://HOST/graphql";
        Self::new(url, region, Kind::GraphQl, "/graphql", problem)
    }

    /// An Event API by the URL of its HTTP endpoint, `https://HOST/event`.
    ///
    /// # Errors
    /// As [`graphql`](Self::graphql).
    ///
    /// ```
    /// use countersign::tokens::AppSync;
    /// # let credentials = countersign::Credentials::new("AKIDEXAMPLE", "secret");
    /// # let now = time::macros::datetime!(2026-11-22 11:51:15 UTC);
    ///
    /// let url = "https://abcdefghijklmnopqrstuvwxyz.appsync-api.us-west-2.amazonaws.com/event";
    /// let api = AppSync::events(url, "us-west-2")?;
    /// let connection = api.connect(&credentials, now)?;
    /// assert!(connection.url().ends_with("/event/realtime"));
    /// assert_eq!(connection.expose_subprotocols()[0], "aws-appsync-event-ws");
    /// let subscribe = api.authorize(&credentials, r#"{"channel":"/default/messages"}"#, now)?;
    /// # assert!(subscribe.expose().contains("authorization"));
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn events(url: &str, region: &str) -> Result<Self, Error> {
        let problem = "must be of the form https://HOST/event";
        Self::new(url, region, Kind::Events, "/event", problem)
    }

    fn new(
        url: &str,
        region: &str,
        kind: Kind,
        path: &str,
        problem: &'static str,
    ) -> Result<Self, Error> {
        let authority = url.parse::<Uri>().ok().and_then(|uri| {
            let sound = uri.scheme_str() == Some("https")
                && uri.path() == path
                && uri.query().is_none()
                && !url.contains('#');
            let authority = uri.authority()?.as_str().to_owned();
            sound.then_some(authority)
        });
        let Some(authority) = authority else {
            return Err(Error::invalid_parameter("endpoint", problem));
        };
        let host = host_on_443(&authority)?;
        check_region(region)?;
        check_stated_region(&host, "appsync-api", region)?;
        Ok(Self {
            host,
            region: region.to_owned(),
            kind,
        })
    }

    /// Signs the opening of a WebSocket.
    ///
    /// # Errors
    /// What [`Signer::sign`] returns for credentials, region and time.
    pub fn connect(
        &self,
        credentials: &Credentials,
        now: impl Into<Timestamp>,
    ) -> Result<AppSyncConnection, Error> {
        let path = match self.kind {
            Kind::GraphQl => "/graphql/connect",
            Kind::Events => "/event",
        };
        let authorization = self.headers(credentials, path, "{}", now.into())?;
        let realtime = self
            .host
            .replacen(".appsync-api.", ".appsync-realtime-api.", 1);
        let path = match self.kind {
            Kind::GraphQl if realtime != self.host => "/graphql",
            Kind::GraphQl => "/graphql/realtime",
            Kind::Events => "/event/realtime",
        };
        let header = Zeroizing::new(URL_SAFE_NO_PAD.encode(authorization.expose()));
        Ok(AppSyncConnection {
            url: format!("wss://{realtime}{path}"),
            protocol: match self.kind {
                Kind::GraphQl => "graphql-ws",
                Kind::Events => "aws-appsync-event-ws",
            },
            header: Zeroizing::new(["header-", header.as_str()].concat()),
            authorization,
        })
    }

    /// Signs a message by the JSON text of its content: the `data` of a GraphQL subscription, or the
    /// channel (and events) of an Event API's message. The text must be sent as it was signed.
    ///
    /// Returns a JSON object of headers: for `extensions.authorization` of a GraphQL message, or
    /// `authorization` of an Event API's.
    ///
    /// # Errors
    /// What [`Signer::sign`] returns for credentials, region and time.
    pub fn authorize(
        &self,
        credentials: &Credentials,
        content: &str,
        now: impl Into<Timestamp>,
    ) -> Result<Token, Error> {
        let path = match self.kind {
            Kind::GraphQl => "/graphql",
            Kind::Events => "/event",
        };
        self.headers(credentials, path, content, now.into())
    }

    /// The headers of a signed `POST`, as a JSON object.
    fn headers(
        &self,
        credentials: &Credentials,
        path: &str,
        body: &str,
        now: Timestamp,
    ) -> Result<Token, Error> {
        let mut headers = HEADERS.to_vec();
        headers.push(("host", &self.host));
        let raw: Vec<(&str, &[u8])> = headers
            .iter()
            .map(|(name, value)| (*name, value.as_bytes()))
            .collect();
        let request = RawRequest {
            method: "POST",
            path,
            query: "",
            headers: &raw,
        };
        let signer = Signer::new(credentials.clone(), &*self.region, "appsync")?;
        let (context, date) = signer.context(now)?;
        let expires_at = FIVE_MINUTES.end(&date, context.expiration)?;
        let added = signer.sign_raw(&request, PayloadHash::new(body), now)?;

        let all = || headers.iter().copied().chain(added.iter());
        let length = all().map(|(name, value)| name.len() + 2 * value.len() + 6);
        let mut json = Zeroizing::new(String::with_capacity(length.sum::<usize>() + 2));
        let mut separator = '{';
        for (name, value) in all() {
            json.push(separator);
            write_string(&mut json, name);
            json.push(':');
            write_string(&mut json, value);
            separator = ',';
        }
        json.push('}');
        Ok(Token::new(json, expires_at))
    }
}

/// What opens a WebSocket: a URL and two subprotocols.
///
/// The signed headers are zeroised when dropped, and never printed.
///
/// ```
/// use countersign::tokens::AppSync;
/// # let credentials = countersign::Credentials::new("AKIDEXAMPLE", "secret");
/// # let now = time::macros::datetime!(2026-11-22 11:51:15 UTC);
///
/// let api = AppSync::graphql("https://api.example.com/graphql", "eu-central-1")?;
/// let connection = api.connect(&credentials, now)?;
/// assert_eq!(connection.url(), "wss://api.example.com/graphql/realtime");
/// // For clients that cannot set subprotocols; the URL is then a secret.
/// let url = connection.url_with_query();
/// assert!(url.expose().starts_with("wss://api.example.com/graphql/realtime?header="));
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone)]
pub struct AppSyncConnection {
    url: String,
    protocol: &'static str,
    header: Zeroizing<String>,
    authorization: Token,
}

impl AppSyncConnection {
    /// The `wss` URL of the real-time endpoint.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The values of `sec-websocket-protocol`: the protocol, and the signed headers.
    pub fn expose_subprotocols(&self) -> [&str; 2] {
        [self.protocol, &self.header]
    }

    /// The URL with the signed headers in its query, in place of the second subprotocol. Only
    /// GraphQL APIs take it.
    pub fn url_with_query(&self) -> Token {
        let header = Zeroizing::new(STANDARD.encode(self.authorization.expose()));
        let length = self.url.len() + 3 * header.len() + 32;
        let mut url = Zeroizing::new(String::with_capacity(length));
        url.push_str(&self.url);
        url.push_str("?header=");
        encode(header.as_bytes(), &mut *url);
        // base64 of `{}`
        url.push_str("&payload=e30%3D");
        Token::new(url, self.expires_at())
    }

    /// When the signature expires. A connection lives on.
    pub fn expires_at(&self) -> Timestamp {
        self.authorization.expires_at()
    }
}

impl fmt::Debug for AppSyncConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppSyncConnection")
            .field("url", &self.url)
            .field("protocol", &self.protocol)
            .field("expires_at", &self.expires_at())
            .finish_non_exhaustive()
    }
}
