use std::collections::VecDeque;

use serde::{Serialize, Serializer};
use time::OffsetDateTime;

use crate::clock;
use crate::number::Number;
use crate::request::Provider;

/// Messages that are kept; then the oldest go.
const MOST: usize = 1000;
/// Reports that are written down for each message.
const MOST_REPORTS: usize = 20;

/// A message that a phone would have received.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Received {
    /// Higher for each later message.
    pub(crate) id: u64,
    pub(crate) provider: Provider,
    pub(crate) to: Number,
    pub(crate) from: String,
    pub(crate) text: String,
    #[serde(serialize_with = "zulu")]
    pub(crate) at: OffsetDateTime,
    /// What the provider calls it.
    pub(crate) provider_id: String,
    /// What the client calls it.
    pub(crate) client_id: Option<String>,
    /// The reports about it so far, oldest first.
    pub(crate) reports: Vec<Reported>,
}

/// A report that was pushed.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Reported {
    /// What it says, such as `delivered`.
    pub(crate) says: String,
    #[serde(serialize_with = "zulu")]
    pub(crate) at: OffsetDateTime,
    /// The HTTP status of the answer; null if there was none.
    pub(crate) status: Option<u16>,
    /// Whether the answer is one that the provider understands.
    pub(crate) taken: bool,
}

pub(crate) fn zulu<S: Serializer>(at: &OffsetDateTime, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&clock::zulu(*at))
}

/// The last messages of all phones.
#[derive(Debug, Default)]
pub(crate) struct Inbox {
    messages: VecDeque<Received>,
}

impl Inbox {
    pub(crate) fn put(&mut self, message: Received) {
        if self.messages.len() == MOST {
            self.messages.pop_front();
        }
        self.messages.push_back(message);
    }

    /// The messages to one number or to all, newest first.
    pub(crate) fn of(&self, to: Option<&Number>) -> impl Iterator<Item = &Received> {
        let all = self.messages.iter().rev();
        all.filter(move |message| to.is_none_or(|to| message.to == *to))
    }

    /// Writes down a report, if its message is still there.
    pub(crate) fn note(&mut self, id: u64, report: Reported) {
        let message = self.messages.iter_mut().find(|message| message.id == id);
        if let Some(message) = message.filter(|message| message.reports.len() < MOST_REPORTS) {
            message.reports.push(report);
        }
    }

    pub(crate) fn clear(&mut self) {
        self.messages.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(id: u64, to: &str) -> Received {
        Received {
            id,
            provider: Provider::Ccp,
            to: Number::mainland(to).unwrap(),
            from: String::new(),
            text: id.to_string(),
            at: OffsetDateTime::UNIX_EPOCH,
            provider_id: String::new(),
            client_id: None,
            reports: Vec::new(),
        }
    }

    #[test]
    fn the_newest_come_first_and_the_oldest_go() {
        let mut inbox = Inbox::default();
        for id in 0..MOST as u64 {
            inbox.put(message(id, "13800138000"));
        }
        inbox.put(message(5000, "13900139000"));
        let ids = |to: Option<&str>| -> Vec<_> {
            let to = to.and_then(Number::mainland);
            inbox.of(to.as_ref()).map(|message| message.id).collect()
        };
        assert_eq!(ids(None).len(), MOST);
        assert_eq!(ids(None)[..2], [5000, 999]);
        assert_eq!(ids(None).last(), Some(&1));
        assert_eq!(ids(Some("13900139000")), [5000]);
        assert!(ids(Some("13700137000")).is_empty());
    }

    #[test]
    fn reports_are_written_down_within_bounds() {
        let mut inbox = Inbox::default();
        inbox.put(message(1, "13800138000"));
        for id in [1, 2] {
            for _ in 0..MOST_REPORTS + 1 {
                let (says, at) = ("delivered".to_owned(), OffsetDateTime::UNIX_EPOCH);
                let (status, taken) = (Some(200), true);
                inbox.note(
                    id,
                    Reported {
                        says,
                        at,
                        status,
                        taken,
                    },
                );
            }
        }
        let kept = inbox.of(None).map(|message| message.reports.len());
        assert_eq!(kept.collect::<Vec<_>>(), [MOST_REPORTS]);
    }
}
