//! Signs the requests that a client sends.
