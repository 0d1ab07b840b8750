//! The record of who asked for messages and who checked codes: one line a send and a check, also of
//! those whose clients hung up; and of what became of messages.

use std::time::Duration;

use log::kv::Value;
use log::{Level, Record};
use sms_core::{AddressBlock, Message, Mobile, NumberState};
use sms_gateway::MessageId;
use sms_service::{
    Asked, CheckEvent, CheckedCode, CheckedVerification, DeliveryEvent, SendEvent, SentCode,
    StartedVerification, VerificationCheckEvent, VerificationEvent,
};

use crate::metrics::{last_word, result_name};

/// The log target of the records, which `log.audit` is for.
pub(crate) const TARGET: &str = "audit";

/// Records what came of a request for a code.
pub(crate) fn send(event: &SendEvent<'_>) {
    if !is_on() {
        return;
    }
    let mut fields = Fields::of("send", event.asked);
    let outcome = event
        .outcome
        .map_or(Message::Unavailable, SentCode::message);
    fields.add("outcome", Some(outcome.name()));
    let last_word = event.outcome.ok().and_then(last_word);
    fields.add("sender", last_word.map(|(sender, _)| sender));
    fields.add("result", last_word.map(|(_, result)| result));
    let message_id = event.message_id.as_ref().map(MessageId::as_str);
    fields.add("message_id", message_id);
    fields.add("provider_id", event.provider_id);
    fields.write(event.took);
}

/// Records what came of a check.
pub(crate) fn check(event: &CheckEvent<'_>) {
    if !is_on() {
        return;
    }
    let mut fields = Fields::of("check", event.asked);
    let outcome = event
        .outcome
        .map_or(Message::Unavailable, |checked: &CheckedCode| {
            checked.message()
        });
    fields.add("outcome", Some(outcome.name()));
    let sender = match event.outcome {
        Ok(CheckedCode::Checked { sender, .. }) => sender.as_deref(),
        _ => None,
    };
    fields.add("sender", sender);
    fields.write(event.took);
}

/// Records what came of a wish for a verification.
pub(crate) fn verification(event: &VerificationEvent<'_>) {
    if !is_on() {
        return;
    }
    let mut fields = Fields::of("send", event.asked);
    fields.add("service", Some(Value::from_display(&event.service)));
    let outcome = event
        .outcome
        .map_or(Message::Unavailable.name(), |started| started.name());
    fields.add("outcome", Some(outcome));
    let last_word = event.outcome.ok().and_then(StartedVerification::last_word);
    fields.add("sender", last_word.map(|(sender, _)| &**sender));
    fields.add("result", last_word.map(|(_, class)| result_name(class)));
    let message_id = event.message_id.as_ref().map(MessageId::as_str);
    fields.add("message_id", message_id);
    fields.add("provider_id", event.provider_id);
    fields.write(event.took);
}

/// Records what came of checking a code of a verification.
pub(crate) fn verification_check(event: &VerificationCheckEvent<'_>) {
    if !is_on() {
        return;
    }
    let mut fields = Fields::of("check", event.asked);
    fields.add("service", Some(Value::from_display(&event.service)));
    let outcome = event
        .outcome
        .map_or(Message::Unavailable, CheckedVerification::message);
    fields.add("outcome", Some(outcome.name()));
    fields.write(event.took);
}

/// Records what became of a message.
pub(crate) fn delivery(event: &DeliveryEvent<'_>) {
    if !is_on() {
        return;
    }
    let (fate, dispatch) = (event.fate, &event.fate.dispatch);
    let mut fields = Fields(vec![("event", "delivery".into())]);
    let mobile = event.mobile.as_ref().map(Value::from_display);
    fields.add("mobile", mobile);
    fields.add("country", Some(dispatch.region.as_str()));
    fields.add("sender", Some(event.sender));
    let result = if fate.has_arrived {
        "delivered"
    } else {
        "failed"
    };
    fields.add("result", Some(result));
    fields.add("provider_code", event.code);
    fields.add("message_id", Some(&*dispatch.message_id));
    fields.add("provider_id", Some(event.provider_id));
    fields.write(fate.took());
}

/// Records that an operator made the quotas of a number begin anew; what was forgotten was in `before`.
pub(crate) fn unblocked_number(mobile: &Mobile, before: &NumberState, took: Duration) {
    if !is_on() {
        return;
    }
    let mut fields = Fields(vec![("event", "unblock".into())]);
    fields.add("mobile", Some(Value::from_display(mobile)));
    fields.add("sends", Some(before.sends.len()));
    fields.add("failures", Some(before.failures.len()));
    fields.write(took);
}

/// Records that an operator made the quotas of an address begin anew.
pub(crate) fn unblocked_address(
    address: AddressBlock,
    requests: usize,
    pictures: usize,
    took: Duration,
) {
    if !is_on() {
        return;
    }
    let mut fields = Fields(vec![("event", "unblock".into())]);
    fields.add("address", Some(Value::from_display(&address)));
    fields.add("requests", Some(requests));
    fields.add("pictures", Some(pictures));
    fields.write(took);
}

fn is_on() -> bool {
    log::log_enabled!(target: TARGET, Level::Info)
}

/// The key-values of one record.
struct Fields<'a>(Vec<(&'static str, Value<'a>)>);

impl<'a> Fields<'a> {
    fn of(event: &'static str, asked: &'a Asked) -> Self {
        let mut fields = Self(vec![("event", event.into())]);
        fields.add("request_id", asked.trace.as_deref());
        // A number prints masked.
        let mobile = asked.mobile.as_ref().map(Value::from_display);
        fields.add("mobile", mobile);
        fields.add("test", asked.is_test.then_some(true));
        fields.add("address", Some(Value::from_display(&asked.address)));
        fields
    }

    fn add(&mut self, key: &'static str, value: Option<impl Into<Value<'a>>>) {
        self.0.extend(value.map(|value| (key, value.into())));
    }

    fn write(mut self, took: Duration) {
        self.0
            .push(("ms", (took.as_micros() as f64 / 1000.0).into()));
        let mut record = Record::builder();
        record.level(Level::Info).target(TARGET).key_values(&self.0);
        log::logger().log(&record.args(format_args!("audit record")).build());
    }
}
