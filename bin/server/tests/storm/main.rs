//! Redis dies every second under fifty clients, a third of the provider's answers get lost, and
//! afterwards the books balance.

#![expect(clippy::unwrap_used, reason = "a test that can't go on panics")]

mod books;
mod client;
#[path = "../api/process.rs"]
mod process;

use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::ring;
use sms_testkit::{CcpFault, CcpStub, RedisServer};
use tokio::time::{Instant, interval};

use books::Books;
use client::Client;
use process::Process;

const CLIENTS: usize = 50;
const KILLS: usize = 20;
const BETWEEN_KILLS: Duration = Duration::from_secs(1);

/// Messages to one number: few enough to run out.
const PER_MOBILE: &str = "1/1s,3/10m";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_books_balance_after_a_storm() {
    // An error says that it is there already.
    let _ = ring::default_provider().install_default();
    let redis = RedisServer::start_durable();
    let ccp = Arc::new(CcpStub::start().unwrap());
    ccp.fail_by_chance(CcpFault::LoseAnswer, 3, 20_261_122);
    let mut server = serve(&redis, &ccp);

    let end = Instant::now() + BETWEEN_KILLS * u32::try_from(KILLS).unwrap();
    let clients: Vec<_> = (0..CLIENTS)
        .map(|number| {
            let client = Client::new(number, server.public, redis.url(), Arc::clone(&ccp));
            tokio::spawn(client.go_on_until(end))
        })
        .collect();
    let redis = kill_again_and_again(redis).await;
    let mut books = Books::default();
    for client in clients {
        books.add(client.await.unwrap());
    }

    // When the storm is over, everything works at once.
    let mut last = Client::new(CLIENTS, server.public, redis.url(), Arc::clone(&ccp));
    last.gets_through().await;
    books.add(last.into_account());
    books.balance(&ccp, &redis).await;

    server.signal("TERM");
    server.wait_for_log("stopping: ");
    assert!(server.wait().success());
    assert!(!server.log().contains("panicked"), "{}", server.log());
}

/// The program as a shop runs it, with a short memory for addresses.
fn serve(redis: &RedisServer, ccp: &CcpStub) -> Process {
    let (url, base_url) = (redis.url(), ccp.base_url());
    Process::start(&[
        ("SMS__SERVER__MODE", "prod"),
        ("SMS__SERVER__WORKERS", "2"),
        ("SMS__STORE__BACKEND", "redis"),
        ("SMS__STORE__URL", &url),
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
