use std::time::Duration;

use super::{
    Start, StartRefusal, StartRules, Started, Verification, VerificationCheck, VerificationEnd,
    VerificationStatus, Which,
};
use crate::AttemptSid;
use crate::{
    CheckRules, NumberRecord, ServiceSid, Settlement, Timestamp, VerificationSid, VerificationState,
};

/// How many canceled verifications of one number and service are remembered at most. There are only
/// as many as messages may be sent while one of them lasts.
const MOST_CANCELED: usize = 10;

/// A verification as it is kept: `C` is the form of its code, as in [`crate::Challenge`].
///
/// ```text
///         create ──► pending ──right code / approved──► gone
///  create again ──┘  │  │  └──canceled──► canceled              known until its time is over
///                    │  └──max_checks wrong──► max_attempts_reached   known until its time is over
///                    └──its time is over──► gone
/// ```
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
struct Current<C> {
    told: Verification,
    /// None once it can't be given any more.
    code: Option<C>,
    checks: u8,
}

/// The verifications of one number for one service.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct OfService<C> {
    service: ServiceSid,
    current: Option<Current<C>>,
    /// Those before the current one that are not over yet.
    canceled: Vec<Verification>,
}

impl<C: Clone> NumberRecord<C> {
    /// Begins a verification, or notes that the code of the pending one is sent again; takes a slot
    /// of the quotas for that. `is_safe`: failures don't block the number.
    ///
    /// # Errors
    ///
    /// Why not; nothing has changed then.
    pub fn start_verification(
        &mut self,
        now: Timestamp,
        start: Start<C>,
        rules: &StartRules,
        is_safe: bool,
    ) -> Result<Started<C>, StartRefusal> {
        self.may_start(now, start.service, rules, is_safe)?;
        self.sends.record(now, &rules.quotas);
        let place = self.place(start.service);
        let current = self.verifications[place].add_send(now, start, rules.ttl);
        let (verification, code) = (current.told.clone(), current.code.clone());
        self.keep_for(now, rules.quotas.longest_window());
        self.keep_for(now, now.until(verification.expires_at));
        Ok(Started {
            verification,
            code: code.expect("a pending verification has a code"),
            slot: now,
            next_slot_in: self.sends.wait(now, &rules.quotas),
        })
    }

    /// Whether a verification may be begun or its code be sent again.
    ///
    /// # Errors
    ///
    /// Why not.
    pub fn may_start(
        &self,
        now: Timestamp,
        service: ServiceSid,
        rules: &StartRules,
        is_safe: bool,
    ) -> Result<(), StartRefusal> {
        let retry_after = self.failures.wait(now, &rules.failures);
        if !is_safe && !retry_after.is_zero() {
            return Err(StartRefusal::NumberBlocked { retry_after });
        }
        if let Some(current) = self.current(now, service) {
            may_send_again(&current.told, now, rules.max_sends)?;
        }
        match self.sends.wait(now, &rules.quotas) {
            Duration::ZERO => Ok(()),
            retry_after => Err(StartRefusal::TooOften { retry_after }),
        }
    }

    /// Checks a code by `is_right`: counted first, compared at most as often as `rules` allow.
    /// `is_safe`: failures don't block the number.
    pub fn check_verification(
        &mut self,
        now: Timestamp,
        which: Which,
        rules: &CheckRules,
        is_safe: bool,
        is_right: impl FnOnce(&C) -> bool,
    ) -> VerificationCheck {
        let blocked_for = self.failures.wait(now, &rules.failures);
        let Some(place) = self.find(which.service) else {
            return VerificationCheck::Missing;
        };
        let of_service = &mut self.verifications[place];
        of_service.forget_past(now);
        let Some(current) = of_service.named(which.sid) else {
            return VerificationCheck::Missing;
        };
        let ends_in = now.until(current.told.expires_at);
        match current.told.status {
            VerificationStatus::Pending if !is_safe && !blocked_for.is_zero() => {
                let retry_after = blocked_for;
                return VerificationCheck::TooMany { retry_after };
            }
            VerificationStatus::Pending => {}
            VerificationStatus::MaxAttemptsReached => {
                let retry_after = ends_in;
                return VerificationCheck::TooMany { retry_after };
            }
            VerificationStatus::Canceled | VerificationStatus::Approved => {
                return VerificationCheck::Missing;
            }
        }
        current.checks = current.checks.saturating_add(1);
        current.told.updated_at = now;
        if current.code.as_ref().is_some_and(is_right) {
            return VerificationCheck::Right(of_service.approve(now));
        }
        let told = current.told.clone();
        if current.checks >= rules.max_attempts {
            current.told.status = VerificationStatus::MaxAttemptsReached;
            current.code = None;
        }
        self.failures.record(now, &rules.failures);
        self.keep_for(now, rules.failures.longest_window());
        VerificationCheck::Wrong(told)
    }

    /// Ends a pending verification without a code. `None` if there is no such one.
    pub fn end_verification(
        &mut self,
        now: Timestamp,
        service: ServiceSid,
        sid: VerificationSid,
        how: VerificationEnd,
    ) -> Option<Verification> {
        let place = self.find(service)?;
        let of_service = &mut self.verifications[place];
        of_service.forget_past(now);
        let current = of_service.named(Some(sid))?;
        if current.told.status != VerificationStatus::Pending {
            return None;
        }
        current.told.updated_at = now;
        match how {
            VerificationEnd::Approved => Some(of_service.approve(now)),
            VerificationEnd::Canceled => {
                current.told.status = VerificationStatus::Canceled;
                current.code = None;
                Some(current.told.clone())
            }
        }
    }

    /// Takes back a message that was not sent, and the verification with its only one; perhaps its
    /// slot too.
    pub fn settle_verification(
        &mut self,
        service: ServiceSid,
        sid: VerificationSid,
        send: AttemptSid,
        settlement: Settlement,
    ) {
        if let Some(place) = self.find(service) {
            self.verifications[place].remove_send(sid, send);
        }
        match settlement {
            Settlement::GiveBack(slot) => self.sends.give_back(slot),
            Settlement::KeepSlot => {}
        }
    }
}

impl<C> NumberRecord<C> {
    /// What is known of a verification that is not over at `now`; of the latest, if it is not named.
    #[must_use]
    pub fn verification(&self, now: Timestamp, which: Which) -> Option<Verification> {
        let of_service = &self.verifications[self.find(which.service)?];
        let current = of_service.current.iter().map(|current| &current.told);
        let mut known = current.chain(of_service.canceled.iter().rev());
        let is_meant = |told: &&Verification| {
            now < told.expires_at && which.sid.is_none_or(|sid| sid == told.sid)
        };
        known.find(is_meant).cloned()
    }

    /// The current verifications of these services, but for those that were taken back.
    pub(crate) fn verification_states(
        &self,
        now: Timestamp,
        services: &[ServiceSid],
    ) -> Vec<VerificationState> {
        let states = services.iter().filter_map(|&service| {
            let Current { told, checks, .. } = self.current(now, service)?;
            (told.status != VerificationStatus::Canceled).then(|| VerificationState {
                service,
                told: told.clone(),
                checks: *checks,
            })
        });
        states.collect()
    }

    /// Forgets the verifications of these services that were given up for wrong codes.
    pub(crate) fn forget_exhausted(&mut self, services: &[ServiceSid]) {
        let exhausted = VerificationStatus::MaxAttemptsReached;
        for of_service in &mut self.verifications {
            if services.contains(&of_service.service) {
                of_service
                    .current
                    .take_if(|current| current.told.status == exhausted);
            }
        }
    }

    fn current(&self, now: Timestamp, service: ServiceSid) -> Option<&Current<C>> {
        let current = self.verifications[self.find(service)?].current.as_ref()?;
        (now < current.told.expires_at).then_some(current)
    }

    fn find(&self, service: ServiceSid) -> Option<usize> {
        let mut services = self.verifications.iter();
        services.position(|of_service| of_service.service == service)
    }

    fn place(&mut self, service: ServiceSid) -> usize {
        self.find(service).unwrap_or_else(|| {
            self.verifications.push(OfService {
                service,
                current: None,
                canceled: Vec::new(),
            });
            self.verifications.len() - 1
        })
    }
}

/// Whether the code of a verification may be sent once more, or another be begun in its place.
pub(crate) fn may_send_again(
    current: &Verification,
    now: Timestamp,
    max_sends: u8,
) -> Result<(), StartRefusal> {
    let retry_after = now.until(current.expires_at);
    match current.status {
        VerificationStatus::MaxAttemptsReached => {
            Err(StartRefusal::ChecksExhausted { retry_after })
        }
        VerificationStatus::Pending if current.sends.len() >= usize::from(max_sends) => {
            Err(StartRefusal::SendsExhausted { retry_after })
        }
        VerificationStatus::Pending
        | VerificationStatus::Canceled
        | VerificationStatus::Approved => Ok(()),
    }
}

impl<C> OfService<C> {
    /// The current one, if it has this name.
    fn named(&mut self, sid: Option<VerificationSid>) -> Option<&mut Current<C>> {
        let is_meant = |current: &&mut Current<C>| sid.is_none_or(|sid| sid == current.told.sid);
        self.current.as_mut().filter(is_meant)
    }

    fn forget_past(&mut self, now: Timestamp) {
        self.current
            .take_if(|current| current.told.expires_at <= now);
        self.canceled.retain(|told| now < told.expires_at);
    }

    /// Adds a message to the pending one; if there is none, begins one with it.
    fn add_send(&mut self, now: Timestamp, start: Start<C>, ttl: Duration) -> &mut Current<C> {
        self.forget_past(now);
        let is_pending = |current: &Current<C>| current.told.status == VerificationStatus::Pending;
        if !self.current.as_ref().is_some_and(is_pending) {
            self.canceled
                .extend(self.current.take().map(|current| current.told));
            let past = self.canceled.len().saturating_sub(MOST_CANCELED);
            self.canceled.drain(..past);
        }
        let current = self.current.get_or_insert_with(|| Current {
            told: Verification::begun(start.sid, now, ttl),
            code: Some(start.code),
            checks: 0,
        });
        current.told.add_send(start.send, now);
        current
    }

    /// Takes the current one out.
    fn approve(&mut self, now: Timestamp) -> Verification {
        let current = self.current.take().expect("whoever approves has found it");
        Verification {
            status: VerificationStatus::Approved,
            updated_at: now,
            ..current.told
        }
    }

    fn remove_send(&mut self, sid: VerificationSid, send: AttemptSid) {
        let Some(current) = self.named(Some(sid)) else {
            return;
        };
        current.told.sends.retain(|other| other.sid != send);
        let is_pending = current.told.status == VerificationStatus::Pending;
        if is_pending && current.told.sends.is_empty() {
            self.current = None;
        }
    }
}

#[cfg(test)]
mod tests;
