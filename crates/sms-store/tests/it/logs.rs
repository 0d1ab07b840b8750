//! How logs look in Redis, in either form: what they hold, how long, and who may read them.

use std::time::Duration;

use deadpool_redis::redis::aio::MultiplexedConnection;
use deadpool_redis::redis::{AsyncCommands, cmd};
use sms_core::{Quotas, Timestamp};
use sms_store::{CodeStore, Log, ManualClock, RedisStore, Slot, StoreError};
use sms_testkit::RedisServer;

use crate::backend::{connect, redis_store};

const KEY: &str = "global:sms";

const HOUR: Duration = Duration::from_secs(3600);

/// A limit whose log is a string, and one whose log is a list.
const FORMS: [&str; 2] = ["3/1h", "120/1h"];

struct Place {
    server: RedisServer,
    store: RedisStore,
    clock: ManualClock,
    redis: MultiplexedConnection,
}

impl Place {
    async fn new() -> Self {
        let server = RedisServer::start();
        let clock = ManualClock::new(Timestamp::from_millis(1_700_000_000_000));
        Self {
            store: redis_store(&server.url()).with_clock(clock.clock()),
            redis: connect(&server).await,
            server,
            clock,
        }
    }

    async fn take(&self, limits: &[&str]) -> Result<Slot, StoreError> {
        let quotas = Quotas::parse(limits).unwrap();
        self.store.take_slot(Log::Budget, &quotas).await
    }

    async fn taken(&self, limit: &str) -> Timestamp {
        match self.take(&[limit]).await.unwrap() {
            Slot::Taken(slot) => slot,
            refused => panic!("{refused:?}"),
        }
    }

    async fn is_refused(&self, limits: &[&str]) {
        let slot = self.take(limits).await.unwrap();
        assert!(matches!(slot, Slot::Refused { .. }), "{slot:?}");
    }

    async fn give_back(&self, slot: Timestamp) -> Result<(), StoreError> {
        self.store.give_back_slot(Log::Budget, slot).await
    }

    /// How many times are in the log, and in which form.
    async fn log(&mut self) -> (String, usize) {
        let form: String = cmd("TYPE")
            .arg(KEY)
            .query_async(&mut self.redis)
            .await
            .unwrap();
        let times = match &*form {
            "list" => self.redis.llen(KEY).await.unwrap(),
            _ => self.redis.strlen::<_, usize>(KEY).await.unwrap() / 13,
        };
        (form, times)
    }

    /// How long Redis keeps the log.
    async fn kept_for(&mut self) -> Duration {
        let left: i64 = self.redis.pttl(KEY).await.unwrap();
        Duration::from_millis(left.try_into().expect("the log ends"))
    }
}

#[tokio::test]
async fn a_log_holds_no_more_than_the_largest_limit() {
    for (limit, form, most) in [("3/1h", "string", 3), ("120/1h", "list", 120)] {
        let mut place = Place::new().await;
        for _ in 0..2 {
            for _ in 0..most {
                place.taken(limit).await;
            }
            place.clock.advance(HOUR);
        }
        assert_eq!(place.log().await, (form.to_owned(), most));
    }
}

#[tokio::test]
async fn a_refusal_that_changes_the_form_keeps_what_counts_and_its_end() {
    let mut place = Place::new().await;
    for _ in 0..5 {
        place.taken("120/1h").await;
    }
    place.is_refused(&["3/1h"]).await;
    assert_eq!(place.log().await, ("string".to_owned(), 3));
    assert!(place.kept_for().await <= HOUR);
    place.is_refused(&["3/1h", "120/1d"]).await;
    assert_eq!(place.log().await, ("list".to_owned(), 3));
    assert!(place.kept_for().await <= 24 * HOUR);
}

#[tokio::test]
async fn of_several_slots_of_one_moment_one_is_given_back() {
    for limit in FORMS {
        let mut place = Place::new().await;
        for _ in 0..2 {
            place.taken(limit).await;
        }
        let slot = place.taken(limit).await;
        place.give_back(slot).await.unwrap();
        assert_eq!(place.log().await.1, 2, "{limit}");
    }
}

#[tokio::test]
async fn the_last_slot_that_is_given_back_leaves_nothing() {
    for limit in FORMS {
        let mut place = Place::new().await;
        let slot = place.taken(limit).await;
        place.give_back(slot).await.unwrap();
        assert_eq!(place.log().await, ("none".to_owned(), 0), "{limit}");
    }
}

#[tokio::test]
async fn a_server_that_may_not_write_tells_nothing_of_a_log() {
    for (limit, wider) in [("1/1h", "3/1h"), ("1/1h", "120/1h")] {
        let place = Place::new().await;
        let slot = place.taken(wider).await;
        let mut redis = connect(&place.server).await;
        let () = cmd("CONFIG")
            .arg(&["SET", "min-replicas-to-write", "1"])
            .query_async(&mut redis)
            .await
            .unwrap();
        let refused = place.take(&[limit, wider]).await;
        let is_lost = matches!(refused, Err(StoreError::Connection(_)));
        assert!(is_lost, "{wider}: {refused:?}");
        // What is given back is not there.
        let another = Timestamp::from_millis(slot.as_millis() + 1);
        let given_back = place.give_back(another).await;
        let is_lost = matches!(given_back, Err(StoreError::Connection(_)));
        assert!(is_lost, "{wider}: {given_back:?}");
    }
}
