//! A request that is never sent: what a message costs before there is a network.

use std::hint::black_box;
use std::time::{Duration, UNIX_EPOCH};

use rand::SeedableRng;
use rand::rngs::ChaCha12Rng;
use reqwest::Request;
use sms_core::{Locale, Mobile, SmsCode};

use super::{CCP_BASE_URL, CcpConfig, CcpSender};
use crate::{Localized, Message, MessageId, Template, Variable};

/// Something that writes and signs the request about one and the same message, as its sender does
/// before each try.
///
/// # Panics
///
/// On a machine without trusted certificates, where there can't be a sender.
pub fn ccp_request() -> impl Fn() -> Request {
    let sender = sender();
    let message = Message {
        id: MessageId::generate(&mut ChaCha12Rng::seed_from_u64(1)),
        to: Mobile::parse("13800138000").expect("a mainland number"),
        code: SmsCode::parse("246810").expect("six digits"),
        minutes: 5,
        locale: Locale::ZhCn,
    };
    let now = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    move || {
        let message = black_box(&message);
        let body = sender.body(message).expect("CCP reaches the mainland");
        let request = sender.client.request(&body, black_box(now));
        request.build().expect("all parts of it are text")
    }
}

fn sender() -> CcpSender {
    let config = CcpConfig {
        name: "ccp".to_owned(),
        base_url: CCP_BASE_URL.to_owned(),
        account_sid: "8aaf0708000000000000000000000a01".to_owned(),
        auth_token: "0123456789abcdef0123456789abcdef".into(),
        app_id: "8aaf0708000000000000000000000a02".to_owned(),
        templates: Localized::new(Template {
            id: "1".to_owned(),
            variables: Variable::ALL.to_vec(),
        }),
        timeout: Duration::from_secs(5),
    };
    CcpSender::new(&config).expect("trusted certificates on this machine")
}
