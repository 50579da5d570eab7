//! The actions that tell something: who calls, whose a key is, why access was denied.

use http::StatusCode;

use super::answer::read;
use super::endpoint::Endpoint;
use super::form::{Limit, QueryForm};
use super::{Error, SignableRequest};

/// `GetCallerIdentity`: whose credentials these are. Nobody can be denied it.
///
/// Signed. STS API Reference, "`GetCallerIdentity`".
///
/// ```
/// use countersign::sts::{Endpoint, GetCallerIdentity};
///
/// let request = GetCallerIdentity.request(&Endpoint::regional("us-east-1")?);
/// let request = request.into_unsigned();
/// assert_eq!(request.body(), "Action=GetCallerIdentity&Version=2011-06-15");
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct GetCallerIdentity;

impl GetCallerIdentity {
    /// The request.
    ///
    /// ```
    /// use countersign::Timestamp;
    /// use countersign::Credentials;
    /// use countersign::sts::{Endpoint, GetCallerIdentity};
    /// # let now: Timestamp = "2026-01-01T12:00:00Z".parse()?;
    ///
    /// let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    /// let request = GetCallerIdentity.request(&Endpoint::regional("eu-west-1")?).sign(&credentials, now)?;
    /// assert_eq!((request.method().as_str(), request.uri().host()), ("POST", Some("sts.eu-west-1.amazonaws.com")));
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn request(&self, endpoint: &Endpoint) -> SignableRequest {
        QueryForm::new("GetCallerIdentity").into_to_sign(endpoint)
    }

    /// Reads the answer.
    ///
    /// # Errors
    /// What STS refused, or an answer that is none.
    ///
    /// ```
    /// use countersign::sts::GetCallerIdentity;
    ///
    /// // Send the request; then, with the status and the body of the answer:
    /// # let (status, body) = (http::StatusCode::FORBIDDEN, r#"<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>InvalidClientTokenId</Code><Message>The security token included in the request is invalid.</Message></Error></ErrorResponse>"#);
    /// let error = GetCallerIdentity::parse(status, body).unwrap_err(); // of a key that is deleted
    /// assert_eq!(
    ///     error.to_string(),
    ///     "InvalidClientTokenId (403): The security token included in the request is invalid."
    /// );
    /// ```
    pub fn parse(
        status: StatusCode,
        body: impl AsRef<[u8]>,
    ) -> Result<GetCallerIdentityResponse, Error> {
        let action = "GetCallerIdentity";
        read(action, status, body.as_ref(), |result, request_id| {
            Ok(GetCallerIdentityResponse {
                user_id: result.required("UserId")?,
                account: result.required("Account")?,
                arn: result.required("Arn")?,
                request_id,
            })
        })
    }
}

/// The answer to [`GetCallerIdentity`].
///
/// ```
/// use countersign::sts::GetCallerIdentity;
/// use http::StatusCode;
///
/// let body = "<GetCallerIdentityResponse><GetCallerIdentityResult><UserId>AIDAEXAMPLE</UserId>
///     <Account>123456789012</Account><Arn>arn:aws:iam::123456789012:user/alice</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>";
/// let answer = GetCallerIdentity::parse(StatusCode::OK, body)?;
/// assert_eq!(answer.arn, "arn:aws:iam::123456789012:user/alice");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct GetCallerIdentityResponse {
    /// The unique id of the user or role, for a role with a colon and the session's name.
    pub user_id: String,
    /// The account, in twelve digits.
    pub account: String,
    /// The ARN of the caller.
    pub arn: String,
    /// The id by which AWS finds the request.
    pub request_id: Option<String>,
}

/// `GetAccessKeyInfo`: the account that an access key id belongs to.
///
/// Signed. STS API Reference, "`GetAccessKeyInfo`".
///
/// ```
/// use countersign::sts::{Endpoint, GetAccessKeyInfo};
///
/// let ask = GetAccessKeyInfo::new("AKIAIOSFODNN7EXAMPLE");
/// assert!(ask.request(&Endpoint::global()).is_ok());
/// assert!(GetAccessKeyInfo::new("AKIA").request(&Endpoint::global()).is_err());
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct GetAccessKeyInfo<'a> {
    /// 16 to 128 letters, digits and `_`.
    pub access_key_id: &'a str,
}

impl<'a> GetAccessKeyInfo<'a> {
    /// With what is required.
    pub fn new(access_key_id: &'a str) -> Self {
        Self { access_key_id }
    }

    /// The request.
    ///
    /// # Errors
    /// What cannot be an access key id.
    ///
    /// ```
    /// use countersign::sts::{Endpoint, GetAccessKeyInfo};
    ///
    /// let ask = GetAccessKeyInfo::new("AKIAIOSFODNN7EXAMPLE");
    /// let request = ask.request(&Endpoint::regional("us-east-1")?)?.into_unsigned();
    /// assert_eq!(request.body(), "Action=GetAccessKeyInfo&Version=2011-06-15&AccessKeyId=AKIAIOSFODNN7EXAMPLE");
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn request(&self, endpoint: &Endpoint) -> Result<SignableRequest, crate::Error> {
        let mut form = QueryForm::new("GetAccessKeyInfo");
        form.text("AccessKeyId", self.access_key_id, &Limit::ACCESS_KEY_ID)?;
        Ok(form.into_to_sign(endpoint))
    }

    /// Reads the answer.
    ///
    /// # Errors
    /// What STS refused, or an answer that is none.
    ///
    /// ```
    /// use countersign::sts::GetAccessKeyInfo;
    ///
    /// // Send the request; then, with the status and the body of the answer:
    /// # let (status, body) = (http::StatusCode::OK, r#"<GetAccessKeyInfoResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetAccessKeyInfoResult><Account>111122223333</Account></GetAccessKeyInfoResult></GetAccessKeyInfoResponse>"#);
    /// let answer = GetAccessKeyInfo::parse(status, body)?;
    /// assert_eq!(answer.account, "111122223333");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn parse(
        status: StatusCode,
        body: impl AsRef<[u8]>,
    ) -> Result<GetAccessKeyInfoResponse, Error> {
        let action = "GetAccessKeyInfo";
        read(action, status, body.as_ref(), |result, request_id| {
            Ok(GetAccessKeyInfoResponse {
                account: result.required("Account")?,
                request_id,
            })
        })
    }
}

/// The answer to [`GetAccessKeyInfo`].
///
/// ```
/// use countersign::sts::GetAccessKeyInfo;
/// use http::StatusCode;
///
/// let body = "<GetAccessKeyInfoResponse><GetAccessKeyInfoResult><Account>123456789012</Account></GetAccessKeyInfoResult></GetAccessKeyInfoResponse>";
/// let answer = GetAccessKeyInfo::parse(StatusCode::OK, body)?;
/// assert_eq!(answer.account, "123456789012");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct GetAccessKeyInfoResponse {
    /// The account, in twelve digits.
    pub account: String,
    /// The id by which AWS finds the request.
    pub request_id: Option<String>,
}

/// `DecodeAuthorizationMessage`: what a service encoded when it denied access.
///
/// Signed. STS API Reference, "`DecodeAuthorizationMessage`".
///
/// ```
/// use countersign::sts::{DecodeAuthorizationMessage, Endpoint};
///
/// let request = DecodeAuthorizationMessage::new("abc_-123").request(&Endpoint::global())?;
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct DecodeAuthorizationMessage<'a> {
    /// What the service returned: 1 to 10240 characters.
    pub encoded_message: &'a str,
}

impl<'a> DecodeAuthorizationMessage<'a> {
    /// With what is required.
    pub fn new(encoded_message: &'a str) -> Self {
        Self { encoded_message }
    }

    /// The request.
    ///
    /// # Errors
    /// A message that is empty or too long.
    ///
    /// ```
    /// use countersign::sts::{DecodeAuthorizationMessage, Endpoint};
    ///
    /// let ask = DecodeAuthorizationMessage::new("abc_-123+/=");
    /// let request = ask.request(&Endpoint::regional("us-east-1")?)?.into_unsigned();
    /// assert!(request.body().ends_with("&EncodedMessage=abc_-123%2B%2F%3D"));
    /// # Ok::<(), countersign::Error>(())
    /// ```
    pub fn request(&self, endpoint: &Endpoint) -> Result<SignableRequest, crate::Error> {
        let mut form = QueryForm::new("DecodeAuthorizationMessage");
        form.text(
            "EncodedMessage",
            self.encoded_message,
            &Limit::ENCODED_MESSAGE,
        )?;
        Ok(form.into_to_sign(endpoint))
    }

    /// Reads the answer.
    ///
    /// # Errors
    /// What STS refused, or an answer that is none.
    ///
    /// ```
    /// use countersign::sts::DecodeAuthorizationMessage;
    ///
    /// // Send the request; then, with the status and the body of the answer:
    /// # let (status, body) = (http::StatusCode::OK, r#"<DecodeAuthorizationMessageResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><DecodeAuthorizationMessageResult><DecodedMessage>{&quot;allowed&quot;: &quot;false&quot;}</DecodedMessage></DecodeAuthorizationMessageResult></DecodeAuthorizationMessageResponse>"#);
    /// let answer = DecodeAuthorizationMessage::parse(status, body)?;
    /// assert_eq!(answer.decoded_message, r#"{"allowed": "false"}"#);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn parse(
        status: StatusCode,
        body: impl AsRef<[u8]>,
    ) -> Result<DecodeAuthorizationMessageResponse, Error> {
        let action = "DecodeAuthorizationMessage";
        read(action, status, body.as_ref(), |result, request_id| {
            Ok(DecodeAuthorizationMessageResponse {
                decoded_message: result.required("DecodedMessage")?,
                request_id,
            })
        })
    }
}

/// The answer to [`DecodeAuthorizationMessage`].
///
/// ```
/// use countersign::sts::DecodeAuthorizationMessage;
/// use http::StatusCode;
///
/// let body = "<DecodeAuthorizationMessageResponse><DecodeAuthorizationMessageResult><DecodedMessage>{}</DecodedMessage></DecodeAuthorizationMessageResult></DecodeAuthorizationMessageResponse>";
/// let answer = DecodeAuthorizationMessage::parse(StatusCode::OK, body)?;
/// assert_eq!(answer.decoded_message, "{}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct DecodeAuthorizationMessageResponse {
    /// A JSON document: who asked for what, and which statements said no.
    pub decoded_message: String,
    /// The id by which AWS finds the request.
    pub request_id: Option<String>,
}
