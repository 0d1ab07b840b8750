//! The status callback: a form, in any order of states
//! (twilio.com, `docs/messaging/guides/outbound-message-status-in-status-callbacks`).

use sms_core::{DeliveryState, Mobile};

use super::{DeliveryReport, Reports, UnreadableReport, plain};

pub(super) fn read(body: &[u8]) -> Result<Reports, UnreadableReport> {
    // Forms have no syntax that anything could break, so the field that all callbacks have tells.
    let field = |name: &str| {
        let mut pairs = form_urlencoded::parse(body);
        pairs.find_map(|(key, value)| (key == name).then(|| value.into_owned()))
    };
    let id = field("MessageSid").or_else(|| field("SmsSid"));
    let id = id.ok_or(UnreadableReport("no MessageSid"))?;
    let status = field("MessageStatus").or_else(|| field("SmsStatus"));
    let state = state(&status.unwrap_or_default());
    let report = plain(id)
        .zip(state)
        .map(|(provider_id, state)| DeliveryReport {
            provider_id,
            to: field("To").and_then(|to| Mobile::parse(&to).ok()),
            state,
            code: field("ErrorCode").and_then(plain),
            at: None,
        });
    Ok(Reports {
        ignored: usize::from(report.is_none()),
        reports: report.into_iter().collect(),
    })
}

/// `None` for `receiving` and `received`, which are about messages from phones, and for what is in
/// no list.
fn state(status: &str) -> Option<DeliveryState> {
    match status {
        "accepted" | "scheduled" | "queued" | "sending" | "sent" => Some(DeliveryState::Pending),
        // Some of its parts have arrived; whether all did is not told.
        "partially_delivered" => Some(DeliveryState::Pending),
        "delivered" | "read" => Some(DeliveryState::Delivered),
        "undelivered" | "failed" | "canceled" => Some(DeliveryState::Failed),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SID: &str = "SM00000000000000000000000000000001";

    fn form(status: &str) -> String {
        format!(
            "SmsSid={SID}&SmsStatus={status}&MessageStatus={status}&To=%2B12025550123\
             &MessageSid={SID}&AccountSid=AC1&From=%2B15005550006&ApiVersion=2010-04-01"
        )
    }

    #[test]
    fn a_delivered_message_is_read() {
        let read = read(form("delivered").as_bytes()).unwrap();
        let report = DeliveryReport {
            provider_id: SID.to_owned(),
            to: Mobile::parse("+12025550123").ok(),
            state: DeliveryState::Delivered,
            code: None,
            at: None,
        };
        assert_eq!((read.reports, read.ignored), (vec![report], 0));
    }

    #[test]
    fn every_status_has_its_state() {
        let rows = [
            (
                DeliveryState::Pending,
                "accepted scheduled queued sending sent partially_delivered",
            ),
            (DeliveryState::Delivered, "delivered read"),
            (DeliveryState::Failed, "undelivered failed canceled"),
        ];
        for (state, statuses) in rows {
            for status in statuses.split(' ') {
                let body = form(status) + "&ErrorCode=30005";
                let read = read(body.as_bytes()).unwrap();
                assert_eq!(read.reports[0].state, state, "{status}");
                assert_eq!(read.reports[0].code.as_deref(), Some("30005"));
            }
        }
    }

    #[test]
    fn a_message_from_a_phone_is_ignored() {
        for status in ["received", "receiving", "", "novel"] {
            let read = read(form(status).as_bytes()).unwrap();
            assert_eq!((read.reports.len(), read.ignored), (0, 1), "{status}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for body in ["", "{}", "MessageStatus=delivered"] {
            read(body.as_bytes()).unwrap_err();
        }
    }
}
