//! The signing methods of both signers, which differ only in their keys.

use std::time::Duration;

use crate::error::Error;
use crate::request::{HeaderChange, HttpRequest, RawRequest};
use crate::sign::added_headers::AddedHeaders;
use crate::sign::pipeline::SigningContext;
use crate::sign::presigned::{Lifetime, Presigned, PresignedTarget};
use crate::sigv4::date::AmzDate;
use crate::sigv4::payload_hash::PayloadHash;
use crate::sigv4::signature::Signature;
use crate::sigv4::signing_key::Key;
use crate::timestamp::Timestamp;

pub(crate) trait Verbs {
    type Key: Key;

    fn signing_context(&self) -> &SigningContext;

    /// Lends the key for the day of a request.
    fn with_key_of<T>(&self, date: &AmzDate, use_key: impl FnOnce(&Self::Key) -> T) -> T;

    /// Signs a request together with the headers that an operation sets or removes.
    fn sign_with<R: HttpRequest>(
        &self,
        request: &mut R,
        changes: &[HeaderChange],
        payload: PayloadHash,
        now: Timestamp,
    ) -> Result<Signature, Error> {
        let context = self.signing_context();
        let date = context.date(now)?;
        self.with_key_of(&date, |key| {
            context.sign(request, changes, payload, &date, key)
        })
    }

    fn sign_raw_at(
        &self,
        request: &RawRequest<'_>,
        payload: PayloadHash,
        now: Timestamp,
    ) -> Result<AddedHeaders<'_>, Error> {
        let context = self.signing_context();
        let date = context.date(now)?;
        self.with_key_of(&date, |key| context.sign_raw(request, payload, &date, key))
    }

    /// Presigns a request. `None` as payload selects the usual payload of the service and the
    /// method.
    fn presign_as<R: HttpRequest>(
        &self,
        request: &R,
        payload: Option<PayloadHash>,
        expires_in: Duration,
        now: Timestamp,
    ) -> Result<Presigned, Error> {
        let context = self.signing_context();
        let date = context.date(now)?;
        let lifetime = Lifetime::strict(expires_in)?;
        self.with_key_of(&date, |key| {
            context.presign(request, &context.terms(payload, lifetime, &date, key)?)
        })
    }

    fn presign_raw_as(
        &self,
        request: &RawRequest<'_>,
        payload: Option<PayloadHash>,
        expires_in: Duration,
        now: Timestamp,
    ) -> Result<PresignedTarget, Error> {
        let context = self.signing_context();
        let date = context.date(now)?;
        let lifetime = Lifetime::strict(expires_in)?;
        self.with_key_of(&date, |key| {
            context.presign_raw(request, &context.terms(payload, lifetime, &date, key)?)
        })
    }
}
