//! The request that carries a call.

use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, Request};

use crate::error::Error;

/// Creates a `POST` to a URL whose parts are checked already, other than its length.
pub(crate) fn post(url: &str, body: String) -> Result<Request<String>, Error> {
    let mut request = Request::new(body);
    *request.method_mut() = Method::POST;
    *request.uri_mut() = url
        .parse()
        .map_err(|_| Error::UrlTooLong { length: url.len() })?;
    Ok(request)
}

/// The same, with a media type.
pub(crate) fn post_as(
    media_type: &'static str,
    url: &str,
    body: String,
) -> Result<Request<String>, Error> {
    let mut request = post(url, body)?;
    let media_type = HeaderValue::from_static(media_type);
    request.headers_mut().insert(CONTENT_TYPE, media_type);
    Ok(request)
}
