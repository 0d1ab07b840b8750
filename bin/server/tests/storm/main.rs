//! Redis dies every second under fifty clients, or the network to it fails in every way; a third of
//! the provider's answers get lost; and afterwards the books balance.

#![expect(clippy::unwrap_used, reason = "a test that can't go on panics")]

mod books;
mod client;
#[path = "../api/process.rs"]
mod process;

use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::ring;
use sms_testkit::{CcpFault, CcpStub, FaultProxy, NetFault, RedisServer};
use tokio::time::{Instant, interval};

use books::Books;
use client::Client;
use process::Process;

const CLIENTS: usize = 50;
const KILLS: usize = 20;
const BETWEEN_KILLS: Duration = Duration::from_secs(1);

/// What the network does, one after the other, with as much calm between.
const FAULTS: [NetFault; 7] = [
    NetFault::Reset,
    NetFault::Truncate { after: 0 },
    NetFault::Stall,
    NetFault::Close,
    NetFault::Truncate { after: 6 },
    NetFault::HalfClose,
    NetFault::Slow {
        bytes: 1,
        every: Duration::from_millis(20),
    },
];
const FAULT_ROUNDS: usize = 2;
/// Longer than the server waits for Redis.
const BETWEEN_FAULTS: Duration = Duration::from_millis(600);

/// Messages to one number: few enough to run out.
const PER_MOBILE: &str = "1/1s,3/10m";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_books_balance_after_redis_was_killed_every_second() {
    let redis = RedisServer::start_durable();
    let weather = Weather {
        server_url: redis.url(),
        client_url: redis.url(),
        lasts: BETWEEN_KILLS * u32::try_from(KILLS).unwrap(),
    };
    go_through(weather, kill_again_and_again(redis)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_books_balance_after_the_network_failed_in_every_way() {
    let redis = RedisServer::start();
    let network = FaultProxy::start(redis.address()).unwrap();
    let faults = FAULTS.len() * FAULT_ROUNDS;
    let weather = Weather {
        server_url: format!("redis://{}/0", network.address()),
        client_url: redis.url(),
        lasts: BETWEEN_FAULTS * u32::try_from(2 * faults).unwrap(),
    };
    go_through(weather, fail_again_and_again(network)).await;
}

/// Where Redis is, for whom, and how long the storm lasts.
struct Weather {
    server_url: String,
    client_url: String,
    lasts: Duration,
}

/// Fifty clients while `storm` rages; then a calm journey; then the books.
async fn go_through<Calm>(weather: Weather, storm: impl Future<Output = Calm>) {
    // An error says that it is there already.
    let _ = ring::default_provider().install_default();
    let ccp = Arc::new(CcpStub::start().unwrap());
    ccp.fail_by_chance(CcpFault::LoseAnswer, 3, 20_261_122);
    let mut server = serve(&weather.server_url, &ccp);
    let client = |number| {
        let url = weather.client_url.clone();
        Client::new(number, server.public, url, Arc::clone(&ccp))
    };

    let end = Instant::now() + weather.lasts;
    let clients: Vec<_> = (0..CLIENTS)
        .map(|number| tokio::spawn(client(number).go_on_until(end)))
        .collect();
    let _calm = storm.await;
    let mut books = Books::default();
    for client in clients {
        books.add(client.await.unwrap());
    }

    // When the storm is over, everything works at once.
    let mut last = client(CLIENTS);
    last.gets_through().await;
    books.add(last.into_account());
    books.balance(&ccp, &weather.client_url).await;

    server.signal("TERM");
    server.wait_for_log("stopping: ");
    assert!(server.wait().success());
    assert!(!server.log().contains("panicked"), "{}", server.log());
}

/// The program as a shop runs it, without limits for addresses.
fn serve(redis_url: &str, ccp: &CcpStub) -> Process {
    let base_url = ccp.base_url();
    Process::start(&[
        ("SMS__SERVER__MODE", "prod"),
        ("SMS__SERVER__WORKERS", "2"),
        ("SMS__STORE__BACKEND", "redis"),
        ("SMS__STORE__URL", redis_url),
        ("SMS__LIMITS__PER_IP", ""),
        ("SMS__LIMITS__IMAGE_PER_IP", ""),
        ("SMS__LIMITS__PER_MOBILE", PER_MOBILE),
        ("SMS__GATEWAY__ORDER", "ccp"),
        ("SMS__GATEWAY__SENDERS__CCP__KIND", "ccp"),
        ("SMS__GATEWAY__SENDERS__CCP__BASE_URL", &base_url),
        (
            "SMS__GATEWAY__SENDERS__CCP__ACCOUNT_SID",
            CcpStub::ACCOUNT_SID,
        ),
        (
            "SMS__GATEWAY__SENDERS__CCP__AUTH_TOKEN",
            CcpStub::AUTH_TOKEN,
        ),
        ("SMS__GATEWAY__SENDERS__CCP__APP_ID", CcpStub::APP_ID),
    ])
}

async fn kill_again_and_again(mut redis: RedisServer) -> RedisServer {
    let mut rhythm = interval(BETWEEN_KILLS);
    rhythm.tick().await;
    for _ in 0..KILLS {
        rhythm.tick().await;
        let killed = tokio::task::spawn_blocking(move || {
            redis.restart();
            redis
        });
        redis = killed.await.unwrap();
    }
    redis
}

async fn fail_again_and_again(network: FaultProxy) -> FaultProxy {
    let mut rhythm = interval(BETWEEN_FAULTS);
    rhythm.tick().await;
    for fault in FAULTS.repeat(FAULT_ROUNDS) {
        network.set(fault);
        rhythm.tick().await;
        network.set(NetFault::None);
        rhythm.tick().await;
    }
    network
}
