//! The query protocol: a form that is posted, and XML that comes back.

use http::StatusCode;

use super::service_error::ServiceError;
use crate::primitives::xml::{Element, Problem};

#[cfg(feature = "redshift")]
pub(crate) use form::QueryForm;

#[cfg(feature = "redshift")]
mod form {
    use http::header::CONTENT_TYPE;
    use http::{HeaderValue, Method, Request};

    use crate::error::Error;
    use crate::primitives::percent::encode;

    /// `Action=…&Version=…&…`, percent-encoded: a space is `%20`, which every form parser reads.
    pub(crate) struct QueryForm(String);

    impl QueryForm {
        pub(crate) fn new(action: &str, version: &str) -> Self {
            Self(format!("Action={action}&Version={version}"))
        }

        pub(crate) fn text(mut self, name: &str, value: &str) -> Self {
            self.0.push('&');
            self.0.push_str(name);
            self.0.push('=');
            encode(value.as_bytes(), &mut self.0);
            self
        }

        pub(crate) fn optional(self, name: &str, value: Option<&str>) -> Self {
            match value {
                Some(value) => self.text(name, value),
                None => self,
            }
        }

        /// A list, its items counted from 1.
        pub(crate) fn list(self, name: &str, items: &[&str]) -> Self {
            items.iter().zip(1_usize..).fold(self, |form, (item, n)| {
                form.text(&format!("{name}.{n}"), item)
            })
        }

        /// The request, to an origin without a path.
        pub(crate) fn into_request(self, origin: &str) -> Result<Request<String>, Error> {
            let url = format!("{origin}/");
            let mut request = Request::new(self.0);
            *request.method_mut() = Method::POST;
            *request.uri_mut() = url
                .parse()
                .map_err(|_| Error::UrlTooLong { length: url.len() })?;
            let form = HeaderValue::from_static("application/x-www-form-urlencoded; charset=utf-8");
            request.headers_mut().insert(CONTENT_TYPE, form);
            Ok(request)
        }
    }
}

/// Reads the result of an action, or the error that came instead.
#[cfg(feature = "redshift")]
pub(crate) fn read<T>(
    action: &str,
    namespace: &str,
    status: StatusCode,
    body: &[u8],
    result: impl FnOnce(&Element<'_>) -> Result<T, Problem>,
) -> Result<T, ServiceError> {
    use crate::primitives::xml;

    let malformed = |Problem(problem)| ServiceError::malformed(status, problem);
    let text = xml::text(body).map_err(malformed)?;
    let document = xml::parse(text).map_err(malformed)?;
    let root = Element::root(&document);
    if matches!(root.name(), "ErrorResponse" | "Error") {
        return Err(refused(status, &root).unwrap_or_else(malformed));
    }
    let expected = root.name().strip_suffix("Response") == Some(action)
        && status.is_success()
        && (root.namespace().is_empty() || root.namespace() == namespace);
    if !expected {
        let problem = format!("is not a {action} response");
        return Err(ServiceError::malformed(status, problem));
    }
    root.required_child(&format!("{action}Result"))
        .and_then(|element| result(&element))
        .map_err(malformed)
}

/// Reads an error, in an envelope or bare. Its request ID is beside it in an envelope, else inside.
pub(crate) fn refused(status: StatusCode, root: &Element<'_>) -> Result<ServiceError, Problem> {
    let error = match (root.name(), root.child("Errors")?) {
        ("Error", _) => *root,
        // Emulators answer as EC2 does.
        (_, Some(errors)) => errors.required_child("Error")?,
        (_, None) => root.required_child("Error")?,
    };
    Ok(ServiceError::refused(
        status,
        error.text("Type")?,
        error.required("Code")?,
        error.text("Message")?.unwrap_or_default(),
        root.text("RequestId")?,
    ))
}
