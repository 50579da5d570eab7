//! Browser uploads: what a form contains, and what a server refuses.

mod file_name;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign::post_policy::{
    MalformedPolicy, PolicyError, PostForm, PostPolicy, PostPolicyError, SignedPost, Upload,
};
use countersign::verify::{SignatureLocation, VerificationKey, Verifier, VerifyError};
use countersign::{Credentials, Error, Service, SessionToken, Signer, sigv4::SigningKey};
use proptest::prelude::*;
use time::OffsetDateTime;
use time::macros::datetime;

const NOW: OffsetDateTime = datetime!(2015-12-29 0:00 UTC);
const END: OffsetDateTime = datetime!(2015-12-30 12:00 UTC);
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const UPLOAD: Upload<'_> = Upload {
    bucket: "sigv4examplebucket",
    file_name: "me.png",
    file_length: 1000,
};

fn credentials() -> Credentials {
    Credentials::new("AKIAIOSFODNN7EXAMPLE", SECRET)
}

fn signer() -> Signer {
    Signer::new(credentials(), "us-east-1", "s3").unwrap()
}

fn policy() -> PostPolicy {
    PostPolicy::new("sigv4examplebucket", END).require_prefix("key", "user/user1/")
}

fn text_of(form: &PostForm) -> String {
    let (_, policy) = form.fields().find(|(name, _)| *name == "policy").unwrap();
    String::from_utf8(STANDARD.decode(policy).unwrap()).unwrap()
}

fn is_too_long(error: &Error) -> bool {
    let Error::PostPolicy(PostPolicyError::Malformed(MalformedPolicy::TooLong {
        length,
        longest: 20_480,
    })) = error
    else {
        return false;
    };
    *length > 20_480
}

/// Verifies these fields as a server does.
fn verify(
    fields: &[(&str, &str)],
    upload: &Upload<'_>,
    now: OffsetDateTime,
) -> Result<String, PolicyError> {
    let claim = SignedPost::parse(fields)?;
    let key = VerificationKey::derive(&credentials(), claim.scope()).unwrap();
    let verifier = Verifier::new("us-east-1", Service::S3).unwrap();
    let verified = claim.verify(&verifier, &key, upload, now)?;
    assert_eq!(claim.access_key_id(), "AKIAIOSFODNN7EXAMPLE");
    assert_eq!(verified.access_key_id(), "AKIAIOSFODNN7EXAMPLE");
    assert_eq!(verified.field("KEY"), Some(verified.key()));
    // A field that no condition covers is not returned.
    for name in ["policy", "x-amz-signature", "x-ignore-this", "nothing"] {
        assert_eq!(verified.field(name), None);
    }
    Ok(verified.key().to_owned())
}

fn signed<'a>(form: &'a PostForm, fields: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    fields.iter().copied().chain(form.fields()).collect()
}

/// Amazon S3 API Reference, "Example: Browser-Based Upload using HTTP POST".
#[test]
fn the_documented_example_is_reproduced() {
    let text = [
        r#"{ "expiration": "2015-12-30T12:00:00.000Z","#,
        r#"  "conditions": ["#,
        r#"    {"bucket": "sigv4examplebucket"},"#,
        r#"    ["starts-with", "$key", "user/user1/"],"#,
        r#"    {"acl": "public-read"},"#,
        r#"    {"success_action_redirect": "http://sigv4examplebucket.s3.amazonaws.com/successful_upload.html"},"#,
        r#"    ["starts-with", "$Content-Type", "image/"],"#,
        r#"    {"x-amz-meta-uuid": "14365123651274"},"#,
        r#"    {"x-amz-server-side-encryption": "AES256"},"#,
        r#"    ["starts-with", "$x-amz-meta-tag", ""],"#,
        "",
        r#"    {"x-amz-credential": "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request"},"#,
        r#"    {"x-amz-algorithm": "AWS4-HMAC-SHA256"},"#,
        r#"    {"x-amz-date": "20151229T000000Z" }"#,
        "  ]",
        "}",
    ]
    .join("\r\n");
    let form = signer().sign_post_text(&text, NOW).unwrap();
    assert_eq!(
        form.signature().as_str(),
        "8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e"
    );
    assert_eq!(text_of(&form), text);
    assert_eq!(form.expires_at(), END.into());
    let names: Vec<&str> = form.fields().map(|(name, _)| name).collect();
    let own = [
        "x-amz-algorithm",
        "x-amz-credential",
        "x-amz-date",
        "policy",
        "x-amz-signature",
    ];
    assert_eq!(names, own);

    // The documented form with all fields.
    let filled = [
        ("key", "user/user1/${filename}"),
        ("acl", "public-read"),
        (
            "success_action_redirect",
            "http://sigv4examplebucket.s3.amazonaws.com/successful_upload.html",
        ),
        ("Content-Type", "image/jpeg"),
        ("x-amz-meta-uuid", "14365123651274"),
        ("x-amz-server-side-encryption", "AES256"),
        ("X-Amz-Meta-Tag", ""),
    ];
    let fields = signed(&form, &filled);
    assert_eq!(verify(&fields, &UPLOAD, NOW).unwrap(), "user/user1/me.png");

    // The form is refused if a field is missing or has another value.
    for i in 0..fields.len() {
        let mut less = fields.clone();
        let (name, value) = less.remove(i);
        assert!(verify(&less, &UPLOAD, NOW).is_err(), "without {name}");
        let mut other = fields.clone();
        let value = format!("-{value}");
        other[i] = (name, &value);
        let free = name == "X-Amz-Meta-Tag";
        assert_eq!(verify(&other, &UPLOAD, NOW).is_ok(), free, "another {name}");
        let mut twice = fields.clone();
        let shouted = name.to_uppercase();
        twice.push((&shouted, fields[i].1));
        let error = verify(&twice, &UPLOAD, NOW).unwrap_err();
        assert!(
            matches!(error, PolicyError::RepeatedField { .. }),
            "{error}"
        );
    }
    let mut more = fields.clone();
    more.push(("tagging", ""));
    let expected = PolicyError::FieldNotCovered {
        field: "tagging".to_owned(),
    };
    assert_eq!(verify(&more, &UPLOAD, NOW), Err(expected));
    *more.last_mut().unwrap() = ("X-Ignore-This", "anything");
    assert!(verify(&more, &UPLOAD, NOW).is_ok());
}

#[test]
fn a_policy_lists_its_conditions_and_the_fields_of_the_signature() {
    let policy = policy()
        .require_eq("acl", "public-read")
        .require_prefix("Content-Type", "image/")
        .require_eq("$x-amz-meta-a", "b")
        .content_length_range(1, 1_048_576);
    let form = signer().sign_post(&policy, [], NOW).unwrap();
    assert_eq!(
        text_of(&form),
        "{\"expiration\":\"2015-12-30T12:00:00Z\",\"conditions\":[\
         {\"bucket\":\"sigv4examplebucket\"},\
         [\"starts-with\",\"$key\",\"user/user1/\"],\
         {\"acl\":\"public-read\"},\
         [\"starts-with\",\"$Content-Type\",\"image/\"],\
         [\"eq\",\"$\\u0024x-amz-meta-a\",\"b\"],\
         [\"content-length-range\",1,1048576],\
         {\"x-amz-algorithm\":\"AWS4-HMAC-SHA256\"},\
         {\"x-amz-credential\":\"AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request\"},\
         {\"x-amz-date\":\"20151229T000000Z\"}]}"
    );
}

/// A condition writes `$` before the name of a field. A `$` of the name itself is kept.
#[test]
fn a_dollar_at_the_start_of_a_field_name_is_doubled() {
    let policy = policy().require_eq("$price", "1");
    let form = signer().sign_post(&policy, [("$price", "1")], NOW).unwrap();
    let text: serde_json::Value = serde_json::from_str(&text_of(&form)).unwrap();
    let conditions = text["conditions"].as_array().unwrap();
    let expected = serde_json::json!(["eq", "$$price", "1"]);
    assert!(conditions.contains(&expected), "{text}");
}

#[test]
fn session_tokens_are_covered_and_sent() {
    for (token, name) in [
        (SessionToken::from("IQo/b3+Jp=="), "x-amz-security-token"),
        (
            SessionToken::s3_express("IQo/b3+Jp=="),
            "X-Amz-S3session-Token",
        ),
    ] {
        let temporary = credentials().with_session_token(token);
        let signer = Signer::new(temporary.clone(), "us-east-1", "s3").unwrap();
        let form = signer
            .sign_post(&policy(), [("key", "user/user1/k")], NOW)
            .unwrap();
        let names: Vec<&str> = form.fields().map(|(name, _)| name).collect();
        let all = [
            "key",
            "x-amz-algorithm",
            "x-amz-credential",
            "x-amz-date",
            name,
            "policy",
            "x-amz-signature",
        ];
        assert_eq!(names, all);
        assert!(text_of(&form).contains(&format!("{{\"{name}\":\"IQo/b3+Jp==\"}}")));

        let fields: Vec<(&str, &str)> = form.fields().collect();
        let claim = SignedPost::parse(&fields).unwrap();
        let sent = claim.session_token().unwrap();
        assert_eq!(sent.expose(), "IQo/b3+Jp==");
        assert_eq!(sent.header_name(), name.to_ascii_lowercase());
        let verifier = Verifier::new("us-east-1", Service::S3).unwrap();
        let verify = |credentials: &Credentials, now| {
            let key = VerificationKey::derive(credentials, claim.scope()).unwrap();
            claim.verify(&verifier, &key, &UPLOAD, now).map(drop)
        };
        assert_eq!(verify(&temporary, NOW), Ok(()));
        // The token is missing, is another one, or is sent under the other name.
        let other = if name == "x-amz-security-token" {
            SessionToken::s3_express("IQo/b3+Jp==")
        } else {
            "IQo/b3+Jp==".into()
        };
        for wrong in [
            credentials(),
            credentials().with_session_token("IQo/b3+Jp="),
            credentials().with_session_token(other),
        ] {
            let expected = Err(PolicyError::Signature(VerifyError::InvalidSessionToken));
            assert_eq!(verify(&wrong, NOW), expected);
        }
        let ended = temporary.clone().with_expiration(NOW);
        assert!(matches!(
            verify(&ended, NOW),
            Err(PolicyError::Signature(
                VerifyError::CredentialsExpired { .. }
            ))
        ));
        assert!(!format!("{form:?} {claim:?}").contains("IQo"));
    }
}

#[test]
fn a_field_that_the_policy_does_not_allow_is_refused() {
    let policy = policy().require_eq("acl", "private");
    let sign = |field, value| signer().sign_post(&policy, [(field, value)], NOW);
    for (field, value) in [
        ("key", "user/user1/${filename}"),
        ("ACL", "private"),
        ("x-ignore-a", "b"),
    ] {
        assert!(sign(field, value).is_ok(), "{field}");
    }
    assert_eq!(
        sign("acl", "private")
            .unwrap()
            .fields()
            .filter(|(name, _)| *name == "acl")
            .count(),
        1
    );
    let uncovered = |field: &str| {
        let field = field.to_owned();
        Error::PostPolicy(PostPolicyError::FieldNotCovered { field })
    };
    assert_eq!(
        sign("Content-Type", "image/png").unwrap_err(),
        uncovered("Content-Type")
    );
    assert_eq!(
        sign("x-amz-meta-a", "").unwrap_err(),
        uncovered("x-amz-meta-a")
    );
    type New = fn(String) -> PostPolicyError;
    let unmet: New = |field| PostPolicyError::FieldNotMet { field };
    let reserved: New = |field| PostPolicyError::ReservedField { field };
    let unnamed: New = |field| PostPolicyError::InvalidFieldName { field };
    for (field, value, expected) in [
        ("acl", "public-read", unmet),
        ("key", "user/user2/k", unmet),
        ("x-amz-date", "20151229T000000Z", reserved),
        ("X-Amz-Signature", "0", reserved),
        ("Policy", "", reserved),
        ("file", "", reserved),
        ("", "", unnamed),
        ("a\"b", "", unnamed),
        ("a\r\nb", "", unnamed),
    ] {
        let error = sign(field, value).unwrap_err();
        assert_eq!(error, Error::PostPolicy(expected(field.to_owned())));
    }
    // Two values for one field, in the policy and in the form.
    let torn = policy.clone().require_eq("acl", "public-read");
    assert!(signer().sign_post(&torn, [], NOW).is_err());
    let twice = [("key", "user/user1/a"), ("KEY", "user/user1/b")];
    let refused = signer().sign_post(&policy, twice, NOW).map(drop);
    let field = "KEY".to_owned();
    let expected = PostPolicyError::DuplicateField { field };
    assert_eq!(refused, Err(Error::PostPolicy(expected)));
}

#[test]
fn an_invalid_policy_is_not_signed() {
    let sign = |policy: &PostPolicy| signer().sign_post(policy, [], NOW).map(drop);
    let without_key = PostPolicy::new("bucket", END);
    assert_eq!(
        sign(&without_key),
        Err(Error::PostPolicy(PostPolicyError::FieldNotCovered {
            field: "key".to_owned()
        }))
    );
    let (min, max) = (2, 1);
    let expected = PostPolicyError::EmptyLengthRange { min, max };
    let refused = sign(&policy().content_length_range(2, 1));
    assert_eq!(refused, Err(Error::PostPolicy(expected)));
    assert_eq!(sign(&policy().content_length_range(0, u64::MAX)), Ok(()));
    // Each of the two ranges can be met, but not both.
    let ranges = |max| {
        policy()
            .content_length_range(10, 20)
            .content_length_range(0, max)
    };
    assert_eq!(sign(&ranges(10)), Ok(()));
    let (min, max) = (10, 9);
    let expected = PostPolicyError::EmptyLengthRange { min, max };
    assert_eq!(sign(&ranges(9)), Err(Error::PostPolicy(expected)));
    assert_eq!(sign(&policy().require_prefix("bucket", "sigv4")), Ok(()));
    for other in [
        policy().require_eq("bucket", "another"),
        policy().require_prefix("bucket", "another"),
    ] {
        let refused = sign(&other);
        assert!(
            matches!(&refused, Err(Error::PostPolicy(PostPolicyError::FieldNotMet { field })) if field == "bucket"),
            "{refused:?}"
        );
    }
    let never = PostPolicy::new("bucket", datetime!(-0001-01-01 0:00 UTC));
    assert!(matches!(
        sign(&never.require_prefix("key", "")),
        Err(Error::PostPolicy(
            PostPolicyError::ExpirationOutOfRange { .. }
        ))
    ));
    let ended = PostPolicy::new("bucket", NOW).require_prefix("key", "");
    assert_eq!(
        sign(&ended),
        Err(Error::PostPolicy(PostPolicyError::Expired {
            expiration: NOW.into(),
            now: NOW.into()
        }))
    );
    let long = policy().require_prefix("x-amz-meta-a", "a".repeat(15 * 1024));
    assert!(is_too_long(&sign(&long).unwrap_err()));

    let short = credentials().with_expiration(datetime!(2015-12-29 12:00 UTC));
    let signer = Signer::new(short, "us-east-1", "s3").unwrap();
    let error = signer.sign_post(&policy(), [], NOW).unwrap_err();
    assert!(
        matches!(error, Error::OutlivesCredentials { .. }),
        "{error}"
    );
    let until =
        PostPolicy::new("bucket", datetime!(2015-12-29 12:00 UTC)).require_prefix("key", "");
    assert!(signer.sign_post(&until, [], NOW).is_ok());

    let with = |more: &str| {
        format!(
            "{{\"expiration\":\"2015-12-30T12:00:00Z\",\"conditions\":[{{\"bucket\":\"b\"}},\
             {{\"x-amz-algorithm\":\"AWS4-HMAC-SHA256\"}},\
             {{\"x-amz-credential\":\"AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request\"}}{more}]}}"
        )
    };
    let sign = |text: &str| self::signer().sign_post_text(text, NOW).map(drop);
    assert_eq!(
        sign(&with(",{\"x-amz-date\":\"20151229T000000Z\"}")),
        Ok(())
    );
    let date = "x-amz-date".to_owned();
    assert_eq!(
        sign(&with("")),
        Err(Error::PostPolicy(PostPolicyError::FieldNotCovered {
            field: date
        }))
    );
    assert!(matches!(
        sign(&with(",{\"x-amz-date\":\"20151228T000000Z\"}")),
        Err(Error::PostPolicy(PostPolicyError::FieldNotMet { .. }))
    ));
    let malformed = PostPolicyError::Malformed(MalformedPolicy::UnexpectedMembers);
    assert_eq!(sign("{}"), Err(Error::PostPolicy(malformed)));
}

#[test]
fn a_form_of_another_key_or_scope_is_refused() {
    let form = signer()
        .sign_post(&policy(), [("key", "user/user1/k")], NOW)
        .unwrap();
    let fields: Vec<(&str, &str)> = form.fields().collect();
    let with = |field: &str, value: &str| -> PolicyError {
        let changed: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, old)| (*name, if *name == field { value } else { old }))
            .collect();
        verify(&changed, &UPLOAD, NOW).unwrap_err()
    };
    let form_error = |error: PolicyError| match error {
        PolicyError::Signature(error) => error,
        other => panic!("{other}"),
    };
    let form = SignatureLocation::Fields;
    let is_malformed = |error: &VerifyError| {
        matches!(
            error,
            VerifyError::Malformed {
                form: SignatureLocation::Fields,
                ..
            }
        )
    };
    let unknown = VerifyError::UnknownAlgorithm { form };
    assert_eq!(
        form_error(with("x-amz-algorithm", "AWS4-ECDSA-P256-SHA256")),
        unknown
    );
    for malformed in [
        "",
        "id",
        "id/20151229/us-east-1/s3",
        "/20151229/us-east-1/s3/aws4_request",
    ] {
        let error = form_error(with("x-amz-credential", malformed));
        assert!(is_malformed(&error), "{error}");
    }
    for malformed in ["", "0", &"g".repeat(64), &"0".repeat(66)] {
        let error = form_error(with("x-amz-signature", malformed));
        assert!(is_malformed(&error), "{error}");
    }
    let scope = |scope: &str| {
        with(
            "x-amz-credential",
            &format!("AKIAIOSFODNN7EXAMPLE/{scope}/aws4_request"),
        )
    };
    let error = scope("20151229/eu-west-1/s3");
    assert_eq!(
        (error.code(), error.status().as_u16()),
        ("InvalidArgument", 400)
    );
    assert!(matches!(form_error(error), VerifyError::WrongRegion { .. }));
    assert!(matches!(
        form_error(scope("20151229/us-east-1/iam")),
        VerifyError::WrongService { .. }
    ));
    assert!(matches!(
        form_error(scope("20151228/us-east-1/s3")),
        VerifyError::WrongDay { .. }
    ));
    assert!(matches!(
        form_error(with("x-amz-date", "2015-12-29")),
        VerifyError::InvalidDate { .. }
    ));
    let mismatch = VerifyError::SignatureMismatch;
    assert_eq!(
        form_error(with("x-amz-signature", &"0".repeat(64))),
        mismatch
    );

    // Another secret, and the key of another day.
    let claim = SignedPost::parse(&fields).unwrap();
    let verifier = Verifier::new("us-east-1", Service::S3).unwrap();
    let other = Credentials::new(credentials().access_key_id(), "another");
    let other = VerificationKey::derive(&other, claim.scope()).unwrap();
    let error = claim.verify(&verifier, &other, &UPLOAD, NOW).unwrap_err();
    assert_eq!(form_error(error), mismatch);
    // A change of any bit of the policy is refused.
    let policy = fields.iter().find(|(name, _)| *name == "policy").unwrap().1;
    for at in 0..policy.len() {
        let mut changed = policy.as_bytes().to_vec();
        changed[at] ^= 1;
        let changed = String::from_utf8(changed).unwrap();
        assert_eq!(form_error(with("policy", &changed)), mismatch);
    }
    assert_eq!(
        verify(&[], &UPLOAD, NOW),
        Err(VerifyError::MissingAuthentication.into())
    );
}

/// The fields that a server reads before and after verification.
#[test]
fn a_form_returns_its_fields_before_and_after_it_is_verified() {
    assert_eq!(policy().expiration(), END.into());
    let policy = policy().require_eq("acl", "private");
    let form = signer()
        .sign_post(&policy, [("key", "user/user1/k"), ("x-ignore-a", "b")], NOW)
        .unwrap();
    let fields: Vec<(&str, &str)> = form.fields().collect();
    let claim = SignedPost::parse(&fields).unwrap();
    assert_eq!(claim.access_key_id(), "AKIAIOSFODNN7EXAMPLE");
    let key = VerificationKey::derive(&credentials(), claim.scope()).unwrap();
    let verifier = Verifier::new("us-east-1", Service::S3).unwrap();
    let verified = claim.verify(&verifier, &key, &UPLOAD, NOW).unwrap();
    assert_eq!(verified.field("ACL"), Some("private"));
    assert_eq!(verified.field("x-amz-meta-a"), None);
    // No condition covers this field.
    assert_eq!(verified.field("x-ignore-a"), None);

    // The form names another bucket than the one it is sent to.
    let mut elsewhere = fields.clone();
    elsewhere.push(("bucket", "another"));
    let field = String::from("bucket");
    let expected = Err(PolicyError::FieldNotMet { field });
    assert_eq!(verify(&elsewhere, &UPLOAD, NOW), expected);

    // The same, with a policy that allows any bucket.
    let open = r#"{"expiration": "2015-12-30T12:00:00Z", "conditions": [
        ["starts-with", "$bucket", "sigv4"], ["starts-with", "$key", ""],
        ["starts-with", "$x-amz-algorithm", ""], ["starts-with", "$x-amz-credential", ""],
        ["starts-with", "$x-amz-date", ""]]}"#;
    let open = signer().sign_post_text(open, NOW).unwrap();
    for (bucket, good) in [("sigv4examplebucket", true), ("sigv4another", false)] {
        let fields = signed(&open, &[("key", "k"), ("bucket", bucket)]);
        assert_eq!(verify(&fields, &UPLOAD, NOW).is_ok(), good, "{bucket}");
    }

    // The field `file` is the upload itself.
    let mut with_file = fields.clone();
    with_file.push(("file", ""));
    assert!(verify(&with_file, &UPLOAD, NOW).is_ok());
    let field = String::from("key");
    let others = fields.iter().copied().filter(|(name, _)| *name != "key");
    let keyless: Vec<(&str, &str)> = others.collect();
    let expected = Err(PolicyError::FieldMissing { field });
    assert_eq!(verify(&keyless, &UPLOAD, NOW), expected);

    // Of two tokens, one might be checked and the other one used.
    let mut tokens = fields.clone();
    tokens.push(("x-amz-security-token", "a"));
    tokens.push(("x-amz-s3session-token", "a"));
    let name = "x-amz-security-token";
    let expected = Err(VerifyError::Repeated { name }.into());
    assert_eq!(verify(&tokens, &UPLOAD, NOW), expected);

    // With two signatures, two readers might verify different ones.
    for name in ["AWSAccessKeyId", "signature"] {
        let mut both = fields.clone();
        both.push((name, "a"));
        let expected = Err(VerifyError::SeveralAuthentications.into());
        assert_eq!(verify(&both, &UPLOAD, NOW), expected);
        let error = signer().sign_post(&policy, [(name, "a")], NOW).unwrap_err();
        let field = name.to_owned();
        assert_eq!(error, PostPolicyError::ReservedField { field }.into());
    }

    let mut twice = fields;
    twice.push(("ACL", "private"));
    let error = verify(&twice, &UPLOAD, NOW).unwrap_err();
    assert_eq!(
        (error.code(), error.status().as_u16()),
        ("InvalidArgument", 400)
    );
}

/// Amazon S3 accepts policies of up to 20 KB.
#[test]
fn a_policy_above_the_limit_is_not_parsed() {
    let form = signer()
        .sign_post(&policy(), [("key", "user/user1/k")], NOW)
        .unwrap();
    let fields: Vec<(&str, &str)> = form.fields().collect();
    let claim = SignedPost::parse(&fields).unwrap();
    let key = VerificationKey::derive(&credentials(), claim.scope()).unwrap();
    let signing_key = SigningKey::derive(credentials().secret_key(), claim.scope());
    for (length, problem) in [
        (20 * 1024, MalformedPolicy::NotBase64),
        (
            20 * 1024 + 1,
            MalformedPolicy::TooLong {
                length: 20 * 1024 + 1,
                longest: 20 * 1024,
            },
        ),
    ] {
        let policy = "*".repeat(length);
        let signature = signing_key.sign(policy.as_bytes());
        let mut fields = fields.clone();
        for (name, value) in &mut fields {
            match *name {
                "policy" => *value = &policy,
                "x-amz-signature" => *value = signature.as_str(),
                _ => {}
            }
        }
        let claim = SignedPost::parse(&fields).unwrap();
        let verifier = Verifier::new("us-east-1", Service::S3).unwrap();
        let error = claim.verify(&verifier, &key, &UPLOAD, NOW).unwrap_err();
        assert_eq!(error, PolicyError::MalformedPolicy(problem));
    }
}

#[test]
fn a_late_upload_or_a_file_of_another_length_is_refused() {
    let policy = policy().content_length_range(10, 20);
    let form = signer()
        .sign_post(&policy, [("key", "user/user1/k")], NOW)
        .unwrap();
    let fields: Vec<(&str, &str)> = form.fields().collect();
    let upload = |file_length| Upload {
        file_length,
        ..UPLOAD
    };
    let second = time::Duration::seconds(1);
    assert!(verify(&fields, &upload(10), END - second).is_ok());
    let expired = PolicyError::Expired {
        expiration: END.into(),
        now: END.into(),
    };
    assert_eq!(expired.code(), "AccessDenied");
    assert_eq!(expired.status().as_u16(), 403);
    let mismatch = PolicyError::from(VerifyError::SignatureMismatch);
    assert_eq!(mismatch.code(), "SignatureDoesNotMatch");
    assert_eq!(mismatch.status().as_u16(), 403);
    assert_eq!(verify(&fields, &upload(10), END), Err(expired));

    assert!(verify(&fields, &upload(20), NOW).is_ok());
    for (length, code) in [
        (0, "EntityTooSmall"),
        (9, "EntityTooSmall"),
        (21, "EntityTooLarge"),
        (u64::MAX, "EntityTooLarge"),
    ] {
        let error = verify(&fields, &upload(length), NOW).unwrap_err();
        assert_eq!((error.code(), error.status().as_u16()), (code, 400));
    }
    // The upload is sent to another bucket than the form names.
    let elsewhere = Upload {
        bucket: "another",
        ..upload(10)
    };
    let wrong = |field: &str| {
        Err(PolicyError::FieldNotMet {
            field: field.to_owned(),
        })
    };
    assert_eq!(verify(&fields, &elsewhere, NOW), wrong("bucket"));
    let mut said = fields.clone();
    said.push(("bucket", "sigv4examplebucket"));
    assert!(verify(&said, &upload(10), NOW).is_ok());
    assert_eq!(verify(&said, &elsewhere, NOW), wrong("bucket"));
}

#[test]
fn every_type_in_a_content_type_must_match() {
    let policy = policy().require_prefix("Content-Type", "image/");
    let form = signer()
        .sign_post(&policy, [("key", "user/user1/k")], NOW)
        .unwrap();
    for (value, good) in [
        ("image/png", true),
        ("image/png,image/jpeg", true),
        ("image/png, image/jpeg", true),
        ("image/png,text/html", false),
        ("text/html,image/png", false),
        ("", false),
    ] {
        let fields = signed(&form, &[("content-type", value)]);
        assert_eq!(verify(&fields, &UPLOAD, NOW).is_ok(), good, "{value}");
    }
}

#[test]
fn the_file_name_is_part_of_the_key_that_is_checked() {
    let policy = PostPolicy::new("sigv4examplebucket", END).require_eq("key", "user/me.png");
    let form = signer().sign_post(&policy, [], NOW).unwrap();
    let fields: Vec<(&str, &str)> = form
        .fields()
        .map(|(name, value)| {
            (
                name,
                if name == "key" {
                    "user/${filename}"
                } else {
                    value
                },
            )
        })
        .collect();
    assert_eq!(verify(&fields, &UPLOAD, NOW).as_deref(), Ok("user/me.png"));
    for (file_name, good) in [
        ("you.png", false),
        ("C:\\me.png", true),
        ("/home/me.png", true),
        ("", false),
    ] {
        let upload = Upload {
            file_name,
            ..UPLOAD
        };
        assert_eq!(verify(&fields, &upload, NOW).is_ok(), good, "{file_name}");
    }
}

proptest! {
    #[test]
    fn a_form_with_any_values_verifies(
        prefix in any::<String>(),
        values in proptest::collection::vec(any::<String>(), 0..4),
        name in "[^\\p{Cc}\"]{1,10}",
    ) {
        let mut policy = PostPolicy::new("sigv4examplebucket", END)
            .require_prefix("key", format!("${prefix}"))
            .content_length_range(0, 1000);
        for (i, value) in values.iter().enumerate() {
            policy = policy.require_eq(format!("x-amz-meta-{name}{i}"), format!("\\$\u{b}{value}"));
        }
        let key = format!("${prefix}x");
        let form = signer().sign_post(&policy, [("key", key.as_str())], NOW);
        // A prefix that contains `${filename}` is not a prefix of the key after the name is filled
        // in.
        if key.contains("${filename}") {
            return Ok(());
        }
        let form = form.unwrap();
        let fields: Vec<(&str, &str)> = form.fields().collect();
        let expected = key.clone();
        let found = verify(&fields, &UPLOAD, NOW);
        prop_assert_eq!(found, Ok(expected));
        // The text is valid JSON.
        let text: serde_json::Value = serde_json::from_str(&text_of(&form)).unwrap();
        prop_assert!(text["conditions"].is_array());
    }

    #[test]
    fn no_field_makes_the_verifier_panic(
        fields in proptest::collection::vec(("[a-z-]{0,8}|policy|x-amz-date|key", any::<String>()), 0..8),
        text in "[\\[\\]{}:,\"\\\\$a-c0-9.]{0,40}",
    ) {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (&name[..], &value[..])).collect();
        prop_assert!(verify(&fields, &UPLOAD, NOW).is_err());
        prop_assert!(signer().sign_post_text(&text, NOW).is_err());
        // An arbitrary policy, signed by hand.
        let policy = STANDARD.encode(&text);
        let scope = countersign::sigv4::CredentialScope::new(NOW, "us-east-1", "s3").unwrap();
        let signature = SigningKey::derive(&SECRET.into(), &scope).sign(&policy);
        let credential = format!("AKIAIOSFODNN7EXAMPLE/{scope}");
        let error = verify(&[
            ("key", "k"),
            ("x-amz-algorithm", "AWS4-HMAC-SHA256"),
            ("x-amz-credential", &credential),
            ("x-amz-date", "20151229T000000Z"),
            ("policy", &policy),
            ("x-amz-signature", signature.as_str()),
        ], &UPLOAD, NOW).unwrap_err();
        prop_assert_eq!(error.code(), "InvalidPolicyDocument");
    }
}

#[test]
fn debug_contains_no_secret() {
    let form = signer()
        .sign_post(&policy(), [("key", "user/user1/k")], NOW)
        .unwrap();
    let fields: Vec<(&str, &str)> = form.fields().collect();
    let claim = SignedPost::parse(&fields).unwrap();
    let key = VerificationKey::derive(&credentials(), claim.scope()).unwrap();
    let verified = claim
        .verify(
            &Verifier::new("us-east-1", Service::S3).unwrap(),
            &key,
            &UPLOAD,
            NOW,
        )
        .unwrap();
    let texts = [
        format!("{form:?}"),
        format!("{claim:?}"),
        format!("{verified:?}"),
    ];
    assert!(texts.iter().all(|text| !text.is_empty()));
    let text = texts.concat();
    assert!(!text.contains(&form.signature().as_str()[..16]), "{text}");
    assert!(
        !text.contains(&fields.iter().find(|(name, _)| *name == "policy").unwrap().1[..40]),
        "{text}"
    );
}

#[test]
fn a_length_range_of_one_length_is_met_by_that_length() {
    let policy = policy().content_length_range(1000, 1000);
    let form = signer()
        .sign_post(&policy, [("key", "user/user1/k")], NOW)
        .unwrap();
    let fields: Vec<_> = form.fields().collect();
    assert!(verify(&fields, &UPLOAD, NOW).is_ok());
}

#[test]
fn a_key_that_expires_now_verifies_no_form() {
    let form = signer()
        .sign_post(&policy(), [("key", "user/user1/k")], NOW)
        .unwrap();
    let fields: Vec<_> = form.fields().collect();
    let claim = SignedPost::parse(&fields).unwrap();
    let verifier = Verifier::new("us-east-1", Service::S3).unwrap();
    for (left, ended) in [(1, false), (0, true), (-1, true)] {
        let end = NOW + time::Duration::seconds(left);
        let key =
            VerificationKey::derive(&credentials().with_expiration(end), claim.scope()).unwrap();
        let verified = claim.verify(&verifier, &key, &UPLOAD, NOW);
        assert_eq!(verified.is_err(), ended, "{left}");
    }
}

/// 20 KB of base64 are 15,360 bytes.
#[test]
fn a_policy_has_at_most_15360_bytes() {
    let form = signer()
        .sign_post(&policy(), [("key", "user/user1/k")], NOW)
        .unwrap();
    let fields: Vec<_> = form.fields().collect();
    let claim = SignedPost::parse(&fields).unwrap();
    let text = text_of(&form);
    let padded = |length: usize| format!("{text}{}", " ".repeat(length - text.len()));
    assert!(signer().sign_post_text(&padded(15_360), NOW).is_ok());
    for length in [15_361, 15_364, 20_000] {
        let error = signer().sign_post_text(&padded(length), NOW).unwrap_err();
        assert!(is_too_long(&error), "{error}");
    }
    // Signed by hand, as the signer refuses these policies.
    for (length, is_read) in [(15_360, true), (15_361, false), (15_364, false)] {
        let policy = STANDARD.encode(padded(length));
        let key = SigningKey::derive(&SECRET.into(), claim.scope());
        let signature = key.sign(&policy);
        let fields: Vec<_> = fields
            .iter()
            .map(|&(name, value)| match name {
                "policy" => (name, policy.as_str()),
                "x-amz-signature" => (name, signature.as_str()),
                _ => (name, value),
            })
            .collect();
        let verified = verify(&fields, &UPLOAD, NOW);
        assert_eq!(verified.is_ok(), is_read, "{length}: {verified:?}");
    }
}

/// A policy does not contain the scope of its signature, so the server must check that the key is
/// for the scope.
#[test]
fn a_signing_key_verifies_its_own_scope_only() {
    let form = signer()
        .sign_post(&policy(), [("key", "user/user1/k")], NOW)
        .unwrap();
    let fields: Vec<_> = form.fields().collect();
    let scope = SignedPost::parse(&fields).unwrap().scope().to_string();
    for (other, right) in [
        (scope.as_str(), true),
        ("20151228/us-east-1/s3/aws4_request", false),
        ("20151229/us-east-2/s3/aws4_request", false),
        ("20151229/us-east-1/sqs/aws4_request", false),
    ] {
        let key = SigningKey::derive(
            &SECRET.into(),
            &other
                .parse::<countersign::sigv4::CredentialScope>()
                .unwrap(),
        );
        let policy = fields.iter().find(|(name, _)| *name == "policy").unwrap().1;
        let signature = key.sign(policy);
        let fields: Vec<_> = fields
            .iter()
            .map(|&(name, value)| match name {
                "x-amz-signature" => (name, signature.as_str()),
                _ => (name, value),
            })
            .collect();
        let claim = SignedPost::parse(&fields).unwrap();
        let verifier = Verifier::new("us-east-1", Service::S3).unwrap();
        let key = VerificationKey::from_signing_key(claim.access_key_id(), key);
        let verified = claim.verify(&verifier, &key, &UPLOAD, NOW).map(drop);
        let expected = if right {
            Ok(())
        } else {
            Err(VerifyError::SignatureMismatch.into())
        };
        assert_eq!(verified, expected, "{other}");
    }
}

/// HMAC accepts an empty key, and everyone knows it.
#[test]
fn an_empty_secret_verifies_no_form() {
    let form = signer()
        .sign_post(&policy(), [("key", "user/user1/k")], NOW)
        .unwrap();
    let fields: Vec<(&str, &str)> = form.fields().collect();
    let scope = *SignedPost::parse(&fields).unwrap().scope();
    let policy = fields.iter().find(|(name, _)| *name == "policy").unwrap().1;
    let signature = SigningKey::derive(&"".into(), &scope).sign(policy);
    let forged: Vec<(&str, &str)> = fields
        .iter()
        .map(|&(name, value)| match name {
            "x-amz-signature" => (name, signature.as_str()),
            _ => (name, value),
        })
        .collect();
    let claim = SignedPost::parse(&forged).unwrap();
    let without_secret = Credentials::new("AKIAIOSFODNN7EXAMPLE", "");
    let derived = VerificationKey::derive(&without_secret, &scope).map(drop);
    assert!(matches!(derived, Err(Error::InvalidSecretKey(_))));
    let key = SigningKey::derive(without_secret.secret_key(), &scope);
    let key = VerificationKey::from_signing_key(without_secret.access_key_id(), key);
    let verifier = Verifier::new("us-east-1", Service::S3).unwrap();
    let refused = claim.verify(&verifier, &key, &UPLOAD, NOW).map(drop);
    assert_eq!(refused, Err(VerifyError::SignatureMismatch.into()));
}

/// Servers log the access key ID of a claim before anything is verified.
#[test]
fn an_access_key_id_of_a_form_is_1_to_128_visible_ascii_characters() {
    let form = signer()
        .sign_post(&policy(), [("key", "user/user1/k")], NOW)
        .unwrap();
    let parse = |id: &str| {
        let credential = format!("{id}/20151229/us-east-1/s3/aws4_request");
        let fields: Vec<(&str, &str)> = form
            .fields()
            .map(|(name, value)| match name {
                "x-amz-credential" => (name, credential.as_str()),
                _ => (name, value),
            })
            .collect();
        SignedPost::parse(&fields).map(|claim| claim.access_key_id().to_owned())
    };
    for id in ["A", "team/app", &"A".repeat(128)] {
        assert_eq!(parse(id).as_deref(), Ok(id));
    }
    for id in [
        "",
        "AKID\nINFO verified",
        "AKID\r",
        "A B",
        "A\u{1b}[2K",
        "A\u{7f}",
        "é",
        "A,B",
        &"A".repeat(129),
    ] {
        let error = parse(id).unwrap_err();
        let named = matches!(
            &error,
            PolicyError::Signature(VerifyError::Malformed { problem, .. })
                if problem.to_string().contains("access key ID of 1 to 128")
        );
        assert!(named, "{id:?}: {error:?}");
        assert!(!format!("{error} {error:?}").contains("INFO"));
    }
}

/// A store logs these messages, or returns them to the client.
#[test]
fn the_error_of_a_refused_upload_is_one_sentence() {
    let field = || "acl".to_owned();
    let now = NOW.into();
    for (error, text) in [
        (
            PolicyError::RepeatedField { field: field() },
            "form field `acl` appears more than once",
        ),
        (
            PolicyError::Expired {
                expiration: END.into(),
                now,
            },
            "policy expired at 2015-12-30T12:00:00Z (server time 2015-12-29T00:00:00Z)",
        ),
        (
            PolicyError::FieldMissing { field: field() },
            "form field `acl` is missing",
        ),
        (
            PolicyError::FieldNotMet { field: field() },
            "value of form field `acl` does not match its condition in the policy",
        ),
        (
            PolicyError::FileTooSmall { length: 0, min: 1 },
            "file is 0 bytes, below the minimum of 1",
        ),
        (
            PolicyError::FileTooLarge { length: 2, max: 1 },
            "file is 2 bytes, above the maximum of 1",
        ),
        (MalformedPolicy::NotUtf8.into(), "policy is not UTF-8"),
    ] {
        assert_eq!(error.to_string(), text);
    }
    let field = PostPolicyError::FileNameInExactCondition { field: field() };
    assert_eq!(
        field.to_string(),
        "exact condition on the form field `acl` contains `${filename}`, which S3 replaces \
         before it compares: use a prefix"
    );
}
