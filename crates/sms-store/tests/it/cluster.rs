//! Slots that move and nodes that are lost.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sms_core::{CheckOutcome, CheckRules, ImageCode, ImageId, Mobile, Quotas, SmsCode};
use sms_store::{CodeStore, Consumed, RedisConfig, RedisServers, RedisStore, StoreError};
use sms_testkit::RedisCluster;

use crate::backend::patient_store;
use crate::failover::{Traffic, heals_within, issue_many, verify_all};

const TTL: Duration = Duration::from_secs(300);
const NUMBER: &str = "13800138000";
const CODE: &str = "sms_13800138000";

fn new_store(cluster: &RedisCluster) -> RedisStore {
    let nodes = cluster.urls();
    let config = RedisConfig {
        // Less than any test waits for what should not take long.
        timeout: Duration::from_millis(1000),
        ..RedisConfig::new(RedisServers::Cluster { nodes })
    };
    RedisStore::new(&config).unwrap()
}

fn mobile() -> Mobile {
    Mobile::parse(NUMBER).unwrap()
}

async fn issue(store: &RedisStore) {
    let code = SmsCode::parse("123456").unwrap();
    let quotas = Quotas::parse(&["5/60s"]).unwrap();
    store.issue(&mobile(), &code, TTL, &quotas).await.unwrap();
}

async fn check(store: &RedisStore, attempt: &str) -> Result<CheckOutcome, StoreError> {
    let rules = CheckRules {
        max_attempts: 5,
        failures: Quotas::parse(&["20/1h"]).unwrap(),
    };
    let checked = store.check(&mobile(), attempt, &rules).await?;
    Ok(checked.outcome)
}

/// The keys of the number, as long as its slot is where it was.
fn keys(cluster: &RedisCluster, node: usize) -> Vec<String> {
    cluster.nodes()[node].tell("KEYS *")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_number_whose_slot_moves_waits_until_it_is_there() {
    let cluster = RedisCluster::start();
    let store = Arc::new(new_store(&cluster));
    issue(&store).await;
    let wrong = check(&store, "000000").await.unwrap();
    assert_eq!(wrong, CheckOutcome::Mismatch { attempts_left: 4 });
    let from = cluster.index_of(CODE);
    let to = (from + 1) % 3;
    cluster.begin_move(CODE, from, to);
    let keys = keys(&cluster, from);
    assert_eq!(keys.len(), 4, "{keys:?}");

    // Half of them are here and half of them are there: nobody can do a step now.
    for key in &keys[..2] {
        cluster.move_key(key, from, to);
    }
    let error = check(&store, "123456").await.unwrap_err();
    assert!(matches!(error, StoreError::Timeout(_)), "{error}");

    for key in &keys[2..] {
        cluster.move_key(key, from, to);
    }
    let waiting = Arc::clone(&store);
    let waiting = tokio::spawn(async move { check(&waiting, "000000").await });
    cluster.end_move(CODE, from, to);
    let wrong = waiting.await.unwrap().unwrap();
    assert_eq!(wrong, CheckOutcome::Mismatch { attempts_left: 3 });
    let right = check(&store, "123456").await.unwrap();
    assert_eq!(right, CheckOutcome::Verified);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_picture_is_asked_for_where_it_has_moved_to_already() {
    let cluster = RedisCluster::start();
    let store = new_store(&cluster);
    let (id, text) = (
        ImageId::parse("picture").unwrap(),
        ImageCode::new("AbCd").unwrap(),
    );
    store.put_image_code(&id, &text, TTL).await.unwrap();
    let from = cluster.index_of("img_picture");
    let to = (from + 1) % 3;
    cluster.begin_move("img_picture", from, to);
    cluster.move_key("img_picture", from, to);
    let consumed = store.consume_image_code(&id, "abcd").await.unwrap();
    assert_eq!(consumed, Consumed::Matched);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slots_that_move_under_load_cost_no_wrong_answer() {
    let cluster = RedisCluster::start();
    let traffic = Traffic::start(new_store(&cluster));
    let from = cluster.index_of(CODE);
    let to = (from + 1) % 3;
    // Hash tags of many slots, all of which move while numbers of all slots are asked for.
    for name in (0..400).map(|name| format!("{{{name}}}")) {
        if cluster.index_of(&name) == from {
            cluster.move_slot(&name, from, to);
        }
    }
    let traffic = traffic.stop().await;
    assert!(traffic.right > 0, "{traffic:?}");
    let others = traffic.failed * 100 / traffic.right;
    assert!(others < 1, "a move is no outage: {traffic:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_node_costs_no_wrong_answer_and_heals_unaided() {
    let mut cluster = RedisCluster::start_with_replicas();
    let lost = cluster.index_of(CODE);
    let store = new_store(&cluster);
    let issued = issue_many(&store, 200).await;
    cluster.nodes()[lost].wait_until_copied();
    let traffic = Traffic::start(new_store(&cluster));
    cluster.kill(lost);
    tokio::task::block_in_place(|| cluster.wait_for_successor(lost));
    let started = Instant::now();
    while let Err(error) = check(&store, "000000").await {
        let span = Duration::from_secs(2);
        assert!(started.elapsed() < span, "still after {span:?}: {error}");
    }
    let traffic = traffic.stop().await;
    assert!(traffic.right > 0 && traffic.failed > 0, "{traffic:?}");
    verify_all(&store, &issued).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_hangs_does_not_slow_the_others() {
    let cluster = RedisCluster::start();
    for node in cluster.nodes() {
        // Otherwise the nodes soon call the whole Cluster down.
        node.tell("CONFIG SET cluster-require-full-coverage no");
        node.tell("CONFIG SET cluster-node-timeout 60000");
    }
    let store = new_store(&cluster);
    let hangs = cluster.index_of(CODE);
    let elsewhere: Vec<Mobile> = (0..100)
        .map(|tail| format!("139001390{tail:02}"))
        .filter(|number| cluster.index_of(&format!("sms_{number}")) != hangs)
        .map(|number| Mobile::parse(&number).unwrap())
        .collect();
    heals_within(Duration::from_secs(1), &store).await;
    cluster.nodes()[hangs].signal("STOP");
    let error = check(&store, "123456").await.unwrap_err();
    assert!(matches!(error, StoreError::Timeout(_)), "{error}");
    let rules = CheckRules {
        max_attempts: 5,
        failures: Quotas::default(),
    };
    let started = Instant::now();
    for mobile in &elsewhere {
        let checked = store.check(mobile, "123456", &rules).await.unwrap();
        assert_eq!(checked.outcome, CheckOutcome::Missing);
    }
    assert!(
        started.elapsed() < Duration::from_millis(900),
        "{} checks took {:?}",
        elsewhere.len(),
        started.elapsed()
    );
    cluster.nodes()[hangs].signal("CONT");
    let outcome = check(&store, "123456").await.unwrap();
    assert_eq!(outcome, CheckOutcome::Missing);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_lost_its_cluster_leads_nobody_astray() {
    let cluster = RedisCluster::start();
    let stranger = RedisCluster::start_stranger();
    let mut nodes = vec![stranger.url()];
    nodes.extend(cluster.urls());
    for _ in 0..20 {
        let servers = RedisServers::Cluster {
            nodes: nodes.clone(),
        };
        let store = patient_store(RedisConfig::new(servers));
        check(&store, "123456").await.unwrap();
    }
}

#[test]
fn a_cluster_has_no_other_database() {
    let nodes = vec!["redis://127.0.0.1:6379/3".to_owned()];
    let config = RedisConfig::new(RedisServers::Cluster { nodes });
    let error = RedisStore::new(&config).err();
    assert!(matches!(error, Some(StoreError::Address(_))), "{error:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_of_a_cluster_is_not_taken_for_a_single_one() {
    let cluster = RedisCluster::start();
    let other = (cluster.index_of(CODE) + 1) % 3;
    let config = RedisConfig::single(cluster.nodes()[other].url());
    let store = RedisStore::new(&config).unwrap();
    let error = check(&store, "123456").await.unwrap_err();
    assert!(error.to_string().contains("Redis Cluster"), "{error}");
}
