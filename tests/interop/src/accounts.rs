//! The accounts of the server: access key IDs, secrets, sessions.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use s3s::auth::{S3Auth, SecretKey};
use s3s::{S3Result, s3_error};
use time::OffsetDateTime;

/// All accounts of the server. Clones share them: STS adds accounts while the server runs.
#[derive(Clone, Default)]
pub struct Accounts(Arc<RwLock<HashMap<String, Account>>>);

/// One access key.
#[derive(Clone)]
pub struct Account {
    /// The secret access key.
    pub secret_key: String,
    /// The session of a temporary access key. Long-term keys have none.
    pub session: Option<Session>,
}

/// The session of a temporary access key.
#[derive(Clone)]
pub struct Session {
    /// The session token that each request must contain.
    pub token: String,
    /// The expiration.
    pub ends: OffsetDateTime,
}

impl Accounts {
    /// Adds an account, or replaces that with the same access key ID.
    pub fn insert(&self, access_key_id: &str, account: Account) {
        let mut accounts = self.0.write().expect("no holder of the lock panics");
        accounts.insert(access_key_id.to_owned(), account);
    }

    /// The account of an access key ID.
    pub fn find(&self, access_key_id: &str) -> Option<Account> {
        let accounts = self.0.read().expect("no holder of the lock panics");
        accounts.get(access_key_id).cloned()
    }

    /// The number of accounts.
    pub fn count(&self) -> usize {
        self.0.read().expect("no holder of the lock panics").len()
    }
}

#[async_trait::async_trait]
impl S3Auth for Accounts {
    async fn get_secret_key(&self, access_key_id: &str) -> S3Result<SecretKey> {
        match self.find(access_key_id) {
            Some(account) => Ok(account.secret_key.into()),
            None => Err(s3_error!(InvalidAccessKeyId)),
        }
    }
}
