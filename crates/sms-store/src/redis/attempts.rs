//! The steps of attempts as scripts.

use async_trait::async_trait;
use deadpool_redis::redis::cmd;
use sms_core::{Attempt, AttemptSid, Timestamp};

use super::{RedisStore, millis};
use crate::kept_attempt::{KeptAttempt, word};
use crate::{AttemptChange, AttemptPolicy, AttemptStore, StoreError};

/// How many attempts a script takes at most, so that nothing else waits for it for long.
const AT_ONCE: usize = 256;

#[async_trait]
impl AttemptStore for RedisStore {
    async fn add_attempts(
        &self,
        attempts: &[Attempt],
        policy: AttemptPolicy,
    ) -> Result<(), StoreError> {
        for part in attempts.chunks(AT_ONCE) {
            let (names_key, data_key) = (self.keys.attempts(), self.keys.attempts_data());
            let mut data = cmd("HSET");
            let mut names = cmd("ZADD");
            data.arg(data_key.to_string());
            names.arg(names_key.to_string());
            let mut newest = Timestamp::from_millis(0);
            for attempt in part {
                let kept = KeptAttempt::new(attempt, &self.at_rest).written();
                data.arg(attempt.sid.hex()).arg(kept);
                names
                    .arg(attempt.created_at.as_millis())
                    .arg(attempt.sid.hex());
                newest = newest.max(attempt.created_at);
            }
            let mut call = self.scripts.forget_attempts.key(names_key);
            call.key(data_key).after(data).after(names);
            call.number(newest.as_millis()).number(part.len());
            call.number(millis(policy.ttl)).number(policy.most);
            self.run::<()>(call).await?;
        }
        Ok(())
    }

    async fn change_attempts(
        &self,
        changes: &[(AttemptSid, AttemptChange)],
    ) -> Result<(), StoreError> {
        for part in changes.chunks(AT_ONCE) {
            let mut call = self.scripts.change_attempts.key(self.keys.attempts());
            call.key(self.keys.attempts_data());
            call.arg(self.time_argument());
            for (sid, change) in part {
                let (what, code) = match change {
                    AttemptChange::Removed => ("r", None),
                    AttemptChange::Converted => ("c", None),
                    AttemptChange::Delivered => ("d", None),
                    AttemptChange::Failed(code) => ("f", code.as_deref().and_then(word)),
                };
                call.text(sid.hex()).text(what);
                call.text(code.as_deref().unwrap_or("-"));
            }
            self.run::<()>(call).await?;
        }
        Ok(())
    }

    async fn attempt(&self, sid: AttemptSid) -> Result<Option<Attempt>, StoreError> {
        let mut call = self.scripts.read_attempt.key(self.keys.attempts_data());
        call.arg(sid.hex());
        let kept: String = self.run(call).await?;
        let kept = KeptAttempt::read(&kept);
        Ok(kept.map(|kept| kept.attempt(sid, &self.at_rest)))
    }

    async fn attempts(
        &self,
        until: Option<Timestamp>,
        limit: usize,
    ) -> Result<Vec<Attempt>, StoreError> {
        let mut call = self.scripts.read_attempts.key(self.keys.attempts());
        call.key(self.keys.attempts_data());
        match until {
            Some(until) => call.arg(until.as_millis()),
            None => call.arg("+inf"),
        };
        call.arg(limit);
        let kept: Vec<(String, String)> = self.run(call).await?;
        let read = |(sid, kept): (String, String)| {
            let sid = AttemptSid::from_hex(&sid).ok()?;
            Some(KeptAttempt::read(&kept)?.attempt(sid, &self.at_rest))
        };
        Ok(kept.into_iter().filter_map(read).collect())
    }
}
