//! What the clients were told, held against what the phones got and what Redis remembers.

use std::collections::{HashMap, HashSet};

use deadpool_redis::redis::aio::MultiplexedConnection;
use deadpool_redis::redis::{AsyncCommands, Client, pipe};
use sms_testkit::CcpStub;

/// The windows of the limit that the storm runs under, `1/1s,3/10m`.
const BETWEEN_SENDS_MS: u64 = 1000;
const MOST_SENDS: usize = 3;

/// What one client did and was told.
#[derive(Debug, Default)]
pub(crate) struct Account {
    pub(crate) pictures: Vec<Picture>,
    pub(crate) checks: Vec<Check>,
}

/// A picture that was in Redis, and how requests that named it, with the right answer, ended.
#[derive(Debug)]
pub(crate) struct Picture {
    pub(crate) id: String,
    pub(crate) mobile: String,
    pub(crate) outcomes: Vec<String>,
}

/// How checks of a right code for a number that nobody else sends to ended.
#[derive(Debug)]
pub(crate) struct Check {
    pub(crate) outcomes: Vec<String>,
}

impl Picture {
    pub(crate) fn last(&self) -> &str {
        self.outcomes.last().map_or("", String::as_str)
    }

    fn has(&self, outcome: &str) -> bool {
        self.outcomes.iter().any(|other| other == outcome)
    }

    /// Whether a message may have gone out for it.
    fn has_paid(&self) -> bool {
        self.has("sent") || self.has("send_failed")
    }
}

#[derive(Debug, Default)]
pub(crate) struct Books {
    pictures: Vec<Picture>,
    checks: Vec<Check>,
}

/// What clients were told of one number.
#[derive(Debug, Default)]
struct Told {
    sent: usize,
    failed: usize,
    too_often: usize,
}

impl Books {
    pub(crate) fn add(&mut self, account: Account) {
        self.pictures.extend(account.pictures);
        self.checks.extend(account.checks);
    }

    /// Panics if anything does not add up.
    pub(crate) async fn balance(&self, ccp: &CcpStub, redis_url: &str) {
        self.had_a_storm();
        self.answers_are_possible();
        self.codes_were_accepted_once();
        let client = Client::open(redis_url).unwrap();
        let mut redis = client.get_multiplexed_async_connection().await.unwrap();
        self.messages_are_paid_for(ccp);
        self.used_pictures_are_gone(&mut redis).await;
        self.quotas_hold(ccp, &mut redis).await;
        every_key_expires(&mut redis).await;
    }

    fn count(&self, outcome: &str) -> usize {
        let outcomes = self.pictures.iter().flat_map(|picture| &picture.outcomes);
        outcomes.filter(|other| *other == outcome).count()
    }

    /// A test of calm weather would prove nothing.
    fn had_a_storm(&self) {
        let told = ["sent", "send_failed", "mobile_too_often", "unavailable"];
        let counts = told.map(|outcome| (outcome, self.count(outcome)));
        println!("{counts:?}, {} checks", self.checks.len());
        for (outcome, count) in counts {
            assert!(count > 0, "nobody was told {outcome}: {counts:?}");
        }
        assert!(!self.checks.is_empty());
    }

    /// The picture was there and the answer was right: only once that was used up, or may have
    /// been, is it said to be missing. And then it stays so.
    fn answers_are_possible(&self) {
        for picture in &self.pictures {
            let mut may_be_used = false;
            let mut is_used = false;
            for outcome in &picture.outcomes {
                let is_possible = match &**outcome {
                    "unavailable" => true,
                    "image_missing" => may_be_used,
                    "sent" | "send_failed" | "mobile_too_often" => !is_used,
                    _ => false,
                };
                assert!(is_possible, "{outcome} in {picture:?}");
                may_be_used = true;
                is_used |= outcome != "unavailable";
            }
        }
    }

    /// What was sent is in the store: the first answer of a check that is one is that the code is
    /// right. If an answer was lost before, the code may have been used up by that.
    fn codes_were_accepted_once(&self) {
        for check in &self.checks {
            let mut may_be_used = false;
            let mut is_used = false;
            for outcome in &check.outcomes {
                let is_possible = match &**outcome {
                    "unavailable" => true,
                    "code_missing" => may_be_used,
                    "verified" => !is_used,
                    _ => false,
                };
                assert!(is_possible, "{outcome} in {check:?}");
                may_be_used = true;
                is_used |= outcome != "unavailable";
            }
        }
    }

    fn told(&self) -> HashMap<&str, Told> {
        let mut told: HashMap<&str, Told> = HashMap::new();
        for picture in &self.pictures {
            let told = told.entry(&picture.mobile).or_default();
            for outcome in &picture.outcomes {
                match &**outcome {
                    "sent" => told.sent += 1,
                    "send_failed" => told.failed += 1,
                    "mobile_too_often" => told.too_often += 1,
                    _ => {}
                }
            }
        }
        told
    }

    /// Every success has its message, and every message has a picture of its own: one whose
    /// request ended in success, or in a failure that leaves open whether it arrives.
    fn messages_are_paid_for(&self, ccp: &CcpStub) {
        let accepted = ccp.accepted();
        let ids: HashSet<_> = accepted.iter().map(|message| &message.req_id).collect();
        assert_eq!(ids.len(), accepted.len(), "a message was sent twice");
        let mut messages: HashMap<&str, usize> = HashMap::new();
        for message in &accepted {
            *messages.entry(&message.to).or_default() += 1;
        }
        let told = self.told();
        for (mobile, told) in &told {
            let messages = messages.remove(mobile).unwrap_or(0);
            let payable = told.sent..=told.sent + told.failed;
            assert!(payable.contains(&messages), "{messages} messages: {told:?}");
        }
        assert!(messages.is_empty(), "nobody asked for {messages:?}");
        let paid = self.pictures.iter().filter(|picture| picture.has_paid());
        assert!(accepted.len() <= paid.count());
    }

    async fn used_pictures_are_gone(&self, redis: &mut MultiplexedConnection) {
        let mut are_there = pipe();
        let used: Vec<_> = self
            .pictures
            .iter()
            .filter(|picture| picture.has_paid())
            .collect();
        for picture in &used {
            are_there.exists(format!("img_{}", picture.id));
        }
        let are_there: Vec<bool> = are_there.query_async(redis).await.unwrap();
        assert_eq!(are_there.len(), used.len());
        assert!(!are_there.contains(&true), "a picture outlived its message");
    }

    /// No number got more than its quota; Redis knows of every message, and at times that the
    /// quota allows.
    async fn quotas_hold(&self, ccp: &CcpStub, redis: &mut MultiplexedConnection) {
        let mut messages: HashMap<String, usize> = HashMap::new();
        for message in ccp.accepted() {
            *messages.entry(message.to).or_default() += 1;
        }
        for (mobile, told) in self.told() {
            let messages = messages.get(mobile).copied().unwrap_or(0);
            assert!(messages <= MOST_SENDS, "{messages} messages: {told:?}");
            let log = format!("{{sms_{mobile}}}:sends");
            let slots: Option<String> = redis.get(log).await.unwrap();
            let slots = times(&slots.unwrap_or_default());
            let slots_cover = (messages..=MOST_SENDS).contains(&slots.len());
            assert!(slots_cover, "{messages} messages, {slots:?}");
            assert!(told.too_often == 0 || !slots.is_empty(), "{told:?}");
            let mut gaps = slots.windows(2).map(|pair| pair[0] - pair[1]);
            assert!(gaps.all(|gap| gap >= BETWEEN_SENDS_MS), "{slots:?}");
        }
    }
}

/// The times in a log: thirteen digits each.
fn times(log: &str) -> Vec<u64> {
    let digits = log.as_bytes().chunks(13);
    let times = digits.map(|time| str::from_utf8(time).unwrap().parse().unwrap());
    times.collect()
}

async fn every_key_expires(redis: &mut MultiplexedConnection) {
    let keys: Vec<String> = redis.keys("*").await.unwrap();
    let mut lives = pipe();
    for key in &keys {
        lives.pttl(key);
    }
    let lives: Vec<i64> = lives.query_async(redis).await.unwrap();
    assert!(!lives.contains(&-1), "a key lives for ever");
}
