//! Requests to STS, and its responses.

use countersign::aws_call::SignableRequest;
use countersign::sts::{
    AssumeRole, AssumeRoleWithSaml, AssumeRoleWithWebIdentity, Endpoint, GetDelegatedAccessToken,
    GetWebIdentityToken, Mfa, ProvidedContext,
};
use http::StatusCode;

use super::{LacksDisplay, NOW, Needles, SECRET, TOKEN, credentials};

const ROLE: &str = "arn:aws:iam::123456789012:role/demo";

#[test]
fn requests_to_sts_hide_secrets() {
    let needles = Needles::new(&[]);
    let endpoint = Endpoint::global();
    let contexts = [ProvidedContext::new(ROLE, TOKEN)];
    let mut assume = AssumeRole::new(ROLE, "session");
    assume.provided_contexts = &contexts;
    assume.mfa = Some(Mfa::new("GAHT12345678", "654321"));
    needles.hidden_in(&assume);
    needles.hidden_in(&contexts);
    let saml = AssumeRoleWithSaml::new(ROLE, ROLE, TOKEN);
    needles.hidden_in(&saml);
    let web = AssumeRoleWithWebIdentity::new(ROLE, "web", TOKEN);
    needles.hidden_in(&web);
    let trade = GetDelegatedAccessToken::new(TOKEN);
    needles.hidden_in(&trade);
    for request in [
        assume.request(&endpoint).unwrap(),
        trade.request(&endpoint).unwrap(),
    ] {
        needles.hidden_in(&request);
        let printed = format!("{request:?} {assume:?}");
        assert!(!printed.contains("654321"), "{printed}");
        let signed = request.sign(&credentials(), NOW).unwrap();
        needles.hidden_in(signed.headers());
    }
    <SignableRequest as LacksDisplay<_>>::holds();

    // Values beyond their limits.
    let long = TOKEN.repeat(5000);
    let saml = AssumeRoleWithSaml::new(ROLE, ROLE, &long);
    needles.hidden_in_display(&saml.request(&endpoint).unwrap_err());
    let web = AssumeRoleWithWebIdentity::new(ROLE, "web", &long);
    needles.hidden_in_display(&web.request(&endpoint).unwrap_err());
    assume.mfa = Some(Mfa::new("GAHT12345678", SECRET));
    needles.hidden_in_display(&assume.request(&endpoint).unwrap_err());
}

#[test]
fn responses_of_sts_hide_secrets() {
    let needles = Needles::new(&[]);
    let inside = format!(
        "<Credentials><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>{SECRET}</SecretAccessKey>\
         <SessionToken>{TOKEN}</SessionToken><Expiration>2024-07-15T23:28:33Z</Expiration></Credentials>"
    );
    let whole = format!(
        "<AssumeRoleResponse><AssumeRoleResult>{inside}</AssumeRoleResult></AssumeRoleResponse>"
    );
    needles.hidden_in(&AssumeRole::parse(StatusCode::OK, &whole).unwrap());
    for end in 0..whole.len() {
        let error = AssumeRole::parse(StatusCode::OK, &whole[..end]).unwrap_err();
        needles.hidden_in_display(&error);
        needles.hidden_in_text(error.message());
    }
    let web = format!(
        "<GetWebIdentityTokenResponse><GetWebIdentityTokenResult><WebIdentityToken>{TOKEN}</WebIdentityToken>\
         <Expiration>2024-07-15T23:28:33Z</Expiration></GetWebIdentityTokenResult></GetWebIdentityTokenResponse>"
    );
    needles.hidden_in(&GetWebIdentityToken::parse(StatusCode::OK, &web).unwrap());

    // Services quote the canonical request with the session token in it.
    let message = format!(
        "The request signature we calculated does not match the signature you provided.\n\n\
         The Canonical String for this request should have been\n'POST\n/\n\nx-amz-security-token:{TOKEN}\n'"
    );
    for message in [message.replace('\n', " "), message] {
        let body = format!(
            "<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>{message}</Message></Error></ErrorResponse>"
        );
        let error = AssumeRole::parse(StatusCode::FORBIDDEN, &body).unwrap_err();
        assert_eq!(error.message(), message);
        needles.hidden_in_display(&error);
    }

    // They quote the `Authorization` header, or a part of it, too.
    for message in [
        format!("Authorization header requires 'Signature' parameter. Authorization={TOKEN}"),
        format!(
            "'{TOKEN}' not a valid key=value pair (missing equal-sign) in Authorization header: \
             'Bearer {TOKEN}'."
        ),
    ] {
        let body = format!(
            "<ErrorResponse><Error><Code>IncompleteSignature</Code><Message>{message}</Message></Error></ErrorResponse>"
        );
        let error = AssumeRole::parse(StatusCode::FORBIDDEN, &body).unwrap_err();
        assert_eq!(error.message(), message);
        needles.hidden_in_display(&error);
    }
}
