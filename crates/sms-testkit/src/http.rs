//! As much of HTTP/1.1 as the stubs need, by hand: a library would hide the bytes that tests
//! want to see.

use std::io;
use std::time::SystemTime;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::net::TcpStream;

/// No request of ours comes near this, in bytes.
const BODY_LIMIT: usize = 1 << 20;

/// One request as it came over the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// Such as `POST`.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// Names and values in the order and spelling in which they came.
    pub headers: Vec<(String, String)>,
    /// The bytes after the head.
    pub body: Vec<u8>,
}

impl HttpRequest {
    /// The value of the first header of that name, whatever its case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(other, _)| other.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The path, without the query.
    #[must_use]
    pub fn path(&self) -> &str {
        self.target
            .split_once('?')
            .map_or(self.target.as_str(), |(path, _)| path)
    }

    /// The value of the first parameter of that name in the query, as it was written.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let (_, query) = self.target.split_once('?')?;
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find_map(|(other, value)| (other == name).then_some(value))
    }

    /// The body as JSON; null if it is none.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// The next request on a connection; `None` if the client closed it.
pub(crate) async fn read_request(
    stream: &mut BufReader<TcpStream>,
) -> io::Result<Option<HttpRequest>> {
    let Some(first) = read_line(stream).await? else {
        return Ok(None);
    };
    let mut words = first.split(' ').map(str::to_owned);
    let (Some(method), Some(target)) = (words.next(), words.next()) else {
        return Err(malformed("request line"));
    };
    let mut request = HttpRequest {
        method,
        target,
        headers: Vec::new(),
        body: Vec::new(),
    };
    loop {
        let line = read_line(stream).await?;
        let line = line.ok_or_else(|| malformed("end within the head"))?;
        if line.is_empty() {
            break;
        }
        let header = line.split_once(": ").ok_or_else(|| malformed("header"))?;
        request.headers.push((header.0.into(), header.1.into()));
    }
    // Without a length there is no body to read: the rules of the stub judge such a request.
    let length = request.header("content-length").unwrap_or("0");
    let length = length.parse().map_err(|_| malformed("length"))?;
    if length > BODY_LIMIT {
        return Err(malformed("length"));
    }
    request.body.resize(length, 0);
    stream.read_exact(&mut request.body).await?;
    Ok(Some(request))
}

async fn read_line(stream: &mut BufReader<TcpStream>) -> io::Result<Option<String>> {
    let mut line = String::new();
    if stream.read_line(&mut line).await? == 0 {
        return Ok(None);
    }
    let line = line.strip_suffix("\r\n");
    line.map(|line| Some(line.to_owned()))
        .ok_or_else(|| malformed("line end"))
}

fn malformed(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// A whole answer; one that redirects leads to `/elsewhere`.
pub(crate) fn response(status: u16, now: SystemTime, body: &[u8]) -> Vec<u8> {
    // These have no body in HTTP: it would be taken for the beginning of the next answer.
    let body = if matches!(status, 204 | 304) {
        b""
    } else {
        body
    };
    let location = match status {
        300..400 => "Location: /elsewhere\r\n",
        _ => "",
    };
    let head = format!(
        "HTTP/1.1 {status} Stub\r\nDate: {}\r\n{location}Content-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n",
        httpdate::fmt_http_date(now),
        body.len()
    );
    [head.as_bytes(), body].concat()
}
