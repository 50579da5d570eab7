//! Proofs as a JSON object of URL, method and headers.

use zeroize::Zeroizing;

use super::proof::{Proof, own_audience};
use crate::credentials::Credentials;
use crate::error::Error;
use crate::primitives::json::write_string;
use crate::timestamp::Timestamp;

/// `{"url":…,"method":"POST","headers":{…}}`, and when it expires. `names` are the headers as they
/// are written and as they are signed.
pub(in crate::tokens) fn attestation(
    credentials: &Credentials,
    region: &str,
    host: String,
    audience: (&str, &str),
    names: &[(&str, &str)],
    now: Timestamp,
) -> Result<(Zeroizing<String>, Timestamp), Error> {
    let audience = own_audience(audience.0, audience.1)?;
    let proof = Proof::new(credentials, region, host, vec![audience], "", now)?;
    let values = names.iter().filter_map(|(_, name)| proof.header(name));
    // Large enough at once, because a text that outgrows its memory leaves a copy behind.
    let length = 2 * values.map(str::len).sum::<usize>() + 512;
    let mut json = Zeroizing::new(String::with_capacity(length));
    json.push_str("{\"url\":");
    write_string(&mut json, proof.url());
    json.push_str(",\"method\":\"POST\",\"headers\":");
    let mut separator = '{';
    for (written, name) in names {
        if let Some(value) = proof.header(name) {
            json.push(separator);
            write_string(&mut json, written);
            json.push(':');
            write_string(&mut json, value);
            separator = ',';
        }
    }
    json.push_str("}}");
    Ok((json, proof.expires_at()))
}
