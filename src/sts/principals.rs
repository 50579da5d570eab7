//! The principals that responses name, and how they are read.

use std::collections::BTreeMap;
use std::fmt;

use crate::aws_call::fields::Fields;
use crate::primitives::problem::Problem;

/// The session of a role that credentials belong to.
///
/// AWS always sends both fields. Some stores that imitate STS do not.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct AssumedRoleUser {
    /// The role's unique ID, a colon, and the session's name.
    pub assumed_role_id: Option<String>,
    /// `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`.
    pub arn: Option<String>,
}

impl AssumedRoleUser {
    pub(super) fn read(result: &Fields<'_>) -> Option<Self> {
        let user = result.lenient_child("AssumedRoleUser")?;
        // MinIO and Ceph misspell the name.
        let id = user.nonempty_text("AssumedRoleId");
        let assumed_role_id = id.or_else(|| user.nonempty_text("AssumeRoleId"));
        let arn = user.nonempty_text("Arn");
        (assumed_role_id.is_some() || arn.is_some()).then_some(Self {
            assumed_role_id,
            arn,
        })
    }
}

/// The federated user that credentials belong to.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct FederatedUser {
    /// The account, a colon, and the user's name. AWS always sends it.
    pub federated_user_id: Option<String>,
    /// `arn:aws:sts::ACCOUNT:federated-user/NAME`. AWS always sends it.
    pub arn: Option<String>,
}

impl FederatedUser {
    pub(super) fn read(result: &Fields<'_>) -> Option<Self> {
        let user = result.lenient_child("FederatedUser")?;
        let (federated_user_id, arn) = (
            user.nonempty_text("FederatedUserId"),
            user.nonempty_text("Arn"),
        );
        (federated_user_id.is_some() || arn.is_some()).then_some(Self {
            federated_user_id,
            arn,
        })
    }
}

/// The session that scoped credentials belong to: that of the caller.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct ScopedSession {
    /// The unique ID of the session.
    pub scoped_session_id: String,
    /// The ARN of the session.
    pub arn: String,
}

impl ScopedSession {
    pub(super) fn read(result: &Fields<'_>) -> Result<Option<Self>, Problem> {
        let Some(session) = result.child("SessionInfo")? else {
            return Ok(None);
        };
        Ok(Some(Self {
            scoped_session_id: session.required("ScopedSessionId")?,
            arn: session.required("Arn")?,
        }))
    }
}

/// The identity that a session propagates to AWS services. It is personal data.
///
/// `Debug` prints none of it. A field that STS did not send, or that is malformed, is `None`.
///
/// ```
/// # let (status, body) = (http::StatusCode::OK, r#"{"AssumeRoleWithWebIdentityResponse":{"AssumeRoleWithWebIdentityResult":{"Credentials":{"AccessKeyId":"ASIAEXAMPLE","SecretAccessKey":"s","SessionToken":"t","Expiration":1767272400},"TrustedIdentityPropagationContext":{"OriginIdentity":{"Subject":"user-42"},"TransactionContext":{"IdentityProvider":{"acr":"mfa"}}}}}}"#);
/// use countersign::sts::AssumeRoleWithWebIdentity;
///
/// let response = AssumeRoleWithWebIdentity::parse(status, body)?;
/// let context = response.trusted_identity_propagation_context;
/// let context = context.expect("the session propagates an identity");
/// let origin = context.origin_identity.expect("the user");
/// assert_eq!(origin.subject.as_deref(), Some("user-42"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct TrustedIdentityPropagationContext {
    /// The user at the identity provider.
    pub origin_identity: Option<OriginIdentity>,
    /// The claims of the identity provider about the sign-in.
    pub transaction_context: Option<TransactionContext>,
}

impl TrustedIdentityPropagationContext {
    pub(super) fn read(result: &Fields<'_>) -> Option<Self> {
        let context = result.lenient_child("TrustedIdentityPropagationContext")?;
        let origin = context.lenient_child("OriginIdentity");
        let transaction = context.lenient_child("TransactionContext");
        Some(Self {
            origin_identity: origin.map(|origin| OriginIdentity {
                subject: origin.lenient_text("Subject"),
                subject_type: origin.lenient_text("SubjectType"),
                issuer: origin.lenient_text("Issuer"),
                federated_provider_arn: origin.lenient_text("FederatedProviderArn"),
            }),
            transaction_context: transaction.map(|transaction| TransactionContext {
                identity_provider: transaction.map("IdentityProvider").into_iter().collect(),
            }),
        })
    }
}

/// The user of an identity provider. It is personal data, which `Debug` does not print.
#[derive(Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct OriginIdentity {
    /// The user's name at the provider.
    pub subject: Option<String>,
    /// The kind of subject.
    pub subject_type: Option<String>,
    /// The identity provider.
    pub issuer: Option<String>,
    /// The ARN of the identity provider in IAM.
    pub federated_provider_arn: Option<String>,
}

/// The claims of an identity provider about a sign-in, which `Debug` does not print.
#[derive(Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct TransactionContext {
    /// Claims of the identity provider, by name.
    pub identity_provider: BTreeMap<String, String>,
}

macro_rules! elided {
    ($($name:ident)*) => {
        $(impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        })*
    };
}

elided!(TrustedIdentityPropagationContext OriginIdentity TransactionContext);
