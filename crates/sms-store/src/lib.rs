#![doc = include_str!("../README.md")]

mod at_rest;
mod attempt_store;
mod clock;
#[cfg(feature = "contract")]
pub mod contract;
mod delivery_name;
mod error;
mod in_steps;
mod kept_attempt;
mod keys;
mod memory;
mod number_name;
mod operator_store;
mod redis;
mod seal;
mod snapshot;
mod store;
mod verification_steps;
mod verification_store;

pub use at_rest::{AtRest, AtRestKey, AtRestKeyError};
pub use attempt_store::{AttemptChange, AttemptPolicy, AttemptStore};
pub use clock::{Clock, ManualClock};
pub use delivery_name::DeliveryName;
pub use error::StoreError;
pub use keys::{KeyPrefix, KeyPrefixError, Log};
pub use memory::{Entries, MemoryStore};
pub use operator_store::OperatorStore;
pub use redis::{ClientCertificate, RedisConfig, RedisServers, RedisStore, RedisTls};
pub use snapshot::{Flaw, Restored, Snapshot, SnapshotError};
pub use store::{
    Accepted, Checked, CodeStore, Connections, Consumed, PictureAdmission, PictureRequest, Report,
    Reservation, SendAdmission, SendRequest, Slot,
};
pub use verification_store::{
    BucketUse, Claim, Document, VerificationAdmission, VerificationRequest, VerificationStore,
};
