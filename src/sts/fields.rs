//! What several responses of STS contain.

use super::parameters::{
    AssumedRoleUser, FederatedUser, OriginIdentity, ScopedSession, TransactionContext,
    TrustedIdentityPropagationContext,
};
use crate::aws_call::fields::Fields;
use crate::bearer::BearerToken;
use crate::primitives::problem::Problem;

impl Fields<'_> {
    pub(in crate::sts) fn web_identity_token(&self) -> Result<BearerToken, Problem> {
        let token = BearerToken::new(self.required("WebIdentityToken")?);
        Ok(token.with_expiration(self.date("Expiration")?))
    }

    pub(in crate::sts) fn assumed_role_user(&self) -> Option<AssumedRoleUser> {
        let user = self.side_child("AssumedRoleUser")?;
        // MinIO and Ceph misspell the name.
        let id = user.named("AssumedRoleId");
        let assumed_role_id = id.or_else(|| user.named("AssumeRoleId"));
        let arn = user.named("Arn");
        (assumed_role_id.is_some() || arn.is_some()).then_some(AssumedRoleUser {
            assumed_role_id,
            arn,
        })
    }

    pub(in crate::sts) fn federated_user(&self) -> Option<FederatedUser> {
        let user = self.side_child("FederatedUser")?;
        let (federated_user_id, arn) = (user.named("FederatedUserId"), user.named("Arn"));
        (federated_user_id.is_some() || arn.is_some()).then_some(FederatedUser {
            federated_user_id,
            arn,
        })
    }

    pub(in crate::sts) fn scoped_session(&self) -> Result<Option<ScopedSession>, Problem> {
        let Some(session) = self.child("SessionInfo")? else {
            return Ok(None);
        };
        Ok(Some(ScopedSession {
            scoped_session_id: session.required("ScopedSessionId")?,
            arn: session.required("Arn")?,
        }))
    }

    pub(in crate::sts) fn trusted_identity(&self) -> Option<TrustedIdentityPropagationContext> {
        let context = self.side_child("TrustedIdentityPropagationContext")?;
        let origin = context.side_child("OriginIdentity");
        let transaction = context.side_child("TransactionContext");
        Some(TrustedIdentityPropagationContext {
            origin_identity: origin.map(|origin| OriginIdentity {
                subject: origin.side_text("Subject"),
                subject_type: origin.side_text("SubjectType"),
                issuer: origin.side_text("Issuer"),
                federated_provider_arn: origin.side_text("FederatedProviderArn"),
            }),
            transaction_context: transaction.map(|transaction| TransactionContext {
                identity_provider: transaction.map("IdentityProvider").into_iter().collect(),
            }),
        })
    }
}
