//! aws-sigv4, the signer of the AWS SDK. It derives the key for each request. It does not verify.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation,
    SigningParams, SigningSettings, UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::{v4, v4a};
use aws_smithy_runtime_api::client::identity::Identity;
use bytes::Bytes;
use http::Request;

use super::Entry;
use crate::contender::contender;
use crate::proof::Proof;
use crate::truth;
use crate::work::{LIFETIME, Payload, REGION, SECONDS, Task, Work};

pub const WHO: &str = "aws-sigv4";

pub fn entry(work: &'static Work) -> Entry {
    let identity = identity(work);
    let settings = settings(work);
    match work.task {
        Task::Sign | Task::SignAsymmetric => Ok(contender(
            WHO,
            || work.request.clone(),
            move |request| attach(request, work, &identity, &settings),
            |request, ()| Proof::of_headers(request.headers()),
        )),
        Task::Presign => Ok(contender(
            WHO,
            || work.request.clone(),
            move |request| attach(request, work, &identity, &settings),
            |request, ()| Proof::of_url(&request.uri().to_string()),
        )),
        Task::Chunk => Ok(contender(
            WHO,
            || (),
            move |()| {
                let params = v4::SigningParams::builder()
                    .identity(&identity)
                    .region(REGION)
                    .name(work.service)
                    .time(now())
                    .settings(())
                    .build()
                    .expect("all parameters");
                let signed = v4::sign_chunk(work.request.body(), truth::SEED, &params);
                signed.expect("a signature").into_parts().1
            },
            |(), signature| Proof::Chunk {
                previous: truth::SEED.to_owned(),
                signature,
            },
        )),
        Task::Verify => Err("only signs"),
    }
}

/// All of this is needed for each request: the parameters contain the time, and own their settings.
fn attach(
    request: &mut Request<Bytes>,
    work: &Work,
    identity: &Identity,
    settings: &SigningSettings,
) {
    let params = params(work, identity, settings.clone());
    let headers = request
        .headers()
        .iter()
        .map(|(name, value)| (name.as_str(), value.to_str().expect("text")));
    let body = match work.payload {
        Payload::Unsigned => SignableBody::UnsignedPayload,
        Payload::Hashed => SignableBody::Bytes(request.body()),
    };
    let uri = request.uri().to_string();
    let signable = SignableRequest::new(request.method().as_str(), uri, headers, body)
        .expect("a request to sign");
    let (instructions, _) = sign(signable, &params).expect("a signature").into_parts();
    instructions.apply_to_request_http1x(request);
}

fn params<'a>(
    work: &'a Work,
    identity: &'a Identity,
    settings: SigningSettings,
) -> SigningParams<'a> {
    match work.task {
        Task::SignAsymmetric => v4a::SigningParams::builder()
            .identity(identity)
            .region_set(REGION)
            .name(work.service)
            .time(now())
            .settings(settings)
            .build()
            .expect("all parameters")
            .into(),
        _ => v4::SigningParams::builder()
            .identity(identity)
            .region(REGION)
            .name(work.service)
            .time(now())
            .settings(settings)
            .build()
            .expect("all parameters")
            .into(),
    }
}

fn settings(work: &Work) -> SigningSettings {
    let mut settings = SigningSettings::default();
    if work.service == "s3" {
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    }
    if work.sends_payload_hash() {
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    }
    if work.task == Task::Presign {
        settings.signature_location = SignatureLocation::QueryParams;
        settings.expires_in = Some(LIFETIME);
    }
    settings
}

fn identity(work: &Work) -> Identity {
    let identity = work.identity;
    let token = identity.session_token.map(str::to_owned);
    Credentials::new(
        identity.access_key_id,
        identity.secret_key,
        token,
        None,
        "peers",
    )
    .into()
}

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(SECONDS as u64)
}
