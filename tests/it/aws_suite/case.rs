//! A case of the suite: a folder with a request, a context, and the expected results.

use std::path::{Path, PathBuf};
use std::time::Duration;

use countersign::Timestamp;
use countersign::{
    ContentSha256, Credentials, PayloadHash, Rules, Service, SessionTokenPlacement, Signer,
    sigv4::AmzDate,
};
use serde_json::Value;

use crate::aws_suite::http::Wire;
use crate::published_package;

/// The folder of the suite for a version of the algorithm.
pub fn suite(version: &str) -> PathBuf {
    published_package::folder("aws-sigv4", "1.6.4")
        .join("aws-signing-test-suite")
        .join(version)
}

/// Signed in the header or presigned: each has files of its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    Header,
    Query,
}

impl Form {
    pub const BOTH: [Self; 2] = [Self::Header, Self::Query];

    pub fn name(self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::Query => "query",
        }
    }
}

#[derive(Clone)]
pub struct Case {
    pub name: String,
    pub folder: PathBuf,
    pub request: Wire,
    context: Value,
    pub double_encode_path: bool,
}

impl Case {
    /// All cases of a suite that have a context, by name, and the names of those without one.
    pub fn all(suite: &Path) -> (Vec<Self>, Vec<String>) {
        let mut folders: Vec<PathBuf> = std::fs::read_dir(suite)
            .unwrap_or_else(|error| panic!("{}: {error}", suite.display()))
            .map(|entry| entry.unwrap().path())
            .collect();
        folders.sort();
        let name = |folder: &Path| folder.file_name().unwrap().to_str().unwrap().to_owned();
        let (with, without): (Vec<_>, Vec<_>) = folders
            .into_iter()
            .partition(|folder| folder.join("context.json").exists());
        let cases = with
            .into_iter()
            .map(|folder| Self {
                name: name(&folder),
                request: Wire::read(&read(&folder, "request.txt")),
                context: serde_json::from_str(&read(&folder, "context.json")).unwrap(),
                // The suite sets it in every case.
                double_encode_path: true,
                folder,
            })
            .collect();
        (cases, without.iter().map(|folder| name(folder)).collect())
    }

    /// The content of the file `header-WHAT` or `query-WHAT`.
    pub fn file(&self, form: Form, what: &str) -> String {
        read(&self.folder, &format!("{}-{what}.txt", form.name()))
    }

    /// The signed request of the suite.
    pub fn signed_request(&self, form: Form) -> Wire {
        let mut signed = Wire::read(&self.file(form, "signed-request"));
        // Two cases have a raw space in the target. Clients send an escape.
        signed.target = signed.target.replace(' ', "%20");
        signed
    }

    /// The case as corrected by an exception.
    pub fn put_right(&self, instead: &Value) -> Self {
        let mut right = self.clone();
        right.request.target = instead["target"].as_str().unwrap().to_owned();
        right.double_encode_path = instead["double_encode_path"].as_bool().unwrap();
        right
    }

    fn flag(&self, name: &str) -> bool {
        self.context[name].as_bool().unwrap_or(false)
    }

    fn text(&self, name: &str) -> &str {
        self.context[name].as_str().unwrap()
    }

    pub fn rules(&self, form: Form) -> Rules {
        let mut rules = Rules::GENERIC;
        rules.normalize_path = self.flag("normalize");
        rules.double_encode_path = self.double_encode_path;
        // `sign_body` means that the header with the hash is sent. Presigned requests of the suite
        // never have it.
        rules.content_sha256 = if self.flag("sign_body") && form == Form::Header {
            ContentSha256::Always
        } else {
            ContentSha256::Never
        };
        if self.flag("omit_session_token") {
            rules.session_token = SessionTokenPlacement::AfterSigning;
        }
        rules
    }

    pub fn credentials(&self) -> Credentials {
        let given = &self.context["credentials"];
        let text = |name: &str| given[name].as_str().unwrap();
        let credentials = Credentials::new(text("access_key_id"), text("secret_access_key"));
        match given["token"].as_str() {
            Some(token) => credentials.with_session_token(token),
            None => credentials,
        }
    }

    pub fn service(&self, form: Form) -> Service {
        Service::new(self.text("service").to_owned(), self.rules(form))
    }

    /// In the suite for v4a this is the region set.
    pub fn region(&self) -> &str {
        self.text("region")
    }

    pub fn signer(&self, form: Form) -> Signer {
        Signer::new(self.credentials(), self.region(), self.service(form)).unwrap()
    }

    pub fn payload(&self) -> PayloadHash {
        PayloadHash::new(&self.request.body)
    }

    pub fn date(&self) -> AmzDate {
        let basic = self.text("timestamp").replace(['-', ':'], "");
        basic.parse().unwrap()
    }

    pub fn now(&self) -> Timestamp {
        self.date().timestamp()
    }

    pub fn expires_in(&self) -> Duration {
        Duration::from_secs(self.context["expiration_in_seconds"].as_u64().unwrap())
    }
}

fn read(folder: &Path, name: &str) -> String {
    let path = folder.join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
