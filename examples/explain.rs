//! Says why a server refused a signature: `explain REQUEST RESPONSE [SECRET]`, three file names.
//!
//! REQUEST is a request as `curl -v` shows it (lines that begin with `> `) or as it goes on the wire.
//! RESPONSE is the whole response or its body, SECRET the secret access key. Without file names the
//! program explains a sample.

use std::{env, error::Error, fs};

use countersign::explain::{Diagnosis, Explainer};
use countersign::verify::SignedRequest;

/// A key with `@` and `=`, signed as it was sent.
const REQUEST: &str = "\
> GET /dt=2026-01-02/part@0.parquet HTTP/1.1
> host: bucket.s3.amazonaws.com
> x-amz-date: 20260102T030405Z
> x-amz-content-sha256: UNSIGNED-PAYLOAD
> authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/us-east-1/s3/aws4_request, \
SignedHeaders=host;x-amz-content-sha256;x-amz-date, \
Signature=86eaccb426a4575c4a109a24e513a3b2a7e064f02522c84d5b383402e6ae9ba0
";
const RESPONSE: &str = "HTTP/1.1 403 Forbidden

<Error><Code>SignatureDoesNotMatch</Code><Message>The request signature we calculated does not match \
the signature you provided. Check your key and signing method.</Message></Error>";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

/// From the request as it was sent and the body of the response.
pub(crate) fn why<B>(
    request: &http::Request<B>,
    service: &str,
    secret: Option<&str>,
    error_body: &str,
) -> Result<Diagnosis, Box<dyn Error>> {
    let mut explainer = Explainer::new(request, service.to_owned());
    if let Some(secret) = secret {
        explainer = explainer.with_secret_key(secret.into());
    }
    let diagnosis = explainer.error_body(error_body)?;
    Ok(diagnosis)
}

fn main() -> Result<(), Box<dyn Error>> {
    let files = env::args().skip(1).map(fs::read_to_string);
    let files = files.collect::<Result<Vec<String>, _>>()?;
    let (request, response, secret) = match files.as_slice() {
        [] => (REQUEST, RESPONSE, Some(SECRET)),
        [request, response] => (&**request, &**response, None),
        [request, response, secret] => (&**request, &**response, Some(secret.trim_end())),
        _ => return Err("usage: explain REQUEST RESPONSE [SECRET]".into()),
    };

    let request = parse_request(request)?;
    let service = SignedRequest::parse(&request)?.scope().service().to_owned();
    let explainer = Explainer::new(&request, service.clone());
    println!("{}\n", explainer.canonical_request()?);
    let diagnosis = match (response.starts_with("HTTP/"), secret) {
        (true, Some(secret)) => explainer
            .with_secret_key(secret.into())
            .response(&parse_response(response)?)?,
        (true, None) => explainer.response(&parse_response(response)?)?,
        (false, secret) => why(&request, &service, secret, response)?,
    };
    print!("{diagnosis}");
    Ok(())
}

fn parse_request(text: &str) -> Result<http::Request<()>, Box<dyn Error>> {
    let mut lines = text
        .lines()
        .map(|line| line.strip_prefix("> ").unwrap_or(line));
    let first = lines.next().unwrap_or_default();
    let [method, target, ..] = first.split(' ').collect::<Vec<_>>()[..] else {
        return Err("first line is not a request line".into());
    };
    let mut request = http::Request::builder().method(method).uri(target);
    for line in lines.take_while(|line| !line.trim().is_empty()) {
        let (name, value) = line.split_once(':').ok_or("line is not a header")?;
        request = request.header(name, value.trim());
    }
    Ok(request.body(())?)
}

fn parse_response(text: &str) -> Result<http::Response<String>, Box<dyn Error>> {
    let text = text.replace("\r\n", "\n");
    let (head, body) = text.split_once("\n\n").unwrap_or((&text, ""));
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1));
    let mut response = http::Response::builder().status(status.ok_or("no status")?);
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        response = response.header(name, value.trim());
    }
    Ok(response.body(body.to_owned())?)
}
