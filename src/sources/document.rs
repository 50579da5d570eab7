//! The credential document of instance metadata and container endpoints.

use serde_json::Value;

use super::json::{Json, read_time};
use super::{Content, CredentialEndpoint, Error, ResolvedCredentials};

/// Parses the credential document that instance metadata and container endpoints serve.
///
/// `AccessKeyId`, `SecretAccessKey`, `Token` (or `SessionToken`) and `Expiration` are required, in
/// any letter case; `AccountId` is optional. `endpoint` names the document in errors.
///
/// # Errors
/// - [`Error::TooLarge`] if the document is larger than 256 KiB
/// - [`Error::Json`] if it is not one JSON object
/// - [`Error::Refused`] if its `Code` is other than `Success`
/// - [`Error::MissingField`] and [`Error::InvalidField`] if a member is missing or malformed
///
/// ```
/// use countersign::sources::{CredentialEndpoint, parse_credential_document};
///
/// let document = r#"{
///     "Code": "Success",
///     "AccessKeyId": "ASIAEXAMPLE",
///     "SecretAccessKey": "secret",
///     "Token": "token",
///     "Expiration": "2030-01-02T08:30:00Z"
/// }"#;
/// let endpoint = CredentialEndpoint::InstanceMetadata;
/// let resolved = parse_credential_document(document, endpoint)?;
/// assert_eq!(resolved.expiration(), Some("2030-01-02T08:30:00Z".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn parse_credential_document(
    document: impl AsRef<[u8]>,
    endpoint: CredentialEndpoint,
) -> Result<ResolvedCredentials, Error> {
    parse(document.as_ref(), endpoint)
}

pub(super) fn parse(
    document: &[u8],
    endpoint: CredentialEndpoint,
) -> Result<ResolvedCredentials, Error> {
    let json = Json::read(document, Content::Response(endpoint))?;
    let members = json.members();
    let code = members.value_any_case("Code").and_then(Value::as_str);
    if let Some(code) = code.filter(|code| *code != "Success") {
        return Err(Error::Refused {
            endpoint,
            status: 200,
            code: Some(code.to_owned()),
            message: members.text_any_case("Message").map(str::to_owned),
        });
    }
    let id = members.required_any_case("AccessKeyId")?;
    let secret = members.required_any_case("SecretAccessKey")?;
    let token = members.text_any_case("Token");
    let token = token.or_else(|| members.text_any_case("SessionToken"));
    let token = token.ok_or_else(|| members.missing("Token"))?;
    let expiration = members.required_any_case("Expiration")?;
    let expiration = read_time(expiration).ok_or_else(|| members.invalid("Expiration"))?;
    Ok(ResolvedCredentials::new(id, secret, Some(expiration))
        .with_session_token(Some(token))
        .of_account(members.text_any_case("AccountId")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_read_in_any_letter_case() {
        let document = r#"{"code":"Success","accesskeyid":"A","SECRETACCESSKEY":"s",
            "sessionToken":"t","expiration":"2030-01-02T08:30:00+01:00","accountId":"1"}"#;
        let resolved = parse(document.as_bytes(), CredentialEndpoint::Container).unwrap();
        assert_eq!(resolved.expiration(), "2030-01-02T07:30:00Z".parse().ok());
        assert_eq!(resolved.account_id(), Some("1"));
        assert_eq!(
            resolved.credentials().session_token().unwrap().expose(),
            "t"
        );
    }

    #[test]
    fn a_wrong_type_counts_as_missing() {
        for (document, field) in [
            (r#"{"AccessKeyId":1}"#, "AccessKeyId"),
            (
                r#"{"AccessKeyId":"A","SecretAccessKey":""}"#,
                "SecretAccessKey",
            ),
            (
                r#"{"AccessKeyId":"A","SecretAccessKey":"s","Token":null}"#,
                "Token",
            ),
            (
                r#"{"AccessKeyId":"A","SecretAccessKey":"s","Token":"t","Expiration":5}"#,
                "Expiration",
            ),
        ] {
            match parse(document.as_bytes(), CredentialEndpoint::Container) {
                Err(Error::MissingField { field: missing, .. }) => assert_eq!(missing, field),
                other => panic!("{document}: {other:?}"),
            }
        }
        let document =
            r#"{"AccessKeyId":"A","SecretAccessKey":"s","Token":"t","Expiration":"soon"}"#;
        let error = parse(document.as_bytes(), CredentialEndpoint::Container).unwrap_err();
        let text = "`Expiration` of container endpoint response is invalid";
        assert_eq!(error.to_string(), text);
    }
}
