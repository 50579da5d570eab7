//! CodeArtifact: `GetAuthorizationToken`, and its answer as a bearer token.
