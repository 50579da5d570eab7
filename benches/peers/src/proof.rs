//! The result of a contender, and its check against the specification.

use http::HeaderMap;

use crate::truth;
use crate::work::{DATETIME, Work};

pub enum Proof {
    Signature(Signed),
    Chunk {
        previous: String,
        signature: String,
    },
    /// What a verifier returns for the right request, and for one with a digit of the signature
    /// changed.
    Verdicts {
        genuine: bool,
        forged: bool,
    },
}

/// A signature with its inputs: peers differ in the headers that they sign, and some read the
/// clock.
pub struct Signed {
    pub datetime: String,
    pub signed_headers: Vec<String>,
    pub signature: String,
}

impl Proof {
    /// From the headers of a signed request.
    pub fn of_headers(headers: &HeaderMap) -> Self {
        let authorization = text(headers, "authorization");
        let signed_headers = names(part(authorization, "SignedHeaders="));
        for name in &signed_headers {
            assert!(
                name == "host" || headers.contains_key(name),
                "{name} is signed, but not sent"
            );
        }
        Self::Signature(Signed {
            datetime: text(headers, "x-amz-date").to_owned(),
            signed_headers,
            signature: signature_of(headers),
        })
    }

    /// From a presigned URL.
    pub fn of_url(url: &str) -> Self {
        let parameter = |name: &str| {
            let (_, rest) = url
                .split_once(name)
                .expect("the parameters of a presigned URL");
            rest.split('&')
                .next()
                .expect("at least one piece")
                .to_owned()
        };
        Self::Signature(Signed {
            datetime: parameter("X-Amz-Date="),
            signed_headers: names(&parameter("X-Amz-SignedHeaders=").replace("%3B", ";")),
            signature: parameter("X-Amz-Signature="),
        })
    }

    /// Returns an error if the result is wrong.
    pub fn check(&self, work: &Work) -> Result<(), String> {
        match self {
            Self::Signature(signed) => signed.check(work),
            Self::Chunk {
                previous,
                signature,
            } => {
                let string_to_sign = truth::chunk_string_to_sign(work, DATETIME, previous);
                equal(
                    signature,
                    &truth::signature(work, DATETIME, &string_to_sign),
                )
            }
            Self::Verdicts {
                genuine: true,
                forged: false,
            } => Ok(()),
            Self::Verdicts { genuine, forged } => Err(format!(
                "takes the genuine request: {genuine}, the forged one: {forged}"
            )),
        }
    }
}

impl Signed {
    fn check(&self, work: &Work) -> Result<(), String> {
        let must = |name: &&String| *name == "host" || name.starts_with("x-amz-");
        if let Some(missing) = work
            .signed_headers()
            .iter()
            .filter(must)
            .find(|name| !self.signed_headers.contains(name))
        {
            return Err(format!("{missing} is not signed"));
        }
        let payload_hash = truth::payload_hash(work);
        let canonical_request =
            truth::canonical_request(work, &self.datetime, &self.signed_headers, &payload_hash);
        let string_to_sign = truth::string_to_sign(work, &self.datetime, &canonical_request);
        equal(
            &self.signature,
            &truth::signature(work, &self.datetime, &string_to_sign),
        )
        .map_err(|differ| format!("{differ}; by the specification it signs\n{canonical_request}"))
    }
}

/// The signature in an `Authorization` header.
pub fn signature_of(headers: &HeaderMap) -> String {
    part(text(headers, "authorization"), "Signature=").to_owned()
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers[name].to_str().expect("text")
}

/// The value of a name in an `Authorization` header.
fn part<'a>(authorization: &'a str, name: &str) -> &'a str {
    let (_, rest) = authorization.split_once(name).expect("its parts");
    rest.split([',', ' ']).next().expect("at least one piece")
}

fn equal(signature: &str, truth: &str) -> Result<(), String> {
    if signature == truth {
        Ok(())
    } else {
        Err(format!("signature {signature} should be {truth}"))
    }
}

fn names(list: &str) -> Vec<String> {
    list.split(';').map(str::to_owned).collect()
}
