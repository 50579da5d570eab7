//! Credential sources against the real parts: the drivers of `examples/` as processes of their own,
//! files of the AWS command line, moto, TLS with client certificates, and botocore as the judge.

#![allow(missing_docs, unreachable_pub, reason = "modules of one test")]

mod aws;
mod cloud;
mod drivers;
mod homes;
