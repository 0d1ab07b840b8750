//! What all stubs that speak HTTP have in common: a server on a thread of its own.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use tokio::io::{AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use crate::http::{HttpRequest, read_request};

/// How a stub behaves.
pub(crate) trait Stub: Send + 'static {
    /// A client has connected.
    fn connected(&mut self);

    /// A request came.
    fn react(&mut self, request: HttpRequest) -> Reaction;
}

/// What the connection does after a request.
pub(crate) enum Reaction {
    Answer(Vec<u8>),
    AnswerAndClose(Vec<u8>),
    Close,
    /// Nothing comes as long as the stub lives.
    Hold,
}

/// It ends when dropped.
#[derive(Debug)]
pub(crate) struct StubServer {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl StubServer {
    /// Starts a server on a free port of 127.0.0.1, on a thread of that name.
    pub(crate) fn start(name: &str, stub: Arc<Mutex<impl Stub>>) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .build()?;
        let listener = {
            let _in_runtime = runtime.enter();
            TcpListener::from_std(listener)?
        };
        let (stop, stopped) = oneshot::channel();
        let server = serve(listener, stub);
        let thread = std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || {
                runtime.spawn(server);
                // It ends when the sender is dropped; the runtime takes all its tasks with it.
                let _ = runtime.block_on(stopped);
            })?;
        Ok(Self {
            address,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for StubServer {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic of the stub has shown itself to the test as a lost connection already.
            let _ = thread.join();
        }
    }
}

/// A panic while it is held can't leave a stub half changed.
pub(crate) fn lock<T>(stub: &Mutex<T>) -> MutexGuard<'_, T> {
    stub.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn serve(listener: TcpListener, stub: Arc<Mutex<impl Stub>>) {
    while let Ok((stream, _)) = listener.accept().await {
        lock(&stub).connected();
        let stub = Arc::clone(&stub);
        // A client that goes away in the middle is none of the stub's business.
        tokio::spawn(async move { converse(stream, &stub).await.ok() });
    }
}

/// One connection: request after request until somebody closes it.
async fn converse(stream: TcpStream, stub: &Mutex<impl Stub>) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    while let Some(request) = read_request(&mut stream).await? {
        let reaction = lock(stub).react(request);
        match reaction {
            Reaction::Answer(bytes) => stream.write_all(&bytes).await?,
            Reaction::AnswerAndClose(bytes) => {
                stream.write_all(&bytes).await?;
                break;
            }
            Reaction::Close => break,
            Reaction::Hold => std::future::pending().await,
        }
    }
    Ok(())
}
