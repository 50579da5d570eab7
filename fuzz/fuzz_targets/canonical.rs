//! A canonical query is its own canonical form, and a canonical path that nothing is encoded in
//! again is too.

#![no_main]

use countersign::{CanonicalPath, CanonicalQuery, Rules};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&str, &str)| {
    let (path, query) = input;
    if let Ok(canonical) = CanonicalQuery::new(query) {
        let once = canonical.to_string();
        let twice = CanonicalQuery::new(&once).expect("a query").to_string();
        assert_eq!(once, twice);
        assert!(once.bytes().all(|b| b.is_ascii_graphic()));
    }
    let mut rules = Rules::GENERIC;
    rules.double_encode_path = false;
    if let Ok(canonical) = CanonicalPath::new(path, &rules) {
        let once = canonical.to_string();
        assert_eq!(once, CanonicalPath::new(&once, &rules).expect("a path").to_string());
        assert!(!once.contains("//"));
    }
});
