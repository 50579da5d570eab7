//! Requests that AWS refuses although the signature is right, and `s3s` 0.14.1 would accept.
//!
//! `s3s` has checked the signature before this code runs. It does not check session tokens, the
//! algorithm of a signature in a header, the region, or which headers must be signed.

use std::collections::HashSet;

use http::{HeaderMap, HeaderName, Uri};
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
        // A form is signed in its fields, and `s3s` has compared all of them with the policy. Its
        // headers contain nothing.
        if cx.s3_op().name() == "PostObject" {
            let signed = cx.credentials().map(drop);
            return signed.ok_or_else(|| s3_error!(AccessDenied, "A signature is required"));
        }
        let (headers, uri) = (cx.headers(), cx.uri());
        match access_key_id_of_version_2(headers, uri) {
            Some(access_key_id) => {
                let query = decode_query(uri.query().unwrap_or_default());
                check_session(&access_key_id, headers, &query, &self.0).map(drop)
            }
            None => check(headers, uri, "s3", &self.0).map(drop),
        }
    }
}

/// The access key ID of a request with S3's old scheme, which has neither a scope nor a list of
/// headers.
fn access_key_id_of_version_2(headers: &HeaderMap, uri: &Uri) -> Option<String> {
    if let Some(authorization) = headers.get("authorization") {
        let credential = authorization.to_str().ok()?.strip_prefix("AWS ")?;
        return Some(credential.split_once(':')?.0.to_owned());
    }
    let query = decode_query(uri.query().unwrap_or_default());
    let named = query.into_iter().find(|(name, _)| name == "AWSAccessKeyId");
    named.map(|(_, access_key_id)| access_key_id)
}

/// Checks a request whose signature is right, and returns its access key ID.
///
/// # Errors
/// The error that AWS would respond with.
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

/// What a request claims about its signature.
struct Claim {
    presigned: bool,
    credential: String,
    signed_headers: Vec<String>,
    query: Query,
}

/// Decoded names and values.
type Query = Vec<(String, String)>;

impl Claim {
    fn read(headers: &HeaderMap, uri: &Uri) -> S3Result<Self> {
        let query = decode_query(uri.query().unwrap_or_default());
        let presigned = query.iter().any(|(name, _)| name == "X-Amz-Signature");
        match headers.get("authorization") {
            Some(_) if presigned => Err(s3_error!(
                InvalidArgument,
                "Only one auth mechanism allowed"
            )),
            Some(value) => Self::in_header(value.to_str().unwrap_or_default(), query),
            None if presigned => Self::in_query(query),
            None => Err(s3_error!(AccessDenied, "A signature is required")),
        }
    }

    fn in_header(authorization: &str, query: Query) -> S3Result<Self> {
        let Some(fields) = authorization.strip_prefix("AWS4-HMAC-SHA256 ") else {
            return Err(s3_error!(InvalidArgument, "Unsupported Authorization Type"));
        };
        let field = |name| {
            fields
                .split(',')
                .find_map(|field| field.trim().strip_prefix(name))
        };
        Ok(Self {
            presigned: false,
            credential: field("Credential=").unwrap_or_default().to_owned(),
            signed_headers: split(field("SignedHeaders=").unwrap_or_default()),
            query,
        })
    }

    fn in_query(query: Query) -> S3Result<Self> {
        let value = |name| {
            let mut named = query.iter().filter(|(n, _)| n == name);
            named.next().map_or("", |(_, value)| value)
        };
        // s3s parses the number, but accepts any.
        if value("X-Amz-Expires")
            .parse()
            .is_ok_and(|seconds: u64| seconds > LONGEST_LIFETIME)
        {
            return Err(s3_error!(
                AuthorizationQueryParametersError,
                "X-Amz-Expires must be less than a week (in seconds)"
            ));
        }
        Ok(Self {
            presigned: true,
            credential: value("X-Amz-Credential").to_owned(),
            signed_headers: split(value("X-Amz-SignedHeaders")),
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
        // s3s ignores a listed header that is missing.
        if let Some(missing) = listed.iter().find(|name| !headers.contains_key(**name)) {
            return Err(s3_error!(
                SignatureDoesNotMatch,
                "signed header {missing} is missing"
            ));
        }
        for name in headers.keys().map(HeaderName::as_str).chain(["host"]) {
            let required = name == "host" || name.starts_with("x-amz-");
            // A presigned URL leaves x-amz-content-sha256 to the client.
            let excused = self.presigned && name == "x-amz-content-sha256";
            if required && !excused && !listed.contains(name) {
                return Err(s3_error!(
                    AccessDenied,
                    "There were headers present in the request which were not signed: {name}"
                ));
            }
        }
        Ok(())
    }

    fn check_session(&self, headers: &HeaderMap, accounts: &Accounts) -> S3Result<Account> {
        let access_key_id = self.credential.split('/').next().unwrap_or_default();
        check_session(access_key_id, headers, &self.query, accounts)
    }
}

fn check_session(
    access_key_id: &str,
    headers: &HeaderMap,
    query: &Query,
    accounts: &Accounts,
) -> S3Result<Account> {
    let Some(account) = accounts.find(access_key_id) else {
        return Err(s3_error!(InvalidAccessKeyId));
    };
    let in_headers = headers.get_all("x-amz-security-token").iter();
    let in_query = query
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("X-Amz-Security-Token"));
    let tokens: Vec<&[u8]> = in_headers
        .map(|value| value.as_bytes())
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

fn split(names: &str) -> Vec<String> {
    names.split(';').map(str::to_owned).collect()
}

fn decode_query(query: &str) -> Query {
    let decode = |text| percent_decode_str(text).decode_utf8_lossy().into_owned();
    query
        .split('&')
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}
