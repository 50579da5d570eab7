//! AWS STS: requests, and answers.
