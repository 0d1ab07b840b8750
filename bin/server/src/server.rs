use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::dev::Server as HttpService;
use actix_web::middleware::from_fn;
use actix_web::{App, HttpServer, web};
use sms_service::VerificationService;
use tokio::time::{sleep, timeout};

use crate::config::{ConfigError, Settings};
use crate::edge::edge;
use crate::face::Face;
use crate::pulling::Pulling;
use crate::tls::{Certificate, Follower};
use crate::{Parts, WiringError, idle, routes};

/// How long a client may take to send the head of a request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a connection without a request is kept for the next one. Proxies keep theirs for a
/// minute, and the one who closes first must not be us.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// How long new connections are still taken after the signal to stop: what clients wrote before it
/// may wait in the kernel, where it would be lost with the listener.
const LAST_CALL: Duration = Duration::from_millis(250);
/// How long a connection is kept on which no request comes to its end: as long as one that says
/// nothing at all and then begins, slowly.
const IDLE_LIMIT: Duration = KEEP_ALIVE.saturating_add(HEAD_TIMEOUT);
/// How long a closing connection may take.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);
/// How long a client may take to agree on TLS.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(5);
/// How many clients of one worker may be agreeing on TLS at the same time; others wait. So many
/// that some who dawdle don't keep all others out.
const HANDSHAKES: usize = 4096;

/// The two listeners: the public one, and the operator's.
pub struct Server {
    public: HttpService,
    public_address: SocketAddr,
    follower: Option<Follower>,
    pulling: Vec<Pulling>,
    ops: Option<(HttpService, SocketAddr)>,
    face: web::Data<Face>,
    draining: Arc<AtomicBool>,
    shutdown_timeout: Duration,
}

impl Server {
    /// Binds the listeners that `settings` name, over `parts`. A port of 0 is a free one.
    ///
    /// # Errors
    ///
    /// An address can't be listened on, or the settings contradict themselves.
    pub fn bind(settings: &Settings, parts: Parts) -> Result<Self, ServerError> {
        let draining = Arc::new(AtomicBool::new(false));
        let face = web::Data::new(Face::new(settings, parts, Arc::clone(&draining))?);
        let certificate = Certificate::from_settings(&settings.server)?;
        let follower = certificate.as_ref().map(Certificate::follower);
        let follower = follower.transpose().map_err(ServerError::Signal)?;
        let (public, public_address) = bind_public(settings, certificate.as_ref(), face.clone())?;
        let ops = match settings.server.ops_listen.0 {
            Some(address) => Some(bind_ops(address, face.clone())?),
            None => None,
        };
        Ok(Self {
            public,
            public_address,
            follower,
            pulling: Pulling::from_settings(settings)?,
            ops,
            face,
            draining,
            shutdown_timeout: settings.server.shutdown_timeout(),
        })
    }

    /// Where the public is served.
    #[must_use]
    pub fn public_address(&self) -> SocketAddr {
        self.public_address
    }

    /// Whether the public is served over TLS.
    #[must_use]
    pub fn has_tls(&self) -> bool {
        self.follower.is_some()
    }

    /// Where health and metrics are.
    #[must_use]
    pub fn ops_address(&self) -> Option<SocketAddr> {
        self.ops.as_ref().map(|(_, address)| *address)
    }

    /// Begins to draw pictures ahead, before the first one is asked for.
    pub fn draw_ahead(&self) {
        self.face.service.draw_ahead();
    }

    /// Serves until `stop` ends; then takes what is at the door, finishes sends whose clients went
    /// away, accepts nothing new, lets what is under way finish, and returns. The operator's
    /// listener goes last, so that it can say that the server drains.
    ///
    /// # Errors
    ///
    /// A listener failed.
    pub async fn run_until(self, stop: impl Future<Output = ()>) -> io::Result<()> {
        if let Some(follower) = self.follower {
            actix_web::rt::spawn(follower.run());
        }
        let service = self.face.service.clone();
        actix_web::rt::spawn(async move { service.watch_arrivals().await });
        for pulling in self.pulling {
            let (service, metrics) = (self.face.service.clone(), Arc::clone(&self.face.metrics));
            actix_web::rt::spawn(pulling.run(service, metrics));
        }
        let public_handle = self.public.handle();
        let ops_handle = self.ops.as_ref().map(|(ops, _)| ops.handle());
        let ops = async {
            match self.ops {
                Some((ops, _)) => ops.await,
                None => Ok(()),
            }
        };
        let stopping = async {
            stop.await;
            self.draining.store(true, Ordering::Release);
            sleep(LAST_CALL).await;
            // The workers end with their last connection, and with them what nobody waits for.
            let abandoned = self.face.service.abandoned_sends();
            if timeout(self.shutdown_timeout, abandoned).await.is_err() {
                log::error!("messages whose clients went away are cut off");
            }
            tell_of_take_backs(&self.face.service);
            public_handle.stop(true).await;
            tell_of_sends_cut_off(&self.face.service).await;
            // What the last connections left to be noted.
            let abandoned = self.face.service.abandoned_sends();
            if timeout(CLOSE_TIMEOUT, abandoned).await.is_err() {
                log::error!("the last attempts are not noted");
            }
            if let Some(ops) = ops_handle {
                ops.stop(false).await;
            }
        };
        let (public, ops, ()) = tokio::join!(self.public, ops, stopping);
        public.and(ops)
    }
}

/// Tells the log what the store was out of reach for until the end.
fn tell_of_take_backs(service: &VerificationService) {
    let count = service.take_backs_waiting();
    if count > 0 {
        log::error!(
            "failed messages leave something behind until it expires: {count} codes or slots, \
             because the store was out of reach"
        );
    }
}

/// Tells the log how many sends were not done when the workers ended.
async fn tell_of_sends_cut_off(service: &VerificationService) {
    // A worker is done with before all that ran on it is dropped.
    let is_settled = timeout(CLOSE_TIMEOUT, service.sends_settled())
        .await
        .is_ok();
    let left = if is_settled {
        0
    } else {
        service.sends_under_way()
    };
    let count = service.sends_cut_off() + left;
    if count > 0 {
        log::error!(
            "sends cut off: {count}; their codes and slots stay until they expire, and whether \
             their messages arrive is not known"
        );
    }
}

fn bind_public(
    settings: &Settings,
    certificate: Option<&Certificate>,
    face: web::Data<Face>,
) -> Result<(HttpService, SocketAddr), ServerError> {
    let origins = settings.server.cors_origins.clone();
    let app = move || {
        App::new()
            .app_data(face.clone())
            .wrap(from_fn(edge))
            .configure(|app| routes::public(app, &face, &origins))
    };
    let address = settings.server.listen;
    let server = HttpServer::new(app)
        .workers(settings.server.worker_threads())
        .max_connections(settings.server.connections_per_worker())
        .client_request_timeout(HEAD_TIMEOUT)
        .client_disconnect_timeout(CLOSE_TIMEOUT)
        .keep_alive(KEEP_ALIVE)
        .on_connect(|connection, data| idle::watch(connection, data, IDLE_LIMIT))
        .shutdown_timeout(settings.server.shutdown_timeout().as_secs())
        .disable_signals();
    let server = match certificate {
        None => server.bind(address),
        Some(certificate) => server
            .tls_handshake_timeout(HANDSHAKE_TIMEOUT)
            .max_connection_rate(HANDSHAKES)
            .bind_rustls_0_23(address, certificate.server_config()?),
    };
    let server = server.map_err(|source| ServerError::Listen { address, source })?;
    let bound = server.addrs()[0];
    Ok((server.run(), bound))
}

fn bind_ops(
    address: SocketAddr,
    face: web::Data<Face>,
) -> Result<(HttpService, SocketAddr), ServerError> {
    let app = move || App::new().app_data(face.clone()).configure(routes::ops);
    let server = HttpServer::new(app)
        .workers(1)
        .disable_signals()
        .bind(address)
        .map_err(|source| ServerError::Listen { address, source })?;
    let bound = server.addrs()[0];
    Ok((server.run(), bound))
}

/// The server can't start.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// What it is made of can't be made.
    #[error(transparent)]
    Wiring(#[from] WiringError),
    /// The configuration is not usable.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// There is no TLS to be had.
    #[error("no TLS: {0}")]
    Tls(#[from] rustls::Error),
    /// SIGHUP can't be listened to.
    #[error("can't listen to SIGHUP: {0}")]
    Signal(io::Error),
    /// An address can't be listened on.
    #[error("can't listen on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why not.
        source: io::Error,
    },
}
