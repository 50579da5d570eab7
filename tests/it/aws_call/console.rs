//! Sign-in URLs of the AWS console.

use super::*;

#[test]
fn the_console_takes_temporary_credentials_and_an_https_page_only() {
    let at = ConsoleEndpoint::global();
    let long_term = Credentials::new("AKIDEXAMPLE", SECRET);
    let refused = parameter(GetSigninToken::new(&long_term).request(&at));
    assert_eq!(refused.as_deref(), Some("credentials"));

    let credentials = long_term.with_session_token("t");
    for source in [
        CredentialsFrom::RoleChaining,
        CredentialsFrom::GetFederationToken,
    ] {
        let mut ask = GetSigninToken::new(&credentials);
        ask.credentials_from = source;
        assert!(ask.request(&at).is_ok());
        ask.session_duration = Some(Duration::from_secs(3600));
        assert_eq!(
            parameter(ask.request(&at)).as_deref(),
            Some("SessionDuration")
        );
    }

    let token = SigninToken::new("t", NOW);
    for page in [
        "https://console.aws.amazon.com",
        "https://console.aws.amazon.com/s3/home?region=eu-west-1#/b",
        "https://eu-west-1.console.aws.amazon.com?x",
    ] {
        assert!(token.login_url(&at, page, None).is_ok(), "{page}");
    }
    for page in [
        "",
        "https://",
        "https:///x",
        "http://console.aws.amazon.com/",
        "HTTPS://console.aws.amazon.com/",
        "//console.aws.amazon.com/",
        "javascript:alert(1)",
        "https://user@evil.example/",
        "https://evil.example\\@console.aws.amazon.com/",
        "https://console.aws.amazon.com/\n",
    ] {
        let refused = parameter(token.login_url(&at, page, None));
        assert_eq!(refused.as_deref(), Some("Destination"), "{page}");
    }
    let empty = SigninToken::new("", NOW).login_url(&at, "https://a.example/", None);
    assert_eq!(parameter(empty).as_deref(), Some("SigninToken"));
}
