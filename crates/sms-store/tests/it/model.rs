//! Random histories give the same outcomes on the pure rules and on every store.

mod rules;
mod steps;
mod store;
mod verifications;

use std::cell::RefCell;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use sms_core::{SmsCode, Timestamp};
use sms_store::Snapshot;
use sms_store::contract::Shared;

use self::rules::Model;
use self::steps::{Memory, NUMBERS, limits, mobile, step};
use self::store::run;
use crate::{Backend, Setting};

/// Runs random histories, each on a backend of its own at the place of `first`.
fn agrees_with_the_model(cases: u32, first: &Backend) {
    agrees_over_restarts(cases, first, |backend| backend);
}

/// The same, but every tenth step `restart` puts another backend in the place of the one there is,
/// with the same state.
fn agrees_over_restarts(cases: u32, first: &Backend, restart: impl Fn(Backend) -> Backend) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let limits = limits();
    let mut runner = TestRunner::new(Config::with_cases(cases));
    let histories = prop::collection::vec(step(), 1..80);
    let result = runner.run(&histories, |history| {
        let mut backend = first.another();
        let mut memory = Memory::default();
        let mut model = Model {
            now: backend.clock.now().as_millis(),
            ..Model::default()
        };
        for (index, step) in history.iter().enumerate() {
            let expected = model.run(step, &memory, &limits);
            let outcome = runtime.block_on(run(&backend, step, &memory, &limits));
            prop_assert_eq!(&outcome, &expected, "step {}: {:?}", index, step);
            memory.note(step, &outcome);
            if index % 10 == 9 {
                backend = restart(backend);
            }
        }
        for number in 0..NUMBERS.len() {
            let now = Timestamp::from_millis(model.now);
            let expected = model
                .numbers
                .get(&number)
                .and_then(|record| record.code(now));
            let expected = expected.map(SmsCode::expose);
            let finds = runtime.block_on(backend.finds(&mobile(number), expected));
            prop_assert!(finds, "{:?} is not what is kept", expected);
        }
        Ok(())
    });
    result.unwrap();
}

#[test]
fn the_memory_store_agrees_with_the_model() {
    agrees_with_the_model(500, &Backend::memory(Setting::Plain));
}

#[test]
fn the_memory_store_agrees_with_the_model_in_secret() {
    agrees_with_the_model(500, &Backend::memory(Setting::Secret));
}

#[test]
fn the_memory_store_agrees_with_the_model_over_restarts() {
    memory_agrees_over_restarts(Setting::Plain);
}

#[test]
fn the_memory_store_agrees_with_the_model_over_restarts_in_secret() {
    memory_agrees_over_restarts(Setting::Secret);
}

fn memory_agrees_over_restarts(setting: Setting) {
    let directory = tempfile::tempdir().unwrap();
    let snapshot = Snapshot::claim(directory.path().join("state")).unwrap();
    let snapshot = RefCell::new(snapshot);
    let restart = |backend: Backend| backend.restarted(&mut snapshot.borrow_mut());
    agrees_over_restarts(100, &Backend::memory(setting), restart);
}

#[test]
fn the_redis_store_agrees_with_the_model() {
    agrees_with_the_model(150, &Backend::redis(Setting::Plain));
}

#[test]
fn the_redis_store_agrees_with_the_model_in_secret() {
    agrees_with_the_model(150, &Backend::redis(Setting::Secret));
}

#[test]
fn the_store_behind_sentinels_agrees_with_the_model() {
    agrees_with_the_model(60, &Backend::sentinel(Setting::Plain));
}

#[test]
fn the_store_behind_sentinels_agrees_with_the_model_in_secret() {
    agrees_with_the_model(60, &Backend::sentinel(Setting::Secret));
}

#[test]
fn the_store_in_a_cluster_agrees_with_the_model() {
    agrees_with_the_model(60, &Backend::cluster(Setting::Plain));
}

#[test]
fn the_store_in_a_cluster_agrees_with_the_model_in_secret() {
    agrees_with_the_model(60, &Backend::cluster(Setting::Secret));
}
