//! A network between server and Redis that fails in every way that networks do.

use std::time::{Duration, Instant};

use deadpool_redis::redis::AsyncCommands;
use sms_testkit::{FaultProxy, NetFault, RedisServer};

use crate::app::{Answer, App, MOBILE, STORE_TIMEOUT, answer};
use crate::redis::connect;

/// One worker, so that every request goes through the connection of the one before; and a log of
/// the requests of each address, which tells how often a step was done.
const ONE_WORKER: &str = "
    [server]
    workers = 1
    [limits]
    per_ip = ['1000/1h']
    image_per_ip = []
    per_mobile = []
";

struct Setup {
    redis: RedisServer,
    network: FaultProxy,
    app: App,
}

impl Setup {
    /// A server that has a connection to Redis already, and a Redis that knows the scripts: each
    /// step is one command from then on.
    async fn start() -> Self {
        let redis = RedisServer::start();
        let network = FaultProxy::start(redis.address()).unwrap();
        let url = format!("redis://{}/0", network.address());
        let app = App::start_on_url(&url, ONE_WORKER);
        app.send(MOBILE).await.is_success("发送短信成功");
        let other = app.check("13900139000", "123456").await;
        other.is_refusal("短信验证码失效");
        Self {
            redis,
            network,
            app,
        }
    }

    /// How many sends Redis came to so far.
    async fn steps(&self) -> u64 {
        let mut redis = connect(&self.redis).await;
        redis.llen("ip:sms:127.0.0.1").await.unwrap()
    }

    async fn send(&self) -> Answer {
        let path = format!("/sms_codes/{MOBILE}/?image_code=abcd&image_code_id=j");
        answer(self.app.get(&path).await).await
    }
}

#[track_caller]
fn is_unavailable(answer: &Answer) {
    assert_eq!((answer.status, answer.code()), (503, 400), "{answer:?}");
    assert_eq!(answer.errmsg(), "服务暂不可用");
    assert!(answer.retry_after.is_some(), "{answer:?}");
}

/// Under the fault every answer is a quick 503 and nothing is sent; after it all is well at once.
async fn is_said_fast_and_heals(fault: NetFault) {
    let setup = Setup::start().await;
    let app = &setup.app;
    let code = app.received_code(MOBILE);
    setup.network.set(fault);
    for round in 0..3 {
        let started = Instant::now();
        match round {
            0 => is_unavailable(&answer(app.get("/image_codes/j/").await).await),
            1 => is_unavailable(&setup.send().await),
            _ => is_unavailable(&app.check("13900139000", &code).await),
        }
        let limit = STORE_TIMEOUT + Duration::from_secs(1);
        assert!(started.elapsed() < limit, "{:?}", started.elapsed());
    }
    assert_eq!(app.get_ops("/readyz").await.status(), 503);
    assert_eq!(app.sender.count(), 1);

    setup.network.set(NetFault::None);
    assert_eq!(app.get("/image_codes/j/").await.status(), 200);
    app.check(MOBILE, &code).await.is_success("短信验证码正确");
    app.send(MOBILE).await.is_success("发送短信成功");
    assert_eq!(app.get_ops("/readyz").await.status(), 200);
}

#[tokio::test]
async fn connections_that_are_reset_are_said_fast_and_heal() {
    is_said_fast_and_heals(NetFault::Reset).await;
}

#[tokio::test]
async fn connections_that_are_closed_are_said_fast_and_heal() {
    is_said_fast_and_heals(NetFault::Close).await;
}

#[tokio::test]
async fn a_stalled_network_is_said_fast_and_heals() {
    is_said_fast_and_heals(NetFault::Stall).await;
}

#[tokio::test]
async fn a_slow_network_is_said_fast_and_heals() {
    let every = Duration::from_millis(200);
    is_said_fast_and_heals(NetFault::Slow { bytes: 1, every }).await;
}

#[tokio::test]
async fn a_half_closed_network_is_said_fast_and_heals() {
    is_said_fast_and_heals(NetFault::HalfClose).await;
}

#[tokio::test]
async fn invariant_1_a_send_whose_answer_broke_off_is_not_repeated() {
    let setup = Setup::start().await;
    // The answer is `*3`, `:0`, `:1700000000000`, `:0`.
    for after in [0, 1, 5, 12, 24] {
        setup.app.put_picture("j").await;
        setup.app.get("/image_codes/warm/").await;
        let (steps, messages) = (setup.steps().await, setup.app.sender.count());
        setup.network.set(NetFault::Truncate { after });
        is_unavailable(&setup.send().await);
        assert_eq!(setup.network.fault(), NetFault::None, "after {after} bytes");
        assert_eq!(setup.steps().await, steps + 1, "after {after} bytes");
        assert_eq!(setup.app.sender.count(), messages, "after {after} bytes");
        // It was done but for the message: the picture is used up.
        setup.send().await.is_refusal("图形验证码失效");
    }
}

#[tokio::test]
async fn invariant_3_a_code_whose_answer_broke_off_is_not_accepted_again() {
    let setup = Setup::start().await;
    // The answer is `*1`, `:0`.
    for after in 0..8 {
        setup.app.send(MOBILE).await.is_success("发送短信成功");
        let code = setup.app.received_code(MOBILE);
        setup.network.set(NetFault::Truncate { after });
        is_unavailable(&setup.app.check(MOBILE, &code).await);
        assert_eq!(setup.network.fault(), NetFault::None, "after {after} bytes");
        let again = setup.app.check(MOBILE, &code).await;
        again.is_refusal("短信验证码失效");
    }
}

#[tokio::test]
async fn a_wrong_code_whose_answer_broke_off_counts_once() {
    let setup = Setup::start().await;
    setup.network.set(NetFault::Truncate { after: 4 });
    is_unavailable(&setup.app.check(MOBILE, "wrong").await);
    let wrong = setup.app.check(MOBILE, "wrong").await;
    assert_eq!(wrong.body["attempts_left"], 3);
}
