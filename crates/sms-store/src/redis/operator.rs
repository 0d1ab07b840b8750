//! The steps of those who run the service as scripts.

use async_trait::async_trait;
use deadpool_redis::redis::Value;
use sms_core::{Mobile, NumberScope, NumberState};

use super::call::{Call, Script};
use super::{RedisStore, kept_number, unreadable};
use crate::{Log, OperatorStore, StoreError};

impl RedisStore {
    async fn tell(
        &self,
        script: &Script,
        mobile: &Mobile,
        scope: &NumberScope,
    ) -> Result<NumberState, StoreError> {
        let call = self.number_call(script, mobile, scope);
        let answer: Vec<Value> = self.run(call).await?;
        match kept_number::read(&answer, scope) {
            Some(state) => Ok(state),
            None => unreadable("number_state"),
        }
    }

    fn number_call<'a>(
        &self,
        script: &'a Script,
        mobile: &Mobile,
        scope: &NumberScope,
    ) -> Call<'a> {
        let keys = self.keys_of(mobile);
        let mut call = script.key(keys.code());
        call.key(keys.attempts()).key(keys.sender());
        call.key(keys.sends()).key(keys.failures()).key(keys.safe());
        for service in &scope.services {
            call.key(keys.verifications(*service));
        }
        call.arg(self.time_argument()).arg(scope.max_attempts);
        // The form alone: nothing is compared.
        call.arg(self.at_rest.shown(mobile, "").form());
        call.arg(scope.most_times);
        call
    }
}

#[async_trait]
impl OperatorStore for RedisStore {
    async fn number_state(
        &self,
        mobile: &Mobile,
        scope: &NumberScope,
    ) -> Result<NumberState, StoreError> {
        self.tell(&self.scripts.read_number, mobile, scope).await
    }

    async fn forget_number(
        &self,
        mobile: &Mobile,
        scope: &NumberScope,
    ) -> Result<NumberState, StoreError> {
        self.tell(&self.scripts.forget_number, mobile, scope).await
    }

    async fn forget_log(&self, log: Log) -> Result<usize, StoreError> {
        self.run(self.scripts.forget_log.key(self.keys.log(log)))
            .await
    }
}
