//! Every store keeps the same contract, and none differs from the pure rules.

#![expect(clippy::unwrap_used, reason = "a test that can't go on panics")]

mod acl;
mod at_rest;
mod backend;
mod bounds;
mod cluster;
mod contract;
mod failover;
mod logs;
mod model;
mod redis;
mod sentinel;
mod snapshot;
mod tls;
mod verified_at_rest;

use backend::{Backend, Setting};

/// A module with a test for each of the named functions of `contract`, on one backend.
macro_rules! contract_on {
    ($module:ident: $backend:expr, $($name:ident,)*) => {
        mod $module {
            use super::{Backend, Setting, contract};

            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                contract::$name(&$backend).await;
            })*
        }
    };
}

/// Runs each of the named functions of `contract` on every backend, in both settings.
macro_rules! contract_suite {
    ($($names:tt)*) => {
        contract_on! { on_memory: Backend::memory(Setting::Plain), $($names)* }
        contract_on! { on_memory_in_secret: Backend::memory(Setting::Secret), $($names)* }
        contract_on! { on_redis: Backend::redis(Setting::Plain), $($names)* }
        contract_on! { on_redis_in_secret: Backend::redis(Setting::Secret), $($names)* }
        contract_on! { on_sentinel: Backend::sentinel(Setting::Plain), $($names)* }
        contract_on! { on_sentinel_in_secret: Backend::sentinel(Setting::Secret), $($names)* }
        contract_on! { on_cluster: Backend::cluster(Setting::Plain), $($names)* }
        contract_on! { on_cluster_in_secret: Backend::cluster(Setting::Secret), $($names)* }
    };
}

contract_suite! {
    a_picture_can_be_answered_once,
    a_picture_answered_wrongly_is_gone_too,
    a_picture_expires,
    a_newer_picture_replaces_the_older,
    an_address_has_a_quota_of_pictures,
    invariant_4_a_large_quota_is_exact,
    invariant_4_a_change_of_a_limit_forgets_nothing,
    a_code_works_only_once,
    a_code_expires,
    a_code_is_void_after_the_last_attempt,
    a_number_has_a_quota_of_sends,
    a_number_has_a_quota_of_failures,
    a_code_deleted_by_another_program_is_gone,
    a_settled_send_leaves_nothing_behind,
    a_provider_limit_keeps_the_slot,
    a_late_settlement_leaves_a_newer_code_alone,
    a_send_is_refused_in_the_order_of_the_contract,
    a_send_uses_its_picture_up_right_or_wrong,
    a_refused_send_takes_no_slot_of_number_or_budget,
    a_budget_holds_over_all_numbers,
    a_sender_is_told_with_the_right_code_alone,
    a_sender_belongs_to_one_code,
    a_sender_is_forgotten_with_its_code,
    a_delivery_is_told_once,
    a_report_before_the_dispatch_is_told_with_it,
    a_dispatch_is_remembered_for_its_time,
    a_report_about_nothing_is_kept_for_minutes,
    a_delivery_belongs_to_one_sender,
    any_order_of_reports_leads_to_the_same,
    a_delivery_is_told_once_under_concurrency,
    invariant_1_one_picture_pays_for_one_message_at_most,
    invariant_3_a_code_is_compared_no_more_than_the_maximum,
    invariant_3_a_code_is_accepted_once,
    invariant_4_a_quota_holds_under_concurrency,
    a_verification_that_is_sent_again_keeps_its_name_and_code,
    a_verification_is_approved_once_and_gone,
    a_code_of_one_service_is_none_of_another_nor_of_the_other_face,
    the_last_wrong_check_locks_a_verification,
    a_verification_has_so_many_messages,
    a_canceled_verification_is_known_until_its_time_is_over,
    invariant_5_a_failed_message_leaves_nothing_of_a_verification,
    invariant_4_both_faces_share_the_sends_of_a_number,
    invariant_4_a_service_with_quotas_of_its_own_forgets_nothing_of_others,
    failures_block_a_number_unless_it_is_safe,
    a_verification_is_refused_in_the_order_of_the_contract,
    an_admitted_verification_is_found_and_its_attempt_kept,
    what_comes_of_an_attempt_is_kept_with_it,
    attempts_have_a_time_and_a_number,
    a_setting_is_changed_by_whoever_knows_it,
    a_request_is_carried_out_by_whoever_claims_it_first,
    invariant_3_a_verification_is_approved_by_one_of_many,
    invariant_3_a_verification_is_compared_no_more_than_the_maximum,
}
