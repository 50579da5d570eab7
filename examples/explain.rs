//! Says why a signature did not match.
//!
//! `explain REQUEST RESPONSE [SERVICE]` reads two files: the request as `curl -v` shows it (lines that
//! begin with `> `) or as it goes on the wire, and the response, with or without its head. Without
//! arguments it explains a case of its own. The service's name is that of the signature by default.

use countersign::explain::{self, Diagnosis};

pub(crate) fn why<B>(
    request: &http::Request<B>,
    error_body: &str,
) -> Result<Diagnosis, Box<dyn std::error::Error>> {
    let diagnosis = explain::mismatch(request, "s3", error_body)?;
    Ok(diagnosis)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    use countersign::{Service, explain::Sent, verify::SignedRequest};

    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let diagnosis = match arguments.as_slice() {
        [] => built_in()?,
        [request, answer, service @ ..] => {
            let request = request_of(&std::fs::read_to_string(request)?)?;
            let service = match (service, SignedRequest::parse(&request)) {
                ([name, ..], _) => Service::from(name.clone()),
                ([], Ok(claim)) => Service::from(claim.scope().service().to_owned()),
                ([], Err(_)) => Service::from("s3"),
            };
            let sent = Sent::new(&request, &service);
            println!("{}\n", sent.canonical_request()?);
            let answer = std::fs::read_to_string(answer)?;
            sent.refused_with(body_of(&answer))?
        }
        [_] => return Err("explain REQUEST RESPONSE [SERVICE]".into()),
    };
    print(&diagnosis);
    Ok(())
}

/// A request for S3 that was signed by the rules of the other services.
fn built_in() -> Result<Diagnosis, Box<dyn std::error::Error>> {
    use countersign::{Credentials, PayloadHash, Rules, Service, Signer, Timestamp};

    let service = Service::new("s3", Rules::GENERIC);
    let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    let signer = Signer::new(credentials, "us-east-1", service)?;
    let mut request =
        http::Request::get("https://bucket.s3.amazonaws.com/Jan%202026.jpg").body(())?;
    signer.sign(
        &mut request,
        PayloadHash::EMPTY,
        "2026-01-02T03:04:05Z".parse::<Timestamp>()?,
    )?;
    let error_body = "<Error><Code>SignatureDoesNotMatch</Code>\
        <Message>The request signature we calculated does not match the signature you provided. \
        Check your key and signing method.</Message><CanonicalRequest>GET\n/Jan%202026.jpg\n\n\
        host:bucket.s3.amazonaws.com\nx-amz-date:20260102T030405Z\n\nhost;x-amz-date\n\
        e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855</CanonicalRequest></Error>";
    why(&request, error_body)
}

/// The head of a request, from `curl -v` or from the wire.
fn request_of(text: &str) -> Result<http::Request<()>, Box<dyn std::error::Error>> {
    let curl = text.lines().any(|line| line.starts_with("> "));
    let mut lines = text
        .lines()
        .filter_map(|line| {
            if curl {
                line.strip_prefix("> ")
            } else {
                Some(line)
            }
        })
        .take_while(|line| !line.trim().is_empty());
    let first = lines.next().ok_or("there is no request")?;
    let mut words = first.split(' ');
    let (method, target) = (words.next(), words.next());
    let (method, target) = method
        .zip(target)
        .ok_or("the first line is no request line")?;
    let mut request = http::Request::builder().method(method).uri(target);
    for line in lines {
        let (name, value) = line.split_once(':').ok_or("a line is no header")?;
        request = request.header(name, value.trim());
    }
    Ok(request.body(())?)
}

/// The body of a response, which may lack its head.
fn body_of(answer: &str) -> &str {
    let answer = answer.trim_start();
    if !answer.starts_with("HTTP/") {
        return answer;
    }
    let end = answer.find("\r\n\r\n").or_else(|| answer.find("\n\n"));
    end.map_or("", |end| answer[end..].trim_start())
}

/// Prints with colours, if the output is a terminal.
fn print(diagnosis: &Diagnosis) {
    let colours = std::io::IsTerminal::is_terminal(&std::io::stdout());
    for line in diagnosis.to_string().lines() {
        let colour = match line.trim_start() {
            text if text.starts_with('^') => "31;1",
            text if text.starts_with("Likely cause:") => "33;1",
            text if text.starts_with("What to do:") => "32",
            _ => "0",
        };
        if colours {
            println!("\x1b[{colour}m{line}\x1b[0m");
        } else {
            println!("{line}");
        }
    }
}
