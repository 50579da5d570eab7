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
#[cfg(any(
    feature = "console",
    feature = "ecr",
    feature = "redshift",
    feature = "s3",
    feature = "signin",
    feature = "sts",
    feature = "tokens"
))]
pub(crate) mod partition;

use std::borrow::Cow;

use http::HeaderName;

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
    /// let mut rules = Rules::GENERIC;
    /// rules.never_sign = vec![http::HeaderName::from_static("x-api-version")];
    /// let service = Service::new("execute-api", rules);
    /// ```
    pub fn new(name: impl Into<Cow<'static, str>>, rules: Rules) -> Self {
        Self {
            name: name.into(),
            rules,
        }
    }

    /// The signing name, as it stands in the credential scope.
    ///
    /// ```
    /// use countersign::Service;
    ///
    /// assert_eq!(Service::from("bedrock").name(), "bedrock");
    /// ```
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How the service wants to be signed.
    ///
    /// ```
    /// use countersign::Service;
    ///
    /// assert!(!Service::S3.rules().double_encode_path);
    /// assert!(Service::from("execute-api").rules().double_encode_path);
    /// ```
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
/// use countersign::{Credentials, Headers, Rules, Service, Signer};
///
/// let mut rules = Rules::S3;
/// rules.headers = Headers::Required;          // host, content-type and x-amz-* only
/// rules.also_sign = vec![http::header::RANGE];
/// let signer = Signer::new(Credentials::new("AKID", "secret"), "us-east-1", Service::new("s3", rules));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rules {
    /// Whether `//`, `.` and `..` in the path are resolved before it is signed. All services but
    /// S3's family, where they are parts of keys.
    pub normalize_path: bool,
    /// Whether the path is percent-encoded once more than it is sent. All services but S3's family.
    pub double_encode_path: bool,
    /// When `x-amz-content-sha256` is sent.
    pub content_sha256: ContentSha256,
    /// Whether the session token is part of what is signed.
    pub session_token: SessionTokenPlacement,
    /// Which of the request's own headers are signed.
    pub headers: Headers,
    /// Headers to sign that would not be.
    pub also_sign: Vec<HeaderName>,
    /// Headers not to sign that would be, because a hop rewrites them. `host` and `x-amz-*` are
    /// signed all the same: no service takes a request without.
    pub never_sign: Vec<HeaderName>,
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
        content_sha256: ContentSha256::Unhashed,
        session_token: SessionTokenPlacement::Signed,
        headers: Headers::Most,
        also_sign: Vec::new(),
        never_sign: Vec::new(),
    };

    /// `s3`, `s3express`, `s3-outposts`, `s3-object-lambda`: the path is signed as it is sent, and
    /// `x-amz-content-sha256` is required.
    ///
    /// ```
    /// use countersign::{sigv4::CanonicalPath, Rules};
    ///
    /// let path = CanonicalPath::new("/photos//2026/a%20b.jpg", &Rules::S3)?;
    /// assert_eq!(path.to_string(), "/photos//2026/a%20b.jpg");
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub const S3: Self = Self {
        normalize_path: false,
        double_encode_path: false,
        content_sha256: ContentSha256::Header,
        session_token: SessionTokenPlacement::Signed,
        headers: Headers::Most,
        also_sign: Vec::new(),
        never_sign: Vec::new(),
    };

    /// The rules that a signing name stands for.
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
            // AWS IoT's gateways drop the token before they check the signature.
            "iotdevicegateway" | "iotdata" => Self {
                session_token: SessionTokenPlacement::AfterSigning,
                ..Self::GENERIC
            },
            _ => Self::GENERIC,
        }
    }

    /// Whether a header of the request takes part in the signature. The names that the signer
    /// itself writes are not asked for here.
    pub(crate) fn signs(&self, name: &str) -> bool {
        if name == "host" || name.starts_with("x-amz-") {
            return true;
        }
        let listed = |list: &[HeaderName]| list.iter().any(|listed| listed.as_str() == name);
        let usual = match self.headers {
            Headers::Required => name == "content-type",
            Headers::Most => !rewritten_on_the_way(name),
        };
        (usual && !listed(&self.never_sign)) || listed(&self.also_sign)
    }
}

/// Headers that proxies, load balancers and clients themselves change after signing.
fn rewritten_on_the_way(name: &str) -> bool {
    matches!(
        name,
        "accept-encoding"
            | "authorization"
            | "connection"
            | "expect"
            | "keep-alive"
            | "proxy-authenticate"
            | "proxy-authorization"
            | "proxy-connection"
            | "te"
            | "trailer"
            | "transfer-encoding"
            | "upgrade"
            | "user-agent"
            | "x-amzn-trace-id"
    )
}

/// Which of a request's own headers are signed.
///
/// ```
/// use countersign::{sigv4::CanonicalRequest, Headers, PayloadHash, Rules};
///
/// let request = http::Request::get("https://bucket.s3.amazonaws.com/key").header("range", "bytes=0-9").body(())?;
/// let mut rules = Rules::S3;
/// assert_eq!(CanonicalRequest::new(&request, &rules, PayloadHash::EMPTY)?.signed_headers(), "host;range");
/// rules.headers = Headers::Required;
/// assert_eq!(CanonicalRequest::new(&request, &rules, PayloadHash::EMPTY)?.signed_headers(), "host");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Headers {
    /// All but those that are known to be rewritten on the way: `accept-encoding`, `authorization`,
    /// `connection`, `expect`, `keep-alive`, `proxy-authenticate`, `proxy-authorization`,
    /// `proxy-connection`, `te`, `trailer`, `transfer-encoding`, `upgrade`, `user-agent`,
    /// `x-amzn-trace-id`.
    Most,
    /// `host`, `content-type` and `x-amz-*`: what services insist on, for requests that pass
    /// through hops which rewrite headers.
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
/// let signer = Signer::new(Credentials::new("AKIDEXAMPLE", "secret"), "us-east-1", Service::new("execute-api", rules));
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
    Unhashed,
    /// As a header always; in a presigned URL, where `UNSIGNED-PAYLOAD` is understood, only for a
    /// hashed payload, as a header that the URL's user must send. S3's family.
    Header,
    /// Always, in a presigned URL as a header that its user must send. OpenSearch Serverless.
    Always,
    /// Always, and with no other value than `UNSIGNED-PAYLOAD`. VPC Lattice.
    UnsignedOnly,
    /// With `x-amz-sha256-tree-hash`, else like [`Unhashed`](Self::Unhashed). S3 Glacier.
    TreeHash,
}

/// Where a session token stands to the signature.
///
/// ```
/// use countersign::{Rules, SessionTokenPlacement};
///
/// assert_eq!(Rules::of("iotdevicegateway").session_token, SessionTokenPlacement::AfterSigning);
/// assert_eq!(Rules::of("iot").session_token, SessionTokenPlacement::Signed);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SessionTokenPlacement {
    /// It is signed, as a header or as a parameter of a presigned URL. All services but AWS IoT.
    Signed,
    /// It is added after signing. AWS IoT's device gateway, which refuses a signed one.
    AfterSigning,
}
