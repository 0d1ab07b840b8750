//! Numbers that get a fixed code and no message.

use sms_core::Mobile;

use crate::app::{App, MOBILE, answer, client};
use crate::exposition::Exposition;
use crate::process::Process;

const TEST: &str = "13900001234";
const CODE: &str = "246810";

/// An entry that has [`TEST`], and settings of limits before it.
fn settings(until: &str, limits: &str) -> String {
    format!(
        "[limits]\n{limits}\n\
         [[test_numbers]]\nprefix = '1390000'\ncode = '{CODE}'\nuntil = '{until}'"
    )
}

/// A server for which [`TEST`] is a test number for long.
fn app(limits: &str) -> App {
    App::start_with(&settings("9999-12-31", limits))
}

fn messages(app: &App, mobile: &str) -> usize {
    app.sender.sent_to(&Mobile::parse(mobile).unwrap()).len()
}

#[tokio::test]
async fn a_test_number_gets_its_code_and_no_message() {
    let app = app("");
    let (test, real) = (app.send(TEST).await, app.send(MOBILE).await);
    test.is_success("发送短信成功");
    assert_eq!(test.body, real.body);
    assert_eq!((messages(&app, TEST), messages(&app, MOBILE)), (0, 1));
    app.check(TEST, CODE).await.is_success("短信验证码正确");
    app.check(TEST, CODE).await.is_refusal("短信验证码失效");
}

#[tokio::test]
async fn without_a_send_the_code_of_a_test_number_is_worth_nothing() {
    let app = app("");
    app.check(TEST, CODE).await.is_refusal("短信验证码失效");
    app.put_picture("i").await;
    let path = format!("/sms_codes/{TEST}/?image_code=wxyz&image_code_id=i");
    let wrong = answer(app.get(&path).await).await;
    wrong.is_refusal("输入图形验证码有误");
    app.check(TEST, CODE).await.is_refusal("短信验证码失效");
}

#[tokio::test]
async fn attempts_at_the_code_of_a_test_number_are_counted() {
    let app = app("failures_per_mobile = ['6/24h']\nper_test_number = []");
    app.send(TEST).await.is_success("发送短信成功");
    for attempts_left in [4, 3, 2, 1, 0] {
        let wrong = app.check(TEST, "000000").await;
        assert_eq!(wrong.body["attempts_left"], attempts_left);
    }
    app.check(TEST, CODE).await.is_refusal("错误次数过多");
    app.send(TEST).await.is_success("发送短信成功");
    app.check(TEST, "000000").await;
    app.check(TEST, CODE).await.is_refusal("错误次数过多");
}

#[tokio::test]
async fn a_test_number_has_a_quota_of_its_own_and_spends_no_budget() {
    let app = app("per_test_number = ['2/1h']\nper_mobile = ['1/1h']\nglobal = ['1/1h']");
    for _ in 0..2 {
        app.send(TEST).await.is_success("发送短信成功");
    }
    let refused = app.send(TEST).await;
    refused.is_refusal("发送短信过于频繁");
    assert!(refused.retry_after.is_some_and(|seconds| seconds > 3000));
    app.send(MOBILE).await.is_success("发送短信成功");
    app.send("13800138001").await.is_refusal("发送短信过于频繁");
    // A test number goes out even if the budget is spent: it costs none.
    app.send("13900005678").await.is_success("发送短信成功");
}

#[tokio::test]
async fn an_address_asks_for_test_numbers_as_often_as_for_others() {
    let app = app("per_ip = ['1/1h']");
    app.send(TEST).await.is_success("发送短信成功");
    app.send(TEST).await.is_refusal("访问过于频繁");
}

#[tokio::test]
async fn past_its_end_a_test_number_is_like_any_other() {
    let app = App::start_with(&settings("2020-12-31", ""));
    app.send(TEST).await.is_success("发送短信成功");
    assert_eq!(messages(&app, TEST), 1);
    let code = app.received_code(TEST);
    app.check(TEST, &code).await.is_success("短信验证码正确");
}

#[tokio::test]
async fn test_numbers_are_counted_by_themselves() {
    let app = app("");
    app.send(TEST).await.is_success("发送短信成功");
    app.check(TEST, CODE).await.is_success("短信验证码正确");
    let metrics = Exposition::of(&app).await;
    assert_eq!(metrics.value("sms_test_codes_total"), 1.0);
    for series in [
        "sms_sends_total{result=\"accepted\",sender=\"mock\"}",
        "sms_sent_total{country=\"CN\",sender=\"mock\"}",
        "sms_verified_total{country=\"CN\",sender=\"mock\"}",
    ] {
        assert_eq!(metrics.value(series), 0.0, "{series}");
    }
}

#[tokio::test]
async fn production_warns_of_test_numbers_and_marks_their_records() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sms.toml");
    let past = "[[test_numbers]]\nnumber = '13800000000'\ncode = '135791'\nuntil = '2020-12-31'";
    let entries = settings("9999-12-31", "");
    let sender = "[gateway]\norder = ['ccp']\n[gateway.senders.ccp]\nkind = 'ccp'\n\
                  account_sid = '8aaf0708000000000000000000000a01'\napp_id = 'b'\nauth_token = 't'";
    let toml = format!("allow_test_numbers = true\n{entries}\n{past}\n{sender}");
    std::fs::write(&file, toml).unwrap();
    let arguments = ["--config", file.to_str().unwrap()];
    let process = Process::start_with(&arguments, &[("SMS__SERVER__MODE", "prod")]);
    process.wait_for_log("whoever knows the codes of 2 test_numbers");
    process.wait_for_log("test_numbers[1] is past its end");
    let base = format!("http://{}/sms_codes/{TEST}/", process.public);
    let send = client().get(format!("{base}?image_code=abcd&image_code_id=i"));
    answer(send.send().await.unwrap()).await;
    let check = client().post(format!("{base}verify/")).body("sms_code=1");
    answer(check.send().await.unwrap()).await;
    process.wait_for_log("event=check");
    let log = process.log();
    let records = log.lines().filter(|line| line.contains("event="));
    let marked = records.filter(|line| line.contains("test=true"));
    assert_eq!(marked.count(), 2, "{log}");
    assert!(!log.contains(TEST) && !log.contains(CODE), "{log}");
}
