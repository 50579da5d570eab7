//! Replayed requests.

use super::*;

use std::collections::HashSet;
use std::time::Duration;

/// A layer that accepts each write once, and the replay identifiers that it remembers.
fn once() -> (
    VerifyLayer<impl KeyLookup + 'static>,
    Arc<Mutex<HashSet<[u8; 32]>>>,
) {
    let seen = Arc::new(Mutex::new(HashSet::new()));
    let check = {
        let seen = seen.clone();
        move |verified: &OwnedVerified| {
            let id = verified.replay_id().filter(|_| verified.method() != "GET");
            let is_first = id.is_none_or(|id| seen.lock().unwrap().insert(id));
            async move {
                wait().await;
                Ok(is_first)
            }
        }
    };
    (
        store().accept_unsigned_payloads().with_replay_check(check),
        seen,
    )
}

#[test]
fn a_replay_is_refused() {
    let (layer, _) = once();
    let handler = Handler::default();
    assert_eq!(send(&layer, &handler, put("data")).status, 200);
    handler.seen();
    let answer = send(&layer, &handler, put("data"));
    assert_eq!(answer.code(), (403, "AccessDenied"));
    assert!(matches!(answer.refused, Some(Refused::Replayed)));
    // Also with the signature in another spelling.
    let mut request = put("data");
    let authorization = request.headers()["authorization"].to_str().unwrap();
    let (head, signature) = authorization.rsplit_once('=').unwrap();
    let other = format!("{head}={}", signature.to_uppercase());
    request
        .headers_mut()
        .insert("authorization", other.parse().unwrap());
    assert_ne!(send(&layer, &handler, request).status, 200);
    assert_eq!(handler.calls(), 0);
    assert_eq!(send(&layer, &handler, put("other data")).status, 200);
    // The check of the server decides about reads, and about URLs that are used repeatedly.
    for _ in 0..2 {
        assert_eq!(send(&layer, &handler, get("/bucket/key")).status, 200);
        let put = Request::put(format!("https://{HOST}/bucket/key"))
            .body(())
            .unwrap();
        let minute = Duration::from_secs(60);
        let url = signer("s3")
            .presign(&put, minute, now())
            .unwrap()
            .uri()
            .unwrap();
        let request = Request::put(url).body(Pieces::of("data")).unwrap();
        assert_eq!(send(&layer, &handler, request).status, 200);
    }
}

#[test]
fn a_request_that_is_refused_is_not_remembered() {
    let (layer, seen) = once();
    let handler = Handler::default();
    // An attacker sends it first, with another body.
    let request = put("data").map(|_| Pieces::of("atad"));
    assert_eq!(send(&layer, &handler, request).status, 400);
    assert!(seen.lock().unwrap().is_empty());
    assert_eq!(send(&layer, &handler, put("data")).status, 200);
}

#[test]
fn a_check_that_fails_refuses_the_request() {
    let layer = store().with_replay_check(|_: &OwnedVerified| async { Err("no memory".into()) });
    let handler = Handler::default();
    let answer = send(&layer, &handler, put("data"));
    assert_eq!(answer.code(), (500, "InternalError"));
    assert!(!answer.text.contains("no memory"), "{}", answer.text);
    assert_eq!(
        answer.refused.unwrap().to_string(),
        "check for replays failed"
    );
    assert_eq!(handler.calls(), 0);
}
