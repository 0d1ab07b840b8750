use std::ops::ControlFlow;

use sms_core::{Attempt, AttemptSid, Mobile, Region, ServiceSid, Timestamp, VerificationSid};

use super::{Inner, Verifications};
use crate::ServiceError;

/// How many attempts are read from the store at once.
const CHUNK: usize = 500;

/// Which attempts are meant: those that are as it says in everything that it says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AttemptFilter {
    /// To this number.
    pub to: Option<Mobile>,
    /// To numbers that begin so, in E.164.
    pub prefix: Option<String>,
    /// For this service.
    pub service: Option<ServiceSid>,
    /// Of this verification.
    pub verification: Option<VerificationSid>,
    /// To this region.
    pub region: Option<Region>,
    /// Whether they led to an approval.
    pub is_converted: Option<bool>,
    /// Of this moment or after.
    pub since: Option<Timestamp>,
    /// Before this moment.
    pub before: Option<Timestamp>,
}

/// The place of an attempt in the list of all, the latest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct AttemptPlace {
    /// When it was sent.
    pub at: Timestamp,
    /// Its name.
    pub sid: AttemptSid,
}

impl AttemptPlace {
    /// The place of this one.
    #[must_use]
    pub fn of(attempt: &Attempt) -> Self {
        Self {
            at: attempt.created_at,
            sid: attempt.sid,
        }
    }
}

/// How many attempts led to an approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AttemptSummary {
    /// All of them.
    pub total: u64,
    /// Those that did.
    pub converted: u64,
}

impl AttemptFilter {
    fn matches(&self, attempt: &Attempt) -> bool {
        let to = attempt.to;
        let starts = |prefix: &String| to.is_some_and(|to| to.e164().starts_with(&**prefix));
        self.to.is_none_or(|wanted| to == Some(wanted))
            && self.prefix.as_ref().is_none_or(starts)
            && self.service.is_none_or(|wanted| attempt.service == wanted)
            && (self.verification).is_none_or(|wanted| attempt.verification == wanted)
            && (self.region).is_none_or(|wanted| to.is_some_and(|to| to.region() == wanted))
            && (self.is_converted).is_none_or(|wanted| attempt.is_converted == wanted)
            && self.since.is_none_or(|since| attempt.created_at >= since)
            && self.before.is_none_or(|before| attempt.created_at < before)
    }
}

impl Verifications {
    /// An attempt, if there is one of this name.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn attempt(&self, sid: AttemptSid) -> Result<Option<Attempt>, ServiceError> {
        self.inner.write_attempts().await;
        Ok(self.inner.store.attempt(sid).await?)
    }

    /// The attempts that `filter` means, the latest first: at most `limit` of those behind the place
    /// `after`.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn attempts(
        &self,
        filter: &AttemptFilter,
        after: Option<AttemptPlace>,
        limit: usize,
    ) -> Result<Vec<Attempt>, ServiceError> {
        let mut found = Vec::new();
        let take = |attempt: Attempt| {
            found.push(attempt);
            match found.len() < limit {
                true => ControlFlow::Continue(()),
                false => ControlFlow::Break(()),
            }
        };
        if limit > 0 {
            self.inner.scan(filter, after, take).await?;
        }
        Ok(found)
    }

    /// How many attempts `filter` means, and how many of them led to an approval.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn attempt_summary(
        &self,
        filter: &AttemptFilter,
    ) -> Result<AttemptSummary, ServiceError> {
        let mut summary = AttemptSummary::default();
        let count = |attempt: Attempt| {
            summary.total += 1;
            summary.converted += u64::from(attempt.is_converted);
            ControlFlow::Continue(())
        };
        self.inner.scan(filter, None, count).await?;
        Ok(summary)
    }
}

impl Inner {
    /// Writes what was noted here, so that it is told of. A store that takes nothing more can still be read.
    async fn write_attempts(&self) {
        if let Err(error) = self.attempts.write().await {
            log::debug!("attempts are told of that are not the latest: {error}");
        }
    }

    /// Gives the attempts that `filter` means behind the place `after` to `each`, the latest first,
    /// until it has enough. The store is read in small parts, so that nobody waits for long.
    async fn scan(
        &self,
        filter: &AttemptFilter,
        after: Option<AttemptPlace>,
        mut each: impl FnMut(Attempt) -> ControlFlow<()>,
    ) -> Result<(), ServiceError> {
        self.write_attempts().await;
        let (mut last, mut size) = (after, CHUNK);
        loop {
            let until = last.map(|place| place.at).or(filter.before);
            let part = self.store.attempts(until, size).await?;
            let is_end = part.len() < size;
            let mut is_anything_new = false;
            for attempt in part {
                let place = AttemptPlace::of(&attempt);
                if last.is_some_and(|last| place >= last) {
                    continue;
                }
                (last, is_anything_new) = (Some(place), true);
                if filter.since.is_some_and(|since| place.at < since) {
                    return Ok(());
                }
                if filter.matches(&attempt) && each(attempt).is_break() {
                    return Ok(());
                }
            }
            if is_end {
                return Ok(());
            }
            // More of one moment than are read at once.
            if !is_anything_new {
                size *= 2;
            }
        }
    }
}
