//! Signature Version 2, for those who still need it.
