//! Uploads a file with a checksum, in signed chunks: `upload FILE`. The store is a server in this
//! process, so there is nothing to set up. `cargo run -p countersign-interop --example upload`

use std::error::Error;
use std::fs::File;
use std::io::Read;
use std::time::SystemTime;

use bytes::Bytes;
use countersign::chunked::{ChecksumAlgorithm, ChunkedBody, ChunkedEncoding};
use countersign::{PayloadHash, Signer, encode_key};
use countersign_interop::server::Server;
use countersign_interop::{REGION, callers, client};
use http::Request;
use http_body::Frame;
use http_body_util::StreamBody;
use reqwest::{Body, Client};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args_os().nth(1);
    let path = path.unwrap_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml").into());
    let file = File::open(path)?;
    let length = file.metadata()?.len();

    let server = Server::start(callers::accounts()).await?;
    let credentials = callers::temporary(&server, &client::Client::http1()).await;
    let signer = Signer::new(credentials, REGION, "s3")?;
    let http = Client::new();
    let mut bucket = Request::put(server.url("/bucket")).body("")?;
    signer.sign(&mut bucket, PayloadHash::EMPTY, SystemTime::now())?;
    http.execute(bucket.try_into()?).await?.error_for_status()?;

    // The store calculates the checksum too, and refuses the upload if they differ.
    let checksum = ChecksumAlgorithm::Crc64Nvme;
    let encoding = ChunkedEncoding::signed_with_trailers(length, [checksum.into()]);
    let url = server.url(&format!("/bucket/{}", encode_key("uploads/a file (1)")));
    let mut request = Request::put(url).body(())?;
    let chunks = signer.sign_chunked(&mut request, encoding, SystemTime::now())?;
    let body = ChunkedBody::new(StreamBody::new(frames(file)), chunks);
    let request = request.map(|()| Body::wrap(body));
    let response = http
        .execute(request.try_into()?)
        .await?
        .error_for_status()?;
    println!("uploaded {length} bytes: {}", response.status());
    Ok(())
}

/// The pieces of a file as frames of a body. A program with large files reads them in a task of its
/// own, as `tokio::fs` does.
fn frames(
    mut file: File,
) -> impl futures::Stream<Item = Result<Frame<Bytes>, std::io::Error>> + Unpin {
    futures::stream::iter(std::iter::from_fn(move || {
        let mut piece = vec![0; 64 * 1024];
        match file.read(&mut piece) {
            Ok(0) => None,
            Ok(length) => {
                piece.truncate(length);
                Some(Ok(Frame::data(piece.into())))
            }
            Err(error) => Some(Err(error)),
        }
    }))
}
