use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use actix_web::rt::System;
use clap::{CommandFactory as _, Parser, Subcommand};
use sms_store::Clock;
use tokio::signal::unix::{SignalKind, signal};

use crate::admin::Admin;
use crate::admin::config::check;
use crate::config::{Backend, ConfigError, Mode, ServerSettings, Settings, StoreSettings};
use crate::send_test::SendTest;
use crate::simulate_carrier::SimulateCarrier;
use crate::snapshots::Snapshots;
use crate::{Parts, Server, logging};

/// Phone verification by SMS on your own machine.
#[derive(Debug, Parser)]
#[command(name = "sms-server", version)]
struct Arguments {
    /// A TOML file with the keys that differ from the defaults
    #[arg(long, value_name = "FILE", global = true)]
    config: Option<PathBuf>,
    /// Check the configuration, print it with secrets masked, and exit
    #[arg(long)]
    check_config: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

/// What to do instead of serving.
#[derive(Debug, Subcommand)]
enum Command {
    /// Send one real message through one sender, and say what the provider makes of it
    SendTest(SendTest),
    /// Play the providers: take messages, show them in an inbox, report deliveries, fail on demand
    SimulateCarrier(SimulateCarrier),
    #[command(flatten)]
    Admin(Admin),
}

/// The whole program: reads the command line, serves until it is told to stop.
#[must_use]
pub fn run() -> ExitCode {
    let outcome = try_run(&Arguments::parse());
    logging::flush();
    match outcome {
        Ok(code) => code,
        Err(error) => {
            eprintln!("sms-server: {error}");
            ExitCode::FAILURE
        }
    }
}

fn try_run(arguments: &Arguments) -> Result<ExitCode, Box<dyn Error>> {
    // It has nothing to do with the server's configuration.
    if let Some(Command::SimulateCarrier(simulator)) = &arguments.command {
        return simulator.carry_out();
    }
    if let Some(Command::Admin(admin)) = &arguments.command {
        return admin.carry_out(arguments.config.as_deref(), Arguments::command());
    }
    let settings = Settings::load(arguments.config.as_deref())?;
    if let Some(Command::SendTest(order)) = &arguments.command
        && !arguments.check_config
    {
        logging::start(settings.log);
        return order.carry_out(&settings);
    }
    if arguments.check_config {
        return check(&settings);
    }
    let parts = Parts::from_settings(&settings)?;
    logging::start(settings.log);
    System::new().block_on(serve(settings, parts))?;
    Ok(ExitCode::SUCCESS)
}

async fn serve(settings: Settings, parts: Parts) -> Result<(), Box<dyn Error>> {
    if settings.server.mode == Mode::Prod && settings.store.backend == Backend::Memory {
        warn_of_memory(&settings.store);
    }
    if let Some(key) = settings.store.idle_key() {
        log::warn!(
            "{key} is given and not used: store.code_at_rest is \"plain\", or store.hide_numbers false"
        );
    }
    for warning in settings.warnings()? {
        log::warn!("{warning}");
    }
    warn_of_test_numbers(&settings);
    raise_descriptor_limit(&settings.server);
    if settings.server.shutdown_timeout() < settings.gateway.deadline() {
        log::warn!(
            "server.shutdown_timeout_s is shorter than gateway.deadline_ms: a send may be cut off \
             when the server stops"
        );
    }
    let snapshots = Snapshots::open(&settings.store, parts.memory.as_ref())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let server = Server::bind(&settings, parts)?;
    let scheme = if server.has_tls() { "https" } else { "http" };
    log::info!("demo page at {scheme}://{}/", server.public_address());
    if let Some(ops) = server.ops_address() {
        log::info!("health and metrics at http://{ops}/healthz, /readyz and /metrics");
    }
    server.draw_ahead();
    let mut signalled = async move || {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    };
    let stop = async move {
        signalled().await;
        log::info!("stopping: requests that are under way may finish");
        actix_web::rt::spawn(async move {
            signalled().await;
            log::warn!("stopping at once: told so a second time");
            logging::flush();
            std::process::exit(1);
        });
    };
    let Some(snapshots) = snapshots else {
        return Ok(server.run_until(stop).await?);
    };
    let served = tokio::select! {
        served = server.run_until(stop) => served,
        never = snapshots.keep_writing() => match never {},
    };
    // Nothing changes the store any more.
    let written = snapshots.write().await;
    served?;
    written.map_err(|error| ConfigError::key("store.snapshot", error))?;
    log::info!("store.snapshot: written");
    Ok(())
}

/// Takes as many file descriptors as the system allows, and says in production if that is too few.
fn raise_descriptor_limit(server: &ServerSettings) {
    // Each connection needs two; the rest is for the store, providers and files.
    let wanted = server.max_connections as u64 * 2 + 200;
    match rlimit::increase_nofile_limit(wanted) {
        Ok(limit) if limit < wanted && server.mode == Mode::Prod => log::warn!(
            "{limit} file descriptors are allowed, {wanted} are needed: raise LimitNOFILE, or lower \
             server.max_connections"
        ),
        Ok(_) => {}
        Err(error) => log::warn!("the limit of file descriptors is not known: {error}"),
    }
}

fn warn_of_test_numbers(settings: &Settings) {
    let count = settings.test_numbers.len();
    if settings.server.mode == Mode::Prod && count > 0 {
        log::warn!(
            "allow_test_numbers: whoever knows the codes of {count} test_numbers passes for their owners"
        );
    }
    for name in settings.past_test_numbers(Clock::system().now()) {
        log::warn!("{name} is past its end, and as if it weren't there");
    }
}

fn warn_of_memory(store: &StoreSettings) {
    match store.snapshot_path() {
        None => log::warn!(
            "the memory store serves one instance alone, and forgets everything when the process \
             ends: there is no store.snapshot"
        ),
        Some(_) => log::warn!(
            "the memory store serves one instance alone; if the process is killed, it forgets \
             what came after the last snapshot"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMANDS: &str = include_str!("../../../docs/COMMANDS.md");

    /// The names of all commands that do something, such as `config check`.
    fn names(above: &str, command: &clap::Command, all: &mut Vec<String>) {
        for command in command.get_subcommands() {
            let name = format!("{above}{}", command.get_name());
            match command.has_subcommands() {
                true => names(&format!("{name} "), command, all),
                false => all.push(name),
            }
        }
    }

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_command_is_documented() {
        let mut all = Vec::new();
        names("", &Arguments::command(), &mut all);
        assert!(all.len() > 8, "{all:?}");
        for name in all {
            let is_row = |line: &str| {
                let rest = line.trim_start_matches("| ").trim_start_matches('[');
                let rest = rest
                    .strip_prefix('`')
                    .and_then(|rest| rest.strip_prefix(&*name));
                rest.is_some_and(|rest| rest.starts_with(['`', ' ']))
            };
            assert!(
                COMMANDS.lines().any(is_row),
                "docs/COMMANDS.md lacks {name}"
            );
        }
    }
}
