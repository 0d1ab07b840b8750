//! What is told of a number.

use std::time::Duration;

use sms_core::{
    CodeState, Mobile, NumberState, Quotas, SendLog, StartRefusal, Timestamp, VerificationState,
};

use super::rules::{Rules, Service};
use crate::admin::lines::{Lines, ahead};
use crate::verify::stamp;

/// Tells everything that is known of a number but its codes.
pub(crate) fn report(mobile: &Mobile, rules: &Rules, state: &NumberState) -> Lines {
    let (now, limits) = (state.at, &rules.policy.limits);
    let is_test = rules.is_test(mobile, now);
    let mut lines = Lines::default();
    // A number prints masked.
    lines.tell("number", format_args!("{mobile} ({})", mobile.region()));
    lines.tell("time", stamp(now));
    if is_test {
        lines.tell("test", "it gets a fixed code, and no message");
    }
    if state.is_safe {
        lines.tell("safe", "neither region nor failures block it for services");
    }
    let sends = limits.of_number(is_test);
    lines.tell("sends", usage(&state.sends, now, sends));
    lines.tell("failures", failures(state, &limits.failures_per_mobile));
    lines.tell("code", code(rules, state));
    lines.tell("next send", next_send(mobile, rules, state, is_test));
    for service in &rules.services {
        lines.gap();
        tell_service(&mut lines, mobile, rules, service, state);
    }
    lines
}

fn tell_service(
    lines: &mut Lines,
    mobile: &Mobile,
    rules: &Rules,
    service: &Service,
    state: &NumberState,
) {
    let is_test = rules.is_test(mobile, state.at);
    lines.tell("service", &service.name);
    if service.has_own_quotas && !is_test {
        let quotas = &service.policy.per_mobile;
        lines.tell("sends", usage(&state.sends, state.at, quotas));
    }
    let mut verifications = state.verifications.iter();
    let current = verifications.find(|current| current.service == service.policy.sid);
    match current {
        None => lines.tell("code", "none pending"),
        Some(current) => lines.tell("code", verification(service, state.at, current)),
    }
    let refusal = state.may_start(service.policy.sid, &rules.start(service, is_test));
    let region = mobile.region();
    let next = match refusal {
        _ if !state.is_safe && !service.policy.countries.allow(region) => {
            format!("never: the countries of {} lack {region}", service.name)
        }
        Ok(()) => "now".to_owned(),
        Err(refusal) => refused(service, state.at, refusal, is_test),
    };
    lines.tell("next send", next);
}

/// How much of each quota is used: `1 of 5 in 1h`.
fn usage(log: &SendLog, now: Timestamp, quotas: &Quotas) -> String {
    let used = quotas.iter().map(|quota| {
        let (used, written) = (log.used(now, quota.window()), quota.to_string());
        let window = written.split_once('/').map_or("", |(_, window)| window);
        format!("{used} of {} in {window}", quota.limit())
    });
    match used.collect::<Vec<_>>().join(", ") {
        nothing if nothing.is_empty() => "no limit".to_owned(),
        used => used,
    }
}

fn failures(state: &NumberState, quotas: &Quotas) -> String {
    let used = usage(&state.failures, state.at, quotas);
    match state.failures.wait(state.at, quotas) {
        Duration::ZERO => used,
        wait => format!(
            "{used}; no code is accepted before {}",
            ahead(state.at, wait)
        ),
    }
}

fn code(rules: &Rules, state: &NumberState) -> String {
    let Some(code) = state.code else {
        return "none pending".to_owned();
    };
    let CodeState {
        attempts,
        expires_at,
        is_exhausted,
    } = code;
    let until = ahead(state.at, state.at.until(expires_at));
    if is_exhausted {
        return format!("void for wrong codes, until {until}");
    }
    // Only its end is kept; a code that another program wrote may last as long as that likes.
    let begin = expires_at.as_millis() - rules.policy.code.ttl.as_millis() as u64;
    let since = match begin <= state.at.as_millis() {
        true => format!(" since {}", stamp(Timestamp::from_millis(begin))),
        false => String::new(),
    };
    let most = rules.policy.code.max_attempts;
    let left = most.saturating_sub(attempts);
    format!("pending{since}, until {until}; {left} of {most} attempts left")
}

fn verification(service: &Service, now: Timestamp, current: &VerificationState) -> String {
    let (told, most) = (&current.told, service.policy.max_checks);
    let until = ahead(now, now.until(told.expires_at));
    let sent = told.sends.len();
    if current.is_exhausted() {
        return format!("void for wrong codes, until {until}");
    }
    format!(
        "pending since {}, until {until}; {} of {most} checks left, {sent} of {} messages sent",
        stamp(told.created_at),
        most.saturating_sub(current.checks),
        service.policy.max_sends,
    )
}

fn next_send(mobile: &Mobile, rules: &Rules, state: &NumberState, is_test: bool) -> String {
    let (limits, region) = (&rules.policy.limits, mobile.region());
    if !limits.countries.allow(region) {
        return format!("never: limits.countries lacks {region}");
    }
    match state.sends.wait(state.at, limits.of_number(is_test)) {
        Duration::ZERO => "now".to_owned(),
        wait => format!(
            "{}: {}",
            ahead(state.at, wait),
            key_of_quotas(None, is_test)
        ),
    }
}

/// When a service may send again, and which key says so.
fn refused(service: &Service, now: Timestamp, refusal: StartRefusal, is_test: bool) -> String {
    let of_service = |key| format!("verify.services.{}.{key}", service.name);
    let (wait, key) = match refusal {
        StartRefusal::NumberBlocked { retry_after } => {
            (retry_after, "limits.failures_per_mobile".to_owned())
        }
        StartRefusal::ChecksExhausted { retry_after } => (retry_after, of_service("max_checks")),
        StartRefusal::SendsExhausted { retry_after } => (retry_after, of_service("max_sends")),
        StartRefusal::TooOften { retry_after } => {
            (retry_after, key_of_quotas(Some(service), is_test))
        }
    };
    format!("{}: {key}", ahead(now, wait))
}

/// The key of the quotas of sends, of a service or without one.
fn key_of_quotas(service: Option<&Service>, is_test: bool) -> String {
    match service {
        _ if is_test => "limits.per_test_number".to_owned(),
        Some(service) if service.has_own_quotas => {
            format!("verify.services.{}.per_mobile", service.name)
        }
        _ => "limits.per_mobile".to_owned(),
    }
}
