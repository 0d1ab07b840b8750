use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;

use actix_web::rt::System;
use actix_web::web::{Data, PayloadConfig};
use actix_web::{App, HttpServer};
use tokio::sync::oneshot;

use crate::carrier::Carrier;
use crate::number::Number;
use crate::postman::Postman;
use crate::routes;
use crate::rules::{self, Rule};
use crate::script::{Callbacks, Script, ScriptError, check_callbacks};

/// No request of a client comes near this, in bytes.
const BODY_LIMIT: usize = 256 * 1024;

/// Plays `script` to clients on `listener` until `stop` ends.
///
/// Runs within a system of Actix; see [`Simulator`] for one with its own thread.
///
/// # Errors
///
/// The script can't be played, or the listener fails.
pub async fn serve(
    listener: TcpListener,
    script: Script,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    script.check().map_err(io::Error::other)?;
    serve_carrier(listener, Arc::new(Carrier::new(script)), stop).await
}

async fn serve_carrier(
    listener: TcpListener,
    carrier: Arc<Carrier>,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let postman = Postman::new(Arc::clone(&carrier)).map_err(io::Error::other)?;
    let (carrier, postman) = (Data::from(carrier), Data::new(postman));
    let server = HttpServer::new(move || {
        App::new()
            .app_data(carrier.clone())
            .app_data(postman.clone())
            .app_data(PayloadConfig::new(BODY_LIMIT))
            .configure(routes::configure)
    });
    let server = server
        .workers(1)
        .disable_signals()
        .shutdown_timeout(0)
        .listen(listener)?
        .run();
    let handle = server.handle();
    tokio::pin!(server);
    tokio::select! {
        ended = &mut server => return ended,
        () = stop => {}
    }
    tokio::join!(handle.stop(true), server).1
}

/// A simulator on a free port of 127.0.0.1 and a thread of its own, so that tests on any runtime
/// can use it. It ends when dropped.
pub struct Simulator {
    address: SocketAddr,
    carrier: Arc<Carrier>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Simulator {
    /// Starts it.
    ///
    /// # Errors
    ///
    /// The script can't be played, or there is no port or no thread to be had.
    pub fn start(script: Script) -> io::Result<Self> {
        script.check().map_err(io::Error::other)?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let carrier = Arc::new(Carrier::new(script));
        let (stop, stopped) = oneshot::channel::<()>();
        let served = Arc::clone(&carrier);
        let thread = std::thread::Builder::new()
            .name("simulator".to_owned())
            .spawn(move || {
                let stop = async { drop(stopped.await) };
                if let Err(error) = System::new().block_on(serve_carrier(listener, served, stop)) {
                    log::error!("the simulator ended: {error}");
                }
            })?;
        Ok(Self {
            address,
            carrier,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it listens, as `http://127.0.0.1:PORT`: the base URL of every provider.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What the phone of a number shows, newest first.
    #[must_use]
    pub fn texts_to(&self, mobile: &str) -> Vec<String> {
        let Some(number) = Number::meant_by(mobile) else {
            return Vec::new();
        };
        let messages = self.carrier.received(Some(&number)).into_iter();
        messages.map(|message| message.text).collect()
    }

    /// What came of the last requests, newest first: `accepted`, `pulled`, `lost`, the provider's
    /// code of a refusal, or the HTTP status of one without a code.
    #[must_use]
    pub fn outcomes(&self) -> Vec<String> {
        let requests = self.carrier.requests().into_iter();
        requests.map(|request| request.outcome).collect()
    }

    /// Replaces all rules, which begin anew.
    ///
    /// # Errors
    ///
    /// A rule that can't be meant; the old ones stay.
    pub fn set_rules(&self, rules: Vec<Rule>) -> Result<(), ScriptError> {
        rules::check(&rules).map_err(ScriptError::Invalid)?;
        self.carrier.set_rules(rules);
        Ok(())
    }

    /// Replaces where reports go.
    ///
    /// # Errors
    ///
    /// A URL that is none; the old ones stay.
    pub fn set_callbacks(&self, callbacks: Callbacks) -> Result<(), ScriptError> {
        check_callbacks(&callbacks).map_err(ScriptError::Invalid)?;
        self.carrier.set_callbacks(callbacks);
        Ok(())
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic of it has shown itself to the test as a lost connection already.
            let _ = thread.join();
        }
    }
}
