//! `number`: what is known of one number.

mod report;
mod rules;
#[cfg(test)]
mod tests;

use std::error::Error;
use std::process::ExitCode;

use actix_web::rt::System;
use clap::Args;
use sms_core::Mobile;
use sms_store::OperatorStore as _;

pub(super) use self::report::report;
pub(super) use self::rules::Rules;
use super::shared;
use crate::config::Settings;

/// A number to look at.
#[derive(Debug, Args)]
pub(crate) struct Number {
    /// 11 digits for mainland China, E.164 with a leading + elsewhere
    #[arg(value_name = "NUMBER")]
    number: String,
}

impl Number {
    /// Tells on the standard output how much of its quotas is used, whether a code is pending, and when
    /// it may be sent to again. Nothing is changed, and no code is told.
    ///
    /// # Errors
    ///
    /// It is no number, or the store can't be looked into.
    pub(crate) fn carry_out(&self, settings: &Settings) -> Result<ExitCode, Box<dyn Error>> {
        let mobile = Mobile::parse(&self.number).map_err(|error| format!("NUMBER: {error}"))?;
        let (rules, store) = (Rules::of(settings)?, shared::store(settings)?);
        let scope = rules.scope();
        let state = System::new().block_on(store.number_state(&mobile, &scope))?;
        print!("{}", report(&mobile, &rules, &state));
        Ok(ExitCode::SUCCESS)
    }
}
