//! Messages by the hour in which they went out.

use std::collections::BTreeMap;

use sms_core::{Attempt, AttemptState, Timestamp};

use super::table::Table;
use crate::admin::lines::share;
use crate::verify::stamp;

const HOUR_MS: u64 = 3_600_000;

/// What became of the messages of each hour that had some.
#[derive(Debug, Default)]
pub(super) struct Hours(BTreeMap<u64, Hour>);

#[derive(Debug, Clone, Copy, Default)]
struct Hour {
    sends: u64,
    delivered: u64,
    failed: u64,
    right: u64,
}

impl Hours {
    /// Counts a message in its hour.
    pub(super) fn add(&mut self, attempt: &Attempt) {
        let hour = self.0.entry(attempt.created_at.as_millis() / HOUR_MS);
        let hour = hour.or_default();
        hour.sends += 1;
        hour.delivered += u64::from(attempt.state == AttemptState::Delivered);
        hour.failed += u64::from(attempt.state == AttemptState::Failed);
        hour.right += u64::from(attempt.is_converted);
    }

    /// A row for each hour, and one for all.
    pub(super) fn table(&self) -> Table {
        let mut table = Table::new([
            "hour",
            "sends",
            "delivered",
            "failed",
            "right",
            "conversion",
        ]);
        let mut all = Hour::default();
        for (hour, counts) in &self.0 {
            table.row(counts.row(name(*hour)));
            all = all.and(counts);
        }
        table.row(all.row("all".to_owned()));
        table
    }
}

/// An hour as it is told: `2026-11-22 10:00`.
fn name(hour: u64) -> String {
    let stamp = stamp(Timestamp::from_millis(hour * HOUR_MS));
    stamp.replace('T', " ").trim_end_matches(":00Z").to_owned()
}

impl Hour {
    fn and(&self, other: &Self) -> Self {
        Self {
            sends: self.sends + other.sends,
            delivered: self.delivered + other.delivered,
            failed: self.failed + other.failed,
            right: self.right + other.right,
        }
    }

    fn row(&self, name: String) -> Vec<String> {
        let counts = [self.sends, self.delivered, self.failed, self.right];
        let counts = counts.map(|count| count.to_string());
        let mut row = vec![name];
        row.extend(counts);
        row.push(share(self.right, self.sends));
        row
    }
}

#[cfg(test)]
mod tests {
    use sms_core::{AttemptSid, ServiceSid, VerificationSid};

    use super::*;

    fn attempt(millis: u64, is_converted: bool, state: AttemptState) -> Attempt {
        let (at, hex) = (Timestamp::from_millis(millis), "a".repeat(32));
        Attempt {
            sid: AttemptSid::from_hex(&hex).unwrap(),
            verification: VerificationSid::from_hex(&hex).unwrap(),
            service: ServiceSid::from_hex(&hex).unwrap(),
            to: None,
            code_length: 6,
            created_at: at,
            updated_at: at,
            is_converted,
            state,
            provider_code: None,
        }
    }

    #[test]
    fn messages_are_told_by_hour_and_together() {
        let (first, later) = (1_795_341_600_000, 1_795_352_399_999);
        let mut hours = Hours::default();
        for (at, is_converted, state) in [
            (later, false, AttemptState::Failed),
            (first, true, AttemptState::Delivered),
            (first + 3_599_999, true, AttemptState::Sent),
            (first + 1, false, AttemptState::Delivered),
        ] {
            hours.add(&attempt(at, is_converted, state));
        }
        let expected = "\
hour              sends  delivered  failed  right  conversion
2026-11-22 10:00      3          2       0      2        66 %
2026-11-22 12:00      1          0       1      0         0 %
all                   4          2       1      2        50 %
";
        assert_eq!(hours.table().to_string(), expected);
    }

    #[test]
    fn of_no_messages_there_is_the_sum_alone() {
        let table = Hours::default().table().to_string();
        assert!(
            table.ends_with("all       0          0       0      0           -\n"),
            "{table}"
        );
    }
}
