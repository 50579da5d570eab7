use countersign::SessionToken;
use time::Duration as Span;

use super::*;

fn both(credentials: &Credentials, service: &'static str) -> [Message; 2] {
    let message = request("GET", "/key");
    [
        signed_by(credentials.clone(), message.clone(), service),
        presigned_by(credentials.clone(), &message, service),
    ]
}

#[test]
fn another_or_a_missing_session_token_is_refused() {
    let key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    for service in ["s3", "sqs"] {
        for message in both(&temporary(), service) {
            assert_eq!(verify_as(service, &message, &temporary(), NOW), Ok(()));
            // The key has another session token, or none. The request is signed by its holder.
            for other in [
                Credentials::new("ASIAEXAMPLE", key).with_session_token("other"),
                Credentials::new("ASIAEXAMPLE", key).with_session_token(format!("{TOKEN}x")),
                Credentials::new("ASIAEXAMPLE", key).with_session_token(&TOKEN[1..]),
                Credentials::new("ASIAEXAMPLE", key)
                    .with_session_token(SessionToken::s3_express(TOKEN)),
                Credentials::new("ASIAEXAMPLE", key),
            ] {
                let result = verify_as(service, &message, &other, NOW);
                assert_eq!(result, Err(VerifyError::InvalidSessionToken));
            }
        }
        // The token is missing.
        for message in both(&Credentials::new("ASIAEXAMPLE", key), service) {
            let result = verify_as(service, &message, &temporary(), NOW);
            assert_eq!(result, Err(VerifyError::InvalidSessionToken));
        }
    }
}

#[test]
fn a_token_in_two_places_is_refused() {
    for message in both(&temporary(), "s3") {
        let twice = with_header(message.clone(), "x-amz-security-token", TOKEN);
        let error = verify_as("s3", &twice, &temporary(), NOW).unwrap_err();
        assert!(matches!(error, VerifyError::Repeated { .. }), "{error}");
        let both_names = with_header(message, "x-amz-s3session-token", TOKEN);
        assert!(verify_as("s3", &both_names, &temporary(), NOW).is_err());
    }
    let url = presigned_by(temporary(), &request("GET", "/"), "s3");
    let url = with_query(url, |query| format!("{query}&X-Amz-S3session-Token=x"));
    assert!(verify_as("s3", &url, &temporary(), NOW).is_err());
}

/// A server looks up the key by this, before anything is verified.
#[test]
fn a_claim_returns_its_session_token() {
    let token = |message: &Message| SignedRequest::parse(message).unwrap().session_token();
    for message in both(&long_term(), "s3") {
        assert!(token(&message).is_none());
    }
    for message in both(&temporary(), "s3") {
        let token = token(&message).unwrap();
        assert_eq!(token.expose(), TOKEN);
        assert_eq!(token.header_name(), "x-amz-security-token");
    }
    let express = temporary().with_session_token(SessionToken::s3_express(TOKEN));
    for message in both(&express, "s3express") {
        let token = token(&message).unwrap();
        assert_eq!(token.expose(), TOKEN);
        assert_eq!(token.header_name(), "x-amz-s3session-token");
    }
    // A token that is not UTF-8 is returned with replacement characters, and never verifies.
    let [_, url] = both(&temporary(), "s3");
    let url = with_query(url, |query| {
        query.replace("Security-Token=", "Security-Token=%FF")
    });
    assert_eq!(token(&url).unwrap().expose(), format!("\u{fffd}{TOKEN}"));
    let error = verify_as("s3", &url, &temporary(), NOW);
    assert_eq!(error, Err(VerifyError::InvalidSessionToken));
}

/// A server may know when a key expires without having the credentials.
#[test]
fn a_key_that_has_expired_verifies_nothing() {
    use countersign::sigv4::SigningKey;

    for message in both(&long_term(), "s3") {
        let claim = SignedRequest::parse(&message).unwrap();
        let key = SigningKey::derive(long_term().secret_key(), claim.scope());
        let verify = |expiration| {
            let key = VerificationKey::from_signing_key("AKIDEXAMPLE", key.clone());
            let key = key.with_expiration(expiration);
            let verifier = Verifier::new("us-east-1", "s3").unwrap();
            let head = verifier.verify_signature(&claim, &key, NOW);
            head.map(drop)
        };
        assert_eq!(verify(NOW + Span::SECOND), Ok(()));
        let (expiration, now) = (NOW, NOW);
        let ended = VerifyError::CredentialsExpired {
            expiration: expiration.into(),
            now: now.into(),
        };
        assert_eq!(verify(NOW), Err(ended));
    }
}

#[test]
fn an_express_token_is_sent_under_its_own_name() {
    let session = Credentials::new("ASIAEXAMPLE", "secret")
        .with_session_token(SessionToken::s3_express(TOKEN));
    let plain = Credentials::new("ASIAEXAMPLE", "secret").with_session_token(TOKEN);
    for message in both(&session, "s3express") {
        assert_eq!(verify_as("s3express", &message, &session, NOW), Ok(()));
        let result = verify_as("s3express", &message, &plain, NOW);
        assert_eq!(result, Err(VerifyError::InvalidSessionToken));
    }
}

#[test]
fn a_key_expires_to_the_second() {
    let ends = |span| temporary().with_expiration(NOW + span);
    for message in both(&temporary(), "s3") {
        assert_eq!(verify_as("s3", &message, &ends(Span::SECOND), NOW), Ok(()));
        for span in [Span::ZERO, -Span::SECOND] {
            let expired = VerifyError::CredentialsExpired {
                expiration: (NOW + span).into(),
                now: NOW.into(),
            };
            assert_eq!(verify_as("s3", &message, &ends(span), NOW), Err(expired));
        }
    }
    // Keys without a session can expire, too.
    let message = signed(request("GET", "/"), "s3");
    assert!(verify_as("s3", &message, &long_term().with_expiration(NOW), NOW).is_err());
}

/// The token for AWS IoT is added after signing. It is compared all the same.
#[test]
fn a_token_that_is_not_signed_is_still_compared() {
    for message in both(&temporary(), "iotdevicegateway") {
        assert_eq!(
            verify_as("iotdevicegateway", &message, &temporary(), NOW),
            Ok(())
        );
        let other = Credentials::new("ASIAEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
            .with_session_token("other");
        let result = verify_as("iotdevicegateway", &message, &other, NOW);
        assert_eq!(result, Err(VerifyError::InvalidSessionToken));
    }
}

#[test]
fn a_prefix_of_a_session_token_is_refused() {
    // That `ASIA` marks a temporary key is only a convention. The lookup decides whether a key has
    // a session.
    let odd = Credentials::new("ASIAWITHOUTSESSION", "secret");
    for message in both(&odd, "s3") {
        assert_eq!(verify_as("s3", &message, &odd, NOW), Ok(()));
    }
    let session = Credentials::new("AKIAWITHSESSION", "secret").with_session_token(TOKEN);
    for message in both(&session, "s3") {
        assert_eq!(verify_as("s3", &message, &session, NOW), Ok(()));
        let none = Credentials::new("AKIAWITHSESSION", "secret");
        assert!(verify_as("s3", &message, &none, NOW).is_err());
    }
}
