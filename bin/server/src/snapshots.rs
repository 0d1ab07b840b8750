use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sms_store::{MemoryStore, Restored, Snapshot, SnapshotError};
use tokio::task::spawn_blocking;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use crate::config::{ConfigError, StoreSettings};

/// The embedded store and the file that it survives a restart in.
pub(crate) struct Snapshots {
    store: Arc<MemoryStore>,
    /// Whoever writes has it: the last one waits for one that is being written.
    file: Arc<Mutex<Snapshot>>,
    interval: Duration,
}

impl Snapshots {
    /// Takes the file that `settings` name, if they name one, for this process alone, and lets
    /// `store` take over what is in it. A file that is of no use is set aside.
    ///
    /// # Errors
    ///
    /// The file can't be had, read or written.
    pub(crate) fn open(
        settings: &StoreSettings,
        store: Option<&Arc<MemoryStore>>,
    ) -> Result<Option<Self>, ConfigError> {
        let (Some(path), Some(store)) = (settings.snapshot_path(), store) else {
            return Ok(None);
        };
        let refused = |error: SnapshotError| ConfigError::key("store.snapshot", error);
        let file = Snapshot::claim(path).map_err(refused)?;
        let restored = file.restore(store).map_err(refused)?;
        let path = path.display();
        match restored {
            Restored::Absent => log::info!("store.snapshot: there is no {path} yet"),
            Restored::Whole(written_at) => {
                let (time, entries) = (written_at.as_millis(), store.entries());
                log::info!(
                    written_at_ms = time, pictures = entries.pictures, numbers = entries.numbers,
                    addresses = entries.addresses;
                    "store.snapshot: took over {path}"
                );
            }
            Restored::Refused { flaw, set_aside } => log::error!(
                "store.snapshot: {path} is refused, and the store begins empty: {flaw}; \
                 the file is now {}",
                set_aside.display()
            ),
        }
        Ok(Some(Self {
            store: Arc::clone(store),
            file: Arc::new(Mutex::new(file)),
            interval: settings.snapshot_interval(),
        }))
    }

    /// Writes a snapshot in every interval, until it is dropped.
    pub(crate) async fn keep_writing(&self) -> Infallible {
        let mut interval = interval_at(Instant::now() + self.interval, self.interval);
        interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            interval.tick().await;
            if let Err(error) = self.write().await {
                let seconds = self.interval.as_secs();
                log::error!("store.snapshot: not written, the next try is in {seconds} s: {error}");
            }
        }
    }

    /// Writes a snapshot. No request waits for the disk meanwhile.
    ///
    /// # Errors
    ///
    /// It can't be written; the one before it is still there.
    pub(crate) async fn write(&self) -> Result<(), SnapshotError> {
        let (store, file) = (Arc::clone(&self.store), Arc::clone(&self.file));
        let written = spawn_blocking(move || {
            // A thread that panicked left at worst a file that the next one replaces.
            let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
            file.write(&store)
        });
        match written.await {
            Ok(written) => written,
            Err(panic) => std::panic::resume_unwind(panic.into_panic()),
        }
    }
}
