//! The tables as blocks of bytes, and back.

use std::hash::Hash;
use std::io;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sms_core::{AttemptSid, Timestamp};

use super::attempts::Attempts;
use super::expiring::Expiring;
use super::table::Table;
use super::{MemoryStore, Tables};
use crate::kept_attempt::KeptAttempt;

/// As many attempts as there are in a block at most.
const ATTEMPTS: usize = 5_000;

/// The table that a block belongs to. What comes first in a block, so the order is part of the
/// format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Which {
    Images,
    Numbers,
    Pictures,
    Requests,
    Budget,
    Deliveries,
    Buckets,
    Documents,
    Claims,
    Attempts,
}

impl MemoryStore {
    /// Gives everything that has not ended to `write`, in blocks: no step of the store waits for
    /// longer than it takes to make one, nor for `write`.
    pub(crate) fn save(
        &self,
        mut write: impl FnMut(&[u8]) -> io::Result<()>,
    ) -> Result<(), io::Error> {
        let (now, tables) = (self.clock.now(), &self.tables);
        save(Which::Images, &tables.images, now, &mut write)?;
        save(Which::Numbers, &tables.numbers, now, &mut write)?;
        save(Which::Pictures, &tables.pictures, now, &mut write)?;
        save(Which::Requests, &tables.requests, now, &mut write)?;
        save(Which::Budget, &tables.budget, now, &mut write)?;
        save(Which::Deliveries, &tables.deliveries, now, &mut write)?;
        save(Which::Buckets, &tables.buckets, now, &mut write)?;
        save(Which::Documents, &tables.documents, now, &mut write)?;
        save(Which::Claims, &tables.claims, now, &mut write)?;
        save_attempts(&tables.attempts, &mut write)
    }

    /// Takes over what is in `blocks` and has not ended, in place of all there is; nothing at all
    /// if one of them is not good. There may be more than the store has room for: none of it goes
    /// for that.
    pub(crate) fn restore<E: From<postcard::Error>>(
        &self,
        blocks: impl Iterator<Item = Result<Vec<u8>, E>>,
    ) -> Result<(), E> {
        let now = self.clock.now();
        let fresh = Tables {
            images: self.tables.images.empty(),
            numbers: self.tables.numbers.empty(),
            pictures: self.tables.pictures.empty(),
            requests: self.tables.requests.empty(),
            budget: self.tables.budget.empty(),
            deliveries: self.tables.deliveries.empty(),
            buckets: self.tables.buckets.empty(),
            documents: self.tables.documents.empty(),
            claims: self.tables.claims.empty(),
            attempts: Attempts::default(),
        };
        for block in blocks {
            let block = block?;
            let (which, entries) = postcard::take_from_bytes(&block)?;
            match which {
                Which::Images => restore(&fresh.images, entries, now)?,
                Which::Numbers => restore(&fresh.numbers, entries, now)?,
                Which::Pictures => restore(&fresh.pictures, entries, now)?,
                Which::Requests => restore(&fresh.requests, entries, now)?,
                Which::Budget => restore(&fresh.budget, entries, now)?,
                Which::Deliveries => restore(&fresh.deliveries, entries, now)?,
                Which::Buckets => restore(&fresh.buckets, entries, now)?,
                Which::Documents => restore(&fresh.documents, entries, now)?,
                Which::Claims => restore(&fresh.claims, entries, now)?,
                Which::Attempts => restore_attempts(&fresh.attempts, entries)?,
            }
        }
        self.tables.images.replace(fresh.images);
        self.tables.numbers.replace(fresh.numbers);
        self.tables.pictures.replace(fresh.pictures);
        self.tables.requests.replace(fresh.requests);
        self.tables.budget.replace(fresh.budget);
        self.tables.deliveries.replace(fresh.deliveries);
        self.tables.buckets.replace(fresh.buckets);
        self.tables.documents.replace(fresh.documents);
        self.tables.claims.replace(fresh.claims);
        self.tables.attempts.replace(fresh.attempts);
        Ok(())
    }
}

fn save<K, V>(
    which: Which,
    table: &Table<K, V>,
    now: Timestamp,
    write: &mut impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<()>
where
    K: Eq + Hash + Serialize,
    V: Serialize,
{
    for index in 0..table.parts() {
        // The part is free again when its block is made.
        let block = block(which, &table.nth_part(index), now).map_err(io::Error::other)?;
        if let Some(block) = block {
            write(&block)?;
        }
    }
    Ok(())
}

fn save_attempts(
    attempts: &Attempts,
    write: &mut impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<()> {
    let all = attempts.latest(None, usize::MAX);
    for some in all.chunks(ATTEMPTS) {
        let block = postcard::to_stdvec(&Which::Attempts).map_err(io::Error::other)?;
        let add = |block, entry| postcard::to_extend(entry, block);
        let block = some.iter().try_fold(block, add).map_err(io::Error::other)?;
        write(&block)?;
    }
    Ok(())
}

fn restore_attempts(attempts: &Attempts, mut entries: &[u8]) -> postcard::Result<()> {
    while !entries.is_empty() {
        let ((sid, attempt), rest) =
            postcard::take_from_bytes::<(AttemptSid, KeptAttempt)>(entries)?;
        attempts.insert(sid, attempt);
        entries = rest;
    }
    Ok(())
}

/// The entries of a part, one after the other; `None` if there are none.
fn block<K, V>(
    which: Which,
    part: &Expiring<K, V>,
    now: Timestamp,
) -> postcard::Result<Option<Vec<u8>>>
where
    K: Eq + Hash + Serialize,
    V: Serialize,
{
    let mut entries = part.iter().filter(|(_, end, _)| now < *end).peekable();
    if entries.peek().is_none() {
        return Ok(None);
    }
    let block = postcard::to_stdvec(&which)?;
    entries
        .try_fold(block, |block, entry| postcard::to_extend(&entry, block))
        .map(Some)
}

fn restore<K, V>(table: &Table<K, V>, mut entries: &[u8], now: Timestamp) -> postcard::Result<()>
where
    K: Eq + Hash + DeserializeOwned,
    V: DeserializeOwned,
{
    while !entries.is_empty() {
        let ((key, end, value), rest) = postcard::take_from_bytes::<(K, Timestamp, V)>(entries)?;
        if now < end {
            table.part(&key).insert(key, value, end);
        }
        entries = rest;
    }
    Ok(())
}
