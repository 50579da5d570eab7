//! The state of a stream of chunks that arrives: it looks at every byte once, holds none of the
//! payload, and says what the bytes were.

use http::{HeaderMap, HeaderName, HeaderValue};
use sha2::{Digest, Sha256};

use crate::chunked::MAX_TRAILERS_LENGTH;
use crate::chunked::error::ChunkError;
use crate::chunked::link::Link;
use crate::chunked::payload::{EXTENSION, Encoding};
use crate::chunked::running::Checksums;
use crate::chunked::trailer::{TRAILER_SIGNATURE, canonical_hash};
use crate::primitives::encode::ascii;
use crate::sigv4::scope::CredentialScope;
use crate::sigv4::signature::{Algorithm, LONGEST, Signature};
use crate::sigv4::string_to_sign::StringToSign;
use crate::verify::VerifyingKey;

/// What the head of the request says about its chunks, all of it signed.
pub(super) struct Announced {
    pub(super) form: Encoding,
    pub(super) decoded_length: u64,
    /// Each name once, sorted.
    pub(super) trailers: Vec<HeaderName>,
}

pub(super) struct Framing<K> {
    form: Encoding,
    /// The announced length of the payload.
    decoded_length: u64,
    pub(super) min_chunk_size: u64,
    pub(super) max_chunk_size: u64,
    key: K,
    scope: CredentialScope,
    link: Link,
    state: State,
    /// The signature that the chunk's header claims.
    claimed: Option<Signature>,
    /// What the chunks held so far, and how many there were.
    decoded: u64,
    chunks: u64,
    /// The size of the last chunk, if it was too small for any but the last.
    small: Option<u64>,
    hash: Sha256,
    /// A line that has come in part.
    line: Vec<u8>,
    /// The announced trailers, sorted by name, with the values that have arrived.
    trailers: Vec<(HeaderName, Option<String>)>,
    trailers_length: usize,
    /// Whether the last trailer's line ended in LF without CR.
    bare_line_feed: bool,
    checksums: Checksums,
}

enum State {
    /// A chunk's header is due.
    Header,
    /// This much of a chunk is due.
    Data {
        left: u64,
    },
    /// A chunk is there, and its signature unchecked.
    Chunk,
    /// The line break behind a chunk is due.
    Break,
    /// The line break behind the final chunk is due.
    LastBreak,
    /// A trailer is due, or the empty line that ends them.
    Trailers {
        signature: Option<Signature>,
    },
    /// The end, after which one more line break is taken.
    SpareBreak,
    End,
    Failed(ChunkError),
}

/// What the bytes of a [step](Framing::step) were.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Step {
    /// Data, not yet verified where it is signed.
    Data,
    /// The data up to here makes a chunk, and its signature holds.
    Chunk,
    /// Framing, or nothing.
    More,
}

const AFTER_END: &str = "something follows the end";

/// Size, extension, signature, line break.
const LONGEST_HEADER: usize = 16 + EXTENSION.len() + LONGEST + 2;

impl<K: VerifyingKey> Framing<K> {
    pub(super) fn new(announced: Announced, link: Link, scope: CredentialScope, key: K) -> Self {
        Self {
            checksums: Checksums::of(announced.trailers.iter().map(HeaderName::as_str)),
            trailers: announced
                .trailers
                .into_iter()
                .map(|name| (name, None))
                .collect(),
            form: announced.form,
            decoded_length: announced.decoded_length,
            min_chunk_size: crate::chunked::MIN_CHUNK_SIZE as u64,
            max_chunk_size: crate::chunked::DEFAULT_MAX_CHUNK_SIZE as u64,
            key,
            scope,
            link,
            state: State::Header,
            claimed: None,
            decoded: 0,
            chunks: 0,
            small: None,
            hash: Sha256::new(),
            line: Vec::new(),
            trailers_length: 0,
            bare_line_feed: false,
        }
    }

    pub(super) fn is_signed(&self) -> bool {
        self.form != Encoding::UnsignedWithTrailers
    }

    /// How much of the payload is still to come.
    pub(super) fn remaining(&self) -> u64 {
        self.decoded_length - self.decoded
    }

    /// How much of this chunk is still to come.
    pub(super) fn left_of_chunk(&self) -> u64 {
        match self.state {
            State::Data { left } => left,
            _ => 0,
        }
    }

    /// Looks at the beginning of the input: how many bytes of it, and what they were. Without input
    /// it says [`Step::More`], but at the end of a chunk.
    pub(super) fn step(&mut self, input: &[u8]) -> Result<(usize, Step), ChunkError> {
        self.try_step(input).map_err(|error| self.fail(error))
    }

    /// Refuses whatever follows with this error, and returns it.
    pub(super) fn fail(&mut self, error: ChunkError) -> ChunkError {
        self.state = State::Failed(error.clone());
        error
    }

    fn try_step(&mut self, input: &[u8]) -> Result<(usize, Step), ChunkError> {
        match &mut self.state {
            State::Failed(error) => return Err(error.clone()),
            State::Chunk => {
                self.check_chunk()?;
                self.state = State::Break;
                return Ok((0, Step::Chunk));
            }
            _ if input.is_empty() => return Ok((0, Step::More)),
            State::End => return Err(ChunkError::Malformed(AFTER_END)),
            State::Data { left } => {
                let all = u64::try_from(input.len()).unwrap_or(u64::MAX);
                let taken = all.min(*left);
                *left -= taken;
                let done = *left == 0;
                let data = usize::try_from(taken)
                    .ok()
                    .and_then(|taken| input.get(..taken))
                    .unwrap_or(input);
                if self.is_signed() {
                    self.hash.update(data);
                }
                self.checksums.update(data);
                self.decoded += taken;
                if done {
                    self.state = State::Chunk;
                }
                return Ok((data.len(), Step::Data));
            }
            State::Header
            | State::Break
            | State::LastBreak
            | State::SpareBreak
            | State::Trailers { .. } => {}
        }
        let bound = match self.state {
            State::Header => LONGEST_HEADER,
            State::Trailers { .. } => MAX_TRAILERS_LENGTH - self.trailers_length,
            _ => 2,
        };
        let end = input.iter().position(|&byte| byte == b'\n');
        let taken = end.map_or(input.len(), |end| end + 1);
        if self.line.len() + taken > bound {
            return Err(match self.state {
                State::Header => ChunkError::Malformed("a chunk's header is too long"),
                State::Trailers { .. } => ChunkError::TrailersTooLong,
                State::SpareBreak => ChunkError::Malformed(AFTER_END),
                _ => ChunkError::Malformed("no line break follows a chunk"),
            });
        }
        self.line
            .extend_from_slice(input.get(..taken).unwrap_or_default());
        if let State::SpareBreak = self.state
            && !b"\r\n".starts_with(&self.line)
        {
            return Err(ChunkError::Malformed(AFTER_END));
        }
        if end.is_some() {
            let mut line = std::mem::take(&mut self.line);
            let result = self.end_line(&line);
            line.clear();
            self.line = line;
            result?;
        }
        Ok((taken, Step::More))
    }

    fn end_line(&mut self, line: &[u8]) -> Result<(), ChunkError> {
        let text = line.strip_suffix(b"\r\n");
        match &self.state {
            State::Break if line == b"\r\n" => self.state = State::Header,
            State::LastBreak | State::SpareBreak if line == b"\r\n" => self.state = State::End,
            State::Header => {
                let header =
                    text.ok_or(ChunkError::Malformed("a chunk's header ends in no CRLF"))?;
                self.begin_chunk(header)?;
            }
            State::Trailers { .. } => {
                self.trailers_length += line.len();
                // Some clients end the lines of trailers with LF alone.
                let bare_line_feed = text.is_none();
                let text = text.or(line.strip_suffix(b"\n"));
                self.end_trailer(text.unwrap_or(line), bare_line_feed)?;
            }
            _ => return Err(ChunkError::Malformed("no line break follows a chunk")),
        }
        Ok(())
    }

    fn begin_chunk(&mut self, header: &[u8]) -> Result<(), ChunkError> {
        let digits = header.iter().take_while(|b| b.is_ascii_hexdigit()).count();
        let (digits, extension) = header.split_at_checked(digits).unwrap_or_default();
        let size = u64::from_str_radix(ascii(digits), 16)
            .map_err(|_| ChunkError::Malformed("a chunk's header begins with no size in hex"))?;
        let signature = if self.is_signed() {
            let signature = extension.strip_prefix(EXTENSION.as_bytes());
            Some(self.read_signature(signature.unwrap_or_default())?)
        } else if extension.is_empty() {
            None
        } else {
            return Err(ChunkError::Malformed("a chunk has an extension, unsigned"));
        };

        let decoded = self.decoded.saturating_add(size);
        let announced = self.decoded_length;
        if decoded > announced || (size == 0 && decoded < announced) {
            return Err(ChunkError::WrongDecodedLength {
                length: decoded,
                announced,
            });
        }
        if size > 0 {
            return self.begin_data(size, signature);
        }
        self.claimed = signature;
        self.check_chunk()?;
        self.state = match self.form {
            Encoding::Signed => State::LastBreak,
            Encoding::SignedWithTrailers | Encoding::UnsignedWithTrailers => {
                State::Trailers { signature: None }
            }
        };
        Ok(())
    }

    fn begin_data(&mut self, size: u64, signature: Option<Signature>) -> Result<(), ChunkError> {
        // A small one may be the last: that it was not is told by the next.
        if let Some(small) = self.small.take() {
            return Err(ChunkError::ChunkTooSmall {
                chunk: self.chunks,
                size: small,
            });
        }
        self.chunks += 1;
        self.small = Some(size).filter(|size| *size < self.min_chunk_size);
        if self.is_signed() && size > self.max_chunk_size {
            return Err(ChunkError::ChunkTooLarge {
                size,
                maximum: self.max_chunk_size,
            });
        }
        self.claimed = signature;
        self.state = State::Data { left: size };
        Ok(())
    }

    /// Holds the claimed signature against what came since the last one.
    fn check_chunk(&mut self) -> Result<(), ChunkError> {
        let Some(signature) = self.claimed.take() else {
            return Ok(());
        };
        let hash = self.hash.finalize_reset().into();
        let string_to_sign = self.link.chunk(self.key.algorithm(), &self.scope, &hash);
        self.check(&string_to_sign, &signature)?;
        self.link.follow(signature);
        Ok(())
    }

    fn check(
        &self,
        string_to_sign: &StringToSign,
        signature: &Signature,
    ) -> Result<(), ChunkError> {
        if self.key.verifies(string_to_sign.as_ref(), signature) {
            Ok(())
        } else {
            Err(ChunkError::SignatureMismatch)
        }
    }

    /// Reads a signature, and takes off what fills it up.
    fn read_signature(&self, padded: &[u8]) -> Result<Signature, ChunkError> {
        let algorithm = self.key.algorithm();
        let mut digits = padded;
        if algorithm == Algorithm::EcdsaP256Sha256 {
            while let Some(rest) = digits.strip_suffix(b"*") {
                digits = rest;
            }
        }
        let sound = padded.len() <= algorithm.padded_len();
        Signature::parse(algorithm, ascii(digits))
            .ok()
            .filter(|_| sound)
            .ok_or(ChunkError::Malformed("a signature is not the hex of one"))
    }

    fn end_trailer(&mut self, line: &[u8], bare_line_feed: bool) -> Result<(), ChunkError> {
        let State::Trailers { signature } = self.state else {
            return Ok(());
        };
        let signs = self.form == Encoding::SignedWithTrailers;
        if line.is_empty() {
            if signs && signature.is_none() {
                // Some clients set the signature apart from the trailers that it signs.
                return Ok(());
            }
            self.check_trailers(signature)?;
            // minio-go ends a trailer with LF, and then the trailers with two empty lines.
            self.state = if self.bare_line_feed {
                State::SpareBreak
            } else {
                State::End
            };
            return Ok(());
        }
        self.bare_line_feed = bare_line_feed;
        if signature.is_some() {
            return Err(ChunkError::Malformed("a trailer follows the signature"));
        }
        let colon = line.iter().position(|&byte| byte == b':');
        let (name, value) = colon
            .and_then(|colon| Some((line.get(..colon)?, line.get(colon + 1..)?)))
            .ok_or(ChunkError::Malformed("a trailer has no colon"))?;
        let name = ascii(name).to_ascii_lowercase();
        let value = trimmed(value);
        if signs && name == TRAILER_SIGNATURE {
            let signature = Some(self.read_signature(value)?);
            self.state = State::Trailers { signature };
            return Ok(());
        }
        let found = self
            .trailers
            .binary_search_by(|(announced, _)| announced.as_str().cmp(&name));
        let Some((_, slot @ None)) = found.ok().and_then(|at| self.trailers.get_mut(at)) else {
            return Err(ChunkError::UnannouncedTrailer);
        };
        let visible = |byte: &u8| *byte == b' ' || byte.is_ascii_graphic();
        if !value.iter().all(visible) {
            return Err(ChunkError::Malformed("a trailer is not visible ASCII"));
        }
        *slot = Some(ascii(value).to_owned());
        Ok(())
    }

    fn check_trailers(&self, signature: Option<Signature>) -> Result<(), ChunkError> {
        let mut trailers = Vec::new();
        for (name, value) in &self.trailers {
            let name = name.as_str();
            let value = value.as_deref().ok_or_else(|| ChunkError::MissingTrailer {
                name: name.to_owned(),
            })?;
            trailers.push((name, value));
        }
        if let Some(signature) = signature {
            let hash = canonical_hash(trailers.iter().copied());
            let algorithm = self.key.algorithm();
            let string_to_sign = self.link.trailers(algorithm, &self.scope, &hash);
            self.check(&string_to_sign, &signature)?;
        }
        for (name, value) in trailers {
            if self
                .checksums
                .value(name)
                .is_some_and(|actual| actual != value)
            {
                return Err(ChunkError::ChecksumMismatch {
                    name: name.to_owned(),
                });
            }
        }
        Ok(())
    }

    /// The trailers, once all is well. `check` is asked about each that nothing else has proven;
    /// `None` says that it cannot tell.
    pub(super) fn into_trailers(
        self,
        mut check: impl FnMut(&str, &str) -> Option<bool>,
    ) -> Result<HeaderMap, ChunkError> {
        match self.state {
            State::End => {}
            // The spare line break has not begun.
            State::SpareBreak if self.line.is_empty() => {}
            State::Failed(error) => return Err(error),
            _ => return Err(ChunkError::Incomplete),
        }
        let mut headers = HeaderMap::new();
        for (name, value) in self.trailers {
            let value = value.unwrap_or_default();
            let owned = || name.as_str().to_owned();
            match check(name.as_str(), &value) {
                Some(true) => {}
                Some(false) => return Err(ChunkError::ChecksumMismatch { name: owned() }),
                None if self.form == Encoding::SignedWithTrailers => {}
                None if self.checksums.value(name.as_str()).is_some() => {}
                None => return Err(ChunkError::UncheckedTrailer { name: owned() }),
            }
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.append(name, value);
            }
        }
        Ok(headers)
    }
}

fn trimmed(mut value: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = value {
        value = rest;
    }
    value
}
