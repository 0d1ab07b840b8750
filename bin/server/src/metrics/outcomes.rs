use prometheus::IntCounterVec;
use sms_core::{CheckOutcome, Message, Mobile};
use sms_service::{CheckedCode, SentCode};

use super::families::Families;
use super::{Known, last_word, results};

/// The outcomes that a check can have.
const CHECKS: [Message; 7] = [
    Message::MissingParameter,
    Message::BadMobile,
    Message::Verified,
    Message::CodeMissing,
    Message::CodeMismatch,
    Message::TooManyAttempts,
    Message::Unavailable,
];

/// What can be used up.
const QUOTAS: [&str; 6] = [
    "address", "pictures", "number", "budget", "failures", "provider",
];

/// What came of sends and checks.
pub(crate) struct OutcomeMetrics {
    sends: IntCounterVec,
    sent: IntCounterVec,
    verified: IntCounterVec,
    checks: IntCounterVec,
    refusals: IntCounterVec,
    senders: Vec<String>,
}

impl OutcomeMetrics {
    pub(super) fn new(families: &Families, known: &Known) -> Self {
        let metrics = Self {
            sends: families.counters(
                "sms_sends_total",
                "Messages handed to the senders, by the last sender that was tried and result.",
                &["sender", "result"],
            ),
            sent: families.counters(
                "sms_sent_total",
                "Messages that were accepted, by country of the number and sender.",
                &["country", "sender"],
            ),
            verified: families.counters(
                "sms_verified_total",
                "Codes that were given back rightly, by country of the number and sender.",
                &["country", "sender"],
            ),
            checks: families.counters(
                "sms_checks_total",
                "Checks of codes by outcome.",
                &["outcome"],
            ),
            refusals: families.counters(
                "sms_quota_refusals_total",
                "Requests that were refused because something was used up.",
                &["quota"],
            ),
            senders: known.senders.clone(),
        };
        metrics.begin_at_zero(known);
        metrics
    }

    /// Makes the series that are sure to come, so that their first event is a change.
    fn begin_at_zero(&self, known: &Known) {
        for sender in &known.senders {
            for result in results() {
                self.sends.with_label_values(&[&**sender, result]);
            }
            for country in &known.countries {
                self.sent.with_label_values(&[country.as_str(), sender]);
                self.verified.with_label_values(&[country.as_str(), sender]);
            }
        }
        for outcome in CHECKS {
            self.checks.with_label_values(&[outcome.name()]);
        }
        for quota in QUOTAS {
            self.refusals.with_label_values(&[quota]);
        }
    }

    /// It is settled what comes of a request for a code to `mobile`.
    pub(crate) fn send(&self, mobile: Option<Mobile>, sent: &SentCode) {
        if let Some((sender, result)) = last_word(sent) {
            self.sends.with_label_values(&[sender, result]).inc();
        }
        match sent {
            SentCode::Sent { sender } => self.sent(mobile, sender),
            SentCode::AddressTooOften { .. } => self.refuse("address"),
            SentCode::MobileTooOften { .. } => self.refuse("number"),
            SentCode::BudgetSpent { .. } => self.refuse("budget"),
            SentCode::LimitedByProvider { .. } => self.refuse("provider"),
            SentCode::MissingParameter
            | SentCode::BadMobile
            | SentCode::ImageMissing
            | SentCode::ImageMismatch
            | SentCode::Overloaded
            | SentCode::SendFailed { .. } => {}
        }
    }

    fn sent(&self, mobile: Option<Mobile>, sender: &str) {
        // Where nothing ever comes back, the share that does must be 0, not missing.
        add(&self.verified, mobile, sender, 0);
        add(&self.sent, mobile, sender, 1);
    }

    /// A code for `mobile` was checked; without an outcome if the store failed.
    pub(crate) fn check(&self, mobile: Option<Mobile>, checked: Option<&CheckedCode>) {
        let outcome = checked.map_or(Message::Unavailable, CheckedCode::message);
        self.checks.with_label_values(&[outcome.name()]).inc();
        match checked {
            Some(CheckedCode::Checked {
                outcome: CheckOutcome::Verified,
                sender: Some(sender),
            }) => add(&self.verified, mobile, self.known(sender), 1),
            Some(CheckedCode::Checked {
                outcome: CheckOutcome::TooManyAttempts,
                ..
            }) => self.refuse("failures"),
            _ => {}
        }
    }

    /// An address had too many pictures.
    pub(crate) fn picture_refused(&self) {
        self.refuse("pictures");
    }

    /// A sender of ours by its name. Another may have been configured when the code was sent, and
    /// what the store says is no reason for a new label.
    fn known<'a>(&self, sender: &'a str) -> &'a str {
        match self.senders.iter().any(|known| known == sender) {
            true => sender,
            false => "other",
        }
    }

    fn refuse(&self, quota: &str) {
        self.refusals.with_label_values(&[quota]).inc();
    }
}

/// Counts what is about a number under its country.
fn add(counters: &IntCounterVec, mobile: Option<Mobile>, sender: &str, count: u64) {
    // Nothing without a number is ever sent or verified.
    if let Some(mobile) = mobile {
        let region = mobile.region();
        let counter = counters.with_label_values(&[region.as_str(), sender]);
        counter.inc_by(count);
    }
}
