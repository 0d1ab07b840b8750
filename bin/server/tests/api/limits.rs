//! Nothing that a client sends may be larger than what is meant.

use crate::app::App;
use crate::raw::{exchange, get, post, status};

/// Asserts that the answer has this status and outcome, in the shape of all answers.
#[track_caller]
fn is_refused(answer: &str, wanted: u16, outcome: &str) {
    assert_eq!(status(answer), wanted, "{answer}");
    let outcome = format!("\"outcome\":\"{outcome}\"");
    for part in ["\"code\":400,\"errmsg\":", &outcome, "x-request-id: "] {
        assert!(answer.contains(part), "{part} is not in {answer}");
    }
}

#[test]
fn there_may_be_ninety_six_headers() {
    let app = App::start();
    let headers = |count: usize| "X: y\r\n".repeat(count - 2);
    let answer = exchange(app.public, &get("/", &headers(96)));
    assert_eq!(status(&answer), 200, "{answer}");
    for count in [97, 5000] {
        let answer = exchange(app.public, &get("/", &headers(count)));
        assert_eq!(status(&answer), 431, "{answer}");
    }
}

#[test]
fn a_body_may_have_four_kilobytes_however_it_comes() {
    let app = App::start();
    let body = |length: usize| format!("sms_code={}", "1".repeat(length - 9));
    let plain = |length: usize| post(&format!("Content-Length: {length}\r\n"), &body(length));
    let chunked = |length: usize| {
        let body = body(length);
        let (one, other) = body.split_at(1000);
        let chunk = |text: &str| format!("{:x}\r\n{text}\r\n", text.len());
        let body = format!("{}{}0\r\n\r\n", chunk(one), chunk(other));
        post("Transfer-Encoding: chunked\r\n", &body)
    };
    for small in [plain(4096), chunked(4096)] {
        let answer = exchange(app.public, &small);
        assert!(answer.contains("code_missing"), "{answer}");
    }
    let announced = post("Content-Length: 18446744073709551615\r\n", "x");
    for large in [plain(4097), chunked(4097), announced] {
        is_refused(&exchange(app.public, &large), 413, "body_too_large");
    }
}
