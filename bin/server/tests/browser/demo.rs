use std::net::SocketAddr;
use std::sync::{Arc, mpsc};
use std::thread;

use actix_web::rt::System;
use sms_core::{ImageId, Mobile, Timestamp};
use sms_gateway::MockSender;
use sms_server::config::Settings;
use sms_server::{Parts, Server};
use sms_store::{ManualClock, MemoryStore};
use tokio::sync::oneshot;

pub(crate) const MOBILE: &str = "13800138000";

/// Free ports, and few threads: many servers run at the same time.
const SERVER: &str = r#"
    [server]
    listen = "127.0.0.1:0"
    ops_listen = ""
    workers = 1
    shutdown_timeout_s = 1
"#;

/// What production is like: no mock in the configuration, hence no outbox.
const PRODUCTION: &str = r#"
    mode = "prod"
    [gateway]
    order = ["ccp"]
    [gateway.senders.ccp]
    kind = "ccp"
    account_sid = "a"
    auth_token = "t"
    app_id = "i"
    [dev]
    outbox = false
"#;

/// A server on a thread of its own, with what is behind it within reach. It stops when dropped.
pub(crate) struct Demo {
    store: Arc<MemoryStore>,
    pub(crate) sender: MockSender,
    /// The clock of the store.
    pub(crate) clock: ManualClock,
    address: SocketAddr,
    _stop: oneshot::Sender<()>,
}

impl Demo {
    /// With the built-in configuration.
    pub(crate) fn start() -> Self {
        Self::with("")
    }

    /// With the built-in configuration and `toml` over it.
    pub(crate) fn with(toml: &str) -> Self {
        Self::serve(&format!("{SERVER}{toml}"), true)
    }

    /// As in production, except that messages still go to the mock.
    pub(crate) fn in_production() -> Self {
        Self::serve(&format!("{SERVER}{PRODUCTION}"), false)
    }

    fn serve(toml: &str, with_outbox: bool) -> Self {
        let settings = Settings::from_toml(toml).unwrap();
        let clock = ManualClock::new(Timestamp::from_millis(1_700_000_000_000));
        let store = Arc::new(MemoryStore::new(clock.clock()));
        // It stands in for the sender that the settings name.
        let sender = MockSender::new(settings.gateway.order[0].as_str());
        let parts = Parts {
            store: store.clone(),
            memory: None,
            senders: vec![Arc::new(sender.clone())],
            outbox: with_outbox.then(|| sender.clone()),
        };
        let (tell_address, address) = mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        thread::spawn(move || {
            System::new().block_on(async {
                let server = Server::bind(&settings, parts).unwrap();
                tell_address.send(server.public_address()).unwrap();
                // Dropping the other end is the signal.
                server.run_until(async { drop(stopped.await) }).await
            })
        });
        Self {
            store,
            sender,
            clock,
            address: address.recv().unwrap(),
            _stop: stop,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// What the picture says, as long as nobody has answered it.
    pub(crate) fn picture_text(&self, id: &str) -> Option<String> {
        let code = self.store.image_code(&ImageId::parse(id)?)?;
        Some(code.expose().to_owned())
    }

    /// The code that is in the store for [`MOBILE`].
    pub(crate) fn stored_code(&self) -> Option<String> {
        let code = self.store.sms_code(&Mobile::parse(MOBILE).unwrap())?;
        Some(code.expose().to_owned())
    }
}
