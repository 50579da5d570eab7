//! Reads a request and a response from pasted text.

use http::{HeaderName, HeaderValue, Request, Response};

/// A request, and its body if all of it was pasted.
pub(crate) struct Sent {
    pub(crate) request: Request<()>,
    pub(crate) body: Option<String>,
}

/// A whole response, or the body of one.
pub(crate) enum Received {
    Response(Response<String>),
    Body(String),
}

/// Reads a request as it goes on the wire, or as `curl -v` prints it.
pub(crate) fn request(text: &str) -> Result<Sent, String> {
    let text = lines_of(text, "> ");
    let (first, headers, body) = message(&text)?;
    let mut parts = first.split_ascii_whitespace();
    let (Some(method), Some(target)) = (parts.next(), parts.next()) else {
        return Err(format!(
            "The first line of the request must be a method and a path, such as \
             `GET /key HTTP/1.1`. It is `{}`.",
            shortened(first)
        ));
    };
    let mut builder = Request::builder().method(method).uri(target);
    let mut length = None;
    for (name, value) in headers {
        if name == "content-length" {
            length = value.to_str().ok().and_then(|text| text.parse().ok());
        }
        builder = builder.header(name, value);
    }
    let request = builder
        .body(())
        .map_err(|error| format!("The request cannot be read: {error}."))?;
    // A pasted body often gains or loses a line break. The length tells whether it is complete.
    let body = [body, body.trim_end_matches(['\r', '\n'])]
        .into_iter()
        .find(|body| length == Some(body.len()) && !body.is_empty())
        .map(str::to_owned);
    Ok(Sent { request, body })
}

/// Reads a whole response, the response that `curl -v` prints, or only the body.
pub(crate) fn response(text: &str) -> Result<Received, String> {
    let head = lines_of(text, "< ");
    if head.len() != text.len() {
        // `curl -v` prints the body after the lines with a mark.
        let unmarked = text.lines().filter(|line| !is_of_curl(line));
        let body = unmarked.collect::<Vec<_>>().join("\n");
        return parsed_response(&format!("{}\n\n{}", head.trim_end(), body.trim()));
    }
    let text = text.trim_start();
    if text.starts_with("HTTP/") {
        parsed_response(text)
    } else {
        Ok(Received::Body(text.to_owned()))
    }
}

fn parsed_response(text: &str) -> Result<Received, String> {
    let (first, headers, body) = message(text)?;
    let status = first.split_ascii_whitespace().nth(1).unwrap_or_default();
    let mut builder = Response::builder().status(status);
    for (name, value) in headers {
        builder = builder.header(name, value);
    }
    let response = builder
        .body(body.to_owned())
        .map_err(|error| format!("The response cannot be read: {error}."))?;
    Ok(Received::Response(response))
}

/// First line, headers and body of a message.
type Message<'t> = (&'t str, Vec<(HeaderName, HeaderValue)>, &'t str);

fn message(text: &str) -> Result<Message<'_>, String> {
    let mut rest = text.trim_start();
    let first = next_line(&mut rest);
    let mut headers: Vec<(HeaderName, HeaderValue)> = Vec::new();
    while !rest.is_empty() {
        let line = next_line(&mut rest);
        if line.trim().is_empty() {
            break;
        }
        let malformed = || format!("This line is not a header: `{}`.", shortened(line));
        // HTTP/2 has names that begin with a colon, such as `:authority`.
        let at = line
            .char_indices()
            .skip(1)
            .find_map(|(at, c)| (c == ':').then_some(at))
            .ok_or_else(malformed)?;
        let (name, value) = (&line[..at], line[at + 1..].trim());
        let name = match name.trim() {
            ":authority" => "host",
            name if name.starts_with(':') => continue,
            name => name,
        };
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| malformed())?;
        let value = HeaderValue::from_bytes(value.as_bytes()).map_err(|_| malformed())?;
        headers.push((name, value));
    }
    Ok((first, headers, rest))
}

fn next_line<'t>(rest: &mut &'t str) -> &'t str {
    let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
    *rest = after;
    line.trim_end_matches('\r')
}

/// The lines that `curl -v` marks so, without the mark, or the whole text if there are none.
fn lines_of(text: &str, mark: &str) -> String {
    let marked = |line: &str| line.starts_with(mark) || line.trim_end() == mark.trim_end();
    if !text.lines().any(|line| line.starts_with(mark)) {
        return text.to_owned();
    }
    let lines = text.lines().filter(|line| marked(line));
    let lines = lines.map(|line| line.strip_prefix(mark).unwrap_or_default());
    lines.collect::<Vec<_>>().join("\n")
}

fn is_of_curl(line: &str) -> bool {
    let marks = ["> ", "< ", "* ", "{ [", "} ["];
    marks.iter().any(|mark| line.starts_with(mark)) || matches!(line.trim_end(), ">" | "<")
}

fn shortened(text: &str) -> String {
    text.chars().take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_on_the_wire_and_one_of_curl_are_the_same() {
        let wire = "PUT /a?b=c HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi";
        let curl = "* Trying 1.2.3.4...\n> PUT /a?b=c HTTP/1.1\n> Host: h\n> Content-Length: 2\n> \n\
                    < HTTP/1.1 403 Forbidden\n< \n";
        let http2 = "* using HTTP/2\n> PUT /a?b=c HTTP/2\n> :authority: h\n> :method: PUT\n\
                     > content-length: 2\n>\n";
        for text in [wire, curl, http2] {
            let Sent { request: read, .. } = request(text).unwrap();
            assert_eq!(
                (read.method().as_str(), read.uri().to_string()),
                ("PUT", "/a?b=c".into())
            );
            assert_eq!(read.headers()["host"], "h");
            assert_eq!(read.headers().len(), 2);
        }
    }

    #[test]
    fn a_body_counts_if_its_length_is_the_announced_one() {
        let body = |end: &str| {
            let text = format!("PUT / HTTP/1.1\nhost: h\ncontent-length: 5\n\n{end}");
            request(&text).unwrap().body
        };
        assert_eq!(body("hello").as_deref(), Some("hello"));
        assert_eq!(body("hello\n").as_deref(), Some("hello"));
        assert_eq!(body("hell\n").as_deref(), Some("hell\n"));
        assert_eq!(body("hell"), None);
        assert_eq!(body(""), None);
    }

    #[test]
    fn a_response_is_a_body_or_has_a_status() {
        let Ok(Received::Body(body)) = response("  <Error/>") else {
            panic!("a body")
        };
        assert_eq!(body, "<Error/>");
        let curl = "> GET / HTTP/1.1\n> \n< HTTP/1.1 403 Forbidden\n< date: x\n< \n{ [9 bytes data]\n<Error/>";
        for text in ["HTTP/1.1 403 Forbidden\r\ndate: x\r\n\r\n<Error/>", curl] {
            let Ok(Received::Response(response)) = response(text) else {
                panic!("a response")
            };
            assert_eq!(
                (response.status().as_u16(), response.body().as_str()),
                (403, "<Error/>")
            );
            assert_eq!(response.headers()["date"], "x");
        }
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let refused = |text: &str| request(text).err().unwrap();
        assert!(refused("").starts_with("The first line"));
        assert_eq!(
            refused("GET / HTTP/1.1\nnonsense"),
            "This line is not a header: `nonsense`."
        );
        assert!(refused("GET / HTTP/1.1\na b: c").starts_with("This line is not a header"));
        assert!(response("HTTP/1.1 nothing\n\n").is_err());
    }
}
