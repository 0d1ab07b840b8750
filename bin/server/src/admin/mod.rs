//! What an operator asks of the program besides serving: a file for each subcommand.

mod completions;
pub(crate) mod config;
mod lines;
mod man;
mod number;
mod readings;
mod shared;
mod stats;
mod unblock;
mod watch;

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use clap::Subcommand;

use self::completions::Completions;
use self::config::Config;
use self::man::Man;
use self::number::Number;
use self::stats::Stats;
use self::unblock::Unblock;
use self::watch::Watch;
use crate::config::Settings;

/// The subcommands for those who run the service.
#[derive(Debug, Subcommand)]
pub(crate) enum Admin {
    /// Look into the configuration: its defaults, whether it is right, what a key means
    Config(Config),
    /// Tell what is known of a number: quotas, pending code, next allowed send; never the code
    Number(Number),
    /// Let a number or a client address begin anew, such that the next send is allowed
    Unblock(Unblock),
    /// Tell how many messages went out and how many codes came back, by hour
    Stats(Stats),
    /// Watch pictures turn into messages and messages into right codes, live
    Watch(Watch),
    /// Print the script by which a shell completes the command line
    Completions(Completions),
    /// Write the manual pages, one for the program and one for each subcommand
    Man(Man),
}

impl Admin {
    /// Does what is asked; `file` is that of the configuration, and `program` the whole command line as
    /// it is declared.
    ///
    /// # Errors
    ///
    /// Says in one line why it can't be done.
    pub(crate) fn carry_out(
        &self,
        file: Option<&Path>,
        program: clap::Command,
    ) -> Result<ExitCode, Box<dyn Error>> {
        match self {
            Self::Config(order) => order.carry_out(file),
            Self::Number(order) => order.carry_out(&Settings::load(file)?),
            Self::Unblock(order) => order.carry_out(&Settings::load(file)?),
            Self::Stats(order) => order.carry_out(&Settings::load(file)?),
            Self::Watch(order) => order.carry_out(&Settings::load(file)?),
            Self::Completions(order) => order.carry_out(program),
            Self::Man(order) => order.carry_out(program),
        }
    }
}
