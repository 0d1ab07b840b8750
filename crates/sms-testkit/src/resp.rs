//! As much of the protocol of Redis as it takes to give a command to a server.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(1);

/// Gives a command to the server on that port of 127.0.0.1. The texts and numbers of the answer,
/// one after the other; an error of the server is an error here.
pub(crate) fn ask(port: u16, command: &str) -> io::Result<Vec<String>> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(format!("{command}\r\n").as_bytes())?;
    let mut texts = Vec::new();
    read(&mut BufReader::new(stream), &mut texts)?;
    Ok(texts)
}

fn read(stream: &mut impl BufRead, texts: &mut Vec<String>) -> io::Result<()> {
    let mut line = String::new();
    stream.read_line(&mut line)?;
    let line = line.trim_end();
    let unreadable = || io::Error::new(io::ErrorKind::InvalidData, line.to_owned());
    let (kind, rest) = line.split_at_checked(1).ok_or_else(unreadable)?;
    let length = || rest.parse::<i64>().map_err(|_| unreadable());
    match kind {
        "+" | ":" => texts.push(rest.to_owned()),
        "$" => {
            // -1 is no text at all.
            if let Ok(length) = usize::try_from(length()?) {
                let mut text = vec![0; length + 2];
                stream.read_exact(&mut text)?;
                text.truncate(length);
                texts.push(String::from_utf8_lossy(&text).into_owned());
            }
        }
        "*" => {
            for _ in 0..length()? {
                read(stream, texts)?;
            }
        }
        _ => return Err(unreadable()),
    }
    Ok(())
}
