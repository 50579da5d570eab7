//! Signature Version 4A: ECDSA P-256, for several regions at once.
