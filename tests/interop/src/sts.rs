//! The two STS actions that return temporary credentials: `AssumeRole` and `GetSessionToken`.

use http::{Extensions, HeaderMap, HeaderValue, Method, Uri};
use s3s::route::S3Route;
use s3s::{Body, S3Request, S3Response, S3Result, s3_error};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use crate::access;
use crate::accounts::{Account, Accounts, Session};

/// The lifetime of a session.
const LIFETIME: Duration = Duration::HOUR;
/// The maximum length of a form.
const LARGEST_FORM: usize = 8192;

/// Handles `POST /` with a form that is signed for the service `sts`.
pub struct Sts(pub Accounts);

#[async_trait::async_trait]
impl S3Route for Sts {
    fn is_match(
        &self,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
        _: &mut Extensions,
    ) -> bool {
        let form = |value: &HeaderValue| {
            value
                .as_bytes()
                .starts_with(b"application/x-www-form-urlencoded")
        };
        method == Method::POST && uri.path() == "/" && headers.get("content-type").is_some_and(form)
    }

    async fn check_access(&self, request: &mut S3Request<Body>) -> S3Result<()> {
        let caller = access::check(&request.headers, &request.uri, "sts", &self.0)?;
        match caller.session {
            None => Ok(()),
            Some(_) => Err(s3_error!(
                AccessDenied,
                "Cannot be called with session credentials"
            )),
        }
    }

    async fn call(&self, mut request: S3Request<Body>) -> S3Result<S3Response<Body>> {
        let form = request.input.store_all_limited(LARGEST_FORM).await;
        let form = form.map_err(|_| s3_error!(InvalidRequest))?;
        let form = String::from_utf8_lossy(&form);
        let action = form
            .split('&')
            .find_map(|pair| pair.strip_prefix("Action="))
            .unwrap_or_default();
        if !matches!(action, "AssumeRole" | "GetSessionToken") {
            return Err(s3_error!(
                InvalidRequest,
                "Could not find operation {action}"
            ));
        }

        let number = self.0.count();
        let access_key_id = format!("ASIAINTEROP{number:09}");
        let secret_key = format!("temporary/secret+access/key{number:013}");
        // Real tokens are base64: a careless query encoding breaks `+`, `/` and `=`.
        let token = format!("FwoGZXIvYXdzEA//{number}+to/ken==");
        let ends = OffsetDateTime::now_utc() + LIFETIME;
        let expiration = ends
            .format(&Rfc3339)
            .map_err(|_| s3_error!(InternalError))?;
        let answer = format!(
            "<{action}Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><{action}Result><Credentials>\
             <AccessKeyId>{access_key_id}</AccessKeyId><SecretAccessKey>{secret_key}</SecretAccessKey>\
             <SessionToken>{token}</SessionToken><Expiration>{expiration}</Expiration>\
             </Credentials></{action}Result><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></{action}Response>"
        );
        self.0.insert(
            &access_key_id,
            Account {
                secret_key,
                session: Some(Session { token, ends }),
            },
        );

        let mut response = S3Response::new(Body::from(answer));
        response
            .headers
            .insert("content-type", HeaderValue::from_static("text/xml"));
        Ok(response)
    }
}
