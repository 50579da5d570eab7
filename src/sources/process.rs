//! `credential_process`: programs that write credentials.

use std::fmt;
use std::process::{Command, Output};

use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::json::{Json, text_of, wipe};
use super::text::check_size;
use super::{Content, Error, ResolvedCredentials, SecretText};
use crate::credentials::SessionToken;

/// The longest command line.
const LONGEST: usize = 64 << 10;

/// A command line of `credential_process`, split into words by the rules of POSIX shells.
///
/// No shell runs it: quotes and backslashes work, and variables, patterns and pipes have no
/// meaning. `Debug` hides the words, which may be secret. AWS SDKs and Tools Reference Guide,
/// "Process credential provider".
///
/// ```
/// use countersign::sources::ProcessCommand;
///
/// let command =
///     ProcessCommand::parse(r#"/opt/vend --name "Ann Lee" a\ b '$HOME'"#)?;
/// assert_eq!(command.program(), "/opt/vend");
/// assert!(
///     command
///         .arguments()
///         .eq(["--name", "Ann Lee", "a b", "$HOME"])
/// );
/// assert!(ProcessCommand::parse("vend 'open").is_err());
/// # Ok::<(), countersign::sources::Error>(())
/// ```
#[derive(Clone)]
pub struct ProcessCommand {
    program: String,
    arguments: Vec<Zeroizing<String>>,
}

impl ProcessCommand {
    /// Splits a command line into words.
    ///
    /// # Errors
    /// - [`Error::Command`] if there is no word, a quote is open, or a backslash is last
    /// - [`Error::TooLarge`] if the command line is longer than 64 KiB
    pub fn parse(command_line: &str) -> Result<Self, Error> {
        check_size(command_line.as_bytes(), LONGEST, Content::ProcessCommand)?;
        let mut words = words(command_line).ok_or(Error::Command)?.into_iter();
        let program = words.next().filter(|word| !word.is_empty());
        Ok(Self {
            program: program.ok_or(Error::Command)?.to_string(),
            arguments: words.collect(),
        })
    }

    /// Returns the first word: the program to run.
    pub fn program(&self) -> &str {
        &self.program
    }

    /// Returns the other words.
    pub fn arguments(&self) -> impl Iterator<Item = &str> {
        self.arguments.iter().map(|argument| argument.as_str())
    }
}

/// A command of the standard library, which inherits the environment and the working directory.
///
/// ```
/// use countersign::sources::ProcessCommand;
/// use std::process::{Command, Output};
///
/// let command =
///     Command::from(&ProcessCommand::parse("/opt/vend --name 'Ann Lee'")?);
/// assert_eq!(command.get_program(), "/opt/vend");
/// assert!(command.get_args().eq(["--name", "Ann Lee"]));
/// # Ok::<(), countersign::sources::Error>(())
/// ```
impl From<&ProcessCommand> for Command {
    fn from(command: &ProcessCommand) -> Self {
        let mut program = Self::new(command.program());
        program.args(command.arguments());
        program
    }
}

impl fmt::Debug for ProcessCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProcessCommand([elided])")
    }
}

/// The words of a line (POSIX.1-2017, Shell Command Language, 2.2); `None` if a quote stays open.
fn words(line: &str) -> Option<Vec<Zeroizing<String>>> {
    let mut words = Vec::new();
    // One buffer, which no word outgrows: growing would leave copies of secrets behind.
    let mut word = Zeroizing::new(String::with_capacity(line.len()));
    let mut in_word = false;
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match c {
            ' ' | '\t' | '\n' | '\r' => {
                if in_word {
                    words.push(Zeroizing::new(word.as_str().to_owned()));
                    word.clear();
                }
                in_word = false;
            }
            '\'' => {
                in_word = true;
                loop {
                    match chars.next()? {
                        '\'' => break,
                        c => word.push(c),
                    }
                }
            }
            '"' => {
                in_word = true;
                loop {
                    match chars.next()? {
                        '"' => break,
                        '\\' => match chars.next()? {
                            '\n' => {}
                            c if matches!(c, '$' | '`' | '"' | '\\') => word.push(c),
                            c => word.extend(['\\', c]),
                        },
                        c => word.push(c),
                    }
                }
            }
            '\\' => match chars.next()? {
                // A backslash before a line end joins the lines.
                '\n' => {}
                c => {
                    in_word = true;
                    word.push(c);
                }
            },
            c => {
                in_word = true;
                word.push(c);
            }
        }
    }
    if in_word {
        words.push(Zeroizing::new(word.as_str().to_owned()));
    }
    Some(words)
}

/// The result of a `credential_process`: its exit code and its output.
///
/// ```
/// use countersign::sources::ProcessOutput;
///
/// let output = ProcessOutput {
///     exit_code: Some(0),
///     stdout: br#"{
///         "Version": 1,
///         "AccessKeyId": "AKIDEXAMPLE",
///         "SecretAccessKey": "secret"
///     }"#,
///     stderr: b"",
/// };
/// let resolved = output.read(None)?;
/// assert_eq!(resolved.credentials().access_key_id(), "AKIDEXAMPLE");
/// assert!(!format!("{output:?}").contains("secret"));
/// # Ok::<(), countersign::sources::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct ProcessOutput<'a> {
    /// The exit code; `None` if a signal ended the process.
    pub exit_code: Option<i32>,
    /// What the process wrote to its standard output.
    pub stdout: &'a [u8],
    /// What the process wrote to its standard error.
    pub stderr: &'a [u8],
}

/// The result of [`Command::output`].
impl<'a> From<&'a Output> for ProcessOutput<'a> {
    fn from(output: &'a Output) -> Self {
        Self {
            exit_code: output.status.code(),
            stdout: &output.stdout,
            stderr: &output.stderr,
        }
    }
}

impl ProcessOutput<'_> {
    /// Reads the credentials. Without `Expiration` they never expire, and are never refreshed.
    ///
    /// `profile_account_id` is the `aws_account_id` of the profile, used if the output names none.
    ///
    /// # Errors
    /// - [`Error::Exit`] if the exit code is other than 0
    /// - [`Error::TooLarge`] if the output is larger than 256 KiB
    /// - [`Error::Json`] if the output is not one JSON object
    /// - [`Error::Version`] if `Version` is other than the number 1
    /// - [`Error::MissingField`] and [`Error::InvalidField`] if a member is missing or malformed
    pub fn read(self, profile_account_id: Option<&str>) -> Result<ResolvedCredentials, Error> {
        if self.exit_code != Some(0) {
            let stderr = self.stderr.get(..LONGEST).unwrap_or(self.stderr);
            let message = String::from_utf8_lossy(stderr).into_owned();
            let code = self.exit_code;
            return Err(Error::Exit { code, message });
        }
        let json = Json::read(self.stdout, Content::ProcessOutput)?;
        let members = json.members();
        if members.value("Version").and_then(Value::as_f64) != Some(1.0) {
            return Err(Error::Version);
        }
        let id = members.required("AccessKeyId")?;
        let secret = members.required("SecretAccessKey")?;
        let token = members.optional("SessionToken")?;
        let expiration = match members.optional("Expiration")? {
            None => None,
            Some(_) => Some(members.time("Expiration")?),
        };
        let account_id = members.optional("AccountId")?.or(profile_account_id);
        Ok(ResolvedCredentials::new(id, secret, expiration)
            .with_session_token(token)
            .of_account(account_id))
    }
}

impl fmt::Debug for ProcessOutput<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProcessOutput")
            .field("exit_code", &self.exit_code)
            .finish_non_exhaustive()
    }
}

/// Writes credentials as the output of a `credential_process`, for programs that AWS tools run.
///
/// Print the text to the standard output, and exit with 0. Print an error to the standard error, and
/// exit with another code. `Expiration` is when to run the program again: without it, never.
///
/// ```
/// use countersign::Credentials;
/// use countersign::sources::{
///     ProcessOutput, ResolvedCredentials, write_process_output,
/// };
///
/// let credentials =
///     Credentials::new("ASIAEXAMPLE", "secret").with_session_token("token");
/// let resolved =
///     ResolvedCredentials::from(credentials).with_account_id("123456789012");
/// let text = write_process_output(&resolved);
/// let stdout = text.expose().as_bytes();
/// let resolved = ProcessOutput {
///     exit_code: Some(0),
///     stdout,
///     stderr: b"",
/// }
/// .read(None)?;
/// assert_eq!(resolved.account_id(), Some("123456789012"));
/// # Ok::<(), countersign::sources::Error>(())
/// ```
pub fn write_process_output(resolved: &ResolvedCredentials) -> SecretText {
    let mut members = Map::new();
    members.insert("Version".to_owned(), Value::from(1));
    let credentials = resolved.credentials();
    let expiration = resolved.next_try().or(resolved.expiration());
    let texts = [
        ("AccessKeyId", Some(credentials.access_key_id())),
        ("SecretAccessKey", Some(credentials.secret_key().expose())),
        (
            "SessionToken",
            credentials.session_token().map(SessionToken::expose),
        ),
        (
            "Expiration",
            expiration.map(|time| time.to_string()).as_deref(),
        ),
        ("AccountId", resolved.account_id()),
    ]
    .map(|(name, text)| (name, text.map(Value::from)));
    for (name, text) in texts {
        members.extend(text.map(|text| (name.to_owned(), text)));
    }
    let mut value = Value::Object(members);
    let text = text_of(&value);
    wipe(&mut value);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn argv(line: &str) -> Option<Vec<String>> {
        let command = ProcessCommand::parse(line).ok()?;
        let words = [command.program()].into_iter().chain(command.arguments());
        Some(words.map(str::to_owned).collect())
    }

    #[test]
    fn words_follow_the_rules_of_posix() {
        let cases: [(&str, &[&str]); 8] = [
            ("a  b\tc\nd\r\ne", &["a", "b", "c", "d", "e"]),
            ("a '' \"\"", &["a", "", ""]),
            (r#"a "x\"y\\z\$\`\n""#, &["a", "x\"y\\z$`\\n"]),
            (r"a 'x\y' x\\y \' \a", &["a", r"x\y", r"x\y", "'", "a"]),
            ("a b\\\nc \"d\\\ne\"", &["a", "bc", "de"]),
            (
                "a $HOME `id` *.x ~ | & ; > <",
                &["a", "$HOME", "`id`", "*.x", "~", "|", "&", ";", ">", "<"],
            ),
            ("a #b", &["a", "#b"]),
            ("é 'ü'\"日\"", &["é", "ü日"]),
        ];
        for (line, expected) in cases {
            assert_eq!(argv(line).unwrap(), expected, "{line:?}");
        }
        for line in ["", "  \n", "a '", "a \"", "a \\", "\"\\", "''"] {
            assert_eq!(argv(line), None, "{line:?}");
        }
        let command = ProcessCommand::parse("vend --password s3cret").unwrap();
        assert!(!format!("{command:?}").contains("s3cret"));
    }

    #[test]
    fn splitting_is_linear_in_the_line() {
        let line = "a ".repeat(LONGEST / 2);
        assert_eq!(argv(&line).unwrap().len(), LONGEST / 2);
        assert!(argv(&"a".repeat(LONGEST + 1)).is_none());
    }

    #[test]
    fn a_null_is_absent_and_another_type_is_invalid() {
        let read = |more: &str| {
            let stdout =
                format!(r#"{{"Version":1,"AccessKeyId":"A","SecretAccessKey":"s",{more}}}"#);
            let stdout = stdout.as_bytes();
            ProcessOutput {
                exit_code: Some(0),
                stdout,
                stderr: b"",
            }
            .read(Some("1"))
        };
        let resolved = read(r#""SessionToken":null,"Expiration":null,"AccountId":null"#).unwrap();
        assert!(resolved.credentials().session_token().is_none());
        assert_eq!(
            (resolved.expiration(), resolved.account_id()),
            (None, Some("1"))
        );
        for member in ["SessionToken", "Expiration", "AccountId"] {
            let error = read(&format!("\"{member}\":5")).unwrap_err();
            assert!(matches!(error, Error::InvalidField { field, .. } if field == member));
        }
        assert!(matches!(
            read(r#""Expiration":"x""#),
            Err(Error::InvalidField { .. })
        ));
    }

    #[test]
    fn the_error_names_the_signal_that_ended_a_process() {
        let output = ProcessOutput {
            exit_code: None,
            stdout: b"{}",
            stderr: b"\n",
        };
        let error = output.read(None).unwrap_err();
        assert_eq!(
            error.to_string(),
            "credential_process was ended by a signal"
        );
    }
}
