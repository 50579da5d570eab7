//! The signer for requests to an address.

use crate::address::{Address, SigningScheme};
use crate::credentials::Credentials;
use crate::error::Error;
use crate::request::HttpRequest;
use crate::sign::signer::Signer;
#[cfg(feature = "sigv4a")]
use crate::sign::sigv4a;
use crate::sigv4::payload_hash::PayloadHash;
use crate::sigv4::signature::Signature;
use crate::timestamp::Timestamp;

/// The signer of the first scheme of an address that the enabled features support.
///
/// ```
/// use countersign::s3::{AddressSigner, Addressing};
/// use countersign::{Credentials, PayloadHash, Timestamp};
///
/// let address = Addressing::new("eu-west-1").bucket("photos-2026")?;
/// let signer = address.signer(Credentials::new("AKIDEXAMPLE", "secret"))?;
/// let mut request =
///     http::Request::get(address.object_url("a.jpg")).body(())?;
/// signer.sign(
///     &mut request,
///     PayloadHash::EMPTY,
///     Timestamp::from_unix_seconds(1_767_268_800),
/// )?;
/// assert!(
///     request.headers()["authorization"]
///         .to_str()?
///         .contains("/eu-west-1/s3/aws4_request")
/// );
///
/// // To call a method that only one of the signers has, such as `presign`:
/// let AddressSigner::SigV4(signer) = signer else {
///     unreachable!()
/// };
/// assert_eq!(signer.region(), "eu-west-1");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum AddressSigner {
    /// Signature Version 4, and sessions with directory buckets.
    SigV4(Signer),
    /// Signature Version 4A.
    #[cfg(feature = "sigv4a")]
    SigV4A(sigv4a::Signer),
}

impl AddressSigner {
    /// Signs a request, as [`Signer::sign`] does.
    ///
    /// # Errors
    /// - everything that [`Signer::sign`] returns
    pub fn sign<R: HttpRequest>(
        &self,
        request: &mut R,
        payload: PayloadHash,
        now: impl Into<Timestamp>,
    ) -> Result<Signature, Error> {
        match self {
            Self::SigV4(signer) => signer.sign(request, payload, now),
            #[cfg(feature = "sigv4a")]
            Self::SigV4A(signer) => signer.sign(request, payload, now),
        }
    }
}

impl Address {
    /// Creates the signer for requests to this address.
    ///
    /// It is the signer of the first of the [schemes](Self::schemes). Without the feature `sigv4a`, it
    /// skips a scheme of Signature Version 4A.
    ///
    /// # Errors
    /// - [`Error::InvalidParameter`] if only Signature Version 4A can sign, and the feature `sigv4a`
    ///   is off
    /// - [`Error::InvalidParameter`] if the address requires a session, and the credentials are not those
    ///   of a session
    pub fn signer(&self, credentials: Credentials) -> Result<AddressSigner, Error> {
        let scheme = self.schemes().iter().find(|scheme| is_known(scheme));
        match scheme {
            Some(SigningScheme::SigV4 { service, region }) => {
                let signer = Signer::new(credentials, region.as_str(), &**service)?;
                Ok(AddressSigner::SigV4(signer))
            }
            Some(SigningScheme::S3ExpressSession { region }) => {
                let token = credentials.session_token();
                if token.is_none_or(|token| token.header_name() != "x-amz-s3session-token") {
                    let problem = "must be those of a session that CreateSession returned";
                    return Err(Error::invalid_parameter("credentials", problem));
                }
                let signer = Signer::new(credentials, region.as_str(), "s3express")?;
                Ok(AddressSigner::SigV4(signer))
            }
            #[cfg(feature = "sigv4a")]
            Some(SigningScheme::SigV4A {
                service,
                region_set,
            }) => {
                let signer = sigv4a::Signer::new(credentials, &**region_set, &**service)?;
                Ok(AddressSigner::SigV4A(signer))
            }
            _ => {
                let problem = "needs Signature Version 4A: enable the feature `sigv4a`";
                Err(Error::invalid_parameter("address", problem))
            }
        }
    }
}

fn is_known(scheme: &SigningScheme) -> bool {
    cfg!(feature = "sigv4a") || !matches!(scheme, SigningScheme::SigV4A { .. })
}
