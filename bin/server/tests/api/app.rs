//! The server inside the test, on free ports.

use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use actix_web::rt::System;
use reqwest::{Client, Response};
use rustls::crypto::ring;
use serde_json::Value;
use sms_core::{ImageCode, ImageId, Mobile};
use sms_gateway::{MockSender, SmsSender};
use sms_server::config::Settings;
use sms_server::{Parts, Server};
use sms_store::{Clock, MemoryStore, RedisConfig, RedisStore, VerificationStore};
use sms_testkit::RedisServer;
use tokio::sync::oneshot;

pub(crate) const MOBILE: &str = "13800138000";

/// How long a step of a store in Redis may take.
pub(crate) const STORE_TIMEOUT: Duration = Duration::from_millis(500);

/// Settings under which limits don't get in the way of a test that is about something else.
pub(crate) const UNLIMITED: &str = "
    [limits]
    per_ip = []
    image_per_ip = []
";

/// A running server with everything around it within reach.
pub(crate) struct App {
    pub(crate) public: SocketAddr,
    pub(crate) ops: SocketAddr,
    pub(crate) store: Arc<dyn VerificationStore>,
    pub(crate) sender: MockSender,
    pub(crate) client: Client,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl App {
    /// On the embedded store, with a mock sender and no limits for addresses.
    pub(crate) fn start() -> Self {
        Self::start_with(UNLIMITED)
    }

    /// The same with settings of the test's own.
    pub(crate) fn start_with(toml: &str) -> Self {
        Self::start_on(Arc::new(MemoryStore::new(Clock::system())), toml)
    }

    /// On a Redis, without limits for addresses.
    pub(crate) fn start_on_redis(server: &RedisServer) -> Self {
        Self::start_on_url(&server.url(), UNLIMITED)
    }

    /// On the Redis at `url`, with settings of the test's own.
    pub(crate) fn start_on_url(url: &str, toml: &str) -> Self {
        let store = RedisStore::new(&RedisConfig {
            timeout: STORE_TIMEOUT,
            ..RedisConfig::single(url)
        });
        Self::start_on(Arc::new(store.unwrap()), toml)
    }

    /// On a store of the test's own.
    pub(crate) fn start_on(store: Arc<dyn VerificationStore>, toml: &str) -> Self {
        let sender = MockSender::new("mock");
        Self::start_by(Arc::new(sender.clone()), sender, store, toml)
    }

    /// By a sender of the test's own; `mock` is what the outbox shows.
    pub(crate) fn start_by(
        sender: Arc<dyn SmsSender>,
        mock: MockSender,
        store: Arc<dyn VerificationStore>,
        toml: &str,
    ) -> Self {
        let parts = Parts {
            store,
            memory: None,
            senders: vec![sender],
            outbox: Some(mock.clone()),
        };
        Self::start_of(parts, mock, Settings::from_toml(toml).unwrap())
    }

    /// On the embedded store, with the senders that the settings name.
    pub(crate) fn start_with_its_senders(toml: &str) -> Self {
        Self::start_changed(toml, |_| {})
    }

    /// The same after a change that takes settings out of their ranges.
    pub(crate) fn start_changed(toml: &str, change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = Settings::from_toml(toml).unwrap();
        change(&mut settings);
        let parts = Parts::from_settings(&settings).unwrap();
        Self::start_of(parts, MockSender::new("mock"), settings)
    }

    fn start_of(parts: Parts, sender: MockSender, mut settings: Settings) -> Self {
        let store = Arc::clone(&parts.store);
        settings.server.listen.set_port(0);
        settings.server.ops_listen.0.as_mut().unwrap().set_port(0);
        if settings.server.workers == 0 {
            settings.server.workers = 2;
        }
        let (stop, stopped) = oneshot::channel();
        let (started, addresses) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            System::new().block_on(async move {
                let server = Server::bind(&settings, parts).unwrap();
                let ops = server.ops_address().unwrap();
                started.send((server.public_address(), ops)).unwrap();
                let stop = async { stopped.await.unwrap_or_default() };
                server.run_until(stop).await.unwrap();
            });
        });
        let (public, ops) = addresses.recv().unwrap();
        Self {
            public,
            ops,
            store,
            sender,
            client: client(),
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        let url = format!("http://{}{path}", self.public);
        self.client.get(url).send().await.unwrap()
    }

    pub(crate) async fn get_ops(&self, path: &str) -> Response {
        let url = format!("http://{}{path}", self.ops);
        self.client.get(url).send().await.unwrap()
    }

    /// Keeps a picture that shows `AbCd`.
    pub(crate) async fn put_picture(&self, id: &str) {
        let (id, code) = (ImageId::parse(id).unwrap(), ImageCode::new("AbCd").unwrap());
        let ttl = Duration::from_secs(300);
        self.store.put_image_code(&id, &code, ttl).await.unwrap();
    }

    /// Asks for a code with a fresh picture and its right answer.
    pub(crate) async fn send(&self, mobile: &str) -> Answer {
        self.put_picture("i").await;
        let path = format!("/sms_codes/{mobile}/?image_code=abcd&image_code_id=i");
        answer(self.get(&path).await).await
    }

    pub(crate) async fn check(&self, mobile: &str, code: &str) -> Answer {
        let url = format!("http://{}/sms_codes/{mobile}/verify/", self.public);
        let body = serde_json::json!({ "sms_code": code });
        answer(self.client.post(url).json(&body).send().await.unwrap()).await
    }

    /// The code of the newest message to a number.
    pub(crate) fn received_code(&self, mobile: &str) -> String {
        let messages = self.sender.sent_to(&Mobile::parse(mobile).unwrap());
        messages[0].code.expose().to_owned()
    }

    /// Tells the server to stop, without waiting for it.
    pub(crate) fn begin_stop(&mut self) {
        let _ = self.stop.take().unwrap().send(());
    }

    /// Waits until a server that was told to stop has done so.
    pub(crate) fn join(&mut self) {
        self.thread.take().unwrap().join().unwrap();
    }
}

pub(crate) fn client() -> Client {
    // An error says that another test installed it.
    let _ = ring::default_provider().install_default();
    Client::builder().no_proxy().build().unwrap()
}

/// An answer of the Django face, taken apart.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<u64>,
    pub(crate) body: Value,
}

pub(crate) async fn answer(response: Response) -> Answer {
    let header = |name: &str| Some(response.headers().get(name)?.to_str().unwrap().to_owned());
    let retry_after = header("retry-after").map(|seconds| seconds.parse().unwrap());
    assert_eq!(header("content-type").as_deref(), Some("application/json"));
    assert_eq!(header("cache-control").as_deref(), Some("no-store"));
    Answer {
        status: response.status().as_u16(),
        retry_after,
        body: response.json().await.unwrap(),
    }
}

impl Answer {
    pub(crate) fn code(&self) -> u64 {
        self.body["code"].as_u64().unwrap()
    }

    pub(crate) fn errmsg(&self) -> &str {
        self.body["errmsg"].as_str().unwrap()
    }

    /// Asserts that the request was refused with HTTP 200, `code` 400 and this text.
    #[track_caller]
    pub(crate) fn is_refusal(&self, errmsg: &str) {
        assert_eq!(
            (self.status, self.code(), self.errmsg()),
            (200, 400, errmsg),
            "{self:?}"
        );
    }

    /// Asserts that the request succeeded with this text.
    #[track_caller]
    pub(crate) fn is_success(&self, errmsg: &str) {
        assert_eq!(
            (self.status, self.code(), self.errmsg()),
            (200, 0, errmsg),
            "{self:?}"
        );
    }
}
