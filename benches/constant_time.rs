//! Does the time of a check depend on how much of a guess is right? `cargo bench --bench
//! constant_time`, with the number of samples of each class after `--` (default 100,000).
//!
//! The method is that of Reparaz, Balasch and Verbauwhede, "Dude, is my code constant time?"
//! (2017): one secret and four classes of guesses in random order, each check is timed, and Welch's
//! t is calculated between two classes. It is printed for all samples and for the fastest ones,
//! which no interrupt disturbs (`-` if a class has none that fast). Each guess is copied to the
//! same place, so that classes differ only in their bytes.
//!
//! "first : last" is the result: both guesses are wrong, in their first or their last byte, and the
//! code after the comparison is the same. "right" takes another branch, which is visible anyway.
//! |t| above 4.5 is suspicious, above 10 a leak. The last line measures a loop that stops at the
//! first difference: a leak that the method must find.

use std::hint::black_box;
use std::time::{Duration, Instant};

use countersign::bearer::BearerToken;
use countersign::verify::{SignedRequest, VerificationKey, Verifier};
use countersign::{Credentials, PayloadHash, RawRequest, Service, Signer, sigv4::CredentialScope};
use http::Request;
use time::OffsetDateTime;
use time::macros::datetime;

const NOW: OffsetDateTime = datetime!(2026-01-02 03:04:05 UTC);
const HOST: &str = "examplebucket.s3.us-east-1.amazonaws.com";
const PATH: &str = "/photos/2026/some%20object%20key.jpg";

#[derive(Clone, Copy)]
enum Class {
    Right,
    First,
    Last,
    Other,
}

const CLASSES: [Class; 4] = [Class::Right, Class::First, Class::Last, Class::Other];

impl Class {
    fn guess(self, secret: &[u8]) -> Vec<u8> {
        let mut guess = secret.to_vec();
        let last = guess.len() - 1;
        match self {
            Self::Right => {}
            Self::First => guess[0] = neighbour(guess[0]),
            Self::Last => guess[last] = neighbour(guess[last]),
            Self::Other => guess.iter_mut().for_each(|byte| *byte = neighbour(*byte)),
        }
        guess
    }
}

/// Another digit for a digit, another letter for a letter, so that parsers treat them equally.
fn neighbour(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => byte ^ 1,
        _ => ((byte - 1) ^ 1) + 1,
    }
}

/// Prints the t-values of a check. The check takes a guess, and returns whether it was right and
/// how long that took.
fn measure(
    name: &str,
    secret: &[u8],
    samples: usize,
    mut check: impl FnMut(&[u8]) -> (Duration, bool),
) {
    let guesses = CLASSES.map(|class| class.guess(secret));
    let mut times = [(); 4].map(|()| Vec::with_capacity(samples));
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut run = |times: &mut [Vec<f64>; 4], count: usize| {
        while times.iter().any(|times| times.len() < count) {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            let class = (seed >> 32) as usize % CLASSES.len();
            let (time, accepted) = check(black_box(&guesses[class]));
            assert_eq!(accepted, matches!(CLASSES[class], Class::Right), "{name}");
            times[class].push(time.as_nanos() as f64);
        }
    };
    // Fills caches and trains branch predictors.
    run(&mut times, samples.min(1_000));
    times.iter_mut().for_each(Vec::clear);
    run(&mut times, samples);

    let mut all = times.concat();
    all.sort_by(f64::total_cmp);
    let cuts =
        [0.5, 0.75, 0.9, 0.99, 1.0].map(|part| all[(part * (all.len() - 1) as f64) as usize]);
    println!("\n{name} (median {} ns)", cuts[0]);
    println!("  quickest        50 %     75 %     90 %     99 %      all");
    for (pair, a, b) in [
        ("first : last ", Class::First, Class::Last),
        ("first : other", Class::First, Class::Other),
        ("right : last ", Class::Right, Class::Last),
        ("right : first", Class::Right, Class::First),
    ] {
        print!("  {pair}");
        for cut in cuts {
            let [a, b] = [a, b].map(|class| Moments::of(&times[class as usize], cut));
            match a.welch_t(&b) {
                t if t.is_nan() => print!("        -"),
                t => print!(" {t:8.2}"),
            }
        }
        println!();
    }
}

/// The moments of the samples up to a limit.
struct Moments {
    count: f64,
    mean: f64,
    variance: f64,
}

impl Moments {
    fn of(times: &[f64], cut: f64) -> Self {
        let kept = || times.iter().filter(|time| **time <= cut);
        let count = kept().count() as f64;
        let mean = kept().sum::<f64>() / count;
        let variance = kept().map(|time| (time - mean).powi(2)).sum::<f64>() / (count - 1.0);
        Self {
            count,
            mean,
            variance,
        }
    }

    fn welch_t(&self, other: &Self) -> f64 {
        let error = (self.variance / self.count + other.variance / other.count).sqrt();
        (self.mean - other.mean) / error
    }
}

fn timed(check: impl FnOnce() -> bool) -> (Duration, bool) {
    let start = Instant::now();
    let accepted = check();
    (start.elapsed(), black_box(accepted))
}

fn credentials() -> Credentials {
    let credentials = Credentials::new(
        "ASIAIOSFODNN7EXAMPLE",
        "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    );
    credentials.with_session_token("IQoJb3JpZ2luX2VjEXAMPLE9".repeat(42))
}

/// A signed request in slices in which a guess replaces a secret.
struct Incoming {
    query: String,
    headers: Vec<(String, Vec<u8>)>,
}

impl Incoming {
    fn signed() -> Self {
        let signer = Signer::new(credentials(), "us-east-1", "s3").unwrap();
        let mut request = Request::get(PATH).header("host", HOST).body(()).unwrap();
        signer
            .sign(&mut request, PayloadHash::Unsigned, NOW)
            .unwrap();
        let headers = request.headers().iter();
        let headers = headers.map(|(name, value)| (name.as_str().into(), value.as_bytes().into()));
        Self {
            query: String::new(),
            headers: headers.collect(),
        }
    }

    fn presigned() -> Self {
        let signer = Signer::new(credentials(), "us-east-1", "s3").unwrap();
        let uri = format!("https://{HOST}{PATH}");
        let request = Request::get(uri).body(()).unwrap();
        let hour = Duration::from_secs(3600);
        let url = signer.presign(&request, hour, NOW).unwrap();
        Self {
            query: url.url().split_once('?').unwrap().1.into(),
            headers: vec![("host".into(), HOST.into())],
        }
    }

    fn header(&mut self, name: &str) -> &mut Vec<u8> {
        let header = self.headers.iter_mut().find(|header| header.0 == name);
        &mut header.unwrap().1
    }

    /// Times only the verification. Parsing depends on nothing secret.
    fn check(&self, verifier: &Verifier, key: &VerificationKey) -> (Duration, bool) {
        let headers = self.headers.iter();
        let headers: Vec<_> = headers
            .map(|(name, value)| (name.as_str(), value.as_slice()))
            .collect();
        let request = RawRequest {
            method: "GET",
            path: PATH,
            query: &self.query,
            headers: &headers,
        };
        let claim = SignedRequest::parse_raw(&request).unwrap();
        timed(|| {
            verifier
                .verify(&claim, key, PayloadHash::Unsigned, NOW)
                .is_ok()
        })
    }
}

fn put(place: &mut [u8], guess: &[u8]) {
    place.copy_from_slice(guess);
}

fn main() {
    let mut numbers = std::env::args().filter_map(|argument| argument.parse().ok());
    let samples = numbers.next().unwrap_or(100_000);
    let scope = CredentialScope::new(NOW, "us-east-1", "s3").unwrap();
    let key = VerificationKey::derive(&credentials(), &scope).unwrap();
    let verifier = Verifier::new("us-east-1", Service::S3).unwrap();
    println!("Welch's t, {samples} samples of each class");

    let mut request = Incoming::signed();
    let authorization = request.header("authorization").clone();
    let at = authorization.len() - 64;
    measure(
        "signature in a header",
        &authorization[at..],
        samples,
        |guess| {
            put(&mut request.header("authorization")[at..], guess);
            request.check(&verifier, &key)
        },
    );

    let mut request = Incoming::presigned();
    let rest = request.query.len() - 64;
    let signature = request.query.split_off(rest);
    measure(
        "signature in a URL",
        signature.as_bytes(),
        samples,
        |guess| {
            request.query.truncate(rest);
            request.query.push_str(std::str::from_utf8(guess).unwrap());
            request.check(&verifier, &key)
        },
    );

    let mut request = Incoming::signed();
    let token = request.header("x-amz-security-token").clone();
    // A wrong token is refused before the signature is calculated, which takes microseconds:
    // "right" is far off.
    measure("session token in a header", &token, samples, |guess| {
        put(request.header("x-amz-security-token"), guess);
        request.check(&verifier, &key)
    });

    let mut request = Incoming::presigned();
    let (_, rest) = request.query.split_once("X-Amz-Security-Token=").unwrap();
    let at = request.query.len() - rest.len();
    let place = at..at + token.len();
    assert_eq!(request.query.as_bytes()[place.clone()], token);
    measure("session token in a URL", &token, samples, |guess| {
        let guess = std::str::from_utf8(guess).unwrap();
        request.query.replace_range(place.clone(), guess);
        request.check(&verifier, &key)
    });

    let bearer = BearerToken::new(String::from_utf8(token[..64].to_vec()).unwrap());
    measure(
        "bearer token, 64 bytes, 32 times",
        &token[..64],
        samples,
        |guess| {
            let sent = BearerToken::new(String::from_utf8(guess.to_vec()).unwrap());
            timed(|| {
                (0..32).fold(true, |all, _| {
                    all & black_box(&bearer).matches(black_box(&sent))
                })
            })
        },
    );

    let secret = signature.as_bytes();
    let mut place = [0; 64];
    measure(
        "control: stops at the first difference, 32 times",
        secret,
        samples,
        |guess| {
            put(&mut place, guess);
            let leaky = || {
                black_box(secret)
                    .iter()
                    .zip(black_box(&place))
                    .all(|(a, b)| a == b)
            };
            timed(|| (0..32).fold(true, |all, _| all & leaky()))
        },
    );
}
