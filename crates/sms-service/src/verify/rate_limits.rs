use std::time::Duration;

use serde::{Deserialize, Serialize};
use sms_core::{BucketSid, Quota, Quotas, RateLimitSid, ServiceSid, Timestamp};
use sms_store::{Document, StoreError};

use super::start::now;
use super::{Inner, Verifications};
use crate::ServiceError;

/// How many limits a service has at most, and how many buckets a limit.
const MOST_LIMITS: usize = 20;
const MOST_BUCKETS: usize = 5;
/// The longest name of a limit, in characters.
const LONGEST_NAME: usize = 64;
/// The longest window of a bucket, in seconds.
const LONGEST_INTERVAL: u64 = 86_400;
/// How often a change is tried that others get in the way of.
const TRIES: usize = 20;

/// A limit that a caller made for a service, on whatever the caller can tell apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RateLimit {
    /// Its name for programs.
    pub sid: RateLimitSid,
    /// Its name in requests.
    pub unique_name: String,
    /// What it is for.
    pub description: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
    /// Its windows.
    pub buckets: Vec<Bucket>,
}

/// A window of a limit: so many for one value in any such time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bucket {
    /// Its name.
    pub sid: BucketSid,
    /// How many.
    pub max: u32,
    /// In how many seconds.
    pub interval_s: u64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

/// A limit or a bucket can't be as it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RateLimitError {
    /// There is no such service, limit or bucket.
    #[error("there is no such thing")]
    Unknown,
    /// The service has as many limits as it may.
    #[error("a service has at most {MOST_LIMITS} limits")]
    TooManyLimits,
    /// The limit has as many buckets as it may.
    #[error("a limit has at most {MOST_BUCKETS} buckets")]
    TooManyBuckets,
    /// Another limit of the service has this name.
    #[error("there is a limit of that name")]
    NameTaken,
    /// The name has other characters than may be, or too many.
    #[error("a name has 1 to {LONGEST_NAME} letters, digits, and - _ .")]
    BadName,
    /// Another bucket of the limit has this interval.
    #[error("there is a bucket of that interval")]
    IntervalTaken,
    /// The maximum is out of its range.
    #[error("a bucket holds 1 to 10000000")]
    BadMax,
    /// The interval is out of its range.
    #[error("a bucket lasts 1 to {LONGEST_INTERVAL} seconds")]
    BadInterval,
}

impl Bucket {
    fn new(max: u32, interval_s: u64, now: Timestamp) -> Result<Self, RateLimitError> {
        let bucket = Self {
            sid: BucketSid::generate(&mut rand::rng()),
            max,
            interval_s,
            created_at: now,
            updated_at: now,
        };
        bucket.quota().map(|_| bucket)
    }

    fn quota(&self) -> Result<Quota, RateLimitError> {
        if !(1..=LONGEST_INTERVAL).contains(&self.interval_s) {
            return Err(RateLimitError::BadInterval);
        }
        let window = Duration::from_secs(self.interval_s);
        Quota::new(self.max, window).map_err(|_| RateLimitError::BadMax)
    }
}

/// All limits of a service.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct RateLimits(Vec<RateLimit>);

impl RateLimits {
    fn limit(&mut self, sid: RateLimitSid) -> Result<&mut RateLimit, RateLimitError> {
        let limit = self.0.iter_mut().find(|limit| limit.sid == sid);
        limit.ok_or(RateLimitError::Unknown)
    }

    fn add(
        &mut self,
        unique_name: &str,
        description: &str,
        now: Timestamp,
    ) -> Result<RateLimit, RateLimitError> {
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if !(1..=LONGEST_NAME).contains(&unique_name.len()) || !unique_name.bytes().all(is_allowed)
        {
            return Err(RateLimitError::BadName);
        }
        if self.0.iter().any(|limit| limit.unique_name == unique_name) {
            return Err(RateLimitError::NameTaken);
        }
        if self.0.len() >= MOST_LIMITS {
            return Err(RateLimitError::TooManyLimits);
        }
        let limit = RateLimit {
            sid: RateLimitSid::generate(&mut rand::rng()),
            unique_name: unique_name.to_owned(),
            description: description.to_owned(),
            created_at: now,
            updated_at: now,
            buckets: Vec::new(),
        };
        self.0.push(limit.clone());
        Ok(limit)
    }
}

impl RateLimit {
    fn bucket(&mut self, sid: BucketSid) -> Result<&mut Bucket, RateLimitError> {
        let bucket = self.buckets.iter_mut().find(|bucket| bucket.sid == sid);
        bucket.ok_or(RateLimitError::Unknown)
    }

    fn add_bucket(&mut self, bucket: Bucket) -> Result<Bucket, RateLimitError> {
        self.interval_is_free(&bucket)?;
        if self.buckets.len() >= MOST_BUCKETS {
            return Err(RateLimitError::TooManyBuckets);
        }
        self.buckets.push(bucket.clone());
        Ok(bucket)
    }

    fn interval_is_free(&self, bucket: &Bucket) -> Result<(), RateLimitError> {
        let has_same =
            |other: &Bucket| other.sid != bucket.sid && other.interval_s == bucket.interval_s;
        match self.buckets.iter().any(has_same) {
            true => Err(RateLimitError::IntervalTaken),
            false => Ok(()),
        }
    }

    fn change_bucket(
        &mut self,
        sid: BucketSid,
        max: Option<u32>,
        interval_s: Option<u64>,
        now: Timestamp,
    ) -> Result<Bucket, RateLimitError> {
        let mut changed = self.bucket(sid)?.clone();
        changed.max = max.unwrap_or(changed.max);
        changed.interval_s = interval_s.unwrap_or(changed.interval_s);
        changed.updated_at = now;
        changed.quota()?;
        self.interval_is_free(&changed)?;
        self.bucket(sid)?.clone_from(&changed);
        Ok(changed)
    }
}

/// What came of something about limits, if the store did not fail.
type Outcome<T> = Result<Result<T, RateLimitError>, ServiceError>;

impl Verifications {
    /// The limits of a service, in the order in which they were made.
    ///
    /// # Errors
    ///
    /// The store failed; or, in the result, there is no such service.
    pub async fn rate_limits(&self, service: ServiceSid) -> Outcome<Vec<RateLimit>> {
        self.inner
            .look_at_limits(service, |limits| Ok(limits.0))
            .await
    }

    /// Makes a limit. `unique_name` has 1 to 64 characters of `A-Z a-z 0-9 - _ .`.
    ///
    /// # Errors
    ///
    /// The store failed; or, in the result, why there can't be one.
    pub async fn add_rate_limit(
        &self,
        service: ServiceSid,
        unique_name: &str,
        description: &str,
    ) -> Outcome<RateLimit> {
        let add = |limits: &mut RateLimits| limits.add(unique_name, description, now());
        self.inner.change_limits(service, add).await
    }

    /// Changes the description of a limit, if there is a new one.
    ///
    /// # Errors
    ///
    /// The store failed; or, in the result, there is no such limit.
    pub async fn change_rate_limit(
        &self,
        service: ServiceSid,
        sid: RateLimitSid,
        description: Option<&str>,
    ) -> Outcome<RateLimit> {
        let change = |limits: &mut RateLimits| {
            let limit = limits.limit(sid)?;
            if let Some(description) = description {
                description.clone_into(&mut limit.description);
                limit.updated_at = now();
            }
            Ok(limit.clone())
        };
        self.inner.change_limits(service, change).await
    }

    /// Removes a limit with its buckets and all that was counted in them.
    ///
    /// # Errors
    ///
    /// The store failed; or, in the result, there is no such limit.
    pub async fn remove_rate_limit(&self, service: ServiceSid, sid: RateLimitSid) -> Outcome<()> {
        let remove = |limits: &mut RateLimits| {
            limits.limit(sid)?;
            limits.0.retain(|limit| limit.sid != sid);
            Ok(())
        };
        self.inner.change_limits(service, remove).await
    }

    /// Adds a bucket to a limit: `max` from 1, `interval_s` from 1 to 86400.
    ///
    /// # Errors
    ///
    /// The store failed; or, in the result, why there can't be one.
    pub async fn add_bucket(
        &self,
        service: ServiceSid,
        limit: RateLimitSid,
        max: u32,
        interval_s: u64,
    ) -> Outcome<Bucket> {
        let add = |limits: &mut RateLimits| {
            let limit = limits.limit(limit)?;
            limit.add_bucket(Bucket::new(max, interval_s, now())?)
        };
        self.inner.change_limits(service, add).await
    }

    /// Changes a bucket. What was counted in it goes on counting.
    ///
    /// # Errors
    ///
    /// The store failed; or, in the result, why it can't be so.
    pub async fn change_bucket(
        &self,
        service: ServiceSid,
        limit: RateLimitSid,
        sid: BucketSid,
        max: Option<u32>,
        interval_s: Option<u64>,
    ) -> Outcome<Bucket> {
        let change = |limits: &mut RateLimits| {
            let limit = limits.limit(limit)?;
            limit.change_bucket(sid, max, interval_s, now())
        };
        self.inner.change_limits(service, change).await
    }

    /// Removes a bucket with all that was counted in it.
    ///
    /// # Errors
    ///
    /// The store failed; or, in the result, there is no such bucket.
    pub async fn remove_bucket(
        &self,
        service: ServiceSid,
        limit: RateLimitSid,
        sid: BucketSid,
    ) -> Outcome<()> {
        let remove = |limits: &mut RateLimits| {
            let limit = limits.limit(limit)?;
            limit.bucket(sid)?;
            limit.buckets.retain(|bucket| bucket.sid != sid);
            Ok(())
        };
        self.inner.change_limits(service, remove).await
    }
}

impl Inner {
    /// The buckets that a request is counted in: those of every limit that it names. One that is not
    /// there limits nothing.
    pub(super) async fn buckets<'a>(
        &self,
        service: ServiceSid,
        named: &'a [(String, String)],
    ) -> Result<Vec<(BucketSid, &'a str, Quotas)>, StoreError> {
        if named.is_empty() {
            return Ok(Vec::new());
        }
        let (limits, _) = self.read_limits(service).await?;
        let mut used = Vec::new();
        for (name, value) in named {
            let limit = limits.0.iter().find(|limit| limit.unique_name == *name);
            for bucket in limit.iter().flat_map(|limit| &limit.buckets) {
                if let Ok(quota) = bucket.quota() {
                    used.push((bucket.sid, value.as_str(), Quotas::from_iter([quota])));
                }
            }
        }
        Ok(used)
    }

    async fn look_at_limits<T>(
        &self,
        service: ServiceSid,
        look: impl FnOnce(RateLimits) -> Result<T, RateLimitError>,
    ) -> Outcome<T> {
        if self.service(service).is_none() {
            return Ok(Err(RateLimitError::Unknown));
        }
        Ok(look(self.read_limits(service).await?.0))
    }

    /// Changes the limits of a service. Whoever changes them at the same moment is not overwritten.
    async fn change_limits<T>(
        &self,
        service: ServiceSid,
        change: impl Fn(&mut RateLimits) -> Result<T, RateLimitError>,
    ) -> Outcome<T> {
        if self.service(service).is_none() {
            return Ok(Err(RateLimitError::Unknown));
        }
        for _ in 0..TRIES {
            let (mut limits, before) = self.read_limits(service).await?;
            let outcome = match change(&mut limits) {
                Ok(outcome) => outcome,
                Err(error) => return Ok(Err(error)),
            };
            let after = match limits.0.is_empty() {
                true => None,
                false => Some(serde_json::to_string(&limits).map_err(|error| unreadable(&error))?),
            };
            let document = Document::RateLimits(service);
            let swapped = self
                .store
                .swap_document(document, before.as_deref(), after.as_deref());
            if swapped.await? {
                return Ok(Ok(outcome));
            }
        }
        let problem = "others keep changing the limits of the service".to_owned();
        Err(StoreError::Refused(problem).into())
    }

    /// The limits of a service, and how they are kept.
    async fn read_limits(
        &self,
        service: ServiceSid,
    ) -> Result<(RateLimits, Option<String>), StoreError> {
        let kept = self.store.document(Document::RateLimits(service)).await?;
        let limits = match &kept {
            Some(kept) => serde_json::from_str(kept).map_err(|error| unreadable(&error))?,
            None => RateLimits::default(),
        };
        Ok((limits, kept))
    }
}

fn unreadable(error: &serde_json::Error) -> StoreError {
    StoreError::Refused(format!("the limits of a service can't be read: {error}"))
}
