//! The two signers.

use std::time::{Duration, SystemTime};

use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SessionTokenMode, SignableBody, SignableRequest,
    SignatureLocation, SigningSettings, UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4::SigningParams;
use countersign::{Credentials, SessionToken, Signer};
use http::{HeaderValue, Request};
use percent_encoding::percent_decode_str;

use crate::draft::Draft;

/// The results that are compared.
#[derive(Debug, PartialEq)]
pub(crate) enum Signed {
    /// All headers that were added.
    Header(Vec<(&'static str, String)>),
    /// The query parameters, except those of the caller.
    Query {
        signed_headers: String,
        signature: String,
    },
}

const ADDED: [&str; 5] = [
    "authorization",
    "x-amz-content-sha256",
    "x-amz-date",
    "x-amz-s3session-token",
    "x-amz-security-token",
];
const EXPIRES_IN: Duration = Duration::from_secs(900);

pub(crate) fn ours(draft: &Draft) -> Result<Signed, countersign::Error> {
    let mut credentials = Credentials::new(draft.access_key_id.as_str(), draft.secret_key.as_str());
    if let Some(token) = &draft.token {
        credentials = credentials.with_session_token(match draft.service {
            "s3express" => SessionToken::s3_express(token.as_str()),
            _ => SessionToken::from(token.as_str()),
        });
    }
    let signer = Signer::new(credentials, draft.region, draft.service).unwrap();
    let mut request = Request::builder().method(draft.method).uri(draft.url());
    for (name, value) in &draft.headers {
        let value = HeaderValue::from_bytes(value.as_bytes()).expect("a header value");
        request = request.header(*name, value);
    }
    let mut request = request.body(()).expect("a request");

    if draft.presigned {
        let presigned =
            signer.presign_with_payload(&request, draft.payload(), EXPIRES_IN, draft.now)?;
        let parameter = |name: &str| {
            let (_, rest) = presigned
                .url()
                .rsplit_once(name)
                .expect("the parameter is there");
            let value = percent_decode_str(rest.split('&').next().unwrap_or_default());
            value.decode_utf8().expect("UTF-8").into_owned()
        };
        return Ok(Signed::Query {
            signed_headers: parameter("&X-Amz-SignedHeaders="),
            signature: parameter("&X-Amz-Signature="),
        });
    }
    signer.sign(&mut request, draft.payload(), draft.now)?;
    let value = |name| {
        Some(
            request
                .headers()
                .get(name)?
                .to_str()
                .expect("ASCII")
                .to_owned(),
        )
    };
    Ok(Signed::Header(
        ADDED
            .into_iter()
            .filter_map(|name| Some((name, value(name)?)))
            .collect(),
    ))
}

pub(crate) fn theirs(draft: &Draft) -> Signed {
    let credentials = aws_credential_types::Credentials::new(
        &draft.access_key_id,
        &draft.secret_key,
        draft.token.clone(),
        None,
        "random",
    );
    let identity = credentials.into();
    let parameters = SigningParams::builder()
        .identity(&identity)
        .region(draft.region)
        .name(draft.service)
        .time(SystemTime::from(draft.now))
        .settings(settings(draft))
        .build()
        .expect("all parameters are there")
        .into();
    let body = match draft.unsigned {
        true => SignableBody::UnsignedPayload,
        false => SignableBody::Bytes(&draft.body),
    };
    let headers = draft
        .headers
        .iter()
        .map(|(name, value)| (*name, value.as_str()));
    let request = SignableRequest::new(draft.method, draft.url(), headers, body);
    let signed = sign(request.expect("a request"), &parameters).expect("a sound request");
    let (instructions, signature) = signed.into_parts();

    if draft.presigned {
        let mut parameters = instructions.params().iter();
        let signed_headers = parameters.find(|(name, _)| *name == "X-Amz-SignedHeaders");
        let (_, signed_headers) = signed_headers.expect("the parameter is there");
        return Signed::Query {
            signed_headers: signed_headers.to_string(),
            signature,
        };
    }
    let value = |wanted| {
        let mut headers = instructions.headers();
        headers
            .find(|(name, _)| *name == wanted)
            .map(|(_, value)| value.to_owned())
    };
    Signed::Header(
        ADDED
            .into_iter()
            .filter_map(|name| Some((name, value(name)?)))
            .collect(),
    )
}

/// The settings that countersign takes from the service, and the other signer from its caller.
fn settings(draft: &Draft) -> SigningSettings {
    let mut settings = SigningSettings::default();
    if draft.is_s3() {
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    }
    let always = draft.is_s3() || draft.service == "aoss";
    let tree_hash = draft.service == "glacier" && draft.has_header(&["x-amz-sha256-tree-hash"]);
    if always || tree_hash || draft.unsigned || draft.has_header(&["x-amz-content-sha256"]) {
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    }
    if draft.service == "aoss" {
        settings
            .excluded_headers
            .get_or_insert_default()
            .push("content-length".into());
    }
    if draft.service == "iotdevicegateway" {
        settings.session_token_mode = SessionTokenMode::Exclude;
    }
    if draft.presigned {
        settings.signature_location = SignatureLocation::QueryParams;
        settings.expires_in = Some(EXPIRES_IN);
    }
    if draft.service == "s3express" {
        settings.session_token_name_override = Some(match draft.presigned {
            true => "X-Amz-S3session-Token",
            false => "x-amz-s3session-token",
        });
    }
    settings
}
