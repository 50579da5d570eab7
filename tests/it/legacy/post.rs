//! Browser uploads of S3's old scheme. Forms and signatures were made by botocore 1.43.11,
//! `HmacV1PostAuth`: `add_auth` with the fields and conditions of the form, and `sign_string`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign::legacy::s3_v2::{SignedPost, Signer};
use countersign::post_policy::{
    self, MalformedPolicy, PolicyError, PostForm, PostPolicy, PostPolicyError, Upload,
};
use countersign::verify::VerifyError;
use countersign::{Credentials, Error, SessionToken};
use hmac::{Hmac, KeyInit, Mac};
use proptest::prelude::*;
use sha1::Sha1;
use time::OffsetDateTime;
use time::macros::datetime;

use super::{ID, SECRET_KEY, TOKEN, credentials};

const NOW: OffsetDateTime = datetime!(2007-11-30 12:00 UTC);
const END: OffsetDateTime = datetime!(2007-12-01 12:00 UTC);
const UPLOAD: Upload<'_> = Upload {
    bucket: "johnsmith",
    file_name: "me.png",
    file_length: 1000,
};
type Fields<'a> = Vec<(&'a str, &'a str)>;

/// Without a session token, and with one.
const BOTOCORE: [&[(&str, &str)]; 2] = [
    &[
        ("key", "user/eric/${filename}"),
        ("acl", "public-read"),
        ("AWSAccessKeyId", "AKIAIOSFODNN7EXAMPLE"),
        (
            "policy",
            "eyJleHBpcmF0aW9uIjogIjIwMDctMTItMDFUMTI6MDA6MDBaIiwgImNvbmRpdGlvbnMiOiBbeyJidWNrZXQiOiAiam9obnNtaXRoIn0sIFsic3RhcnRzLXdpdGgiLCAiJGtleSIsICJ1c2VyL2VyaWMvIl0sIHsiYWNsIjogInB1YmxpYy1yZWFkIn0sIFsiY29udGVudC1sZW5ndGgtcmFuZ2UiLCAxLCAxMDQ4NTc2XV19",
        ),
        ("signature", "F8izH13LOXc8aozG8eJkzjOirlg="),
    ],
    &[
        ("key", "user/eric/${filename}"),
        ("acl", "public-read"),
        ("AWSAccessKeyId", "ASIAIOSFODNN7EXAMPLE"),
        (
            "x-amz-security-token",
            "AQoDYXdzEPT//////////wEXAMPLE+token==",
        ),
        (
            "policy",
            "eyJleHBpcmF0aW9uIjogIjIwMDctMTItMDFUMTI6MDA6MDBaIiwgImNvbmRpdGlvbnMiOiBbeyJidWNrZXQiOiAiam9obnNtaXRoIn0sIFsic3RhcnRzLXdpdGgiLCAiJGtleSIsICJ1c2VyL2VyaWMvIl0sIHsiYWNsIjogInB1YmxpYy1yZWFkIn0sIFsiY29udGVudC1sZW5ndGgtcmFuZ2UiLCAxLCAxMDQ4NTc2XSwgeyJ4LWFtei1zZWN1cml0eS10b2tlbiI6ICJBUW9EWVhkekVQVC8vLy8vLy8vLy93RVhBTVBMRSt0b2tlbj09In1dfQ==",
        ),
        ("signature", "NtZyyb0BiWieV/SZRm8Bd8XzaCw="),
    ],
];

fn long_term() -> Credentials {
    Credentials::new(
        "AKIAIOSFODNN7EXAMPLE",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    )
}

fn policy() -> PostPolicy {
    PostPolicy::new("johnsmith", END)
        .require_prefix("key", "user/eric/")
        .require_eq("acl", "public-read")
        .content_length_range(1, 1_048_576)
}

fn form() -> PostForm {
    let fields = [("key", "user/eric/${filename}")];
    Signer::new(credentials())
        .unwrap()
        .sign_post(&policy(), fields, NOW)
        .unwrap()
}

fn verify_with(
    known: &Credentials,
    fields: &[(&str, &str)],
    upload: &Upload<'_>,
    now: OffsetDateTime,
) -> Result<String, PolicyError> {
    let claim = SignedPost::parse(fields)?;
    let verified = claim.verify(known, upload, now)?;
    assert_eq!(verified.access_key_id(), known.access_key_id());
    // A field that no condition covers is not returned.
    for name in ["policy", "signature", "AWSAccessKeyId", "x-ignore-this"] {
        assert_eq!(verified.field(name), None);
    }
    Ok(verified.key().to_owned())
}

fn verify(fields: &[(&str, &str)]) -> Result<String, PolicyError> {
    verify_with(&credentials(), fields, &UPLOAD, NOW)
}

fn with<'a>(fields: &[(&'a str, &'a str)], name: &str, value: &'a str) -> Fields<'a> {
    let other = |&(field, old)| (field, if field == name { value } else { old });
    fields.iter().map(other).collect()
}

fn and<'a>(fields: &[(&'a str, &'a str)], more: &[(&'a str, &'a str)]) -> Fields<'a> {
    [fields, more].concat()
}

fn refused(error: VerifyError) -> Result<String, PolicyError> {
    Err(PolicyError::Signature(error))
}

#[test]
fn forms_of_botocore_are_verified() {
    for (known, form) in [long_term(), credentials()].iter().zip(BOTOCORE) {
        let key = verify_with(known, form, &UPLOAD, NOW);
        assert_eq!(key.as_deref(), Ok("user/eric/me.png"));
        let claim = SignedPost::parse(form).unwrap();
        assert_eq!(claim.access_key_id(), known.access_key_id());
        let [sent, own] = [claim.session_token(), known.session_token()];
        assert_eq!(
            sent.map(SessionToken::expose),
            own.map(SessionToken::expose)
        );
    }
}

/// Escapes and characters outside ASCII.
#[test]
fn a_form_of_botocore_with_escapes_is_verified() {
    let form = [
        ("key", "é\"\\$.png"),
        ("x-amz-meta-a", "\u{2028} ü"),
        ("Content-Type", "image/png,image/gif"),
        ("AWSAccessKeyId", "AKIAIOSFODNN7EXAMPLE"),
        (
            "policy",
            "eyJleHBpcmF0aW9uIjogIjIwMDctMTItMDFUMTI6MDA6MDBaIiwgImNvbmRpdGlvbnMiOiBbeyJidWNrZXQiOiAiam9obnNtaXRoIn0sIFsiZXEiLCAiJGtleSIsICJcdTAwZTlcIlxcJC5wbmciXSwgWyJzdGFydHMtd2l0aCIsICIkeC1hbXotbWV0YS1hIiwgIiJdLCBbInN0YXJ0cy13aXRoIiwgIiRDb250ZW50LVR5cGUiLCAiaW1hZ2UvIl1dfQ==",
        ),
        ("signature", "j+jOaXV7VIOD+kFIPlAMnWa/MGQ="),
    ];
    let key = verify_with(&long_term(), &form, &UPLOAD, NOW);
    assert_eq!(key.as_deref(), Ok("é\"\\$.png"));
}

/// The same fields in the same order. botocore writes the policy with spaces, so the signatures
/// were made by `sign_string` for our text.
#[test]
fn forms_are_signed_as_botocore_signs_them() {
    let token = r#",{"x-amz-security-token":"AQoDYXdzEPT//////////wEXAMPLE+token=="}"#;
    for (known, botocore, token, signature) in [
        (long_term(), BOTOCORE[0], "", "7aA2Uj4PHNENfaAEUG7fcEfc6NU="),
        (
            credentials(),
            BOTOCORE[1],
            token,
            "vfAk431KVQSy+1uo12mUTZrS8Vc=",
        ),
    ] {
        let fields = [("key", "user/eric/${filename}"), ("acl", "public-read")];
        let form = Signer::new(known)
            .unwrap()
            .sign_post(&policy(), fields, NOW)
            .unwrap();
        let text = STANDARD.encode(format!(
            r#"{{"expiration":"2007-12-01T12:00:00Z","conditions":[{{"bucket":"johnsmith"}},["starts-with","$key","user/eric/"],{{"acl":"public-read"}},["content-length-range",1,1048576]{token}]}}"#
        ));
        let expected = with(&with(botocore, "policy", &text), "signature", signature);
        let mut signed: Fields<'_> = form.fields().collect();
        // The fields of the policy come first.
        signed.swap(0, 1);
        assert_eq!(signed, expected);
        assert_eq!(form.expires_at(), END.into());
        let mac = STANDARD.decode(signature).unwrap();
        assert_eq!(form.signature().as_str(), hex::encode(mac));
    }
}

#[test]
fn every_changed_field_is_refused() {
    let form = form();
    let fields: Fields<'_> = form.fields().collect();
    assert_eq!(verify(&fields).as_deref(), Ok("user/eric/me.png"));
    for i in 0..fields.len() {
        let (name, value) = fields[i];
        let mut less = fields.clone();
        less.remove(i);
        assert!(verify(&less).is_err(), "without {name}");
        for other in [
            String::new(),
            format!("-{value}"),
            format!("{value} "),
            value.to_lowercase(),
        ] {
            // The policy lets the user choose the key below a prefix.
            let free = name == "key" && other.starts_with("user/eric/");
            let changed = with(&fields, name, &other);
            assert_eq!(
                verify(&changed).is_ok(),
                free || other == value,
                "{name}: {other}"
            );
        }
        // A reader that ignores case and one that does not would read different values.
        let shouted = name.to_uppercase();
        let twice = verify(&and(&fields, &[(&shouted, value)]));
        assert!(matches!(twice, Err(PolicyError::RepeatedField { .. })));
    }
    // A change of any bit of the policy or the signature is refused.
    for name in ["policy", "signature"] {
        let (_, value) = fields.iter().find(|(field, _)| *field == name).unwrap();
        for at in 0..value.len() {
            let mut changed = value.as_bytes().to_vec();
            changed[at] ^= 1;
            let changed = String::from_utf8(changed).unwrap();
            let refusal = verify(&with(&fields, name, &changed));
            assert_eq!(refusal, refused(VerifyError::SignatureMismatch));
        }
    }
    let tagged = verify(&and(&fields, &[("tagging", "")]));
    let field = "tagging".to_owned();
    assert_eq!(tagged, Err(PolicyError::FieldNotCovered { field }));
    assert!(verify(&and(&fields, &[("X-Ignore-This", "a"), ("file", "")])).is_ok());
}

/// Two readers could verify different ones.
#[test]
fn a_form_with_two_signatures_is_refused() {
    let form = form();
    let fields: Fields<'_> = form.fields().collect();
    let several = || refused(VerifyError::SeveralAuthentications);
    for name in [
        "x-amz-algorithm",
        "x-amz-credential",
        "X-Amz-Signature",
        "x-amz-s3session-token",
    ] {
        assert_eq!(verify(&and(&fields, &[(name, "a")])), several(), "{name}");
    }
    // The same with the other scheme first, and with fields that the policy covers or not.
    let signer = countersign::Signer::new(credentials(), "us-east-1", "s3");
    let policy = policy()
        .require_prefix("AWSAccessKeyId", "")
        .require_prefix("signature", "");
    let form = signer
        .unwrap()
        .sign_post(&policy, [("key", "user/eric/a")], NOW);
    let form = form.unwrap();
    let fields: Fields<'_> = form.fields().collect();
    for more in [
        &[("AWSAccessKeyId", ID)][..],
        &[("SIGNATURE", "a")],
        &[("AWSAccessKeyId", ID), ("signature", "a")],
    ] {
        let fields = and(&fields, more);
        let claim = post_policy::SignedPost::parse(&fields).map(|_| String::new());
        assert_eq!(claim, several());
        if more.len() == 2 {
            assert_eq!(verify(&fields), several());
        }
    }

    // Each verifier refuses a form of the other scheme.
    let missing = refused(VerifyError::MissingAuthentication);
    assert_eq!(verify(&fields), missing);
    for form in BOTOCORE {
        let claim = post_policy::SignedPost::parse(form).map(|_| String::new());
        assert_eq!(claim, missing);
    }
    assert_eq!(verify(&[]), missing);
}

#[test]
fn a_form_is_verified_with_the_key_that_signed_it_only() {
    let form = form();
    let fields: Fields<'_> = form.fields().collect();
    let verify = |known: &Credentials| verify_with(known, &fields, &UPLOAD, NOW);
    let secret = |secret: &str| Credentials::new(ID, secret).with_session_token(TOKEN);
    assert!(verify(&secret(SECRET_KEY)).is_ok());
    let mismatch = refused(VerifyError::SignatureMismatch);
    assert_eq!(verify(&secret("other")), mismatch);
    let other_id = Credentials::new("AKID", SECRET_KEY).with_session_token(TOKEN);
    assert_eq!(verify(&other_id), refused(VerifyError::UnknownAccessKeyId));
    let invalid = refused(VerifyError::InvalidSessionToken);
    let no_token = Credentials::new(ID, SECRET_KEY);
    assert_eq!(verify(&no_token), invalid);
    assert_eq!(verify(&no_token.with_session_token("other")), invalid);
    for (left, ended) in [(1, false), (0, true), (-1, true)] {
        let end = NOW + time::Duration::seconds(left);
        let refusal = verify(&secret(SECRET_KEY).with_expiration(end));
        assert_eq!(refusal.is_err(), ended, "{left}");
    }
    // Everyone can sign with an empty secret.
    let without_secret = Credentials::new(ID, "");
    let fields = forged("", ID, "", &[]);
    let refusal = verify_with(&without_secret, &borrowed(&fields), &UPLOAD, NOW);
    assert_eq!(refusal, mismatch);
}

/// A form for `k` whose policy has more conditions, signed with any secret.
fn forged(
    secret: &str,
    id: &str,
    conditions: &str,
    more: &[(&str, &str)],
) -> Vec<(String, String)> {
    let policy = STANDARD.encode(format!(
        r#"{{"expiration":"2007-12-01T12:00:00Z","conditions":[{{"bucket":"johnsmith"}},["starts-with","$key",""]{conditions}]}}"#
    ));
    let signature = sign(secret, &policy);
    let own = [
        ("key", "k"),
        ("AWSAccessKeyId", id),
        ("policy", &policy),
        ("signature", &signature),
    ];
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    own.iter().chain(more).map(owned).collect()
}

fn borrowed(fields: &[(String, String)]) -> Fields<'_> {
    fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect()
}

fn sign(secret: &str, policy: &str) -> String {
    let mac = Hmac::<Sha1>::new_from_slice(secret.as_bytes()).unwrap();
    STANDARD.encode(mac.chain_update(policy).finalize().into_bytes())
}

#[test]
fn the_session_token_is_covered_and_belongs_to_the_key() {
    let token = r#",{"x-amz-security-token":"a"}"#;
    let sent = [("x-amz-security-token", "a")];
    let verify = |known: &Credentials, conditions, more: &[(&str, &str)]| {
        let fields = forged(SECRET_KEY, ID, conditions, more);
        verify_with(known, &borrowed(&fields), &UPLOAD, NOW)
    };
    let bare = Credentials::new(ID, SECRET_KEY);
    let known = bare.clone().with_session_token("a");
    assert!(verify(&bare, "", &[]).is_ok());
    assert!(verify(&known, token, &sent).is_ok());
    let invalid = refused(VerifyError::InvalidSessionToken);
    // The key has no session token, or the token is missing in the form.
    assert_eq!(verify(&bare, token, &sent), invalid);
    assert_eq!(verify(&bare, "", &[("x-amz-security-token", "")]), invalid);
    assert_eq!(verify(&known, token, &[]), invalid);
    assert_eq!(verify(&known, "", &[]), invalid);
    // The right token, added to a form that was signed without it.
    let field = "x-amz-security-token".to_owned();
    let uncovered = Err(PolicyError::FieldNotCovered { field });
    assert_eq!(verify(&known, "", &sent), uncovered);
}

#[test]
fn a_policy_that_the_upload_does_not_meet_is_refused() {
    let verify = |conditions: &str, upload: &Upload<'_>, now| {
        let fields = forged(SECRET_KEY, ID, conditions, &[("acl", "private")]);
        let known = Credentials::new(ID, SECRET_KEY);
        verify_with(&known, &borrowed(&fields), upload, now).map(drop)
    };
    let acl = r#",{"acl":"private"}"#;
    let code = |refusal: Result<(), PolicyError>| {
        let error = refusal.unwrap_err();
        (error.code(), error.status().as_u16())
    };
    let second = time::Duration::SECOND;
    assert_eq!(verify(acl, &UPLOAD, END - second), Ok(()));
    let (expiration, now) = (END, END);
    let expired = PolicyError::Expired {
        expiration: expiration.into(),
        now: now.into(),
    };
    assert_eq!(verify(acl, &UPLOAD, END), Err(expired));
    let denied = ("AccessDenied", 403);
    for conditions in [
        "",
        r#",{"acl":"private"},{"acl":"public-read"}"#,
        r#",{"acl":"private"},["starts-with","$ACL","public"]"#,
        r#",{"acl":"private"},{"tagging":"a"}"#,
        r#",{"acl":"private"},{"bucket":"another"}"#,
    ] {
        assert_eq!(
            code(verify(conditions, &UPLOAD, NOW)),
            denied,
            "{conditions}"
        );
    }
    let disjoint =
        r#",{"acl":"private"},["content-length-range",0,9],["content-length-range",1001,2000]"#;
    assert_eq!(
        code(verify(disjoint, &UPLOAD, NOW)),
        ("EntityTooLarge", 400)
    );
    let unknown = r#",{"acl":"private"},["ends-with","$key",".png"]"#;
    assert_eq!(
        code(verify(unknown, &UPLOAD, NOW)),
        ("InvalidPolicyDocument", 400)
    );
    let bucket = "another";
    let elsewhere = Upload { bucket, ..UPLOAD };
    assert_eq!(code(verify(acl, &elsewhere, NOW)), denied);
}

#[test]
fn a_missing_field_is_named() {
    let parse = |fields: &[(&str, &str)]| SignedPost::parse(fields).map(|_| String::new());
    let all = [
        ("AWSAccessKeyId", ID),
        ("signature", "a"),
        ("policy", "e30="),
    ];
    assert!(parse(&all).is_ok());
    let field = "policy".to_owned();
    assert_eq!(parse(&all[..2]), Err(PolicyError::FieldMissing { field }));
    let missing = refused(VerifyError::MissingAuthentication);
    assert_eq!(parse(&all[1..]), missing);
    assert_eq!(parse(&[all[0], all[2]]), missing);
    assert_eq!(parse(&with(&all, "AWSAccessKeyId", "")), missing);
}

#[test]
fn an_invalid_policy_is_not_signed() {
    let sign = |policy: &PostPolicy, fields: &[(&'static str, &'static str)]| {
        let fields = fields.iter().copied();
        Signer::new(credentials())
            .unwrap()
            .sign_post(policy, fields, NOW)
            .map(drop)
    };
    assert_eq!(sign(&policy(), &[]), Ok(()));
    for name in [
        "AWSAccessKeyId",
        "Signature",
        "x-amz-signature",
        "policy",
        "X-Amz-Security-Token",
        "file",
    ] {
        for refusal in [
            sign(&policy(), &[(name, "")]),
            sign(&policy().require_eq(name, ""), &[]),
        ] {
            let field = name.to_owned();
            assert_eq!(
                refusal,
                Err(PostPolicyError::ReservedField { field }.into())
            );
        }
    }
    let field = "tagging".to_owned();
    let refusal = sign(&policy(), &[("tagging", "")]);
    assert_eq!(
        refusal,
        Err(PostPolicyError::FieldNotCovered { field }.into())
    );
    let (expiration, now) = (NOW, NOW);
    let ended = PostPolicy::new("johnsmith", NOW).require_prefix("key", "");
    assert_eq!(
        sign(&ended, &[]),
        Err(Error::PostPolicy(PostPolicyError::Expired {
            expiration: expiration.into(),
            now: now.into()
        }))
    );
    let long = policy().require_prefix("x-amz-meta-a", "a".repeat(15 * 1024));
    assert!(matches!(
        sign(&long, &[]),
        Err(Error::PostPolicy(PostPolicyError::Malformed(
            MalformedPolicy::TooLong {
                longest: 20_480,
                ..
            }
        )))
    ));
    let disjoint = policy().content_length_range(2_000_000, 3_000_000);
    let (min, max) = (2_000_000, 1_048_576);
    let empty = PostPolicyError::EmptyLengthRange { min, max };
    assert_eq!(sign(&disjoint, &[]), Err(empty.into()));

    let sign = |credentials| {
        Signer::new(credentials)
            .unwrap()
            .sign_post(&policy(), [], NOW)
            .map(drop)
    };
    let refusal = sign(credentials().with_expiration(NOW));
    assert_eq!(
        refusal,
        Err(Error::CredentialsExpired {
            expiration: expiration.into(),
            now: now.into()
        })
    );
    let refusal = sign(credentials().with_expiration(END - time::Duration::SECOND));
    assert!(matches!(refusal, Err(Error::OutlivesCredentials { .. })));
    assert_eq!(sign(credentials().with_expiration(END)), Ok(()));
    let refusal = Signer::new(Credentials::new(ID, ""));
    assert!(matches!(refusal, Err(Error::InvalidSecretKey(_))));
}

#[test]
fn debug_of_a_form_contains_no_secret() {
    let form = form();
    let fields: Fields<'_> = form.fields().collect();
    let claim = SignedPost::parse(&fields).unwrap();
    let verified = claim.verify(&credentials(), &UPLOAD, NOW).unwrap();
    assert_eq!(verified.field("ACL"), Some("public-read"));
    let value = |name| fields.iter().find(|(field, _)| *field == name).unwrap().1;
    let secrets = [
        SECRET_KEY,
        TOKEN,
        form.signature().as_str(),
        value("signature"),
        value("policy"),
    ];
    for text in [
        format!("{form:?}"),
        format!("{claim:?}"),
        format!("{verified:?}"),
    ] {
        for secret in secrets {
            assert!(!text.contains(&secret[..secret.len() / 2]), "{text}");
        }
        assert!(text.contains("Post"), "{text}");
    }
    let error = verify(&with(&fields, "x-amz-security-token", "other")).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("other"));
}

/// 44 KB that would become 44 MB.
#[test]
fn fields_are_measured_before_the_file_name_is_filled_in() {
    let known = Credentials::new(ID, SECRET_KEY);
    let key = "${filename}".repeat(2000);
    let name = "n".repeat(22_000);
    let fields = with(&borrowed(&forged(SECRET_KEY, ID, "", &[])), "key", &key)
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect::<Vec<_>>();
    let fields = borrowed(&fields);
    fn upload(file_name: &str) -> Upload<'_> {
        Upload {
            file_name,
            ..UPLOAD
        }
    }
    let refused = verify_with(&known, &fields, &upload(&name), NOW).unwrap_err();
    let counted = fields[1..].iter().filter(|(name, _)| *name != "policy");
    let others: usize = counted.map(|(name, value)| name.len() + value.len()).sum();
    let (length, longest) = (3 + 44_000_000 + others, 20 * 1024);
    assert_eq!(refused, PolicyError::FieldsTooLong { length, longest });
    let claim = SignedPost::parse(&fields).unwrap();
    let claim = claim.with_max_fields_length(usize::MAX);
    let refused = claim.verify(&known, &upload(&name), NOW).map(drop);
    let length = 44_000_000;
    assert_eq!(refused, Err(PolicyError::KeyTooLong { length }));

    let key_of = |key: &str, file_name: &str| {
        let fields = forged(SECRET_KEY, ID, "", &[]);
        let fields = with(&borrowed(&fields), "key", key)
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect::<Vec<_>>();
        verify_with(&known, &borrowed(&fields), &upload(file_name), NOW)
    };
    let long = "k".repeat(1024);
    assert_eq!(key_of("${filename}", &long).as_deref(), Ok(&*long));
    let length = 1025;
    let too_long = Err(PolicyError::KeyTooLong { length });
    assert_eq!(key_of("a${filename}", &long), too_long);
    assert_eq!(key_of("${filename}", "a/"), Err(PolicyError::EmptyKey));
    assert_eq!(key_of("", "a"), Err(PolicyError::EmptyKey));
}

#[test]
fn all_fields_are_filled_in_before_conditions_are_checked() {
    let conditions = r#",{"x-amz-meta-name":"me.png"},["starts-with","$x-amz-meta-a","$"]"#;
    let own = [("x-amz-meta-name", "${filename}"), ("x-amz-meta-a", "$a")];
    let fields = forged(SECRET_KEY, ID, conditions, &own);
    let known = Credentials::new(ID, SECRET_KEY);
    let fields = borrowed(&fields);
    let claim = SignedPost::parse(&fields).unwrap();
    let verified = claim.verify(&known, &UPLOAD, NOW).unwrap();
    assert_eq!(verified.field("X-Amz-Meta-Name"), Some("me.png"));
    assert_eq!(verified.field("x-amz-meta-a"), Some("$a"));
    for (name, value) in [
        ("x-amz-meta-name", "me.png"),
        ("x-amz-meta-a", "${filename}"),
    ] {
        let fields = with(&fields, name, value);
        let upload = Upload {
            file_name: "you.png",
            ..UPLOAD
        };
        // Now the policy matches the one, and no longer the other.
        let verified = verify_with(&known, &fields, &upload, NOW);
        assert_eq!(verified.is_ok(), name == "x-amz-meta-name", "{name}");
    }
    let eq = policy().require_eq("x-amz-meta-name", "${filename}");
    let signed = Signer::new(credentials()).unwrap().sign_post(&eq, [], NOW);
    let field = "x-amz-meta-name".to_owned();
    let expected = PostPolicyError::FileNameInExactCondition { field };
    assert_eq!(signed.map(drop), Err(expected.into()));
}

#[test]
fn names_and_key_ids_cannot_forge_a_line_of_a_log() {
    let known = Credentials::new(ID, SECRET_KEY);
    let name = "a\r\nINFO verified";
    let fields = forged(SECRET_KEY, ID, "", &[(name, "")]);
    let error = verify_with(&known, &borrowed(&fields), &UPLOAD, NOW).unwrap_err();
    assert_eq!(
        error.to_string(),
        r"no condition of the policy covers the form field `a\r\nINFO verified`"
    );
    for id in ["AKID\nINFO verified", "A B", "é", &"A".repeat(129)] {
        let fields = forged(SECRET_KEY, id, "", &[]);
        let refused = SignedPost::parse(&borrowed(&fields)).map(drop).unwrap_err();
        assert!(
            matches!(
                &refused,
                PolicyError::Signature(VerifyError::Malformed { .. })
            ),
            "{refused}"
        );
        assert_eq!(
            (refused.code(), refused.status().as_u16()),
            ("InvalidArgument", 400)
        );
        let signer = Signer::new(Credentials::new(id, SECRET_KEY));
        assert!(matches!(signer, Err(Error::InvalidAccessKeyId(_))), "{id}");
    }
    let longest = "A".repeat(128);
    let fields = forged(SECRET_KEY, &longest, "", &[]);
    let known = Credentials::new(&longest, SECRET_KEY);
    assert!(verify_with(&known, &borrowed(&fields), &UPLOAD, NOW).is_ok());
}

proptest! {
    #[test]
    fn a_form_with_any_values_verifies(
        prefix in any::<String>(),
        values in proptest::collection::vec(any::<String>(), 0..4),
    ) {
        let mut policy = PostPolicy::new("johnsmith", END).require_prefix("key", prefix.as_str());
        for (i, value) in values.iter().enumerate() {
            policy = policy.require_eq(format!("x-amz-meta-{i}"), value.as_str());
        }
        // A key is never empty.
        let key = format!("{prefix}x");
        let signed = Signer::new(credentials()).unwrap().sign_post(&policy, [("key", key.as_str())], NOW);
        if !prefix.contains("${filename}") {
            let form = signed.unwrap();
            let fields: Fields<'_> = form.fields().collect();
            prop_assert_eq!(verify(&fields), Ok(key));
        }
    }

    #[test]
    fn no_field_makes_the_verifier_panic(
        fields in proptest::collection::vec(("[a-z-]{0,8}|policy|signature|AWSAccessKeyId|key", any::<String>()), 0..8),
    ) {
        let fields: Fields<'_> = fields.iter().map(|(name, value)| (&name[..], &value[..])).collect();
        prop_assert!(verify(&fields).is_err());
    }
}
