//! Environment variables: keys, the name of the profile, and where the shared files are.

use std::collections::BTreeMap;
use std::fmt;

use zeroize::Zeroizing;

use super::{Error, ResolvedCredentials};

/// Every variable that a source reads.
const VARIABLES: [&str; 27] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_ACCOUNT_ID",
    "AWS_CONFIG_FILE",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_DEFAULT_REGION",
    "AWS_EC2_METADATA_DISABLED",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
    "AWS_EC2_METADATA_V1_DISABLED",
    "AWS_LOGIN_CACHE_DIRECTORY",
    "AWS_PROFILE",
    "AWS_REGION",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SECURITY_TOKEN",
    "AWS_SESSION_TOKEN",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "HOME",
    "HOMEDRIVE",
    "HOMEPATH",
    "USERPROFILE",
];

/// The environment variables that credential sources read.
///
/// This crate reads no environment: the caller passes a function that looks a variable up. A blank
/// value counts as unset. `Debug` prints names only.
///
/// ```
/// use countersign::sources::Environment;
///
/// let environment = Environment::new(|name| std::env::var(name).ok());
/// assert!(!format!("{environment:?}").contains('='));
/// ```
#[derive(Clone, Default)]
pub struct Environment(BTreeMap<&'static str, Zeroizing<String>>);

impl Environment {
    /// Looks up every variable that credential sources read.
    pub fn new(lookup: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &'static str| {
            let value = Zeroizing::new(lookup(name)?);
            (!value.trim().is_empty()).then_some((name, value))
        };
        Self(VARIABLES.into_iter().filter_map(set).collect())
    }

    /// Takes the variables from pairs of name and value. The last pair of a name wins.
    pub fn from_pairs<N: AsRef<str>, V: AsRef<str>>(
        pairs: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        let mut environment = Self::default();
        for (name, value) in pairs {
            let Some(name) = VARIABLES.into_iter().find(|known| *known == name.as_ref()) else {
                continue;
            };
            let value = value.as_ref();
            if value.trim().is_empty() {
                environment.0.remove(name);
            } else {
                environment.0.insert(name, Zeroizing::new(value.to_owned()));
            }
        }
        environment
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|value| value.as_str())
    }

    /// A variable that another setting requires.
    pub(super) fn required(
        &self,
        setting: &'static str,
        required_by: &'static str,
    ) -> Result<&str, Error> {
        self.get(setting).ok_or(Error::MissingSetting {
            setting,
            required_by,
        })
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// Returns the credentials in `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, or `None` if there
/// is no key id.
///
/// `AWS_SESSION_TOKEN` (or the older `AWS_SECURITY_TOKEN`), `AWS_CREDENTIAL_EXPIRATION` and
/// `AWS_ACCOUNT_ID` are taken as well. Values are not trimmed.
///
/// # Errors
/// - [`Error::MissingSetting`] if the key id has no secret
/// - [`Error::InvalidSetting`] if the expiration is not a date and time of RFC 3339
///
/// ```
/// use countersign::sources::{Environment, environment_credentials};
///
/// let environment = Environment::from_pairs([
///     ("AWS_ACCESS_KEY_ID", "ASIAEXAMPLE"),
///     ("AWS_SECRET_ACCESS_KEY", "secret"),
///     ("AWS_SESSION_TOKEN", "token"),
/// ]);
/// let resolved =
///     environment_credentials(&environment)?.expect("both keys are set");
/// assert!(resolved.credentials().session_token().is_some());
/// assert!(environment_credentials(&Environment::default())?.is_none());
/// # Ok::<(), countersign::sources::Error>(())
/// ```
pub fn environment_credentials(
    environment: &Environment,
) -> Result<Option<ResolvedCredentials>, Error> {
    let key_id = "AWS_ACCESS_KEY_ID";
    let Some(id) = environment.get(key_id) else {
        return Ok(None);
    };
    let secret = environment.required("AWS_SECRET_ACCESS_KEY", key_id)?;
    let token = environment
        .get("AWS_SESSION_TOKEN")
        .or_else(|| environment.get("AWS_SECURITY_TOKEN"));
    let setting = "AWS_CREDENTIAL_EXPIRATION";
    let expiration =
        match environment.get(setting) {
            None => None,
            Some(time) => Some(time.parse().map_err(|_| {
                Error::invalid_setting(setting, "a date and time of RFC 3339", time)
            })?),
        };
    let resolved = ResolvedCredentials::new(id, secret, expiration)
        .with_session_token(token)
        .of_account(environment.get("AWS_ACCOUNT_ID"));
    Ok(Some(resolved))
}

/// The name of a profile, and whether the user asked for it by name.
///
/// The distinction matters for `default`: it may be missing unless the user asked for it.
///
/// ```
/// use countersign::sources::{Environment, SelectedProfile};
///
/// let selected = SelectedProfile::from_environment(&Environment::from_pairs(
///     [("AWS_PROFILE", "dev")],
/// ));
/// assert_eq!((selected.name(), selected.is_explicit()), ("dev", true));
/// let selected = SelectedProfile::from_environment(&Environment::default());
/// assert_eq!(
///     (selected.name(), selected.is_explicit()),
///     ("default", false)
/// );
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SelectedProfile {
    name: String,
    explicit: bool,
}

impl SelectedProfile {
    /// Creates the selection of a profile by name.
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            explicit: true,
        }
    }

    /// Returns the profile in `AWS_PROFILE`, or else `default`.
    pub fn from_environment(environment: &Environment) -> Self {
        let name = environment.get("AWS_PROFILE");
        Self {
            name: name.unwrap_or("default").to_owned(),
            explicit: name.is_some(),
        }
    }

    /// Returns the profile's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the user asked for the profile by name.
    pub fn is_explicit(&self) -> bool {
        self.explicit
    }
}

/// The rules for paths of an operating system.
///
/// ```
/// use countersign::sources::{Environment, FileLocations, Platform};
///
/// let environment =
///     Environment::from_pairs([("USERPROFILE", "C:\\Users\\ann")]);
/// let locations = FileLocations::new(&environment, Platform::Windows);
/// let config = locations.config();
/// assert_eq!(config.as_deref(), Some("C:\\Users\\ann\\.aws\\config"));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Platform {
    /// Every system but Windows.
    Unix,
    /// Windows: the home directory has three more variables, and `\` separates components too.
    Windows,
}

impl Platform {
    /// The platform that the program was compiled for.
    pub const CURRENT: Self = if cfg!(windows) {
        Self::Windows
    } else {
        Self::Unix
    };

    fn separators(self) -> &'static [char] {
        match self {
            Self::Unix => &['/'],
            Self::Windows => &['\\', '/'],
        }
    }

    /// Joins components with the platform's own separator.
    pub(super) fn join(self, directory: &str, components: &[&str]) -> String {
        let separators = self.separators();
        let mut path = directory.trim_end_matches(separators).to_owned();
        for component in components {
            path.extend(separators.first());
            path.push_str(component);
        }
        path
    }
}

/// The paths of the files of AWS tools: config, credentials and caches.
///
/// A path is `None` if it depends on the home directory, and no variable names that.
///
/// ```
/// use countersign::sources::{Environment, FileLocations, Platform};
///
/// let environment = Environment::from_pairs([
///     ("HOME", "/home/ann"),
///     ("AWS_CONFIG_FILE", "~/work/config"),
/// ]);
/// let locations = FileLocations::new(&environment, Platform::Unix);
/// assert_eq!(locations.config().as_deref(), Some("/home/ann/work/config"));
/// assert_eq!(
///     locations.credentials().as_deref(),
///     Some("/home/ann/.aws/credentials")
/// );
/// ```
#[derive(Clone, Debug)]
pub struct FileLocations {
    platform: Platform,
    home: Option<String>,
    config: Option<String>,
    credentials: Option<String>,
    login_cache: Option<String>,
}

impl FileLocations {
    /// Reads `HOME`, `AWS_CONFIG_FILE`, `AWS_SHARED_CREDENTIALS_FILE` and
    /// `AWS_LOGIN_CACHE_DIRECTORY`.
    ///
    /// On Windows without `HOME`, the home directory is `USERPROFILE`, or else `HOMEDRIVE` with
    /// `HOMEPATH`.
    pub fn new(environment: &Environment, platform: Platform) -> Self {
        let owned = |name| environment.get(name).map(str::to_owned);
        let of_windows = || {
            let drive_and_path = || Some(owned("HOMEDRIVE")? + environment.get("HOMEPATH")?);
            let home = owned("USERPROFILE").or_else(drive_and_path);
            home.filter(|_| platform == Platform::Windows)
        };
        Self {
            platform,
            home: owned("HOME").or_else(of_windows),
            config: owned("AWS_CONFIG_FILE"),
            credentials: owned("AWS_SHARED_CREDENTIALS_FILE"),
            login_cache: owned("AWS_LOGIN_CACHE_DIRECTORY"),
        }
    }

    /// Returns the path of the config file.
    pub fn config(&self) -> Option<String> {
        self.located(self.config.as_deref(), "config")
    }

    /// Returns the path of the credentials file.
    pub fn credentials(&self) -> Option<String> {
        self.located(self.credentials.as_deref(), "credentials")
    }

    /// Returns the path of a file in the cache of IAM Identity Center.
    pub fn sso_cache(&self, file_name: &str) -> Option<String> {
        let home = self.home.as_deref()?;
        let path = [".aws", "sso", "cache", file_name];
        Some(self.platform.join(home, &path))
    }

    /// Returns the path of a file in the cache of `aws login`.
    pub fn login_cache(&self, file_name: &str) -> Option<String> {
        if let Some(directory) = self.login_cache.as_deref() {
            let directory = self.expanded(directory)?;
            return Some(self.platform.join(&directory, &[file_name]));
        }
        let home = self.home.as_deref()?;
        let path = [".aws", "login", "cache", file_name];
        Some(self.platform.join(home, &path))
    }

    fn located(&self, told: Option<&str>, name: &str) -> Option<String> {
        match told {
            Some(path) => self.expanded(path),
            None => Some(self.platform.join(self.home.as_deref()?, &[".aws", name])),
        }
    }

    /// A path with `~` as its whole first component is in the home directory.
    fn expanded(&self, path: &str) -> Option<String> {
        match path.strip_prefix('~') {
            Some(rest) if rest.is_empty() || rest.starts_with(self.platform.separators()) => {
                let home = self.home.as_deref()?;
                let home = home.trim_end_matches(self.platform.separators());
                Some(format!("{home}{rest}"))
            }
            _ => Some(path.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blank_variable_is_unset() {
        let environment = Environment::new(|name| match name {
            "AWS_ACCESS_KEY_ID" => Some(" \t".to_owned()),
            "AWS_SECRET_ACCESS_KEY" => Some("secret".to_owned()),
            _ => None,
        });
        assert!(environment_credentials(&environment).unwrap().is_none());
        let pairs = [("AWS_PROFILE", "a"), ("AWS_PROFILE", "")];
        let selected = SelectedProfile::from_environment(&Environment::from_pairs(pairs));
        assert_eq!(selected.name(), "default");
    }

    #[test]
    fn the_older_token_variable_is_the_second_choice() {
        let token = |pairs: &[(&str, &str)]| {
            let keys = [("AWS_ACCESS_KEY_ID", "A"), ("AWS_SECRET_ACCESS_KEY", " s ")];
            let environment = Environment::from_pairs(keys.iter().chain(pairs).copied());
            let resolved = environment_credentials(&environment).unwrap().unwrap();
            // Values are not trimmed.
            assert_eq!(resolved.credentials().secret_key().expose(), " s ");
            let token = resolved.credentials().session_token();
            token.map(|token| token.expose().to_owned())
        };
        assert_eq!(token(&[]), None);
        assert_eq!(
            token(&[("AWS_SECURITY_TOKEN", "old")]).as_deref(),
            Some("old")
        );
        let both = [("AWS_SECURITY_TOKEN", "old"), ("AWS_SESSION_TOKEN", "new")];
        assert_eq!(token(&both).as_deref(), Some("new"));
    }

    #[test]
    fn an_unreadable_expiration_is_an_error() {
        let environment = Environment::from_pairs([
            ("AWS_ACCESS_KEY_ID", "A"),
            ("AWS_SECRET_ACCESS_KEY", "s"),
            ("AWS_CREDENTIAL_EXPIRATION", "tomorrow"),
        ]);
        let error = environment_credentials(&environment).unwrap_err();
        let text = "`AWS_CREDENTIAL_EXPIRATION` must be a date and time of RFC 3339, got 8 bytes";
        assert_eq!(error.to_string(), text);
    }

    #[test]
    fn a_tilde_is_the_home_directory_only_as_the_whole_first_component() {
        let config = |path: &str| {
            let pairs = [("HOME", "/home/u/"), ("AWS_CONFIG_FILE", path)];
            FileLocations::new(&Environment::from_pairs(pairs), Platform::Unix).config()
        };
        assert_eq!(config("~/x").as_deref(), Some("/home/u/x"));
        assert_eq!(config("~").as_deref(), Some("/home/u"));
        assert_eq!(config("~ann/x").as_deref(), Some("~ann/x"));
        assert_eq!(config("/a/~/x").as_deref(), Some("/a/~/x"));
        assert_eq!(config("$HOME/x").as_deref(), Some("$HOME/x"));
        let homeless = FileLocations::new(&Environment::default(), Platform::Unix);
        assert_eq!((homeless.config(), homeless.sso_cache("x")), (None, None));
        // The variable of Windows means nothing elsewhere.
        let elsewhere = Environment::from_pairs([("USERPROFILE", "/home/u")]);
        assert_eq!(
            FileLocations::new(&elsewhere, Platform::Unix).config(),
            None
        );
        let path = FileLocations::new(&elsewhere, Platform::Windows).config();
        assert_eq!(path.as_deref(), Some("/home/u\\.aws\\config"));
    }

    #[test]
    fn debug_prints_no_value() {
        let environment = Environment::from_pairs([("AWS_SECRET_ACCESS_KEY", "s3cret")]);
        assert_eq!(format!("{environment:?}"), "{\"AWS_SECRET_ACCESS_KEY\"}");
    }

    #[test]
    fn a_secret_without_a_key_id_is_no_source() {
        let environment = Environment::from_pairs([("AWS_SECRET_ACCESS_KEY", "s")]);
        assert!(environment_credentials(&environment).unwrap().is_none());
    }
}
