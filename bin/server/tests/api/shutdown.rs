use std::net::TcpStream;
use std::time::{Duration, Instant};

use sms_gateway::Behaviour;

use crate::app::{App, MOBILE};
use crate::process::Process;

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
    // The code is in the store once the request has reached the sender.
    let mobile = sms_core::Mobile::parse(MOBILE).unwrap();
    let rules = sms_core::CheckRules {
        max_attempts: u8::MAX,
        failures: sms_core::Quotas::default(),
    };
    while app.store.check(&mobile, "wrong", &rules).await.unwrap()
        == sms_core::CheckOutcome::Missing
    {
        tokio::task::yield_now().await;
    }

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
