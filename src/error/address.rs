//! The errors of addresses.

use std::fmt;

/// Why a bucket, an ARN or an endpoint id has no address with the given options.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AddressError {
    /// Two options, or an option and the kind of bucket, exclude each other.
    #[error("{first} cannot be combined with {second}")]
    Conflict {
        /// One of the two.
        first: AddressPart,
        /// The other.
        second: AddressPart,
    },
    /// The region cannot be part of a host name.
    #[error("region {region:?} must be one label of a host name, in lowercase")]
    InvalidRegion {
        /// The region as it was given.
        region: String,
    },
    /// The custom endpoint cannot be used as a base URL.
    #[error("endpoint {endpoint:?} must have the form http(s)://host[:port][/path]")]
    InvalidEndpoint {
        /// The endpoint as it was given, without what precedes an `@`.
        endpoint: String,
    },
    /// The bucket cannot be addressed.
    #[error("bucket {bucket:?} {problem}")]
    InvalidBucket {
        /// The bucket as it was given.
        bucket: String,
        /// The rule that it breaks.
        problem: BucketProblem,
    },
    /// The ARN cannot be addressed.
    #[error("ARN {arn:?} {problem}")]
    InvalidArn {
        /// The ARN as it was given.
        arn: String,
        /// The rule that it breaks.
        problem: ArnProblem,
    },
    /// An account id, an outpost id, an endpoint id or a request route cannot be part of a host name.
    #[error("{name} {value:?} must be one label of a host name, in lowercase")]
    InvalidHostLabel {
        /// What it is.
        name: HostLabel,
        /// Its value as it was given.
        value: String,
    },
    /// The ARN belongs to another partition than the client's region.
    #[error("ARN is of partition {arn:?}, but region {region:?} is of partition {client:?}")]
    PartitionMismatch {
        /// The partition of the ARN.
        arn: String,
        /// The client's region.
        region: String,
        /// The partition of the client's region.
        client: &'static str,
    },
    /// The ARN names a region other than the client's, and the options forbid that.
    #[error("ARN is of region {arn:?}, but the client allows only its own region {client:?}")]
    RegionMismatch {
        /// The region of the ARN.
        arn: String,
        /// The client's region.
        client: String,
    },
    /// The account id that was given is not that of the ARN.
    #[error("account id {given:?} does not match that of the ARN, {arn:?}")]
    AccountMismatch {
        /// The account of the ARN.
        arn: String,
        /// The account that was given.
        given: String,
    },
    /// The call needs an account id, which is part of its host name.
    #[error("account id is missing: it is part of the host name")]
    AccountMissing,
    /// The options forbid this kind of bucket.
    #[error("{part} is disabled by the options")]
    Disabled {
        /// The kind of bucket.
        part: AddressPart,
    },
}

/// A part of a host name that the caller gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HostLabel {
    /// An account id.
    AccountId,
    /// The name of an access point.
    AccessPointName,
    /// The name of an access point and an account id, which are one label together.
    AccessPointWithAccount,
    /// The alias of a Multi-Region Access Point.
    MultiRegionAlias,
    /// The id of an outpost.
    OutpostId,
    /// The route of a response of S3 Object Lambda.
    RequestRoute,
    /// The id of a global endpoint.
    EndpointId,
}

impl fmt::Display for HostLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AccountId => "account id",
            Self::AccessPointName => "access point name",
            Self::AccessPointWithAccount => "access point name with account id",
            Self::MultiRegionAlias => "Multi-Region Access Point alias",
            Self::OutpostId => "outpost id",
            Self::RequestRoute => "request route",
            Self::EndpointId => "endpoint id",
        })
    }
}

/// Why a bucket cannot be addressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum BucketProblem {
    /// The bucket is empty, `.` or `..`, which HTTP clients remove from a path.
    #[error("must not be empty, `.` or `..`")]
    NotAName,
    /// The name of a directory bucket has a wrong length or character.
    #[error("must be 3 to 63 lowercase letters, digits and hyphens")]
    NotDirectoryBucketName,
    /// The name of a directory bucket has no zone.
    #[error("must have the form NAME--ZONE--x-s3")]
    NoZone,
    /// The bucket alias of an outpost cannot be part of a host name.
    #[error("must be one label of a host name")]
    NotHostLabel,
    /// The bucket alias of an outpost has an unknown kind of hardware.
    #[error("has an unknown kind of outpost hardware, expected `e` or `o`")]
    UnknownOutpost,
}

#[cfg(feature = "s3")]
impl BucketProblem {
    pub(crate) fn of(self, bucket: &str) -> AddressError {
        AddressError::InvalidBucket {
            bucket: bucket.to_owned(),
            problem: self,
        }
    }
}

/// Why an ARN cannot be addressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum ArnProblem {
    /// A part is missing.
    #[error("is malformed, expected arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE")]
    Malformed,
    /// The ARN cannot be the value of a header.
    #[error("has a character that a header cannot contain")]
    NotHeaderValue,
    /// The resource has no type.
    #[error("has no resource type")]
    NoResourceType,
    /// The resource is of a type other than an access point.
    #[error("must name an access point: for a bucket, use its name")]
    NotAnAccessPoint,
    /// The resource of an outpost is not an access point.
    #[error("must name an access point")]
    OtherThanAccessPoint,
    /// The region is missing.
    #[error("has no region")]
    NoRegion,
    /// The access point has no name.
    #[error("has an empty access point name")]
    NoAccessPointName,
    /// The resource is within an access point.
    #[error("must end after the access point name")]
    PartOfAccessPoint,
    /// The outpost is missing.
    #[error("has no outpost id")]
    NoOutpost,
    /// The outpost's access point or bucket is missing.
    #[error("has no access point or bucket")]
    NoOutpostResource,
    /// The outpost's access point or bucket has no name.
    #[error("has an empty access point or bucket name")]
    NoOutpostResourceName,
    /// The resource is within an access point or bucket of an outpost.
    #[error("must end after the access point or bucket name")]
    PartOfOutpostResource,
    /// The ARN is of a service other than S3 on Outposts.
    #[error("must belong to S3 on Outposts")]
    NotOutposts,
    /// The ARN names an access point in a call about a bucket, or the reverse.
    #[error("names a bucket where an access point is expected, or the reverse")]
    WrongResourceType,
    /// The resource is not a key value store.
    #[error("must name a key value store")]
    NotAKeyValueStore,
    /// The ARN of a key value store has a region.
    #[error("must not have a region, because key value stores are global")]
    UnexpectedRegion,
}

/// An option or a kind of address, of which some cannot be combined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AddressPart {
    /// S3 Transfer Acceleration.
    Accelerate,
    /// Endpoints that are validated under FIPS 140.
    Fips,
    /// Endpoints that IPv6 reaches too.
    DualStack,
    /// A custom endpoint.
    Endpoint,
    /// Path-style addressing, or a bucket name that needs it.
    PathStyle,
    /// The partition `aws-cn`.
    China,
    /// A partition other than `aws`.
    OtherPartition,
    /// An ARN in place of a bucket name.
    Arn,
    /// A directory bucket, or an access point of one.
    DirectoryBucket,
    /// An access point.
    AccessPoint,
    /// A Multi-Region Access Point.
    MultiRegionAccessPoint,
    /// S3 Object Lambda.
    ObjectLambda,
    /// S3 on Outposts.
    Outposts,
    /// A custom endpoint whose host is an IP address.
    IpEndpoint,
    /// An account, an access point or a request route in the host name.
    HostLabel,
    /// A global endpoint of Amazon EventBridge.
    EventBridgeGlobal,
    /// A global endpoint of Amazon SES.
    SesGlobal,
    /// The key value store of Amazon CloudFront.
    KeyValueStore,
}

impl fmt::Display for AddressPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Accelerate => "S3 Transfer Acceleration",
            Self::Fips => "FIPS",
            Self::DualStack => "dual stack",
            Self::Endpoint => "a custom endpoint",
            Self::PathStyle => "path-style addressing",
            Self::China => "the partition aws-cn",
            Self::OtherPartition => "a partition other than aws",
            Self::Arn => "an ARN",
            Self::DirectoryBucket => "a directory bucket",
            Self::AccessPoint => "an access point",
            Self::MultiRegionAccessPoint => "a Multi-Region Access Point",
            Self::ObjectLambda => "S3 Object Lambda",
            Self::Outposts => "S3 on Outposts",
            Self::IpEndpoint => "an endpoint with an IP address",
            Self::HostLabel => "an account or access point that is part of the host name",
            Self::EventBridgeGlobal => "a global endpoint of EventBridge",
            Self::SesGlobal => "a global endpoint of SES",
            Self::KeyValueStore => "a CloudFront KeyValueStore",
        })
    }
}
