//! What a chain wants from its caller.

use std::fmt;

use http::Request;

use super::Found;
use crate::sources::{ProcessCommand, SecretText};

/// What a chain wants from its caller. `Debug` hides bodies, contents and arguments.
///
/// See [`Chain`](super::Chain) for an example of each.
// Exhaustive on purpose: a driver that does not know a want cannot go on.
pub enum Want {
    /// Read a file: [`Input::File`], [`Input::NoFile`] or [`Input::UnreadableFile`].
    ///
    /// No file is larger than [`LARGEST_PROFILE_FILE`](crate::sources::LARGEST_PROFILE_FILE): there is no need
    /// to read more than a byte beyond.
    File {
        /// The path.
        path: String,
    },
    /// Run a program without a shell: [`Input::Output`] or [`Input::NotStarted`].
    Run(ProcessCommand),
    /// Send a request, ready as it is: [`Input::Response`] or [`Input::NoResponse`].
    ///
    /// Follow no redirect, which would carry tokens to another host. Requests over plain `http` are
    /// for metadata endpoints: use a timeout of a second or two for them, and no proxy.
    Send(Request<String>),
    /// Write a cache file, readable for its owner only: [`Input::Saved`] or [`Input::NotSaved`].
    ///
    /// Write to a new file and rename it, so that no other program reads half of it.
    Save {
        /// The path.
        path: String,
        /// The content.
        contents: SecretText,
    },
    /// Ask the user for a code of their MFA device: [`Input::MfaCode`] or [`Input::NoMfaCode`].
    MfaCode {
        /// The device: serial number or ARN.
        serial: String,
    },
    /// Nothing more: the credentials are here.
    Done(Found),
}

impl fmt::Debug for Want {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path } => f.debug_struct("File").field("path", path).finish(),
            Self::Run(command) => f.debug_tuple("Run").field(command).finish(),
            Self::Send(request) => f
                .debug_struct("Send")
                .field("method", request.method())
                .field("uri", request.uri())
                .finish_non_exhaustive(),
            Self::Save { path, contents } => f
                .debug_struct("Save")
                .field("path", path)
                .field("contents", contents)
                .finish(),
            Self::MfaCode { serial } => f.debug_struct("MfaCode").field("serial", serial).finish(),
            Self::Done(found) => f.debug_tuple("Done").field(found).finish(),
        }
    }
}
