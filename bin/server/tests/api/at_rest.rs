//! Codes and numbers as digests in a Redis that several processes share.

use deadpool_redis::redis::AsyncCommands;
use serde_json::{Value, json};
use sms_testkit::RedisServer;

use crate::app::{Answer, MOBILE, answer, client};
use crate::process::Process;
use crate::redis::{connect, put_picture};

const OLD: &str = "the key of yesterday";
const NEW: &str = "the key of today";

/// A process that digests codes under the key `current`, and numbers under one of their own.
fn start(redis: &RedisServer, current: &str, previous: Option<&str>) -> Process {
    let url = redis.url();
    let mut settings = vec![
        ("SMS__STORE__BACKEND", "redis"),
        ("SMS__STORE__URL", &*url),
        ("SMS__STORE__CODE_AT_REST", "hmac"),
        ("SMS__STORE__HMAC_KEY", current),
        ("SMS__STORE__HIDE_NUMBERS", "true"),
        ("SMS__STORE__NUMBER_KEY", "the key of numbers"),
    ];
    settings.extend(previous.map(|key| ("SMS__STORE__HMAC_KEY_PREVIOUS", key)));
    Process::start(&settings)
}

async fn send(redis: &RedisServer, process: &Process) -> Answer {
    put_picture(&mut connect(redis).await, "i").await;
    let path = format!("/sms_codes/{MOBILE}/?image_code=abcd&image_code_id=i");
    let url = format!("http://{}{path}", process.public);
    answer(client().get(url).send().await.unwrap()).await
}

/// The code of the newest message.
async fn received_code(process: &Process) -> String {
    let url = format!("http://{}/dev/outbox", process.public);
    let outbox = client().get(url).send().await.unwrap();
    let messages: Value = outbox.json().await.unwrap();
    messages[0]["code"].as_str().unwrap().to_owned()
}

async fn check(process: &Process, code: &str) -> Answer {
    let url = format!("http://{}/sms_codes/{MOBILE}/verify/", process.public);
    let body = json!({ "sms_code": code });
    answer(client().post(url).json(&body).send().await.unwrap()).await
}

#[tokio::test]
async fn keys_change_while_a_code_is_on_its_way() {
    let redis = RedisServer::start();
    let old = start(&redis, OLD, None);
    send(&redis, &old).await.is_success("发送短信成功");
    let code = received_code(&old).await;
    let without_old = start(&redis, NEW, None);
    let with_old = start(&redis, NEW, Some(OLD));

    let wrong = check(&without_old, &code).await;
    wrong.is_refusal("输入短信验证码有误");
    check(&with_old, &code).await.is_success("短信验证码正确");

    let names: Vec<String> = connect(&redis).await.keys("*").await.unwrap();
    assert!(!names.is_empty());
    assert!(!names.iter().any(|name| name.contains(MOBILE)), "{names:?}");
}

#[tokio::test]
async fn quotas_of_hidden_numbers_outlive_a_change_of_keys() {
    let redis = RedisServer::start();
    let old = start(&redis, OLD, None);
    send(&redis, &old).await.is_success("发送短信成功");
    let new = start(&redis, NEW, Some(OLD));
    send(&redis, &new).await.is_refusal("发送短信过于频繁");
}
