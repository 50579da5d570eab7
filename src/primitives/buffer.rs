//! Buffers for data that arrives in pieces.

use std::collections::TryReserveError;

/// Appends data that has arrived to a buffer, of which `left` bytes more are announced.
///
/// The buffer's capacity at most doubles at a time and never exceeds the announced length. So an
/// announced length costs no memory by itself, and appending stays linear.
pub(crate) fn append(buffer: &mut Vec<u8>, data: &[u8], left: u64) -> Result<(), TryReserveError> {
    if buffer.capacity() - buffer.len() < data.len() {
        let arrived = buffer.len().saturating_add(data.len());
        let ahead = usize::try_from(left).map_or(arrived, |left| left.min(arrived));
        buffer.try_reserve_exact(data.len().saturating_add(ahead))?;
    }
    buffer.extend_from_slice(data);
    Ok(())
}
