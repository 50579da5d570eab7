//! STS: requests of every action, refused parameters, and responses in every form.

use countersign::aws_call::{ServiceError, SignableRequest};
use countersign::sts::{self, Endpoint, Mfa, ProvidedContext, Tag};
use countersign::{Credentials, Error, PayloadHash, Signer, Timestamp};
use http::{Request, StatusCode};
use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use crate::report::Case;
use crate::sigv4::{credentials, now, text};

pub fn run_request(case: &mut Case<'_>) {
    let (input, expected) = (case.input, case.expected);
    let region = text(input, "region");
    let flag = |name: &str| input[name].as_bool().unwrap();
    let mut endpoint = match input["endpoint_url"].as_str() {
        Some(url) => Endpoint::custom(url, region),
        None => Endpoint::regional(region),
    }
    .unwrap();
    if flag("fips") {
        endpoint = endpoint.with_fips();
    }
    if flag("dualstack") {
        endpoint = endpoint.with_dual_stack();
    }
    let made = make(text(input, "operation"), &input["parameters"], &endpoint);
    let made = match (made, expected["error"].is_object()) {
        (Ok(made), false) => made,
        (Ok(_), true) => return case.fail("a request was made"),
        (Err(error), false) => return case.fail(error.to_string()),
        (Err(error), true) => return check_refusal(case, error),
    };
    case.check(
        "signed",
        expected["signed"].as_bool(),
        Some(matches!(made, Made::SignableRequest(_))),
    );
    let (request, signed) = match made {
        Made::Ready(request) => (request, None),
        Made::SignableRequest(call) => {
            let signed = call.clone().sign(&credentials(input), now(input)).unwrap();
            assert_eq!(call.service(), "sts");
            case.check("region", text(expected, "region"), call.region());
            (call.into_unsigned(), Some(signed))
        }
    };
    case.check("region", text(expected, "region"), endpoint.region());
    case.check(
        "method",
        text(expected, "method"),
        request.method().as_str(),
    );
    case.check("url", text(expected, "url"), &request.uri().to_string());
    case.check(
        "content_type",
        text(expected, "content_type"),
        request.headers()["content-type"].to_str().unwrap(),
    );
    assert_eq!(request.headers().len(), 1);
    case.check(
        "body_percent_encoded",
        text(expected, "body_percent_encoded"),
        request.body(),
    );
    let pairs: Vec<Value> = request
        .body()
        .split('&')
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap();
            let value = percent_encoding::percent_decode_str(value).decode_utf8();
            json!([name, value.unwrap()])
        })
        .collect();
    case.check("params", &expected["params"], &Value::from(pairs));

    let Some(signed) = signed else {
        case.check("signing", &Value::Null, &expected["signing"]);
        return;
    };
    let signing = &expected["signing_percent_encoded"];
    if signing.is_object() {
        let ours = signed.headers()["authorization"].to_str().unwrap();
        let name = "authorization (percent-encoded)";
        case.check(name, text(signing, "authorization"), ours);
        let signature = ours.rsplit("Signature=").next().unwrap();
        let name = "signature (percent-encoded)";
        case.check(name, text(signing, "signature"), signature);
    }
    let signing = &expected["signing"];
    // The recorded signature is for botocore's body, in which a space may be a plus.
    let mut botocore = request;
    *botocore.body_mut() = text(expected, "body").to_owned();
    let payload = PayloadHash::new(botocore.body());
    let signer = Signer::new(credentials(input), region.to_owned(), "sts").unwrap();
    signer.sign(&mut botocore, payload, now(input)).unwrap();
    if signed.body() == botocore.body() {
        case.check("signing (by us)", signed.headers(), botocore.headers());
    }
    let authorization = botocore.headers()["authorization"].to_str().unwrap();
    case.check(
        "authorization",
        text(signing, "authorization"),
        authorization,
    );
    let fields: Vec<&str> = authorization.split(", ").collect();
    let field = |name: &str| {
        format!(
            "{name}={}",
            text(
                signing,
                if name == "Signature" {
                    "signature"
                } else {
                    "signed_headers"
                }
            )
        )
    };
    case.check("signed_headers", field("SignedHeaders").as_str(), fields[1]);
    case.check("signature", field("Signature").as_str(), fields[2]);
}

/// Compares the reason in the words of the vectors with the words of the error.
fn check_refusal(case: &mut Case<'_>, error: Error) {
    let expected = &case.expected["error"];
    let (parameter, problem) = match error {
        Error::InvalidParameter { parameter, problem } => (parameter, problem.to_string()),
        Error::NoEndpoint { problem, .. } => ("endpoint".to_owned(), problem.to_string()),
        other => return case.fail(format!("another error: {other}")),
    };
    case.check("parameter", text(expected, "parameter"), &parameter);
    let says = match text(expected, "reason") {
        "characters" => {
            "must contain only tab, line breaks, U+0020 to U+007E, and U+00A1 to U+00FF"
        }
        "not on the global endpoint" => "the global endpoint does not serve this action",
        "only with SubjectMode OriginIdentity" => "requires `SubjectMode` to be `OriginIdentity`",
        "one space between" => "exactly one space between",
        "AWSIdentity or OriginIdentity" => "must be `AWSIdentity` or `OriginIdentity`",
        range => &range.replace("..", " to "),
    };
    if !problem.contains(says) {
        case.fail(format!(
            "reason\n    expected {says:?}\n    actual   {problem:?}"
        ));
    }
}

/// The type determines whether a request is signed.
enum Made {
    SignableRequest(SignableRequest),
    Ready(Request<String>),
}

fn texts(value: &Value) -> Vec<&str> {
    let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
    items.iter().map(|item| item.as_str().unwrap()).collect()
}

fn make<'a>(operation: &str, given: &'a Value, endpoint: &Endpoint) -> Result<Made, Error> {
    let required = |name: &str| text(given, name);
    let optional = |name: &str| given[name].as_str();
    let number = |name: &str| given[name].as_u64().map(|n| u32::try_from(n).unwrap());
    let seconds = number("DurationSeconds");
    let size = number("MinimumSessionTokenSize");
    let objects = |name: &str| {
        given[name]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default()
    };
    let leak = |list: Vec<&'a str>| -> &'a [&'a str] { Vec::leak(list) };
    let arns = leak(
        objects("PolicyArns")
            .iter()
            .map(|arn| text(arn, "arn"))
            .collect(),
    );
    let tags: &[Tag<'_>] = Vec::leak(
        objects("Tags")
            .iter()
            .map(|tag| Tag {
                key: text(tag, "Key"),
                value: text(tag, "Value"),
            })
            .collect(),
    );
    let mfa = optional("SerialNumber").map(|serial| Mfa::new(serial, required("TokenCode")));
    Ok(match operation {
        "AssumeRole" => {
            let mut ask = sts::AssumeRole::new(required("RoleArn"), required("RoleSessionName"));
            ask.duration_seconds = seconds;
            ask.external_id = optional("ExternalId");
            ask.policy = optional("Policy");
            ask.policy_arns = arns;
            ask.tags = tags;
            ask.transitive_tag_keys = leak(texts(&given["TransitiveTagKeys"]));
            ask.mfa = mfa;
            ask.source_identity = optional("SourceIdentity");
            ask.provided_contexts = Vec::leak(
                objects("ProvidedContexts")
                    .iter()
                    .map(|context| {
                        ProvidedContext::new(
                            text(context, "ProviderArn"),
                            text(context, "ContextAssertion"),
                        )
                    })
                    .collect(),
            );
            ask.minimum_session_token_size = size;
            Made::SignableRequest(ask.request(endpoint)?)
        }
        "AssumeRoleWithSAML" => {
            let mut ask = sts::AssumeRoleWithSaml::new(
                required("RoleArn"),
                required("PrincipalArn"),
                required("SAMLAssertion"),
            );
            ask.duration_seconds = seconds;
            ask.policy = optional("Policy");
            ask.policy_arns = arns;
            ask.minimum_session_token_size = size;
            Made::Ready(ask.request(endpoint)?)
        }
        "AssumeRoleWithWebIdentity" => {
            let mut ask = sts::AssumeRoleWithWebIdentity::new(
                required("RoleArn"),
                required("RoleSessionName"),
                required("WebIdentityToken"),
            );
            ask.provider_id = optional("ProviderId");
            ask.duration_seconds = seconds;
            ask.policy = optional("Policy");
            ask.policy_arns = arns;
            ask.minimum_session_token_size = size;
            Made::Ready(ask.request(endpoint)?)
        }
        "AssumeRoot" => {
            let task = text(&given["TaskPolicyArn"], "arn");
            let mut ask = sts::AssumeRoot::new(required("TargetPrincipal"), task);
            ask.duration_seconds = seconds;
            ask.minimum_session_token_size = size;
            Made::SignableRequest(ask.request(endpoint)?)
        }
        "GetSessionToken" => {
            let mut ask = sts::GetSessionToken::new();
            ask.duration_seconds = seconds;
            ask.mfa = mfa;
            ask.minimum_session_token_size = size;
            Made::SignableRequest(ask.request(endpoint)?)
        }
        "GetFederationToken" => {
            let mut ask = sts::GetFederationToken::new(required("Name"));
            ask.policy = optional("Policy");
            ask.duration_seconds = seconds;
            ask.tags = tags;
            ask.policy_arns = arns;
            ask.minimum_session_token_size = size;
            Made::SignableRequest(ask.request(endpoint)?)
        }
        "GetCallerIdentity" => Made::SignableRequest(sts::GetCallerIdentity.request(endpoint)?),
        "GetAccessKeyInfo" => {
            let ask = sts::GetAccessKeyInfo::new(required("AccessKeyId"));
            Made::SignableRequest(ask.request(endpoint)?)
        }
        "DecodeAuthorizationMessage" => {
            let ask = sts::DecodeAuthorizationMessage::new(required("EncodedMessage"));
            Made::SignableRequest(ask.request(endpoint)?)
        }
        "GetWebIdentityToken" => {
            let algorithm = required("SigningAlgorithm").parse()?;
            let audience = leak(texts(&given["Audience"]));
            let mut ask = sts::GetWebIdentityToken::new(audience, algorithm);
            ask.duration_seconds = seconds;
            ask.scope = optional("Scope");
            ask.subject_mode = optional("SubjectMode").map(str::parse).transpose()?;
            ask.tags = tags;
            Made::SignableRequest(ask.request(endpoint)?)
        }
        "GetScopedCredentials" => {
            let mut ask = sts::GetScopedCredentials::new();
            ask.policy = optional("Policy");
            ask.duration_seconds = seconds;
            ask.minimum_session_token_size = size;
            ask.scoped_session_description = optional("ScopedSessionDescription");
            Made::SignableRequest(ask.request(endpoint)?)
        }
        "GetDelegatedAccessToken" => {
            let ask = sts::GetDelegatedAccessToken::new(required("TradeInToken"));
            Made::SignableRequest(ask.request(endpoint)?)
        }
        other => panic!("{other}"),
    })
}

pub fn run_response(case: &mut Case<'_>) {
    let input = case.input;
    let status = u16::try_from(input["status"].as_u64().unwrap()).unwrap();
    let status = StatusCode::from_u16(status).unwrap();
    let parsed = match parse(text(input, "operation"), status, text(input, "body")) {
        Ok(parsed) => parsed,
        Err(error) if case.expected["malformed"].is_string() => {
            return case.check("code", None, error.code());
        }
        Err(error) => json!({
            "Error": {"Type": error.fault(), "Code": error.code(), "Message": error.message()},
            "ResponseMetadata": {"RequestId": error.request_id()},
        }),
    };
    // What botocore parses. Where the rule goes beyond that, what the vector recommends.
    let mut expected = case.expected["parsed"].clone();
    if let Some(recommended) = case.expected["recommended"].as_object() {
        for (name, value) in recommended {
            expected[name] = value.clone();
        }
    }
    // Absent members are not recorded.
    case.check("parsed", without_nulls(expected), without_nulls(parsed));
}

/// Removes nulls, and objects that are then empty.
fn without_nulls(value: Value) -> Value {
    let Value::Object(fields) = value else {
        return value;
    };
    let fields = fields
        .into_iter()
        .map(|(name, value)| (name, without_nulls(value)));
    let empty = json!({});
    let fields = fields.filter(|(_, value)| !value.is_null() && *value != empty);
    Value::Object(fields.collect::<Map<_, _>>())
}

fn time(time: Timestamp) -> Value {
    let time = OffsetDateTime::try_from(time).unwrap();
    let milliseconds = i64::try_from(time.unix_timestamp_nanos() / 1_000_000).unwrap();
    let (year, month, day) = time.to_calendar_date();
    let (hour, minute, second, millisecond) = time.to_hms_milli();
    let iso = format!(
        "{year:04}-{:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millisecond:03}Z",
        u8::from(month)
    );
    json!({"iso": iso, "epoch_ms": milliseconds})
}

fn keys(credentials: &Credentials) -> Value {
    json!({
        "AccessKeyId": credentials.access_key_id(),
        "SecretAccessKey": credentials.secret_key().expose(),
        "SessionToken": credentials.session_token().unwrap().expose(),
        "Expiration": time(credentials.expiration().unwrap()),
    })
}

fn propagated(context: Option<sts::TrustedIdentityPropagationContext>) -> Value {
    let Some(context) = context else {
        return Value::Null;
    };
    let origin = context.origin_identity.unwrap();
    let transaction = context.transaction_context.unwrap();
    json!({
        "OriginIdentity": {
            "Subject": origin.subject,
            "SubjectType": origin.subject_type,
            "Issuer": origin.issuer,
            "FederatedProviderArn": origin.federated_provider_arn,
        },
        "TransactionContext": {"IdentityProvider": transaction.identity_provider},
    })
}

fn role(user: Option<sts::AssumedRoleUser>) -> Value {
    user.map_or(
        Value::Null,
        |user| json!({"AssumedRoleId": user.assumed_role_id, "Arn": user.arn}),
    )
}

fn parse(operation: &str, status: StatusCode, body: &str) -> Result<Value, ServiceError> {
    let metadata = |id: Option<String>| json!({"RequestId": id});
    Ok(match operation {
        "AssumeRole" => {
            let answer = sts::AssumeRole::parse(status, body)?;
            json!({
                "Credentials": keys(&answer.credentials),
                "AssumedRoleUser": role(answer.assumed_role_user),
                "PackedPolicySize": answer.packed_policy_size,
                "SourceIdentity": answer.source_identity,
                "SessionTokenSize": answer.session_token_size,
                "SessionTokenUtilization": answer.session_token_utilization,
                "ResponseMetadata": metadata(answer.request_id),
            })
        }
        "AssumeRoleWithSAML" => {
            let answer = sts::AssumeRoleWithSaml::parse(status, body)?;
            json!({
                "Credentials": keys(&answer.credentials),
                "AssumedRoleUser": role(answer.assumed_role_user),
                "PackedPolicySize": answer.packed_policy_size,
                "SourceIdentity": answer.source_identity,
                "Subject": answer.subject,
                "SubjectType": answer.subject_type,
                "Issuer": answer.issuer,
                "Audience": answer.audience,
                "NameQualifier": answer.name_qualifier,
                "SessionTokenSize": answer.session_token_size,
                "SessionTokenUtilization": answer.session_token_utilization,
                "TrustedIdentityPropagationContext":
                    propagated(answer.trusted_identity_propagation_context),
                "ResponseMetadata": metadata(answer.request_id),
            })
        }
        "AssumeRoleWithWebIdentity" => {
            let answer = sts::AssumeRoleWithWebIdentity::parse(status, body)?;
            json!({
                "Credentials": keys(&answer.credentials),
                "AssumedRoleUser": role(answer.assumed_role_user),
                "PackedPolicySize": answer.packed_policy_size,
                "SourceIdentity": answer.source_identity,
                "SubjectFromWebIdentityToken": answer.subject_from_web_identity_token,
                "Provider": answer.provider,
                "Audience": answer.audience,
                "SessionTokenSize": answer.session_token_size,
                "SessionTokenUtilization": answer.session_token_utilization,
                "TrustedIdentityPropagationContext":
                    propagated(answer.trusted_identity_propagation_context),
                "ResponseMetadata": metadata(answer.request_id),
            })
        }
        "AssumeRoot" => {
            let answer = sts::AssumeRoot::parse(status, body)?;
            json!({
                "Credentials": keys(&answer.credentials),
                "SourceIdentity": answer.source_identity,
                "SessionTokenSize": answer.session_token_size,
                "SessionTokenUtilization": answer.session_token_utilization,
                "ResponseMetadata": metadata(answer.request_id),
            })
        }
        "GetScopedCredentials" => {
            let answer = sts::GetScopedCredentials::parse(status, body)?;
            let session = answer.session_info.map(
                |session| json!({"ScopedSessionId": session.scoped_session_id, "Arn": session.arn}),
            );
            json!({
                "Credentials": keys(&answer.credentials),
                "SessionInfo": session,
                "SessionTokenSize": answer.session_token_size,
                "SessionTokenUtilization": answer.session_token_utilization,
                "ScopedPoliciesCount": answer.scoped_policies_count,
                "SourceIdentity": answer.source_identity,
                "ResponseMetadata": metadata(answer.request_id),
            })
        }
        "GetSessionToken" => {
            let answer = sts::GetSessionToken::parse(status, body)?;
            json!({
                "Credentials": keys(&answer.credentials),
                "SessionTokenSize": answer.session_token_size,
                "SessionTokenUtilization": answer.session_token_utilization,
                "ResponseMetadata": metadata(answer.request_id),
            })
        }
        "GetFederationToken" => {
            let answer = sts::GetFederationToken::parse(status, body)?;
            let user = answer.federated_user.unwrap();
            json!({
                "Credentials": keys(&answer.credentials),
                "FederatedUser": {"FederatedUserId": user.federated_user_id, "Arn": user.arn},
                "PackedPolicySize": answer.packed_policy_size,
                "SessionTokenSize": answer.session_token_size,
                "SessionTokenUtilization": answer.session_token_utilization,
                "ResponseMetadata": metadata(answer.request_id),
            })
        }
        "GetCallerIdentity" => {
            let answer = sts::GetCallerIdentity::parse(status, body)?;
            json!({
                "UserId": answer.user_id,
                "Account": answer.account,
                "Arn": answer.arn,
                "ResponseMetadata": metadata(answer.request_id),
            })
        }
        "GetAccessKeyInfo" => {
            let answer = sts::GetAccessKeyInfo::parse(status, body)?;
            json!({
                "Account": answer.account,
                "ResponseMetadata": metadata(answer.request_id),
            })
        }
        "DecodeAuthorizationMessage" => {
            let answer = sts::DecodeAuthorizationMessage::parse(status, body)?;
            json!({
                "DecodedMessage": answer.decoded_message,
                "ResponseMetadata": metadata(answer.request_id),
            })
        }
        "GetWebIdentityToken" => {
            let answer = sts::GetWebIdentityToken::parse(status, body)?;
            let token = answer.web_identity_token;
            json!({
                "WebIdentityToken": token.expose(),
                "Expiration": time(token.expiration().unwrap()),
                "ResponseMetadata": metadata(answer.request_id),
            })
        }
        "GetDelegatedAccessToken" => {
            let answer = sts::GetDelegatedAccessToken::parse(status, body)?;
            json!({
                "Credentials": keys(&answer.credentials),
                "PackedPolicySize": answer.packed_policy_size,
                "AssumedPrincipal": answer.assumed_principal,
                "ResponseMetadata": metadata(answer.request_id),
            })
        }
        other => panic!("{other}"),
    })
}
