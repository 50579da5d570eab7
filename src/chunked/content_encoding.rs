//! The coding `aws-chunked` in `content-encoding`.

use http::header::CONTENT_ENCODING;
use http::{HeaderMap, HeaderValue};

use crate::error::Error;

const AWS_CHUNKED: &[u8] = b"aws-chunked";

/// `aws-chunked` before the caller's codings, or `None` if it is among them.
pub(super) fn with_aws_chunked(headers: &HeaderMap) -> Result<Option<HeaderValue>, Error> {
    if codings(headers).any(is_aws_chunked) {
        return Ok(None);
    }
    let values = headers.get_all(CONTENT_ENCODING).iter();
    let values = values.map(HeaderValue::as_bytes);
    let own = values.filter(|value| !value.trim_ascii().is_empty());
    let all: Vec<&[u8]> = [AWS_CHUNKED].into_iter().chain(own).collect();
    HeaderValue::try_from(all.join(&b","[..]))
        .map(Some)
        .map_err(|_| Error::InvalidHeaderValue {
            name: CONTENT_ENCODING.as_str().to_owned(),
        })
}

/// Removes `aws-chunked` from `content-encoding`, because the body is decoded.
#[cfg(feature = "http-body")]
pub(crate) fn remove_aws_chunked(headers: &mut HeaderMap) {
    let others = codings(headers).filter(|coding| !coding.is_empty() && !is_aws_chunked(coding));
    let others: Vec<&[u8]> = others.collect();
    match HeaderValue::try_from(others.join(&b","[..])) {
        Ok(others) if !others.is_empty() => {
            headers.insert(CONTENT_ENCODING, others);
        }
        _ => {
            headers.remove(CONTENT_ENCODING);
        }
    }
}

fn codings(headers: &HeaderMap) -> impl Iterator<Item = &[u8]> {
    let values = headers.get_all(CONTENT_ENCODING).iter();
    let codings = values.flat_map(|value| value.as_bytes().split(|&byte| byte == b','));
    codings.map(<[u8]>::trim_ascii)
}

fn is_aws_chunked(coding: &[u8]) -> bool {
    coding.eq_ignore_ascii_case(AWS_CHUNKED)
}
