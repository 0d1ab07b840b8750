//! With a Redis that other programs use too, and that may be away.

use std::time::{Duration, Instant};

use deadpool_redis::redis::aio::MultiplexedConnection;
use deadpool_redis::redis::{AsyncCommands, Client, cmd};
use sms_gateway::{Behaviour, ErrorClass};
use sms_testkit::RedisServer;

use crate::app::{App, MOBILE, answer};

pub(crate) async fn connect(server: &RedisServer) -> MultiplexedConnection {
    let client = Client::open(server.url()).unwrap();
    client.get_multiplexed_async_connection().await.unwrap()
}

/// What the shop's own picture view does.
pub(crate) async fn put_picture(redis: &mut MultiplexedConnection, id: &str) {
    let () = redis
        .set_ex(format!("img_{id}"), "AbCd", 300)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_program_that_knows_nothing_of_us_shares_the_keys() {
    let server = RedisServer::start();
    let app = App::start_on_redis(&server);
    let mut redis = connect(&server).await;
    put_picture(&mut redis, "f47ac10b-58cc-4372-a567-0e02b2c3d479").await;
    let path = format!(
        "/sms_codes/{MOBILE}/?image_code=aBcD&image_code_id=f47ac10b-58cc-4372-a567-0e02b2c3d479"
    );
    answer(app.get(&path).await)
        .await
        .is_success("发送短信成功");

    let code: String = redis.get("sms_13800138000").await.unwrap();
    assert_eq!(code, app.received_code(MOBILE));
    let ttl: i64 = redis.pttl("sms_13800138000").await.unwrap();
    assert!((295_001..=300_000).contains(&ttl), "{ttl}");
    let picture: Option<String> = redis
        .get("img_f47ac10b-58cc-4372-a567-0e02b2c3d479")
        .await
        .unwrap();
    assert_eq!(picture, None);

    let () = redis.del("sms_13800138000").await.unwrap();
    app.check(MOBILE, &code).await.is_refusal("短信验证码失效");
}

#[tokio::test]
async fn a_picture_is_kept_where_others_find_it() {
    let server = RedisServer::start();
    let app = App::start_on_redis(&server);
    app.get("/image_codes/abc/").await;
    let mut redis = connect(&server).await;
    let text: String = redis.get("img_abc").await.unwrap();
    let ttl: i64 = redis.pttl("img_abc").await.unwrap();
    assert_eq!(text.chars().count(), 4);
    assert!((295_001..=300_000).contains(&ttl), "{ttl}");
}

#[tokio::test]
async fn a_store_out_of_reach_is_said_fast_and_heals_by_itself() {
    let mut server = RedisServer::start();
    let app = App::start_on_redis(&server);
    app.send(MOBILE).await.is_success("发送短信成功");
    server.stop();
    let send = format!("/sms_codes/{MOBILE}/?image_code=abcd&image_code_id=i");
    for path in ["/image_codes/i/", &send] {
        let started = Instant::now();
        let refused = answer(app.get(path).await).await;
        assert_eq!((refused.status, refused.code()), (503, 400));
        assert_eq!(refused.errmsg(), "服务暂不可用");
        assert!(
            started.elapsed() < Duration::from_secs(1),
            "{:?}",
            started.elapsed()
        );
    }
    assert_eq!(app.check(MOBILE, "123456").await.status, 503);
    let readiness = app.get_ops("/readyz").await;
    assert_eq!(readiness.status(), 503);
    assert!(readiness.text().await.unwrap().contains("out of reach"));

    server.restart();
    app.send(MOBILE).await.is_success("发送短信成功");
    assert_eq!(app.get_ops("/readyz").await.status(), 200);
}

#[tokio::test]
async fn a_store_that_hangs_is_said_within_a_second() {
    let server = RedisServer::start();
    let app = App::start_on_redis(&server);
    app.send(MOBILE).await.is_success("发送短信成功");
    server.signal("STOP");
    let started = Instant::now();
    assert_eq!(app.get("/image_codes/i/").await.status(), 503);
    assert!(
        started.elapsed() < Duration::from_secs(1),
        "{:?}",
        started.elapsed()
    );
    server.signal("CONT");
    assert_eq!(app.get("/image_codes/i/").await.status(), 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_5_what_a_failing_store_could_not_take_back_is_taken_back_later() {
    let server = RedisServer::start();
    let app = App::start_on_redis(&server);
    let mut redis = connect(&server).await;
    // Scripts that Redis does not know yet would need more than one command.
    app.sender.behave(Behaviour::Refuse(ErrorClass::Temporary));
    app.send(MOBILE).await.is_refusal("发送短信失败");
    app.sender.behave(Behaviour::Stall);
    app.put_picture("i").await;
    let path = format!("/sms_codes/{MOBILE}/?image_code=abcd&image_code_id=i");
    let request = app.client.get(format!("http://{}{path}", app.public));
    let asked = tokio::spawn(async move { answer(request.send().await.unwrap()).await });
    let mut is_stored = false;
    while !is_stored {
        is_stored = redis.exists("sms_13800138000").await.unwrap();
    }

    let mut acl = async |rule: &str| -> () {
        let mut command = cmd("ACL");
        command.arg(&["SETUSER", "default", rule]);
        let () = command.query_async(&mut redis).await.unwrap();
    };
    acl("-evalsha").await;
    app.sender.behave(Behaviour::Refuse(ErrorClass::Temporary));
    asked.await.unwrap().is_refusal("发送短信失败");
    acl("+evalsha").await;
    let limit = Instant::now() + Duration::from_secs(20);
    while redis.exists("{sms_13800138000}:sends").await.unwrap() {
        assert!(Instant::now() < limit, "the slot is still there");
        tokio::task::yield_now().await;
    }
    let is_stored: bool = redis.exists("sms_13800138000").await.unwrap();
    assert!(!is_stored);
}
