//! How often the rules ask for memory. A counting allocator is in the place of the usual one here,
//! so these tests are a program of their own.

use std::hint::black_box;
use std::time::Duration;

use allocation_counter::measure;
use rand::SeedableRng;
use rand::rngs::ChaCha12Rng;
use sms_core::{
    CodeLength, ImageCode, Mobile, Quotas, SendLog, SmsCode, Timestamp, load_numbering_plan,
};

const START: Timestamp = Timestamp::from_millis(1_700_000_000_000);

/// As long as the window of the quotas here, so that a log is free again.
const HOUR: Duration = Duration::from_secs(3600);

/// How often `work` asks for memory, or for more of it.
fn allocations<T>(work: impl FnOnce() -> T) -> u64 {
    measure(|| drop(black_box(work()))).count_total
}

#[test]
fn the_counter_counts() {
    assert_eq!(allocations(|| Box::new(7)), 1);
    assert_eq!(allocations(|| 7), 0);
}

#[test]
fn a_mainland_number_is_read_without_memory() {
    for text in ["13800138000", "+8613800138000", "008613800138000"] {
        assert_eq!(allocations(|| Mobile::parse(text)), 0, "{text}");
    }
}

#[test]
fn a_foreign_number_is_looked_up_with_little_memory() {
    load_numbering_plan();
    let parse = || Mobile::parse("+33612345678").unwrap();
    // What the plan knows of a region is made ready when it is first asked for.
    parse();
    // 28 times when this was written, nearly all within the library.
    let count = allocations(parse);
    assert!((1..=35).contains(&count), "{count}");
}

#[test]
fn codes_are_drawn_and_compared_without_memory() {
    let mut rng = ChaCha12Rng::seed_from_u64(1);
    assert_eq!(
        allocations(|| SmsCode::generate(&mut rng, CodeLength::SIX)),
        0
    );

    let sms = SmsCode::parse("246810").unwrap();
    let image = ImageCode::new("K7XW").unwrap();
    for answer in ["246810", "246811", "k7xw", "K7XX", ""] {
        assert_eq!(allocations(|| sms.matches(answer)), 0, "{answer}");
        assert_eq!(allocations(|| image.matches(answer)), 0, "{answer}");
    }
}

#[test]
fn quotas_are_read_into_one_list() {
    assert_eq!(
        allocations(|| Quotas::parse(&["1/60s", "5/1h", "10/24h"])),
        1
    );
}

#[test]
fn a_log_is_asked_without_memory() {
    let quotas = Quotas::parse(&["1/60s", "10/24h"]).unwrap();
    let mut log = SendLog::default();
    for entries in 0..10 {
        assert_eq!(allocations(|| log.wait(START, &quotas)), 0, "{entries}");
        log.record(START, &quotas);
    }
}

#[test]
fn a_log_grows_a_few_times_and_then_never_again() {
    for (limit, growths) in [(1, 1), (10, 3), (1000, 9)] {
        let quotas = Quotas::parse(&[format!("{limit}/1h")]).unwrap();
        let mut log = SendLog::default();
        let mut taken = (0..limit).map(|_| allocations(|| log.take(START, &quotas)));
        assert_eq!(taken.next(), Some(1), "{limit}");
        assert_eq!(1 + taken.sum::<u64>(), growths, "{limit}");

        let mut now = START;
        for _ in 0..3 * limit {
            now = now.after(HOUR);
            assert_eq!(allocations(|| log.take(now, &quotas)), 0, "{limit}");
        }
    }
}
