//! What the caller passes to a chain.

use std::fmt;
use std::io::{self, ErrorKind};
use std::process::Output;

use http::Response;

/// The result of a [`Want`](super::Want). `Debug` prints the kind only.
///
/// The results of the standard library convert to it: of [`std::fs::read`] to [`File`](Self::File),
/// of [`std::fs::write`] to [`Saved`](Self::Saved), of [`std::process::Command::output`] to
/// [`Output`](Self::Output), and their errors to the matching kinds.
///
/// ```
/// use countersign::sources::Input;
///
/// let input = Input::from(std::fs::read("/no/such/file"));
/// assert!(matches!(input, Input::NoFile));
/// ```
#[non_exhaustive]
pub enum Input {
    /// The input of the first call, before any want.
    Start,
    /// The content of the file.
    File(Vec<u8>),
    /// The file does not exist.
    NoFile,
    /// The file exists and cannot be read.
    UnreadableFile,
    /// The exit code and the output of the program.
    Output {
        /// The exit code; `None` if a signal ended the program.
        exit_code: Option<i32>,
        /// The standard output.
        stdout: Vec<u8>,
        /// The standard error.
        stderr: Vec<u8>,
    },
    /// The program could not be started.
    NotStarted,
    /// The response, whatever its status.
    Response(Response<Vec<u8>>),
    /// No response came: no connection, or a timeout.
    NoResponse,
    /// The file was written.
    Saved,
    /// The file could not be written.
    NotSaved,
    /// The code that the user typed.
    MfaCode(String),
    /// There is no user to ask.
    NoMfaCode,
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Start => "Start",
            Self::File(_) => "File([elided])",
            Self::NoFile => "NoFile",
            Self::UnreadableFile => "UnreadableFile",
            Self::Output { .. } => "Output([elided])",
            Self::NotStarted => "NotStarted",
            Self::Response(_) => "Response([elided])",
            Self::NoResponse => "NoResponse",
            Self::Saved => "Saved",
            Self::NotSaved => "NotSaved",
            Self::MfaCode(_) => "MfaCode([elided])",
            Self::NoMfaCode => "NoMfaCode",
        })
    }
}

/// The result of reading a file. A missing file is [`NoFile`](Input::NoFile); any other error is
/// [`UnreadableFile`](Input::UnreadableFile).
impl From<io::Result<Vec<u8>>> for Input {
    fn from(read: io::Result<Vec<u8>>) -> Self {
        match read {
            Ok(contents) => Self::File(contents),
            Err(error) => match error.kind() {
                ErrorKind::NotFound | ErrorKind::NotADirectory => Self::NoFile,
                _ => Self::UnreadableFile,
            },
        }
    }
}

/// The result of running a program. An error is [`NotStarted`](Input::NotStarted).
impl From<io::Result<Output>> for Input {
    fn from(ran: io::Result<Output>) -> Self {
        match ran {
            Ok(output) => Self::Output {
                exit_code: output.status.code(),
                stdout: output.stdout,
                stderr: output.stderr,
            },
            Err(_) => Self::NotStarted,
        }
    }
}

/// The result of writing a file. An error is [`NotSaved`](Input::NotSaved).
impl From<io::Result<()>> for Input {
    fn from(written: io::Result<()>) -> Self {
        match written {
            Ok(()) => Self::Saved,
            Err(_) => Self::NotSaved,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_file(kind: ErrorKind) -> Input {
        Input::from(Err::<Vec<u8>, _>(io::Error::from(kind)))
    }

    #[test]
    fn only_an_error_that_says_so_means_that_there_is_no_file() {
        assert!(matches!(of_file(ErrorKind::NotFound), Input::NoFile));
        // A component of the path is a file.
        assert!(matches!(of_file(ErrorKind::NotADirectory), Input::NoFile));
        let denied = of_file(ErrorKind::PermissionDenied);
        assert!(matches!(denied, Input::UnreadableFile));
        assert!(matches!(Input::from(Ok(vec![7])), Input::File(contents) if contents == [7]));
    }

    #[test]
    fn errors_of_programs_and_of_written_files_have_their_own_kinds() {
        let missing = || io::Error::from(ErrorKind::NotFound);
        let input = Input::from(Err::<Output, _>(missing()));
        assert!(matches!(input, Input::NotStarted));
        assert!(matches!(
            Input::from(Err::<(), _>(missing())),
            Input::NotSaved
        ));
        assert!(matches!(Input::from(Ok(())), Input::Saved));
    }
}
