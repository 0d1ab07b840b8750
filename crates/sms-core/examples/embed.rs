//! A program that embeds the rules: it proves that a number is yours, on the terminal.
//!
//! `cargo run -p sms-core --example embed`

use std::collections::HashMap;
use std::error::Error;
use std::io::{self, BufRead, Write};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sms_core::{
    CheckOutcome, CheckRules, CodeLength, Issue, Mobile, NumberRecord, Quotas, SmsCode, Timestamp,
};

const TTL: Duration = Duration::from_secs(300);

fn main() -> Result<(), Box<dyn Error>> {
    run(&mut Terminal)
}

/// Whoever sits in front of the program, and the phone in his hand.
trait Person {
    /// What he answers; `None` if he is gone.
    fn ask(&mut self, prompt: &str) -> io::Result<Option<String>>;

    fn tell(&mut self, line: &str);

    /// An SMS comes in.
    fn receive(&mut self, mobile: &Mobile, code: &SmsCode);
}

fn run(person: &mut impl Person) -> Result<(), Box<dyn Error>> {
    let quotas = Quotas::parse(&["1/60s", "5/1h", "10/24h"])?;
    let rules = CheckRules {
        max_attempts: 5,
        failures: Quotas::parse(&["20/24h"])?,
    };
    let mut records: HashMap<Mobile, NumberRecord> = HashMap::new();

    while let Some(text) = person.ask("Mobile number: ")? {
        match Mobile::parse(&text) {
            Ok(mobile) => {
                let record = records.entry(mobile).or_default();
                verify(mobile, record, &quotas, &rules, person)?;
            }
            Err(error) => person.tell(&error.to_string()),
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
    person: &mut impl Person,
) -> io::Result<()> {
    let code = SmsCode::generate(&mut rand::rng(), CodeLength::SIX);
    match record.issue(now(), code.clone(), TTL, quotas) {
        Issue::Issued { .. } => person.receive(&mobile, &code),
        Issue::TooOften { retry_after } => {
            person.tell(&format!(
                "Too often: try again in {} s",
                retry_after.as_secs()
            ));
            return Ok(());
        }
    }
    while let Some(attempt) = person.ask("Code: ")? {
        match record.check(now(), &attempt, rules) {
            CheckOutcome::Mismatch { attempts_left } if attempts_left > 0 => {
                person.tell(&format!("Wrong, {attempts_left} attempts left"));
            }
            CheckOutcome::Verified => {
                person.tell(&format!("{mobile} is yours"));
                return Ok(());
            }
            CheckOutcome::Mismatch { .. }
            | CheckOutcome::Missing
            | CheckOutcome::TooManyAttempts => {
                person.tell("This code is no longer good");
                return Ok(());
            }
        }
    }
    Ok(())
}

fn now() -> Timestamp {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
    Timestamp::from_millis(since_epoch.map_or(0, |span| span.as_millis() as u64))
}

struct Terminal;

impl Person for Terminal {
    fn ask(&mut self, prompt: &str) -> io::Result<Option<String>> {
        print!("{prompt}");
        io::stdout().flush()?;
        let line = io::stdin().lock().lines().next().transpose()?;
        Ok(line.map(|line| line.trim().to_owned()))
    }

    fn tell(&mut self, line: &str) {
        println!("{line}");
    }

    fn receive(&mut self, mobile: &Mobile, code: &SmsCode) {
        println!("[SMS to {mobile}: your code is {}]", code.expose());
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use super::*;

    /// Where a person types the code that came.
    const WHAT_CAME: &str = "the code";

    /// Answers from a list, and writes down what it is told.
    #[derive(Default)]
    struct Script {
        answers: VecDeque<&'static str>,
        code: String,
        told: Vec<String>,
    }

    impl Person for Script {
        fn ask(&mut self, _: &str) -> io::Result<Option<String>> {
            let answer = self.answers.pop_front();
            Ok(answer.map(|answer| match answer {
                WHAT_CAME => self.code.clone(),
                typed => typed.to_owned(),
            }))
        }

        fn tell(&mut self, line: &str) {
            self.told.push(line.to_owned());
        }

        fn receive(&mut self, _: &Mobile, code: &SmsCode) {
            self.code = code.expose().to_owned();
        }
    }

    #[test]
    fn a_number_is_proven_by_the_code_that_came() {
        let (number, wrong) = ("13800138000", "no code");
        let mut person = Script {
            answers: ["12", number, wrong, WHAT_CAME, number].into(),
            ..Script::default()
        };
        run(&mut person).unwrap();
        assert_eq!(person.told.len(), 4, "{:?}", person.told);
        assert_eq!(person.told[0], Mobile::parse("12").unwrap_err().to_string());
        assert_eq!(person.told[1], "Wrong, 4 attempts left");
        assert_eq!(person.told[2], "138****8000 is yours");
        assert!(person.told[3].starts_with("Too often: try again in "));
    }
}
