use std::future::poll_fn;
use std::mem;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use actix_web::http::header::{CONTENT_LENGTH, HeaderMap};
use actix_web::web::{Bytes, BytesMut, Payload};
use futures_util::StreamExt;
use serde_json::Value;
use tokio::time::sleep;

use crate::excess::Excess;
use crate::query::parameter;

/// No body of a check that is meant comes near this, in bytes.
const LIMIT: usize = 4096;
/// How long a client may take to send it.
const TIME_LIMIT: Duration = Duration::from_secs(5);

/// Reads a small body, within limits of size and time.
///
/// # Errors
///
/// Which of the limits it broke, or by `headers` will break. A body that broke off counts as empty.
pub(crate) async fn read(headers: &HeaderMap, payload: Payload) -> Result<Bytes, Excess> {
    read_up_to(LIMIT, headers, payload).await
}

/// The same with at most `limit` bytes.
///
/// # Errors
///
/// As [`read`].
pub(crate) async fn read_up_to(
    limit: usize,
    headers: &HeaderMap,
    payload: Payload,
) -> Result<Bytes, Excess> {
    let announced = headers.get(CONTENT_LENGTH);
    let announced = announced.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > limit as u64) {
        return Err(Excess::LargeBody);
    }
    let mut body = pin!(collect(limit, payload));
    // Most bodies come with their head, and are handed over as soon as they are waited for. So they are
    // looked for once more before time is taken, which costs more than to read them.
    let mut is_first = true;
    let mut over = None;
    poll_fn(|context| {
        let read = body.as_mut().poll(context);
        if read.is_ready() {
            return read;
        }
        if mem::take(&mut is_first) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let over = over.get_or_insert_with(|| Box::pin(sleep(TIME_LIMIT)));
        over.as_mut().poll(context).map(|()| Err(Excess::SlowBody))
    })
    .await
}

/// All parts of a body. [`Payload::to_bytes_limited`] begins with room for 32 KiB.
async fn collect(limit: usize, mut payload: Payload) -> Result<Bytes, Excess> {
    let mut body = BytesMut::new();
    while let Some(part) = payload.next().await {
        let Ok(part) = part else {
            return Ok(Bytes::new());
        };
        if body.len() + part.len() > limit {
            return Err(Excess::LargeBody);
        }
        body.extend_from_slice(&part);
    }
    Ok(body.freeze())
}

/// A member of a body that is a JSON object or a form.
///
/// Which of them it is shows in its first character: clients are careless with `Content-Type`.
/// A number in JSON counts as its digits.
pub(crate) fn member(body: &[u8], name: &str) -> Option<String> {
    let body = std::str::from_utf8(body).ok()?.trim();
    if !body.starts_with('{') {
        return parameter(body, name);
    }
    match serde_json::from_str::<Value>(body).ok()?.get(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod fuzz;

#[cfg(test)]
mod tests {
    use actix_web::FromRequest;
    use actix_web::dev;
    use actix_web::error::PayloadError;
    use actix_web::test::TestRequest;
    use futures_util::{Stream, stream};

    use super::*;

    async fn read_parts(
        parts: impl Stream<Item = Result<Bytes, PayloadError>> + 'static,
    ) -> Result<Bytes, Excess> {
        let (request, _) = TestRequest::default().to_http_parts();
        let mut stream: dev::Payload = dev::Payload::Stream {
            payload: Box::pin(parts),
        };
        let payload = Payload::from_request(&request, &mut stream);
        read_up_to(8, &HeaderMap::new(), payload.await.unwrap()).await
    }

    async fn collected(parts: &[Result<&'static str, ()>]) -> Result<Bytes, Excess> {
        let parts = parts.iter().map(|part| match part {
            Ok(part) => Ok(Bytes::from_static(part.as_bytes())),
            Err(()) => Err(PayloadError::Incomplete(None)),
        });
        read_parts(stream::iter(parts.collect::<Vec<_>>())).await
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_does_not_come_is_waited_for_so_long() {
        let never = read_parts(stream::pending());
        let waited = tokio::time::timeout(TIME_LIMIT * 2, never).await;
        let outcome = waited.expect("somebody has to look at it again");
        assert!(matches!(outcome, Err(Excess::SlowBody)), "{outcome:?}");
    }

    #[actix_web::test]
    async fn a_body_is_all_of_its_parts_and_no_more_than_may_be() {
        let rows: [(&[_], _); 6] = [
            (&[], Ok("")),
            (&[Ok("a=1")], Ok("a=1")),
            (&[Ok("a="), Ok(""), Ok("12345"), Ok("6")], Ok("a=123456")),
            (&[Ok("a=12345"), Ok("67")], Err("LargeBody")),
            (&[Ok("a=1234567")], Err("LargeBody")),
            (&[Ok("a=1"), Err(())], Ok("")),
        ];
        for (parts, expected) in rows {
            let body = collected(parts).await;
            let body = body.map_err(|excess| format!("{excess:?}"));
            let expected = expected.map_err(str::to_owned);
            assert_eq!(body, expected.map(Bytes::from), "{parts:?}");
        }
    }

    #[test]
    fn a_code_is_read_from_json_and_from_a_form() {
        let rows = [
            (r#"{"sms_code": "012345"}"#, Some("012345")),
            (r#" {"sms_code": 123456} "#, Some("123456")),
            (r#"{"sms_code": null}"#, None),
            (r#"{"sms_code": ["1"]}"#, None),
            (r#"{"other": "1"}"#, None),
            (r#"{"sms_code": "1""#, None),
            ("sms_code=012345", Some("012345")),
            ("x=1&sms_code=1&sms_code=2", Some("2")),
            ("", None),
            ("[]", None),
        ];
        for (body, code) in rows {
            assert_eq!(
                member(body.as_bytes(), "sms_code").as_deref(),
                code,
                "{body}"
            );
        }
    }
}
