//! Why a signature did not match.
