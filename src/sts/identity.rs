//! The actions that give information: about the caller, an access key, or a denial.

use super::alphabets::{ANY, WORD};
use super::form::QueryForm;
use super::response::response;
use crate::aws_call::SignableRequest;
use crate::aws_call::endpoint::Endpoint;
use crate::error::Error;

/// `GetCallerIdentity`: account, ARN and ID of the caller. It needs no permission. Signed.
///
/// STS API Reference, "`GetCallerIdentity`".
///
/// ```
/// use countersign::sts::{Endpoint, GetCallerIdentity};
///
/// let endpoint = Endpoint::regional("us-east-1")?;
/// let request = GetCallerIdentity.request(&endpoint)?;
///
/// // Sign and send it; then:
/// # let (status, body) = (http::StatusCode::OK, "<GetCallerIdentityResponse><GetCallerIdentityResult><UserId>AIDAEXAMPLE</UserId><Account>123456789012</Account><Arn>arn:aws:iam::123456789012:user/alice</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>");
/// let response = GetCallerIdentity::parse(status, body)?;
/// assert_eq!(response.arn, "arn:aws:iam::123456789012:user/alice");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct GetCallerIdentity;

impl GetCallerIdentity {
    /// Creates the request, which has to be signed.
    ///
    /// # Errors
    /// - [`Error::NoEndpoint`] if STS has no such endpoint in the region
    pub fn request(&self, endpoint: &Endpoint) -> Result<SignableRequest, Error> {
        QueryForm::new("GetCallerIdentity").into_signable(endpoint)
    }
}

response! {
    GetCallerIdentity, "GetCallerIdentity";
    /// The response to [`GetCallerIdentity`].
    #[derive(Clone, PartialEq, Eq, Debug)]
    pub struct GetCallerIdentityResponse |result| {
        /// The unique ID of the user or role, for a role with a colon and the session's name.
        pub user_id: String = result.required("UserId")?,
        /// The account, twelve digits.
        pub account: String = result.required("Account")?,
        /// The ARN of the caller.
        pub arn: String = result.required("Arn")?,
    }
}

/// `GetAccessKeyInfo`: the account that an access key ID belongs to. Signed.
///
/// STS API Reference, "`GetAccessKeyInfo`".
///
/// ```
/// use countersign::sts::{Endpoint, GetAccessKeyInfo};
///
/// let action = GetAccessKeyInfo::new("AKIAIOSFODNN7EXAMPLE");
/// let request = action.request(&Endpoint::global())?;
///
/// // Sign and send it; then:
/// # let (status, body) = (http::StatusCode::OK, "<GetAccessKeyInfoResponse><GetAccessKeyInfoResult><Account>111122223333</Account></GetAccessKeyInfoResult></GetAccessKeyInfoResponse>");
/// let response = GetAccessKeyInfo::parse(status, body)?;
/// assert_eq!(response.account, "111122223333");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct GetAccessKeyInfo<'a> {
    /// 16 to 128 letters, digits and `_`.
    pub access_key_id: &'a str,
}

impl<'a> GetAccessKeyInfo<'a> {
    /// Creates the action with its required parameter.
    pub fn new(access_key_id: &'a str) -> Self {
        Self { access_key_id }
    }

    /// Creates the request, which has to be signed.
    ///
    /// # Errors
    /// - [`Error::InvalidParameter`] if the access key ID is outside its limits
    /// - [`Error::NoEndpoint`] if STS has no such endpoint in the region
    pub fn request(&self, endpoint: &Endpoint) -> Result<SignableRequest, Error> {
        let mut form = QueryForm::new("GetAccessKeyInfo");
        form.text("AccessKeyId", self.access_key_id, 16..=128, &WORD)?;
        form.into_signable(endpoint)
    }
}

response! {
    GetAccessKeyInfo<'_>, "GetAccessKeyInfo";
    /// The response to [`GetAccessKeyInfo`].
    #[derive(Clone, PartialEq, Eq, Debug)]
    pub struct GetAccessKeyInfoResponse |result| {
        /// The account, twelve digits.
        pub account: String = result.required("Account")?,
    }
}

/// `DecodeAuthorizationMessage`: the details of a denial that a service encoded. Signed.
///
/// STS API Reference, "`DecodeAuthorizationMessage`".
///
/// ```
/// use countersign::sts::{DecodeAuthorizationMessage, Endpoint};
///
/// let action = DecodeAuthorizationMessage::new("abc_-123");
/// let request = action.request(&Endpoint::global())?;
///
/// // Sign and send it; then:
/// # let (status, body) = (http::StatusCode::OK, "<DecodeAuthorizationMessageResponse><DecodeAuthorizationMessageResult><DecodedMessage>{&quot;allowed&quot;: &quot;false&quot;}</DecodedMessage></DecodeAuthorizationMessageResult></DecodeAuthorizationMessageResponse>");
/// let response = DecodeAuthorizationMessage::parse(status, body)?;
/// assert_eq!(response.decoded_message, r#"{"allowed": "false"}"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct DecodeAuthorizationMessage<'a> {
    /// The message that the service returned, 1 to 10240 characters.
    pub encoded_message: &'a str,
}

impl<'a> DecodeAuthorizationMessage<'a> {
    /// Creates the action with its required parameter.
    pub fn new(encoded_message: &'a str) -> Self {
        Self { encoded_message }
    }

    /// Creates the request, which has to be signed.
    ///
    /// # Errors
    /// - [`Error::InvalidParameter`] if the message is empty or too long
    /// - [`Error::NoEndpoint`] if STS has no such endpoint in the region
    pub fn request(&self, endpoint: &Endpoint) -> Result<SignableRequest, Error> {
        let mut form = QueryForm::new("DecodeAuthorizationMessage");
        form.text("EncodedMessage", self.encoded_message, 1..=10_240, &ANY)?;
        form.into_signable(endpoint)
    }
}

response! {
    DecodeAuthorizationMessage<'_>, "DecodeAuthorizationMessage";
    /// The response to [`DecodeAuthorizationMessage`].
    #[derive(Clone, PartialEq, Eq, Debug)]
    pub struct DecodeAuthorizationMessageResponse |result| {
        /// A JSON document: the request, the caller, and the statements that matched.
        pub decoded_message: String = result.required("DecodedMessage")?,
    }
}
