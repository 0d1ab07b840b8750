/// Makes a test of each promise of a store.
///
/// After the colon stands an expression that makes a new [`Candidate`](crate::contract::Candidate),
/// once for each test, and may `.await`: tests run on a runtime of Tokio. The word before it says
/// what is to be proven:
///
/// - `codes`: [`CodeStore`](crate::CodeStore).
/// - `verifications`: [`VerificationStore`](crate::VerificationStore), beside that.
/// - `operators`: [`OperatorStore`](crate::OperatorStore), beside that.
/// - `shared`: that another program may read and delete codes, for a
///   [`Shared`](crate::contract::Shared) candidate.
///
/// The tests stand where the macro is called, under the names of the functions in
/// [`contract`](crate::contract): call it in a module for each store.
#[macro_export]
macro_rules! contract_tests {
    (codes: $candidate:expr) => {
        $crate::contract_tests! { $candidate => pictures:
            a_picture_can_be_answered_once,
            a_picture_answered_wrongly_is_gone_too,
            a_picture_expires,
            a_newer_picture_replaces_the_older,
            an_address_has_a_quota_of_pictures,
            invariant_1_one_picture_pays_for_one_message_at_most,
        }
        $crate::contract_tests! { $candidate => slots:
            invariant_4_a_large_quota_is_exact,
            invariant_4_a_change_of_a_limit_forgets_nothing,
        }
        $crate::contract_tests! { $candidate => numbers:
            a_code_works_only_once,
            a_code_expires,
            a_code_is_void_after_the_last_attempt,
            a_number_has_a_quota_of_sends,
            a_number_has_a_quota_of_failures,
            a_settled_send_leaves_nothing_behind,
            a_provider_limit_keeps_the_slot,
            a_late_settlement_leaves_a_newer_code_alone,
            invariant_3_a_code_is_compared_no_more_than_the_maximum,
            invariant_3_a_code_is_accepted_once,
            invariant_4_a_quota_holds_under_concurrency,
        }
        $crate::contract_tests! { $candidate => senders:
            a_sender_is_told_with_the_right_code_alone,
            a_sender_belongs_to_one_code,
            a_sender_is_forgotten_with_its_code,
        }
        $crate::contract_tests! { $candidate => sends:
            a_send_is_refused_in_the_order_of_the_contract,
            a_refused_send_takes_no_slot_of_number_or_budget,
            a_budget_holds_over_all_numbers,
            a_send_uses_its_picture_up_right_or_wrong,
        }
        $crate::contract_tests! { $candidate => deliveries:
            a_delivery_is_told_once,
            a_report_before_the_dispatch_is_told_with_it,
            a_dispatch_is_remembered_for_its_time,
            a_report_about_nothing_is_kept_for_minutes,
            a_delivery_belongs_to_one_sender,
            any_order_of_reports_leads_to_the_same,
            a_delivery_is_told_once_under_concurrency,
        }
    };
    (verifications: $candidate:expr) => {
        $crate::contract_tests! { $candidate => verifications:
            a_verification_that_is_sent_again_keeps_its_name_and_code,
            a_verification_is_approved_once_and_gone,
            a_code_of_one_service_is_none_of_another_nor_of_the_other_face,
            a_name_of_another_verification_finds_and_uses_nothing,
            the_last_wrong_check_locks_a_verification,
            a_verification_has_so_many_messages,
            a_canceled_verification_is_known_until_its_time_is_over,
            invariant_3_a_verification_is_approved_by_one_of_many,
            invariant_3_a_verification_is_compared_no_more_than_the_maximum,
            invariant_5_a_failed_message_leaves_nothing_of_a_verification,
            invariant_4_both_faces_share_the_sends_of_a_number,
            invariant_4_a_service_with_quotas_of_its_own_forgets_nothing_of_others,
            failures_block_a_number_unless_it_is_safe,
            a_verification_is_refused_in_the_order_of_the_contract,
            attempts_are_kept_as_they_are,
            attempts_may_be_added_again,
            no_attempts_are_no_error,
            what_comes_of_an_attempt_is_kept_with_it,
            attempts_change_together,
            attempts_have_a_time_and_a_number,
            many_attempts_are_forgotten_in_rounds,
            a_setting_is_changed_by_whoever_knows_it,
            a_request_is_carried_out_by_whoever_claims_it_first,
        }
    };
    (operators: $candidate:expr) => {
        $crate::contract_tests! { $candidate => operators:
            of_a_number_everything_is_told_but_its_codes,
            looking_at_a_number_changes_nothing,
            a_number_with_a_large_quota_is_told_and_forgotten,
            what_is_forgotten_of_a_number_no_longer_stands_in_the_way,
            a_code_is_forgotten_only_if_it_is_void,
            a_log_that_is_forgotten_begins_anew,
        }
    };
    (shared: $candidate:expr) => {
        $crate::contract_tests! { $candidate => shared:
            a_code_deleted_by_another_program_is_gone,
            another_program_finds_a_code_while_it_is_good,
        }
    };
    ($candidate:expr => $part:ident: $($promise:ident,)*) => {
        $(#[test]
        fn $promise() {
            $crate::contract::run(async {
                $crate::contract::$part::$promise(&$candidate).await;
            });
        })*
    };
}

/// Runs a test, with threads enough for calls to meet.
pub fn run(test: impl Future<Output = ()>) {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(2).enable_all().build();
    runtime.expect("a test may have threads").block_on(test);
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_promise_is_a_test() {
        let promises = [
            include_str!("deliveries.rs"),
            include_str!("numbers.rs"),
            include_str!("operators.rs"),
            include_str!("pictures.rs"),
            include_str!("senders.rs"),
            include_str!("sends.rs"),
            include_str!("shared.rs"),
            include_str!("slots.rs"),
            include_str!("verifications/admission.rs"),
            include_str!("verifications/attempts.rs"),
            include_str!("verifications/life.rs"),
            include_str!("verifications/settings.rs"),
        ];
        let suite = include_str!("suite.rs");
        let mut names = promises
            .iter()
            .flat_map(|code| code.split("\npub async fn ").skip(1));
        let count = names.clone().count();
        assert!(count > 50, "{count}");
        let missing = names.find(|code| {
            let name = code.split('(').next().expect("a text has a first part");
            !suite.contains(&format!(" {name},\n"))
        });
        assert_eq!(missing, None);
    }
}
