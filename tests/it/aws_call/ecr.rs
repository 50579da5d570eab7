//! Logins of Amazon ECR and ECR Public.

use super::*;

#[test]
fn a_login_of_ecr_public_is_for_its_one_host() {
    let body = format!(
        r#"{{"authorizationData":{{"authorizationToken":"{ECR_TOKEN}","expiresAt":1795957200}}}}"#
    );
    let login = GetPublicAuthorizationToken::new()
        .parse(&endpoint(), &ok(&body))
        .unwrap();
    assert_eq!(login.hosts(), ["public.ecr.aws"]);
    assert_eq!(
        (login.username(), login.password().expose()),
        ("AWS", SECRET)
    );
    assert_eq!(login.token().service(), Some("ecr-public"));
    // The response for a private registry is a list.
    assert!(
        GetAuthorizationToken::new()
            .parse(&endpoint(), &ok(&body))
            .is_err()
    );
}

#[test]
fn a_login_of_ecr_names_the_hosts_of_its_region() {
    let hosts = |region: &str| {
        let body = format!(
            r#"{{"authorizationData":[{{"authorizationToken":"{ECR_TOKEN}","expiresAt":1}}]}}"#
        );
        let endpoint = Endpoint::regional(region).unwrap();
        let logins = GetAuthorizationToken::new()
            .parse(&endpoint, &ok(&body))
            .unwrap();
        logins[0].hosts().to_vec()
    };
    assert_eq!(
        hosts("eu-west-1"),
        [
            "############.dkr.ecr.eu-west-1.amazonaws.com",
            "############.dkr.ecr-fips.eu-west-1.amazonaws.com",
            "############.dkr-ecr.eu-west-1.on.aws",
            "############.dkr-ecr-fips.eu-west-1.on.aws",
        ]
    );
    assert_eq!(
        hosts("cn-north-1")[0],
        "############.dkr.ecr.cn-north-1.amazonaws.com.cn"
    );
}

#[test]
fn an_ecr_password_is_all_that_follows_the_first_colon() {
    for (decoded, user) in [("QVdTOmE6Yg==", Some(("AWS", "a:b"))), ("QVdTOg==", None)] {
        let body = format!(
            r#"{{"authorizationData":[{{"authorizationToken":"{decoded}","expiresAt":1}}]}}"#
        );
        let login = GetAuthorizationToken::new().parse(&endpoint(), &ok(&body));
        let login = login.ok().map(|mut logins| logins.swap_remove(0));
        let told = login
            .as_ref()
            .map(|login| (login.username(), login.password().expose()));
        assert_eq!(told, user);
    }
    // `OkE=` is `:A`, `QVdT` is `AWS`, `QVdTOgo=` is `AWS:` and a line break.
    for token in ["OkE=", "QVdT", "QVdTOgo=", "QVdTOmE", "!", ""] {
        let body = format!(
            r#"{{"authorizationData":[{{"authorizationToken":"{token}","expiresAt":1}}]}}"#
        );
        let error = GetAuthorizationToken::new()
            .parse(&endpoint(), &ok(&body))
            .unwrap_err();
        assert_eq!(error.code(), None, "{token}");
    }
}
