//! Errors go into logs.

use std::error::Error;

use sms_gateway::{SendError, SmsSender};
use sms_testkit::{CcpFault, CcpStub};

use crate::{
    CODE, NUMBER, listener_on_a_kept_port, message, message_to, sender_to, stub_and_sender,
};

/// All that a log could show of an error.
fn everything(error: &SendError) -> String {
    let mut text = format!("{error}\n{error:?}\n{error:#?}");
    let mut cause = error.source();
    while let Some(error) = cause {
        text += &format!("\n{error}\n{error:?}");
        cause = error.source();
    }
    text
}

fn assert_clean(error: &SendError, stub: &CcpStub) {
    let text = everything(error);
    let mut secrets = vec![NUMBER.to_owned(), CODE.to_owned(), "612345678".to_owned()];
    secrets.push(CcpStub::AUTH_TOKEN.to_owned());
    for request in stub.requests() {
        secrets.push(request.parameter("sig").unwrap().to_owned());
        secrets.push(request.header("authorization").unwrap().to_owned());
    }
    secrets.push("sig=".to_owned());
    for secret in secrets {
        assert!(!text.contains(&secret), "{secret} in {text}");
    }
}

#[tokio::test]
async fn no_error_tells_what_must_not_be_told() {
    let echo = format!("{{\"statusCode\":\"{NUMBER}\",\"statusMsg\":\"{NUMBER} {CODE}\"}}");
    let faults = [
        CcpFault::Refuse("160032"),
        CcpFault::Refuse("160000"),
        CcpFault::Refuse("999999"),
        CcpFault::Status(500),
        CcpFault::LoseRequest,
        CcpFault::LoseAnswer,
        CcpFault::Garbage,
        CcpFault::Empty,
        CcpFault::Answer(echo.into_bytes()),
    ];
    for fault in faults {
        let (stub, sender) = stub_and_sender();
        stub.fail_next([fault.clone(), fault]);
        let error = sender.send(&message()).await.unwrap_err();
        assert_clean(&error, &stub);
    }
}

#[tokio::test]
async fn neither_do_errors_from_before_the_request() {
    let (stub, sender) = stub_and_sender();
    let error = sender.send(&message_to("+33612345678")).await.unwrap_err();
    assert_clean(&error, &stub);

    let (listener, keeper) = listener_on_a_kept_port().unwrap();
    drop(listener);
    let base_url = format!("http://{}", keeper.local_addr().unwrap());
    let error = sender_to(base_url).send(&message()).await.unwrap_err();
    assert!(error.source().is_some(), "the cause is kept");
    assert_clean(&error, &stub);
}

#[test]
fn a_sender_does_not_print_its_token() {
    let (_stub, sender) = stub_and_sender();
    let shown = format!("{sender:?}");
    assert!(shown.contains(CcpStub::ACCOUNT_SID), "{shown}");
    assert!(!shown.contains(CcpStub::AUTH_TOKEN), "{shown}");
}
