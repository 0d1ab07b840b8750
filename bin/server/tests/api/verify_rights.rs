//! What keys of the Verify face may do.

use reqwest::Method;

use crate::app::App;
use crate::verify::{BANK, Caller, SHOP, TO, key, settings};

/// A key for each right, and one for nothing but the shop.
const KEYS: [(&str, &str, &str); 5] = [
    (
        "send",
        "SK00000000000000000000000000000001",
        "allow = ['send']",
    ),
    (
        "check",
        "SK00000000000000000000000000000002",
        "allow = ['check']",
    ),
    (
        "read",
        "SK00000000000000000000000000000003",
        "allow = ['read']",
    ),
    (
        "manage",
        "SK00000000000000000000000000000004",
        "allow = ['manage']",
    ),
    (
        "shop",
        "SK00000000000000000000000000000005",
        "services = ['VA00000000000000000000000000000001']",
    ),
];

#[tokio::test]
async fn a_key_may_do_what_it_is_allowed_and_nothing_else() {
    let keys = KEYS
        .map(|(name, sid, lines)| key(name, sid, lines))
        .concat();
    let app = App::start_with(&settings(&keys));
    let account = Caller::account(&app);
    let begun = account.start(SHOP, TO).await;
    let begun = format!("/Services/{SHOP}/Verifications/{}", begun.text("sid"));
    let attempts = account.get("/Attempts").await;
    let attempt = attempts.body["attempts"][0]["sid"].as_str().unwrap();
    let attempt = format!("/Attempts/{attempt}");
    let limits = format!("/Services/{SHOP}/RateLimits");
    let limit = account.post(&limits, &[("UniqueName", "ip")]).await;
    let limit = format!("{limits}/{}", limit.text("sid"));
    let buckets = format!("{limit}/Buckets");
    let bucket = account
        .post(&buckets, &[("Max", "9"), ("Interval", "9")])
        .await;
    let bucket = format!("{buckets}/{}", bucket.text("sid"));
    let safe = format!("/SafeList/Numbers/{TO}");
    account
        .post("/SafeList/Numbers", &[("PhoneNumber", TO)])
        .await;
    let start = format!("/Services/{SHOP}/Verifications");
    let check = format!("/Services/{SHOP}/VerificationCheck");
    let service = format!("/Services/{SHOP}");

    let (get, post, delete) = (Method::GET, Method::POST, Method::DELETE);
    let all = ["send", "check", "read", "manage"];
    // A body that is wrong, so that what is allowed changes nothing.
    let rows: [(&Method, &str, &str, &[&str]); 23] = [
        (&post, &start, "", &["send"]),
        (&post, &check, "", &["check"]),
        (&get, &begun, "", &["send", "check", "read"]),
        (&post, &begun, "Status=x", &["send", "check"]),
        (&get, "/Services", "", &all),
        (&get, &service, "", &all),
        (&get, "/Attempts", "", &["read"]),
        (&get, "/Attempts/Summary", "", &["read"]),
        (&get, &attempt, "", &["read"]),
        (&post, "/SafeList/Numbers", "", &["manage"]),
        (&get, &safe, "", &["read", "manage"]),
        (&delete, "/SafeList/Numbers/+1", "", &["manage"]),
        (&get, &limits, "", &["read", "manage"]),
        (&post, &limits, "", &["manage"]),
        (&get, &limit, "", &["read", "manage"]),
        (&post, &limit, "", &["manage"]),
        (&delete, &format!("{limits}/RK1"), "", &["manage"]),
        (&get, &buckets, "", &["read", "manage"]),
        (&post, &buckets, "", &["manage"]),
        (&get, &bucket, "", &["read", "manage"]),
        (&post, &bucket, "Max=x", &["manage"]),
        (&delete, &format!("{buckets}/BL1"), "", &["manage"]),
        (&post, &format!("{begun}/"), "Status=approved", &["check"]),
    ];
    for (method, path, body, allowed) in rows {
        for (name, sid, _) in &KEYS[..4] {
            let secret = format!("the secret of {name}");
            let caller = Caller::new(&app, sid, &secret);
            let request = caller.request(method.clone(), path).body(body.to_owned());
            let status = request.send().await.unwrap().status();
            let is_allowed = status != 403;
            assert_eq!(is_allowed, allowed.contains(name), "{name} {method} {path}");
            assert_ne!(status, 401);
        }
    }
    let told = Caller::new(&app, KEYS[2].1, "the secret of read");
    let told = told.start(SHOP, TO).await;
    told.is_problem(403, 20403, "Forbidden");
}

#[tokio::test]
async fn a_key_for_one_service_knows_no_other_and_has_no_say_in_what_all_share() {
    let keys = KEYS
        .map(|(name, sid, lines)| key(name, sid, lines))
        .concat();
    let app = App::start_with(&settings(&keys));
    let caller = Caller::new(&app, KEYS[4].1, "the secret of shop");
    assert_eq!(caller.start(SHOP, TO).await.status, 201);
    let path = format!("/Services/{BANK}/Verifications");
    caller.start(BANK, TO).await.is_not_found(&path);
    let path = format!("/Services/{BANK}/VerificationCheck");
    let check = caller.check(BANK, TO, "123456").await;
    check.is_not_found(&path);
    let safe = format!("/SafeList/Numbers/{TO}");
    for told in [
        caller
            .post("/SafeList/Numbers", &[("PhoneNumber", TO)])
            .await,
        caller.get(&safe).await,
        caller.delete(&safe).await,
    ] {
        told.is_problem(403, 20403, "Forbidden");
    }
}
