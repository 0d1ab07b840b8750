//! Requests that are odd, hostile, or no HTTP at all.

use crate::app::{App, MOBILE};
use crate::raw::{exchange, get, post, status};

#[test]
fn a_body_of_doubtful_length_is_refused_and_the_connection_closed() {
    let app = App::start();
    let body = "sms_code=1";
    let lengths = [
        "Content-Length: 10\r\nContent-Length: 10\r\n",
        "Content-Length: 10\r\nContent-Length: 3\r\n",
        "Content-Length: 10, 10\r\n",
        "Content-Length: +10\r\n",
        "Content-Length: -1\r\n",
        "Content-Length: 0xa\r\n",
        "Content-Length: ten\r\n",
        "Content-Length: 99999999999999999999\r\n",
        "Content-Length : 10\r\n",
        "Content-Length: 10\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 10\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
        "Transfer-Encoding: gzip, chunked\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding: \"chunked\"\r\n",
        "Transfer-Encoding: chunked\u{b}\r\n",
        "Transfer-Encoding : chunked\r\n",
        "Transfer-Encoding:\r\n chunked\r\n",
        "X: y\r\n Transfer-Encoding: chunked\r\n",
    ];
    // What would be a request of its own to a server that reads the length another way.
    let smuggled = "GET /static/app.js HTTP/1.1\r\nHost: x\r\n\r\n";
    for length in lengths {
        let answer = exchange(app.public, &post(length, &format!("{body}{smuggled}")));
        assert_eq!(status(&answer), 400, "{length:?}: {answer}");
        assert_eq!(
            answer.matches("HTTP/1.1 ").count(),
            1,
            "{length:?}: {answer}"
        );
    }
}

#[test]
fn a_broken_chunk_is_an_empty_body_at_most() {
    let app = App::start();
    for body in [
        "zz\r\nsms_code=1\r\n0\r\n\r\n",
        "-1\r\nsms_code=1\r\n0\r\n\r\n",
        "ffffffffffffffffff\r\nsms_code=1\r\n0\r\n\r\n",
        "a;\nsms_code=1\r\n0\r\n\r\n",
        "a\r\nsms_code=1XX0\r\n\r\n",
    ] {
        let answer = exchange(app.public, &post("Transfer-Encoding: chunked\r\n", body));
        let refused = answer.contains("missing_parameter") || status(&answer) == 400;
        assert!(refused, "{body:?}: {answer}");
    }
}

#[test]
fn what_is_no_http_is_refused() {
    let app = App::start();
    let rows: [&[u8]; 14] = [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET / HTTP/3.0\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1.1\r\nHost: x\r\n\r\n",
        b"GET /\r\n\r\n",
        b"G@T\x00 / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX\x00: y\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: \x00\r\n\r\n",
        b"GET /\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /a b HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET x://\xff/ HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /sms_codes/13800138000/verify/ HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ];
    for bytes in rows {
        let answer = exchange(app.public, bytes);
        let request = String::from_utf8_lossy(bytes);
        assert_eq!(status(&answer), 400, "{request:?}: {answer}");
    }
}

#[test]
fn odd_bytes_in_paths_and_queries_name_nothing() {
    let app = App::start();
    let rows = [
        ("/image_codes/%00/", "not_found"),
        ("/image_codes/%FF%FE/", "not_found"),
        ("/image_codes/a%2Fb/", "not_found"),
        ("/image_codes/%61%GG/", "not_found"),
        ("/image_codes/../sms_codes/", "not_found"),
        ("/static/..%2f..%2fetc/passwd", "not_found"),
        ("/static/../../etc/passwd", "not_found"),
        ("//", "not_found"),
        (
            "/sms_codes/13800138000%00/?image_code=a&image_code_id=b",
            "bad_mobile",
        ),
        ("/sms_codes/%FF/?image_code=a&image_code_id=b", "bad_mobile"),
        (
            "/sms_codes/13800138000%2Fverify/?image_code=a&image_code_id=b",
            "bad_mobile",
        ),
        (
            "/sms_codes/13800138000/?image_code=%00&image_code_id=%00",
            "image_missing",
        ),
        (
            "/sms_codes/13800138000/?image_code=%FF&image_code_id=%FF",
            "image_missing",
        ),
        (
            "/sms_codes/13800138000/?image_code=a&image_code_id={b}",
            "image_missing",
        ),
        (
            "/sms_codes/13800138000/?image_code=a&image_code_id=%0d%0aX:%20y",
            "image_missing",
        ),
        ("/sms_codes/13800138000/?&&==&%%%", "missing_parameter"),
    ];
    for (target, outcome) in rows {
        let answer = exchange(app.public, &get(target, ""));
        assert!(
            answer.contains(&format!("\"outcome\":\"{outcome}\"")),
            "{target}: {answer}"
        );
    }
    assert!(app.sender.sent().is_empty());
}

#[test]
fn http_in_unusual_forms_is_understood() {
    let app = App::start();
    let old = exchange(app.public, b"GET / HTTP/1.0\r\n\r\n");
    assert_eq!(status(&old), 200, "{old}");
    let absolute = exchange(
        app.public,
        &get("http://elsewhere.example/image_codes/i/", ""),
    );
    assert!(absolute.contains("image/png"), "{absolute}");
    let asterisk = "OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    assert_eq!(status(&exchange(app.public, asterisk.as_bytes())), 404);
    let tunnel = "CONNECT elsewhere.example:443 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    assert_eq!(status(&exchange(app.public, tunnel.as_bytes())), 404);
    let upgrade = "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n";
    assert_eq!(status(&exchange(app.public, &get("/", upgrade))), 200);
    let compressed = "Content-Encoding: gzip\r\nContent-Length: 10\r\n";
    let answer = exchange(app.public, &post(compressed, "sms_code=1"));
    assert!(answer.contains("code_missing"), "{answer}");
    let expecting = "Expect: 100-continue\r\nContent-Length: 10\r\n";
    let answer = exchange(app.public, &post(expecting, "sms_code=1"));
    assert!(answer.starts_with("HTTP/1.1 100 Continue"), "{answer}");
    assert!(answer.contains("code_missing"), "{answer}");
}

#[test]
fn requests_in_a_row_are_answered_in_their_order() {
    let app = App::start();
    let mut bytes = Vec::new();
    for length in 0..40 {
        let body = format!("sms_code={}", "1".repeat(length));
        let head = format!("POST /sms_codes/{MOBILE}/verify/ HTTP/1.1\r\nHost: x\r\n");
        bytes.extend(format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()).bytes());
        bytes.extend(b"GET /nope HTTP/1.1\r\nHost: x\r\n\r\n");
    }
    bytes.extend(get("/nope", ""));
    let answers = exchange(app.public, &bytes);
    let outcomes: Vec<_> = answers.split("\"outcome\":\"").skip(1).collect();
    assert_eq!(outcomes.len(), 81, "{answers}");
    for (index, outcome) in outcomes.iter().enumerate() {
        let wanted = match index {
            0 => "missing_parameter",
            index if index % 2 == 0 && index < 80 => "code_missing",
            _ => "not_found",
        };
        assert!(outcome.starts_with(wanted), "{index}: {outcome}");
    }
}
