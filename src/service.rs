//! Services, and the rules by which each wants to be signed.

#[cfg(any(
    feature = "console",
    feature = "ecr",
    feature = "redshift",
    feature = "s3",
    feature = "signin",
    feature = "tokens"
))]
pub(crate) mod hosts;
pub(crate) mod partition;
pub(crate) mod signing_names;

mod unsigned;

use std::borrow::Cow;

use http::HeaderName;

use crate::error::Error;

/// A service by its signing name, with the rules that it signs by.
///
/// The name chooses the rules; [`Service::new`] replaces them as a whole. The signing name is not
/// always the first label of the host: `email.…` signs as `ses`, `bedrock-runtime.…` as `bedrock`.
///
/// ```
/// use countersign::{Rules, Service};
///
/// assert_eq!(Service::from("s3").rules(), &Rules::S3);
/// assert_eq!(Service::from("dynamodb").rules(), &Rules::GENERIC);
/// // A store that speaks S3 under another name:
/// let service = Service::new("storage", Rules::S3);
/// assert_eq!(service.name(), "storage");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    name: Cow<'static, str>,
    rules: Rules,
}

impl Service {
    /// Amazon S3, and what speaks its protocol.
    ///
    /// ```
    /// use countersign::{Rules, Service};
    ///
    /// assert_eq!((Service::S3.name(), Service::S3.rules()), ("s3", &Rules::S3));
    /// ```
    pub const S3: Self = Self {
        name: Cow::Borrowed("s3"),
        rules: Rules::S3,
    };

    /// A service with rules of the caller's own.
    ///
    /// ```
    /// use countersign::{Rules, Service};
    ///
    /// // A gateway in front of Amazon API Gateway that never forwards `x-api-version`.
    /// let rules = Rules::GENERIC.never_sign(http::HeaderName::from_static("x-api-version"))?;
    /// let service = Service::new("execute-api", rules);
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn new(name: impl Into<Cow<'static, str>>, rules: Rules) -> Self {
        Self {
            name: name.into(),
            rules,
        }
    }

    /// The signing name, as in the credential scope.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How the service wants to be signed.
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

/// How a service wants to be signed. Start from one of the constants and change what differs.
///
/// ```
/// use countersign::{Credentials, HeaderSelection, Rules, Service, Signer};
///
/// let mut rules = Rules::S3;
/// rules.headers = HeaderSelection::Required; // host, content-type and x-amz-* only
/// let rules = rules.also_sign(http::header::RANGE);
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// let signer = Signer::new(credentials, "us-east-1", Service::new("s3", rules))?;
/// assert_eq!(signer.service().rules().headers, HeaderSelection::Required);
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rules {
    /// Whether `//`, `.` and `..` in the path are resolved before it is signed. All services but
    /// S3's family, where they are parts of keys.
    pub normalize_path: bool,
    /// Whether the path is percent-encoded once more than it is sent. All services but S3's family.
    pub double_encode_path: bool,
    /// Whether the path is percent-decoded once and encoded strictly, as
    /// [`encode_key`](crate::encode_key) encodes keys: `/dt=1/a%2fb` is signed as `/dt%3D1/a/b`.
    /// S3's family. It has no effect if `double_encode_path` is set.
    ///
    /// S3 and most S3-compatible stores recompute the path so. Set it to `false` for a store that
    /// verifies the path as it is sent: VersityGW, and Garage before version 2.5. A path that
    /// `encode_key` has built is the same text for both.
    pub recode_path: bool,
    /// When `x-amz-content-sha256` is sent.
    pub content_sha256: ContentSha256,
    /// Whether the session token is part of what is signed.
    pub session_token: SessionTokenPlacement,
    /// Which of the request's own headers are signed.
    pub headers: HeaderSelection,
    /// Headers to sign that would not be.
    also_sign: Vec<HeaderName>,
    /// Headers not to sign that would be.
    never_sign: Vec<HeaderName>,
}

impl Rules {
    /// What most services ask for.
    ///
    /// ```
    /// use countersign::{sigv4::CanonicalPath, Rules};
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
        session_token: SessionTokenPlacement::Signed,
        headers: HeaderSelection::Most,
        also_sign: Vec::new(),
        never_sign: Vec::new(),
    };

    /// `s3`, `s3express`, `s3-outposts`, `s3-object-lambda`: the path is signed in canonical
    /// encoding, with all its slashes and dots, and `x-amz-content-sha256` is required.
    ///
    /// ```
    /// use countersign::{sigv4::CanonicalPath, Rules};
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

    /// Signs a header that would be left out: one of those that [`HeaderSelection::Most`] or
    /// [`HeaderSelection::Required`] excludes, or one that [`never_sign`](Self::never_sign) names.
    ///
    /// `authorization` stays unsigned in any case, because it carries the signature.
    ///
    /// ```
    /// use countersign::{sigv4::CanonicalRequest, PayloadHash, Rules};
    /// use http::HeaderName;
    ///
    /// let request = http::Request::get("https://api.example.com/").header("x-request-id", "7").body(())?;
    /// let rules = Rules::GENERIC.also_sign(HeaderName::from_static("x-request-id"));
    /// let canonical = CanonicalRequest::new(&request, &rules, PayloadHash::EMPTY)?;
    /// assert_eq!(canonical.signed_headers(), "host;x-request-id");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn also_sign(mut self, name: HeaderName) -> Self {
        self.also_sign.push(name);
        self
    }

    /// Leaves a header out of the signature, because a hop on the way adds, removes or rewrites it.
    ///
    /// Amazon S3 refuses a request whose `x-amz-*` headers are not all signed. If
    /// [`also_sign`](Self::also_sign) names the header too, it is signed.
    ///
    /// # Errors
    /// - [`Error::HeaderMustBeSigned`] if the name is `host`, `x-amz-date`, `x-amz-security-token`
    ///   or `x-amz-content-sha256`
    ///
    /// ```
    /// use countersign::{sigv4::CanonicalRequest, Error, PayloadHash, Rules};
    /// use http::{HeaderName, header};
    ///
    /// let request = http::Request::get("https://api.example.com/").header("x-api-version", "2").body(())?;
    /// let rules = Rules::GENERIC.never_sign(HeaderName::from_static("x-api-version"))?;
    /// let canonical = CanonicalRequest::new(&request, &rules, PayloadHash::EMPTY)?;
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

    /// Whether these are the rules of S3's family, which alone reads `UNSIGNED-PAYLOAD` into a URL
    /// that says nothing, and stores `cache-control` with an object.
    pub(crate) fn is_s3_family(&self) -> bool {
        self.content_sha256 == ContentSha256::InHeaderForm
    }

    /// Whether a header of the request takes part in the signature. The names that the signer
    /// itself writes are not asked for here.
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
/// use countersign::{sigv4::CanonicalRequest, HeaderSelection, PayloadHash, Rules};
///
/// let request = http::Request::get("https://bucket.s3.amazonaws.com/key").header("range", "bytes=0-9").body(())?;
/// let mut rules = Rules::S3;
/// assert_eq!(CanonicalRequest::new(&request, &rules, PayloadHash::EMPTY)?.signed_headers(), "host;range");
/// rules.headers = HeaderSelection::Required;
/// assert_eq!(CanonicalRequest::new(&request, &rules, PayloadHash::EMPTY)?.signed_headers(), "host");
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
    /// `host`, `content-type` and `x-amz-*`: what services insist on, for requests that pass
    /// through hops which rewrite headers. Without the `x-amz-*` headers that [`Most`](Self::Most)
    /// leaves out.
    Required,
}

/// When `x-amz-content-sha256` is sent (and signed).
///
/// ```
/// use countersign::{ContentSha256, Credentials, PayloadHash, Rules, Service, Signer};
/// # let now = time::macros::datetime!(2026-01-01 12:00 UTC);
///
/// // A gateway in front of a store that takes the header for its own.
/// let mut rules = Rules::GENERIC;
/// rules.content_sha256 = ContentSha256::Never;
/// let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", Service::new("execute-api", rules))?;
/// let mut request = http::Request::get("https://api.example.com/").body(())?;
/// signer.sign(&mut request, PayloadHash::Unsigned, now)?;
/// assert!(!request.headers().contains_key("x-amz-content-sha256"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ContentSha256 {
    /// Never, not even where the request had it. Nothing can then be streamed in signed pieces.
    Never,
    /// When the payload is not signed by its hash, or the request already has the header. Most
    /// services, which otherwise hash the payload themselves. In a presigned URL as a header that
    /// its user must send.
    IfNotHashed,
    /// As a header always; in a presigned URL, where `UNSIGNED-PAYLOAD` is understood, only for a
    /// hashed payload, as a header that the URL's user must send. S3's family.
    InHeaderForm,
    /// Always, in a presigned URL as a header that its user must send. OpenSearch Serverless.
    Always,
    /// Always, and with no other value than `UNSIGNED-PAYLOAD`. VPC Lattice.
    UnsignedOnly,
    /// With `x-amz-sha256-tree-hash`, else like [`IfNotHashed`](Self::IfNotHashed). S3 Glacier.
    TreeHash,
}

/// Where a session token stands to the signature.
///
/// ```
/// use countersign::{Rules, SessionTokenPlacement};
///
/// assert_eq!(Rules::of("iotdevicegateway").session_token, SessionTokenPlacement::AfterSigning);
/// assert_eq!(Rules::of("iotdata").session_token, SessionTokenPlacement::AfterSigningInUrl);
/// assert_eq!(Rules::of("iot").session_token, SessionTokenPlacement::Signed);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SessionTokenPlacement {
    /// It is signed, as a header or as a parameter of a presigned URL. All services but AWS IoT.
    Signed,
    /// It is added after signing. AWS IoT's device gateway, which refuses a signed one.
    AfterSigning,
    /// As a header it is signed; to a presigned URL it is added after signing. AWS IoT's data
    /// plane.
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
