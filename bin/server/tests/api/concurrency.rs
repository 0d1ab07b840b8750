//! Many requests at the same moment, over the network.

use std::sync::Arc;

use sms_testkit::RedisServer;

use crate::app::{Answer, App, MOBILE, answer, client};
use crate::process::Process;

/// Sends these requests at once and gives their answers.
async fn all_at_once(requests: Vec<reqwest::RequestBuilder>) -> Vec<Answer> {
    let barrier = Arc::new(tokio::sync::Barrier::new(requests.len()));
    let tasks: Vec<_> = requests
        .into_iter()
        .map(|request| {
            let barrier = Arc::clone(&barrier);
            tokio::spawn(async move {
                barrier.wait().await;
                answer(request.send().await.unwrap()).await
            })
        })
        .collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.unwrap());
    }
    answers
}

fn successes(answers: &[Answer]) -> usize {
    answers.iter().filter(|answer| answer.code() == 0).count()
}

async fn one_picture_pays_for_one_message(app: &App) {
    app.put_picture("i").await;
    let requests = (0..200).map(|index| {
        let mobile = format!("138{index:08}");
        let path = format!("/sms_codes/{mobile}/?image_code=abcd&image_code_id=i");
        app.client.get(format!("http://{}{path}", app.public))
    });
    let answers = all_at_once(requests.collect()).await;
    assert_eq!((successes(&answers), app.sender.count()), (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_1_one_picture_pays_for_one_message_in_memory() {
    one_picture_pays_for_one_message(&App::start()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_1_one_picture_pays_for_one_message_on_redis() {
    let redis = RedisServer::start();
    one_picture_pays_for_one_message(&App::start_on_redis(&redis)).await;
    let mut keys = crate::redis::connect(&redis).await;
    let stored: Vec<String> = deadpool_redis::redis::AsyncCommands::keys(&mut keys, "sms_*")
        .await
        .unwrap();
    assert_eq!(stored.len(), 1, "{stored:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_3_a_code_is_compared_five_times_in_a_hundred_checks() {
    let redis = RedisServer::start();
    let app = App::start_on_redis(&redis);
    app.send(MOBILE).await.is_success("发送短信成功");
    let url = format!("http://{}/sms_codes/{MOBILE}/verify/", app.public);
    let check = || app.client.post(&url).body("{\"sms_code\": \"wrong\"}");
    let answers = all_at_once((0..100).map(|_| check()).collect()).await;
    let compared = answers
        .iter()
        .filter(|answer| answer.errmsg() == "输入短信验证码有误");
    assert_eq!(compared.count(), 5);
    let code = app.received_code(MOBILE);
    app.check(MOBILE, &code).await.is_refusal("错误次数过多");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_4_two_processes_hold_one_quota() {
    let redis = RedisServer::start();
    let url = redis.url();
    let settings = [
        ("SMS__STORE__BACKEND", "redis"),
        ("SMS__STORE__URL", &*url),
        ("SMS__LIMITS__PER_IP", ""),
        ("SMS__LIMITS__PER_MOBILE", "1/60s"),
    ];
    let processes = [Process::start(&settings), Process::start(&settings)];
    let mut keys = crate::redis::connect(&redis).await;
    let client = client();
    let mut requests = Vec::new();
    for index in 0..200 {
        let id = format!("picture-{index}");
        crate::redis::put_picture(&mut keys, &id).await;
        let path = format!("/sms_codes/{MOBILE}/?image_code=abcd&image_code_id={id}");
        requests.push(client.get(format!("http://{}{path}", processes[index % 2].public)));
    }
    let answers = all_at_once(requests).await;
    assert_eq!(successes(&answers), 1);
    for refused in answers.iter().filter(|answer| answer.code() != 0) {
        refused.is_refusal("发送短信过于频繁");
    }
}
