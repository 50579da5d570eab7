//! Integration tests by the public API, one module for each part of `src/`.

#![allow(unreachable_pub, reason = "modules of one test")]

mod access_keys;
#[cfg(feature = "s3")]
mod addresses;
mod allocations;
mod allowed_bytes;
mod attacks;
#[cfg(all(
    feature = "console",
    feature = "ecr",
    feature = "redshift",
    feature = "s3",
    feature = "signin"
))]
mod aws_call;
mod aws_suite;
mod bearer;
#[cfg(feature = "tokens")]
mod caller_identity;
mod chunked;
#[cfg(feature = "http-body")]
mod chunked_body;
mod chunked_properties;
#[cfg(all(feature = "cloudfront", feature = "sigv4a"))]
mod cloudfront_openssl;
#[cfg(feature = "codeartifact")]
mod codeartifact;
mod credentials;
mod crypto;
mod edge_cases;
#[cfg(all(
    feature = "codeartifact",
    feature = "s3",
    feature = "sts",
    feature = "tokens"
))]
mod error_messages;
#[cfg(feature = "event-stream")]
mod event_stream;
#[cfg(feature = "explain")]
mod explain;
#[cfg(feature = "legacy")]
mod legacy;
#[cfg(feature = "tokens")]
mod logins;
#[cfg(feature = "post-policy")]
mod post_policy;
#[cfg(feature = "sources")]
mod profile_suite;
mod properties;
mod published_package;
mod request;
#[cfg(feature = "http-body")]
mod resign;
mod secrets;
mod sign;
mod sigv4;
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
mod verify;
