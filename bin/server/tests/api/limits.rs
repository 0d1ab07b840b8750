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
fn a_path_may_have_a_kilobyte() {
    let app = App::start();
    let path = |length: usize| format!("/sms_codes/{}/", "1".repeat(length - 12));
    let answer = exchange(app.public, &get(&path(1024), ""));
    assert_eq!(status(&answer), 200, "{answer}");
    let answer = exchange(app.public, &get(&path(1025), ""));
    is_refused(&answer, 414, "uri_too_long");
    let answer = exchange(app.public, &get(&format!("/{}", "x".repeat(30_000)), ""));
    is_refused(&answer, 414, "uri_too_long");
}

#[test]
fn a_query_may_have_eight_kilobytes() {
    let app = App::start();
    let target = |length: usize| format!("/sms_codes/13800138000/?x={}", "y".repeat(length - 2));
    let answer = exchange(app.public, &get(&target(8192), ""));
    assert!(answer.contains("missing_parameter"), "{answer}");
    for target in [target(8193), target(60_000)] {
        is_refused(
            &exchange(app.public, &get(&target, "")),
            414,
            "uri_too_long",
        );
    }
    // Longer than any URI may be: what reads HTTP refuses it, and has no words for it.
    let answer = exchange(app.public, &get(&target(70_000), ""));
    assert_eq!(status(&answer), 400, "{answer}");
}

#[test]
fn headers_may_have_sixteen_kilobytes() {
    let app = App::start();
    let headers = |bytes: usize| {
        let line = |length: usize| format!("Cookie: {}\r\n", "c".repeat(length - 6));
        format!("{}{}", line(bytes / 2), line(bytes - bytes / 2))
    };
    // `Host: x` and `Connection: close` are 20 of them.
    let answer = exchange(app.public, &get("/", &headers(16 * 1024 - 20)));
    assert_eq!(status(&answer), 200, "{answer}");
    for bytes in [16 * 1024 - 19, 100_000] {
        let answer = exchange(app.public, &get("/", &headers(bytes)));
        is_refused(&answer, 431, "headers_too_large");
    }
    let answer = exchange(app.public, &get("/", &headers(300_000)));
    assert!([0, 431].contains(&status(&answer)), "{answer}");
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
