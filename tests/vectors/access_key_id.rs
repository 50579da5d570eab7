//! The prefix and the account of access key IDs.

use countersign::credentials::{IdPrefix, account_id};

use crate::report::Case;
use crate::sigv4::text;

pub fn run(case: &mut Case<'_>) {
    let id = text(case.input, "id");
    let expected = case.expected;
    let prefix = IdPrefix::of(id);
    case.check(
        "prefix",
        expected["prefix"].as_str(),
        prefix.map(IdPrefix::as_str),
    );
    let kinds = prefix.map_or(&[][..], kinds);
    let kind = expected["kind"].as_str();
    if !kind.is_some_and(|kind| kinds.contains(&kind)) {
        case.check("kind", kind, kinds.first().copied());
    }
    let account = account_id(id);
    case.check(
        "account_id",
        expected["account_id"].as_str(),
        account.as_deref(),
    );
    // The account is read from access keys, so the digits of other IDs are given the prefix of one.
    let as_access_key = account_id(&format!("AKIA{}", id.get(4..).unwrap_or_default()));
    case.check(
        "new_format",
        expected["new_format"].as_bool().unwrap_or_default(),
        as_access_key.is_some(),
    );
    if as_access_key.is_some() {
        let raw = expected["raw_decode"].as_str();
        case.check("raw_decode", raw, as_access_key.as_deref());
    }
}

/// The names of a kind. That of the vectors is the first.
fn kinds(prefix: IdPrefix) -> &'static [&'static str] {
    match prefix {
        IdPrefix::TemporaryAccessKey => &["temporary access key (STS)"],
        IdPrefix::AccessKey => &["long-term access key"],
        IdPrefix::ServiceBearerToken => &["STS service bearer token"],
        IdPrefix::ContextSpecificCredential => &["context-specific credential"],
        IdPrefix::Role => &["role"],
        IdPrefix::User => &["IAM user", "user"],
        IdPrefix::UserGroup => &["user group", "group"],
        IdPrefix::InstanceProfile => &["EC2 instance profile", "instance profile"],
        IdPrefix::ManagedPolicy => &["managed policy"],
        IdPrefix::ManagedPolicyVersion => &[
            "policy version",
            "managed policy version",
            "version in a managed policy",
            "version of a managed policy",
        ],
        IdPrefix::PublicKey => &["public key"],
        IdPrefix::Certificate => &["certificate"],
        other => panic!("no kind of {other:?}"),
    }
}
