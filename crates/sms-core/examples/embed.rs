//! A program that embeds the rules: it proves that a number is yours, on the terminal.
//!
//! `cargo run -p sms-core --example embed`

use std::collections::HashMap;
use std::io::{self, BufRead, Write};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sms_core::{
    CheckOutcome, CheckRules, CodeLength, Issue, Mobile, NumberRecord, Quotas, SmsCode, Timestamp,
};

const TTL: Duration = Duration::from_secs(300);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let quotas = Quotas::parse(&["1/60s", "5/1h", "10/24h"])?;
    let rules = CheckRules {
        max_attempts: 5,
        failures: Quotas::parse(&["20/24h"])?,
    };
    let mut records: HashMap<Mobile, NumberRecord> = HashMap::new();

    while let Some(text) = ask("Mobile number: ")? {
        match Mobile::parse(&text) {
            Ok(mobile) => verify(mobile, records.entry(mobile).or_default(), &quotas, &rules)?,
            Err(error) => println!("{error}"),
        }
    }
    Ok(())
}

/// One number from the message to the right code, or to its end.
fn verify(
    mobile: Mobile,
    record: &mut NumberRecord,
    quotas: &Quotas,
    rules: &CheckRules,
) -> io::Result<()> {
    let code = SmsCode::generate(&mut rand::rng(), CodeLength::SIX);
    match record.issue(now(), code.clone(), TTL, quotas) {
        Issue::Issued { .. } => println!("[SMS to {mobile}: your code is {}]", code.expose()),
        Issue::TooOften { retry_after } => {
            println!("Too often: try again in {} s", retry_after.as_secs());
            return Ok(());
        }
    }
    while let Some(attempt) = ask("Code: ")? {
        match record.check(now(), &attempt, rules) {
            CheckOutcome::Mismatch { attempts_left } if attempts_left > 0 => {
                println!("Wrong, {attempts_left} attempts left");
            }
            CheckOutcome::Verified => {
                println!("{mobile} is yours");
                return Ok(());
            }
            CheckOutcome::Mismatch { .. }
            | CheckOutcome::Missing
            | CheckOutcome::TooManyAttempts => {
                println!("This code is no longer good");
                return Ok(());
            }
        }
    }
    Ok(())
}

/// A line from the terminal; `None` at its end.
fn ask(prompt: &str) -> io::Result<Option<String>> {
    print!("{prompt}");
    io::stdout().flush()?;
    let line = io::stdin().lock().lines().next().transpose()?;
    Ok(line.map(|line| line.trim().to_owned()))
}

fn now() -> Timestamp {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
    Timestamp::from_millis(since_epoch.map_or(0, |span| span.as_millis() as u64))
}
