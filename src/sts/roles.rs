//! The signed actions that assume a role, or the root user of an account.

use super::alphabets::{ANY, NAME, PATH, POLICY, TAG, TOKEN};
use super::form::QueryForm;
use super::parameters::{Mfa, ProvidedContext, Tag};
use super::principals::AssumedRoleUser;
use super::response::response;
use crate::aws_call::SignableRequest;
use crate::aws_call::endpoint::Endpoint;
use crate::credentials::Credentials;
use crate::error::Error;

/// `AssumeRole`: credentials of a role. Signed.
///
/// STS API Reference, "`AssumeRole`".
///
/// ```
/// use countersign::sts::{AssumeRole, Endpoint};
/// use countersign::{Credentials, Signer, Timestamp};
///
/// let role = "arn:aws:iam::123456789012:role/demo";
/// let mut action = AssumeRole::new(role, "alice");
/// action.external_id = Some("ext/1");
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// let now: Timestamp = "2026-01-01T12:00:00Z".parse()?;
/// let endpoint = Endpoint::regional("us-east-1")?;
/// let request = action.request(&endpoint)?.sign(&credentials, now)?;
/// assert!(request.body().contains("&ExternalId=ext%2F1"));
///
/// // Send it; then:
/// # let (status, body) = (http::StatusCode::OK, "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2026-01-01T13:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>");
/// let response = AssumeRole::parse(status, body)?;
/// assert_eq!(response.credentials.access_key_id(), "ASIAEXAMPLE");
/// let signer = Signer::new(response.credentials, "us-east-1", "s3")?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AssumeRole<'a> {
    /// The role's ARN, 20 to 2048 characters.
    pub role_arn: &'a str,
    /// The session's name, for logs and policies: 2 to 64 letters, digits and `_+=,.@-`.
    pub role_session_name: &'a str,
    /// The lifetime of the credentials: 900 to 43200 seconds. Default: one hour.
    ///
    /// The role can allow less. A role that is assumed with a role's credentials gets at most an
    /// hour.
    pub duration_seconds: Option<u32>,
    /// The external ID that the trust policy requires of a third party: 2 to 1224 letters, digits
    /// and `_+=,.@:/-`. It is not a secret.
    pub external_id: Option<&'a str>,
    /// A session policy in JSON, which can only remove permissions. It has no maximum length here:
    /// STS limits the size of the session token.
    pub policy: Option<&'a str>,
    /// Up to 10 managed policies as session policies, by ARN.
    pub policy_arns: &'a [&'a str],
    /// Up to 50 session tags.
    pub tags: &'a [Tag<'a>],
    /// The keys of tags that are passed on when the session assumes another role: up to 50.
    pub transitive_tag_keys: &'a [&'a str],
    /// A code of an MFA device, if the role requires one.
    pub mfa: Option<Mfa<'a>>,
    /// The user who started the session: 2 to 256 letters, digits and `_+=,.@-`. If the session
    /// assumes another role, it is passed on.
    pub source_identity: Option<&'a str>,
    /// Up to 5 context assertions of trusted providers.
    pub provided_contexts: &'a [ProvidedContext<'a>],
    /// The size in bytes to which STS pads a shorter session token: 0 to 4096.
    pub minimum_session_token_size: Option<u32>,
}

impl<'a> AssumeRole<'a> {
    /// Creates the action with its required parameters.
    pub fn new(role_arn: &'a str, role_session_name: &'a str) -> Self {
        Self {
            role_arn,
            role_session_name,
            duration_seconds: None,
            external_id: None,
            policy: None,
            policy_arns: &[],
            tags: &[],
            transitive_tag_keys: &[],
            mfa: None,
            source_identity: None,
            provided_contexts: &[],
            minimum_session_token_size: None,
        }
    }

    /// Creates the request, which has to be signed.
    ///
    /// # Errors
    /// - [`Error::InvalidParameter`] if a parameter is outside its limits
    /// - [`Error::NoEndpoint`] if STS has no such endpoint in the region
    pub fn request(&self, endpoint: &Endpoint) -> Result<SignableRequest, Error> {
        let mut form = QueryForm::new("AssumeRole");
        form.text("RoleArn", self.role_arn, 20..=2048, &ANY)?;
        form.text("RoleSessionName", self.role_session_name, 2..=64, &NAME)?;
        form.duration(self.duration_seconds, 900..=43_200)?;
        form.optional("ExternalId", self.external_id, 2..=1224, &PATH)?;
        // AWS's model has no maximum here: STS limits the size of the session token.
        form.optional("Policy", self.policy, 1..=u64::MAX, &POLICY)?;
        form.policy_arns(self.policy_arns)?;
        form.tags(self.tags)?;
        let keys = self.transitive_tag_keys;
        form.list("TransitiveTagKeys", keys, 0..=50, |form, member, key| {
            form.text(member, key, 1..=128, &TAG)
        })?;
        form.mfa(self.mfa)?;
        form.optional("SourceIdentity", self.source_identity, 2..=256, &NAME)?;
        let contexts = self.provided_contexts;
        form.list(
            "ProvidedContexts",
            contexts,
            0..=5,
            |form, member, context| {
                let provider = format!("{member}.ProviderArn");
                form.text(&provider, context.provider_arn, 20..=2048, &ANY)?;
                let assertion = format!("{member}.ContextAssertion");
                form.token(&assertion, context.context_assertion, 4..=3072, &TOKEN)
            },
        )?;
        form.minimum_session_token_size(self.minimum_session_token_size)?;
        form.into_signable(endpoint)
    }
}

response! {
    AssumeRole<'_>, "AssumeRole";
    /// The response to [`AssumeRole`].
    #[derive(Clone, Debug)]
    pub struct AssumeRoleResponse |result| {
        /// Temporary credentials with their expiration.
        pub credentials: Credentials = result.credentials()?,
        /// The role session that the credentials belong to.
        pub assumed_role_user: Option<AssumedRoleUser> = AssumedRoleUser::read(result),
        /// The packed size of policies and tags, in percent of an older limit. Deprecated by AWS.
        pub packed_policy_size: Option<u32> = result.lenient_number("PackedPolicySize"),
        /// The size of the session token in bytes.
        pub session_token_size: Option<u32> = result.lenient_number("SessionTokenSize"),
        /// The size of the session token in percent of the maximum.
        pub session_token_utilization: Option<u32> = result.lenient_number("SessionTokenUtilization"),
        /// The source identity that the caller set, or that the session inherited.
        pub source_identity: Option<String> = result.lenient_text("SourceIdentity"),
    }
}

/// `AssumeRoot`: credentials of a member account's root user, for one task. Signed.
///
/// The global endpoint does not serve it. STS API Reference, "`AssumeRoot`".
///
/// ```
/// use countersign::sts::{AssumeRoot, Endpoint};
///
/// let task = "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials";
/// let action = AssumeRoot::new("111122223333", task);
/// let request = action.request(&Endpoint::regional("us-east-1")?)?;
/// assert!(action.request(&Endpoint::global()).is_err());
///
/// // Sign and send it; then:
/// # let (status, body) = (http::StatusCode::OK, "<AssumeRootResponse><AssumeRootResult><Credentials><AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2026-01-01T13:00:00Z</Expiration></Credentials></AssumeRootResult></AssumeRootResponse>");
/// let response = AssumeRoot::parse(status, body)?;
/// assert_eq!(response.credentials.access_key_id(), "ASIAEXAMPLE");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AssumeRoot<'a> {
    /// The member account, by ID or ARN: 12 to 2048 characters.
    pub target_principal: &'a str,
    /// The ARN of the managed policy for the task, 20 to 2048 characters.
    pub task_policy_arn: &'a str,
    /// The lifetime of the credentials: up to 900 seconds. Default: 900.
    pub duration_seconds: Option<u32>,
    /// The size in bytes to which STS pads a shorter session token: 0 to 4096.
    pub minimum_session_token_size: Option<u32>,
}

impl<'a> AssumeRoot<'a> {
    /// Creates the action with its required parameters.
    pub fn new(target_principal: &'a str, task_policy_arn: &'a str) -> Self {
        Self {
            target_principal,
            task_policy_arn,
            duration_seconds: None,
            minimum_session_token_size: None,
        }
    }

    /// Creates the request, which has to be signed.
    ///
    /// # Errors
    /// - [`Error::InvalidParameter`] if a parameter is outside its limits
    /// - [`Error::NoEndpoint`] if the endpoint is the global one, or STS has no such endpoint in the
    ///   region
    pub fn request(&self, endpoint: &Endpoint) -> Result<SignableRequest, Error> {
        let mut form = QueryForm::regional("AssumeRoot", endpoint)?;
        form.text("TargetPrincipal", self.target_principal, 12..=2048, &ANY)?;
        form.text("TaskPolicyArn.arn", self.task_policy_arn, 20..=2048, &ANY)?;
        form.duration(self.duration_seconds, 0..=900)?;
        form.minimum_session_token_size(self.minimum_session_token_size)?;
        form.into_signable(endpoint)
    }
}

response! {
    AssumeRoot<'_>, "AssumeRoot";
    /// The response to [`AssumeRoot`].
    #[derive(Clone, Debug)]
    pub struct AssumeRootResponse |result| {
        /// Temporary credentials with their expiration.
        pub credentials: Credentials = result.credentials()?,
        /// The size of the session token in bytes.
        pub session_token_size: Option<u32> = result.lenient_number("SessionTokenSize"),
        /// The size of the session token in percent of the maximum.
        pub session_token_utilization: Option<u32> = result.lenient_number("SessionTokenUtilization"),
        /// The source identity that the caller set, or that the session inherited.
        pub source_identity: Option<String> = result.lenient_text("SourceIdentity"),
    }
}
