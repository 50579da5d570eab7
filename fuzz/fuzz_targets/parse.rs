//! What is read from an `Authorization` header, or from the query of a presigned URL, is written and
//! read again as the same.

#![no_main]

use countersign::{Authorization, QueryAuthorization};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(authorization) = Authorization::parse(text) {
        let header = authorization.to_header();
        assert_eq!(Authorization::parse(&header).as_ref(), Ok(&authorization));
    }
    if let Ok(presigned) = QueryAuthorization::parse(text) {
        let header = presigned.authorization.to_header();
        assert_eq!(Authorization::parse(&header).as_ref(), Ok(&presigned.authorization));
    }
});
