//! Presigns a listing page: thousands of URLs for one bucket, on every core.
//!
//! What the URLs have in common is prepared once; a [`Presigner`] is only read after that, so that
//! threads share it without a lock.
//!
//! ```sh
//! cargo run --release --example presign_many 100000
//! ```

use std::error::Error;
use std::num::NonZero;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use countersign::{Credentials, Presigner, Signer, encode_key};

fn main() -> Result<(), Box<dyn Error>> {
    let count = std::env::args().nth(1).map_or(Ok(2_000), |n| n.parse())?;
    let keys: Vec<String> = (0..count)
        .map(|n| format!("2026/11/photo {n}.jpg"))
        .collect();

    let credentials = Credentials::new(
        "ASIAIOSFODNN7EXAMPLE",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    )
    .with_session_token("IQoJb3JpZ2luX2VjEXAMPLE".repeat(40));
    let signer = Signer::new(credentials, "us-east-1", "s3")?;
    let (hour, now) = (Duration::from_secs(3600), SystemTime::now());
    let presigner = signer.presigner(hour, now)?;

    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let mut last = Vec::new();
    for threads in (0..)
        .map(|n| 1 << n)
        .take_while(|threads| *threads <= cores)
    {
        let start = Instant::now();
        last = presign_all(&presigner, &keys, threads)?;
        let rate = last.len() as f64 / start.elapsed().as_secs_f64();
        println!("{threads} threads: {} URLs, {rate:.0} a second", last.len());
    }
    // The order is that of the keys.
    for (key, url) in keys.iter().zip(&last) {
        assert!(url.contains(&encode_key(key)), "{key}");
    }
    Ok(())
}

fn presign_all(
    presigner: &Presigner,
    keys: &[String],
    threads: usize,
) -> Result<Vec<String>, Box<dyn Error>> {
    let presign = |key: &String| -> Result<String, countersign::Error> {
        let url = format!(
            "https://bucket.s3.us-east-1.amazonaws.com/{}",
            encode_key(key)
        );
        let request = http::Request::get(url).body(()).expect("a URL of our own");
        Ok(presigner.presign(&request)?.into_url())
    };
    thread::scope(|scope| {
        let parts: Vec<_> = keys
            .chunks(keys.len().div_ceil(threads).max(1))
            .map(|keys| {
                scope.spawn(move || keys.iter().map(presign).collect::<Result<Vec<_>, _>>())
            })
            .collect();
        let mut urls = Vec::with_capacity(keys.len());
        for part in parts {
            urls.extend(part.join().map_err(|_| "a thread panicked")??);
        }
        Ok(urls)
    })
}
