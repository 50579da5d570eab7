//! Parameters that several actions take.

use std::fmt;

/// A session tag.
///
/// IAM User Guide, "Pass session tags in AWS STS".
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tag<'a> {
    /// 1 to 128 letters, digits, spaces and `_.:/=+-@`.
    pub key: &'a str,
    /// Up to 256 of the same characters.
    pub value: &'a str,
}

/// A code of a device for multi-factor authentication, valid for one call.
///
/// ```
/// let device = "arn:aws:iam::123456789012:mfa/alice";
/// let mfa = countersign::sts::Mfa::new(device, "654321");
/// assert!(!format!("{mfa:?}").contains("654321"));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Mfa<'a> {
    pub(super) serial_number: &'a str,
    pub(super) token_code: Secret<'a>,
}

impl<'a> Mfa<'a> {
    /// Creates a code from the device and the six digits that it shows.
    ///
    /// A hardware device has a serial number, a virtual one has an ARN.
    pub fn new(serial_number: &'a str, token_code: &'a str) -> Self {
        Self {
            serial_number,
            token_code: Secret(token_code),
        }
    }
}

/// A context assertion of a trusted provider, for trusted identity propagation.
///
/// IAM Identity Center User Guide, "Trusted identity propagation".
///
/// ```
/// use countersign::sts::{AssumeRole, Endpoint, ProvidedContext};
///
/// let provider = "arn:aws:iam::aws:contextProvider/IdentityCenter";
/// let contexts = [ProvidedContext::new(provider, "eyJh.bGci")];
/// let role = "arn:aws:iam::123456789012:role/demo";
/// let mut action = AssumeRole::new(role, "session");
/// action.provided_contexts = &contexts;
/// assert!(action.request(&Endpoint::global()).is_ok());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ProvidedContext<'a> {
    pub(super) provider_arn: &'a str,
    pub(super) context_assertion: Secret<'a>,
}

impl<'a> ProvidedContext<'a> {
    /// Creates a context from the provider's ARN and its signed assertion, 4 to 3072 characters.
    pub fn new(provider_arn: &'a str, context_assertion: &'a str) -> Self {
        Self {
            provider_arn,
            context_assertion: Secret(context_assertion),
        }
    }
}

/// A parameter that is not printed.
#[derive(Clone, Copy)]
pub(super) struct Secret<'a>(pub(super) &'a str);

impl fmt::Debug for Secret<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[elided]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_of_a_secret_elides_it() {
        assert_eq!(format!("{:?}", Secret("secret")), "[elided]");
    }
}
