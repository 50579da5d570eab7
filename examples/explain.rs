//! Says why a service refused a signature: `explain REQUEST RESPONSE [SECRET]`, three file names.
//!
//! REQUEST is the output of `curl -v`, or a request as it goes on the wire. RESPONSE is the whole
//! response, as `curl -i` prints it, or its body. SECRET is the secret access key. To try it:
//!
//! ```sh
//! cd examples/captured
//! cargo run --features explain --example explain request.txt response.txt secret.txt
//! ```

use std::{env, error::Error, fs};

use countersign::explain::Explainer;
use countersign::verify::SignedRequest;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};

fn main() -> Result<(), Box<dyn Error>> {
    let files = env::args().skip(1).map(fs::read_to_string);
    let files: Vec<String> = files.collect::<Result<_, _>>()?;
    let [request, response, secret @ ..] = files.as_slice() else {
        return Err("usage: explain REQUEST RESPONSE [SECRET]".into());
    };

    let request = parse_request(request)?;
    let service = SignedRequest::parse(&request)?.scope().service().to_owned();
    let mut explainer = Explainer::new(&request, service);
    if let [secret, ..] = secret {
        explainer = explainer.with_secret_key(secret.trim_end().into());
    }
    println!("{}\n", explainer.canonical_request()?);
    let diagnosis = if response.starts_with("HTTP/") {
        explainer.response(&parse_response(response)?)?
    } else {
        explainer.error_body(response)?
    };
    print!("{diagnosis}");
    Ok(())
}

fn parse_request(text: &str) -> Result<Request<()>, Box<dyn Error>> {
    // `curl -v` begins each line of a request with `>`.
    let is_of_curl = text.lines().any(|line| line.starts_with("> "));
    let lines = text
        .lines()
        .filter(|line| !is_of_curl || line.starts_with('>'));
    let lines = lines.map(|line| line.strip_prefix('>').unwrap_or(line).trim());
    let (first, headers) = parse_head(lines)?;
    let [method, target, ..] = first.split(' ').collect::<Vec<_>>()[..] else {
        return Err("the first line is not a request line".into());
    };
    let mut request = Request::builder().method(method).uri(target).body(())?;
    *request.headers_mut() = headers;
    Ok(request)
}

fn parse_response(text: &str) -> Result<Response<String>, Box<dyn Error>> {
    let text = text.replace("\r\n", "\n");
    let (head, body) = text.split_once("\n\n").unwrap_or((&text, ""));
    let (first, headers) = parse_head(head.lines())?;
    let status = first
        .split(' ')
        .nth(1)
        .ok_or("the response has no status")?;
    let mut response = Response::builder().status(status).body(body.to_owned())?;
    *response.headers_mut() = headers;
    Ok(response)
}

/// The first line, and the headers up to an empty line.
fn parse_head<'t>(
    mut lines: impl Iterator<Item = &'t str>,
) -> Result<(&'t str, HeaderMap), Box<dyn Error>> {
    let first = lines.next().ok_or("the file is empty")?;
    let mut headers = HeaderMap::new();
    for line in lines.take_while(|line| !line.is_empty()) {
        let (name, value) = line.split_once(':').ok_or("a line is not a header")?;
        let (name, value): (HeaderName, HeaderValue) = (name.parse()?, value.trim().parse()?);
        headers.append(name, value);
    }
    Ok((first, headers))
}
