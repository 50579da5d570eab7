//! Signs the requests of ureq, without async, to an S3 server in this process. `cargo run -p
//! countersign-interop --example ureq_client`

use std::error::Error;
use std::time::Duration;

use countersign::{PayloadHash, Signer, encode_key};
use countersign_interop::server::Server;
use countersign_interop::{REGION, callers, client};
use http::Request;
use time::OffsetDateTime;
use ureq::Agent;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // Only the server needs a runtime.
    let server = Server::start(callers::accounts()).await?;
    let credentials = callers::temporary(&server, &client::Client::http1()).await;
    let signer = Signer::new(credentials, REGION, "s3").unwrap();
    let (bucket, key) = (server.url("/bucket"), encode_key("à la carte (1).txt"));
    let sent = tokio::task::spawn_blocking(move || {
        send(&signer, &bucket, &format!("{bucket}/{key}")).map_err(|error| error.to_string())
    });
    Ok(sent.await??)
}

fn send(signer: &Signer, bucket: &str, object: &str) -> Result<(), Box<dyn Error>> {
    // With this setting the body of an error can be read and explained.
    let config = Agent::config_builder().http_status_as_error(false);
    let agent = Agent::new_with_config(config.build());

    // ureq accepts requests of `http`: sign the request, and run it.
    for (url, body) in [(bucket, ""), (object, "signed, sent, stored")] {
        let mut put = Request::put(url).body(body)?;
        signer.sign(&mut put, PayloadHash::new(body), OffsetDateTime::now_utc())?;
        assert_eq!(agent.run(put)?.status(), 200);
    }

    let mut get = Request::get(object).body(())?;
    signer.sign(&mut get, PayloadHash::EMPTY, OffsetDateTime::now_utc())?;
    let answer = agent.run(get)?.body_mut().read_to_string()?;
    assert_eq!(answer, "signed, sent, stored");

    // A URL for a client without credentials.
    let get = Request::get(object).body(())?;
    let (minute, now) = (Duration::from_secs(60), OffsetDateTime::now_utc());
    let link = signer.presign(&get, minute, now)?;
    let answer = agent.get(link.url()).call()?.body_mut().read_to_string()?;
    assert_eq!(answer, "signed, sent, stored");
    println!("sent, stored and fetched with ureq");
    Ok(())
}
