//! AWS services and the signing rules that each requires.

#[cfg(any(feature = "_aws-call", feature = "tokens"))]
pub(crate) mod hosts;
pub(crate) mod partition;
pub(crate) mod signing_names;

mod unsigned;

use std::borrow::Cow;

use http::HeaderName;

use crate::error::Error;

/// A service: its signing name and its signing rules.
///
/// A conversion from text selects the [`Rules`] by the name, and [`Service::new`] takes other rules.
/// The signing name is not always the first label of the host: requests to `email.…` are signed for
/// `ses`, and requests to `bedrock-runtime.…` for `bedrock`.
///
/// ```
/// use countersign::{Rules, Service};
///
/// assert_eq!(Service::from("s3").rules(), &Rules::S3);
/// assert_eq!(Service::from("dynamodb").rules(), &Rules::GENERIC);
/// // A store with S3's protocol and another signing name.
/// let service = Service::new("storage", Rules::S3);
/// assert_eq!(service.name(), "storage");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    name: Cow<'static, str>,
    rules: Rules,
}

impl Service {
    /// Amazon S3, or a store with its protocol.
    ///
    /// ```
    /// use countersign::{Rules, Service};
    ///
    /// assert_eq!(
    ///     (Service::S3.name(), Service::S3.rules()),
    ///     ("s3", &Rules::S3)
    /// );
    /// ```
    pub const S3: Self = Self {
        name: Cow::Borrowed("s3"),
        rules: Rules::S3,
    };

    /// Creates a service with its own rules.
    pub fn new(name: impl Into<Cow<'static, str>>, rules: Rules) -> Self {
        Self {
            name: name.into(),
            rules,
        }
    }

    /// Returns the signing name, which is part of the credential scope.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the signing rules.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }
}

impl From<&Self> for Service {
    fn from(service: &Self) -> Self {
        service.clone()
    }
}

impl From<&str> for Service {
    fn from(name: &str) -> Self {
        Self {
            rules: Rules::of(name),
            name: name.to_owned().into(),
        }
    }
}

impl From<String> for Service {
    fn from(name: String) -> Self {
        Self {
            rules: Rules::of(&name),
            name: name.into(),
        }
    }
}

/// The signing rules of a service.
///
/// Start from one of the constants, and change what differs.
///
/// ```
/// use countersign::{Credentials, HeaderSelection, Rules, Service, Signer};
///
/// let mut rules = Rules::S3;
/// // Only `host`, `content-type` and `x-amz-*`.
/// rules.headers = HeaderSelection::Required;
/// let rules = rules.also_sign(http::header::RANGE);
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// let signer =
///     Signer::new(credentials, "us-east-1", Service::new("s3", rules))?;
/// assert_eq!(signer.service().rules().headers, HeaderSelection::Required);
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rules {
    /// Whether `//`, `.` and `..` are resolved before the path is signed.
    ///
    /// `true` except for services with the rules of [`Rules::S3`] (S3's family), where they are
    /// part of object keys.
    pub normalize_path: bool,
    /// Whether the path as sent is percent-encoded once more.
    ///
    /// `true` except for S3's family.
    pub double_encode_path: bool,
    /// Whether the path is percent-decoded once and then encoded strictly.
    ///
    /// `true` for S3's family: `/dt=1/a%2fb` is signed as `/dt%3D1/a/b`. The encoding is that of
    /// [`encode_key`](crate::encode_key). It has no effect if `double_encode_path` is set.
    ///
    /// S3 and most S3-compatible stores recompute the path in this way. Set it to `false` for a store
    /// that verifies the path as sent: VersityGW, and Garage before version 2.5. For a path from
    /// `encode_key` it makes no difference.
    pub recode_path: bool,
    /// When `x-amz-content-sha256` is sent.
    pub content_sha256: ContentSha256,
    /// Whether an `authorization` header of the request is kept, as `original-authorization`.
    ///
    /// `false` except for [`ICEBERG_REST`](Self::ICEBERG_REST): the signature replaces the header. A
    /// header of an earlier signing is always replaced. In a
    /// [`RawRequest`](crate::RawRequest) the header is not renamed.
    pub keep_authorization: bool,
    /// Whether the session token is signed.
    pub session_token: SessionTokenPlacement,
    /// Which of the request's own headers are signed.
    pub headers: HeaderSelection,
    /// Headers to sign that `headers` excludes.
    also_sign: Vec<HeaderName>,
    /// Headers not to sign that `headers` includes.
    never_sign: Vec<HeaderName>,
}

impl Rules {
    /// The rules of most services.
    ///
    /// ```
    /// use countersign::{Rules, sigv4::CanonicalPath};
    ///
    /// let path = CanonicalPath::new("/items/../items/a%20b", &Rules::GENERIC)?;
    /// assert_eq!(path.to_string(), "/items/a%2520b");
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub const GENERIC: Self = Self {
        normalize_path: true,
        double_encode_path: true,
        recode_path: false,
        content_sha256: ContentSha256::IfNotHashed,
        keep_authorization: false,
        session_token: SessionTokenPlacement::Signed,
        headers: HeaderSelection::Most,
        also_sign: Vec::new(),
        never_sign: Vec::new(),
    };

    /// The rules of `s3`, `s3express`, `s3-outposts` and `s3-object-lambda`.
    ///
    /// The path is signed in canonical encoding and keeps all slashes and dots. The header
    /// `x-amz-content-sha256` is required.
    ///
    /// ```
    /// use countersign::{Rules, sigv4::CanonicalPath};
    ///
    /// let path = CanonicalPath::new("/photos//dt=2026/a%20b.jpg", &Rules::S3)?;
    /// assert_eq!(path.to_string(), "/photos//dt%3D2026/a%20b.jpg");
    /// // A store that verifies the path as it is sent.
    /// let mut as_sent = Rules::S3;
    /// as_sent.recode_path = false;
    /// let path = CanonicalPath::new("/photos//dt=2026/a%20b.jpg", &as_sent)?;
    /// assert_eq!(path.to_string(), "/photos//dt=2026/a%20b.jpg");
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub const S3: Self = Self {
        normalize_path: false,
        double_encode_path: false,
        recode_path: true,
        content_sha256: ContentSha256::InHeaderForm,
        keep_authorization: false,
        session_token: SessionTokenPlacement::Signed,
        headers: HeaderSelection::Most,
        also_sign: Vec::new(),
        never_sign: Vec::new(),
    };

    /// The rules of Iceberg REST catalogs, as Iceberg's Java client signs.
    ///
    /// The catalog's settings name the service to sign for (`rest.signing-name`, usually
    /// `execute-api`) and the region (`rest.signing-region`). The `authorization` header of the
    /// caller, which is for the catalog, is renamed to `original-authorization` and signed. The
    /// hash of a body is sent in base64.
    ///
    /// ```
    /// use countersign::{
    ///     Credentials, PayloadHash, Rules, Service, Signer, Timestamp,
    /// };
    ///
    /// let service = Service::new("execute-api", Rules::ICEBERG_REST);
    /// let signer = Signer::new(
    ///     Credentials::new("AKIDEXAMPLE", "secret"),
    ///     "us-east-1",
    ///     service,
    /// )?;
    /// let body = r#"{"namespace":["sales"]}"#;
    /// let mut request =
    ///     http::Request::post("https://catalog.example.com/v1/namespaces")
    ///         .header("authorization", "Bearer CATALOG-TOKEN")
    ///         .body(body)?;
    /// let now: Timestamp = "2026-01-02T03:04:05Z".parse()?;
    /// signer.sign(&mut request, PayloadHash::new(body), now)?;
    /// let headers = request.headers();
    /// assert_eq!(headers["original-authorization"], "Bearer CATALOG-TOKEN");
    /// assert_eq!(
    ///     headers["x-amz-content-sha256"],
    ///     "bGOxEVhdj90kqooHzGnV9t6Y1kwFnmjGfYMuJ2CGRjQ="
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub const ICEBERG_REST: Self = Self {
        normalize_path: true,
        double_encode_path: true,
        recode_path: false,
        content_sha256: ContentSha256::Base64,
        keep_authorization: true,
        session_token: SessionTokenPlacement::Signed,
        headers: HeaderSelection::Most,
        also_sign: Vec::new(),
        never_sign: Vec::new(),
    };

    /// Returns the rules of a service by its signing name.
    ///
    /// ```
    /// use countersign::Rules;
    ///
    /// assert_eq!(Rules::of("s3express"), Rules::S3);
    /// assert_eq!(Rules::of("sqs"), Rules::GENERIC);
    /// ```
    pub fn of(service: &str) -> Self {
        match service {
            "s3" | "s3express" | "s3-outposts" | "s3-object-lambda" => Self::S3,
            // UploadArchive and UploadMultipartPart, which carry x-amz-sha256-tree-hash, need it.
            "glacier" => Self {
                content_sha256: ContentSha256::TreeHash,
                ..Self::GENERIC
            },
            // It offers no payload signing, and wants to be told so in presigned URLs too.
            "vpc-lattice-svcs" => Self {
                content_sha256: ContentSha256::UnsignedOnly,
                ..Self::GENERIC
            },
            // OpenSearch Serverless refuses a signed content-length.
            "aoss" => Self {
                content_sha256: ContentSha256::Always,
                never_sign: vec![http::header::CONTENT_LENGTH],
                ..Self::GENERIC
            },
            // The gateway drops the token before it checks the signature.
            "iotdevicegateway" => Self {
                session_token: SessionTokenPlacement::AfterSigning,
                ..Self::GENERIC
            },
            "iotdata" => Self {
                session_token: SessionTokenPlacement::AfterSigningInUrl,
                ..Self::GENERIC
            },
            _ => Self::GENERIC,
        }
    }

    /// Signs a header that is excluded by default.
    ///
    /// That is a header that [`HeaderSelection::Most`] or [`HeaderSelection::Required`] excludes, or
    /// that [`never_sign`](Self::never_sign) names.
    ///
    /// `authorization` stays unsigned in any case, because it carries the signature.
    #[must_use]
    pub fn also_sign(mut self, name: HeaderName) -> Self {
        self.also_sign.push(name);
        self
    }

    /// Excludes a header from the signature, for example one that a proxy rewrites.
    ///
    /// Amazon S3 refuses a request whose `x-amz-*` headers are not all signed. If
    /// [`also_sign`](Self::also_sign) names the header too, it is signed.
    ///
    /// # Errors
    /// - [`Error::HeaderMustBeSigned`] if the name is `host`, `x-amz-date`, `x-amz-security-token`
    ///   or `x-amz-content-sha256`
    ///
    /// ```
    /// use countersign::{Error, PayloadHash, Rules, sigv4::CanonicalRequest};
    /// use http::{HeaderName, header};
    ///
    /// let request = http::Request::get("https://api.example.com/")
    ///     .header("x-api-version", "2")
    ///     .body(())?;
    /// let rules =
    ///     Rules::GENERIC.never_sign(HeaderName::from_static("x-api-version"))?;
    /// let canonical =
    ///     CanonicalRequest::new(&request, &rules, PayloadHash::EMPTY)?;
    /// assert_eq!(canonical.signed_headers(), "host");
    ///
    /// let refused = Rules::GENERIC.never_sign(header::HOST);
    /// assert!(matches!(refused, Err(Error::HeaderMustBeSigned { .. })));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn never_sign(mut self, name: HeaderName) -> Result<Self, Error> {
        if unsigned::must_be_signed(name.as_str()) {
            return Err(Error::HeaderMustBeSigned {
                name: name.as_str().to_owned(),
            });
        }
        self.never_sign.push(name);
        Ok(self)
    }

    /// Whether these are the rules of S3's family.
    ///
    /// Only S3's family treats the payload of a presigned URL as unsigned by default, and stores
    /// `cache-control` with an object.
    pub(crate) fn is_s3_family(&self) -> bool {
        self.content_sha256 == ContentSha256::InHeaderForm
    }

    /// Whether a header of the request is signed. It is not called for headers that the signer adds.
    pub(crate) fn signs(&self, name: &str) -> bool {
        if unsigned::must_be_signed(name) {
            return true;
        }
        let listed = |list: &[HeaderName]| list.iter().any(|listed| listed.as_str() == name);
        if listed(&self.also_sign) {
            return true;
        }
        let chosen = match self.headers {
            HeaderSelection::Required => name == "content-type" || name.starts_with("x-amz-"),
            HeaderSelection::Most => true,
        };
        chosen
            && !unsigned::by_default(name)
            && (name != "cache-control" || self.is_s3_family())
            && !listed(&self.never_sign)
    }
}

/// Which of a request's own headers are signed.
///
/// ```
/// use countersign::{
///     HeaderSelection, PayloadHash, Rules, sigv4::CanonicalRequest,
/// };
///
/// let request = http::Request::get("https://bucket.s3.amazonaws.com/key")
///     .header("range", "bytes=0-9")
///     .body(())?;
/// let mut rules = Rules::S3;
/// assert_eq!(
///     CanonicalRequest::new(&request, &rules, PayloadHash::EMPTY)?
///         .signed_headers(),
///     "host;range"
/// );
/// rules.headers = HeaderSelection::Required;
/// assert_eq!(
///     CanonicalRequest::new(&request, &rules, PayloadHash::EMPTY)?
///         .signed_headers(),
///     "host"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HeaderSelection {
    /// All headers except those that clients, proxies and AWS itself add or rewrite after signing.
    ///
    /// - Hop by hop: `authorization`, `connection`, `expect`, `keep-alive`, `max-forwards`, `te`,
    ///   `trailer`, `transfer-encoding`, `upgrade`, `proxy-*`
    /// - Proxies and load balancers: `via`, `forwarded`, `x-forwarded-*`, `x-real-ip`,
    ///   `x-client-ip`, `x-cluster-client-ip`, `true-client-ip`, `cdn-loop`, `cf-*`, `x-envoy-*`,
    ///   `x-request-id`
    /// - Clients and browsers: `accept-encoding`, `from`, `pragma`, `priority`, `referer`,
    ///   `user-agent`, `sec-*`, and `cache-control` except for S3's family
    /// - Tracing: `traceparent`, `tracestate`, `baggage`, `b3`, `x-b3-*`, `x-ot-span-context`,
    ///   `uber-trace-id`, `sentry-trace`, `newrelic`, `x-newrelic-*`, `x-datadog-*`,
    ///   `x-cloud-trace-context`, `grpc-trace-bin`, `elastic-apm-traceparent`, `x-dynatrace`
    /// - AWS: `x-amzn-trace-id`, `x-amz-cf-id`, `x-amzn-tls-version`, `x-amzn-tls-cipher-suite`,
    ///   `x-amzn-vpce-id`, `x-amzn-vpce-config`
    Most,
    /// Only `host`, `content-type` and `x-amz-*`, which services require.
    ///
    /// Use it if proxies rewrite other headers. The `x-amz-*` headers that [`Most`](Self::Most)
    /// excludes are excluded here too.
    Required,
}

/// When the header `x-amz-content-sha256` is sent and signed.
///
/// ```
/// use countersign::{
///     ContentSha256, Credentials, PayloadHash, Rules, Service, Signer,
/// };
///
/// // A gateway that interprets the header in its own way.
/// let mut rules = Rules::GENERIC;
/// rules.content_sha256 = ContentSha256::Never;
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// let service = Service::new("execute-api", rules);
/// let signer = Signer::new(credentials, "us-east-1", service)?;
/// let mut request = http::Request::get("https://api.example.com/").body(())?;
/// let now = std::time::SystemTime::now();
/// signer.sign(&mut request, PayloadHash::Unsigned, now)?;
/// assert!(!request.headers().contains_key("x-amz-content-sha256"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ContentSha256 {
    /// Never. The signer removes it from the request, and signed streams are an error.
    Never,
    /// If the payload is unsigned or streamed, or if the request already has the header.
    ///
    /// This is the rule of most services: they calculate the hash of the payload themselves. For a
    /// presigned URL the client must send the header.
    IfNotHashed,
    /// Always if the signature is in a header. This is the rule of S3's family.
    ///
    /// The payload of a presigned URL is unsigned by default. If it is hashed, the client must send
    /// the header.
    InHeaderForm,
    /// Always. This is the rule of OpenSearch Serverless.
    ///
    /// For a presigned URL the client must send the header.
    Always,
    /// Always, with the value `UNSIGNED-PAYLOAD`. This is the rule of VPC Lattice.
    UnsignedOnly,
    /// Always: the hash of a body in base64, and that of no body in hex, as in a presigned URL. The
    /// signature covers the text as it is sent, and the hash in hex.
    ///
    /// This is how Iceberg's Java client signs for REST catalogs.
    Base64,
    /// If the request has `x-amz-sha256-tree-hash`, and otherwise like
    /// [`IfNotHashed`](Self::IfNotHashed). This is the rule of S3 Glacier.
    TreeHash,
}

/// Whether the session token is signed or added after signing.
///
/// ```
/// use countersign::{Rules, SessionTokenPlacement};
///
/// assert_eq!(
///     Rules::of("iotdevicegateway").session_token,
///     SessionTokenPlacement::AfterSigning
/// );
/// assert_eq!(
///     Rules::of("iotdata").session_token,
///     SessionTokenPlacement::AfterSigningInUrl
/// );
/// assert_eq!(
///     Rules::of("iot").session_token,
///     SessionTokenPlacement::Signed
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SessionTokenPlacement {
    /// Signed, in the header or in the presigned URL. All services except AWS IoT.
    Signed,
    /// Added after signing. AWS IoT's device gateway refuses a signed token.
    AfterSigning,
    /// Signed in the header, and added to a presigned URL after signing. AWS IoT's data plane.
    AfterSigningInUrl,
}

impl SessionTokenPlacement {
    /// Whether the token is added after signing, to a presigned URL or as a header.
    pub(crate) fn is_unsigned(self, in_url: bool) -> bool {
        match self {
            Self::Signed => false,
            Self::AfterSigning => true,
            Self::AfterSigningInUrl => in_url,
        }
    }
}
