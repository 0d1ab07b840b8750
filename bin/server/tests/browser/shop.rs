use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use sms_testkit::wait_until;

/// Somebody else's web server: whatever path is asked for, it answers with one page. It keeps what is
/// posted to it, and answers that with nothing. It has a port of its own, so that its pages are of another origin than the server's.
pub(crate) struct Shop {
    origin: String,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    page: String,
    posted: Vec<String>,
}

impl Shop {
    pub(crate) fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::<Mutex<State>>::default();
        let shared = Arc::clone(&state);
        // It ends with the process, as nothing depends on when it does.
        thread::spawn(move || {
            for stream in listener.incoming() {
                let shared = Arc::clone(&shared);
                // Browsers connect ahead, and say nothing on such a connection.
                thread::spawn(move || answer(stream.unwrap(), &shared));
            }
        });
        Self { origin, state }
    }

    /// As it stands in `server.cors_origins`.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// Gives the page this body from now on.
    pub(crate) fn shows(&self, body: &str) {
        let head =
            "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><title>Shop</title>";
        self.state.lock().unwrap().page = format!("{head}{body}");
    }

    /// Waits until a form is submitted, and tells its body.
    pub(crate) fn receives(&self) -> Vec<String> {
        wait_until("a form", || !self.posted().is_empty());
        self.posted()
    }

    /// The bodies of all forms that were submitted so far.
    pub(crate) fn posted(&self) -> Vec<String> {
        self.state.lock().unwrap().posted.clone()
    }
}

fn answer(stream: TcpStream, shop: &Mutex<State>) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    let mut line = String::new();
    while reader.read_line(&mut line).ok()? > 0 && line != "\r\n" {
        let header = line.to_ascii_lowercase();
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        line.clear();
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let mut shop = shop.lock().unwrap();
    let page = if length > 0 {
        shop.posted.push(String::from_utf8(body).ok()?);
        ""
    } else {
        &shop.page
    };
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length:";
    let answer = format!("{head} {}\r\n\r\n{page}", page.len());
    reader.into_inner().write_all(answer.as_bytes()).ok()
}
