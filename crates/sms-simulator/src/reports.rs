//! What is told about a message once a phone has it, or has not.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::request::Provider;

/// Reports of one message come at most so often.
const MOST_COPIES: u32 = 10;

/// How deliveries are reported. What is left out is as the `[receipts]` of the script say, and
/// where those say nothing as the defaults below.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Receipts {
    /// Milliseconds between a message and its first report; 1000 unless said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delay_ms: Option<u64>,
    /// How often each report is sent, up to 10; 0 for never, 1 unless said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub copies: Option<u32>,
    /// The code of the network with which the message failed; delivered unless said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed: Option<String>,
    /// Whether the last report comes first, where a provider reports in steps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reversed: Option<bool>,
    /// Whether the reports come before the answer to the request, whatever the delay.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before_answer: Option<bool>,
}

impl Receipts {
    /// What is wrong with it, if anything.
    pub(crate) fn check(&self) -> Result<(), String> {
        if self.copies.is_some_and(|copies| copies > MOST_COPIES) {
            return Err(format!("receipts.copies: at most {MOST_COPIES}"));
        }
        if self.delay_ms.is_some_and(|delay| delay > 86_400_000) {
            return Err("receipts.delay_ms: at most a day".to_owned());
        }
        Ok(())
    }

    /// The plan for a message, with `base` for what is left out.
    pub(crate) fn over(&self, base: &Self) -> Plan {
        let delay = self.delay_ms.or(base.delay_ms).unwrap_or(1000);
        Plan {
            delay: Duration::from_millis(delay),
            copies: self.copies.or(base.copies).unwrap_or(1),
            failed: self.failed.clone().or_else(|| base.failed.clone()),
            reversed: self.reversed.or(base.reversed).unwrap_or(false),
            before_answer: self.before_answer.or(base.before_answer).unwrap_or(false),
        }
    }
}

/// How the delivery of one message is reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) delay: Duration,
    pub(crate) copies: u32,
    pub(crate) failed: Option<String>,
    pub(crate) reversed: bool,
    pub(crate) before_answer: bool,
}

impl Plan {
    /// What the last report says, for people.
    pub(crate) fn outcome(&self) -> String {
        match &self.failed {
            None => "delivered".to_owned(),
            Some(code) => format!("failed ({code})"),
        }
    }
}

/// A report that is to be posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Push {
    pub(crate) url: String,
    pub(crate) content_type: &'static str,
    pub(crate) body: String,
    /// The header `X-Twilio-Signature`.
    pub(crate) signature: Option<String>,
    /// What it says, for people.
    pub(crate) says: String,
}

/// Reports about one message on their way.
#[derive(Debug)]
pub(crate) struct Delivery {
    /// The message in the inbox.
    pub(crate) message: u64,
    pub(crate) provider: Provider,
    pub(crate) way: Way,
    pub(crate) delay: Duration,
    /// How long to wait before a push that was not taken is tried again, one for each time.
    pub(crate) retries: Vec<Duration>,
}

/// How reports reach the client.
#[derive(Debug)]
pub(crate) enum Way {
    /// One after the other.
    Push(Vec<Push>),
    /// The client comes for it.
    Wait(Value),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_rule_leaves_out_is_as_the_script_says() {
        let base = Receipts {
            delay_ms: Some(7),
            copies: Some(2),
            ..Receipts::default()
        };
        let rule = Receipts {
            copies: Some(0),
            failed: Some("MK:0001".to_owned()),
            ..Receipts::default()
        };
        let plan = rule.over(&base);
        assert_eq!((plan.delay, plan.copies), (Duration::from_millis(7), 0));
        assert_eq!(plan.outcome(), "failed (MK:0001)");
        let plan = Receipts::default().over(&Receipts::default());
        assert_eq!((plan.delay, plan.copies), (Duration::from_secs(1), 1));
        assert_eq!(plan.outcome(), "delivered");
    }

    #[test]
    fn floods_of_reports_are_refused() {
        let receipts = |copies, delay_ms| Receipts {
            copies: Some(copies),
            delay_ms: Some(delay_ms),
            ..Receipts::default()
        };
        assert_eq!(receipts(10, 86_400_000).check(), Ok(()));
        assert!(receipts(11, 0).check().is_err());
        assert!(receipts(0, 86_400_001).check().is_err());
    }
}
