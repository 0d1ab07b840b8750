//! The resources of the Verify face, one file each: they read the request, call, and answer.

mod attempt_filter;
pub(crate) mod attempts;
pub(crate) mod attempts_summary;
pub(crate) mod buckets;
pub(crate) mod rate_limits;
pub(crate) mod safe_list;
pub(crate) mod services;
mod told;
pub(crate) mod verification_check;
pub(crate) mod verifications;

pub(crate) use attempts::{fetch_attempt, list_attempts};
pub(crate) use attempts_summary::summarize_attempts;
pub(crate) use buckets::{add_bucket, change_bucket, fetch_bucket, list_buckets, remove_bucket};
pub(crate) use rate_limits::{
    add_rate_limit, change_rate_limit, fetch_rate_limit, list_rate_limits, remove_rate_limit,
};
pub(crate) use safe_list::{add_safe_number, fetch_safe_number, remove_safe_number};
pub(crate) use services::{fetch_service, list_services};
pub(crate) use verification_check::check_verification;
pub(crate) use verifications::{end_verification, fetch_verification, start_verification};
