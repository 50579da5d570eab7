//! Authorization for AWS AppSync over WebSocket.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::Uri;
use zeroize::Zeroizing;

use super::host_names::{check_host_region, host_on_443};
use super::json_object::json_object;
use super::secret::Secret;
use super::{FIVE_MINUTES, Token};
use crate::credentials::Credentials;
use crate::error::Error;
use crate::primitives::percent::encode;
use crate::request::RawRequest;
use crate::sign::signer::Signer;
use crate::sigv4::payload_hash::PayloadHash;
use crate::sigv4::scope::check_region;
use crate::timestamp::Timestamp;

/// The headers that AppSync expects to be signed, as its own clients write them.
const HEADERS: [(&str, &str); 3] = [
    ("accept", "application/json, text/javascript"),
    ("content-encoding", "amz-1.0"),
    ("content-type", "application/json; charset=UTF-8"),
];

/// An AWS AppSync API, for which WebSocket connections and their messages are signed.
///
/// - Permission: `appsync:GraphQL` for a GraphQL API. For an Event API `appsync:EventConnect`,
///   `appsync:EventSubscribe` and `appsync:EventPublish`.
/// - Lifetime: 5 minutes for each signature. A connection stays open after that.
/// - Used as: [`connect`](Self::connect) signs the request that opens the WebSocket. In it,
///   [`authorize`](Self::authorize) signs each message.
///
/// A query over HTTP needs no WebSocket: sign its `POST` with a [`Signer`] for `appsync`.
///
/// AWS AppSync Developer Guide, "Building a real-time WebSocket client"; AWS AppSync Events
/// Developer Guide, "Understanding the Event API WebSocket protocol".
///
/// ```
/// use countersign::{Credentials, Timestamp, tokens::AppSync};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// let now: Timestamp = "2026-11-22T11:51:15Z".parse()?;
/// let host = "abcdefghijklmnopqrstuvwxyz.appsync-api.us-east-1.amazonaws.com";
/// let url = format!("https://{host}/graphql");
/// let api = AppSync::graphql(&url, "us-east-1")?;
///
/// let connection = api.connect(&credentials, now)?;
/// assert!(
///     connection
///         .url()
///         .contains(".appsync-realtime-api.us-east-1.")
/// );
/// let [protocol, header] = connection.expose_subprotocols();
/// assert!(protocol == "graphql-ws" && header.starts_with("header-"));
///
/// // Sign the `data` of a message, and put the result into
/// // `extensions.authorization`.
/// let data = r#"{"query":"subscription { onMsg { id } }","variables":{}}"#;
/// let authorization = api.authorize(&credentials, data, now)?;
/// assert!(
///     authorization
///         .expose()
///         .starts_with(r#"{"accept":"application/json, "#)
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
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
    /// Creates a GraphQL API from the URL of its HTTP endpoint, `https://HOST/graphql`.
    ///
    /// # Errors
    /// - [`Error::InvalidParameter`] if the URL has another form, or the host name contains another
    ///   region
    /// - [`Error::InvalidRegion`] if the region cannot be part of a credential scope
    pub fn graphql(url: &str, region: &str) -> Result<Self, Error> {
        let problem = "must be of the form https://HOST/graphql";
        Self::new(url, region, Kind::GraphQl, "/graphql", problem)
    }

    /// Creates an Event API from the URL of its HTTP endpoint, `https://HOST/event`.
    ///
    /// # Errors
    /// - everything [`graphql`](Self::graphql) returns
    ///
    /// ```
    /// use countersign::tokens::AppSync;
    /// # let credentials = countersign::Credentials::new("AKIDEXAMPLE", "secret");
    /// # let now = countersign::Timestamp::from_unix_seconds(1_795_348_275);
    ///
    /// let host = "abcdefghijklmnopqrstuvwxyz.appsync-api.us-west-2.amazonaws.com";
    /// let api = AppSync::events(&format!("https://{host}/event"), "us-west-2")?;
    /// let connection = api.connect(&credentials, now)?;
    /// assert!(connection.url().ends_with("/event/realtime"));
    /// assert_eq!(connection.expose_subprotocols()[0], "aws-appsync-event-ws");
    /// let data = r#"{"channel":"/default/messages"}"#;
    /// let subscribe = api.authorize(&credentials, data, now)?;
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
        let host = host_on_443("host", &authority)?;
        check_region(region)?;
        check_host_region(&host, &["appsync-api"], region)?;
        Ok(Self {
            host,
            region: region.to_owned(),
            kind,
        })
    }

    /// Signs the request that opens a WebSocket.
    ///
    /// # Errors
    /// - everything [`Signer::new`] and [`Signer::sign_raw`] return
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
            header: ["header-", header.as_str()].concat().into(),
            authorization,
        })
    }

    /// Signs a message. Returns a JSON object of headers to put into it.
    ///
    /// | API | `content` | put the result into |
    /// |---|---|---|
    /// | GraphQL | the `data` of the message, JSON in a string | `extensions.authorization` |
    /// | Event | a JSON object with `channel`, and `events` to publish | `authorization` |
    ///
    /// Send the content byte for byte as it was signed.
    ///
    /// # Errors
    /// - everything [`Signer::new`] and [`Signer::sign_raw`] return
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

    /// Signs a `POST`, and returns its headers as a JSON object.
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

        headers.extend(added.iter());
        Ok(Token::new(json_object(&headers), expires_at))
    }
}

/// A signed WebSocket connection: a URL and two subprotocols.
///
/// The signed headers are zeroised when dropped, and `Debug` does not print them.
///
/// ```
/// use countersign::tokens::AppSync;
/// # let credentials = countersign::Credentials::new("AKIDEXAMPLE", "secret");
/// # let now = countersign::Timestamp::from_unix_seconds(1_795_348_275);
///
/// let api = AppSync::graphql("https://api.example.com/graphql", "eu-central-1")?;
/// let connection = api.connect(&credentials, now)?;
/// assert_eq!(connection.url(), "wss://api.example.com/graphql/realtime");
/// // For clients that cannot set subprotocols; the URL is then a secret.
/// let url = connection.url_with_query();
/// assert!(url.expose().contains("/graphql/realtime?header="));
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct AppSyncConnection {
    url: String,
    protocol: &'static str,
    header: Secret,
    authorization: Token,
}

impl AppSyncConnection {
    /// Returns the `wss` URL of the real-time endpoint.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the values of `sec-websocket-protocol`: the protocol, and the signed headers.
    pub fn expose_subprotocols(&self) -> [&str; 2] {
        [self.protocol, &self.header]
    }

    /// Returns the URL with the signed headers in its query, instead of the second subprotocol.
    ///
    /// Only GraphQL APIs accept it.
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

    /// Returns when the signature expires. An open connection stays open.
    pub fn expires_at(&self) -> Timestamp {
        self.authorization.expires_at()
    }
}
