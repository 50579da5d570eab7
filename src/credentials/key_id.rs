//! The kind and the account of an access key ID.

/// The kind of an IAM unique ID or access key ID, by its first four letters.
///
/// The prefix is not a proof: only a verified signature tells who sent a request.
///
/// IAM User Guide, "IAM identifiers: Unique ID prefixes".
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

    /// Returns the prefix of an ID. `None` if AWS does not document it.
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

    /// Whether IDs with this prefix identify credentials. Other IDs identify users, roles and
    /// other resources, which cannot sign requests.
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

/// Returns the account that an access key ID seems to belong to, in twelve digits.
///
/// **Unofficial**: AWS does not document that IDs of 20 characters contain the account. Use the
/// result for logs only. `GetAccessKeyInfo` of STS returns the account reliably.
///
/// `None` if the ID does not begin with `AKIA` or `ASIA`, or if it is from before about 2019: older
/// IDs do not contain the account.
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
