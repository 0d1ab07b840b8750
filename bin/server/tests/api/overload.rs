//! More sends than the provider keeps up with.

use std::time::{Duration, Instant};

use sms_core::{ImageCode, ImageId};
use sms_gateway::Behaviour;
use tokio::task::JoinHandle;

use crate::app::{Answer, App, answer};
use crate::shutdown::reached_the_sender;

const IN_FLIGHT: usize = 20;
const SETTINGS: &str = "
    [limits]
    per_ip = []
    image_per_ip = []
    [gateway]
    max_in_flight = 20
";

async fn path_of(app: &App, index: usize) -> String {
    let id = format!("picture-{index}");
    let (image, code) = (
        ImageId::parse(&id).unwrap(),
        ImageCode::new("AbCd").unwrap(),
    );
    let ttl = Duration::from_secs(300);
    app.store.put_image_code(&image, &code, ttl).await.unwrap();
    format!("/sms_codes/138{index:08}/?image_code=abcd&image_code_id={id}")
}

async fn send(app: &App, index: usize) -> Answer {
    let path = path_of(app, index).await;
    answer(app.get(&path).await).await
}

/// Begins as many sends as may be under way; the sender lets them wait.
async fn fill(app: &App) -> Vec<JoinHandle<Answer>> {
    app.sender.behave(Behaviour::Stall);
    let mut under_way = Vec::new();
    for index in 0..IN_FLIGHT {
        let url = format!("http://{}{}", app.public, path_of(app, index).await);
        let request = app.client.get(url);
        under_way.push(tokio::spawn(async move {
            answer(request.send().await.unwrap()).await
        }));
    }
    for index in 0..IN_FLIGHT {
        reached_the_sender(&*app.store, &format!("138{index:08}")).await;
    }
    under_way
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stalled_provider_holds_up_neither_refusals_nor_pictures_nor_checks() {
    let app = App::start_with(SETTINGS);
    send(&app, IN_FLIGHT).await.is_success("发送短信成功");
    let code = app.received_code(&format!("138{IN_FLIGHT:08}"));
    let under_way = fill(&app).await;

    let started = Instant::now();
    for round in 0..50 {
        let refused = send(&app, IN_FLIGHT + 1).await;
        assert_eq!((refused.status, refused.code()), (503, 400));
        assert_eq!(refused.errmsg(), "服务暂不可用");
        assert_eq!(refused.body["outcome"], "overloaded");
        assert!((1..=5).contains(&refused.retry_after.unwrap()));
        assert_eq!(
            app.get(&format!("/image_codes/{round}/")).await.status(),
            200
        );
        let wrong = app.check("13900139000", "123456").await;
        wrong.is_refusal("短信验证码失效");
    }
    // A hundred and fifty requests, none of which waits for the provider.
    assert!(
        started.elapsed() < Duration::from_secs(10),
        "{:?}",
        started.elapsed()
    );
    let mobile = format!("138{IN_FLIGHT:08}");
    app.check(&mobile, &code).await.is_success("短信验证码正确");

    app.sender.behave(Behaviour::Accept);
    for send in under_way {
        send.await.unwrap().is_success("发送短信成功");
    }
    send(&app, IN_FLIGHT + 1).await.is_success("发送短信成功");
}
