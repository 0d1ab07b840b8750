use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use sms_captcha::{DrawError, Size, SpeakError};
use sms_core::ImageCodeError;
use sms_gateway::SmsSender;
use sms_store::{CodeStore, StoreError};
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;

use crate::Policy;
use crate::deliveries::Awaiting;
use crate::give_picture::Drawn;
use crate::observer::Observer;
use crate::stock::Stock;
use crate::verify::AttemptWriter;

/// How many pictures may be in the making at once: drawing as many takes about a second.
const PICTURES: usize = 1000;
/// How many pictures are drawn ahead at most: half a second of a thousand a second, more than
/// people ask for. They take a thread some 60 ms.
const AHEAD: usize = 512;
/// How many bytes they may be at most. A server that idles takes some 12 MB.
const BYTES_AHEAD: usize = 1 << 20;
/// How many failed messages may be waiting for the store to take them back.
const TAKE_BACKS: usize = 10_000;
/// How many messages may be waiting for the store to note that they were accepted.
const NOTES: usize = 1000;

/// The use cases: give a picture, send a code, check a code.
///
/// A clone is another handle of the same service. It runs inside a tokio runtime.
#[derive(Clone)]
pub struct VerificationService {
    pub(crate) shared: Arc<Shared>,
}

pub(crate) struct Shared {
    pub(crate) store: Arc<dyn CodeStore>,
    pub(crate) sender: Arc<dyn SmsSender>,
    pub(crate) policy: Policy,
    /// Pictures that are drawn ahead.
    pub(crate) stock: Stock<Drawn>,
    /// A permit for each picture that may be in the making at once.
    pub(crate) pictures: Semaphore,
    /// As many pictures are drawn at once as there are cores: more would not be done sooner, and
    /// the threads that answer requests would get less of the cores.
    pub(crate) drawing: Arc<Semaphore>,
    /// A permit for each take-back that may wait for the store.
    pub(crate) taking_back: Arc<Semaphore>,
    /// A permit for each send that may be under way at once.
    pub(crate) sending: Arc<Semaphore>,
    /// Sends that are not settled yet.
    pub(crate) under_way: TaskTracker,
    /// How many of them never will be.
    pub(crate) cut_off: AtomicUsize,
    pub(crate) observer: Arc<dyn Observer>,
    /// Sends and checks whose callers went away, and what is noted after an answer.
    pub(crate) abandoned: TaskTracker,
    /// A permit for each dispatch that may be waiting to be noted.
    pub(crate) noting: Arc<Semaphore>,
    /// Messages that should have arrived by and by.
    pub(crate) awaiting: Awaiting,
    /// Who notes attempts, if there are verifications with a name.
    pub(crate) attempts: OnceLock<Arc<AttemptWriter>>,
}

impl VerificationService {
    /// A service that keeps its state in `store` and sends by `sender`.
    #[must_use]
    pub fn new(store: Arc<dyn CodeStore>, sender: Arc<dyn SmsSender>, policy: Policy) -> Self {
        Self::observed(store, sender, policy, Arc::new(()))
    }

    /// The same, and `observer` is told what comes of every request.
    #[must_use]
    pub fn observed(
        store: Arc<dyn CodeStore>,
        sender: Arc<dyn SmsSender>,
        policy: Policy,
        observer: Arc<dyn Observer>,
    ) -> Self {
        let image = policy.image.clone();
        let stock = Stock::new(ahead(image.size), move || Drawn::new(&image).ok());
        let sending = Arc::new(Semaphore::new(policy.max_in_flight));
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            shared: Arc::new(Shared {
                store,
                sender,
                policy,
                stock,
                pictures: Semaphore::new(PICTURES),
                drawing: Arc::new(Semaphore::new(cores)),
                taking_back: Arc::new(Semaphore::new(TAKE_BACKS)),
                sending,
                under_way: TaskTracker::new(),
                cut_off: AtomicUsize::new(0),
                observer,
                abandoned: TaskTracker::new(),
                noting: Arc::new(Semaphore::new(NOTES)),
                awaiting: Awaiting::default(),
                attempts: OnceLock::new(),
            }),
        }
    }

    /// Begins to draw pictures ahead, on a thread of its own; without this, the first picture that
    /// is asked for begins it.
    pub fn draw_ahead(&self) {
        self.shared.stock.fill();
    }

    /// How many pictures are drawn and not given yet.
    #[must_use]
    pub fn pictures_ahead(&self) -> usize {
        self.shared.stock.len()
    }

    /// Waits until every send and check is through whose caller went away, and until every dispatch
    /// and attempt is noted: nobody else waits for these, so whoever ends the runtime must.
    pub async fn abandoned_sends(&self) {
        self.shared.abandoned.close();
        self.shared.abandoned.wait().await;
        if let Some(attempts) = self.shared.attempts.get()
            && let Err(error) = attempts.write().await
        {
            log::error!("the last attempts are not noted: {error}");
        }
    }

    /// How many sends are under way, at most [`Policy::max_in_flight`].
    #[must_use]
    pub fn sends_under_way(&self) -> usize {
        self.shared.under_way.len()
    }

    /// Waits until no send is under way.
    pub async fn sends_settled(&self) {
        self.shared.under_way.close();
        self.shared.under_way.wait().await;
    }

    /// How many sends ended before they were settled, because their runtime did.
    #[must_use]
    pub fn sends_cut_off(&self) -> usize {
        self.shared.cut_off.load(Ordering::Acquire)
    }

    /// How many codes, slots and slots of the budget of failed messages wait for the store to take
    /// them back. They end with the runtime, and stay until they expire.
    #[must_use]
    pub fn take_backs_waiting(&self) -> usize {
        TAKE_BACKS - self.shared.taking_back.available_permits()
    }

    /// Asks whether the store can be reached.
    ///
    /// # Errors
    ///
    /// It can't.
    pub async fn ready(&self) -> Result<(), StoreError> {
        self.shared.store.ping().await
    }
}

/// How many pictures of a size are drawn ahead. A file has less than a byte for four pixels.
fn ahead(size: Size) -> usize {
    let bytes = usize::from(size.width()) * usize::from(size.height()) / 4;
    (BYTES_AHEAD / bytes).min(AHEAD)
}

/// A use case could not be carried out, and nobody asked for anything wrong.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The policy asks for a picture that there can't be.
    #[error("no picture: {0}")]
    Picture(String),
    /// The work was cut off: the process is ending.
    #[error("the work was cut off")]
    CutOff,
}

impl From<DrawError> for ServiceError {
    fn from(error: DrawError) -> Self {
        Self::Picture(error.to_string())
    }
}

impl From<SpeakError> for ServiceError {
    fn from(error: SpeakError) -> Self {
        Self::Picture(error.to_string())
    }
}

impl From<ImageCodeError> for ServiceError {
    fn from(error: ImageCodeError) -> Self {
        Self::Picture(error.to_string())
    }
}

impl From<tokio::task::JoinError> for ServiceError {
    fn from(error: tokio::task::JoinError) -> Self {
        match error.try_into_panic() {
            // A bug stays as loud as it would be without the task around it.
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Self::CutOff,
        }
    }
}
