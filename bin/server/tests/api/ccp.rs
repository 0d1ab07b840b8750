//! The program as a shop runs it: Redis, and CCP credentials that point at a stand-in for CCP.

use deadpool_redis::redis::AsyncCommands;
use sms_testkit::{CcpFault, CcpStub, RedisServer};

use crate::app::{Answer, MOBILE, answer, client};
use crate::process::Process;
use crate::redis::{connect, put_picture};

pub(crate) struct Shop {
    pub(crate) redis: RedisServer,
    pub(crate) ccp: CcpStub,
    pub(crate) process: Process,
}

impl Shop {
    pub(crate) fn open(more: &[(&str, &str)]) -> Self {
        let ccp = CcpStub::start().unwrap();
        let base_url = ccp.base_url();
        Self::open_at(ccp, &base_url, more)
    }

    /// With a way of its own to CCP.
    pub(crate) fn open_at(ccp: CcpStub, base_url: &str, more: &[(&str, &str)]) -> Self {
        let redis = RedisServer::start();
        let url = redis.url();
        let settings = [
            ("SMS__SERVER__MODE", "prod"),
            ("SMS__STORE__BACKEND", "redis"),
            ("SMS__STORE__URL", &*url),
            ("SMS__LIMITS__PER_IP", ""),
            ("SMS__GATEWAY__ORDER", "ccp"),
            ("SMS__GATEWAY__TIMEOUT_MS", "1000"),
            ("SMS__GATEWAY__SENDERS__CCP__KIND", "ccp"),
            ("SMS__GATEWAY__SENDERS__CCP__BASE_URL", base_url),
            (
                "SMS__GATEWAY__SENDERS__CCP__ACCOUNT_SID",
                CcpStub::ACCOUNT_SID,
            ),
            (
                "SMS__GATEWAY__SENDERS__CCP__AUTH_TOKEN",
                CcpStub::AUTH_TOKEN,
            ),
            ("SMS__GATEWAY__SENDERS__CCP__APP_ID", CcpStub::APP_ID),
        ];
        let settings: Vec<_> = settings.into_iter().chain(more.iter().copied()).collect();
        let process = Process::start(&settings);
        Self {
            redis,
            ccp,
            process,
        }
    }

    pub(crate) async fn send(&self) -> Answer {
        self.send_to(MOBILE).await
    }

    /// Asks for a code with a fresh picture and its right answer.
    pub(crate) async fn send_to(&self, mobile: &str) -> Answer {
        put_picture(&mut connect(&self.redis).await, "i").await;
        let path = format!("/sms_codes/{mobile}/?image_code=abcd&image_code_id=i");
        let url = format!("http://{}{path}", self.process.public);
        answer(client().get(url).send().await.unwrap()).await
    }

    async fn stored_code(&self) -> Option<String> {
        self.code_of(MOBILE).await
    }

    pub(crate) async fn code_of(&self, mobile: &str) -> Option<String> {
        let mut redis = connect(&self.redis).await;
        redis.get(format!("sms_{mobile}")).await.unwrap()
    }

    async fn holds_slot(&self) -> bool {
        self.holds_slot_of(MOBILE).await
    }

    /// Whether a slot of the number's quota is taken.
    pub(crate) async fn holds_slot_of(&self, mobile: &str) -> bool {
        let mut redis = connect(&self.redis).await;
        let log = format!("{{sms_{mobile}}}:sends");
        redis.exists(log).await.unwrap()
    }
}

#[tokio::test]
async fn the_message_is_the_one_that_the_view_sent() {
    let shop = Shop::open(&[]);
    shop.send().await.is_success("发送短信成功");
    let code = shop.stored_code().await.unwrap();

    let request = shop.ccp.requests().remove(0);
    assert_eq!(request.method, "POST");
    let path = format!(
        "/2013-12-26/Accounts/{}/SMS/TemplateSMS",
        CcpStub::ACCOUNT_SID
    );
    assert_eq!(request.path(), path);
    assert_eq!(request.header("Accept"), Some("application/json"));
    assert_eq!(
        request.header("Content-Type"),
        Some("application/json;charset=utf-8")
    );
    let body = request.json();
    assert_eq!(body["to"], MOBILE);
    assert_eq!(body["appId"], CcpStub::APP_ID);
    assert_eq!(body["templateId"], "1");
    assert_eq!(body["datas"], serde_json::json!([code, "5"]));

    let check = format!("http://{}/sms_codes/{MOBILE}/verify/", shop.process.public);
    let response = client()
        .post(check)
        .body(format!("sms_code={code}"))
        .send()
        .await
        .unwrap();
    answer(response).await.is_success("短信验证码正确");
}

#[tokio::test]
async fn a_refused_message_leaves_neither_code_nor_slot() {
    let shop = Shop::open(&[]);
    shop.ccp.fail_next([CcpFault::Refuse("160032")]);
    shop.send().await.is_refusal("发送短信失败");
    assert_eq!(shop.stored_code().await, None);
    assert!(!shop.holds_slot().await);
    shop.send().await.is_success("发送短信成功");
}

#[tokio::test]
async fn a_limit_of_the_provider_removes_the_code_and_keeps_the_slot() {
    let shop = Shop::open(&[]);
    shop.ccp.fail_next([CcpFault::Refuse("160038")]);
    let refused = shop.send().await;
    refused.is_refusal("发送短信过于频繁");
    assert!((55..=60).contains(&refused.retry_after.unwrap()));
    assert_eq!(shop.stored_code().await, None);
    assert!(shop.holds_slot().await);
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again_without_a_second_message() {
    let shop = Shop::open(&[]);
    shop.ccp.fail_next([CcpFault::LoseAnswer]);
    shop.send().await.is_success("发送短信成功");
    assert_eq!(shop.ccp.requests().len(), 2);
    let accepted = shop.ccp.accepted();
    assert_eq!(accepted.len(), 1);
    assert_eq!(
        shop.stored_code().await.as_deref(),
        Some(&*accepted[0].datas[0])
    );
}

#[tokio::test]
async fn an_unknown_outcome_keeps_code_and_slot() {
    let shop = Shop::open(&[]);
    shop.ccp.fail_next([CcpFault::Stall, CcpFault::Stall]);
    shop.send().await.is_refusal("发送短信失败");
    let accepted = shop.ccp.accepted();
    assert_eq!(
        shop.stored_code().await.as_deref(),
        Some(&*accepted[0].datas[0])
    );
    shop.send().await.is_refusal("发送短信过于频繁");
}
