use std::io::Write;
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sms_core::{CheckOutcome, CheckRules, Mobile, Quotas};
use sms_gateway::{Behaviour, ErrorClass};
use sms_store::CodeStore;
use socket2::SockRef;

use crate::app::{App, MOBILE};
use crate::process::Process;

/// What a wrong code comes to: whether there is a code to compare it with.
async fn check(store: &dyn CodeStore, mobile: &str) -> CheckOutcome {
    let rules = CheckRules {
        max_attempts: u8::MAX,
        failures: Quotas::default(),
    };
    let mobile = Mobile::parse(mobile).unwrap();
    let checked = store.check(&mobile, "wrong", &rules).await;
    checked.unwrap().outcome
}

/// Waits until the request has reached the sender: its code is in the store then.
pub(crate) async fn reached_the_sender(store: &dyn CodeStore, mobile: &str) {
    while check(store, mobile).await == CheckOutcome::Missing {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_under_way_is_finished_and_nothing_new_is_taken() {
    let mut app = App::start();
    app.sender.behave(Behaviour::Stall);
    app.put_picture("i").await;
    let url = format!(
        "http://{}/sms_codes/{MOBILE}/?image_code=abcd&image_code_id=i",
        app.public
    );
    let request = app.client.get(url);
    let under_way = tokio::spawn(async move { request.send().await.unwrap() });
    reached_the_sender(&*app.store, MOBILE).await;

    app.begin_stop();
    while app.get_ops("/readyz").await.status() != 503 {
        tokio::task::yield_now().await;
    }
    assert!(
        app.get_ops("/readyz")
            .await
            .text()
            .await
            .unwrap()
            .contains("stopping")
    );
    while TcpStream::connect(app.public).is_ok() {
        tokio::task::yield_now().await;
    }

    app.sender.behave(Behaviour::Accept);
    let answer = crate::app::answer(under_way.await.unwrap()).await;
    answer.is_success("发送短信成功");
    tokio::task::spawn_blocking(move || app.join())
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_5_a_send_whose_client_went_away_is_finished_too() {
    let mut app = App::start();
    app.sender.behave(Behaviour::Stall);
    app.put_picture("i").await;
    let mut client = TcpStream::connect(app.public).unwrap();
    let path = format!("/sms_codes/{MOBILE}/?image_code=abcd&image_code_id=i");
    let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n");
    client.write_all(request.as_bytes()).unwrap();
    reached_the_sender(&*app.store, MOBILE).await;
    // Closing it like this tells the server at once that nobody waits any more.
    SockRef::from(&client)
        .set_linger(Some(Duration::ZERO))
        .unwrap();
    drop(client);
    // Connections go to the workers in turn, and a worker that answers has come to what was before.
    for _ in 0..4 {
        let url = format!("http://{}/", app.public);
        crate::app::client().get(url).send().await.unwrap();
    }

    app.begin_stop();
    while app.get_ops("/readyz").await.status() != 503 {
        tokio::task::yield_now().await;
    }
    app.sender.behave(Behaviour::Refuse(ErrorClass::Temporary));
    let store = Arc::clone(&app.store);
    tokio::task::spawn_blocking(move || app.join())
        .await
        .unwrap();
    assert_eq!(
        check(&*store, MOBILE).await,
        CheckOutcome::Missing,
        "the code was left behind"
    );
}

#[tokio::test]
async fn sigterm_ends_the_program_with_success_though_a_connection_is_kept() {
    let mut process = Process::start(&[]);
    let client = crate::app::client();
    let url = format!("http://{}/", process.public);
    assert_eq!(client.get(&url).send().await.unwrap().status(), 200);
    let started = Instant::now();
    process.signal("TERM");
    assert!(process.wait().success());
    // An idle connection is no request under way: it must not use up the time to drain.
    assert!(
        started.elapsed() < Duration::from_secs(10),
        "{:?}",
        started.elapsed()
    );
    assert!(client.get(&url).send().await.is_err());
}

#[tokio::test]
async fn a_second_signal_ends_the_program_at_once() {
    let mut process = Process::start(&[]);
    let mut slow = TcpStream::connect(process.public).unwrap();
    let head = "POST /sms_codes/1/verify/ HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n";
    slow.write_all(head.as_bytes()).unwrap();
    for _ in 0..4 {
        let url = format!("http://{}/", process.public);
        crate::app::client().get(url).send().await.unwrap();
    }
    process.signal("TERM");
    process.wait_for_log("stopping: ");
    process.signal("TERM");
    assert_eq!(process.wait().code(), Some(1));
}
