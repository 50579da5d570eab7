//! The actions that assume a role, or the root user, with credentials that one has.

use http::StatusCode;

use super::answer::{assumed_role_user, read};
use super::endpoint::Endpoint;
use super::form::{Limit, QueryForm, Seconds};
use super::parameters::{AssumedRoleUser, Mfa, ProvidedContext, Tag};
use super::{Error, SignableRequest};
use crate::credentials::Credentials;

/// `AssumeRole`: credentials of a role, for those who have credentials already.
///
/// Signed. STS API Reference, "`AssumeRole`".
///
/// ```
/// use countersign::sts::{AssumeRole, Endpoint};
///
/// let mut ask = AssumeRole::new("arn:aws:iam::123456789012:role/demo", "alice");
/// ask.external_id = Some("ext/1");
/// let request = ask.request(&Endpoint::regional("us-east-1")?)?;
/// assert_eq!(request.region(), "us-east-1");
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AssumeRole<'a> {
    /// The role's ARN, 20 to 2048 characters.
    pub role_arn: &'a str,
    /// The session's name, for logs and policies: 2 to 64 letters, digits and `_+=,.@-`.
    pub role_session_name: &'a str,
    /// How long the credentials live: 900 to 43200 seconds, and no longer than the role permits;
    /// without, an hour. A role assumed with a role's credentials lives an hour at most.
    pub duration_seconds: Option<u32>,
    /// The secret-less password of a third party: 2 to 1224 letters, digits and `_+=,.@:/-`.
    pub external_id: Option<&'a str>,
    /// A session policy, in JSON, which can only take permissions away. This crate sets no maximum
    /// length. STS limits the size of all session policies together, in a packed form.
    pub policy: Option<&'a str>,
    /// Managed policies as session policies, by ARN: up to 10.
    pub policy_arns: &'a [&'a str],
    /// Session tags, up to 50.
    pub tags: &'a [Tag<'a>],
    /// Which of the tags follow when another role is assumed: up to 50 keys.
    pub transitive_tag_keys: &'a [&'a str],
    /// A code of an MFA device, where the role asks for one.
    pub mfa: Option<Mfa<'a>>,
    /// Who stands behind the session, for good: 2 to 256 letters, digits and `_+=,.@-`.
    pub source_identity: Option<&'a str>,
    /// Context assertions of trusted providers, up to 5.
    pub provided_contexts: &'a [ProvidedContext<'a>],
}

impl<'a> AssumeRole<'a> {
    /// With what is required; everything else is left to STS.
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
        }
    }

    /// The request.
    ///
    /// # Errors
    /// A parameter that is outside its limits: which, and what the limit is.
    ///
    /// ```
    /// use countersign::Timestamp;
    /// use countersign::Credentials;
    /// use countersign::sts::{AssumeRole, Endpoint};
    /// # let now: Timestamp = "2026-01-01T12:00:00Z".parse()?;
    ///
    /// let ask = AssumeRole::new("arn:aws:iam::123456789012:role/demo", "s1");
    /// let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    /// let request = ask.request(&Endpoint::regional("us-east-1")?)?.sign(&credentials, now)?;
    /// assert_eq!(
    ///     request.body(),
    ///     "Action=AssumeRole&Version=2011-06-15\
    ///      &RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fdemo&RoleSessionName=s1"
    /// );
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn request(&self, endpoint: &Endpoint) -> Result<SignableRequest, crate::Error> {
        let mut form = QueryForm::new("AssumeRole");
        form.text("RoleArn", self.role_arn, &Limit::ARN)?;
        form.text(
            "RoleSessionName",
            self.role_session_name,
            &Limit::SESSION_NAME,
        )?;
        form.seconds(self.duration_seconds, &Seconds::ROLE)?;
        form.optional("ExternalId", self.external_id, &Limit::EXTERNAL_ID)?;
        form.optional("Policy", self.policy, &Limit::POLICY_OF_ANY_LENGTH)?;
        form.policy_arns(self.policy_arns)?;
        form.tags(self.tags)?;
        form.transitive_tag_keys(self.transitive_tag_keys)?;
        form.mfa(self.mfa.as_ref())?;
        form.optional(
            "SourceIdentity",
            self.source_identity,
            &Limit::SOURCE_IDENTITY,
        )?;
        form.list(
            "ProvidedContexts",
            self.provided_contexts,
            5,
            "takes up to 5",
            |form, member, context| {
                let arn = format!("{member}.ProviderArn");
                form.text(&arn, context.provider_arn, &Limit::ARN)?;
                let assertion = format!("{member}.ContextAssertion");
                let limit = &Limit::CONTEXT_ASSERTION;
                form.token(&assertion, context.context_assertion.0, limit)
            },
        )?;
        Ok(form.into_to_sign(endpoint))
    }

    /// Reads the answer.
    ///
    /// # Errors
    /// What STS refused, or an answer that is none.
    ///
    /// ```
    /// use countersign::sts::AssumeRole;
    /// use countersign::Signer;
    ///
    /// // Send the request; then, with the status and the body of the answer:
    /// # let (status, body) = (http::StatusCode::OK, r#"<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials><AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId><SecretAccessKey>wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY</SecretAccessKey><SessionToken>AQoEXAMPLEH4aoAH0gNCAPy</SessionToken><Expiration>2026-01-01T13:00:00Z</Expiration></Credentials><PackedPolicySize>6</PackedPolicySize></AssumeRoleResult></AssumeRoleResponse>"#);
    /// let answer = AssumeRole::parse(status, body)?;
    /// assert_eq!(answer.packed_policy_size, Some(6));
    /// let signer = Signer::new(answer.credentials, "us-east-1", "s3")?; // with its token, until it ends
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn parse(status: StatusCode, body: impl AsRef<[u8]>) -> Result<AssumeRoleResponse, Error> {
        read("AssumeRole", status, body.as_ref(), |result, request_id| {
            Ok(AssumeRoleResponse {
                credentials: result.credentials()?,
                assumed_role_user: assumed_role_user(result),
                packed_policy_size: result.side_number("PackedPolicySize"),
                source_identity: result.side_text("SourceIdentity"),
                request_id,
            })
        })
    }
}

/// The answer to [`AssumeRole`].
///
/// ```
/// use countersign::sts::AssumeRole;
/// use http::StatusCode;
///
/// let body = "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>
///         <SessionToken>token</SessionToken><Expiration>2026-01-01T13:00:00Z</Expiration></Credentials><AssumedRoleUser>
///         <AssumedRoleId>AROAEXAMPLE:me</AssumedRoleId><Arn>arn:aws:sts::123456789012:assumed-role/demo/me</Arn></AssumedRoleUser></AssumeRoleResult></AssumeRoleResponse>";
/// let answer = AssumeRole::parse(StatusCode::OK, body)?;
/// assert_eq!(answer.credentials.access_key_id(), "ASIAEXAMPLE");
/// assert!(answer.credentials.expiration().is_some());
/// assert!(answer.assumed_role_user.is_some_and(|user| user.arn.is_some()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AssumeRoleResponse {
    /// Temporary credentials, with their end.
    pub credentials: Credentials,
    /// Whom they make.
    pub assumed_role_user: Option<AssumedRoleUser>,
    /// How much of the room for session policies and tags is taken, in percent.
    pub packed_policy_size: Option<u32>,
    /// Who stands behind the session.
    pub source_identity: Option<String>,
    /// The id by which AWS finds the request.
    pub request_id: Option<String>,
}

/// `AssumeRoot`: short credentials of a member account's root user, for one task.
///
/// Signed; not served by the global endpoint. STS API Reference, "`AssumeRoot`".
///
/// ```
/// use countersign::sts::{AssumeRoot, Endpoint};
///
/// let ask = AssumeRoot::new(
///     "111122223333",
///     "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials",
/// );
/// assert!(ask.request(&Endpoint::regional("us-east-1")?).is_ok());
/// assert!(ask.request(&Endpoint::global()).is_err());
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AssumeRoot<'a> {
    /// The member account, by id or ARN: 12 to 2048 characters.
    pub target_principal: &'a str,
    /// The managed policy that says which task, by ARN: 20 to 2048 characters.
    pub task_policy_arn: &'a str,
    /// How long the credentials live: up to 900 seconds, and 900 without.
    pub duration_seconds: Option<u32>,
}

impl<'a> AssumeRoot<'a> {
    /// With what is required.
    pub fn new(target_principal: &'a str, task_policy_arn: &'a str) -> Self {
        Self {
            target_principal,
            task_policy_arn,
            duration_seconds: None,
        }
    }

    /// The request.
    ///
    /// # Errors
    /// A parameter that is outside its limits: which, and what the limit is; the global endpoint.
    ///
    /// ```
    /// use countersign::sts::{AssumeRoot, Endpoint};
    ///
    /// let task = "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials";
    /// let mut ask = AssumeRoot::new("111122223333", task);
    /// assert_eq!(ask.request(&Endpoint::regional("us-east-1")?)?.region(), "us-east-1");
    ///
    /// ask.duration_seconds = Some(3600);
    /// let error = ask.request(&Endpoint::regional("us-east-1")?).unwrap_err();
    /// assert_eq!(error.to_string(), "parameter `DurationSeconds` takes 0 to 900 seconds");
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn request(&self, endpoint: &Endpoint) -> Result<SignableRequest, crate::Error> {
        if endpoint.is_global() {
            return Err(crate::Error::NoEndpoint {
                region: endpoint.region().to_owned(),
                problem: "AssumeRoot is not served by the global endpoint",
            });
        }
        let mut form = QueryForm::new("AssumeRoot");
        form.text(
            "TargetPrincipal",
            self.target_principal,
            &Limit::TARGET_PRINCIPAL,
        )?;
        form.text("TaskPolicyArn.arn", self.task_policy_arn, &Limit::ARN)?;
        form.seconds(self.duration_seconds, &Seconds::ROOT)?;
        Ok(form.into_to_sign(endpoint))
    }

    /// Reads the answer.
    ///
    /// # Errors
    /// What STS refused, or an answer that is none.
    ///
    /// ```
    /// use countersign::sts::AssumeRoot;
    ///
    /// // Send the request; then, with the status and the body of the answer:
    /// # let (status, body) = (http::StatusCode::OK, r#"<AssumeRootResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRootResult><Credentials><AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId><SecretAccessKey>wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY</SecretAccessKey><SessionToken>AQoEXAMPLEH4aoAH0gNCAPy</SessionToken><Expiration>2026-01-01T13:00:00Z</Expiration></Credentials><SourceIdentity>Alice</SourceIdentity></AssumeRootResult></AssumeRootResponse>"#);
    /// let answer = AssumeRoot::parse(status, body)?;
    /// assert_eq!(answer.credentials.access_key_id(), "ASIAIOSFODNN7EXAMPLE");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn parse(status: StatusCode, body: impl AsRef<[u8]>) -> Result<AssumeRootResponse, Error> {
        read("AssumeRoot", status, body.as_ref(), |result, request_id| {
            Ok(AssumeRootResponse {
                credentials: result.credentials()?,
                source_identity: result.side_text("SourceIdentity"),
                request_id,
            })
        })
    }
}

/// The answer to [`AssumeRoot`].
///
/// ```
/// use countersign::sts::AssumeRoot;
/// use http::StatusCode;
///
/// let body = "<AssumeRootResponse><AssumeRootResult><Credentials><AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>
///         <SessionToken>token</SessionToken><Expiration>2026-01-01T13:00:00Z</Expiration></Credentials><SourceIdentity>Alice</SourceIdentity></AssumeRootResult></AssumeRootResponse>";
/// let answer = AssumeRoot::parse(StatusCode::OK, body)?;
/// assert_eq!(answer.credentials.access_key_id(), "ASIAEXAMPLE");
/// assert!(answer.credentials.expiration().is_some());
/// assert_eq!(answer.source_identity.as_deref(), Some("Alice"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AssumeRootResponse {
    /// Temporary credentials, with their end.
    pub credentials: Credentials,
    /// Who stands behind the session.
    pub source_identity: Option<String>,
    /// The id by which AWS finds the request.
    pub request_id: Option<String>,
}
