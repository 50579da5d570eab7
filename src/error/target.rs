//! The rules for a method, a path and a query.

/// What is wrong with the method, the path or the query of a request.
///
/// ```
/// use countersign::sigv4::{CanonicalPath, TargetProblem};
/// use countersign::{Error, Rules};
///
/// let error = CanonicalPath::new("/a%2", &Rules::S3).err();
/// let (position, problem) = (2, TargetProblem::InvalidEscape);
/// assert_eq!(error, Some(Error::InvalidPath { position, problem }));
/// assert!(problem.to_string().starts_with("`%` is not followed by"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum TargetProblem {
    /// The path is relative.
    #[error("path must begin with `/`")]
    NotAbsolute,
    /// A character that no path contains unencoded.
    #[error("unexpected white space, control character, `?` or `#`")]
    PathCharacter,
    /// A character that no query contains unencoded.
    #[error("unexpected white space, control character or `#`")]
    QueryCharacter,
    /// A character that the types of the crate `http` refuse.
    #[error("character is not allowed in HTTP")]
    HttpCharacter,
    /// A malformed percent-encoding.
    #[error("`%` is not followed by two hexadecimal digits")]
    InvalidEscape,
    /// An S3 path has a `+` that is not percent-encoded.
    #[error(
        "a bare `+` is a space to S3 and a plus to other stores: \
         write `%20` or `%2B`, as `encode_key` does"
    )]
    BarePlus,
    /// The method is not an HTTP token.
    #[error("the method is not an HTTP token")]
    InvalidMethod,
    /// The request cannot be canonicalized for another reason.
    #[error("no canonical request can be calculated")]
    NoCanonicalForm,
    /// Signature Version 2 of query services: a parameter appears more than once.
    #[error("a parameter appears more than once")]
    DuplicateParameter,
    /// Both kinds of Signature Version 2: there are more than 32,768 parameters.
    #[error("there are more than 32768 parameters")]
    TooManyParameters,
    /// Signature Version 2 of query services: the request has a form, and a query beside it.
    #[error("the URI of a form has a query")]
    QueryBesideForm,
    /// S3's Signature Version 2: `Expires` is not a number.
    #[error("`Expires` is not a number")]
    InvalidExpires,
    /// S3's Signature Version 2: the bucket name is empty.
    #[error("the bucket name is empty")]
    EmptyBucket,
    /// S3's Signature Version 2: the bucket name cannot be part of a host name.
    #[error("bucket name contains a character that is not allowed in a host name")]
    BucketCharacter,
    /// S3's Signature Version 2: a control character would end a line of the string to sign.
    #[error("the value of a sub-resource has a control character")]
    SubResourceCharacter,
    /// S3's Signature Version 2: a value contains `&` and the name of another sub-resource.
    #[error(
        "the value of a sub-resource contains `&` and the name of a sub-resource, so the string to sign is ambiguous"
    )]
    AmbiguousSubResource,
    /// S3's Signature Version 2: the request is not presigned, so the parameter would be unsigned.
    #[error("`x-amz-*` parameters are signed in presigned URLs only")]
    AmzParameter,
    /// S3's Signature Version 2: the parameter cannot be signed as a header.
    #[error("the name of an `x-amz-*` parameter is not a header name")]
    AmzParameterName,
    /// S3's Signature Version 2: a control character would end a line of the string to sign.
    #[error("the value of an `x-amz-*` parameter has a control character")]
    AmzParameterCharacter,
    /// S3's Signature Version 2: an `x-amz-*` parameter begins or ends with a space, which would be
    /// lost.
    #[error("the value of an `x-amz-*` parameter begins or ends with a space")]
    PaddedAmzParameter,
    /// S3's Signature Version 2: the parameter is a header too.
    #[error("an `x-amz-*` parameter repeats a header of the request")]
    AmzParameterBesideHeader,
    /// S3's Signature Version 2: an `x-amz-*` parameter appears twice, and its order would be
    /// unsigned.
    #[error("an `x-amz-*` parameter appears more than once")]
    DuplicateAmzParameter,
}
