//! Every store keeps the same contract, and none differs from the pure rules.

#![expect(clippy::unwrap_used, reason = "a test that can't go on panics")]

mod acl;
mod at_rest;
mod backend;
mod bounds;
mod cluster;
mod failover;
mod logs;
mod model;
mod other_program;
mod redis;
mod sentinel;
mod snapshot;
mod tls;
mod verified_at_rest;

use backend::{Backend, Setting};

/// A module with a test of each promise of the contract, on one backend.
macro_rules! contract_on {
    ($module:ident: $backend:expr) => {
        mod $module {
            use super::{Backend, Setting, other_program};

            sms_store::contract_tests!(codes: $backend);
            sms_store::contract_tests!(shared: $backend);
            sms_store::contract_tests!(verifications: $backend);
            sms_store::contract_tests!(operators: $backend);

            #[tokio::test]
            async fn no_other_program_finds_the_code_of_a_verification() {
                other_program::no_other_program_finds_the_code_of_a_verification(&$backend).await;
            }
        }
    };
}

contract_on!(on_memory: Backend::memory(Setting::Plain));
contract_on!(on_memory_in_secret: Backend::memory(Setting::Secret));
contract_on!(on_redis: Backend::redis(Setting::Plain));
contract_on!(on_redis_in_secret: Backend::redis(Setting::Secret));
contract_on!(on_sentinel: Backend::sentinel(Setting::Plain));
contract_on!(on_sentinel_in_secret: Backend::sentinel(Setting::Secret));
contract_on!(on_cluster: Backend::cluster(Setting::Plain));
contract_on!(on_cluster_in_secret: Backend::cluster(Setting::Secret));
