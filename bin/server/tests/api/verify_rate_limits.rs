//! The callers' own limits of the Verify face.

use serde_json::{Value, json};

use crate::app::App;
use crate::verify::{ACCOUNT, BANK, Caller, Form, SHOP, TO, settings};

#[tokio::test]
async fn a_limit_is_made_looked_at_changed_and_removed() {
    let app = App::start_with(&settings(""));
    let caller = Caller::account(&app);
    let limits = format!("/Services/{SHOP}/RateLimits");
    let wish = [("UniqueName", "end_user_ip"), ("Description", "by address")];
    let made = caller.post(&limits, &wish).await;
    let sid = made.text("sid").to_owned();
    assert!(sid.starts_with("RK") && sid.len() == 34, "{sid}");
    let path = format!("{limits}/{sid}");
    let url = format!("http://{}/v2{path}", app.public);
    let expected = |description: &str, told: &Value| {
        json!({
            "sid": sid,
            "service_sid": SHOP,
            "account_sid": ACCOUNT,
            "unique_name": "end_user_ip",
            "description": description,
            "date_created": told["date_created"],
            "date_updated": told["date_updated"],
            "url": url,
            "links": {"buckets": format!("{url}/Buckets")},
        })
    };
    assert_eq!(made.text("date_created").len(), 20);
    assert_eq!(
        (made.status, &made.body),
        (201, &expected("by address", &made.body))
    );
    let fetched = caller.get(&format!("{path}/")).await;
    assert_eq!((fetched.status, fetched.body), (200, made.body));
    let changed = caller.post(&path, &[("Description", "by origin")]).await;
    assert_eq!(
        (changed.status, &changed.body),
        (200, &expected("by origin", &changed.body))
    );
    let listed = caller.get(&limits).await.body;
    assert_eq!(listed["rate_limits"], json!([changed.body]));
    assert_eq!(listed["meta"]["key"], "rate_limits");
    assert_eq!(caller.delete(&path).await.status, 204);
    caller.get(&path).await.is_not_found(&path);
    caller.delete(&path).await.is_not_found(&path);
    caller
        .post(&path, &[("Description", "x")])
        .await
        .is_not_found(&path);
}

#[tokio::test]
async fn a_bucket_is_made_looked_at_changed_and_removed() {
    let app = App::start_with(&settings(""));
    let caller = Caller::account(&app);
    let limits = format!("/Services/{SHOP}/RateLimits");
    let limit = caller.post(&limits, &[("UniqueName", "ip")]).await;
    let limit = limit.text("sid").to_owned();
    let buckets = format!("{limits}/{limit}/Buckets");
    let made = caller
        .post(&buckets, &[("Max", "4"), ("Interval", "60")])
        .await;
    let sid = made.text("sid").to_owned();
    assert!(sid.starts_with("BL") && sid.len() == 34, "{sid}");
    let path = format!("{buckets}/{sid}");
    let url = format!("http://{}/v2{path}", app.public);
    let expected = |max: u32, interval: u32, told: &Value| {
        json!({
            "sid": sid,
            "rate_limit_sid": limit,
            "service_sid": SHOP,
            "account_sid": ACCOUNT,
            "max": max,
            "interval": interval,
            "date_created": told["date_created"],
            "date_updated": told["date_updated"],
            "url": url,
        })
    };
    assert_eq!(
        (made.status, &made.body),
        (201, &expected(4, 60, &made.body))
    );
    let fetched = caller.get(&path).await;
    assert_eq!((fetched.status, fetched.body), (200, made.body));
    let changed = caller.post(&path, &[("Max", "5")]).await;
    assert_eq!(
        (changed.status, &changed.body),
        (200, &expected(5, 60, &changed.body))
    );
    let changed = caller.post(&path, &[("Interval", "90")]).await;
    assert_eq!(changed.body, expected(5, 90, &changed.body));
    let listed = caller.get(&buckets).await.body;
    assert_eq!(listed["buckets"], json!([changed.body]));
    assert_eq!(listed["meta"]["key"], "buckets");
    assert_eq!(caller.delete(&path).await.status, 204);
    for told in [
        caller.get(&path).await,
        caller.delete(&path).await,
        caller.post(&path, &[("Max", "5")]).await,
    ] {
        told.is_not_found(&path);
    }
}

#[tokio::test]
async fn what_can_not_be_is_said() {
    let app = App::start_with(&settings(""));
    let caller = Caller::account(&app);
    let limits = format!("/Services/{SHOP}/RateLimits");
    let long = "x".repeat(65);
    let wordy = "x".repeat(513);
    let rows: [(Form<'_>, u32, &str); 5] = [
        (&[], 60200, "Invalid parameter: UniqueName"),
        (
            &[("UniqueName", "end user")],
            60209,
            "UniqueName format is invalid",
        ),
        (
            &[("UniqueName", &long)],
            60209,
            "UniqueName format is invalid",
        ),
        (
            &[("UniqueName", "ip"), ("Description", &wordy)],
            60200,
            "Invalid parameter: Description",
        ),
        (
            &[("UniqueName", "limit-0")],
            60208,
            "Rate limit with that UniqueName already exists",
        ),
    ];
    let first = caller.post(&limits, &[("UniqueName", "limit-0")]).await;
    for (wish, code, message) in rows {
        caller
            .post(&limits, wish)
            .await
            .is_problem(400, code, message);
    }
    for number in 1..20 {
        let name = format!("limit-{number}");
        let made = caller.post(&limits, &[("UniqueName", &name)]).await;
        assert_eq!(made.status, 201);
    }
    let refused = caller.post(&limits, &[("UniqueName", "one.more")]).await;
    refused.is_problem(400, 60207, "Max rate limits per service reached");

    let buckets = format!("{limits}/{}/Buckets", first.text("sid"));
    let made = caller
        .post(&buckets, &[("Max", "4"), ("Interval", "60")])
        .await;
    let interval = "Bucket with the given Interval already exists";
    let rows: [(Form<'_>, u32, &str); 9] = [
        (&[], 60200, "Invalid parameter: Max"),
        (&[("Max", "4")], 60200, "Invalid parameter: Interval"),
        (
            &[("Max", "many"), ("Interval", "9")],
            60200,
            "Invalid parameter: Max",
        ),
        (
            &[("Max", "0"), ("Interval", "9")],
            60200,
            "Invalid parameter: Max",
        ),
        (
            &[("Max", "99999999999"), ("Interval", "9")],
            60200,
            "Invalid parameter: Max",
        ),
        (
            &[("Max", "4"), ("Interval", "0")],
            60200,
            "Invalid parameter: Interval",
        ),
        (
            &[("Max", "4"), ("Interval", "86401")],
            60200,
            "Invalid parameter: Interval",
        ),
        (
            &[("Max", "4"), ("Interval", "1.5")],
            60200,
            "Invalid parameter: Interval",
        ),
        (&[("Max", "9"), ("Interval", "60")], 60211, interval),
    ];
    for (wish, code, message) in rows {
        caller
            .post(&buckets, wish)
            .await
            .is_problem(400, code, message);
    }
    for interval in ["1", "2", "3", "4"] {
        let wish = [("Max", "1"), ("Interval", interval)];
        assert_eq!(caller.post(&buckets, &wish).await.status, 201);
    }
    let refused = caller
        .post(&buckets, &[("Max", "1"), ("Interval", "5")])
        .await;
    refused.is_problem(400, 60210, "Max Buckets per Rate limit reached");
    let path = format!("{buckets}/{}", made.text("sid"));
    let refused = caller.post(&path, &[("Interval", "4")]).await;
    refused.is_problem(400, 60211, interval);
    let page = caller
        .get(&format!("{buckets}?PageSize=2&Page=1"))
        .await
        .body;
    assert_eq!(page["buckets"].as_array().unwrap().len(), 2);
    let next = page["meta"]["next_page_url"].as_str().unwrap();
    assert!(next.ends_with("/Buckets?PageSize=2&Page=2"), "{next}");
}

#[tokio::test]
async fn limits_are_those_of_a_service_and_count_each_value() {
    let app = App::start_with(&settings(""));
    let caller = Caller::account(&app);
    let limits = format!("/Services/{SHOP}/RateLimits");
    let limit = caller.post(&limits, &[("UniqueName", "ip")]).await;
    let buckets = format!("{limits}/{}/Buckets", limit.text("sid"));
    caller
        .post(&buckets, &[("Max", "1"), ("Interval", "60")])
        .await;
    let of_bank = format!("/Services/{BANK}/RateLimits/{}", limit.text("sid"));
    caller.get(&of_bank).await.is_not_found(&of_bank);
    let ask = async |service: &str, rate_limits: &str| {
        let path = format!("/Services/{service}/Verifications");
        let parameters = [("To", TO), ("Channel", "sms"), ("RateLimits", rate_limits)];
        caller.post(&path, &parameters).await
    };
    let (one, other) = (r#"{"ip":"203.0.113.7"}"#, r#"{"ip":"203.0.113.8"}"#);
    assert_eq!(ask(SHOP, one).await.status, 201);
    let refused = ask(SHOP, one).await;
    refused.is_problem(429, 20429, "Too many requests");
    assert_eq!(refused.retry_after, Some(60));
    assert_eq!(ask(SHOP, other).await.status, 201);
    assert_eq!(ask(SHOP, r#"{"unknown":"203.0.113.7"}"#).await.status, 201);
    assert_eq!(ask(BANK, one).await.status, 201);
    let path = format!("{limits}/{}", limit.text("sid"));
    assert_eq!(caller.delete(&path).await.status, 204);
    assert_eq!(ask(SHOP, one).await.status, 201);
}
