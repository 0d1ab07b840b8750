//! Clients that take their time hold nobody up.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::app::App;

/// Sends `bytes` and nothing more, on many connections.
fn dawdle(app: &App, bytes: &str) -> Vec<TcpStream> {
    let connect = |_| {
        let mut stream = TcpStream::connect(app.public).unwrap();
        stream.write_all(bytes.as_bytes()).unwrap();
        stream
    };
    (0..200).map(connect).collect()
}

/// Waits until the server closed a connection; gives what it said before.
fn last_words(mut stream: &TcpStream) -> String {
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    let mut words = String::new();
    stream.read_to_string(&mut words).unwrap();
    words
}

#[tokio::test]
async fn half_a_head_holds_no_worker_and_is_given_up() {
    let app = App::start();
    let streams = dawdle(&app, "GET / HTTP/1.1\r\nHost: x\r\nX-Slow:");
    let started = Instant::now();
    assert_eq!(app.get("/").await.status(), 200);
    assert!(started.elapsed() < Duration::from_secs(1));
    let words = tokio::task::spawn_blocking(move || last_words(&streams[0]))
        .await
        .unwrap();
    assert!(words.starts_with("HTTP/1.1 408"), "{words}");
}

#[tokio::test]
async fn half_a_body_holds_no_worker_and_is_given_up() {
    let app = App::start();
    let head =
        "POST /sms_codes/13800138000/verify/ HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{";
    let streams = dawdle(&app, head);
    let started = Instant::now();
    assert_eq!(app.get("/").await.status(), 200);
    assert!(started.elapsed() < Duration::from_secs(1));
    let words = tokio::task::spawn_blocking(move || last_words(&streams[0]))
        .await
        .unwrap();
    assert!(
        words.starts_with("HTTP/1.1 408") && words.contains("请求超时"),
        "{words}"
    );
}

#[tokio::test]
async fn half_of_a_second_head_holds_no_worker() {
    let app = App::start();
    let whole = "GET /static/icon.svg HTTP/1.1\r\nHost: x\r\n\r\n";
    let _streams = dawdle(
        &app,
        &format!("{whole}GET / HTTP/1.1\r\nHost: x\r\nX-Slow:"),
    );
    let started = Instant::now();
    assert_eq!(app.get("/").await.status(), 200);
    assert!(started.elapsed() < Duration::from_secs(1));
}

#[tokio::test]
async fn an_answer_that_nobody_reads_holds_no_worker() {
    let app = App::start();
    // Far more than the buffers of the sockets take.
    let page = "GET /static/app.js HTTP/1.1\r\nHost: x\r\n\r\n";
    let streams: Vec<_> = (0..20)
        .map(|_| TcpStream::connect(app.public).unwrap())
        .collect();
    for mut stream in &streams {
        stream.set_nonblocking(true).unwrap();
        while stream.write(page.as_bytes()).is_ok() {}
    }
    let started = Instant::now();
    assert_eq!(app.get("/").await.status(), 200);
    assert!(started.elapsed() < Duration::from_secs(1));
}

#[tokio::test]
async fn connections_above_the_most_wait_until_one_ends() {
    let app = App::start_with("[server]\nworkers = 1\nmax_connections = 3");
    let page = "GET /static/icon.svg HTTP/1.1\r\nHost: x\r\n\r\n";
    let ask = || {
        let mut stream = TcpStream::connect(app.public).unwrap();
        stream.write_all(page.as_bytes()).unwrap();
        stream
    };
    let is_answered = |mut stream: &TcpStream, within| {
        stream.set_read_timeout(Some(within)).unwrap();
        stream.read(&mut [0; 12]).is_ok_and(|length| length > 0)
    };
    let mut held: Vec<_> = (0..3).map(|_| ask()).collect();
    for stream in &held {
        assert!(is_answered(stream, Duration::from_secs(20)));
    }
    let next = ask();
    assert!(!is_answered(&next, Duration::from_millis(300)));
    held.pop();
    assert!(is_answered(&next, Duration::from_secs(20)));
}

#[tokio::test]
async fn a_head_without_end_is_refused() {
    let app = App::start();
    let mut stream = TcpStream::connect(app.public).unwrap();
    let _ = stream.write_all(format!("GET / HTTP/1.1\r\nX: {}", "x".repeat(1 << 20)).as_bytes());
    let mut answer = [0; 12];
    // The refusal, or the end of the connection.
    if stream
        .read(&mut answer)
        .is_ok_and(|length| length == answer.len())
    {
        assert_eq!(&answer[..10], b"HTTP/1.1 4");
    }
    assert_eq!(app.get("/").await.status(), 200);
}
