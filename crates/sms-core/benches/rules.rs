//! How long the rules take: numbers, codes and quotas.

#![expect(clippy::unwrap_used, reason = "what a bench is built from has to work")]

use std::hint::black_box;
use std::time::Duration;

use criterion::Criterion;
use rand::SeedableRng;
use rand::rngs::ChaCha12Rng;
use sms_core::{
    CodeLength, ImageCode, Mobile, Quotas, SendLog, SmsCode, Timestamp, load_numbering_plan,
};

/// As long as the window of the quotas here, so that a log is free again.
const HOUR: Duration = Duration::from_secs(3600);

fn main() {
    // Every part here takes less than a hundredth of a millisecond: this is long enough.
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .configure_from_args();
    numbers(&mut criterion);
    codes(&mut criterion);
    quotas(&mut criterion);
    criterion.final_summary();
}

fn numbers(criterion: &mut Criterion) {
    load_numbering_plan();
    let mut group = criterion.benchmark_group("parse_number");
    for (name, text) in [
        ("mainland", "13800138000"),
        ("mainland_86", "+8613800138000"),
        ("foreign", "+33612345678"),
    ] {
        group.bench_function(name, |b| b.iter(|| Mobile::parse(black_box(text))));
    }
    group.finish();
}

fn codes(criterion: &mut Criterion) {
    // The generator that is behind `rand::rng()`, which the service takes.
    let mut rng = ChaCha12Rng::seed_from_u64(1);
    criterion.bench_function("generate_code", |b| {
        b.iter(|| SmsCode::generate(&mut rng, CodeLength::SIX));
    });

    let mut group = criterion.benchmark_group("compare_code");
    let sms = SmsCode::parse("246810").unwrap();
    group.bench_function("sms", |b| {
        b.iter(|| black_box(&sms).matches(black_box("246810")));
    });
    let image = ImageCode::new("K7XW").unwrap();
    group.bench_function("image", |b| {
        b.iter(|| black_box(&image).matches(black_box("k7xw")));
    });
    group.finish();
}

fn quotas(criterion: &mut Criterion) {
    let usual = ["1/60s", "5/1h", "10/24h"];
    criterion.bench_function("parse_quotas", |b| {
        b.iter(|| Quotas::parse(black_box(&usual)));
    });

    for entries in [1, 10, 1000] {
        let quotas = Quotas::parse(&[format!("{entries}/1h")]).unwrap();
        let mut now = Timestamp::from_millis(1_700_000_000_000);
        let mut log = SendLog::default();
        for _ in 0..entries {
            log.record(now, &quotas);
        }
        criterion.bench_function(&format!("wait/{entries}"), |b| {
            b.iter(|| black_box(&log).wait(black_box(now), &quotas));
        });
        // An hour later each time: what is taken is granted, and the log stays as long as it is.
        criterion.bench_function(&format!("take/{entries}"), |b| {
            b.iter(|| {
                now = now.after(HOUR);
                log.take(now, &quotas).unwrap();
            });
        });
    }
}
