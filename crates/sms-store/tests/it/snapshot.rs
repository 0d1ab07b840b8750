//! A snapshot as a file among others.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::Duration;

use sms_core::{ImageCode, ImageId, Mobile, Quotas, SmsCode, Timestamp};
use sms_store::{
    CodeStore, Entries, Flaw, Log, ManualClock, MemoryStore, Restored, Snapshot, SnapshotError,
};
use tempfile::TempDir;

use crate::Setting;

const START: Timestamp = Timestamp::from_millis(1_700_000_000_000);
const TTL: Duration = Duration::from_secs(300);
const NOTHING: Entries = Entries {
    pictures: 0,
    numbers: 0,
    addresses: 0,
    deliveries: 0,
};

struct Place {
    directory: TempDir,
    clock: ManualClock,
}

impl Place {
    fn new() -> Self {
        Self {
            directory: TempDir::new().unwrap(),
            clock: ManualClock::new(START),
        }
    }

    fn path(&self) -> PathBuf {
        self.directory.path().join("state")
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.directory.path()).unwrap();
        let name = |entry: fs::DirEntry| entry.file_name().into_string().unwrap();
        let mut names: Vec<_> = entries.map(|entry| name(entry.unwrap())).collect();
        names.sort();
        names
    }

    fn claim(&self) -> Snapshot {
        Snapshot::claim(self.path()).unwrap()
    }

    fn empty(&self) -> MemoryStore {
        MemoryStore::new(self.clock.clock())
    }

    /// A store with three pictures and a number.
    async fn store(&self) -> MemoryStore {
        self.fill(self.empty()).await
    }

    async fn fill(&self, store: MemoryStore) -> MemoryStore {
        for name in ["a", "b", "c"] {
            let (id, text) = (
                ImageId::parse(name).unwrap(),
                ImageCode::new("AbCd").unwrap(),
            );
            store.put_image_code(&id, &text, TTL).await.unwrap();
        }
        let (mobile, code) = (Mobile::parse("13800138000"), SmsCode::parse("246810"));
        let quotas = Quotas::parse(&["1/1h"]).unwrap();
        let issue = store.issue(
            mobile.as_ref().unwrap(),
            code.as_ref().unwrap(),
            TTL,
            &quotas,
        );
        issue.await.unwrap();
        store
    }

    /// What is in the file of a store whose codes and numbers look like this.
    async fn content(&self, setting: Setting) -> String {
        let store = self
            .fill(self.empty().with_at_rest(setting.at_rest()))
            .await;
        self.claim().write(&store).unwrap();
        String::from_utf8_lossy(&fs::read(self.path()).unwrap()).into_owned()
    }

    /// Writes a snapshot and lets the file be.
    async fn write(&self) {
        self.claim().write(&self.store().await).unwrap();
    }

    /// What a store has that was made from the file.
    fn read(&self) -> Entries {
        let store = self.empty();
        let restored = self.claim().restore(&store).unwrap();
        assert!(matches!(restored, Restored::Whole(START)), "{restored:?}");
        store.entries()
    }
}

#[tokio::test]
async fn a_snapshot_is_read_by_the_next_process() {
    let place = Place::new();
    place.write().await;
    let entries = Entries {
        pictures: 3,
        numbers: 1,
        addresses: 0,
        deliveries: 0,
    };
    assert_eq!(place.read(), entries);
    assert_eq!(place.names(), ["state", "state.lock"]);
}

#[tokio::test]
async fn what_ended_meanwhile_is_not_read() {
    let place = Place::new();
    place.write().await;
    place.clock.advance(TTL);
    let (pictures, numbers) = (place.read().pictures, place.read().numbers);
    assert_eq!((pictures, numbers), (0, 1), "a quota outlives its code");
    place.clock.advance(Duration::from_secs(3600));
    assert_eq!(place.read(), NOTHING);
}

#[tokio::test]
async fn invariant_4_a_smaller_store_forgets_nothing_of_what_it_reads() {
    let place = Place::new();
    place.write().await;
    let store = place.empty().with_max_entries(1);
    place.claim().restore(&store).unwrap();
    assert_eq!(store.entries().pictures, 3);
    let log = Log::Requests(std::net::IpAddr::from([127, 0, 0, 1]).into());
    let quotas = Quotas::parse(&["1/1h"]).unwrap();
    assert!(store.take_slot(log, &quotas).await.is_ok());
}

#[tokio::test]
async fn only_the_owner_may_read_it() {
    let place = Place::new();
    // A file of that name with other rights is not written into.
    fs::write(place.directory.path().join("state.new"), "left behind").unwrap();
    place.write().await;
    for name in place.names() {
        let metadata = fs::metadata(place.directory.path().join(&name)).unwrap();
        assert_eq!(metadata.permissions().mode() & 0o777, 0o600, "{name}");
    }
}

#[tokio::test]
async fn invariant_6_a_snapshot_of_a_store_in_secret_shows_neither_numbers_nor_codes() {
    let place = Place::new();
    let plain = place.content(Setting::Plain).await;
    let secret = place.content(Setting::Secret).await;
    for text in ["13800138000", "246810"] {
        assert!(plain.contains(text) && !secret.contains(text), "{text}");
    }
}

#[test]
fn two_processes_do_not_share_a_snapshot() {
    let place = Place::new();
    let first = place.claim();
    let second = Snapshot::claim(place.path());
    assert!(matches!(second, Err(SnapshotError::InUse(_))), "{second:?}");
    drop(first);
    place.claim();
}

#[test]
fn without_a_file_the_store_begins_empty() {
    let (place, store) = (Place::new(), Place::new().empty());
    let restored = place.claim().restore(&store).unwrap();
    assert!(matches!(restored, Restored::Absent), "{restored:?}");
}

#[tokio::test]
async fn a_torn_file_is_set_aside_and_not_half_read() {
    let place = Place::new();
    place.write().await;
    let whole = fs::read(place.path()).unwrap();
    let torn = &whole[..whole.len() / 2];
    fs::write(place.path(), torn).unwrap();
    let store = place.empty();
    let Restored::Refused { flaw, set_aside } = place.claim().restore(&store).unwrap() else {
        panic!("it was read");
    };
    assert!(matches!(flaw, Flaw::Digest), "{flaw}");
    assert_eq!(store.entries(), NOTHING);
    assert_eq!(fs::read(set_aside).unwrap(), torn);
    assert_eq!(place.names(), ["state.lock", "state.refused-1700000000"]);
}

#[test]
fn what_cannot_be_read_or_written_is_an_error() {
    let place = Place::new();
    let nowhere = Snapshot::claim(place.directory.path().join("nowhere/state"));
    let error = nowhere.unwrap_err().to_string();
    assert!(error.contains("nowhere/state.lock: "), "{error}");
    fs::create_dir(place.path()).unwrap();
    let restored = place.claim().restore(&place.empty());
    let error = restored.unwrap_err().to_string();
    assert!(error.contains("state: "), "{error}");
    assert_eq!(place.names(), ["state", "state.lock"]);
}

#[tokio::test]
async fn a_write_that_fails_leaves_the_older_file() {
    let place = Place::new();
    place.write().await;
    let older = fs::read(place.path()).unwrap();
    let mut snapshot = place.claim();
    let in_the_way = place.directory.path().join("state.new");
    fs::create_dir(&in_the_way).unwrap();
    assert!(snapshot.write(&place.empty()).is_err());
    assert_eq!(fs::read(place.path()).unwrap(), older);
    fs::remove_dir(&in_the_way).unwrap();
    snapshot.write(&place.empty()).unwrap();
    assert_ne!(fs::read(place.path()).unwrap(), older);
}
