//! Service bearer tokens: what AWS services ask for instead of a signature.
