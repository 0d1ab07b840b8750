//! In `prod`, with the log at `trace`, nothing secret is in the log or in an answer.

use deadpool_redis::redis::AsyncCommands;
use deadpool_redis::redis::aio::MultiplexedConnection;
use sms_testkit::{CcpFault, CcpStub};

use crate::app::{MOBILE, client};
use crate::ccp::Shop;
use crate::redis::connect;

const HMAC_KEY: &str = "a key of codes that nobody knows";
const PREVIOUS_KEY: &str = "the key of codes before that one";
const NUMBER_KEY: &str = "a key of numbers that nobody knows";
const RECEIPT_TOKEN: &str = "the_token_of_delivery_reports";

#[tokio::test]
async fn invariant_6_nothing_secret_is_logged_or_answered() {
    tells_nothing_secret(&[]).await;
}

#[tokio::test]
async fn invariant_6_nothing_secret_is_told_when_codes_and_numbers_are_digests() {
    let redis = tells_nothing_secret(&[
        ("SMS__STORE__CODE_AT_REST", "hmac"),
        ("SMS__STORE__HMAC_KEY", HMAC_KEY),
        ("SMS__STORE__HMAC_KEY_PREVIOUS", PREVIOUS_KEY),
        ("SMS__STORE__HIDE_NUMBERS", "true"),
        ("SMS__STORE__NUMBER_KEY", NUMBER_KEY),
    ])
    .await;
    assert!(redis.contains("hmac1:"), "{redis}");
    assert!(!redis.contains(MOBILE), "{redis}");
}

/// Sends, checks and fails in every way, and looks for secrets in the log and in the answers.
/// Gives the keys that Redis had at the end, with the codes in them.
async fn tells_nothing_secret(settings: &[(&str, &str)]) -> String {
    let common = [
        ("SMS__LOG__LEVEL", "trace"),
        ("SMS__LIMITS__PER_MOBILE", ""),
        ("SMS__RECEIPTS__SENDERS__CCP__TOKEN", RECEIPT_TOKEN),
    ];
    let mut shop = Shop::open(&[&common, settings].concat());
    let mut secrets = [
        MOBILE,
        CcpStub::AUTH_TOKEN,
        HMAC_KEY,
        PREVIOUS_KEY,
        NUMBER_KEY,
        RECEIPT_TOKEN,
    ]
    .map(str::to_owned)
    .to_vec();
    let mut answers = String::new();
    let base = format!("http://{}", shop.process.public);
    let mut redis = connect(&shop.redis).await;
    let client = client();
    let mut ask = async |path: &str| {
        let response = client.get(format!("{base}{path}")).send().await.unwrap();
        answers += &format!("{:?}", response.headers());
        answers += &String::from_utf8_lossy(&response.bytes().await.unwrap());
    };

    let faults = [
        None,
        Some(CcpFault::Refuse("160032")),
        Some(CcpFault::Refuse("160038")),
        Some(CcpFault::LoseAnswer),
        Some(CcpFault::Garbage),
        Some(CcpFault::Status(502)),
    ];
    for (index, fault) in faults.into_iter().enumerate() {
        shop.ccp.fail_next(fault);
        ask(&format!("/image_codes/picture-{index}/")).await;
        let text: String = redis.get(format!("img_picture-{index}")).await.unwrap();
        ask(&format!(
            "/sms_codes/{MOBILE}/?image_code={text}&image_code_id=picture-{index}"
        ))
        .await;
        secrets.push(text);
    }
    ask(&format!(
        "/sms_codes/{MOBILE}/?image_code=x&image_code_id=y"
    ))
    .await;
    ask(&format!("/sms_codes/{MOBILE}/")).await;
    ask(&format!("/{MOBILE}?x={MOBILE}")).await;
    ask("/dev/outbox").await;
    let method = MOBILE.parse().unwrap();
    let request = client.request(method, format!("{base}/"));
    assert_eq!(request.send().await.unwrap().status(), 405);
    secrets.extend(
        shop.ccp
            .accepted()
            .into_iter()
            .map(|message| message.datas[0].clone()),
    );
    secrets.extend(
        shop.ccp
            .requests()
            .iter()
            .filter_map(|request| request.parameter("sig").map(str::to_owned)),
    );
    let kept = kept(&mut redis).await;
    for code in secrets.clone() {
        let url = format!("{base}/sms_codes/{MOBILE}/verify/");
        let response = client
            .post(url)
            .body(format!("sms_code={code}"))
            .send()
            .await
            .unwrap();
        answers += &response.text().await.unwrap();
    }
    let report = format!(
        r#"{{"Request":{{"smsType":"1","content":"{:032x}","fromNum":"{MOBILE}","status":"0"}}}}"#,
        1
    );
    let mut tell = async |path: &str, body: &str| {
        let url = format!("{base}/receipts/{path}");
        let response = client.post(url).body(body.to_owned()).send().await.unwrap();
        let status = response.status().as_u16();
        answers += &response.text().await.unwrap();
        status
    };
    let token = RECEIPT_TOKEN;
    assert_eq!(tell(&format!("ccp/{token}"), &report).await, 200);
    assert_eq!(tell(&format!("ccp/{token}"), MOBILE).await, 400);
    assert_eq!(tell(&format!("other/{token}"), &report).await, 404);
    assert_eq!(tell(&format!("ccp/{token}/{token}"), &report).await, 404);
    shop.redis.stop();
    assert_eq!(tell(&format!("ccp/{token}"), &report).await, 503);
    let url = format!("{base}/sms_codes/{MOBILE}/verify/");
    let response = client
        .post(url)
        .body("sms_code=123456")
        .send()
        .await
        .unwrap();
    answers += &response.text().await.unwrap();
    shop.process.signal("TERM");
    assert!(shop.process.wait().success());

    let log = shop.process.log();
    for told in [
        "message not accepted",
        "could not be carried out",
        "outcome=sent",
    ] {
        assert!(log.contains(told), "{told} is not in the log:\n{log}");
    }
    assert!(secrets.len() > 12, "{} secrets", secrets.len());
    for secret in secrets {
        assert!(!log.contains(&secret), "{secret} is in the log:\n{log}");
        assert!(
            !answers.contains(&secret),
            "{secret} is in an answer:\n{answers}"
        );
    }
    kept
}

/// The names of all keys, and what is in those of codes.
async fn kept(redis: &mut MultiplexedConnection) -> String {
    let mut kept = String::new();
    let keys: Vec<String> = redis.keys("*").await.unwrap();
    for key in keys {
        kept += &format!("{key}\n");
        if key.starts_with("sms_") {
            let code: String = redis.get(&key).await.unwrap();
            kept += &format!("{code}\n");
        }
    }
    kept
}
