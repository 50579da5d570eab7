//! Amazon S3: sessions with directory buckets, and credentials for what S3 Access Grants allow.

pub mod access_grants;
pub mod express;
