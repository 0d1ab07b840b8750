//! `watch`: what running instances do, as it happens.

mod frame;
mod funnel;

use std::error::Error;
use std::io::{self, IsTerminal as _, Write as _, stdout};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use actix_web::rt::System;
use clap::Args;
use sms_store::Clock;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::{MissedTickBehavior, interval};

use self::frame::Frame;
use self::funnel::History;
use super::readings::{Counts, Instances, Reader, Reading};
use crate::config::Settings;

/// To the first column of the first line, and without the cursor.
const BEGIN: &str = "\x1b[H\x1b[2J\x1b[?25l";
const TO_TOP: &str = "\x1b[H";
/// Nothing more on this line; nothing more below it.
const END_OF_LINE: &str = "\x1b[K\n";
const END_OF_FRAME: &str = "\x1b[J";
/// The cursor again.
const END: &str = "\x1b[?25h";

/// What to watch, and for how long.
#[derive(Debug, Args)]
pub(crate) struct Watch {
    #[command(flatten)]
    instances: Instances,
    /// Seconds from one reading to the next, 1 to 3600
    #[arg(long, value_name = "SECONDS", default_value_t = 1,
        value_parser = clap::value_parser!(u64).range(1..=3600))]
    interval: u64,
    /// End after so many readings, instead of at Ctrl-C
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    count: Option<u64>,
}

/// The instances together, as they are now.
struct Now {
    reading: Reading,
    counts: Counts,
}

impl Watch {
    /// Draws a picture of the funnel that is drawn anew with each reading; where the standard output is
    /// no terminal, writes a line for each.
    ///
    /// # Errors
    ///
    /// The instances can't be asked at first, or nobody reads what is written.
    pub(crate) fn carry_out(&self, settings: &Settings) -> Result<ExitCode, Box<dyn Error>> {
        let reader = self.instances.reader(settings)?;
        let is_terminal = stdout().is_terminal();
        let watched = System::new().block_on(async {
            let (mut terminate, mut interrupt) = (
                signal(SignalKind::terminate())?,
                signal(SignalKind::interrupt())?,
            );
            tokio::select! {
                _ = terminate.recv() => Ok(()),
                _ = interrupt.recv() => Ok(()),
                watched = self.watch(&reader, is_terminal) => watched,
            }
        });
        if is_terminal {
            print!("{END}");
        }
        watched.map(|()| ExitCode::SUCCESS)
    }

    async fn watch(&self, reader: &Reader, is_terminal: bool) -> Result<(), Box<dyn Error>> {
        let began = Instant::now();
        let mut history = History::new(read(reader).await?.counts);
        if is_terminal {
            print!("{BEGIN}");
        }
        let mut ticks = interval(Duration::from_secs(self.interval));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // The first one is at once.
        let mut left = self.count.unwrap_or(u64::MAX);
        while left > 0 {
            ticks.tick().await;
            match read(reader).await {
                Err(problem) if is_terminal => show(&format!("out of reach\n\n{problem}\n"))?,
                Err(problem) => eprintln!("sms-server: {problem}"),
                Ok(now) => {
                    history.add(began.elapsed(), now.counts);
                    let frame = Frame {
                        places: &reader.places,
                        at: Clock::system().now(),
                        reading: &now.reading,
                        history: &history,
                    };
                    match is_terminal {
                        true => show(&frame.picture())?,
                        false => writeln!(stdout(), "{}", frame.line())?,
                    }
                }
            }
            left -= 1;
        }
        Ok(())
    }
}

/// Reads all instances, or none.
async fn read(reader: &Reader) -> Result<Now, String> {
    let mut reading = Reading::default();
    for place in &reader.places {
        reading.add(reader.read(place).await?);
    }
    Ok(Now {
        counts: Counts::of(&reading),
        reading,
    })
}

/// Draws over what was there.
fn show(picture: &str) -> io::Result<()> {
    let lines = picture.replace('\n', END_OF_LINE);
    let mut out = stdout().lock();
    write!(out, "{TO_TOP}{lines}{END_OF_FRAME}")?;
    out.flush()
}
