//! `config`: what may be configured, whether it is right, and what one key means.

mod check;
mod explain;
mod origin;
mod reference;

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use clap::{Args, Subcommand};

pub(crate) use self::check::check;
use self::explain::Explain;
use crate::config::{DEFAULTS, Settings};

/// `config`, and what of it.
#[derive(Debug, Args)]
pub(crate) struct Config {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Print every key with its default, as a commented file to begin with
    Defaults,
    /// Check the configuration, and print it with secrets masked: the same as --check-config
    Check,
    /// Say what a key means, what its value is and where that comes from
    Explain(Explain),
}

impl Config {
    /// Does what is asked about the configuration, of which `file` is a layer.
    ///
    /// # Errors
    ///
    /// The configuration is wrong, or there is no such key.
    pub(crate) fn carry_out(&self, file: Option<&Path>) -> Result<ExitCode, Box<dyn Error>> {
        match &self.what {
            What::Defaults => {
                print!("{DEFAULTS}");
                Ok(ExitCode::SUCCESS)
            }
            What::Check => check(&Settings::load(file)?),
            What::Explain(order) => order.carry_out(file),
        }
    }
}
