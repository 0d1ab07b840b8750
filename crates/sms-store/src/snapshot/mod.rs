//! What the memory store keeps, in a file.

mod format;

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufWriter};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use sms_core::Timestamp;

pub use self::format::Flaw;
use crate::MemoryStore;

/// Only its owner may read a snapshot: there are numbers in it.
const MODE: u32 = 0o600;

/// A file that a [`MemoryStore`] is written to, and read from when the next process starts.
///
/// It is whole at any time: a new one is written beside it and then takes its place. While this
/// value lives, no other process gets one for the same path.
#[derive(Debug)]
pub struct Snapshot {
    path: PathBuf,
    /// Locked as long as it is open. It stays when the process ends, because who deletes it may
    /// delete the lock of another.
    _lock: File,
}

/// What came of reading a snapshot.
#[derive(Debug)]
pub enum Restored {
    /// There is no file; the store is as it was.
    Absent,
    /// The store has what had not ended yet of what was written at that moment.
    Whole(Timestamp),
    /// The file is of no use; the store is as it was.
    Refused {
        /// Why.
        flaw: Flaw,
        /// Where the file is now.
        set_aside: PathBuf,
    },
}

/// A snapshot can't be kept at a path.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// Another process has it.
    #[error("{} is in use by another process", .0.display())]
    InUse(PathBuf),
    /// A file can't be read, written or renamed.
    #[error("{}: {source}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

impl Snapshot {
    /// Takes `path` for this process alone: locks `PATH.lock` and tries whether a file can be
    /// written beside it. Reads nothing.
    ///
    /// # Errors
    ///
    /// Another process has it, or nothing can be written there.
    pub fn claim(path: impl Into<PathBuf>) -> Result<Self, SnapshotError> {
        let path = path.into();
        let lock_path = beside(&path, "lock");
        let lock = OpenOptions::new()
            .create(true)
            .truncate(true)
            .write(true)
            .mode(MODE)
            .open(&lock_path)
            .map_err(at(&lock_path))?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => SnapshotError::InUse(path.clone()),
            TryLockError::Error(error) => at(&lock_path)(error),
        })?;
        let temporary = beside(&path, "new");
        create(&temporary).map_err(at(&temporary))?;
        fs::remove_file(&temporary).map_err(at(&temporary))?;
        Ok(Self { path, _lock: lock })
    }

    /// Lets `store`, which is empty, take over what was written. A file that is torn, foreign or
    /// changed is renamed to `PATH.refused-SECONDS`, and none of it is used.
    ///
    /// # Errors
    ///
    /// The file is there but can't be read, or can't be renamed.
    pub fn restore(&self, store: &MemoryStore) -> Result<Restored, SnapshotError> {
        let file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Restored::Absent),
            Err(error) => return Err(at(&self.path)(error)),
        };
        match format::read(store, file) {
            Ok(written_at) => Ok(Restored::Whole(written_at)),
            Err(Flaw::Io(error)) => Err(at(&self.path)(error)),
            Err(flaw) => {
                let seconds = store.now().as_millis() / 1000;
                let set_aside = beside(&self.path, &format!("refused-{seconds}"));
                fs::rename(&self.path, &set_aside).map_err(at(&self.path))?;
                Ok(Restored::Refused { flaw, set_aside })
            }
        }
    }

    /// Writes what is in `store`, on this thread, and waits until the disk has it. The store goes
    /// on meanwhile; what changes during that may be in the file or not.
    ///
    /// # Errors
    ///
    /// The file can't be written. The one before it is still there.
    pub fn write(&mut self, store: &MemoryStore) -> Result<(), SnapshotError> {
        let temporary = beside(&self.path, "new");
        let written = write_file(store, &temporary).map_err(at(&temporary));
        if written.is_err() {
            // It is of no use, and the disk may be full.
            let _ = fs::remove_file(&temporary);
        }
        written?;
        fs::rename(&temporary, &self.path).map_err(at(&self.path))?;
        let directory = match self.path.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        };
        let sync = File::open(directory).and_then(|directory| directory.sync_all());
        sync.map_err(at(directory))
    }
}

fn write_file(store: &MemoryStore, path: &Path) -> io::Result<()> {
    let mut file = create(path)?;
    format::write(store, BufWriter::with_capacity(1 << 16, &mut file))?;
    file.sync_all()
}

/// Makes a file in place of one that a process left behind when it was killed.
fn create(path: &Path) -> io::Result<File> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(MODE).open(path)
}

/// `PATH.ending`.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".");
    name.push(ending);
    name.into()
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> SnapshotError {
    let path = path.to_owned();
    |source| SnapshotError::Io { path, source }
}
