//! Passwords and keys that are presigned requests.
