use std::time::Duration;

use crate::{SmsCode, Timestamp};

/// One code on its way from being made to being used up.
///
/// `C` is the form in which the code is kept: as it is, unless a store has another, such as a
/// digest; the methods whose names end in `_by` take the comparison that goes with it.
///
/// ```text
/// issued ──► verified    the right code was given
///    │─────► exhausted   too many wrong ones were
///    │─────► cancelled   the message was not sent, or somebody else deleted the code
///    └─────► expired     its time is over
/// ```
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Challenge<C = SmsCode> {
    state: State<C>,
    attempts: u8,
    expires_at: Timestamp,
}

#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
enum State<C> {
    Issued { code: C, sender: Option<Box<str>> },
    Verified,
    Exhausted,
    Cancelled,
}

/// Where a challenge stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChallengeState {
    /// Its code may be given.
    Issued,
    /// Its code was given.
    Verified,
    /// Too many wrong codes were given; remembered until the code would have expired.
    Exhausted,
    /// Its code was taken back.
    Cancelled,
    /// Its time is over.
    Expired,
}

/// What came of checking a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckOutcome {
    /// It was right. It will not be right again.
    Verified,
    /// There is no code to compare with: never issued, expired, used or taken back.
    Missing,
    /// It was wrong; after `attempts_left` more wrong ones the code is void, at 0 it is now.
    Mismatch {
        /// Comparisons that are left for this code.
        attempts_left: u8,
    },
    /// Nothing was compared: the attempts at this code, or the failures of this number, are used
    /// up.
    TooManyAttempts,
}

impl<C> Challenge<C> {
    /// A challenge whose `code` may be given until `ttl` after `now`.
    #[must_use]
    pub fn issue(code: C, now: Timestamp, ttl: Duration) -> Self {
        Self {
            state: State::Issued { code, sender: None },
            attempts: 0,
            expires_at: now.after(ttl),
        }
    }

    /// Compares the code by `is_right`, at most `max_attempts` times in all.
    ///
    /// The attempt is counted before it is compared, and the code is gone with the first right
    /// one and with the last wrong one.
    pub fn check_by(
        &mut self,
        now: Timestamp,
        max_attempts: u8,
        is_right: impl FnOnce(&C) -> bool,
    ) -> CheckOutcome {
        let code = match (self.state(now), &self.state) {
            (ChallengeState::Issued, State::Issued { code, .. })
                if self.attempts < max_attempts =>
            {
                code
            }
            (ChallengeState::Issued | ChallengeState::Exhausted, _) => {
                return CheckOutcome::TooManyAttempts;
            }
            _ => return CheckOutcome::Missing,
        };
        self.attempts += 1;
        if is_right(code) {
            self.state = State::Verified;
            return CheckOutcome::Verified;
        }
        let attempts_left = max_attempts - self.attempts;
        if attempts_left == 0 {
            self.state = State::Exhausted;
        }
        CheckOutcome::Mismatch { attempts_left }
    }

    /// Takes the code back, whichever it is: what another program does by deleting it.
    pub fn cancel(&mut self) {
        if let State::Issued { .. } = self.state {
            self.state = State::Cancelled;
        }
    }

    /// Takes the code back only if `is_same` says that it is still the one meant: a newer one is
    /// not ours to remove.
    pub fn cancel_by(&mut self, is_same: impl FnOnce(&C) -> bool) {
        if self.code().is_some_and(is_same) {
            self.cancel();
        }
    }

    /// Where the challenge stands at `now`.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> ChallengeState {
        if now >= self.expires_at {
            return ChallengeState::Expired;
        }
        match self.state {
            State::Issued { .. } => ChallengeState::Issued,
            State::Verified => ChallengeState::Verified,
            State::Exhausted => ChallengeState::Exhausted,
            State::Cancelled => ChallengeState::Cancelled,
        }
    }

    /// The code, as long as it was neither used nor taken back. It may have expired.
    #[must_use]
    pub fn code(&self) -> Option<&C> {
        match &self.state {
            State::Issued { code, .. } => Some(code),
            _ => None,
        }
    }

    /// Notes which sender took the message, if `is_same` says that the code is still the one
    /// meant.
    pub fn note_sender_by(&mut self, name: &str, is_same: impl FnOnce(&C) -> bool) {
        if let State::Issued { code, sender } = &mut self.state
            && is_same(code)
        {
            *sender = Some(name.into());
        }
    }

    /// The sender that was noted, as long as the code was neither used nor taken back.
    #[must_use]
    pub fn sender(&self) -> Option<&str> {
        match &self.state {
            State::Issued { sender, .. } => sender.as_deref(),
            _ => None,
        }
    }

    /// How many codes were compared with it.
    #[must_use]
    pub fn attempts(&self) -> u8 {
        self.attempts
    }

    /// When the code expires.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
    }
}

impl Challenge {
    /// Compares `attempt` with the code, at most `max_attempts` times in all; see
    /// [`Challenge::check_by`].
    pub fn check(&mut self, now: Timestamp, attempt: &str, max_attempts: u8) -> CheckOutcome {
        self.check_by(now, max_attempts, |code| code.matches(attempt))
    }

    /// Takes the code back only if it is still `code`: a newer one is not ours to remove.
    pub fn cancel_if(&mut self, code: &SmsCode) {
        self.cancel_by(|current| current.matches(code.expose()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp::from_millis(1_000_000);
    const TTL: Duration = Duration::from_secs(300);

    fn challenge() -> Challenge {
        Challenge::issue(SmsCode::parse("123456").unwrap(), NOW, TTL)
    }

    #[test]
    fn a_code_works_only_once() {
        let mut challenge = challenge();
        assert_eq!(challenge.check(NOW, "123456", 5), CheckOutcome::Verified);
        assert_eq!(challenge.state(NOW), ChallengeState::Verified);
        assert_eq!(challenge.check(NOW, "123456", 5), CheckOutcome::Missing);
    }

    #[test]
    fn a_code_expires_to_the_millisecond() {
        let last = Timestamp::from_millis(NOW.as_millis() + 299_999);
        assert_eq!(challenge().check(last, "123456", 5), CheckOutcome::Verified);
        assert_eq!(
            challenge().check(NOW.after(TTL), "123456", 5),
            CheckOutcome::Missing
        );
        assert_eq!(challenge().state(NOW.after(TTL)), ChallengeState::Expired);
    }

    #[test]
    fn the_last_wrong_attempt_voids_the_code() {
        let mut challenge = challenge();
        for attempts_left in [2, 1, 0] {
            let outcome = challenge.check(NOW, "000000", 3);
            assert_eq!(outcome, CheckOutcome::Mismatch { attempts_left });
        }
        assert!(challenge.code().is_none());
        assert_eq!(
            challenge.check(NOW, "123456", 3),
            CheckOutcome::TooManyAttempts
        );
        assert_eq!(
            challenge.check(NOW.after(TTL), "123456", 3),
            CheckOutcome::Missing
        );
    }

    #[test]
    fn a_maximum_lowered_meanwhile_holds_at_once() {
        let mut challenge = challenge();
        for _ in 0..3 {
            challenge.check(NOW, "000000", 5);
        }
        assert_eq!(
            challenge.check(NOW, "123456", 2),
            CheckOutcome::TooManyAttempts
        );
    }

    #[test]
    fn only_the_code_that_is_still_there_is_taken_back() {
        let mut challenge = challenge();
        challenge.cancel_if(&SmsCode::parse("654321").unwrap());
        assert_eq!(challenge.state(NOW), ChallengeState::Issued);
        challenge.cancel_if(&SmsCode::parse("123456").unwrap());
        assert_eq!(challenge.check(NOW, "123456", 5), CheckOutcome::Missing);
    }

    #[test]
    fn a_sender_is_known_as_long_as_its_code() {
        let mut challenge = challenge();
        challenge.note_sender_by("other", |code| code.matches("654321"));
        assert_eq!(challenge.sender(), None);
        challenge.note_sender_by("ccp", |code| code.matches("123456"));
        challenge.check(NOW, "000000", 5);
        assert_eq!(challenge.sender(), Some("ccp"));
        challenge.check(NOW, "123456", 5);
        assert_eq!(challenge.sender(), None);
    }

    #[test]
    fn taking_back_does_not_buy_new_attempts() {
        let mut challenge = challenge();
        challenge.check(NOW, "000000", 1);
        challenge.cancel();
        assert_eq!(
            challenge.check(NOW, "123456", 1),
            CheckOutcome::TooManyAttempts
        );
    }

    proptest! {
        #[test]
        fn no_more_than_the_maximum_is_ever_compared(
            max_attempts in 1_u8..10,
            guesses in prop::collection::vec("[0-9]{6}", 0..30),
        ) {
            let mut challenge = challenge();
            let outcomes: Vec<_> = guesses
                .iter()
                .map(|guess| challenge.check(NOW, guess, max_attempts))
                .collect();
            let compared = outcomes.iter().filter(|outcome| {
                matches!(outcome, CheckOutcome::Verified | CheckOutcome::Mismatch { .. })
            });
            prop_assert!(compared.count() <= usize::from(max_attempts));
            let accepted = outcomes.iter().filter(|&&outcome| outcome == CheckOutcome::Verified);
            prop_assert!(accepted.count() <= 1);
        }
    }
}
