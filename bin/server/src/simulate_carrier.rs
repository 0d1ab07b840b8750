use std::error::Error;
use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::ExitCode;

use actix_web::rt::System;
use clap::Args;
use sms_simulator::{Callbacks, Provider, Script, serve};
use tokio::signal::unix::{SignalKind, signal};

/// `simulate-carrier`: the part of the providers, for staging and tests.
#[derive(Debug, Args)]
pub(crate) struct SimulateCarrier {
    /// Where to listen; anybody who can reach it can read every code
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8002")]
    listen: SocketAddr,
    /// A TOML file that says what is played: accounts, callbacks, what goes wrong
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,
    /// Where delivery reports of ccp, aliyun or tencent go; may be given once for each
    #[arg(long, value_name = "PROVIDER=URL", value_parser = callback)]
    callback: Vec<(Provider, String)>,
}

/// Reads a provider and a URL.
fn callback(text: &str) -> Result<(Provider, String), String> {
    let (name, url) = text.split_once('=').ok_or("expected PROVIDER=URL")?;
    let providers = [Provider::Ccp, Provider::Aliyun, Provider::Tencent];
    let provider = providers
        .into_iter()
        .find(|provider| provider.name() == name);
    let provider = provider.ok_or("the provider must be ccp, aliyun or tencent")?;
    Ok((provider, url.to_owned()))
}

impl SimulateCarrier {
    /// Plays the script until it is told to stop.
    pub(crate) fn carry_out(&self) -> Result<ExitCode, Box<dyn Error>> {
        let script = self.script()?;
        let listener = TcpListener::bind(self.listen)
            .map_err(|error| format!("--listen {}: {error}", self.listen))?;
        let address = listener.local_addr()?;
        println!("# The accounts and all else that is played, as a script may have it:\n");
        println!("{}", toml::to_string_pretty(&script)?);
        println!("# http://{address} is the base URL of every provider, and shows the inbox.");
        System::new().block_on(async {
            let (mut terminate, mut interrupt) = (
                signal(SignalKind::terminate())?,
                signal(SignalKind::interrupt())?,
            );
            let stop = async {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = interrupt.recv() => {}
                }
            };
            serve(listener, script, stop).await
        })?;
        Ok(ExitCode::SUCCESS)
    }

    fn script(&self) -> Result<Script, Box<dyn Error>> {
        let mut script = match &self.script {
            None => Script::default(),
            Some(path) => {
                let named = |error: &dyn Error| format!("{}: {error}", path.display());
                let text = fs::read_to_string(path).map_err(|error| named(&error))?;
                Script::from_toml(&text).map_err(|error| named(&error))?
            }
        };
        script
            .callbacks
            .extend::<Callbacks>(self.callback.iter().cloned().collect());
        script.check()?;
        Ok(script)
    }
}
