//! Who asked for messages and who checked codes is in the log, under a level of its own.

use std::time::{Duration, Instant};

use serde_json::Value;
use sms_testkit::CcpFault;

use crate::app::{MOBILE, answer, client};
use crate::ccp::Shop;
use crate::process::Process;

/// Asks for a message without a picture and checks a code; gives the ids of the two requests.
async fn send_and_check(process: &Process) -> [String; 2] {
    let base = format!("http://{}/sms_codes/{MOBILE}/", process.public);
    let client = client();
    let send = client.get(format!("{base}?image_code=abcd&image_code_id=i"));
    let check = client.post(format!("{base}verify/"));
    let check = check.body("sms_code=112233");
    let mut ids = Vec::new();
    for request in [send, check] {
        let response = request.send().await.unwrap();
        let id = response.headers()["x-request-id"].to_str().unwrap();
        ids.push(id.to_owned());
        answer(response).await;
    }
    ids.try_into().unwrap()
}

/// Waits until the log has as many lines with `text`.
async fn lines(process: &Process, text: &str, count: usize) -> Vec<String> {
    let limit = Instant::now() + Duration::from_secs(20);
    loop {
        let log = process.log();
        let found: Vec<_> = log.lines().filter(|line| line.contains(text)).collect();
        if found.len() >= count {
            return found.into_iter().map(str::to_owned).collect();
        }
        assert!(Instant::now() < limit, "{count} × {text} is not in\n{log}");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_send_and_a_check_are_recorded_under_the_ids_of_their_requests() {
    let process = Process::start(&[("SMS__LOG__FORMAT", "json")]);
    let ids = send_and_check(&process).await;
    let records = lines(&process, "\"target\":\"audit\"", 2).await;
    let expected = [("send", "image_missing"), ("check", "code_missing")];
    for ((record, id), (event, outcome)) in records.iter().zip(&ids).zip(expected) {
        let record: Value = serde_json::from_str(record).unwrap();
        assert_eq!(record["level"], "INFO");
        assert_eq!(record["event"], event);
        assert_eq!(record["outcome"], outcome);
        assert_eq!(record["request_id"], **id);
        assert_eq!(record["mobile"], "138****8000");
        assert_eq!(record["address"], "127.0.0.1");
        assert!(record["ms"].is_number(), "{record}");
    }
    let log = process.log();
    assert!(!log.contains(MOBILE) && !log.contains("112233"), "{log}");
}

#[tokio::test]
async fn records_have_a_level_of_their_own() {
    let process = Process::start(&[("SMS__LOG__AUDIT", "off")]);
    let ids = send_and_check(&process).await;
    for id in ids {
        lines(&process, &id, 1).await;
    }
    let log = process.log();
    assert!(!log.contains("audit") && !log.contains("address="), "{log}");
}

#[tokio::test]
async fn the_record_of_a_message_names_it_as_the_provider_does() {
    let shop = Shop::open(&[("SMS__LOG__FORMAT", "json")]);
    shop.ccp.fail_next([CcpFault::Refuse("160032")]);
    shop.send().await.is_refusal("发送短信失败");
    shop.send().await.is_success("发送短信成功");

    let records = lines(&shop.process, "\"target\":\"audit\"", 2).await;
    let requests = shop.ccp.requests();
    let results = ["config", "accepted"];
    let mut failed_request = Value::Null;
    for ((record, request), result) in records.iter().zip(requests).zip(results) {
        let record: Value = serde_json::from_str(record).unwrap();
        assert_eq!(record["sender"], "ccp");
        assert_eq!(record["result"], result);
        assert_eq!(record["message_id"], request.json()["reqId"]);
        let has_receipt = record["provider_id"].is_string();
        assert_eq!(has_receipt, result == "accepted", "{record}");
        if result == "config" {
            failed_request = record["request_id"].clone();
        }
    }
    let warning = &lines(&shop.process, "message not accepted", 1).await[0];
    let warning: Value = serde_json::from_str(warning).unwrap();
    assert_eq!(warning["request_id"], failed_request);
}

#[tokio::test]
async fn the_record_of_a_right_code_names_who_sent_it() {
    let shop = Shop::open(&[("SMS__LOG__FORMAT", "json")]);
    shop.send().await.is_success("发送短信成功");
    let code = shop.code_of(MOBILE).await.unwrap();
    let url = format!("http://{}/sms_codes/{MOBILE}/verify/", shop.process.public);
    for attempt in ["000000", &code] {
        let check = client().post(&url).body(format!("sms_code={attempt}"));
        answer(check.send().await.unwrap()).await;
    }
    let records = lines(&shop.process, "\"event\":\"check\"", 2).await;
    let sender = |record: &str| serde_json::from_str::<Value>(record).unwrap()["sender"].clone();
    assert_eq!(sender(&records[0]), Value::Null);
    assert_eq!(sender(&records[1]), "ccp");
}

#[tokio::test]
async fn the_record_of_a_delivery_names_the_message_that_was_sent() {
    let token = "a_token_that_nobody_guesses";
    let shop = Shop::open(&[
        ("SMS__LOG__FORMAT", "json"),
        ("SMS__RECEIPTS__SENDERS__CCP__TOKEN", token),
    ]);
    shop.send().await.is_success("发送短信成功");
    let send = &lines(&shop.process, "\"event\":\"send\"", 1).await[0];
    let send: Value = serde_json::from_str(send).unwrap();
    let id = send["provider_id"].as_str().unwrap();
    let body = format!(
        r#"{{"Request":{{"smsType":"1","content":"{id}","fromNum":"{MOBILE}","status":"0"}}}}"#
    );
    let url = format!("http://{}/receipts/ccp/{token}", shop.process.public);
    for _ in 0..2 {
        let told = client().post(&url).body(body.clone()).send().await;
        assert_eq!(told.unwrap().status(), 200);
    }
    let record = &lines(&shop.process, "\"event\":\"delivery\"", 1).await[0];
    let record: Value = serde_json::from_str(record).unwrap();
    for field in ["sender", "message_id", "provider_id", "mobile"] {
        assert_eq!(record[field], send[field], "{field}");
    }
    assert_eq!(
        (&record["result"], &record["country"]),
        (&"delivered".into(), &"CN".into())
    );
    assert!(record["ms"].is_number(), "{record}");
}
