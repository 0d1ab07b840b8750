use std::time::Duration;

use crate::verification::OfService;
use crate::{Challenge, CheckOutcome, Quotas, SendLog, SmsCode, Timestamp};

/// Everything the rules remember about one number: its code, its verifications, its sends and its
/// failures.
///
/// Each method is one step that a store makes atomic. A store that keeps records in memory calls
/// these; one on Redis runs scripts that do the same.
///
/// `C` is the form in which a code is kept, as in [`Challenge`].
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct NumberRecord<C = SmsCode> {
    pub(crate) challenge: Option<Challenge<C>>,
    pub(crate) verifications: Vec<OfService<C>>,
    pub(crate) sends: SendLog,
    pub(crate) failures: SendLog,
    keep_until: Option<Timestamp>,
}

/// What came of asking for a code to be issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Issue {
    /// The code is stored and a slot of every quota is taken.
    Issued {
        /// The slot, to be given back if the send fails.
        slot: Timestamp,
        /// How long until the quotas have a slot again.
        next_slot_in: Duration,
    },
    /// A quota is used up; nothing has changed.
    TooOften {
        /// How long until the quotas have a slot again.
        retry_after: Duration,
    },
}

/// What remains of an issued code whose message was not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settlement {
    /// Neither code nor slot: the message was refused or failed for certain.
    GiveBack(Timestamp),
    /// The slot without the code: the provider itself limits this number.
    KeepSlot,
}

/// The rules of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckRules {
    /// Comparisons for one code, at least 1.
    pub max_attempts: u8,
    /// Wrong codes for one number, over all its codes.
    pub failures: Quotas,
}

impl<C> Default for NumberRecord<C> {
    fn default() -> Self {
        Self {
            challenge: None,
            verifications: Vec::new(),
            sends: SendLog::default(),
            failures: SendLog::default(),
            keep_until: None,
        }
    }
}

impl<C> NumberRecord<C> {
    /// Issues `code` for `ttl` in place of any older one, if `quotas` have a slot.
    pub fn issue(&mut self, now: Timestamp, code: C, ttl: Duration, quotas: &Quotas) -> Issue {
        if let Err(retry_after) = self.sends.take(now, quotas) {
            return Issue::TooOften { retry_after };
        }
        self.challenge = Some(Challenge::issue(code, now, ttl));
        self.keep_for(now, ttl.max(quotas.longest_window()));
        Issue::Issued {
            slot: now,
            next_slot_in: self.sends.wait(now, quotas),
        }
    }

    /// Takes back what [`NumberRecord::issue`] did with the code that `is_same` knows. A newer
    /// code stays.
    pub fn settle_by(&mut self, settlement: Settlement, is_same: impl FnOnce(&C) -> bool) {
        if let Some(challenge) = &mut self.challenge {
            challenge.cancel_by(is_same);
        }
        match settlement {
            Settlement::GiveBack(slot) => self.sends.give_back(slot),
            Settlement::KeepSlot => {}
        }
    }

    /// Notes which sender took the message with the code that `is_same` knows. A newer code has a
    /// sender of its own.
    pub fn note_sender_by(&mut self, sender: &str, is_same: impl FnOnce(&C) -> bool) {
        if let Some(challenge) = &mut self.challenge {
            challenge.note_sender_by(sender, is_same);
        }
    }

    /// The sender that was noted for the code, until that is used up: ask before a check.
    #[must_use]
    pub fn sender(&self) -> Option<&str> {
        self.challenge.as_ref()?.sender()
    }

    /// Checks an attempt by `is_right`: counted first, compared at most as often as `rules` allow.
    pub fn check_by(
        &mut self,
        now: Timestamp,
        rules: &CheckRules,
        is_right: impl FnOnce(&C) -> bool,
    ) -> CheckOutcome {
        if !self.failures.wait(now, &rules.failures).is_zero() {
            return CheckOutcome::TooManyAttempts;
        }
        let Some(challenge) = &mut self.challenge else {
            return CheckOutcome::Missing;
        };
        let outcome = challenge.check_by(now, rules.max_attempts, is_right);
        if let CheckOutcome::Mismatch { .. } = outcome {
            self.failures.record(now, &rules.failures);
            self.keep_for(now, rules.failures.longest_window());
        }
        outcome
    }

    /// The code was deleted by somebody else.
    pub fn remove_code(&mut self) {
        if let Some(challenge) = &mut self.challenge {
            challenge.cancel();
        }
    }

    /// The code that can be given at `now`, if there is one.
    #[must_use]
    pub fn code(&self, now: Timestamp) -> Option<&C> {
        let challenge = self.challenge.as_ref()?;
        challenge.code().filter(|_| now < challenge.expires_at())
    }

    /// When nothing in the record matters any more; `None` if nothing ever did.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.keep_until
    }

    pub(crate) fn keep_for(&mut self, now: Timestamp, span: Duration) {
        self.keep_until = self.keep_until.max(Some(now.after(span)));
    }
}

impl NumberRecord {
    /// Takes back what [`NumberRecord::issue`] did with `code`. A newer code stays.
    pub fn settle(&mut self, code: &SmsCode, settlement: Settlement) {
        self.settle_by(settlement, |current| current.matches(code.expose()));
    }

    /// Notes which sender took the message with `code`. A newer code has a sender of its own.
    pub fn note_sender(&mut self, code: &SmsCode, sender: &str) {
        self.note_sender_by(sender, |current| current.matches(code.expose()));
    }

    /// Checks `attempt`: counted first, compared at most as often as `rules` allow.
    pub fn check(&mut self, now: Timestamp, attempt: &str, rules: &CheckRules) -> CheckOutcome {
        self.check_by(now, rules, |code| code.matches(attempt))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_000_000);
    const TTL: Duration = Duration::from_secs(300);

    fn code(text: &str) -> SmsCode {
        SmsCode::parse(text).unwrap()
    }

    fn minute() -> Quotas {
        Quotas::parse(&["1/60s"]).unwrap()
    }

    fn rules(failures: &[&str]) -> CheckRules {
        CheckRules {
            max_attempts: 5,
            failures: Quotas::parse(failures).unwrap(),
        }
    }

    fn issued(record: &mut NumberRecord, now: Timestamp, text: &str) -> Timestamp {
        match record.issue(now, code(text), TTL, &minute()) {
            Issue::Issued { slot, .. } => slot,
            Issue::TooOften { .. } => panic!("a slot was free"),
        }
    }

    #[test]
    fn a_newer_code_replaces_the_older_and_its_attempts() {
        let mut record = NumberRecord::default();
        let later = NOW.after(Duration::from_secs(60));
        issued(&mut record, NOW, "111111");
        record.check(NOW, "000000", &rules(&[]));
        issued(&mut record, later, "222222");
        let outcome = record.check(later, "111111", &rules(&[]));
        assert_eq!(outcome, CheckOutcome::Mismatch { attempts_left: 4 });
        assert_eq!(
            record.check(later, "222222", &rules(&[])),
            CheckOutcome::Verified
        );
    }

    #[test]
    fn a_newer_code_has_a_sender_of_its_own() {
        let mut record = NumberRecord::default();
        let later = NOW.after(Duration::from_secs(60));
        issued(&mut record, NOW, "111111");
        record.note_sender(&code("111111"), "ccp");
        assert_eq!(record.sender(), Some("ccp"));
        issued(&mut record, later, "222222");
        assert_eq!(record.sender(), None);
        record.note_sender(&code("111111"), "ccp");
        assert_eq!(record.sender(), None, "noted too late");
    }

    #[test]
    fn a_refused_issue_leaves_the_older_code_alone() {
        let mut record = NumberRecord::default();
        issued(&mut record, NOW, "111111");
        let refused = record.issue(NOW, code("222222"), TTL, &minute());
        let retry_after = Duration::from_secs(60);
        assert_eq!(refused, Issue::TooOften { retry_after });
        assert_eq!(
            record.check(NOW, "111111", &rules(&[])),
            CheckOutcome::Verified
        );
    }

    #[test]
    fn invariant_5_a_failed_send_leaves_neither_code_nor_slot() {
        let mut record = NumberRecord::default();
        let slot = issued(&mut record, NOW, "111111");
        record.settle(&code("111111"), Settlement::GiveBack(slot));
        assert_eq!(
            record.check(NOW, "111111", &rules(&[])),
            CheckOutcome::Missing
        );
        issued(&mut record, NOW, "222222");
    }

    #[test]
    fn a_provider_limit_keeps_the_slot() {
        let mut record = NumberRecord::default();
        issued(&mut record, NOW, "111111");
        record.settle(&code("111111"), Settlement::KeepSlot);
        assert!(record.code(NOW).is_none());
        let again = record.issue(NOW, code("222222"), TTL, &minute());
        assert!(matches!(again, Issue::TooOften { .. }));
    }

    #[test]
    fn failures_add_up_over_codes_and_refuse_even_the_right_one() {
        let mut record = NumberRecord::default();
        let rules = rules(&["2/24h"]);
        let later = NOW.after(Duration::from_secs(60));
        issued(&mut record, NOW, "111111");
        record.check(NOW, "000000", &rules);
        issued(&mut record, later, "222222");
        record.check(later, "000000", &rules);
        assert_eq!(
            record.check(later, "222222", &rules),
            CheckOutcome::TooManyAttempts
        );
        let next_day = NOW.after(Duration::from_secs(24 * 3600));
        issued(&mut record, next_day, "333333");
        assert_eq!(
            record.check(next_day, "333333", &rules),
            CheckOutcome::Verified
        );
    }

    #[test]
    fn a_record_outlives_its_code_as_long_as_a_quota_needs_it() {
        let mut record = NumberRecord::default();
        assert_eq!(record.expires_at(), None);
        issued(&mut record, NOW, "111111");
        assert_eq!(record.expires_at(), Some(NOW.after(TTL)));
        record.check(NOW, "000000", &rules(&["20/24h"]));
        let in_a_day = NOW.after(Duration::from_secs(24 * 3600));
        assert_eq!(record.expires_at(), Some(in_a_day));
    }
}
