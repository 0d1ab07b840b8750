use std::error::Error;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

/// `man`: the manual pages.
#[derive(Debug, Args)]
pub(crate) struct Man {
    /// Where to; it is made if it is not there
    #[arg(value_name = "DIR")]
    directory: PathBuf,
}

impl Man {
    /// Writes `sms-server.1`, and `sms-server-….1` for each subcommand.
    ///
    /// # Errors
    ///
    /// The directory can't be written to.
    pub(crate) fn carry_out(&self, program: clap::Command) -> Result<ExitCode, Box<dyn Error>> {
        let written = fs::create_dir_all(&self.directory)
            .and_then(|()| clap_mangen::generate_to(program, &self.directory));
        written.map_err(|error| format!("{}: {error}", self.directory.display()))?;
        Ok(ExitCode::SUCCESS)
    }
}
