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
    /// Read a file: [`Input::File`](super::Input::File), [`Input::NoFile`](super::Input::NoFile) or [`Input::UnreadableFile`](super::Input::UnreadableFile).
    ///
    /// A file larger than [`LARGEST_PROFILE_FILE`](crate::sources::LARGEST_PROFILE_FILE) is an error.
    /// There is no need to read more than one byte beyond that.
    File {
        /// The path.
        path: String,
    },
    /// Run a program without a shell: [`Input::Output`](super::Input::Output) or [`Input::NotStarted`](super::Input::NotStarted).
    Run(ProcessCommand),
    /// Send a request, signed if it must be: [`Input::Response`](super::Input::Response) or [`Input::NoResponse`](super::Input::NoResponse).
    ///
    /// Follow no redirect, which would carry tokens to another host. Requests over plain `http` are
    /// for metadata endpoints: use a timeout of a second or two for them, and no proxy.
    Send(Request<String>),
    /// Write a cache file, readable for its owner only: [`Input::Saved`](super::Input::Saved) or [`Input::NotSaved`](super::Input::NotSaved).
    ///
    /// Write to a new file and rename it, so that no other program reads an incomplete file.
    Save {
        /// The path.
        path: String,
        /// The content.
        contents: SecretText,
    },
    /// Ask the user for a code of their MFA device: [`Input::MfaCode`](super::Input::MfaCode) or [`Input::NoMfaCode`](super::Input::NoMfaCode).
    MfaCode {
        /// The device: serial number or ARN.
        serial: String,
    },
    /// The credentials: the chain has ended.
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
