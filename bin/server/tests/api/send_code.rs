use sms_gateway::{Behaviour, ErrorClass};

use crate::app::{App, MOBILE, answer};

async fn ask(app: &App, path: &str) -> crate::app::Answer {
    answer(app.get(path).await).await
}

#[tokio::test]
async fn the_journey_from_picture_to_checked_code() {
    let app = App::start();
    app.send(MOBILE).await.is_success("发送短信成功");
    let code = app.received_code(MOBILE);
    assert!(code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()));
    app.check(MOBILE, &code).await.is_success("短信验证码正确");
    app.check(MOBILE, &code).await.is_refusal("短信验证码失效");
}

#[tokio::test]
async fn a_missing_or_empty_parameter_is_said_first() {
    let app = App::start();
    app.put_picture("i").await;
    for query in [
        "",
        "?image_code=abcd",
        "?image_code_id=i",
        "?image_code=&image_code_id=i",
        "?image_code=abcd&image_code_id=",
        "?image_code=abcd&image_code_id=&uuid=i",
        "?image_code=abcd&image_code=&image_code_id=i",
    ] {
        ask(&app, &format!("/sms_codes/nonsense/{query}"))
            .await
            .is_refusal("缺少必传参数");
    }
}

#[tokio::test]
async fn a_number_that_is_none_is_said_before_the_picture_is_touched() {
    let app = App::start();
    app.put_picture("i").await;
    for mobile in [
        "12800138000",
        "1380013800",
        "%2B33612345678",
        "%FF",
        "13800138000x",
    ] {
        let path = format!("/sms_codes/{mobile}/?image_code=abcd&image_code_id=i");
        ask(&app, &path).await.is_refusal("手机号格式不正确");
    }
    let path = format!("/sms_codes/{MOBILE}/?image_code=abcd&image_code_id=i");
    ask(&app, &path).await.is_success("发送短信成功");
}

#[tokio::test]
async fn the_path_may_be_written_in_several_ways() {
    for path in [
        "13800138000",
        "13800138000/",
        "%2B8613800138000/",
        "+8613800138000",
        "8613800138000/",
        "%31%33800138000/",
    ] {
        let app = App::start();
        app.put_picture("i").await;
        let path = format!("/sms_codes/{path}?image_code=abcd&image_code_id=i");
        ask(&app, &path).await.is_success("发送短信成功");
        assert_eq!(app.received_code(MOBILE).len(), 6);
    }
}

#[tokio::test]
async fn parameters_are_read_as_django_reads_them() {
    for query in [
        "image_code=abcd&uuid=i",
        "image_code=abcd&image_code_id=i&uuid=other",
        "image_code=wrong&image_code=abcd&image_code_id=other&image_code_id=i",
        "image_code=%61bcd&image_code_id=%69",
        "image_code=ABCD&image_code_id=i&more=1",
    ] {
        let app = App::start();
        app.put_picture("i").await;
        let path = format!("/sms_codes/{MOBILE}/?{query}");
        ask(&app, &path).await.is_success("发送短信成功");
    }
}

#[tokio::test]
async fn a_picture_is_gone_after_the_first_request_that_names_it() {
    let app = App::start();
    app.put_picture("i").await;
    let path = |answer: &str| format!("/sms_codes/{MOBILE}/?image_code={answer}&image_code_id=i");
    ask(&app, &path("wrong"))
        .await
        .is_refusal("输入图形验证码有误");
    ask(&app, &path("abcd")).await.is_refusal("图形验证码失效");
    let strange = format!("/sms_codes/{MOBILE}/?image_code=abcd&image_code_id=%E5%9B%BE");
    ask(&app, &strange).await.is_refusal("图形验证码失效");
}

#[tokio::test]
async fn a_number_has_a_quota() {
    let app = App::start();
    app.send(MOBILE).await.is_success("发送短信成功");
    let refused = app.send(MOBILE).await;
    refused.is_refusal("发送短信过于频繁");
    assert!((55..=60).contains(&refused.retry_after.unwrap()));
    assert_eq!(refused.body["retry_after"].as_u64(), refused.retry_after);
}

#[tokio::test]
async fn an_address_has_a_quota() {
    let app = App::start_with("[limits]\nper_ip = [\"1/1h\"]");
    app.send(MOBILE).await.is_success("发送短信成功");
    let refused = app.send("13900139000").await;
    refused.is_refusal("访问过于频繁");
    assert!((3590..=3600).contains(&refused.retry_after.unwrap()));
    assert_eq!(app.sender.count(), 1);
}

#[tokio::test]
async fn an_address_is_what_a_trusted_proxy_says() {
    let limits = "[limits]\nper_ip = [\"1/1h\"]";
    let send = async |app: &App, mobile: &str, client: &str| {
        app.put_picture("i").await;
        let path = format!("/sms_codes/{mobile}/?image_code=abcd&image_code_id=i");
        let url = format!("http://{}{path}", app.public);
        let request = app.client.get(url).header("X-Forwarded-For", client);
        answer(request.send().await.unwrap()).await
    };
    let trusting = format!("[server]\ntrusted_proxies = [\"127.0.0.0/8\"]\n{limits}");
    let app = App::start_with(&trusting);
    send(&app, "13800138000", "203.0.113.7")
        .await
        .is_success("发送短信成功");
    send(&app, "13800138001", "203.0.113.8")
        .await
        .is_success("发送短信成功");
    send(&app, "13800138002", "203.0.113.7")
        .await
        .is_refusal("访问过于频繁");

    let app = App::start_with(limits);
    send(&app, "13800138000", "203.0.113.7")
        .await
        .is_success("发送短信成功");
    send(&app, "13800138001", "203.0.113.8")
        .await
        .is_refusal("访问过于频繁");
}

#[tokio::test]
async fn a_failed_send_leaves_neither_code_nor_slot() {
    let app = App::start();
    app.sender.behave(Behaviour::Refuse(ErrorClass::Config));
    app.send(MOBILE).await.is_refusal("发送短信失败");
    app.sender.behave(Behaviour::Accept);
    app.send(MOBILE).await.is_success("发送短信成功");
}

#[tokio::test]
async fn only_get_sends_and_nothing_else_has_an_effect() {
    let app = App::start();
    app.put_picture("i").await;
    let url = format!(
        "http://{}/sms_codes/{MOBILE}/?image_code=abcd&image_code_id=i",
        app.public
    );
    for method in ["HEAD", "POST", "PUT", "DELETE", "OPTIONS"] {
        let method = method.parse().unwrap();
        let response = app.client.request(method, &url).send().await.unwrap();
        assert_eq!(response.status(), 405);
        assert_eq!(response.headers()["allow"], "GET");
    }
    assert_eq!(app.sender.count(), 0);
    answer(app.client.get(&url).send().await.unwrap())
        .await
        .is_success("发送短信成功");
}

#[tokio::test]
async fn messages_are_in_the_configured_language() {
    let app = App::start_with("[locale]\nmessages = \"en\"");
    app.send(MOBILE)
        .await
        .is_success("The message is on its way");
}

#[tokio::test]
async fn the_outbox_shows_what_the_mock_sent() {
    let app = App::start();
    app.send(MOBILE).await.is_success("发送短信成功");
    let response = app.get("/dev/outbox?mobile=%2B8613800138000").await;
    let outbox: serde_json::Value = response.json().await.unwrap();
    let code = app.received_code(MOBILE);
    assert_eq!(outbox.as_array().unwrap().len(), 1);
    assert_eq!(outbox[0]["mobile"], MOBILE);
    assert_eq!(outbox[0]["code"], *code);
    assert_eq!(outbox[0]["minutes"], 5);
    assert!(outbox[0]["text"].as_str().unwrap().contains(&code));
    assert!(outbox[0]["sent_at"].as_str().unwrap().starts_with("20"));
    let other = app.get("/dev/outbox?mobile=13900139000").await;
    assert_eq!(other.text().await.unwrap(), "[]");
}
