//! The names of form fields that have a meaning of their own.

pub(super) const ALGORITHM: &str = "x-amz-algorithm";
pub(super) const CREDENTIAL: &str = "x-amz-credential";
pub(super) const DATE: &str = "x-amz-date";
pub(crate) const POLICY: &str = "policy";
pub(super) const SIGNATURE: &str = "x-amz-signature";
pub(crate) const SESSION_TOKEN: &str = "x-amz-security-token";
pub(super) const S3_EXPRESS_TOKEN: &str = "X-Amz-S3session-Token";
pub(crate) const ACCESS_KEY_ID: &str = "AWSAccessKeyId";
pub(crate) const OLD_SIGNATURE: &str = "signature";

/// The fields that only Signature Version 4 has. A form with fields of both schemes is refused,
/// because two readers could verify it by different schemes.
pub(crate) const VERSION_4: [&str; 4] = [ALGORITHM, CREDENTIAL, SIGNATURE, S3_EXPRESS_TOKEN];
/// The fields that only the scheme before Signature Version 4 has.
pub(super) const VERSION_2: [&str; 2] = [ACCESS_KEY_ID, OLD_SIGNATURE];

/// The variable that S3 replaces with the file's name.
pub(super) const FILE_NAME: &str = "${filename}";

/// Whether signing sets the field, or it is the file. `${filename}` is not replaced in it.
pub(super) fn is_reserved(field: &str) -> bool {
    [DATE, POLICY, SESSION_TOKEN, "file"]
        .iter()
        .chain(&VERSION_4)
        .chain(&VERSION_2)
        .any(|name| field.eq_ignore_ascii_case(name))
}

/// Whether the field needs no condition.
pub(super) fn is_exempt(field: &str) -> bool {
    const IGNORED: &str = "x-ignore-";
    let prefix = field.get(..IGNORED.len());
    [POLICY, SIGNATURE, "file"]
        .iter()
        .chain(&VERSION_2)
        .any(|name| field.eq_ignore_ascii_case(name))
        || prefix.is_some_and(|prefix| prefix.eq_ignore_ascii_case(IGNORED))
}

pub(super) fn is_bucket(field: &str) -> bool {
    field.eq_ignore_ascii_case("bucket")
}
