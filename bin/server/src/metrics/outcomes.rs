use prometheus::{IntCounter, IntCounterVec};
use sms_core::{CheckOutcome, Message, Mobile, Region, StartRefusal};
use sms_service::{Asked, CheckedCode, CheckedVerification, SentCode, StartedVerification};

use super::families::Families;
use super::{Known, last_word, result_name, results};

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
    tests: IntCounter,
    usual: Vec<Usual>,
}

/// The series of a sender that nearly every message goes to. Nothing is looked up for those.
struct Usual {
    sender: String,
    results: Vec<(&'static str, IntCounter)>,
    countries: Vec<(Region, Traffic)>,
}

/// Messages to a country by a sender, and codes out of them that came back.
struct Traffic {
    sent: IntCounter,
    verified: IntCounter,
}

impl OutcomeMetrics {
    pub(super) fn new(families: &Families, known: &Known) -> Self {
        let mut metrics = Self {
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
            tests: families.counter(
                "sms_test_codes_total",
                "Codes for test numbers, of which no sender is told.",
            ),
            usual: Vec::new(),
        };
        metrics.begin_at_zero(known);
        metrics
    }

    /// Makes the series that are sure to come, so that their first event is a change.
    fn begin_at_zero(&mut self, known: &Known) {
        let usual = known.senders.iter().map(|sender| Usual {
            sender: sender.clone(),
            results: results()
                .map(|result| (result, self.sends.with_label_values(&[&**sender, result])))
                .collect(),
            countries: (known.countries.iter())
                .map(|country| (*country, self.traffic(*country, sender)))
                .collect(),
        });
        self.usual = usual.collect();
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
            self.result(sender, result);
        }
        match sent {
            SentCode::Sent { sender, .. } => self.sent(mobile, sender),
            SentCode::KeptForTest => self.tests.inc(),
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

    /// It is settled what comes of a wish for a verification.
    pub(crate) fn verification(&self, asked: &Asked, started: &StartedVerification) {
        if let Some((sender, class)) = started.last_word() {
            self.result(sender, result_name(class));
        }
        match started {
            StartedVerification::Sent { sender: None, .. } => self.tests.inc(),
            StartedVerification::Sent {
                sender: Some((sender, true)),
                ..
            } => self.sent(asked.mobile, sender),
            StartedVerification::Refused(StartRefusal::NumberBlocked { .. }) => {
                self.refuse("failures");
            }
            StartedVerification::Refused(StartRefusal::TooOften { .. }) => self.refuse("number"),
            StartedVerification::BudgetSpent { .. } => self.refuse("budget"),
            StartedVerification::LimitedByProvider { .. } => self.refuse("provider"),
            StartedVerification::UnderWay
            | StartedVerification::NameTaken
            | StartedVerification::Repeated { .. }
            | StartedVerification::UnknownService
            | StartedVerification::BadNumber
            | StartedVerification::NotMobile
            | StartedVerification::CountryBlocked(_)
            | StartedVerification::ChannelDisabled(_)
            | StartedVerification::CustomCodeOff
            | StartedVerification::Refused(
                StartRefusal::ChecksExhausted { .. } | StartRefusal::SendsExhausted { .. },
            )
            | StartedVerification::BucketFull { .. }
            | StartedVerification::Overloaded
            | StartedVerification::SendFailed { .. }
            | StartedVerification::Sent {
                sender: Some((_, false)),
                ..
            } => {}
        }
    }

    /// A code of a verification was checked; without an outcome if the store failed.
    pub(crate) fn verification_check(&self, asked: &Asked, checked: Option<&CheckedVerification>) {
        let outcome = checked.map_or(Message::Unavailable, CheckedVerification::message);
        self.checks.with_label_values(&[outcome.name()]).inc();
        match checked {
            // No sender had anything to do with the code of a test number.
            Some(CheckedVerification::Approved { sender, .. }) if !asked.is_test => {
                let sender = self.known(sender);
                self.count(asked.mobile, sender, |traffic| &traffic.verified);
            }
            Some(CheckedVerification::TooMany { .. }) => self.refuse("failures"),
            _ => {}
        }
    }

    fn result(&self, sender: &str, result: &'static str) {
        let usual = self.usual(sender).into_iter().flat_map(|it| &it.results);
        match usual.clone().find(|(usual, _)| *usual == result) {
            Some((_, counter)) => counter.inc(),
            None => self.sends.with_label_values(&[sender, result]).inc(),
        }
    }

    fn sent(&self, mobile: Option<Mobile>, sender: &str) {
        self.count(mobile, sender, |traffic| &traffic.sent);
    }

    /// A code for `mobile` was checked; without an outcome if the store failed.
    pub(crate) fn check(&self, mobile: Option<Mobile>, checked: Option<&CheckedCode>) {
        let outcome = checked.map_or(Message::Unavailable, CheckedCode::message);
        self.checks.with_label_values(&[outcome.name()]).inc();
        match checked {
            Some(CheckedCode::Checked {
                outcome: CheckOutcome::Verified,
                sender: Some(sender),
            }) => self.count(mobile, self.known(sender), |traffic| &traffic.verified),
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
        match self.usual(sender) {
            Some(_) => sender,
            None => "other",
        }
    }

    fn usual(&self, sender: &str) -> Option<&Usual> {
        self.usual.iter().find(|usual| usual.sender == sender)
    }

    /// Counts what is about a number under its country.
    fn count(&self, mobile: Option<Mobile>, sender: &str, what: fn(&Traffic) -> &IntCounter) {
        // Nothing without a number is ever sent or verified.
        let Some(region) = mobile.map(|mobile| mobile.region()) else {
            return;
        };
        let mut usual = self.usual(sender).into_iter().flat_map(|it| &it.countries);
        match usual.find(|(country, _)| *country == region) {
            Some((_, traffic)) => what(traffic).inc(),
            None => what(&self.traffic(region, sender)).inc(),
        }
    }

    /// Both series together: where nothing ever comes back, the share that does must be 0, not
    /// missing.
    fn traffic(&self, country: Region, sender: &str) -> Traffic {
        let labels = [country.as_str(), sender];
        Traffic {
            sent: self.sent.with_label_values(&labels),
            verified: self.verified.with_label_values(&labels),
        }
    }

    fn refuse(&self, quota: &str) {
        self.refusals.with_label_values(&[quota]).inc();
    }
}
