//! The senders against servers that behave as providers do, and as they should not.

#![expect(
    clippy::unwrap_used,
    reason = "what a test is built from has to work, in helpers as in tests"
)]

mod aliyun;
mod ccp_answers;
mod ccp_reports;
mod ccp_requests;
mod ccp_secrets;
mod ccp_tls;
mod no_second_try;
mod tencent;
mod twilio;
mod webhook;

use std::io;
use std::time::Duration;

use sms_core::{Locale, Mobile, SmsCode};
use sms_gateway::{CcpConfig, CcpSender, Localized, Message, MessageId, Template, Variable};
use sms_testkit::CcpStub;
use tokio::net::{TcpListener, TcpSocket};

/// More than any of these machines needs for an answer that comes at all.
const AMPLE: Duration = Duration::from_secs(30);

const NUMBER: &str = "13800000000";

/// Ten digits, so that it is not part of anything else by chance.
const CODE: &str = "8642975310";

/// For all languages, with the code and its minutes.
fn template(id: &str) -> Localized<Template> {
    Localized::new(Template {
        id: id.to_owned(),
        variables: Variable::ALL.to_vec(),
    })
}

fn config(base_url: String) -> CcpConfig {
    CcpConfig {
        name: "ccp".to_owned(),
        base_url,
        account_sid: CcpStub::ACCOUNT_SID.to_owned(),
        auth_token: CcpStub::AUTH_TOKEN.into(),
        app_id: CcpStub::APP_ID.to_owned(),
        templates: template(CcpStub::TEMPLATE_ID),
        timeout: AMPLE,
    }
}

fn sender_to(base_url: String) -> CcpSender {
    CcpSender::new(&config(base_url)).unwrap()
}

fn stub_and_sender() -> (CcpStub, CcpSender) {
    let stub = CcpStub::start().unwrap();
    let sender = sender_to(stub.base_url());
    (stub, sender)
}

fn message_to(number: &str) -> Message {
    Message {
        id: MessageId::generate(&mut rand::rng()),
        to: Mobile::parse(number).unwrap(),
        code: SmsCode::parse(CODE).unwrap(),
        minutes: 5,
        locale: Locale::ZhCn,
    }
}

fn message() -> Message {
    message_to(NUMBER)
}

/// A listener, and a socket that keeps its port from others once the listener is closed: from
/// then on connections are refused.
fn listener_on_a_kept_port() -> io::Result<(TcpListener, TcpSocket)> {
    let (listener, keeper) = (TcpSocket::new_v4()?, TcpSocket::new_v4()?);
    listener.set_reuseport(true)?;
    keeper.set_reuseport(true)?;
    listener.bind(([127, 0, 0, 1], 0).into())?;
    keeper.bind(listener.local_addr()?)?;
    Ok((listener.listen(1)?, keeper))
}
