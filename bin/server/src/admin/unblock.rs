//! `unblock`: forgets what stands in the way of a number or a client address.

use std::error::Error;
use std::net::IpAddr;
use std::process::ExitCode;
use std::time::Instant;

use actix_web::rt::System;
use clap::Args;
use sms_core::{AddressBlock, Mobile, NumberState};
use sms_store::{Log, OperatorStore as _, RedisStore, StoreError};

use super::lines::Lines;
use super::number::{Rules, report};
use super::shared;
use crate::config::Settings;
use crate::{audit, logging};

/// Whom to unblock.
#[derive(Debug, Args)]
pub(crate) struct Unblock {
    /// A number, as for `number`; or a client address, of IPv6 any of its /64
    #[arg(value_name = "NUMBER|ADDRESS")]
    target: String,
}

/// Whom that means.
enum Target {
    Number(Mobile),
    Address(AddressBlock),
}

/// Reads a number or an address; a /64 as audit records have it is one too.
fn target(text: &str) -> Result<Target, String> {
    let address = text.strip_suffix("/64").unwrap_or(text);
    if let Ok(address) = address.parse::<IpAddr>() {
        return Ok(Target::Address(address.into()));
    }
    match Mobile::parse(text) {
        Ok(mobile) => Ok(Target::Number(mobile)),
        Err(error) => Err(format!("it is no client address; as a number: {error}")),
    }
}

impl Unblock {
    /// Forgets the sends and failures of the number and codes that are void for wrong ones, or what the
    /// address asked for; tells what there was, and writes an audit record. A code that may still be
    /// given stays.
    ///
    /// # Errors
    ///
    /// It is neither number nor address, or the store can't be reached. Of an address one half may be
    /// done then.
    pub(crate) fn carry_out(&self, settings: &Settings) -> Result<ExitCode, Box<dyn Error>> {
        let target = target(&self.target).map_err(|error| format!("NUMBER|ADDRESS: {error}"))?;
        let (rules, store) = (Rules::of(settings)?, shared::store(settings)?);
        logging::start(settings.log);
        let told = System::new().block_on(async {
            match &target {
                Target::Number(mobile) => forget_number(&store, &rules, mobile).await,
                Target::Address(address) => forget_address(&store, *address).await,
            }
        })?;
        print!("{told}");
        Ok(ExitCode::SUCCESS)
    }
}

async fn forget_number(
    store: &RedisStore,
    rules: &Rules,
    mobile: &Mobile,
) -> Result<Lines, StoreError> {
    let (started, scope) = (Instant::now(), rules.scope());
    let before = store.forget_number(mobile, &scope).await?;
    audit::unblocked_number(mobile, &before, started.elapsed());
    let after = store.number_state(mobile, &scope).await?;
    let mut lines = Lines::default();
    lines.tell("forgotten", of_number(&before));
    lines.add(&report(mobile, rules, &after));
    Ok(lines)
}

async fn forget_address(store: &RedisStore, address: AddressBlock) -> Result<Lines, StoreError> {
    let started = Instant::now();
    let requests = store.forget_log(Log::Requests(address)).await?;
    let pictures = store.forget_log(Log::Pictures(address)).await?;
    audit::unblocked_address(address, requests, pictures, started.elapsed());
    let mut lines = Lines::default();
    lines.tell("address", address);
    let asked = [
        counted(requests, "request for a code", "requests for codes"),
        counted(pictures, "picture", "pictures"),
    ];
    lines.tell("forgotten", asked.join(", "));
    Ok(lines)
}

/// What was forgotten of a number that was like this.
fn of_number(before: &NumberState) -> String {
    let void = before.verifications.iter();
    let void = void.filter(|current| current.is_exhausted()).count()
        + usize::from(before.code.is_some_and(|code| code.is_exhausted));
    let forgotten = [
        counted(before.sends.len(), "send", "sends"),
        counted(before.failures.len(), "failure", "failures"),
        counted(void, "void code", "void codes"),
    ];
    forgotten.join(", ")
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_told_from_an_address() {
        let rows = [
            ("13800138000", "138****8000"),
            ("+33612345678", "+336****78"),
            ("203.0.113.7", "203.0.113.7"),
            ("2001:db8:0:7:1::9", "2001:db8:0:7::/64"),
            ("2001:db8:0:7::/64", "2001:db8:0:7::/64"),
        ];
        for (text, shown) in rows {
            let told = match target(text).unwrap() {
                Target::Number(mobile) => mobile.to_string(),
                Target::Address(address) => address.to_string(),
            };
            assert_eq!(told, shown);
        }
        for bad in ["", "localhost", "1380013800", "203.0.113.7/24"] {
            assert!(target(bad).is_err(), "{bad}");
        }
    }
}
