use crate::app::{App, MOBILE, answer};

#[tokio::test]
async fn a_code_is_taken_from_json_and_from_a_form() {
    let app = App::start_with("[limits]\nper_mobile = []");
    let url = format!("http://{}/sms_codes/{MOBILE}/verify", app.public);
    for is_json in [true, false] {
        app.send(MOBILE).await.is_success("发送短信成功");
        let code = app.received_code(MOBILE);
        let request = app.client.post(&url);
        let request = match is_json {
            true => request.body(format!("{{\"sms_code\": \"{code}\"}}")),
            false => request
                .header("Content-Type", "application/x-www-form-urlencoded")
                .body(format!("sms_code={code}")),
        };
        answer(request.send().await.unwrap())
            .await
            .is_success("短信验证码正确");
    }
}

#[tokio::test]
async fn a_missing_code_is_no_attempt() {
    let app = App::start();
    app.send(MOBILE).await.is_success("发送短信成功");
    let url = format!("http://{}/sms_codes/{MOBILE}/verify/", app.public);
    for body in [
        "",
        "{}",
        "{\"sms_code\": \"\"}",
        "{\"sms_code\": null}",
        "sms_code=",
        "{broken",
    ] {
        let response = app.client.post(&url).body(body).send().await.unwrap();
        answer(response).await.is_refusal("缺少必传参数");
    }
    let wrong = app.check(MOBILE, "wrong").await;
    assert_eq!(wrong.body["attempts_left"], 4);
}

#[tokio::test]
async fn a_wrong_code_counts_down_until_the_code_is_void() {
    let app = App::start();
    app.send(MOBILE).await.is_success("发送短信成功");
    for attempts_left in [4, 3, 2, 1, 0] {
        let wrong = app.check(MOBILE, "wrong").await;
        wrong.is_refusal("输入短信验证码有误");
        assert_eq!(wrong.body["attempts_left"], attempts_left);
    }
    let code = app.received_code(MOBILE);
    app.check(MOBILE, &code).await.is_refusal("错误次数过多");
}

#[tokio::test]
async fn failures_of_a_number_refuse_even_the_right_code() {
    let app = App::start_with("[limits]\nfailures_per_mobile = [\"2/24h\"]");
    app.send(MOBILE).await.is_success("发送短信成功");
    for _ in 0..2 {
        app.check(MOBILE, "wrong")
            .await
            .is_refusal("输入短信验证码有误");
    }
    let code = app.received_code(MOBILE);
    app.check(MOBILE, &code).await.is_refusal("错误次数过多");
}

#[tokio::test]
async fn every_spelling_of_the_number_finds_the_code() {
    let app = App::start();
    app.send("%2B8613800138000")
        .await
        .is_success("发送短信成功");
    let code = app.received_code(MOBILE);
    app.check("008613800138000", &code)
        .await
        .is_success("短信验证码正确");
}

#[tokio::test]
async fn what_is_not_there_is_expired() {
    let app = App::start();
    app.check(MOBILE, "123456")
        .await
        .is_refusal("短信验证码失效");
    app.check("nonsense", "123456")
        .await
        .is_refusal("手机号格式不正确");
}

#[tokio::test]
async fn a_body_beyond_all_measure_is_refused() {
    let app = App::start();
    let url = format!("http://{}/sms_codes/{MOBILE}/verify/", app.public);
    let request = app.client.post(url).body("x".repeat(100_000));
    let refused = answer(request.send().await.unwrap()).await;
    assert_eq!((refused.status, refused.code()), (413, 400));
}

#[tokio::test]
async fn only_post_checks() {
    let app = App::start();
    let response = app.get("/sms_codes/13800138000/verify/").await;
    assert_eq!(response.headers()["allow"], "POST");
    assert_eq!(answer(response).await.status, 405);
}
