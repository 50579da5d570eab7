//! The canonical form is idempotent. Two requests have the same canonical form exactly if they have
//! the same meaning. Each line of a canonical request is one line, in its place.
//!
//! Input: options, the length of the first request, two requests.

#![no_main]

use countersign::{
    PayloadHash, Rules,
    sigv4::{CanonicalHeaders, CanonicalPath, CanonicalQuery, CanonicalRequest},
};
use countersign_fuzz::{Message, parameters, path, service};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((&[options, l0, l1], texts)) = input.split_first_chunk() else {
        return;
    };
    let length = usize::from(u16::from_be_bytes([l0, l1])).min(texts.len());
    let (first, second) = texts.split_at(length);
    let rules = Rules::of(service(options));
    let first = Message::read(first).map(|message| (forms(&message, &rules), message));
    let second = Message::read(second).map(|message| (forms(&message, &rules), message));
    let (Some((ours, a)), Some((theirs, b))) = (first, second) else {
        return;
    };

    if let (Some(ours), Some(theirs)) = (&ours.query, &theirs.query) {
        assert_eq!(ours == theirs, parameters(a.query) == parameters(b.query));
    }
    if let (Some(ours), Some(theirs)) = (&ours.path, &theirs.path) {
        assert_eq!(ours == theirs, path(a.path, &rules) == path(b.path, &rules));
    }
    if let (Some(ours), Some(theirs)) = (&ours.request, &theirs.request) {
        let names = |text: &[u8]| -> Vec<String> {
            let mut lines = text.rsplit(|&byte| byte == b'\n');
            let names = lines.nth(1).expect("the list of signed headers");
            let names = std::str::from_utf8(names).expect("tokens");
            names.split(';').map(str::to_owned).collect()
        };
        let meaning = |message: &Message<'_>, text: &[u8]| {
            let names = names(text);
            let signed: Vec<&str> = names.iter().map(String::as_str).collect();
            message.meaning(&rules, &signed)
        };
        assert_eq!(ours == theirs, meaning(&a, ours) == meaning(&b, theirs));
    }
});

struct Forms {
    path: Option<String>,
    query: Option<String>,
    request: Option<Vec<u8>>,
}

fn forms(message: &Message<'_>, rules: &Rules) -> Forms {
    let query = CanonicalQuery::new(message.query).ok().map(|canonical| {
        let once = canonical.to_string();
        let twice = CanonicalQuery::new(&once).expect("a query").to_string();
        assert_eq!(once, twice);
        assert!(
            once.bytes()
                .all(|byte| byte.is_ascii_graphic() && byte != b'+')
        );
        assert!(once.is_empty() || once.split('&').all(|pair| pair.matches('=').count() == 1));
        once
    });
    let path = CanonicalPath::new(message.path, rules)
        .ok()
        .map(|canonical| {
            let once = canonical.to_string();
            // A path that is encoded twice would be encoded a third time. Dot segments are resolved
            // once.
            let mut plain = rules.clone();
            plain.double_encode_path = false;
            assert_eq!(
                once,
                CanonicalPath::new(&once, &plain)
                    .expect("a path")
                    .to_string()
            );
            assert!(once.starts_with('/') && !(rules.normalize_path && once.contains("//")));
            once
        });
    let headers = CanonicalHeaders::new(message.headers.iter().copied())
        .ok()
        .map(|canonical| {
            let (once, signed) = (canonical.to_string(), canonical.signed_headers());
            // Text that is not UTF-8 is not printed as it is.
            if message
                .headers
                .iter()
                .all(|(_, value)| std::str::from_utf8(value).is_ok())
            {
                let lines = once
                    .lines()
                    .map(|line| line.split_once(':').expect("a header"));
                let lines = lines.map(|(name, value)| (name, value.as_bytes()));
                let again = CanonicalHeaders::new(lines).expect("headers");
                assert_eq!(
                    (again.to_string(), again.signed_headers()),
                    (once, signed.clone())
                );
            }
            signed
        });
    let payload = PayloadHash::new(b"");
    let request = CanonicalRequest::from_raw(&message.raw(), rules, payload)
        .ok()
        .map(|canonical| {
            let text = canonical.to_bytes();
            let lines: Vec<&[u8]> = text.split(|&byte| byte == b'\n').collect();
            let signed = canonical.signed_headers();
            let names: Vec<&str> = signed.split(';').collect();
            assert_eq!(lines.len(), 3 + names.len() + 3);
            assert_eq!(lines[0], message.method.as_bytes());
            assert_eq!(Some(lines[1]), path.as_deref().map(str::as_bytes));
            for (line, name) in lines[3..].iter().zip(&names) {
                assert!(line.starts_with(format!("{name}:").as_bytes()));
            }
            assert_eq!(lines[3 + names.len()], b"");
            assert_eq!(lines[4 + names.len()], signed.as_bytes());
            assert_eq!(lines[5 + names.len()], payload.to_string().as_bytes());
            assert!(headers.is_some() && names.is_sorted());
            text
        });
    Forms {
        path,
        query,
        request,
    }
}
