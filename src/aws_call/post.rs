//! The `POST` request of a call.

use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, Request};

use crate::error::Error;

/// Creates a `POST` request. Only the length of the URL is unchecked.
pub(crate) fn post<B>(url: &str, body: B) -> Result<Request<B>, Error> {
    let mut request = Request::new(body);
    *request.method_mut() = Method::POST;
    *request.uri_mut() = url
        .parse()
        .map_err(|_| Error::UrlTooLong { length: url.len() })?;
    Ok(request)
}

/// Creates a `POST` request with a `content-type`.
pub(crate) fn post_as<B>(
    media_type: &'static str,
    url: &str,
    body: B,
) -> Result<Request<B>, Error> {
    let mut request = post(url, body)?;
    let media_type = HeaderValue::from_static(media_type);
    request.headers_mut().insert(CONTENT_TYPE, media_type);
    Ok(request)
}
