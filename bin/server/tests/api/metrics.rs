//! What is counted, and what never becomes a label.

use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use reqwest::Method;
use sms_gateway::{Behaviour, ErrorClass};
use sms_testkit::RedisServer;
use socket2::SockRef;

use crate::app::{App, MOBILE, answer};
use crate::exposition::Exposition;

#[tokio::test]
async fn what_becomes_of_codes_is_counted_by_country_and_sender() {
    let app = App::start();
    app.send(MOBILE).await.is_success("发送短信成功");
    app.check(MOBILE, "x")
        .await
        .is_refusal("输入短信验证码有误");
    let code = app.received_code(MOBILE);
    app.check(MOBILE, &code).await.is_success("短信验证码正确");
    let metrics = Exposition::of(&app).await;
    for series in [
        "sms_sent_total{country=\"CN\",sender=\"mock\"}",
        "sms_verified_total{country=\"CN\",sender=\"mock\"}",
        "sms_checks_total{outcome=\"code_mismatch\"}",
        "sms_checks_total{outcome=\"verified\"}",
        "sms_sender_attempts_total{result=\"accepted\",sender=\"mock\"}",
        "sms_store_step_duration_seconds_count{step=\"admit_send\"}",
    ] {
        assert_eq!(metrics.value(series), 1.0, "{series}");
    }
    assert_eq!(metrics.value("sms_http_requests_in_flight"), 0.0);
    assert_eq!(metrics.value("sms_ready"), 1.0);
}

#[tokio::test]
async fn a_country_from_which_nothing_comes_back_is_seen_at_once() {
    let app = App::start_with("limits.countries = ['*']");
    app.send("+85251234567").await.is_success("发送短信成功");
    let metrics = Exposition::of(&app).await;
    let labels = "{country=\"HK\",sender=\"mock\"}";
    assert_eq!(metrics.value(&format!("sms_sent_total{labels}")), 1.0);
    assert_eq!(metrics.value(&format!("sms_verified_total{labels}")), 0.0);
}

#[tokio::test]
async fn every_quota_that_refuses_is_counted() {
    let app = App::start_with(
        "limits.per_ip = ['4/1h']\nlimits.image_per_ip = ['1/1h']\nlimits.global = ['2/1h']\n\
         limits.per_mobile = ['1/1h']\nlimits.failures_per_mobile = ['1/1h']",
    );
    app.send(MOBILE).await.is_success("发送短信成功");
    app.send(MOBILE).await.is_refusal("发送短信过于频繁");
    app.sender.behave(Behaviour::Refuse(ErrorClass::RateNumber));
    app.send("13800138001").await.is_refusal("发送短信过于频繁");
    app.sender.behave(Behaviour::Accept);
    // The refused message gave its slot of the budget back.
    app.send("13800138002").await.is_success("发送短信成功");
    app.send("13800138003").await.is_refusal("访问过于频繁");
    for _ in 0..2 {
        app.get("/image_codes/i/").await;
        app.check(MOBILE, "x").await;
    }
    let metrics = Exposition::of(&app).await;
    for quota in ["number", "provider", "address", "pictures", "failures"] {
        let series = format!("sms_quota_refusals_total{{quota=\"{quota}\"}}");
        assert_eq!(metrics.value(&series), 1.0, "{quota}");
    }

    let app = App::start_with("limits.global = ['1/1h']");
    app.send(MOBILE).await.is_success("发送短信成功");
    app.send("13800138001").await.is_refusal("发送短信过于频繁");
    let metrics = Exposition::of(&app).await;
    let refused = metrics.value("sms_quota_refusals_total{quota=\"budget\"}");
    assert_eq!(refused, 1.0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_send_whose_client_hung_up_is_counted() {
    let app = App::start();
    app.sender.behave(Behaviour::Stall);
    app.put_picture("i").await;
    let mut client = TcpStream::connect(app.public).unwrap();
    let path = format!("/sms_codes/{MOBILE}/?image_code=abcd&image_code_id=i");
    let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n");
    client.write_all(request.as_bytes()).unwrap();
    until(&app, "sms_sends_in_flight{sender=\"mock\"}", 1.0).await;
    // Closing it like this tells the server at once that nobody waits any more.
    let linger = SockRef::from(&client).set_linger(Some(Duration::ZERO));
    linger.unwrap();
    drop(client);
    until(&app, "sms_http_requests_abandoned_total", 1.0).await;
    app.sender.behave(Behaviour::Accept);
    until(
        &app,
        "sms_sends_total{result=\"accepted\",sender=\"mock\"}",
        1.0,
    )
    .await;
    let metrics = Exposition::of(&app).await;
    assert_eq!(metrics.value("sms_http_requests_in_flight"), 0.0);
    assert_eq!(metrics.value("sms_sends_in_flight{sender=\"mock\"}"), 0.0);
}

#[tokio::test]
async fn a_store_out_of_reach_is_counted_and_makes_the_server_unready() {
    let mut redis = RedisServer::start();
    let app = App::start_on_redis(&redis);
    app.check(MOBILE, "123456").await;
    let metrics = Exposition::of(&app).await;
    assert!(metrics.value("sms_store_connections{state=\"open\"}") >= 1.0);
    assert_eq!(metrics.value("sms_store_connections{state=\"most\"}"), 4.0);
    redis.stop();
    assert_eq!(app.check(MOBILE, "123456").await.status, 503);
    let metrics = Exposition::of(&app).await;
    let kinds = ["timeout", "connection", "refused"];
    let errors = kinds.map(|kind| {
        metrics.value(&format!(
            "sms_store_errors_total{{kind=\"{kind}\",step=\"check\"}}"
        ))
    });
    assert_eq!(errors.iter().sum::<f64>(), 1.0, "{errors:?}");
    let unavailable = metrics.value("sms_checks_total{outcome=\"unavailable\"}");
    assert_eq!(unavailable, 1.0);
    assert_eq!(metrics.value("sms_ready"), 0.0);
}

/// Asks in every way for what a client can name.
async fn ask_strangely(app: &App, word: &str) {
    for path in [
        format!("/{word}"),
        format!("/image_codes/{word}/"),
        format!("/image_codes/{word}%20/"),
        format!("/sms_codes/{word}/?image_code={word}&image_code_id={word}"),
        format!("/sms_codes/{word}/verify/"),
        format!("/static/{word}"),
        format!("/?{word}={word}"),
    ] {
        for method in ["GET", "POST", word] {
            let url = format!("http://{}{path}", app.public);
            let request = app
                .client
                .request(Method::from_bytes(method.as_bytes()).unwrap(), url);
            let request = request.header("X-Request-Id", word).header("Origin", word);
            request
                .body(format!("sms_code={word}"))
                .send()
                .await
                .unwrap();
        }
    }
    app.put_picture(word).await;
    let path = format!("/sms_codes/{word}/?image_code=abcd&image_code_id={word}");
    let _ = answer(app.get(&path).await).await;
    let _ = app.check(word, word).await;
}

#[tokio::test]
async fn no_label_takes_its_value_from_a_request() {
    let app = App::start();
    ask_strangely(&app, "13800138001").await;
    let before = Exposition::of(&app).await;
    for word in ["13800138002", "13800138003", "13800138004"] {
        ask_strangely(&app, word).await;
    }
    let after = Exposition::of(&app).await;
    let mut series: Vec<_> = after.series.keys().collect();
    assert!(!format!("{series:?}").contains("1380013"));
    series.retain(|series| !before.series.contains_key(series));
    assert!(series.is_empty(), "new with other values: {series:#?}");
}

/// Waits until a series has a value.
async fn until(app: &App, series: &str, value: f64) {
    let limit = Instant::now() + Duration::from_secs(20);
    while Exposition::of(app).await.value(series) != value {
        assert!(Instant::now() < limit, "{series} does not become {value}");
        tokio::task::yield_now().await;
    }
}
