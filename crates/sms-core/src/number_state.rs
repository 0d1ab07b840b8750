use crate::verification::may_send_again;
use crate::{
    ChallengeState, NumberRecord, SendLog, ServiceSid, StartRefusal, StartRules, Timestamp,
    Verification, VerificationStatus,
};

/// What of a number somebody looks at who runs the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberScope {
    /// Comparisons for one code, at least 1.
    pub max_attempts: u8,
    /// The services whose verifications are looked at.
    pub services: Vec<ServiceSid>,
    /// How many times of each log, at least 1: as many as quotas look at.
    pub most_times: u32,
}

/// What may be told of a number to somebody who runs the service: everything but its codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberState {
    /// The moment at which it is so.
    pub at: Timestamp,
    /// Its code without a service, if one may be given or was given wrongly too often.
    pub code: Option<CodeState>,
    /// Its current verifications, one a service at most, in the order of the scope.
    pub verifications: Vec<VerificationState>,
    /// When it was sent to.
    pub sends: SendLog,
    /// When wrong codes were given for it.
    pub failures: SendLog,
    /// Whether failures don't block it for services.
    pub is_safe: bool,
}

/// A code without a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeState {
    /// How many codes were compared with it.
    pub attempts: u8,
    /// When it is over.
    pub expires_at: Timestamp,
    /// Whether no code is compared any more, because too many were wrong.
    pub is_exhausted: bool,
}

/// A verification that is pending or was given up for wrong codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerificationState {
    /// Whose it is.
    pub service: ServiceSid,
    /// What may be told of it.
    pub told: Verification,
    /// How many codes were compared with it.
    pub checks: u8,
}

impl VerificationState {
    /// Whether no code is compared any more, because too many were wrong.
    #[must_use]
    pub fn is_exhausted(&self) -> bool {
        self.told.status == VerificationStatus::MaxAttemptsReached
    }
}

impl NumberState {
    /// Whether a verification may be begun or its code be sent again, as
    /// [`NumberRecord::may_start`] says of a record.
    ///
    /// # Errors
    ///
    /// Why not.
    pub fn may_start(&self, service: ServiceSid, rules: &StartRules) -> Result<(), StartRefusal> {
        let retry_after = self.failures.wait(self.at, &rules.failures);
        if !self.is_safe && !retry_after.is_zero() {
            return Err(StartRefusal::NumberBlocked { retry_after });
        }
        let mut verifications = self.verifications.iter();
        if let Some(current) = verifications.find(|current| current.service == service) {
            may_send_again(&current.told, self.at, rules.max_sends)?;
        }
        let retry_after = self.sends.wait(self.at, &rules.quotas);
        match retry_after.is_zero() {
            true => Ok(()),
            false => Err(StartRefusal::TooOften { retry_after }),
        }
    }
}

impl<C> NumberRecord<C> {
    /// What may be told of the number at `now`. `is_safe`: failures don't block it for services.
    #[must_use]
    pub fn state(&self, now: Timestamp, scope: &NumberScope, is_safe: bool) -> NumberState {
        NumberState {
            at: now,
            code: self.code_state(now, scope.max_attempts),
            verifications: self.verification_states(now, &scope.services),
            sends: self.sends.newest(scope.most_times),
            failures: self.failures.newest(scope.most_times),
            is_safe,
        }
    }

    /// Forgets what stands in the way of the next message: all sends and failures, and codes that were
    /// given wrongly too often, with their counts. A code that may be given stays. Gives what was
    /// before.
    pub fn forget(&mut self, now: Timestamp, scope: &NumberScope, is_safe: bool) -> NumberState {
        let before = self.state(now, scope, is_safe);
        self.sends = SendLog::default();
        self.failures = SendLog::default();
        self.challenge
            .take_if(|_| before.code.is_some_and(|code| code.is_exhausted));
        self.forget_exhausted(&scope.services);
        before
    }

    fn code_state(&self, now: Timestamp, max_attempts: u8) -> Option<CodeState> {
        let challenge = self.challenge.as_ref()?;
        let (attempts, expires_at) = (challenge.attempts(), challenge.expires_at());
        let is_exhausted = match challenge.state(now) {
            ChallengeState::Issued => attempts >= max_attempts,
            ChallengeState::Exhausted => true,
            ChallengeState::Verified | ChallengeState::Cancelled | ChallengeState::Expired => {
                return None;
            }
        };
        Some(CodeState {
            attempts,
            expires_at,
            is_exhausted,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{
        AttemptSid, CheckOutcome, CheckRules, Issue, Quotas, SmsCode, Start, VerificationSid, Which,
    };

    const NOW: Timestamp = Timestamp::from_millis(1_000_000);
    const TTL: Duration = Duration::from_secs(300);

    fn quotas(list: &[&str]) -> Quotas {
        Quotas::parse(list).unwrap()
    }

    fn code(text: &str) -> SmsCode {
        SmsCode::parse(text).unwrap()
    }

    fn service() -> ServiceSid {
        ServiceSid::from_hex(&"a".repeat(32)).unwrap()
    }

    fn scope() -> NumberScope {
        NumberScope {
            max_attempts: 2,
            services: vec![service()],
            most_times: 100,
        }
    }

    fn check_rules() -> CheckRules {
        CheckRules {
            max_attempts: 2,
            failures: quotas(&["3/24h"]),
        }
    }

    fn start_rules() -> StartRules {
        StartRules {
            ttl: TTL,
            max_sends: 2,
            quotas: quotas(&["2/1h"]),
            failures: quotas(&["3/24h"]),
        }
    }

    fn start(record: &mut NumberRecord) -> Result<(), StartRefusal> {
        let start = Start {
            service: service(),
            sid: VerificationSid::from_hex(&"b".repeat(32)).unwrap(),
            code: code("111111"),
            send: AttemptSid::from_hex(&"c".repeat(32)).unwrap(),
        };
        let started = record.start_verification(NOW, start, &start_rules(), false);
        started.map(|_| ())
    }

    fn fail_verification(record: &mut NumberRecord) {
        let which = Which {
            service: service(),
            sid: None,
        };
        record.check_verification(NOW, which, &check_rules(), false, |_| false);
    }

    #[test]
    fn a_code_is_told_while_it_may_be_given_and_when_it_is_void() {
        let mut record = NumberRecord::default();
        assert_eq!(record.state(NOW, &scope(), false).code, None);
        record.issue(NOW, code("111111"), TTL, &quotas(&["1/60s"]));
        let pending = CodeState {
            attempts: 0,
            expires_at: NOW.after(TTL),
            is_exhausted: false,
        };
        assert_eq!(record.state(NOW, &scope(), false).code, Some(pending));
        for _ in 0..2 {
            record.check(NOW, "000000", &check_rules());
        }
        let state = record.state(NOW, &scope(), false);
        let void = state.code.unwrap();
        assert_eq!((void.attempts, void.is_exhausted), (2, true));
        assert_eq!(state.failures.len(), 2);
        let later = NOW.after(TTL);
        assert_eq!(record.state(later, &scope(), false).code, None);
    }

    #[test]
    fn what_is_forgotten_no_longer_stands_in_the_way() {
        let mut record = NumberRecord::default();
        start(&mut record).unwrap();
        for _ in 0..2 {
            fail_verification(&mut record);
        }
        record.issue(NOW, code("222222"), TTL, &quotas(&["2/1h"]));
        record.check(NOW, "000000", &check_rules());
        assert!(start(&mut record).is_err());
        let before = record.forget(NOW, &scope(), false);
        assert_eq!((before.sends.len(), before.failures.len()), (2, 3));
        assert!(before.verifications[0].is_exhausted());
        start(&mut record).unwrap();
        let again = record.issue(NOW, code("333333"), TTL, &quotas(&["2/1h"]));
        assert!(matches!(again, Issue::Issued { .. }), "{again:?}");
    }

    #[test]
    fn a_code_that_may_be_given_is_not_forgotten() {
        let mut record = NumberRecord::default();
        record.issue(NOW, code("222222"), TTL, &quotas(&["2/1h"]));
        start(&mut record).unwrap();
        record.check(NOW, "000000", &check_rules());
        record.forget(NOW, &scope(), false);
        let state = record.state(NOW, &scope(), false);
        assert_eq!(state.code.map(|code| code.attempts), Some(1));
        assert_eq!(state.verifications.len(), 1);
        let right = record.check(NOW, "222222", &check_rules());
        assert_eq!(right, CheckOutcome::Verified);
    }

    #[test]
    fn whether_a_verification_may_be_begun_is_the_same_of_state_and_record() {
        let mut record = NumberRecord::default();
        for step in 0..5 {
            let rules = start_rules();
            for is_safe in [false, true] {
                let of_record = record.may_start(NOW, service(), &rules, is_safe);
                let state = record.state(NOW, &scope(), is_safe);
                assert_eq!(state.may_start(service(), &rules), of_record, "{step}");
            }
            match step {
                0 => start(&mut record).unwrap(),
                1..3 => fail_verification(&mut record),
                _ => {
                    record.forget(NOW, &scope(), false);
                    let _ = start(&mut record);
                }
            }
        }
    }
}
