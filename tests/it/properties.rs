//! Properties of every valid request.

#![allow(unreachable_pub, reason = "modules of one test")]

mod inputs;
pub mod meaning;
mod panics;
mod verifying;

use std::time::Duration;

use countersign::{
    Credentials, PayloadHash, RawRequest, Rules, Signer, encode_key, encode_segment,
    sigv4::{
        AmzDate, Authorization, CanonicalPath, CanonicalQuery, CanonicalRequest, CredentialScope,
        QueryAuthorization,
    },
};
use proptest::collection::vec;
use proptest::prelude::*;

use inputs::*;
use meaning::unescape;

proptest! {
    #[test]
    fn signing_twice_is_signing_once(
        signer in any_signer(),
        path in any_path(),
        query in any_query(),
        headers in any_headers(),
        payload in any_payload(),
        now in any_now(),
    ) {
        let payload = payload_for(&signer, payload);
        let mut request = request(&format!("https://example.com{path}?{query}"), &headers);
        let once = signer.sign(&mut request, payload, now).unwrap();
        let after = request.headers().clone();
        let twice = signer.sign(&mut request, payload, now).unwrap();
        prop_assert_eq!(once, twice);
        prop_assert_eq!(&after, request.headers());
    }

    /// Headers of different names may be in any order. Values of one name keep their order.
    #[test]
    fn the_order_of_headers_does_not_matter(
        signer in any_signer(),
        headers in any_headers(),
        other_first in any::<u64>(),
        now in any_now(),
    ) {
        let mut shuffled = headers.clone();
        // Another order, which depends on the names only.
        shuffled.sort_by_key(|(name, _)| {
            name.bytes().fold(other_first, |hash, b| hash.rotate_left(7) ^ u64::from(b))
        });
        let sign = |headers| {
            let mut request = request("https://example.com/a", headers);
            signer.sign(&mut request, PayloadHash::Unsigned, now).unwrap()
        };
        let signature = sign(&headers);
        prop_assert_eq!(signature, sign(&shuffled));
        // The same with slices.
        for headers in [&headers, &shuffled] {
            let mut headers = slices(headers);
            headers.rotate_left(1);
            let raw = RawRequest { method: "GET", path: "/a", query: "", headers: &headers };
            let added = signer.sign_raw(&raw, PayloadHash::Unsigned, now).unwrap();
            prop_assert_eq!(&signature, added.signature());
        }
    }

    #[test]
    fn presigning_keeps_what_the_caller_wrote(
        signer in any_signer(),
        path in any_path(),
        query in any_query(),
        headers in any_headers(),
        payload in any_payload(),
        seconds in 1..=604_800_u64,
        now in any_now(),
    ) {
        let payload = payload_in_url(&signer, payload);
        let uri = format!("https://example.com:8443{path}?{query}");
        let request = request(&uri, &headers);
        let presigned = signer
            .presign_with_payload(&request, payload, Duration::from_secs(seconds), now)
            .unwrap();
        let separator = if query.is_empty() { "" } else { "&" };
        // Presigning changes only a plus in the query and the path for S3, to canonical form.
        let recoded = signer.service().rules().recode_path;
        let sent = if recoded { presigned.uri().unwrap().path().to_owned() } else { path.clone() };
        if recoded {
            prop_assert_eq!(unescape(&sent), unescape(&path));
            let dots = |path: &str| path.split('/').filter(|segment| matches!(*segment, "." | "..")).count();
            prop_assert_eq!(dots(&sent), dots(&path));
            let rules = Rules::S3;
            let canonical = |path: &str| CanonicalPath::new(path, &rules).unwrap().to_string();
            prop_assert_eq!(canonical(&sent), canonical(&path));
        }
        let start = format!(
            "https://example.com:8443{sent}?{}{separator}X-Amz-Algorithm=AWS4-HMAC-SHA256&",
            query.replace('+', "%20"),
        );
        prop_assert!(presigned.url().starts_with(&start), "{}", presigned.url());
        prop_assert_eq!(presigned.url(), presigned.uri().unwrap().to_string());
        prop_assert_eq!(presigned.expires_at(), (now + Duration::from_secs(seconds)).into());
        // The added parameters are read, and each is there once.
        let sent = presigned.url().split_once('?').unwrap().1;
        let read = QueryAuthorization::parse(sent).unwrap();
        prop_assert_eq!(&read.authorization.signature, presigned.signature());
        prop_assert_eq!(read.expires_in, Some(seconds));
        // All signed headers are returned except the host of the URL.
        let names: Vec<&str> = read.authorization.signed_headers.split(';').collect();
        prop_assert!(names.contains(&"host"));
        prop_assert_eq!(names.len(), presigned.headers().keys_len() + 1);
        for name in presigned.headers().keys() {
            prop_assert!(names.contains(&name.as_str()));
        }
        // Slices produce the same target.
        let mut headers = slices(&headers);
        headers[0].1 = b"example.com:8443";
        let raw = RawRequest { method: "GET", path: &path, query: &query, headers: &headers };
        let target = signer
            .presign_raw_with_payload(&raw, payload, Duration::from_secs(seconds), now)
            .unwrap();
        // A URI without a query has no `?`. Slices cannot express the difference.
        let own = presigned.url().strip_prefix("https://example.com:8443").unwrap();
        prop_assert_eq!(own, target.path_and_query());
    }
}

proptest! {
    /// The canonical form is idempotent, in order and in encoding.
    #[test]
    fn a_canonical_query_is_its_own_canonical_form(query in any_query()) {
        let once = CanonicalQuery::new(&query).unwrap().to_string();
        prop_assert_eq!(&CanonicalQuery::new(&once).unwrap().to_string(), &once);
        let mut pairs: Vec<(&str, &str)> =
            once.split('&').filter(|pair| !pair.is_empty()).map(|pair| pair.split_once('=').unwrap()).collect();
        let sorted = pairs.clone();
        pairs.sort_unstable();
        prop_assert_eq!(pairs, sorted);
    }

    #[test]
    fn encoded_keys_and_segments_decode_to_the_same(key in vec(any::<u8>(), 0..40)) {
        let (encoded, segment) = (encode_key(&key), encode_segment(&key));
        prop_assert_eq!(unescape(&encoded), key.clone());
        prop_assert_eq!(unescape(&segment), key);
        let allowed = |c: char| c.is_ascii_alphanumeric() || "-._~%".contains(c);
        prop_assert!(segment.chars().all(allowed) && encoded.replace('/', "").chars().all(allowed));
        // Such a path is sent as it is, and is already in S3's canonical form.
        let path = format!("/{encoded}");
        prop_assert_eq!(CanonicalPath::new(&path, &Rules::S3).unwrap().to_string(), path);
    }

    #[test]
    fn dates_and_scopes_are_read_as_they_were_written(now in any_now(), region in "[!-+.0-~-]{1,64}", service in "[!-+.0-@\\[-~-]{1,64}") {
        let date = AmzDate::new(now).unwrap();
        prop_assert_eq!(date.timestamp(), now.into());
        prop_assert_eq!(date.as_str().parse::<AmzDate>().ok(), Some(date));
        let scope = CredentialScope::new(now, &region, &service).unwrap();
        prop_assert_eq!(scope.as_str().parse::<CredentialScope>().unwrap(), scope);
        prop_assert_eq!((scope.region(), scope.service()), (Some(&*region), &*service));
        prop_assert_eq!(scope.day(), date.day());
    }

    /// The authorization of each request that can be signed is parsed to the same values.
    #[test]
    fn authorizations_are_read_as_they_were_written(id in "[!-+.0-~-]{1,40}", headers in any_headers(), now in any_now()) {
        let signer = Signer::new(Credentials::new(id.clone(), "secret"), "us-east-1", "s3").unwrap();
        let mut request = request("https://example.com/", &headers);
        let signature = signer.sign(&mut request, PayloadHash::EMPTY, now).unwrap();
        let header = request.headers()["authorization"].to_str().unwrap();
        let read = Authorization::parse(header).unwrap();
        prop_assert_eq!(&read.access_key_id, &id);
        prop_assert_eq!(&read.signature, &signature);
        prop_assert_eq!(read.to_header(), header);
        let canonical = CanonicalRequest::new(&request, &Rules::S3, PayloadHash::EMPTY).unwrap();
        prop_assert_eq!(&read.signed_headers, &canonical.signed_headers());
    }
}
