//! Signs a verified request again, for another server: what a proxy does.
