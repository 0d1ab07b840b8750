//! The program on Sentinels and on a Cluster, as an operator configures it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;
use sms_testkit::{RedisCluster, RedisServer, SentinelGroup};

use crate::app::{Answer, answer, client};
use crate::process::Process;

/// What every request here may do as often as it likes.
const NO_ADDRESS_LIMITS: [(&str, &str); 2] = [
    ("SMS__LIMITS__PER_IP", ""),
    ("SMS__LIMITS__IMAGE_PER_IP", ""),
];

/// A client of a running program.
struct Shop {
    process: Process,
    client: reqwest::Client,
}

impl Shop {
    fn start(variables: &[(&str, &str)]) -> Self {
        let variables: Vec<_> = variables
            .iter()
            .chain(&NO_ADDRESS_LIMITS)
            .copied()
            .collect();
        Self {
            process: Process::start(&variables),
            client: client(),
        }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.process.public)
    }

    async fn send(&self, mobile: &str, picture: &str) -> Answer {
        let path = format!("/sms_codes/{mobile}/?image_code=abcd&image_code_id={picture}");
        answer(self.client.get(self.url(&path)).send().await.unwrap()).await
    }

    async fn check(&self, mobile: &str, code: &str) -> Answer {
        let url = self.url(&format!("/sms_codes/{mobile}/verify/"));
        let request = self.client.post(url);
        let request = request.json(&serde_json::json!({ "sms_code": code }));
        answer(request.send().await.unwrap()).await
    }

    /// Waits until the store is in reach. Until then every check is answered with 503.
    async fn is_back(&self) {
        loop {
            let checked = self.check(&mobile(99_999_999), "000000").await;
            match checked.status {
                503 => tokio::task::yield_now().await,
                _ => return checked.is_refusal("短信验证码失效"),
            }
        }
    }

    /// The code of the last message to a number.
    async fn received_code(&self, mobile: &str) -> String {
        let url = self.url(&format!("/dev/outbox?mobile={mobile}"));
        let outbox = self.client.get(url).send().await.unwrap();
        let messages: Value = outbox.json().await.unwrap();
        messages[0]["code"].as_str().unwrap().to_owned()
    }
}

fn mobile(index: usize) -> String {
    format!("138{index:08}")
}

fn put_picture(server: &RedisServer, key: &str) {
    server.tell(&format!("SET {key} AbCd PX 300000"));
}

/// Asks for codes, a picture each, until all pictures are used; gives the numbers that got one.
/// Every answer is a success, or says that the service is unavailable; then they wait for it.
async fn send_all(shop: &Shop, next: &AtomicUsize, pictures: usize) -> Vec<usize> {
    let mut sent = Vec::new();
    loop {
        let index = next.fetch_add(1, Ordering::Relaxed);
        if index >= pictures {
            return sent;
        }
        let answer = shop.send(&mobile(index), &format!("p{index}")).await;
        match answer.status {
            200 => {
                answer.is_success("发送短信成功");
                sent.push(index);
            }
            status => {
                assert_eq!((status, answer.errmsg()), (503, "服务暂不可用"));
                shop.is_back().await;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sentinel_primary_killed_under_load_costs_no_wrong_answer() {
    const PICTURES: usize = 20_000;
    let mut group = SentinelGroup::start();
    let urls = group.urls().join(",");
    let shop = Arc::new(Shop::start(&[
        ("SMS__STORE__BACKEND", "sentinel"),
        ("SMS__STORE__URLS", &urls),
    ]));
    let put = "for i = 0, ARGV[1] - 1 do redis.call('SET', 'img_p' .. i, 'AbCd', 'PX', 300000) end";
    group
        .primary()
        .tell(&format!("EVAL \"{put}\" 0 {PICTURES}"));
    group.primary().wait_until_copied();

    let next = Arc::new(AtomicUsize::new(0));
    let clients: Vec<_> = (0..16)
        .map(|_| {
            let (shop, next) = (Arc::clone(&shop), Arc::clone(&next));
            tokio::spawn(async move { send_all(&shop, &next, PICTURES).await })
        })
        .collect();
    while next.load(Ordering::Relaxed) < 500 {
        tokio::task::yield_now().await;
    }
    let old = group.primary().port();
    group.kill_primary();
    tokio::task::block_in_place(|| group.wait_for_other_primary(old));
    let failed_over = Instant::now();
    shop.is_back().await;
    assert!(
        failed_over.elapsed() < Duration::from_secs(2),
        "{:?}",
        failed_over.elapsed()
    );
    // What is left after the failover is enough to see that sends work again.
    next.fetch_max(PICTURES - 200, Ordering::Relaxed);
    let mut sent = Vec::new();
    for client in clients {
        sent.extend(client.await.unwrap());
    }
    let after = sent
        .iter()
        .filter(|index| **index >= PICTURES - 200)
        .count();
    assert!(after > 150, "{after} of the last 200 were sent");
    for index in sent.into_iter().filter(|index| *index >= PICTURES - 200) {
        let code = shop.received_code(&mobile(index)).await;
        shop.check(&mobile(index), &code)
            .await
            .is_success("短信验证码正确");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_a_cluster_numbers_of_all_slots_are_served_with_every_limit_on() {
    let cluster = RedisCluster::start();
    let urls = cluster.urls().join(",");
    let shop = Shop::start(&[
        ("SMS__STORE__BACKEND", "cluster"),
        ("SMS__STORE__URLS", &urls),
        ("SMS__STORE__KEY_PREFIX", "shop:"),
        ("SMS__LIMITS__GLOBAL", "20/1h"),
    ]);
    for index in 0..20 {
        let key = format!("shop:img_p{index}");
        put_picture(&cluster.nodes()[cluster.index_of(&key)], &key);
        let (number, picture) = (mobile(index), format!("p{index}"));
        shop.send(&number, &picture)
            .await
            .is_success("发送短信成功");
        shop.send(&number, &picture)
            .await
            .is_refusal("图形验证码失效");
        let code = shop.received_code(&number).await;
        shop.check(&number, "wrong")
            .await
            .is_refusal("输入短信验证码有误");
        shop.check(&number, &code)
            .await
            .is_success("短信验证码正确");
        shop.check(&number, &code)
            .await
            .is_refusal("短信验证码失效");
    }
    let key = "shop:img_last";
    put_picture(&cluster.nodes()[cluster.index_of(key)], key);
    let refused = shop.send(&mobile(99), "last").await;
    refused.is_refusal("发送短信过于频繁");
}
