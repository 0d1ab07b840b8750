//! What becomes of a message when CCP answers well, badly, late or not at all.

use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sms_gateway::{CcpConfig, CcpSender, ErrorClass, Receipt, SendError, SmsSender};
use sms_testkit::{CcpFault, CcpStub, HttpRequest};
use tokio::io::AsyncReadExt;

use crate::{config, listener_on_a_kept_port, message, sender_to, stub_and_sender};

/// What a send came to when these things went wrong with its requests, one after the other.
struct Sent {
    outcome: Result<Receipt, SendError>,
    requests: Vec<HttpRequest>,
    /// How many SMS the phone got.
    arrived: usize,
}

impl Sent {
    fn class(&self) -> Option<ErrorClass> {
        self.outcome.as_ref().err().map(SendError::class)
    }

    fn code(&self) -> Option<&str> {
        self.outcome.as_ref().err()?.provider_code()
    }
}

async fn send_through(faults: &[CcpFault]) -> Sent {
    let (stub, sender) = stub_and_sender();
    stub.fail_next(faults.iter().cloned());
    Sent {
        outcome: sender.send(&message()).await,
        requests: stub.requests(),
        arrived: stub.accepted().len(),
    }
}

/// An answer with this body.
fn answer(body: &str) -> CcpFault {
    CcpFault::Answer(body.as_bytes().to_vec())
}

#[tokio::test]
async fn a_refusal_is_final_and_has_the_class_of_its_code() {
    let rows = [
        ("160053", ErrorClass::Auth),
        ("160032", ErrorClass::Config),
        ("160042", ErrorClass::Argument),
        ("160034", ErrorClass::Blocked),
        ("160038", ErrorClass::RateNumber),
        ("111111", ErrorClass::RateAccount),
        ("160050", ErrorClass::Temporary),
        // A repetition of something that we have not sent yet.
        ("160054", ErrorClass::Argument),
        // About reports: it says nothing about a message.
        ("112351", ErrorClass::Unknown),
    ];
    for (code, class) in rows {
        let sent = send_through(&[CcpFault::Refuse(code)]).await;
        assert_eq!((sent.class(), sent.code()), (Some(class), Some(code)));
        assert_eq!((sent.requests.len(), sent.arrived), (1, 0), "{code}");
    }
}

#[tokio::test]
async fn a_code_that_is_in_no_list_is_not_retried() {
    let sent = send_through(&[CcpFault::Refuse("999999")]).await;
    assert_eq!(sent.class(), Some(ErrorClass::Unknown));
    assert_eq!((sent.code(), sent.requests.len()), (Some("999999"), 1));

    let sent = send_through(&[CcpFault::Refuse("see 13800000000")]).await;
    assert_eq!(sent.class(), Some(ErrorClass::Unknown));
    assert_eq!((sent.code(), sent.requests.len()), (None, 1));
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again_and_one_sms_arrives() {
    // The first request was accepted: the second answer is 160054.
    for fault in [CcpFault::LoseAnswer, CcpFault::Garbage, CcpFault::Empty] {
        let sent = send_through(std::slice::from_ref(&fault)).await;
        assert_eq!(sent.outcome.unwrap().provider_id, None, "{fault:?}");
        assert_eq!((sent.requests.len(), sent.arrived), (2, 1), "{fault:?}");
    }
}

#[tokio::test]
async fn a_lost_request_is_made_good_and_one_sms_arrives() {
    let faults = [
        CcpFault::LoseRequest,
        CcpFault::Status(500),
        CcpFault::Status(503),
        CcpFault::Status(404),
        CcpFault::Status(302),
        CcpFault::Status(307),
        CcpFault::Status(202),
        CcpFault::Status(204),
        CcpFault::Refuse("160000"),
        CcpFault::Refuse("111050"),
        answer("{\"statusMsg\":\"?\"}"),
    ];
    for fault in faults {
        let sent = send_through(std::slice::from_ref(&fault)).await;
        let provider_id = sent.outcome.unwrap().provider_id;
        assert!(provider_id.is_some(), "{fault:?}");
        assert_eq!((sent.requests.len(), sent.arrived), (2, 1), "{fault:?}");
    }
}

#[tokio::test]
async fn when_the_second_answer_is_lost_too_nobody_knows() {
    let faults = [
        CcpFault::LoseRequest,
        CcpFault::LoseAnswer,
        CcpFault::Garbage,
        CcpFault::Empty,
        CcpFault::Status(500),
        CcpFault::Refuse("160000"),
        CcpFault::Refuse("999999"),
    ];
    for second in faults {
        let sent = send_through(&[CcpFault::LoseAnswer, second.clone()]).await;
        assert_eq!(sent.class(), Some(ErrorClass::Unknown), "{second:?}");
        // Two tries and no more; and the phone got one SMS.
        assert_eq!((sent.requests.len(), sent.arrived), (2, 1), "{second:?}");
    }
}

#[tokio::test]
async fn a_refusal_of_the_second_request_counts_if_it_was_true_of_the_first() {
    let rows = [
        ("160053", ErrorClass::Auth),
        ("160032", ErrorClass::Config),
        ("160042", ErrorClass::Argument),
        ("160034", ErrorClass::Blocked),
        // The first request may have been the one that used the limit up, or that got through
        // before CCP failed.
        ("160038", ErrorClass::Unknown),
        ("111111", ErrorClass::Unknown),
        ("160050", ErrorClass::Unknown),
        // … or the one that spent the balance.
        ("111142", ErrorClass::Unknown),
        ("160014", ErrorClass::Unknown),
    ];
    for (code, class) in rows {
        let sent = send_through(&[CcpFault::LoseRequest, CcpFault::Refuse(code)]).await;
        assert_eq!((sent.class(), sent.code()), (Some(class), Some(code)));
        assert_eq!(sent.requests.len(), 2, "{code}");
    }
}

#[tokio::test]
async fn an_answer_of_any_size_does_not_fill_the_memory() {
    let padded = |size| {
        let padding = " ".repeat(size);
        answer(&format!("{{\"statusCode\":\"000000\"{padding}}}"))
    };
    let sent = send_through(&[padded(10_000)]).await;
    assert!(sent.outcome.is_ok());
    // The same answer, but too long to be read: as good as none.
    let sent = send_through(&[padded(100_000), padded(100_000)]).await;
    assert_eq!(sent.class(), Some(ErrorClass::Unknown));
}

#[tokio::test]
async fn an_answer_that_does_not_come_is_asked_for_when_the_time_is_up() {
    let stub = CcpStub::start().unwrap();
    stub.fail_next([CcpFault::Stall]);
    // Long enough for the second request on any machine: it is answered at once.
    let timeout = Duration::from_secs(2);
    let config = CcpConfig {
        timeout,
        ..config(stub.base_url())
    };
    let sender = CcpSender::new(&config).unwrap();
    let started = std::time::Instant::now();
    sender.send(&message()).await.unwrap();
    assert!(started.elapsed() >= timeout);
    assert_eq!((stub.requests().len(), stub.accepted().len()), (2, 1));
}

#[tokio::test]
async fn nobody_listening_means_that_nothing_was_sent() {
    let (listener, keeper) = listener_on_a_kept_port().unwrap();
    drop(listener);
    let base_url = format!("http://{}", keeper.local_addr().unwrap());
    let error = sender_to(base_url).send(&message()).await.unwrap_err();
    assert_eq!(error.class(), ErrorClass::Temporary);
}

#[tokio::test]
async fn nobody_listening_any_more_does_not_settle_a_lost_answer() {
    let (listener, keeper) = listener_on_a_kept_port().unwrap();
    let base_url = format!("http://{}", keeper.local_addr().unwrap());
    let server = tokio::spawn(async move {
        let (mut connection, _) = listener.accept().await.unwrap();
        assert_ne!(connection.read(&mut [0; 4096]).await.unwrap(), 0);
        // Nobody is listening any more when the client sees that its answer is lost.
        drop(listener);
        drop(connection);
    });
    let error = sender_to(base_url).send(&message()).await.unwrap_err();
    assert_eq!(error.class(), ErrorClass::Unknown);
    server.await.unwrap();
}

/// 2024-02-29 04:34:56 UTC: far from the clock of any machine that runs this.
fn leap_day() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_709_181_296)
}

/// The timestamp in a request, without its seconds.
fn minute_of(request: &HttpRequest) -> String {
    let authorization = request.header("authorization").unwrap();
    let account = String::from_utf8(STANDARD.decode(authorization).unwrap()).unwrap();
    let (_, timestamp) = account.split_once(':').unwrap();
    timestamp[..12].to_owned()
}

#[tokio::test]
async fn a_wrong_clock_is_put_right_by_the_answer() {
    let (stub, sender) = stub_and_sender();
    stub.set_clock(leap_day());
    sender.send(&message()).await.unwrap();
    let requests = stub.requests();
    assert_eq!((requests.len(), stub.accepted().len()), (2, 1));
    assert_ne!(minute_of(&requests[0]), "202402291234");
    assert_eq!(minute_of(&requests[1]), "202402291234");
}

#[tokio::test]
async fn the_right_time_is_kept_for_asking_again() {
    let (stub, sender) = stub_and_sender();
    stub.set_clock(leap_day());
    // Expired; then accepted, without an answer; then asked for.
    stub.fail_next([CcpFault::Refuse("111106"), CcpFault::LoseAnswer]);
    let receipt = sender.send(&message()).await.unwrap();
    assert_eq!(receipt.provider_id, None);
    let minutes: Vec<_> = stub.requests().iter().map(minute_of).collect();
    assert_eq!(minutes.len(), 3);
    assert_eq!(minutes[1..], ["202402291234", "202402291234"]);
}

#[tokio::test]
async fn a_clock_that_stays_wrong_is_refused() {
    let expired = CcpFault::Refuse("111106");
    let sent = send_through(&[expired.clone(), expired.clone()]).await;
    assert_eq!(sent.class(), Some(ErrorClass::Auth));
    assert_eq!((sent.code(), sent.requests.len()), (Some("111106"), 2));

    // It is put right once in a send, not once in each try.
    let sent = send_through(&[expired.clone(), CcpFault::LoseRequest, expired]).await;
    assert_eq!(sent.class(), Some(ErrorClass::Auth));
    assert_eq!((sent.code(), sent.requests.len()), (Some("111106"), 3));
}
