use reqwest::Response;

use crate::app::{App, answer};

async fn script(app: &App, if_none_match: Option<&str>) -> Response {
    let mut request = app.client.get(format!("http://{}/sms-code.js", app.public));
    if let Some(tags) = if_none_match {
        request = request.header("If-None-Match", tags);
    }
    request.send().await.unwrap()
}

#[tokio::test]
async fn the_component_is_one_script_for_pages_of_any_origin() {
    let app = App::start();
    let response = script(&app, None).await;
    assert_eq!(response.status(), 200);
    let rows = [
        ("content-type", "text/javascript; charset=utf-8"),
        ("cache-control", "public, max-age=300"),
        ("access-control-allow-origin", "*"),
        ("x-content-type-options", "nosniff"),
    ];
    for (header, value) in rows {
        assert_eq!(response.headers()[header], value, "{header}");
    }
    let text = response.text().await.unwrap();
    assert!(text.contains("customElements.define('sms-code', SmsCode)"));
    // It needs nothing else.
    assert!(!text.contains("import "), "{text}");
}

#[tokio::test]
async fn whoever_has_the_script_is_not_sent_it_again() {
    let app = App::start();
    let first = script(&app, None).await;
    let tag = first.headers()["etag"].to_str().unwrap().to_owned();
    for tags in [tag.as_str(), &format!("\"other\", W/{tag}"), "*"] {
        let again = script(&app, Some(tags)).await;
        assert_eq!(again.status(), 304, "{tags}");
        assert_eq!(again.headers()["etag"], tag);
        assert_eq!(again.headers()["access-control-allow-origin"], "*");
        assert_eq!(again.text().await.unwrap(), "");
    }
    for tags in ["\"other\"", "nonsense"] {
        assert_eq!(script(&app, Some(tags)).await.status(), 200, "{tags}");
    }
}

#[tokio::test]
async fn the_script_can_only_be_fetched() {
    let app = App::start();
    let url = format!("http://{}/sms-code.js", app.public);
    let refused = answer(app.client.post(url).send().await.unwrap()).await;
    assert_eq!(refused.status, 405);
}
