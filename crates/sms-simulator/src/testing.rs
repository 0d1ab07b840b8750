//! Requests that break no rule, for tests to break one.

use time::OffsetDateTime;
use time::macros::datetime;

use crate::protocol::{Call, Order, Protocol, Refusal};
use crate::request::Request;

/// 12:34:56 in Beijing.
pub(crate) const NOW: OffsetDateTime = datetime!(2024-02-29 04:34:56 UTC);

pub(crate) fn post(path: &str, headers: &[(&str, &str)], body: &str) -> Request {
    let mut request = Request {
        method: "POST".to_owned(),
        path: path.to_owned(),
        body: body.as_bytes().to_vec(),
        ..Request::default()
    };
    request.set_header("host", "127.0.0.1:8002");
    request.set_header("content-length", &body.len().to_string());
    for (name, value) in headers {
        request.set_header(name, value);
    }
    request
}

/// What an account makes of a request at [`NOW`].
pub(crate) fn order(account: &dyn Protocol, request: &Request) -> Result<Order, Refusal> {
    match account.check(request, NOW)? {
        Call::Send(order) => Ok(order),
        Call::Pull(count) => panic!("a pull of {count}"),
    }
}

/// The HTTP status and the code with which an account refuses a request at [`NOW`].
#[track_caller]
pub(crate) fn refusal(account: &dyn Protocol, request: &Request) -> (u16, String) {
    let refusal = order(account, request).unwrap_err();
    assert!(!refusal.why.is_empty());
    (refusal.status, refusal.code.into_owned())
}
