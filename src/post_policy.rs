//! S3 browser uploads by POST policy.
