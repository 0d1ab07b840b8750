use std::error::Error;
use std::io::{Write as _, stdout};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use clap_complete::Shell;

/// `completions`: what a shell needs to complete the command line.
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: Known,
}

/// The shells that there is a script for.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Known {
    Bash,
    Zsh,
    Fish,
}

impl From<Known> for Shell {
    fn from(shell: Known) -> Self {
        match shell {
            Known::Bash => Self::Bash,
            Known::Zsh => Self::Zsh,
            Known::Fish => Self::Fish,
        }
    }
}

impl Completions {
    /// Prints the script to the standard output.
    ///
    /// # Errors
    ///
    /// Nobody reads it.
    pub(crate) fn carry_out(&self, mut program: clap::Command) -> Result<ExitCode, Box<dyn Error>> {
        let name = program.get_name().to_owned();
        // It is made before it is written, because what makes it panics where writing fails.
        let mut script = Vec::new();
        clap_complete::generate(Shell::from(self.shell), &mut program, name, &mut script);
        stdout().write_all(&script)?;
        Ok(ExitCode::SUCCESS)
    }
}
