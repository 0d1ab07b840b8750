use reqwest::Method;

use crate::app::{App, MOBILE, answer};

const SETTINGS: &str = "[server]\ncors_origins = [\"https://shop.example\"]";

#[tokio::test]
async fn a_configured_origin_may_call_with_credentials() {
    let app = App::start_with(SETTINGS);
    let url = format!("http://{}/sms_codes/{MOBILE}/", app.public);
    let request = app.client.get(url).header("Origin", "https://shop.example");
    let response = request.send().await.unwrap();
    assert_eq!(
        response.headers()["access-control-allow-origin"],
        "https://shop.example"
    );
    assert_eq!(
        response.headers()["access-control-allow-credentials"],
        "true"
    );
    assert!(
        response.headers()["vary"]
            .to_str()
            .unwrap()
            .to_lowercase()
            .contains("origin")
    );
}

#[tokio::test]
async fn a_browser_may_ask_beforehand() {
    let app = App::start_with(SETTINGS);
    let url = format!("http://{}/sms_codes/{MOBILE}/verify/", app.public);
    let request = app
        .client
        .request(Method::OPTIONS, url)
        .header("Origin", "https://shop.example")
        .header("Access-Control-Request-Method", "POST")
        .header(
            "Access-Control-Request-Headers",
            "content-type, x-csrftoken",
        );
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(
        response.headers()["access-control-allow-origin"],
        "https://shop.example"
    );
    let methods = response.headers()["access-control-allow-methods"]
        .to_str()
        .unwrap();
    assert!(methods.contains("POST"), "{methods}");
    let headers = response.headers()["access-control-allow-headers"]
        .to_str()
        .unwrap();
    assert!(headers.to_lowercase().contains("x-csrftoken"), "{headers}");
}

#[tokio::test]
async fn a_browser_that_asks_for_another_page_is_refused_in_json() {
    let app = App::start_with(SETTINGS);
    let url = format!("http://{}/sms_codes/{MOBILE}/verify/", app.public);
    for (origin, method) in [
        ("https://evil.example", "POST"),
        ("null", "POST"),
        ("https://shop.example", "DELETE"),
    ] {
        let request = app
            .client
            .request(Method::OPTIONS, &url)
            .header("Origin", origin)
            .header("Access-Control-Request-Method", method);
        let response = request.send().await.unwrap();
        assert!(response.headers().contains_key("x-request-id"));
        assert!(
            !response
                .headers()
                .contains_key("access-control-allow-origin")
        );
        let answer = answer(response).await;
        assert_eq!((answer.status, answer.errmsg()), (403, "不允许跨域访问"));
        assert_eq!(answer.body["outcome"], "cross_origin_refused");
    }
}

#[tokio::test]
async fn no_other_origin_is_let_in() {
    for settings in [SETTINGS, ""] {
        let app = App::start_with(settings);
        let url = format!("http://{}/sms_codes/{MOBILE}/", app.public);
        let request = app.client.get(url).header("Origin", "https://evil.example");
        let response = request.send().await.unwrap();
        assert_eq!(
            response.status(),
            200,
            "the browser, not the server, keeps the answer away"
        );
        assert!(
            !response
                .headers()
                .contains_key("access-control-allow-origin")
        );
    }
}
