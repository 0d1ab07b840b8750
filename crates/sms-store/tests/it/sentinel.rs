//! A primary that is lost, and the one that takes its place.

use std::time::{Duration, Instant};

use sms_store::{CodeStore, RedisConfig, RedisServers, RedisStore, StoreError};
use sms_testkit::SentinelGroup;

use crate::failover::{Traffic, heals_within, issue_many, verify_all};

/// What the issue of the service allows beyond the time that the failover itself takes.
const AFTER_FAILOVER: Duration = Duration::from_secs(2);

fn config(group: &SentinelGroup) -> RedisConfig {
    RedisConfig::new(RedisServers::Sentinel {
        sentinels: group.urls(),
        primary: SentinelGroup::PRIMARY.to_owned(),
        login: "redis://ignored:1/0".to_owned(),
    })
}

fn new_store(group: &SentinelGroup) -> RedisStore {
    RedisStore::new(&config(group)).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_primary_costs_no_wrong_answer_and_heals_unaided() {
    let mut group = SentinelGroup::start();
    let store = new_store(&group);
    let issued = issue_many(&store, 200).await;
    group.primary().wait_until_copied();
    let traffic = Traffic::start(new_store(&group));
    let old = group.primary().port();
    group.kill_primary();
    tokio::task::block_in_place(|| group.wait_for_other_primary(old));
    heals_within(AFTER_FAILOVER, &store).await;
    let traffic = traffic.stop().await;
    assert!(traffic.right > 0 && traffic.failed > 0, "{traffic:?}");
    verify_all(&store, &issued).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_primary_that_hangs_is_left_and_not_followed_again() {
    let group = SentinelGroup::start();
    let store = new_store(&group);
    store.ping().await.unwrap();
    let old = group.primary();
    old.signal("STOP");
    tokio::task::block_in_place(|| group.wait_for_other_primary(old.port()));
    heals_within(AFTER_FAILOVER, &store).await;
    let issued = issue_many(&store, 20).await;
    old.signal("CONT");
    old.wait_until("ROLE", |role| role[0] == "slave");
    verify_all(&store, &issued).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_instance_that_was_idle_does_not_follow_an_old_primary_that_wakes() {
    let group = SentinelGroup::start();
    let (busy, idle) = (new_store(&group), new_store(&group));
    // Every thread has its connection.
    for _ in 0..200 {
        tokio::join!(busy.ping(), idle.ping()).1.unwrap();
    }
    let old = group.primary();
    old.signal("STOP");
    tokio::task::block_in_place(|| group.wait_for_other_primary(old.port()));
    heals_within(AFTER_FAILOVER, &busy).await;
    let issued = issue_many(&busy, 50).await;
    old.signal("CONT");
    // It takes itself for the primary until a Sentinel has told it otherwise.
    assert_eq!(old.tell("ROLE")[0], "master");
    verify_all(&idle, &issued).await;
}

#[tokio::test]
async fn a_sentinel_that_hangs_holds_nobody_up() {
    let group = SentinelGroup::start();
    group.signal_sentinel("STOP");
    let started = Instant::now();
    new_store(&group).ping().await.unwrap();
    assert!(started.elapsed() < Duration::from_millis(500));
    group.signal_sentinel("CONT");
}

#[tokio::test]
async fn a_name_that_no_sentinel_knows_is_an_error_that_says_so() {
    let group = SentinelGroup::start();
    let config = RedisConfig::new(RedisServers::Sentinel {
        sentinels: group.urls(),
        primary: "other".to_owned(),
        login: "redis://ignored:1/0".to_owned(),
    });
    let error = RedisStore::new(&config).unwrap().ping().await.unwrap_err();
    let StoreError::Connection(text) = &error else {
        panic!("{error}");
    };
    assert!(text.contains("given name not found"), "{text}");
}

#[test]
fn a_database_is_that_of_the_primary_not_of_a_sentinel() {
    let config = RedisConfig::new(RedisServers::Sentinel {
        sentinels: vec!["redis://127.0.0.1:26379/3".to_owned()],
        primary: SentinelGroup::PRIMARY.to_owned(),
        login: "redis://ignored:1/0".to_owned(),
    });
    assert!(matches!(
        RedisStore::new(&config).err(),
        Some(StoreError::Address(_))
    ));
}
