//! Key lookups and their cache.

use super::*;

use std::time::Duration;

use countersign::sigv4::CredentialScope;
use countersign::tower::verify::KeyCache;
use countersign::verify::VerificationKey;

/// The users that the lookup currently finds.
type Users = Arc<Mutex<Vec<Credentials>>>;

fn users(of: impl IntoIterator<Item = Credentials>) -> Users {
    Arc::new(Mutex::new(of.into_iter().collect()))
}

fn layer_of(
    users: &Users,
    lookups: &Arc<AtomicUsize>,
    cache: &KeyCache,
) -> VerifyLayer<impl KeyLookup + use<>> {
    let (users, lookups) = (users.clone(), lookups.clone());
    let lookup = move |claim: KeyClaim| {
        lookups.fetch_add(1, Ordering::Relaxed);
        let token = claim
            .session_token
            .as_ref()
            .map(|token| token.expose().to_owned());
        let is = |user: &&Credentials| {
            let own = user.session_token().map(|token| token.expose().to_owned());
            user.access_key_id() == claim.access_key_id && own == token
        };
        let found = users.lock().unwrap().iter().find(is).cloned();
        async move { Ok::<_, Infallible>(found.map(FoundKey::from)) }
    };
    let verifier = Verifier::for_any_region("s3").unwrap();
    VerifyLayer::new(verifier, lookup)
        .with_clock(now)
        .with_cache(cache.clone())
}

fn signed_by(credentials: &Credentials, region: &str) -> Request<Pieces> {
    let mut request = Request::get("/b/k")
        .header("host", HOST)
        .body(Pieces::of(""))
        .unwrap();
    let signer = Signer::new(credentials.clone(), region, "s3").unwrap();
    signer
        .sign(&mut request, PayloadHash::EMPTY, now())
        .unwrap();
    request
}

fn count(lookups: &AtomicUsize) -> usize {
    lookups.swap(0, Ordering::Relaxed)
}

#[test]
fn no_request_is_handled_while_the_lookup_waits() {
    let answer = Arc::new(Mutex::new(None));
    let lookup = {
        let answer = answer.clone();
        move |_: KeyClaim| {
            let answer = answer.clone();
            std::future::poll_fn(move |_| match answer.lock().unwrap().take() {
                Some(found) => Poll::Ready(Ok::<_, Infallible>(found)),
                None => Poll::Pending,
            })
        }
    };
    let verifier = Verifier::new("us-east-1", "s3").unwrap();
    let layer = VerifyLayer::new(verifier, lookup).with_clock(now);
    let handler = Handler::default();
    let mut server = layer.layer(handler.clone());
    let mut response = server.call(put("data"));
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..10 {
        assert!(response.as_mut().poll(&mut context).is_pending());
    }
    assert_eq!(handler.calls(), 0);
    *answer.lock().unwrap() = Some(Some(FoundKey::from(known())));
    assert_eq!(block_on(response).unwrap().status(), 200);
}

#[test]
fn the_lookup_learns_what_the_request_claims() {
    let claims = Arc::new(Mutex::new(Vec::new()));
    let lookup = {
        let claims = claims.clone();
        move |claim: KeyClaim| {
            claims.lock().unwrap().push(claim);
            std::future::ready(Ok::<_, Infallible>(None))
        }
    };
    let verifier = Verifier::for_any_region("s3").unwrap();
    let layer = VerifyLayer::new(verifier, lookup).with_clock(now);
    let user = Credentials::new("ASIAEXAMPLE", "secret").with_session_token("a+token");
    let answer = send(&layer, &Handler::default(), signed_by(&user, "eu-west-1"));
    assert_eq!(answer.code(), (403, "InvalidAccessKeyId"));
    let claim = claims.lock().unwrap().pop().unwrap();
    assert_eq!(claim.access_key_id, "ASIAEXAMPLE");
    assert_eq!(
        claim.scope.unwrap().as_str(),
        "20260102/eu-west-1/s3/aws4_request"
    );
    assert_eq!(claim.session_token.unwrap().expose(), "a+token");
}

#[test]
fn a_failed_lookup_is_an_internal_error() {
    let lookup = |_: KeyClaim| std::future::ready(Err::<Option<FoundKey>, _>("no database at db7"));
    let verifier = Verifier::new("us-east-1", "s3").unwrap();
    let layer = VerifyLayer::new(verifier, lookup).with_clock(now);
    let answer = send(&layer, &Handler::default(), put("data"));
    assert_eq!(answer.code(), (500, "InternalError"));
    assert!(!answer.text.contains("db7"), "{}", answer.text);
    let source = StdError::source(answer.refused.as_ref().unwrap())
        .unwrap()
        .to_string();
    assert_eq!(source, "no database at db7");

    // A user without a secret is a server error, too: anyone could sign as that user.
    let users = users([Credentials::new(ID, "")]);
    let layer = layer_of(&users, &Arc::default(), &KeyCache::default());
    assert_eq!(
        send(&layer, &Handler::default(), put("data")).code(),
        (500, "InternalError")
    );
}

#[test]
fn a_case_insensitive_lookup_proves_no_other_access_key_id() {
    let lookup = |_: KeyClaim| std::future::ready(Ok::<_, Infallible>(Some(known().into())));
    let verifier = Verifier::for_any_region("s3").unwrap();
    let layer = VerifyLayer::new(verifier, lookup).with_clock(now);
    let other = Credentials::new("akidexample", SECRET);
    let answer = send(&layer, &Handler::default(), signed_by(&other, "us-east-1"));
    assert_eq!(answer.code(), (403, "InvalidAccessKeyId"));
}

#[test]
fn a_key_is_looked_up_once() {
    let (lookups, cache) = (Arc::default(), KeyCache::default());
    let layer = layer_of(&users([known()]), &lookups, &cache);
    for _ in 0..5 {
        assert_eq!(send(&layer, &Handler::default(), put("data")).status, 200);
    }
    assert_eq!((count(&lookups), cache.len()), (1, 1));
    // Without a cache, the key is looked up each time.
    let layer = layer.with_cache(KeyCache::new(0));
    for _ in 0..5 {
        assert_eq!(send(&layer, &Handler::default(), put("data")).status, 200);
    }
    assert_eq!(count(&lookups), 5);
}

#[test]
fn a_key_is_found_for_the_same_id_scope_and_token_only() {
    let (lookups, cache) = (Arc::default(), KeyCache::default());
    let one = known();
    let other = Credentials::new("AKIDOTHER", SECRET);
    let session = known().with_session_token("one");
    let next_session = known().with_session_token("two");
    let all = [
        one.clone(),
        other.clone(),
        session.clone(),
        next_session.clone(),
    ];
    let layer = layer_of(&users(all), &lookups, &cache);
    let requests = || {
        [
            signed_by(&one, "us-east-1"),
            signed_by(&one, "eu-west-1"),
            signed_by(&other, "us-east-1"),
            signed_by(&session, "us-east-1"),
            signed_by(&next_session, "us-east-1"),
        ]
    };
    for (round, looked_up) in [(1, 5), (2, 0)] {
        for request in requests() {
            assert_eq!(send(&layer, &Handler::default(), request).status, 200);
        }
        assert_eq!(
            (count(&lookups), cache.len()),
            (looked_up, 5),
            "round {round}"
        );
    }
    // A missing or wrong token is refused, also with a cached key.
    let stranger = known().with_session_token("three");
    let answer = send(
        &layer,
        &Handler::default(),
        signed_by(&stranger, "us-east-1"),
    );
    assert_eq!(answer.code(), (403, "InvalidAccessKeyId"));
}

#[test]
fn failures_do_not_fill_the_cache() {
    let (lookups, cache) = (Arc::default(), KeyCache::default());
    let expired = Credentials::new("ASIAEXPIRED", "secret");
    let all = [known(), expired.clone().with_expiration(now())];
    let layer = layer_of(&users(all), &lookups, &cache);
    let handler = Handler::default();
    let wrong = Credentials::new(ID, "wrong");
    let mut tampered = put("data");
    tampered
        .headers_mut()
        .insert("x-amz-content-sha256", "UNSIGNED-PAYLOAD".parse().unwrap());
    for request in [
        signed_by(&wrong, "us-east-1"),
        signed_by(&Credentials::new("AKIDINVENTED", "x"), "us-east-1"),
        signed_by(&expired, "us-east-1"),
        put("data").map(|_| Pieces::of("atad")),
        tampered,
    ] {
        assert_ne!(send(&layer, &handler, request).status, 200);
    }
    assert_eq!((handler.calls(), cache.len()), (0, 0));
    // A request that is refused without its key costs no lookup.
    count(&lookups);
    let mut late = put("data");
    late.headers_mut()
        .insert("x-amz-date", "20260102T000000Z".parse().unwrap());
    send(&layer, &handler, late);
    assert_eq!(count(&lookups), 0);
}

#[test]
fn the_cache_is_bounded_and_keeps_what_is_used() {
    for capacity in [1, 2, 3, 10] {
        let (lookups, cache) = (Arc::default(), KeyCache::new(capacity));
        let all: Vec<_> = (0..50)
            .map(|i| Credentials::new(format!("AKID{i}"), "secret"))
            .collect();
        let layer = layer_of(&users(all.clone()), &lookups, &cache);
        assert!(cache.is_empty());
        let mut most = 0;
        for user in &all {
            assert_eq!(
                send(&layer, &Handler::default(), signed_by(user, "r")).status,
                200
            );
            most = most.max(cache.len());
        }
        assert_eq!(most, capacity);
        assert!(!cache.is_empty());
        assert_eq!(count(&lookups), 50);
        send(&layer, &Handler::default(), signed_by(&all[49], "r"));
        assert_eq!(count(&lookups), 0, "the last one is there");
    }
    // A key that is used between all others stays in the cache.
    let (lookups, cache) = (Arc::default(), KeyCache::new(10));
    let all: Vec<_> = (0..50)
        .map(|i| Credentials::new(format!("AKID{i}"), "secret"))
        .collect();
    let layer = layer_of(&users(all.clone()), &lookups, &cache);
    for user in &all[1..] {
        for user in [&all[0], user] {
            send(&layer, &Handler::default(), signed_by(user, "r"));
        }
    }
    assert_eq!(count(&lookups), 50);
}

#[test]
fn a_changed_secret_is_accepted_at_once() {
    let (lookups, cache) = (Arc::default(), KeyCache::default());
    let users = users([known()]);
    let layer = layer_of(&users, &lookups, &cache);
    assert_eq!(send(&layer, &Handler::default(), put("data")).status, 200);
    let new = Credentials::new(ID, "another");
    *users.lock().unwrap() = vec![new.clone()];
    assert_eq!(
        send(&layer, &Handler::default(), signed_by(&new, "us-east-1")).status,
        200
    );
    assert_eq!((count(&lookups), cache.len()), (2, 1));
    // The old key is refused.
    let answer = send(&layer, &Handler::default(), put("data"));
    assert_eq!(answer.code(), (403, "SignatureDoesNotMatch"));
}

#[test]
fn a_changed_secret_is_accepted_also_where_the_body_was_read_for_the_old_one() {
    let users = users([known()]);
    let verifier = Verifier::new("us-east-1", "execute-api").unwrap();
    let lookup = {
        let users = users.clone();
        move |_: KeyClaim| {
            let found = users.lock().unwrap()[0].clone();
            std::future::ready(Ok::<_, Infallible>(Some(FoundKey::from(found))))
        }
    };
    let layer = VerifyLayer::new(verifier, lookup).with_clock(now);
    for secret in [SECRET, "another"] {
        let user = Credentials::new(ID, secret);
        *users.lock().unwrap() = vec![user.clone()];
        let post = Request::post("/items").header("host", "api");
        let mut request = post.body(Pieces::of("data".repeat(1000))).unwrap();
        let signer = Signer::new(user, "us-east-1", "execute-api").unwrap();
        signer
            .sign(&mut request, PayloadHash::new("data".repeat(1000)), now())
            .unwrap();
        let handler = Handler::default();
        assert_eq!(send(&layer, &handler, request).status, 200);
        assert_eq!(handler.seen().body.unwrap(), "data".repeat(1000));
    }
}

#[test]
fn a_removed_user_is_refused_after_the_lifetime_or_at_once() {
    let time = Arc::new(Mutex::new(now()));
    let clock = {
        let time = time.clone();
        move || *time.lock().unwrap()
    };
    let cache = KeyCache::default().with_lifetime(Duration::from_secs(60));
    let users = users([known()]);
    let layer = layer_of(&users, &Arc::default(), &cache).with_clock(clock);
    let status = || send(&layer, &Handler::default(), put("data")).status;
    assert_eq!(status(), 200);
    users.lock().unwrap().clear();
    *time.lock().unwrap() = now() + Duration::from_secs(59);
    assert_eq!(status(), 200, "the cached key");
    *time.lock().unwrap() = now() + Duration::from_secs(60);
    assert_eq!(status(), 403);

    users.lock().unwrap().push(known());
    assert_eq!(status(), 200);
    users.lock().unwrap().clear();
    cache.remove("AKIDOTHER");
    assert_eq!(status(), 200);
    cache.remove(ID);
    assert_eq!(status(), 403);
    assert!(cache.is_empty());
    // Setting the clock back does not extend the lifetime of a cached key.
    users.lock().unwrap().push(known());
    assert_eq!(status(), 200);
    users.lock().unwrap().clear();
    *time.lock().unwrap() = now();
    assert_eq!(status(), 403);
}

#[test]
fn a_key_that_is_removed_while_it_is_looked_up_is_not_cached() {
    for clear in [false, true] {
        let cache = KeyCache::default();
        let lookup = {
            let cache = cache.clone();
            move |_: KeyClaim| {
                let cache = cache.clone();
                async move {
                    let found = known();
                    wait().await;
                    if clear {
                        cache.clear()
                    } else {
                        cache.remove(ID)
                    }
                    Ok::<_, Infallible>(Some(FoundKey::from(found)))
                }
            }
        };
        let verifier = Verifier::new("us-east-1", "s3").unwrap();
        let layer = VerifyLayer::new(verifier, lookup)
            .with_clock(now)
            .with_cache(cache.clone());
        assert_eq!(send(&layer, &Handler::default(), put("data")).status, 200);
        assert!(cache.is_empty());
    }
}

#[test]
fn a_cached_session_expires() {
    let time = Arc::new(Mutex::new(now()));
    let clock = {
        let time = time.clone();
        move || *time.lock().unwrap()
    };
    let end = now() + Duration::from_secs(30);
    let session = known().with_session_token("token").with_expiration(end);
    let layer = layer_of(
        &users([session.clone()]),
        &Arc::default(),
        &KeyCache::default(),
    );
    let layer = layer.with_clock(clock);
    let send = || send(&layer, &Handler::default(), signed_by(&session, "r"));
    assert_eq!(send().status, 200);
    *time.lock().unwrap() = end;
    assert_eq!(send().code(), (400, "ExpiredToken"));
}

#[test]
fn a_lookup_may_return_derived_keys() {
    let lookup = |claim: KeyClaim| {
        let key = VerificationKey::derive(&known(), &claim.scope.unwrap()).unwrap();
        std::future::ready(Ok::<_, Infallible>(Some(FoundKey::from(key))))
    };
    let verifier = Verifier::new("us-east-1", "s3").unwrap();
    let layer = VerifyLayer::new(verifier, lookup).with_clock(now);
    assert_eq!(send(&layer, &Handler::default(), put("data")).status, 200);

    // A key of another scope does not verify the request.
    let lookup = |_: KeyClaim| {
        let scope = CredentialScope::new(now(), "eu-west-1", "s3").unwrap();
        let key = VerificationKey::derive(&known(), &scope).unwrap();
        std::future::ready(Ok::<_, Infallible>(Some(FoundKey::from(key))))
    };
    let verifier = Verifier::new("us-east-1", "s3").unwrap();
    let layer = VerifyLayer::new(verifier, lookup).with_clock(now);
    let answer = send(&layer, &Handler::default(), put("data"));
    assert_eq!(answer.code(), (403, "SignatureDoesNotMatch"));
}

#[cfg(feature = "sigv4a")]
#[test]
fn requests_of_sigv4a_are_verified_by_the_same_credentials() {
    let user = known().with_session_token("token");
    let (lookups, cache) = (Arc::default(), KeyCache::default());
    let layer = layer_of(&users([user.clone()]), &lookups, &cache);
    let signer = countersign::sigv4a::Signer::new(user.clone(), "us-*", "s3").unwrap();
    for _ in 0..2 {
        let mut request = Request::get("/b/k")
            .header("host", HOST)
            .body(Pieces::of(""))
            .unwrap();
        signer
            .sign(&mut request, PayloadHash::EMPTY, now())
            .unwrap();
        let handler = Handler::default();
        assert_eq!(send(&layer, &handler, request).status, 200);
        let verified = handler.seen().verified.unwrap();
        assert_eq!(verified.scope().as_str(), "20260102/s3/aws4_request");
    }
    // The keys of the two algorithms are different.
    assert_eq!((count(&lookups), cache.len()), (1, 1));
    assert_eq!(
        send(&layer, &Handler::default(), signed_by(&user, "us-east-1")).status,
        200
    );
    assert_eq!((count(&lookups), cache.len()), (1, 2));
}

#[test]
fn services_of_one_layer_share_the_cache() {
    let lookups = Arc::default();
    let layer = layer_of(&users([known()]), &lookups, &KeyCache::default());
    let mut services = [
        layer.layer(Handler::default()),
        layer.layer(Handler::default()),
    ];
    for service in &mut services {
        assert_eq!(block_on(service.call(put("data"))).unwrap().status(), 200);
    }
    assert_eq!(count(&lookups), 1);
}
