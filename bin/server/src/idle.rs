//! Connections that hold a place and ask for nothing.
//!
//! The HTTP library gives up a first head that does not come, and a connection that says nothing
//! between requests. It waits without end for the rest of a second head, and for a client that
//! does not read its answer.

use std::any::Any;
use std::cell::Cell;
use std::net::{Shutdown, TcpStream as Socket};
use std::os::fd::AsFd;
use std::rc::{Rc, Weak};
use std::time::Duration;

use actix_tls::accept::rustls_0_23::TlsStream;
use actix_web::dev::{Extensions, ServiceRequest};
use actix_web::rt::net::TcpStream;
use tokio::time::{Instant, sleep_until};

/// What a connection does, kept with it.
struct Activity {
    /// A handle of its own: the connection itself belongs to the HTTP library.
    socket: Socket,
    /// When the last answer was ready, or the connection began; `None` while a request is handled.
    idle_since: Cell<Option<Instant>>,
}

/// Watches a new connection: it is shut down when no request came to its end on it for `limit`,
/// unless one is being handled. Runs on the connection's worker.
pub(crate) fn watch(connection: &dyn Any, data: &mut Extensions, limit: Duration) {
    let plain = connection.downcast_ref::<TcpStream>();
    let tls = connection.downcast_ref::<TlsStream<TcpStream>>();
    let Some(stream) = plain.or_else(|| tls.map(|tls| tls.get_ref().0)) else {
        return;
    };
    // Without a descriptor to spare, it is not watched.
    let Ok(handle) = stream.as_fd().try_clone_to_owned() else {
        return;
    };
    let activity = Rc::new(Activity {
        socket: handle.into(),
        idle_since: Cell::new(Some(Instant::now())),
    });
    let watching = actix_web::rt::spawn(shut_down_when_idle(Rc::downgrade(&activity), limit));
    data.insert(Watched {
        activity,
        watching: watching.abort_handle(),
    });
}

/// Goes away with the connection, and ends the watch.
struct Watched {
    activity: Rc<Activity>,
    watching: tokio::task::AbortHandle,
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.watching.abort();
    }
}

async fn shut_down_when_idle(activity: Weak<Activity>, limit: Duration) {
    // It looks again when the limit could be reached, so that requests need not wake it.
    while let Some(activity) = activity.upgrade() {
        let now = Instant::now();
        let due = activity.idle_since.get().unwrap_or(now) + limit;
        if due <= now {
            // An error says that it is closed already.
            let _ = activity.socket.shutdown(Shutdown::Both);
            return;
        }
        drop(activity);
        sleep_until(due).await;
    }
}

/// Tells the watch that a request is being handled, until this is dropped.
pub(crate) struct Busy(Rc<Activity>);

/// A request came in.
pub(crate) fn begin(request: &ServiceRequest) -> Option<Busy> {
    let activity = &request.conn_data::<Watched>()?.activity;
    activity.idle_since.set(None);
    Some(Busy(Rc::clone(activity)))
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.idle_since.set(Some(Instant::now()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Parts;
    use crate::config::Settings;
    use crate::edge::edge;
    use crate::face::Face;
    use actix_web::middleware::from_fn;
    use actix_web::rt::System;
    use actix_web::{App, HttpResponse, HttpServer, web};
    use std::io::{Read, Write};
    use std::net::SocketAddr;
    use std::sync::Arc;

    const LIMIT: Duration = Duration::from_millis(500);
    const WHOLE: &str = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

    fn face() -> web::Data<Face> {
        let settings = Settings::from_toml("").unwrap();
        let parts = Parts::from_settings(&settings).unwrap();
        web::Data::new(Face::new(&settings, parts, Arc::default()).unwrap())
    }

    /// A server whose watch has little patience, and one answer that takes longer than that.
    fn serve() -> SocketAddr {
        let (bound, address) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            System::new().block_on(async move {
                let face = face();
                let app = move || {
                    App::new()
                        .app_data(face.clone())
                        .wrap(from_fn(edge))
                        .route("/", web::get().to(HttpResponse::Ok))
                        .route("/slow", web::get().to(slow))
                };
                let server = HttpServer::new(app)
                    .workers(1)
                    .disable_signals()
                    .on_connect(|connection, data| watch(connection, data, LIMIT))
                    .bind("127.0.0.1:0")
                    .unwrap();
                bound.send(server.addrs()[0]).unwrap();
                server.run().await.unwrap();
            });
        });
        address.recv().unwrap()
    }

    async fn slow() -> HttpResponse {
        sleep_until(Instant::now() + LIMIT * 3).await;
        HttpResponse::Ok().finish()
    }

    /// Everything that the server says until it closes the connection.
    fn last_words(address: SocketAddr, request: &str) -> String {
        let mut stream = Socket::connect(address).unwrap();
        let patience = Some(Duration::from_secs(20));
        stream.set_read_timeout(patience).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut words = String::new();
        stream.read_to_string(&mut words).unwrap();
        words
    }

    #[test]
    fn half_of_a_second_head_is_given_up() {
        let words = last_words(serve(), &format!("{WHOLE}GET / HTTP/1.1\r\nX-Slow:"));
        assert!(words.starts_with("HTTP/1.1 200"), "{words}");
        assert_eq!(words.matches("HTTP/1.1").count(), 1, "{words}");
    }

    #[test]
    fn a_request_that_is_being_handled_is_not_idle() {
        let words = last_words(serve(), "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
        assert!(words.starts_with("HTTP/1.1 200"), "{words}");
    }
}
