//! Enough of HTTP/1.1 for an example: a server for a few requests, and a client.

#![allow(unreachable_pub, reason = "a module of two examples")]

use std::error::Error;
use std::fmt::Write as _;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::thread::{JoinHandle, spawn};

use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode};

/// A server that ends by itself.
pub struct Server {
    address: SocketAddr,
    thread: JoinHandle<io::Result<()>>,
}

/// Answers that many requests, on a port of the system's choice.
pub fn serve(
    requests: usize,
    answer: fn(&Request<String>) -> Response<String>,
) -> io::Result<Server> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    let thread = spawn(move || {
        for connection in listener.incoming().take(requests) {
            let mut connection = connection?;
            let (first, headers, body) = read(&mut connection)?;
            let mut request = Request::new(body);
            *request.uri_mut() = first
                .split(' ')
                .nth(1)
                .and_then(|target| target.parse().ok())
                .unwrap_or_default();
            *request.headers_mut() = headers;
            let response = answer(&request);
            let (status, body) = (response.status(), response.body());
            write!(
                connection,
                "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            )?;
        }
        Ok(())
    });
    Ok(Server { address, thread })
}

impl Server {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits for its end.
    pub fn join(self) -> Result<(), Box<dyn Error>> {
        Ok(self.thread.join().map_err(|_| "the server panicked")??)
    }
}

/// Sends a request as it stands: its host is the one that was signed.
pub fn send(request: &Request<String>) -> Result<(StatusCode, String), Box<dyn Error>> {
    let host = request.uri().authority().ok_or("no host")?.as_str();
    let target = request.uri().path_and_query().ok_or("no path")?;
    let mut head = format!("{} {target} HTTP/1.1\r\nhost: {host}\r\n", request.method());
    for (name, value) in request.headers() {
        write!(head, "{name}: {}\r\n", value.to_str()?)?;
    }
    let body = request.body();
    write!(head, "content-length: {}\r\n\r\n{body}", body.len())?;
    let mut connection = TcpStream::connect(host)?;
    connection.write_all(head.as_bytes())?;
    let (first, _, body) = read(&mut connection)?;
    let status = first.split(' ').nth(1).ok_or("no status")?;
    Ok((status.parse()?, body))
}

/// The first line, the headers and the body of a message.
fn read(connection: &mut TcpStream) -> io::Result<(String, HeaderMap, String)> {
    let mut reader = BufReader::new(connection);
    let mut first = String::new();
    reader.read_line(&mut first)?;
    let (mut headers, mut length) = (HeaderMap::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            break;
        };
        if name == "content-length" {
            length = value.parse().map_err(io::Error::other)?;
        }
        let name = HeaderName::try_from(name).map_err(io::Error::other)?;
        let value = HeaderValue::try_from(value).map_err(io::Error::other)?;
        headers.append(name, value);
    }
    let mut body = Vec::new();
    reader.take(length).read_to_end(&mut body)?;
    Ok((first, headers, String::from_utf8_lossy(&body).into_owned()))
}
