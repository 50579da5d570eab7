//! Times and credentials in XML responses.

use time::OffsetDateTime;
use time::format_description::well_known::Iso8601;

#[cfg(feature = "s3")]
use crate::credentials::Credentials;
use crate::primitives::xml::{Element, Problem};
use crate::timestamp::Timestamp;

/// Reads a required child that is a time.
pub(crate) fn date(element: &Element<'_>, name: &str) -> Result<Timestamp, Problem> {
    let time = OffsetDateTime::parse(element.required(name)?.trim(), &Iso8601::DEFAULT);
    time.map(Timestamp::from_date_time).map_err(|_| {
        Problem(format!(
            "has a `{name}` that is no ISO 8601 time with offset"
        ))
    })
}

/// Reads the required child `Credentials`.
#[cfg(feature = "s3")]
pub(crate) fn credentials(element: &Element<'_>) -> Result<Credentials, Problem> {
    let credentials = element.required_child("Credentials")?;
    Ok(Credentials::new(
        credentials.required("AccessKeyId")?,
        credentials.required("SecretAccessKey")?,
    )
    .with_session_token(credentials.required("SessionToken")?)
    .with_expiration(date(&credentials, "Expiration")?))
}
