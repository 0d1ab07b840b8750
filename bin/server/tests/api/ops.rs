use crate::app::{App, MOBILE};

#[tokio::test]
async fn the_operator_sees_health_and_readiness() {
    let app = App::start();
    for path in ["/healthz", "/readyz"] {
        assert_eq!(app.get_ops(path).await.status(), 200, "{path}");
        assert_eq!(
            app.get(path).await.status(),
            404,
            "{path} is not for the public"
        );
    }
}

#[tokio::test]
async fn requests_and_messages_are_counted() {
    let app = App::start();
    app.send(MOBILE).await.is_success("发送短信成功");
    app.send(MOBILE).await.is_refusal("发送短信过于频繁");
    let response = app.get_ops("/metrics").await;
    let content_type = response.headers()["content-type"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(
        content_type.starts_with("text/plain; version=0.0.4"),
        "{content_type}"
    );
    let metrics = response.text().await.unwrap();
    for line in [
        "sms_http_requests_total{outcome=\"sent\",route=\"/sms_codes/{mobile}\"} 1",
        "sms_http_requests_total{outcome=\"mobile_too_often\",route=\"/sms_codes/{mobile}\"} 1",
        "sms_sends_total{result=\"accepted\",sender=\"mock\"} 1",
        "sms_build_info{version=\"",
    ] {
        assert!(metrics.contains(line), "{line} is not in\n{metrics}");
    }
    assert!(!metrics.contains(MOBILE));
}

#[tokio::test]
async fn every_answer_names_its_request() {
    let app = App::start();
    for path in ["/", "/image_codes/i/", "/sms_codes/1/", "/nope"] {
        let first = app.get(path).await.headers()["x-request-id"]
            .to_str()
            .unwrap()
            .to_owned();
        let second = app.get(path).await.headers()["x-request-id"]
            .to_str()
            .unwrap()
            .to_owned();
        assert_eq!(first.len(), 32);
        assert_ne!(first, second);
    }
}
