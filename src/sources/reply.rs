//! The parts of a response that sources read.

use http::{HeaderMap, Response, StatusCode};

use super::Error;

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

    pub(super) fn unexpected(self, from: &'static str) -> Error {
        let status = self.status.as_u16();
        Error::Status { from, status }
    }
}
