//! Clients are told what is allowed, and that it is used up, where they may know.

use reqwest::Response;
use reqwest::header::HeaderMap;

use crate::app::{App, MOBILE};
use crate::verify::{Caller, SHOP, TO, limited};

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    Some(headers.get(name)?.to_str().unwrap().to_owned())
}

/// What an answer says of limits.
fn told(response: &Response) -> [Option<String>; 2] {
    ["ratelimit-policy", "ratelimit"].map(|name| header(response.headers(), name))
}

fn some(policy: &str, limit: Option<&str>) -> [Option<String>; 2] {
    [Some(policy.to_owned()), limit.map(str::to_owned)]
}

async fn send(app: &App) -> Response {
    app.put_picture("i").await;
    let path = format!("/sms_codes/{MOBILE}/?image_code=abcd&image_code_id=i");
    app.get(&path).await
}

#[tokio::test]
async fn a_number_is_told_with_its_limits() {
    let app = App::start_with("[limits]\nper_ip = []\nper_mobile = ['2/60s', '5/1h']");
    let policy = "\"number-60s\";q=2;w=60, \"number-3600s\";q=5;w=3600";
    assert_eq!(told(&send(&app).await), some(policy, None));
    for _ in 0..2 {
        let [allowed, limit] = told(&send(&app).await);
        assert_eq!(allowed.as_deref(), Some(policy));
        let limit = limit.unwrap();
        let wait = limit.strip_prefix("\"number-60s\";r=0;t=").unwrap();
        assert!((50..=60).contains(&wait.parse::<u64>().unwrap()), "{limit}");
    }
}

#[tokio::test]
async fn an_address_is_told_with_its_own_limits() {
    let app = App::start_with("[limits]\nper_ip = ['1/60s']\nimage_per_ip = ['1/60s']");
    send(&app).await;
    let limit = "\"address-60s\";r=0;t=60";
    assert_eq!(
        told(&send(&app).await),
        some("\"address-60s\";q=1;w=60", Some(limit))
    );
    app.get("/image_codes/i/").await;
    let limit = "\"pictures-60s\";r=0;t=60";
    let refused = app.get("/image_codes/i/").await;
    assert_eq!(
        told(&refused),
        some("\"pictures-60s\";q=1;w=60", Some(limit))
    );
}

#[tokio::test]
async fn nobody_is_told_what_the_service_may_spend() {
    let app = App::start_with("[limits]\nper_ip = []\nper_mobile = []\nglobal = ['1/60s']");
    assert_eq!(told(&send(&app).await), [None, None]);
    assert_eq!(told(&send(&app).await), [None, None]);
}

#[tokio::test]
async fn callers_are_told_what_their_service_allows() {
    let app = App::start_with(&limited("per_mobile = ['9/1h']", "per_mobile = ['1/60s']"));
    let caller = Caller::account(&app);
    let path = format!("/Services/{SHOP}/Verifications");
    for status in [201, 429] {
        let request = caller.request(reqwest::Method::POST, &path);
        let request = request.body(format!("To={}&Channel=sms", TO.replace('+', "%2B")));
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), status);
        let limit = Some("\"number-60s\";r=0;t=60");
        assert_eq!(told(&response), some("\"number-60s\";q=1;w=60", limit));
    }
}
