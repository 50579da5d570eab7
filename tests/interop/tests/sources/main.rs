//! Credential sources with real counterparts: the drivers of `examples/` as processes, files of the
//! AWS command line, moto, TLS with client certificates, and a comparison with botocore.

#![allow(missing_docs, unreachable_pub, reason = "modules of one test")]

mod aws;
mod cloud;
mod command_line;
mod drivers;
mod homes;
mod iot;
mod moto;
mod sdk;
