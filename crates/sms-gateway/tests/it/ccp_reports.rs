//! Delivery reports that CCP is asked for.

use sms_core::DeliveryState;
use sms_gateway::{CcpReports, ErrorClass, SendError};
use sms_testkit::{HttpReply, HttpStub};

use crate::config;

async fn asked(reply: HttpReply) -> (Result<sms_gateway::Reports, SendError>, HttpStub) {
    let stub = HttpStub::start(reply).unwrap();
    let reports = CcpReports::new(&config(stub.base_url())).unwrap();
    (reports.pull().await, stub)
}

async fn refused(reply: HttpReply) -> SendError {
    asked(reply).await.0.unwrap_err()
}

#[tokio::test]
async fn reports_are_asked_for_with_a_signature() {
    let body = r#"{"statusCode":"000000","reports":[{"content":"a1","fromNum":"13912345678","status":"0"}]}"#;
    let (reports, stub) = asked(HttpReply::Answer(200, body.to_owned())).await;
    let reports = reports.unwrap().reports;
    assert_eq!(reports[0].provider_id, "a1");
    assert_eq!(reports[0].state, DeliveryState::Delivered);
    let request = stub.requests().remove(0);
    assert_eq!(request.method, "POST");
    assert!(request.path().ends_with("/SMS/GetArrived"));
    assert!(request.header("authorization").is_some());
    let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
    assert_eq!(
        (&body["smsType"], &body["count"]),
        (&"1".into(), &"100".into())
    );
}

#[tokio::test]
async fn a_refusal_has_its_class_and_code() {
    let answer = r#"{"statusCode":"111109","statusMsg":"鉴权失败"}"#;
    let error = refused(HttpReply::Answer(200, answer.to_owned())).await;
    assert_eq!(error.class(), ErrorClass::Auth);
    assert_eq!(error.provider_code(), Some("111109"));
}

#[tokio::test]
async fn what_is_no_answer_is_an_error() {
    for reply in [
        HttpReply::Answer(200, "nonsense".to_owned()),
        HttpReply::Answer(502, r#"{"statusCode":"000000"}"#.to_owned()),
        HttpReply::Close,
    ] {
        assert_eq!(refused(reply).await.class(), ErrorClass::Unknown);
    }
}
