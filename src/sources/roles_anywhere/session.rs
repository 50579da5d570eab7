//! The response of IAM Roles Anywhere.

use serde_json::Value;

use crate::sources::json::Json;
use crate::sources::reply::{Reply, SESSION_KEYS};
use crate::sources::{Content, CredentialEndpoint, Error, ResolvedCredentials};

/// A session of IAM Roles Anywhere: the credentials of the role, and who got them.
///
/// [`RolesAnywhere`](super::RolesAnywhere) has an example.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RolesAnywhereSession {
    /// The credentials of the role, with its account.
    pub credentials: ResolvedCredentials,
    /// The ARN of the subject, by which IAM Roles Anywhere knows the certificate.
    pub subject_arn: Option<String>,
    /// The source identity, by default the common name of the certificate.
    pub source_identity: Option<String>,
    /// How much of the space for policies and tags is used, in percent.
    pub packed_policy_size: Option<u64>,
}

pub(super) fn read(reply: Reply<'_>) -> Result<RolesAnywhereSession, Error> {
    if !reply.status.is_success() {
        return Err(reply.refusal(CredentialEndpoint::RolesAnywhere));
    }
    let content = Content::Response(CredentialEndpoint::RolesAnywhere);
    let json = Json::read(reply.body, content)?;
    let members = json.members();
    let set = members.first_of("credentialSet")?;
    let credentials = set.object("credentials")?;
    let keys = credentials.all_required(SESSION_KEYS)?;
    let expiration = credentials.time("expiration")?;
    let user = set.object("assumedRoleUser").ok();
    let account_id = user.and_then(|user| user.text("arn")?.split(':').nth(4));
    let account_id = account_id.filter(|id| !id.is_empty());
    let resolved = ResolvedCredentials::temporary(keys, expiration).of_account(account_id);
    Ok(RolesAnywhereSession {
        credentials: resolved,
        subject_arn: members.text("subjectArn").map(str::to_owned),
        source_identity: set.text("sourceIdentity").map(str::to_owned),
        packed_policy_size: set.value("packedPolicySize").and_then(Value::as_u64),
    })
}
