//! What is too much for the Verify face: more sends than may be under way, and requests that are too
//! large or too slow.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use reqwest::Method;
use serde_json::Value;
use sms_gateway::Behaviour;

use crate::app::App;
use crate::verify::{Caller, SHOP, TO, settings, told};

// ACCOUNT:TOKEN of crate::verify.
const AUTHORIZATION: &str = "Authorization: Basic \
                             QUMwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMTp0aGUgdG9rZW4gb2YgdGhlIGFjY291bnQ=";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_may_not_be_under_way_as_well_is_refused_at_once() {
    let app = App::start_with(&format!("{}[gateway]\nmax_in_flight = 1\n", settings("")));
    let caller = Caller::account(&app);
    app.sender.behave(Behaviour::Stall);
    let start = async |to| caller.start(SHOP, to).await;
    let fill = async {
        // It is pending as soon as its message is with the sender.
        while caller.fetch(SHOP, TO).await.status == 404 {
            tokio::task::yield_now().await;
        }
        let other = "+8613900139000";
        let refused = start(other).await;
        refused.is_problem(503, 20503, "Service is unavailable. Please try again");
        caller.fetch(SHOP, other).await.status
    };
    let (under_way, of_other) = tokio::join!(start(TO), async {
        let of_other = fill.await;
        app.sender.behave(Behaviour::Accept);
        of_other
    });
    assert_eq!(of_other, 404, "a refused one begins nothing");
    under_way.is_verification(201, "pending");
    start("+8613900139000")
        .await
        .is_verification(201, "pending");
}

#[tokio::test]
async fn half_a_form_is_given_up_and_told_so() {
    let app = App::start_with(&settings(""));
    let mut stream = TcpStream::connect(app.public).unwrap();
    let head = format!(
        "POST /v2/Services/{SHOP}/Verifications HTTP/1.1\r\nHost: x\r\n{AUTHORIZATION}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 99\r\n\r\nTo="
    );
    stream.write_all(head.as_bytes()).unwrap();
    let words = tokio::task::spawn_blocking(move || last_words(&mut stream));
    let words = words.await.unwrap();
    assert!(words.starts_with("HTTP/1.1 408"), "{words}");
    let body = words.split_once("\r\n\r\n").unwrap().1;
    let body: Value = serde_json::from_str(body).unwrap();
    assert_eq!(body["message"], "Request Timeout");
    assert_eq!((&body["code"], &body["status"]), (&408.into(), &408.into()));
    assert!(app.sender.sent().is_empty());
}

#[tokio::test]
async fn what_is_too_large_is_told_so() {
    let app = App::start_with(&settings(""));
    let caller = Caller::account(&app);
    let path = format!("/Services/{SHOP}/Verifications");
    let long = "x".repeat(70_000);
    let body = format!("To={long}&Channel=sms");
    let post = caller.request(Method::POST, &path);
    let form = post.header("Content-Type", "application/x-www-form-urlencoded");
    let large_body = told(form.body(body).send().await.unwrap()).await;
    assert_eq!(large_body.status, 413, "{large_body:?}");
    let long_uri = caller
        .get(&format!("/Attempts?To={}", &long[..9_000]))
        .await;
    assert_eq!(long_uri.status, 414, "{long_uri:?}");
    for answer in [large_body, long_uri] {
        assert_eq!(answer.body["status"], answer.status, "{answer:?}");
    }
}

/// Waits until the server closed a connection; gives what it said before.
fn last_words(stream: &mut TcpStream) -> String {
    let timeout = Some(Duration::from_secs(20));
    stream.set_read_timeout(timeout).unwrap();
    let mut words = String::new();
    stream.read_to_string(&mut words).unwrap();
    words
}
