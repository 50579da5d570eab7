//! What AWS refuses although the signature is right, and `s3s` 0.14.1 would let through.
//!
//! `s3s` has checked the signature before anything here runs. It does not look at session tokens,
//! the algorithm of a header signature, the region, or which headers had to be signed.

use std::collections::HashSet;

use http::{HeaderMap, Uri};
use percent_encoding::percent_decode_str;
use s3s::access::{S3Access, S3AccessContext};
use s3s::{S3Result, s3_error};
use time::OffsetDateTime;

use crate::REGION;
use crate::accounts::{Account, Accounts};

/// AWS's upper bound for `X-Amz-Expires`: seven days.
const LONGEST_LIFETIME: u64 = 604_800;

/// The access check of the S3 operations.
pub struct StrictAccess(pub Accounts);

#[async_trait::async_trait]
impl S3Access for StrictAccess {
    async fn check(&self, cx: &mut S3AccessContext<'_>) -> S3Result<()> {
        check(cx.headers(), cx.uri(), "s3", &self.0).map(drop)
    }
}

/// Checks a request whose signature was found right, and says whose it is.
///
/// # Errors
/// Whatever AWS would answer.
pub fn check(
    headers: &HeaderMap,
    uri: &Uri,
    service: &str,
    accounts: &Accounts,
) -> S3Result<Account> {
    let claim = Claim::read(headers, uri)?;
    claim.check_scope(service)?;
    claim.check_signed_headers(headers)?;
    claim.check_session(headers, accounts)
}

/// What a request says about its own signature.
struct Claim {
    presigned: bool,
    credential: String,
    signed_headers: Vec<String>,
    query: Vec<(String, String)>,
}

impl Claim {
    fn read(headers: &HeaderMap, uri: &Uri) -> S3Result<Self> {
        let query = decode_query(uri.query().unwrap_or_default());
        let parameter = |name: &str| {
            query
                .iter()
                .find(|(n, _)| n == name)
                .map(|(_, value)| value.as_str())
        };
        let authorization = headers
            .get("authorization")
            .map(|value| value.to_str().unwrap_or_default());

        let (presigned, credential, signed_headers) =
            match (authorization, parameter("X-Amz-Signature")) {
                (Some(_), Some(_)) => {
                    return Err(s3_error!(
                        InvalidArgument,
                        "Only one auth mechanism allowed"
                    ));
                }
                (None, None) => return Err(s3_error!(AccessDenied, "A signature is required")),
                (Some(authorization), None) => {
                    let Some(fields) = authorization.strip_prefix("AWS4-HMAC-SHA256 ") else {
                        return Err(s3_error!(InvalidArgument, "Unsupported Authorization Type"));
                    };
                    let field = |name| {
                        fields
                            .split(',')
                            .find_map(|f| f.trim().strip_prefix(name))
                            .unwrap_or_default()
                    };
                    (false, field("Credential="), field("SignedHeaders="))
                }
                (None, Some(_)) => {
                    let lifetime =
                        parameter("X-Amz-Expires").and_then(|text| text.parse::<u64>().ok());
                    if lifetime.is_none_or(|seconds| seconds > LONGEST_LIFETIME) {
                        return Err(s3_error!(
                            AuthorizationQueryParametersError,
                            "X-Amz-Expires must be at most 604800"
                        ));
                    }
                    let credential = parameter("X-Amz-Credential").unwrap_or_default();
                    (
                        true,
                        credential,
                        parameter("X-Amz-SignedHeaders").unwrap_or_default(),
                    )
                }
            };
        Ok(Self {
            presigned,
            credential: credential.to_owned(),
            signed_headers: signed_headers.split(';').map(str::to_owned).collect(),
            query,
        })
    }

    fn check_scope(&self, service: &str) -> S3Result<()> {
        let mut backwards = self.credential.rsplit('/').skip(1);
        if (backwards.next(), backwards.next()) != (Some(service), Some(REGION)) {
            return Err(s3_error!(
                AuthorizationHeaderMalformed,
                "expecting {REGION} and {service} in the credential scope"
            ));
        }
        Ok(())
    }

    fn check_signed_headers(&self, headers: &HeaderMap) -> S3Result<()> {
        let listed: HashSet<&str> = self.signed_headers.iter().map(String::as_str).collect();
        if listed.len() != self.signed_headers.len() || !self.signed_headers.is_sorted() {
            return Err(s3_error!(
                InvalidArgument,
                "SignedHeaders must be sorted and unique"
            ));
        }
        // s3s skips a listed header that did not arrive.
        if let Some(missing) = listed.iter().find(|name| !headers.contains_key(**name)) {
            return Err(s3_error!(
                SignatureDoesNotMatch,
                "signed header {missing} is missing"
            ));
        }
        let unsigned = |name: &&str| {
            let required = *name == "host" || name.starts_with("x-amz-");
            // A presigned URL leaves x-amz-content-sha256 to the client.
            let excused = self.presigned && *name == "x-amz-content-sha256";
            required && !excused && !listed.contains(name)
        };
        match headers
            .keys()
            .map(|name| name.as_str())
            .chain(["host"])
            .find(unsigned)
        {
            Some(name) => Err(s3_error!(
                AccessDenied,
                "There were headers present in the request which were not signed: {name}"
            )),
            None => Ok(()),
        }
    }

    fn check_session(&self, headers: &HeaderMap, accounts: &Accounts) -> S3Result<Account> {
        let access_key_id = self.credential.split('/').next().unwrap_or_default();
        let Some(account) = accounts.find(access_key_id) else {
            return Err(s3_error!(InvalidAccessKeyId));
        };
        let in_headers = headers
            .get_all("x-amz-security-token")
            .iter()
            .map(|value| value.as_bytes());
        let in_query = self
            .query
            .iter()
            .filter(|(name, _)| name == "X-Amz-Security-Token");
        let tokens: Vec<&[u8]> = in_headers
            .chain(in_query.map(|(_, value)| value.as_bytes()))
            .collect();
        match (&account.session, tokens.as_slice()) {
            (None, []) => Ok(account),
            (Some(session), [token]) if *token == session.token.as_bytes() => {
                if session.ends <= OffsetDateTime::now_utc() {
                    return Err(s3_error!(ExpiredToken));
                }
                Ok(account)
            }
            _ => Err(s3_error!(InvalidToken)),
        }
    }
}

fn decode_query(query: &str) -> Vec<(String, String)> {
    let decode = |text| percent_decode_str(text).decode_utf8_lossy().into_owned();
    query
        .split('&')
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}
