//! The framing of an aws-chunked body: reads it and verifies its signatures.
//!
//! It reads every byte once, stores none of the payload, and returns what the bytes were.

mod line;
mod signature;
mod trailers;

use self::line::LineReader;
use self::signature::read_signature;
use self::trailers::TrailerSection;
use crate::chunked::checksum_algorithm::check_trailers;
use crate::chunked::checksums::Checksums;
use crate::chunked::encoding::{EXTENSION, MAX_HEADER_LENGTH};
use crate::chunked::error::{ChunkError, ChunkSyntaxError};
use crate::chunked::signature_chain::SignatureChain;
use crate::chunked::trailer::canonical_hash;
use crate::primitives::ascii::own_ascii;
use crate::primitives::sha256::Sha256;
use crate::sigv4::payload_hash::StreamingMode;
use crate::sigv4::signature::Signature;
use crate::sigv4::string_to_sign::StringToSign;
use crate::verify::VerificationKey;
use http::{HeaderMap, HeaderName};

/// What the signed headers of the request announce about its chunks.
pub(super) struct Announced {
    /// Never [`StreamingMode::Events`].
    pub(super) mode: StreamingMode,
    pub(super) decoded_length: u64,
    /// Each name once, in ascending order.
    pub(super) trailers: Vec<HeaderName>,
}

pub(super) struct Framing {
    mode: StreamingMode,
    /// The announced length of the payload.
    decoded_length: u64,
    pub(super) min_chunk_size: u64,
    pub(super) max_chunk_size: u64,
    key: VerificationKey,
    chain: SignatureChain,
    state: State,
    /// The signature in the chunk's header.
    claimed: Option<Signature>,
    /// The length of the payload so far, and the number of chunks.
    decoded: u64,
    chunks: u64,
    /// The size of the previous chunk, if it is below the minimum. No chunk may follow it then.
    small: Option<u64>,
    hash: Sha256,
    line: LineReader,
    trailers: TrailerSection,
    checksums: Checksums,
}

/// What the body must continue with.
enum State {
    /// The header of a chunk.
    Header,
    /// This much of a chunk.
    Data { left: u64 },
    /// Nothing yet: the signature of the chunk must be verified first.
    Chunk,
    /// The line break after a chunk.
    Break,
    /// The line break after the final chunk.
    LastBreak,
    /// A trailer, or the empty line that ends the trailers.
    Trailers,
    /// The end, or one more line break.
    SpareBreak,
    /// The end.
    End,
    /// Nothing: the body was refused.
    Failed(ChunkError),
}

/// What the bytes of a [step](Framing::step) were.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Step {
    /// Data, which is not verified yet if it is signed.
    Data,
    /// The data up to here is a chunk with a valid signature.
    Chunk,
    /// Framing, or nothing.
    More,
}

const AFTER_END: ChunkError = ChunkError::Malformed(ChunkSyntaxError::DataAfterEnd);
const NO_BREAK: ChunkError = ChunkError::Malformed(ChunkSyntaxError::MissingLineBreak);

impl Framing {
    pub(super) fn new(announced: Announced, chain: SignatureChain, key: VerificationKey) -> Self {
        let state = match check_trailers(&announced.trailers) {
            Ok(()) => State::Header,
            Err(error) => State::Failed(error.into()),
        };
        Self {
            checksums: Checksums::new(announced.trailers.iter().map(HeaderName::as_str)),
            trailers: TrailerSection::new(announced.trailers),
            mode: announced.mode,
            decoded_length: announced.decoded_length,
            min_chunk_size: crate::chunked::MIN_CHUNK_SIZE as u64,
            max_chunk_size: crate::chunked::DEFAULT_MAX_CHUNK_SIZE as u64,
            key,
            chain,
            state,
            claimed: None,
            decoded: 0,
            chunks: 0,
            small: None,
            hash: Sha256::new(),
            line: LineReader::default(),
        }
    }

    pub(super) fn is_signed(&self) -> bool {
        self.mode != StreamingMode::UnsignedAndTrailer
    }

    fn has_signed_trailers(&self) -> bool {
        self.mode == StreamingMode::ChunksAndTrailer
    }

    /// The number of bytes of the payload that have not arrived yet.
    pub(super) fn remaining(&self) -> u64 {
        self.decoded_length - self.decoded
    }

    /// The number of bytes of this chunk that have not arrived yet.
    pub(super) fn left_of_chunk(&self) -> u64 {
        match self.state {
            State::Data { left } => left,
            _ => 0,
        }
    }

    /// Reads from the front of `input`, and returns the number of bytes and what they were.
    ///
    /// Without input it returns [`Step::More`], except at the end of a chunk.
    pub(super) fn step(&mut self, input: &[u8]) -> Result<(usize, Step), ChunkError> {
        self.try_step(input).map_err(|error| self.fail(error))
    }

    /// Refuses everything that follows with this error, and returns it.
    pub(super) fn fail(&mut self, error: ChunkError) -> ChunkError {
        self.state = State::Failed(error.clone());
        error
    }

    fn try_step(&mut self, input: &[u8]) -> Result<(usize, Step), ChunkError> {
        match &mut self.state {
            State::Failed(error) => Err(error.clone()),
            State::Chunk => {
                self.check_chunk()?;
                self.state = State::Break;
                Ok((0, Step::Chunk))
            }
            _ if input.is_empty() => Ok((0, Step::More)),
            State::End => Err(AFTER_END),
            State::Data { left } => {
                // All of the input, unless the chunk ends within it.
                let end = usize::try_from(*left).ok();
                let data = end.and_then(|end| input.get(..end)).unwrap_or(input);
                *left -= data.len() as u64;
                let done = *left == 0;
                if self.is_signed() {
                    self.hash.update(data);
                }
                self.checksums.update(data);
                self.decoded += data.len() as u64;
                if done {
                    self.state = State::Chunk;
                }
                Ok((data.len(), Step::Data))
            }
            State::Header
            | State::Break
            | State::LastBreak
            | State::SpareBreak
            | State::Trailers => {
                let mut line = std::mem::take(&mut self.line);
                let taken = self.read_line(&mut line, input);
                self.line = line;
                Ok((taken?, Step::More))
            }
        }
    }

    fn read_line(&mut self, line: &mut LineReader, input: &[u8]) -> Result<usize, ChunkError> {
        let (max_length, too_long) = match self.state {
            State::Header => (
                MAX_HEADER_LENGTH,
                ChunkError::Malformed(ChunkSyntaxError::HeaderTooLong),
            ),
            State::Trailers => (self.trailers.max_line_length(), ChunkError::TrailersTooLong),
            State::SpareBreak => (2, AFTER_END),
            _ => (2, NO_BREAK),
        };
        let (taken, is_complete) = line.read(input, max_length).ok_or(too_long)?;
        if let State::SpareBreak = self.state
            && !b"\r\n".starts_with(line.as_bytes())
        {
            return Err(AFTER_END);
        }
        if is_complete {
            self.end_line(line.as_bytes())?;
            line.clear();
        }
        Ok(taken)
    }

    fn end_line(&mut self, line: &[u8]) -> Result<(), ChunkError> {
        match &self.state {
            State::Break if line == b"\r\n" => self.state = State::Header,
            State::LastBreak | State::SpareBreak if line == b"\r\n" => self.state = State::End,
            State::Header => {
                let header = line.strip_suffix(b"\r\n");
                self.begin_chunk(
                    header.ok_or(ChunkError::Malformed(ChunkSyntaxError::HeaderWithoutCrlf))?,
                )?;
            }
            State::Trailers => {
                let algorithm = self.key.algorithm();
                let signed = self.has_signed_trailers().then_some(algorithm);
                if self.trailers.read(line, signed)? {
                    self.check_trailers()?;
                    self.state = if self.trailers.ends_in_bare_line_feed() {
                        State::SpareBreak
                    } else {
                        State::End
                    };
                }
            }
            _ => return Err(NO_BREAK),
        }
        Ok(())
    }

    fn begin_chunk(&mut self, header: &[u8]) -> Result<(), ChunkError> {
        let digits = header.iter().take_while(|b| b.is_ascii_hexdigit()).count();
        let (digits, extension) = header.split_at_checked(digits).unwrap_or_default();
        let size = u64::from_str_radix(own_ascii(digits), 16)
            .map_err(|_| ChunkError::Malformed(ChunkSyntaxError::InvalidSize))?;
        let signature = if self.is_signed() {
            let signature = extension.strip_prefix(EXTENSION.as_bytes());
            let signature =
                signature.ok_or(ChunkError::Malformed(ChunkSyntaxError::MissingSignature))?;
            Some(read_signature(self.key.algorithm(), signature)?)
        } else if extension.is_empty() {
            None
        } else {
            return Err(ChunkError::Malformed(ChunkSyntaxError::UnexpectedExtension));
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
        self.state = match self.mode {
            StreamingMode::Chunks => State::LastBreak,
            _ => State::Trailers,
        };
        Ok(())
    }

    fn begin_data(&mut self, size: u64, signature: Option<Signature>) -> Result<(), ChunkError> {
        // The last chunk may be small. Only the next header shows that a small one was not the last.
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

    /// Verifies the signature of the chunk that has arrived.
    fn check_chunk(&mut self) -> Result<(), ChunkError> {
        let Some(signature) = self.claimed.take() else {
            return Ok(());
        };
        let hash = self.hash.finish_reset();
        self.check(&self.chain.chunk(&hash), &signature)?;
        self.chain.advance(signature);
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

    fn check_trailers(&self) -> Result<(), ChunkError> {
        let trailers = self.trailers.values()?;
        if let Some(signature) = self.trailers.signature() {
            let hash = canonical_hash(trailers.iter().copied());
            self.check(&self.chain.trailers(&hash), signature)?;
        }
        for (name, value) in trailers {
            let actual = self.checksums.value(name);
            if actual.is_some_and(|actual| actual != value) {
                return Err(ChunkError::ChecksumMismatch {
                    name: name.to_owned(),
                });
            }
        }
        Ok(())
    }

    /// Returns the trailers of a complete and valid body.
    ///
    /// `check` is called for each trailer. `None` leaves it to the signature and the checksums.
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
        for (name, value) in self.trailers.values()? {
            let owned = || name.to_owned();
            match check(name, value) {
                Some(true) => {}
                Some(false) => return Err(ChunkError::ChecksumMismatch { name: owned() }),
                None if self.has_signed_trailers() => {}
                None if self.checksums.value(name).is_some() => {}
                None => return Err(ChunkError::UncheckedTrailer { name: owned() }),
            }
        }
        self.trailers.into_headers()
    }
}
