//! Attempts are written behind the answers, many at once: a store then does less for each of them.

use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sms_core::{Attempt, AttemptSid};
use sms_store::{AttemptChange, AttemptPolicy, AttemptStore, StoreError};
use tokio::runtime::Handle;
use tokio::sync::Mutex as Turns;

/// How long a note waits for others to be written with.
const GATHERING: Duration = Duration::from_millis(5);
/// How long to wait before a store that failed is tried again, at first and at most.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// How many notes may wait for a store that is out of reach. They take some 2 MB.
const LIMIT: usize = 10_000;

/// What is noted of attempts, until the store has it.
pub(crate) struct AttemptWriter {
    store: Arc<dyn AttemptStore>,
    policy: AttemptPolicy,
    waiting: Mutex<Waiting>,
    /// Whoever writes has the turn, so that the store learns everything in its order.
    turns: Turns<()>,
}

#[derive(Default)]
struct Waiting {
    notes: Notes,
    /// How many found no room.
    lost: u64,
    /// Whether a task will write them.
    is_attended: bool,
}

/// What has happened. A change never comes before its attempt, so that all attempts may be written
/// first.
#[derive(Default)]
struct Notes {
    attempts: Vec<Attempt>,
    changes: Vec<(AttemptSid, AttemptChange)>,
}

impl AttemptWriter {
    pub(crate) fn new(store: Arc<dyn AttemptStore>, policy: AttemptPolicy) -> Self {
        Self {
            store,
            policy,
            waiting: Mutex::default(),
            turns: Turns::default(),
        }
    }

    /// Notes a new attempt.
    pub(crate) fn add(self: &Arc<Self>, attempt: Attempt) {
        self.note(|notes| notes.attempts.push(attempt));
    }

    /// Notes what has come of an attempt.
    pub(crate) fn change(self: &Arc<Self>, sid: AttemptSid, change: AttemptChange) {
        self.note(|notes| notes.changes.push((sid, change)));
    }

    fn note(self: &Arc<Self>, note: impl FnOnce(&mut Notes)) {
        let mut waiting = self.lock();
        if waiting.notes.len() >= LIMIT {
            waiting.lost += 1;
            return;
        }
        note(&mut waiting.notes);
        self.attend(&mut waiting);
    }

    /// Sees to it that what waits will be written.
    fn attend(self: &Arc<Self>, waiting: &mut Waiting) {
        // Outside of a runtime it is the runtime that ends; whoever ends it writes the rest.
        if !waiting.is_attended
            && let Ok(runtime) = Handle::try_current()
        {
            waiting.is_attended = true;
            runtime.spawn(Attendant(Arc::clone(self)).attend());
        }
    }

    /// Writes everything that was noted before. What the store did not take waits for the next time.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub(crate) async fn write(self: &Arc<Self>) -> Result<(), StoreError> {
        let _turn = self.turns.lock().await;
        let mut taken = self.take();
        taken.write().await?;
        taken.notes = Notes::default();
        Ok(())
    }

    fn take(self: &Arc<Self>) -> Taken<'_> {
        let mut waiting = self.lock();
        // The next ones will be about as many.
        let room = Notes {
            attempts: Vec::with_capacity(waiting.notes.attempts.len()),
            changes: Vec::with_capacity(waiting.notes.changes.len()),
        };
        Taken {
            writer: self,
            notes: mem::replace(&mut waiting.notes, room),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Notes {
    fn len(&self) -> usize {
        self.attempts.len() + self.changes.len()
    }
}

/// Notes that are being written. Those that were not come before all others again, also if whoever
/// writes is cut off: both steps may be done twice.
struct Taken<'a> {
    writer: &'a Arc<AttemptWriter>,
    notes: Notes,
}

impl Taken<'_> {
    async fn write(&self) -> Result<(), StoreError> {
        let (store, notes) = (&self.writer.store, &self.notes);
        if !notes.attempts.is_empty() {
            store
                .add_attempts(&notes.attempts, self.writer.policy)
                .await?;
        }
        if !notes.changes.is_empty() {
            store.change_attempts(&notes.changes).await?;
        }
        Ok(())
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        if self.notes.len() > 0 {
            let mut waiting = self.writer.lock();
            let mut later = mem::replace(&mut waiting.notes, mem::take(&mut self.notes));
            waiting.notes.attempts.append(&mut later.attempts);
            waiting.notes.changes.append(&mut later.changes);
            self.writer.attend(&mut waiting);
        }
    }
}

/// The task that writes, as long as anything waits. If its runtime ends, the next note begins another.
struct Attendant(Arc<AttemptWriter>);

impl Attendant {
    async fn attend(self) {
        let mut pause = GATHERING;
        loop {
            tokio::time::sleep(pause).await;
            match self.0.write().await {
                Ok(()) if self.is_done(pause > GATHERING) => return,
                Ok(()) => pause = GATHERING,
                Err(error) if pause == GATHERING => {
                    log::error!("attempts are not noted until the store is back: {error}");
                    pause = FIRST_PAUSE;
                }
                Err(_) => pause = (pause * 2).min(LONGEST_PAUSE),
            }
        }
    }

    /// Whether nothing waits any more, and nobody attends from now on.
    fn is_done(&self, has_failed: bool) -> bool {
        let mut waiting = self.0.lock();
        if has_failed {
            let lost = mem::take(&mut waiting.lost);
            log::info!("attempts are noted again, but for {lost} that found no room");
        }
        waiting.is_attended = waiting.notes.len() > 0;
        !waiting.is_attended
    }
}

impl Drop for Attendant {
    fn drop(&mut self) {
        self.0.lock().is_attended = false;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;
    use sms_core::{Mobile, ServiceSid, SmsCode, Started, Timestamp, Verification};
    use sms_core::{VerificationSid, VerificationStatus};
    use tokio::sync::Semaphore;
    use tokio::time::sleep;

    /// A store that writes down what it is told, as many steps as it has permits for.
    struct Book {
        steps: Mutex<Vec<String>>,
        permits: Semaphore,
        is_down: AtomicBool,
    }

    impl Book {
        fn new() -> Arc<Self> {
            Arc::new(Self {
                steps: Mutex::default(),
                permits: Semaphore::new(Semaphore::MAX_PERMITS),
                is_down: AtomicBool::new(false),
            })
        }

        fn go_down(&self, is_down: bool) {
            self.is_down.store(is_down, Ordering::Release);
        }

        async fn write(&self, step: String) -> Result<(), StoreError> {
            let permit = self.permits.acquire().await.expect("nobody closes it");
            permit.forget();
            if self.is_down.load(Ordering::Acquire) {
                return Err(StoreError::Connection("down".to_owned()));
            }
            self.steps.lock().unwrap().push(step);
            Ok(())
        }

        fn steps(&self) -> Vec<String> {
            mem::take(&mut self.steps.lock().unwrap())
        }
    }

    #[async_trait::async_trait]
    impl AttemptStore for Book {
        async fn add_attempts(
            &self,
            attempts: &[Attempt],
            _: AttemptPolicy,
        ) -> Result<(), StoreError> {
            let names = attempts.iter().map(|attempt| digit(attempt.sid));
            self.write(format!("add {}", names.collect::<String>()))
                .await
        }

        async fn change_attempts(
            &self,
            changes: &[(AttemptSid, AttemptChange)],
        ) -> Result<(), StoreError> {
            let names = changes.iter().map(|(sid, _)| digit(*sid));
            self.write(format!("change {}", names.collect::<String>()))
                .await
        }

        async fn attempt(&self, _: AttemptSid) -> Result<Option<Attempt>, StoreError> {
            Ok(None)
        }

        async fn attempts(
            &self,
            _: Option<Timestamp>,
            _: usize,
        ) -> Result<Vec<Attempt>, StoreError> {
            Ok(Vec::new())
        }
    }

    fn digit(sid: AttemptSid) -> char {
        sid.hex().chars().next().unwrap()
    }

    fn sid(digit: char) -> AttemptSid {
        AttemptSid::from_hex(&digit.to_string().repeat(32)).unwrap()
    }

    fn attempt(digit: char) -> Attempt {
        let at = Timestamp::from_millis(1);
        let started = Started {
            verification: Verification {
                sid: VerificationSid::from_hex(&"a".repeat(32)).unwrap(),
                status: VerificationStatus::Pending,
                created_at: at,
                updated_at: at,
                expires_at: at,
                sends: Vec::new(),
            },
            code: SmsCode::custom("123456").unwrap(),
            slot: at,
            next_slot_in: Duration::ZERO,
        };
        let service = ServiceSid::from_hex(&"b".repeat(32)).unwrap();
        let to = Mobile::parse("13800138000").unwrap();
        Attempt::new(sid(digit), service, to, &started)
    }

    fn writer(book: &Arc<Book>) -> Arc<AttemptWriter> {
        let policy = AttemptPolicy {
            ttl: Duration::from_secs(60),
            most: 9,
        };
        let store: Arc<dyn AttemptStore> = book.clone();
        Arc::new(AttemptWriter::new(store, policy))
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_noted_in_one_moment_is_written_together() {
        let book = Book::new();
        let writer = writer(&book);
        for digit in ['1', '2', '3'] {
            writer.add(attempt(digit));
            writer.change(sid(digit), AttemptChange::Converted);
        }
        sleep(GATHERING * 2).await;
        assert_eq!(book.steps(), ["add 123", "change 123"]);
        writer.add(attempt('4'));
        sleep(GATHERING * 2).await;
        assert_eq!(book.steps(), ["add 4"]);
        sleep(LONGEST_PAUSE * 2).await;
        assert_eq!(book.steps(), [""; 0]);
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_writes_does_not_wait_for_the_moment_to_pass() {
        let book = Book::new();
        let writer = writer(&book);
        writer.add(attempt('1'));
        writer.write().await.unwrap();
        assert_eq!(book.steps(), ["add 1"]);
    }

    #[tokio::test(start_paused = true)]
    async fn what_the_store_did_not_take_is_written_first_when_it_is_back() {
        let book = Book::new();
        let writer = writer(&book);
        book.go_down(true);
        writer.add(attempt('1'));
        writer.change(sid('1'), AttemptChange::Removed);
        sleep(GATHERING * 2).await;
        writer.add(attempt('2'));
        assert!(writer.write().await.is_err());
        assert_eq!(book.steps(), [""; 0]);
        book.go_down(false);
        sleep(FIRST_PAUSE * 2).await;
        assert_eq!(book.steps(), ["add 12", "change 1"]);
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_cut_off_is_written_again_before_what_came_later() {
        let book = Book::new();
        let writer = writer(&book);
        book.permits.forget_permits(Semaphore::MAX_PERMITS);
        writer.add(attempt('1'));
        let cut_off = tokio::time::timeout(GATHERING / 2, writer.write());
        assert!(cut_off.await.is_err());
        writer.add(attempt('2'));
        book.permits.add_permits(1);
        sleep(GATHERING * 2).await;
        assert_eq!(book.steps(), ["add 12"]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_store_that_stays_away_fills_no_memory() {
        let book = Book::new();
        let writer = writer(&book);
        book.go_down(true);
        for _ in 0..LIMIT + 5 {
            writer.add(attempt('1'));
        }
        assert_eq!(writer.lock().lost, 5);
        book.go_down(false);
        sleep(FIRST_PAUSE).await;
        assert_eq!(book.steps()[0].len(), "add ".len() + LIMIT);
        writer.add(attempt('2'));
        sleep(GATHERING * 2).await;
        assert_eq!(book.steps(), ["add 2"]);
    }

    #[test]
    fn the_task_of_a_runtime_that_ended_is_replaced() {
        let book = Book::new();
        let writer = writer(&book);
        let runtime = || {
            let mut runtime = tokio::runtime::Builder::new_current_thread();
            runtime.enable_time().start_paused(true).build().unwrap()
        };
        runtime().block_on(async { writer.add(attempt('1')) });
        runtime().block_on(async {
            writer.add(attempt('2'));
            sleep(GATHERING * 2).await;
        });
        assert_eq!(book.steps(), ["add 12"]);
    }
}
