//! In `prod`, with the log at `trace`, nothing secret of the Verify face is in the log.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use sms_testkit::{CcpFault, CcpStub};

use crate::app::MOBILE;
use crate::ccp::Shop;
use crate::verify::{ACCOUNT, Caller, SHOP, TO, TOKEN};

const PREVIOUS: &str = "the token before that one";
const KEY: &str = "SK00000000000000000000000000000001";
const SECRET: &str = "the secret of the key";
const CHOSEN: &str = "9753124680";
const ADDRESS: &str = "203.0.113.77";

#[tokio::test]
async fn invariant_6_nothing_secret_of_the_verify_face_is_logged() {
    let mut shop = Shop::open(&[
        ("SMS__LOG__LEVEL", "trace"),
        ("SMS__LIMITS__PER_MOBILE", ""),
        ("SMS__VERIFY__ACCOUNT_SID", ACCOUNT),
        ("SMS__VERIFY__AUTH_TOKEN", TOKEN),
        ("SMS__VERIFY__AUTH_TOKEN_PREVIOUS", PREVIOUS),
        ("SMS__VERIFY__KEYS__CI__SID", KEY),
        ("SMS__VERIFY__KEYS__CI__SECRET", SECRET),
        ("SMS__VERIFY__SERVICES__SHOP__SID", SHOP),
        ("SMS__VERIFY__SERVICES__SHOP__FRIENDLY_NAME", "Shop"),
        ("SMS__VERIFY__SERVICES__SHOP__CUSTOM_CODE_ENABLED", "true"),
        ("SMS__VERIFY__SERVICES__SHOP__MAX_SENDS", "20"),
    ]);
    let public = shop.process.public;
    let caller = Caller::at(public, ACCOUNT, TOKEN);
    let path = format!("/Services/{SHOP}/Verifications");
    let rate_limits = format!("{{\"ip\":\"{ADDRESS}\"}}");
    let chosen = [
        ("To", "+8613900139000"),
        ("Channel", "sms"),
        ("CustomCode", CHOSEN),
        ("RateLimits", &rate_limits),
    ];
    assert_eq!(caller.post(&path, &chosen).await.status, 201);
    let faults = [
        None,
        Some(CcpFault::Refuse("160032")),
        Some(CcpFault::Refuse("160038")),
        Some(CcpFault::LoseAnswer),
        Some(CcpFault::Garbage),
        Some(CcpFault::Status(502)),
    ];
    for fault in faults {
        shop.ccp.fail_next(fault);
        caller.start(SHOP, TO).await;
    }
    caller.start(SHOP, MOBILE).await;
    caller.fetch(SHOP, TO).await;
    caller.check(SHOP, TO, "wrong one").await;
    caller.end(SHOP, TO, "canceled").await;
    caller.get(&format!("/{MOBILE}?x={MOBILE}")).await;
    caller.get("/Attempts").await;
    caller
        .post("/SafeList/Numbers", &[("PhoneNumber", TO)])
        .await;
    caller.delete(&format!("/SafeList/Numbers/{TO}")).await;
    for (user, password) in [(ACCOUNT, PREVIOUS), (KEY, SECRET), (TO, MOBILE)] {
        Caller::at(public, user, password).get("/Services").await;
    }
    let method = Method::from_bytes(MOBILE.as_bytes()).unwrap();
    let request = caller.request(method, "/Services");
    assert_eq!(request.send().await.unwrap().status(), 405);
    let messages = shop.ccp.accepted();
    let codes: Vec<_> = messages
        .into_iter()
        .map(|message| message.datas[0].clone())
        .collect();
    for code in &codes {
        caller.check(SHOP, TO, code).await;
    }
    shop.redis.stop();
    caller.start(SHOP, TO).await;
    caller.check(SHOP, TO, "123456").await;
    shop.process.signal("TERM");
    assert!(shop.process.wait().success());

    let log = shop.process.log();
    let told = [
        "outcome=unauthenticated",
        "outcome=not_found",
        "outcome=unavailable",
        "outcome=verified",
        "could not be carried out",
        "route=/v2/Services/{service}/Verifications",
    ];
    for told in told {
        assert!(log.contains(told), "{told} is not in the log:\n{log}");
    }
    let shown = STANDARD.encode(format!("{ACCOUNT}:{TOKEN}"));
    let secrets = [
        MOBILE,
        "13900139000",
        TOKEN,
        PREVIOUS,
        SECRET,
        CHOSEN,
        ADDRESS,
        "wrong one",
        &shown,
        CcpStub::AUTH_TOKEN,
    ];
    assert!(codes.len() > 2, "{codes:?}");
    let codes = codes.iter().map(String::as_str);
    for secret in secrets.into_iter().chain(codes) {
        assert!(!log.contains(secret), "{secret} is in the log:\n{log}");
    }
}
