//! What goes over the wire.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use sms_gateway::{CcpConfig, CcpSender, ErrorClass, SmsSender};
use sms_testkit::{CcpFault, CcpMessage, CcpStub};

use crate::{CODE, NUMBER, config, message, message_to, stub_and_sender, template};

#[tokio::test]
async fn a_message_is_accepted_and_has_an_id() {
    let (stub, sender) = stub_and_sender();
    let message = message();
    let receipt = sender.send(&message).await.unwrap();
    assert_eq!(&*receipt.sender, "ccp");
    let id = receipt.provider_id.unwrap();
    assert_eq!(id, "00000000000000000000000000000001");
    let delivered = CcpMessage {
        to: NUMBER.to_owned(),
        datas: vec![CODE.to_owned(), "5".to_owned()],
        req_id: Some(message.id.to_string()),
    };
    assert_eq!(stub.accepted(), [delivered]);
}

#[tokio::test]
async fn the_request_is_the_documented_one_to_the_byte() {
    let (stub, sender) = stub_and_sender();
    let message = message();
    sender.send(&message).await.unwrap();

    let request = stub.requests().remove(0);
    assert_eq!(request.method, "POST");
    let path = "/2013-12-26/Accounts/8aaf0708000000000000000000000a01/SMS/TemplateSMS";
    // That the signature is right, the stub has checked: it would have refused the message.
    let sig = request.parameter("sig").unwrap();
    assert_eq!(request.target, format!("{path}?sig={sig}"));
    assert_eq!(sig.len(), 32);

    let body = format!(
        "{{\"to\":\"13800000000\",\"appId\":\"8aaf0708000000000000000000000a02\",\
         \"templateId\":\"1\",\"datas\":[\"{CODE}\",\"5\"],\"reqId\":\"{}\"}}",
        message.id
    );
    assert_eq!(request.body, body.as_bytes());

    let authorization = request.header("Authorization").unwrap().to_owned();
    let account = STANDARD.decode(&authorization).unwrap();
    assert!(account.starts_with(b"8aaf0708000000000000000000000a01:"));
    let host = stub.base_url().replace("http://", "");
    let length = body.len().to_string();
    let mut headers = request.headers.clone();
    headers.sort();
    let expected = [
        ("Accept", "application/json"),
        ("Authorization", authorization.as_str()),
        ("Content-Length", length.as_str()),
        ("Content-Type", "application/json;charset=utf-8"),
        ("Host", host.as_str()),
    ];
    assert_eq!(
        headers,
        expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
}

#[tokio::test]
async fn what_ccp_finds_wrong_is_named_by_its_class() {
    type Change = fn(&mut CcpConfig);
    let rows: [(Change, ErrorClass, &str); 4] = [
        (
            |c| c.auth_token = "00000000000000000000000000000000".into(),
            ErrorClass::Auth,
            "111109",
        ),
        (
            |c| c.account_sid = "00000000000000000000000000000000".into(),
            ErrorClass::Auth,
            "111141",
        ),
        (
            |c| c.app_id = "00000000000000000000000000000000".into(),
            ErrorClass::Config,
            "111182",
        ),
        (
            |c| c.templates = template("2"),
            ErrorClass::Config,
            "160032",
        ),
    ];
    let stub = CcpStub::start().unwrap();
    for (change, class, code) in rows {
        let mut config = config(stub.base_url());
        change(&mut config);
        let sender = CcpSender::new(&config).unwrap();
        let error = sender.send(&message()).await.unwrap_err();
        assert_eq!((error.class(), error.provider_code()), (class, Some(code)));
    }
    // Each was one request: what is refused is not repeated.
    assert_eq!((stub.requests().len(), stub.accepted().len()), (4, 0));
}

#[tokio::test]
async fn a_foreign_number_is_left_to_another_sender() {
    let (stub, sender) = stub_and_sender();
    let error = sender.send(&message_to("+33612345678")).await.unwrap_err();
    assert_eq!(error.class(), ErrorClass::Config);
    assert_eq!(stub.connections(), 0);
}

#[tokio::test]
async fn messages_travel_on_one_connection() {
    let (stub, sender) = stub_and_sender();
    for _ in 0..3 {
        sender.send(&message()).await.unwrap();
    }
    assert_eq!((stub.accepted().len(), stub.connections()), (3, 1));
}

#[tokio::test]
async fn each_message_has_a_name_of_its_own_and_each_request_of_it_the_same() {
    let (stub, sender) = stub_and_sender();
    stub.fail_next([CcpFault::LoseRequest]);
    let (first, second) = (message(), message());
    sender.send(&first).await.unwrap();
    sender.send(&second).await.unwrap();
    let names: Vec<_> = stub
        .requests()
        .iter()
        .map(|request| request.json()["reqId"].clone())
        .collect();
    let (first, second) = (json!(first.id.as_str()), json!(second.id.as_str()));
    assert_eq!(names, [first.clone(), first, second]);
}
