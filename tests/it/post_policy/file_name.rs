//! `${filename}` in the fields of a form. Amazon S3 User Guide, "HTML forms": it is replaced in all
//! fields before the policy is checked.

use countersign::post_policy::{PolicyError, PostPolicy, PostPolicyError, SignedPost, Upload};
use countersign::verify::{VerificationKey, Verifier, VerifyError};
use countersign::{
    Error, Service,
    sigv4::{CredentialScope, SigningKey},
};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{END, NOW, SECRET, UPLOAD, credentials, policy, signer};

/// A form whose policy has these conditions. It is signed by hand, as other signers check less.
fn form(conditions: &str, fields: &[(&str, &str)]) -> Vec<(String, String)> {
    let policy = STANDARD.encode(format!(
        r#"{{"expiration": "2015-12-30T12:00:00Z", "conditions": [{{"bucket": "sigv4examplebucket"}},
        ["starts-with", "$x-amz-algorithm", ""], ["starts-with", "$x-amz-credential", ""],
        ["starts-with", "$x-amz-date", ""]{conditions}]}}"#
    ));
    let scope = CredentialScope::new(NOW, "us-east-1", "s3").unwrap();
    let signature = SigningKey::derive(&SECRET.into(), &scope).sign(&policy);
    let credential = format!("AKIAIOSFODNN7EXAMPLE/{scope}");
    let own = [
        ("x-amz-algorithm", "AWS4-HMAC-SHA256"),
        ("x-amz-credential", &credential),
        ("x-amz-date", "20151229T000000Z"),
        ("policy", &policy),
        ("x-amz-signature", signature.as_str()),
    ];
    let owned = |&(name, value): &(&str, &str)| (name.to_owned(), value.to_owned());
    fields.iter().chain(&own).map(owned).collect()
}

/// The values of some fields after verification, with a limit of this size.
fn read(
    form: &[(String, String)],
    file_name: &str,
    limit: Option<usize>,
    names: &[&str],
) -> Result<Vec<Option<String>>, PolicyError> {
    let fields: Vec<(&str, &str)> = form
        .iter()
        .map(|(name, value)| (&**name, &**value))
        .collect();
    let mut claim = SignedPost::parse(&fields)?;
    if let Some(limit) = limit {
        claim = claim.with_max_fields_length(limit);
    }
    let key = VerificationKey::derive(&credentials(), claim.scope()).unwrap();
    let upload = Upload {
        file_name,
        ..UPLOAD
    };
    let verifier = Verifier::new("us-east-1", Service::S3).unwrap();
    let verified = claim.verify(&verifier, &key, &upload, NOW)?;
    assert_eq!(verified.field("key"), Some(verified.key()));
    Ok(names
        .iter()
        .map(|name| verified.field(name).map(str::to_owned))
        .collect())
}

fn key_of(key: &str, file_name: &str) -> Result<String, PolicyError> {
    let form = form(r#", ["starts-with", "$key", ""]"#, &[("key", key)]);
    let read = read(&form, file_name, Some(usize::MAX), &["key"])?;
    Ok(read.into_iter().flatten().collect())
}

/// 44 KB that would become 44 MB.
#[test]
fn fields_are_measured_before_they_are_filled_in() {
    let key = "${filename}".repeat(2000);
    let name = "n".repeat(22_000);
    let form = form(r#", ["starts-with", "$key", ""]"#, &[("key", &key)]);
    let refused = read(&form, &name, None, &[]).unwrap_err();
    // The names and values of the key and of the four fields of the signature.
    let others: usize = form[1..]
        .iter()
        .filter(|(name, _)| name != "policy")
        .map(|(name, value)| name.len() + value.len())
        .sum();
    let (length, longest) = (3 + 44_000_000 + others, 20 * 1024);
    assert_eq!(refused, PolicyError::FieldsTooLong { length, longest });
    assert_eq!(
        (refused.code(), refused.status().as_u16()),
        ("MaxPostPreDataLengthExceeded", 400)
    );
    let length = 44_000_000;
    let refused = read(&form, &name, Some(usize::MAX), &[]).unwrap_err();
    assert_eq!(refused, PolicyError::KeyTooLong { length });
    assert_eq!(
        (refused.code(), refused.status().as_u16()),
        ("KeyTooLongError", 400)
    );
}

#[test]
fn keys_have_1_to_1024_bytes() {
    let too_long = |length| Err(PolicyError::KeyTooLong { length });
    let (long, longer) = ("k".repeat(1024), "k".repeat(1025));
    assert_eq!(key_of("k", "").as_deref(), Ok("k"));
    assert_eq!(key_of(&long, "").as_deref(), Ok(&*long));
    assert_eq!(key_of(&longer, ""), too_long(1025));
    assert_eq!(key_of(&"é".repeat(513), ""), too_long(1026));
    assert_eq!(key_of("${filename}", &long).as_deref(), Ok(&*long));
    assert_eq!(
        key_of("${filename}", &format!("a/{long}")).as_deref(),
        Ok(&*long)
    );
    assert_eq!(key_of("${filename}", &longer), too_long(1025));
    assert_eq!(key_of("a${filename}", &long), too_long(1025));
    // 100 of them take 1,100 bytes in the form.
    let hundred = "${filename}".repeat(100);
    assert_eq!(
        key_of(&hundred, "0123456789").as_deref(),
        Ok(&*"0123456789".repeat(100))
    );
    assert_eq!(key_of(&hundred, "01234567890"), too_long(1100));
    for (key, file_name) in [("", "a"), ("${filename}", ""), ("${filename}", "a/")] {
        let refused = key_of(key, file_name).unwrap_err();
        assert_eq!(refused, PolicyError::EmptyKey, "{key}");
        assert_eq!(
            (refused.code(), refused.status().as_u16()),
            ("InvalidArgument", 400)
        );
    }
}

#[test]
fn fields_have_20_kib_by_default() {
    let conditions = r#", ["starts-with", "$key", ""], ["starts-with", "$x-amz-meta-a", ""]"#;
    let of_length = |length: usize| {
        let bare = form(conditions, &[("key", "k"), ("x-amz-meta-a", "")]);
        let counted = bare.iter().filter(|(name, _)| name != "policy");
        let bare: usize = counted.map(|(name, value)| name.len() + value.len()).sum();
        form(
            conditions,
            &[("key", "k"), ("x-amz-meta-a", &"a".repeat(length - bare))],
        )
    };
    let longest = 20 * 1024;
    assert!(read(&of_length(longest), "", None, &[]).is_ok());
    let length = longest + 1;
    let too_long = PolicyError::FieldsTooLong { length, longest };
    assert_eq!(read(&of_length(length), "", None, &[]), Err(too_long));
    assert!(read(&of_length(length), "", Some(length), &[]).is_ok());
    let more = read(&of_length(length + 1), "", Some(length), &[]);
    assert!(matches!(more, Err(PolicyError::FieldsTooLong { .. })));

    // A field that needs no condition is counted, too, and so is its name.
    for (name, value) in [
        ("x-ignore-a".to_owned(), "${filename}".repeat(1000)),
        (format!("x-ignore-{}", "a".repeat(longest)), String::new()),
    ] {
        let fields = [("key", "k"), (&*name, &*value)];
        let form = form(r#", ["starts-with", "$key", ""]"#, &fields);
        let refused = read(&form, &"a".repeat(30), None, &[]);
        assert!(matches!(refused, Err(PolicyError::FieldsTooLong { .. })));
    }
}

#[test]
fn all_fields_are_filled_in_before_conditions_are_checked() {
    let conditions = r#", ["starts-with", "$key", "user/"], ["eq", "$x-amz-meta-name", "me.png"],
        ["starts-with", "$success_action_redirect", "https://example.com/?me"],
        {"X-Amz-Meta-Twice": "me.png, me.png"}, ["starts-with", "$Content-Type", "image/"]"#;
    let names = [
        "key",
        "X-Amz-Meta-Name",
        "success_action_redirect",
        "x-amz-meta-twice",
        "content-type",
        "x-ignore-a",
    ];
    let values = [
        "user/${filename}",
        "${filename}",
        "https://example.com/?${filename}",
        "${filename}, ${filename}",
        "image/${filename}",
        "${filename}",
    ];
    let fields: Vec<(&str, &str)> = names.into_iter().zip(values).collect();
    let form = form(conditions, &fields);
    let filled = |text: &str| Some(text.to_owned());
    let expected = vec![
        filled("user/me.png"),
        filled("me.png"),
        filled("https://example.com/?me.png"),
        filled("me.png, me.png"),
        filled("image/me.png"),
        // No condition covers this field.
        None,
    ];
    assert_eq!(
        read(&form, "C:\\photos\\me.png", None, &names),
        Ok(expected)
    );
    for other in ["you.png", "", "me.png/"] {
        let refused = read(&form, other, None, &names);
        assert!(
            matches!(refused, Err(PolicyError::FieldNotMet { .. })),
            "{other}: {refused:?}"
        );
    }
    // A verifier that checked the condition before the replacement would accept it.
    let evaded = self::form(
        r#", ["starts-with", "$key", ""], ["starts-with", "$x-amz-meta-a", "$"]"#,
        &[("key", "k"), ("x-amz-meta-a", "${filename}")],
    );
    let field = "x-amz-meta-a".to_owned();
    assert_eq!(
        read(&evaded, "me.png", None, &[]),
        Err(PolicyError::FieldNotMet { field })
    );
    // The file name is inserted once, and not searched again.
    assert_eq!(
        key_of("a${filename}", "${filename}").as_deref(),
        Ok("a${filename}")
    );
}

/// The file name does not change the fields of the signature.
#[test]
fn fields_of_the_signature_are_not_filled_in() {
    let fields = form(r#", ["starts-with", "$key", ""]"#, &[("key", "k")]);
    assert!(read(&fields, "a", None, &[]).is_ok());
    for (i, (name, value)) in fields.iter().enumerate().skip(1) {
        let mut changed = fields.clone();
        changed[i].1 = "${filename}".to_owned();
        let refused = read(&changed, value, None, &[]);
        assert!(refused.is_err(), "{name}");
    }
    // The session token is compared as it was sent.
    let with_token = form(
        r#", ["starts-with", "$key", ""], ["starts-with", "$x-amz-security-token", ""]"#,
        &[("key", "k"), ("x-amz-security-token", "${filename}")],
    );
    let fields: Vec<(&str, &str)> = with_token
        .iter()
        .map(|(name, value)| (&**name, &**value))
        .collect();
    let claim = SignedPost::parse(&fields).unwrap();
    let verify = |token: &str| {
        let credentials = credentials().with_session_token(token);
        let key = VerificationKey::derive(&credentials, claim.scope()).unwrap();
        let verifier = Verifier::new("us-east-1", Service::S3).unwrap();
        let verified = claim.verify(&verifier, &key, &UPLOAD, NOW)?;
        Ok(verified.field("x-amz-security-token").map(str::to_owned))
    };
    assert_eq!(
        verify("me.png"),
        Err(PolicyError::from(VerifyError::InvalidSessionToken))
    );
    assert_eq!(verify("${filename}"), Ok(Some("${filename}".to_owned())));
}

#[test]
fn the_signer_refuses_values_that_no_upload_meets() {
    let sign = |policy: &PostPolicy, fields: &[(&'static str, &'static str)]| {
        signer()
            .sign_post(policy, fields.iter().copied(), NOW)
            .map(drop)
    };
    let refused = |error: PostPolicyError| Err(Error::PostPolicy(error));
    let in_exact = |field: &str| {
        let field = field.to_owned();
        refused(PostPolicyError::FileNameInExactCondition { field })
    };
    let of_length = |length| refused(PostPolicyError::InvalidKeyLength { length });
    let open = PostPolicy::new("sigv4examplebucket", END);
    for (expected, policy) in [
        (
            in_exact("key"),
            open.clone().require_eq("key", "user/${filename}"),
        ),
        (
            in_exact("x-amz-meta-a"),
            policy().require_eq("x-amz-meta-a", "${filename}"),
        ),
        (
            in_exact("x-ignore-a"),
            policy().require_eq("x-ignore-a", "a${filename}b"),
        ),
        (of_length(0), open.clone().require_eq("key", "")),
        (
            of_length(1025),
            open.clone().require_eq("KEY", "k".repeat(1025)),
        ),
    ] {
        assert_eq!(sign(&policy, &[]), expected);
    }
    assert_eq!(
        sign(&open.clone().require_eq("key", "k".repeat(1024)), &[]),
        Ok(())
    );
    let near = open
        .clone()
        .require_eq("key", "${filename")
        .require_eq("x-amz-meta-a", "{filename}$");
    assert_eq!(sign(&near, &[]), Ok(()));

    let meta = policy().require_prefix("x-amz-meta-a", "");
    for (name, value) in [
        ("key", "user/user1/${filename}"),
        ("x-amz-meta-a", "${filename}"),
    ] {
        assert_eq!(sign(&meta, &[(name, value)]), Ok(()), "{name}");
    }
    assert_eq!(
        sign(&open.clone().require_prefix("key", ""), &[("key", "")]),
        of_length(0)
    );
    // A prefix that only the text `${filename}` itself has.
    for prefix in ["$", "${filename}", "${filename}/a"] {
        let policy = policy().require_prefix("x-amz-meta-a", prefix);
        let signed = sign(&policy, &[("x-amz-meta-a", "${filename}/a")]);
        let field = "x-amz-meta-a".to_owned();
        let expected = refused(PostPolicyError::FieldNotMet { field });
        assert_eq!(signed, expected, "{prefix}");
    }

    let text = |key: &str| {
        format!(
            r#"{{"expiration": "2015-12-30T12:00:00Z", "conditions": [{{"bucket": "b"}}, {key},
            {{"x-amz-algorithm": "AWS4-HMAC-SHA256"}}, {{"x-amz-date": "20151229T000000Z"}},
            {{"x-amz-credential": "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request"}}]}}"#
        )
    };
    let sign = |key: &str| signer().sign_post_text(&text(key), NOW).map(drop);
    for (key, expected) in [
        (r#"["eq", "$key", "a/${filename}"]"#, in_exact("key")),
        (r#"{"key": "a/\${filename}"}"#, in_exact("key")),
        (r#"{"key": "\u0024{filename}"}"#, in_exact("key")),
        (r#"{"key": ""}"#, of_length(0)),
    ] {
        assert_eq!(sign(key), expected, "{key}");
    }
    assert_eq!(sign(r#"["starts-with", "$key", "a/"]"#), Ok(()));
    assert_eq!(sign(r#"{"key": "a"}"#), Ok(()));
}

#[test]
fn a_name_of_a_field_cannot_forge_a_line_of_a_log() {
    let name = "x\r\nINFO verified access_key_id=ADMIN\u{1b}[2K\u{2028}";
    let conditions = r#", ["starts-with", "$key", ""]"#;
    let uncovered = form(conditions, &[("key", "k"), (name, "")]);
    let twice = form(conditions, &[("key", "k"), (name, ""), (name, "")]);
    let json = serde_json::json!(["starts-with", format!("${name}"), "a"]).to_string();
    let missing = form(&format!("{conditions}, {json}"), &[("key", "k")]);
    let unmet = form(
        &format!("{conditions}, {json}"),
        &[("key", "k"), (name, "b")],
    );
    let mut texts = Vec::new();
    for form in [uncovered, twice, missing, unmet] {
        let error = read(&form, "a", None, &[]).unwrap_err();
        texts.extend([error.to_string(), format!("{error:?}")]);
    }
    for field in [name, "a\r\nb"] {
        for policy in [policy(), policy().require_prefix(field, "")] {
            let error = signer().sign_post(&policy, [(field, "")], NOW).unwrap_err();
            texts.extend([error.to_string(), format!("{error:?}")]);
        }
        let field = || field.to_owned();
        for error in [
            PostPolicyError::FieldNotCovered { field: field() },
            PostPolicyError::FieldNotMet { field: field() },
            PostPolicyError::FileNameInExactCondition { field: field() },
            PostPolicyError::InvalidFieldName { field: field() },
            PostPolicyError::ReservedField { field: field() },
            PostPolicyError::DuplicateField { field: field() },
        ] {
            let error = Error::PostPolicy(error);
            texts.extend([error.to_string(), format!("{error:?}")]);
        }
    }
    for text in texts {
        assert!(
            !text.chars().any(|c| c.is_control() || c == '\u{2028}'),
            "{text:?}"
        );
        assert!(text.contains(r"\r\n"), "{text}");
    }
    // A honest file name is unchanged.
    let honest = form(conditions, &[("key", "k"), ("x-amz-meta-Größe", "")]);
    let error = read(&honest, "a", None, &[]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "no condition of the policy covers the form field `x-amz-meta-Größe`"
    );
}
