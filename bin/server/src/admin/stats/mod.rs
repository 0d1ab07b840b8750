//! `stats`: how many messages went out, and how many codes came back.

mod hours;
mod table;

use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use actix_web::rt::System;
use clap::Args;
use sms_core::Timestamp;
use sms_service::{AttemptFilter, AttemptPlace, Verifications};
use sms_store::Clock;

use self::hours::Hours;
use self::table::Table;
use super::lines::share;
use super::readings::{Counts, Instances, Reading};
use crate::Parts;
use crate::config::{Backend, Settings};
use crate::metrics::Metrics;
use crate::verify::stamp;

/// How many messages are read from the store at once.
const PAGE: usize = 1000;

/// Of which hours and instances.
#[derive(Debug, Args)]
pub(crate) struct Stats {
    #[command(flatten)]
    instances: Instances,
    /// How many hours back, 1 to 8784
    #[arg(long, value_name = "N", default_value_t = 24,
        value_parser = clap::value_parser!(u64).range(1..=8784))]
    hours: u64,
}

impl Stats {
    /// Tells what the store keeps of each hour, which are the messages of the Verify face, and what
    /// running instances counted since they began, which is everything.
    ///
    /// # Errors
    ///
    /// Neither can be told.
    pub(crate) fn carry_out(&self, settings: &Settings) -> Result<ExitCode, Box<dyn Error>> {
        System::new().block_on(async {
            let by_hour = self.by_hour(settings).await;
            let since_start = self.since_start(settings).await;
            for told in [&by_hour, &since_start].into_iter().flatten() {
                println!("{told}");
            }
            match (by_hour, since_start) {
                (Err(first), Err(second)) => Err(format!("{first}\nsms-server: {second}").into()),
                (Err(problem), _) | (_, Err(problem)) => {
                    eprintln!("sms-server: {problem}");
                    Ok(ExitCode::SUCCESS)
                }
                (Ok(_), Ok(_)) => Ok(ExitCode::SUCCESS),
            }
        })
    }

    async fn by_hour(&self, settings: &Settings) -> Result<String, Box<dyn Error>> {
        if settings.store.backend == Backend::Memory {
            let problem = "store.backend: messages by hour are inside the process that serves, where no \
                           other process can look: this needs \"redis\", \"sentinel\" or \"cluster\"";
            return Err(problem.into());
        }
        let metrics = Arc::new(Metrics::new(settings)?);
        let parts = Parts::from_settings(settings)?;
        let Some(verifications) = parts.use_cases(settings, &metrics)?.verifications else {
            let problem = "verify.account_sid: without a Verify face nothing is kept by hour";
            return Err(problem.into());
        };
        let now = Clock::system().now();
        let span = Duration::from_secs(self.hours * 3600);
        let since = Timestamp::from_millis(now.as_millis() - span.as_millis() as u64);
        let hours = read(&verifications, since).await?;
        Ok(format!(
            "Messages of the Verify face by hour (UTC), from the store:\n\n{}",
            hours.table()
        ))
    }

    async fn since_start(&self, settings: &Settings) -> Result<String, Box<dyn Error>> {
        let reader = self.instances.reader(settings)?;
        let heads = [
            "instance",
            "since",
            "pictures",
            "sends",
            "delivered",
            "right",
            "wrong",
            "conversion",
        ];
        let mut table = Table::new(heads);
        for place in &reader.places {
            table.row(counted(place, &reader.read(place).await?));
        }
        Ok(format!(
            "Both faces since each instance began, from its metrics:\n\n{table}"
        ))
    }
}

/// The messages since then, by hour.
async fn read(verifications: &Verifications, since: Timestamp) -> Result<Hours, Box<dyn Error>> {
    let filter = AttemptFilter {
        since: Some(since),
        ..AttemptFilter::default()
    };
    let (mut hours, mut last) = (Hours::default(), None);
    loop {
        let page = verifications.attempts(&filter, last, PAGE).await?;
        page.iter().for_each(|attempt| hours.add(attempt));
        last = match page.last() {
            Some(attempt) if page.len() == PAGE => Some(AttemptPlace::of(attempt)),
            _ => return Ok(hours),
        };
    }
}

/// The row of an instance.
fn counted(place: &str, reading: &Reading) -> Vec<String> {
    let Counts([pictures, sends, delivered, right]) = Counts::of(reading);
    let wrong = reading.sum("sms_checks_total", &[("outcome", "code_mismatch")]);
    let since = reading.first("process_start_time_seconds");
    let since = since.map(|seconds| stamp(Timestamp::from_millis((seconds * 1000.0) as u64)));
    let mut row = vec![place.to_owned(), since.unwrap_or_else(|| "-".to_owned())];
    row.extend([pictures, sends, delivered, right, wrong].map(|count| count.to_string()));
    row.push(share(right, sends));
    row
}
