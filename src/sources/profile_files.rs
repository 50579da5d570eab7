//! The shared config and credentials files.

mod grammar;

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use zeroize::Zeroizing;

use super::text::check_size;
use super::{Content, Error, ProfileFile, ProfileFileProblem};
use grammar::{Properties, RawFile};

/// The largest shared file that is read: 1 MiB.
pub const LARGEST_PROFILE_FILE: usize = 1 << 20;

/// The profiles of the shared config and credentials files.
///
/// The grammar is that of AWS's SDKs, and stricter than what some tools accept: an indented first
/// property, or a line without `=`, is an error with its line number. AWS SDKs and Tools Reference
/// Guide, "Shared config and credentials files".
///
/// `Debug` prints the names of sections and keys, and no value.
///
/// ```
/// use countersign::sources::ProfileFiles;
///
/// let config = "[profile dev]
/// region = eu-west-1 # Ireland
/// aws_access_key_id = OLD";
/// let credentials = "[dev]
/// aws_access_key_id = AKIDEXAMPLE
/// aws_secret_access_key = secret";
/// let files = ProfileFiles::parse(config, credentials)?;
/// let dev = files.profile("dev").expect("a section of that name");
/// assert_eq!(dev.get("region"), Some("eu-west-1"));
/// // The credentials file wins.
/// assert_eq!(dev.get("aws_access_key_id"), Some("AKIDEXAMPLE"));
/// # Ok::<(), countersign::sources::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct ProfileFiles {
    profiles: HashMap<String, Section>,
    sso_sessions: HashMap<String, Section>,
    services: HashMap<String, Section>,
}

impl ProfileFiles {
    /// Parses the contents of the config and the credentials file. A missing file is an empty one.
    ///
    /// The work is linear in the size of the files.
    ///
    /// # Errors
    /// - [`Error::TooLarge`] if a file is larger than [`LARGEST_PROFILE_FILE`]
    /// - [`Error::ProfileFiles`] if a file is malformed, with the line
    pub fn parse(config: impl AsRef<[u8]>, credentials: impl AsRef<[u8]>) -> Result<Self, Error> {
        let mut files = Self::default();
        files.read_config(config.as_ref())?;
        files.read_credentials(credentials.as_ref())?;
        Ok(files)
    }

    /// Returns a profile by name.
    pub fn profile(&self, name: &str) -> Option<&Section> {
        self.profiles.get(name)
    }

    /// Returns an `sso-session` section of the config file by name.
    pub fn sso_session(&self, name: &str) -> Option<&Section> {
        self.sso_sessions.get(name)
    }

    /// Returns a `services` section of the config file by name.
    pub fn services(&self, name: &str) -> Option<&Section> {
        self.services.get(name)
    }

    /// Returns every profile, in no particular order.
    pub fn profiles(&self) -> impl Iterator<Item = (&str, &Section)> {
        self.profiles
            .iter()
            .map(|(name, section)| (&**name, section))
    }

    /// Returns every `sso-session` section, in no particular order.
    pub fn sso_sessions(&self) -> impl Iterator<Item = (&str, &Section)> {
        let sections = self.sso_sessions.iter();
        sections.map(|(name, section)| (&**name, section))
    }

    /// Returns every `services` section, in no particular order.
    pub fn all_services(&self) -> impl Iterator<Item = (&str, &Section)> {
        self.services
            .iter()
            .map(|(name, section)| (&**name, section))
    }

    fn read_config(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let file = read(bytes, ProfileFile::Config)?;
        // `[profile default]` displaces `[default]`, wherever it is.
        let (mut prefixed, mut bare) = (None, None);
        for (content, properties) in file.sections() {
            let section = match split_content(content) {
                (None, "default") => bare.get_or_insert_with(Section::default),
                (Some("profile"), "default") => prefixed.get_or_insert_with(Section::default),
                (Some(prefix), name) if is_identifier(name) => {
                    let sections = match prefix {
                        "profile" => &mut self.profiles,
                        "sso-session" => &mut self.sso_sessions,
                        "services" => &mut self.services,
                        _ => continue,
                    };
                    sections.entry(name.to_owned()).or_default()
                }
                _ => continue,
            };
            section.add(&properties);
        }
        if let Some(default) = prefixed.or(bare) {
            self.profiles.insert("default".to_owned(), default);
        }
        Ok(())
    }

    fn read_credentials(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let file = read(bytes, ProfileFile::Credentials)?;
        for (content, properties) in file.sections() {
            match split_content(content) {
                (None, name) if is_identifier(name) => {
                    let profile = self.profiles.entry(name.to_owned()).or_default();
                    profile.add(&properties);
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// A section of a shared file: properties by key, in lowercase.
///
/// ```
/// use countersign::sources::ProfileFiles;
///
/// let config =
///     "[default]\nRegion = us-east-1\ns3 =\n  addressing_style = path\n";
/// let files = ProfileFiles::parse(config, "")?;
/// let default = files.profile("default").expect("a section of that name");
/// assert_eq!(default.get("region"), Some("us-east-1"));
/// assert_eq!(
///     default.nested("s3").collect::<Vec<_>>(),
///     [("addressing_style", "path")]
/// );
/// assert!(!format!("{default:?}").contains("us-east-1"));
/// # Ok::<(), countersign::sources::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct Section {
    /// In the order of the files: the last one of a key wins.
    properties: Vec<Property>,
}

#[derive(Clone)]
struct Property {
    key: String,
    value: Zeroizing<String>,
}

impl Section {
    /// Returns the value of a key. The lines of a value of several lines are separated by LF.
    pub fn get(&self, key: &str) -> Option<&str> {
        let mut properties = self.properties.iter().rev();
        let property = properties.find(|property| property.key == key)?;
        Some(&property.value)
    }

    /// Returns the nested properties of a key: an indented block after an empty value.
    pub fn nested(&self, key: &str) -> impl Iterator<Item = (&str, &str)> {
        let block = self.get(key).and_then(|value| value.strip_prefix('\n'));
        block.into_iter().flat_map(|block| {
            let pairs = block.split('\n').filter_map(|line| line.split_once('='));
            pairs.map(|(key, value)| (grammar::trim(key), grammar::trim(value)))
        })
    }

    /// Returns every key with its value, sorted by key.
    pub fn properties(&self) -> impl Iterator<Item = (&str, &str)> {
        let pairs = self.properties.iter();
        let pairs = pairs.map(|property| (&*property.key, property.value.as_str()));
        pairs.collect::<BTreeMap<_, _>>().into_iter()
    }

    /// The value of a key; `None` also if it is empty.
    pub(super) fn setting(&self, key: &str) -> Option<&str> {
        self.get(key).filter(|value| !value.is_empty())
    }

    fn add(&mut self, properties: &Properties<'_, '_>) {
        let properties = properties.iter();
        if self.properties.is_empty() {
            self.properties.reserve_exact(properties.len());
        }
        let sound = properties.filter(|(key, _)| is_identifier(key));
        self.properties.extend(sound.map(|(key, value)| Property {
            key: key.to_ascii_lowercase(),
            value,
        }));
    }
}

impl fmt::Debug for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys = self.properties.iter().map(|property| &property.key);
        f.debug_set().entries(keys).finish()
    }
}

/// The lines of a file, if it is text within bounds.
fn read<'a>(bytes: &'a [u8], file: ProfileFile) -> Result<RawFile<'a>, Error> {
    check_size(bytes, LARGEST_PROFILE_FILE, Content::ProfileFile(file))?;
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let valid = bytes.iter().take(error.valid_up_to());
        let line = 1 + valid.filter(|byte| **byte == b'\n').count();
        (line, ProfileFileProblem::InvalidUtf8)
    });
    let file_of = |text: &'a str| grammar::read(text.strip_prefix('\u{feff}').unwrap_or(text));
    text.and_then(file_of)
        .map_err(|(line, problem)| Error::ProfileFiles {
            file,
            line,
            problem,
        })
}

/// The content of a section line as an optional prefix and a name.
fn split_content(content: &str) -> (Option<&str>, &str) {
    match content.split_once([' ', '\t']) {
        Some((prefix, name)) => (Some(prefix), grammar::trim(name)),
        None => (None, content),
    }
}

fn is_identifier(name: &str) -> bool {
    let allowed = |byte: u8| {
        byte.is_ascii_alphanumeric()
            || matches!(byte, b'_' | b'-' | b'/' | b'.' | b'%' | b'@' | b':' | b'+')
    };
    !name.is_empty() && name.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(config: &str) -> (usize, ProfileFileProblem) {
        match ProfileFiles::parse(config, "") {
            Err(Error::ProfileFiles { line, problem, .. }) => (line, problem),
            other => panic!("{config:?}: {other:?}"),
        }
    }

    #[test]
    fn a_nul_is_an_error_with_its_line() {
        assert_eq!(
            problem("[default]\na = 1\0\n"),
            (2, ProfileFileProblem::Nul)
        );
    }

    #[test]
    fn text_that_is_not_utf_8_is_an_error_with_its_line() {
        for (file, expected) in [(&b"\xff"[..], 1), (b"[default]\na = 1\r\nb = \xe4\n", 3)] {
            let error = ProfileFiles::parse("", file).unwrap_err();
            let text = format!("credentials file, line {expected}: not UTF-8");
            assert_eq!(error.to_string(), text);
        }
    }

    #[test]
    fn an_ignored_section_is_still_parsed() {
        let equals = ProfileFileProblem::ExpectedEquals;
        assert_eq!(problem("[unknown thing]\nnonsense\n"), (2, equals));
        let nested = ProfileFileProblem::SubPropertyExpectedEquals;
        assert_eq!(problem("[default]\nin valid =\n nonsense\n"), (3, nested));
        let files = ProfileFiles::parse("[plugins]\na = 1\n[profile]\nb = 2\n", "").unwrap();
        assert_eq!(files.profiles().count(), 0);
    }

    #[test]
    fn default_with_prefix_displaces_default_also_if_it_comes_first() {
        let config = "[profile default]\na = 1\n[default]\nb = 2\n";
        let files = ProfileFiles::parse(config, "[default]\nc = 3\n").unwrap();
        let default = files.profile("default").unwrap();
        let pairs: Vec<_> = default.properties().collect();
        assert_eq!(pairs, [("a", "1"), ("c", "3")]);
    }

    #[test]
    fn a_repeated_key_takes_its_nested_block_along() {
        let config = "[default]\ns3 =\n a = 1\ns3 = plain\n";
        let files = ProfileFiles::parse(config, "").unwrap();
        let default = files.profile("default").unwrap();
        assert_eq!(
            (default.get("s3"), default.nested("s3").count()),
            (Some("plain"), 0)
        );
    }

    #[test]
    fn an_empty_value_counts_as_unset_for_sources() {
        let files = ProfileFiles::parse("[default]\nrole_arn =\n", "").unwrap();
        let default = files.profile("default").unwrap();
        assert_eq!(
            (default.get("role_arn"), default.setting("role_arn")),
            (Some(""), None)
        );
    }

    #[test]
    fn a_file_is_bounded_before_it_is_parsed() {
        let large = " ".repeat(LARGEST_PROFILE_FILE + 1);
        let error = ProfileFiles::parse("", &large).unwrap_err();
        assert_eq!(
            error.to_string(),
            "credentials file is 1048577 bytes, above the maximum of 1048576 bytes"
        );
        let largest = " ".repeat(LARGEST_PROFILE_FILE);
        assert!(ProfileFiles::parse(largest, "").is_ok());
    }
}
