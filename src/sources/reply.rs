//! The parts of a response that sources read.

use http::{HeaderMap, Response, StatusCode};

use super::json::Json;
use super::{Content, CredentialEndpoint, Error};

/// The members of temporary credentials in most responses.
pub(super) const SESSION_KEYS: [&str; 3] = ["accessKeyId", "secretAccessKey", "sessionToken"];

#[derive(Clone, Copy)]
pub(super) struct Reply<'a> {
    pub(super) status: StatusCode,
    pub(super) headers: &'a HeaderMap,
    pub(super) body: &'a [u8],
}

impl<'a, B: AsRef<[u8]>> From<&'a Response<B>> for Reply<'a> {
    fn from(response: &'a Response<B>) -> Self {
        Self {
            status: response.status(),
            headers: response.headers(),
            body: response.body().as_ref(),
        }
    }
}

impl<'a> Reply<'a> {
    pub(super) fn is_ok(self) -> bool {
        self.status == StatusCode::OK
    }

    pub(super) fn header(self, name: &str) -> Option<&'a str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(super) fn unexpected(self, endpoint: CredentialEndpoint) -> Error {
        let status = self.status.as_u16();
        Error::Status { endpoint, status }
    }

    /// What an endpoint says when it refuses: the code is in a header or in the body. A response
    /// that says nothing is an error by its status alone.
    pub(super) fn refusal(self, endpoint: CredentialEndpoint) -> Error {
        let json = Json::read(self.body, Content::Response(endpoint)).ok();
        let members = json.as_ref().map(Json::members);
        let text = |name| members?.text_any_case(name);
        let code = self.header("x-amzn-errortype").or_else(|| text("__type"));
        let code = code.and_then(|code| code.split(':').next());
        let code = code.and_then(|code| code.rsplit('#').next()).map(str::trim);
        let code = code.or_else(|| text("code")).or_else(|| text("error"));
        let message = text("message").or_else(|| text("error_description"));
        let code = code.filter(|code| !code.is_empty());
        if code.is_none() && message.is_none() {
            return self.unexpected(endpoint);
        }
        Error::Refused {
            endpoint,
            status: self.status.as_u16(),
            code: code.map(str::to_owned),
            message: message.map(str::to_owned),
        }
    }
}
