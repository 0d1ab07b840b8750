//! The steps of those who run the service in memory.

use async_trait::async_trait;
use sms_core::{Mobile, NumberScope, NumberState, SendLog, Timestamp};

use super::{MemoryStore, Record};
use crate::{Log, OperatorStore, StoreError};

impl MemoryStore {
    /// Looks at a number, or changes it, by `step`, which tells what there was.
    fn tell(
        &self,
        mobile: &Mobile,
        step: impl FnOnce(&mut Record, Timestamp, bool) -> NumberState,
    ) -> Result<NumberState, StoreError> {
        let (now, is_safe) = (self.clock.now(), self.is_safe(mobile));
        let shown = self.at_rest.shown(mobile, "");
        self.change_number(now, mobile, |record| {
            let has_form = |kept: &super::KeptCode| kept.has_form_of(&shown);
            let is_code = record.code(now).is_none_or(has_form);
            let mut state = step(record, now, is_safe);
            state.code.take_if(|_| !is_code);
            state
        })
    }
}

#[async_trait]
impl OperatorStore for MemoryStore {
    async fn number_state(
        &self,
        mobile: &Mobile,
        scope: &NumberScope,
    ) -> Result<NumberState, StoreError> {
        self.tell(mobile, |record, now, is_safe| {
            record.state(now, scope, is_safe)
        })
    }

    async fn forget_number(
        &self,
        mobile: &Mobile,
        scope: &NumberScope,
    ) -> Result<NumberState, StoreError> {
        self.tell(mobile, |record, now, is_safe| {
            record.forget(now, scope, is_safe)
        })
    }

    async fn forget_log(&self, log: Log) -> Result<usize, StoreError> {
        let taken = self
            .tables
            .logs(log)
            .part(&log)
            .take(self.clock.now(), &log);
        Ok(taken.as_ref().map_or(0, SendLog::len))
    }
}
