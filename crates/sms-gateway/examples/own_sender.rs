//! A sender of one's own in front of another: a modem that takes messages as files in a directory,
//! and a provider (here a mock) for the time when the modem is away.
//!
//! `cargo run -p sms-gateway --example own_sender`

use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use std::{env, fs, io};

use async_trait::async_trait;
use sms_core::{CodeLength, Locale, Mobile, Region, SmsCode};
use sms_gateway::{
    ErrorClass, Failover, FailoverRules, Message, MessageId, MockSender, Receipt, SendError,
    SmsSender,
};

/// A modem behind a program that watches a directory: a file that appears there is a message.
struct Modem {
    name: Arc<str>,
    spool: PathBuf,
}

#[async_trait]
impl SmsSender for Modem {
    fn name(&self) -> &str {
        &self.name
    }

    /// Its tariff is good at home alone. Other numbers go to the next sender without a try.
    fn serves(&self, region: Region) -> bool {
        region == Region::CN
    }

    async fn send(&self, message: &Message) -> Result<Receipt, SendError> {
        // The name of a message is no secret, and the same again if the message is sent again: the
        // modem then finds one file, not two.
        let id = message.id.to_string();
        let text = format!(
            "To: {}\n\n{} is your code. It is good for {} minutes.\n",
            message.to.e164(),
            message.code.expose(),
            message.minutes
        );
        let (spool, file) = (self.spool.clone(), id.clone());
        let put = tokio::task::spawn_blocking(move || put(&spool, &file, &text));
        match put.await {
            Ok(Ok(())) => Ok(Receipt {
                sender: Arc::clone(&self.name),
                provider_id: Some(id),
            }),
            // The file is not there, so nothing was accepted: another sender may be tried.
            Ok(Err(error)) => Err(self
                .error(ErrorClass::Temporary, "the spool takes no file")
                .with_source(error)),
            // It broke off somewhere: the message may go out.
            Err(error) => Err(self
                .error(ErrorClass::Unknown, "the writer broke off")
                .with_source(error)),
        }
    }
}

impl Modem {
    fn error(&self, class: ErrorClass, detail: &'static str) -> SendError {
        SendError::new(class, Arc::clone(&self.name), detail)
    }
}

/// Writes beside the spool and moves the file in, so that the modem never sees half of a message.
fn put(spool: &Path, name: &str, text: &str) -> io::Result<()> {
    let draft = spool.with_extension(name);
    let moved = fs::write(&draft, text).and_then(|()| fs::rename(&draft, spool.join(name)));
    moved.inspect_err(|_| {
        // What is left of it has a code in it.
        let _ = fs::remove_file(&draft);
    })
}

/// The modem first, then `provider`: each message goes to the first that takes it.
fn in_turn(spool: &Path, provider: &MockSender) -> Result<Failover, Box<dyn Error>> {
    let modem = Modem {
        name: "modem".into(),
        spool: spool.to_owned(),
    };
    let senders: Vec<Arc<dyn SmsSender>> = vec![Arc::new(modem), Arc::new(provider.clone())];
    let rules = FailoverRules::within(Duration::from_secs(8));
    Ok(Failover::new(senders, &rules)?)
}

fn message(number: &str) -> Result<Message, Box<dyn Error>> {
    Ok(Message {
        id: MessageId::generate(&mut rand::rng()),
        to: Mobile::parse(number)?,
        code: SmsCode::generate(&mut rand::rng(), CodeLength::SIX),
        minutes: 5,
        locale: Locale::En,
    })
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let spool = env::temp_dir().join("own_sender");
    fs::create_dir_all(&spool)?;
    let sender = in_turn(&spool, &MockSender::new("provider"))?;
    for number in ["13800138000", "+33612345678"] {
        let message = message(number)?;
        let receipt = sender.send(&message).await?;
        println!("{} to {} by {}", message.id, message.to, receipt.sender);
    }
    println!("Messages for the modem are in {}", spool.display());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_provider_takes_what_the_modem_does_not() {
        let home = tempfile::tempdir().unwrap();
        let (spool, provider) = (home.path().join("spool"), MockSender::new("provider"));
        let sender = in_turn(&spool, &provider).unwrap();
        let sent_by = async |number| {
            let message = message(number).unwrap();
            let receipt = sender.send(&message).await.unwrap();
            (receipt.sender.to_string(), message)
        };

        let (away, _) = sent_by("13800138000").await;
        assert_eq!(away, "provider", "there is no spool");
        let left = fs::read_dir(home.path()).unwrap();
        assert_eq!(left.count(), 0, "no draft is left behind");

        fs::create_dir(&spool).unwrap();
        let (at_home, message) = sent_by("13800138000").await;
        assert_eq!(at_home, "modem");
        let file = fs::read_to_string(spool.join(message.id.as_str())).unwrap();
        let expected = format!("To: +8613800138000\n\n{} is", message.code.expose());
        assert!(file.starts_with(&expected), "{file}");

        let (abroad, _) = sent_by("+33612345678").await;
        assert_eq!(abroad, "provider", "the modem does not serve France");
        assert_eq!(provider.count(), 2);
    }
}
