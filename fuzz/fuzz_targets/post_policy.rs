//! A form that its policy allows is accepted, and the crate never allows more than the few lines
//! below. A form that was built verifies, but not with a field changed or added, or with a file
//! outside its range. All of this for Signature Version 4 and for S3's old scheme, and never for
//! the scheme in which the form is not signed.
//!
//! Input: options, the place and the value of the change, fields as lines of `name=value`, an empty
//! line, the text of a policy.

#![no_main]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign::legacy::s3_v2;
use countersign::post_policy::{PolicyError, PostPolicy, SignedPost, Upload};
use countersign::verify::{VerificationKey, Verifier};
use countersign::{
    Service, Signer,
    sigv4::{CredentialScope, SigningKey},
};
use countersign_fuzz::{ID, NOW, REGION, SECRET, TOKEN, credentials, tampered};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use time::Duration;

const BUCKET: &str = "sigv4examplebucket";
const DATE: &str = "20150830T123600Z";

fuzz_target!(|input: &[u8]| {
    let Some((&[options, p0, p1, change], text)) = input.split_first_chunk() else {
        return;
    };
    let Ok(text) = std::str::from_utf8(text) else {
        return;
    };
    let temporary = options & 1 != 0;
    let (fields, policy) = text.split_once("\n\n").unwrap_or((text, ""));
    let fields: Vec<(&str, &str)> = fields
        .lines()
        .filter_map(|line| line.split_once('='))
        .collect();
    let length = u64::from(options) * 100;
    arbitrary_policy(&fields, policy, temporary, length);
    let place = u16::from_be_bytes([p0, p1]);
    built_policy(&fields, options, place, change, Scheme::Version4);
    built_policy(&fields, options, place, change, Scheme::Old);
});

#[derive(Clone, Copy, PartialEq)]
enum Scheme {
    Version4,
    /// S3's old scheme.
    Old,
}

impl Scheme {
    fn verify(
        self,
        form: &[(&str, &str)],
        temporary: bool,
        length: u64,
    ) -> Result<String, PolicyError> {
        match self {
            Self::Version4 => verify(form, temporary, length),
            Self::Old => verify_old(form, temporary, length),
        }
    }
}

/// A form with any policy, signed by hand: other signers check less.
fn arbitrary_policy(fields: &[(&str, &str)], policy: &str, temporary: bool, length: u64) {
    let scope = CredentialScope::new(NOW, REGION, "s3").expect("a scope");
    let key = SigningKey::derive(&SECRET.into(), &scope);
    let (credential, encoded) = (format!("{ID}/{scope}"), STANDARD.encode(policy));
    let signature = key.sign(&encoded);
    let mut form = fields.to_vec();
    form.push(("x-amz-algorithm", "AWS4-HMAC-SHA256"));
    form.push(("x-amz-credential", &credential));
    form.push(("x-amz-date", DATE));
    if temporary {
        form.push(("x-amz-security-token", TOKEN));
    }
    form.push(("policy", &encoded));
    form.push(("x-amz-signature", signature.as_str()));
    let verified = verify(&form, temporary, length);
    let said = fields.iter().any(|(name, value)| {
        name.contains(signature.as_str()) || value.contains(signature.as_str())
    });
    assert!(said || !format!("{verified:?}").contains(signature.as_str()));
    if let Ok(key) = &verified {
        allows(&form, policy, length).unwrap_or_else(|| panic!("{form:?} {policy}"));
        let own = form
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case("key"));
        assert_eq!(
            own.map(|(_, value)| value.replace("${filename}", "a b.jpg"))
                .as_ref(),
            Some(key)
        );
    }

    // The signer accepts a policy that covers its own fields, and signs the same.
    let signer = Signer::new(credentials(temporary), REGION, "s3").unwrap();
    if let Ok(form) = signer.sign_post_text(policy, NOW) {
        assert_eq!(form.signature(), &signature);
        let own: Vec<(&str, &str)> = form.fields().collect();
        let whole: Vec<(&str, &str)> = fields.iter().copied().chain(own).collect();
        assert_eq!(verify(&whole, temporary, length).is_ok(), verified.is_ok());
    }
}

fn verify(form: &[(&str, &str)], temporary: bool, file_length: u64) -> Result<String, PolicyError> {
    let claim = SignedPost::parse(form)?;
    let key = VerificationKey::derive(&credentials(temporary), claim.scope()).expect("a secret");
    let upload = Upload {
        bucket: BUCKET,
        file_name: "C:\\b\\a b.jpg",
        file_length,
    };
    let verified = claim.verify(
        &Verifier::new(REGION, Service::S3).unwrap(),
        &key,
        &upload,
        NOW,
    )?;
    Ok(verified.key().to_owned())
}

fn verify_old(
    form: &[(&str, &str)],
    temporary: bool,
    file_length: u64,
) -> Result<String, PolicyError> {
    let claim = s3_v2::SignedPost::parse(form)?;
    let upload = Upload {
        bucket: BUCKET,
        file_name: "C:\\b\\a b.jpg",
        file_length,
    };
    let verified = claim.verify(&credentials(temporary), &upload, NOW)?;
    assert_eq!(verified.access_key_id(), ID);
    Ok(verified.key().to_owned())
}

/// Whether a policy allows a form: each field meets its conditions, and no required field is
/// missing.
fn allows(form: &[(&str, &str)], policy: &str, length: u64) -> Option<()> {
    // Two escapes that JSON does not have.
    let text = policy
        .replace("\\\\", "\\u005c")
        .replace("\\$", "$")
        .replace("\\v", "\\u000b");
    let policy: Value = serde_json::from_str(&text).ok()?;
    // Compared as text: digits of equal length sort like times.
    (policy["expiration"].as_str()? > "2015-08-30T12:36:00").then_some(())?;
    let conditions = policy["conditions"].as_array()?;
    let mut asked: Vec<(String, &str, &Value)> = Vec::new();
    for condition in conditions {
        if let Some(pairs) = condition.as_object() {
            asked.extend(
                pairs
                    .iter()
                    .map(|(name, value)| (name.to_lowercase(), "eq", value)),
            );
            continue;
        }
        let [operator, first, second] = condition.as_array()?.as_slice() else {
            return None;
        };
        if operator == "content-length-range" {
            let number = |value: &Value| value.as_u64().or_else(|| value.as_str()?.parse().ok());
            (number(first)? <= length && length <= number(second)?).then_some(())?;
            continue;
        }
        let name = first.as_str()?.strip_prefix('$')?.to_lowercase();
        asked.push((name, operator.as_str()?, second));
    }
    let mut form: Vec<(String, String)> = form
        .iter()
        .map(|(name, value)| (name.to_lowercase(), (*value).to_owned()))
        .collect();
    form.retain(|(name, _)| !name.starts_with("x-ignore-"));
    let free = [
        "policy",
        "x-amz-signature",
        "signature",
        "awsaccesskeyid",
        "file",
        "bucket",
    ];
    form.retain(|(name, _)| !free.contains(&&**name));
    form.push(("bucket".to_owned(), BUCKET.to_owned()));
    for (name, value) in &mut form {
        let own = [
            "x-amz-algorithm",
            "x-amz-credential",
            "x-amz-date",
            "x-amz-security-token",
        ];
        if !own.contains(&&**name) {
            *value = value.replace("${filename}", "a b.jpg");
        }
        let about: Vec<_> = asked.iter().filter(|(asked, ..)| asked == name).collect();
        let met = about.iter().all(|(_, operator, wanted)| {
            let wanted = wanted.as_str().unwrap_or("\0");
            match *operator {
                "eq" => value == wanted,
                "starts-with" if name == "content-type" => {
                    value.split(',').all(|one| one.trim().starts_with(wanted))
                }
                "starts-with" => value.starts_with(wanted),
                _ => false,
            }
        });
        (met && !about.is_empty()).then_some(())?;
    }
    Some(())
}

fn built_policy(fields: &[(&str, &str)], options: u8, place: u16, change: u8, scheme: Scheme) {
    let (temporary, any) = (options & 1 != 0, options & 2 != 0);
    let mut policy = PostPolicy::new(BUCKET, NOW + Duration::hours(1)).content_length_range(10, 20);
    for (name, value) in fields {
        let half = value
            .char_indices()
            .nth(value.chars().count() / 2)
            .map_or(0, |(at, _)| at);
        // A value that contains the file name cannot be required in advance.
        if value
            .find("${filename}")
            .is_some_and(|at| !any || at < half)
        {
            return;
        }
        policy = match any {
            true => policy.require_prefix(*name, &value[..half]),
            false => policy.require_eq(*name, *value),
        };
    }
    // S3 accepts keys of up to 1,024 bytes and fields of up to 20 KiB, including the file name.
    let length = |value: &str| value.replace("${filename}", "a b.jpg").len();
    let mut keys = fields
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("key"));
    let total: usize = fields
        .iter()
        .map(|(name, value)| name.len() + length(value))
        .sum();
    if keys.any(|(_, key)| !(1..=1024).contains(&length(key))) || total > 16 * 1024 {
        return;
    }
    let credentials = credentials(temporary);
    let given = fields.iter().copied().filter(|_| any);
    let form = match scheme {
        Scheme::Version4 => {
            let signer = Signer::new(credentials, REGION, "s3").unwrap();
            signer.sign_post(&policy, given, NOW)
        }
        Scheme::Old => {
            let signer = s3_v2::Signer::new(credentials).unwrap();
            signer.sign_post(&policy, given, NOW)
        }
    };
    let Ok(form) = form else {
        return;
    };
    let verify = |form: &[(&str, &str)], temporary, length| scheme.verify(form, temporary, length);
    for secret in [SECRET, TOKEN, form.signature().as_str()] {
        let said = fields
            .iter()
            .any(|(name, value)| name.contains(secret) || value.contains(secret));
        assert!(said || !format!("{form:?} {policy:?}").contains(secret));
    }
    let fields: Vec<(&str, &str)> = form.fields().collect();
    for (length, fits) in [(9, false), (10, true), (20, true), (21, false)] {
        assert_eq!(verify(&fields, temporary, length).is_ok(), fits);
    }
    verify(&fields, !temporary, 10).expect_err("another session token");
    let other = match scheme {
        Scheme::Version4 => Scheme::Old,
        Scheme::Old => Scheme::Version4,
    };
    other
        .verify(&fields, temporary, 10)
        .expect_err("another scheme");
    let more = [&fields[..], &[("another-field", "")]].concat();
    let covered = fields
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case("another-field"));
    assert!(
        covered
            || matches!(
                verify(&more, temporary, 10),
                Err(PolicyError::FieldNotCovered { .. })
            )
    );

    let at = usize::from(place) % fields.len();
    let (name, value) = fields[at];
    let changed = tampered(value.as_bytes(), place / 16, change);
    let Ok(changed) = std::str::from_utf8(&changed) else {
        return;
    };
    let mut altered = fields.clone();
    altered[at] = (name, changed);
    // Uppercase digits in a signature are accepted.
    let same_digits = name == "x-amz-signature" && changed.eq_ignore_ascii_case(value);
    if verify(&altered, temporary, 10).is_ok() && changed != value && !same_digits {
        let (_, text) = fields
            .iter()
            .find(|(name, _)| *name == "policy")
            .expect("a policy");
        let text = STANDARD.decode(text).expect("base64");
        let text = std::str::from_utf8(&text).expect("JSON");
        assert!(any && allows(&altered, text, 10).is_some(), "{name}");
    }
    // The field is missing.
    altered.remove(at);
    let ignored = name.to_ascii_lowercase().starts_with("x-ignore-");
    let bucket = name.eq_ignore_ascii_case("bucket");
    assert!(
        ignored || bucket || verify(&altered, temporary, 10).is_err(),
        "{name}"
    );
}
