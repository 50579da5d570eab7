//! Bearer tokens in every form.

use countersign::bearer::{self, BearerToken, Scheme};
use http::Request;

use super::{LacksDisplay, LacksEq, NOW, Needles, SECRET, TOKEN};

#[test]
fn bearer_tokens_hide_secrets() {
    let needles = Needles::new(&[]);
    let user = "aws".to_owned();
    for form in [
        Scheme::Bearer,
        Scheme::Basic { user },
        Scheme::BasicEncoded,
        Scheme::Bare,
        Scheme::SsoHeader,
    ] {
        let token = BearerToken::new(TOKEN)
            .with_scope("codeartifact", "us-west-2")
            .with_host("example.com")
            .with_expiration(NOW)
            .sent_as(form);
        needles.hidden_in(&token);
        for (service, region) in [
            ("codeartifact", "us-west-2"),
            ("ecr", ""),
            ("codeartifact", ""),
        ] {
            needles.hidden_in_display(&token.check(service, region, NOW).unwrap_err());
        }
        for host in ["evil.example", "a@example.com"] {
            let refused = token.header_value_for(host, NOW - super::LIFETIME);
            needles.hidden_in_display(&refused.unwrap_err());
        }
        let before = NOW - super::LIFETIME;
        let mut request = Request::get("https://example.com/").body(()).unwrap();
        bearer::authorize(&mut request, &token, "codeartifact", "us-west-2", before).unwrap();
        needles.hidden_in(&request);
        // HTTP Basic encodes the token in base64 again.
        assert!(!format!("{request:?}").contains("YXdz"));
        if let Ok(token) = BearerToken::from_headers(request.headers()) {
            assert_eq!(token.expose(), TOKEN);
            needles.hidden_in(&token);
        }
    }
    let broken = BearerToken::new(format!("{SECRET}\n"));
    needles.hidden_in_display(&broken.check("s", "r", NOW).unwrap_err());
    <BearerToken as LacksDisplay<_>>::holds();
    <BearerToken as LacksEq<_>>::holds();
}

#[cfg(feature = "codeartifact")]
#[test]
fn lines_for_package_managers_hide_secrets() {
    use countersign::codeartifact::{GetAuthorizationToken, Repository, SecretText};
    let needles = Needles::new(&[]);
    let body = format!(r#"{{"authorizationToken":"{TOKEN}","expiration":4e9}}"#);
    let ask = GetAuthorizationToken::new("my-domain", "us-west-2");
    let token = ask.parse(&http::Response::new(&body)).unwrap();
    needles.hidden_in(&token);
    let repository = Repository::new("my-domain", "111122223333", "us-west-2", "repo").unwrap();
    needles.hidden_in(&repository.npm_auth_token(&token, NOW).unwrap());
    needles.hidden_in(&repository.pip_index_url(&token, NOW).unwrap());
    needles.hidden_in(&repository.cargo_token(&token, NOW).unwrap());
    <SecretText as LacksDisplay<_>>::holds();
    <SecretText as LacksEq<_>>::holds();
    // A truncated response that contains the token.
    let response = http::Response::new(&body[..body.len() - 1]);
    needles.hidden_in_display(&ask.parse(&response).unwrap_err());
}
