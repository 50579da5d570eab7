//! What an access key id says about itself.

/// What the first four letters of an IAM unique id or access key id stand for.
///
/// IAM User Guide, "IAM identifiers: Unique ID prefixes". A prefix is a name tag, not a proof: who
/// sent a request is known when its signature has been verified, and not before.
///
/// ```
/// use countersign::credentials::IdPrefix;
///
/// let prefix = IdPrefix::of("ASIAIOSFODNN7EXAMPLE");
/// assert_eq!(prefix, Some(IdPrefix::TemporaryAccessKey));
/// assert!(IdPrefix::TemporaryAccessKey.is_credential());
/// assert_eq!(IdPrefix::of("AROADBQP57FF2AEXAMPLE"), Some(IdPrefix::Role));
/// assert_eq!(IdPrefix::of("AKIDEXAMPLE"), None);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum IdPrefix {
    /// `ABIA`: an STS service bearer token.
    ServiceBearerToken,
    /// `ACCA`: a context-specific credential.
    ContextSpecificCredential,
    /// `AGPA`: a user group.
    UserGroup,
    /// `AIDA`: an IAM user.
    User,
    /// `AIPA`: an EC2 instance profile.
    InstanceProfile,
    /// `AKIA`: a long-term access key.
    AccessKey,
    /// `ANPA`: a managed policy.
    ManagedPolicy,
    /// `ANVA`: a version of a managed policy.
    ManagedPolicyVersion,
    /// `APKA`: a public key.
    PublicKey,
    /// `AROA`: a role.
    Role,
    /// `ASCA`: a certificate.
    Certificate,
    /// `ASIA`: a temporary access key, from STS. It is unique only together with its secret access
    /// key and its session token.
    TemporaryAccessKey,
}

impl IdPrefix {
    const ALL: [Self; 12] = [
        Self::ServiceBearerToken,
        Self::ContextSpecificCredential,
        Self::UserGroup,
        Self::User,
        Self::InstanceProfile,
        Self::AccessKey,
        Self::ManagedPolicy,
        Self::ManagedPolicyVersion,
        Self::PublicKey,
        Self::Role,
        Self::Certificate,
        Self::TemporaryAccessKey,
    ];

    /// The prefix of an id; `None` where AWS documents none.
    pub fn of(id: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|prefix| id.starts_with(prefix.as_str()))
    }

    /// The four letters.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ServiceBearerToken => "ABIA",
            Self::ContextSpecificCredential => "ACCA",
            Self::UserGroup => "AGPA",
            Self::User => "AIDA",
            Self::InstanceProfile => "AIPA",
            Self::AccessKey => "AKIA",
            Self::ManagedPolicy => "ANPA",
            Self::ManagedPolicyVersion => "ANVA",
            Self::PublicKey => "APKA",
            Self::Role => "AROA",
            Self::Certificate => "ASCA",
            Self::TemporaryAccessKey => "ASIA",
        }
    }

    /// Whether ids of this prefix name something to authenticate with. The others name users,
    /// roles and the like, and no request can be signed with them.
    pub fn is_credential(self) -> bool {
        matches!(
            self,
            Self::AccessKey
                | Self::TemporaryAccessKey
                | Self::ServiceBearerToken
                | Self::ContextSpecificCredential
        )
    }
}

/// The account that an access key id seems to belong to, in twelve digits.
///
/// **Unofficial**: AWS does not document that ids of 20 characters carry the account; people found
/// it out. `None` where it would be a guess: for ids from before about 2019, which carry none, and
/// for anything but `AKIA…` and `ASIA…`. Good for a log line; ask STS to be sure
/// (`GetAccessKeyInfo`).
///
/// ```
/// use countersign::credentials::account_id;
///
/// assert_eq!(
///     account_id("ASIAY34FZKBOKMUTVV7A").as_deref(),
///     Some("609629065308")
/// );
/// assert_eq!(account_id("AKIAIOSFODNN7EXAMPLE"), None);
/// ```
pub fn account_id(access_key_id: &str) -> Option<String> {
    let prefix = IdPrefix::of(access_key_id)?;
    let digits = access_key_id.get(4..)?;
    let has_account = matches!(prefix, IdPrefix::AccessKey | IdPrefix::TemporaryAccessKey);
    if !has_account || digits.len() != 16 {
        return None;
    }
    // Sixteen base32 digits are ten bytes, of which the first six count.
    let mut bits = 0;
    for digit in digits.bytes() {
        bits = bits << 5 | u128::from(base32(digit)?);
    }
    let bits = bits >> 32;
    // The highest bit tells the new ids from the old; the lowest seven belong to something else.
    let is_new = bits >> 47 == 1;
    let account = bits >> 7 & 0xFF_FFFF_FFFF;
    (is_new && account < 1_000_000_000_000).then(|| format!("{account:012}"))
}

fn base32(digit: u8) -> Option<u8> {
    match digit {
        b'A'..=b'Z' => Some(digit - b'A'),
        b'2'..=b'7' => Some(digit - b'2' + 26),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_prefix_is_recognized_in_uppercase_only() {
        for prefix in IdPrefix::ALL {
            assert_eq!(IdPrefix::of(prefix.as_str()), Some(prefix));
            assert_eq!(
                IdPrefix::of(&format!("{}XXXX", prefix.as_str())),
                Some(prefix)
            );
            assert_eq!(IdPrefix::of(&prefix.as_str().to_lowercase()), None);
        }
        assert_eq!(
            IdPrefix::ALL
                .iter()
                .filter(|prefix| prefix.is_credential())
                .count(),
            4
        );
    }

    #[test]
    fn an_id_of_another_form_has_no_account() {
        for id in [
            "",
            "ASIA",
            "ASI",
            "ASIAY34FZKBOKMUTVV7",
            "ASIAY34FZKBOKMUTVV7AA",
            "asiay34fzkbokmutvv7a",
            "ASIAY34FZKBOKMUTVV7a",
            "ASIAY34FZKBOKMUTVV10",
            // From before ids carried an account.
            "AKIAIOSFODNN7EXAMPLE",
            "ASIAY34FZKBOKMUTVéA",
            // A number of thirteen digits.
            "ASIA7777777777777777",
        ] {
            assert_eq!(account_id(id), None, "{id}");
        }
    }
}
