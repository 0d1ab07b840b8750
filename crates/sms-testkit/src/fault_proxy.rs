//! A network that misbehaves on demand: a TCP proxy in front of any server.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{oneshot, watch};
use tokio::time::interval;

/// What the network does to connections, those that are there and those to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NetFault {
    /// It carries both ways.
    #[default]
    None,
    /// It ends them with a reset.
    Reset,
    /// It ends them in order.
    Close,
    /// It holds them, and carries nothing either way.
    Stall,
    /// It carries answers in pieces.
    Slow {
        /// The bytes of a piece, at least 1.
        bytes: usize,
        /// The time from one piece to the next, above zero.
        every: Duration,
    },
    /// It ends the way of the answers of a connection on which something was asked, and still
    /// carries requests.
    HalfClose,
    /// It ends the connection of the next answer after that many bytes of it, and is sound again
    /// after that. With 0, a request is carried out and its answer is lost.
    Truncate {
        /// The bytes that still arrive.
        after: usize,
    },
}

/// A proxy on the loopback interface in front of one server.
///
/// It lives on a thread of its own, so that tests on any runtime can use it, and ends when
/// dropped, with all its connections.
#[derive(Debug)]
pub struct FaultProxy {
    address: SocketAddr,
    fault: Network,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

type Network = Arc<watch::Sender<NetFault>>;

impl FaultProxy {
    /// Starts a proxy on a free port of 127.0.0.1 that carries everything to `upstream`, which
    /// need not be there yet.
    ///
    /// # Errors
    ///
    /// If there is no port or no thread to be had.
    pub fn start(upstream: SocketAddr) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let listener = {
            let _in_runtime = runtime.enter();
            TcpListener::from_std(listener)?
        };
        let fault = Network::default();
        let (stop, stopped) = oneshot::channel();
        let proxy = serve(listener, upstream, Arc::clone(&fault));
        let thread = std::thread::Builder::new()
            .name("fault-proxy".to_owned())
            .spawn(move || {
                runtime.spawn(proxy);
                // It ends when the sender is dropped; the runtime takes all its tasks with it.
                let _ = runtime.block_on(stopped);
            })?;
        Ok(Self {
            address,
            fault,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Changes what happens to all connections from now on.
    pub fn set(&self, fault: NetFault) {
        self.fault.send_replace(fault);
    }

    /// What happens to connections now: a truncated answer leaves a sound network behind.
    #[must_use]
    pub fn fault(&self) -> NetFault {
        *self.fault.borrow()
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn serve(listener: TcpListener, upstream: SocketAddr, network: Network) {
    while let Ok((client, _)) = listener.accept().await {
        let network = Arc::clone(&network);
        // A side that goes away in the middle is none of the proxy's business.
        tokio::spawn(async move { carry(client, upstream, &network).await.ok() });
    }
}

/// One connection, until a side closes it or a fault ends it.
async fn carry(mut client: TcpStream, upstream: SocketAddr, network: &Network) -> io::Result<()> {
    let mut server = TcpStream::connect(upstream).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (from_client, to_client) = client.split();
    let (from_server, to_server) = server.split();
    let mut faults = network.subscribe();
    let is_end = |fault: &NetFault| matches!(fault, NetFault::Reset | NetFault::Close);
    let (asks, asked) = watch::channel(false);
    let mut requests = Requests(from_client, to_server, asks);
    let mut answers = Answers(from_server, to_client, asked);
    let is_reset = tokio::select! {
        // What is cut carries nothing, not even what came first.
        biased;
        ended = faults.wait_for(is_end) => ended.is_ok_and(|fault| *fault == NetFault::Reset),
        _ = requests.carry(network) => false,
        _ = answers.carry(network) => false,
    };
    if is_reset {
        client.set_zero_linger()
    } else {
        client.shutdown().await
    }
}

/// The way from the client to the server, and whether anything came along.
struct Requests<'a>(ReadHalf<'a>, WriteHalf<'a>, watch::Sender<bool>);

impl Requests<'_> {
    async fn carry(&mut self, network: &Network) -> io::Result<()> {
        let mut buffer = [0; 8192];
        loop {
            let length = self.0.read(&mut buffer).await?;
            if length == 0 {
                return Ok(());
            }
            wait_out_stall(network).await;
            self.1.write_all(&buffer[..length]).await?;
            self.2.send_replace(true);
        }
    }
}

/// The way from the server to the client, and whether anything was asked.
struct Answers<'a>(ReadHalf<'a>, WriteHalf<'a>, watch::Receiver<bool>);

impl Answers<'_> {
    async fn carry(&mut self, network: &Network) -> io::Result<()> {
        let mut faults = network.subscribe();
        let mut buffer = [0; 8192];
        loop {
            if *faults.borrow_and_update() == NetFault::HalfClose {
                tokio::select! {
                    _ = faults.changed() => continue,
                    _ = self.2.wait_for(|is_asked| *is_asked) => {}
                }
                self.1.shutdown().await?;
                // Requests go on; what the server says to them is lost.
                return std::future::pending().await;
            }
            let length = tokio::select! {
                read = self.0.read(&mut buffer) => read?,
                _ = faults.changed() => continue,
            };
            if length == 0 {
                return Ok(());
            }
            wait_out_stall(network).await;
            let arriving = arriving(network, length);
            self.write(&buffer[..arriving], network).await?;
            if arriving < length {
                return Ok(());
            }
        }
    }

    async fn write(&mut self, bytes: &[u8], network: &Network) -> io::Result<()> {
        let fault = *network.borrow();
        let NetFault::Slow {
            bytes: piece,
            every,
        } = fault
        else {
            return self.1.write_all(bytes).await;
        };
        let mut rhythm = interval(every);
        rhythm.tick().await;
        for piece in bytes.chunks(piece) {
            rhythm.tick().await;
            self.1.write_all(piece).await?;
        }
        Ok(())
    }
}

async fn wait_out_stall(network: &Network) {
    let mut faults = network.subscribe();
    // The proxy itself keeps the channel open.
    let _ = faults.wait_for(|fault| *fault != NetFault::Stall).await;
}

/// How many of the next `length` bytes of an answer arrive.
fn arriving(network: &Network, length: usize) -> usize {
    let mut arriving = length;
    network.send_if_modified(|fault| {
        let NetFault::Truncate { after } = *fault else {
            return false;
        };
        arriving = length.min(after);
        *fault = if arriving < length {
            NetFault::None
        } else {
            NetFault::Truncate {
                after: after - length,
            }
        };
        true
    });
    arriving
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};

    /// A server that says everything back, one connection after the other, behind a proxy.
    fn proxy() -> FaultProxy {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                std::thread::spawn(move || {
                    let mut writer = stream.try_clone().unwrap();
                    let _ = io::copy(&mut &stream, &mut writer);
                });
            }
        });
        FaultProxy::start(address).unwrap()
    }

    fn connect(proxy: &FaultProxy) -> std::net::TcpStream {
        let stream = std::net::TcpStream::connect(proxy.address()).unwrap();
        let limit = Some(Duration::from_secs(10));
        stream.set_read_timeout(limit).unwrap();
        stream
    }

    fn says_back(mut stream: &std::net::TcpStream, text: &str) -> bool {
        let mut answer = vec![0; text.len()];
        stream.write_all(text.as_bytes()).is_ok()
            && stream.read_exact(&mut answer).is_ok()
            && answer == text.as_bytes()
    }

    #[test]
    fn a_sound_network_carries_both_ways() {
        let proxy = proxy();
        assert!(says_back(&connect(&proxy), "hello"));
    }

    #[test]
    fn a_cut_ends_old_and_new_connections_until_it_heals() {
        let proxy = proxy();
        for (fault, end) in [
            (NetFault::Reset, Err(io::ErrorKind::ConnectionReset)),
            (NetFault::Close, Ok(0)),
        ] {
            let old = connect(&proxy);
            assert!(says_back(&old, "hello"));
            proxy.set(fault);
            let ended = (&old).read(&mut [0; 1]).map_err(|error| error.kind());
            assert_eq!(ended, end, "{fault:?}");
            assert!(!says_back(&connect(&proxy), "hello"), "{fault:?}");
            proxy.set(NetFault::None);
            assert!(says_back(&connect(&proxy), "hello"), "{fault:?}");
        }
    }

    #[test]
    fn a_stall_holds_everything_and_loses_nothing() {
        let proxy = proxy();
        let mut stream = connect(&proxy);
        assert!(says_back(&stream, "hello"));
        proxy.set(NetFault::Stall);
        stream.write_all(b"later").unwrap();
        stream
            .set_read_timeout(Some(Duration::from_millis(50)))
            .unwrap();
        assert!(stream.read(&mut [0; 5]).is_err(), "nothing comes meanwhile");
        proxy.set(NetFault::None);
        stream
            .set_read_timeout(Some(Duration::from_secs(10)))
            .unwrap();
        let mut answer = [0; 5];
        stream.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"later");
    }

    #[test]
    fn a_slow_network_takes_its_time() {
        let proxy = proxy();
        let stream = connect(&proxy);
        let every = Duration::from_millis(20);
        proxy.set(NetFault::Slow { bytes: 1, every });
        let started = std::time::Instant::now();
        assert!(says_back(&stream, "hello"));
        assert!(started.elapsed() >= every * 5, "{:?}", started.elapsed());
    }

    #[test]
    fn a_half_closed_connection_ends_for_its_reader_only() {
        let proxy = proxy();
        let mut stream = connect(&proxy);
        assert!(says_back(&stream, "hello"));
        proxy.set(NetFault::HalfClose);
        assert_eq!(stream.read(&mut [0; 1]).unwrap(), 0);
        stream.write_all(b"hello").unwrap();
        stream.write_all(b"hello").unwrap();
    }

    #[test]
    fn an_answer_breaks_off_and_the_next_is_whole() {
        let proxy = proxy();
        let mut stream = connect(&proxy);
        assert!(says_back(&stream, "hello"));
        proxy.set(NetFault::Truncate { after: 2 });
        stream.write_all(b"hello").unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        assert_eq!(answer, b"he");
        assert_eq!(proxy.fault(), NetFault::None);
        assert!(says_back(&connect(&proxy), "hello"));
    }
}
