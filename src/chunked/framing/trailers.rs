//! The trailer section: the lines between the final chunk and the end of the body.

use http::{HeaderMap, HeaderName, HeaderValue};

use super::signature::read_signature;
use crate::chunked::MAX_TRAILERS_LENGTH;
use crate::chunked::error::{ChunkError, ChunkSyntaxError};
use crate::chunked::trailer::{TRAILER_SIGNATURE, is_printable};
use crate::sigv4::signature::{Algorithm, Signature};

pub(super) struct TrailerSection {
    /// The announced trailers, sorted by name, with the values that have arrived.
    values: Vec<(HeaderName, Option<String>)>,
    signature: Option<Signature>,
    length: usize,
    /// Whether the last trailer's line ended in LF without CR.
    bare_line_feed: bool,
}

impl TrailerSection {
    /// Expects these trailers: each name once, in ascending order.
    pub(super) fn new(announced: Vec<HeaderName>) -> Self {
        Self {
            values: announced.into_iter().map(|name| (name, None)).collect(),
            signature: None,
            length: 0,
            bare_line_feed: false,
        }
    }

    /// The maximum length of the next line.
    pub(super) fn max_line_length(&self) -> usize {
        MAX_TRAILERS_LENGTH - self.length
    }

    pub(super) fn signature(&self) -> Option<&Signature> {
        self.signature.as_ref()
    }

    /// Whether the last trailer's line ended in LF without CR.
    ///
    /// minio-go sends such a line, and then ends the section with two empty lines.
    pub(super) fn ends_in_bare_line_feed(&self) -> bool {
        self.bare_line_feed
    }

    /// Reads a line, and returns whether it ends the section. `signed` is the algorithm of the
    /// signature that has to follow the trailers.
    pub(super) fn read(
        &mut self,
        line: &[u8],
        signed: Option<Algorithm>,
    ) -> Result<bool, ChunkError> {
        self.length += line.len();
        // Some clients end the lines of trailers with LF alone.
        let text = line.strip_suffix(b"\n").unwrap_or(line);
        let (text, bare_line_feed) = match text.strip_suffix(b"\r") {
            Some(text) => (text, false),
            None => (text, true),
        };
        if text.is_empty() {
            // Some clients send an empty line before the signature.
            return Ok(signed.is_none() || self.signature.is_some());
        }
        self.bare_line_feed = bare_line_feed;
        if self.signature.is_some() {
            return Err(ChunkError::Malformed(
                ChunkSyntaxError::TrailerAfterSignature,
            ));
        }
        let colon = text.iter().position(|&byte| byte == b':');
        let (name, value) = colon
            .and_then(|colon| Some((text.get(..colon)?, text.get(colon + 1..)?)))
            .ok_or(ChunkError::Malformed(ChunkSyntaxError::TrailerWithoutColon))?;
        let name = String::from_utf8_lossy(name).to_ascii_lowercase();
        let value = trimmed(value);
        if let Some(algorithm) = signed
            && name == TRAILER_SIGNATURE
        {
            self.signature = Some(read_signature(algorithm, value)?);
        } else {
            let slot = self.slot(&name)?;
            let value = std::str::from_utf8(value).ok();
            let value = value.filter(|value| is_printable(value));
            *slot = Some(value.ok_or(NOT_PRINTABLE)?.to_owned());
        }
        Ok(false)
    }

    /// The place for the value of an announced trailer that has not arrived yet.
    fn slot(&mut self, name: &str) -> Result<&mut Option<String>, ChunkError> {
        let found = self
            .values
            .binary_search_by(|(announced, _)| announced.as_str().cmp(name));
        match found.ok().and_then(|at| self.values.get_mut(at)) {
            Some((_, slot @ None)) => Ok(slot),
            _ => Err(ChunkError::UnannouncedTrailer),
        }
    }

    /// The trailers, sorted by name.
    pub(super) fn values(&self) -> Result<Vec<(&str, &str)>, ChunkError> {
        let values = self.values.iter().map(|(name, value)| {
            let name = name.as_str();
            let value = value.as_deref().ok_or_else(|| missing(name))?;
            Ok((name, value))
        });
        values.collect()
    }

    pub(super) fn into_headers(self) -> Result<HeaderMap, ChunkError> {
        let mut headers = HeaderMap::new();
        for (name, value) in self.values {
            let value = value.ok_or_else(|| missing(name.as_str()))?;
            let value = HeaderValue::try_from(value).map_err(|_| NOT_PRINTABLE)?;
            headers.append(name, value);
        }
        Ok(headers)
    }
}

const NOT_PRINTABLE: ChunkError = ChunkError::Malformed(ChunkSyntaxError::InvalidTrailerValue);

fn missing(name: &str) -> ChunkError {
    ChunkError::MissingTrailer {
        name: name.to_owned(),
    }
}

fn trimmed(mut value: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = value {
        value = rest;
    }
    value
}
