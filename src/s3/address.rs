//! Where a bucket is, and how requests to it are signed.
//!
//! [`Addressing`] takes the region and the options that a client is configured with. Its verbs take
//! what a call is about, and return an [`Address`]: the base URL and the signing schemes.
//!
//! | call | verb |
//! |---|---|
//! | objects and settings of a bucket, by name, alias or ARN | [`Addressing::bucket`] |
//! | `ListBuckets` | [`Addressing::buckets`] |
//! | creating, listing and configuring directory buckets | [`Addressing::directory_bucket_control`] |
//! | `WriteGetObjectResponse` | [`Addressing::object_lambda_response`] |
//! | the S3 Control API (`s3control`) | [`Addressing::control`] |
//!
//! Amazon S3 User Guide, "Virtual hosting of buckets", "Using dual-stack endpoints", "Using
//! Multi-Region Access Points"; AWS General Reference, "Amazon S3 endpoints and quotas".
//!
//! ```
//! use countersign::s3::{Addressing, SigningScheme};
//!
//! let addressing = Addressing::new("us-west-2").with_dual_stack();
//! let address = addressing.bucket("photos")?;
//! assert_eq!(
//!     address.url(),
//!     "https://photos.s3.dualstack.us-west-2.amazonaws.com"
//! );
//!
//! // A Multi-Region Access Point has no region and needs SigV4A.
//! let arn = "arn:aws:s3::123456789012:accesspoint/mfzwi23gnjvgw.mrap";
//! let address = Addressing::new("us-west-2").bucket(arn)?;
//! assert_eq!(
//!     address.host(),
//!     "mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com"
//! );
//! assert!(matches!(address.schemes(), [SigningScheme::SigV4A { .. }]));
//!
//! // S3 has no dual-stack host for it.
//! let error = addressing.bucket(arn).unwrap_err();
//! assert_eq!(
//!     error.to_string(),
//!     "dual stack cannot be combined with a Multi-Region Access Point"
//! );
//! # Ok::<(), countersign::s3::AddressError>(())
//! ```

mod access_point;
mod bucket;
mod control;
mod directory_bucket;
mod outposts;

use crate::address::endpoint::Endpoint;
use crate::address::{Address, AddressError, AddressPart, SigningScheme};
use crate::error::address::HostLabel;
use crate::primitives::host_label::is_host_label;
use crate::service::partition::Partition;

pub use control::ControlTarget;

/// The region and the options of an S3 client, from which addresses follow.
///
/// ```
/// use countersign::s3::Addressing;
///
/// // A store other than AWS.
/// let store = Addressing::new("us-east-1")
///     .with_endpoint("http://localhost:9000")
///     .with_path_style();
/// assert_eq!(
///     store.bucket("photos")?.url(),
///     "http://localhost:9000/photos"
/// );
///
/// // A VPC interface endpoint of S3.
/// let vpc = "https://bucket.vpce-0a1b-c2d3.s3.us-east-1.vpce.amazonaws.com";
/// let address = Addressing::new("us-east-1")
///     .with_endpoint(vpc)
///     .bucket("photos")?;
/// assert_eq!(
///     address.host(),
///     "photos.bucket.vpce-0a1b-c2d3.s3.us-east-1.vpce.amazonaws.com"
/// );
/// # Ok::<(), countersign::s3::AddressError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addressing {
    region: String,
    endpoint: Option<String>,
    path_style: bool,
    accelerate: bool,
    dual_stack: bool,
    fips: bool,
    global_endpoint: bool,
    forbid_arn_region: bool,
    forbid_multi_region_access_points: bool,
    forbid_access_points: bool,
    no_express_session: bool,
}

impl Addressing {
    /// Creates the addressing of a client in this region, without options.
    ///
    /// The pseudo-region `aws-global` stands for `us-east-1` at `s3.amazonaws.com`.
    pub fn new(region: impl Into<String>) -> Self {
        Self {
            region: region.into(),
            endpoint: None,
            path_style: false,
            accelerate: false,
            dual_stack: false,
            fips: false,
            global_endpoint: false,
            forbid_arn_region: false,
            forbid_multi_region_access_points: false,
            forbid_access_points: false,
            no_express_session: false,
        }
    }

    /// Uses another endpoint than AWS's own: `http(s)://host[:port][/path]`.
    ///
    /// The methods that return an address check it: [`AddressError::InvalidEndpoint`].
    #[must_use]
    pub fn with_endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = Some(url.into());
        self
    }

    /// Puts the bucket into the path, not into the host name.
    #[must_use]
    pub fn with_path_style(mut self) -> Self {
        self.path_style = true;
        self
    }

    /// Uses S3 Transfer Acceleration: `s3-accelerate`.
    #[must_use]
    pub fn with_accelerate(mut self) -> Self {
        self.accelerate = true;
        self
    }

    /// Uses hosts that IPv4 and IPv6 reach.
    #[must_use]
    pub fn with_dual_stack(mut self) -> Self {
        self.dual_stack = true;
        self
    }

    /// Uses hosts that are validated under FIPS 140.
    #[must_use]
    pub fn with_fips(mut self) -> Self {
        self.fips = true;
        self
    }

    /// Uses the legacy host `s3.amazonaws.com` for `us-east-1`.
    #[must_use]
    pub fn with_global_endpoint(mut self) -> Self {
        self.global_endpoint = true;
        self
    }

    /// Refuses ARNs of a region other than the client's (`use_arn_region=false`).
    #[must_use]
    pub fn without_other_regions(mut self) -> Self {
        self.forbid_arn_region = true;
        self
    }

    /// Refuses Multi-Region Access Points.
    #[must_use]
    pub fn without_multi_region_access_points(mut self) -> Self {
        self.forbid_multi_region_access_points = true;
        self
    }

    /// Refuses access points and Object Lambda access points.
    #[must_use]
    pub fn without_access_points(mut self) -> Self {
        self.forbid_access_points = true;
        self
    }

    /// Signs for directory buckets with the caller's own credentials, without a session.
    ///
    /// `CreateSession` itself is signed so.
    #[must_use]
    pub fn without_express_session(mut self) -> Self {
        self.no_express_session = true;
        self
    }

    /// Returns the region of the client, as it was given.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// Returns the address of the calls that name no bucket: `ListBuckets`.
    ///
    /// Transfer Acceleration is for buckets: the option has no effect here.
    ///
    /// # Errors
    /// - [`AddressError::Conflict`] if two options exclude each other
    /// - [`AddressError::InvalidRegion`] if the region is empty or cannot be part of a host name
    /// - [`AddressError::InvalidEndpoint`] if the custom endpoint is not a base URL
    ///
    /// ```
    /// use countersign::s3::Addressing;
    ///
    /// let address = Addressing::new("us-east-2").with_fips().buckets()?;
    /// assert_eq!(address.url(), "https://s3-fips.us-east-2.amazonaws.com");
    /// # Ok::<(), countersign::s3::AddressError>(())
    /// ```
    pub fn buckets(&self) -> Result<Address, AddressError> {
        let client = Client::new(self)?;
        client.regional("")
    }

    /// Returns the address of `WriteGetObjectResponse`, with the request route that the Lambda
    /// function was given (`x-amz-request-route`).
    ///
    /// # Errors
    /// - everything that [`buckets`](Self::buckets) returns
    /// - [`AddressError::InvalidHostLabel`] if the route cannot be part of a host name
    pub fn object_lambda_response(&self, request_route: &str) -> Result<Address, AddressError> {
        let client = Client::new(self)?;
        client.refuse_both(AddressPart::ObjectLambda)?;
        label(HostLabel::RequestRoute, request_route)?;
        let schemes = vec![SigningScheme::sigv4("s3-object-lambda", client.region)];
        let route = format!("{request_route}.");
        let host = client.host("s3-object-lambda", client.region);
        client.address(&host, &route, "", schemes)
    }
}

/// The options, checked against each other.
struct Client<'a> {
    options: &'a Addressing,
    endpoint: Option<Endpoint<'a>>,
    /// `us-east-1` for `aws-global`.
    region: &'a str,
    partition: Partition,
    /// Whether the host names no region.
    global: bool,
}

impl<'a> Client<'a> {
    fn new(options: &'a Addressing) -> Result<Self, AddressError> {
        use AddressPart::{Accelerate, China, DualStack, Endpoint as Custom, Fips};

        let region = match options.region.as_str() {
            "aws-global" => "us-east-1",
            region => region,
        };
        if !is_host_label(region) {
            return Err(AddressError::InvalidRegion {
                region: options.region.clone(),
            });
        }
        let partition = Partition::of(region);
        let custom = options.endpoint.is_some();
        for (together, first, second) in [
            (options.accelerate && options.fips, Accelerate, Fips),
            (options.dual_stack && custom, DualStack, Custom),
            (options.fips && custom, Fips, Custom),
            (options.accelerate && custom, Accelerate, Custom),
            (options.fips && partition == Partition::China, Fips, China),
        ] {
            if together {
                return Err(AddressError::Conflict { first, second });
            }
        }
        let endpoint = options.endpoint.as_deref().map(Endpoint::parse);
        let named_global =
            options.region == "aws-global" || (options.global_endpoint && region == "us-east-1");
        Ok(Self {
            options,
            endpoint: endpoint.transpose()?,
            region,
            partition,
            global: named_global && !options.fips && !options.dual_stack,
        })
    }

    /// Refuses an option that cannot be combined with what the call is about.
    fn refuse(
        &self,
        option: bool,
        first: AddressPart,
        second: AddressPart,
    ) -> Result<(), AddressError> {
        if option {
            return Err(AddressError::Conflict { first, second });
        }
        Ok(())
    }

    /// Refuses the two options that most ARNs exclude.
    fn refuse_both(&self, part: AddressPart) -> Result<(), AddressError> {
        self.refuse(self.options.dual_stack, AddressPart::DualStack, part)?;
        self.refuse(self.options.accelerate, AddressPart::Accelerate, part)
    }

    /// `SERVICE[-fips][.dualstack].REGION.SUFFIX`.
    fn host(&self, service: &str, region: &str) -> String {
        let (fips, dual_stack) = (self.fips(), self.dual_stack());
        let domain = Partition::of(region).domain();
        format!("{service}{fips}{dual_stack}.{region}.{domain}")
    }

    fn fips(&self) -> &'static str {
        if self.options.fips { "-fips" } else { "" }
    }

    fn dual_stack(&self) -> &'static str {
        if self.options.dual_stack {
            ".dualstack"
        } else {
            ""
        }
    }

    /// At the custom endpoint, or at this host of AWS. `labels` precede either.
    fn address(
        &self,
        host: &str,
        labels: &str,
        path_prefix: &str,
        schemes: Vec<SigningScheme>,
    ) -> Result<Address, AddressError> {
        let endpoint = self.endpoint.unwrap_or(Endpoint::aws(host));
        Address::new(endpoint, labels, path_prefix, schemes)
    }

    /// S3's host of the region or the custom endpoint, with the bucket in the path or not at all.
    fn regional(&self, path_prefix: &str) -> Result<Address, AddressError> {
        self.address(&self.s3_host(), "", path_prefix, self.schemes())
    }

    fn s3_host(&self) -> String {
        if self.global {
            format!("s3.{}", self.partition.domain())
        } else {
            self.host("s3", self.region)
        }
    }

    /// For S3 itself, in the client's region.
    fn schemes(&self) -> Vec<SigningScheme> {
        vec![SigningScheme::sigv4("s3", self.region)]
    }
}

/// A part of a host name that the caller gave.
fn label(name: HostLabel, value: &str) -> Result<(), AddressError> {
    if is_host_label(value) {
        return Ok(());
    }
    Err(AddressError::InvalidHostLabel {
        name,
        value: value.to_owned(),
    })
}
