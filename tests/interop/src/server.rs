//! The server on an ephemeral port, for HTTP/1.1 and for HTTP/2 without TLS.

use std::net::{Ipv4Addr, SocketAddr};

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use s3s::service::{S3Service, S3ServiceBuilder};
use tokio::net::TcpListener;

use crate::access::StrictAccess;
use crate::accounts::Accounts;
use crate::store::Store;
use crate::sts::Sts;

/// A running server. It stops with the runtime that started it.
pub struct Server {
    /// The loopback address and the port that the system chose.
    pub address: SocketAddr,
    /// Who may call it.
    pub accounts: Accounts,
}

impl Server {
    /// Starts a server with an empty store.
    ///
    /// # Errors
    /// If no port is available.
    pub async fn start(accounts: Accounts) -> std::io::Result<Self> {
        let mut builder = S3ServiceBuilder::new(Store::default());
        builder.set_auth(accounts.clone());
        builder.set_access(StrictAccess(accounts.clone()));
        builder.set_route(Sts(accounts.clone()));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        tokio::spawn(serve(listener, builder.build()));
        Ok(Self { address, accounts })
    }

    /// The URL for a path and query, both percent-encoded.
    pub fn url(&self, path_and_query: &str) -> String {
        format!("http://{}{path_and_query}", self.address)
    }
}

async fn serve(listener: TcpListener, service: S3Service) {
    let http = auto::Builder::new(TokioExecutor::new());
    while let Ok((socket, _)) = listener.accept().await {
        let connection = http
            .serve_connection(TokioIo::new(socket), service.clone())
            .into_owned();
        // If a connection fails, the client in the test fails, too.
        tokio::spawn(async { connection.await.ok() });
    }
}
