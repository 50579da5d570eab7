//! The `Authorization` header of Signature Version 4, and its twin in the query of a presigned URL.

use std::borrow::Cow;
use std::fmt::{self, Write as _};

use crate::amz_date::AmzDate;
use crate::canonical::headers::CanonicalHeaders;
use crate::canonical::query::{Parameter, parameters};
use crate::encode::{cut, encode, holds};
use crate::error::Error;
use crate::scope::CredentialScope;
use crate::signature::{Algorithm, Signature};

/// What an `Authorization` header says: who signed, for which scope, which headers, and the
/// signature. A claim, until somebody has verified it.
///
/// AWS: "Create a signed AWS API request", step 5.
///
/// ```
/// use countersign::Authorization;
///
/// let header = "AWS4-HMAC-SHA256 \
///     Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
///     SignedHeaders=host;x-amz-date, \
///     Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";
/// let authorization = Authorization::parse(header)?;
/// assert_eq!(authorization.access_key_id, "AKIDEXAMPLE");
/// assert_eq!(authorization.scope.region(), Some("us-east-1"));
/// assert_eq!(authorization.signed_headers, "host;x-amz-date");
/// assert_eq!(authorization.to_header(), header);
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authorization<'a> {
    /// SigV4 or SigV4A.
    pub algorithm: Algorithm,
    /// The access key ID.
    pub access_key_id: Cow<'a, str>,
    /// The credential scope.
    pub scope: CredentialScope,
    /// The names of the signed headers, joined with `;`.
    pub signed_headers: Cow<'a, str>,
    /// The signature.
    pub signature: Signature,
}

impl<'a> Authorization<'a> {
    /// Reads the header. The three parts may come in any order, with or without white space after
    /// the commas.
    ///
    /// # Errors
    /// Another scheme; a part that is missing, unknown, malformed or there twice.
    pub fn parse(header: &'a str) -> Result<Self, Error> {
        let malformed = |problem| Err(Error::MalformedAuthorization(problem));
        let Some((algorithm, parts)) = cut(header, b' ') else {
            return malformed("there is nothing after the algorithm");
        };
        let algorithm = Algorithm::parse(algorithm)?;
        let (mut credential, mut signed_headers, mut signature) = (None, None, None);
        let mut rest = Some(parts);
        while let Some(parts) = rest {
            let (part, others) = cut(parts, b',').map_or((parts, None), |(a, b)| (a, Some(b)));
            rest = others;
            let Some((name, value)) = cut(part.trim_ascii(), b'=') else {
                return malformed("a part is not of the form `name=value`");
            };
            let slot = match name {
                "Credential" => &mut credential,
                "SignedHeaders" => &mut signed_headers,
                "Signature" => &mut signature,
                _ => return malformed("there is a part that nobody knows"),
            };
            if slot.replace(value).is_some() {
                return malformed("there is a part twice");
            }
        }
        let Some(credential) = credential else {
            return malformed("`Credential` is missing");
        };
        let Some(signed_headers) = signed_headers else {
            return malformed("`SignedHeaders` is missing");
        };
        let Some(signature) = signature else {
            return malformed("`Signature` is missing");
        };
        let (slash, scope) = split_credential(algorithm, credential)?;
        let access_key_id = credential.get(..slash).unwrap_or_default().into();
        Self::of_parts(
            algorithm,
            (access_key_id, scope),
            signed_headers.into(),
            signature,
        )
    }

    fn of_parts(
        algorithm: Algorithm,
        (access_key_id, scope): (Cow<'a, str>, CredentialScope),
        signed_headers: Cow<'a, str>,
        signature: &str,
    ) -> Result<Self, Error> {
        if signed_headers.is_empty() {
            return Err(Error::MalformedAuthorization("`SignedHeaders` is empty"));
        }
        let signature = Signature::parse(algorithm, signature)?;
        Ok(Self {
            algorithm,
            access_key_id,
            scope,
            signed_headers,
            signature,
        })
    }

    /// The header's value. It holds the signature: mark the header sensitive.
    pub fn to_header(&self) -> String {
        let mut header = Vec::new();
        write_header_start(
            &mut header,
            self.algorithm,
            &self.access_key_id,
            &self.scope,
        );
        header.extend_from_slice(self.signed_headers.as_bytes());
        write_header_end(&mut header, &self.signature);
        String::from_utf8(header).unwrap_or_default()
    }
}

/// Where the access key id ends in `ID/SCOPE`, and the scope.
fn split_credential(
    algorithm: Algorithm,
    credential: &str,
) -> Result<(usize, CredentialScope), Error> {
    // The scope is what the last parts are: an access key id of a store's own may hold `/`.
    let parts = match algorithm {
        Algorithm::HmacSha256 => 4,
        Algorithm::EcdsaP256Sha256 => 3,
    };
    let malformed = || Error::MalformedAuthorization("`Credential` is not of the form ID/SCOPE");
    let slashes = || credential.bytes().enumerate().rev();
    let slash = slashes()
        .filter(|&(_, byte)| byte == b'/')
        .nth(parts - 1)
        .map(|(i, _)| i);
    let Some((slash, scope)) = slash.and_then(|slash| Some((slash, credential.get(slash + 1..)?)))
    else {
        return Err(malformed());
    };
    match CredentialScope::parse(scope) {
        Ok(scope)
            if slash > 0 && scope.region().is_some() == (algorithm == Algorithm::HmacSha256) =>
        {
            Ok((slash, scope))
        }
        _ => Err(malformed()),
    }
}

/// The access key id and the scope in `ID/SCOPE`.
#[cfg(feature = "post-policy")]
pub(crate) fn parse_credential(
    algorithm: Algorithm,
    credential: &str,
) -> Result<(&str, CredentialScope), Error> {
    let (slash, scope) = split_credential(algorithm, credential)?;
    Ok((credential.get(..slash).unwrap_or_default(), scope))
}

/// The same, percent-encoded. The access key id is copied only where it is not as it is sent.
pub(crate) fn query_credential<'a>(
    algorithm: Algorithm,
    credential: &Parameter<'a>,
) -> Result<(Cow<'a, str>, CredentialScope), Error> {
    let mut decoded = [0; 256];
    let decoded = credential.decode_into(&mut decoded);
    let text = match decoded.and_then(|bytes| std::str::from_utf8(bytes).ok()) {
        Some(text) => Cow::Borrowed(text),
        None => value_of(credential)?,
    };
    let (slash, scope) = split_credential(algorithm, &text)?;
    let id = text.get(..slash).unwrap_or_default();
    let id = match credential.raw_value().get(..slash) {
        Some(raw) if raw == id => Cow::Borrowed(raw),
        _ => Cow::Owned(id.to_owned()),
    };
    Ok((id, scope))
}

fn value_of<'a>(parameter: &Parameter<'a>) -> Result<Cow<'a, str>, Error> {
    let not_utf8 = Error::MalformedAuthorization("a parameter is not UTF-8");
    parameter.value().ok_or(not_utf8)
}

const CREDENTIAL: &str = " Credential=";
const SIGNED_HEADERS: &str = ", SignedHeaders=";
const SIGNATURE: &str = ", Signature=";

/// How long the header is without the list of signed headers.
pub(crate) fn header_len(
    algorithm: Algorithm,
    access_key_id: &str,
    scope: &CredentialScope,
) -> usize {
    let signature = match algorithm {
        Algorithm::HmacSha256 => 64,
        Algorithm::EcdsaP256Sha256 => 144,
    };
    algorithm.as_str().len()
        + CREDENTIAL.len()
        + access_key_id.len()
        + 1
        + scope.as_bytes().len()
        + SIGNED_HEADERS.len()
        + SIGNATURE.len()
        + signature
}

/// Everything before the list of signed headers.
pub(crate) fn write_header_start(
    header: &mut Vec<u8>,
    algorithm: Algorithm,
    access_key_id: &str,
    scope: &CredentialScope,
) {
    for part in [algorithm.as_str(), CREDENTIAL, access_key_id, "/"] {
        header.extend_from_slice(part.as_bytes());
    }
    header.extend_from_slice(scope.as_bytes());
    header.extend_from_slice(SIGNED_HEADERS.as_bytes());
}

/// Everything after it.
pub(crate) fn write_header_end(header: &mut Vec<u8>, signature: &Signature) {
    header.extend_from_slice(SIGNATURE.as_bytes());
    header.extend_from_slice(signature.as_bytes());
}

/// The first of the parameters that presigning writes.
pub(crate) const FIRST: &str = "X-Amz-Algorithm";

/// The parameters that presigning writes.
const PARAMETERS: [&str; 9] = [
    FIRST,
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-SignedHeaders",
    "X-Amz-Signature",
    "X-Amz-Expires",
    "X-Amz-Region-Set",
    "X-Amz-Security-Token",
    "X-Amz-S3session-Token",
];

/// Refuses a caller's parameter that the signer writes itself, in any case of letters: signing a
/// signed URL again would leave two signatures in it.
pub(crate) fn refuse_signed(parameter: &Parameter<'_>) -> Result<bool, Error> {
    if matches!(parameter.name().as_bytes(), [b'X' | b'x' | b'%', ..])
        && let Some(name) = PARAMETERS.iter().find(|name| parameter.is_named(name))
    {
        return Err(Error::AlreadySigned {
            parameter: (*name).to_owned(),
        });
    }
    Ok(true)
}

/// What the query of a presigned URL says: the twin of [`Authorization`], with the date and the
/// lifetime that a header leaves to other headers.
///
/// Amazon S3 API Reference, "Authenticating requests: using query parameters".
///
/// ```
/// use countersign::QueryAuthorization;
///
/// let query = "key=1&X-Amz-Algorithm=AWS4-HMAC-SHA256\
///     &X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fservice%2Faws4_request\
///     &X-Amz-Date=20150830T123600Z&X-Amz-Expires=3600&X-Amz-SignedHeaders=host\
///     &X-Amz-Signature=e93c787ed7f371d5c6b165c1b38ede9550f4dce4144713e844b25b7192d3865d";
/// let presigned = QueryAuthorization::parse(query)?;
/// assert_eq!(presigned.authorization.access_key_id, "AKIDEXAMPLE");
/// assert_eq!(presigned.expires_in, Some(3600));
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone)]
pub struct QueryAuthorization<'a> {
    /// What stands in a header otherwise.
    pub authorization: Authorization<'a>,
    /// `X-Amz-Date`.
    pub date: AmzDate,
    /// `X-Amz-Expires`, in seconds, as it was sent: any number.
    pub expires_in: Option<u64>,
    /// `X-Amz-Region-Set`, of SigV4A.
    pub region_set: Option<Cow<'a, str>>,
    /// `X-Amz-Security-Token`, or `X-Amz-S3session-Token`.
    pub session_token: Option<Cow<'a, str>>,
}

impl<'a> QueryAuthorization<'a> {
    /// Reads the parameters out of a query.
    ///
    /// # Errors
    /// A parameter that is missing, malformed or there twice, in any case of letters; a value that
    /// is not UTF-8.
    pub fn parse(query: &'a str) -> Result<Self, Error> {
        let [
            algorithm,
            credential,
            date,
            signed_headers,
            signature,
            expires_in,
            region_set,
            token,
            s3_token,
        ] = find_parameters(query)?;
        let missing = |what| Error::MalformedAuthorization(what);
        let algorithm = algorithm.ok_or(missing("`X-Amz-Algorithm` is missing"))?;
        let credential = credential.ok_or(missing("`X-Amz-Credential` is missing"))?;
        let signed_headers = signed_headers.ok_or(missing("`X-Amz-SignedHeaders` is missing"))?;
        let signature = signature.ok_or(missing("`X-Amz-Signature` is missing"))?;
        let date = date.ok_or(missing("`X-Amz-Date` is missing"))?;
        let date = AmzDate::parse(&value_of(&date)?).ok_or(Error::MalformedAuthorization(
            "`X-Amz-Date` is not of the form YYYYMMDDTHHMMSSZ",
        ))?;
        if token.is_some() && s3_token.is_some() {
            return Err(Error::MalformedAuthorization(
                "there are two session tokens",
            ));
        }
        let algorithm = Algorithm::parse(&value_of(&algorithm)?)?;
        Ok(Self {
            authorization: Authorization::of_parts(
                algorithm,
                query_credential(algorithm, &credential)?,
                value_of(&signed_headers)?,
                &value_of(&signature)?,
            )?,
            date,
            expires_in: expires_in
                .map(|seconds| expires_in_of(&seconds))
                .transpose()?,
            region_set: region_set.map(|set| value_of(&set)).transpose()?,
            session_token: token
                .or(s3_token)
                .map(|token| value_of(&token))
                .transpose()?,
        })
    }
}

/// The parameters of a presigned URL, each at most once, in the order of [`PARAMETERS`].
fn find_parameters(query: &str) -> Result<[Option<Parameter<'_>>; PARAMETERS.len()], Error> {
    find_parameters_and(query, |_| {})
}

/// The same; `other` sees whatever else begins with the same letter.
pub(crate) fn find_parameters_and<'a>(
    query: &'a str,
    mut other: impl FnMut(Parameter<'a>),
) -> Result<[Option<Parameter<'a>>; PARAMETERS.len()], Error> {
    let mut found = [None; PARAMETERS.len()];
    for parameter in parameters(query) {
        let parameter = parameter?;
        if !matches!(parameter.name().as_bytes(), [b'X' | b'x' | b'%', ..]) {
            continue;
        }
        let Some((name, slot)) = PARAMETERS
            .iter()
            .zip(&mut found)
            .find(|(name, _)| parameter.is_named(name))
        else {
            other(parameter);
            continue;
        };
        if !parameter.is_exactly(name) {
            return Err(Error::MalformedAuthorization(
                "a parameter's name is in the wrong case",
            ));
        }
        if slot.replace(parameter).is_some() {
            return Err(Error::MalformedAuthorization("there is a parameter twice"));
        }
    }
    Ok(found)
}

/// `X-Amz-Expires`: any number of seconds.
pub(crate) fn expires_in_of(parameter: &Parameter<'_>) -> Result<u64, Error> {
    let text = value_of(parameter)?;
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    let number = if digits { text.parse().ok() } else { None };
    number.ok_or(Error::MalformedAuthorization(
        "`X-Amz-Expires` is not a number of seconds",
    ))
}

impl fmt::Debug for QueryAuthorization<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueryAuthorization")
            .field("authorization", &self.authorization)
            .field("date", &self.date)
            .field("expires_in", &self.expires_in)
            .field("region_set", &self.region_set)
            .finish_non_exhaustive()
    }
}

/// The parameters that presigning adds, but for the signature.
pub(crate) struct AuthorizationParameters<'a> {
    pub(crate) algorithm: Algorithm,
    pub(crate) access_key_id: &'a str,
    pub(crate) scope: &'a CredentialScope,
    pub(crate) date: &'a AmzDate,
    pub(crate) expires_in: Option<u64>,
    pub(crate) region_set: Option<&'a str>,
    /// Its name, and it, percent-encoded.
    pub(crate) session_token: Option<(&'a str, &'a str)>,
    pub(crate) headers: &'a CanonicalHeaders<'a>,
}

impl AuthorizationParameters<'_> {
    /// More than they take.
    pub(crate) fn len(&self) -> usize {
        let token = self
            .session_token
            .map_or(0, |(name, value)| name.len() + value.len() + 2);
        let encoded = self.access_key_id.len()
            + self.region_set.map_or(0, str::len)
            + self.headers.names_len();
        360 + token + 3 * encoded
    }

    /// Writes them in canonical order and encoding, so that they are one piece of the canonical
    /// query wherever the caller's own parameters allow it.
    pub(crate) fn write(&self, query: &mut String) {
        query.push_str(FIRST);
        query.push('=');
        query.push_str(self.algorithm.as_str());
        write_parameter(query, ("X-Amz-Credential", self.access_key_id));
        query.push_str("%2F");
        encode(self.scope.as_bytes(), query);
        write_encoded(query, ("X-Amz-Date", self.date.as_str()));
        if let Some(seconds) = self.expires_in {
            // Into a String, which cannot fail.
            let _ = write!(query, "&X-Amz-Expires={seconds}");
        }
        if let Some(regions) = self.region_set {
            write_parameter(query, ("X-Amz-Region-Set", regions));
        }
        if let Some(token) = self.session_token {
            write_encoded(query, token);
        }
        write_encoded(query, ("X-Amz-SignedHeaders", ""));
        for (i, name) in self.headers.names().enumerate() {
            if i > 0 {
                query.push_str("%3B");
            }
            encode(name.as_bytes(), query);
        }
    }
}

/// Writes `&name=value` in canonical encoding.
fn write_parameter(query: &mut String, (name, value): (&str, &str)) {
    write_encoded(query, (name, ""));
    encode(value.as_bytes(), query);
}

/// Writes `&name=value`, where the value is in canonical encoding already.
pub(crate) fn write_encoded(query: &mut String, (name, value): (&str, &str)) {
    for part in ["&", name, "=", value] {
        query.push_str(part);
    }
}

impl Algorithm {
    pub(crate) fn parse(name: &str) -> Result<Self, Error> {
        [Self::HmacSha256, Self::EcdsaP256Sha256]
            .into_iter()
            .find(|algorithm| algorithm.as_str() == name)
            .ok_or(Error::MalformedAuthorization(
                "the algorithm is not one of Signature Version 4",
            ))
    }
}

impl Signature {
    /// Reads the hex of a signature; upper-case digits are taken too.
    pub(crate) fn parse(algorithm: Algorithm, hex: &str) -> Result<Self, Error> {
        let sound = match algorithm {
            Algorithm::HmacSha256 => hex.len() == 64,
            // Two integers of one to 33 bytes, each behind two bytes, behind two more.
            Algorithm::EcdsaP256Sha256 => {
                (16..=144).contains(&hex.len()) && hex.len().is_multiple_of(2)
            }
        };
        if !sound || holds(hex.as_bytes(), |b| !b.is_ascii_hexdigit()) {
            return Err(Error::MalformedAuthorization(
                "the signature is not the hex of one",
            ));
        }
        let mut signature = Self::of_hex(hex.as_bytes());
        signature.make_lower_case();
        Ok(signature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGNATURE: &str = "5FA00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";

    #[test]
    fn parts_in_any_order_and_spacing() {
        for parts in [
            "Credential=A/20150830/r/s/aws4_request,SignedHeaders=host,Signature=",
            "SignedHeaders=host,  Credential=A/20150830/r/s/aws4_request ,\tSignature=",
        ] {
            let header = format!("AWS4-HMAC-SHA256 {parts}{SIGNATURE}");
            let authorization = Authorization::parse(&header).unwrap();
            assert_eq!(authorization.signature.as_str(), SIGNATURE.to_lowercase());
            assert_eq!(authorization.access_key_id, "A");
        }
    }

    #[test]
    fn an_access_key_id_may_hold_slashes() {
        let header = format!(
            "AWS4-HMAC-SHA256 Credential=a/b/20150830/r/s/aws4_request,SignedHeaders=host,Signature={SIGNATURE}"
        );
        assert_eq!(Authorization::parse(&header).unwrap().access_key_id, "a/b");
    }

    #[test]
    fn what_is_malformed() {
        let good = format!(
            "Credential=A/20150830/r/s/aws4_request, SignedHeaders=host, Signature={SIGNATURE}"
        );
        assert!(Authorization::parse(&format!("AWS4-HMAC-SHA256 {good}")).is_ok());
        for header in [
            String::new(),
            "AWS4-HMAC-SHA256".to_owned(),
            format!("AWS4-HMAC-SHA1 {good}"),
            format!("aws4-hmac-sha256 {good}"),
            format!("AWS4-HMAC-SHA256 {good}, Signature={SIGNATURE}"),
            format!("AWS4-HMAC-SHA256 {good}, Extra=1"),
            format!("AWS4-HMAC-SHA256 {good},"),
            format!("AWS4-HMAC-SHA256 {good}0"),
            format!("AWS4-HMAC-SHA256 {}", good.replace("host", "")),
            format!("AWS4-HMAC-SHA256 {}", good.replace("A/", "/")),
            format!("AWS4-HMAC-SHA256 {}", good.replace("/r", "")),
            format!("AWS4-HMAC-SHA256 {}", good.replace("5F", "5G")),
            format!(
                "AWS4-ECDSA-P256-SHA256 {}",
                good.replace("A/20150830/r/s", "A/r/s")
            ),
        ] {
            assert!(
                matches!(
                    Authorization::parse(&header),
                    Err(Error::MalformedAuthorization(_))
                ),
                "{header}"
            );
        }
    }
}
