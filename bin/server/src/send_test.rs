//! `send-test`: one real message through one sender, and what the provider made of it.

use std::error::Error;
use std::fmt::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use actix_web::rt::System;
use clap::Args;
use sms_core::{Mobile, SmsCode};
use sms_gateway::{ErrorClass, Message, MessageId, Receipt, SendError, SmsSender};
use tokio::time::timeout;

use crate::config::{ConfigError, Settings};
use crate::wiring;

/// The outcome is not known: the message may arrive.
const UNKNOWN: u8 = 2;

/// A message to try a sender with.
#[derive(Debug, Args)]
pub(crate) struct SendTest {
    /// The sender, by its name in the configuration; it need not be in gateway.order
    #[arg(long, value_name = "NAME")]
    sender: String,
    /// Where to: 11 digits for mainland China, E.164 with a leading + elsewhere
    #[arg(value_name = "MOBILE")]
    mobile: String,
}

impl SendTest {
    /// Sends the message, and tells what came of it on the standard output.
    ///
    /// Neither store nor listeners are opened. The code is drawn for this message, kept nowhere
    /// and shown nowhere; it is not one that the service would accept.
    ///
    /// # Errors
    ///
    /// There is nothing to send: a number or a sender that does not exist, or a sender that can't
    /// be made.
    pub(crate) fn carry_out(&self, settings: &Settings) -> Result<ExitCode, Box<dyn Error>> {
        let to = Mobile::parse(&self.mobile).map_err(|error| format!("MOBILE: {error}"))?;
        let sender = self.sender(settings)?;
        let code = settings.policy()?.code;
        let message = Message {
            id: MessageId::generate(&mut rand::rng()),
            to,
            code: SmsCode::generate(&mut rand::rng(), code.length),
            minutes: code.minutes(),
            locale: settings.locale.messages,
        };
        let limit = settings.gateway.deadline();
        let outcome = System::new().block_on(async {
            let outcome = timeout(limit, sender.send(&message)).await;
            outcome.unwrap_or_else(|_| Err(out_of_time(sender.name())))
        });
        print!("{}", report(&message, &outcome));
        Ok(exit_code(&outcome))
    }

    fn sender(&self, settings: &Settings) -> Result<Arc<dyn SmsSender>, Box<dyn Error>> {
        let senders = &settings.gateway.senders;
        let Some(kind) = senders.get(&self.sender) else {
            let names: Vec<_> = senders.keys().map(String::as_str).collect();
            let problem = format!(
                "there is no sender {:?} under gateway.senders, but {}",
                self.sender,
                names.join(", ")
            );
            return Err(ConfigError::key("--sender", problem).into());
        };
        Ok(wiring::sender(settings, &self.sender, kind)?)
    }
}

fn out_of_time(sender: &str) -> SendError {
    let detail = "no answer within gateway.deadline_ms";
    SendError::new(ErrorClass::Unknown, sender, detail)
}

fn exit_code(outcome: &Result<Receipt, SendError>) -> ExitCode {
    match outcome {
        Ok(_) => ExitCode::SUCCESS,
        Err(error) if error.class().is_definite() => ExitCode::FAILURE,
        Err(_) => ExitCode::from(UNKNOWN),
    }
}

/// What is told of a message, a line for each thing.
fn report(message: &Message, outcome: &Result<Receipt, SendError>) -> String {
    let mut lines = String::new();
    let mut tell = |what: &str, text: &str| {
        // Writing to a `String` does not fail.
        let _ = writeln!(lines, "{what:<9}{text}");
    };
    tell("message", message.id.as_str());
    tell("to", &message.to.to_string());
    match outcome {
        Ok(receipt) => {
            tell("sender", &receipt.sender);
            tell("answer", "accepted");
            if let Some(id) = &receipt.provider_id {
                tell("id", id);
            }
            tell(
                "meaning",
                "the provider took it; whether it arrives, the phone tells",
            );
        }
        Err(error) => {
            tell("sender", error.sender());
            let is_definite = error.class().is_definite();
            tell(
                "answer",
                if is_definite {
                    "not accepted"
                } else {
                    "unknown"
                },
            );
            if let Some(code) = error.provider_code() {
                tell("code", code);
            }
            tell("class", error.class().name());
            tell("meaning", error.detail());
            tell("advice", error.advice());
        }
    }
    lines
}
