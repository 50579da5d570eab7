//! Passwords of Amazon Redshift.

use super::*;

#[test]
fn a_result_of_another_action_or_with_an_error_status_is_refused() {
    let body = |action: &str| {
        format!(
            "<{action}Response><{action}Result><DbUser>IAM:j</DbUser><DbPassword>p</DbPassword>\
             <Expiration>2026-11-29T12:15:00Z</Expiration></{action}Result></{action}Response>"
        )
    };
    let (own, other) = ("GetClusterCredentials", "GetClusterCredentialsWithIAM");
    assert!(GetClusterCredentials::parse(StatusCode::OK, body(own)).is_ok());
    assert!(GetClusterCredentials::parse(StatusCode::OK, body(other)).is_err());
    assert!(GetClusterCredentials::parse(StatusCode::FORBIDDEN, body(own)).is_err());
    assert!(GetClusterCredentialsWithIam::parse(StatusCode::OK, body(other)).is_ok());
}

#[test]
fn the_next_refresh_time_of_a_password_is_parsed() {
    let body = "<GetClusterCredentialsWithIAMResponse><GetClusterCredentialsWithIAMResult>\
        <DbUser>IAM:j</DbUser><DbPassword>p</DbPassword><Expiration>2026-11-29T12:15:00Z</Expiration>\
        <NextRefreshTime>2026-11-29T12:10:00Z</NextRefreshTime>\
        </GetClusterCredentialsWithIAMResult></GetClusterCredentialsWithIAMResponse>";
    let login = GetClusterCredentialsWithIam::parse(StatusCode::OK, body).unwrap();
    let refresh = login.next_refresh_at.map(|time| time.to_string());
    assert_eq!(refresh.as_deref(), Some("2026-11-29T12:10:00Z"));
    let unreadable = body.replace("2026-11-29T12:10:00Z", "soon");
    assert!(GetClusterCredentialsWithIam::parse(StatusCode::OK, unreadable).is_err());
}
