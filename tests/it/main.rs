//! The crate as its users see it: one module for each part, named as in `src/`.

#![allow(unreachable_pub, reason = "modules of one test")]

mod access_keys;
#[cfg(feature = "s3")]
mod addresses;
mod allocations;
mod attacks;
mod aws_suite;
mod bearer;
mod bytes;
#[cfg(feature = "tokens")]
mod caller_identity;
#[cfg(all(
    feature = "console",
    feature = "ecr",
    feature = "redshift",
    feature = "s3",
    feature = "signin"
))]
mod calls;
mod chunked;
#[cfg(feature = "http-body")]
mod chunked_body;
mod chunked_properties;
#[cfg(all(feature = "cloudfront", feature = "sigv4a"))]
mod cloudfront_openssl;
mod corners;
mod crypto;
mod edge_cases;
#[cfg(feature = "event-stream")]
mod event_stream;
mod every_way_in;
#[cfg(feature = "explain")]
mod explain;
#[cfg(any(feature = "sts", feature = "codeartifact"))]
mod hostile_answers;
#[cfg(feature = "legacy")]
mod legacy;
#[cfg(feature = "tokens")]
mod logins;
mod package;
#[cfg(feature = "post-policy")]
mod post_policy;
#[cfg(feature = "sources")]
mod profile_suite;
mod properties;
#[cfg(all(
    feature = "codeartifact",
    feature = "s3",
    feature = "sts",
    feature = "tokens"
))]
mod refusals;
#[cfg(feature = "http-body")]
mod resign;
mod secrets;
mod sign;
#[cfg(feature = "sigv4a")]
mod sigv4a;
#[cfg(feature = "sources")]
mod sources;
#[cfg(feature = "sts")]
mod sts;
mod temporary_credentials;
#[cfg(feature = "tokens")]
mod tokens;
#[cfg(feature = "tower")]
mod tower;
mod verify_answers;
