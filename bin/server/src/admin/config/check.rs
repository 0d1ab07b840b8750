use std::error::Error;
use std::process::ExitCode;

use crate::Parts;
use crate::config::Settings;
use crate::tls::Certificate;

/// Makes what `settings` ask for without connecting it, and prints them with secrets masked.
///
/// # Errors
///
/// Names the key that asks for what can't be had.
pub(crate) fn check(settings: &Settings) -> Result<ExitCode, Box<dyn Error>> {
    Parts::from_settings(settings)?;
    Certificate::from_settings(&settings.server)?;
    for warning in settings.warnings()? {
        eprintln!("sms-server: warning: {warning}");
    }
    print!("{}", toml::to_string_pretty(settings)?);
    Ok(ExitCode::SUCCESS)
}
