//! The Verify face on a real Redis.

use deadpool_redis::redis::AsyncCommands;
use sms_testkit::RedisServer;

use crate::app::{App, MOBILE};
use crate::redis::connect;
use crate::verify::{BANK, Caller, SHOP, TO, settings};

#[tokio::test]
async fn two_instances_share_the_life_of_a_verification() {
    let redis = RedisServer::start();
    let here = App::start_on_url(&redis.url(), &settings("max_sends = 2"));
    let there = App::start_on_url(&redis.url(), &settings("max_sends = 2"));
    let (one, other) = (Caller::account(&here), Caller::account(&there));

    let begun = one.start(SHOP, TO).await;
    assert_eq!(begun.status, 201);
    let code = here.received_code(MOBILE);
    let again = other.start(SHOP, TO).await;
    assert_eq!((again.status, again.text("sid")), (201, begun.text("sid")));
    assert_eq!(there.received_code(MOBILE), code);
    let refused = one.start(SHOP, TO).await;
    refused.is_problem(429, 60203, "Max send attempts reached");
    let fetched = one.fetch(SHOP, TO).await;
    let sends = "send_code_attempts";
    assert_eq!(fetched.body[sends], again.body[sends]);

    let canceled = other.start(BANK, TO).await;
    let ended = one.end(BANK, canceled.text("sid"), "canceled").await;
    ended.is_verification(200, "canceled");

    let wrong = other.check(SHOP, TO, "wrong").await;
    wrong.is_verification(200, "pending");
    // Whoever is asked about attempts notes those of its own first.
    one.summary().await;
    assert_eq!(other.summary().await, (3, 0));
    let right = one.check(SHOP, TO, &code).await;
    right.is_verification(200, "approved");
    let gone = other.check(SHOP, TO, &code).await;
    assert_eq!(gone.status, 404);

    one.summary().await;
    assert_eq!(other.summary().await, (3, 1));
    let attempts = one.get("/Attempts?PageSize=2").await.body;
    assert_eq!(attempts["attempts"].as_array().unwrap().len(), 2);
    let next = attempts["meta"]["next_page_url"].as_str().unwrap();
    let base = format!("http://{}/v2", here.public);
    let last = other.get(next.strip_prefix(&base).unwrap()).await.body;
    assert_eq!(last["attempts"].as_array().unwrap().len(), 1);

    let limits = format!("/Services/{SHOP}/RateLimits");
    let limit = one.post(&limits, &[("UniqueName", "ip")]).await;
    let listed = other.get(&limits).await.body;
    assert_eq!(listed["rate_limits"][0]["sid"], limit.body["sid"]);
    one.post("/SafeList/Numbers", &[("PhoneNumber", TO)]).await;
    let safe = other.get(&format!("/SafeList/Numbers/{TO}")).await;
    assert_eq!(safe.status, 200);

    // The code of the other face is not touched.
    let mut keys = connect(&redis).await;
    let is_there: bool = keys.exists(format!("sms_{MOBILE}")).await.unwrap();
    assert!(!is_there);
}
