//! Requests byte by byte, as no client library would send them.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Sends `bytes` and reads what the server says until it closes the connection: ask it to with
/// `Connection: close`. Fails if it neither answers nor closes.
pub(crate) fn exchange(server: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(server).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(15)))
        .unwrap();
    // A server that refuses early may close before it has read all of it.
    let _ = stream.write_all(bytes);
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer) {
        Err(error) if error.kind() == ErrorKind::WouldBlock => {
            panic!("the connection stays open: {}", text(&answer))
        }
        _ => text(&answer),
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The status of an answer; 0 if there is none.
pub(crate) fn status(answer: &str) -> u16 {
    let status = answer.split(' ').nth(1);
    status.map_or(0, |status| status.parse().unwrap())
}

/// A GET that ends the connection, with more lines in its head.
pub(crate) fn get(target: &str, headers: &str) -> Vec<u8> {
    format!("GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\r\n").into_bytes()
}

/// A check of a code that ends the connection: the lines about its body, and the body.
pub(crate) fn post(headers: &str, body: &str) -> Vec<u8> {
    let head = "POST /sms_codes/13800138000/verify/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n";
    format!("{head}{headers}\r\n{body}").into_bytes()
}
