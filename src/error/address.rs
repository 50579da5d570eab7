//! Why there is no address for a call.

use std::fmt;

/// Why there is no address for a bucket, an ARN or an endpoint id, with the given options.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AddressError {
    /// Two things that the caller asked for exclude each other.
    #[error("{first} cannot be combined with {second}")]
    Conflict {
        /// One of the two.
        first: AddressPart,
        /// The other.
        second: AddressPart,
    },
    /// The region cannot be part of a host name.
    #[error("region {region:?} is not one label of a host name, in lowercase")]
    InvalidRegion {
        /// The region as it was given.
        region: String,
    },
    /// The custom endpoint cannot be used as a base URL.
    #[error("endpoint {endpoint:?} is not of the form http(s)://host[:port][/path]")]
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
    #[error("{name} {value:?} is not one label of a host name, in lowercase")]
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
    /// The ARN names another region than the client's, and the caller forbade that.
    #[error("ARN is of region {arn:?}, other than the client's region {client:?}")]
    RegionMismatch {
        /// The region of the ARN.
        arn: String,
        /// The client's region.
        client: String,
    },
    /// The account id that was given is not that of the ARN.
    #[error("account id {given:?} is other than that of the ARN, {arn:?}")]
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
    /// The bucket is empty, or a segment that a path resolves.
    #[error("must not be empty, `.` or `..`")]
    NotAName,
    /// The name is not that of a directory bucket.
    #[error("must be 3 to 63 lowercase letters, digits and hyphens")]
    NotDirectoryBucketName,
    /// The name of a directory bucket has no zone.
    #[error("is not of the form NAME--ZONE--x-s3")]
    NoZone,
    /// The bucket alias of an outpost cannot be part of a host name.
    #[error("is not one label of a host name")]
    NotHostLabel,
    /// The bucket alias of an outpost has an unknown kind of hardware.
    #[error("names no known hardware of an outpost")]
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
    #[error("cannot be sent in a header")]
    NotHeaderValue,
    /// The resource has no type.
    #[error("names no type of resource")]
    NoResourceType,
    /// The resource is of a type that has no address.
    #[error("does not name an access point: give the name of a bucket instead")]
    NotAnAccessPoint,
    /// The resource is not an access point.
    #[error("names something other than an access point")]
    OtherThanAccessPoint,
    /// The region is missing.
    #[error("names no Region")]
    NoRegion,
    /// The access point has no name.
    #[error("has an empty access point name")]
    NoAccessPointName,
    /// The resource is within an access point.
    #[error("names a part of an access point, such as an object")]
    PartOfAccessPoint,
    /// The outpost is missing.
    #[error("names no outpost")]
    NoOutpost,
    /// The outpost's access point or bucket is missing.
    #[error("names no access point or bucket of the outpost")]
    NoOutpostResource,
    /// The outpost's access point or bucket has no name.
    #[error("has an empty access point or bucket name")]
    NoOutpostResourceName,
    /// The resource is within an access point or bucket of an outpost.
    #[error("names a part of an access point or bucket")]
    PartOfOutpostResource,
    /// The call is for S3 on Outposts only.
    #[error("does not belong to S3 on Outposts")]
    NotOutposts,
    /// The call takes the other of the two.
    #[error("names a bucket in place of an access point, or the reverse")]
    WrongResourceType,
    /// The resource is not a key value store.
    #[error("does not name a key value store")]
    NotAKeyValueStore,
    /// A key value store is global.
    #[error("names a Region, but a key value store has none")]
    UnexpectedRegion,
}

/// One of the things of which not every two go together.
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
    /// An account, an access point or a route that is part of the host name.
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
