//! Amazon S3: sessions with directory buckets.

pub mod express;
