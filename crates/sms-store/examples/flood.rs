//! How much memory the embedded store takes under a flood in which no picture, number or address
//! comes twice, and how long its steps take, also while a snapshot is written.
//!
//! ```text
//! cargo run --release -p sms-store --example flood -- [COUNT] [PER_SECOND] [MAX_ENTRIES] [WHAT]
//! ```
//!
//! By default ten million of each, at a thousand a second of the store's time: many more than a
//! table has room for, over a span in which most quotas run out. WHAT is `all`, or one kind of
//! entry to be measured alone: `pictures`, `numbers` or `addresses`.

use std::env::args;
use std::error::Error;
use std::fs;
use std::net::{IpAddr, Ipv6Addr};
use std::ops::Range;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use sms_core::{ImageCode, ImageId, Mobile, Quotas, SmsCode};
use sms_store::{Clock, CodeStore, Log, ManualClock, MemoryStore, Snapshot, StoreError};

const TTL: Duration = Duration::from_secs(300);
const REPORTS: u64 = 20;

/// Visitors of whom none comes twice.
struct Flood {
    store: Arc<MemoryStore>,
    clock: ManualClock,
    per_second: u64,
    what: String,
    pictures_of_address: Quotas,
    requests_of_address: Quotas,
    sends: Quotas,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = args().skip(1);
    let mut next = |default| match arguments.next() {
        Some(text) => text.parse::<u64>(),
        None => Ok(default),
    };
    let (count, per_second, most) = (next(10_000_000)?, next(1_000)?, next(1_000_000)?);
    let clock = ManualClock::new(Clock::system().now());
    let store = MemoryStore::new(clock.clock()).with_max_entries(usize::try_from(most)?);
    let flood = Flood {
        store: Arc::new(store),
        clock,
        per_second,
        what: arguments.next().unwrap_or_else(|| "all".to_owned()),
        // The default limits of the server.
        pictures_of_address: Quotas::parse(&["60/1m"])?,
        requests_of_address: Quotas::parse(&["10/1m", "60/1h"])?,
        sends: Quotas::parse(&["1/60s", "5/1h", "10/24h"])?,
    };
    println!("visitors   pictures    numbers  addresses   refused  1 of 1000   10000  resident");
    for step in 0..REPORTS {
        flood.run(count * step / REPORTS..count * (step + 1) / REPORTS)?;
    }
    println!("while a snapshot is written:");
    let written = flood.write_snapshot()?;
    flood.run(count..count + count / REPORTS)?;
    let (took, bytes) = written.join().map_err(|_| "the writer panicked")?;
    println!("{:.1} MB in {took:.2?}", bytes as f64 / 1e6);
    println!("a day later, when everything has ended:");
    flood.clock.advance(Duration::from_secs(24 * 3600));
    flood.run(2 * count..2 * count + count / REPORTS)
}

impl Flood {
    /// Lets the visitors of these numbers come, and prints what became of the store.
    fn run(&self, visitors: Range<u64>) -> Result<(), Box<dyn Error>> {
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        let (begin, first, last) = (self.clock.now(), visitors.start, visitors.end);
        let (mut refused, mut took) = (0, Vec::new());
        for visitor in visitors {
            let due = begin.after(Duration::from_millis(
                (visitor - first) * 1000 / self.per_second,
            ));
            self.clock.advance(self.clock.now().until(due));
            let started = Instant::now();
            let is_refused = runtime.block_on(self.visit(visitor))?;
            took.push(started.elapsed());
            refused += u64::from(is_refused);
        }
        // The very slowest tell more of what else the machine has to do than of the store.
        took.sort_unstable();
        let slowest = |of: usize| took[took.len() - 1 - took.len() / of].as_secs_f64() * 1e3;
        let entries = self.store.entries();
        println!(
            "{last:>8} {:>10} {:>10} {:>10} {refused:>9} {:>7.3} ms {:>4.1} ms {:>6.0} MB",
            entries.pictures,
            entries.numbers,
            entries.addresses,
            slowest(1_000),
            slowest(10_000),
            resident_mb()?,
        );
        Ok(())
    }

    /// The steps of one visitor; whether the store was full for one of them.
    async fn visit(&self, visitor: u64) -> Result<bool, Box<dyn Error>> {
        let is_wanted = |what| self.what == what || self.what == "all";
        let mut is_refused = false;
        if is_wanted("addresses") {
            let address = IpAddr::from(Ipv6Addr::from_bits(u128::from(visitor) << 64)).into();
            let (picture, request) = (Log::Pictures(address), Log::Requests(address));
            let slot = self.store.take_slot(picture, &self.pictures_of_address);
            is_refused |= is_full(slot.await)?;
            let slot = self.store.take_slot(request, &self.requests_of_address);
            is_refused |= is_full(slot.await)?;
        }
        if is_wanted("pictures") {
            let id = format!("f47ac10b-58cc-4372-a567-{visitor:012}");
            let id = ImageId::parse(&id).ok_or("not an id")?;
            let text = ImageCode::new("AbCd")?;
            is_refused |= is_full(self.store.put_image_code(&id, &text, TTL).await)?;
        }
        if is_wanted("numbers") {
            let mobile = Mobile::parse(&format!("{}", 13_000_000_000 + visitor))?;
            let code = SmsCode::parse("246810")?;
            let issue = self.store.issue(&mobile, &code, TTL, &self.sends);
            is_refused |= is_full(issue.await)?;
        }
        Ok(is_refused)
    }

    /// Writes a snapshot on a thread of its own, which tells how long it took and how large it is.
    fn write_snapshot(&self) -> Result<JoinHandle<(Duration, u64)>, Box<dyn Error>> {
        let directory = tempfile::tempdir()?;
        let path = directory.path().join("state");
        let mut snapshot = Snapshot::claim(&path)?;
        let store = Arc::clone(&self.store);
        Ok(thread::spawn(move || {
            // It is there as long as the snapshot is written.
            let _directory = directory;
            let started = Instant::now();
            let written = snapshot.write(&store);
            written.expect("temporary files can be written");
            let bytes = fs::metadata(path).map_or(0, |file| file.len());
            (started.elapsed(), bytes)
        }))
    }
}

fn is_full<T>(outcome: Result<T, StoreError>) -> Result<bool, StoreError> {
    match outcome {
        Ok(_) => Ok(false),
        Err(StoreError::Full(_)) => Ok(true),
        Err(error) => Err(error),
    }
}

/// What this process has in RAM, in millions of bytes.
fn resident_mb() -> Result<f64, Box<dyn Error>> {
    let pages = fs::read_to_string("/proc/self/statm")?;
    let resident = pages.split(' ').nth(1).ok_or("no such field")?;
    Ok(resident.parse::<f64>()? * 4096.0 / 1e6)
}
