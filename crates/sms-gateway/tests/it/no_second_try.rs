//! What holds for senders whose provider does not recognise repetitions: whatever becomes of the
//! answer, there is one request and no more.

use std::error::Error;
use std::time::Duration;

use sms_gateway::{ErrorClass, SendError, SmsSender};
use sms_testkit::{HttpReply, HttpStub};

use crate::{AMPLE, CODE, NUMBER, listener_on_a_kept_port, message};

/// A sender to try.
pub(crate) struct Trial<'a> {
    /// An answer that it takes for an acceptance.
    pub(crate) accepted: &'a str,
    /// What no error may tell, besides number and code.
    pub(crate) secrets: &'a [&'a str],
    /// Makes one for an address.
    pub(crate) make: &'a dyn Fn(String, Duration) -> Box<dyn SmsSender>,
}

pub(crate) async fn check(trial: &Trial<'_>) {
    let padded = format!("{}{}", trial.accepted, " ".repeat(100_000));
    let answer = |status, body: &str| HttpReply::Answer(status, body.to_owned());
    for reply in [
        HttpReply::Close,
        HttpReply::BreakOff(200),
        answer(200, ""),
        answer(200, "null"),
        answer(200, "<html>bad gateway</html>"),
        answer(200, &trial.accepted[1..]),
        answer(200, &padded),
        // None of these is an acceptance, whatever the body says.
        answer(202, trial.accepted),
        answer(302, trial.accepted),
        answer(404, trial.accepted),
        answer(502, trial.accepted),
        answer(500, "<html>error</html>"),
        answer(503, ""),
    ] {
        let (error, requests) = send_into(trial, reply.clone(), AMPLE).await;
        assert_eq!(error.class(), ErrorClass::Unknown, "{reply:?}");
        assert_eq!(requests, 1, "{reply:?}");
        assert_clean(trial, &error);
    }
    // The stub has the request long before the time is up, on any machine.
    let patience = Duration::from_secs(2);
    let (error, requests) = send_into(trial, HttpReply::Stall, patience).await;
    assert_eq!((error.class(), requests), (ErrorClass::Unknown, 1));
    assert_clean(trial, &error);
    nobody_listens(trial).await;
}

async fn send_into(trial: &Trial<'_>, reply: HttpReply, timeout: Duration) -> (SendError, usize) {
    let stub = HttpStub::start(reply).unwrap();
    let sender = (trial.make)(stub.base_url(), timeout);
    let error = sender.send(&message()).await.unwrap_err();
    (error, stub.requests().len())
}

async fn nobody_listens(trial: &Trial<'_>) {
    let (listener, keeper) = listener_on_a_kept_port().unwrap();
    drop(listener);
    let base_url = format!("http://{}", keeper.local_addr().unwrap());
    let sender = (trial.make)(base_url, AMPLE);
    let error = sender.send(&message()).await.unwrap_err();
    assert_eq!(error.class(), ErrorClass::Temporary);
    assert_clean(trial, &error);
}

/// Fails if something in the error, its causes included, does not belong into a log.
fn assert_clean(trial: &Trial<'_>, error: &SendError) {
    let mut text = format!("{error}\n{error:?}");
    let mut cause = error.source();
    while let Some(error) = cause {
        text += &format!("\n{error}\n{error:?}");
        cause = error.source();
    }
    for secret in trial.secrets.iter().chain(&[NUMBER, CODE]) {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}
