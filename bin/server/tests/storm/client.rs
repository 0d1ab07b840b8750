//! One of the people in the storm: a picture, a message, a check, again and again.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use deadpool_redis::redis::aio::MultiplexedConnection;
use deadpool_redis::redis::{AsyncCommands, RedisError};
use serde_json::Value;
use sms_testkit::CcpStub;
use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::books::{Account, Check, Picture};

/// A client begins a journey no sooner than this after the one before.
const PACE: Duration = Duration::from_millis(25);
/// Numbers of one client alone, used in turn.
const OWN_NUMBERS: usize = 60;
/// How often one picture is tried while the answer is that the service is unavailable.
const TRIES: usize = 3;

pub(crate) struct Client {
    number: usize,
    journeys: usize,
    server: SocketAddr,
    http: reqwest::Client,
    redis: Redis,
    ccp: Arc<CcpStub>,
    account: Account,
}

impl Client {
    pub(crate) fn new(
        number: usize,
        server: SocketAddr,
        redis_url: String,
        ccp: Arc<CcpStub>,
    ) -> Self {
        Self {
            number,
            journeys: 0,
            server,
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            redis: Redis {
                url: redis_url,
                connection: None,
            },
            ccp,
            account: Account::default(),
        }
    }

    /// Goes through journey after journey, and tells of them.
    pub(crate) async fn go_on_until(mut self, end: Instant) -> Account {
        let mut pace = interval(PACE);
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while Instant::now() < end {
            pace.tick().await;
            self.journey().await;
        }
        self.account
    }

    /// One journey in calm weather; only the provider may still lose an answer.
    pub(crate) async fn gets_through(&mut self) {
        self.journey().await;
        let picture = self.account.pictures.last().expect("a picture");
        let is_through = |outcome: &str| matches!(outcome, "sent" | "send_failed");
        assert!(is_through(&picture.outcomes[0]), "{picture:?}");
    }

    pub(crate) fn into_account(self) -> Account {
        self.account
    }

    async fn journey(&mut self) {
        self.journeys += 1;
        let id = format!("storm-{}-{}", self.number, self.journeys);
        let Some(text) = self.picture(&id).await else {
            return;
        };
        let (mobile, is_own) = self.mobile();
        let mut picture = Picture {
            id,
            mobile,
            outcomes: Vec::new(),
        };
        for _ in 0..TRIES {
            let outcome = self.send(&picture, &text).await;
            picture.outcomes.push(outcome);
            if picture.last() != "unavailable" {
                break;
            }
        }
        if picture.last() == "sent" && is_own && self.journeys.is_multiple_of(2) {
            self.check_what_came(&picture.mobile).await;
        }
        if self.journeys.is_multiple_of(7) {
            // A second message for the same picture.
            let outcome = self.send(&picture, &text).await;
            picture.outcomes.push(outcome);
        }
        self.account.pictures.push(picture);
    }

    /// A number, and whether nobody else sends to it.
    fn mobile(&self) -> (String, bool) {
        if self.journeys.is_multiple_of(10) {
            (format!("1370000{:04}", self.journeys / 10 % 20), false)
        } else {
            let own = self.journeys % OWN_NUMBERS;
            (format!("139{:04}{own:04}", self.number), true)
        }
    }

    /// The text of a picture that is surely in Redis: put there as the shop's own view does, or
    /// drawn by the server.
    async fn picture(&mut self, id: &str) -> Option<String> {
        let key = format!("img_{id}");
        if !self.journeys.is_multiple_of(4) {
            let text = "AbCd".to_owned();
            return self.redis.put(&key, &text).await.ok().map(|()| text);
        }
        let url = format!("http://{}/image_codes/{id}/", self.server);
        let response = self.http.get(url).send().await.unwrap();
        match response.status().as_u16() {
            200 => {
                assert!(response.bytes().await.unwrap().starts_with(b"\x89PNG"));
                let text = self.redis.get(&key).await;
                Some(text.expect("a picture that was given is in Redis"))
            }
            _ => {
                assert_eq!(outcome(response).await, "unavailable");
                None
            }
        }
    }

    async fn send(&self, picture: &Picture, text: &str) -> String {
        let (id, mobile) = (&picture.id, &picture.mobile);
        let path = format!("/sms_codes/{mobile}/?image_code={text}&image_code_id={id}");
        let url = format!("http://{}{path}", self.server);
        outcome(self.http.get(url).send().await.unwrap()).await
    }

    /// Gives the code that the phone shows, until the answer is one.
    async fn check_what_came(&mut self, mobile: &str) {
        let message = self.ccp.accepted_for(mobile).pop();
        let code = message.expect("what was sent was accepted").datas.remove(0);
        let url = format!("http://{}/sms_codes/{mobile}/verify/", self.server);
        let mut outcomes = Vec::new();
        for _ in 0..TRIES {
            let body = serde_json::json!({ "sms_code": code });
            let response = self.http.post(&url).json(&body).send().await.unwrap();
            outcomes.push(outcome(response).await);
        }
        self.account.checks.push(Check { outcomes });
    }
}

/// The `outcome` of an answer that has the shape of the contract.
async fn outcome(response: reqwest::Response) -> String {
    let status = response.status().as_u16();
    let has_retry_after = response.headers().contains_key("retry-after");
    let body: Value = response.json().await.unwrap();
    let outcome = body["outcome"].as_str().unwrap().to_owned();
    let is_success = matches!(&*outcome, "sent" | "verified");
    assert_eq!(body["code"], if is_success { 0 } else { 400 }, "{body}");
    let is_unavailable = outcome == "unavailable";
    assert_eq!(status, if is_unavailable { 503 } else { 200 }, "{body}");
    assert!(has_retry_after || !is_unavailable, "{body}");
    outcome
}

/// The shop's own way to Redis, connected anew after each death.
struct Redis {
    url: String,
    connection: Option<MultiplexedConnection>,
}

impl Redis {
    async fn put(&mut self, key: &str, text: &str) -> Result<(), RedisError> {
        let mut connection = self.connection().await?;
        let put = connection.set_ex(key, text, 300).await;
        self.keep_if_sound(connection, &put);
        put
    }

    /// The value of a key, as soon as Redis is there to give it.
    async fn get(&mut self, key: &str) -> Option<String> {
        let limit = Instant::now() + Duration::from_secs(20);
        loop {
            if let Ok(mut connection) = self.connection().await {
                let value: Result<Option<String>, _> = connection.get(key).await;
                self.keep_if_sound(connection, &value);
                if let Ok(value) = value {
                    return value;
                }
            }
            assert!(Instant::now() < limit, "Redis does not come back");
            tokio::task::yield_now().await;
        }
    }

    async fn connection(&mut self) -> Result<MultiplexedConnection, RedisError> {
        match self.connection.take() {
            Some(connection) => Ok(connection),
            None => {
                let client = deadpool_redis::redis::Client::open(&*self.url)?;
                client.get_multiplexed_async_connection().await
            }
        }
    }

    fn keep_if_sound<T>(&mut self, connection: MultiplexedConnection, of: &Result<T, RedisError>) {
        self.connection = of.is_ok().then_some(connection);
    }
}
